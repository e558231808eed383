/* Units: those who do the work, such as KAA Nord, KAA Syd, Skolslussen or a Jobbtorg. */
#include "service/resource.h"

static const struct field fields[] = {
    {"name", TEXT, REQUIRED, 1, 100, .doc = "Name.", .example = "\"KAA Nord\""},
    {"administration", CODE, REQUIRED, .codes = "labour_market education social_services district",
     .doc = "The administration that the unit belongs to; figures are divided by it."},
    {"default", BOOLEAN,
     .doc = "Serves youths without a district and districts without a unit. On any day one unit may be it."},
    {"districtIds", UUIDS, READ_ONLY, .doc = "The districts it serves; set at the district."},
    {"validFrom", DATE, .doc = "First day; 2000-01-01 when not given."},
    {"validTo", DATE, .doc = "Last day; a unit is retired, never deleted."},
    {"replacedBy", UUID,
     .doc =
         "The unit that takes over its districts and youths the day after validTo, in force then and longer."},
    {0}};

static const struct filter filters[] = {
    {"administration", CODE, MANY, .codes = "labour_market education social_services district",
     .doc = "Of one of these administrations."},
    {"districtId", UUID, 0, "@ = any (v.\"districtIds\")", .doc = "Serving this district."},
    {"validOn", DATE, 0, "v.\"validFrom\" <= @ and (v.\"validTo\" is null or v.\"validTo\" >= @)",
     .doc = "In force on this day."},
    {0}};

static const struct sort sorts[] = {{"name", "v.name", "text", .by_row = 1, .doc = "By name."}, {0}};

static const struct route routes[] = {
    {LIST, "/units", .doc = "All units, retired ones too."},
    {CREATE, "/units", .doc = "Adds a unit."},
    {READ, "/units/{id}"},
    {EDIT, "/units/{id}", .patient = 1, .doc = "Changes a unit; youths follow to the unit that takes over."},
    {0}};

static const struct refusal refusals[] = {
    {"one-default-unit", 409, "/default", "En annan enhet är redan standardenhet.",
     "Another unit is the default unit already."},
    {"valid-to-before-valid-from", 422, "/validTo", "Sista dagen är före den första.",
     "The last day is before the first."},
    {"replaced-by-without-valid-to", 422, "/validTo", "Den som har en efterträdare måste ha en sista dag.",
     "What is replaced must have a last day."},
    {"successor-not-in-force", 422, "/replacedBy",
     "Efterträdaren måste gälla dagen efter den sista, och längre än den som ersätts.",
     "The successor must be in force the day after the last, and longer than what it replaces."},
    {"retired-too-long-ago", 422, "/validTo",
     "Sista dagen ligger mer än 31 dagar tillbaka, och ungdomar har hört dit sedan dess.",
     "The last day is more than 31 days ago, and youths have belonged there since."},
    {"successor-missing", 422, "/replacedBy",
     "Ungdomar skulle stå utan enhet: ange vilken enhet som tar över.",
     "Youths would be left without a unit: say which unit takes over."},
    {0}};

RESOURCE(units) = {
    .name = "units",
    .scope = "configuration",
    .title = "Units",
    .doc =
        "Units that work with the youths. A municipality with one team has one default unit and no districts.",
    .fields = fields,
    .filters = filters,
    .sorts = sorts,
    .routes = routes,
    .refusals = refusals,
};
