/* A JWK set becomes public keys with a fixed algorithm each, and a key verifies a JWS signature. */
#include "service/keys.h"
#include "service/log.h"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <jansson.h>
#include <orcania.h>
#include <rhonabwy.h>
#include <stdatomic.h>
#include <string.h>

/* The algorithms we take. A JWK without alg gets the first row of its type and curve. */
static const struct algorithm {
  const char *name, *kty, *crv;
  gnutls_sign_algorithm_t sign;
  size_t half; /* bytes of r and of s in an ECDSA signature (RFC 7518 3.4); 0: not ECDSA */
} algorithms[] = {
    {"ES256", "EC", "P-256", GNUTLS_SIGN_ECDSA_SHA256, 32},
    {"ES384", "EC", "P-384", GNUTLS_SIGN_ECDSA_SHA384, 48},
    {"ES512", "EC", "P-521", GNUTLS_SIGN_ECDSA_SHA512, 66},
    {"RS256", "RSA", NULL, GNUTLS_SIGN_RSA_SHA256, 0},
    {"RS384", "RSA", NULL, GNUTLS_SIGN_RSA_SHA384, 0},
    {"RS512", "RSA", NULL, GNUTLS_SIGN_RSA_SHA512, 0},
    {"EdDSA", "OKP", "Ed25519", GNUTLS_SIGN_EDDSA_ED25519, 0},
};

enum { RSA_MIN_BITS = 2048 };

struct key {
  char *kid;              /* owned */
  gnutls_pubkey_t pubkey; /* owned; only read after it is made, so threads share it */
  const struct algorithm *algorithm;
};

struct key_set {
  atomic_int uses;
  size_t count;
  struct key keys[KEYS_MAX_KEYS];
};

static const char *member(const json_t *jwk, const char *name)
{
  const char *value = json_string_value(json_object_get(jwk, name));
  return value ? value : "";
}

static const struct algorithm *algorithm_of(const json_t *jwk)
{
  const char *name = member(jwk, "alg");
  for (size_t i = 0; i < sizeof algorithms / sizeof *algorithms; i++) {
    const struct algorithm *row = &algorithms[i];
    bool same_type =
        !strcmp(row->kty, member(jwk, "kty")) && (!row->crv || !strcmp(row->crv, member(jwk, "crv")));
    if (same_type && (!*name || !strcmp(name, row->name))) return row;
  }
  return NULL;
}

/* Only the members that make the key are handed on, so that nothing (x5u) is ever fetched for it. */
static gnutls_pubkey_t public_key(const json_t *jwk)
{
  static const char *const names[] = {"kty", "crv", "x", "y", "n", "e"};
  json_auto_t *plain = json_object();
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    json_t *value = json_object_get(jwk, names[i]);
    if (value) json_object_set(plain, names[i], value);
  }
  jwk_t *key = NULL;
  if (r_jwk_init(&key) != RHN_OK) return NULL;
  gnutls_pubkey_t pubkey = NULL;
  if (r_jwk_import_from_json_t(key, plain) == RHN_OK)
    pubkey = r_jwk_export_to_gnutls_pubkey(key, R_FLAG_IGNORE_REMOTE);
  r_jwk_free(key);
  return pubkey;
}

static bool long_enough(gnutls_pubkey_t pubkey)
{
  unsigned bits = 0;
  return gnutls_pubkey_get_pk_algorithm(pubkey, &bits) != GNUTLS_PK_RSA || bits >= RSA_MIN_BITS;
}

/* Why the JWK cannot be used, or NULL when *key has been filled. */
static const char *take(const json_t *jwk, const struct key_set *set, struct key *key)
{
  const char *kid = member(jwk, "kid");
  if (!*kid) return "a key without kid";
  if (set->count == KEYS_MAX_KEYS) return "a key after the first 64";
  if (keys_find(set, kid)) return "a second key with the same kid";
  if (json_object_get(jwk, "use") && strcmp(member(jwk, "use"), "sig") != 0)
    return "a key that is not for signatures";
  if (json_object_get(jwk, "d")) return "a private key";
  key->algorithm = algorithm_of(jwk);
  if (!key->algorithm) return "a key of an algorithm that is not taken";
  key->pubkey = public_key(jwk);
  if (!key->pubkey) return "a key that cannot be read";
  if (!long_enough(key->pubkey)) {
    gnutls_pubkey_deinit(key->pubkey);
    return "an RSA key shorter than 2048 bits";
  }
  key->kid = o_strdup(kid);
  return NULL;
}

static void set_free(struct key_set *set)
{
  for (size_t i = 0; set && i < set->count; i++) {
    gnutls_pubkey_deinit(set->keys[i].pubkey);
    o_free(set->keys[i].kid);
  }
  o_free(set);
}

struct key_set *keys_parse(const char *text, size_t length, const char **reason)
{
  json_auto_t *document = json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL);
  const json_t *list = json_object_get(document, "keys");
  *reason = "it is not a JWK set";
  if (!json_is_array(list)) return NULL;
  struct key_set *set = o_malloc(sizeof *set);
  atomic_init(&set->uses, 1);
  set->count = 0;
  for (size_t i = 0; i < json_array_size(list); i++) {
    const char *fault = take(json_array_get(list, i), set, &set->keys[set->count]);
    if (fault)
      log_problem("key-left-out", fault);
    else
      set->count++;
  }
  if (set->count) return set;
  set_free(set);
  *reason = "it holds no key that can be used";
  return NULL;
}

void keys_hold(struct key_set *set)
{
  atomic_fetch_add_explicit(&set->uses, 1, memory_order_relaxed);
}

void keys_release(struct key_set *set)
{
  if (set && atomic_fetch_sub_explicit(&set->uses, 1, memory_order_acq_rel) == 1) set_free(set);
}

const struct key *keys_find(const struct key_set *set, const char *kid)
{
  for (size_t i = 0; i < set->count; i++)
    if (!strcmp(set->keys[i].kid, kid)) return &set->keys[i];
  return NULL;
}

const char *keys_algorithm(const struct key *key)
{
  return key->algorithm->name;
}

static bool verifies(const struct key *key, struct span text, const gnutls_datum_t *signature)
{
  gnutls_datum_t data = {(unsigned char *)text.start, (unsigned)text.length};
  return gnutls_pubkey_verify_data2(key->pubkey, key->algorithm->sign, 0, &data, signature) >= 0;
}

bool keys_verify(const struct key *key, struct span text, struct span signature)
{
  unsigned char *bytes = (unsigned char *)signature.start;
  size_t half = key->algorithm->half;
  if (!half) {
    gnutls_datum_t plain = {bytes, (unsigned)signature.length};
    return verifies(key, text, &plain);
  }
  if (signature.length != 2 * half) return false;
  gnutls_datum_t r = {bytes, (unsigned)half}, s = {bytes + half, (unsigned)half}, der = {NULL, 0};
  if (gnutls_encode_rs_value(&der, &r, &s) < 0) return false;
  bool good = verifies(key, text, &der);
  gnutls_free(der.data);
  return good;
}
