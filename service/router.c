/* Finds the route of a request among the resources that the linker has gathered. */
#include "service/router.h"

#include <assert.h>
#include <ctype.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_RESOURCES = 100 };

extern const struct resource *const __start_kaa_resources[];
extern const struct resource *const __stop_kaa_resources[];

static const struct resource *sorted[MAX_RESOURCES + 1];
static pthread_once_t sorted_once = PTHREAD_ONCE_INIT;

static int by_name(const void *a, const void *b)
{
  const struct resource *const *left = a, *const *right = b;
  return strcmp((*left)->name, (*right)->name);
}

static void sort_resources(void)
{
  size_t count = (size_t)(__stop_kaa_resources - __start_kaa_resources);
  assert(count <= MAX_RESOURCES);
  for (size_t i = 0; i < count; i++)
    sorted[i] = __start_kaa_resources[i];
  qsort(sorted, count, sizeof(void *), by_name);
}

const struct resource *const *router_resources(void)
{
  pthread_once(&sorted_once, sort_resources);
  return sorted;
}

const struct resource *router_resource(const char *name)
{
  for (const struct resource *const *each = router_resources(); *each; each++)
    if (strcmp((*each)->name, name) == 0) return *each;
  return NULL;
}

const char *router_method(const struct route *route)
{
  switch (route->action) {
  case LIST:
  case READ:
  case REPORT:
  case EVENTS: return "GET";
  case CREATE:
  case EVENT:
  case SUBMIT: return "POST";
  case EDIT: return "PATCH";
  case REPLACE:
  case UPLOAD: return "PUT";
  case QUERY: return route->method ? route->method : "GET";
  }
  return "GET";
}

const char *router_scope(const struct resource *resource, const struct route *route, char *buffer,
                         size_t size)
{
  if (route->scope) return route->scope;
  bool writes = route->action != QUERY && strcmp(router_method(route), "GET") != 0;
  snprintf(buffer, size, "%s:%s%s%s", resource->scope ? resource->scope : resource->name,
           writes ? "write" : "read", resource->also ? "+" : "", resource->also ? resource->also : "");
  return buffer;
}

const char *router_key(const char *path, char *buffer, size_t size)
{
  const char *open = strstr(path, "{id}");
  if (!open) open = strrchr(path, '{');
  if (!open || (path[strlen(path) - 1] != '}' && strncmp(open, "{id}", 4) != 0)) return NULL;
  snprintf(buffer, size, "%.*s", (int)strcspn(open + 1, "}"), open + 1);
  return buffer;
}

static bool looks_like_uuid(const char *text)
{
  for (int i = 0; i < UUID_LENGTH; i++) {
    bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    if (hyphen ? text[i] != '-' : !isxdigit((unsigned char)text[i]) || isupper((unsigned char)text[i]))
      return false;
  }
  return text[UUID_LENGTH] == '\0';
}

/* Parameters named id, or ending in Id, are UUIDs; others are short words. */
static bool parameter_fits(const char *name, const char *value)
{
  size_t length = strlen(name);
  if (strcmp(name, "id") == 0 || (length > 2 && strcmp(name + length - 2, "Id") == 0))
    return looks_like_uuid(value);
  if (strcmp(name, "n") == 0) return strspn(value, "0123456789") == strlen(value) && strlen(value) <= 6;
  for (const char *c = value; *c; c++)
    if (!isalnum((unsigned char)*c) && *c != '-' && *c != '_') return false;
  return true;
}

static bool take_parameter(struct call *call, const char *name, size_t name_length, const char *value,
                           size_t length)
{
  struct parameter *parameter = &call->parameters[call->parameter_count];
  if (call->parameter_count == MAX_PARAMETERS || length == 0 || length >= sizeof parameter->value)
    return false;
  snprintf(parameter->name, sizeof parameter->name, "%.*s", (int)name_length, name);
  snprintf(parameter->value, sizeof parameter->value, "%.*s", (int)length, value);
  call->parameter_count++;
  return parameter_fits(parameter->name, parameter->value);
}

/* Compares segment by segment; the template's {names} take what stands in the path. */
static bool path_matches(struct call *call, const char *template, const char *path)
{
  call->parameter_count = 0;
  while (*template == '/' && *path == '/') {
    template ++, path++;
    size_t left = strcspn(template, "/"), right = strcspn(path, "/");
    if (*template == '{') {
      if (!take_parameter(call, template + 1, left - 2, path, right)) return false;
    } else if (left != right || memcmp(template, path, left) != 0) {
      return false;
    }
    template += left, path += right;
  }
  return *template == '\0' && *path == '\0';
}

const struct filter *router_filters(const struct resource *resource, const struct route *route, int table)
{
  const struct filter *own = route->query ? route->query : route->action == LIST ? resource->filters : NULL;
  static const struct filter
      csv[] = {{"format", CODE, OWN_SQL, .codes = "json csv", .doc = "Goes before Accept."}, {0}},
      all[] = {{"format", CODE, OWN_SQL, .codes = "json csv xlsx html", .doc = "Goes before Accept."}, {0}};
  if (table == 0) return own;
  if (table == 2) return route->formats == CSV ? csv : route->formats ? all : NULL;
  bool shares = resource->filters_of && (route->query || route->action == LIST);
  return shares ? router_resource(resource->filters_of)->filters : NULL;
}

static enum type type_of_many(enum type type)
{
  switch (type) {
  case UUID: return UUIDS;
  case DATE: return DATES;
  case CODE: return CODES;
  default: return TEXTS;
  }
}

const struct field *router_members(const struct field *field, struct field made[MEMBERS_MOST])
{
  if (!field->filters_of) return field->members;
  int count = 0;
  for (const struct filter *filter = router_resource(field->filters_of)->filters; filter->name; filter++) {
    if (filter->marks & OWN_SQL) continue;
    bool many = filter->marks & MANY;
    assert(count < MEMBERS_MOST - 1);
    made[count++] = (struct field){.name = filter->name,
                                   .type = many ? type_of_many(filter->type) : filter->type,
                                   .min = many ? 1 : filter->min,
                                   .max = many ? 100 : filter->max,
                                   .codes = filter->codes,
                                   .doc = filter->doc};
  }
  made[count] = (struct field){0};
  return made;
}

static void add_method(char *allow, size_t size, const char *method)
{
  if (strstr(allow, method)) return;
  size_t used = strlen(allow);
  snprintf(allow + used, size - used, "%s%s", used ? ", " : "", method);
}

static void settle(struct call *call, const struct resource *resource, const struct route *route)
{
  call->resource = resource;
  call->route = route;
  const char *id = call_parameter(call, "id");
  if (id) snprintf(call->id, sizeof call->id, "%s", id);
}

static bool find_in(struct call *call, const struct resource *resource, const char *path, char *allow,
                    size_t size)
{
  for (const struct route *route = resource->routes; route->path; route++) {
    if (!path_matches(call, route->path, path)) continue;
    add_method(allow, size, router_method(route));
    if (strcmp(router_method(route), call->method) != 0) continue;
    settle(call, resource, route);
    return true;
  }
  return false;
}

enum routing router_find(struct call *call, const char *path, char *allow, size_t size)
{
  allow[0] = '\0';
  for (const struct resource *const *resource = router_resources(); *resource; resource++)
    if (find_in(call, *resource, path, allow, size)) return ROUTED;
  if (!allow[0]) return NO_PATH;
  if (strstr(allow, "GET")) add_method(allow, size, "HEAD");
  add_method(allow, size, "OPTIONS");
  return NO_METHOD;
}
