/* Recipients: those whom referrals and SIP requests may be sent to. */
#include "service/resource.h"

#define KINDS                                                                                                \
  "social_services region_health_care youth_clinic addiction_care psychiatry honour_violence_centre "        \
  "social_intervention_group lss_services public_employment_service adult_education folk_high_school "       \
  "upper_secondary_school career_guidance_centre job_centre newcomer_service tax_agency adult_unit other"

static const struct field contact[] = {
    {"name", TEXT, 0, 1, 100, .doc = "Person or function.", .example = "\"Mottagningen\""},
    {"phone", PHONE, .doc = "Phone.", .example = "\"+46846500400\""},
    {"email", EMAIL, .doc = "E-mail.", .example = "\"mottagningen@example.com\""},
    {"address", TEXT, 0, 1, 200, .doc = "Postal address in one line."},
    {0}};

static const struct field fields[] = {
    {"name", TEXT, REQUIRED, 1, 200, .doc = "Name.", .example = "\"Jobbtorg Kista\""},
    {"kind", CODE, REQUIRED, .codes = KINDS, .doc = "See the code list recipient-kinds."},
    {"districtId", UUID, .doc = "The district it serves; without one: the whole municipality."},
    {"unitId", UUID, .doc = "The unit of the own organisation that it is, if any."},
    {"sensitive", BOOLEAN,
     .doc =
         "That a youth is referred here says something sensitive (dataskyddslagen 3:3): such a recipient never "
         "selects persons. Always true for addiction_care, psychiatry, honour_violence_centre, "
         "social_intervention_group and lss_services."},
    {"requiresConsent", BOOLEAN, .doc = "Whether a release needs a consent; true when not given."},
    {"disclosureGround", TEXT, 0, 1, 200,
     .doc = "The ground on which is released without consent; required when requiresConsent is false.",
     .example = "\"Samma nämnd\""},
    {"system", TEXT, 0, 1, 40,
     .doc =
         "The system that acts for it, such as vera: a token with that recipientSystem speaks for all of them. "
         "a–z, 0–9 and hyphen.",
     .example = "\"vera\""},
    {"respondWithinDays", INTEGER, 0, 1, 365,
     .doc = "Days it has to answer; gives a referral its respondBy."},
    {"contact", OBJECT, .members = contact, .doc = "How to reach it."},
    {"validFrom", DATE, .doc = "First day; 2000-01-01 when not given."},
    {"validTo", DATE, .doc = "Last day; a recipient is retired, never deleted."},
    {0}};

static const struct filter filters[] = {
    {"kind", CODE, MANY, .codes = KINDS, .doc = "Of one of these kinds."},
    {"districtId", UUID, MANY, .doc = "Serving one of these districts."},
    {"unitId", UUID, MANY, .doc = "That are one of these units."},
    {"system", TEXT, 0, .doc = "With this system."},
    {"sensitive", BOOLEAN, 0, .doc = "Sensitive ones, or the others."},
    {"validOn", DATE, 0, "v.\"validFrom\" <= @ and (v.\"validTo\" is null or v.\"validTo\" >= @)",
     .doc = "In force on this day."},
    {0}};

static const struct sort sorts[] = {{"name", "v.name", "text", .by_row = 1, .doc = "By name."}, {0}};

static const struct route routes[] = {{LIST, "/recipients", .doc = "All recipients, retired ones too."},
                                      {CREATE, "/recipients", .doc = "Adds a recipient."},
                                      {READ, "/recipients/{id}"},
                                      {EDIT, "/recipients/{id}", .doc = "Changes a recipient."},
                                      {0}};

static const struct refusal refusals[] = {
    {"disclosure-ground-missing", 422, "/disclosureGround",
     "En mottagare som inte kräver samtycke måste ange grunden för utlämnande.",
     "A recipient that needs no consent must name the ground of disclosure."},
    {"sensitive-kind", 422, "/sensitive", "En mottagare av det slaget är alltid känslig.",
     "A recipient of that kind is always sensitive."},
    {"system-wrong", 422, "/system", "Systemets namn får innehålla a–z, 0–9 och bindestreck.",
     "A system's name holds a–z, 0–9 and hyphens."},
    {"valid-to-before-valid-from", 422, "/validTo", "Sista dagen är före den första.",
     "The last day is before the first."},
    {"unit-not-in-force", 422, "/unitId", "Enheten gäller inte den dagen.",
     "The unit is not in force on that day."},
    {"district-not-in-force", 422, "/districtId", "Distriktet gäller inte den dagen.",
     "The district is not in force on that day."},
    {0}};

RESOURCE(recipients) = {
    .name = "recipients",
    .scope = "configuration",
    .title = "Recipients",
    .doc = "Recipients of referrals and SIP requests: social services, health care, schools, job centres.",
    .fields = fields,
    .filters = filters,
    .sorts = sorts,
    .routes = routes,
    .refusals = refusals,
};
