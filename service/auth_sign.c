/* Development tokens: makes the signing key and its public set, and signs with it. */
#include "service/auth_token.h"
#include "service/keys.h"

#include <errno.h>
#include <fcntl.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <orcania.h>
#include <rhonabwy.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEFAULT_EXPIRES_S = 3600, TOKEN_ID_BYTES = 16, BASE64URL_OF_32 = 43, DRAWS_MOST = 64 };

static void drop_key(jwk_t **key)
{
  r_jwk_free(*key);
}

static void drop_text(char **text)
{
  o_free(*text);
}

#define JWK_AUTO  __attribute__((cleanup(drop_key))) jwk_t
#define TEXT_AUTO __attribute__((cleanup(drop_text))) char

/* The RFC 7638 thumbprint of an EC key: its required members in lexical order, hashed. */
static char *thumbprint(jwk_t *key)
{
  TEXT_AUTO *text = msprintf("{\"crv\":\"%s\",\"kty\":\"EC\",\"x\":\"%s\",\"y\":\"%s\"}",
                             r_jwk_get_property_str(key, "crv"), r_jwk_get_property_str(key, "x"),
                             r_jwk_get_property_str(key, "y"));
  unsigned char hash[AUTH_DIGEST];
  struct _o_datum coded = {0, NULL};
  if (gnutls_hash_fast(GNUTLS_DIG_SHA256, text, strlen(text), hash) < 0) return NULL;
  if (!o_base64url_encode_alloc(hash, sizeof hash, &coded)) return NULL;
  char *print = o_strndup((char *)coded.data, coded.size);
  o_free(coded.data);
  return print;
}

/* Writes the file whole or not at all. */
static int write_file(const char *path, mode_t mode, const char *text, char **error)
{
  TEXT_AUTO *draft = msprintf("%s.new", path);
  if (unlink(draft) && errno != ENOENT) {
    *error = msprintf("cannot write %s: %s", path, strerror(errno));
    return -1;
  }
  int fd = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  size_t length = strlen(text);
  bool written = fd >= 0 && write(fd, text, length) == (ssize_t)length && !fsync(fd);
  int closed = fd >= 0 ? close(fd) : 0;
  if (written && !closed && !rename(draft, path)) return 0;
  *error = msprintf("cannot write %s: %s", path, strerror(errno));
  return -1;
}

static jwk_t *read_key(const char *path, char **error)
{
  size_t length = 0;
  TEXT_AUTO *text = keys_read_file(path, &length, error);
  if (!text) return NULL;
  jwk_t *key = NULL;
  bool read = r_jwk_init(&key) == RHN_OK && r_jwk_import_from_json_str(key, text) == RHN_OK;
  int type = read ? r_jwk_key_type(key, NULL, R_FLAG_IGNORE_REMOTE) : 0,
      wanted = R_KEY_TYPE_PRIVATE | R_KEY_TYPE_EC;
  if ((type & wanted) == wanted && r_jwk_get_property_str(key, "kid")) return key;
  r_jwk_free(key);
  *error = msprintf("%s is no private EC key as a JWK with a kid", path);
  return NULL;
}

static int describe_key(jwk_t *key)
{
  TEXT_AUTO *kid = thumbprint(key);
  if (!kid) return -1;
  bool good = r_jwk_set_property_str(key, "kid", kid) == RHN_OK &&
              r_jwk_set_property_str(key, "alg", "ES256") == RHN_OK &&
              r_jwk_set_property_str(key, "use", "sig") == RHN_OK;
  return good ? 0 : -1;
}

/* RFC 7518 6.2 wants all 32 bytes of each number; the library leaves leading zeros out. */
static bool has_whole_numbers(jwk_t *key)
{
  static const char *const names[] = {"x", "y", "d"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    const char *number = r_jwk_get_property_str(key, names[i]);
    if (!number || strlen(number) != BASE64URL_OF_32) return false;
  }
  return true;
}

/* The private JWK as JSON text; NULL when it cannot be made, or was one of the few with a leading zero. */
static char *draw_key(void)
{
  JWK_AUTO *secret = NULL, *shared = NULL;
  bool made = r_jwk_init(&secret) == RHN_OK && r_jwk_init(&shared) == RHN_OK &&
              r_jwk_generate_key_pair(secret, shared, R_KEY_TYPE_EC, 256, NULL) == RHN_OK;
  return made && has_whole_numbers(secret) && !describe_key(secret) ? r_jwk_export_to_json_str(secret, 1)
                                                                    : NULL;
}

static int make_signing_key(const char *path, char **error)
{
  char *text = draw_key();
  for (int tries = 1; !text && tries < DRAWS_MOST; tries++)
    text = draw_key();
  if (!text) {
    *error = msprintf("cannot make a signing key");
    return -1;
  }
  int status = write_file(path, 0600, text, error);
  r_free(text);
  return status;
}

static int make_public_set(const char *signing, const char *path, char **error)
{
  JWK_AUTO *secret = read_key(signing, error), *shared = NULL;
  if (!secret) return -1;
  bool made =
      r_jwk_init(&shared) == RHN_OK && r_jwk_extract_pubkey(secret, shared, R_FLAG_IGNORE_REMOTE) == RHN_OK;
  json_t *jwk = made ? r_jwk_export_to_json_t(shared) : NULL;
  json_auto_t *set = json_pack("{s:[o]}", "keys", jwk);
  TEXT_AUTO *text = set ? json_dumps(set, JSON_INDENT(2)) : NULL;
  if (text) return write_file(path, 0644, text, error);
  *error = msprintf("cannot make the public key set");
  return -1;
}

int auth_make_keys(const char *directory, char **error)
{
  TEXT_AUTO *signing = msprintf("%s/signing.jwk", directory);
  TEXT_AUTO *set = msprintf("%s/jwks.json", directory);
  if (mkdir(directory, 0700) && errno != EEXIST) {
    *error = msprintf("cannot make %s: %s", directory, strerror(errno));
    return -1;
  }
  bool fresh = access(signing, F_OK) != 0;
  if (fresh && make_signing_key(signing, error)) return -1;
  return fresh || access(set, F_OK) ? make_public_set(signing, set, error) : 0;
}

/* A comma-separated list as a JSON array; NULL for none. */
static json_t *list_of(const char *texts)
{
  if (!texts || !*texts) return NULL;
  json_t *list = json_array();
  for (const char *at = texts; *at; at += strspn(at, ", ")) {
    size_t length = strcspn(at, ", ");
    if (length) json_array_append_new(list, json_stringn(at, length));
    at += length;
  }
  return list;
}

static const char *given(const char *text, const char *otherwise)
{
  return text && *text ? text : otherwise;
}

static json_t *text_or_none(const char *text)
{
  return text && *text ? json_string(text) : NULL;
}

static char *scopes_of(const struct auth_token_request *request, char **error)
{
  bool with_role = request->role && *request->role, with_scope = request->scope && *request->scope;
  const char *of_role = with_role ? auth_role_scopes(request->role) : "";
  if (of_role && (with_role || with_scope))
    return msprintf("%s%s%s", of_role, with_role && with_scope ? " " : "", with_scope ? request->scope : "");
  if (of_role) {
    *error = msprintf("a role or a scope must be given");
    return NULL;
  }
  char *roles = o_strdup("");
  for (const char *const *role = auth_roles(); *role; role++) {
    char *longer = msprintf("%s%s%s", roles, *roles ? ", " : "", *role);
    o_free(roles);
    roles = longer;
  }
  *error = msprintf("there is no such role; the roles are %s", roles);
  o_free(roles);
  return NULL;
}

/* The claims of the token; a text that is not UTF-8 makes it NULL. */
static json_t *claims_of(const struct auth_settings *names, const struct auth_token_request *request,
                         const char *scopes)
{
  unsigned char bytes[TOKEN_ID_BYTES];
  char id[2 * TOKEN_ID_BYTES + 1] = "";
  if (gnutls_rnd(GNUTLS_RND_NONCE, bytes, sizeof bytes) < 0) return NULL;
  for (size_t i = 0; i < TOKEN_ID_BYTES; i++)
    snprintf(id + 2 * i, 3, "%02x", bytes[i]);
  json_int_t now = time(NULL), lifetime = request->expires_s > 0 ? request->expires_s : DEFAULT_EXPIRES_S;
  return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o*, s:o*, s:o*, s:o*, s:I, s:I, s:s}", "iss",
                   names->issuer, "aud", names->audience, "sub", given(request->sub, "developer"),
                   "client_id", given(request->client, "kaa-token"), "scope", scopes,
                   names->claim_municipality, given(request->municipality, "0180"), names->claim_districts,
                   list_of(request->districts), names->claim_recipients, list_of(request->recipients),
                   names->claim_recipient_system, text_or_none(request->recipient_system),
                   names->claim_school_unit, text_or_none(request->school_unit), "iat", now, "exp",
                   now + lifetime, "jti", id);
}

static char *sign(jwk_t *key, const char *payload)
{
  jws_t *jws = NULL;
  if (r_jws_init(&jws) != RHN_OK) return NULL;
  bool ready = r_jws_set_alg(jws, R_JWA_ALG_ES256) == RHN_OK &&
               r_jws_set_header_str_value(jws, "typ", "at+jwt") == RHN_OK &&
               r_jws_set_header_str_value(jws, "kid", r_jwk_get_property_str(key, "kid")) == RHN_OK &&
               r_jws_set_payload(jws, (const unsigned char *)payload, strlen(payload)) == RHN_OK;
  char *made = ready ? r_jws_serialize(jws, key, R_FLAG_IGNORE_REMOTE) : NULL;
  char *token = made ? o_strdup(made) : NULL;
  r_free(made);
  r_jws_free(jws);
  return token;
}

/* NULL when the service would take the claims, else what it would refuse. */
static const char *would_refuse(const json_t *claims, const struct auth_settings *names)
{
  struct held_caller *held = NULL;
  const char *reason = "they are not UTF-8 text";
  if (!claims || auth_claims(claims, names, &held, &reason) != AUTH_OK) return reason;
  auth_release(&held->caller);
  return NULL;
}

char *auth_sign(const char *signing_key_file, const struct auth_settings *settings,
                const struct auth_token_request *request, char **error)
{
  struct auth_settings names = auth_with_names(settings);
  JWK_AUTO *key = read_key(signing_key_file, error);
  TEXT_AUTO *scopes = key ? scopes_of(request, error) : NULL;
  if (!scopes) return NULL;
  json_auto_t *claims = claims_of(&names, request, scopes);
  const char *refused = would_refuse(claims, &names);
  if (refused) {
    *error = msprintf("the claims would be refused: %s", refused);
    return NULL;
  }
  TEXT_AUTO *payload = json_dumps(claims, JSON_COMPACT);
  char *token = sign(key, payload);
  if (token && strlen(token) <= AUTH_MAX_TOKEN) return token;
  *error = token ? msprintf("the token would be over %d bytes", (int)AUTH_MAX_TOKEN)
                 : msprintf("cannot sign with %s", signing_key_file);
  o_free(token);
  return NULL;
}
