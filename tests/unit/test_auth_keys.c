/* Rotation of keys and the cache of verified tokens, from one thread and from many. */
#include "service/auth_token.h"
#include "service/keys.h"
#include "tests/unit/moved_clock.h"
#include "tests/unit/tokens.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

enum { OLD, NEW, LASTING, MAKERS, THREADS = 4, ROTATIONS = 30 };

static struct maker makers[MAKERS];
static char directory[] = "/tmp/kaa-keys-XXXXXX";
static char set_file[64];
static struct auth_settings settings = {
    .jwks = set_file, .issuer = "https://issuer.example", .audience = "kaa", .cache_entries = 64};

static void rotate(int first, int second)
{
  write_set(set_file, json_pack("[o, o]", jwk_of(&makers[first], 1), jwk_of(&makers[second], 0)));
}

static enum auth_outcome check(const char *token)
{
  struct auth_caller *caller = NULL;
  const char *reason = NULL;
  enum auth_outcome outcome = auth_check(token, &caller, &reason);
  auth_release(caller);
  return outcome;
}

static void open_with(const char *jwks)
{
  struct auth_settings other = settings;
  char *error = NULL;
  other.jwks = jwks;
  assert_int_equal(auth_open(&other, &error), 0);
}

static void a_token_is_verified_once(void **state)
{
  (void)state;
  open_with(set_file);
  char *token = good_token(&makers[LASTING], "{}", "{}");
  char *late = good_token(&makers[LASTING], "{}", "{'exp':-5}");
  struct auth_caller *callers[4];
  const char *reason = NULL;
  for (int i = 0; i < 4; i++)
    assert_int_equal(auth_check(i < 2 ? token : late, &callers[i], &reason), AUTH_OK);
  assert_ptr_equal(callers[0], callers[1]);
  assert_ptr_not_equal(callers[2], callers[3]); /* after exp nothing is kept, skew or not */
  for (int i = 0; i < 4; i++)
    auth_release(callers[i]);
  free(token);
  free(late);
}

static void a_token_of_a_key_taken_away_is_refused(void **state)
{
  (void)state;
  rotate(OLD, LASTING);
  open_with(set_file);
  char *old = good_token(&makers[OLD], "{}", "{}"), *new = good_token(&makers[NEW], "{}", "{}");
  assert_int_equal(check(old), AUTH_OK);
  assert_int_equal(check(new), AUTH_INVALID);
  rotate(NEW, LASTING);
  assert_int_equal(check(old), AUTH_OK); /* kept; the file was looked at in this second */
  atomic_fetch_add(&moved_on, 2);
  assert_int_equal(check(old), AUTH_INVALID);
  assert_int_equal(check(new), AUTH_OK);
  rotate(OLD, LASTING);
  assert_int_equal(check(new), AUTH_OK);
  assert_int_equal(check(old), AUTH_OK); /* an unknown kid looks at the file at once */
  assert_int_equal(check(new), AUTH_INVALID);
  free(old);
  free(new);
}

static void a_broken_file_leaves_the_last_good_set(void **state)
{
  (void)state;
  static const char *const broken[] = {"", "{\"keys\":[]}",
                                       "{\"keys\":[{\"kty\":\"oct\",\"kid\":\"a\",\"k\":\"YQ\"}]}", "[]",
                                       "{\"keys\":[], \"keys\":[]}"};
  rotate(OLD, LASTING);
  open_with(set_file);
  char *token = good_token(&makers[OLD], "{}", "{}");
  for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
    FILE *file = fopen(set_file, "w");
    must(file && fputs(broken[i], file) >= 0 && !fclose(file));
    atomic_fetch_add(&moved_on, 2);
    assert_int_equal(check(token), AUTH_OK);
    char *error = NULL;
    assert_int_equal(auth_open(&settings, &error), -1);
    assert_non_null(strstr(error, "the key set is refused"));
    free(error);
    rotate(OLD, LASTING);
    open_with(set_file);
  }
  must(!unlink(set_file));
  atomic_fetch_add(&moved_on, 2);
  assert_int_equal(check(token), AUTH_OK);
  rotate(OLD, LASTING);
  free(token);
}

static void keys_of_no_use_are_left_out(void **state)
{
  (void)state;
  static const char *const patches[] = {"{'kid':null}",    "{'use':'enc'}",   "{'d':'AAAA'}",
                                        "{'alg':'ES384'}", "{'alg':'HS256'}", "{'crv':'P-521'}",
                                        "{'x':'AAAA'}",    "{'kty':'RSA'}"};
  for (size_t i = 0; i < sizeof patches / sizeof *patches; i++) {
    json_t *jwk = jwk_of(&makers[OLD], 1);
    patch(jwk, patches[i]);
    write_set(set_file, json_pack("[o, o]", jwk, jwk_of(&makers[LASTING], 1)));
    open_with(set_file);
    char *token = good_token(&makers[OLD], "{}", "{}"), *other = good_token(&makers[LASTING], "{}", "{}");
    if (check(token) != AUTH_INVALID || check(other) != AUTH_OK) fail_msg("%s", patches[i]);
    free(token);
    free(other);
  }
  rotate(OLD, LASTING);
}

static struct held_caller *empty_caller(time_t expires)
{
  struct held_caller *held = calloc(1, sizeof *held);
  atomic_init(&held->uses, 1);
  held->expires = expires;
  return held;
}

static bool is_kept(const unsigned char *digest, unsigned long generation, time_t now)
{
  struct held_caller *held = auth_cache_find(digest, generation, now);
  if (held) auth_release(&held->caller);
  return held;
}

static void the_cache_is_bounded_and_forgets(void **state)
{
  (void)state;
  unsigned char digest[AUTH_DIGEST] = {0};
  auth_cache_open(8);
  for (unsigned i = 0; i < 100; i++) {
    struct held_caller *held = empty_caller(1000);
    digest[0] = (unsigned char)i;
    auth_cache_keep(digest, 1, held);
    auth_release(&held->caller);
    digest[0] = 0;
    assert_true(is_kept(digest, 1, 999)); /* the one in use stays */
  }
  int kept = 0;
  for (unsigned i = 0; i < 100; i++) {
    digest[0] = (unsigned char)i;
    kept += is_kept(digest, 1, 999);
  }
  assert_int_equal(kept, 8);
  digest[0] = 0;
  assert_false(is_kept(digest, 1, 1000)); /* exp */
  assert_false(is_kept(digest, 2, 999));  /* another key set */
  auth_cache_open(0);
  struct held_caller *held = empty_caller(1000);
  auth_cache_keep(digest, 1, held);
  assert_false(is_kept(digest, 1, 999));
  auth_release(&held->caller);
  auth_cache_close();
}

struct load {
  char *tokens[MAKERS];
  atomic_bool over;
  atomic_int wrong, taken, refused;
};

/* Tokens of the key that stays are always taken; the others are taken or refused, never anything else. */
static void *check_often(void *argument)
{
  struct load *load = argument;
  while (!atomic_load(&load->over)) {
    for (int i = 0; i < MAKERS; i++) {
      enum auth_outcome outcome = check(load->tokens[i]);
      bool good = outcome == AUTH_OK || (i != LASTING && outcome == AUTH_INVALID);
      atomic_fetch_add(!good ? &load->wrong : outcome == AUTH_OK ? &load->taken : &load->refused, 1);
    }
  }
  return NULL;
}

static void threads_check_while_keys_rotate(void **state)
{
  (void)state;
  struct load load = {0};
  pthread_t threads[THREADS];
  rotate(OLD, LASTING);
  open_with(set_file);
  for (int i = 0; i < MAKERS; i++)
    load.tokens[i] = good_token(&makers[i], "{}", "{}");
  for (int i = 0; i < THREADS; i++)
    must(!pthread_create(&threads[i], NULL, check_often, &load));
  for (int i = 0; i < ROTATIONS; i++) {
    rotate(i % 2 ? OLD : NEW, LASTING);
    atomic_fetch_add(&moved_on, 2);
    usleep(20000);
  }
  atomic_store(&load.over, true);
  for (int i = 0; i < THREADS; i++)
    pthread_join(threads[i], NULL);
  assert_int_equal(load.wrong, 0);
  assert_true(load.taken > 0 && load.refused > 0);
  assert_int_equal(check(load.tokens[OLD]), AUTH_OK);
  assert_int_equal(check(load.tokens[NEW]), AUTH_INVALID);
  for (int i = 0; i < MAKERS; i++)
    free(load.tokens[i]);
}

static int open_all(void **state)
{
  (void)state;
  static const char *const kids[MAKERS] = {"old", "new", "lasting"};
  for (int i = 0; i < MAKERS; i++)
    makers[i] = make_key(i == LASTING ? "RS256" : "ES256", kids[i], 2048);
  if (!mkdtemp(directory)) return -1;
  snprintf(set_file, sizeof set_file, "%s/jwks.json", directory);
  rotate(OLD, LASTING);
  return 0;
}

static int close_all(void **state)
{
  (void)state;
  auth_close();
  for (int i = 0; i < MAKERS; i++)
    drop_maker(&makers[i]);
  return unlink(set_file) || rmdir(directory);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_token_is_verified_once),
      cmocka_unit_test(a_token_of_a_key_taken_away_is_refused),
      cmocka_unit_test(a_broken_file_leaves_the_last_good_set),
      cmocka_unit_test(keys_of_no_use_are_left_out),
      cmocka_unit_test(the_cache_is_bounded_and_forgets),
      cmocka_unit_test(threads_check_while_keys_rotate),
  };
  return cmocka_run_group_tests(tests, open_all, close_all);
}
