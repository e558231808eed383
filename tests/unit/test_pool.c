/* Reads through the pool: answers, the access log, shared transactions, reports, statements, settings. */
#include "pool_fixture.h"

static void a_read_is_answered_and_logged(void **state)
{
  (void)state;
  struct db_call call = call_of(NULL, WHO);
  call.query = "{\"n\":\"5\"}";
  struct db_answer answer;
  db_run(pool, &call, &answer);
  assert_int_equal(answer.outcome, DB_OK);
  assert_string_equal(answer.body, "{\"sub\" : \"anna\", \"n\" : \"5\"}");
  assert_string_equal(answer.page, "{\"count\":1}");
  assert_int_equal(answer.version, 7);
  db_answer_clear(&answer);
  scratch_expect(
      beside,
      "select string_agg(concat_ws(' ', resource, action, resource_id, subjects, outcome, code, sub), '') "
      "from base.access_log",
      "things read " ID(1) " {" ID(1) "} shown anna");
}

static void an_absent_row_is_logged_too(void **state)
{
  (void)state;
  struct db_call call = call_of(NULL, READ ";\n");
  assert_int_equal(run(&call), DB_ABSENT);
  scratch_expect(beside,
                 "select string_agg(concat_ws(' ', resource_id, subjects, outcome), '') from base.access_log",
                 ID(1) " {} absent");
  call.read = "select null::text as body, 1 as version, null::uuid[] as subjects, null as page";
  assert_int_equal(run(&call), DB_ABSENT);
}

static void what_is_not_personal_is_not_logged(void **state)
{
  (void)state;
  struct db_call call = call_of(NULL, WHO);
  call.personal = false;
  assert_int_equal(run(&call), DB_OK);
  call.read = "select base.fail('KA422', 'no', null) as body, 1 as version, null as page";
  assert_int_equal(run(&call), DB_REFUSED);
  scratch_expect(beside, "select count(*) from base.access_log", "0");
}

struct reader {
  pthread_t thread;
  int number, wrong;
};

/* Every answer must be the caller's own, also when many share a transaction. */
static void *read_often(void *argument)
{
  struct reader *reader = argument;
  for (int i = 0; i < 40; i++) {
    char sub[16], query[32], expected[64];
    snprintf(sub, sizeof sub, "sub%d", reader->number);
    snprintf(query, sizeof query, "{\"n\":\"%d\"}", i);
    snprintf(expected, sizeof expected, "{\"sub\" : \"%s\", \"n\" : \"%d\"}", sub, i);
    struct db_call call = call_of(NULL, WHO);
    call.caller.sub = sub;
    call.query = query;
    struct db_answer answer;
    db_run(pool, &call, &answer);
    reader->wrong += answer.outcome != DB_OK || strcmp(answer.body, expected) != 0;
    db_answer_clear(&answer);
  }
  return NULL;
}

static void reads_share_transactions_but_not_answers(void **state)
{
  (void)state;
  struct reader readers[24];
  for (int i = 0; i < 24; i++) {
    readers[i] = (struct reader){.number = i};
    pthread_create(&readers[i].thread, NULL, read_often, &readers[i]);
  }
  for (int i = 0; i < 24; i++) {
    pthread_join(readers[i].thread, NULL);
    assert_int_equal(readers[i].wrong, 0);
  }
  scratch_expect(beside, "select count(*) from base.access_log where outcome = 'shown'", "960");
  scratch_expect(beside, "select count(distinct (sub, n)) from base.access_log", "960");
  scratch_expect(beside, "select count(distinct xid) < 500 from base.access_log", "t");
  scratch_expect(
      beside, "select max(c) between 2 and 16 from (select count(*) c from base.access_log group by xid) x",
      "t");
}

/* Queues the calls behind one that takes a while on the only connection. */
static void run_together(struct db_call *calls, struct running *running, int count)
{
  reopen_pool(1, 0);
  struct running slow;
  struct db_call sleep =
      call_of(NULL, "select pg_sleep(0.3)::text as body, 1 as version, null::uuid[] as subjects, "
                    "null as page");
  start(&slow, &sleep);
  pause_ms(100);
  for (int i = 0; i < count; i++)
    start(&running[i], &calls[i]);
  assert_int_equal(join(&slow), DB_OK);
}

static void one_that_fails_spoils_no_other(void **state)
{
  (void)state;
  struct db_call calls[8];
  struct running running[8];
  for (int i = 0; i < 8; i++)
    calls[i] = call_of(NULL, WHO);
  calls[2].read = "select base.fail('KA422', 'not-so', '{\"pointer\":\"/a\"}') as body, 1 as version, "
                  "null::uuid[] as subjects, null as page";
  calls[4].read = "select nothing_like_it, 'secret'";
  calls[6].read =
      "select (1 / (($3 ->> 'n')::int))::text as body, 1 as version, null::uuid[] as subjects, null as page";
  calls[6].query = "{\"n\":\"0\"}";
  run_together(calls, running, 8);
  const enum db_outcome expected[8] = {DB_OK, DB_OK, DB_REFUSED, DB_OK, DB_FAILED, DB_OK, DB_FAILED, DB_OK};
  for (int i = 0; i < 8; i++)
    assert_int_equal(join(&running[i]), expected[i]);
  scratch_expect(beside,
                 "select string_agg(concat_ws(' ', outcome, code), ', ' order by outcome, code) from "
                 "base.access_log",
                 "refused failed, refused failed, refused not-so, shown, shown, shown, shown, shown, shown");
  assert_true(was_told("database-error SQLSTATE 42703: select nothing_like_it, 'secret'"));
  assert_true(was_told("database-error SQLSTATE 22012"));
}

static void the_clock_and_the_session_are_set(void **state)
{
  (void)state;
  db_close(pool);
  struct db_settings settings = settings_of(scratch_url);
  settings.clock = "2026-02-03T04:05:06Z";
  open_pool(&settings);
  struct db_call call = call_of(
      NULL,
      "select concat_ws(' ', current_setting('TimeZone'), current_setting('DateStyle'), "
      "current_setting('statement_timeout'), current_setting('lock_timeout'), "
      "current_setting('search_path'), current_setting('jit'), current_setting('application_name'), "
      "current_setting('client_encoding')) as body, 1 as version, null::uuid[] as subjects, null as page");
  struct db_answer answer;
  db_run(pool, &call, &answer);
  assert_string_equal(answer.body, "UTC ISO, MDY 3s 400ms pg_catalog off kaa UTF8");
  db_answer_clear(&answer);
  scratch_expect(beside, "select clock from base.access_log", "2026-02-03T04:05:06Z");
}

static void reports_have_connections_of_their_own(void **state)
{
  (void)state;
  for (int reports = 0; reports <= 1; reports++) {
    reopen_pool(1, reports);
    scratch_do(beside, "truncate base.access_log");
    struct db_call call =
        call_of(NULL, "select pg_sleep(0.2)::text as body, 1 as version, null::uuid[] as subjects, "
                      "null as page");
    struct running running[4];
    call.report = true;
    for (int i = 0; i < 3; i++)
      start(&running[i], &call);
    call.report = false;
    start(&running[3], &call);
    for (int i = 0; i < 4; i++)
      assert_int_equal(join(&running[i]), DB_OK);
    scratch_expect(beside, "select count(distinct pid) from base.access_log", reports ? "2" : "1");
    scratch_expect(beside, "select count(distinct xid) from base.access_log", "4");
  }
}

static void patient_calls_have_time_and_do_not_hold_up_others(void **state)
{
  (void)state;
  db_close(pool);
  struct db_settings settings = settings_of(scratch_url);
  settings.connections = 1;
  settings.statement_timeout_ms = 300;
  settings.long_connections = 1;
  settings.long_timeout_ms = 5000;
  open_pool(&settings);
  struct db_call call =
      call_of(NULL, "select pg_sleep(0.8)::text as body, 1 as version, null::uuid[] as subjects, "
                    "null as page");
  struct running patient, hasty;
  call.patient = true;
  start(&patient, &call);
  call.patient = false;
  start(&hasty, &call);
  assert_int_equal(join(&hasty), DB_TOO_LONG);
  assert_int_equal(join(&patient), DB_OK);
}

static void old_statements_are_forgotten(void **state)
{
  (void)state;
  reopen_pool(1, 0);
  for (int i = 0; i < 600; i++) {
    char text[160];
    snprintf(text, sizeof text, "select '%d' as body, %d as version, null::uuid[] as subjects, null as page",
             i, i);
    struct db_call call = call_of(NULL, text);
    struct db_answer answer;
    db_run(pool, &call, &answer);
    assert_int_equal(answer.version, i);
    db_answer_clear(&answer);
  }
  struct db_call count =
      call_of(NULL, "select '' as body, count(*) as version, null::uuid[] as subjects, null as page "
                    "from pg_prepared_statements where name like 's%'");
  struct db_answer answer;
  db_run(pool, &count, &answer);
  assert_int_equal(answer.version, 512);
  db_answer_clear(&answer);
  count.action = "list"; /* the same text, but another statement: the log says list */
  assert_int_equal(run(&count), DB_OK);
  scratch_expect(beside, "select count(*) from base.access_log where action = 'list'", "1");
}

static void statements_can_be_checked_before(void **state)
{
  (void)state;
  char *error = NULL;
  const char *const right[] = {CREATE, READ, WHO};
  assert_int_equal(db_check(pool, right, 3, &error), 0);
  const char *const wrong[] = {READ, "select colour from base.things"};
  assert_int_equal(db_check(pool, wrong, 2, &error), -1);
  assert_string_equal(error, "column \"colour\" does not exist, in: select colour from base.things");
  free(error);
}

static void wrong_settings_are_refused(void **state)
{
  (void)state;
  struct db_settings all[7];
  for (int i = 0; i < 7; i++)
    all[i] = settings_of(scratch_url);
  all[0].url = "host=a password='s";
  all[1].connections = 0;
  all[2].shared_reads = 65;
  all[3].queue = 0;
  all[4].statement_timeout_ms = 0;
  all[5].lock_timeout_ms = 0;
  all[6].report_url = "postgresql://[";
  for (int i = 0; i < 7; i++) {
    char *error = NULL;
    assert_null(db_open(&all[i], &error));
    assert_non_null(error);
    assert_null(strchr(error, '\n'));
    free(error);
  }
}

static void waiting_calls_are_ended_before_the_close(void **state)
{
  (void)state;
  struct db_call calls[3];
  struct running running[3];
  for (int i = 0; i < 3; i++)
    calls[i] = call_of(NULL, WHO);
  run_together(calls, running, 0);
  struct db_call sleep =
      call_of(NULL, "select pg_sleep(0.3)::text as body, 1 as version, null::uuid[] as subjects, "
                    "null as page");
  start(&running[0], &sleep);
  pause_ms(100);
  start(&running[1], &calls[1]);
  start(&running[2], &calls[2]);
  pause_ms(100);
  db_close(pool);
  for (int i = 0; i < 3; i++)
    assert_int_equal(join(&running[i]), DB_OK);
  pool = NULL;
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      with_pool(a_read_is_answered_and_logged),
      with_pool(an_absent_row_is_logged_too),
      with_pool(what_is_not_personal_is_not_logged),
      with_pool(reads_share_transactions_but_not_answers),
      with_pool(one_that_fails_spoils_no_other),
      with_pool(the_clock_and_the_session_are_set),
      with_pool(reports_have_connections_of_their_own),
      with_pool(patient_calls_have_time_and_do_not_hold_up_others),
      with_pool(old_statements_are_forgotten),
      with_pool(statements_can_be_checked_before),
      with_pool(wrong_settings_are_refused),
      with_pool(waiting_calls_are_ended_before_the_close),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
