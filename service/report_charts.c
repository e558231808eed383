/* The charts of reports: which figures are drawn together, and what is said beside the picture. */
#include "service/report_charts.h"

#include "service/report_phrases.h"

#include <string.h>

/* With titles: figures by group, each series figure or figure.key. Without: figures by their keys, of the total. */
static const struct declared {
  const char *series[MAX_SERIES];
  const char *title[2];
} declared[] = {
    {{"covered", "soughtOut", "reached"},
     {"Omfattade, uppsökta och nådda", "Covered, sought out and reached"}},
    {{"timeliness.begun", "timeliness.firstContactInTime", "timeliness.firstContactLate",
      "timeliness.noContact"},
     {"Första kontakt efter påbörjad registrering", "First contact after a registration began"}},
    {{"lacking.occupation", "lacking.contactDetails", "lacking.firstContact", "lacking.exitReason"},
     {"Saknade uppgifter i urval", "A selection of what is lacking"}},
    {{"attempts"}, {0}},
    {{"reachedBy"}, {0}},
    {{"firstContactBy"}, {0}},
    {{"participantsByAdministration"}, {0}},
    {{"participantsByMeasureType"}, {0}},
    {{"exits", "exitsOfParticipants"}, {0}},
    {{"results"}, {0}},
    {{"occupationAfter"}, {0}},
    {{"lacking"}, {0}},
};
#define DECLARED (sizeof declared / sizeof *declared)
_Static_assert(DECLARED <= MAX_CHARTS, "room for every chart");

/* The column of a figure, or of figure.key; the number of columns when there is none. */
static size_t find_column(const struct report_table *table, const char *name)
{
  size_t length = strcspn(name, ".");
  const char *key = name[length] ? name + length + 1 : NULL;
  for (size_t i = 0; i < table->column_count; i++) {
    const struct report_column *column = &table->columns[i];
    if (strlen(column->figure) != length || strncmp(column->figure, name, length) != 0) continue;
    if (!key || (column->key && strcmp(column->key, key) == 0)) return i;
  }
  return table->column_count;
}

/* Whether the figures are divided by the same keys in the same order. */
static bool same_keys(const struct report_table *table, size_t one, size_t other)
{
  size_t count = report_columns_of_figure(table, one);
  if (report_columns_of_figure(table, other) != count) return false;
  for (size_t i = 0; i < count; i++) {
    const char *a = table->columns[one + i].key, *b = table->columns[other + i].key;
    if (!a || !b || strcmp(a, b) != 0) return false;
  }
  return true;
}

static void find_series(const struct report_table *table, const struct declared *from,
                        struct report_chart *chart)
{
  for (size_t i = 0; i < MAX_SERIES && from->series[i]; i++) {
    size_t column = find_column(table, from->series[i]);
    if (column == table->column_count && chart->by_group) {
      chart->series_count = 0; /* the title would not be true */
      return;
    }
    if (column == table->column_count) continue;
    if (!chart->by_group && chart->series_count && !same_keys(table, chart->series[0], column)) continue;
    chart->series[chart->series_count++] = column;
  }
}

/* The level whose groups are drawn: of crossed ones the first part, or the picture would be crowded. */
static const char *drawn_level(const struct report_table *table)
{
  if (table->divided[BY_DISTRICT]) return "district";
  if (table->divided[BY_UNIT]) return "unit";
  return table->divided[BY_SEX] ? "sex" : "total";
}

static void find_categories(const struct report_table *table, struct report_chart *chart)
{
  const char *level = chart->by_group ? drawn_level(table) : "total";
  size_t rows = report_rows_of_level(table, level, &chart->first);
  if (chart->series_count == 0 || rows == 0) return;
  chart->category_count = chart->by_group ? rows : report_columns_of_figure(table, chart->series[0]);
}

static void add_title(const struct report_table *table, const struct declared *from,
                      struct report_chart *chart)
{
  const char *title = from->title[table->english], *level = drawn_level(table);
  text_add(&chart->title, title ? title : report_figure_label(table, chart->series[0]));
  if (chart->by_group)
    text_add(&chart->title, report_say_per(table->english, level));
  else if (strcmp(level, "total") != 0)
    text_addf(&chart->title, " (%s)", report_say(table->english, SAY_IN_ALL));
}

void report_charts_make(const struct report_table *table, struct report_charts *charts)
{
  *charts = (struct report_charts){0};
  for (size_t i = 0; i < DECLARED; i++) {
    struct report_chart chart = {.by_group = declared[i].title[0] != NULL};
    find_series(table, &declared[i], &chart);
    find_categories(table, &chart);
    if (chart.category_count == 0) continue;
    add_title(table, &declared[i], &chart);
    charts->charts[charts->count++] = chart;
  }
}

void report_charts_clear(struct report_charts *charts)
{
  for (size_t i = 0; i < charts->count; i++)
    text_clear(&charts->charts[i].title);
  charts->count = 0;
}

size_t report_chart_row(const struct report_chart *chart, size_t category)
{
  return chart->by_group ? chart->first + category : chart->first;
}

size_t report_chart_column(const struct report_chart *chart, size_t series, size_t category)
{
  return chart->by_group ? chart->series[series] : chart->series[series] + category;
}

const char *report_chart_category(const struct report_table *table, const struct report_chart *chart,
                                  size_t category)
{
  enum report_dimension dimensions[DIMENSIONS];
  report_dimensions(table, dimensions);
  if (chart->by_group) return report_group_label(table, chart->first + category, dimensions[0]);
  return report_key_label(table, chart->series[0] + category);
}

const char *report_chart_series(const struct report_table *table, const struct report_chart *chart,
                                size_t series)
{
  size_t column = chart->series[series];
  bool keyed = chart->by_group && table->columns[column].key;
  return keyed ? report_key_label(table, column) : report_figure_label(table, column);
}

static json_int_t value_of(const struct report_table *table, const struct report_chart *chart, size_t series,
                           size_t at)
{
  return json_integer_value(
      report_cell(table, report_chart_row(chart, at), report_chart_column(chart, series, at)));
}

static void add_extreme(const struct report_table *table, const struct report_chart *chart, size_t series,
                        size_t at, struct text *summary)
{
  char number[40];
  report_say_number(table->english, value_of(table, chart, series, at), number, sizeof number);
  text_addf(summary, "%s (%s)", report_chart_category(table, chart, at), number);
}

/* Of the counts that a series shows: how many, the places of the highest and the lowest, and how often the lowest. */
struct extremes {
  size_t shown, highest, lowest, lowest_times;
};

static struct extremes find_extremes(const struct report_table *table, const struct report_chart *chart,
                                     size_t series)
{
  struct extremes found = {0};
  for (size_t i = 0; i < chart->category_count; i++) {
    const json_t *count =
        report_cell(table, report_chart_row(chart, i), report_chart_column(chart, series, i));
    if (!json_is_integer(count)) continue;
    json_int_t value = json_integer_value(count);
    bool first = found.shown++ == 0;
    if (first || value > value_of(table, chart, series, found.highest)) found.highest = i;
    json_int_t lowest = value_of(table, chart, series, found.lowest);
    found.lowest_times = first || value < lowest ? 1 : found.lowest_times + (value == lowest);
    if (first || value < lowest) found.lowest = i;
  }
  return found;
}

static void summarise(const struct report_table *table, const struct report_chart *chart, size_t series,
                      struct text *summary)
{
  struct extremes found = find_extremes(table, chart, series);
  bool english = table->english;
  char number[40];
  json_int_t highest = value_of(table, chart, series, found.highest);
  bool alike = highest == value_of(table, chart, series, found.lowest);
  report_say_number(english, highest, number, sizeof number);
  text_addf(summary, "%s%s: ", series ? " " : "", report_chart_series(table, chart, series));
  if (found.shown == 0) {
    text_add(summary, report_say(english, SAY_MASKED));
  } else if (chart->category_count == 1) {
    text_add(summary, number);
  } else if (alike && found.shown > 1) {
    bool whole = found.shown == chart->category_count;
    text_addf(summary, "%s %s", report_say(english, whole ? SAY_ALL_ARE : SAY_SHOWN_ARE), number);
  } else {
    text_addf(summary, "%s ", report_say(english, SAY_HIGHEST));
    add_extreme(table, chart, series, found.highest, summary);
  }
  if (!alike && found.lowest_times == 1) {
    text_addf(summary, ", %s ", report_say(english, SAY_LOWEST));
    add_extreme(table, chart, series, found.lowest, summary);
  }
  text_add(summary, ".");
}

void report_chart_summary(const struct report_table *table, const struct report_chart *chart,
                          struct text *summary)
{
  size_t masked = 0;
  for (size_t series = 0; series < chart->series_count; series++) {
    summarise(table, chart, series, summary);
    for (size_t i = 0; i < chart->category_count; i++)
      masked +=
          json_is_null(report_cell(table, report_chart_row(chart, i), report_chart_column(chart, series, i)));
  }
  if (masked) text_addf(summary, " %s: %zu.", report_say(table->english, SAY_MASKED_COUNT), masked);
}
