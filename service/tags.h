/* Entity tags: what is made for an answer, and what If-Match and If-None-Match say (RFC 9110 13.1). */
#ifndef KAA_TAGS_H
#define KAA_TAGS_H

#include <stdbool.h>
#include <stddef.h>

enum { TAG_SIZE = 48 };

/* "VERSION-HASH" of a representation, in quotes. */
void tags_make(const char *body, size_t length, long long version, char tag[TAG_SIZE]);

/* True when If-None-Match holds the tag (weak comparison) or is *. A header of NULL holds nothing. */
bool tags_hold(const char *header, const char *tag);

enum wanted_version { ANY_VERSION = -1, NO_VERSION = 0 };

/* What If-Match wants of the row: its version, the newest of those that the tags name; ANY_VERSION for *;
   NO_VERSION, which no row has, when the tags are weak or not ours. False when the header is no list of tags. */
bool tags_version(const char *header, long long *version);

#endif
