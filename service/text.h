/* A text that grows, and small questions about texts. */
#ifndef KAA_TEXT_H
#define KAA_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* data is owned and NUL-terminated once anything was added. Begin with {0}. */
struct text {
  char *data;
  size_t length, size;
};

void text_add(struct text *text, const char *piece);
void text_add_bytes(struct text *text, const char *bytes, size_t length);
__attribute__((format(printf, 2, 3))) void text_addf(struct text *text, const char *format, ...);

/* Hands the data over to the caller ("" when nothing was added). */
char *text_take(struct text *text);
void text_clear(struct text *text);
#define text_auto_t __attribute__((cleanup(text_clear))) struct text

/* The first digits (an even number, 64 at most) of the SHA-256 of the bytes, in hex. */
void text_hash(const void *bytes, size_t length, char *hex, size_t digits);

/* True when the list, whose words are parted by one of the separators, holds the word of that length. */
bool text_lists(const char *list, const char *separators, const char *word, size_t length);

/* Releases a char * at the end of its scope. */
void text_free(char **data);
#define chars_auto_t __attribute__((cleanup(text_free))) char *

#endif
