/* The work of one night: run by the database itself, as the owner. */
#include "db/private.h"
#include <stdlib.h>
#include <string.h>

int db_nightly(const char *url, const char *clock, char **report, char **error)
{
  session_auto_t *pg = session_open(url, "-c search_path=pg_catalog -c jit=off", error);
  if (!pg) return -1;
  result_auto_t *result = PQexecParams(pg, "select base.nightly($1)", 1, NULL, &clock, NULL, NULL, 0);
  if (PQresultStatus(result) == PGRES_TUPLES_OK && !PQgetisnull(result, 0, 0)) {
    *report = strdup(PQgetvalue(result, 0, 0));
    return 0;
  }
  const struct trouble trouble = {result, "select base.nightly($1)"};
  *error = outcome_notice(&trouble);
  return -1;
}
