/* The JSON text itself: what is no acceptable document, line or object is refused here. */
#include "service/validate.h"

#include "service/answer.h"
#include "service/text.h"

#include <stdio.h>
#include <string.h>

enum { DEEPEST = 12, MOST_ROWS = 10000 };

/* Counts brackets outside of strings, so that a deep document is refused before it is parsed. */
static bool too_deep(const char *text, size_t length)
{
  int depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < length; i++) {
    char c = text[i];
    if (in_string && c == '\\')
      i++;
    else if (c == '"')
      in_string = !in_string;
    else if (!in_string && (c == '{' || c == '[') && ++depth > DEEPEST)
      return true;
    else if (!in_string && (c == '}' || c == ']'))
      depth--;
  }
  return false;
}

static const char *code_of(const json_error_t *error)
{
  switch (json_error_code(error)) {
  case json_error_duplicate_key: return "duplicate-member";
  case json_error_invalid_utf8: return "invalid-utf8";
  case json_error_null_character:
  case json_error_null_byte_in_key: return "nul-character";
  case json_error_end_of_input_expected: return "trailing-text";
  case json_error_stack_overflow: return "too-deep";
  default: return "invalid-json";
  }
}

json_t *validate_parse(const char *text, size_t length, const char **code)
{
  json_error_t error;
  if (too_deep(text, length)) {
    *code = "too-deep";
    return NULL;
  }
  json_t *value = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
  if (!value) *code = code_of(&error);
  return value;
}

/* The members of an event: its own, and type and at, which every event has. */
static const struct field event_members[] = {{"type", TEXT, .max = 40, .min = 1}, {"at", TIME}, {0}};

static const struct event *event_named(const struct resource *resource, const char *name)
{
  for (const struct event *event = resource->events; event && event->name; event++)
    if (name && strcmp(event->name, name) == 0) return event;
  return NULL;
}

static void check_event(struct call *call, const struct body_rules *rules)
{
  json_t *type = json_object_get(call->body, "type");
  const struct event *event = event_named(call->resource, json_string_value(type));
  if (!event) {
    call_fault_at(call, "/type", type ? "unknown-code" : "required");
    return;
  }
  enum { MOST = 24 };
  struct field fields[MOST] = {event_members[0], event_members[1]};
  int count = 2;
  for (const struct field *field = event->members; field && field->name && count < MOST - 1; field++)
    fields[count++] = *field;
  validate_object(call->body, fields, rules, "", call->faults);
}

int validate_body(struct call *call)
{
  const char *code = NULL;
  call->body = validate_parse(call->req->body ? call->req->body : "", call->req->length, &code);
  if (!call->body) return problem(call, 400, code);
  if (!json_is_object(call->body)) return problem(call, 400, "not-object");
  const struct body_rules rules = {.creating = call->route->action != EDIT, .scopes = call_scopes(call)};
  if (!call->faults) call->faults = json_array();
  if (call->route->action == EVENT)
    check_event(call, &rules);
  else
    validate_object(call->body, call_body_fields(call), &rules, "", call->faults);
  if (call->route->action == EDIT && json_object_size(call->body) == 0) call_fault_at(call, "", "empty-body");
  return 0;
}

static json_t *check_line(const struct call *call, const char *line, size_t length, json_int_t number)
{
  const char *code = NULL;
  json_t *value = validate_parse(line, length, &code);
  if (value && !json_is_object(value)) {
    json_decref(value);
    value = NULL;
    code = "not-object";
  }
  if (!value) return json_pack("{s:I, s:[{s:s, s:s}]}", "row", number, "errors", "pointer", "", "code", code);
  const struct body_rules rules = {.creating = true, .scopes = call_scopes(call)};
  json_t *faults = json_array();
  validate_object(value, call_body_fields(call), &rules, "", faults);
  if (json_array_size(faults) == 0) {
    json_decref(faults);
    return json_pack("{s:I, s:o}", "row", number, "value", value);
  }
  return json_pack("{s:I, s:o, s:o}", "row", number, "errors", faults, "value", value);
}

/* Rows are numbered from 1 within their part; empty lines are passed over. A part of very short lines would
   take hundreds of times its size in memory: a real row has 200 bytes or more. */
int validate_lines(struct call *call)
{
  json_t *rows = json_array();
  const char *at = call->req->body ? call->req->body : "", *end = at + call->req->length;
  for (json_int_t number = 1; at < end && number <= MOST_ROWS; number++) {
    const char *stop = memchr(at, '\n', (size_t)(end - at));
    size_t length = (size_t)((stop ? stop : end) - at);
    if (length > 0 && at[length - 1] == '\r') length--;
    if (length > 0) json_array_append_new(rows, check_line(call, at, length, number));
    at = stop ? stop + 1 : end;
  }
  call->body = json_pack("{s:o}", "rows", rows);
  if (at < end) return problem(call, 413, "too-many-rows");
  if (json_array_size(rows) == 0) return problem(call, 400, "empty-body");
  return 0;
}
