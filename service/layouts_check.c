/* What a layout of the statistics export must be: every member, and what is wrong with one that is not so. */
#include "service/layouts_private.h"

#include "service/text.h"

#include <orcania.h>
#include <string.h>

enum { NAME_MOST = 100, TIMES_MOST = 50 };

static const struct source registration_sources[] = {{"municipality"},
                                                     {"period"},
                                                     {"personalNumber"},
                                                     {"startDate", SOURCE_DATE},
                                                     {"reason", SOURCE_CODE, "registration-reasons"},
                                                     {"latestSchool"},
                                                     {"latestProgramme"},
                                                     {"firstAttemptOn", SOURCE_DATE},
                                                     {"firstReachedOn", SOURCE_DATE},
                                                     {"occupation", SOURCE_CODE, "occupations"},
                                                     {"occupationAfter", SOURCE_CODE, "occupations"},
                                                     {"exitDate", SOURCE_DATE},
                                                     {"exitReason", SOURCE_CODE, "exit-reasons"},
                                                     {0}};

static const struct source measure_sources[] = {{"type", SOURCE_CODE, "measure-types"},
                                                {"startDate", SOURCE_DATE},
                                                {"endDate", SOURCE_DATE},
                                                {"occupationAfter", SOURCE_CODE, "occupations"},
                                                {0}};

const struct source *layout_source(const char *name, bool of_measure)
{
  for (const struct source *source = of_measure ? measure_sources : registration_sources; source->name;
       source++)
    if (strcmp(source->name, name) == 0) return source;
  return NULL;
}

int layout_rank(const char *half_year)
{
  static const char digits[] = "0123456789";
  bool shaped = half_year && strlen(half_year) == 7 && half_year[0] == 'H' &&
                (half_year[1] == '1' || half_year[1] == '2') && half_year[2] == '-' && half_year[3] == '2' &&
                (half_year[4] == '0' || half_year[4] == '1') && strspn(half_year + 3, digits) == 4;
  if (!shaped) return 0;
  int year = 0;
  for (const char *c = half_year + 3; *c; c++)
    year = year * 10 + (*c - '0');
  return 2 * year + (half_year[1] - '1');
}

/* The members of a layout. Texts are one of .words when there are some (newlines between), else 1 to .most bytes. */
static const struct member {
  const char *name;
  json_type type;
  bool optional;
  const char *words;
  const char *must; /* what the words are, for people */
  size_t most;
} members[] = {
    {"name", JSON_STRING, .most = 40},
    {"version", JSON_STRING, .most = 20},
    {"halfYear", JSON_STRING, .most = 7},
    {"official", JSON_TRUE},
    {"note", JSON_OBJECT, true},
    {"recipient", JSON_STRING, .most = 100},
    {"ground", JSON_STRING, .most = 200},
    {"encoding", JSON_STRING, false, "UTF-8\nISO-8859-1", "UTF-8 or ISO-8859-1"},
    {"byteOrderMark", JSON_TRUE, true},
    {"separator", JSON_STRING, false, ",\n;\n|\n\t", "a comma, a semicolon, | or a tab"},
    {"quote", JSON_STRING, false, "needed\nalways\nnever", "needed, always or never"},
    {"lineEnd", JSON_STRING, false, "CRLF\nLF", "CRLF or LF"},
    {"header", JSON_TRUE},
    {"dates", JSON_STRING, false, "YYYY-MM-DD\nYYYYMMDD\nYYMMDD", "YYYY-MM-DD, YYYYMMDD or YYMMDD"},
    {"empty", JSON_STRING, true, .most = 10},
    {"formulaSafe", JSON_TRUE, true},
    {"ownCodes", JSON_TRUE, true},
    {"codes", JSON_OBJECT, true},
    {"columns", JSON_ARRAY},
    {.name = NULL}};

static const char *type_name(json_type type)
{
  return type == JSON_STRING   ? "a text"
         : type == JSON_TRUE   ? "true or false"
         : type == JSON_OBJECT ? "an object"
                               : "an array";
}

static bool has_type(const json_t *value, json_type type)
{
  return type == JSON_TRUE ? json_is_boolean(value) : json_typeof(value) == type;
}

static bool is_plain(const char *text)
{
  for (; *text; text++)
    if ((unsigned char)*text < ' ') return false;
  return true;
}

static char *text_fault(const struct member *member, const char *text)
{
  if (member->words && !text_lists(member->words, "\n", text, strlen(text)))
    return msprintf("%s: must be %s", member->name, member->must);
  bool may_be_empty = strcmp(member->name, "empty") == 0;
  size_t length = strlen(text);
  if (member->most && ((length == 0 && !may_be_empty) || length > member->most || !is_plain(text)))
    return msprintf("%s: must be a text of 1 to %zu bytes without control characters", member->name,
                    member->most);
  return NULL;
}

static char *member_fault(const json_t *layout, const struct member *member)
{
  const json_t *value = json_object_get(layout, member->name);
  if (!value) return member->optional ? NULL : msprintf("%s: is missing", member->name);
  if (!has_type(value, member->type))
    return msprintf("%s: must be %s", member->name, type_name(member->type));
  return member->type == JSON_STRING ? text_fault(member, json_string_value(value)) : NULL;
}

static char *unknown_fault(const json_t *object, const char *where, const char *known)
{
  const char *key;
  json_t *value;
  json_object_foreach((json_t *)object, key, value)
  {
    if (!text_lists(known, " ", key, strlen(key))) return msprintf("%s%s: is no member here", where, key);
  }
  return NULL;
}

static char *unknown_member_fault(const json_t *layout)
{
  text_auto_t known = {0};
  for (const struct member *member = members; member->name; member++)
    text_addf(&known, "%s ", member->name);
  return unknown_fault(layout, "", known.data);
}

static char *texts_fault(const char *where, const json_t *texts)
{
  const char *key;
  json_t *value;
  if (!json_is_object(texts)) return msprintf("%s: must be an object of texts", where);
  json_object_foreach((json_t *)texts, key, value)
  {
    const char *text = json_string_value(value);
    if (!text || !*text || !is_plain(text)) return msprintf("%s.%s: must be a text", where, key);
  }
  return NULL;
}

static char *note_and_codes_fault(const json_t *layout)
{
  static const char lists[] = "registration-reasons exit-reasons occupations measure-types";
  const json_t *note = json_object_get(layout, "note");
  const char *list;
  json_t *codes;
  char *fault = note ? texts_fault("note", note) : NULL;
  json_object_foreach(json_object_get(layout, "codes"), list, codes)
  {
    text_auto_t where = {0};
    text_addf(&where, "codes.%s", list);
    if (!fault && !text_lists(lists, " ", list, strlen(list)))
      fault = msprintf("%s: must be one of %s", where.data, lists);
    if (!fault) fault = texts_fault(where.data, codes);
  }
  return fault;
}

/* A column of a field or of a constant value. */
static char *column_fault(const json_t *column, const char *where, bool of_measure)
{
  const char *name = json_string_value(json_object_get(column, "name"));
  const char *field = json_string_value(json_object_get(column, "field"));
  const char *value = json_string_value(json_object_get(column, "value"));
  if (!name || !*name || strlen(name) > NAME_MOST || !is_plain(name))
    return msprintf("%s.name: must be a text of 1 to %d bytes", where, NAME_MOST);
  if (!json_object_get(column, "field") == !json_object_get(column, "value") || !field == !value)
    return msprintf("%s: must have either field or value, a text", where);
  if (field && !layout_source(field, of_measure))
    return msprintf("%s.field: there is no field %s", where, field);
  if (value && !is_plain(value)) return msprintf("%s.value: must not hold control characters", where);
  text_auto_t prefix = {0};
  text_addf(&prefix, "%s.", where);
  return unknown_fault(column, prefix.data, "name field value");
}

static char *repeat_fault(const json_t *group, const char *where)
{
  const json_t *columns = json_object_get(group, "columns"), *times = json_object_get(group, "times");
  const char *repeat = json_string_value(json_object_get(group, "repeat"));
  long long number = json_is_integer(times) ? json_integer_value(times) : 0;
  if (!repeat || strcmp(repeat, "measures") != 0) return msprintf("%s.repeat: must be measures", where);
  if (number < 1 || number > TIMES_MOST)
    return msprintf("%s.times: must be a number from 1 to %d", where, TIMES_MOST);
  if (!json_is_array(columns) || json_array_size(columns) == 0)
    return msprintf("%s.columns: must be an array of columns", where);
  size_t i;
  json_t *column;
  char *fault = NULL;
  json_array_foreach(columns, i, column)
  {
    text_auto_t inner = {0};
    text_addf(&inner, "%s.columns[%zu]", where, i);
    if (!fault) fault = column_fault(column, inner.data, true);
  }
  if (fault) return fault;
  text_auto_t prefix = {0};
  text_addf(&prefix, "%s.", where);
  return unknown_fault(group, prefix.data, "repeat times columns");
}

static char *columns_fault(const json_t *layout)
{
  const json_t *columns = json_object_get(layout, "columns");
  if (json_array_size(columns) == 0) return o_strdup("columns: must hold a column");
  size_t i;
  json_t *column;
  char *fault = NULL;
  json_array_foreach(columns, i, column)
  {
    text_auto_t where = {0};
    text_addf(&where, "columns[%zu]", i);
    if (fault) break;
    fault = json_object_get(column, "repeat") ? repeat_fault(column, where.data)
                                              : column_fault(column, where.data, false);
  }
  return fault;
}

static char *name_fault(json_t *seen, const json_t *column, long long n)
{
  chars_auto_t name = layout_column_name(column, n);
  if (json_object_get(seen, name)) return msprintf("columns: two are named %s", name);
  json_object_set_new(seen, name, json_true());
  return NULL;
}

static char *repeated_names_fault(json_t *seen, const json_t *group)
{
  size_t i;
  json_t *column;
  char *fault = NULL;
  for (long long n = 1; n <= json_integer_value(json_object_get(group, "times")); n++)
    json_array_foreach(json_object_get(group, "columns"), i, column)
    {
      if (!fault) fault = name_fault(seen, column, n);
    }
  return fault;
}

/* Whoever reads by names must not find two of one. Without a header the names are for people. */
static char *header_fault(const json_t *layout)
{
  json_auto_t *seen = json_object();
  size_t i;
  json_t *column;
  char *fault = NULL;
  if (!json_is_true(json_object_get(layout, "header"))) return NULL;
  json_array_foreach(json_object_get(layout, "columns"), i, column)
  {
    if (fault) break;
    fault =
        json_object_get(column, "repeat") ? repeated_names_fault(seen, column) : name_fault(seen, column, 0);
  }
  return fault;
}

char *layout_fault(const json_t *layout)
{
  if (!json_is_object(layout)) return o_strdup("the file must hold a JSON object");
  for (const struct member *member = members; member->name; member++) {
    char *fault = member_fault(layout, member);
    if (fault) return fault;
  }
  const char *name = json_string_value(json_object_get(layout, "name"));
  if (name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")])
    return o_strdup("name: must be small letters, digits and hyphens: it stands in the file's name");
  if (!layout_rank(json_string_value(json_object_get(layout, "halfYear"))))
    return o_strdup("halfYear: must be like H1-2026");
  char *fault = unknown_member_fault(layout);
  if (!fault) fault = note_and_codes_fault(layout);
  if (!fault) fault = columns_fault(layout);
  return fault ? fault : header_fault(layout);
}
