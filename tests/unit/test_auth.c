/* Which tokens are taken and what the caller is then, token by token. */
#include "service/auth.h"
#include "tests/unit/tokens.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#define DISTRICT "aaaaaaaa-0000-4000-8000-000000000001"
#define OTHER    "aaaaaaaa-0000-4000-8000-000000000002"

enum signer { EC, EC384, RSA, ED, STRANGER, SHORT_RSA, SIGNERS, PEM_AS_SECRET, NO_SIGNATURE };

static struct maker makers[SIGNERS];
static char directory[] = "/tmp/kaa-auth-XXXXXX";
static char set_file[64];
static struct auth_settings settings = {
    .jwks = set_file, .issuer = "https://issuer.example", .audience = "kaa", .cache_entries = 64};

static const struct example {
  const char *name;
  enum signer signer;
  const char *header, *claims;
  enum auth_outcome outcome;
  const char *reason;
} examples[] = {
    {"good", EC, "{}", "{}", AUTH_OK, ""},
    {"ES384", EC384, "{}", "{}", AUTH_OK, ""},
    {"RS256", RSA, "{}", "{}", AUTH_OK, ""},
    {"EdDSA", ED, "{}", "{}", AUTH_OK, ""},
    {"typ JWT", EC, "{'typ':'jwt'}", "{}", AUTH_OK, ""},
    {"typ in full", EC, "{'typ':'application/at+JWT'}", "{}", AUTH_OK, ""},
    {"typ of an id token", EC, "{'typ':'id+jwt'}", "{}", AUTH_INVALID, "typ"},
    {"no typ", EC, "{'typ':null}", "{}", AUTH_INVALID, "typ"},
    {"crit", EC, "{'crit':['b64']}", "{}", AUTH_INVALID, "crit"},
    {"no kid", EC, "{'kid':null}", "{}", AUTH_INVALID, "no kid"},
    {"kid a number", EC, "{'kid':7}", "{}", AUTH_INVALID, "no kid"},
    {"unknown kid", EC, "{'kid':'nobody'}", "{}", AUTH_INVALID, "unknown kid"},
    {"key of a stranger", STRANGER, "{'kid':'ec'}", "{}", AUTH_INVALID, "signature"},
    {"short RSA key is left out", SHORT_RSA, "{}", "{}", AUTH_INVALID, "unknown kid"},
    {"HS256 with the public PEM", PEM_AS_SECRET, "{'alg':'HS256'}", "{}", AUTH_INVALID, "alg"},
    {"HMAC under the key's own alg", PEM_AS_SECRET, "{}", "{}", AUTH_INVALID, "signature"},
    {"HS256 on the kid of RSA", PEM_AS_SECRET, "{'alg':'HS256','kid':'rsa'}", "{}", AUTH_INVALID, "alg"},
    {"alg none, signed", EC, "{'alg':'none'}", "{}", AUTH_INVALID, "alg"},
    {"alg none, no signature", NO_SIGNATURE, "{'alg':'none'}", "{}", AUTH_MALFORMED, "not a JWT"},
    {"no signature", NO_SIGNATURE, "{}", "{}", AUTH_MALFORMED, "not a JWT"},
    {"alg swapped to RS256", EC, "{'alg':'RS256'}", "{}", AUTH_INVALID, "alg"},
    {"alg ES384 on a P-256 key", EC, "{'alg':'ES384'}", "{}", AUTH_INVALID, "alg"},
    {"alg RS512 on an RS256 key", RSA, "{'alg':'RS512'}", "{}", AUTH_INVALID, "alg"},
    {"no alg", EC, "{'alg':null}", "{}", AUTH_INVALID, "alg"},
    {"wrong iss", EC, "{}", "{'iss':'https://issuer.example/'}", AUTH_INVALID, "iss"},
    {"no iss", EC, "{}", "{'iss':null}", AUTH_INVALID, "iss"},
    {"aud alone", EC, "{}", "{'aud':'kaa'}", AUTH_OK, ""},
    {"wrong aud", EC, "{}", "{'aud':'kaa2'}", AUTH_INVALID, "aud"},
    {"aud of others", EC, "{}", "{'aud':['a','b',7]}", AUTH_INVALID, "aud"},
    {"no aud", EC, "{}", "{'aud':null}", AUTH_INVALID, "aud"},
    {"expired", EC, "{}", "{'exp':-31}", AUTH_EXPIRED, "expired"},
    {"expired within the skew", EC, "{}", "{'exp':-25}", AUTH_OK, ""},
    {"no exp", EC, "{}", "{'exp':null}", AUTH_INVALID, "exp"},
    {"exp a text", EC, "{}", "{'exp':'4102444800'}", AUTH_INVALID, "exp"},
    {"exp beyond time", EC, "{}", "{'exp':1e300}", AUTH_INVALID, "exp"},
    {"exp with a fraction", EC, "{}", "{'exp':4102444800.5}", AUTH_OK, ""},
    {"not yet valid", EC, "{}", "{'nbf':35}", AUTH_INVALID, "nbf"},
    {"not yet valid within the skew", EC, "{}", "{'nbf':25}", AUTH_OK, ""},
    {"nbf a text", EC, "{}", "{'nbf':'0'}", AUTH_INVALID, "nbf"},
    {"no sub", EC, "{}", "{'sub':null}", AUTH_INVALID, "sub"},
    {"empty sub", EC, "{}", "{'sub':''}", AUTH_INVALID, "sub"},
    {"sub with a line break", EC, "{}", "{'sub':'a\\nb'}", AUTH_INVALID, "sub"},
    {"sub a number", EC, "{}", "{'sub':1}", AUTH_INVALID, "sub"},
    {"azp for client_id", EC, "{}", "{'client_id':null,'azp':'other'}", AUTH_OK, ""},
    {"no client", EC, "{}", "{'client_id':null}", AUTH_INVALID, "client_id"},
    {"no scope", EC, "{}", "{'scope':null}", AUTH_INVALID, "scope"},
    {"blank scope", EC, "{}", "{'scope':' '}", AUTH_INVALID, "scope"},
    {"scope with a quote", EC, "{}", "{'scope':'a\\\\b'}", AUTH_INVALID, "scope"},
    {"scopes with a number", EC, "{}", "{'scope':['youths:read',1]}", AUTH_INVALID, "scope"},
    {"no municipality", EC, "{}", "{'municipality':null}", AUTH_INVALID, "municipality"},
    {"municipality of three digits", EC, "{}", "{'municipality':'180'}", AUTH_INVALID, "municipality"},
    {"municipality of five digits", EC, "{}", "{'municipality':'01800'}", AUTH_INVALID, "municipality"},
    {"municipality of letters", EC, "{}", "{'municipality':'018a'}", AUTH_INVALID, "municipality"},
    {"municipality a number", EC, "{}", "{'municipality':1480}", AUTH_INVALID, "municipality"},
    {"district no UUID", EC, "{}", "{'districts':['" DISTRICT "','x']}", AUTH_INVALID, "districts"},
    {"district with SQL", EC, "{}", "{'districts':['aaaaaaaa-0000-4000-8000-00000000000}']}", AUTH_INVALID,
     "districts"},
    {"districts a number", EC, "{}", "{'districts':1}", AUTH_INVALID, "districts"},
    {"recipient no UUID", EC, "{}", "{'recipients':'" DISTRICT ",1'}", AUTH_INVALID, "recipients"},
    {"system a number", EC, "{}", "{'recipientSystem':1}", AUTH_INVALID, "recipient system"},
    {"empty school unit", EC, "{}", "{'schoolUnit':''}", AUTH_INVALID, "school unit"},
    {"act without sub", EC, "{}", "{'act':{'iss':'a'}}", AUTH_INVALID, "act"},
    {"act a text", EC, "{}", "{'act':'a'}", AUTH_INVALID, "act"},
};

static char *token_of(const struct example *example)
{
  const struct maker *maker = &makers[example->signer < SIGNERS ? example->signer : EC];
  char *text = unsigned_token(maker, example->header, example->claims);
  if (example->signer == NO_SIGNATURE) return bearer_of(text, strdup(""));
  return bearer_of(text,
                   example->signer == PEM_AS_SECRET ? sign_with_pem(maker, text) : sign_text(maker, text));
}

static void expect(const char *name, const char *authorization, enum auth_outcome outcome, const char *reason)
{
  struct auth_caller *caller = NULL;
  const char *why = NULL;
  enum auth_outcome got = auth_check(authorization, &caller, &why);
  if (got != outcome || strcmp(why, reason) != 0 || (got == AUTH_OK) != (caller != NULL))
    fail_msg("%s: %d %s", name, got, why);
  auth_release(caller);
}

static void tokens_are_taken_or_refused(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
    char *token = token_of(&examples[i]);
    for (int again = 0; again < 2; again++)
      expect(examples[i].name, token, examples[i].outcome, examples[i].reason);
    free(token);
  }
}

static void texts_that_are_no_tokens(void **state)
{
  (void)state;
  static const char *const texts[] = {"",
                                      "Bearer",
                                      "Bearer ",
                                      "Basic YTpi",
                                      "Bearer a",
                                      "Bearer a.b",
                                      "Bearer a.b.c",
                                      "Bearer ..",
                                      "Bearer e30.e30.",
                                      "Bearer .e30.e30",
                                      "Bearer e30.e30.e30.e30",
                                      "Bearer e30=.e30.e30",
                                      "Bearer e31.e30.e30",
                                      "Bearer W10.e30.e30",
                                      "Bearer eyJhbGciOiJFUzI1NiIsImFsZyI6IkhTMjU2In0.e30.e30",
                                      "Bearer é.e30.e30",
                                      "Bearer e30.e30.e3 0"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    struct auth_caller *caller = NULL;
    const char *reason = NULL;
    if (auth_check(texts[i], &caller, &reason) == AUTH_MALFORMED) continue;
    fail_msg("%s: %s", texts[i], reason);
  }
  expect("no header", NULL, AUTH_MISSING, "no Authorization header");
}

static void every_changed_byte_refuses(void **state)
{
  (void)state;
  char *token = good_token(&makers[EC], "{}", "{}");
  for (size_t i = strlen("Bearer "); token[i]; i++) {
    char kept = token[i];
    struct auth_caller *caller = NULL;
    const char *reason = NULL;
    token[i] = kept == 'A' ? 'B' : 'A';
    assert_int_not_equal(auth_check(token, &caller, &reason), AUTH_OK);
    token[i] = kept;
  }
  expect("unchanged", token, AUTH_OK, "");
  free(token);
}

static void size_and_depth_are_limited(void **state)
{
  (void)state;
  char filler[9000] = "", claims[9100], *token;
  memset(filler, 'x', 5500);
  snprintf(claims, sizeof claims, "{'filler':'%s'}", filler);
  token = good_token(&makers[EC], "{}", claims);
  expect("nearly 8 KiB", token, AUTH_OK, "");
  free(token);
  memset(filler, 'x', 6000);
  snprintf(claims, sizeof claims, "{'filler':'%s'}", filler);
  token = good_token(&makers[EC], "{}", claims);
  expect("over 8 KiB", token, AUTH_MALFORMED, "token too long");
  free(token);
  memset(filler, 0, sizeof filler);
  memset(filler, '[', 5000);
  char *deep = base64url(filler, strlen(filler));
  if (asprintf(&token, "Bearer %s.e30.e30", deep) < 0) abort();
  expect("deep", token, AUTH_MALFORMED, "not a JWT");
  free(token);
  free(deep);
  memset(claims, 0, sizeof claims);
  memset(filler, 's', 201);
  filler[201] = '\0';
  snprintf(claims, sizeof claims, "{'sub':'%s'}", filler);
  token = good_token(&makers[EC], "{}", claims);
  expect("long sub", token, AUTH_INVALID, "sub");
  free(token);
}

static void the_caller_is_what_the_token_says(void **state)
{
  (void)state;
  char *token =
      good_token(&makers[RSA], "{}",
                 "{'scope':['youths:read','changes:read'], 'districts':['" DISTRICT
                 "','AAAAAAAA-0000-4000-8000-000000000002'],"
                 "'recipients':' " DISTRICT ", " OTHER " ', 'recipientSystem':'vera', 'schoolUnit':'Östra',"
                 "'act':{'sub':'portal','act':{'sub':'inner'}}}");
  struct auth_caller *caller = NULL;
  const char *reason = NULL;
  assert_int_equal(auth_check(token, &caller, &reason), AUTH_OK);
  assert_string_equal(caller->db.municipality, "0180");
  assert_string_equal(caller->db.sub, "anna");
  assert_string_equal(caller->db.client, "casework");
  assert_string_equal(caller->db.act, "portal");
  assert_string_equal(caller->db.scopes, "youths:read changes:read");
  assert_string_equal(caller->db.districts, "{" DISTRICT "," OTHER "}");
  assert_string_equal(caller->db.recipients, "{" DISTRICT "," OTHER "}");
  assert_string_equal(caller->db.recipient_system, "vera");
  assert_string_equal(caller->db.school_unit, "Östra");
  assert_null(caller->db.trace);
  auth_release(caller);
  free(token);
}

static void what_the_token_leaves_out_is_null(void **state)
{
  (void)state;
  char *token = good_token(&makers[EC], "{}", "{'recipients':[]}");
  struct auth_caller *caller = NULL;
  const char *reason = NULL;
  assert_int_equal(auth_check(token, &caller, &reason), AUTH_OK);
  assert_null(caller->db.districts);
  assert_string_equal(caller->db.recipients, "{}");
  assert_null(caller->db.recipient_system);
  assert_null(caller->db.school_unit);
  assert_null(caller->db.act);
  auth_release(caller);
  free(token);
}

static void claim_names_are_settings(void **state)
{
  (void)state;
  struct auth_settings named = settings;
  char *error = NULL;
  named.claim_municipality = "https://claims.example/kommun";
  assert_int_equal(auth_open(&named, &error), 0);
  char *token =
      good_token(&makers[EC], "{}", "{'municipality':null, 'https://claims.example/kommun':'1480'}");
  struct auth_caller *caller = NULL;
  const char *reason = NULL;
  assert_int_equal(auth_check(token, &caller, &reason), AUTH_OK);
  assert_string_equal(caller->db.municipality, "1480");
  auth_release(caller);
  free(token);
  assert_int_equal(auth_open(&settings, &error), 0);
}

static int open_all(void **state)
{
  (void)state;
  static const char *const algs[SIGNERS] = {"ES256", "ES384", "RS256", "EdDSA", "ES256", "RS256"};
  static const char *const kids[SIGNERS] = {"ec", "ec384", "rsa", "ed", "stranger", "short"};
  if (!mkdtemp(directory)) return -1;
  snprintf(set_file, sizeof set_file, "%s/jwks.json", directory);
  json_t *keys = json_array();
  for (int i = 0; i < SIGNERS; i++) {
    makers[i] = make_key(algs[i], kids[i], i == SHORT_RSA ? 1024 : 2048);
    if (i != STRANGER) json_array_append_new(keys, jwk_of(&makers[i], i != EC384 && i != RSA));
  }
  write_set(set_file, keys);
  char *error = NULL;
  return auth_open(&settings, &error);
}

static int close_all(void **state)
{
  (void)state;
  auth_close();
  for (int i = 0; i < SIGNERS; i++)
    drop_maker(&makers[i]);
  return unlink(set_file) || rmdir(directory);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(tokens_are_taken_or_refused),
      cmocka_unit_test(texts_that_are_no_tokens),
      cmocka_unit_test(every_changed_byte_refuses),
      cmocka_unit_test(size_and_depth_are_limited),
      cmocka_unit_test(the_caller_is_what_the_token_says),
      cmocka_unit_test(what_the_token_leaves_out_is_null),
      cmocka_unit_test(claim_names_are_settings),
  };
  return cmocka_run_group_tests(tests, open_all, close_all);
}
