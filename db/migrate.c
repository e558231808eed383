/* Applies the embedded migrations: under a lock, in order, once, and never past one that was changed. */
#include "db/private.h"
#include <assert.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char open_meta[] = "create schema if not exists kaa_meta;"
                                "create table if not exists kaa_meta.migrations ("
                                "  version int primary key, name text not null, sha256 text not null,"
                                "  applied_at timestamptz not null default clock_timestamp())";

/* The role may be made by a migration, so this comes last. */
static const char grant_meta[] =
    "do $$ begin if exists (select from pg_catalog.pg_roles where rolname = 'kaa_service') then"
    "  grant usage on schema kaa_meta to kaa_service;"
    "  grant select on kaa_meta.migrations to kaa_service; end if; end $$";

/* 64 bits that no other program takes by accident: "kaamigr" */
static const char lock_meta[] = "select pg_catalog.pg_advisory_lock(30224015446992754)";

static void checksum(char hex[65], const char *text)
{
  unsigned char digest[32];
  int failed = gnutls_hash_fast(GNUTLS_DIG_SHA256, text, strlen(text), digest);
  assert(!failed);
  for (size_t i = 0; i < sizeof digest; i++)
    snprintf(hex + 2 * i, 3, "%02x", digest[i]);
}

static int line_of(const char *text, const char *position)
{
  int line = 1;
  for (long left = position ? strtol(position, NULL, 10) - 1 : 0; left > 0 && *text; text++) {
    if (((unsigned char)*text & 0xc0) != 0x80) left--; /* positions count characters */
    line += *text == '\n';
  }
  return line;
}

/* One line about what failed; position is told as a line of text. */
static char *reason(const PGresult *result, const char *text)
{
  const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  const char *position = PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);
  const char *context = PQresultErrorField(result, PG_DIAG_CONTEXT);
  const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  if (!message) return strdup("the connection was lost");
  char *where = position ? text_of("line %d: ", line_of(text, position)) : strdup("");
  char *line = text_of("%s%s %s%s%.*s", where, state ? state : "", message, context ? "; in " : "",
                       context ? (int)strcspn(context, "\n") : 0, context ? context : "");
  free(where);
  return line;
}

static int run(PGconn *pg, const char *sql, char **error)
{
  result_auto_t *result = PQexec(pg, sql);
  ExecStatusType status = PQresultStatus(result);
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return 0;
  *error = reason(result, sql);
  return -1;
}

/* Files must be numbered 1, 2, 3 … */
static int check_numbers(const struct embedded *files, char **error)
{
  for (int i = 0; files[i].name; i++) {
    if (strtol(files[i].name, NULL, 10) == i + 1) continue;
    *error = text_of("migration %s stands where number %04d is due", files[i].name, i + 1);
    return -1;
  }
  return 0;
}

static int check_applied(const char *version, const char *sum, const struct embedded *file, char **error)
{
  char expected[65];
  if (!file) {
    *error = text_of("migration %s is applied but not known here: the database is newer than this program",
                     version);
    return -1;
  }
  checksum(expected, file->text);
  if (strcmp(sum, expected) == 0) return 0;
  *error = text_of("migration %s was changed after it was applied", file->name);
  return -1;
}

/* How many of the files are applied, all others being refused; -1 and *error. */
static int count_applied(PGconn *pg, const struct embedded *files, char **error)
{
  result_auto_t *result = PQexec(pg, "select version, sha256 from kaa_meta.migrations order by version");
  if (PQresultStatus(result) != PGRES_TUPLES_OK) {
    *error = reason(result, "");
    return -1;
  }
  int known = 0;
  while (files[known].name)
    known++;
  for (int i = 0; i < PQntuples(result); i++) {
    const char *version = PQgetvalue(result, i, 0);
    const struct embedded *file = i < known && strtol(version, NULL, 10) == i + 1 ? &files[i] : NULL;
    if (check_applied(version, PQgetvalue(result, i, 1), file, error)) return -1;
  }
  return PQntuples(result);
}

static int record(PGconn *pg, const struct embedded *file, char **error)
{
  char sum[65], version[12];
  checksum(sum, file->text);
  snprintf(version, sizeof version, "%ld", strtol(file->name, NULL, 10));
  const char *const values[] = {version, file->name, sum};
  result_auto_t *result =
      PQexecParams(pg, "insert into kaa_meta.migrations (version, name, sha256) values ($1, $2, $3)", 3, NULL,
                   values, NULL, NULL, 0);
  if (PQresultStatus(result) == PGRES_COMMAND_OK) return 0;
  *error = reason(result, "");
  return -1;
}

static int run_file(PGconn *pg, const struct embedded *file, char **error)
{
  if (run(pg, "begin", error) || run(pg, file->text, error)) return -1;
  if (PQtransactionStatus(pg) != PQTRANS_INTRANS) {
    *error = strdup("it ends the transaction it is run in");
    return -1;
  }
  if (run(pg, "reset all", error) || record(pg, file, error)) return -1;
  return run(pg, "commit", error);
}

static int apply(PGconn *pg, const struct embedded *file, char **error)
{
  char *why = NULL;
  if (run_file(pg, file, &why) == 0) return 0;
  *error = text_of("migration %s: %s", file->name, why);
  free(why);
  return -1;
}

static int apply_missing(PGconn *pg, const struct embedded *files, void (*notice)(const char *, const char *),
                         char **error)
{
  int applied = count_applied(pg, files, error);
  if (applied < 0) return -1;
  for (const struct embedded *file = files + applied; file->name; file++) {
    if (apply(pg, file, error)) return -1;
    notice("migration-applied", file->name);
  }
  return run(pg, grant_meta, error);
}

int migrations_apply(const char *url, const struct embedded *files,
                     void (*notice)(const char *, const char *), char **error)
{
  if (check_numbers(files, error)) return -1;
  session_auto_t *pg = session_open(url, "", error);
  if (!pg) return -1;
  if (run(pg, lock_meta, error) || run(pg, open_meta, error)) return -1;
  return apply_missing(pg, files, notice, error);
}

int migrations_applied(const char *url, const struct embedded *files)
{
  char *error = NULL;
  session_auto_t *pg = session_open(url, "", &error);
  if (!pg) {
    free(error);
    return -1;
  }
  int applied = count_applied(pg, files, &error);
  free(error);
  if (PQstatus(pg) != CONNECTION_OK) return -1;
  return applied >= 0 && !files[applied].name;
}

int db_migrate(const char *url, void (*notice)(const char *event, const char *detail), char **error)
{
  return migrations_apply(url, db_embedded_migrations, notice, error);
}
