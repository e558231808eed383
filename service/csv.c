/* A report's rows as comma-separated values: flattens them, then writes RFC 4180. */
#include "service/csv.h"

#include "service/text.h"

#include <jansson.h>
#include <string.h>

/* Adds the members of an object to the flat row under names with dots, and the names to the columns. */
static void flatten(const json_t *object, const char *prefix, json_t *row, json_t *columns)
{
  const char *key;
  json_t *value;
  json_object_foreach((json_t *)object, key, value)
  {
    text_auto_t name = {0};
    text_addf(&name, "%s%s", prefix, key);
    if (json_is_object(value)) {
      text_add(&name, ".");
      flatten(value, name.data, row, columns);
      continue;
    }
    json_object_set(row, name.data, value);
    json_object_set_new(columns, name.data, json_true());
  }
}

/* Whether a spreadsheet would read the text as a formula. */
static int is_formula(const char *text)
{
  return text[0] != '\0' && strchr("=+-@\t\r\n", text[0]) != NULL;
}

static void add_text(struct text *csv, const char *value)
{
  int quoted = value[strcspn(value, "\",\r\n")] != '\0';
  if (quoted) text_add(csv, "\"");
  if (is_formula(value)) text_add(csv, "'");
  for (const char *c = value; *c; c++)
    text_add_bytes(csv, *c == '"' ? "\"\"" : c, *c == '"' ? 2 : 1);
  if (quoted) text_add(csv, "\"");
}

static void add_value(struct text *csv, const json_t *value)
{
  if (!value || json_is_null(value)) return;
  if (json_is_string(value)) {
    add_text(csv, json_string_value(value));
    return;
  }
  chars_auto_t dump = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
  if (json_is_number(value))
    text_add(csv, dump);
  else
    add_text(csv, dump);
}

static void add_line(struct text *csv, json_t *columns, const json_t *row)
{
  const char *name, *comma = "";
  json_t *unused;
  json_object_foreach(columns, name, unused)
  {
    text_add(csv, comma);
    if (row)
      add_value(csv, json_object_get(row, name));
    else
      add_text(csv, name);
    comma = ",";
  }
  text_add(csv, "\r\n");
}

char *csv_from_report(const char *json_body, size_t *length)
{
  json_auto_t *report = json_loads(json_body, 0, NULL);
  const json_t *data = json_object_get(report, "data");
  if (!json_is_array(data)) return NULL;
  json_auto_t *rows = json_array(), *columns = json_object();
  size_t i;
  json_t *entry;
  json_array_foreach(data, i, entry)
  {
    json_t *row = json_object();
    flatten(entry, "", row, columns);
    json_array_append_new(rows, row);
  }
  text_auto_t csv = {0};
  add_line(&csv, columns, NULL);
  json_array_foreach(rows, i, entry) add_line(&csv, columns, entry);
  *length = csv.length;
  return text_take(&csv);
}
