/* The answers of reports as JSON Schema: the list of them, and one, made of its figures. */
#include "service/openapi.h"

#include <assert.h>
#include <stdbool.h>

enum { FIGURES_MOST = 30 };

static const struct field period[] = {
    {"name", TEXT, READ_ONLY, 4, 7, .doc = "The period's name, when it has one.", .example = "\"T1-2026\""},
    {"from", DATE, READ_ONLY, .doc = "First day."},
    {"to", DATE, READ_ONLY, .doc = "Last day; belongs to the period."},
    {"complete", BOOLEAN, READ_ONLY, .doc = "Whether it is over; figures of one that is not grow."},
    {0}};

static const struct field group[] = {
    {"districtId", UUID, READ_ONLY, .doc = "District; none for undisclosed."},
    {"district", TEXT, READ_ONLY, 1, 100,
     .doc = "Its name, or undisclosed: protected registration, or no district.", .example = "\"Södermalm\""},
    {"unitId", UUID, READ_ONLY, .doc = "Unit; none for undisclosed."},
    {"unit", TEXT, READ_ONLY, 1, 100, .doc = "Its name, or undisclosed.", .example = "\"KAA Syd\""},
    {"sex", CODE, READ_ONLY, .codes = "female male unknown", .doc = "Sex as registered."},
    {0}};

static const struct field words[] = {
    {"sv", TEXT, READ_ONLY, .doc = "In Swedish."}, {"en", TEXT, READ_ONLY, .doc = "In English."}, {0}};
static const struct field key[] = {{"code", TEXT, READ_ONLY, .doc = "The key."},
                                   {"sv", TEXT, READ_ONLY, .doc = "In Swedish."},
                                   {"en", TEXT, READ_ONLY, .doc = "In English."},
                                   {0}};
static const struct field definition[] = {
    {"figure", TEXT, READ_ONLY, .doc = "The member of a row.", .example = "\"covered\""},
    {"sv", TEXT, READ_ONLY, .doc = "What it is called in Swedish."},
    {"en", TEXT, READ_ONLY, .doc = "What it is called in English."},
    {"meansSv", TEXT, READ_ONLY, .doc = "What is counted, in Swedish."},
    {"meansEn", TEXT, READ_ONLY, .doc = "What is counted, in English."},
    {"codeList", TEXT, READ_ONLY, .doc = "The code list that divides it.",
     .example = "\"outreach-channels\""},
    {"keys", OBJECTS, READ_ONLY, .members = key, .doc = "Or the keys that divide it."},
    {"scope", TEXT, READ_ONLY, .doc = "The scope that it needs besides."},
    {0}};
static const struct field entry[] = {
    {"name", TEXT, READ_ONLY, 1, 40, .doc = "The report's name.", .example = "\"follow-up\""},
    {"title", OBJECT, READ_ONLY, .members = words, .doc = "What it is about."},
    {"href", TEXT, READ_ONLY, 1, 400, .doc = "Where it is."},
    {"definitionVersion", TEXT, READ_ONLY, 1, 20,
     .doc = "Version of what the figures mean; changes with the meaning.", .example = "\"1\""},
    {"groupBy", TEXTS, READ_ONLY, .doc = "How it can be divided."},
    {"formats", CODES, READ_ONLY, .codes = "json csv xlsx html", .doc = "Formats."},
    {"definitions", OBJECTS, READ_ONLY, .members = definition, .doc = "What its figures mean."},
    {0}};
static const struct field offered[] = {
    {"name", TEXT, READ_ONLY, .doc = "The period.", .example = "\"T1-2026\""},
    {"from", DATE, READ_ONLY, .doc = "First day."},
    {"to", DATE, READ_ONLY, .doc = "Last day."},
    {"complete", BOOLEAN, READ_ONLY, .doc = "Whether it is over."},
    {0}};
static const struct field report_list[] = {
    {"data", OBJECTS, READ_ONLY, .members = entry, .doc = "The reports."},
    {"periods", OBJECTS, READ_ONLY, .members = offered,
     .doc =
         "The periods of this year and the two before it that have begun, the latest first; older ones can be asked for."},
    {0}};

static void add_figures(const struct figure *const *figures, struct field *row)
{
  int count = 0;
  row[count++] = (struct field){.name = "group",
                                .type = OBJECT,
                                .marks = READ_ONLY,
                                .members = group,
                                .doc = "Whom the figures are of; empty for everyone."};
  for (; *figures; figures++) {
    const struct figure *figure = *figures;
    bool divided = figure->list || figure->keys;
    assert(count < FIGURES_MOST);
    row[count++] = (struct field){.name = figure->name,
                                  .type = divided ? FIGURES : INTEGER,
                                  .marks = READ_ONLY | NULLABLE,
                                  .scope = figure->scope,
                                  .doc = figure->means_en};
  }
  row[count] = (struct field){0};
}

json_t *openapi_report_schema(const struct report *report)
{
  struct field row[FIGURES_MOST + 1];
  add_figures(report->figures, row);
  const struct field answer[] = {
      {"report", TEXT, READ_ONLY, 1, 40, .doc = "The report's name."},
      {"definitionVersion", TEXT, READ_ONLY, 1, 20, .doc = "Version of what the figures mean; see /reports."},
      {"period", OBJECT, READ_ONLY, .members = period, .doc = "The period."},
      {"groupBy", CODE, READ_ONLY, .codes = report->group_by, .doc = "How it is divided."},
      {"masked", BOOLEAN, READ_ONLY, .doc = "Whether small counts are masked (null)."},
      {"computedAt", TIME, READ_ONLY,
       .doc = "When it was computed; the answer is kept while the data stays."},
      {"dataAsOf", TIME, READ_ONLY, .doc = "When the data last changed."},
      {"data", OBJECTS, READ_ONLY, .members = row,
       .doc = "One row a group. Divided figures have all their codes; null is a masked count."},
      {"totals", OBJECTS, READ_ONLY, .members = row,
       .doc =
           "The rows of the coarser groups that these add up to, the whole first; absent for groupBy=total."},
      {0}};
  return openapi_answer_schema(answer, 1, 0);
}

json_t *openapi_report_list_schema(void)
{
  return openapi_answer_schema(report_list, 1, 0);
}
