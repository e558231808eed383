/* The statistics export as a file of lines, as a layout says. */
#include "service/layouts_private.h"

#include "service/text.h"

#include <orcania.h>
#include <stdio.h>
#include <string.h>

/* A file being written. Borrowed all but the text. */
struct writer {
  struct text text;
  const json_t *columns, *codes; /* codes: list.code → how it stands in the file */
  const char *separator, *quote, *line_end, *dates, *empty;
  bool formula_safe;
  bool begun; /* the line has a value */
};

static const char *word(const json_t *object, const char *member)
{
  const char *value = json_string_value(json_object_get(object, member));
  return value ? value : "";
}

/* Control characters would end a line for a plain reader; without quotes neither may the separator stand in a value. */
static char plain(const struct writer *to, char c, bool quoted)
{
  bool parts = !quoted && (c == *to->separator || c == '"');
  return (unsigned char)c < ' ' || parts ? ' ' : c;
}

static void put(struct writer *to, const char *value)
{
  if (to->begun) text_add(&to->text, to->separator);
  to->begun = true;
  bool quoted = strcmp(to->quote, "always") == 0 ||
                (strcmp(to->quote, "needed") == 0 && (strchr(value, '"') || strstr(value, to->separator)));
  if (quoted) text_add(&to->text, "\"");
  if (to->formula_safe && *value && strchr("=+-@", *value)) text_add(&to->text, "'");
  for (const char *c = value; *c; c++) {
    const char shown = plain(to, *c, quoted);
    text_add_bytes(&to->text, &shown, 1);
    if (shown == '"') text_add_bytes(&to->text, &shown, 1);
  }
  if (quoted) text_add(&to->text, "\"");
}

static void end_line(struct writer *to)
{
  text_add(&to->text, to->line_end);
  to->begun = false;
}

/* YYYY-MM-DD as the layout's dates have it. */
static void put_date(struct writer *to, const char *date)
{
  char shown[11] = "";
  if (strlen(date) != 10 || strcmp(to->dates, "YYYY-MM-DD") == 0)
    snprintf(shown, sizeof shown, "%s", date);
  else
    snprintf(shown, sizeof shown, "%.4s%.2s%.2s", date, date + 5, date + 8);
  put(to, strcmp(to->dates, "YYMMDD") == 0 ? shown + 2 : shown);
}

static void put_field(struct writer *to, const struct source *source, const json_t *record)
{
  const char *value = word(record, source->name);
  if (!*value) {
    put(to, to->empty);
  } else if (source->kind == SOURCE_DATE) {
    put_date(to, value);
  } else if (source->kind == SOURCE_CODE) {
    const char *known = word(json_object_get(to->codes, source->list), value);
    put(to, *known ? known : value);
  } else {
    put(to, value);
  }
}

static void put_column(struct writer *to, const json_t *column, const json_t *record, bool of_measure)
{
  const char *field = json_string_value(json_object_get(column, "field"));
  if (field)
    put_field(to, layout_source(field, of_measure), record);
  else
    put(to, word(column, "value"));
}

/* The latest ones, when there are more than the file has room for, which is an error that was accepted; then none, for
   what is left of the room. */
static void put_measures(struct writer *to, const json_t *group, const json_t *measures)
{
  size_t times = (size_t)json_integer_value(json_object_get(group, "times")),
         count = json_array_size(measures);
  size_t first = count > times ? count - times : 0;
  for (size_t n = 0; n < times; n++) {
    size_t i;
    json_t *column;
    const json_t *measure = json_array_get(measures, first + n);
    json_array_foreach(json_object_get(group, "columns"), i, column) put_column(to, column, measure, true);
  }
}

static void put_record(struct writer *to, const json_t *record)
{
  size_t i;
  json_t *column;
  json_array_foreach(to->columns, i, column)
  {
    if (json_object_get(column, "repeat"))
      put_measures(to, column, json_object_get(record, "measures"));
    else
      put_column(to, column, record, false);
  }
  end_line(to);
}

char *layout_column_name(const json_t *column, long long n)
{
  const char *name = word(column, "name");
  const char *at = n ? strstr(name, "{n}") : NULL;
  return at ? msprintf("%.*s%lld%s", (int)(at - name), name, n, at + strlen("{n}")) : o_strdup(name);
}

static void put_name(struct writer *to, const json_t *column, long long n)
{
  chars_auto_t name = layout_column_name(column, n);
  put(to, name);
}

static void put_repeated_names(struct writer *to, const json_t *group)
{
  long long times = json_integer_value(json_object_get(group, "times"));
  for (long long n = 1; n <= times; n++) {
    size_t i;
    json_t *column;
    json_array_foreach(json_object_get(group, "columns"), i, column) put_name(to, column, n);
  }
}

static void put_header(struct writer *to)
{
  size_t i;
  json_t *column;
  json_array_foreach(to->columns, i, column)
  {
    if (json_object_get(column, "repeat"))
      put_repeated_names(to, column);
    else
      put_name(to, column, 0);
  }
  end_line(to);
}

/* [{list, code, value}] → {list: {code: value}} */
static json_t *by_list(const json_t *codes)
{
  json_t *lists = json_object();
  size_t i;
  json_t *row;
  json_array_foreach(codes, i, row)
  {
    const char *list = word(row, "list");
    if (!json_object_get(lists, list)) json_object_set_new(lists, list, json_object());
    json_object_set(json_object_get(lists, list), word(row, "code"), json_object_get(row, "value"));
  }
  return lists;
}

/* The character that begins there as ISO 8859-1 has it; what that lacks becomes a question mark. */
static char latin1_of(const unsigned char *at)
{
  if (at[0] < 0x80) return (char)at[0];
  unsigned code = at[0] < 0xe0 ? (at[0] & 0x1fu) << 6 | (at[1] & 0x3fu) : 0x100;
  return (char)(code >= 0xa0 && code < 0x100 ? code : '?');
}

/* UTF-8 to ISO 8859-1 in place; the new length. */
static size_t to_latin1(char *text)
{
  char *to = text;
  for (const char *from = text; *from;) {
    *to++ = latin1_of((const unsigned char *)from++);
    while (((unsigned char)*from & 0xc0) == 0x80)
      from++;
  }
  *to = '\0';
  return (size_t)(to - text);
}

char *layout_write(const json_t *layout, const char *answer, size_t *length)
{
  json_auto_t *document = json_loads(answer, 0, NULL);
  if (!json_is_array(json_object_get(document, "data"))) return NULL;
  const char *period = word(json_object_get(document, "period"), "name");
  json_auto_t *codes = by_list(json_object_get(document, "codes"));
  struct writer to = {.columns = json_object_get(layout, "columns"),
                      .codes = codes,
                      .separator = word(layout, "separator"),
                      .quote = word(layout, "quote"),
                      .line_end = strcmp(word(layout, "lineEnd"), "LF") == 0 ? "\n" : "\r\n",
                      .dates = word(layout, "dates"),
                      .empty = word(layout, "empty"),
                      .formula_safe = json_is_true(json_object_get(layout, "formulaSafe"))};
  bool utf8 = strcmp(word(layout, "encoding"), "UTF-8") == 0;
  if (utf8 && json_is_true(json_object_get(layout, "byteOrderMark"))) text_add(&to.text, "\xef\xbb\xbf");
  if (json_is_true(json_object_get(layout, "header"))) put_header(&to);
  size_t i;
  json_t *record;
  json_array_foreach(json_object_get(document, "data"), i, record)
  {
    json_object_set_new(record, "period", json_string(period));
    put_record(&to, record);
  }
  *length = to.text.length;
  char *file = text_take(&to.text);
  if (!utf8) *length = to_latin1(file);
  return file;
}
