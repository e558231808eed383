/* The folder's whole promise: a pool that runs one call of one caller at a time, and the migrations. */
#ifndef KAA_DB_H
#define KAA_DB_H

#include <stdbool.h>
#include <stddef.h>

struct db;

struct db_settings {
  const char *url;        /* libpq conninfo or URI of the service's role */
  const char *clock;      /* RFC 3339 time that stands still, or NULL (development only) */
  int connections;        /* one worker thread each, 1..64 */
  int shared_reads;       /* reads that may share one transaction, 1..64 */
  int queue;              /* calls that may wait; more are answered DB_UNAVAILABLE */
  int report_connections; /* kept for calls with `report`, 0..16; 0: those run among the others, unshared */
  int long_connections;   /* kept for calls that are `patient`, 0..16; 0: those run among the others */
  int long_timeout_ms;    /* the statement timeout of those; 0: statement_timeout_ms */
  int report_timeout_ms;  /* the statement timeout of reports; 0: statement_timeout_ms */
  const char *report_url; /* where the report connections go; NULL or empty: url */
  int statement_timeout_ms;
  int lock_timeout_ms;
  /* called for what operators must know (connection lost, back again); never with personal data */
  void (*notice)(const char *event, const char *detail);
};

/* Who is asking, as the token said it. All members are borrowed; NULL means none. */
struct db_caller {
  const char *municipality; /* four digits */
  const char *sub, *client, *act;
  const char *scopes;           /* separated by blanks */
  const char *districts;        /* array literal {uuid,…}, or NULL: no limit */
  const char *recipients;       /* array literal {uuid,…} */
  const char *recipient_system; /* all recipients with this system */
  const char *school_unit;
  const char *trace; /* 32 hex digits */
};

/* The reservation of an Idempotency-Key, made first in the call's transaction. */
struct db_reservation {
  const char *route; /* method and path */
  const char *key;
  const char *body_hash;
};

/* One value as PostgreSQL sends it in binary: integers and times in network order, texts without end. */
struct db_value {
  const char *at; /* NULL: null */
  int length;
};
enum { DB_COLUMNS_MOST = 8 };

/* Rows by the hundred thousand, of one snapshot: `read` opens the cursors, and their rows come one by one, in the
   order of the cursors. All functions are called in the connection's own thread; those of the connections kept for
   reports have a low priority. */
struct db_rows {
  const char *const *cursors; /* names, NULL-ended; at most DB_COLUMNS_MOST columns each */
  /* What `read` yielded; called again when the call must be run again, and what came before is void. */
  void (*begin)(void *into, const char *body);
  void (*take)(void *into, int cursor, const struct db_value *row); /* the row is valid for the call */
  void (*end)(void *into); /* all have come, and the transaction is over */
  void *into;
};

/* One call. A read is `read` alone; a write is `write` and then `read`, in one transaction.
   `read` yields one row or none: body text, version bigint, subjects uuid[], page text.
   Both take $1 id uuid, $2 body jsonb, $3 query jsonb. Texts are borrowed for the call and must be
   constants or reproducible: a statement is prepared once per connection by its text. */
struct db_call {
  struct db_caller caller;
  const char *resource, *action; /* for the access log; action: list, read, create … */
  bool personal;                 /* goes to the access log, also when refused */
  bool patient;                  /* may take minutes: on the connections kept for such; never begun anew */
  bool varies;                   /* a read whose best plan depends on what is asked for: planned each time */
  bool report;                   /* long: on the connections kept for reports */
  const char *write, *read;
  const char *id, *body, *query;
  const char *asked;                        /* the id that a refusal is logged under, or NULL: id */
  const struct db_reservation *reservation; /* NULL: none */
  const struct db_rows *rows;               /* of a report: what comes besides the one row, or NULL */
};

enum db_outcome {
  DB_OK,          /* one row: body, version, page */
  DB_ABSENT,      /* `read` found no row (logged, when personal) */
  DB_REPLAYED,    /* the key was used before for the same body: `read` was run for id */
  DB_REFUSED,     /* SQLSTATE class KA or a broken constraint: sqlstate, code, detail, column */
  DB_BUSY,        /* a lock was not had in time: 409 + Retry-After */
  DB_TOO_LONG,    /* statement_timeout: 503 */
  DB_UNAVAILABLE, /* no connection; for a write the outcome may be unknown */
  DB_FAILED       /* any other error: a bug; notice() has been told the SQLSTATE and the statement's head */
};

/* What came of it. The texts are owned; release with db_answer_clear. */
struct db_answer {
  enum db_outcome outcome;
  char *body;
  char *page; /* JSON text {"count","total"?,"key"?,"id"?} of a list, or NULL */
  long long version;
  char id[37]; /* DB_REPLAYED: the id of the resource made before */
  char event_id[37];
  char sqlstate[6]; /* DB_REFUSED */
  char *code;       /* DB_REFUSED: the KA error's message, or the constraint's name */
  char *detail;     /* DB_REFUSED: JSON text given with the KA error, or NULL */
  char *column;     /* DB_REFUSED: column of a foreign key or not-null, in snake_case, or NULL */
};

/* Opens the pool. Returns NULL and a one-line reason in *error (owned by the caller) when settings are
   wrong; a database that is away is no error: the workers keep trying. */
struct db *db_open(const struct db_settings *settings, char **error);

/* Prepares each text on one connection; returns 0, or -1 and the reason. For start-up. */
int db_check(struct db *db, const char *const *texts, size_t count, char **error);

/* Runs the call and waits for it. The answer's read is durably logged before this returns. */
void db_run(struct db *db, const struct db_call *call, struct db_answer *answer);

/* Writes an access log row for a call that was refused before it reached the database (403 …).
   Returns DB_OK or DB_UNAVAILABLE. */
enum db_outcome db_log_refusal(struct db *db, const struct db_call *call, const char *code);

/* True when a connection answers now. */
bool db_ready(struct db *db);

/* Ends the workers after the calls that wait. Accepts NULL. */
void db_close(struct db *db);
void db_answer_clear(struct db_answer *answer);

/* The section `name` of db/queries/file.sql, embedded; NULL when there is none. */
const char *db_section(const char *file, const char *name);

/* Applies the migrations that are missing, under a lock, each in a transaction, in order. Prints what it
   does through notice. Refuses when an applied one was changed or is missing here. 0, or -1 and *error. */
int db_migrate(const char *url, void (*notice)(const char *event, const char *detail), char **error);

/* 1 when all embedded migrations are applied, 0 when not, -1 when the database does not answer. */
int db_is_current(struct db *db);

/* The work of one night for every municipality, as of the database's clock. Used by `kaa nightly`.
   *report (owned by the caller): JSON text of what was done, by municipality. 0; 1 when a municipality's night
   failed, as the report then says of it ("failed") while the others' is done; or -1 and *error. */
int db_nightly(const char *url, const char *clock, char **report, char **error);

#endif
