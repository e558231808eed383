/* The JSON text itself: what is no acceptable document, line or object is refused here. */
#include "service/validate.h"

#include "service/answer.h"
#include "service/text.h"

#include <assert.h>
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
  validate_object(call->body, fields, rules, NULL, call->faults);
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
    validate_object(call->body, call_body_fields(call), &rules, NULL, call->faults);
  if (call->route->action == EDIT && json_object_size(call->body) == 0) call_fault_at(call, "", "empty-body");
  return 0;
}

static int add_piece(const char *piece, size_t length, void *lines)
{
  text_add_bytes(lines, piece, length);
  return 0;
}

static void add_json(const json_t *value, struct text *lines)
{
  int failed = json_dump_callback(value, add_piece, lines, JSON_COMPACT);
  assert(!failed);
}

/* The line's object and its faults; NULL when it is no object. */
static json_t *check_line(const struct call *call, const char *line, size_t length, json_t *faults)
{
  const char *code = NULL;
  json_t *value = validate_parse(line, length, &code);
  if (value && !json_is_object(value)) {
    json_decref(value);
    value = NULL;
    code = "not-object";
  }
  const struct body_rules rules = {.creating = true, .scopes = call_scopes(call)};
  if (value)
    validate_object(value, call_body_fields(call), &rules, NULL, faults);
  else
    json_array_append_new(faults, json_pack("{s:s, s:s}", "pointer", "", "code", code));
  return value;
}

/* Each row is text again before the next one is read: as trees a part would take ten times its size. A line
   without faults and nulls, which would be dropped, is passed on as it came: PostgreSQL takes its texts as they are,
   but not every number that has no business there. */
static void add_line(const struct call *call, const char *line, size_t length, json_int_t number,
                     struct text *lines)
{
  json_auto_t *faults = json_array(), *value = check_line(call, line, length, faults);
  text_addf(lines, "%s{\"row\":%lld", lines->length ? "," : "{\"rows\":[", (long long)number);
  if (json_array_size(faults) > 0) {
    text_add(lines, ",\"errors\":");
    add_json(faults, lines);
  }
  if (value) text_add(lines, ",\"value\":");
  if (value && (json_array_size(faults) > 0 || memmem(line, length, "null", 4)))
    add_json(value, lines);
  else if (value)
    text_add_bytes(lines, line, length);
  text_add(lines, "}");
}

/* Rows are numbered from 1 within their part; empty lines are passed over. A part of very short lines would
   take many times its size: a real row has 200 bytes or more. */
int validate_lines(struct call *call)
{
  text_auto_t lines = {0};
  const char *at = call->req->body ? call->req->body : "", *end = at + call->req->length;
  for (json_int_t number = 1; at < end && number <= MOST_ROWS; number++) {
    const char *stop = memchr(at, '\n', (size_t)(end - at));
    size_t length = (size_t)((stop ? stop : end) - at);
    if (length > 0 && at[length - 1] == '\r') length--;
    if (length > 0) add_line(call, at, length, number, &lines);
    at = stop ? stop + 1 : end;
  }
  if (at < end) return problem(call, 413, "too-many-rows");
  if (lines.length == 0) return problem(call, 400, "empty-body");
  text_add(&lines, "]}");
  call->lines = text_take(&lines);
  return 0;
}
