/* The members of a row, its links, and the conditions that a path brings: pieces of every read. */
#include "service/router.h"
#include "service/statements.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

const char *statement_type(enum type type)
{
  switch (type) {
  case UUID:
  case UUIDS: return "uuid";
  case DATE:
  case DATES: return "date";
  case TIME: return "timestamptz";
  case INTEGER: return "bigint";
  case BOOLEAN: return "boolean";
  default: return "text";
  }
}

void statement_underscored(const char *name, struct text *sql)
{
  for (; *name; name++)
    text_addf(sql, "%c", *name == '-' ? '_' : *name);
}

void statement_snake(const char *camel, struct text *sql)
{
  for (; *camel; camel++) {
    if (isupper((unsigned char)*camel)) text_add(sql, "_");
    text_addf(sql, "%c", tolower((unsigned char)*camel));
  }
}

void statement_view(const struct resource *resource, struct text *sql)
{
  text_add(sql, "api.");
  statement_underscored(resource->name, sql);
}

/* True when fields= was not given or names the member. */
static bool wanted(const struct call *call, const char *name)
{
  const char *list = json_string_value(json_object_get(call->query, "fields"));
  return !list || text_lists(list, ",", name, strlen(name));
}

static void add_member(const struct call *call, const struct field *field, struct text *sql)
{
  text_add(sql, ", ");
  if (field->scope) text_addf(sql, "case when base.may('%s') then ", field->scope);
  if (field->section)
    statement_section(call, field->section, sql);
  else
    text_addf(sql, field->type == TIME ? "base.utc(v.\"%s\")" : "v.\"%s\"", field->name);
  text_addf(sql, "%s as \"%s\"", field->scope ? " end" : "", field->name);
}

static const struct field standard[] = {{"version", INTEGER}, {"createdAt", TIME},  {"createdBy", TEXT},
                                        {"modifiedAt", TIME}, {"modifiedBy", TEXT}, {0}};

/* An href with {member} replaced by the row's value, as an SQL text expression. */
static void add_href(const char *href, struct text *sql)
{
  text_add(sql, "' || ($3->>'@base') || '");
  while (*href) {
    const char *close = *href == '{' ? strchr(href, '}') : NULL;
    if (close) {
      text_addf(sql, "' || v.\"%.*s\" || '", (int)(close - href - 1), href + 1);
      href = close + 1;
    } else {
      text_addf(sql, "%c", *href++);
    }
  }
}

static void add_link(const char *rel, const char *method, const char *href, struct text *sql)
{
  text_addf(sql, "\"%s\":{\"href\":\"", rel);
  add_href(href, sql);
  text_addf(sql, "\",\"rel\":\"%s\",\"method\":\"%s\"}", rel, method);
}

/* base.may(…) of each scope of "a+b|c+d", with and and or between them. */
static void add_may(const char *scopes, struct text *sql)
{
  text_add(sql, "(base.may('");
  for (; *scopes; scopes++)
    if (*scopes == '+' || *scopes == '|')
      text_add(sql, *scopes == '+' ? "') and base.may('" : "') or base.may('");
    else
      text_add_bytes(sql, scopes, 1);
  text_add(sql, "'))");
}

/* A link that is there only under a condition; what comes before it ends inside an SQL literal. */
static void add_link_when(const struct link *link, struct text *sql)
{
  text_addf(sql, "' || case when %s", link->when ? link->when : "true");
  if (link->scope) {
    text_add(sql, " and ");
    add_may(link->scope, sql);
  }
  text_add(sql, " then ',");
  add_link(link->rel, link->method, link->href, sql);
  text_add(sql, "' else '' end || '");
}

static const struct route *route_of(const struct resource *resource, enum action action)
{
  for (const struct route *route = resource->routes; route->path; route++)
    if (route->action == action) return route;
  return NULL;
}

static void add_event_links(const struct resource *resource, const struct route *route, struct text *sql)
{
  char scope[80];
  text_addf(sql, "' || coalesce((select string_agg(',\"' || t.event || '\":{\"href\":\"");
  add_href(route->path, sql);
  text_addf(
      sql,
      "\",\"rel\":\"' || t.event || '\",\"method\":\"POST\"}', '' order by t.event) from base.transitions t"
      " where t.resource = '%s' and t.\"from\" = v.status and t.actor = '%s' and ",
      resource->states ? resource->states : resource->name, resource->actor ? resource->actor : "staff");
  add_may(router_scope(resource, route, scope, sizeof scope), sql);
  if (resource->actor) text_add(sql, " and (v.shown or t.outlives_consent)");
  text_add(sql, "), '') || '");
}

static void add_links(const struct resource *resource, struct text *sql)
{
  const struct route *read = route_of(resource, READ), *edit = route_of(resource, EDIT),
                     *event = route_of(resource, EVENT);
  char scope[80];
  if (!read) return;
  text_add(sql, ", ('{");
  add_link("self", "GET", read->path, sql);
  if (edit) {
    const struct link row = {"edit", "PATCH", edit->path, router_scope(resource, edit, scope, sizeof scope),
                             NULL};
    add_link_when(&row, sql);
  }
  for (const struct link *link = resource->links; link && link->rel; link++)
    add_link_when(link, sql);
  if (event) add_event_links(resource, event, sql);
  text_add(sql, "}')::json as \"_links\"");
}

/* (select x from (select v.id, … ) x): the row as the contract names its members, in declared order. */
void statement_members(const struct call *call, bool list, struct text *sql)
{
  const struct resource *resource = call->resource;
  text_add(sql, "json_strip_nulls(row_to_json((select x from (select v.id");
  for (const struct field *field = standard; field->name && !resource->bare; field++)
    if (wanted(call, field->name)) add_member(call, field, sql);
  for (const struct field *field = resource->fields; field->name; field++) {
    bool left_out = (field->marks & WRITE_ONLY) || (list && (field->marks & DETAIL));
    if (!left_out && wanted(call, field->name)) add_member(call, field, sql);
  }
  if (wanted(call, "_links")) add_links(resource, sql);
  text_add(sql, ") x)))");
}

/* {youthId} of /youths/{youthId}/…: the parent, of which the row must be a part. */
static bool names_parent(const char *name)
{
  size_t length = strlen(name);
  return length > 2 && strcmp(name + length - 2, "Id") == 0 && strcmp(name, "eventId") != 0;
}

void statement_conditions(const struct call *call, struct text *sql)
{
  for (int i = 0; i < call->parameter_count; i++) {
    const char *name = call->parameters[i].name;
    if (names_parent(name)) text_addf(sql, " and v.\"%s\" = ($3->>'%s')::uuid", name, name);
  }
}

void statement_parent_guard(const struct call *call, struct text *sql)
{
  const char *brace = strchr(call->route->path, '{');
  bool has_parent = brace && strncmp(brace, "{id}", 4) != 0 && strchr(brace, '/');
  if (!has_parent) {
    text_add(sql, "true");
    return;
  }
  text_add(sql, "exists (select from api.");
  for (const char *c = call->route->path + 1; *c != '/'; c++)
    text_addf(sql, "%c", *c == '-' ? '_' : *c);
  text_addf(sql, " p where p.id = ($3->>'%s')::uuid)", call->parameters[0].name);
}
