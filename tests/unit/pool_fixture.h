/* A scratch database with the few objects that the pool relies on, a pool on it, and calls to make. */
#ifndef KAA_TESTS_POOL_FIXTURE_H
#define KAA_TESTS_POOL_FIXTURE_H

#include "scratch_database.h"
#include <pthread.h>
#include <semaphore.h>

/* The same promises as the real migrations make, as short as can be. */
static const char pool_objects[] =
    "create schema base;"
    "create table base.access_log (n bigserial primary key, resource text not null check (resource <> 'unloggable'),"
    "  action text not null, resource_id uuid, subjects uuid[] not null, outcome text not null, code text, protected bool,"
    "  sub text default nullif(current_setting('kaa.sub', true), ''), xid bigint default txid_current(),"
    "  clock text default nullif(current_setting('kaa.clock', true), ''), pid int default pg_backend_pid());"
    "create function base.enter(municipality text, sub text, client text, act text, scopes text, districts text,"
    "  recipients text, recipient_system text, school_unit text, trace text, clock text) returns void language sql as $$"
    "  select set_config('kaa.sub', coalesce(sub, ''), true), set_config('kaa.clock', coalesce(clock, ''), true) $$;"
    "create table base.keys (route text, key text, body_hash text, id uuid, event_id uuid, primary key (route, key));"
    "create function base.reserve(p_route text, p_key text, p_hash text, p_id uuid, p_event uuid) returns void"
    "  language plpgsql as $$ declare old base.keys; begin"
    "  insert into base.keys values (p_route, p_key, p_hash, p_id, p_event) on conflict do nothing;"
    "  if found then return; end if;"
    "  select * into old from base.keys where route = p_route and key = p_key;"
    "  if old.body_hash <> p_hash then"
    "    raise exception using errcode = 'KA422', message = 'idempotency-key-reused'; end if;"
    "  raise exception using errcode = 'KA208', message = 'replayed',"
    "    detail = jsonb_build_object('id', old.id, 'eventId', old.event_id)::text; end $$;"
    "create table base.districts (id uuid primary key);"
    "create table base.things (id uuid primary key, name text not null constraint short_name check (length(name) < 9)"
    "  constraint name_taken unique, district uuid constraint things_district_fkey references base.districts,"
    "  during daterange, version bigint not null default 1, constraint overlapping exclude using gist (during with &&));"
    "create function base.fail(state text, message text, detail text) returns text language plpgsql as $$ begin"
    "  raise exception using errcode = state, message = message, detail = coalesce(detail, ''); end $$;"
    "create function base.any_protected(youths uuid[]) returns bool language sql as $$ select false $$;"
    "create function base.persons_named(detail jsonb) returns uuid[] language sql as $$"
    "  select coalesce(array_agg((r ->> 'youthId')::uuid), '{}') from jsonb_array_elements(detail -> 'records') r $$;"
    "create function base.absent() returns text language sql as $$ select base.fail('KA404', 'not-found', null) $$;";

#define CREATE "insert into base.things (id, name) values ($1, $2 ->> 'name')"
#define READ                                                                                                      \
  "select json_build_object('id', id, 'name', name)::text as body, version, array[id] as subjects, null as page " \
  "from base.things where id = $1"
/* answers who asks */
#define WHO                                                                                                    \
  "select json_build_object('sub', current_setting('kaa.sub'), 'n', $3 ->> 'n')::text as body, 7 as version, " \
  "array[$1] as subjects, '{\"count\":1}' as page"

static struct db *pool;
static PGconn *beside; /* a connection of the test itself */
static pthread_mutex_t notices_mutex = PTHREAD_MUTEX_INITIALIZER;
static char notices[65536];

static void keep_notice(const char *event, const char *detail)
{
  pthread_mutex_lock(&notices_mutex);
  size_t length = strlen(notices);
  snprintf(notices + length, sizeof notices - length, "%s %s\n", event, detail);
  pthread_mutex_unlock(&notices_mutex);
}

__attribute__((unused)) static bool was_told(const char *text)
{
  pthread_mutex_lock(&notices_mutex);
  bool told = strstr(notices, text) != NULL;
  pthread_mutex_unlock(&notices_mutex);
  return told;
}

static struct db_settings settings_of(const char *url)
{
  return (struct db_settings){.url = url,
                              .connections = 2,
                              .shared_reads = 16,
                              .queue = 1000,
                              .statement_timeout_ms = 3000,
                              .lock_timeout_ms = 400,
                              .notice = keep_notice};
}

static void open_pool(const struct db_settings *settings)
{
  char *error = NULL;
  pool = db_open(settings, &error);
  if (!pool) fail_msg("%s", error);
}

/* The same pool, of another size. */
__attribute__((unused)) static void reopen_pool(int connections, int reports)
{
  db_close(pool);
  struct db_settings settings = settings_of(scratch_url);
  settings.connections = connections;
  settings.report_connections = reports;
  open_pool(&settings);
}

static int set_up(void **state)
{
  (void)state;
  scratch_open("pool");
  beside = scratch_connect(scratch_url);
  char *tuning = text_of("alter database %s set deadlock_timeout = '50ms'", scratch_name);
  scratch_do(beside, tuning);
  free(tuning);
  scratch_do(beside, pool_objects);
  notices[0] = '\0';
  struct db_settings settings = settings_of(scratch_url);
  open_pool(&settings);
  return 0;
}

static int tear_down(void **state)
{
  (void)state;
  db_close(pool);
  PQfinish(beside);
  scratch_close();
  return 0;
}

#define with_pool(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

#define ID(n) "00000000-0000-4000-8000-00000000000" #n

static struct db_call call_of(const char *write, const char *read)
{
  return (struct db_call){.caller = {.municipality = "0180", .sub = "anna"},
                          .resource = "things",
                          .action = write ? "create" : "read",
                          .personal = true,
                          .write = write,
                          .read = read,
                          .id = ID(1)};
}

/* A call in a thread of its own. */
struct running {
  pthread_t thread;
  struct db_call call;
  struct db_answer answer;
};

static void *run_in_thread(void *argument)
{
  struct running *running = argument;
  db_run(pool, &running->call, &running->answer);
  return NULL;
}

__attribute__((unused)) static void start(struct running *running, const struct db_call *call)
{
  running->call = *call;
  assert_int_equal(pthread_create(&running->thread, NULL, run_in_thread, running), 0);
}

__attribute__((unused)) static enum db_outcome join(struct running *running)
{
  pthread_join(running->thread, NULL);
  enum db_outcome outcome = running->answer.outcome;
  db_answer_clear(&running->answer);
  return outcome;
}

__attribute__((unused)) static enum db_outcome run(const struct db_call *call)
{
  struct db_answer answer;
  db_run(pool, call, &answer);
  db_answer_clear(&answer);
  return answer.outcome;
}

__attribute__((unused)) static void pause_ms(int ms)
{
  usleep((unsigned)ms * 1000);
}

#endif
