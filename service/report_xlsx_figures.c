/* The sheet of figures: two headings, a row a group, totals, and below them what the report says of itself. */
#include "service/report_facts.h"
#include "service/report_xlsx_private.h"
#include "service/text.h"

#include <string.h>

/* A figure over all its keys. */
static void add_figure_heading(struct report_book *book, lxw_worksheet *sheet, size_t column, size_t count)
{
  lxw_col_t first = report_xlsx_column(book, column), last = (lxw_col_t)(first + count - 1);
  const char *label = report_figure_label(book->table, column);
  lxw_format *style = book->styles[FIGURE_HEADING];
  if (!book->table->columns[column].key)
    worksheet_merge_range(sheet, 0, first, 1, first, label, book->styles[KEY_HEADING]);
  else if (count > 1)
    worksheet_merge_range(sheet, 0, first, 0, last, label, style);
  else
    worksheet_write_string(sheet, 0, first, label, style);
}

static void add_headings(struct report_book *book, lxw_worksheet *sheet)
{
  static const char *const levels[] = {"district", "unit", "sex"};
  const struct report_table *table = book->table;
  for (size_t i = 0; i < book->dimension_count; i++) {
    enum report_dimension dimension = book->dimensions[i];
    const char *label = dimension == DIMENSIONS ? report_say(table->english, SAY_GROUP)
                                                : report_say_level(table->english, levels[dimension]);
    worksheet_merge_range(sheet, 0, (lxw_col_t)i, 1, (lxw_col_t)i, label, book->styles[HEADING]);
  }
  for (size_t i = 0, count; i < table->column_count; i += count) {
    count = report_columns_of_figure(table, i);
    add_figure_heading(book, sheet, i, count);
    for (size_t k = i; table->columns[i].key && k < i + count; k++)
      worksheet_write_string(sheet, 1, report_xlsx_column(book, k), report_key_label(table, k),
                             book->styles[KEY_HEADING]);
  }
}

static void add_row(struct report_book *book, lxw_worksheet *sheet, size_t row)
{
  bool total = report_is_total(book->table, row);
  lxw_row_t at = report_xlsx_row(row);
  for (size_t i = 0; i < book->dimension_count; i++)
    worksheet_write_string(sheet, at, (lxw_col_t)i, report_group_label(book->table, row, book->dimensions[i]),
                           book->styles[total ? TOTAL_LABEL : LABEL]);
  for (size_t i = 0; i < book->table->column_count; i++) {
    const json_t *count = report_cell(book->table, row, i);
    lxw_col_t column = report_xlsx_column(book, i);
    lxw_format *style = book->styles[total ? TOTAL_COUNT : COUNT];
    if (json_is_integer(count))
      worksheet_write_number(sheet, at, column, (double)json_integer_value(count), style);
    else
      worksheet_write_string(sheet, at, column, json_is_null(count) ? ".." : "", style);
  }
}

/* Below the figures, so that these begin where programs look for them. */
static void add_notes(struct report_book *book, lxw_worksheet *sheet)
{
  const struct report_table *table = book->table;
  struct report_fact facts[MAX_FACTS];
  size_t count = report_facts(table, facts);
  lxw_row_t row = report_xlsx_row(table->row_count) + 1;
  lxw_col_t column = report_xlsx_column(book, 0); /* those of names are repeated on every printed page */
  worksheet_write_string(sheet, row++, column, report_title(table), book->styles[STRONG]);
  for (size_t i = 0; i < count; i++, row++) {
    text_auto_t line = {0};
    text_addf(&line, "%s: %s", facts[i].label, facts[i].value);
    worksheet_write_string(sheet, row, column, line.data, NULL);
  }
  if (report_has_masked(table))
    worksheet_write_string(sheet, row++, column, report_say(table->english, SAY_WHY_MASKED), NULL);
  if (table->divided[BY_DISTRICT] || table->divided[BY_UNIT])
    worksheet_write_string(sheet, row, column, report_say(table->english, SAY_WHY_UNDISCLOSED), NULL);
}

/* In characters, as far as columns are measured in them. */
static double length_of(const char *text, const char *end)
{
  double length = 0;
  for (const char *c = text; *c && !strchr(end, *c); c++)
    length += (*c & 0xC0) != 0x80;
  return length;
}

/* As wide as the heading's longest word. */
static double width_of_count(const struct report_table *table, size_t column)
{
  enum { NARROWEST = 9 };
  bool keyed = table->columns[column].key != NULL;
  double width = NARROWEST;
  const char *word = keyed ? report_key_label(table, column) : report_figure_label(table, column);
  while (*word) {
    double length = length_of(word, " ") + 1.5;
    if (length > width) width = length;
    word += strcspn(word, " ");
    word += strspn(word, " ");
  }
  return width;
}

static double width_of_name(const struct report_book *book, enum report_dimension dimension)
{
  enum { NARROWEST = 12, WIDEST = 45 };
  double width = NARROWEST;
  for (size_t row = 0; row < book->table->row_count; row++) {
    double length = length_of(report_group_label(book->table, row, dimension), "") * 1.1 + 1;
    if (length > width) width = length < WIDEST ? length : WIDEST;
  }
  return width;
}

/* Printed, each figure with keys has a page; the first one shares it with those without, and the notes. */
static void lay_out(struct report_book *book, lxw_worksheet *sheet)
{
  enum { FIGURE_HEIGHT = 20, KEY_HEIGHT = 66, SCALE = 50 };
  const struct report_table *table = book->table;
  lxw_col_t breaks[table->column_count + 1];
  size_t pages = 0, keyed = 0;
  for (size_t i = 0; i < book->dimension_count; i++)
    worksheet_set_column(sheet, (lxw_col_t)i, (lxw_col_t)i, width_of_name(book, book->dimensions[i]), NULL);
  for (size_t i = 0; i < table->column_count; i++) {
    lxw_col_t column = report_xlsx_column(book, i);
    bool begins = i > 0 && strcmp(table->columns[i].figure, table->columns[i - 1].figure) != 0;
    worksheet_set_column(sheet, column, column, width_of_count(table, i), NULL);
    keyed += begins && table->columns[i].key;
    if (begins && keyed > 1) breaks[pages++] = column;
  }
  breaks[pages] = 0;
  worksheet_set_v_pagebreaks(sheet, breaks);
  worksheet_set_print_scale(sheet, SCALE);
  worksheet_set_row(sheet, 0, FIGURE_HEIGHT, NULL);
  worksheet_set_row(sheet, 1, KEY_HEIGHT, NULL);
  worksheet_freeze_panes(sheet, report_xlsx_row(0), report_xlsx_column(book, 0));
  worksheet_repeat_rows(sheet, 0, 1);
  worksheet_repeat_columns(sheet, 0, (lxw_col_t)(book->dimension_count - 1));
}

void report_xlsx_figures(struct report_book *book)
{
  lxw_worksheet *sheet = report_xlsx_sheet(book, SAY_FIGURES);
  lay_out(book, sheet);
  add_headings(book, sheet);
  for (size_t row = 0; row < book->table->row_count; row++)
    add_row(book, sheet, row);
  add_notes(book, sheet);
}
