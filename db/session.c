/* How every connection to the database is made: the url's own words win, ours fill the rest. */
#include "db/private.h"
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *text_of(const char *format, ...)
{
  char *text;
  va_list arguments;
  va_start(arguments, format);
  int length = vasprintf(&text, format, arguments);
  va_end(arguments);
  assert(length >= 0);
  return text;
}

/* Seconds after which a host that is gone counts as gone, where the url does not say. */
static const struct {
  const char *name, *value;
} ours[] = {
    {"connect_timeout", "3"},    {"keepalives_idle", "5"},      {"keepalives_interval", "2"},
    {"keepalives_count", "3"},   {"tcp_user_timeout", "10000"}, /* ms */
    {"application_name", "kaa"}, {"client_encoding", "UTF8"},
};

enum { PARAMETERS_MOST = 80 };

struct parameters {
  const char *names[PARAMETERS_MOST], *values[PARAMETERS_MOST];
  int count;
};

static void put(struct parameters *p, const char *name, const char *value)
{
  assert(p->count + 1 < PARAMETERS_MOST);
  p->names[p->count] = name;
  p->values[p->count++] = value;
}

static bool has(const struct parameters *p, const char *name)
{
  for (int i = 0; i < p->count; i++)
    if (strcmp(p->names[i], name) == 0) return true;
  return false;
}

bool session_url_valid(const char *url)
{
  PQconninfoOption *parsed = PQconninfoParse(url, NULL);
  PQconninfoFree(parsed);
  return parsed != NULL;
}

static void quiet(void *argument, const PGresult *notice)
{
  (void)argument;
  (void)notice;
}

static PGconn *connect_parsed(const PQconninfoOption *parsed, const char *options)
{
  struct parameters p = {0};
  const char *given = "";
  for (const PQconninfoOption *o = parsed; o->keyword; o++) {
    if (!o->val) continue;
    if (strcmp(o->keyword, "options") == 0)
      given = o->val;
    else
      put(&p, o->keyword, o->val);
  }
  for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
    if (!has(&p, ours[i].name)) put(&p, ours[i].name, ours[i].value);
  char *all = text_of("-c timezone=UTC -c datestyle=ISO %s %s", options, given);
  put(&p, "options", all);
  PGconn *pg = PQconnectdbParams(p.names, p.values, 0);
  free(all);
  return pg;
}

PGconn *session_open(const char *url, const char *options, char **error)
{
  PQconninfoOption *parsed = PQconninfoParse(url, NULL);
  if (!parsed) {
    *error = strdup("the database url is neither a URI nor a connection string");
    return NULL;
  }
  PGconn *pg = connect_parsed(parsed, options);
  PQconninfoFree(parsed);
  assert(pg);
  PQsetNoticeReceiver(pg, quiet, NULL); /* libpq would print them */
  if (PQstatus(pg) == CONNECTION_OK) return pg;
  *error = text_of("%.*s", (int)strcspn(PQerrorMessage(pg), "\n"), PQerrorMessage(pg));
  PQfinish(pg);
  return NULL;
}
