/* The outreach plan: whom to seek out next, how, and by when. */
#include "service/resource.h"

#define STEPS                                                                                                \
  "letter phone further_letter door_card home_visit address_notification manual_contact paused follow_up exhausted"

static const struct field fields[] = {
    {"youthId", UUID, READ_ONLY, .doc = "The youth; also the row's id."},
    {"givenName", TEXT, READ_ONLY, 1, 100, .doc = "Given name.", .example = "\"Alva\""},
    {"familyName", TEXT, READ_ONLY, 1, 100, .doc = "Family name.", .example = "\"Ek\""},
    {"birthDate", DATE, READ_ONLY, .doc = "Birth date, when known."},
    {"sex", CODE, READ_ONLY, .codes = "female male unknown", .doc = "Sex, as registered."},
    {"districtId", UUID, READ_ONLY, .doc = "District of the youth."},
    {"unitId", UUID, READ_ONLY, .doc = "Unit that serves the district."},
    {"registeredFrom", DATE, READ_ONLY, .doc = "First day of the open registration."},
    {"step", CODE, READ_ONLY, .codes = STEPS, .doc = "What to do next."},
    {"why", CODE, READ_ONLY,
     .codes = "registered mass_letter letter_sent attempt_made reached protected_registration no_address",
     .doc =
         "What made it the next step: newly registered; waiting for the mass mailing; a letter was sent; another "
         "attempt was made; the youth was reached; protected registration; no usable address."},
    {"dueDate", DATE, READ_ONLY, .doc = "By which day, by the municipality's policy. Absent: no day is set."},
    {"overdue", BOOLEAN, READ_ONLY, .doc = "The time the policy allows has passed."},
    {"overdueAfter", DATE, READ_ONLY, .doc = "Overdue from the day after."},
    {"attempts", INTEGER, READ_ONLY, 0, 100000,
     .doc = "Attempts made since the registration began, with purpose outreach.", .example = "1"},
    {"firstContactAt", TIME, READ_ONLY, .doc = "The first of these attempts."},
    {0}};

#define ASSIGNED                                                                                             \
  "exists (select from base.assignments a where a.municipality = (select base.municipality())"               \
  " and a.youth_id = v.id and a.staff = case @ when 'me' then base.sub() else @ end"                         \
  " and a.from_date <= base.today() and (a.to_date is null or a.to_date >= base.today()))"

static const struct filter filters[] = {
    {"districtId", UUID, MANY, .doc = "Of youths in one of these districts."},
    {"unitId", UUID, MANY, .doc = "Of youths served by one of these units."},
    {"step", CODE, MANY, .codes = STEPS, .doc = "With one of these as next step."},
    {"overdue", BOOLEAN, 0, .doc = "Overdue ones, or the others."},
    {"dueBefore", DATE, 0, "v.\"dueDate\" <= @", .doc = "Due on this day or earlier."},
    {"assignedTo", TEXT, 0, ASSIGNED,
     .doc = "Of youths assigned to this token subject now; me: to the caller."},
    {"neverContacted", BOOLEAN, 0, "(v.\"firstContactAt\" is null) = @",
     .doc = "No attempt made yet, or some."},
    {0}};

static const struct filter counted[] = {
    {"districtId", UUID, MANY | OWN_SQL, .doc = "Of youths in one of these districts."},
    {"unitId", UUID, MANY | OWN_SQL, .doc = "Of youths served by one of these units."},
    {"assignedTo", TEXT, OWN_SQL, .doc = "Of youths assigned to this token subject now; me: to the caller."},
    {0}};

static const struct field count[] = {
    {"step", CODE, READ_ONLY, .codes = STEPS, .doc = "The next step."},
    {"count", INTEGER, READ_ONLY, 0, 1000000, .doc = "Youths at that step.", .example = "12"},
    {"overdue", INTEGER, READ_ONLY, 0, 1000000, .doc = "Of these, overdue.", .example = "3"},
    {0}};

static const struct field counts[] = {
    {"data", OBJECTS, READ_ONLY, .members = count, .doc = "Steps at which somebody waits."}, {0}};

static const struct sort sorts[] = {{"dueDate", "coalesce(v.\"dueDate\", '9999-12-31')", "date",
                                     .doc = "By due date; those without one last."},
                                    {0}};

static const struct route routes[] = {
    {LIST, "/outreach-plan", .doc = "The work list, the most urgent first."},
    {QUERY, "/outreach-plan/counts", "counts", .answer = counts, .query = counted,
     .doc = "How many youths wait at each step."},
    {0}};

RESOURCE(outreach_plan) = {
    .name = "outreach-plan",
    .title = "Outreach plan",
    .doc =
        "One row for each youth with an open registration: the next step of the outreach ladder, why, and when. "
        "It follows from the registration, the attempts and the municipality's policy, and is always up to date.",
    .fields = fields,
    .filters = filters,
    .sorts = sorts,
    .routes = routes,
    .subject = "array[v.\"youthId\"]",
    .bare = 1,
};
