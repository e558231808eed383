/* HTML, piece by piece. */
#include "service/html.h"

#include <string.h>

void html_text(struct text *page, const char *text)
{
  static const char special[] = "&<>\"'";
  static const char *const escaped[] = {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"};
  while (*text) {
    size_t plain = strcspn(text, special);
    text_add_bytes(page, text, plain);
    text += plain;
    if (*text) text_add(page, escaped[strchr(special, *text++) - special]);
  }
}

void html_element(struct text *page, const char *tag, const char *text)
{
  text_addf(page, "<%s>", tag);
  html_text(page, text);
  text_addf(page, "</%.*s>", (int)strcspn(tag, " "), tag);
}
