/* Accept and Accept-Language: which quality a header gives to what the service has. */
#include "service/negotiate.h"

#include <stdlib.h>
#include <string.h>

static const char *skip_blanks(const char *text)
{
  return text + strspn(text, " \t");
}

/* The q of one element that begins at text, 1 without one. */
static double quality_of(const char *text, size_t length)
{
  for (const char *at = text; (at = memchr(at, ';', length - (size_t)(at - text)));) {
    at = skip_blanks(at + 1);
    if (strncasecmp(at, "q=", 2) == 0) return strtod(at + 2, NULL);
  }
  return 1;
}

/* How closely a range names the media type: 3 exactly, 2 type/anything, 1 anything, 0 not at all. */
static int closeness(const char *range, size_t length, const char *media)
{
  size_t type = strcspn(media, "/") + 1;
  if (length == strlen(media) && strncasecmp(range, media, length) == 0) return 3;
  if (length == type + 1 && strncasecmp(range, media, type) == 0 && range[type] == '*') return 2;
  return length == 3 && strncmp(range, "*/*", 3) == 0;
}

double negotiate_media(const char *header, const char *media)
{
  double quality = 0;
  int closest = 0;
  if (!header) return 1;
  for (const char *at = skip_blanks(header); *at; at = skip_blanks(at + (*at == ','))) {
    size_t length = strcspn(at, ",");
    int close = closeness(at, strcspn(at, ",; \t"), media);
    if (close > closest) {
      closest = close;
      quality = quality_of(at, length);
    }
    at += length;
  }
  return quality;
}

/* The quality of a language (en also for en-GB), and how far into the header it is named first. */
static double language(const char *header, const char *tag, size_t *position)
{
  for (const char *at = skip_blanks(header); *at; at = skip_blanks(at + (*at == ','))) {
    size_t length = strcspn(at, ","), name = strcspn(at, ",; \t-");
    if (name == strlen(tag) && strncasecmp(at, tag, name) == 0) {
      *position = (size_t)(at - header);
      return quality_of(at, length);
    }
    at += length;
  }
  return 0;
}

bool negotiate_english(const char *header)
{
  size_t en_at = 0, sv_at = 0;
  if (!header) return false;
  double en = language(header, "en", &en_at), sv = language(header, "sv", &sv_at);
  return en > sv || (en > 0 && en == sv && en_at < sv_at);
}
