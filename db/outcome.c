/* What an SQLSTATE means: the one place where errors of PostgreSQL become outcomes. */
#include "db/private.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct meaning {
  const char *sqlstate; /* or the beginning of several */
  enum db_outcome outcome;
  const char *code; /* of a refusal; NULL: the constraint's name */
};

static const struct meaning meanings[] = {
    {"23502", DB_REFUSED, "not_null"},
    {"23503", DB_REFUSED, NULL},
    {"23505", DB_REFUSED, NULL},
    {"23514", DB_REFUSED, NULL},
    {"23P01", DB_REFUSED, NULL},
    {"42501", DB_REFUSED, "hidden"}, /* a row level security check */
    {"22P02", DB_REFUSED, "invalid-value"},
    {"22003", DB_REFUSED, "invalid-value"},
    {"22007", DB_REFUSED, "invalid-value"},
    {"22008", DB_REFUSED, "invalid-value"},
    {"57014", DB_TOO_LONG, NULL},
    {"55P03", DB_BUSY, NULL},
    {"40P01", DB_BUSY, NULL},
    {"40001", DB_BUSY, NULL},
    {"57P0", DB_UNAVAILABLE, NULL},
    {"53", DB_UNAVAILABLE, NULL},
    {"08", DB_UNAVAILABLE, NULL},
    {"25006", DB_UNAVAILABLE, NULL}, /* connected to a standby */
};

static const char *field(const PGresult *error, int code)
{
  const char *value = PQresultErrorField(error, code);
  return value ? value : "";
}

bool sqlstate_is(const PGresult *error, const char *sqlstate)
{
  return strncmp(field(error, PG_DIAG_SQLSTATE), sqlstate, strlen(sqlstate)) == 0;
}

bool outcome_severs(const PGresult *error)
{
  return field(error, PG_DIAG_SQLSTATE)[0] == '\0' || sqlstate_is(error, "25006") ||
         sqlstate_is(error, "08") || strcmp(field(error, PG_DIAG_SEVERITY_NONLOCALIZED), "ERROR") != 0;
}

bool outcome_passes(const PGresult *error)
{
  return sqlstate_is(error, "40P01") || sqlstate_is(error, "40001");
}

static char *copy_or_null(const char *text)
{
  return text && text[0] ? strdup(text) : NULL;
}

/* The column in a foreign key's name when it is TABLE_COLUMN_fkey, else NULL. */
static char *foreign_key_column(const char *table, const char *constraint)
{
  static const char end[] = "_fkey";
  size_t prefix = strlen(table), whole = strlen(constraint);
  if (whole <= prefix + sizeof end || strncmp(constraint, table, prefix) != 0 || constraint[prefix] != '_')
    return NULL;
  if (strcmp(constraint + whole - (sizeof end - 1), end) != 0) return NULL;
  return strndup(constraint + prefix + 1, whole - prefix - sizeof end);
}

static void fill_refusal(struct db_answer *answer, const PGresult *error, const char *code)
{
  const char *constraint = field(error, PG_DIAG_CONSTRAINT_NAME);
  strncpy(answer->sqlstate, field(error, PG_DIAG_SQLSTATE), sizeof answer->sqlstate - 1);
  answer->code = strdup(code ? code : constraint);
  if (sqlstate_is(error, "23502")) answer->column = copy_or_null(field(error, PG_DIAG_COLUMN_NAME));
  if (sqlstate_is(error, "23503"))
    answer->column = foreign_key_column(field(error, PG_DIAG_TABLE_NAME), constraint);
}

void outcome_read(struct db_answer *answer, const PGresult *error)
{
  answer->outcome = DB_FAILED;
  if (sqlstate_is(error, "KA")) {
    answer->outcome = DB_REFUSED;
    fill_refusal(answer, error, field(error, PG_DIAG_MESSAGE_PRIMARY));
    answer->detail = copy_or_null(field(error, PG_DIAG_MESSAGE_DETAIL));
    return;
  }
  for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++) {
    if (!sqlstate_is(error, meanings[i].sqlstate)) continue;
    answer->outcome = meanings[i].outcome;
    if (answer->outcome == DB_REFUSED) fill_refusal(answer, error, meanings[i].code);
    return;
  }
}

const char *outcome_code(const struct db_answer *answer)
{
  switch (answer->outcome) {
  case DB_REFUSED: return answer->code;
  case DB_BUSY: return "busy";
  case DB_TOO_LONG: return "timed-out";
  default: return "failed";
  }
}

/* The beginning of a statement on one line. */
static void head_of(char head[61], const char *text)
{
  size_t n = 0;
  for (text += strspn(text, " \t\r\n"); *text && n < 60; text++)
    head[n++] = strchr("\t\r\n", *text) ? ' ' : *text;
  head[n] = '\0';
}

/* Where in a function it happened, which has no values in it; "" when it was none. */
static char *place_of(const PGresult *error)
{
  const char *context = field(error, PG_DIAG_CONTEXT);
  bool safe = strncmp(context, "PL/pgSQL function ", 18) == 0 || strncmp(context, "SQL function ", 13) == 0;
  return text_of("%s%.*s", safe ? " in " : "", safe ? (int)strcspn(context, "\n") : 0, context);
}

static char *name_of(const PGresult *error, const char *kind, int code)
{
  const char *name = field(error, code);
  return name[0] ? text_of(" %s %s", kind, name) : strdup("");
}

char *outcome_notice(const struct trouble *trouble)
{
  const PGresult *error = trouble->error;
  if (field(error, PG_DIAG_SQLSTATE)[0] == '\0') return strdup("the connection was lost");
  char head[61];
  head_of(head, trouble->text);
  char *constraint = name_of(error, "constraint", PG_DIAG_CONSTRAINT_NAME);
  char *column = name_of(error, "column", PG_DIAG_COLUMN_NAME);
  char *place = place_of(error);
  char *notice =
      text_of("SQLSTATE %s%s%s%s: %s", field(error, PG_DIAG_SQLSTATE), constraint, column, place, head);
  free(constraint);
  free(column);
  free(place);
  return notice;
}
