/* A report as a page to read, to print and to listen to. */
#ifndef KAA_REPORT_HTML_H
#define KAA_REPORT_HTML_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* The Content-Security-Policy of the page: it loads nothing, runs nothing and has its style within. */
#define REPORT_HTML_POLICY                                                                                   \
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/* UTF-8, whole in itself, without script. Owned by the caller. */
char *report_html(const json_t *answer, const json_t *words, bool english, size_t *length);

#endif
