/* A page of a list: filters and sort actually used, keyset or offset, count when asked for. */
#include "service/router.h"
#include "service/statements.h"

#include <string.h>

static const struct sort by_modified = {"modifiedAt", "v.\"modifiedAt\"", "timestamptz",
                                        .doc = "By time of change."};

static const struct sort *sort_of(const struct call *call)
{
  const struct sort *sorts = call->resource->sorts;
  const char *name = json_string_value(json_object_get(call->query, "sort"));
  if (!name && call->resource->bare && sorts) return sorts;
  for (; name && sorts && sorts->name; sorts++)
    if (strcmp(sorts->name, name) == 0) return sorts;
  return &by_modified;
}

/* The value as SQL: ($3->>'status')::text, or the array of a comma list. */
static void add_value(const struct filter *filter, struct text *sql)
{
  if (filter->marks & MANY)
    text_addf(sql, "string_to_array($3->>'%s', ',')::%s[]", filter->name, statement_type(filter->type));
  else
    text_addf(sql, "($3->>'%s')::%s", filter->name, statement_type(filter->type));
}

static void add_filter(const struct filter *filter, struct text *sql)
{
  text_add(sql, " and ");
  if (!filter->sql) {
    text_addf(sql, filter->marks & MANY ? "v.\"%s\" = any (" : "v.\"%s\" = (", filter->name);
    add_value(filter, sql);
    text_add(sql, ")");
    return;
  }
  text_add(sql, "(");
  for (const char *c = filter->sql; *c; c++) {
    if (*c == '@')
      add_value(filter, sql);
    else
      text_add_bytes(sql, c, 1);
  }
  text_add(sql, ")");
}

static void add_filters(const struct call *call, struct text *sql)
{
  const struct filter *filters = call->route->query ? call->route->query : call->resource->filters;
  text_add(sql, " where true");
  statement_conditions(call, sql);
  if (call->resource->always) text_addf(sql, " and (%s)", call->resource->always);
  for (; filters && filters->name; filters++)
    if (!(filters->marks & OWN_SQL) && json_object_get(call->query, filters->name)) add_filter(filters, sql);
  if (json_object_get(call->query, "modifiedAfter"))
    text_add(sql, " and v.\"modifiedAt\" > ($3->>'modifiedAfter')::timestamptz");
  if (json_object_get(call->query, "modifiedBefore"))
    text_add(sql, " and v.\"modifiedAt\" <= ($3->>'modifiedBefore')::timestamptz");
}

/* Rows after the last one of the page before. A key that is not in the token is looked up by the
   row's id, and the caller must begin again when that row is gone. */
static void add_keyset(const struct call *call, const struct sort *sort, struct text *sql)
{
  if (!json_object_get(call->query, "@id")) return;
  text_addf(sql, " and (%s, v.id) %c (", sort->sql, sort->descending ? '<' : '>');
  if (sort->by_row) {
    text_addf(sql, "coalesce((select %s from ", sort->sql);
    statement_view(call->resource, sql);
    text_addf(sql, " v where v.id = ($3->>'@id')::uuid), base.expired_page()::%s)", sort->sql_type);
  } else {
    text_addf(sql, "($3->>'@key')::%s", sort->sql_type);
  }
  text_add(sql, ", ($3->>'@id')::uuid)");
}

static void add_order(const struct sort *sort, struct text *sql)
{
  const char *direction = sort->descending ? " desc" : "";
  text_addf(sql, "order by %s%s, v.id%s", sort->sql, direction, direction);
}

static void add_total(const struct call *call, struct text *sql)
{
  const char *count = json_string_value(json_object_get(call->query, "count"));
  if (!count || strcmp(count, "true") != 0) return;
  text_add(sql, ", 'total', (select count(*) from ");
  statement_view(call->resource, sql);
  text_add(sql, " v");
  add_filters(call, sql);
  text_add(sql, ")");
}

void statement_list(const struct call *call, struct text *sql)
{
  const struct sort *sort = sort_of(call);
  text_add(sql, "with p as materialized (select ");
  statement_members(call, true, sql);
  text_addf(sql, "::text as body, (%s)::text as key, v.id, %s as subjects, row_number() over (",
            sort->by_row ? "null" : sort->sql,
            call->resource->subject ? call->resource->subject : "'{}'::uuid[]");
  add_order(sort, sql);
  text_add(sql, ") - ($3->>'@offset')::bigint as n from ");
  statement_view(call->resource, sql);
  text_add(sql, " v");
  add_filters(call, sql);
  add_keyset(call, sort, sql);
  text_add(sql, " ");
  add_order(sort, sql);
  text_add(
      sql,
      " limit ($3->>'@limit')::bigint + 1 offset ($3->>'@offset')::bigint)"
      " select '[' || coalesce(string_agg(p.body, ',' order by p.n) filter (where p.n <= ($3->>'@limit')::bigint), '')"
      " || ']' as body, 0::bigint as version, coalesce((select array_agg(distinct s) from p q, unnest(q.subjects) s"
      " where q.n <= ($3->>'@limit')::bigint), '{}') as subjects,"
      " json_build_object('count', least(count(*), ($3->>'@limit')::bigint), 'more', count(*) > ($3->>'@limit')::bigint,"
      " 'key', max(p.key) filter (where p.n = ($3->>'@limit')::bigint),"
      " 'id', max(p.id::text) filter (where p.n = ($3->>'@limit')::bigint)");
  add_total(call, sql);
  text_add(sql, ")::text as page from p having ");
  statement_parent_guard(call, sql);
}
