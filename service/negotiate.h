/* What headers ask for: Accept, Accept-Language (RFC 9110 12.5), Prefer (RFC 7240). */
#ifndef KAA_NEGOTIATE_H
#define KAA_NEGOTIATE_H

#include "service/resource.h"

#include <stdbool.h>
#include <stddef.h>

/* The quality, 0 to 1, that the header gives to a media type: of the most specific range that holds it.
   Without a header everything has 1. */
double negotiate_media(const char *header, const char *media);

/* The formats besides JSON: what format= calls them and their media types. Ends with a row without name. */
struct format_row {
  enum format format;
  const char *name, *type;
};
const struct format_row *negotiate_formats(void);

/* The best of JSON and the formats (added up) by the header: the first of equals in the order JSON, CSV, XLSX, HTML.
   False when none fits. */
bool negotiate_format(const char *header, unsigned formats, enum format *best);

/* True when the header wants English before Swedish; Swedish is the default. */
bool negotiate_english(const char *header);

/* True when Prefer asks for return=minimal. */
bool negotiate_minimal(const char *header);

/* The next element of a comma list, without the blanks around it; commas in quotes do not end it. NULL at the
   end; *rest is where to go on. */
const char *negotiate_next(const char **rest, size_t *length);

#endif
