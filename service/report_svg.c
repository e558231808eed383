/* Bars as SVG. Widths are percentages and text has a size of its own, so that it reads alike on a phone and on paper;
   series differ by pattern, not by colour alone, and every bar has its number. */
#include "service/report_svg.h"

#include "service/html.h"
#include "service/report_phrases.h"

enum { LEGEND_LINE = 22, LABEL_LINE = 18, BAR = 13, BAR_STEP = 15, GAP = 8, WIDEST = 82 /* per cent */ };

static const char *const strokes[MAX_SERIES] = {"#12395f", "#8f3f00", "#0b5d55", "#3d3d3d"};

/* What the patterns of the second series and on are made of; the first is solid. */
static const char *const patterns[MAX_SERIES] = {
    "<rect width=\"8\" height=\"8\" fill=\"#2b6ca8\"/>",
    "<rect width=\"8\" height=\"8\" fill=\"#fbe3cf\"/><path d=\"M-2 2l4-4M0 8l8-8M6 10l4-4\" stroke=\"#b45309\" "
    "stroke-width=\"2.4\"/>",
    "<rect width=\"8\" height=\"8\" fill=\"#dff3f0\"/><circle cx=\"2\" cy=\"2\" r=\"1.6\" fill=\"#0f766e\"/><circle "
    "cx=\"6\" cy=\"6\" r=\"1.6\" fill=\"#0f766e\"/>",
    "<rect width=\"8\" height=\"8\" fill=\"#fff\"/><path d=\"M2 0v8M6 0v8\" stroke=\"#3d3d3d\" stroke-width=\"1.4\"/>",
};

static json_int_t highest_of(const struct report_table *table, const struct report_chart *chart)
{
  json_int_t highest = 1;
  for (size_t i = 0; i < chart->category_count * chart->series_count; i++) {
    size_t series = i % chart->series_count, category = i / chart->series_count;
    json_int_t value = json_integer_value(
        report_cell(table, report_chart_row(chart, category), report_chart_column(chart, series, category)));
    if (value > highest) highest = value;
  }
  return highest;
}

/* One series needs none. */
static size_t legend_height(const struct report_chart *chart)
{
  return chart->series_count > 1 ? chart->series_count * LEGEND_LINE + GAP : 0;
}

static size_t height_of(const struct report_chart *chart)
{
  return legend_height(chart) + chart->category_count * (LABEL_LINE + chart->series_count * BAR_STEP + GAP);
}

static void add_opening(const struct report_table *table, const struct report_chart *chart, size_t number,
                        struct text *page)
{
  text_auto_t summary = {0};
  report_chart_summary(table, chart, &summary);
  text_addf(page,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-labelledby=\"c%zu-title c%zu-desc\" "
            "width=\"100%%\" height=\"%zu\"><title id=\"c%zu-title\">",
            number, number, height_of(chart), number);
  html_text(page, chart->title.data);
  text_addf(page, "</title><desc id=\"c%zu-desc\">", number);
  html_text(page, summary.data);
  text_add(page, "</desc><defs>");
  for (size_t i = 0; i < chart->series_count; i++)
    text_addf(
        page,
        "<pattern id=\"c%zu-p%zu\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\">%s</pattern>",
        number, i, patterns[i]);
  text_add(page, "</defs>");
}

static void add_legend(const struct report_table *table, const struct report_chart *chart, size_t number,
                       struct text *page)
{
  if (legend_height(chart) == 0) return;
  for (size_t i = 0; i < chart->series_count; i++) {
    text_addf(
        page,
        "<rect x=\"1\" y=\"%zu\" width=\"26\" height=\"%d\" fill=\"url(#c%zu-p%zu)\" stroke=\"%s\"/><text "
        "x=\"36\" y=\"%zu\">",
        i * LEGEND_LINE + 2, BAR, number, i, strokes[i], i * LEGEND_LINE + 14);
    html_text(page, report_chart_series(table, chart, i));
    text_add(page, "</text>");
  }
}

struct bar {
  size_t number, series, top;
  json_int_t highest;
};

static void add_bar(const struct report_table *table, const json_t *count, const struct bar *bar,
                    struct text *page)
{
  char said[40] = "..";
  double width = (double)json_integer_value(count) * WIDEST / (double)bar->highest;
  if (json_is_integer(count)) report_say_number(table->english, json_integer_value(count), said, sizeof said);
  if (width > 0)
    text_addf(
        page,
        "<rect x=\"1\" y=\"%zu\" width=\"%.2f%%\" height=\"%d\" fill=\"url(#c%zu-p%zu)\" stroke=\"%s\"/>",
        bar->top, width, BAR, bar->number, bar->series, strokes[bar->series]);
  text_addf(page, "<text x=\"%.2f%%\" dx=\"7\" y=\"%zu\">%s</text>", width, bar->top + 11, said);
}

void report_svg(const struct report_table *table, const struct report_chart *chart, size_t number,
                struct text *page)
{
  add_opening(table, chart, number, page);
  struct bar bar = {.number = number, .highest = highest_of(table, chart)};
  size_t top = legend_height(chart);
  add_legend(table, chart, number, page);
  for (size_t i = 0; i < chart->category_count; i++) {
    text_addf(page, "<text class=\"category\" x=\"5\" y=\"%zu\">", top + 13);
    html_text(page, report_chart_category(table, chart, i));
    text_add(page, "</text>");
    for (bar.series = 0; bar.series < chart->series_count; bar.series++) {
      bar.top = top + LABEL_LINE + bar.series * BAR_STEP;
      add_bar(table,
              report_cell(table, report_chart_row(chart, i), report_chart_column(chart, bar.series, i)), &bar,
              page);
    }
    top += LABEL_LINE + chart->series_count * BAR_STEP + GAP;
  }
  text_addf(page, "<path d=\"M.5 %zuV%zu\" stroke=\"#444\"/></svg>", legend_height(chart), top);
}
