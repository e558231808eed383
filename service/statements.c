/* The SQL of a call: own sections, and the shared read, create, edit, event and history. */
#include "service/statements.h"

#include "db/db.h"
#include "service/router.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* The conditions in the place of the word, when the text is there. */
static const char *add_until(const char *text, const char *word, struct text *sql)
{
  const char *at = strstr(text, word);
  text_add_bytes(sql, text, at ? (size_t)(at - text) : strlen(text));
  if (at) text_add(sql, "true");
  return at ? at + strlen(word) : NULL;
}

void statement_section(const struct call *call, const char *name, struct text *sql)
{
  const char *text = db_section(call->resource->name, name);
  assert(text);
  bool stored = strstr(text, "@stored") != NULL;
  while ((text = add_until(text, stored ? "@stored" : "@filters", sql)))
    stored ? statement_stored(call->resource, sql) : statement_filters(call, sql);
}

/* v."code" = … for a path that ends in {code}, else v.id = $1. */
static void add_key(const struct call *call, const char *row, struct text *sql)
{
  char key[24];
  if (!router_key(call->route->path, key, sizeof key) || strcmp(key, "id") == 0 || !call_parameter(call, key))
    text_addf(sql, "%s.id = $1", row);
  else
    text_addf(sql, "%s.\"%s\" = ($3->>'%s')", row, key, key);
}

static void add_subject(const struct resource *resource, struct text *sql)
{
  text_add(sql, resource->subject ? resource->subject : "'{}'::uuid[]");
}

static void add_row(const struct call *call, struct text *sql)
{
  text_add(sql, "select ");
  statement_members(call, false, sql);
  text_addf(sql, "::text as body, %s as version, ", call->resource->bare ? "0::bigint" : "v.version");
  add_subject(call->resource, sql);
  text_add(sql, " as subjects, null::text as page from ");
  statement_view(call->resource, sql);
  text_add(sql, " v where ");
  add_key(call, "v", sql);
  statement_conditions(call, sql);
}

/* One event of e as JSON. */
static const char past_event[] =
    "json_strip_nulls(json_build_object('id', e.id, 'type', e.type, 'at', base.utc(e.at),"
    " 'details', e.details, 'createdBy', e.created_by))";

/* A recipient sees the events of its own door. */
static void add_past(const struct resource *resource, struct text *sql)
{
  const char *states = resource->states ? resource->states : resource->name;
  text_addf(sql, " from base.%sevents e where e.resource = '%s' and e.resource_id = v.id",
            resource->actor ? "received_" : "", resource->actor ? resource->name : states);
}

/* The history of a resource with states, or the one event that the path names. */
static void add_history(const struct call *call, struct text *sql)
{
  const struct resource *resource = call->resource;
  bool one = call_parameter(call, "eventId") != NULL;
  text_add(
      sql,
      one ? "select h.body, 0::bigint as version, "
          : "select json_build_object('data', coalesce(h.list, '[]'))::text as body, 0::bigint as version, ");
  add_subject(resource, sql);
  text_add(sql, " as subjects, null::text as page from ");
  statement_view(resource, sql);
  text_add(sql, one ? " v cross join lateral (select (" : " v cross join lateral (select json_agg(");
  text_add(sql, past_event);
  text_add(sql, one ? ")::text as body" : " order by e.created_at, e.id) as list");
  add_past(resource, sql);
  text_addf(sql, "%s) h where v.id = $1", one ? " and e.id = ($3->>'eventId')::uuid" : "");
  statement_conditions(call, sql);
}

void statement_read(const struct call *call, struct text *sql)
{
  if (call->route->receipt) {
    statement_section(call, call->route->receipt, sql);
    return;
  }
  switch (call->route->action) {
  case LIST: statement_list(call, sql); break;
  case EVENTS: add_history(call, sql); break;
  case QUERY:
  case SUBMIT: statement_section(call, call->route->section, sql); break;
  default: add_row(call, sql);
  }
}

/* The fields of the body that are columns of the edit view: those that the body holds. */
static bool is_written(const struct call *call, const struct field *field)
{
  unsigned closed = READ_ONLY | (call->route->action == EDIT ? CREATE_ONLY : 0);
  return !(field->marks & closed) && json_object_get(call->body, field->name);
}

/* A part is made only under a parent that the caller sees. */
static void add_insert(const struct call *call, struct text *sql)
{
  text_auto_t columns = {0}, values = {0};
  for (const struct field *field = call_body_fields(call); field->name; field++) {
    if (!is_written(call, field)) continue;
    text_addf(&columns, ", \"%s\"", field->name);
    text_addf(&values, ", r.\"%s\"", field->name);
  }
  for (int i = 0; i < call->parameter_count; i++) {
    text_addf(&columns, ", \"%s\"", call->parameters[i].name);
    text_addf(&values, ", ($3->>'%s')::uuid", call->parameters[i].name);
  }
  text_add(sql, "insert into edit.");
  statement_underscored(call->resource->name, sql);
  text_addf(sql, " (id%s) select $1%s from jsonb_populate_record(null::edit.",
            columns.length ? columns.data : "", values.length ? values.data : "");
  statement_underscored(call->resource->name, sql);
  text_add(sql, ", $2) r, base.found((");
  statement_parent_guard(call, sql);
  text_add(sql, ")::int)");
}

/* Locks the row and checks If-Match before anything is written; then sets the members of the body. */
static void add_update(const struct call *call, struct text *sql)
{
  const struct resource *resource = call->resource;
  text_add(sql, "with locked as materialized (select base.matched((select t.version from base.");
  statement_underscored(resource->name, sql);
  text_add(sql, " t where t.municipality = base.municipality() and ");
  add_key(call, "t", sql);
  text_add(sql, " for update), ($3->>'@version')::bigint)) update edit.");
  statement_underscored(resource->name, sql);
  text_add(sql, " e set ");
  const char *comma = "";
  for (const struct field *field = call_body_fields(call); field->name; field++) {
    if (!is_written(call, field)) continue;
    bool merges = field->type == OBJECT || field->type == LABELS;
    text_addf(sql, merges ? "%s\"%s\" = base.merge_patch(e.\"%s\", $2->'%s')" : "%s\"%s\" = r.\"%s\"", comma,
              field->name, field->name, field->name);
    comma = ", ";
  }
  text_add(sql, " from locked, jsonb_populate_record(null::edit.");
  statement_underscored(resource->name, sql);
  text_add(sql, ", $2) r where ");
  add_key(call, "e", sql);
}

static void add_event(const struct call *call, struct text *sql)
{
  const struct resource *resource = call->resource;
  const char *states = resource->states ? resource->states : resource->name;
  if (resource->actor)
    text_addf(sql, "select base.transit_as_%s('%s', '%s', $1, $2, $3)", resource->actor, states,
              resource->name);
  else
    text_addf(sql, "select base.transit('%s', 'staff', $1, $2, $3)", states);
}

/* A SUBMIT does its work in what it answers; being a write, it is run alone and may have a key. */
void statement_write(const struct call *call, struct text *sql)
{
  enum action action = call->route->action;
  if (action == LIST || action == READ || action == EVENTS || action == QUERY) return;
  if (action == SUBMIT)
    text_add(sql, "select");
  else if (call->route->section)
    statement_section(call, call->route->section, sql);
  else if (action == CREATE)
    add_insert(call, sql);
  else if (action == EVENT)
    add_event(call, sql);
  else
    add_update(call, sql);
}
