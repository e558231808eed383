/* The outreach plan: whom to seek out next, how, and by when. */
#include "service/resource.h"

#define STEPS                                                                                                \
  "letter phone further_letter door_card home_visit address_notification manual_contact paused follow_up exhausted"

#define WHYS                                                                                                 \
  "registered mass_letter restarted letter_sent tried tries_made no_phone further_letter_sent "              \
  "visit_announced not_at_address ladder_done reached declined protected_registration no_address pause"

static const struct field fields[] = {
    {"youthId", UUID, READ_ONLY, .doc = "The youth; also the row's id."},
    {"givenName", TEXT, READ_ONLY, 1, 100, .doc = "Given name.", .example = "\"Alva\""},
    {"familyName", TEXT, READ_ONLY, 1, 100, .doc = "Family name.", .example = "\"Ek\""},
    {"birthDate", DATE, READ_ONLY, .doc = "Birth date, when known."},
    {"sex", CODE, READ_ONLY, .codes = "female male unknown", .doc = "Sex, as registered."},
    {"districtId", UUID, READ_ONLY, .doc = "District of the youth."},
    {"unitId", UUID, READ_ONLY, .doc = "Unit that serves the district."},
    {"registeredFrom", DATE, READ_ONLY, .doc = "First day of the open registration."},
    {"step", CODE, READ_ONLY, .codes = STEPS,
     .doc =
         "What to do next. door_card: a card that announces the home visit; address_notification: tell the tax "
         "agency that the address is wrong; manual_contact: no address may be used; paused: wait; follow_up: the "
         "youth was reached; exhausted: all is done until the next round."},
    {"why", CODE, READ_ONLY, .codes = WHYS,
     .doc =
         "What made it the next step. letter: registered, at once; mass_letter, it waits for the mass mailing; "
         "restarted, a new round. phone: letter_sent; tried, another try. further_letter and door_card: tries_made, "
         "or no_phone, no number is known; further_letter_sent. home_visit: visit_announced. address_notification: "
         "not_at_address. exhausted: ladder_done. follow_up: reached or declined. manual_contact: "
         "protected_registration or no_address. paused: pause."},
    {"dueDate", DATE, READ_ONLY,
     .doc =
         "By which day, by the municipality's policy. Absent: no day is set. paused: the day after the pause; "
         "follow_up: the occupation's review date; exhausted: the day of the next round."},
    {"overdue", BOOLEAN, READ_ONLY, .doc = "The time the policy allows has passed."},
    {"overdueAfter", DATE, READ_ONLY, .doc = "Overdue from the day after."},
    {"attempts", INTEGER, READ_ONLY, 0, 100000,
     .doc = "Attempts made since the registration began, with purpose outreach.", .example = "1"},
    {"firstContactAt", TIME, READ_ONLY, .doc = "The first of these attempts."},
    {"informedOfTurningTwenty", BOOLEAN, READ_ONLY,
     .doc = "An attempt of purpose turning_20 has been made since the registration began."},
    {0}};

/* Beside those of youths. */
static const struct filter filters[] = {{"youthId", UUID, MANY, .doc = "Of these youths."}, {0}};

static const struct field step_counts[] = {
    {"step", CODE, READ_ONLY, .codes = STEPS, .doc = "The next step."},
    {"count", INTEGER, READ_ONLY, 0, 1000000, .doc = "Youths at that step.", .example = "12"},
    {"due", INTEGER, READ_ONLY, 0, 1000000, .doc = "Of these, due today or earlier.", .example = "5"},
    {"overdue", INTEGER, READ_ONLY, 0, 1000000, .doc = "Of these, overdue.", .example = "3"},
    {0}};

#define PLACE_COUNTS                                                                                         \
  {"count", INTEGER, READ_ONLY, 0, 1000000, .doc = "Youths there.", .example = "40"},                        \
      {"due", INTEGER, READ_ONLY, 0, 1000000, .doc = "Of these, due today or earlier.", .example = "9"},     \
      {"overdue", INTEGER, READ_ONLY, 0, 1000000, .doc = "Of these, overdue.", .example = "4"},              \
  {                                                                                                          \
    "steps", OBJECTS, READ_ONLY, .members = step_counts, .doc = "Steps at which somebody waits there."       \
  }

static const struct field unit_counts[] = {
    {"unitId", UUID, READ_ONLY, .doc = "The unit; absent: those whom no unit serves."}, PLACE_COUNTS, {0}};

static const struct field district_counts[] = {
    {"districtId", UUID, READ_ONLY,
     .doc = "The district; absent: those without one, as with protected registration."},
    PLACE_COUNTS,
    {0}};

static const struct field counts[] = {
    {"data", OBJECTS, READ_ONLY, .members = step_counts, .doc = "Steps at which somebody waits."},
    {"units", OBJECTS, READ_ONLY, .members = unit_counts,
     .doc = "The same by unit, in the order of their names."},
    {"districts", OBJECTS, READ_ONLY, .members = district_counts,
     .doc = "The same by district, in the order of their names."},
    {"newlyRegistered", INTEGER, READ_ONLY, 0, 1000000,
     .doc = "Registration begun in the last 7 days; who they are: registeredAfter."},
    {"unassigned", INTEGER, READ_ONLY, 0, 1000000, .doc = "Nobody is assigned today."},
    {"pausesEnding", INTEGER, READ_ONLY, 0, 1000000,
     .doc = "Paused, and the pause's last day is within 7 days; who they are: step=paused and dueBefore."},
    {"turningTwenty", INTEGER, READ_ONLY, 0, 1000000,
     .doc = "20 within 90 days and not yet informed; who they are: turningTwentyBefore and "
            "informedOfTurningTwenty=false."},
    {0}};

static const struct sort sorts[] = {
    {"dueDate", "v.\"dueDate\"", "date", .doc = "By due date; those without one last."}, {0}};

static const struct route routes[] = {
    {LIST, "/outreach-plan", .doc = "The work list, the most urgent first."},
    {QUERY, "/outreach-plan/counts", "counts", .answer = counts, .query = filters,
     .doc =
         "What a coordinator asks each morning, in one request: how many wait at each step, in all and by unit and "
         "district, how many are due or overdue, and who is new, unassigned, back from a pause or soon 20. Of the "
         "same youths as the work list with the same filters."},
    {0}};

RESOURCE(outreach_plan) = {
    .name = "outreach-plan",
    .title = "Outreach plan",
    .doc =
        "One row for each youth with an open registration: the next step of the outreach ladder, why, and when. "
        "It follows from the registration, the attempts and the municipality's policy, and is always up to date.",
    .fields = fields,
    .keys = "youth_keys",
    .filters = filters,
    .filters_of = "youths",
    .always = "v.\"dueDate\" < 'infinity'",
    .sorts = sorts,
    .routes = routes,
    .subject = "array[v.\"youthId\"]",
    .bare = 1,
};
