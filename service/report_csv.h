/* A report as comma-separated values. */
#ifndef KAA_REPORT_CSV_H
#define KAA_REPORT_CSV_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* One line a row, totals last; `level` says by what a row is divided. Owned by the caller. Else than `swedish`: commas,
   member names as headings, codes, masked counts empty. swedish: as Swedish spreadsheets open it (byte order mark,
   semicolons), headings and codes in words, masked counts "..". */
char *report_csv(const json_t *answer, const json_t *words, bool swedish, size_t *length);

#endif
