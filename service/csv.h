/* A report's rows as comma-separated values. */
#ifndef KAA_CSV_H
#define KAA_CSV_H

#include <stddef.h>

/* RFC 4180 text of the objects in the member `data` of a JSON report: a line of names, then one line a row.
   Nested members become columns named with dots (attempts.letter), in the order in which they first appear;
   null and absent members are empty. A text that a spreadsheet would take for a formula (it begins with
   = + - @, tab, CR or LF) gets an apostrophe before it. The text is owned by the caller; NULL when json_body
   is no report. */
char *csv_from_report(const char *json_body, size_t *length);

#endif
