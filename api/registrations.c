/* Registrations: the periods in which a youth is covered by the municipality's duty. */
#include "service/resource.h"

#define REASONS "no_upper_secondary dropout dropout_introductory study_certificate newly_registered unknown"
#define EXIT_REASONS                                                                                         \
  "national_programme introductory_programme adapted_upper_secondary equivalent_started completed "          \
  "turned_20 moved emigrated deceased registered_in_error"

static const struct field fields[] = {
    {"youthId", UUID, READ_ONLY, .doc = "The youth."},
    {"status", CODE, READ_ONLY, .codes = "open ended", .doc = "open until it ends."},
    {"startDate", DATE, REQUIRED | CREATE_ONLY,
     .doc = "First day; before the 20th birthday, not in the future, and in no other registration."},
    {"reason", CODE, REQUIRED, .codes = REASONS, .doc = "See the code list registration-reasons."},
    {"latestSchool", TEXT, 0, 1, 200, .doc = "Latest school; not shown with protected registration."},
    {"latestProgramme", TEXT, 0, 1, 100, .doc = "Latest programme."},
    {"endDate", DATE,
     .doc =
         "The day it ended; another may begin that day. Can be corrected then to an earlier one, when that was learnt "
         "afterwards; measures that it ended follow."},
    {"exitReason", CODE, .codes = EXIT_REASONS " left_source",
     .doc =
         "Why it ended; can be corrected then, as left_source must be: the source no longer had the person. No "
         "correction leads back to it."},
    {"source", TEXT, READ_ONLY, .doc = "The import source that opened it, or school-events; none: staff.",
     .example = "\"ber\""},
    {0}};

static const struct filter filters[] = {
    {"status", CODE, 0, .codes = "open ended", .doc = "With this status."}, {0}};

static const struct sort sorts[] = {{"startDate", "v.\"startDate\"", "date", 1, .doc = "The latest first."},
                                    {0}};

static const struct field ended[] = {
    {"endDate", DATE, REQUIRED,
     .doc = "The day it ended; turned_20: the 20th birthday; registered_in_error: best the day it began."},
    {"exitReason", CODE, REQUIRED, .codes = EXIT_REASONS, .doc = "Why."},
    {0}};

static const struct event events[] = {
    {"ended", ended,
     "The youth is no longer covered; measures, planned attempts and pauses end the same day."},
    {0}};

static const struct route routes[] = {
    {LIST, "/youths/{youthId}/registrations", .doc = "The youth's registrations."},
    {CREATE, "/youths/{youthId}/registrations",
     .doc = "Registers a youth by hand. An import never ends it for being absent from a file."},
    {READ, "/youths/{youthId}/registrations/{id}"},
    {EDIT, "/youths/{youthId}/registrations/{id}",
     .doc =
         "Corrects the reasons, what came before or the end. What was there is kept, as an event corrected."},
    {EVENT, "/youths/{youthId}/registrations/{id}/events", .doc = "Ends the registration."},
    {EVENTS, "/youths/{youthId}/registrations/{id}/events", .doc = "What has happened, oldest first."},
    {EVENTS, "/youths/{youthId}/registrations/{id}/events/{eventId}", .doc = "One of them."},
    {0}};

static const struct link links[] = {{"youth", "GET", "/youths/{youthId}", "youths:read", NULL}, {0}};

static const struct refusal refusals[] = {
    {"registrations-overlap", 409, "/startDate", "Ungdomen är redan registrerad då.",
     "The youth is registered at that time already."},
    {"one-open-registration", 409, "/startDate", "Ungdomen har redan en öppen registrering.",
     "The youth has an open registration already."},
    {"registered-after-twenty", 422, "/startDate", "Ingen omfattas från och med 20-årsdagen.",
     "Nobody is covered from the 20th birthday on."},
    {"turned-20-on-birthday", 422, "/endDate", "Fyllda 20 gäller från 20-årsdagen.",
     "turned_20 is dated the 20th birthday."},
    {"end-before-start", 422, "/endDate", "Slutet ligger före början.", "The end is before the start."},
    {"exit-reason-with-end", 422, "/exitReason", "Avslutsorsak finns bara på en avslutad registrering.",
     "An exit reason belongs to an ended registration only."},
    {"status-with-end", 422, "/endDate", "En registrering avslutas med händelsen ended.",
     "A registration is ended by the event ended."},
    {"end-moved-forward", 422, "/endDate", "Slutet kan bara rättas till en tidigare dag.",
     "The end can be corrected to an earlier day only."},
    {"left-source-by-hand", 422, "/exitReason", "left_source är importens ord; ange varför den upphörde.",
     "left_source is an import's word; say why it ended."},
    {0}};

RESOURCE(registrations) = {
    .name = "registrations",
    .scope = "youths",
    .title = "Registrations",
    .doc = "Periods with a start, a reason, an end and an exit reason. Those of one youth never overlap.",
    .fields = fields,
    .filters = filters,
    .sorts = sorts,
    .routes = routes,
    .events = events,
    .links = links,
    .refusals = refusals,
    .subject = "array[v.\"youthId\"]",
};
