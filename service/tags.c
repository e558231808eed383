/* Entity tags: what is made for an answer, and what If-Match and If-None-Match say. */
#include "service/tags.h"

#include "service/negotiate.h"
#include "service/text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void tags_make(const char *body, size_t length, long long version, char tag[TAG_SIZE])
{
  enum { DIGITS = 16 };
  char hash[DIGITS + 1];
  text_hash(body, length, hash, DIGITS);
  snprintf(tag, TAG_SIZE, "\"%lld-%s\"", version, hash);
}

static bool is_weak(const char *element, size_t length)
{
  return length > 2 && strncmp(element, "W/", 2) == 0;
}

static bool is_quoted(const char *text, size_t length)
{
  return length >= 2 && text[0] == '"' && text[length - 1] == '"' && !memchr(text + 1, '"', length - 2);
}

bool tags_hold(const char *header, const char *tag)
{
  size_t length = 0;
  for (const char *element; header && (element = negotiate_next(&header, &length));) {
    size_t prefix = is_weak(element, length) ? 2 : 0;
    if (length == 1 && *element == '*') return true;
    if (length - prefix == strlen(tag) && strncmp(element + prefix, tag, length - prefix) == 0) return true;
  }
  return false;
}

/* The version of a strong tag of ours, else NO_VERSION. */
static long long version_of(const char *element, size_t length)
{
  if (is_weak(element, length) || !isdigit((unsigned char)element[1])) return NO_VERSION;
  char *end = NULL;
  long long version = strtoll(element + 1, &end, 10);
  return *end == '-' || *end == '"' ? version : NO_VERSION;
}

bool tags_version(const char *header, long long *version)
{
  size_t length = 0;
  *version = NO_VERSION;
  int count = 0;
  for (const char *element; (element = negotiate_next(&header, &length)); count++) {
    size_t prefix = is_weak(element, length) ? 2 : 0;
    if (length == 1 && *element == '*') {
      *version = ANY_VERSION;
      return true;
    }
    if (!is_quoted(element + prefix, length - prefix)) return false;
    long long named = version_of(element, length);
    if (named > *version) *version = named;
  }
  return count > 0;
}
