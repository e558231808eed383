/* HTML, piece by piece: whatever text goes in stays text. */
#ifndef KAA_HTML_H
#define KAA_HTML_H

#include "service/text.h"

/* Adds a text; what would be markup is escaped, in attributes too. */
void html_text(struct text *page, const char *text);

/* Adds an element with that text. `tag` is the service's own, attributes and all: "td class=total". */
void html_element(struct text *page, const char *tag, const char *text);

#endif
