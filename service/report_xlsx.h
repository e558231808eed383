/* A report as an Excel workbook (ECMA-376). */
#ifndef KAA_REPORT_XLSX_H
#define KAA_REPORT_XLSX_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* Sheets of figures, charts and definitions; equal documents give equal bytes. Owned by the caller; NULL when there is
   no room for it. */
char *report_xlsx(const json_t *answer, const json_t *words, bool english, size_t *length);

#endif
