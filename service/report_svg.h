/* A chart of a report as SVG within a page. */
#ifndef KAA_REPORT_SVG_H
#define KAA_REPORT_SVG_H

#include "service/report_charts.h"

/* Adds the picture; number is the chart's in the page, from which the ids within are made. */
void report_svg(const struct report_table *table, const struct report_chart *chart, size_t number,
                struct text *page);

#endif
