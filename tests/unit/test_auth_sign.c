/* Development keys and tokens, and what the roles may do. */
#include "service/auth.h"
#include "tests/unit/tokens.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define DISTRICT "aaaaaaaa-0000-4000-8000-000000000001"

static char directory[] = "/tmp/kaa-sign-XXXXXX";
static char signing_file[64], set_file[64];
static const struct auth_settings settings = {
    .jwks = set_file, .issuer = "https://issuer.example", .audience = "kaa", .cache_entries = 8};

static void scopes_are_held_whole(void **state)
{
  (void)state;
  static const struct {
    const char *scopes, *scope;
    bool held;
  } examples[] = {
      {"youths:read", "youths:read", true},
      {"a youths:read b", "youths:read", true},
      {"  a  b  ", "b", true},
      {"youths:readx", "youths:read", false},
      {"xyouths:read", "youths:read", false},
      {"youths:rea", "youths:read", false},
      {"", "youths:read", false},
      {"", "", true},
      {NULL, "youths:read", false},
      {NULL, "", true},
  };
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
    if (auth_has_scope(examples[i].scopes, examples[i].scope) != examples[i].held) fail_msg("example %zu", i);
}

static void roles_hold_their_scopes_and_no_others(void **state)
{
  (void)state;
  static const struct {
    const char *role, *held, *missing;
    int count;
  } examples[] = {
      {"caseworker", "youths:write", "imports:read", 16},
      {"caseworker", "personal-numbers:read", "protected:read", 16},
      {"caseworker", "outreach-plan:read", "outreach-plan:write", 16},
      {"coordinator", "measures:write", "configuration:write", 37},
      {"coordinator", "protected:read", "access-log:read", 37},
      {"coordinator", "reports:exact", "imports:write", 37},
      {"coordinator", "evaluation-runs:write", "school-events:write", 37},
      {"register-system", "imports:write", "youths:read", 8},
      {"register-system", "youth-lookups:read", "reports:read", 8},
      {"crm-system", "received-referrals:write", "referrals:read", 5},
      {"recipient", "incoming-referrals:write", "incoming-referrals:read", 5},
      {"school", "school-events:write", "school-events:read", 1},
      {"report-fetcher", "reports:read", "reports:exact", 1},
      {"data-protection-officer", "subject-access:read", "youths:read", 5},
      {"administrator", "configuration:write", "youths:read", 2},
  };
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
    const char *scopes = auth_role_scopes(examples[i].role);
    int count = 1;
    for (const char *at = scopes; *at; at++)
      count += *at == ' ';
    bool good = auth_has_scope(scopes, examples[i].held) && !auth_has_scope(scopes, examples[i].missing);
    if (!good || count != examples[i].count) fail_msg("%s: %d %s", examples[i].role, count, scopes);
  }
  assert_null(auth_role_scopes("king"));
  int roles = 0;
  for (const char *const *role = auth_roles(); *role; role++)
    roles += auth_role_scopes(*role) != NULL;
  assert_int_equal(roles, 9);
}

/* A token signed as asked, without "Bearer ". */
static char *signed_token(const struct auth_token_request *request)
{
  char *error = NULL, *token = auth_sign(signing_file, &settings, request, &error);
  if (!token) fail_msg("%s", error);
  return token;
}

static struct auth_caller *caller_of(const struct auth_token_request *request)
{
  char *token = signed_token(request), *header;
  if (asprintf(&header, "Bearer %s", token) < 0) abort();
  struct auth_caller *caller = NULL;
  const char *reason = NULL;
  if (auth_check(header, &caller, &reason) != AUTH_OK) fail_msg("%s", reason);
  free(token);
  free(header);
  return caller;
}

static void every_role_gets_a_token_that_is_taken(void **state)
{
  (void)state;
  for (const char *const *role = auth_roles(); *role; role++) {
    struct auth_caller *caller = caller_of(&(struct auth_token_request){.role = *role});
    assert_string_equal(caller->db.scopes, auth_role_scopes(*role));
    assert_string_equal(caller->db.municipality, "0180");
    assert_null(caller->db.districts);
    assert_null(caller->db.recipients);
    auth_release(caller);
  }
}

static void a_token_says_what_was_asked(void **state)
{
  (void)state;
  struct auth_caller *caller = caller_of(&(struct auth_token_request){.role = "school",
                                                                      .scope = "reports:read reports:exact",
                                                                      .municipality = "1480",
                                                                      .districts = DISTRICT "," DISTRICT,
                                                                      .recipients = DISTRICT,
                                                                      .recipient_system = "vera",
                                                                      .school_unit = "12345678",
                                                                      .sub = "åsa",
                                                                      .client = "portal",
                                                                      .expires_s = 60});
  assert_string_equal(caller->db.scopes, "school-events:write reports:read reports:exact");
  assert_string_equal(caller->db.municipality, "1480");
  assert_string_equal(caller->db.districts, "{" DISTRICT "," DISTRICT "}");
  assert_string_equal(caller->db.recipients, "{" DISTRICT "}");
  assert_string_equal(caller->db.recipient_system, "vera");
  assert_string_equal(caller->db.school_unit, "12345678");
  assert_string_equal(caller->db.sub, "åsa");
  assert_string_equal(caller->db.client, "portal");
  auth_release(caller);
}

static void what_cannot_be_signed_is_said(void **state)
{
  (void)state;
  static const struct {
    struct auth_token_request request;
    const char *error;
  } examples[] = {
      {{.role = "king"},
       "there is no such role; the roles are caseworker, coordinator, register-system, "
       "crm-system, recipient, school, report-fetcher, data-protection-officer, administrator"},
      {{.sub = "a"}, "a role or a scope must be given"},
      {{.role = "school", .municipality = "18"}, "the claims would be refused: municipality"},
      {{.role = "school", .districts = "a,b"}, "the claims would be refused: districts"},
      {{.role = "school", .sub = "\xff"}, "the claims would be refused: they are not UTF-8 text"},
      {{.scope = "a\"b"}, "the claims would be refused: scope"},
  };
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
    char *error = NULL;
    assert_null(auth_sign(signing_file, &settings, &examples[i].request, &error));
    assert_string_equal(error, examples[i].error);
    free(error);
  }
  char *error = NULL;
  assert_null(auth_sign(set_file, &settings, &(struct auth_token_request){.role = "school"}, &error));
  assert_non_null(strstr(error, "is no private EC key"));
  free(error);
  assert_null(auth_sign("/nowhere", &settings, &(struct auth_token_request){.role = "school"}, &error));
  assert_string_equal(error, "cannot read /nowhere: No such file or directory");
  free(error);
}

/* RFC 7638, over the public key as it stands in the set. */
static char *thumbprint(const json_t *jwk)
{
  json_auto_t *required = json_object();
  static const char *const names[] = {"crv", "kty", "x", "y"};
  for (size_t i = 0; i < 4; i++)
    json_object_set(required, names[i], json_object_get(jwk, names[i]));
  char *text = json_dumps(required, JSON_COMPACT | JSON_SORT_KEYS);
  unsigned char hash[32];
  must(!gnutls_hash_fast(GNUTLS_DIG_SHA256, text, strlen(text), hash));
  free(text);
  return base64url(hash, sizeof hash);
}

static void keys_are_made_once_and_kept_apart(void **state)
{
  (void)state;
  struct stat signing, again;
  assert_int_equal(stat(signing_file, &signing), 0);
  assert_int_equal(signing.st_mode & 0777, 0600);
  json_auto_t *set = json_load_file(set_file, 0, NULL);
  const json_t *jwk = json_array_get(json_object_get(set, "keys"), 0);
  assert_int_equal(json_object_size(jwk), 7);
  assert_null(json_object_get(jwk, "d"));
  assert_string_equal(json_string_value(json_object_get(jwk, "alg")), "ES256");
  assert_string_equal(json_string_value(json_object_get(jwk, "use")), "sig");
  char *print = thumbprint(jwk), *error = NULL;
  assert_string_equal(json_string_value(json_object_get(jwk, "kid")), print);
  free(print);
  must(!unlink(set_file));
  assert_int_equal(auth_make_keys(directory, &error), 0);
  json_auto_t *remade = json_load_file(set_file, 0, NULL);
  assert_true(json_equal(set, remade));
  assert_int_equal(stat(signing_file, &again), 0);
  assert_int_equal(signing.st_ino, again.st_ino);
  assert_int_equal(auth_make_keys("/nowhere/at/all", &error), -1);
  assert_string_equal(error, "cannot make /nowhere/at/all: No such file or directory");
  free(error);
}

/* Some libraries refuse a key whose leading zeros were left out; of 300 draws about four begin with one. */
static void keys_have_whole_numbers(void **state)
{
  (void)state;
  char path[80];
  snprintf(path, sizeof path, "%s/more/signing.jwk", directory);
  char *error = NULL, *more = strndup(path, strlen(path) - strlen("/signing.jwk"));
  for (int draw = 0; draw < 300; draw++) {
    assert_int_equal(auth_make_keys(more, &error), 0);
    json_auto_t *jwk = json_load_file(path, 0, NULL);
    static const char *const numbers[] = {"x", "y", "d"};
    for (int i = 0; i < 3; i++)
      assert_int_equal(json_string_length(json_object_get(jwk, numbers[i])), 43);
    must(!unlink(path));
  }
  snprintf(path, sizeof path, "%s/jwks.json", more);
  must(!unlink(path) && !rmdir(more));
  free(more);
}

static int open_all(void **state)
{
  (void)state;
  char *error = NULL;
  if (!mkdtemp(directory)) return -1;
  snprintf(signing_file, sizeof signing_file, "%s/signing.jwk", directory);
  snprintf(set_file, sizeof set_file, "%s/jwks.json", directory);
  return auth_make_keys(directory, &error) || auth_open(&settings, &error);
}

static int close_all(void **state)
{
  (void)state;
  auth_close();
  return unlink(set_file) || unlink(signing_file) || rmdir(directory);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(scopes_are_held_whole),
      cmocka_unit_test(roles_hold_their_scopes_and_no_others),
      cmocka_unit_test(every_role_gets_a_token_that_is_taken),
      cmocka_unit_test(a_token_says_what_was_asked),
      cmocka_unit_test(what_cannot_be_signed_is_said),
      cmocka_unit_test(keys_are_made_once_and_kept_apart),
      cmocka_unit_test(keys_have_whole_numbers),
  };
  return cmocka_run_group_tests(tests, open_all, close_all);
}
