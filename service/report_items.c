/* Reads what the database has counted into cells, masks them, and tells the numbers of a caller's groups. */
#include "service/report_private.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PARTS_MOST = 4096, ITEM_PARTS = 6 };

void report_items_clear(struct report_items *items)
{
  cells_free(items->all);
  cells_free(items->mine);
  json_decref(items->keys);
  free(items->allowed);
  free(items->whole);
  *items = (struct report_items){0};
}

static int number(const json_t *row, size_t i)
{
  return (int)json_integer_value(json_array_get(row, i));
}

enum { KEY_NAME = 160 };
static void name_key(const char *figure, const char *key, char name[KEY_NAME])
{
  snprintf(name, KEY_NAME, "%s\t%s", figure, key);
}

int report_key(const struct report_items *items, const char *figure, const char *key)
{
  char name[KEY_NAME];
  name_key(figure, key, name);
  const json_t *known = json_object_get(items->keys, name);
  return known ? (int)json_integer_value(known) : -1;
}

static json_t *index_of_keys(const json_t *rows)
{
  json_t *index = json_object(), *row;
  size_t i;
  json_array_foreach((json_t *)rows, i, row)
  {
    char name[KEY_NAME];
    name_key(json_string_value(json_array_get(row, 0)), json_string_value(json_array_get(row, 1)), name);
    json_object_set_new(index, name, json_integer((json_int_t)i));
  }
  return index;
}

static bool *allowed_districts(const json_t *districts, const json_t *limit)
{
  bool *allowed = calloc(json_array_size(districts) + 1, sizeof *allowed);
  assert(allowed);
  size_t i, j;
  json_t *district, *id;
  json_array_foreach((json_t *)districts, i, district)
      json_array_foreach((json_t *)limit, j, id) if (json_equal(json_object_get(district, "id"), id))
          allowed[i] = true;
  return allowed;
}

/* [family, unit, district, sex, elsewhere, count, [part, …]] */
static void add_item(const struct report_items *items, const json_t *row)
{
  unsigned parts[PARTS_MOST];
  const json_t *list = json_array_get(row, ITEM_PARTS);
  size_t count = json_array_size(list);
  assert(count <= PARTS_MOST);
  for (size_t i = 0; i < count; i++)
    parts[i] = (unsigned)number(list, i);
  struct cells_item item = {number(row, 0),           number(row, 1), number(row, 2), number(row, 3),
                            (unsigned)number(row, 4), number(row, 5), parts,          count};
  cells_add(items->all, &item);
  if (items->mine && item.district >= 0 && items->allowed[item.district]) cells_add(items->mine, &item);
}

/* How many units served the district in the period; *among: whether the unit was one. */
static int units_serving(const struct report_items *items, int district, int unit, int period, bool *among)
{
  const json_t *row = json_array_get(json_object_get(items->document, "districts"), (size_t)district);
  int count = 0;
  size_t i;
  json_t *serving;
  *among = false;
  json_array_foreach(json_object_get(row, "serving"), i, serving)
  {
    if (!(number(serving, 1) >> period & 1)) continue;
    count++;
    if (number(serving, 0) == unit) *among = true;
  }
  return count;
}

/* Whether the caller's youths of a unit are those of the districts that it alone serves: else what it is told of the
   unit would, beside its districts, tell of a few. */
static bool is_whole(const struct report_items *items, int unit, int sex, int period)
{
  const struct cells *mine = items->mine;
  int keys = (int)json_object_size(items->keys);
  for (int key = 0; key < keys; key++) {
    long rest = cells_count(mine, cells_unit(mine, unit), sex, key, period);
    for (int district = 0; district < items->districts; district++) {
      bool among = false;
      if (items->allowed[district] && units_serving(items, district, unit, period, &among) > 1 && among)
        return false;
      if (among) rest -= cells_count(mine, cells_district(mine, district), sex, key, period);
    }
    if (rest != 0) return false;
  }
  return true;
}

static bool *whole_units(const struct report_items *items, int period)
{
  bool *whole = calloc((size_t)items->units + 1, sizeof *whole);
  assert(whole);
  for (int unit = 0; unit < items->units; unit++) {
    whole[unit] = true;
    for (int sex = 0; sex < items->sexes && whole[unit]; sex++)
      whole[unit] = is_whole(items, unit, sex, period);
  }
  return whole;
}

void report_items_read(const json_t *document, const struct report_question *question,
                       struct report_items *items)
{
  const json_t *keys = json_object_get(document, "keys"), *districts = json_object_get(document, "districts");
  *items = (struct report_items){.document = document, .keys = index_of_keys(keys)};
  items->units = (int)json_array_size(json_object_get(document, "units"));
  items->districts = (int)json_array_size(districts);
  items->sexes = (int)json_array_size(json_object_get(json_object_get(document, "lists"), "sexes"));
  struct cells_shape shape = {items->units, items->districts, items->sexes, (int)json_array_size(keys),
                              question->period_count};
  items->all = cells_new(&shape);
  if (question->districts) {
    items->mine = cells_new(&shape);
    items->allowed = allowed_districts(districts, question->districts);
  }
  size_t i;
  json_t *row;
  json_array_foreach(json_object_get(document, "items"), i, row) add_item(items, row);
  if (!question->masked) return;
  if (items->mine) items->whole = whole_units(items, question->period_count - 1);
  report_hide_published(items);
  cells_mask(items->all, (int)json_integer_value(json_object_get(document, "threshold")),
             question->secondary);
}

int report_place(const struct cells *cells, const struct report_group *group)
{
  if (group->unit != EVERY) return cells_unit(cells, group->unit);
  if (group->district != EVERY) return cells_district(cells, group->district);
  return cells_total();
}

int report_sex(const struct report_group *group)
{
  return group->sex == EVERY ? ANY_SEX : group->sex;
}

static bool is_in_force(const struct report_items *items, const char *kind, int which, int period)
{
  const json_t *row = json_array_get(json_object_get(items->document, kind), (size_t)which);
  return json_integer_value(json_object_get(row, "periods")) >> period & 1;
}

static bool serves_allowed(const struct report_items *items, int unit, int period)
{
  bool among = false;
  for (int district = 0; district < items->districts && !among; district++)
    if (items->allowed[district]) units_serving(items, district, unit, period, &among);
  return among;
}

static bool is_counted(const struct report_items *items, const struct report_group *group, int period)
{
  const struct cells *cells = items->mine ? items->mine : items->all;
  int place = report_place(cells, group), keys = (int)json_object_size(items->keys);
  for (int key = 0; key < keys; key++)
    if (cells_count(cells, place, ANY_SEX, key, period) > 0) return true;
  return false;
}

bool report_group_is(const struct report_items *items, const struct report_question *question,
                     const struct report_group *group)
{
  int period = question->period_count - 1;
  bool limited = items->allowed != NULL;
  if (group->unit == EVERY && group->district == EVERY) return true;
  if (group->unit == UNDISCLOSED || group->district == UNDISCLOSED) return !limited;
  if (group->district != EVERY) {
    if (limited && !items->allowed[group->district]) return false;
    return is_in_force(items, "districts", group->district, period) || is_counted(items, group, period);
  }
  bool there = is_in_force(items, "units", group->unit, period) &&
               (!limited || serves_allowed(items, group->unit, period));
  return there || is_counted(items, group, period);
}

/* Of a caller with some districts: its numbers are sums of cells that are published by district, or none. */
static bool is_part_masked(const struct report_items *items, const struct report_group *group, int key,
                           int period)
{
  int sex = report_sex(group);
  if (group->unit != EVERY && !items->whole[group->unit]) return true;
  for (int district = 0; district < items->districts; district++) {
    bool among = false;
    if (!items->allowed[district] || (group->district != EVERY && group->district != district)) continue;
    units_serving(items, district, group->unit, period, &among);
    if (group->unit != EVERY && !among) continue;
    if (cells_masked(items->all, cells_district(items->all, district), sex, key, period)) return true;
  }
  return false;
}

long report_count(const struct report_items *items, const struct report_question *question,
                  const struct report_group *group, const char *figure, const char *key)
{
  int index = report_key(items, figure, key), period = question->period_count - 1, sex = report_sex(group);
  if (index < 0) return 0;
  const struct cells *cells = items->mine ? items->mine : items->all;
  int place = report_place(cells, group);
  bool masked = question->masked && (items->mine ? is_part_masked(items, group, index, period)
                                                 : cells_masked(cells, place, sex, index, period));
  return masked ? -1 : cells_count(cells, place, sex, index, period);
}
