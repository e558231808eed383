/* From an Authorization header to a caller: cache, shape, header, key, signature, claims, in this order. */
#include "service/auth.h"
#include "service/auth_token.h"
#include "service/keys.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <orcania.h>
#include <string.h>
#include <strings.h>

enum { HEADER, PAYLOAD, SIGNATURE, PARTS, MAX_NESTING = 16, OWNED_TEXTS = 8 };

static struct auth_settings expected; /* its texts are owned */

/* A token in its parts. decoded points into room. */
struct token {
  struct span signed_text;
  struct span decoded[PARTS];
  char *room; /* owned */
};

static void clear_token(struct token *token)
{
  o_free(token->room);
}

static void drop_set(struct key_set **set)
{
  keys_release(*set);
}

static void settings_texts(struct auth_settings *of, const char **texts[OWNED_TEXTS])
{
  texts[0] = &of->jwks;
  texts[1] = &of->issuer;
  texts[2] = &of->audience;
  texts[3] = &of->claim_municipality;
  texts[4] = &of->claim_districts;
  texts[5] = &of->claim_recipients;
  texts[6] = &of->claim_recipient_system;
  texts[7] = &of->claim_school_unit;
}

int auth_open(const struct auth_settings *settings, char **error)
{
  auth_close();
  if (!settings->jwks || !settings->issuer || !settings->audience) {
    *error = msprintf("the key set, issuer and audience must be given");
    return -1;
  }
  expected = auth_with_names(settings);
  const char **texts[OWNED_TEXTS];
  settings_texts(&expected, texts);
  for (int i = 0; i < OWNED_TEXTS; i++)
    *texts[i] = o_strdup(*texts[i]);
  auth_cache_open(expected.cache_entries);
  return keys_open(expected.jwks, error);
}

void auth_close(void)
{
  auth_cache_close();
  keys_close();
  const char **texts[OWNED_TEXTS];
  settings_texts(&expected, texts);
  for (int i = 0; i < OWNED_TEXTS; i++)
    o_free((char *)*texts[i]);
  memset(&expected, 0, sizeof expected);
}

void auth_release(struct auth_caller *caller)
{
  struct held_caller *held = (struct held_caller *)caller;
  if (!held || atomic_fetch_sub_explicit(&held->uses, 1, memory_order_acq_rel) != 1) return;
  for (int i = 0; i < held->count; i++)
    o_free(held->texts[i]);
  o_free(held);
}

static int digit(char c)
{
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const char *at = c ? strchr(alphabet, c) : NULL;
  return at ? (int)(at - alphabet) : -1;
}

/* Decodes base64url without padding, of which only the canonical form is taken: one signature, one text. */
static bool decode(struct span from, char *to, size_t *length)
{
  unsigned bits = 0, count = 0;
  *length = 0;
  for (size_t i = 0; i < from.length; i++) {
    int value = digit(from.start[i]);
    if (value < 0) return false;
    bits = (bits << 6 | (unsigned)value) & 0xffff;
    count += 6;
    if (count >= 8) {
      count -= 8;
      to[(*length)++] = (char)(bits >> count);
    }
  }
  return count < 6 && !(bits & ((1u << count) - 1)) && from.length > 0;
}

/* Takes the token apart into its three decoded parts. */
static bool take_apart(const char *text, size_t length, struct token *token)
{
  token->room = o_malloc(length + 1);
  char *to = token->room;
  const char *end = text + length, *at = text;
  for (int part = HEADER; part < PARTS; part++) {
    const char *stop = part == SIGNATURE ? end : memchr(at, '.', (size_t)(end - at));
    struct span coded = {at, stop ? (size_t)(stop - at) : 0};
    if (!stop || !decode(coded, to, &token->decoded[part].length)) return false;
    token->decoded[part].start = to;
    to += token->decoded[part].length;
    at = stop + 1;
    if (part == PAYLOAD) token->signed_text = (struct span){text, (size_t)(stop - text)};
  }
  return true;
}

/* Nesting is limited before the parser recurses, since anyone may send a header. */
static bool is_shallow(struct span text)
{
  int depth = 0;
  bool quoted = false;
  for (size_t i = 0; i < text.length; i++) {
    char c = text.start[i];
    if (quoted && c == '\\')
      i++;
    else if (c == '"')
      quoted = !quoted;
    else if (!quoted)
      depth += (c == '{' || c == '[') - (c == '}' || c == ']');
    if (depth > MAX_NESTING) return false;
  }
  return true;
}

static json_t *parse_object(struct span text)
{
  json_t *value = is_shallow(text) ? json_loadb(text.start, text.length, JSON_REJECT_DUPLICATES, NULL) : NULL;
  if (json_is_object(value)) return value;
  json_decref(value);
  return NULL;
}

static const char *text_of(const json_t *object, const char *name)
{
  const char *text = json_string_value(json_object_get(object, name));
  return text ? text : "";
}

/* What the header lacks, before any key is looked for; NULL when it will do. */
static const char *wrong_header(const json_t *header)
{
  const char *typ = text_of(header, "typ");
  if (strcasecmp(typ, "at+jwt") != 0 && strcasecmp(typ, "JWT") != 0 &&
      strcasecmp(typ, "application/at+jwt") != 0)
    return "typ";
  if (json_object_get(header, "crit")) return "crit";
  return *text_of(header, "kid") ? NULL : "no kid";
}

/* The set that holds the kid, after a refresh when the one we have does not; NULL when there is no set. */
static struct key_set *set_with(const char *kid, unsigned long *generation)
{
  struct key_set *set = keys_acquire(generation);
  if (set && keys_find(set, kid)) return set;
  keys_release(set);
  keys_refresh();
  return keys_acquire(generation);
}

static enum auth_outcome verify(const struct token *token, const json_t *header, unsigned long *generation,
                                const char **reason)
{
  const char *kid = text_of(header, "kid");
  __attribute__((cleanup(drop_set))) struct key_set *set = set_with(kid, generation);
  *reason = "no key set";
  if (!set) return AUTH_UNAVAILABLE;
  const struct key *key = keys_find(set, kid);
  *reason = "unknown kid";
  if (!key) return AUTH_INVALID;
  *reason = "alg";
  if (strcmp(keys_algorithm(key), text_of(header, "alg")) != 0) return AUTH_INVALID;
  *reason = "signature";
  return keys_verify(key, token->signed_text, token->decoded[SIGNATURE]) ? AUTH_OK : AUTH_INVALID;
}

static enum auth_outcome check_token(const struct token *token, struct held_caller **held,
                                     unsigned long *generation, const char **reason)
{
  json_auto_t *header = parse_object(token->decoded[HEADER]);
  *reason = "not a JWT";
  if (!header) return AUTH_MALFORMED;
  *reason = wrong_header(header);
  if (*reason) return AUTH_INVALID;
  enum auth_outcome outcome = verify(token, header, generation, reason);
  if (outcome != AUTH_OK) return outcome;
  json_auto_t *claims = parse_object(token->decoded[PAYLOAD]);
  *reason = "claims are no JSON object";
  return claims ? auth_claims(claims, &expected, held, reason) : AUTH_INVALID;
}

/* The token after "Bearer " (in any case, RFC 9110 11.1), or NULL. */
static const char *bearer(const char *authorization)
{
  if (strncasecmp(authorization, "Bearer ", 7) != 0) return NULL;
  const char *token = authorization + 7;
  return token + strspn(token, " ");
}

/* Fills *held with a use of the token's caller. */
static enum auth_outcome find_or_check(const char *text, size_t length, struct held_caller **held,
                                       const char **reason)
{
  unsigned char digest[AUTH_DIGEST];
  *reason = "hash";
  if (gnutls_hash_fast(GNUTLS_DIG_SHA256, text, length, digest) < 0) return AUTH_INVALID;
  unsigned long generation = keys_generation();
  *held = auth_cache_find(digest, generation, time(NULL));
  if (*held) return AUTH_OK;
  __attribute__((cleanup(clear_token))) struct token token = {0};
  *reason = "not a JWT";
  if (!take_apart(text, length, &token)) return AUTH_MALFORMED;
  enum auth_outcome outcome = check_token(&token, held, &generation, reason);
  if (outcome == AUTH_OK) auth_cache_keep(digest, generation, *held);
  return outcome;
}

enum auth_outcome auth_check(const char *authorization, struct auth_caller **caller, const char **reason)
{
  *caller = NULL;
  *reason = "no Authorization header";
  if (!authorization) return AUTH_MISSING;
  const char *token = bearer(authorization);
  size_t length = token ? strlen(token) : 0;
  *reason = token ? "token too long" : "not a bearer token";
  if (!token || length > AUTH_MAX_TOKEN) return AUTH_MALFORMED;
  struct held_caller *held = NULL;
  enum auth_outcome outcome = find_or_check(token, length, &held, reason);
  if (outcome != AUTH_OK) return outcome;
  *caller = &held->caller;
  *reason = "";
  return AUTH_OK;
}
