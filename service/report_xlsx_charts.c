/* The charts of a workbook; they refer to cells of the sheet of figures. */
#include "service/report_charts.h"
#include "service/report_facts.h"
#include "service/report_xlsx_private.h"

#include <orcania.h>

static lxw_chart_pattern patterns[MAX_SERIES] = {
    {.fg_color = 0x2B6CA8, .bg_color = 0x2B6CA8, .type = LXW_CHART_PATTERN_PERCENT_5},
    {.fg_color = 0xB45309, .bg_color = 0xFBE3CF, .type = LXW_CHART_PATTERN_WIDE_UPWARD_DIAGONAL},
    {.fg_color = 0x0F766E, .bg_color = 0xDFF3F0, .type = LXW_CHART_PATTERN_LARGE_CONFETTI},
    {.fg_color = 0x3D3D3D, .bg_color = 0xFFFFFF, .type = LXW_CHART_PATTERN_NARROW_VERTICAL},
};

struct cells {
  lxw_row_t first_row, last_row;
  lxw_col_t first_column, last_column;
};

static struct cells cells_of(const struct report_book *book, const struct report_chart *chart, size_t series)
{
  size_t last = chart->category_count - 1;
  return (struct cells){report_xlsx_row(report_chart_row(chart, 0)),
                        report_xlsx_row(report_chart_row(chart, last)),
                        report_xlsx_column(book, report_chart_column(chart, series, 0)),
                        report_xlsx_column(book, report_chart_column(chart, series, last))};
}

/* Names of the groups, or the headings of the keys. */
static struct cells categories_of(const struct report_book *book, const struct report_chart *chart)
{
  struct cells cells = cells_of(book, chart, 0);
  if (chart->by_group)
    cells.first_column = cells.last_column = 0;
  else
    cells.first_row = cells.last_row = 1;
  return cells;
}

/* A masked bar has no length: its label says so, where it would have said 0. */
static void label_bars(const struct report_book *book, const struct report_chart *chart, size_t series,
                       lxw_chart_series *bars)
{
  static char masked[] = "..";
  lxw_chart_data_label label = {.value = masked}, plain = {0}, *labels[chart->category_count + 1];
  for (size_t i = 0; i < chart->category_count; i++) {
    const json_t *count =
        report_cell(book->table, report_chart_row(chart, i), report_chart_column(chart, series, i));
    labels[i] = json_is_null(count) ? &label : &plain;
  }
  labels[chart->category_count] = NULL;
  chart_series_set_labels(bars);
  chart_series_set_labels_custom(bars, labels);
}

static void add_series(const struct report_book *book, const struct report_chart *from, size_t series,
                       lxw_chart *chart)
{
  const char *sheet = report_say(book->table->english, SAY_FIGURES);
  struct cells names = categories_of(book, from), counts = cells_of(book, from, series);
  lxw_chart_series *bars = chart_add_series(chart, NULL, NULL);
  chart_series_set_categories(bars, sheet, names.first_row, names.first_column, names.last_row,
                              names.last_column);
  chart_series_set_values(bars, sheet, counts.first_row, counts.first_column, counts.last_row,
                          counts.last_column);
  chart_series_set_name(bars, report_chart_series(book->table, from, series));
  if (series == 0) {
    lxw_chart_fill fill = {.color = patterns[0].fg_color};
    chart_series_set_fill(bars, &fill);
  } else {
    chart_series_set_pattern(bars, &patterns[series]);
  }
  lxw_chart_line line = {.color = patterns[series].fg_color, .width = 0.75};
  chart_series_set_line(bars, &line);
  label_bars(book, from, series, bars);
}

static lxw_chart *make_chart(const struct report_book *book, const struct report_chart *from)
{
  lxw_chart *chart = workbook_add_chart(book->workbook, LXW_CHART_BAR);
  lxw_chart_font font = {.size = 14, .bold = LXW_TRUE};
  lxw_chart_line grid = {.color = 0xD5D9DE, .width = 0.5};
  for (size_t i = 0; i < from->series_count; i++)
    add_series(book, from, i, chart);
  chart_title_set_name(chart, from->title.data);
  chart_title_set_name_font(chart, &font);
  /* Of bars the y axis has the categories: the first one on top, the numbers below the last. */
  chart_axis_set_reverse(chart->y_axis);
  chart_axis_set_min(chart->x_axis, 0);
  chart_axis_set_num_format(chart->x_axis, "#,##0");
  chart_axis_set_label_position(chart->x_axis, LXW_CHART_AXIS_LABEL_POSITION_HIGH);
  chart_axis_major_gridlines_set_line(chart->x_axis, &grid);
  if (from->series_count > 1)
    chart_legend_set_position(chart, LXW_CHART_LEGEND_BOTTOM);
  else
    chart_legend_set_position(chart, LXW_CHART_LEGEND_NONE);
  chart_set_series_gap(chart, 60);
  return chart;
}

/* How many pixels a chart needs for its bars, title and legend. */
static double height_of(const struct report_chart *chart)
{
  return 110 + (double)chart->category_count * (10 + 18 * (double)chart->series_count);
}

static void add_heading(struct report_book *book, lxw_worksheet *sheet)
{
  struct report_fact facts[MAX_FACTS];
  report_facts(book->table, facts);
  worksheet_write_string(sheet, 0, 0, report_title(book->table), book->styles[TITLE]);
  for (lxw_row_t i = 0; i < 2; i++)
    worksheet_write_string(sheet, i + 1, 0, facts[i].value, NULL);
}

enum { WIDTH = 900, ROW_PIXELS = 20, ROWS_BETWEEN = 2, PAGE_ROWS = 60 };

static lxw_row_t rows_of(const struct report_chart *chart)
{
  return (lxw_row_t)(height_of(chart) / ROW_PIXELS) + ROWS_BETWEEN;
}

/* No chart is cut in two by the end of a printed page. */
static void break_pages(const struct report_charts *charts, lxw_worksheet *sheet, lxw_row_t row)
{
  lxw_row_t breaks[MAX_CHARTS + 1] = {0}, page = 0;
  size_t count = 0;
  for (size_t i = 0; i < charts->count; i++) {
    lxw_row_t rows = rows_of(&charts->charts[i]);
    if (i > 0 && row + rows - page > PAGE_ROWS) breaks[count++] = page = row;
    row += rows;
  }
  worksheet_set_h_pagebreaks(sheet, breaks);
}

void report_xlsx_charts(struct report_book *book)
{
  const double usual_width = 480, usual_height = 288;
  const lxw_row_t first = 4;
  lxw_worksheet *sheet = report_xlsx_sheet(book, SAY_CHARTS);
  report_charts_auto_t charts;
  report_charts_make(book->table, &charts);
  add_heading(book, sheet);
  worksheet_gridlines(sheet, LXW_HIDE_ALL_GRIDLINES);
  worksheet_set_portrait(sheet);
  worksheet_fit_to_pages(sheet, 1, 0);
  lxw_row_t row = first;
  for (size_t i = 0; i < charts.count; i++) {
    text_auto_t summary = {0};
    report_chart_summary(book->table, &charts.charts[i], &summary);
    lxw_chart_options options = {.x_scale = WIDTH / usual_width,
                                 .y_scale = height_of(&charts.charts[i]) / usual_height,
                                 .description = summary.data};
    worksheet_insert_chart_opt(sheet, row, 0, make_chart(book, &charts.charts[i]), &options);
    row += rows_of(&charts.charts[i]);
  }
  break_pages(&charts, sheet, first);
}
