/* Safety notices: what staff must do when they visit a youth, for their own safety. */
#include "service/resource.h"

#define STATUSES "active ended expired"

static const struct field fields[] = {
    {"youthId", UUID, REQUIRED, .doc = "The youth."},
    {"status", CODE, READ_ONLY, .codes = STATUSES, .doc = "expired: past validUntil."},
    {"measures", TEXT, REQUIRED, 1, 500,
     .doc = "What staff must do. Never why: nothing on crime, health or other sensitive matters (2006:39).",
     .example = "\"Möt ungdomen i vår lokal, alltid två\""},
    {"validUntil", DATE, REQUIRED, .doc = "Last day: from today to six months ahead."},
    {"concernReportId", UUID, 0, .scope = "concern-reports:read",
     .doc =
         "The concern report about the same youth; required when the youth is under 18, unless the municipality "
         "has switched off concern-reports."},
    {"endedAt", TIME, READ_ONLY, .doc = "When it was ended before its last day."},
    {0}};

static const struct filter filters[] = {
    {"youthId", UUID, 0, .doc = "Of this youth."},
    {"status", CODE, MANY, .codes = STATUSES, .doc = "In one of these states."},
    {"validBefore", DATE, 0, "v.\"validUntil\" <= @", .doc = "With this last day or an earlier one."},
    {0}};

static const struct sort sorts[] = {{"validUntil", "v.\"validUntil\"", "date", .doc = "What ends first."},
                                    {0}};

static const struct event events[] = {{"ended", .doc = "It is no longer needed."}, {0}};

static const struct route routes[] = {
    {LIST, "/safety-notices", .doc = "Safety notices."},
    {CREATE, "/safety-notices",
     .doc =
         "Writes a notice. While it holds, door cards, home visits and meetings must say that it was read."},
    {READ, "/safety-notices/{id}"},
    {EVENT, "/safety-notices/{id}/events", .doc = "Ends a notice."},
    {EVENTS, "/safety-notices/{id}/events", .doc = "What has happened, oldest first."},
    {EVENTS, "/safety-notices/{id}/events/{eventId}", .doc = "One of them."},
    {0}};

static const struct refusal refusals[] = {
    {"notice-in-the-past", 422, "/validUntil", "Sista dagen har redan passerat.", "The last day has passed."},
    {"notice-too-long", 422, "/validUntil", "Den gäller högst sex månader; skriv en ny sedan.",
     "It holds for six months at most; write a new one then."},
    {"concern-report-missing", 422, "/concernReportId",
     "Ungdomen är under 18: en orosanmälan ska göras och anges.",
     "The youth is under 18: a concern report must be made and named."},
    {0}};

static const struct link links[] = {
    {"youth", "GET", "/youths/{youthId}", "youths:read", NULL},
    {"concern-report", "GET", "/concern-reports/{concernReportId}", "concern-reports:read",
     "v.\"concernReportId\" is not null"},
    {"history", "GET", "/safety-notices/{id}/events", "safety-notices:read", NULL},
    {0}};

RESOURCE(safety_notices) = {
    .name = "safety-notices",
    .function = "safety-notices",
    .title = "Safety notices",
    .doc =
        "What staff must do for their safety at a visit, never the reason. A notice is never changed: end it and "
        "write a new one. Of a youth under 18 there must be a concern report. Deleted in the night after it has "
        "ended or its last day has passed.",
    .fields = fields,
    .filters = filters,
    .sorts = sorts,
    .routes = routes,
    .events = events,
    .links = links,
    .refusals = refusals,
    .subject = "array[v.\"youthId\"]",
};
