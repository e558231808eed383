/* Revisions of a measure's documentation, as it stood after each change. */
#include "service/resource.h"

static const struct field fields[] = {
    {"measureId", UUID, READ_ONLY, .doc = "The measure."},
    {"revision", INTEGER, READ_ONLY, 1, 1000000, .doc = "The version of the measure that this was.",
     .example = "1"},
    {"modifiedAt", TIME, READ_ONLY, .doc = "When it was written."},
    {"modifiedBy", TEXT, READ_ONLY, .doc = "Who wrote it."},
    {"status", TEXT, READ_ONLY, .doc = "Status of the measure.", .example = "\"started\""},
    {"type", TEXT, READ_ONLY, .doc = "Code of the list measure-types.", .example = "\"coaching\""},
    {"unitId", UUID, READ_ONLY, .doc = "The unit that was responsible."},
    {"provider", TEXT, READ_ONLY, .doc = "Who gave it."},
    {"decisionReference", TEXT, READ_ONLY, .doc = "Reference of the decision."},
    {"planning", TEXT, READ_ONLY, 1, 1000, .doc = "The individual planning."},
    {"goal", TEXT, READ_ONLY, 1, 500, .doc = "The goal."},
    {"youthResponsibility", TEXT, READ_ONLY, 1, 500, .doc = "What the youth was responsible for."},
    {"municipalityResponsibility", TEXT, READ_ONLY, 1, 500,
     .doc = "What the municipality was responsible for."},
    {"othersResponsibility", TEXT, READ_ONLY, 1, 500, .doc = "What others were responsible for."},
    {"offeredAt", TIME, READ_ONLY, .doc = "When it was offered."},
    {"startDate", DATE, READ_ONLY, .doc = "First day."},
    {"endDate", DATE, READ_ONLY, .doc = "Last day."},
    {"endReason", TEXT, READ_ONLY, .doc = "Why it ended.", .example = "\"completed_goal_reached\""},
    {"occupationAfter", TEXT, READ_ONLY, .doc = "Occupation afterwards.", .example = "\"work\""},
    {"followUpDates", DATES, READ_ONLY, 0, 20, .doc = "Days of follow-up."},
    {"followedUpOn", DATE, READ_ONLY, .doc = "Day of the latest follow-up that was held."},
    {0}};

static const struct sort sorts[] = {{"revision", "v.revision", "bigint", .doc = "Oldest first."}, {0}};

static const struct route routes[] = {
    {LIST, "/measures/{measureId}/revisions", .doc = "Every revision of the measure, the first one too."},
    {0}};

RESOURCE(measure_revisions) = {
    .name = "measure-revisions",
    .scope = "measures",
    .title = "Measure revisions",
    .doc = "The documentation of a measure as it stood after each change; written by the database itself.",
    .fields = fields,
    .sorts = sorts,
    .routes = routes,
    .subject = "array[v.\"youthId\"]",
    .bare = 1,
};
