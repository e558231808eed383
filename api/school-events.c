/* School events: what schools tell of a person, taken by night and never answered with anything about the person. */
#include "service/resource.h"

#define TYPES "started ended absence at_risk completed not_applied"
#define ENROLMENTS                                                                                           \
  "compulsory_school national_programme apprenticeship rh_adapted fourth_technical_year "                    \
  "introductory_programme adapted_upper_secondary international_baccalaureate upper_secondary_abroad "       \
  "folk_high_school komvux sfi"

static const struct field fields[] = {
    {"youthId", UUID, READ_ONLY, .doc = "The youth."},
    {"eventId", TEXT, REQUIRED, 1, 100,
     .doc = "The school's own id, without personal data. Given again by the same client and school unit, the "
            "first event holds, whatever the later one says.",
     .example = "\"2026-000117\""},
    {"schoolUnit", TEXT, READ_ONLY, 0, 200, .doc = "The token's school unit; empty for callers without one.",
     .example = "\"12345678\""},
    {"type", CODE, REQUIRED, .codes = TYPES,
     .doc =
         "started, ended and completed are heard by evaluations until the register's own rows say something "
         "new; absence, at_risk, ended and not_applied make an unknown person preventive. Of an unknown "
         "person who started or completed nothing is kept."},
    {"result", CODE, .codes = "diploma study_certificate", .doc = "With completed, and only then."},
    {"date", DATE, REQUIRED,
     .doc = "The day it counts from. Not in the future; started and not_applied up to a year ahead."},
    {"enrolmentType", CODE, .codes = ENROLMENTS,
     .doc = "With started and ended only: what; national_programme when not given."},
    {"school", TEXT, 0, 1, 200, .doc = "School; not kept with protected registration.",
     .example = "\"Exempelgymnasiet\""},
    {"programme", TEXT, 0, 1, 100, .doc = "Programme.", .example = "\"EE\""},
    {"absorbedOn", DATE, READ_ONLY,
     .doc =
         "The day of the import whose row said something new of the schooling: from it on the row counts."},
    {"personalNumber", PERSONAL_NUMBER, REQUIRED | WRITE_ONLY, .doc = "Any number of the person.",
     .example = "\"20080101TF01\""},
    {"numberType", CODE, WRITE_ONLY, .codes = "personal coordination temporary",
     .doc = "Told by the number when not given."},
    {"birthDate", DATE, WRITE_ONLY, .doc = "Kept for a person who becomes preventive."},
    {"sex", CODE, WRITE_ONLY, .codes = "female male unknown",
     .doc = "Kept for a person who becomes preventive."},
    {"givenName", TEXT, REQUIRED | WRITE_ONLY, 1, 100, .doc = "Kept for a person who becomes preventive.",
     .example = "\"Alva\""},
    {"familyName", TEXT, REQUIRED | WRITE_ONLY, 1, 100, .doc = "Kept for a person who becomes preventive.",
     .example = "\"Exempel\""},
    {"phones", PHONES, WRITE_ONLY, 0, 5, .doc = "Kept for a preventive person."},
    {"email", EMAIL, WRITE_ONLY, .doc = "Kept for a preventive person."},
    {0}};

static const struct field receipt[] = {{"id", UUID, READ_ONLY, .doc = "The event's id: the first one's."},
                                       {0}};

static const struct filter filters[] = {{"youthId", UUID, 0, .doc = "Of this youth."},
                                        {"type", CODE, MANY, .codes = TYPES, .doc = "Of one of these types."},
                                        {0}};

static const struct sort sorts[] = {{"date", "v.date", "date", 1, .doc = "The latest first."}, {0}};

static const struct route routes[] = {
    {LIST, "/school-events", .doc = "What has been taken of the youths whom the caller may see."},
    {CREATE, "/school-events", "receive", .receipt = "receipt", .answer = receipt,
     .doc =
         "Tells of an event. The answer is always the same and says nothing of the person; the event is taken "
         "by night or by an evaluation run."},
    {READ, "/school-events/{id}", .doc = "An event that has been taken, of a youth whom the caller may see."},
    {0}};

static const struct link links[] = {{"youth", "GET", "/youths/{youthId}", "youths:read", NULL}, {0}};

static const struct refusal refusals[] = {
    {"number-wrong", 422, "/personalNumber", "Numret stämmer inte med sin typ eller kontrollsiffra.",
     "The number does not fit its type or check digit."},
    {"result-with-completed", 422, "/result", "Resultat anges med completed, och bara då.",
     "A result belongs to completed, and to it alone."},
    {"enrolment-type-with-event", 422, "/enrolmentType",
     "Utbildningens typ anges bara med started och ended.",
     "The type of enrolment belongs to started and ended alone."},
    {0}};

RESOURCE(school_events) = {
    .name = "school-events",
    .title = "School events",
    .doc =
        "Start, drop-out, absence, risk and completion, as schools tell. Idempotent by client, school unit and "
        "eventId. Identity and contact data are deleted as soon as the event has been taken, unless the "
        "person is preventive: then they are the youth's.",
    .fields = fields,
    .filters = filters,
    .sorts = sorts,
    .routes = routes,
    .links = links,
    .refusals = refusals,
    .subject = "array[v.\"youthId\"]",
};
