/* Migrations: applied once, in order, under a lock, and refused when the past was changed. */
#include "scratch_database.h"
#include <pthread.h>

#define FIRST                                                                                                \
  {                                                                                                          \
    "0001_base", "create table public.one (a int); insert into public.one values (1);"                       \
  }
#define SECOND                                                                                               \
  {                                                                                                          \
    "0002_more", "create function public.two() returns int language sql as $$ select 2; $$;\n"               \
                 "set search_path = 'pg_catalog'; insert into public.one select public.two()"                \
  }
#define THIRD                                                                                                \
  {                                                                                                          \
    "0003_last", "create table three (b int)"                                                                \
  }
static const struct embedded two[] = {FIRST, SECOND, {NULL, NULL}};
static const struct embedded three[] = {FIRST, SECOND, THIRD, {NULL, NULL}};

static int told;

static void count_notice(const char *event, const char *detail)
{
  assert_string_equal(event, "migration-applied");
  assert_non_null(detail);
  __atomic_add_fetch(&told, 1, __ATOMIC_SEQ_CST);
}

static int set_up(void **state)
{
  scratch_open("migrate");
  *state = scratch_connect(scratch_url);
  told = 0;
  return 0;
}

static int tear_down(void **state)
{
  PQfinish(*state);
  scratch_close();
  return 0;
}

static void apply(const struct embedded *files)
{
  char *error = NULL;
  if (migrations_apply(scratch_url, files, count_notice, &error)) fail_msg("%s", error);
}

static void expect_refusal(const struct embedded *files, const char *expected)
{
  char *error = NULL;
  assert_int_equal(migrations_apply(scratch_url, files, count_notice, &error), -1);
  if (strcmp(error, expected) != 0) fail_msg("%s, not %s", error, expected);
  free(error);
}

static void are_applied_once_and_in_order(void **state)
{
  assert_int_equal(migrations_applied(scratch_url, three), 0);
  apply(two);
  assert_int_equal(told, 2);
  assert_int_equal(migrations_applied(scratch_url, two), 1);
  assert_int_equal(migrations_applied(scratch_url, three), 0);
  apply(three);
  apply(three);
  assert_int_equal(told, 3);
  assert_int_equal(migrations_applied(scratch_url, three), 1);
  scratch_expect(*state, "select string_agg(a::text, ',' order by a) from public.one", "1,2");
  scratch_expect(*state, "select string_agg(version || name, ',' order by version) from kaa_meta.migrations",
                 "10001_base,20002_more,30003_last");
  scratch_expect(*state, "select count(*) from public.three", "0");
  scratch_expect(*state,
                 "select count(*) from kaa_meta.migrations where version = 3 and "
                 "sha256 = encode(sha256('create table three (b int)'), 'hex')",
                 "1");
}

static void the_state_needs_an_answering_database(void **state)
{
  (void)state;
  assert_int_equal(migrations_applied("host=/nowhere port=1", three), -1);
}

static void a_changed_past_is_refused(void **state)
{
  apply(two);
  const struct embedded changed[] = {three[0], {"0002_more", "select 1"}, three[2], {NULL, NULL}};
  expect_refusal(changed, "migration 0002_more was changed after it was applied");
  assert_int_equal(migrations_applied(scratch_url, changed), 0);
  const struct embedded older[] = {three[0], {NULL, NULL}};
  expect_refusal(older, "migration 2 is applied but not known here: the database is newer than this program");
  scratch_expect(*state, "select count(*) from kaa_meta.migrations", "2");
}

static void numbers_have_neither_gaps_nor_twins(void **state)
{
  (void)state;
  const struct embedded gap[] = {three[0], three[2], {NULL, NULL}};
  expect_refusal(gap, "migration 0003_last stands where number 0002 is due");
  const struct embedded twins[] = {three[0], {"0001_other", "select 1"}, {NULL, NULL}};
  expect_refusal(twins, "migration 0001_other stands where number 0002 is due");
}

static void a_failing_one_leaves_nothing_behind(void **state)
{
  const struct embedded wrong[] = {
      three[0], {"0002_wrong", "create table public.left_over ();\n\nselect 'å' || nix;"}, {NULL, NULL}};
  expect_refusal(wrong, "migration 0002_wrong: line 3: 42703 column \"nix\" does not exist");
  const struct embedded ends[] = {
      three[0], {"0002_ends", "create table public.kept (); commit"}, {NULL, NULL}};
  expect_refusal(ends, "migration 0002_ends: it ends the transaction it is run in");
  scratch_expect(*state, "select count(*) from kaa_meta.migrations", "1");
  scratch_expect(*state, "select to_regclass('public.left_over') is null", "t");
}

static void *apply_in_thread(void *unused)
{
  (void)unused;
  char *error = NULL;
  int failed = migrations_apply(scratch_url, three, count_notice, &error);
  free(error);
  return failed ? scratch_name : NULL;
}

static void two_at_a_time_apply_each_once(void **state)
{
  pthread_t threads[4];
  for (int i = 0; i < 4; i++)
    pthread_create(&threads[i], NULL, apply_in_thread, NULL);
  for (int i = 0; i < 4; i++) {
    void *failed;
    pthread_join(threads[i], &failed);
    assert_null(failed);
  }
  assert_int_equal(told, 3);
  scratch_expect(*state, "select count(*) from public.one", "2");
}

static void the_night_is_run_and_reported(void **state)
{
  char *report = NULL, *error = NULL;
  assert_int_equal(db_nightly(scratch_url, NULL, &report, &error), -1);
  assert_string_equal(error, "SQLSTATE 3F000: select base.before_nights($1)");
  free(error);
  scratch_do(
      *state,
      "create schema base; create sequence base.nights; create function base.before_nights(clock text) returns setof text language sql as $$ "
      "values ('0126'), ('0180'), ('0580') $$; create function base.nightly(town text, clock text) returns jsonb "
      "language plpgsql as $$ begin perform base.divide((town <> '0180')::int); "
      "if town = '0580' and nextval('base.nights') = 1 then raise deadlock_detected; end if; "
      "return jsonb_build_object('clock', clock); end $$; create function base.divide(by int) returns int "
      "language sql set work_mem = '1MB' as $$ select 1 / $1 $$");
  assert_int_equal(db_nightly(scratch_url, "2026-01-01T00:00:00Z", &report, &error), 1);
  assert_string_equal(
      report, "{\"0126\": {\"clock\": \"2026-01-01T00:00:00Z\"}, \"0180\": {\"failed\": "
              "\"SQLSTATE 22012 in SQL function \\\"divide\\\" statement 1: select base.nightly($1, $2)\"}, "
              "\"0580\": {\"clock\": \"2026-01-01T00:00:00Z\"}}");
  free(report);
}

#define with_database(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
  const struct CMUnitTest tests[] = {
      with_database(are_applied_once_and_in_order),
      with_database(the_state_needs_an_answering_database),
      with_database(a_changed_past_is_refused),
      with_database(numbers_have_neither_gaps_nor_twins),
      with_database(a_failing_one_leaves_nothing_behind),
      with_database(two_at_a_time_apply_each_once),
      with_database(the_night_is_run_and_reported),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
