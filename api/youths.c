/* Youths: those whom the municipality must know of, reach and help (29 kap. 9 § skollagen). */
#include "service/resource.h"

#define STATUSES "active ended preventive"
#define STEPS                                                                                                \
  "letter phone further_letter door_card home_visit address_notification manual_contact paused follow_up "   \
  "exhausted"
#define WHYS                                                                                                 \
  "registered mass_letter restarted letter_sent tried tries_made no_phone further_letter_sent "              \
  "visit_announced not_at_address ladder_done reached declined protected_registration no_address pause"
#define OCCUPATIONS                                                                                          \
  "unknown none national_programme introductory_programme komvux sfi folk_high_school other_education work " \
  "internship labour_market_programme military_service parental_leave abroad unable declined_contact"
#define REASONS "no_upper_secondary dropout dropout_introductory study_certificate newly_registered unknown"
#define EXIT_REASONS                                                                                         \
  "national_programme introductory_programme adapted_upper_secondary equivalent_started completed "          \
  "turned_20 moved emigrated deceased registered_in_error left_source"

static const struct field address[] = {
    {"kind", CODE, REQUIRED, .codes = "registered special_postal forwarding",
     .doc = "With protected registration only forwarding is kept."},
    {"street", TEXT, 0, 1, 100, .doc = "Street and number, or box.", .example = "\"Exempelgatan 1\""},
    {"careOf", TEXT, 0, 1, 100, .doc = "Care of."},
    {"postalCode", TEXT, 0, 1, 10, .doc = "Postal code.", .example = "\"11122\""},
    {"city", TEXT, 0, 1, 60, .doc = "City.", .example = "\"Stockholm\""},
    {0}};

static const struct field contact_address[] = {
    {"street", TEXT, 0, 1, 100, .doc = "Street and number, or box.", .example = "\"Exempelgatan 2\""},
    {"careOf", TEXT, 0, 1, 100, .doc = "Care of."},
    {"postalCode", TEXT, 0, 1, 10, .doc = "Postal code.", .example = "\"11122\""},
    {"city", TEXT, 0, 1, 60, .doc = "City.", .example = "\"Stockholm\""},
    {0}};

static const struct field guardian[] = {
    {"name", TEXT, REQUIRED, 1, 200, .doc = "Name.", .example = "\"Kim Exempel\""},
    {"phone", PHONE, .doc = "Phone number."},
    {"email", EMAIL, .doc = "E-mail address."},
    {0}};

static const struct field registration[] = {
    {"id", UUID, READ_ONLY, .doc = "The registration."},
    {"startDate", DATE, REQUIRED, .doc = "First day; before the 20th birthday and not in the future."},
    {"reason", CODE, REQUIRED, .codes = REASONS, .doc = "See the code list registration-reasons."},
    {"latestSchool", TEXT, 0, 1, 200, .doc = "Latest school; not shown with protected registration."},
    {"latestProgramme", TEXT, 0, 1, 100, .doc = "Latest programme."},
    {"endDate", DATE, READ_ONLY, .doc = "The day it ended."},
    {"exitReason", CODE, READ_ONLY, .codes = EXIT_REASONS, .doc = "See the code list exit-reasons."},
    {0}};

static const struct field occupation[] = {
    {"code", CODE, READ_ONLY, .codes = OCCUPATIONS, .doc = "unknown when the review date has passed."},
    {"from", DATE, READ_ONLY, .doc = "Since when."},
    {"source", CODE, READ_ONLY, .codes = "register contact school import", .doc = "Where it is known from."},
    {"confirmedAt", TIME, READ_ONLY, .doc = "When it was confirmed."},
    {"reviewDate", DATE, READ_ONLY, .doc = "When it must be asked for again."},
    {0}};

static const struct field outreach[] = {
    {"step", CODE, READ_ONLY, .codes = STEPS, .doc = "The next step of the outreach ladder."},
    {"why", CODE, READ_ONLY, .codes = WHYS, .doc = "What made it the next step; see the outreach plan."},
    {"dueDate", DATE, READ_ONLY, .doc = "When it is due."},
    {"overdue", BOOLEAN, READ_ONLY, .doc = "The time the policy allows has passed."},
    {"overdueAfter", DATE, READ_ONLY, .doc = "Overdue from the day after."},
    {"attempts", INTEGER, READ_ONLY, 0, 10000, .doc = "Attempts made in this registration."},
    {"firstContactAt", TIME, READ_ONLY, .doc = "The first attempt in this registration, reached or not."},
    {"informedOfTurningTwenty", BOOLEAN, READ_ONLY,
     .doc = "An attempt of purpose turning_20 has been made in this registration."},
    {0}};

static const struct field assignment[] = {
    {"id", UUID, READ_ONLY, .doc = "The assignment."},
    {"staff", TEXT, READ_ONLY, .doc = "Token subject.", .example = "\"anna.berg\""},
    {"unitId", UUID, READ_ONLY, .doc = "The unit."},
    {"from", DATE, READ_ONLY, .doc = "Since when."},
    {0}};

static const struct field fields[] = {
    {"status", CODE, READ_ONLY, .codes = STATUSES,
     .doc = "active: a registration is open; ended: none is; preventive: not in the register."},
    {"personalNumber", PERSONAL_NUMBER, REQUIRED | CREATE_ONLY, .scope = "personal-numbers:read",
     .doc = "The current number. Never in a URL; search by youth-lookups.", .example = "\"20080101TF01\""},
    {"numberType", CODE, CREATE_ONLY, .codes = "personal coordination temporary",
     .doc = "Of the current number; told by the number when not given."},
    {"birthDate", DATE, CREATE_ONLY, .doc = "A value of its own: the number's day may be a nearby one."},
    {"sex", CODE, CREATE_ONLY, .codes = "female male unknown", .doc = "unknown when not given."},
    {"givenName", TEXT, REQUIRED | CREATE_ONLY, 1, 100, .doc = "Given name.", .example = "\"Alva\""},
    {"familyName", TEXT, REQUIRED | CREATE_ONLY, 1, 100, .doc = "Family name.", .example = "\"Exempel\""},
    {"protection", CODE, CREATE_ONLY, .codes = "none confidentiality_marking protected_registration",
     .doc = "Other than none: hidden from callers without protected:read."},
    {"address", OBJECT, CREATE_ONLY, .members = address, .doc = "From the population register."},
    {"contactAddress", OBJECT, .members = contact_address, .doc = "Where the youth wants to be reached."},
    {"phones", PHONES, 0, 0, 5, .doc = "Phone numbers; never written by an import."},
    {"email", EMAIL, .doc = "E-mail address; never written by an import."},
    {"guardians", OBJECTS, 0, 0, 4, .members = guardian,
     .doc = "Contact with a minor; removed on the 18th birthday."},
    {"districtId", UUID, CREATE_ONLY, .doc = "Never with protected registration."},
    {"unitId", UUID, READ_ONLY, .doc = "Follows the district; without one, the default unit."},
    {"registration", OBJECT, REQUIRED | CREATE_ONLY, .members = registration, .doc = "The latest one."},
    {"occupation", OBJECT, READ_ONLY, .members = occupation, .doc = "The latest one."},
    {"outreach", OBJECT, READ_ONLY, .members = outreach, .doc = "While a registration is open."},
    {"assignments", OBJECTS, READ_ONLY, 0, 20, .members = assignment, .doc = "Staff assigned today."},
    {"externalIds", LABELS, 0, 0, 10, .doc = "Ids in other systems, by the system's name."},
    {"mergedInto", UUID, READ_ONLY | DETAIL,
     .doc = "The same person's other youth, which is to be used instead of this one; see youth-merges."},
    {0}};

/* v is api.youth_keys, where what is not known is infinity. Today is selected: as it is, no index would be asked for
   it behind row level security, and it would be reckoned for every row. */
static const struct filter filters[] = {
    {"districtId", UUID, MANY, .doc = "Living in one of these districts."},
    {"unitId", UUID, MANY, .doc = "Served by one of these units."},
    {"sex", CODE, MANY, .codes = "female male unknown", .doc = "Of one of these sexes."},
    {"status", CODE, MANY, .codes = STATUSES, .doc = "With one of these statuses."},
    {"step", CODE, MANY, .codes = STEPS, .doc = "One of these steps is next."},
    {"overdue", BOOLEAN, 0, "(v.\"overdueAfter\" < (select base.today())) = @",
     .doc = "The next step should have been made before today."},
    {"dueBefore", DATE, 0, "v.\"dueDate\" <= @", .doc = "The next step is due on this day at the latest."},
    {"bornAfter", DATE, 0, "v.\"birthDate\" > @ and v.\"birthDate\" < 'infinity'",
     .doc = "Born after this day."},
    {"bornBefore", DATE, 0, "v.\"birthDate\" <= @", .doc = "Born on this day at the latest."},
    {"turningTwentyBefore", DATE, 0,
     "v.\"birthDate\" <= (@ - interval '20 years')::date and "
     "v.\"birthDate\" > ((select base.today()) - interval '20 years')::date",
     .doc = "Not yet 20, and 20 on this day at the latest."},
    {"registeredAfter", DATE, 0, "v.\"registeredOn\" > @",
     .doc = "Latest registration begun after this day."},
    {"registeredBefore", DATE, 0, "v.\"registeredOn\" <= @",
     .doc = "Latest registration begun on this day at the latest."},
    {"exitReason", CODE, MANY, .codes = EXIT_REASONS,
     .doc = "Latest registration ended for one of these reasons."},
    {"occupation", CODE, MANY,
     "(v.occupation = any (@) and v.\"occupationUntil\" >= (select base.today())) or "
     "(v.\"occupationUntil\" < (select base.today()) and 'unknown' = any (@))",
     .codes = OCCUPATIONS,
     .doc = "With one of these occupations today; unknown when its review date has passed."},
    {"neverContacted", BOOLEAN, 0, .doc = "A registration is open and no attempt has been made in it."},
    {"informedOfTurningTwenty", BOOLEAN, 0,
     .doc = "Whether an attempt of purpose turning_20 has been made since the open registration began."},
    {"assignedTo", TEXT, 0,
     "v.id = any (array(select a.youth_id from base.parts_assignments a "
     "where a.staff = case @ when 'me' then base.sub() else @ end and a.from_date <= (select base.today())))",
     .doc = "Assigned today to this token subject; me: to the caller."},
    {0}};

static const struct sort sorts[] = {
    {"name", "v.name", "text", .by_row = 1, .doc = "By family name."},
    {"birthDate", "v.\"birthDate\"", "date", .by_row = 1, .doc = "The oldest first."},
    {"dueDate", "v.\"dueDate\"", "date", .doc = "By when the next step is due; those without a step last."},
    {0}};

static const struct route routes[] = {
    {LIST, "/youths", .doc = "The youths whom the caller may see."},
    {CREATE, "/youths", "add",
     .doc =
         "Enters a youth by hand. Needs protected:read and preventive:read too: a number that is taken would tell "
         "of someone."},
    {READ, "/youths/{id}"},
    {EDIT, "/youths/{id}", .doc = "Changes what casework owns; what the register owns comes by imports."},
    {0}};

static const struct link links[] = {
    {"registrations", "GET", "/youths/{id}/registrations", "youths:read", NULL},
    {"occupations", "GET", "/youths/{id}/occupations", "youths:read", NULL},
    {"assignments", "GET", "/youths/{id}/assignments", "youths:read", NULL},
    {"identity-numbers", "GET", "/youths/{id}/identity-numbers", "personal-numbers:read", NULL},
    {"evaluations", "GET", "/youths/{id}/evaluations", "youths:read", NULL},
    {"timeline", "GET", "/youths/{id}/timeline", "youths:read", NULL},
    {"survivor", "GET", "/youths/{mergedInto}", "youths:read", "v.\"mergedInto\" is not null"},
    {"youth-merges", "GET", "/youth-merges?youthId={id}", "youths:read",
     "base.may('protected:read') and base.districts() is null"},
    {"outreach-attempts", "GET", "/outreach-attempts?youthId={id}", "outreach-attempts:read", NULL},
    {"outreach-pauses", "GET", "/outreach-pauses?youthId={id}", "outreach-pauses:read", NULL},
    {"consents", "GET", "/consents?youthId={id}", "consents:read", NULL},
    {"referrals", "GET", "/referrals?youthId={id}", "referrals:read", NULL},
    {"measures", "GET", "/measures?youthId={id}", "measures:read", NULL},
    {0}};

static const struct refusal refusals[] = {
    {"district-not-in-force", 422, "/districtId", "Distriktet gäller inte den dagen.",
     "The district is not in force on that day."},
    {"number-taken", 409, "/personalNumber", "Numret finns redan i registret.",
     "The number is in the register already."},
    {"number-wrong", 422, "/personalNumber", "Numret stämmer inte med sin typ eller kontrollsiffra.",
     "The number does not fit its type or check digit."},
    {"guardians-of-adult", 422, "/guardians", "Uppgifter om vårdnadshavare upphör på 18-årsdagen.",
     "Guardians' data ends on the 18th birthday."},
    {"protected-address-only-forwarding", 422, NULL,
     "Vid skyddad folkbokföring lagras bara en adress för vidarebefordran, och inget distrikt.",
     "With protected registration only a forwarding address is kept, and no district."},
    {"hidden", 422, NULL, "Den som skrev hade inte sett det som skrevs, t.ex. för distriktets skull.",
     "Its writer would not see what was written, e.g. because of the district."},
    {0}};

RESOURCE(youths) = {
    .name = "youths",
    .title = "Youths",
    .doc = "Those who are or were covered by the municipality's duty. Names, birth date, numbers, registered "
           "address, protection and district are the register's; phones, e-mail, guardians and contact "
           "address are casework's.",
    .fields = fields,
    .keys = "youth_keys",
    .filters = filters,
    .sorts = sorts,
    .routes = routes,
    .links = links,
    .refusals = refusals,
    .subject = "array[v.id]",
};
