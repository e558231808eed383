/* Tokens: from an Authorization header to a caller. The only users of JWK code are auth*.c and keys*.c. */
#ifndef KAA_AUTH_H
#define KAA_AUTH_H

#include "db/db.h"

#include <stdbool.h>
#include <stddef.h>

struct auth_settings {
  const char *jwks;   /* file path, or http(s) URL */
  const char *issuer; /* required iss */
  const char *audience;
  const char *claim_municipality, *claim_districts, *claim_recipients, *claim_recipient_system,
      *claim_school_unit;
  int cache_entries; /* verified tokens kept, bounded */
};

/* A caller and the memory behind its texts; reference counted, shared by requests with the same token. */
struct auth_caller {
  struct db_caller db; /* db.trace is left NULL: it is the request's */
};

enum auth_outcome {
  AUTH_OK,
  AUTH_MISSING,   /* no Authorization header */
  AUTH_MALFORMED, /* not Bearer, or not a JWT */
  AUTH_INVALID,   /* signature, alg, kid, typ, iss, aud, claims */
  AUTH_EXPIRED,
  AUTH_UNAVAILABLE /* no key set could be had yet: 503 */
};

/* Loads the key set. 0, or -1 and a one-line reason in *error (owned by the caller); for a URL that does not
   answer now, 0: it is fetched again when a token comes (at most once a minute). */
int auth_open(const struct auth_settings *settings, char **error);
void auth_close(void);

/* Checks the header's token: signature with the algorithm fixed per key, typ, iss, aud, exp, nbf (skew 30 s),
   sub, client_id/azp, scope, municipality. *caller is to be released. *reason: a constant text for the log. */
enum auth_outcome auth_check(const char *authorization, struct auth_caller **caller, const char **reason);
void auth_release(struct auth_caller *caller);

/* True when the blank-separated scopes hold the scope. "" is always held. */
bool auth_has_scope(const char *scopes, const char *scope);

/* The scopes of a role of api.md, blanks between, or NULL for an unknown role. */
const char *auth_role_scopes(const char *role);
/* The known roles, NULL-terminated. */
const char *const *auth_roles(void);

/* A development token. Texts may be NULL; lists are comma-separated. */
struct auth_token_request {
  const char *role, *scope, *municipality, *districts, *recipients, *recipient_system, *school_unit, *sub,
      *client;
  long expires_s;
};
/* Signs with the private JWK in the file. The token is owned by the caller; NULL and *error when it cannot. */
char *auth_sign(const char *signing_key_file, const struct auth_settings *settings,
                const struct auth_token_request *request, char **error);

/* Makes DIR/signing.jwk (private, mode 0600) and DIR/jwks.json (public) unless they exist. ES256. */
int auth_make_keys(const char *directory, char **error);

#endif
