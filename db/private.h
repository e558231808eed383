/* What the files of this folder share: embedded files, connections, their statements, and calls under way. */
#ifndef KAA_DB_PRIVATE_H
#define KAA_DB_PRIVATE_H

#include "db/db.h"
#include <libpq-fe.h>
#include <semaphore.h>

enum { SHARED_MOST = 64 };

/* A file of this folder inside the binary; generated. Tables of them end with a row without name. */
struct embedded {
  const char *name; /* without .sql */
  const char *text;
};
extern const struct embedded db_embedded_migrations[];
extern const struct embedded db_embedded_queries[];

/* The sections of some files, cut apart. */
struct section {
  const char *file;
  char *name, *text; /* owned */
};
struct sections {
  size_t count;
  struct section *rows; /* owned */
};
void sections_read(struct sections *sections, const struct embedded *files);
const char *sections_find(const struct sections *sections, const char *file, const char *name);
void sections_clear(struct sections *sections);

/* db_migrate with other migrations than the embedded ones. */
int migrations_apply(const char *url, const struct embedded *files,
                     void (*notice)(const char *, const char *), char **error)
    __attribute__((warn_unused_result));
/* 1 when they are all applied in the database at url, 0 when not, -1 when it does not answer. */
int migrations_applied(const char *url, const struct embedded *files);

/* A plain connection with its session set up, for work outside the pool. options are added to those of the
   url. NULL and *error (owned by the caller) when it cannot be had. */
PGconn *session_open(const char *url, const char *options, char **error);
bool session_url_valid(const char *url);

static inline void session_closep(PGconn **pg)
{
  PQfinish(*pg);
}
#define session_auto_t __attribute__((cleanup(session_closep))) PGconn

static inline void result_clearp(PGresult **result)
{
  PQclear(*result);
}
#define result_auto_t __attribute__((cleanup(result_clearp))) PGresult

/* One line from format, owned by the caller. */
char *text_of(const char *format, ...) __attribute__((format(printf, 1, 2)));
long long now_ms(void); /* of a clock that only goes forward */
int jitter(int below);  /* so that what failed together does not come back together */

/* The statements every connection knows by a fixed name. */
enum own {
  OWN_BEGIN,
  OWN_COMMIT,
  OWN_ROLLBACK,
  OWN_PING,
  OWN_ENTER,
  OWN_RESERVE,
  OWN_REFUSED,
  OWN_PLAN_ANEW,
  OWN_PLAN_AS_EVER,
  OWN_COUNT
};
enum { ENTER_VALUES = 11, CALL_VALUES = 3, RESERVE_VALUES = 5, REFUSED_VALUES = 5 };

/* How a statement is wrapped, see statement.c. */
enum wrap { WRAP_NOT, WRAP_ANSWER, WRAP_SHOWN, WRAP_WRITTEN };

struct statement_key {
  enum wrap wrap;
  const char *text;
  const char *resource, *action; /* "" unless the wrap names them */
};
struct statements;

/* One connection of the pool, in pipeline mode; used by one thread. */
struct connection {
  PGconn *pg;
  int timeout_ms; /* of a statement, and of all that a call's cursors hold */
  int silence_ms; /* the server is given up after so long without an answer */
  bool lost;
  char why[80];                  /* of lost: never with data */
  struct statements *statements; /* owned */
  unsigned own_prepared;         /* bit 1 << enum own */
  void (*notice)(const char *event, const char *detail);
};

struct connection_settings {
  const char *url;
  int statement_timeout_ms, lock_timeout_ms;
  void (*notice)(const char *event, const char *detail);
};
int connection_open(struct connection *c, const struct connection_settings *settings, char **error)
    __attribute__((warn_unused_result));
void connection_close(struct connection *c);

/* Sees whether an idle connection was closed by the other end. Sets c->lost. */
void connection_look(struct connection *c);
/* Asks the server for a sign of life. Sets c->lost. */
void connection_ping(struct connection *c);

/* One prepared statement of a pipeline. */
struct step {
  const char *name;
  const char *text; /* for notices */
  int count;
  const char *const *values;
  PGresult **keep; /* where its rows are wanted, or NULL */
};

/* What went wrong first. */
struct trouble {
  PGresult *error; /* owned */
  const char *text;
  bool late; /* no error: it took longer than a statement may */
};
static inline void trouble_clear(struct trouble *trouble)
{
  PQclear(trouble->error);
  trouble->error = NULL;
}
#define trouble_auto_t __attribute__((cleanup(trouble_clear))) struct trouble

/* Sends the steps and a sync at once and gathers their results up to the first error.
   0 when all succeeded; -1 with c->lost set, or with *trouble. */
int connection_run(struct connection *c, const struct step *steps, size_t count, struct trouble *trouble)
    __attribute__((warn_unused_result));

/* The same for one message sent before; sent is what libpq said of it. */
int connection_end(struct connection *c, int sent, struct trouble *trouble)
    __attribute__((warn_unused_result));

/* The next rows of an open cursor, at most count, in binary; *result is owned by the caller. */
int connection_fetch(struct connection *c, const char *cursor, int count, PGresult **result,
                     struct trouble *trouble) __attribute__((warn_unused_result));

/* Takes the rows of all cursors, which are open in the transaction under way. */
int rows_take(struct connection *c, const struct db_rows *rows, struct trouble *trouble)
    __attribute__((warn_unused_result));

/* The step, prepared before if need be. 0; -1 with c->lost set, or with *trouble. */
int own_step(struct connection *c, enum own own, const char *const *values, struct step *step,
             struct trouble *trouble) __attribute__((warn_unused_result));
int statement_step(struct connection *c, const struct statement_key *key, struct step *step,
                   struct trouble *trouble) __attribute__((warn_unused_result));
struct statements *statements_new(void);
void statements_free(struct statements *statements);
/* How many are prepared now. */
size_t statements_count(const struct statements *statements);
/* The SQL that is prepared for key; owned by the caller. */
char *statement_sql(const struct statement_key *key);
/* Prepares text with $1 uuid, $2 jsonb, $3 jsonb outside the pool. */
PGresult *statement_try(PGconn *pg, const char *text);

/* What an error of the database means: fills outcome and, when refused, the rest of the answer. */
void outcome_read(struct db_answer *answer, const PGresult *error);
/* The word for the access log. */
const char *outcome_code(const struct db_answer *answer);
bool sqlstate_is(const PGresult *error, const char *sqlstate);
/* True when the connection is of no more use after this error. */
bool outcome_severs(const PGresult *error);
/* True when the same transaction may well succeed if tried again. */
bool outcome_passes(const PGresult *error);
/* SQLSTATE, names of database objects and the statement's head: what may stand in a log. Owned by the caller. */
char *outcome_notice(const struct trouble *trouble);

/* A call under way. Lives on its caller's stack until done is posted. */
enum fate {
  FATE_SETTLED,     /* answer and, for a success, result are final */
  FATE_TURNED_AWAY, /* it was waiting when the last connection went */
  FATE_LOST,        /* the connection went; nothing is changed, it may be run again */
  FATE_UNAVAILABLE  /* too many wait, or the connection went in the middle of a write */
};
struct job {
  const struct db_call *call;
  const char *refusal; /* only writes this refusal to the access log */
  struct db_answer *answer;
  PGresult *result; /* owned: the row read */
  enum fate fate;
  const char *enter[ENTER_VALUES], *values[CALL_VALUES], *reserve[RESERVE_VALUES], *refused[REFUSED_VALUES];
  sem_t done;
  struct job *next;
};

/* May run in one transaction with others like it. */
bool job_shares(const struct job *job);

/* Runs the jobs on the connection and posts each as soon as it is settled or lost. */
void jobs_run(struct connection *c, struct job **jobs, int count);

/* The calls that wait for connections of one class, and the workers that serve them. */
struct lane;
struct lane_settings {
  struct connection_settings connection;
  int connections, shared, queue;
  bool behind;      /* its threads give way to all others of the process */
  const char *name; /* for notices */
};
struct lane *lane_open(const struct lane_settings *settings);
/* Hands the job in: 0, or -1 with its fate when no connection is up or the queue is full. */
int lane_submit(struct lane *lane, struct job *job) __attribute__((warn_unused_result));
/* Waits until a connection is up; false when none is by the deadline (now_ms) or the lane is closing. */
bool lane_await_up(struct lane *lane, long long deadline);
bool lane_is_up(struct lane *lane);
/* Lets the workers end what waits, and ends them. New calls are turned away. */
void lane_shut(struct lane *lane);
void lane_free(struct lane *lane);

#endif
