/* A report as a table: columns by the words, rows as the answer has them. */
#include "service/report_table.h"

#include "service/report_phrases.h"

#include <orcania.h>
#include <string.h>

static const char *const members[DIMENSIONS] = {"district", "unit", "sex"};
static const char *const ids[DIMENSIONS] = {"districtId", "unitId", NULL};

static bool has_column(const struct report_table *table, const char *figure, const char *key)
{
  for (size_t i = 0; i < table->column_count; i++) {
    const struct report_column *column = &table->columns[i];
    if (strcmp(column->figure, figure) != 0) continue;
    if (!key || !column->key ? key == column->key : strcmp(column->key, key) == 0) return true;
  }
  return false;
}

/* Beside the columns of the same figure, so that each figure's stand together. */
static void add_column(struct report_table *table, struct report_column added)
{
  if (!added.figure || has_column(table, added.figure, added.key)) return;
  size_t at = table->column_count;
  while (at > 0 && strcmp(table->columns[at - 1].figure, added.figure) != 0)
    at--;
  if (at == 0) at = table->column_count;
  table->columns = o_realloc(table->columns, (table->column_count + 1) * sizeof *table->columns);
  memmove(table->columns + at + 1, table->columns + at, (table->column_count - at) * sizeof *table->columns);
  table->columns[at] = added;
  table->column_count++;
}

static void add_columns_of_words(struct report_table *table)
{
  size_t i, k;
  const json_t *figure, *key;
  json_array_foreach(json_object_get(table->words, "columns"), i, figure)
  {
    const char *name = json_string_value(json_object_get(figure, "name"));
    const json_t *keys = json_object_get(figure, "keys");
    if (!keys) add_column(table, (struct report_column){name, NULL, figure, NULL});
    json_array_foreach(keys, k, key)
    {
      const char *code = json_string_value(json_object_get(key, "code"));
      add_column(table, (struct report_column){name, code, figure, key});
    }
  }
}

/* What a row has and the words do not know keeps its own name. */
static void add_columns_of_row(struct report_table *table, const json_t *row)
{
  const char *name, *key;
  json_t *value, *count;
  json_object_foreach((json_t *)row, name, value)
  {
    if (strcmp(name, "group") == 0) continue;
    if (!json_is_object(value)) add_column(table, (struct report_column){name, NULL, NULL, NULL});
    json_object_foreach(value, key, count) add_column(table, (struct report_column){name, key, NULL, NULL});
  }
}

static void add_rows(struct report_table *table, const json_t *rows)
{
  size_t i, count = json_array_size(rows);
  json_t *row;
  if (count == 0) return;
  table->rows = o_realloc(table->rows, (table->row_count + count) * sizeof *table->rows);
  json_array_foreach(rows, i, row)
  {
    table->rows[table->row_count++] = row;
    add_columns_of_row(table, row);
  }
}

void report_table_read(struct report_table *table, const json_t *answer, const json_t *words, bool english)
{
  *table = (struct report_table){.answer = answer, .words = words, .english = english};
  const char *by = report_member(table, "groupBy");
  for (int i = 0; i < DIMENSIONS; i++)
    table->divided[i] = strstr(by, members[i]) != NULL;
  add_columns_of_words(table);
  add_rows(table, json_object_get(answer, "data"));
  table->group_count = table->row_count;
  add_rows(table, json_object_get(answer, "totals"));
}

void report_table_clear(struct report_table *table)
{
  o_free(table->columns);
  o_free(table->rows);
  *table = (struct report_table){0};
}

const json_t *report_cell(const struct report_table *table, size_t row, size_t column)
{
  const struct report_column *at = &table->columns[column];
  const json_t *figure = json_object_get(table->rows[row], at->figure);
  return at->key ? json_object_get(figure, at->key) : figure;
}

size_t report_columns_of_figure(const struct report_table *table, size_t column)
{
  size_t end = column;
  while (end < table->column_count && strcmp(table->columns[end].figure, table->columns[column].figure) == 0)
    end++;
  return end - column;
}

const char *report_level(const struct report_table *table, size_t row)
{
  static const char *const levels[] = {"total", "district",     "unit",     "district,unit",
                                       "sex",   "district,sex", "unit,sex", "district,unit,sex"};
  const json_t *group = json_object_get(table->rows[row], "group");
  unsigned level = 0;
  for (int i = 0; i < DIMENSIONS; i++)
    if (json_object_get(group, members[i])) level |= 1U << i;
  return levels[level];
}

bool report_is_total(const struct report_table *table, size_t row)
{
  return row >= table->group_count || strcmp(report_level(table, row), "total") == 0;
}

size_t report_rows_of_level(const struct report_table *table, const char *level, size_t *first)
{
  size_t row = 0, end;
  while (row < table->row_count && strcmp(report_level(table, row), level) != 0)
    row++;
  for (end = row; end < table->row_count && strcmp(report_level(table, end), level) == 0; end++)
    ;
  *first = row;
  return end - row;
}

const char *report_word(const struct report_table *table, const json_t *words, const char *otherwise)
{
  const char *word = json_string_value(json_object_get(words, table->english ? "en" : "sv"));
  return word ? word : otherwise;
}

const char *report_title(const struct report_table *table)
{
  return report_word(table, json_object_get(table->words, "title"), report_member(table, "report"));
}

const char *report_figure_label(const struct report_table *table, size_t column)
{
  return report_word(table, table->columns[column].figure_words, table->columns[column].figure);
}

const char *report_key_label(const struct report_table *table, size_t column)
{
  const struct report_column *at = &table->columns[column];
  return at->key ? report_word(table, at->key_words, at->key) : "";
}

const char *report_meaning(const struct report_table *table, size_t column)
{
  const char *name = table->english ? "meansEn" : "meansSv";
  const char *meaning = json_string_value(json_object_get(table->columns[column].figure_words, name));
  return meaning ? meaning : "";
}

static const char *sex_label(const struct report_table *table, const char *code)
{
  size_t i;
  const json_t *sex;
  json_array_foreach(json_object_get(table->words, "sexes"), i, sex)
  {
    const char *here = json_string_value(json_object_get(sex, "code"));
    if (here && strcmp(here, code) == 0) return report_word(table, sex, code);
  }
  return code;
}

const char *report_group_label(const struct report_table *table, size_t row, enum report_dimension dimension)
{
  if (dimension == DIMENSIONS) return report_say(table->english, SAY_TOTAL);
  const json_t *group = json_object_get(table->rows[row], "group");
  const char *name = json_string_value(json_object_get(group, members[dimension]));
  enum report_dimension first[DIMENSIONS];
  report_dimensions(table, first);
  if (!name) return report_say(table->english, dimension == first[0] ? SAY_TOTAL : SAY_ALL);
  if (dimension == BY_SEX) return sex_label(table, name);
  bool nameless = !json_object_get(group, ids[dimension]) && strcmp(name, "undisclosed") == 0;
  return nameless ? report_say(table->english, SAY_UNDISCLOSED) : name;
}

size_t report_dimensions(const struct report_table *table, enum report_dimension dimensions[DIMENSIONS])
{
  size_t count = 0;
  for (int i = 0; i < DIMENSIONS; i++)
    if (table->divided[i]) dimensions[count++] = (enum report_dimension)i;
  if (count == 0) dimensions[count++] = DIMENSIONS;
  return count;
}

const char *report_member(const struct report_table *table, const char *name)
{
  const char *value = json_string_value(json_object_get(table->answer, name));
  return value ? value : "";
}

bool report_has_masked(const struct report_table *table)
{
  for (size_t row = 0; row < table->row_count; row++)
    for (size_t column = 0; column < table->column_count; column++)
      if (json_is_null(report_cell(table, row, column))) return true;
  return false;
}
