/* The routes of all resources as OpenAPI operations. */
#include "service/openapi.h"

#include "service/about.h"
#include "service/router.h"
#include "service/text.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* outreach-attempts → OutreachAttempts */
static void pascal(const char *name, struct text *out) {
  bool upper = true;
  for (; *name; name++) {
    if (!isalnum((unsigned char)*name)) {
      upper = true;
      continue;
    }
    text_addf(out, "%c", upper ? toupper((unsigned char)*name) : *name);
    upper = false;
  }
}

static json_t *reference(const char *kind, const char *name, const char *suffix) {
  text_auto_t target = {0};
  text_addf(&target, "#/components/%s/", kind);
  pascal(name, &target);
  text_add(&target, suffix);
  return json_pack("{s:s}", "$ref", target.data);
}

static bool answers_resource(const struct route *route) {
  return route->action != LIST && route->action != EVENTS && route->action != QUERY;
}

static bool is_used(const struct resource *resource, enum action action) {
  for (const struct route *route = resource->routes; route->path; route++)
    if (route->action == action && !route->body) return true;
  return false;
}

static bool answers_itself(const struct resource *resource) {
  for (const struct route *route = resource->routes; route->path; route++)
    if (answers_resource(route) || route->action == LIST || (route->action == QUERY && !route->answer)) return true;
  return false;
}

static void put(json_t *schemas, const char *name, const char *suffix, json_t *schema) {
  text_auto_t title = {0};
  pascal(name, &title);
  text_add(&title, suffix);
  json_object_set_new(schemas, title.data, schema);
}

static void add_resource_schemas(json_t *schemas, const struct resource *resource) {
  const char *name = resource->name;
  if (answers_itself(resource)) {
    json_t *schema = openapi_answer_schema(resource->fields, resource->bare, 1);
    if (resource->doc) json_object_set_new(schema, "description", json_string(resource->doc));
    put(schemas, name, "", schema);
  }
  if (is_used(resource, CREATE) || is_used(resource, REPLACE)) put(schemas, name, "New", openapi_body_schema(resource->fields, 1));
  if (is_used(resource, EDIT)) put(schemas, name, "Edit", openapi_body_schema(resource->fields, 0));
  if (is_used(resource, EVENT)) put(schemas, name, "Event", openapi_event_schema(resource->events));
  for (const struct route *route = resource->routes; route->path; route++)
    if (route->action == LIST) {
      json_t *page = json_pack("{s:s, s:[s,s,s], s:b, s:{s:{s:s, s:o}, s:{s:s, s:s}, s:{s:s}, s:{s:s}}}", "type", "object",
                               "required", "data", "_meta", "_links", "additionalProperties", 0, "properties", "data", "type",
                               "array", "items", reference("schemas", name, ""), "pageToken", "type", "string",
                               "description", "Give it back as pageToken for the next page; absent on the last.", "_meta",
                               "$ref", "#/components/schemas/ListMeta", "_links", "$ref", "#/components/schemas/Links");
      put(schemas, name, "List", page);
      return;
    }
}

void openapi_component_schemas(json_t *schemas) {
  for (const struct resource *const *each = router_resources(); *each; each++) add_resource_schemas(schemas, *each);
}

static json_t *content(const char *media, json_t *schema) { return json_pack("{s:{s:o}}", media, "schema", schema); }

static json_t *answer_schema(const struct resource *resource, const struct route *route) {
  if (route->action == LIST) return reference("schemas", resource->name, "List");
  if (route->action == EVENTS)
    return json_pack("{s:s}", "$ref", strstr(route->path, "{eventId}") ? "#/components/schemas/PastEvent" : "#/components/schemas/PastEvents");
  if (route->answer) return openapi_answer_schema(route->answer, 1, 0);
  return reference("schemas", resource->name, "");
}

static json_t *header(const char *name) {
  text_auto_t target = {0};
  text_addf(&target, "#/components/headers/%s", name);
  return json_pack("{s:s}", "$ref", target.data);
}

static json_t *good_answer(const struct resource *resource, const struct route *route) {
  json_t *media = content("application/json", answer_schema(resource, route));
  if (route->formats == CSV) json_object_set_new(media, "text/csv", json_pack("{s:{s:s}}", "schema", "type", "string"));
  json_t *headers = json_pack("{s:o}", "ETag", header("ETag"));
  if (route->action == LIST) json_object_set_new(headers, "Link", header("Link"));
  bool makes = route->action == CREATE || route->action == EVENT;
  if (makes) json_object_set_new(headers, "Location", header("Location"));
  return json_pack("{s:s, s:o, s:o}", "description", makes ? "Done." : "The answer.", "headers", headers, "content", media);
}

static void add_problems(json_t *responses, const int *statuses) {
  for (; *statuses; statuses++) {
    char status[8], name[40];
    snprintf(status, sizeof status, "%d", *statuses);
    snprintf(name, sizeof name, "#/components/responses/Problem%d", *statuses);
    json_object_set_new(responses, status, json_pack("{s:s}", "$ref", name));
  }
}

static json_t *responses_of(const struct resource *resource, const struct route *route) {
  static const int every[] = {400, 401, 403, 404, 406, 413, 431, 500, 503, 0}, writes[] = {409, 415, 422, 0},
                   reading_post[] = {409, 415, 422, 0}, versions[] = {412, 428, 0};
  json_t *responses = json_object();
  const char *method = router_method(route);
  bool makes = route->action == CREATE || route->action == EVENT;
  json_object_set_new(responses, makes ? "201" : "200", good_answer(resource, route));
  if (route->action == EDIT || route->action == REPLACE || route->action == UPLOAD)
    json_object_set_new(responses, "204", json_pack("{s:s}", "$ref", "#/components/responses/Minimal"));
  if (strcmp(method, "GET") == 0) json_object_set_new(responses, "304", json_pack("{s:s}", "$ref", "#/components/responses/NotModified"));
  add_problems(responses, every);
  if (route->action == QUERY)
    add_problems(responses, reading_post);
  else if (strcmp(method, "GET") != 0)
    add_problems(responses, writes);
  else
    add_problems(responses, (const int[]){409, 422, 0});
  if (route->action == EDIT || route->action == REPLACE || route->action == EVENT) add_problems(responses, versions);
  return responses;
}

static json_t *body_of(const struct resource *resource, const struct route *route) {
  json_t *schema = NULL;
  const char *media = route->action == EDIT ? "application/merge-patch+json" : "application/json";
  if (route->action == UPLOAD) {
    schema = openapi_body_schema(route->body, 1);
    json_object_set_new(schema, "description", json_string("One line; the body is lines of such objects (NDJSON)."));
    media = "application/x-ndjson";
  } else if (route->body) {
    schema = openapi_body_schema(route->body, route->action != EDIT);
  } else {
    const char *suffix = route->action == EDIT ? "Edit" : route->action == EVENT ? "Event" : "New";
    schema = reference("schemas", resource->name, suffix);
  }
  return json_pack("{s:b, s:o}", "required", 1, "content", content(media, schema));
}

static void add_shared(json_t *parameters, const char *const *names) {
  for (; *names; names++) {
    text_auto_t target = {0};
    text_addf(&target, "#/components/parameters/%s", *names);
    json_array_append_new(parameters, json_pack("{s:s}", "$ref", target.data));
  }
}

static void add_path_parameters(json_t *parameters, const char *path) {
  for (const char *open = strchr(path, '{'); open; open = strchr(open + 1, '{')) {
    char name[24];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(open + 1, "}"), open + 1);
    size_t length = strlen(name);
    bool is_id = strcmp(name, "id") == 0 || (length > 2 && strcmp(name + length - 2, "Id") == 0);
    bool is_number = strcmp(name, "n") == 0;
    json_t *schema = is_id       ? json_pack("{s:s, s:s}", "type", "string", "format", "uuid")
                     : is_number ? json_pack("{s:s, s:i, s:i}", "type", "integer", "minimum", 1, "maximum", 999999)
                                 : json_pack("{s:s, s:s}", "type", "string", "pattern", "^[A-Za-z0-9_-]{1,60}$");
    json_array_append_new(parameters, json_pack("{s:s, s:s, s:b, s:o}", "name", name, "in", "path", "required", 1, "schema", schema));
  }
}

static void add_filters(json_t *parameters, const struct filter *filters) {
  for (; filters && filters->name; filters++) {
    json_t *parameter = json_pack("{s:s, s:s, s:b, s:o}", "name", filters->name, "in", "query", "required",
                                  (filters->marks & REQUIRED) != 0, "schema", openapi_parameter_schema(filters));
    if (filters->marks & MANY) json_object_set_new(parameter, "explode", json_false());
    if (filters->doc) json_object_set_new(parameter, "description", json_string(filters->doc));
    json_array_append_new(parameters, parameter);
  }
}

static void add_sort(json_t *parameters, const struct resource *resource) {
  json_t *names = json_array();
  text_auto_t text = {0};
  if (!resource->bare) json_array_append_new(names, json_string("modifiedAt"));
  for (const struct sort *sort = resource->sorts; sort && sort->name; sort++) {
    json_array_append_new(names, json_string(sort->name));
    text_addf(&text, "%s: %s ", sort->name, sort->doc ? sort->doc : "");
  }
  json_array_append_new(parameters, json_pack("{s:s, s:s, s:s, s:{s:s, s:o}}", "name", "sort", "in", "query", "description",
                                              text.length ? text.data : "The order.", "schema", "type", "string", "enum", names));
}

static json_t *parameters_of(const struct resource *resource, const struct route *route) {
  static const char *const paging[] = {"limit", "pageToken", "page", "count", "fields", NULL},
                    *const since[] = {"modifiedAfter", "modifiedBefore", NULL}, *const single[] = {"fields", NULL},
                    *const versioned[] = {"IfMatch", NULL}, *const reading[] = {"IfNoneMatch", NULL},
                    *const making[] = {"IdempotencyKey", "Prefer", NULL}, *const changing[] = {"Prefer", NULL},
                    *const formats[] = {"format", NULL}, *const every[] = {"AcceptLanguage", "Traceparent", NULL};
  json_t *parameters = json_array();
  enum action action = route->action;
  bool reads = strcmp(router_method(route), "GET") == 0;
  add_path_parameters(parameters, route->path);
  add_filters(parameters, route->query ? route->query : action == LIST ? resource->filters : NULL);
  if (action == LIST) {
    add_shared(parameters, paging);
    add_sort(parameters, resource);
    if (!resource->bare) add_shared(parameters, since);
  }
  if (action == READ) add_shared(parameters, single);
  if (route->formats) add_shared(parameters, formats);
  if (reads) add_shared(parameters, reading);
  if (action == EDIT || action == REPLACE || action == EVENT) add_shared(parameters, versioned);
  if (action == CREATE || action == EVENT) add_shared(parameters, making);
  if (action == EDIT || action == REPLACE || action == UPLOAD) add_shared(parameters, changing);
  add_shared(parameters, every);
  return parameters;
}

static const char *verb_of(const struct route *route) {
  static const char *const verbs[] = {"", "List", "Read", "Create", "Replace", "Change", "Move", "History of", "Ask", "Upload"};
  return verbs[route->action];
}

static json_t *operation(const struct resource *resource, const struct route *route) {
  text_auto_t id = {0}, summary = {0}, description = {0};
  char scope[80];
  pascal(router_method(route), &id);
  pascal(route->path, &id);
  text_addf(&summary, "%s %s", verb_of(route), resource->name);
  const char *needed = router_scope(resource, route, scope, sizeof scope);
  text_addf(&description, "%s%sScope: %s.", route->doc ? route->doc : resource->doc ? resource->doc : resource->title, " ",
            *needed ? needed : "any valid token");
  json_t *result = json_pack("{s:s, s:s, s:s, s:[s], s:s, s:o, s:o}", "operationId", id.data, "summary", summary.data,
                             "description", description.data, "tags", resource->name, "x-scope", needed, "parameters",
                             parameters_of(resource, route), "responses", responses_of(resource, route));
  enum action action = route->action;
  bool has_body = action == CREATE || action == REPLACE || action == EDIT || action == EVENT || action == UPLOAD ||
                  (action == QUERY && strcmp(router_method(route), "POST") == 0);
  if (has_body) json_object_set_new(result, "requestBody", body_of(resource, route));
  return result;
}

static json_t *path_item(json_t *paths, const char *prefix, const char *path) {
  text_auto_t whole = {0};
  text_addf(&whole, "%s%s", prefix, path);
  json_t *item = json_object_get(paths, whole.data);
  if (item) return item;
  json_object_set_new(paths, whole.data, json_object());
  return json_object_get(paths, whole.data);
}

static void add_about(json_t *paths, const struct about_page *page) {
  text_auto_t id = {0};
  pascal(page->path, &id);
  json_t *responses = json_pack("{s:{s:s, s:{s:{s:{}}}}}", "200", "description", "The answer.", "content", page->media, "schema");
  add_problems(responses, (const int[]){404, 431, 503, 0});
  json_object_set_new(path_item(paths, "", page->path), "get",
                      json_pack("{s:s, s:s, s:s, s:[s], s:[], s:o}", "operationId", id.data, "summary", page->summary,
                                "description", page->summary, "tags", "about", "security", "responses", responses));
}

json_t *openapi_paths(void) {
  json_t *paths = json_object();
  for (const struct about_page *page = about_pages(); page->path; page++) add_about(paths, page);
  for (const struct resource *const *each = router_resources(); *each; each++)
    for (const struct route *route = (*each)->routes; route->path; route++) {
      char method[8];
      snprintf(method, sizeof method, "%s", router_method(route));
      for (char *c = method; *c; c++) *c = (char)tolower((unsigned char)*c);
      json_object_set_new(path_item(paths, "/kaa/v1", route->path), method, operation(*each, route));
    }
  return paths;
}
