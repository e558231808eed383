/* The pool when connections end, the database is away, or the server says nothing any more. */
#include "forwarder.h"
#include "pool_fixture.h"

#define SLEEP "select pg_sleep(0.4)::text as body, 1 as version, null::uuid[] as subjects, null as page"

/* Ends the pool's backends, all at once. */
static void terminate(void)
{
  char *sql = text_of(
      "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = '%s' and pid <> %d",
      scratch_name, PQbackendPID(beside));
  scratch_do(scratch_server, sql);
  free(sql);
}

static void allow_connections(bool allow)
{
  char *sql = text_of("alter database %s allow_connections %s", scratch_name, allow ? "true" : "false");
  scratch_do(scratch_server, sql);
  free(sql);
}

static bool becomes(bool ready, int within_ms)
{
  for (long long end = now_ms() + within_ms; db_ready(pool) != ready; pause_ms(5))
    if (now_ms() > end) return false;
  return true;
}

static void an_idle_connection_that_ends_is_replaced(void **state)
{
  (void)state;
  struct db_call read = call_of(NULL, WHO), write = call_of(CREATE, READ);
  write.body = "{\"name\":\"one\"}";
  for (int i = 0; i < 2; i++) {
    terminate();
    pause_ms(200);
    assert_true(becomes(true, 2000));
    assert_int_equal(i ? run(&write) : run(&read), DB_OK);
  }
}

static void reads_are_tried_once_more(void **state)
{
  (void)state;
  struct running running[2];
  struct db_call call = call_of(NULL, SLEEP);
  for (int i = 0; i < 2; i++)
    start(&running[i], &call);
  pause_ms(150);
  terminate();
  for (int i = 0; i < 2; i++)
    assert_int_equal(join(&running[i]), DB_OK);
  scratch_expect(beside, "select count(*) from base.access_log", "2");
}

static void writes_never_are(void **state)
{
  (void)state;
  struct running running;
  struct db_call call = call_of("with slow as (select pg_sleep(0.4)) insert into base.things (id, name) "
                                "select $1, 'one' from slow",
                                READ);
  start(&running, &call);
  pause_ms(150);
  terminate();
  assert_int_equal(join(&running), DB_UNAVAILABLE);
  scratch_expect(beside, "select count(*) from base.things", "0");
  scratch_expect(beside, "select count(*) from base.access_log", "0");
  /* a connection whose end has not been noticed yet turns one more write away */
  for (long long end = now_ms() + 3000; run(&call) != DB_OK; pause_ms(20))
    assert_true(now_ms() < end);
  scratch_expect(beside, "select count(*) from base.things", "1");
}

/* It may have given something out, of which there is a record then. */
static void patient_reads_never_are(void **state)
{
  (void)state;
  struct running running;
  struct db_call call = call_of(NULL, SLEEP);
  call.patient = true;
  start(&running, &call);
  pause_ms(150);
  terminate();
  assert_int_equal(join(&running), DB_UNAVAILABLE);
  scratch_expect(beside, "select count(*) from base.access_log", "0");
}

static void a_database_that_is_away_is_told_at_once(void **state)
{
  (void)state;
  struct running under_way, waiting[4];
  struct db_call sleep = call_of(NULL, SLEEP), read = call_of(NULL, WHO);
  reopen_pool(1, 0);
  start(&under_way, &sleep);
  pause_ms(100);
  for (int i = 0; i < 4; i++)
    start(&waiting[i], &read);
  pause_ms(50);
  allow_connections(false);
  long long before = now_ms();
  terminate();
  for (int i = 0; i < 4; i++)
    assert_int_equal(join(&waiting[i]), DB_UNAVAILABLE);
  assert_in_range(now_ms() - before, 0, 500);
  assert_int_equal(join(&under_way), DB_UNAVAILABLE);
  assert_in_range(now_ms() - before, 500, 1800);
  assert_false(db_ready(pool));
  before = now_ms();
  assert_int_equal(run(&read), DB_UNAVAILABLE);
  assert_int_equal(db_log_refusal(pool, &read, "forbidden"), DB_UNAVAILABLE);
  assert_in_range(now_ms() - before, 0, 50);
  assert_true(was_told("database-lost connections: "));
  allow_connections(true);
  assert_true(becomes(true, 3000));
  assert_int_equal(run(&read), DB_OK);
  pause_ms(20);
  assert_true(was_told("database-back connections"));
}

static void reads_under_way_survive_a_short_absence(void **state)
{
  (void)state;
  struct running running[2];
  struct db_call call = call_of(NULL, SLEEP);
  for (int i = 0; i < 2; i++)
    start(&running[i], &call);
  pause_ms(150);
  allow_connections(false);
  terminate();
  pause_ms(200);
  allow_connections(true);
  for (int i = 0; i < 2; i++)
    assert_int_equal(join(&running[i]), DB_OK);
}

static void a_pool_may_be_opened_before_its_database(void **state)
{
  (void)state;
  db_close(pool);
  allow_connections(false);
  struct db_settings settings = settings_of(scratch_url);
  open_pool(&settings);
  assert_false(db_ready(pool));
  assert_int_equal(db_is_current(pool), -1);
  const char *const texts[] = {READ};
  char *error = NULL;
  assert_int_equal(db_check(pool, texts, 1, &error), -1);
  free(error);
  allow_connections(true);
  assert_true(becomes(true, 3000));
}

static void a_full_queue_turns_calls_away(void **state)
{
  (void)state;
  db_close(pool);
  struct db_settings settings = settings_of(scratch_url);
  settings.connections = 1;
  settings.queue = 3;
  settings.lock_timeout_ms = settings.statement_timeout_ms = 20000;
  open_pool(&settings);
  struct running running[8];
  struct db_call call = call_of(NULL, "select pg_advisory_xact_lock_shared(42)::text as body, 1 as version, "
                                      "null::uuid[] as subjects, null as page");
  int answered = 0, away = 0;
  scratch_do(beside, "select pg_advisory_lock(42)");
  start(&running[0], &call);
  pause_ms(500);
  for (int i = 1; i < 8; i++)
    start(&running[i], &call);
  pause_ms(500);
  scratch_do(beside, "select pg_advisory_unlock(42)");
  for (int i = 0; i < 8; i++) {
    enum db_outcome outcome = join(&running[i]);
    answered += outcome == DB_OK;
    away += outcome == DB_UNAVAILABLE;
  }
  assert_int_equal(answered, 4);
  assert_int_equal(away, 4);
}

struct loader {
  pthread_t thread;
  int number, acknowledged;
};

/* Writes or reads until the time is up, counting what was answered. */
static void *load(void *argument)
{
  struct loader *loader = argument;
  struct db_call call = call_of(loader->number < 4 ? CREATE : NULL, loader->number < 4 ? READ : WHO);
  long long end = now_ms() + 1500;
  for (int i = 0; now_ms() < end; i++) {
    char id[64], body[64], sub[16];
    snprintf(id, sizeof id, "00000000-0000-4000-8000-%06d%06d", loader->number, i);
    snprintf(body, sizeof body, "{\"name\":\"%d-%d\"}", loader->number, i);
    snprintf(sub, sizeof sub, "load%d", loader->number);
    call.id = id;
    call.body = body;
    call.caller.sub = sub;
    enum db_outcome outcome = run(&call);
    loader->acknowledged += outcome == DB_OK;
    if (outcome != DB_OK) pause_ms(2);
  }
  return NULL;
}

static void what_was_acknowledged_is_there(void **state)
{
  (void)state;
  struct loader loaders[12];
  for (int i = 0; i < 12; i++) {
    loaders[i] = (struct loader){.number = i};
    assert_int_equal(pthread_create(&loaders[i].thread, NULL, load, &loaders[i]), 0);
  }
  for (int i = 0; i < 12; i++) {
    pause_ms(100);
    terminate();
  }
  for (int i = 0; i < 12; i++) {
    pthread_join(loaders[i].thread, NULL);
    char *enough =
        text_of("select count(*) >= %d from base.access_log where sub = 'load%d' and (action = 'read' or "
                "resource_id in (select id from base.things))",
                loaders[i].acknowledged, i);
    scratch_expect(beside, enough, "t");
    free(enough);
    assert_true(loaders[i].acknowledged > 0);
  }
}

static void open_through_forwarder(const char *url)
{
  db_close(pool);
  struct db_settings settings = settings_of(url);
  settings.statement_timeout_ms = 300;
  open_pool(&settings);
  assert_true(db_ready(pool));
}

static void a_silent_server_is_given_up(void **state)
{
  (void)state;
  char *url = start_forwarder();
  open_through_forwarder(url);
  let_through(false);
  struct db_call read = call_of(NULL, WHO), write = call_of(CREATE, READ);
  struct running running[2];
  long long before = now_ms();
  start(&running[0], &read);
  start(&running[1], &write);
  assert_int_equal(join(&running[1]), DB_UNAVAILABLE);
  assert_int_equal(join(&running[0]), DB_UNAVAILABLE);
  assert_in_range(now_ms() - before, 2000, 5000);
  assert_false(db_ready(pool));
  let_through(true);
  assert_true(becomes(true, 6000));
  assert_int_equal(run(&read), DB_OK);
  let_through(false);
  assert_true(becomes(false, 7000)); /* noticed without a call */
  let_through(true);
  db_close(pool);
  pool = NULL;
  stop_forwarder();
  free(url);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      with_pool(an_idle_connection_that_ends_is_replaced),
      with_pool(reads_are_tried_once_more),
      with_pool(writes_never_are),
      with_pool(patient_reads_never_are),
      with_pool(a_database_that_is_away_is_told_at_once),
      with_pool(reads_under_way_survive_a_short_absence),
      with_pool(a_pool_may_be_opened_before_its_database),
      with_pool(a_full_queue_turns_calls_away),
      with_pool(what_was_acknowledged_is_there),
      with_pool(a_silent_server_is_given_up),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
