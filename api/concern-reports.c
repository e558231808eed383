/* Concern reports: that one was made to social services, and what came back of it. */
#include "service/resource.h"

#define OUTCOMES "opened not_opened already_ongoing no_answer"
#define STATUSES "made " OUTCOMES

static const struct field fields[] = {
    {"youthId", UUID, REQUIRED, .doc = "The youth."},
    {"status", CODE, READ_ONLY, .codes = STATUSES, .doc = "Begins as made; the outcome comes as an event."},
    {"madeAt", TIME, REQUIRED, .doc = "When it was made; not in the future.",
     .example = "\"2026-09-01T08:00:00Z\""},
    {"districtId", UUID, 0,
     .doc = "The district whose social services got it; the youth's own when not given. Not kept with "
            "protected registration."},
    {"mandatory", BOOLEAN, READ_ONLY,
     .doc =
         "The youth was under 18 when it was made: then the municipality must report (SoL 2025:400 19:1)."},
    {"reference", TEXT, 0, 1, 100, .doc = "Where the report itself is kept, e.g. a record number.",
     .example = "\"2026/4713\""},
    {"reminderAt", TIME, READ_ONLY, .doc = "When to ask for an answer: 14 days after it was made."},
    {"outcomeAt", TIME, READ_ONLY, .doc = "When the answer came."},
    {0}};

static const struct filter filters[] = {
    {"youthId", UUID, 0, .doc = "Of this youth."},
    {"status", CODE, MANY, .codes = STATUSES, .doc = "In one of these states."},
    {"districtId", UUID, MANY, .doc = "To one of these districts."},
    {"unanswered", BOOLEAN, 0, "(v.status = 'made') = @", .doc = "Without an outcome, or with one."},
    {"reminderBefore", TIME, 0, "v.status = 'made' and v.\"reminderAt\" <= @",
     .doc = "Without an outcome, and with a reminder at this time or earlier."},
    {0}};

static const struct sort sorts[] = {
    {"reminderAt", "v.\"reminderAt\"", "timestamptz", .doc = "The one to ask about first."}, {0}};

static const struct event events[] = {{"opened", .doc = "Social services have opened an inquiry."},
                                      {"not_opened", .doc = "Social services have opened none."},
                                      {"already_ongoing", .doc = "An inquiry is under way already."},
                                      {"no_answer", .doc = "No answer came."},
                                      {0}};

static const struct route routes[] = {
    {LIST, "/concern-reports", .doc = "Concern reports; unanswered ones with reminderBefore."},
    {CREATE, "/concern-reports",
     .doc = "Records that a report has been made. It is written once: an error stays until it is deleted."},
    {READ, "/concern-reports/{id}"},
    {EVENT, "/concern-reports/{id}/events", .doc = "Tells what came back, once."},
    {EVENTS, "/concern-reports/{id}/events", .doc = "What has happened, oldest first."},
    {EVENTS, "/concern-reports/{id}/events/{eventId}", .doc = "One of them."},
    {0}};

static const struct refusal refusals[] = {{"concern-outcome-before-report", 422, "/at",
                                           "Svaret kan inte komma före anmälan.",
                                           "The answer cannot come before the report."},
                                          {0}};

static const struct link links[] = {
    {"youth", "GET", "/youths/{youthId}", "youths:read", NULL},
    {"history", "GET", "/concern-reports/{id}/events", "concern-reports:read", NULL},
    {0}};

RESOURCE(concern_reports) = {
    .name = "concern-reports",
    .function = "concern-reports",
    .title = "Concern reports",
    .doc =
        "Reports of concern (orosanmälan, SoL 2025:400 19:1): that one was made, to whom, and which of the four "
        "answers came back. Never what it says. Mandatory under 18; no consent is needed. Deleted 24 months "
        "after it was made.",
    .fields = fields,
    .filters = filters,
    .sorts = sorts,
    .routes = routes,
    .events = events,
    .links = links,
    .refusals = refusals,
    .subject = "array[v.\"youthId\"]",
};
