/* Occupations: what a youth does, as it was known over time. */
#include "service/resource.h"

#define OCCUPATIONS                                                                                          \
  "unknown none national_programme introductory_programme komvux sfi folk_high_school other_education work " \
  "internship labour_market_programme military_service parental_leave abroad unable declined_contact"

static const struct field fields[] = {
    {"youthId", UUID, READ_ONLY, .doc = "The youth."},
    {"code", CODE, REQUIRED, .codes = OCCUPATIONS,
     .doc = "See the code list occupations. unable says that the youth cannot take part now, never why."},
    {"from", DATE,
     .doc =
         "Since when. Not given: as before, when it is the occupation known; else today. What is known from a later "
         "day holds before it, but not a register's word that nothing is known."},
    {"source", CODE, READ_ONLY, .codes = "register contact school import",
     .doc = "Where it is known from: contact is staff's word, the others their systems'."},
    {"confirmedAt", TIME, .doc = "When it was confirmed; now when not given."},
    {"reviewDate", DATE, .doc = "When it must be asked for again; from the day after it counts as unknown."},
    {0}};

static const struct sort sorts[] = {{"from", "v.\"from\"", "date", 1, .doc = "The latest first."}, {0}};

static const struct route routes[] = {
    {LIST, "/youths/{youthId}/occupations", .doc = "The youth's occupations over time."},
    {CREATE, "/youths/{youthId}/occupations",
     .doc = "What the youth is known to do now, from contact; the same again confirms it."},
    {READ, "/youths/{youthId}/occupations/{id}"},
    {0}};

static const struct link links[] = {{"youth", "GET", "/youths/{youthId}", "youths:read", NULL}, {0}};

static const struct refusal refusals[] = {{"review-before-start", 422, "/reviewDate",
                                           "Uppföljningsdagen ligger före början.",
                                           "The review date is before the start."},
                                          {0}};

RESOURCE(occupations) = {
    .name = "occupations",
    .scope = "youths",
    .title = "Occupations",
    .doc = "History of occupations; the latest by its first day holds. Rows are added, never changed.",
    .fields = fields,
    .sorts = sorts,
    .routes = routes,
    .links = links,
    .refusals = refusals,
    .subject = "array[v.\"youthId\"]",
};
