/* A report as a page: each chart with its text and table, then all figures, definitions. */
#include "service/report_html.h"

#include "service/html.h"
#include "service/report_facts.h"
#include "service/report_phrases.h"
#include "service/report_svg.h"

#include <string.h>

static const char style[] =
    "*{box-sizing:border-box}"
    "body{margin:0 auto;max-width:78rem;padding:1.5rem 1.25rem 3rem;color:#1b1b1b;background:#fff;"
    "font:16px/1.5 system-ui,-apple-system,\"Segoe UI\",Roboto,\"Helvetica Neue\",Arial,sans-serif}"
    "h1{font-size:1.9rem;line-height:1.2;margin:0 0 .75rem;overflow-wrap:anywhere}"
    "h2{font-size:1.25rem;line-height:1.3;margin:0 0 .75rem;overflow-wrap:anywhere}"
    "section{margin-top:2.25rem;padding-top:1.25rem;border-top:1px solid #b8bec6}"
    ".facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(20rem,100%),1fr));gap:.6rem 1.5rem;margin:0}"
    ".facts dt{font-size:.85rem;color:#4a4f57}.facts dd{margin:0;font-weight:600}"
    ".note{margin:1rem 0 0;padding:.6rem .9rem;border-left:4px solid #2b6ca8;background:#f2f6fa}"
    ".pair{display:grid;grid-template-columns:minmax(0,1fr);gap:1.25rem 2.5rem;align-items:start}"
    "figure{margin:0;min-width:0}figcaption{margin-top:.5rem;font-size:.9rem;color:#3c4148}"
    "svg{display:block;overflow:hidden;font-size:13px}svg text{fill:#1b1b1b}svg .category{font-weight:600}"
    ".scroll{overflow-x:auto;margin-bottom:1.75rem}"
    "table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums}"
    "caption{text-align:left;font-weight:600;padding-bottom:.4rem}"
    "th,td{padding:.28rem .6rem;border-bottom:1px solid #d5d9de;text-align:right;vertical-align:bottom}"
    "th{font-weight:600}th[scope=row],th.group{text-align:left;min-width:7rem;overflow-wrap:anywhere}"
    "tbody th[scope=row]{font-weight:400}thead th{border-bottom:2px solid #4a4f57}"
    "tr.total>*{font-weight:700;background:#f2f4f6}"
    ".pair table{width:100%}.pair thead th{font-size:.85em;line-height:1.3;hyphens:auto}"
    ".wide thead th:not(.group){height:1px}"
    ".wide thead th:not(.group) span{writing-mode:vertical-rl;transform:rotate(180deg);max-height:15rem;"
    "text-align:left;line-height:1.15}"
    ".definitions dt{font-weight:600}.definitions dd{margin:0 0 .6rem}"
    ".hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}"
    "@media (max-width:40rem){.pair thead th{overflow-wrap:anywhere;padding:.28rem .3rem}}"
    "@media (min-width:60rem),print{.pair{grid-template-columns:minmax(0,11fr) minmax(0,9fr)}}"
    "@page{size:A4;margin:12mm}@page wide{size:A4 landscape;margin:12mm}"
    "@media print{html{font-size:10.5px}body{max-width:none;padding:0;font-size:1rem}h2{break-after:avoid}"
    "section{margin-top:1rem;padding-top:.7rem}.chart,.scroll,tr,.definitions div{break-inside:avoid}"
    "thead{display:table-header-group}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}svg{zoom:.75}"
    ".all{page:wide}.scroll{overflow:visible}.wide th,.wide td{padding:2px 5px}.pair th,.pair td{padding:.2rem .3rem}"
    ".pair th[scope=row],.pair th.group{min-width:5rem}}";

static void add_count(const struct report_table *table, const json_t *count, struct text *page)
{
  char number[40] = "";
  if (json_is_null(count)) {
    text_add(page, "<td><span aria-hidden=\"true\">..</span><span class=\"hidden\">");
    html_text(page, report_say(table->english, SAY_MASKED));
    text_add(page, "</span></td>");
    return;
  }
  if (json_is_integer(count))
    report_say_number(table->english, json_integer_value(count), number, sizeof number);
  html_element(page, "td", number);
}

static void add_chart_table(const struct report_table *table, const struct report_chart *chart,
                            struct text *page)
{
  enum report_dimension dimensions[DIMENSIONS];
  report_dimensions(table, dimensions);
  const char *level = report_say(table->english, chart->by_group ? SAY_GROUP : SAY_KEY);
  text_add(page, "<table>");
  html_element(page, "caption class=\"hidden\"", chart->title.data);
  text_add(page, "<thead><tr>");
  html_element(page, "th scope=\"col\" class=\"group\"", level);
  for (size_t i = 0; i < chart->series_count; i++)
    html_element(page, "th scope=\"col\"", report_chart_series(table, chart, i));
  text_add(page, "</tr></thead><tbody>");
  for (size_t row = 0; row < chart->category_count; row++) {
    text_add(page, "<tr>");
    html_element(page, "th scope=\"row\"", report_chart_category(table, chart, row));
    for (size_t i = 0; i < chart->series_count; i++)
      add_count(table, report_cell(table, report_chart_row(chart, row), report_chart_column(chart, i, row)),
                page);
    text_add(page, "</tr>");
  }
  text_add(page, "</tbody></table>");
}

static void add_chart(const struct report_table *table, const struct report_chart *chart, size_t number,
                      struct text *page)
{
  text_auto_t summary = {0};
  report_chart_summary(table, chart, &summary);
  text_add(page, "<section class=\"chart\">");
  html_element(page, "h2", chart->title.data);
  text_add(page, "<div class=\"pair\"><figure>");
  report_svg(table, chart, number, page);
  html_element(page, "figcaption", summary.data);
  text_add(page, "</figure>");
  add_chart_table(table, chart, page);
  text_add(page, "</div></section>");
}

/* Columns of a table of all groups: those of one figure, or all figures that have no keys. */
struct part {
  const char *caption;
  size_t *columns, count;
  bool keyed;
};

static void add_part_heading(const struct report_table *table, const struct part *part, struct text *page)
{
  enum report_dimension dimensions[DIMENSIONS];
  static const char *const levels[] = {"district", "unit", "sex"};
  size_t count = report_dimensions(table, dimensions);
  text_add(page, "<thead><tr>");
  for (size_t i = 0; i < count; i++)
    html_element(page, "th scope=\"col\" class=\"group\"",
                 dimensions[i] == DIMENSIONS ? report_say(table->english, SAY_GROUP)
                                             : report_say_level(table->english, levels[dimensions[i]]));
  for (size_t i = 0; i < part->count; i++) {
    size_t column = part->columns[i];
    text_add(page, "<th scope=\"col\">");
    html_element(page, "span",
                 part->keyed ? report_key_label(table, column) : report_figure_label(table, column));
    text_add(page, "</th>");
  }
  text_add(page, "</tr></thead>");
}

static void add_part_row(const struct report_table *table, const struct part *part, size_t row,
                         struct text *page)
{
  enum report_dimension dimensions[DIMENSIONS];
  size_t count = report_dimensions(table, dimensions);
  text_add(page, report_is_total(table, row) ? "<tr class=\"total\">" : "<tr>");
  for (size_t i = 0; i < count; i++)
    html_element(page, "th scope=\"row\"", report_group_label(table, row, dimensions[i]));
  for (size_t i = 0; i < part->count; i++)
    add_count(table, report_cell(table, row, part->columns[i]), page);
  text_add(page, "</tr>");
}

static void add_part(const struct report_table *table, const struct part *part, struct text *page)
{
  enum { WIDE = 6 };
  if (part->count == 0) return;
  text_add(page, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"");
  html_text(page, part->caption);
  text_addf(page, "\"><table%s>", part->count > WIDE ? " class=\"wide\"" : "");
  html_element(page, "caption", part->caption);
  add_part_heading(table, part, page);
  text_add(page, "<tbody>");
  for (size_t row = 0; row < table->row_count; row++)
    add_part_row(table, part, row, page);
  text_add(page, "</tbody></table></div>");
}

static bool is_charted(const struct report_table *table, const struct report_charts *charts,
                       const char *figure)
{
  for (size_t i = 0; i < charts->count; i++)
    for (size_t k = 0; k < charts->charts[i].series_count; k++)
      if (strcmp(table->columns[charts->charts[i].series[k]].figure, figure) == 0) return true;
  return false;
}

/* Every figure of every group. What a chart's table has said of an undivided report is not said again. */
static void add_all_figures(const struct report_table *table, const struct report_charts *charts,
                            struct text *page)
{
  size_t columns[table->column_count + 1];
  bool divided = table->divided[BY_DISTRICT] || table->divided[BY_UNIT] || table->divided[BY_SEX];
  struct part part = {report_say(table->english, SAY_SUMMARY), columns, 0, false};
  text_add(page, "<section class=\"all\">");
  html_element(page, "h2", report_say(table->english, SAY_ALL_FIGURES));
  for (size_t i = 0; i < table->column_count; i++)
    if (!table->columns[i].key) columns[part.count++] = i;
  add_part(table, &part, page);
  for (size_t i = 0, count; i < table->column_count; i += count) {
    count = report_columns_of_figure(table, i);
    if (!table->columns[i].key || (!divided && is_charted(table, charts, table->columns[i].figure))) continue;
    for (size_t k = 0; k < count; k++)
      columns[k] = i + k;
    part = (struct part){report_figure_label(table, i), columns, count, true};
    add_part(table, &part, page);
  }
  text_add(page, "</section>");
}

static void add_definitions(const struct report_table *table, struct text *page)
{
  text_add(page, "<section class=\"definitions\">");
  html_element(page, "h2", report_say(table->english, SAY_DEFINITIONS));
  text_add(page, "<dl>");
  for (size_t i = 0; i < table->column_count; i += report_columns_of_figure(table, i)) {
    text_add(page, "<div>");
    html_element(page, "dt", report_figure_label(table, i));
    html_element(page, "dd", report_meaning(table, i));
    text_add(page, "</div>");
  }
  text_add(page, "</dl></section>");
}

static void add_header(const struct report_table *table, struct text *page)
{
  struct report_fact facts[MAX_FACTS];
  size_t count = report_facts(table, facts);
  text_add(page, "<header>");
  html_element(page, "h1", report_title(table));
  text_add(page, "<dl class=\"facts\">");
  for (size_t i = 0; i < count; i++) {
    text_add(page, "<div>");
    html_element(page, "dt", facts[i].label);
    html_element(page, "dd", facts[i].value);
    text_add(page, "</div>");
  }
  text_add(page, "</dl>");
  if (report_has_masked(table))
    html_element(page, "p class=\"note\"", report_say(table->english, SAY_WHY_MASKED));
  if (table->divided[BY_DISTRICT] || table->divided[BY_UNIT])
    html_element(page, "p class=\"note\"", report_say(table->english, SAY_WHY_UNDISCLOSED));
  text_add(page, "</header>");
}

char *report_html(const json_t *answer, const json_t *words, bool english, size_t *length)
{
  report_table_auto_t table;
  report_charts_auto_t charts;
  report_table_read(&table, answer, words, english);
  report_charts_make(&table, &charts);
  struct text page = {0};
  text_addf(&page,
            "<!DOCTYPE html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
            "content=\"width=device-width, initial-scale=1\">",
            english ? "en" : "sv");
  html_element(&page, "title", report_title(&table));
  text_addf(&page, "<style>%s</style></head><body>", style);
  add_header(&table, &page);
  text_add(&page, "<main>");
  for (size_t i = 0; i < charts.count; i++)
    add_chart(&table, &charts.charts[i], i + 1, &page);
  add_all_figures(&table, &charts, &page);
  add_definitions(&table, &page);
  text_add(&page, "</main></body></html>\n");
  *length = page.length;
  return text_take(&page);
}
