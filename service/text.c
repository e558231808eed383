/* A text that grows by doubling, and small questions about texts. */
#include "service/text.h"

#include <assert.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <orcania.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void make_room(struct text *text, size_t more)
{
  if (text->length + more + 1 <= text->size) return;
  while (text->length + more + 1 > text->size)
    text->size = text->size ? 2 * text->size : 512;
  text->data = o_realloc(text->data, text->size);
}

void text_add_bytes(struct text *text, const char *bytes, size_t length)
{
  make_room(text, length);
  assert(text->data);
  memcpy(text->data + text->length, bytes, length);
  text->length += length;
  text->data[text->length] = '\0';
}

void text_add(struct text *text, const char *piece)
{
  text_add_bytes(text, piece, strlen(piece));
}

void text_addf(struct text *text, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  make_room(text, (size_t)length);
  va_start(arguments, format);
  vsnprintf(text->data + text->length, (size_t)length + 1, format, arguments);
  va_end(arguments);
  text->length += (size_t)length;
}

char *text_take(struct text *text)
{
  if (!text->data) text_add(text, "");
  char *data = text->data;
  *text = (struct text){0};
  return data;
}

void text_clear(struct text *text)
{
  o_free(text->data);
  *text = (struct text){0};
}

void text_free(char **data)
{
  o_free(*data);
  *data = NULL;
}

void text_hash(const void *bytes, size_t length, char *hex, size_t digits)
{
  unsigned char hash[32];
  int failed = gnutls_hash_fast(GNUTLS_DIG_SHA256, bytes, length, hash);
  assert(!failed && digits <= 2 * sizeof hash);
  for (size_t i = 0; i < digits / 2; i++)
    snprintf(hex + 2 * i, 3, "%02x", hash[i]);
}

bool text_lists(const char *list, const char *separators, const char *word, size_t length)
{
  for (const char *at = list + strspn(list, separators); *at; at += strspn(at, separators)) {
    size_t here = strcspn(at, separators);
    if (here == length && memcmp(at, word, length) == 0) return true;
    at += here;
  }
  return false;
}
