/* Reads cursors through, a few rows at a time. */
#include "db/private.h"
#include <assert.h>

/* With more at a time the slowest of the reads beside them took longer (tests/bench/reports-served). */
enum { FETCH_ROWS = 1000 };

static void hand_over(const struct db_rows *rows, int cursor, const PGresult *result)
{
  struct db_value row[DB_COLUMNS_MOST];
  int count = PQntuples(result), columns = PQnfields(result);
  assert(columns <= DB_COLUMNS_MOST);
  for (int i = 0; i < count; i++) {
    for (int k = 0; k < columns; k++) {
      bool none = PQgetisnull(result, i, k);
      row[k] = (struct db_value){none ? NULL : PQgetvalue(result, i, k), PQgetlength(result, i, k)};
    }
    rows->take(rows->into, cursor, row);
  }
}

/* The next of its rows: how many there were, or -1. */
static int take_some(struct connection *c, const struct db_rows *rows, int cursor, struct trouble *trouble)
{
  result_auto_t *result = NULL;
  if (connection_fetch(c, rows->cursors[cursor], FETCH_ROWS, &result, trouble)) return -1;
  hand_over(rows, cursor, result);
  return PQntuples(result);
}

int rows_take(struct connection *c, const struct db_rows *rows, struct trouble *trouble)
{
  long long until = now_ms() + c->timeout_ms;
  for (int cursor = 0, count = 0; rows->cursors[cursor]; cursor += count < FETCH_ROWS) {
    count = take_some(c, rows, cursor, trouble);
    trouble->late = count >= 0 && now_ms() > until;
    if (count < 0 || trouble->late) return -1;
  }
  return 0;
}
