/* Accept and Accept-Language (RFC 9110 12.5). */
#ifndef KAA_NEGOTIATE_H
#define KAA_NEGOTIATE_H

#include <stdbool.h>

/* The quality, 0 to 1, that the header gives to a media type: of the most specific range that holds it.
   Without a header everything has 1. */
double negotiate_media(const char *header, const char *media);

/* True when the header wants English before Swedish; Swedish is the default. */
bool negotiate_english(const char *header);

#endif
