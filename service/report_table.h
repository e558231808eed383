/* A report's answer and words as a table: what its columns and rows are, and what they are called. */
#ifndef KAA_REPORT_TABLE_H
#define KAA_REPORT_TABLE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum report_dimension { BY_DISTRICT, BY_UNIT, BY_SEX, DIMENSIONS };

/* A figure, or one key of a figure that is divided by keys. */
struct report_column {
  const char *figure, *key;               /* member names; key NULL for a figure without keys */
  const json_t *figure_words, *key_words; /* NULL where the words have none */
};

/* Borrows both documents. Rows: the groups first, then what they add up to. */
struct report_table {
  const json_t *answer, *words;
  bool english;
  bool divided[DIMENSIONS]; /* by what the answer is divided */
  struct report_column *columns;
  size_t column_count;
  const json_t **rows;
  size_t row_count, group_count;
};

/* To be cleared. All figures of the words, and whatever else a row of the answer has. */
void report_table_read(struct report_table *table, const json_t *answer, const json_t *words, bool english);
void report_table_clear(struct report_table *table);
#define report_table_auto_t __attribute__((cleanup(report_table_clear))) struct report_table

/* The count: an integer, null when it is masked, NULL when the row has none. */
const json_t *report_cell(const struct report_table *table, size_t row, size_t column);

/* How many columns from this one on are of the same figure. */
size_t report_columns_of_figure(const struct report_table *table, size_t column);

/* The row's level in the words of groupBy: total, district, "district,sex", … */
const char *report_level(const struct report_table *table, size_t row);

/* Whether the row adds up others, or is the only one. */
bool report_is_total(const struct report_table *table, size_t row);

/* The first row of that level, and how many follow each other; 0 when there is none. */
size_t report_rows_of_level(const struct report_table *table, const char *level, size_t *first);

/* Words in the table's language; borrowed, never NULL. */
const char *report_word(const struct report_table *table, const json_t *words, const char *otherwise);
const char *report_title(const struct report_table *table);
const char *report_figure_label(const struct report_table *table, size_t column);
const char *report_key_label(const struct report_table *table, size_t column);
const char *report_meaning(const struct report_table *table, size_t column);

/* The row's name in a dimension: of a total what says so. Dimension DIMENSIONS: of the only row of an undivided report. */
const char *report_group_label(const struct report_table *table, size_t row, enum report_dimension dimension);

/* The dimensions whose names a row is known by, in order; at least one (DIMENSIONS when the report is undivided). */
size_t report_dimensions(const struct report_table *table, enum report_dimension dimensions[DIMENSIONS]);

/* A member of the answer that is a text, "" without it. */
const char *report_member(const struct report_table *table, const char *name);

/* Whether any count is masked. */
bool report_has_masked(const struct report_table *table);

#endif
