/* A report as a workbook: a sheet of figures, one of charts that refer to them, one of definitions. */
#include "service/report_xlsx.h"

#include "service/report_facts.h"
#include "service/report_phrases.h"
#include "service/report_xlsx_private.h"
#include "service/text.h"

#include <orcania.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* libxlsxwriter 1.1 closes a workbook with gmtime(), which keeps its result where every thread writes it. */
static pthread_mutex_t closing = PTHREAD_MUTEX_INITIALIZER;

static void make_styles(struct report_book *book)
{
  for (int i = 0; i < STYLES; i++)
    book->styles[i] = workbook_add_format(book->workbook);
  format_set_bold(book->styles[TITLE]);
  format_set_font_size(book->styles[TITLE], 16);
  for (int i = HEADING; i <= KEY_HEADING; i++) {
    format_set_bold(book->styles[i]);
    format_set_text_wrap(book->styles[i]);
    format_set_align(book->styles[i], LXW_ALIGN_VERTICAL_BOTTOM);
    format_set_bg_color(book->styles[i], 0xE4ECF4);
    format_set_bottom(book->styles[i], LXW_BORDER_THIN);
  }
  format_set_align(book->styles[FIGURE_HEADING], LXW_ALIGN_CENTER);
  format_set_left(book->styles[FIGURE_HEADING], LXW_BORDER_THIN);
  format_set_align(book->styles[KEY_HEADING], LXW_ALIGN_RIGHT);
  for (int i = COUNT; i <= TOTAL_COUNT; i++) {
    format_set_num_format(book->styles[i], "#,##0");
    format_set_align(book->styles[i], LXW_ALIGN_RIGHT);
  }
  for (int i = TOTAL_COUNT; i <= TOTAL_LABEL; i++) {
    format_set_bold(book->styles[i]);
    format_set_top(book->styles[i], LXW_BORDER_HAIR);
    format_set_bg_color(book->styles[i], 0xF2F4F6);
  }
  format_set_bold(book->styles[STRONG]);
  format_set_text_wrap(book->styles[WRAPPED]);
  format_set_align(book->styles[WRAPPED], LXW_ALIGN_VERTICAL_TOP);
}

/* A header of a printed page, in which & begins a code. */
static void set_page(struct report_book *book, lxw_worksheet *sheet)
{
  text_auto_t header = {0};
  text_add(&header, "&L");
  for (const char *c = report_title(book->table); *c; c++)
    text_add_bytes(&header, *c == '&' ? "&&" : c, *c == '&' ? 2 : 1);
  enum { LONGEST = 255, A4 = 9 };
  worksheet_set_landscape(sheet);
  worksheet_set_paper(sheet, A4);
  if (header.length < LONGEST) worksheet_set_header(sheet, header.data);
  worksheet_set_footer(sheet, "&R&P / &N");
}

lxw_worksheet *report_xlsx_sheet(struct report_book *book, enum phrase name)
{
  lxw_worksheet *sheet = workbook_add_worksheet(book->workbook, report_say(book->table->english, name));
  set_page(book, sheet);
  return sheet;
}

/* A figure over all its keys. */
static void add_figure_heading(struct report_book *book, lxw_worksheet *sheet, size_t column, size_t count)
{
  lxw_col_t first = report_xlsx_column(book, column), last = (lxw_col_t)(first + count - 1);
  const char *label = report_figure_label(book->table, column);
  lxw_format *style = book->styles[FIGURE_HEADING];
  if (!book->table->columns[column].key)
    worksheet_merge_range(sheet, 0, first, 1, first, label, style);
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
  worksheet_write_string(sheet, row++, 0, report_title(table), book->styles[STRONG]);
  for (size_t i = 0; i < count; i++, row++) {
    text_auto_t line = {0};
    text_addf(&line, "%s: %s", facts[i].label, facts[i].value);
    worksheet_write_string(sheet, row, 0, line.data, NULL);
  }
  if (report_has_masked(table))
    worksheet_write_string(sheet, row++, 0, report_say(table->english, SAY_WHY_MASKED), NULL);
  if (table->divided[BY_DISTRICT] || table->divided[BY_UNIT])
    worksheet_write_string(sheet, row, 0, report_say(table->english, SAY_WHY_UNDISCLOSED), NULL);
}

static void add_figures(struct report_book *book)
{
  enum { LABEL_WIDTH = 24, COUNT_WIDTH = 14, FIGURE_HEIGHT = 20, KEY_HEIGHT = 62 };
  const struct report_table *table = book->table;
  lxw_worksheet *sheet = report_xlsx_sheet(book, SAY_FIGURES);
  lxw_col_t labels = (lxw_col_t)book->dimension_count;
  worksheet_set_column(sheet, 0, (lxw_col_t)(labels - 1), LABEL_WIDTH, NULL);
  if (table->column_count)
    worksheet_set_column(sheet, labels, report_xlsx_column(book, table->column_count - 1), COUNT_WIDTH, NULL);
  worksheet_set_row(sheet, 0, FIGURE_HEIGHT, NULL);
  worksheet_set_row(sheet, 1, KEY_HEIGHT, NULL);
  add_headings(book, sheet);
  for (size_t row = 0; row < table->row_count; row++)
    add_row(book, sheet, row);
  worksheet_freeze_panes(sheet, report_xlsx_row(0), labels);
  worksheet_repeat_rows(sheet, 0, 1);
  worksheet_repeat_columns(sheet, 0, (lxw_col_t)(labels - 1));
  add_notes(book, sheet);
}

static void add_definition(struct report_book *book, lxw_worksheet *sheet, lxw_row_t row, size_t column)
{
  const struct report_column *at = &book->table->columns[column];
  text_auto_t name = {0};
  text_addf(&name, "%s%s%s", at->figure, at->key ? "." : "", at->key ? at->key : "");
  worksheet_write_string(sheet, row, 0, report_figure_label(book->table, column), book->styles[WRAPPED]);
  worksheet_write_string(sheet, row, 1, report_key_label(book->table, column), book->styles[WRAPPED]);
  worksheet_write_string(sheet, row, 2, name.data, book->styles[WRAPPED]);
  worksheet_write_string(sheet, row, 3, report_meaning(book->table, column), book->styles[WRAPPED]);
}

static void add_definitions(struct report_book *book)
{
  static const enum phrase headings[] = {SAY_FIGURE, SAY_KEY, SAY_NAME, SAY_MEANING};
  static const double widths[] = {30, 36, 46, 90};
  lxw_worksheet *sheet = report_xlsx_sheet(book, SAY_DEFINITIONS);
  enum { COLUMNS = sizeof headings / sizeof *headings };
  for (lxw_col_t i = 0; i < COLUMNS; i++) {
    worksheet_set_column(sheet, i, i, widths[i], NULL);
    worksheet_write_string(sheet, 0, i, report_say(book->table->english, headings[i]), book->styles[HEADING]);
  }
  for (size_t i = 0; i < book->table->column_count; i++)
    add_definition(book, sheet, (lxw_row_t)(i + 1), i);
  worksheet_freeze_panes(sheet, 1, 0);
  worksheet_repeat_rows(sheet, 0, 0);
  worksheet_fit_to_pages(sheet, 1, 0);
}

/* The file's time is that of the figures: equal documents, equal bytes. */
static void set_properties(struct report_book *book)
{
  struct tm day = {0};
  text_auto_t title = {0};
  strptime(report_member(book->table, "computedAt"), "%Y-%m-%dT%H:%M:%S", &day);
  text_add(&title, report_title(book->table));
  lxw_doc_properties properties = {.title = title.data, .created = timegm(&day)};
  if (properties.created <= 0) properties.created = 1;
  workbook_set_properties(book->workbook, &properties);
}

static char *read_all(int file, size_t *length)
{
  struct stat of;
  if (fstat(file, &of) != 0 || of.st_size <= 0) return NULL;
  char *bytes = o_malloc((size_t)of.st_size);
  *length = 0;
  for (ssize_t got; bytes && *length < (size_t)of.st_size; *length += (size_t)got)
    if ((got = pread(file, bytes + *length, (size_t)of.st_size - *length, (off_t)*length)) <= 0) {
      o_free(bytes);
      return NULL;
    }
  return bytes;
}

/* This version of the library writes to a named file only: one in memory, which nobody else can name. The sheets on
   their way there are unlinked files of /dev/shm, or of the temporary folder where there is none. */
char *report_xlsx(const json_t *answer, const json_t *words, bool english, size_t *length)
{
  char name[40], folder[] = "/dev/shm";
  int file = memfd_create("report", MFD_CLOEXEC);
  if (file < 0) return NULL;
  snprintf(name, sizeof name, "/proc/self/fd/%d", file);
  report_table_auto_t table;
  report_table_read(&table, answer, words, english);
  lxw_workbook_options options = {.tmpdir = folder};
  struct report_book book = {.table = &table, .workbook = workbook_new_opt(name, &options)};
  char *bytes = NULL;
  if (book.workbook) {
    book.dimension_count = report_dimensions(&table, book.dimensions);
    make_styles(&book);
    set_properties(&book);
    add_figures(&book);
    report_xlsx_charts(&book);
    add_definitions(&book);
    pthread_mutex_lock(&closing);
    lxw_error failed = workbook_close(book.workbook);
    pthread_mutex_unlock(&closing);
    if (!failed) bytes = read_all(file, length);
  }
  close(file);
  return bytes;
}
