/* Before the first request: every layout must be good, and every route's SQL must fit the database. */
#include "service/startup.h"

#include "db/db.h"
#include "service/layouts.h"
#include "service/report.h"
#include "service/router.h"
#include "service/statements.h"

#include <orcania.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct texts {
  char **list; /* owned, as are the texts */
  size_t count, size;
};

static void keep(struct texts *texts, struct text *sql)
{
  if (!sql->length) return;
  if (texts->count == texts->size) {
    texts->size = texts->size ? 2 * texts->size : 64;
    texts->list = o_realloc(texts->list, texts->size * sizeof texts->list[0]);
  }
  texts->list[texts->count++] = text_take(sql);
}

static void drop(struct texts *texts)
{
  for (size_t i = 0; i < texts->count; i++)
    o_free(texts->list[i]);
  o_free(texts->list);
}

/* Path parameters as a request would bring them; the values do not matter, only the names. */
static void pretend_parameters(struct call *call)
{
  for (const char *open = strchr(call->route->path, '{'); open; open = strchr(open + 1, '{')) {
    struct parameter *parameter = &call->parameters[call->parameter_count++];
    snprintf(parameter->name, sizeof parameter->name, "%.*s", (int)strcspn(open + 1, "}"), open + 1);
    snprintf(parameter->value, sizeof parameter->value, "x");
  }
}

static void pretend_body(struct call *call)
{
  const struct field *field = call_body_fields(call);
  for (; field->name; field++)
    json_object_set_new(call->body, field->name, json_null());
}

static void pretend_filters(struct call *call)
{
  for (int table = 0; table < FILTER_TABLES; table++) {
    const struct filter *filter = router_filters(call->resource, call->route, table);
    for (; filter && filter->name; filter++)
      json_object_set_new(call->query, filter->name, json_string("x"));
  }
}

static void keep_list(struct call *call, struct texts *texts)
{
  struct text sql = {0};
  pretend_filters(call);
  json_object_set_new(call->query, "@id", json_string("x"));
  json_object_set_new(call->query, "count", json_string("true"));
  statement_list(call, &sql);
  keep(texts, &sql);
  for (const struct sort *sort = call->resource->sorts; sort && sort->name; sort++) {
    json_object_set_new(call->query, "sort", json_string(sort->name));
    statement_list(call, &sql);
    keep(texts, &sql);
  }
}

static void keep_route(const struct resource *resource, const struct route *route, struct texts *texts)
{
  struct call call = {.resource = resource, .route = route, .query = json_object(), .body = json_object()};
  struct text sql = {0};
  pretend_parameters(&call);
  pretend_body(&call);
  if (route->action == LIST) {
    keep_list(&call, texts);
  } else if (route->action == REPORT) {
    for (const char *const *section = report_sections(route); *section; section++) {
      text_add(&sql, db_section(resource->name, *section));
      keep(texts, &sql);
    }
  } else {
    pretend_filters(&call);
    statement_read(&call, &sql);
    keep(texts, &sql);
    statement_write(&call, &sql);
    keep(texts, &sql);
  }
  json_decref(call.query);
  json_decref(call.body);
}

int startup_check(const struct config *config, struct db *db, char **error)
{
  struct texts texts = {0};
  char *why = NULL;
  if (layouts_open(config->statistics_layouts, &why)) {
    *error = msprintf("KAA_STATISTICS_LAYOUTS: %s", why);
    o_free(why);
    return -1;
  }
  int current = db_is_current(db);
  if (current == -1) return 0;
  if (current == 0) {
    *error = o_strdup(
        "the database is not up to date with this program: run kaa migrate, or the program that it was migrated with");
    return -1;
  }
  for (const struct resource *const *resource = router_resources(); *resource; resource++)
    for (const struct route *route = (*resource)->routes; route->path; route++)
      keep_route(*resource, route, &texts);
  int status = db_check(db, (const char *const *)texts.list, texts.count, error);
  drop(&texts);
  return status;
}

int startup_print_statement(const char *name, const char *action)
{
  const struct resource *resource = router_resource(name);
  enum action wanted = strcmp(action, "list") == 0 ? LIST : READ;
  for (const struct route *route = resource ? resource->routes : NULL; route && route->path; route++) {
    if (route->action != wanted) continue;
    struct call call = {.resource = resource, .route = route, .query = json_object()};
    text_auto_t sql = {0};
    pretend_parameters(&call);
    statement_read(&call, &sql);
    puts(sql.data);
    json_decref(call.query);
    return 0;
  }
  fputs("kaa: no such resource or action\n", stderr);
  return 1;
}
