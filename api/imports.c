/* Imports: the nightly rows of the register, delivered in parts, tried, and committed as a whole. */
#include "service/resource.h"

#define ENROLMENTS                                                                                           \
  "compulsory_school national_programme apprenticeship rh_adapted fourth_technical_year "                    \
  "introductory_programme adapted_upper_secondary international_baccalaureate upper_secondary_abroad "       \
  "folk_high_school komvux sfi"
#define QUALIFICATIONS                                                                                       \
  "upper_secondary_diploma adapted_upper_secondary_certificate ib_diploma foreign_upper_secondary "          \
  "folk_high_school_eligibility study_certificate"

static const struct field address[] = {
    {"kind", CODE, REQUIRED, .codes = "registered special_postal forwarding",
     .doc = "With protected registration only forwarding is kept."},
    {"street", TEXT, 0, 1, 100, .doc = "Street and number, or box.", .example = "\"Exempelgatan 1\""},
    {"careOf", TEXT, 0, 1, 100, .doc = "Care of."},
    {"postalCode", TEXT, 0, 1, 10, .doc = "Postal code.", .example = "\"11122\""},
    {"city", TEXT, 0, 1, 60, .doc = "City.", .example = "\"Stockholm\""},
    {0}};

static const struct field residence[] = {
    {"municipality", TEXT, 0, 4, 4, .doc = "Code of the home municipality; needed for a resident.",
     .example = "\"0180\""},
    {"district", TEXT, 0, 1, 60,
     .doc = "Slug or id of the district; read for residents here without protected registration.",
     .example = "\"sodermalm\""},
    {"status", CODE, REQUIRED, .codes = "resident not_resident emigrated deceased",
     .doc = "Registered resident or not."},
    {"firstRegisteredInSweden", DATE, .doc = "When first registered in Sweden."},
    {0}};

static const struct field enrolment[] = {
    {"type", CODE, REQUIRED, .codes = ENROLMENTS, .doc = "Kind of school or programme."},
    {"school", TEXT, 0, 1, 200, .doc = "School; not kept with protected registration.",
     .example = "\"Exempelgymnasiet\""},
    {"programme", TEXT, 0, 1, 100, .doc = "Programme.", .example = "\"EE\""},
    {"from", DATE, .doc = "First day; without it, long ago."},
    {"to", DATE, .doc = "Last day, included."},
    {"cancelled", DATE, .doc = "From this day on it does not count."},
    {0}};

static const struct field qualification[] = {
    {"type", CODE, REQUIRED, .codes = QUALIFICATIONS, .doc = "What was reached."},
    {"date", DATE, .doc = "When; without it, long ago."},
    {0}};

static const struct field row[] = {
    {"personalNumber", PERSONAL_NUMBER, REQUIRED, .doc = "Any number of the person.",
     .example = "\"20080101TF01\""},
    {"numberType", CODE, REQUIRED, .codes = "personal coordination temporary", .doc = "Its type."},
    {"formerNumbers", PERSONAL_NUMBERS, 0, 0, 10,
     .doc =
         "Numbers the person had before. When personalNumber is unknown here and one of these is known, it "
         "is that person, who gets the new number. Of two persons here: person-ambiguous."},
    {"birthDate", DATE, .doc = "Absent when unknown; then a person must look (rule 0)."},
    {"sex", CODE, REQUIRED, .codes = "female male unknown", .doc = "Sex."},
    {"givenName", TEXT, REQUIRED, 1, 100, .doc = "Given name.", .example = "\"Alva\""},
    {"familyName", TEXT, REQUIRED, 1, 100, .doc = "Family name.", .example = "\"Exempel\""},
    {"protection", CODE, REQUIRED, .codes = "none confidentiality_marking protected_registration",
     .doc = "With protected registration neither district nor school is kept."},
    {"address", OBJECT, .members = address, .doc = "Registered address, or where post is forwarded."},
    {"residence", OBJECT, REQUIRED, .members = residence, .doc = "Where the person is registered."},
    {"actualMunicipality", TEXT, 0, 4, 4,
     .doc = "Where a person with protected registration stays: that municipality is responsible (29:6).",
     .example = "\"0180\""},
    {"compulsorySchoolEnded", DATE,
     .doc = "Without it, 15 June of the year of turning 16 is assumed; at the latest the 18th birthday."},
    {"enrolments", OBJECTS, 0, 0, 50, .members = enrolment, .doc = "All that are known, ended ones too."},
    {"qualifications", OBJECTS, 0, 0, 20, .members = qualification, .doc = "All that are known."},
    {0}};

static const struct field fields[] = {
    {"status", CODE, READ_ONLY, .codes = "open running committed stopped cancelled failed",
     .doc = "running: being worked on just now; stopped: a brake wants an approval."},
    {"source", TEXT, REQUIRED | CREATE_ONLY, 1, 40,
     .doc = "Who delivers: a–z, 0–9 and hyphen. A full import ends only what the same source delivered last.",
     .example = "\"ber\""},
    {"mode", CODE, REQUIRED | CREATE_ONLY, .codes = "full delta",
     .doc = "full: who is absent has left the source; delta: says nothing of the absent."},
    {"asOf", DATE, REQUIRED | CREATE_ONLY,
     .doc = "The day the rows speak of: not in the future, not before the source's last committed import."},
    {"counts", FIGURES, READ_ONLY,
     .doc =
         "new (registrations begun), updated, unchanged, ended, notCovered, toReview, rejected: what the "
         "commit did, or would do. Those held back until the policy's newCohortFrom are among notCovered."},
    {"rowCount", INTEGER, READ_ONLY, 0, 100000000, .doc = "Rows read."},
    {"brake", CODE, READ_ONLY,
     .codes = "importMaxEndedPercent importMinRows importMaxRejectedPercent unreadableRows",
     .doc = "What stops the commit, or would: too many absent, too few rows, too many rejected, or rows that "
            "name nobody while others are absent. Percentages stop from the policy's importBrakeFrom on."},
    {"failure", TEXT, READ_ONLY, .doc = "SQLSTATE of what failed.", .example = "\"23514\""},
    {"endedAt", TIME, READ_ONLY, .doc = "When it was committed, cancelled or failed."},
    {0}};

static const struct filter filters[] = {{"status", CODE, MANY,
                                         .codes = "open running committed stopped cancelled failed",
                                         .doc = "With one of these."},
                                        {"source", TEXT, 0, .doc = "Of this source."},
                                        {0}};

static const struct event events[] = {
    {"validated", .doc = "A dry run: counts and rejected rows as a commit would give; as often as wanted."},
    {"committed", .doc = "Does it, in one transaction; or is stopped by a brake and changes nothing, and the "
                         "history says stopped; failed likewise."},
    {"approved", .doc =
                     "Commits what a brake had stopped. Of those absent it ends the ones that the rows list "
                     "and whose registration is still open; others wait for the next file."},
    {"cancelled", .doc = "Drops it; its rows are deleted."},
    {0}};

static const struct route routes[] = {
    {LIST, "/imports", .doc = "Imports, the oldest change first."},
    {CREATE, "/imports", .doc = "Opens an import. Needs protected:read and a token without districts."},
    {READ, "/imports/{id}", .doc = "The import; also while it runs, or after the connection was lost."},
    {UPLOAD, "/imports/{id}/parts/{n}", "part", .body = row,
     .doc =
         "Puts part n: one row a line, in any order, again replaces it. Rows with faults are kept with their "
         "faults and count as rejected. Deleted when the import ends."},
    {EVENT, "/imports/{id}/events", "event", .patient = 1, .doc = "Tries, commits, approves or cancels."},
    {EVENTS, "/imports/{id}/events", .doc = "What has happened, oldest first."},
    {EVENTS, "/imports/{id}/events/{eventId}", .doc = "One of them."},
    {0}};

static const struct link links[] = {{"rows", "GET", "/imports/{id}/rows", "imports:read", NULL},
                                    {"events", "GET", "/imports/{id}/events", "imports:read", NULL},
                                    {0}};

static const struct refusal refusals[] = {
    {"import-outdated", 422, "/asOf", "En senare leverans från samma källa är redan inläst.",
     "A later delivery of the same source is committed already."},
    {"import-running", 409, NULL, "En annan import från samma källa pågår; importId säger vilken.",
     "Another import of the same source is running; importId names it."},
    {"import-collided", 409, NULL,
     "Någon registrerade en av personerna samtidigt; inget är ändrat, läs in igen.",
     "Somebody registered one of the persons at the same time; nothing is changed, commit again."},
    {"import-superseded", 409, NULL,
     "En senare leverans från samma källa har lästs in sedan dess; avbryt den här.",
     "A later delivery of the same source has been committed since; cancel this one."},
    {"import-not-open", 409, NULL, "Importen tar inte emot fler delar.", "The import takes no more parts."},
    {"imports-source-check", 422, "/source", "Källan skrivs med a–z, 0–9 och bindestreck.",
     "A source is written with a–z, 0–9 and hyphen."},
    {"import-parts-n-check", 422, NULL, "Delar numreras från 1 till 100000.",
     "Parts are numbered 1 to 100000."},
    {"districts-limited", 403, NULL, "Åtkomsttoken gäller bara vissa distrikt.",
     "The access token is limited to districts."},
    {0}};

RESOURCE(imports) = {
    .name = "imports",
    .also = "protected:read", /* whoever reads the counts of two nights learns of everyone */
    .title = "Imports",
    .doc = "Rows of the register. Only those who are covered are stored (29 kap. 9 § skollagen): of others "
           "nothing is kept but counts, and of rows that a person must look at, the row number and the rule.",
    .fields = fields,
    .filters = filters,
    .subject =
        "'{}'::uuid[]", /* the rows name persons; whose data was written is logged by the import itself */
    .routes = routes,
    .events = events,
    .links = links,
    .refusals = refusals,
};
