/* Makes the two documents of a report: the answer, and the words that the other formats need besides. */
#include "service/report_private.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static const json_t *list_of(const struct report_items *items, const char *list)
{
  return json_object_get(json_object_get(items->document, "lists"), list);
}

json_t *report_own_keys(const struct figure_key *keys)
{
  json_t *all = json_array();
  for (; keys->code; keys++)
    json_array_append_new(all,
                          json_pack("{s:s, s:s, s:s}", "code", keys->code, "sv", keys->sv, "en", keys->en));
  return all;
}

static json_t *joined(const json_t *left, const json_t *right, const char *member, const char *between)
{
  return json_sprintf("%s%s%s", json_string_value(json_object_get(left, member)), between,
                      json_string_value(json_object_get(right, member)));
}

/* list.across, those that occur. */
static json_t *crossed_keys(const struct report_items *items, const struct figure *figure)
{
  json_t *all = json_array(), *left, *right;
  size_t i, j;
  json_array_foreach((json_t *)list_of(items, figure->list), i, left)
      json_array_foreach((json_t *)list_of(items, figure->across), j, right)
  {
    json_t *code = joined(left, right, "code", ".");
    if (report_key(items, figure->name, json_string_value(code)) >= 0)
      json_array_append_new(all,
                            json_pack("{s:O, s:o, s:o}", "code", code, "sv", joined(left, right, "sv", ", "),
                                      "en", joined(left, right, "en", ", ")));
    json_decref(code);
  }
  return all;
}

json_t *report_keys(const struct report_items *items, const struct figure *figure)
{
  if (figure->keys) return report_own_keys(figure->keys);
  if (figure->across) return crossed_keys(items, figure);
  return figure->list ? json_deep_copy(list_of(items, figure->list)) : NULL;
}

bool report_shows(const struct report_question *question, const struct figure *figure)
{
  return !question->masked || !figure->scope;
}

static json_t *shown(long count)
{
  return count < 0 ? json_null() : json_integer(count);
}

/* Everything a row is made with. */
struct making {
  const struct report_items *items;
  const struct report_question *question;
  json_t *keys; /* owned: of each figure by its name; null for one number */
};

static json_t *value_of(const struct making *making, const struct report_group *group, const char *figure,
                        const json_t *keys)
{
  if (json_is_null(keys)) return shown(report_count(making->items, making->question, group, figure, ""));
  json_t *divided = json_object(), *key;
  size_t i;
  json_array_foreach((json_t *)keys, i, key)
  {
    const char *code = json_string_value(json_object_get(key, "code"));
    json_object_set_new(divided, code,
                        shown(report_count(making->items, making->question, group, figure, code)));
  }
  return divided;
}

static void name_place(const struct making *making, const char *kind, int which, json_t *to)
{
  char plural[12], id[12];
  snprintf(plural, sizeof plural, "%ss", kind);
  snprintf(id, sizeof id, "%sId", kind);
  if (which == EVERY) return;
  if (which == UNDISCLOSED) {
    json_object_set_new(to, kind, json_string("undisclosed"));
    return;
  }
  const json_t *place = json_array_get(json_object_get(making->items->document, plural), (size_t)which);
  json_object_set(to, id, json_object_get(place, "id"));
  json_object_set(to, kind, json_object_get(place, "name"));
}

static json_t *row_of(const struct making *making, const struct report_group *group)
{
  json_t *named = json_object(), *keys;
  const char *figure;
  name_place(making, "district", group->district, named);
  name_place(making, "unit", group->unit, named);
  if (group->sex != EVERY)
    json_object_set(
        named, "sex",
        json_object_get(json_array_get(list_of(making->items, "sexes"), (size_t)group->sex), "code"));
  json_t *row = json_pack("{s:o}", "group", named);
  json_object_foreach(making->keys, figure, keys)
      json_object_set_new(row, figure, value_of(making, group, figure, keys));
  return row;
}

/* The rows of a place, one a sex where it is divided by sex. */
static void add_place(const struct making *making, struct report_group group, bool by_sex, json_t *rows)
{
  if (!report_group_is(making->items, making->question, &group)) return;
  int sexes = by_sex ? making->items->sexes : 1;
  for (int sex = 0; sex < sexes; sex++) {
    group.sex = by_sex ? sex : EVERY;
    json_array_append_new(rows, row_of(making, &group));
  }
}

/* The rows of a level: total, unit, district, sex, "unit,sex" or "district,sex"; those without a place last. */
static void add_level(const struct making *making, const char *level, json_t *rows)
{
  bool by_unit = strncmp(level, "unit", 4) == 0, by_district = strncmp(level, "district", 8) == 0;
  bool by_sex = strstr(level, "sex") != NULL;
  struct report_group group = {EVERY, EVERY, EVERY};
  if (!by_unit && !by_district) {
    add_place(making, group, by_sex, rows);
    return;
  }
  int *place = by_unit ? &group.unit : &group.district;
  int places = by_unit ? making->items->units : making->items->districts;
  for (*place = 0; *place < places; ++*place)
    add_place(making, group, by_sex, rows);
  *place = UNDISCLOSED;
  add_place(making, group, by_sex, rows);
}

/* The levels that a level adds up to, coarse ones first. */
static json_t *totals_of(const struct making *making, const char *level)
{
  json_t *rows = json_array();
  add_level(making, "total", rows);
  if (!strchr(level, ',')) return rows;
  add_level(making, "sex", rows);
  add_level(making, strncmp(level, "unit", 4) == 0 ? "unit" : "district", rows);
  return rows;
}

static json_t *period_of(const struct report_items *items, const struct report_question *question)
{
  const struct report_period *asked = report_asked(question);
  const char *today = json_string_value(json_object_get(items->document, "today"));
  json_t *period = json_object();
  if (asked->name[0]) json_object_set_new(period, "name", json_string(asked->name));
  json_object_set_new(period, "from", json_string(asked->from));
  json_object_set_new(period, "to", json_string(asked->to));
  json_object_set_new(period, "complete", json_boolean(strcmp(asked->to, today) < 0));
  return period;
}

static json_t *keys_of_figures(const struct report_items *items, const struct report_question *question)
{
  json_t *all = json_object();
  for (const struct figure *const *figure = question->report->figures; *figure; figure++) {
    if (!report_shows(question, *figure)) continue;
    json_t *keys = report_keys(items, *figure);
    json_object_set_new(all, (*figure)->name, keys ? keys : json_null());
  }
  return all;
}

json_t *report_render(const struct report_items *items, const struct report_question *question,
                      const char *computed_at)
{
  struct making making = {items, question, keys_of_figures(items, question)};
  const char *level = question->group_by,
             *as_of = json_string_value(json_object_get(items->document, "asOf"));
  json_t *data = json_array();
  add_level(&making, level, data);
  json_t *answer = json_pack(
      "{s:s, s:s, s:o, s:s, s:b, s:s, s:s, s:o}", "report", question->report->name, "definitionVersion",
      question->report->version, "period", period_of(items, question), "groupBy", level, "masked",
      question->masked, "computedAt", computed_at, "dataAsOf", as_of ? as_of : computed_at, "data", data);
  assert(answer);
  if (strcmp(level, "total") != 0) json_object_set_new(answer, "totals", totals_of(&making, level));
  json_decref(making.keys);
  return answer;
}

json_t *report_figure_words(const struct figure *figure, const char *member)
{
  return json_pack("{s:s, s:s, s:s, s:s, s:s}", member, figure->name, "sv", figure->sv, "en", figure->en,
                   "meansSv", figure->means_sv, "meansEn", figure->means_en);
}

json_t *report_words(const struct report_items *items, const struct report_question *question)
{
  const struct report *report = question->report;
  json_t *columns = json_array();
  for (const struct figure *const *each = report->figures; *each; each++) {
    const struct figure *figure = *each;
    if (!report_shows(question, figure)) continue;
    json_t *column = report_figure_words(figure, "name");
    json_t *keys = report_keys(items, figure);
    if (keys) json_object_set_new(column, "keys", keys);
    json_array_append_new(columns, column);
  }
  return json_pack("{s:{s:s, s:s}, s:o, s:O}", "title", "sv", report->sv, "en", report->en, "columns",
                   columns, "sexes", list_of(items, "sexes"));
}
