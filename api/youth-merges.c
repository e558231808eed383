/* Youth merges: two youths who turn out to be one person; a pointer that can be taken back. */
#include "service/resource.h"

static const struct field fields[] = {
    {"youthId", UUID, REQUIRED,
     .doc = "The duplicate: it keeps its rows and its address, and is left out of lists and figures."},
    {"mergedInto", UUID, REQUIRED,
     .doc = "The survivor: the youth that is used from now on. If one of them is registered now, that one."},
    {"status", CODE, READ_ONLY, .codes = "merged reversed", .doc = "merged until it is reversed."},
    {"reason", TEXT, 0, 1, 200, .doc = "How it is known that both are one person. No sensitive data.",
     .example = "\"Fick personnummer efter samordningsnummer\""},
    {"reversedAt", TIME, READ_ONLY, .doc = "When it was reversed."},
    {0}};

static const struct filter filters[] = {
    {"youthId", UUID, 0, "v.\"youthId\" = @ or v.\"mergedInto\" = @",
     .doc = "Of this youth, duplicate or survivor."},
    {"status", CODE, 0, .codes = "merged reversed", .doc = "With this status."},
    {0}};

static const struct event events[] = {
    {"reversed", NULL,
     "They are two persons after all: each is found by its own numbers, listed and counted again. Protection that "
     "the duplicate got from the survivor stays until the register says otherwise."},
    {0}};

static const struct route routes[] = {
    {LIST, "/youth-merges", .doc = "The merges, reversed ones too."},
    {CREATE, "/youth-merges",
     .doc =
         "Joins two youths who are one person. Look-ups, imports and school events by the duplicate's numbers "
         "then lead to the survivor, whose timeline shows both; in the feed the duplicate is removed. Nothing "
         "new can be written about it. Needs preventive:read too. Not with a token of some districts."},
    {READ, "/youth-merges/{id}"},
    {EVENT, "/youth-merges/{id}/events", .doc = "Reverses the merge."},
    {EVENTS, "/youth-merges/{id}/events", .doc = "What has happened, oldest first."},
    {EVENTS, "/youth-merges/{id}/events/{eventId}", .doc = "One of them."},
    {0}};

static const struct link links[] = {{"duplicate", "GET", "/youths/{youthId}", "youths:read", NULL},
                                    {"survivor", "GET", "/youths/{mergedInto}", "youths:read", NULL},
                                    {0}};

static const struct refusal refusals[] = {
    {"merged-into-itself", 422, "/mergedInto", "En ungdom kan inte sammanföras med sig själv.",
     "A youth cannot be merged into itself."},
    {"merged-once", 409, "/youthId", "Ungdomen är redan sammanförd med en annan.",
     "The youth has been merged already."},
    {"survivor-merged", 409, "/mergedInto",
     "Den som ska vara kvar är själv sammanförd med en annan; använd den, se mergedInto.",
     "The survivor has been merged itself; use that one, see mergedInto."},
    {"duplicate-survives", 409, "/youthId", "Andra är sammanförda med dubbletten; återta det först.",
     "Others have been merged into the duplicate; reverse that first."},
    {"survivor-preventive", 422, "/mergedInto",
     "Den som ska vara kvar finns inte i registret, bara i förebyggande arbete.",
     "The survivor is not in the register, in preventive work only."},
    {"survivor-less-protected", 422, "/mergedInto",
     "Den som ska vara kvar har lägre skydd än dubbletten; byt plats på dem eller vänta på registret.",
     "The survivor is less protected than the duplicate; exchange them, or wait for the register."},
    {"both-registered", 409, NULL,
     "Båda har en öppen registrering; avsluta dubblettens den dag den började, som felregistrerad.",
     "Both have an open registration; end the duplicate's on the day it began, as registered in error."},
    {"duplicate-registered", 409, NULL, "Dubbletten har den öppna registreringen; byt plats på dem.",
     "It is the duplicate that has the open registration; exchange them."},
    {"registered-together", 409, NULL, "Deras registreringar överlappar varandra.",
     "Their registrations overlap."},
    {0}};

RESOURCE(youth_merges) = {
    .name = "youth-merges",
    .scope = "youths",
    .also = "protected:read",
    .title = "Youth merges",
    .doc = "Says that two youths are one person. A pointer: no row moves, and it can be reversed.",
    .fields = fields,
    .filters = filters,
    .routes = routes,
    .events = events,
    .links = links,
    .refusals = refusals,
    .subject = "array[v.\"youthId\", v.\"mergedInto\"]",
};
