/* What headers ask for: which quality they give to what the service has, and preferences. */
#include "service/negotiate.h"

#include <stdlib.h>
#include <string.h>

static const char *skip_blanks(const char *text)
{
  return text + strspn(text, " \t");
}

const char *negotiate_next(const char **rest, size_t *length)
{
  const char *begin = *rest + strspn(*rest, ", \t"), *end = begin;
  for (bool quoted = false; *end && (quoted || *end != ','); end++)
    if (*end == '"') quoted = !quoted;
  *rest = end;
  while (end > begin && (end[-1] == ' ' || end[-1] == '\t'))
    end--;
  *length = (size_t)(end - begin);
  return *length ? begin : NULL;
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
  size_t length = 0;
  if (!header) return 1;
  for (const char *at; (at = negotiate_next(&header, &length));) {
    int close = closeness(at, strcspn(at, ",; \t"), media);
    if (close <= closest) continue;
    closest = close;
    quality = quality_of(at, length);
  }
  return quality;
}

const struct format_row *negotiate_formats(void)
{
  static const struct format_row rows[] = {
      {CSV, "csv", "text/csv"},
      {XLSX, "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
      {HTML, "html", "text/html"},
      {0}};
  return rows;
}

bool negotiate_format(const char *header, unsigned formats, enum format *best)
{
  double highest = negotiate_media(header, "application/json");
  *best = JSON;
  for (const struct format_row *row = negotiate_formats(); row->name; row++) {
    double quality = formats & row->format ? negotiate_media(header, row->type) : 0;
    if (quality <= highest) continue;
    highest = quality;
    *best = row->format;
  }
  return highest > 0;
}

/* The quality of a language (en also for en-GB), and how far into the header it is named first. */
static double language(const char *header, const char *tag, size_t *position)
{
  size_t length = 0;
  const char *rest = header;
  for (const char *at; (at = negotiate_next(&rest, &length));) {
    size_t name = strcspn(at, ",; \t-");
    if (name != strlen(tag) || strncasecmp(at, tag, name) != 0) continue;
    *position = (size_t)(at - header);
    return quality_of(at, length);
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

bool negotiate_minimal(const char *header)
{
  size_t length = 0;
  for (const char *at; header && (at = negotiate_next(&header, &length));) {
    if (strncasecmp(at, "return", 6) != 0) continue;
    at = skip_blanks(at + 6);
    if (*at != '=') continue;
    at = skip_blanks(at + 1);
    if (*at == '"') at++;
    if (strncmp(at, "minimal", 7) == 0 && (at[7] == '\0' || strchr("\"; ,\t", at[7]))) return true;
  }
  return false;
}
