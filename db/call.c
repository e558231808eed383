/* Runs calls on a connection: shared reads, single writes, replays, and the log of what was refused. */
#include "db/private.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TRIES_MOST = 4, STEPS_OF_A_JOB = 4 };

/* The statements of one transaction. */
struct transaction {
  struct step steps[SHARED_MOST * STEPS_OF_A_JOB + 2];
  size_t count;
};

bool job_shares(const struct job *job)
{
  return !job->refusal && !job->call->write && !job->call->report && !job->call->patient;
}

static int add_own(struct connection *c, struct transaction *t, enum own own, const char *const *values,
                   struct trouble *trouble)
{
  if (own_step(c, own, values, &t->steps[t->count], trouble)) return -1;
  t->count++;
  return 0;
}

static int add_statement(struct connection *c, struct transaction *t, struct job *job, enum wrap wrap,
                         struct trouble *trouble)
{
  const struct db_call *call = job->call;
  bool logs = wrap == WRAP_SHOWN || wrap == WRAP_WRITTEN;
  struct statement_key key = {wrap, wrap == WRAP_NOT ? call->write : call->read, logs ? call->resource : "",
                              logs ? call->action : ""};
  struct step *step = &t->steps[t->count];
  if (statement_step(c, &key, step, trouble)) return -1;
  step->values = job->values;
  step->keep = wrap == WRAP_NOT ? NULL : &job->result;
  t->count++;
  return 0;
}

/* A plan for all values reads the whole table where the right one for these reads a page. */
static int add_read(struct connection *c, struct transaction *t, struct job *job, struct trouble *trouble)
{
  enum wrap wrap = job->call->personal ? WRAP_SHOWN : WRAP_ANSWER;
  if (!job->call->varies) return add_statement(c, t, job, wrap, trouble);
  if (add_own(c, t, OWN_PLAN_ANEW, NULL, trouble) || add_statement(c, t, job, wrap, trouble)) return -1;
  return add_own(c, t, OWN_PLAN_AS_EVER, NULL, trouble);
}

/* What the call says of itself: enter, [reserve, write,] read. */
static int add_job(struct connection *c, struct transaction *t, struct job *job, struct trouble *trouble)
{
  const struct db_call *call = job->call;
  if (add_own(c, t, OWN_ENTER, job->enter, trouble)) return -1;
  if (job->refusal) return add_own(c, t, OWN_REFUSED, job->refused, trouble);
  if (!call->write) return add_read(c, t, job, trouble);
  if (call->reservation && add_own(c, t, OWN_RESERVE, job->reserve, trouble)) return -1;
  if (add_statement(c, t, job, WRAP_NOT, trouble)) return -1;
  return add_statement(c, t, job, call->personal ? WRAP_WRITTEN : WRAP_ANSWER, trouble);
}

static int begin(struct connection *c, struct transaction *t, struct trouble *trouble)
{
  t->count = 0;
  return add_own(c, t, OWN_BEGIN, NULL, trouble);
}

/* Nothing is left of the transaction. */
static int undo(struct connection *c)
{
  trouble_auto_t again = {0};
  struct step step;
  if (!c->lost && own_step(c, OWN_ROLLBACK, NULL, &step, &again) == 0 &&
      connection_run(c, &step, 1, &again) == 0)
    return -1;
  c->lost = true;
  return -1;
}

/* Ends the transaction and runs it. After an error nothing of it is left. */
static int run(struct connection *c, struct transaction *t, struct trouble *trouble)
{
  if (add_own(c, t, OWN_COMMIT, NULL, trouble)) return -1;
  return connection_run(c, t->steps, t->count, trouble) ? undo(c) : 0;
}

/* The same with what the job's cursors hold: the transaction stays open for as long as they are read. */
static int run_with_rows(struct connection *c, struct transaction *t, struct job *job,
                         struct trouble *trouble)
{
  const struct db_rows *rows = job->call->rows;
  struct step commit;
  if (own_step(c, OWN_COMMIT, NULL, &commit, trouble)) return -1;
  if (connection_run(c, t->steps, t->count, trouble)) return undo(c);
  rows->begin(rows->into, PQgetvalue(job->result, 0, 0));
  if (rows_take(c, rows, trouble) || connection_run(c, &commit, 1, trouble)) return undo(c);
  rows->end(rows->into);
  return 0;
}

static void forget_result(struct job *job)
{
  PQclear(job->result);
  job->result = NULL;
}

/* The job is its caller's again from here on. */
static void post(struct job *job, enum fate fate)
{
  if (fate != FATE_SETTLED) forget_result(job);
  job->fate = fate;
  sem_post(&job->done);
}

/* One try of one job in a transaction of its own. */
static int try_alone(struct connection *c, struct job *job, struct trouble *trouble, bool *sent)
{
  struct transaction t;
  *sent = false;
  if (begin(c, &t, trouble) || add_job(c, &t, job, trouble)) return -1;
  *sent = true;
  bool rows = job->call->rows && !job->refusal;
  if ((rows ? run_with_rows(c, &t, job, trouble) : run(c, &t, trouble)) == 0) return 0;
  forget_result(job);
  return -1;
}

/* The refusal goes to the log before it is answered. */
static void log_refusal(struct connection *c, struct job *job)
{
  trouble_auto_t trouble = {0};
  bool sent;
  job->refusal = outcome_code(job->answer);
  job->refused[3] = job->refusal;
  job->refused[4] = job->answer->detail;
  if (try_alone(c, job, &trouble, &sent) == 0) return;
  if (trouble.error) {
    char *text = outcome_notice(&trouble);
    c->notice("refusal-not-logged", text);
    free(text);
  }
  db_answer_clear(job->answer);
  job->answer->outcome = DB_UNAVAILABLE;
}

static void refuse(struct connection *c, struct job *job, const struct trouble *trouble)
{
  if (trouble->late)
    job->answer->outcome = DB_TOO_LONG;
  else
    outcome_read(job->answer, trouble->error);
  if (job->answer->outcome == DB_FAILED || job->answer->outcome == DB_UNAVAILABLE) {
    char *text = outcome_notice(trouble);
    c->notice("database-error", text);
    free(text);
  }
  bool logs = job->call->personal && !job->refusal && job->answer->outcome != DB_UNAVAILABLE;
  if (logs) log_refusal(c, job);
  post(job, FATE_SETTLED);
}

/* The text of a member of a small JSON object of identifiers; "" when it is null. */
static void copy_identifier(char into[37], const char *json, const char *member)
{
  const char *at = json ? strstr(json, member) : NULL;
  at = at ? at + strlen(member) + strspn(at + strlen(member), ": ") : "";
  into[0] = '\0';
  if (*at != '"') return;
  size_t length = strcspn(++at, "\"");
  if (length > 36) return;
  memcpy(into, at, length);
  into[length] = '\0';
}

static void run_alone(struct connection *c, struct job *job);

/* The key was used before: what was made then is read as if it had been asked for. */
static void replay(struct connection *c, struct job *job, const PGresult *used)
{
  const char *detail = PQresultErrorField(used, PG_DIAG_MESSAGE_DETAIL);
  copy_identifier(job->answer->id, detail, "\"id\"");
  copy_identifier(job->answer->event_id, detail, "\"eventId\"");
  struct db_call read = *job->call;
  read.write = NULL;
  read.id = job->answer->id[0] ? job->answer->id : NULL;
  job->call = &read;
  job->answer->outcome = DB_REPLAYED;
  job->values[0] = read.id;
  job->refused[2] = read.id;
  run_alone(c, job);
}

static void pause_before(int attempt)
{
  nanosleep(&(struct timespec){.tv_nsec = (jitter(5) + 5L * attempt) * 1000000}, NULL);
}

/* What an error that left the connection whole means for the job; false when it is worth another try. */
static bool settle_error(struct connection *c, struct job *job, const struct trouble *trouble, bool last)
{
  if (job->call->write && sqlstate_is(trouble->error, "KA208"))
    replay(c, job, trouble->error);
  else if (last || trouble->late || !outcome_passes(trouble->error))
    refuse(c, job, trouble);
  else
    return false;
  return true;
}

static void run_alone(struct connection *c, struct job *job)
{
  bool sent = false;
  for (int attempt = 1; !c->lost; attempt++) {
    trouble_auto_t trouble = {0};
    if (try_alone(c, job, &trouble, &sent) == 0) {
      post(job, FATE_SETTLED);
      return;
    }
    bool whole = trouble.late || (trouble.error && !outcome_severs(trouble.error));
    if (whole && settle_error(c, job, &trouble, attempt == TRIES_MOST)) return;
    if (!c->lost) pause_before(attempt);
  }
  bool once = job->call->write || job->refusal || job->call->patient;
  post(job, sent && once ? FATE_UNAVAILABLE : FATE_LOST);
}

/* All in one transaction. 0 when it was committed. */
static int try_shared(struct connection *c, struct job **jobs, int count)
{
  struct transaction t;
  trouble_auto_t trouble = {0};
  if (begin(c, &t, &trouble)) return -1;
  for (int i = 0; i < count; i++)
    if (add_job(c, &t, jobs[i], &trouble)) return -1;
  return run(c, &t, &trouble);
}

void jobs_run(struct connection *c, struct job **jobs, int count)
{
  if (count > 1 && try_shared(c, jobs, count) == 0) {
    for (int i = 0; i < count; i++)
      post(jobs[i], FATE_SETTLED);
    return;
  }
  /* one of them failed, or the connection: which one shows when each is alone */
  for (int i = 0; i < count; i++) {
    forget_result(jobs[i]);
    run_alone(c, jobs[i]);
  }
}
