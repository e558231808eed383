/* The statistics export: the half-year's total survey for SCB/Skolverket, a file of persons, and the checks of it. */
#include "service/resource.h"

#define SCOPE   "statistics-export:read+protected:read+personal-numbers:read"
#define REASONS "no_upper_secondary dropout dropout_introductory study_certificate newly_registered unknown"
#define EXIT_REASONS                                                                                         \
  "national_programme introductory_programme adapted_upper_secondary equivalent_started completed "          \
  "turned_20 moved emigrated deceased registered_in_error"
#define OCCUPATIONS                                                                                          \
  "unknown none national_programme introductory_programme komvux sfi folk_high_school other_education work " \
  "internship labour_market_programme military_service parental_leave abroad unable declined_contact"
#define TYPES                                                                                                \
  "career_guidance motivational_talks single_talk coaching introductory_programme_studies komvux_studies "   \
  "folk_high_school_course internship job_support group_activity school_transfer_support other"

static const struct field period[] = {
    {"name", TEXT, READ_ONLY, 7, 7, .doc = "The half-year's name.", .example = "\"H1-2026\""},
    {"from", DATE, READ_ONLY, .doc = "First day."},
    {"to", DATE, READ_ONLY, .doc = "Last day; belongs to it."},
    {"complete", BOOLEAN, READ_ONLY, .doc = "The half-year is over."},
    {0}};

static const struct field layout[] = {
    {"name", TEXT, READ_ONLY, 1, 40, .doc = "Its name.", .example = "\"example\""},
    {"version", TEXT, READ_ONLY, 1, 20, .doc = "Its version.", .example = "\"1\""},
    {"halfYear", TEXT, READ_ONLY, 7, 7, .doc = "The half-year from which it holds.",
     .example = "\"H1-2020\""},
    {"official", BOOLEAN, READ_ONLY,
     .doc = "false: not the record description that SCB has fixed. Then the file's name says so too."},
    {"note", LABELS, READ_ONLY, .doc = "What those who fetch it should know, by language.",
     .example = "{\"sv\": \"Exempel\"}"},
    {0}};

static const struct field code[] = {
    {"list", TEXT, READ_ONLY, .doc = "The code list.", .example = "\"exit-reasons\""},
    {"code", TEXT, READ_ONLY, .doc = "The code as elsewhere in the service.", .example = "\"moved\""},
    {"value", TEXT, READ_ONLY, .doc = "How it stands in the file.", .example = "\"7\""},
    {0}};

static const struct field measure[] = {
    {"measureId", UUID, READ_ONLY, .doc = "The measure."},
    {"type", CODE, READ_ONLY, .codes = TYPES, .doc = "Its type; health_promoting counts as other."},
    {"startDate", DATE, READ_ONLY, .doc = "First day."},
    {"endDate", DATE, READ_ONLY, .doc = "Last day, when it ended in the half-year."},
    {"occupationAfter", CODE, READ_ONLY, .codes = OCCUPATIONS, .doc = "Occupation when it had ended."},
    {0}};

static const struct field row[] = {
    {"municipality", TEXT, READ_ONLY, 4, 4, .doc = "The municipality's code.", .example = "\"0180\""},
    {"youthId", UUID, READ_ONLY, .doc = "The youth; of a merged duplicate the survivor."},
    {"registrationId", UUID, READ_ONLY, .doc = "The registration."},
    {"personalNumber", PERSONAL_NUMBER, READ_ONLY, .doc = "The identity number in use."},
    {"numberType", CODE, READ_ONLY, .codes = "personal coordination temporary", .doc = "What kind it is."},
    {"startDate", DATE, READ_ONLY, .doc = "First day of the registration."},
    {"reason", CODE, READ_ONLY, .codes = REASONS, .doc = "Why it began."},
    {"latestSchool", TEXT, READ_ONLY, 1, 200, .doc = "Latest school; not with protected registration."},
    {"latestProgramme", TEXT, READ_ONLY, 1, 100, .doc = "Latest programme."},
    {"firstAttemptOn", DATE, READ_ONLY,
     .doc = "First outreach attempt made in the half-year while registered."},
    {"firstReachedOn", DATE, READ_ONLY, .doc = "First time reached in the half-year while registered."},
    {"occupation", CODE, READ_ONLY, .codes = OCCUPATIONS,
     .doc =
         "On the last day covered within the half-year, or today when that is earlier; past its review date it is "
         "unknown."},
    {"measures", OBJECTS, READ_ONLY, .members = measure,
     .doc = "Measures that the youth took part in during the half-year, by their start."},
    {"occupationAfter", CODE, READ_ONLY, .codes = OCCUPATIONS,
     .doc = "Occupation after the last measure, when none is going on."},
    {"exitDate", DATE, READ_ONLY, .doc = "The day it ended, when that was in the half-year."},
    {"exitReason", CODE, READ_ONLY, .codes = EXIT_REASONS, .doc = "Why it ended."},
    {0}};

static const struct field file[] = {
    {"period", OBJECT, READ_ONLY, .members = period, .doc = "The half-year."},
    {"layout", OBJECT, READ_ONLY, .members = layout, .doc = "The layout of the file in CSV."},
    {"acceptedErrors", INTEGER, READ_ONLY, .doc = "Errors that acceptErrors let pass."},
    {"registrations", INTEGER, READ_ONLY, .doc = "Rows."},
    {"codes", OBJECTS, READ_ONLY, .members = code,
     .doc = "Codes that stand otherwise in the file than in these rows."},
    {"data", OBJECTS, READ_ONLY, .members = row, .doc = "A row for each registration, by identity number."},
    {0}};

static const struct field rule[] = {
    {"rule", INTEGER, READ_ONLY, .doc = "Its number, which never changes.", .example = "3"},
    {"sv", TEXT, READ_ONLY, .doc = "What must hold, in Swedish."},
    {"en", TEXT, READ_ONLY, .doc = "In English."},
    {"acceptable", BOOLEAN, READ_ONLY, .doc = "Whether acceptErrors lets the file out all the same."},
    {"count", INTEGER, READ_ONLY, .doc = "How many records break it."},
    {0}};

static const struct field record[] = {
    {"rule", INTEGER, READ_ONLY, .doc = "The rule that is broken.", .example = "3"},
    {"youthId", UUID, READ_ONLY, .doc = "The youth."},
    {"registrationId", UUID, READ_ONLY, .doc = "The registration."},
    {"measureId", UUID, READ_ONLY, .doc = "The measure, when one breaks it."},
    {0}};

static const struct field checks[] = {
    {"period", OBJECT, READ_ONLY, .members = period, .doc = "The half-year."},
    {"registrations", INTEGER, READ_ONLY, .doc = "Rows that the file would have."},
    {"rules", OBJECTS, READ_ONLY, .members = rule, .doc = "The rules, and how many records break each."},
    {"data", OBJECTS, READ_ONLY, .members = record,
     .doc = "The records that break a rule, by rule and youth; a hundred a page."},
    {0}};

#define HALF_YEAR                                                                                               \
  {                                                                                                             \
    "period", TEXT, OWN_SQL | REQUIRED,                                                                         \
        .min = 7, .max = 7, .doc = "H1-2026 (January–June) or H2-2026 (July–December); one that has begun." \
  }

static const struct filter file_query[] = {
    HALF_YEAR,
    {"acceptErrors", BOOLEAN, OWN_SQL,
     .doc =
         "true: the file is given out although records break rules. Those rules and persons are then in the access "
         "log as accept-errors. Nobody can accept rule 10."},
    {0}};

static const struct filter checks_query[] = {
    HALF_YEAR,
    {"rule", INTEGER, OWN_SQL, .min = 1, .max = 1000, .doc = "The records of this rule only."},
    {"page", INTEGER, OWN_SQL, .min = 1, .max = 10000, .doc = "Which hundred of the records; the first."},
    {0}};

static const struct report report = {"statistics-export",
                                     "1",
                                     "Statistik till SCB/Skolverket: totalundersökning per halvår",
                                     "Statistics for SCB/Skolverket: the half-year's total survey",
                                     NULL,
                                     (const struct figure *const[]){NULL}};

static const struct route file_routes[] = {
    {QUERY, "/reports/statistics-export", "file", .scope = SCOPE, .answer = file, .query = file_query,
     .formats = CSV, .report = &report, .patient = 1, .by_layout = NEEDED_LAYOUT,
     .doc =
         "The file of a half-year, which replaces what was sent before: every registration that overlaps it, as it "
         "was on its last day; what happened later is not in it. CSV is written by the layout of the half-year "
         "(columns, order, separator, codes, encoding), a data file that operators can add; JSON holds the same rows "
         "under the service's own names. Of the whole municipality: a token limited to districts is refused, and "
         "since a total survey leaves nobody out the token must see protected persons and numbers. While records "
         "break one of the numbered rules: 409 statistics-export-errors with rules and records. Every person in "
         "it is in the access log, and has a disclosure of this request; HEAD gives nothing out and makes none, a "
         "304 is kept like the file."},
    {0}};

static const struct route checks_routes[] = {
    {QUERY, "/reports/statistics-export/checks", "checks", .scope = SCOPE, .answer = checks,
     .query = checks_query, .patient = 1, .by_layout = KNOWN_LAYOUT,
     .doc =
         "The numbered checks of the half-year's file without the file: how many records break each rule, and which. "
         "1 dates are inside the half-year or open, none in the future; 2 no end before its start; 3 a measure is "
         "inside its registration; 4 an exit date if and only if an exit reason; 5 the occupation after, when the "
         "last measure has ended; 6 no overlapping registrations; 7 under 20 at the start; 8 turned_20 on the 20th "
         "birthday; 9 a valid number, which a temporary one is not; 10 left_source is replaced by the right reason; 11 no "
         "more measures than the half-year's layout has room for."},
    {0}};

static const struct refusal refusals[] = {
    {"invalid-half-year", 400, NULL, "Ange ett halvår som H1-2026 eller H2-2026.",
     "Give a half-year like H1-2026 or H2-2026."},
    {"half-year-not-begun", 422, NULL, "Halvåret har inte börjat.", "The half-year has not begun."},
    {"statistics-layout-missing", 422, NULL,
     "Det finns ingen postbeskrivning för halvåret eller ett tidigare.",
     "There is no layout for the half-year or an earlier one."},
    {"statistics-codes-missing", 422, NULL,
     "Postbeskrivningen tar inte våra egna koder, och koder i codes saknar motsvarighet.",
     "The layout takes no codes of our own, and those in codes have no other word."},
    {"statistics-export-errors", 409, NULL,
     "Uppgifter bryter mot regler; rätta dem eller lämna ut filen med acceptErrors. Regel 10 måste rättas.",
     "Records break rules; correct them, or have the file with acceptErrors. Rule 10 must be corrected."},
    {0}};

RESOURCE(statistics_export) = {
    .name = "statistics-export",
    .title = "Statistics export",
    .doc = "The half-year's total survey for SCB/Skolverket: one file of persons, full replacement.",
    .fields = row,
    .routes = file_routes,
    .refusals = refusals,
    .subject = "'{}'::uuid[]", /* the section says whom */
    .bare = 1,
};

RESOURCE(statistics_export_checks) = {
    .name = "statistics-export-checks",
    .title = "Checks of the statistics export",
    .doc = "What must be corrected before the file is sent.",
    .fields = record,
    .routes = checks_routes,
    .subject = "'{}'::uuid[]",
    .bare = 1,
};
