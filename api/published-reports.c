/* Published reports: answers frozen for good, with a stable address. */
#include "service/resource.h"

#define REPORTS "follow-up outreach-timeliness exits register-quality"
#define GROUPS  "total district sex unit district,sex unit,sex"
#define READERS "reports:read|reports:exact|published-reports:read"

static const struct field fields[] = {
    {"report", CODE, REQUIRED, .codes = REPORTS, .doc = "The report.", .example = "\"follow-up\""},
    {"period", TEXT, REQUIRED, 4, 7, .doc = "The period: T1-2026, T2-2026, 2026, H1-2026 or H2-2026.",
     .example = "\"T1-2026\""},
    {"groupBy", CODE, .codes = GROUPS, .doc = "How it is divided; total when not given.",
     .example = "\"district\""},
    {"definitionVersion", TEXT, READ_ONLY, .doc = "Version of what the figures mean."},
    {"note", TEXT, 0, 1, 500, .doc = "Why, or for whom, it was published; never about a person.",
     .example = "\"Nämnden 2026-06-10\""},
    {"supersedes", UUID, 0,
     .doc = "The published report of the same question that this one takes the place of.", .example = "null"},
    {"supersededBy", UUID, READ_ONLY, .doc = "The one that has taken its place."},
    {0}};

static const struct filter filters[] = {
    {"report", CODE, MANY, .codes = REPORTS, .doc = "Of these reports."},
    {"period", TEXT, MANY, .min = 4, .max = 7, .doc = "Of these periods."},
    {"superseded", BOOLEAN, 0, "(v.\"supersededBy\" is not null) = @",
     .doc = "true: those that another has taken the place of."},
    {0}};

static const struct filter locale[] = {
    {"locale", CODE, OWN_SQL, .codes = "sv",
     .doc = "CSV for a Swedish spreadsheet: a byte order mark, semicolons, headings in Swedish."},
    {0}};

static const struct field answer[] = {
    {"report", TEXT, READ_ONLY, .doc = "As the report answered when it was published, byte for byte."},
    {"definitionVersion", TEXT, READ_ONLY, .doc = "Version of what the figures mean."},
    {"period", ANY, READ_ONLY, .doc = "The period."},
    {"groupBy", TEXT, READ_ONLY, .doc = "How it is divided."},
    {"masked", BOOLEAN, READ_ONLY, .doc = "Always true: what was masked stays masked, whoever reads it."},
    {"computedAt", TIME, READ_ONLY, .doc = "When it was computed."},
    {"dataAsOf", TIME, READ_ONLY, .doc = "When the data had last changed."},
    {"data", ANY, READ_ONLY, .doc = "The rows."},
    {"totals", ANY, READ_ONLY, .doc = "The rows of the coarser groups."},
    {0}};

static const struct route routes[] = {
    {LIST, "/published-reports", .scope = READERS},
    {CREATE, "/published-reports", "publish", .publishes = 1,
     .scope = "published-reports:write+reports:read|published-reports:write+reports:exact",
     .doc = "Publishes the masked report of the whole municipality as it is now."},
    {READ, "/published-reports/{id}", .scope = READERS},
    {REPORT, "/published-reports/{id}/report", .scope = READERS, .answer = answer, .query = locale,
     .formats = CSV | XLSX | HTML, .doc = "The report itself. It never changes."},
    {0}};

static const struct link links[] = {{"report", "GET", "/published-reports/{id}/report"}, {0}};

static const struct refusal refusals[] = {
    {"supersedes-another", 422, "/supersedes",
     "Den som ska ersättas är av en annan rapport, period eller indelning.",
     "The one to be superseded is of another report, period or grouping."},
    {"already-superseded", 409, "/supersedes", "Rapporten är redan ersatt av en annan.",
     "The report has already been superseded by another."},
    {"districts-limited", 403, NULL, "Åtkomsttoken gäller bara vissa distrikt.",
     "The access token is limited to districts."},
    {0}};

RESOURCE(published_reports) = {
    .name = "published-reports",
    .title = "Published reports",
    .doc = "A masked report frozen by whoever published it: never changed, only superseded by another.",
    .fields = fields,
    .filters = filters,
    .routes = routes,
    .links = links,
    .refusals = refusals,
};
