/* What the files of auth share: parts of a token, the caller being made, the cache of verified tokens. */
#ifndef KAA_AUTH_TOKEN_H
#define KAA_AUTH_TOKEN_H

#include "service/auth.h"

#include <jansson.h>
#include <stdatomic.h>
#include <time.h>

enum { AUTH_SKEW_S = 30, AUTH_MAX_TOKEN = 8192, AUTH_MAX_NAME = 200, AUTH_MAX_CODE = 100, AUTH_DIGEST = 32 };

/* A caller with the memory behind its texts. auth_caller is the first member, so that one is the other. */
struct held_caller {
  struct auth_caller caller;
  atomic_int uses;
  time_t expires; /* exp */
  char *texts[9]; /* owned: one for each member of db_caller but trace */
  int count;
};

/* auth_claims.c: the claims of a token whose signature is good become a caller with one use. Settings as
   auth_open filled them in. On any other outcome *reason is set and there is no caller. */
enum auth_outcome auth_claims(const json_t *claims, const struct auth_settings *settings,
                              struct held_caller **held, const char **reason);

/* The settings with the default names for the claims that have none. */
struct auth_settings auth_with_names(const struct auth_settings *settings);

/* auth_cache.c: verified tokens by SHA-256. A lookup gives a further use of the caller, or NULL when it is
   not there, expired, or was verified with another generation of the key set. */
void auth_cache_open(int entries);
void auth_cache_close(void);
struct held_caller *auth_cache_find(const unsigned char *digest, unsigned long generation, time_t now);
void auth_cache_keep(const unsigned char *digest, unsigned long generation, struct held_caller *held);

#endif
