/* Tells what was counted: keys and items by number, and the units and districts that they are of. */
#include "service/report_count_private.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { SEX_MASK = (1 << SEX_BITS) - 1, DISTRICT_MASK = (1 << DISTRICT_BITS) - 1 };

/* Lists whose codes are the keys of a figure, or the keys themselves. */
static const struct figure_keys {
  const char *figure, *list, *across;
  const char *const *codes;
} figures[FIGURES_END] = {
    [COVERED] = {"covered"},
    [SOUGHT_OUT] = {"soughtOut"},
    [REACHED] = {"reached"},
    [REACHED_BY] = {"reachedBy", "outreach-channels"},
    [ATTEMPTS] = {"attempts", "outreach-channels"},
    [PARTICIPANTS] = {"participants"},
    [PARTICIPANTS_BY_ADMINISTRATION] = {"participantsByAdministration", "administrations"},
    [PARTICIPANTS_BY_TYPE] = {"participantsByMeasureType", "measure-types"},
    [EXITS] = {"exits", "exit-reasons"},
    [EXITS_OF_PARTICIPANTS] = {"exitsOfParticipants", "exit-reasons"},
    [EXITS_BY_TYPE] = {"exitsByMeasureType", "measure-types", "exit-reasons"},
    [RESULTS] = {"results", "measure-end-reasons"},
    [OCCUPATION_AFTER] = {"occupationAfter", "occupations"},
    [TIMELINESS] = {"timeliness", .codes = (const char *const[]){"", "begun", "firstContactInTime",
                                                                 "firstContactLate", "noContact"}},
    [FIRST_CONTACT_BY] = {"firstContactBy", "outreach-channels"},
    [OVERDUE] = {"overdue"},
    [LACKING] = {"lacking",
                 .codes = (const char *const[]){"", "registrationReason", "latestSchool", "occupation",
                                                "contactDetails", "address", "district", "firstContact",
                                                "exitReason", "occupationAfter"}},
};
enum { KEYS_END = FIGURES_END << TWO_CODES_BITS };

static const char *code_in(const json_t *document, const char *list, int code)
{
  const json_t *rows = json_object_get(json_object_get(document, "lists"), list);
  return json_string_value(json_object_get(json_array_get(rows, (size_t)code - 1), "code"));
}

static json_t *key_of(const json_t *document, int key)
{
  const struct figure_keys *figure = &figures[key >> TWO_CODES_BITS];
  int one = key >> CODE_BITS & CODES_MOST, two = key & CODES_MOST;
  if (!one) return json_pack("[ss]", figure->figure, "");
  const char *code = figure->codes ? figure->codes[one] : code_in(document, figure->list, one);
  if (!two) return json_pack("[ss]", figure->figure, code);
  return json_pack("[so]", figure->figure,
                   json_sprintf("%s.%s", code, code_in(document, figure->across, two)));
}

/* Keys that something counts in have indexes, in order. Owned by the caller: by key, -1 for none. */
static int *index_keys(const struct things *things, json_t *document)
{
  int *indexes = malloc(KEYS_END * sizeof *indexes), count = 0;
  json_t *keys = json_array();
  assert(indexes);
  memset(indexes, -1, KEYS_END * sizeof *indexes);
  for (size_t i = 0; i < things->part_count; i++)
    indexes[things->parts[i] >> PERIOD_BITS] = 0;
  for (int key = 0; key < KEYS_END; key++) {
    if (indexes[key] < 0) continue;
    indexes[key] = count++;
    json_array_append_new(keys, key_of(document, key));
  }
  json_object_set_new(document, "keys", keys);
  return indexes;
}

/* Owned by the caller: by number from 1, the index of the row, or -1; 0 is -1. The rows that are not in force and of which
   nothing is counted are left out. */
static int *index_rows(json_t *rows, const bool *counted)
{
  size_t all = json_array_size(rows), kept = 0;
  int *indexes = malloc((all + 1) * sizeof *indexes);
  assert(indexes);
  indexes[0] = -1;
  for (size_t i = 0; i < all; i++) {
    bool in_force = json_integer_value(json_object_get(json_array_get(rows, kept), "periods")) != 0;
    indexes[i + 1] = in_force || counted[i + 1] ? (int)kept++ : -1;
    if (indexes[i + 1] < 0) json_array_remove(rows, kept);
  }
  return indexes;
}

static int *index_groups(const struct things *things, json_t *rows, int shift, int mask)
{
  bool *counted = calloc(json_array_size(rows) + 1, sizeof *counted);
  assert(counted);
  for (size_t i = 0; i < things->item_count; i++)
    counted[things->items[i].cell >> shift & mask] = true;
  int *indexes = index_rows(rows, counted);
  free(counted);
  return indexes;
}

/* Which units serve a district was told by their numbers. */
static void tell_serving(json_t *districts, const int *units)
{
  size_t i, k;
  json_t *district, *serving;
  json_array_foreach(districts, i, district)
      json_array_foreach(json_object_get(district, "serving"), k, serving)
  {
    int unit = (int)json_integer_value(json_array_get(serving, 0));
    json_array_set_new(serving, 0, json_integer(units[unit + 1]));
  }
}

static int by_what_they_are(const void *one, const void *other, void *argument)
{
  const struct item *a = one, *b = other;
  const int32_t *parts = ((const struct things *)argument)->parts;
  if (a->family != b->family) return a->family - b->family;
  if (a->cell != b->cell) return a->cell - b->cell;
  if (a->elsewhere != b->elsewhere) return a->elsewhere < b->elsewhere ? -1 : 1;
  for (size_t i = 0; i < (size_t)a->part_count && i < (size_t)b->part_count; i++)
    if (parts[a->part + i] != parts[b->part + i]) return parts[a->part + i] < parts[b->part + i] ? -1 : 1;
  return a->part_count - b->part_count;
}

/* The indexes that stand for numbers in the document. */
struct indexes {
  int *keys, *units, *districts; /* owned */
};

static json_t *tell_item(const struct things *things, const struct item *item, const struct indexes *indexes)
{
  json_t *parts = json_array();
  for (size_t i = 0; i < (size_t)item->part_count; i++) {
    int part = things->parts[item->part + i], periods = part & ((1 << PERIOD_BITS) - 1);
    json_array_append_new(parts, json_integer(indexes->keys[part >> PERIOD_BITS] << PERIOD_BITS | periods));
  }
  return json_pack("[i, i, i, i, i, I, o]", item->family, indexes->units[item->cell >> UNIT_SHIFT],
                   indexes->districts[item->cell >> SEX_BITS & DISTRICT_MASK], (item->cell & SEX_MASK) - 1,
                   (int)item->elsewhere, item->times, parts);
}

static void tell_items(struct things *things, const struct indexes *indexes, json_t *document)
{
  json_t *items = json_array();
  if (things->item_count)
    qsort_r(things->items, things->item_count, sizeof *things->items, by_what_they_are, things);
  for (size_t i = 0; i < things->item_count; i++)
    json_array_append_new(items, tell_item(things, &things->items[i], indexes));
  json_object_set_new(document, "items", items);
}

void count_tell(struct report_count *count)
{
  json_t *document = count->document, *districts = json_object_get(document, "districts");
  struct indexes indexes = {
      .keys = index_keys(count->things, document),
      .units = index_groups(count->things, json_object_get(document, "units"), UNIT_SHIFT, INT32_MAX),
      .districts = index_groups(count->things, districts, SEX_BITS, DISTRICT_MASK),
  };
  tell_serving(districts, indexes.units);
  tell_items(count->things, &indexes, document);
  free(indexes.keys);
  free(indexes.units);
  free(indexes.districts);
}
