/* A workbook under way, for the files that fill it. */
#ifndef KAA_REPORT_XLSX_PRIVATE_H
#define KAA_REPORT_XLSX_PRIVATE_H

#include "service/report_phrases.h"
#include "service/report_table.h"

#include <xlsxwriter.h>

enum style {
  TITLE,
  HEADING,
  FIGURE_HEADING,
  KEY_HEADING,
  COUNT,
  TOTAL_COUNT,
  TOTAL_LABEL,
  LABEL,
  STRONG,
  WRAPPED,
  STYLES
};

struct report_book {
  const struct report_table *table;
  lxw_workbook *workbook;
  lxw_format *styles[STYLES];
  enum report_dimension dimensions[DIMENSIONS]; /* the columns of names before the figures */
  size_t dimension_count;
};

/* Where the sheet of figures has a row and a column of the table: below two headings, after the names. */
static inline lxw_row_t report_xlsx_row(size_t row)
{
  return (lxw_row_t)(2 + row);
}
static inline lxw_col_t report_xlsx_column(const struct report_book *book, size_t column)
{
  return (lxw_col_t)(book->dimension_count + column);
}

/* A new sheet of that name, made ready for printing. */
lxw_worksheet *report_xlsx_sheet(struct report_book *book, enum phrase name);

void report_xlsx_figures(struct report_book *book);

/* To be added after the sheet of figures. */
void report_xlsx_charts(struct report_book *book);

#endif
