/* Counts what a report's figures are made of: what is told beforehand, and what is made of the rows in the end. */
#include "service/report_count_private.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void forget(struct report_count *count)
{
  struct rows *all[] = {&count->persons, &count->registrations, &count->stays, &count->measures,
                        &count->occupations};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    free(all[i]->at);
  ids_clear(&count->youths);
  ids_clear(&count->units);
  ids_clear(&count->districts);
  free(count->unit_administrations);
  free(count->times.midnights);
  things_free(count->things);
  json_decref(count->document);
  *count = (struct report_count){0};
}

struct report_count *report_count_new(void)
{
  struct report_count *count = calloc(1, sizeof *count);
  assert(count);
  return count;
}

void report_count_free(struct report_count *count)
{
  if (!count) return;
  forget(count);
  free(count);
}

static void read_codes(struct codes *codes, const json_t *document, const char *list)
{
  const json_t *rows = json_object_get(json_object_get(document, "lists"), list);
  codes->count = (int)json_array_size(rows);
  assert(codes->count <= CODES_MOST);
  for (int i = 1; i <= codes->count; i++) {
    const json_t *code = json_object_get(json_array_get(rows, (size_t)i - 1), "code");
    codes->codes[i] = json_string_value(code);
    codes->lengths[i] = (int)json_string_length(code);
  }
}

static int digit_of(char c)
{
  return c >= 'a' ? c - 'a' + 10 : c - '0';
}

/* Groups have numbers in the order of the document. */
static void read_ids(struct ids *ids, const json_t *rows)
{
  size_t i;
  json_t *row;
  json_array_foreach((json_t *)rows, i, row)
  {
    unsigned char id[16] = {0};
    const char *text = json_string_value(json_object_get(row, "id"));
    for (int digits = 0; *text; text++)
      if (*text != '-') id[digits / 2] |= (unsigned char)(digit_of(*text) << (digits % 2 ? 0 : 4)), digits++;
    ids_add(ids, id);
  }
}

static void read_units(struct report_count *count, const json_t *units)
{
  size_t i;
  json_t *unit;
  read_ids(&count->units, units);
  count->unit_administrations = calloc(json_array_size(units) + 1, sizeof *count->unit_administrations);
  assert(count->unit_administrations);
  json_array_foreach((json_t *)units, i, unit)
  {
    const json_t *code = json_object_get(unit, "administration");
    count->unit_administrations[i] =
        codes_number(&count->administrations, json_string_value(code), (int)json_string_length(code));
  }
}

static void read_wanted(struct report_count *count, const json_t *wanted)
{
  const struct {
    const char *name;
    bool *into;
  } all[] = {
      {"exact", &count->wanted.exact},       {"persons", &count->wanted.persons},
      {"work", &count->wanted.work},         {"quality", &count->wanted.quality},
      {"attempts", &count->wanted.attempts}, {"exits", &count->wanted.exits},
      {"begun", &count->wanted.begun},       {"contact", &count->wanted.contact},
  };
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    *all[i].into = json_is_true(json_object_get(wanted, all[i].name));
}

void report_count_begin(void *into, const char *body)
{
  struct report_count *count = *(struct report_count **)into;
  forget(count);
  count->document = json_loads(body, 0, NULL);
  assert(count->document);
  const struct {
    const char *list;
    struct codes *into;
  } lists[] = {
      {"sexes", &count->sexes},
      {"outreach-channels", &count->channels},
      {"administrations", &count->administrations},
      {"measure-types", &count->types},
      {"exit-reasons", &count->exit_reasons},
      {"measure-end-reasons", &count->end_reasons},
      {"occupations", &count->occupation_codes},
  };
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
    read_codes(lists[i].into, count->document, lists[i].list);
  read_wanted(count, json_object_get(count->document, "wanted"));
  times_read(&count->times, json_object_get(count->document, "times"));
  read_units(count, json_object_get(count->document, "units"));
  read_ids(&count->districts, json_object_get(count->document, "districts"));
  count->things = things_new();
}

static void count_covered(struct report_count *count)
{
  struct placings placings = {0};
  for (int i = 0; i < count->persons.count; i++) {
    const struct person *person = person_at(count, i);
    if (!person->registrations) continue;
    placings_of(&placings, count, person);
    if (count->wanted.persons) count_person(count, person, &placings);
    count_events(count, person, &placings);
  }
  free(placings.rows);
}

json_t *report_count_items(struct report_count *count)
{
  count_arrange(count);
  count_arrange_rest(count);
  count_covered(count);
  count_tell(count);
  json_object_del(count->document, "wanted");
  json_object_del(count->document, "times");
  return json_incref(count->document);
}
