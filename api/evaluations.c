/* Evaluations: by which rule a youth was found to be covered or not, and on what. */
#include "service/resource.h"

static const struct field residence[] = {
    {"municipality", TEXT, READ_ONLY, 4, 4, .doc = "Home municipality.", .example = "\"0180\""},
    {"status", TEXT, READ_ONLY, .doc = "As in the register.", .example = "\"resident\""},
    {"firstRegisteredInSweden", DATE, READ_ONLY, .doc = "When first registered in Sweden."},
    {0}};

static const struct field enrolment[] = {
    {"type", TEXT, READ_ONLY, .doc = "Type, as in an import row.", .example = "\"national_programme\""},
    {"programme", TEXT, READ_ONLY, .doc = "Programme."},
    {"from", DATE, READ_ONLY, .doc = "First day."},
    {"to", DATE, READ_ONLY, .doc = "Last day."},
    {"cancelled", DATE, READ_ONLY, .doc = "From which day it no longer counts."},
    {0}};

static const struct field qualification[] = {
    {"type", TEXT, READ_ONLY, .doc = "Type, as in an import row.", .example = "\"study_certificate\""},
    {"date", DATE, READ_ONLY, .doc = "Its day."},
    {0}};

static const struct field inputs[] = {
    {"birthDate", DATE, READ_ONLY, .doc = "Birth date."},
    {"protection", TEXT, READ_ONLY, .doc = "Protection.", .example = "\"none\""},
    {"residence", OBJECT, READ_ONLY, .members = residence, .doc = "Residence."},
    {"actualMunicipality", TEXT, READ_ONLY, 4, 4, .doc = "Where the youth stays.", .example = "\"0180\""},
    {"compulsorySchoolEnded", DATE, READ_ONLY, .doc = "End of compulsory school."},
    {"enrolments", OBJECTS, READ_ONLY, 0, 50, .members = enrolment, .doc = "Without the schools' names."},
    {"qualifications", OBJECTS, READ_ONLY, 0, 20, .members = qualification, .doc = "Qualifications."},
    {0}};

static const struct field fields[] = {
    {"youthId", UUID, READ_ONLY, .doc = "The youth."},
    {"asOf", DATE, READ_ONLY, .doc = "The day that was asked about."},
    {"rule", INTEGER, READ_ONLY, 0, 15, .doc = "The first rule of the target group that matched.",
     .example = "15"},
    {"result", CODE, READ_ONLY, .codes = "in out review",
     .doc = "Covered, not covered, or a person must look."},
    {"inputs", OBJECT, READ_ONLY, .members = inputs,
     .doc =
         "What it was decided on: the register's word and what school events add to it. Of who moved away neither schooling nor where a protected person stays."},
    {"importId", UUID, READ_ONLY,
     .doc = "The import, if it was one's; neither it nor runId: the night's own."},
    {"runId", UUID, READ_ONLY, .doc = "The evaluation run, if it was one's."},
    {"createdAt", TIME, READ_ONLY, .doc = "When it was made."},
    {0}};

static const struct sort sorts[] = {{"asOf", "v.\"asOf\"", "date", 1, .doc = "The latest first."}, {0}};

static const struct route routes[] = {
    {LIST, "/youths/{youthId}/evaluations", .doc = "The youth's evaluations."}, {0}};

RESOURCE(evaluations) = {
    .name = "evaluations",
    .scope = "youths",
    .title = "Evaluations",
    .doc =
        "Kept for youths with a registration, when a row, a school event or the passing of time says something "
        "new.",
    .fields = fields,
    .sorts = sorts,
    .routes = routes,
    .subject = "array[v.\"youthId\"]",
    .bare = 1,
};
