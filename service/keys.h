/* The key set that tokens are checked against: JWKs from a file or a URL, kept as immutable snapshots. */
#ifndef KAA_KEYS_H
#define KAA_KEYS_H

#include <stdbool.h>
#include <stddef.h>

struct key;     /* a public key and the one algorithm it may be used with; lives as long as its set */
struct key_set; /* immutable, reference counted */

/* A piece of text that is not NUL-terminated; borrowed. */
struct span {
  const char *start;
  size_t length;
};

enum { KEYS_MAX_BYTES = 1048576, KEYS_MAX_KEYS = 64, KEYS_FETCH_TIMEOUT_S = 5, KEYS_FETCH_INTERVAL_S = 60 };

/* keys_set.c: a JWK set (RFC 7517) becomes keys. Keys without kid, for encryption, private, too short or of
   an algorithm we cannot verify are left out, each with a log event. NULL and a constant *reason when the
   text is no key set or holds no usable key. */
struct key_set *keys_parse(const char *text, size_t length, const char **reason);
void keys_hold(struct key_set *set);
void keys_release(struct key_set *set); /* accepts NULL */
const struct key *keys_find(const struct key_set *set, const char *kid);

/* The JWS name of the key's algorithm (ES256 …), which never comes from a token (RFC 8725 3.1). */
const char *keys_algorithm(const struct key *key);

/* True when signature (as in a JWS, not DER) is the key's over the text. */
bool keys_verify(const struct key *key, struct span text, struct span signature);

/* keys_fetch.c: the bytes of the source, owned by the caller; NULL and *error (owned by the caller). */
bool keys_is_url(const char *source);
char *keys_read_file(const char *path, size_t *length, char **error);
char *keys_fetch_url(const char *url, size_t *length, char **error);

/* keys.c: the current set. keys_open is 0, or -1 and *error (owned by the caller); see auth_open. */
int keys_open(const char *from, char **error) __attribute__((warn_unused_result));
void keys_close(void);

/* Grows with every new set; 0: none could be had yet. Notices a changed file, at most once a second. */
unsigned long keys_generation(void);

/* After an unknown kid: reads a changed file now, fetches a URL again at most once a minute. */
void keys_refresh(void);

/* The current set, to be released, and its generation; NULL when none could be had yet. */
struct key_set *keys_acquire(unsigned long *of_set);

#endif
