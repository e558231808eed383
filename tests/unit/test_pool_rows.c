/* Rows of cursors through the pool: all of one snapshot, in binary, in order; and what becomes of them when it goes wrong. */
#include "pool_fixture.h"

#include <arpa/inet.h>

/* $3: {"first": SQL of the first cursor, "second": of the other} */
static const char opening[] =
    "create function base.open(asked jsonb) returns text language plpgsql stable as $$"
    "  declare one refcursor := 'one'; two refcursor := 'two'; begin"
    "    open one for execute asked ->> 'first'; open two for execute asked ->> 'second';"
    "    return 'opened'; end $$";
#define OPEN "select base.open($3) as body, 0::bigint as version, '{}'::uuid[] as subjects, null as page"

struct taken {
  int begun, ended;
  long count[2], sum[2], nulls; /* of the first column */
  bool disordered;
  const char *at_first; /* SQL to run beside when the first row comes, or NULL */
};

static void begin(void *into, const char *body)
{
  struct taken *taken = into;
  assert_string_equal(body, "opened");
  *taken = (struct taken){.begun = taken->begun + 1, .at_first = taken->at_first};
}

static void take(void *into, int cursor, const struct db_value *row)
{
  struct taken *taken = into;
  uint32_t number;
  if (taken->at_first && taken->begun == 1 && taken->count[0] == 0 && cursor == 0)
    scratch_do(beside, taken->at_first);
  taken->count[cursor]++;
  if (cursor == 0 && taken->count[1]) taken->disordered = true;
  if (!row[0].at) {
    taken->nulls++;
    return;
  }
  assert_int_equal(row[0].length, 4);
  memcpy(&number, row[0].at, sizeof number);
  taken->sum[cursor] += ntohl(number);
}

static void end(void *into)
{
  ((struct taken *)into)->ended++;
}

static enum db_outcome run_rows(const char *query, struct taken *taken)
{
  static const char *const cursors[] = {"one", "two", NULL};
  const struct db_rows rows = {cursors, begin, take, end, taken};
  struct db_call call = call_of(NULL, OPEN);
  call.personal = false;
  call.report = true;
  call.query = query;
  call.rows = &rows;
  return run(&call);
}

static int set_up_rows(void **state)
{
  set_up(state);
  scratch_do(beside, opening);
  reopen_pool(1, 1);
  return 0;
}

static const char counting[] =
    "{\"first\": \"select nullif(n, 3) from generate_series(1, 1000) n\", \"second\": \"select n, n from generate_series(1, 2500) n\"}";

static void all_rows_come_in_order(void **state)
{
  (void)state;
  struct taken taken = {0};
  assert_int_equal(run_rows(counting, &taken), DB_OK);
  assert_int_equal(taken.begun, 1);
  assert_int_equal(taken.ended, 1);
  assert_int_equal(taken.count[0], 1000);
  assert_int_equal(taken.sum[0], 1000 * 1001 / 2 - 3);
  assert_int_equal(taken.nulls, 1);
  assert_int_equal(taken.count[1], 2500);
  assert_int_equal(taken.sum[1], 2500 * 2501 / 2);
  assert_false(taken.disordered);
}

static void none_is_of_what_is_written_meanwhile(void **state)
{
  (void)state;
  struct taken taken = {.at_first = "insert into base.things (id, name) values ('" ID(1) "', 'new')"};
  assert_int_equal(run_rows("{\"first\": \"select 1\", \"second\": \"select 1 from base.things\"}", &taken),
                   DB_OK);
  assert_int_equal(taken.count[0], 1);
  assert_int_equal(taken.count[1], 0);
  scratch_expect(beside, "select count(*) from base.things", "1");
}

static void an_error_in_the_middle_is_the_outcome(void **state)
{
  (void)state;
  struct taken taken = {0};
  assert_int_equal(
      run_rows(
          "{\"first\": \"select 1 / (1500 - n) from generate_series(1, 2000) n\", \"second\": \"select 1\"}",
          &taken),
      DB_FAILED);
  assert_int_equal(taken.count[0], 1000);
  assert_int_equal(taken.ended, 0);
  assert_true(was_told("22012"));
  assert_int_equal(run_rows(counting, &taken), DB_OK);
  assert_int_equal(taken.count[1], 2500);
}

static void a_lost_connection_begins_anew(void **state)
{
  (void)state;
  struct taken taken = {
      .at_first =
          "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = current_database() and state = 'idle in transaction'"};
  assert_int_equal(run_rows(counting, &taken), DB_OK);
  assert_int_equal(taken.begun, 2);
  assert_int_equal(taken.sum[1], 2500 * 2501 / 2);
}

static void what_cannot_be_opened_begins_not(void **state)
{
  (void)state;
  struct taken taken = {0};
  assert_int_equal(run_rows("{\"first\": \"select 1\"}", &taken), DB_FAILED);
  assert_int_equal(taken.begun, 0);
}

/* No fetch takes longer than a statement may, but all together do. */
static void all_together_have_the_time_of_a_statement(void **state)
{
  (void)state;
  db_close(pool);
  struct db_settings settings = settings_of(scratch_url);
  settings.report_connections = 1;
  settings.report_timeout_ms = 400;
  open_pool(&settings);
  struct taken taken = {0};
  assert_int_equal(
      run_rows("{\"first\": \"select case when n % 1000 = 0 then length(pg_sleep(0.2)::text) end from "
               "generate_series(1, 9000) n\", \"second\": \"select 1\"}",
               &taken),
      DB_TOO_LONG);
  assert_in_range(taken.count[0], 1000, 3000);
  assert_int_equal(run_rows(counting, &taken), DB_OK);
}

#define with_rows(test) cmocka_unit_test_setup_teardown(test, set_up_rows, tear_down)

int main(void)
{
  const struct CMUnitTest tests[] = {
      with_rows(all_rows_come_in_order),
      with_rows(none_is_of_what_is_written_meanwhile),
      with_rows(an_error_in_the_middle_is_the_outcome),
      with_rows(a_lost_connection_begins_anew),
      with_rows(what_cannot_be_opened_begins_not),
      with_rows(all_together_have_the_time_of_a_statement),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
