/* A database of its own for a test, on the server of KAA_TEST_DATABASE_URL (a role that may create databases). */
#ifndef KAA_TESTS_SCRATCH_DATABASE_H
#define KAA_TESTS_SCRATCH_DATABASE_H

#include "db/private.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static PGconn *scratch_server; /* not in the scratch database */
static char scratch_name[64];
static char *scratch_url;

__attribute__((unused)) static char *scratch_value(PGconn *pg, const char *sql)
{
  PGresult *result = PQexec(pg, sql);
  if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK)
    fail_msg("%s in %s", PQerrorMessage(pg), sql);
  char *value = strdup(PQntuples(result) ? PQgetvalue(result, 0, 0) : "");
  PQclear(result);
  return value;
}

__attribute__((unused)) static void scratch_do(PGconn *pg, const char *sql)
{
  free(scratch_value(pg, sql));
}

__attribute__((unused)) static void scratch_expect(PGconn *pg, const char *sql, const char *expected)
{
  char *value = scratch_value(pg, sql);
  if (strcmp(value, expected) != 0) fail_msg("%s: %s, not %s", sql, value, expected);
  free(value);
}

/* The url with some words put in place of its own; later words of a connection string win. */
static char *scratch_url_with(const char *words)
{
  char *url = strdup("");
  PQconninfoOption *parsed = PQconninfoParse(getenv("KAA_TEST_DATABASE_URL"), NULL);
  for (PQconninfoOption *o = parsed; o->keyword; o++) {
    if (!o->val || strcmp(o->keyword, "dbname") == 0) continue;
    char *longer = text_of("%s%s='%s' ", url, o->keyword, o->val);
    free(url);
    url = longer;
  }
  PQconninfoFree(parsed);
  char *whole = text_of("%s%s", url, words);
  free(url);
  return whole;
}

__attribute__((unused)) static PGconn *scratch_connect(const char *url)
{
  char *error = NULL;
  PGconn *pg = session_open(url, "", &error);
  if (!pg) fail_msg("%s", error);
  return pg;
}

__attribute__((unused)) static void scratch_open(const char *purpose)
{
  char sql[128], words[96];
  if (!getenv("KAA_TEST_DATABASE_URL")) fail_msg("KAA_TEST_DATABASE_URL is not set");
  scratch_server = scratch_connect(getenv("KAA_TEST_DATABASE_URL"));
  snprintf(scratch_name, sizeof scratch_name, "kaa_test_%s_%d", purpose, (int)getpid());
  snprintf(sql, sizeof sql, "drop database if exists %s with (force)", scratch_name);
  scratch_do(scratch_server, sql);
  snprintf(sql, sizeof sql, "create database %s", scratch_name);
  scratch_do(scratch_server, sql);
  snprintf(words, sizeof words, "dbname=%s", scratch_name);
  scratch_url = scratch_url_with(words);
}

__attribute__((unused)) static void scratch_close(void)
{
  char sql[128];
  snprintf(sql, sizeof sql, "drop database %s with (force)", scratch_name);
  scratch_do(scratch_server, sql);
  PQfinish(scratch_server);
  free(scratch_url);
}

#endif
