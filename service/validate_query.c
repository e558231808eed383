/* The query string against the declared parameters of the route. */
#include "service/validate.h"

#include "service/router.h"
#include "service/text.h"

#include <ctype.h>
#include <errno.h>
#include <orcania.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct filter list_parameters[] = {{"limit", INTEGER, .min = 1, .max = 100},
                                                {"pageToken", TEXT, .min = 1, .max = 600},
                                                {"page", INTEGER, .min = 1, .max = 10000},
                                                {"count", BOOLEAN},
                                                {"fields", TEXT, .min = 1, .max = 1000},
                                                {"sort", TEXT, .min = 1, .max = 40},
                                                {"modifiedAfter", TIME},
                                                {"modifiedBefore", TIME},
                                                {0}};

static const struct filter read_parameters[] = {{"fields", TEXT, .min = 1, .max = 1000}, {0}};

static const struct filter *named(const struct filter *filters, const char *name)
{
  for (; filters && filters->name; filters++)
    if (strcmp(filters->name, name) == 0) return filters;
  return NULL;
}

static const struct filter *parameter_of(const struct call *call, const char *name)
{
  const struct route *route = call->route;
  const struct filter *found = NULL;
  for (int table = 0; table < FILTER_TABLES && !found; table++)
    found = named(router_filters(call->resource, route, table), name);
  bool own = found != NULL;
  if (!found && route->action == LIST) found = named(list_parameters, name);
  if (!found && route->action == READ) found = named(read_parameters, name);
  bool computed = call->resource->bare && found && strncmp(name, "modified", 8) == 0;
  return computed && !own ? NULL : found;
}

static const char *integer_fault(const struct filter *filter, const char *value)
{
  char *end = NULL;
  errno = 0;
  long long number = strtoll(value, &end, 10);
  if (errno || *end || (!isdigit((unsigned char)*value) && *value != '-')) return "not-integer";
  return validate_integer(filter->min, filter->max, number);
}

static const char *single_fault(const struct filter *filter, const char *value)
{
  const struct field field = {filter->name, filter->type, .min = filter->min, .max = filter->max,
                              .codes = filter->codes};
  if (filter->type == INTEGER) return integer_fault(filter, value);
  if (filter->type == BOOLEAN)
    return strcmp(value, "true") != 0 && strcmp(value, "false") != 0 ? "not-boolean" : NULL;
  return validate_text(&field, value);
}

static const char *value_fault(const struct filter *filter, char *value)
{
  enum { MOST = 100 };
  if (!(filter->marks & MANY)) return single_fault(filter, value);
  int count = 0;
  const char *fault = NULL;
  for (char *item = value, *comma; item && !fault; item = comma ? comma + 1 : NULL) {
    comma = strchr(item, ',');
    if (comma) *comma = '\0';
    fault = ++count > MOST ? "too-many-items" : single_fault(filter, item);
    if (comma) *comma = ',';
  }
  return fault;
}

/* In place; false when a percent sign is not followed by two hex digits, or a NUL or invalid UTF-8 comes out. */
static bool decode(char *text)
{
  char *to = text;
  for (const char *from = text; *from; from++) {
    if (*from != '%') {
      *to++ = *from == '+' ? ' ' : *from;
      continue;
    }
    if (!isxdigit((unsigned char)from[1]) || !isxdigit((unsigned char)from[2])) return false;
    char pair[] = {from[1], from[2], '\0'};
    *to = (char)strtol(pair, NULL, 16);
    if (*to++ == '\0') return false;
    from += 2;
  }
  *to = '\0';
  json_t *probe = json_string(text);
  json_decref(probe);
  return probe != NULL;
}

static void take(struct call *call, char *name, char *value)
{
  if (!decode(name) || !decode(value)) {
    call_fault_in(call, validate_shown_name(name), "invalid-encoding");
    return;
  }
  const struct filter *filter = parameter_of(call, name);
  const char *fault = NULL;
  if (!filter)
    fault = "unknown-parameter";
  else if (json_object_get(call->query, name))
    fault = "repeated-parameter";
  else
    fault = value_fault(filter, value);
  if (fault)
    call_fault_in(call, validate_shown_name(name), fault);
  else
    json_object_set_new(call->query, name, json_string(value));
}

static bool is_sort(const struct resource *resource, const char *name)
{
  if (strcmp(name, "modifiedAt") == 0 && !resource->bare) return true;
  for (const struct sort *sort = resource->sorts; sort && sort->name; sort++)
    if (strcmp(sort->name, name) == 0) return true;
  return false;
}

static bool is_member(const struct resource *resource, const char *name, size_t length)
{
  static const char standard[] = "id version createdAt createdBy modifiedAt modifiedBy _links";
  if (text_lists(standard, " ", name, length)) return true;
  for (const struct field *field = resource->fields; field->name; field++)
    if (strlen(field->name) == length && strncmp(field->name, name, length) == 0) return true;
  return false;
}

static void check_fields(struct call *call)
{
  const char *fields = json_string_value(json_object_get(call->query, "fields"));
  while (fields && *fields) {
    size_t length = strcspn(fields, ",");
    if (!is_member(call->resource, fields, length)) {
      call_fault_in(call, "fields", "unknown-member");
      return;
    }
    fields += length + (fields[length] == ',');
  }
}

static void check_required(struct call *call)
{
  for (const struct filter *filter = call->route->query; filter && filter->name; filter++)
    if ((filter->marks & REQUIRED) && !json_object_get(call->query, filter->name))
      call_fault_in(call, filter->name, "required");
}

void validate_query(struct call *call)
{
  chars_auto_t copy = o_strdup(call->req->query);
  char *rest = copy, *pair;
  while ((pair = strsep(&rest, "&"))) {
    if (!*pair) continue;
    char *equals = strchr(pair, '=');
    if (equals) *equals = '\0';
    char empty[] = "";
    take(call, pair, equals ? equals + 1 : empty);
  }
  const char *sort = json_string_value(json_object_get(call->query, "sort"));
  if (sort && !is_sort(call->resource, sort)) call_fault_in(call, "sort", "unknown-code");
  if (json_object_get(call->query, "page") && json_object_get(call->query, "pageToken"))
    call_fault_in(call, "page", "page-and-token");
  check_fields(call);
  check_required(call);
}
