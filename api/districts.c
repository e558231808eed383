/* Districts: the parts of a municipality that figures and responsibilities are divided by. */
#include "service/resource.h"

static const struct field fields[] = {
    {"name", TEXT, REQUIRED, 1, 100, .doc = "Name as the municipality writes it.",
     .example = "\"Södermalm\""},
    {"slug", TEXT, REQUIRED, 1, 60, .doc = "Short name for machines: a–z, 0–9 and hyphen; unique.",
     .example = "\"sodermalm\""},
    {"unitId", UUID,
     .doc = "The unit that serves the district; without one, the municipality's default unit."},
    {"validFrom", DATE, .doc = "First day; 2000-01-01 when not given."},
    {"validTo", DATE,
     .doc = "Last day; a district is retired, never deleted, so that old figures stay right."},
    {"replacedBy", UUID,
     .doc =
         "The district it became a part of the day after validTo, in force then and longer. The youths move on "
         "that day, and a register that still delivers the old slug is understood."},
    {0}};

static const struct filter filters[] = {
    {"unitId", UUID, MANY, .doc = "Served by one of these units."},
    {"slug", TEXT, MANY, .doc = "With one of these slugs."},
    {"validOn", DATE, 0, "v.\"validFrom\" <= @ and (v.\"validTo\" is null or v.\"validTo\" >= @)",
     .doc = "In force on this day."},
    {0}};

static const struct sort sorts[] = {{"name", "v.name", "text", .by_row = 1, .doc = "By name."}, {0}};

static const struct route routes[] = {
    {LIST, "/districts", .doc = "All districts, retired ones too."},
    {CREATE, "/districts", .doc = "Adds a district."},
    {READ, "/districts/{id}"},
    {EDIT, "/districts/{id}", .patient = 1,
     .doc =
         "Changes a district; youths follow to its unit, or to the district that replaces it. Days before, and "
         "their figures, stay as they were."},
    {0}};

static const struct refusal refusals[] = {
    {"district-slug-taken", 409, "/slug", "Ett annat distrikt har redan kortnamnet.",
     "Another district has that slug already."},
    {"slug-wrong", 422, "/slug", "Kortnamnet får innehålla a–z, 0–9 och bindestreck.",
     "A slug holds a–z, 0–9 and hyphens."},
    {"valid-to-before-valid-from", 422, "/validTo", "Sista dagen är före den första.",
     "The last day is before the first."},
    {"unit-not-in-force", 422, "/unitId", "Enheten gäller inte den dagen.",
     "The unit is not in force on that day."},
    {"replaced-by-without-valid-to", 422, "/validTo", "Den som har en efterträdare måste ha en sista dag.",
     "What is replaced must have a last day."},
    {"successor-not-in-force", 422, "/replacedBy",
     "Efterträdaren måste gälla dagen efter den sista, och längre än den som ersätts.",
     "The successor must be in force the day after the last, and longer than what it replaces."},
    {"retired-too-long-ago", 422, "/validTo",
     "Sista dagen ligger mer än 31 dagar tillbaka, och ungdomar har hört dit sedan dess.",
     "The last day is more than 31 days ago, and youths have belonged there since."},
    {0}};

RESOURCE(districts) = {
    .name = "districts",
    .scope = "configuration",
    .title = "Districts",
    .doc =
        "Districts of the municipality (stadsdelsområden). Organisation is data: a municipality may have none.",
    .fields = fields,
    .filters = filters,
    .sorts = sorts,
    .routes = routes,
    .refusals = refusals,
};
