/* The routes of all resources as OpenAPI operations. */
#include "service/openapi.h"

#include "service/about.h"
#include "service/negotiate.h"
#include "service/router.h"
#include "service/text.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* outreach-attempts → OutreachAttempts */
static void pascal(const char *name, struct text *out)
{
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

static json_t *reference(const char *kind, const char *name, const char *suffix)
{
  text_auto_t target = {0};
  text_addf(&target, "#/components/%s/", kind);
  pascal(name, &target);
  text_add(&target, suffix);
  return json_pack("{s:s}", "$ref", target.data);
}

static bool answers_resource(const struct route *route)
{
  return route->action != LIST && route->action != EVENTS && route->action != QUERY &&
         route->action != SUBMIT && route->action != REPORT;
}

static bool is_used(const struct resource *resource, enum action action)
{
  for (const struct route *route = resource->routes; route->path; route++)
    if (route->action == action && !route->body) return true;
  return false;
}

static bool answers_itself(const struct resource *resource)
{
  for (const struct route *route = resource->routes; route->path; route++)
    if (answers_resource(route) || route->action == LIST || (route->action == QUERY && !route->answer))
      return true;
  return false;
}

static void put(json_t *schemas, const char *name, const char *suffix, json_t *schema)
{
  text_auto_t title = {0};
  pascal(name, &title);
  text_add(&title, suffix);
  json_object_set_new(schemas, title.data, schema);
}

static void add_resource_schemas(json_t *schemas, const struct resource *resource)
{
  const char *name = resource->name;
  if (answers_itself(resource)) {
    json_t *schema = openapi_answer_schema(resource->fields, resource->bare, 1);
    if (resource->doc) json_object_set_new(schema, "description", json_string(resource->doc));
    put(schemas, name, "", schema);
  }
  if (is_used(resource, CREATE) || is_used(resource, REPLACE))
    put(schemas, name, "New", openapi_body_schema(resource->fields, 1));
  if (is_used(resource, EDIT)) put(schemas, name, "Edit", openapi_body_schema(resource->fields, 0));
  if (is_used(resource, EVENT)) put(schemas, name, "Event", openapi_event_schema(resource->events));
  for (const struct route *route = resource->routes; route->path; route++)
    if (route->action == LIST) {
      json_t *page = json_pack(
          "{s:s, s:[s,s,s], s:b, s:{s:{s:s, s:o}, s:{s:s, s:s}, s:{s:s}, s:{s:s}}}", "type", "object",
          "required", "data", "_meta", "_links", "additionalProperties", 0, "properties", "data", "type",
          "array", "items", reference("schemas", name, ""), "pageToken", "type", "string", "description",
          "Give it back as pageToken for the next page; absent on the last.", "_meta", "$ref",
          "#/components/schemas/ListMeta", "_links", "$ref", "#/components/schemas/Links");
      put(schemas, name, "List", page);
      return;
    }
}

void openapi_component_schemas(json_t *schemas)
{
  for (const struct resource *const *each = router_resources(); *each; each++)
    add_resource_schemas(schemas, *each);
}

static json_t *content(const char *media, json_t *schema)
{
  return json_pack("{s:{s:o}}", media, "schema", schema);
}

static json_t *answer_schema(const struct resource *resource, const struct route *route)
{
  if (route->action == LIST) return reference("schemas", resource->name, "List");
  if (route->action == EVENTS)
    return json_pack("{s:s}", "$ref",
                     strstr(route->path, "{eventId}") ? "#/components/schemas/PastEvent"
                                                      : "#/components/schemas/PastEvents");
  if (route->action == REPORT && route->report) return openapi_report_schema(route->report);
  if (route->action == REPORT && !route->answer) return openapi_report_list_schema();
  if (route->answer) return openapi_answer_schema(route->answer, 1, 0);
  return reference("schemas", resource->name, "");
}

static json_t *header(const char *name)
{
  text_auto_t target = {0};
  text_addf(&target, "#/components/headers/%s", name);
  return json_pack("{s:s}", "$ref", target.data);
}

static json_t *good_answer(const struct resource *resource, const struct route *route)
{
  json_t *media = content("application/json", answer_schema(resource, route));
  for (const struct format_row *row = negotiate_formats(); row->name; row++)
    if (route->formats & row->format)
      json_object_set_new(media, row->type, json_pack("{s:{s:s}}", "schema", "type", "string"));
  json_t *headers = json_pack("{s:o}", "ETag", header("ETag"));
  if (route->action == LIST) json_object_set_new(headers, "Link", header("Link"));
  bool makes = (route->action == CREATE || route->action == EVENT) && !route->receipt;
  if (makes) json_object_set_new(headers, "Location", header("Location"));
  return json_pack("{s:s, s:o, s:o}", "description", makes ? "Done." : "The answer.", "headers", headers,
                   "content", media);
}

static void add_problems(json_t *responses, const int *statuses)
{
  for (; *statuses; statuses++) {
    char status[8], name[40];
    snprintf(status, sizeof status, "%d", *statuses);
    snprintf(name, sizeof name, "#/components/responses/Problem%d", *statuses);
    json_object_set_new(responses, status, json_pack("{s:s}", "$ref", name));
  }
}

static json_t *responses_of(const struct resource *resource, const struct route *route)
{
  static const int every[] = {400, 401, 403, 404, 406, 413, 431, 500, 503, 0}, writes[] = {409, 415, 422, 0},
                   reading_post[] = {409, 415, 422, 0}, versions[] = {412, 428, 0};
  json_t *responses = json_object();
  const char *method = router_method(route);
  bool makes = route->action == CREATE || route->action == EVENT;
  const char *good = route->receipt ? "202" : makes ? "201" : "200";
  json_object_set_new(responses, good, good_answer(resource, route));
  if (route->action == EDIT || route->action == REPLACE || route->action == UPLOAD || route->action == SUBMIT)
    json_object_set_new(responses, "204", json_pack("{s:s}", "$ref", "#/components/responses/Minimal"));
  if (strcmp(method, "GET") == 0)
    json_object_set_new(responses, "304", json_pack("{s:s}", "$ref", "#/components/responses/NotModified"));
  add_problems(responses, every);
  if (route->action == QUERY)
    add_problems(responses, reading_post);
  else if (strcmp(method, "GET") != 0)
    add_problems(responses, writes);
  else
    add_problems(responses, (const int[]){409, 422, 0});
  if (route->action == EDIT || route->action == REPLACE || route->action == EVENT)
    add_problems(responses, versions);
  return responses;
}

static json_t *body_of(const struct resource *resource, const struct route *route)
{
  json_t *schema = NULL;
  const char *media = route->action == EDIT ? "application/merge-patch+json" : "application/json";
  if (route->action == UPLOAD) {
    schema = openapi_body_schema(route->body, 1);
    json_object_set_new(schema, "description",
                        json_string("One line; the body is lines of such objects (NDJSON)."));
    media = "application/x-ndjson";
  } else if (route->body) {
    schema = openapi_body_schema(route->body, route->action != EDIT);
  } else {
    const char *suffix = route->action == EDIT ? "Edit" : route->action == EVENT ? "Event" : "New";
    schema = reference("schemas", resource->name, suffix);
  }
  return json_pack("{s:b, s:o}", "required", 1, "content", content(media, schema));
}

static const char *verb_of(const struct route *route)
{
  static const char *const verbs[] = {"",     "List",       "Read", "Create", "Replace",   "Change",
                                      "Move", "History of", "Ask",  "Upload", "Submit to", "Figures of"};
  return verbs[route->action];
}

static json_t *operation(const struct resource *resource, const struct route *route)
{
  text_auto_t id = {0}, summary = {0}, description = {0};
  char scope[80];
  pascal(router_method(route), &id);
  pascal(route->path, &id);
  text_addf(&summary, "%s %s", verb_of(route), resource->name);
  const char *needed = router_scope(resource, route, scope, sizeof scope);
  text_addf(&description, "%s%sScope: %s.",
            route->doc      ? route->doc
            : resource->doc ? resource->doc
                            : resource->title,
            " ", *needed ? needed : "any valid token");
  if (resource->function)
    text_addf(&description, " 404 where the municipality has switched off %s.", resource->function);
  json_t *result =
      json_pack("{s:s, s:s, s:s, s:[s], s:s, s:o, s:o}", "operationId", id.data, "summary", summary.data,
                "description", description.data, "tags", resource->name, "x-scope", needed, "parameters",
                openapi_parameters(resource, route), "responses", responses_of(resource, route));
  if (resource->function) json_object_set_new(result, "x-function", json_string(resource->function));
  enum action action = route->action;
  bool has_body = action == CREATE || action == REPLACE || action == EDIT || action == EVENT ||
                  action == UPLOAD || action == SUBMIT ||
                  (action == QUERY && strcmp(router_method(route), "POST") == 0);
  if (has_body) json_object_set_new(result, "requestBody", body_of(resource, route));
  return result;
}

static json_t *path_item(json_t *paths, const char *prefix, const char *path)
{
  text_auto_t whole = {0};
  text_addf(&whole, "%s%s", prefix, path);
  json_t *item = json_object_get(paths, whole.data);
  if (item) return item;
  json_object_set_new(paths, whole.data, json_object());
  return json_object_get(paths, whole.data);
}

static void add_about(json_t *paths, const struct about_page *page)
{
  text_auto_t id = {0};
  pascal(page->path, &id);
  json_t *responses = json_pack("{s:{s:s, s:{s:{s:{}}}}}", "200", "description", "The answer.", "content",
                                page->media, "schema");
  add_problems(responses, (const int[]){400, 404, 431, 503, 0});
  json_object_set_new(path_item(paths, "", page->path), "get",
                      json_pack("{s:s, s:s, s:s, s:[s], s:[], s:o}", "operationId", id.data, "summary",
                                page->summary, "description", page->summary, "tags", "about", "security",
                                "responses", responses));
}

json_t *openapi_paths(void)
{
  json_t *paths = json_object();
  for (const struct about_page *page = about_pages(); page->path; page++)
    add_about(paths, page);
  for (const struct resource *const *each = router_resources(); *each; each++)
    for (const struct route *route = (*each)->routes; route->path; route++) {
      char method[8];
      snprintf(method, sizeof method, "%s", router_method(route));
      for (char *c = method; *c; c++)
        *c = (char)tolower((unsigned char)*c);
      json_object_set_new(path_item(paths, "/kaa/v1", route->path), method, operation(*each, route));
    }
  return paths;
}
