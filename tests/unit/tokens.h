/* Makes keys, key sets and tokens for the tests with GnuTLS alone, so that nothing under test signs them. */
#ifndef KAA_TESTS_TOKENS_H
#define KAA_TESTS_TOKENS_H

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define UNUSED __attribute__((unused))

struct maker {
  gnutls_privkey_t secret;
  gnutls_pubkey_t shared;
  gnutls_sign_algorithm_t sign;
  size_t half; /* of an ECDSA signature */
  const char *alg, *kid;
};

/* What a test cannot go on without. */
UNUSED static void must(bool done)
{
  if (!done) abort();
}

/* Owned by the caller. */
UNUSED static char *base64url(const void *bytes, size_t length)
{
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const unsigned char *from = bytes;
  char *text = malloc(length * 4 / 3 + 4), *to = text;
  unsigned bits = 0, count = 0;
  for (size_t i = 0; i < length; i++) {
    bits = bits << 8 | from[i];
    for (count += 8; count >= 6; count -= 6)
      *to++ = alphabet[bits >> (count - 6) & 63];
  }
  if (count) *to++ = alphabet[bits << (6 - count) & 63];
  *to = '\0';
  return text;
}

/* The bytes, padded with zeros or stripped of them at the front, at their place. */
UNUSED static void right_align(const gnutls_datum_t *number, unsigned char *to, size_t length)
{
  memset(to, 0, length);
  size_t skip = number->size > length ? number->size - length : 0;
  memcpy(to + length - (number->size - skip), number->data + skip, number->size - skip);
}

UNUSED static struct maker make_key(const char *alg, const char *kid, unsigned rsa_bits)
{
  struct maker maker = {.alg = alg, .kid = kid};
  gnutls_pk_algorithm_t pk = GNUTLS_PK_ECDSA;
  unsigned bits = GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1);
  maker.sign = GNUTLS_SIGN_ECDSA_SHA256;
  maker.half = 32;
  if (!strcmp(alg, "ES384")) {
    bits = GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP384R1);
    maker.sign = GNUTLS_SIGN_ECDSA_SHA384;
    maker.half = 48;
  } else if (!strcmp(alg, "EdDSA")) {
    pk = GNUTLS_PK_EDDSA_ED25519;
    bits = GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_ED25519);
    maker.sign = GNUTLS_SIGN_EDDSA_ED25519;
    maker.half = 0;
  } else if (!strcmp(alg, "RS256")) {
    pk = GNUTLS_PK_RSA;
    bits = rsa_bits;
    maker.sign = GNUTLS_SIGN_RSA_SHA256;
    maker.half = 0;
  }
  gnutls_privkey_init(&maker.secret);
  gnutls_pubkey_init(&maker.shared);
  int made = gnutls_privkey_generate(maker.secret, pk, bits, 0);
  must(made == 0 && gnutls_pubkey_import_privkey(maker.shared, maker.secret, 0, 0) == 0);
  return maker;
}

UNUSED static void drop_maker(struct maker *maker)
{
  gnutls_privkey_deinit(maker->secret);
  gnutls_pubkey_deinit(maker->shared);
}

static void put_number(json_t *jwk, const char *name, gnutls_datum_t number, size_t length)
{
  unsigned char bytes[1024];
  right_align(&number, bytes, length ? length : number.size - (number.size > 1 && !number.data[0]));
  char *text = base64url(bytes, length ? length : number.size - (number.size > 1 && !number.data[0]));
  json_object_set_new(jwk, name, json_string(text));
  free(text);
  gnutls_free(number.data);
}

/* The public JWK; without alg when with_alg is 0. */
UNUSED static json_t *jwk_of(const struct maker *maker, int with_alg)
{
  json_t *jwk = json_pack("{s:s, s:s}", "kid", maker->kid, "use", "sig");
  gnutls_datum_t a = {NULL, 0}, b = {NULL, 0};
  if (with_alg) json_object_set_new(jwk, "alg", json_string(maker->alg));
  if (!strcmp(maker->alg, "RS256")) {
    gnutls_pubkey_export_rsa_raw(maker->shared, &a, &b);
    json_object_set_new(jwk, "kty", json_string("RSA"));
    put_number(jwk, "n", a, 0);
    put_number(jwk, "e", b, 0);
    return jwk;
  }
  gnutls_ecc_curve_t curve;
  gnutls_pubkey_export_ecc_raw2(maker->shared, &curve, &a, &b, 0);
  json_object_set_new(jwk, "kty", json_string(maker->half ? "EC" : "OKP"));
  const char *name = maker->half == 48 ? "P-384" : maker->half ? "P-256" : "Ed25519";
  json_object_set_new(jwk, "crv", json_string(name));
  put_number(jwk, "x", a, maker->half ? maker->half : 32);
  if (maker->half) put_number(jwk, "y", b, maker->half);
  return jwk;
}

/* The signature of the text in the form of a JWS, base64url. */
UNUSED static char *sign_text(const struct maker *maker, const char *text)
{
  gnutls_datum_t data = {(unsigned char *)text, (unsigned)strlen(text)}, der, r, s;
  int signed_well = gnutls_privkey_sign_data2(maker->secret, maker->sign, 0, &data, &der);
  must(signed_well == 0);
  if (!maker->half) {
    char *plain = base64url(der.data, der.size);
    gnutls_free(der.data);
    return plain;
  }
  unsigned char both[132];
  gnutls_decode_rs_value(&der, &r, &s);
  right_align(&r, both, maker->half);
  right_align(&s, both + maker->half, maker->half);
  gnutls_free(der.data);
  gnutls_free(r.data);
  gnutls_free(s.data);
  return base64url(both, 2 * maker->half);
}

/* HMAC-SHA256 with the public key's PEM as the secret: the classic confusion of algorithms. */
UNUSED static char *sign_with_pem(const struct maker *maker, const char *text)
{
  gnutls_datum_t pem;
  unsigned char mac[32];
  gnutls_pubkey_export2(maker->shared, GNUTLS_X509_FMT_PEM, &pem);
  gnutls_hmac_fast(GNUTLS_MAC_SHA256, pem.data, pem.size, text, strlen(text), mac);
  gnutls_free(pem.data);
  return base64url(mac, sizeof mac);
}

/* Merges the patch text into the object: null takes a member away. Single quotes stand for double ones. */
UNUSED static void patch(json_t *object, const char *text)
{
  char *json = strdup(text);
  for (char *at = json; *at; at++)
    if (*at == '\'') *at = '"';
  json_t *changes = json_loads(json, 0, NULL);
  must(changes);
  const char *name;
  json_t *value;
  json_object_foreach(changes, name, value)
  {
    if (json_is_null(value))
      json_object_del(object, name);
    else
      json_object_set(object, name, value);
  }
  json_decref(changes);
  free(json);
}

/* HEADER.PAYLOAD of a good token after both patches. exp, nbf and iat are seconds from now. */
UNUSED static char *unsigned_token(const struct maker *maker, const char *header_patch,
                                   const char *claims_patch)
{
  json_t *header = json_pack("{s:s, s:s, s:s}", "typ", "at+jwt", "alg", maker->alg, "kid", maker->kid);
  json_t *claims = json_pack("{s:s, s:[s,s], s:s, s:s, s:s, s:s, s:i, s:i}", "iss", "https://issuer.example",
                             "aud", "other", "kaa", "sub", "anna", "client_id", "casework", "scope",
                             "youths:read changes:read", "municipality", "0180", "iat", 0, "exp", 300);
  patch(header, header_patch);
  patch(claims, claims_patch);
  static const char *const times[] = {"exp", "nbf", "iat"};
  for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
    const json_t *value = json_object_get(claims, times[i]);
    if (json_is_integer(value))
      json_object_set_new(claims, times[i], json_integer(time(NULL) + json_integer_value(value)));
  }
  char *texts[2] = {json_dumps(header, JSON_COMPACT), json_dumps(claims, JSON_COMPACT)}, *coded[2], *token;
  for (int i = 0; i < 2; i++)
    coded[i] = base64url(texts[i], strlen(texts[i]));
  if (asprintf(&token, "%s.%s", coded[0], coded[1]) < 0) abort();
  for (int i = 0; i < 2; i++) {
    free(texts[i]);
    free(coded[i]);
  }
  json_decref(header);
  json_decref(claims);
  return token;
}

/* "Bearer HEADER.PAYLOAD.SIGNATURE"; the texts are released. */
UNUSED static char *bearer_of(char *text, char *signature)
{
  char *whole;
  if (asprintf(&whole, "Bearer %s.%s", text, signature) < 0) abort();
  free(text);
  free(signature);
  return whole;
}

UNUSED static char *good_token(const struct maker *maker, const char *header_patch, const char *claims_patch)
{
  char *text = unsigned_token(maker, header_patch, claims_patch);
  return bearer_of(text, sign_text(maker, text));
}

/* Puts the set in the file as rotation does: written beside it, then renamed. */
UNUSED static void write_set(const char *path, json_t *keys)
{
  json_t *set = json_pack("{s:o}", "keys", keys);
  char *draft;
  if (asprintf(&draft, "%s.draft", path) < 0) abort();
  int written = json_dump_file(set, draft, 0);
  must(written == 0 && rename(draft, path) == 0);
  json_decref(set);
  free(draft);
}

#endif
