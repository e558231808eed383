/* Writes through the pool: what is refused and how, idempotency keys, locks, deadlocks, time limits. */
#include "pool_fixture.h"

static void a_write_is_read_back_and_logged(void **state)
{
  (void)state;
  struct db_call call = call_of(CREATE, READ);
  call.body = "{\"name\":\"one\"}";
  struct db_answer answer;
  db_run(pool, &call, &answer);
  assert_int_equal(answer.outcome, DB_OK);
  assert_string_equal(answer.body, "{\"id\" : \"" ID(1) "\", \"name\" : \"one\"}");
  db_answer_clear(&answer);
  scratch_expect(beside,
                 "select string_agg(concat_ws(' ', action, resource_id, subjects, outcome), '') from "
                 "base.access_log",
                 "create " ID(1) " {" ID(1) "} written");
}

static const struct refused {
  const char *write;
  enum db_outcome outcome;
  const char *sqlstate, *code, *detail, *column;
} refused[] = {
    {"select base.fail('KA404', 'not-found', null)", DB_REFUSED, "KA404", "not-found", NULL, NULL},
    {"select base.fail('KA409', 'wrong-state', '{\"allowed\":[]}')", DB_REFUSED, "KA409", "wrong-state",
     "{\"allowed\":[]}", NULL},
    {"insert into base.things (id, name) values ($1, 'far too long')", DB_REFUSED, "23514", "short_name",
     NULL, NULL},
    {"insert into base.things (id, name) values ($1, 'taken')", DB_REFUSED, "23505", "name_taken", NULL,
     NULL},
    {"insert into base.things (id, name) values ($1, null)", DB_REFUSED, "23502", "not_null", NULL, "name"},
    {"insert into base.things (id, name, district) values ($1, 'b', $1)", DB_REFUSED, "23503",
     "things_district_fkey", NULL, "district"},
    {"insert into base.things (id, name, during) values ($1, 'b', '[2020-01-01,)')", DB_REFUSED, "23P01",
     "overlapping", NULL, NULL},
    {"select base.fail('42501', 'row level security', null)", DB_REFUSED, "42501", "hidden", NULL, NULL},
    {"select ($2 ->> 'name')::date", DB_REFUSED, "22007", "invalid-value", NULL, NULL},
    {"select ($2 ->> 'name')::uuid", DB_REFUSED, "22P02", "invalid-value", NULL, NULL},
    {"select ('1e999' || ($2 ->> 'no'))::float8, '1e999'::text::float8 where $1 is not null", DB_REFUSED,
     "22003", "invalid-value", NULL, NULL},
    {"select pg_sleep(9)", DB_TOO_LONG, "", NULL, NULL, NULL},
    {"select base.fail('55P03', 'locked', null)", DB_BUSY, "", NULL, NULL, NULL},
    {"select base.fail('40001', 'again', null)", DB_BUSY, "", NULL, NULL, NULL},
    {"select base.fail('53100', 'disk full', null)", DB_UNAVAILABLE, "", NULL, NULL, NULL},
    {"select base.fail('XX000', 'anything', 'secret')", DB_FAILED, "", NULL, NULL, NULL},
    {"select 1 / 0", DB_FAILED, "", NULL, NULL, NULL},
};

static void same_text(const char *found, const char *expected)
{
  if (!expected)
    assert_null(found);
  else
    assert_string_equal(found ? found : "(none)", expected);
}

static void expect_refused(const struct refused *row)
{
  struct db_call call = call_of(row->write, READ);
  call.body = "{\"name\":\"secret\"}";
  struct db_answer answer;
  db_run(pool, &call, &answer);
  if (answer.outcome != row->outcome) fail_msg("%s: outcome %d", row->write, answer.outcome);
  assert_string_equal(answer.sqlstate, row->sqlstate);
  same_text(answer.code, row->code);
  same_text(answer.detail, row->detail);
  same_text(answer.column, row->column);
  assert_null(answer.body);
  db_answer_clear(&answer);
}

static void persons_named_by_a_refusal_are_in_its_log_row(void **state)
{
  (void)state;
  struct db_call call =
      call_of(NULL, "select base.fail('KA409', 'errors', '{\"records\":[{\"youthId\":\"" ID(
                        7) "\"}]}') as body, 0::bigint as version, null::uuid[] as subjects, null as page");
  assert_int_equal(run(&call), DB_REFUSED);
  scratch_expect(beside, "select concat_ws(' ', subjects, outcome, code) from base.access_log",
                 "{" ID(7) "} refused errors");
}

static void errors_have_their_meaning_and_leave_a_trace(void **state)
{
  (void)state;
  db_close(pool);
  struct db_settings settings = settings_of(scratch_url);
  settings.statement_timeout_ms = 500;
  open_pool(&settings);
  scratch_do(beside,
             "insert into base.things (id, name, during) values ('" ID(9) "', 'taken', '[2020-01-01,)')");
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
    scratch_do(beside, "truncate base.access_log");
    expect_refused(&refused[i]);
    char *log = scratch_value(
        beside, "select string_agg(concat_ws(' ', action, resource_id, subjects, outcome, code, "
                "sub), '') from base.access_log");
    const char *const words[] = {"", "", "", refused[i].code, "busy", "timed-out", NULL, "failed"};
    const char *word = words[refused[i].outcome];
    char *expected = word ? text_of("create " ID(1) " {} refused %s anna", word) : strdup("");
    assert_string_equal(log, expected);
    free(log);
    free(expected);
  }
  scratch_expect(beside, "select count(*) from base.things", "1");
  assert_true(was_told("SQLSTATE 22012: select 1 / 0\n"));
  assert_true(was_told(
      "SQLSTATE XX000 in PL/pgSQL function base.fail(text,text,text) line 1 at RAISE: select base.fail("));
  assert_false(was_told("secret\n"));
}

static void a_write_that_cannot_be_read_back_is_undone(void **state)
{
  (void)state;
  struct db_call call = call_of(CREATE, READ " and false");
  call.body = "{\"name\":\"astray\"}";
  struct db_answer answer;
  db_run(pool, &call, &answer);
  assert_int_equal(answer.outcome, DB_REFUSED);
  assert_string_equal(answer.sqlstate, "KA404");
  scratch_expect(beside, "select count(*) from base.things where name = 'astray'", "0");
  db_answer_clear(&answer);
}

static void what_cannot_be_logged_is_not_answered(void **state)
{
  (void)state;
  struct db_call call = call_of(NULL, WHO);
  call.resource = "unloggable";
  struct db_answer answer;
  db_run(pool, &call, &answer);
  assert_int_equal(answer.outcome, DB_UNAVAILABLE);
  assert_null(answer.body);
  assert_null(answer.code);
  call.write = refused[0].write;
  assert_int_equal(run(&call), DB_UNAVAILABLE);
  assert_int_equal(db_log_refusal(pool, &call, "forbidden"), DB_UNAVAILABLE);
  assert_true(was_told("refusal-not-logged SQLSTATE 23514"));
}

static void refusals_of_the_service_are_logged(void **state)
{
  (void)state;
  struct db_call call = {
      .caller = {.sub = "bo"}, .resource = "youths", .action = "read", .personal = true, .id = ID(2)};
  assert_int_equal(db_log_refusal(pool, &call, "forbidden"), DB_OK);
  call.id = "not-a-uuid";
  assert_int_equal(db_log_refusal(pool, &call, "forbidden"), DB_OK);
  scratch_expect(beside,
                 "select string_agg(concat_ws(' ', resource, action, resource_id, subjects, outcome, code, "
                 "sub), ', ' order by n) from base.access_log",
                 "youths read " ID(2) " {} refused forbidden bo, youths read {} refused forbidden bo");
}

static const struct db_reservation key = {"POST /things", "k1", "hash1"};

static struct db_call keyed_call(const struct db_reservation *reservation, const char *id)
{
  struct db_call call = call_of(CREATE, READ);
  call.reservation = reservation;
  call.body = "{\"name\":\"one\"}";
  call.query = "{\"@event\":\"" ID(8) "\"}";
  call.id = id;
  return call;
}

static void a_key_used_before_answers_as_then(void **state)
{
  (void)state;
  struct db_call call = keyed_call(&key, ID(1));
  assert_int_equal(run(&call), DB_OK);
  call.id = ID(2);
  call.query = "{\"@event\":\"" ID(7) "\"}";
  struct db_answer answer;
  db_run(pool, &call, &answer);
  assert_int_equal(answer.outcome, DB_REPLAYED);
  assert_string_equal(answer.id, ID(1));
  assert_string_equal(answer.event_id, ID(8));
  assert_string_equal(answer.body, "{\"id\" : \"" ID(1) "\", \"name\" : \"one\"}");
  db_answer_clear(&answer);
  const struct db_reservation other = {key.route, key.key, "hash2"};
  call.reservation = &other;
  db_run(pool, &call, &answer);
  assert_int_equal(answer.outcome, DB_REFUSED);
  assert_string_equal(answer.code, "idempotency-key-reused");
  db_answer_clear(&answer);
  scratch_expect(beside,
                 "select string_agg(concat_ws(' ', resource_id, outcome, code), ', ' order by n) from "
                 "base.access_log",
                 ID(1) " written, " ID(1) " shown, " ID(2) " refused idempotency-key-reused");
}

static void a_key_without_ids_is_replayed_too(void **state)
{
  (void)state;
  scratch_do(beside, "insert into base.keys values ('POST /things', 'k1', 'hash1', null, null)");
  struct db_call call = keyed_call(&key, NULL);
  call.read = WHO;
  struct db_answer answer;
  db_run(pool, &call, &answer);
  assert_int_equal(answer.outcome, DB_REPLAYED);
  assert_string_equal(answer.id, "");
  assert_string_equal(answer.event_id, "");
  db_answer_clear(&answer);
}

static void a_key_sent_many_times_at_once_makes_one(void **state)
{
  (void)state;
  reopen_pool(6, 0);
  static const char *const ids[] = {ID(1), ID(2), ID(3), ID(4), ID(5), ID(6), ID(7), ID(8)};
  struct running running[20];
  int made = 0, replayed = 0;
  for (int i = 0; i < 20; i++) {
    struct db_call call = keyed_call(&key, ids[i % 8]);
    start(&running[i], &call);
  }
  for (int i = 0; i < 20; i++) {
    enum db_outcome outcome = join(&running[i]);
    made += outcome == DB_OK;
    replayed += outcome == DB_REPLAYED;
  }
  assert_int_equal(made, 1);
  assert_int_equal(replayed, 19);
  scratch_expect(beside, "select count(*) from base.things", "1");
}

static void a_locked_row_is_not_waited_for_long(void **state)
{
  (void)state;
  scratch_do(beside, "insert into base.things (id, name) values ('" ID(1) "', 'one')");
  scratch_do(beside, "begin; update base.things set version = 2");
  struct db_call call = call_of("update base.things set version = version + 1 where id = $1", READ);
  long long before = now_ms();
  assert_int_equal(run(&call), DB_BUSY);
  assert_in_range(now_ms() - before, 350, 2000);
  scratch_do(beside, "commit");
  assert_int_equal(run(&call), DB_OK);
  scratch_expect(beside, "select version from base.things", "3");
}

static void deadlocked_writes_are_tried_again(void **state)
{
  (void)state;
  scratch_do(beside,
             "insert into base.things (id, name) values ('" ID(1) "', 'one'), ('" ID(
                 2) "', 'two');"
                    "create function base.both(a uuid, b uuid) returns void language plpgsql as $$ begin"
                    "  update base.things set version = version + 1 where id = a; perform pg_sleep(0.1);"
                    "  update base.things set version = version + 1 where id = b; end $$");
  struct running running[2];
  struct db_call call = call_of("select base.both($1, ($3 ->> 'other')::uuid)", READ);
  call.query = "{\"other\":\"" ID(2) "\"}";
  start(&running[0], &call);
  call.id = ID(2);
  call.query = "{\"other\":\"" ID(1) "\"}";
  start(&running[1], &call);
  assert_int_equal(join(&running[0]), DB_OK);
  assert_int_equal(join(&running[1]), DB_OK);
  scratch_expect(beside, "select string_agg(version::text, ',') from base.things", "3,3");
  scratch_expect(beside, "select string_agg(outcome, ',') from base.access_log", "written,written");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      with_pool(a_write_is_read_back_and_logged),
      with_pool(persons_named_by_a_refusal_are_in_its_log_row),
      with_pool(errors_have_their_meaning_and_leave_a_trace),
      with_pool(what_cannot_be_logged_is_not_answered),
      with_pool(a_write_that_cannot_be_read_back_is_undone),
      with_pool(refusals_of_the_service_are_logged),
      with_pool(a_key_used_before_answers_as_then),
      with_pool(a_key_without_ids_is_replayed_too),
      with_pool(a_key_sent_many_times_at_once_makes_one),
      with_pool(a_locked_row_is_not_waited_for_long),
      with_pool(deadlocked_writes_are_tried_again),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
