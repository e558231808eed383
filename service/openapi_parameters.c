/* What a route takes besides its body: path, query and headers. */
#include "service/openapi.h"

#include "service/router.h"
#include "service/text.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static void add_shared(json_t *parameters, const char *const *names)
{
  for (; *names; names++) {
    text_auto_t target = {0};
    text_addf(&target, "#/components/parameters/%s", *names);
    json_array_append_new(parameters, json_pack("{s:s}", "$ref", target.data));
  }
}

static void add_path_parameters(json_t *parameters, const char *path)
{
  for (const char *open = strchr(path, '{'); open; open = strchr(open + 1, '{')) {
    char name[24];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(open + 1, "}"), open + 1);
    size_t length = strlen(name);
    bool is_id = strcmp(name, "id") == 0 || (length > 2 && strcmp(name + length - 2, "Id") == 0);
    bool is_number = strcmp(name, "n") == 0;
    json_t *schema = is_id ? json_pack("{s:s, s:s}", "type", "string", "format", "uuid")
                     : is_number
                         ? json_pack("{s:s, s:i, s:i}", "type", "integer", "minimum", 1, "maximum", 999999)
                         : json_pack("{s:s, s:s}", "type", "string", "pattern", "^[A-Za-z0-9_-]{1,60}$");
    json_array_append_new(parameters, json_pack("{s:s, s:s, s:b, s:o}", "name", name, "in", "path",
                                                "required", 1, "schema", schema));
  }
}

static void add_filters(json_t *parameters, const struct filter *filters)
{
  for (; filters && filters->name; filters++) {
    json_t *parameter =
        json_pack("{s:s, s:s, s:b, s:o}", "name", filters->name, "in", "query", "required",
                  (filters->marks & REQUIRED) != 0, "schema", openapi_parameter_schema(filters));
    if (filters->marks & MANY) json_object_set_new(parameter, "explode", json_false());
    if (filters->doc) json_object_set_new(parameter, "description", json_string(filters->doc));
    json_array_append_new(parameters, parameter);
  }
}

static void add_sort(json_t *parameters, const struct resource *resource)
{
  json_t *names = json_array();
  text_auto_t text = {0};
  if (!resource->bare) json_array_append_new(names, json_string("modifiedAt"));
  for (const struct sort *sort = resource->sorts; sort && sort->name; sort++) {
    json_array_append_new(names, json_string(sort->name));
    text_addf(&text, "%s: %s ", sort->name, sort->doc ? sort->doc : "");
  }
  json_array_append_new(parameters, json_pack("{s:s, s:s, s:s, s:{s:s, s:o}}", "name", "sort", "in", "query",
                                              "description", text.length ? text.data : "The order.", "schema",
                                              "type", "string", "enum", names));
}

json_t *openapi_parameters(const struct resource *resource, const struct route *route)
{
  static const char
      *const paging[] = {"limit", "pageToken", "page", "count", "fields", NULL},
             *const since[] = {"modifiedAfter", "modifiedBefore", NULL}, *const single[] = {"fields", NULL},
             *const versioned[] = {"IfMatch", NULL}, *const reading[] = {"IfNoneMatch", NULL},
             *const making[] = {"IdempotencyKey", "Prefer", NULL}, *const changing[] = {"Prefer", NULL},
             *const every[] = {"AcceptLanguage", "Traceparent", NULL};
  json_t *parameters = json_array();
  enum action action = route->action;
  bool reads = strcmp(router_method(route), "GET") == 0;
  add_path_parameters(parameters, route->path);
  for (int table = 0; table < FILTER_TABLES; table++)
    add_filters(parameters, router_filters(resource, route, table));
  if (action == LIST) {
    add_shared(parameters, paging);
    add_sort(parameters, resource);
    if (!resource->bare) add_shared(parameters, since);
  }
  if (action == READ) add_shared(parameters, single);
  if (reads) add_shared(parameters, reading);
  if (action == EDIT || action == REPLACE || action == EVENT) add_shared(parameters, versioned);
  if (action == CREATE || action == EVENT || action == SUBMIT) add_shared(parameters, making);
  if (action == EDIT || action == REPLACE || action == UPLOAD) add_shared(parameters, changing);
  add_shared(parameters, every);
  return parameters;
}
