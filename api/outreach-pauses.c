/* Outreach pauses: outreach to a youth is held for a time, at the request of social services. */
#include "service/resource.h"

#define STATUSES "active ended expired"

static const struct field fields[] = {
    {"youthId", UUID, REQUIRED, .doc = "The youth; one with an open registration."},
    {"status", CODE, READ_ONLY, .codes = STATUSES, .doc = "expired: past until."},
    {"requestedBy", TEXT, REQUIRED, 1, 100, .doc = "Who asked for it; a function, not a person, and not why.",
     .example = "\"Socialtjänsten, barn och unga\""},
    {"consentId", UUID, 0,
     .doc =
         "The consent it rests on, with the purpose outreach_pause. This or evidenceReference is required."},
    {"evidenceReference", TEXT, 0, 1, 100,
     .doc = "Where the evidence of a consent is kept that social services have collected.",
     .example = "\"SOC 2026/118\""},
    {"from", DATE, REQUIRED, .doc = "First day: today or later."},
    {"until", DATE, REQUIRED, .doc = "Last day; no later than the consent's own."},
    {"endedAt", TIME, READ_ONLY,
     .doc = "When it was ended before its time: then the day before is the last that it held."},
    {"statusReason", TEXT, READ_ONLY, 1, 200,
     .doc = "Why it was ended; consent_withdrawn when the consent ended, left_target_group when the "
            "registration did."},
    {0}};

static const struct filter filters[] = {
    {"youthId", UUID, 0, .doc = "Of this youth."},
    {"status", CODE, MANY, .codes = STATUSES, .doc = "In one of these states."},
    {"fromBefore", DATE, 0, "v.\"from\" <= @", .doc = "With this first day or an earlier one."},
    {"untilBefore", DATE, 0, "v.until <= @", .doc = "With this last day or an earlier one."},
    {0}};

static const struct sort sorts[] = {{"until", "v.until", "date", .doc = "What is over first."}, {0}};

static const struct field ended[] = {{"reason", TEXT, 0, 1, 200, .doc = "Why; short, nothing sensitive."},
                                     {0}};

static const struct event events[] = {
    {"ended", ended, "It no longer holds, from this day on; of a future one nothing is left."}, {0}};

static const struct route routes[] = {
    {LIST, "/outreach-pauses", .doc = "Pauses."},
    {CREATE, "/outreach-pauses",
     .doc =
         "Holds outreach. Attempts that are planned for its days are cancelled; none is planned or made on "
         "them, unless the youth comes unprompted. The outreach plan goes on the day after."},
    {READ, "/outreach-pauses/{id}"},
    {EVENT, "/outreach-pauses/{id}/events", .doc = "Ends a pause before its time."},
    {EVENTS, "/outreach-pauses/{id}/events", .doc = "What has happened, oldest first."},
    {EVENTS, "/outreach-pauses/{id}/events/{eventId}", .doc = "One of them."},
    {0}};

static const struct refusal refusals[] = {
    {"pause-without-consent", 422, "/consentId",
     "Ett samtycke krävs, här eller hos socialtjänsten (evidenceReference).",
     "A consent is needed, here or with social services (evidenceReference)."},
    {"consent-missing", 422, "/consentId", "Inget gällande samtycke omfattar det som begärs.",
     "No consent in force covers what is asked."},
    {"pause-outlasts-consent", 422, "/until", "Pausen kan inte vara längre än samtycket gäller.",
     "The pause cannot outlast its consent."},
    {"pause-in-the-past", 422, "/from", "Pausen kan börja tidigast i dag.",
     "The pause can begin today at the earliest."},
    {"pause-ends-before-start", 422, "/until", "Pausen kan inte sluta innan den börjar.",
     "The pause cannot end before it begins."},
    {"pause-ended-before-entered", 422, "/at", "Pausen kan inte ha avslutats innan den skrevs in.",
     "The pause cannot have been ended before it was entered."},
    {"not-covered", 422, "/youthId", "Ungdomen har ingen öppen registrering.",
     "The youth has no open registration."},
    {0}};

static const struct link links[] = {
    {"youth", "GET", "/youths/{youthId}", "youths:read", NULL},
    {"consent", "GET", "/consents/{consentId}", "consents:read", "v.\"consentId\" is not null"},
    {"history", "GET", "/outreach-pauses/{id}/events", "outreach-pauses:read", NULL},
    {0}};

RESOURCE(outreach_pauses) = {
    .name = "outreach-pauses",
    .function = "outreach-pauses",
    .title = "Outreach pauses",
    .doc =
        "Social services may ask to hold outreach to a youth, with consent. A pause is never changed: end it and "
        "enter another. It ends with its consent, and with the registration.",
    .fields = fields,
    .filters = filters,
    .sorts = sorts,
    .routes = routes,
    .events = events,
    .links = links,
    .refusals = refusals,
    .subject = "array[v.\"youthId\"]",
};
