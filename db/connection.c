/* One connection of the pool: connect, send a pipeline, gather its results, never wait for ever. */
#include "db/private.h"
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SILENCE_MARGIN_MS = 2000, PING_MS = 2000 };

long long now_ms(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int jitter(int below)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int)(t.tv_nsec / 1000 % below);
}

static void lose(struct connection *c, const char *why)
{
  if (c->lost) return;
  c->lost = true;
  snprintf(c->why, sizeof c->why, "%s", why);
}

int connection_open(struct connection *c, const struct connection_settings *settings, char **error)
{
  *c = (struct connection){.timeout_ms = settings->statement_timeout_ms,
                           .silence_ms = settings->statement_timeout_ms + SILENCE_MARGIN_MS,
                           .notice = settings->notice};
  char *options =
      text_of("-c statement_timeout=%d -c lock_timeout=%d -c idle_in_transaction_session_timeout=%d "
              "-c search_path=pg_catalog -c jit=off",
              settings->statement_timeout_ms, settings->lock_timeout_ms, c->silence_ms);
  c->pg = session_open(settings->url, options, error);
  free(options);
  if (!c->pg) return -1;
  c->statements = statements_new();
  if (PQsetnonblocking(c->pg, 1) == 0 && PQenterPipelineMode(c->pg)) return 0;
  *error = strdup("the connection went at once");
  connection_close(c);
  return -1;
}

void connection_close(struct connection *c)
{
  PQfinish(c->pg);
  statements_free(c->statements);
  c->pg = NULL;
  c->statements = NULL;
}

/* Sends what is left to send and takes what has come, waiting for either until the deadline. */
static void pump(struct connection *c, long long deadline)
{
  int unsent = PQflush(c->pg);
  if (unsent < 0) {
    lose(c, "the connection was closed");
    return;
  }
  struct pollfd fd = {.fd = PQsocket(c->pg), .events = unsent ? POLLIN | POLLOUT : POLLIN};
  long long left = deadline - now_ms();
  int ready = left > 0 ? poll(&fd, 1, (int)left) : 0;
  if (ready < 0 && errno == EINTR) return;
  if (ready <= 0) {
    lose(c, "the server is silent");
    return;
  }
  if ((fd.revents & ~POLLOUT) && !PQconsumeInput(c->pg)) lose(c, "the connection was closed");
}

/* The next result, or NULL when the connection is lost. */
static PGresult *next_result(struct connection *c)
{
  long long deadline = PQisBusy(c->pg) ? now_ms() + c->silence_ms : 0;
  while (!c->lost && PQisBusy(c->pg))
    pump(c, deadline);
  if (c->lost) return NULL;
  PGresult *result = PQgetResult(c->pg);
  if (!result) lose(c, "the server answered out of turn");
  return result;
}

/* Takes the result of one statement, and the NULL that libpq puts after it. */
static void collect(struct connection *c, const struct step *step, struct trouble *trouble)
{
  result_auto_t *result = next_result(c);
  if (!result) return;
  result_auto_t *end = PQgetResult(c->pg);
  if (end) lose(c, "the server answered out of turn");
  ExecStatusType status = PQresultStatus(result);
  if (status == PGRES_FATAL_ERROR && outcome_severs(result))
    lose(c,
         PQresultErrorField(result, PG_DIAG_SQLSTATE) ? "the server ended it" : "the connection was closed");
  if (status == PGRES_FATAL_ERROR && !trouble->error) {
    *trouble = (struct trouble){result, step->text};
    result = NULL;
  }
  if (status == PGRES_TUPLES_OK && step->keep) {
    *step->keep = result;
    result = NULL;
  }
}

static int finish(struct connection *c, const struct step *steps, size_t count, struct trouble *trouble)
{
  if (!PQpipelineSync(c->pg)) lose(c, "the connection was closed");
  for (size_t i = 0; i < count && !c->lost; i++)
    collect(c, &steps[i], trouble);
  if (c->lost) return -1;
  result_auto_t *sync = next_result(c);
  /* an end that comes after the commit does not undo it */
  if (sync && PQresultStatus(sync) != PGRES_PIPELINE_SYNC) lose(c, "the connection was closed");
  return trouble->error ? -1 : 0;
}

int connection_run(struct connection *c, const struct step *steps, size_t count, struct trouble *trouble)
{
  for (size_t i = 0; i < count && !c->lost; i++)
    if (!PQsendQueryPrepared(c->pg, steps[i].name, steps[i].count, steps[i].values, NULL, NULL, 0))
      lose(c, "the connection was closed");
  return c->lost ? -1 : finish(c, steps, count, trouble);
}

int connection_end(struct connection *c, int sent, struct trouble *trouble)
{
  const struct step step = {.text = trouble->text};
  if (!sent) lose(c, "the connection was closed");
  return c->lost ? -1 : finish(c, &step, 1, trouble);
}

int connection_fetch(struct connection *c, const char *cursor, int count, PGresult **result,
                     struct trouble *trouble)
{
  char sql[80];
  snprintf(sql, sizeof sql, "fetch %d from %s", count, cursor);
  trouble->text = cursor;
  const struct step step = {.text = cursor, .keep = result};
  if (!PQsendQueryParams(c->pg, sql, 0, NULL, NULL, NULL, NULL, 1)) lose(c, "the connection was closed");
  return c->lost ? -1 : finish(c, &step, 1, trouble);
}

void connection_look(struct connection *c)
{
  struct pollfd fd = {.fd = PQsocket(c->pg), .events = POLLIN};
  while (!c->lost && poll(&fd, 1, 0) > 0) {
    if (!PQconsumeInput(c->pg)) lose(c, "the connection was closed");
    PQisBusy(c->pg); /* reads the message */
  }
}

void connection_ping(struct connection *c)
{
  trouble_auto_t trouble = {0};
  struct step step;
  int silence_ms = c->silence_ms;
  c->silence_ms = PING_MS;
  if (own_step(c, OWN_PING, NULL, &step, &trouble) || connection_run(c, &step, 1, &trouble))
    lose(c, "the server does not answer");
  c->silence_ms = silence_ms;
}
