/* Comma-separated values (RFC 4180) that a spreadsheet can open without running what is in them. */
#ifndef KAA_CSV_H
#define KAA_CSV_H

#include "service/text.h"

#include <jansson.h>

/* Lines under way. Begin with {.separator = ","}; the text is owned by the writer until it is taken. */
struct csv {
  struct text text;
  const char *separator;
  bool inside; /* a value of the line is written */
};

/* Adds a value to the line. A text that a spreadsheet would take for a formula (it begins with = + - @, tab, CR or LF)
   gets an apostrophe before it; numbers stay numbers; NULL and null are empty; arrays and objects are their JSON. */
void csv_text(struct csv *csv, const char *value);
void csv_value(struct csv *csv, const json_t *value);
void csv_end_line(struct csv *csv);

/* The text of the objects in the member `data` of a JSON answer: a line of names, then one line a row. Nested members
   become columns named with dots (a.b), in the order in which they first appear; absent members are empty. Owned by the
   caller; NULL when json_body has no data. */
char *csv_from_data(const char *json_body, size_t *length);

#endif
