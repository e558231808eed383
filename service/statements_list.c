/* A page of a list: filters and sort actually used, keyset or offset, count when asked for. */
#include "service/router.h"
#include "service/statements.h"

#include <assert.h>
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

static const char *value_of(const struct call *call, const struct filter *filter)
{
  return json_string_value(json_object_get(call->query, filter->name));
}

/* The value as SQL: ($3->>'status')::text, or the array of a comma list. A truth value stands in the statement
   itself, so that no plan is made for both. Without a call it is the one in `stored`, selected: so it is reckoned once
   and not for every row. */
static void add_value(const struct call *call, const struct filter *filter, struct text *sql)
{
  const char *type = statement_type(filter->type);
  if (!call && (filter->marks & MANY))
    text_addf(sql, "array(select jsonb_array_elements_text(stored->'%s'))::%s[]", filter->name, type);
  else if (!call)
    text_addf(sql, "(select (stored->>'%s')::%s)", filter->name, type);
  else if (filter->type == BOOLEAN)
    text_add(sql, strcmp(value_of(call, filter), "true") == 0 ? "true" : "false");
  else if (filter->marks & MANY)
    text_addf(sql, "string_to_array($3->>'%s', ',')::%s[]", filter->name, type);
  else
    text_addf(sql, "($3->>'%s')::%s", filter->name, type);
}

/* One value of a list that may hold many is compared as one: an index then keeps its order. */
static void add_plain_filter(const struct call *call, const struct filter *filter, struct text *sql)
{
  struct filter one = *filter;
  if (call && !strchr(value_of(call, filter), ',')) one.marks &= ~(unsigned)MANY;
  text_addf(sql, one.marks & MANY ? "v.\"%s\" = any (" : "v.\"%s\" = (", filter->name);
  add_value(call, &one, sql);
  text_add(sql, ")");
}

static void add_condition(const struct call *call, const struct filter *filter, struct text *sql)
{
  if (!filter->sql) {
    add_plain_filter(call, filter, sql);
    return;
  }
  text_add(sql, "(");
  for (const char *c = filter->sql; *c; c++) {
    if (*c == '@')
      add_value(call, filter, sql);
    else
      text_add_bytes(sql, c, 1);
  }
  text_add(sql, ")");
}

static void add_filter(const struct call *call, const struct filter *filter, struct text *sql)
{
  text_add(sql, " and ");
  add_condition(call, filter, sql);
}

static const char *stored_filters_of(const struct resource *resource)
{
  for (const struct field *field = resource->fields; field->name; field++)
    if (field->filters_of) return field->filters_of;
  return NULL;
}

void statement_stored(const struct resource *resource, struct text *sql)
{
  const char *owner = stored_filters_of(resource);
  assert(owner);
  for (const struct filter *filter = router_resource(owner)->filters; filter->name; filter++) {
    if (filter->marks & OWN_SQL) continue;
    text_addf(sql, " and ((select not stored ? '%s') or ", filter->name);
    add_condition(NULL, filter, sql);
    text_add(sql, ")");
  }
}

void statement_filters(const struct call *call, struct text *sql)
{
  for (int table = 0; table < FILTER_TABLES; table++) {
    const struct filter *filter = router_filters(call->resource, call->route, table);
    for (; filter && filter->name; filter++)
      if (!(filter->marks & OWN_SQL) && value_of(call, filter)) add_filter(call, filter, sql);
  }
}

static void add_conditions(const struct call *call, struct text *sql)
{
  text_add(sql, " where true");
  statement_conditions(call, sql);
  if (call->resource->always) text_addf(sql, " and (%s)", call->resource->always);
  statement_filters(call, sql);
  if (json_object_get(call->query, "modifiedAfter"))
    text_add(sql, " and v.\"modifiedAt\" > ($3->>'modifiedAfter')::timestamptz");
  if (json_object_get(call->query, "modifiedBefore"))
    text_add(sql, " and v.\"modifiedAt\" <= ($3->>'modifiedBefore')::timestamptz");
}

static void add_keys(const struct resource *resource, struct text *sql)
{
  if (resource->keys)
    text_addf(sql, "api.%s", resource->keys);
  else
    statement_view(resource, sql);
}

/* Rows after the last one of the page before. A key that is not in the token is looked up by the
   row's id, and the caller must begin again when that row is gone. */
static void add_keyset(const struct call *call, const struct sort *sort, struct text *sql)
{
  if (!json_object_get(call->query, "@id")) return;
  text_addf(sql, " and (%s, v.id) %c (", sort->sql, sort->descending ? '<' : '>');
  if (sort->by_row) { /* looked up once, by a select of its own: no index is asked for what may refuse */
    text_addf(sql, "(select coalesce((select %s from ", sort->sql);
    add_keys(call->resource, sql);
    text_addf(sql, " v where v.id = ($3->>'@id')::uuid), base.expired_page()::%s))", sort->sql_type);
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
  add_keys(call->resource, sql);
  text_add(sql, " v");
  add_conditions(call, sql);
  text_add(sql, ")");
}

static void add_subjects(const struct resource *resource, struct text *sql)
{
  text_addf(sql, "::text as body, %s as subjects", resource->subject ? resource->subject : "'{}'::uuid[]");
}

/* The key of the order, which the next page's token will hold, and the number of the row in the page. */
static void add_position(const struct sort *sort, struct text *sql)
{
  text_addf(sql, "(%s)::text as key, v.id, row_number() over (", sort->by_row ? "null" : sort->sql);
  add_order(sort, sql);
  text_add(sql, ") - ($3->>'@offset')::bigint as n");
}

static void add_page(const struct call *call, const struct sort *sort, struct text *sql)
{
  text_add(sql, " from ");
  add_keys(call->resource, sql);
  text_add(sql, " v");
  add_conditions(call, sql);
  add_keyset(call, sort, sql);
  text_add(sql, " ");
  add_order(sort, sql);
  text_add(sql, " limit ($3->>'@limit')::bigint + 1 offset ($3->>'@offset')::bigint");
}

/* p: the rows of the page and one more. With .keys the page is found there, and then its rows are looked up one
   by one (the limit sees to it). */
static void add_rows(const struct call *call, const struct sort *sort, struct text *sql)
{
  text_add(sql, "select ");
  if (!call->resource->keys) {
    statement_members(call, true, sql);
    add_subjects(call->resource, sql);
    text_add(sql, ", ");
    add_position(sort, sql);
    add_page(call, sort, sql);
    return;
  }
  text_add(sql, "k.*, r.* from (select ");
  add_position(sort, sql);
  add_page(call, sort, sql);
  text_add(sql, ") k cross join lateral (select ");
  statement_members(call, true, sql);
  add_subjects(call->resource, sql);
  text_add(sql, " from ");
  statement_view(call->resource, sql);
  text_add(sql, " v where v.id = k.id limit 1) r");
}

/* An empty list of a youth's is about the youth as well: for the log, as long as the caller may see her. */
static void add_asked(const struct call *call, struct text *sql)
{
  if (!call->resource->subject || !json_object_get(call->query, "@asked")) return;
  text_add(
      sql,
      " || array(select y.id from base.youths y where y.municipality = base.municipality()"
      " and y.id = ($3->>'@asked')::uuid and not exists (select from p q where y.id = any (q.subjects)))");
}

void statement_list(const struct call *call, struct text *sql)
{
  text_add(sql, "with p as materialized (");
  add_rows(call, sort_of(call), sql);
  text_add(
      sql,
      ") select '[' || coalesce(string_agg(p.body, ',' order by p.n) filter (where p.n <= ($3->>'@limit')::bigint), '')"
      " || ']' as body, 0::bigint as version, coalesce((select array_agg(distinct s) from p q, unnest(q.subjects) s"
      " where q.n <= ($3->>'@limit')::bigint), '{}')");
  add_asked(call, sql);
  text_add(
      sql,
      " as subjects,"
      " json_build_object('count', least(count(*), ($3->>'@limit')::bigint), 'more', count(*) > ($3->>'@limit')::bigint,"
      " 'key', max(p.key) filter (where p.n = ($3->>'@limit')::bigint),"
      " 'id', max(p.id::text) filter (where p.n = ($3->>'@limit')::bigint)");
  add_total(call, sql);
  text_add(sql, ")::text as page from p having ");
  statement_parent_guard(call, sql);
}
