/* What was masked in a published report stays masked in every later answer: else the two together would tell it. */
#include "service/report_private.h"

#include <string.h>

enum { NOT_THERE = -3 };

static int index_of(const json_t *rows, const char *member, const json_t *value)
{
  size_t i;
  json_t *row;
  json_array_foreach((json_t *)rows, i,
                     row) if (json_equal(json_object_get(row, member), value)) return (int)i;
  return NOT_THERE;
}

/* EVERY when the group is not divided by the kind. */
static int place_in(const json_t *document, const json_t *group, const char *kind)
{
  char plural[12], id[12];
  snprintf(plural, sizeof plural, "%ss", kind);
  snprintf(id, sizeof id, "%sId", kind);
  if (!json_object_get(group, kind)) return EVERY;
  const json_t *value = json_object_get(group, id);
  return value ? index_of(json_object_get(document, plural), "id", value) : UNDISCLOSED;
}

static struct report_group group_in(const struct report_items *items, const json_t *group)
{
  const json_t *sex = json_object_get(group, "sex");
  const json_t *sexes = json_object_get(json_object_get(items->document, "lists"), "sexes");
  return (struct report_group){place_in(items->document, group, "unit"),
                               place_in(items->document, group, "district"),
                               sex ? index_of(sexes, "code", sex) : EVERY};
}

static void hide(const struct report_items *items, const struct report_group *group, int period,
                 const char *figure, const char *key)
{
  int index = report_key(items, figure, key);
  if (index >= 0) cells_hide(items->all, report_place(items->all, group), report_sex(group), index, period);
}

static void hide_row(const struct report_items *items, const json_t *row, int period)
{
  const char *figure, *key;
  json_t *value, *count;
  struct report_group group = group_in(items, json_object_get(row, "group"));
  if (group.unit == NOT_THERE || group.district == NOT_THERE || group.sex == NOT_THERE) return;
  json_object_foreach((json_t *)row, figure, value)
  {
    if (json_is_null(value)) hide(items, &group, period, figure, "");
    if (!json_is_object(value) || strcmp(figure, "group") == 0) continue;
    json_object_foreach(value, key, count) if (json_is_null(count)) hide(items, &group, period, figure, key);
  }
}

void report_hide_published(const struct report_items *items)
{
  static const char *const members[] = {"data", "totals"};
  size_t i, j;
  json_t *published, *row;
  json_array_foreach(json_object_get(items->document, "published"), i,
                     published) for (size_t member = 0; member < sizeof members / sizeof *members; member++)
      json_array_foreach(json_object_get(json_object_get(published, "answer"), members[member]), j, row)
          hide_row(items, row, (int)json_integer_value(json_object_get(published, "period")));
}
