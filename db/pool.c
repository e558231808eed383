/* Opens the pool and carries calls into it: what a caller's thread does while it waits. */
#include "db/private.h"
#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
  FIRST_CONNECTION_MS = 2000,
  SECOND_TRY_MS = 1000,
  SECOND_TRY_AFTER_MS = 30,
  RESULT_BODY = 0,
  RESULT_VERSION,
  RESULT_PAGE
};

struct db {
  char *url, *report_url, *clock; /* owned */
  int statement_timeout_ms, lock_timeout_ms;
  struct lane *normal, *reports, *patient; /* owned; reports and patient may be NULL */
  atomic_int callers;
  atomic_bool current; /* all migrations were applied, which cannot change back */
};

static bool within(int value, int low, int high)
{
  return value >= low && value <= high;
}

/* What is wrong with the settings, or NULL. */
static const char *fault_of(const struct db_settings *s)
{
  if (!session_url_valid(s->url)) return "the database url is neither a URI nor a connection string";
  if (s->report_url && !session_url_valid(s->report_url))
    return "the reports' database url is neither a URI nor a connection string";
  if (!within(s->connections, 1, 64)) return "connections must be 1..64";
  if (!within(s->report_connections, 0, 16)) return "report connections must be 0..16";
  if (!within(s->long_connections, 0, 16)) return "long connections must be 0..16";
  if (!within(s->long_timeout_ms, 0, 86400000)) return "long statement timeout must be 0..86400000 ms";
  if (!within(s->report_timeout_ms, 0, 3600000)) return "report timeout must be 0..3600000 ms";
  if (!within(s->shared_reads, 1, SHARED_MOST)) return "shared reads must be 1..64";
  if (!within(s->queue, 1, 1000000)) return "queue must be 1..1000000";
  if (!within(s->statement_timeout_ms, 1, 3600000)) return "statement timeout must be 1..3600000 ms";
  if (!within(s->lock_timeout_ms, 1, 3600000)) return "lock timeout must be 1..3600000 ms";
  return NULL;
}

/* A class of connections kept for unshared calls of one kind; NULL when none are kept. */
static struct lane *open_kept(struct lane_settings lane, int connections, const char *name)
{
  if (connections == 0) return NULL;
  lane.connections = connections;
  lane.shared = 1;
  lane.name = name;
  return lane_open(&lane);
}

static void open_lanes(struct db *db, const struct db_settings *s)
{
  struct lane_settings lane = {
      .connection = {db->url, s->statement_timeout_ms, s->lock_timeout_ms, s->notice},
      .connections = s->connections,
      .shared = s->shared_reads,
      .queue = s->queue,
      .name = "connections",
  };
  db->normal = lane_open(&lane);
  if (s->long_timeout_ms) lane.connection.statement_timeout_ms = s->long_timeout_ms;
  db->patient = open_kept(lane, s->long_connections, "long connections");
  lane.connection.statement_timeout_ms =
      s->report_timeout_ms ? s->report_timeout_ms : s->statement_timeout_ms;
  lane.connection.url = db->report_url;
  lane.behind = true;
  db->reports = open_kept(lane, s->report_connections, "report connections");
}

struct db *db_open(const struct db_settings *settings, char **error)
{
  const char *fault = fault_of(settings);
  if (fault) {
    *error = strdup(fault);
    return NULL;
  }
  struct db *db = calloc(1, sizeof *db);
  assert(db);
  db->url = strdup(settings->url);
  bool elsewhere = settings->report_url && *settings->report_url;
  db->report_url = strdup(elsewhere ? settings->report_url : settings->url);
  db->clock = settings->clock ? strdup(settings->clock) : NULL;
  open_lanes(db, settings);
  long long deadline = now_ms() + FIRST_CONNECTION_MS;
  lane_await_up(db->normal, deadline);
  if (db->patient) lane_await_up(db->patient, deadline);
  if (db->reports) lane_await_up(db->reports, deadline);
  return db;
}

static void pause_ms(int ms)
{
  nanosleep(&(struct timespec){.tv_nsec = ms * 1000000L}, NULL);
}

void db_close(struct db *db)
{
  if (!db) return;
  struct lane *const lanes[] = {db->normal, db->reports, db->patient};
  for (size_t i = 0; i < sizeof lanes / sizeof *lanes; i++)
    if (lanes[i]) lane_shut(lanes[i]);
  while (db->callers > 0)
    pause_ms(1);
  for (size_t i = 0; i < sizeof lanes / sizeof *lanes; i++)
    if (lanes[i]) lane_free(lanes[i]);
  free(db->url);
  free(db->report_url);
  free(db->clock);
  free(db);
}

static bool is_uuid(const char *text)
{
  static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  size_t i = 0;
  if (!text) return false;
  for (; form[i] && text[i]; i++)
    if (form[i] == '-' ? text[i] != '-' : !strchr("0123456789abcdefABCDEF", text[i])) return false;
  return form[i] == text[i];
}

static void fill_enter(const char *values[ENTER_VALUES], const struct db_caller *caller, const char *clock)
{
  const char *const all[ENTER_VALUES] = {
      caller->municipality,
      caller->sub,
      caller->client,
      caller->act,
      caller->scopes,
      caller->districts,
      caller->recipients,
      caller->recipient_system,
      caller->school_unit,
      caller->trace,
      clock,
  };
  memcpy(values, all, sizeof all);
}

static void prepare_job(const struct db *db, const struct db_call *call, struct job *job)
{
  job->call = call;
  job->result = NULL;
  *job->answer = (struct db_answer){.outcome = DB_OK};
  fill_enter(job->enter, &call->caller, db->clock);
  job->values[0] = call->id;
  job->values[1] = call->body;
  job->values[2] = call->query;
  const struct db_reservation *r = call->reservation;
  if (r)
    memcpy(job->reserve, (const char *[]){r->route, r->key, r->body_hash, call->id, call->query},
           sizeof job->reserve);
  job->refused[0] = call->resource;
  job->refused[1] = call->action;
  const char *asked = call->asked ? call->asked : call->id;
  job->refused[2] = is_uuid(asked) ? asked : NULL;
  job->refused[3] = job->refusal;
}

/* One pass through the queue. */
static void pass(struct lane *lane, struct job *job)
{
  if (lane_submit(lane, job)) return;
  while (sem_wait(&job->done) == -1)
    assert(errno == EINTR);
}

/* Until it is settled. What was lost without a trace is tried once more when a connection is soon up again. */
static void carry(struct db *db, struct lane *lane, const struct db_call *call, struct job *job)
{
  long long deadline = 0;
  bool again;
  do {
    again = false;
    prepare_job(db, call, job);
    pass(lane, job);
    if (job->fate == FATE_LOST && deadline == 0) {
      deadline = now_ms() + SECOND_TRY_MS;
      again = true;
      pause_ms(SECOND_TRY_AFTER_MS); /* what ended this connection may be ending the others */
    } else if (job->fate == FATE_TURNED_AWAY) {
      again = deadline != 0;
    }
  } while (again && now_ms() < deadline && lane_await_up(lane, deadline));
}

static char *copy_value(const PGresult *result, int column)
{
  return PQgetisnull(result, 0, column) ? NULL : strdup(PQgetvalue(result, 0, column));
}

static void fill_answer(struct db_answer *answer, const PGresult *result)
{
  assert(PQntuples(result) <= 1);
  if (PQntuples(result) == 0 || PQgetisnull(result, 0, RESULT_BODY)) {
    answer->outcome = DB_ABSENT;
    return;
  }
  answer->body = copy_value(result, RESULT_BODY);
  answer->page = copy_value(result, RESULT_PAGE);
  answer->version = strtoll(PQgetvalue(result, 0, RESULT_VERSION), NULL, 10);
}

static struct lane *lane_of(const struct db *db, const struct db_call *call, const struct job *job)
{
  if (job->refusal) return db->normal;
  if (call->patient && db->patient) return db->patient;
  return call->report && db->reports ? db->reports : db->normal;
}

static void run_job(struct db *db, const struct db_call *call, struct job *job)
{
  db->callers++;
  sem_init(&job->done, 0, 0);
  carry(db, lane_of(db, call, job), call, job);
  sem_destroy(&job->done);
  db->callers--;
  if (job->fate != FATE_SETTLED) job->answer->outcome = DB_UNAVAILABLE;
}

void db_run(struct db *db, const struct db_call *call, struct db_answer *answer)
{
  assert(call->read);
  struct job job = {.answer = answer};
  run_job(db, call, &job);
  if (job.fate == FATE_SETTLED && job.result) fill_answer(answer, job.result);
  PQclear(job.result);
}

enum db_outcome db_log_refusal(struct db *db, const struct db_call *call, const char *code)
{
  struct db_answer answer = {0};
  struct job job = {.answer = &answer, .refusal = code};
  run_job(db, call, &job);
  PQclear(job.result);
  db_answer_clear(&answer);
  return answer.outcome == DB_OK ? DB_OK : DB_UNAVAILABLE;
}

bool db_ready(struct db *db)
{
  return lane_is_up(db->normal);
}

void db_answer_clear(struct db_answer *answer)
{
  free(answer->body);
  free(answer->page);
  free(answer->code);
  free(answer->detail);
  free(answer->column);
  *answer = (struct db_answer){.outcome = answer->outcome};
}

static int try_texts(PGconn *pg, const char *const *texts, size_t count, char **error)
{
  for (size_t i = 0; i < count; i++) {
    result_auto_t *result = statement_try(pg, texts[i]);
    if (PQresultStatus(result) == PGRES_COMMAND_OK) continue;
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    *error = text_of("%s, in: %.*s", message ? message : "the connection was lost", 400, texts[i]);
    return -1;
  }
  return 0;
}

int db_check(struct db *db, const char *const *texts, size_t count, char **error)
{
  session_auto_t *pg = session_open(db->url, "-c search_path=pg_catalog", error);
  return pg ? try_texts(pg, texts, count, error) : -1;
}

int db_is_current(struct db *db)
{
  if (db->current) return db_ready(db) ? 1 : -1;
  int applied = migrations_applied(db->url, db_embedded_migrations);
  if (applied == 1) db->current = true;
  return applied;
}
