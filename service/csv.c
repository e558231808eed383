/* Comma-separated values: quotes what needs it, and disarms what a spreadsheet would run. */
#include "service/csv.h"

#include <string.h>

/* Whether a spreadsheet would read the text as a formula. */
static bool is_formula(const char *text)
{
  return text[0] != '\0' && strchr("=+-@\t\r\n", text[0]) != NULL;
}

static void separate(struct csv *csv)
{
  if (csv->inside) text_add(&csv->text, csv->separator);
  csv->inside = true;
}

void csv_text(struct csv *csv, const char *value)
{
  separate(csv);
  if (!value) return;
  bool quoted = value[strcspn(value, "\",;\r\n")] != '\0';
  if (quoted) text_add(&csv->text, "\"");
  if (is_formula(value)) text_add(&csv->text, "'");
  for (const char *c = value; *c; c++)
    text_add_bytes(&csv->text, *c == '"' ? "\"\"" : c, *c == '"' ? 2 : 1);
  if (quoted) text_add(&csv->text, "\"");
}

void csv_value(struct csv *csv, const json_t *value)
{
  if (!value || json_is_null(value) || json_is_string(value)) {
    csv_text(csv, json_string_value(value));
    return;
  }
  chars_auto_t dump = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
  if (!json_is_number(value)) {
    csv_text(csv, dump);
    return;
  }
  separate(csv);
  text_add(&csv->text, dump);
}

void csv_end_line(struct csv *csv)
{
  text_add(&csv->text, "\r\n");
  csv->inside = false;
}

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

static void add_line(struct csv *csv, json_t *columns, const json_t *row)
{
  const char *name;
  json_t *unused;
  json_object_foreach(columns, name, unused)
  {
    if (row)
      csv_value(csv, json_object_get(row, name));
    else
      csv_text(csv, name);
  }
  csv_end_line(csv);
}

char *csv_from_data(const char *json_body, size_t *length)
{
  json_auto_t *document = json_loads(json_body, 0, NULL);
  const json_t *data = json_object_get(document, "data");
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
  struct csv csv = {.separator = ","};
  add_line(&csv, columns, NULL);
  json_array_foreach(rows, i, entry) add_line(&csv, columns, entry);
  *length = csv.text.length;
  return text_take(&csv.text);
}
