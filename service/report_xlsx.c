/* A report as a workbook: a sheet of figures, one of charts that refer to them, one of definitions. */
#include "service/report_xlsx.h"

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
    format_set_font_size(book->styles[i], 9);
    format_set_text_wrap(book->styles[i]);
    format_set_align(book->styles[i], LXW_ALIGN_VERTICAL_BOTTOM);
    format_set_bg_color(book->styles[i], 0xE4ECF4);
    format_set_bottom(book->styles[i], LXW_BORDER_THIN);
  }
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
  static const double widths[] = {32, 48, 46, 100};
  lxw_worksheet *sheet = report_xlsx_sheet(book, SAY_DEFINITIONS);
  for (size_t i = 0; i < sizeof headings / sizeof *headings; i++) {
    lxw_col_t column = (lxw_col_t)i;
    worksheet_set_column(sheet, column, column, widths[i], NULL);
    worksheet_write_string(sheet, 0, column, report_say(book->table->english, headings[i]),
                           book->styles[HEADING]);
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
    report_xlsx_figures(&book);
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
