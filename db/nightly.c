/* The work of one night: run by the database itself, as the owner, a transaction for each municipality. */
#include "db/private.h"
#include <stdlib.h>
#include <string.h>

/* Runs a statement of one column; NULL and *error when it fails. */
static PGresult *ask(PGconn *pg, const char *sql, const char *const *values, int count, char **error)
{
  PGresult *result = PQexecParams(pg, sql, count, NULL, values, NULL, NULL, 0);
  if (PQresultStatus(result) == PGRES_TUPLES_OK) return result;
  const struct trouble trouble = {result, sql};
  *error = outcome_notice(&trouble);
  PQclear(result);
  return NULL;
}

/* Asks a second time when the first fails: somebody may have written the same persons at that moment. */
static PGresult *ask_again(PGconn *pg, const char *sql, const char *const *values, int count, char **error)
{
  PGresult *result = ask(pg, sql, values, count, error);
  if (result) return result;
  free(*error);
  *error = NULL;
  return ask(pg, sql, values, count, error);
}

/* The text as a string of JSON: names of functions stand in quotes. */
static char *quoted(const char *text)
{
  char *string = malloc(2 * strlen(text) + 3), *to = string;
  if (!string) abort();
  *to++ = '"';
  for (; *text; text++) {
    if (*text == '"' || *text == '\\') *to++ = '\\';
    *to++ = (unsigned char)*text < ' ' ? ' ' : *text;
  }
  *to++ = '"';
  *to = '\0';
  return string;
}

static char *failed_as(const char *error)
{
  char *string = quoted(error), *report = text_of("{\"failed\": %s}", string);
  free(string);
  return report;
}

/* Adds "TOWN": what its night did, or how it failed. 1 when it failed. */
static int run_town(PGconn *pg, const char *town, const char *clock, char **report)
{
  char *error = NULL;
  const char *values[] = {town, clock};
  result_auto_t *result = ask_again(pg, "select base.nightly($1, $2)", values, 2, &error);
  char *done = error ? failed_as(error) : strdup(PQgetvalue(result, 0, 0));
  char *longer = text_of("%s%s\"%s\": %s", *report, (*report)[1] ? ", " : "", town, done);
  free(*report);
  free(done);
  *report = longer;
  int failed = error != NULL;
  free(error);
  return failed;
}

int db_nightly(const char *url, const char *clock, char **report, char **error)
{
  session_auto_t *pg = session_open(url, "-c search_path=pg_catalog -c jit=off", error);
  if (!pg) return -1;
  result_auto_t *towns = ask(pg, "select base.before_nights($1)", &clock, 1, error);
  if (!towns) return -1;
  int failed = 0;
  char *done = strdup("{");
  for (int i = 0; i < PQntuples(towns); i++)
    failed |= run_town(pg, PQgetvalue(towns, i, 0), clock, &done);
  *report = text_of("%s}", done);
  free(done);
  return failed;
}
