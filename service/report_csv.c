/* A report as comma-separated values, for machines or for a Swedish spreadsheet. */
#include "service/report_csv.h"

#include "service/csv.h"
#include "service/report_phrases.h"
#include "service/report_table.h"

/* The members of a group, the dimension each belongs to, and what each is called. */
static const struct group_member {
  const char *name;
  enum report_dimension dimension;
  bool is_id;
} group_members[] = {{"districtId", BY_DISTRICT, true},
                     {"district", BY_DISTRICT, false},
                     {"unitId", BY_UNIT, true},
                     {"unit", BY_UNIT, false},
                     {"sex", BY_SEX, false}};
enum { GROUP_MEMBERS = sizeof group_members / sizeof *group_members };

static const char *heading(const struct group_member *member)
{
  if (member->is_id)
    return report_say(false, member->dimension == BY_DISTRICT ? SAY_DISTRICT_ID : SAY_UNIT_ID);
  return report_say_level(false, member->name);
}

static void add_column_heading(const struct report_table *table, size_t at, bool swedish, struct csv *csv)
{
  const struct report_column *column = &table->columns[at];
  text_auto_t name = {0};
  text_add(&name, swedish ? report_figure_label(table, at) : column->figure);
  if (column->key && swedish)
    text_addf(&name, ": %s", report_key_label(table, at));
  else if (column->key)
    text_addf(&name, ".%s", column->key);
  csv_text(csv, name.data);
}

static void add_headings(const struct report_table *table, bool swedish, struct csv *csv)
{
  csv_text(csv, swedish ? report_say(false, SAY_LEVEL) : "level");
  for (size_t i = 0; i < GROUP_MEMBERS; i++)
    if (table->divided[group_members[i].dimension])
      csv_text(csv, swedish ? heading(&group_members[i]) : group_members[i].name);
  for (size_t i = 0; i < table->column_count; i++)
    add_column_heading(table, i, swedish, csv);
  csv_end_line(csv);
}

static void add_group(const struct report_table *table, size_t row, bool swedish, struct csv *csv)
{
  const char *level = report_level(table, row);
  const json_t *group = json_object_get(table->rows[row], "group");
  csv_text(csv, swedish ? report_say_level(false, level) : level);
  for (size_t i = 0; i < GROUP_MEMBERS; i++) {
    const struct group_member *member = &group_members[i];
    const json_t *value = json_object_get(group, member->name);
    if (!table->divided[member->dimension]) continue;
    if (swedish && value && !member->is_id)
      csv_text(csv, report_group_label(table, row, member->dimension));
    else
      csv_value(csv, value);
  }
}

char *report_csv(const json_t *answer, const json_t *words, bool swedish, size_t *length)
{
  report_table_auto_t table;
  report_table_read(&table, answer, words, false);
  struct csv csv = {.separator = swedish ? ";" : ","};
  if (swedish) text_add(&csv.text, "\xef\xbb\xbf");
  add_headings(&table, swedish, &csv);
  for (size_t row = 0; row < table.row_count; row++) {
    add_group(&table, row, swedish, &csv);
    for (size_t column = 0; column < table.column_count; column++) {
      const json_t *count = report_cell(&table, row, column);
      if (swedish && json_is_null(count))
        csv_text(&csv, "..");
      else
        csv_value(&csv, count);
    }
    csv_end_line(&csv);
  }
  *length = csv.text.length;
  return text_take(&csv.text);
}
