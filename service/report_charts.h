/* Which charts a report has: one declaration for spreadsheets and pages. */
#ifndef KAA_REPORT_CHARTS_H
#define KAA_REPORT_CHARTS_H

#include "service/report_table.h"
#include "service/text.h"

enum { MAX_SERIES = 4, MAX_CHARTS = 16 };

/* Bars of some counts of the table. Categories are either groups (rows: each series is a column), or the keys of a
   figure (columns: each series is a figure, in the row of the total). */
struct report_chart {
  bool by_group;
  struct text title;
  size_t category_count, series_count;
  size_t first;              /* the first category's row; by keys: the row of the total */
  size_t series[MAX_SERIES]; /* a series' column; by keys: the column of its first key */
};

struct report_charts {
  struct report_chart charts[MAX_CHARTS];
  size_t count;
};

/* To be cleared. The charts for which the table has the figures, in the order of the declaration. */
void report_charts_make(const struct report_table *table, struct report_charts *charts);
void report_charts_clear(struct report_charts *charts);
#define report_charts_auto_t __attribute__((cleanup(report_charts_clear))) struct report_charts

/* The cell of a bar, and what it is called. */
size_t report_chart_row(const struct report_chart *chart, size_t category);
size_t report_chart_column(const struct report_chart *chart, size_t series, size_t category);
const char *report_chart_category(const struct report_table *table, const struct report_chart *chart,
                                  size_t category);
const char *report_chart_series(const struct report_table *table, const struct report_chart *chart,
                                size_t series);

/* What the picture shows, in words: the highest and lowest of each series, and how many are masked. */
void report_chart_summary(const struct report_table *table, const struct report_chart *chart,
                          struct text *summary);

#endif
