/* Reports: the figures that boards and the public are told; never a person. */
#include "service/resource.h"

#define GROUPS "total district sex unit district,sex unit,sex"

static const struct field entry[] = {
    {"name", TEXT, READ_ONLY, 1, 40, .doc = "The report's name.", .example = "\"follow-up\""},
    {"title", TEXT, READ_ONLY, 1, 200, .doc = "What it is about."},
    {"href", TEXT, READ_ONLY, 1, 400, .doc = "Where it is."},
    {"definitionVersion", TEXT, READ_ONLY, 1, 20,
     .doc = "Version of what the figures mean; changes with the meaning.", .example = "\"1\""},
    {"groupBy", CODES, READ_ONLY, .codes = GROUPS, .doc = "How it can be divided."},
    {"formats", CODES, READ_ONLY, .codes = "json csv", .doc = "Formats."},
    {0}};

static const struct field catalogue[] = {
    {"data", OBJECTS, READ_ONLY, .members = entry, .doc = "The reports."},
    {0},
};

static const struct field period[] = {
    {"name", TEXT, READ_ONLY, 4, 7, .doc = "The period's name, when it has one.", .example = "\"T1-2026\""},
    {"from", DATE, READ_ONLY, .doc = "First day."},
    {"to", DATE, READ_ONLY, .doc = "Last day; belongs to the period."},
    {0}};

static const struct field group[] = {
    {"districtId", UUID, READ_ONLY, .doc = "District; none for undisclosed."},
    {"district", TEXT, READ_ONLY, 1, 100,
     .doc = "Its name, or undisclosed: protected registration, or no district.", .example = "\"Södermalm\""},
    {"unitId", UUID, READ_ONLY, .doc = "Unit; none for undisclosed."},
    {"unit", TEXT, READ_ONLY, 1, 100, .doc = "Its name, or undisclosed.", .example = "\"KAA Syd\""},
    {"sex", CODE, READ_ONLY, .codes = "female male unknown", .doc = "Sex as registered."},
    {0}};

static const struct field row[] = {
    {"group", OBJECT, READ_ONLY, .members = group, .doc = "Whom the figures are of; empty for the total."},
    {"covered", INTEGER, READ_ONLY | NULLABLE,
     .doc = "Youths with a registration that overlaps the period, its first and last day included."},
    {"soughtOut", INTEGER, READ_ONLY | NULLABLE,
     .doc =
         "Of those, with an attempt made in the period: purpose outreach, beyond planned, neither cancelled nor "
         "voided."},
    {"reached", INTEGER, READ_ONLY | NULLABLE,
     .doc =
         "Of those covered, with an outcome reached or reached_declined dated in the period, of an attempt of "
         "either purpose."},
    {"reachedBy", FIGURES, READ_ONLY, .doc = "Reached youths by the channel of the first such outcome.",
     .example = "{\"letter\": 12, \"phone\": null}"},
    {"attempts", FIGURES, READ_ONLY,
     .doc = "Attempts made in the period, by channel, at the place of that day.",
     .example = "{\"letter\": 40}"},
    {"participants", INTEGER, READ_ONLY | NULLABLE,
     .doc = "Covered youths with a started measure that overlaps the period."},
    {"participantsByAdministration", FIGURES, READ_ONLY, .scope = "reports:exact",
     .doc = "The same by the administration of the measure's unit; one youth may count in several.",
     .example = "{\"labour_market\": 9}"},
    {"exits", FIGURES, READ_ONLY, .doc = "Registrations that ended in the period, by exit reason.",
     .example = "{\"national_programme\": 14}"},
    {"exitsOfParticipants", FIGURES, READ_ONLY,
     .doc = "Of those, with a started measure that overlaps the registration.",
     .example = "{\"national_programme\": 6}"},
    {"exitsByMeasureType", FIGURES, READ_ONLY, .scope = "reports:exact",
     .doc =
         "The same by type of measure and exit reason (type.reason), those that occur; health_promoting counts "
         "as other.",
     .example = "{\"coaching.national_programme\": 3}"},
    {"results", FIGURES, READ_ONLY, .doc = "Measures that ended in the period, by end reason.",
     .example = "{\"completed_goal_reached\": 8}"},
    {"occupationAfter", FIGURES, READ_ONLY, .doc = "Measures that ended in the period, by occupation after.",
     .example = "{\"work\": 5}"},
    {"timeliness", FIGURES, READ_ONLY,
     .doc =
         "Of the registrations begun in the period (begun): how many had their first attempt within the policy's "
         "time (firstContactInTime), and how many have none (noContact).",
     .example = "{\"begun\": 30, \"firstContactInTime\": 25, \"noContact\": null}"},
    {0}};

static const struct field follow_up[] = {
    {"report", TEXT, READ_ONLY, 1, 40, .doc = "The report's name.", .example = "\"follow-up\""},
    {"definitionVersion", TEXT, READ_ONLY, 1, 20, .doc = "Version of what the figures mean.",
     .example = "\"1\""},
    {"period", OBJECT, READ_ONLY, .members = period, .doc = "The period."},
    {"groupBy", CODE, READ_ONLY, .codes = GROUPS, .doc = "How it is divided."},
    {"masked", BOOLEAN, READ_ONLY, .doc = "Whether small counts are masked (null)."},
    {"computedAt", TIME, READ_ONLY, .doc = "The time of the data that it was computed from."},
    {"dataAsOf", TIME, READ_ONLY, .doc = "When the data last changed."},
    {"data", OBJECTS, READ_ONLY, .members = row,
     .doc = "One row a group; divided figures have all their codes."},
    {0}};

static const struct filter query[] = {
    {"period", TEXT, OWN_SQL, .min = 4, .max = 7,
     .doc =
         "T1-2026 (January–April), T2-2026 (January–August, cumulative), 2026, H1-2026 or H2-2026. Dates are "
         "those of Europe/Stockholm."},
    {"from", DATE, OWN_SQL, .doc = "Instead of a period, with `to`: first day. Needs reports:exact."},
    {"to", DATE, OWN_SQL, .doc = "Last day, which belongs to the period. Needs reports:exact."},
    {"groupBy", CODE, OWN_SQL, .codes = GROUPS, .doc = "How to divide; total when not given."},
    {"masked", BOOLEAN, OWN_SQL,
     .doc = "false: exact figures, which reports:exact gives anyway; true: masked ones."},
    {0}};

static const struct route routes[] = {
    {QUERY, "/reports", "catalogue", .scope = "reports:read|reports:exact", .answer = catalogue,
     .doc = "The reports there are."},
    {QUERY, "/reports/follow-up", "follow_up", .scope = "reports:read|reports:exact", .answer = follow_up,
     .query = query, .formats = CSV,
     .doc =
         "Follow-up figures of a period. Everyone counts, alike for every caller; a token that is limited to "
         "districts gets those alone. Counts from 1 up to the policy's smallCellThreshold less one are null, and so "
         "are the next smallest ones where a masked count could be had by subtraction; reports:exact lifts that. "
         "Persons count at the last district and unit they had while covered."},
    {0}};

static const struct refusal refusals[] = {
    {"invalid-period", 400, NULL,
     "Ange period (T1-2026, T2-2026, 2026, H1-2026 eller H2-2026), eller både from och to i rätt ordning.",
     "Give a period (T1-2026, T2-2026, 2026, H1-2026 or H2-2026), or both from and to in order."},
    {0}};

RESOURCE(reports) = {
    .name = "reports",
    .title = "Reports",
    .doc = "Follow-up figures as JSON and CSV. An answer stays the same, ETag and all, while the data does.",
    .fields = row,
    .routes = routes,
    .refusals = refusals,
    .bare = 1,
};
