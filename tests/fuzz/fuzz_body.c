/* Body validation: any bytes for any route that takes a body end in a problem, or in JSON of the declared members. */
#include "fuzz_call.h"

#include <assert.h>
#include <orcania.h>
#include <stdlib.h>
#include <string.h>

static const struct field *declared(const struct call *call)
{
  return call->route->body ? call->route->body : call->resource->fields;
}

static bool is_declared(const struct field *fields, const char *name)
{
  for (; fields->name; fields++)
    if (!strcmp(fields->name, name)) return !(fields->marks & READ_ONLY);
  return false;
}

/* A body without faults holds nothing that is unknown or read-only, and all that is required. */
static void check_accepted(const struct call *call)
{
  const char *name;
  json_t *value;
  if (call->route->action == EVENT) return;
  json_object_foreach(call->body, name, value) assert(is_declared(declared(call), name));
  if (call->route->action == EDIT) return;
  for (const struct field *field = declared(call); field->name; field++)
    assert(!(field->marks & REQUIRED) || json_object_get(call->body, field->name));
}

/* What goes on to the database is JSON text again, and the same when read again. */
static void check_text(const json_t *body)
{
  char *text = json_dumps(body, JSON_COMPACT);
  assert(text);
  json_auto_t *again = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
  assert(again && json_equal(again, (json_t *)body));
  free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  if (size < 1) return 0;
  struct request req = {.method = "POST",
                        .path = "/kaa/v1/fuzz",
                        .query = "",
                        .body = (const char *)data + 1,
                        .length = size - 1};
  struct call call;
  fuzz_call_open(&call, &req, FUZZ_BODY, data[0]);
  int status = validate_body(&call);
  assert(status == 0 || (status == 400 && fuzz_status == 400));
  fuzz_check_faults(call.faults);
  if (!status) check_text(call.body);
  if (!status && !call_has_faults(&call)) check_accepted(&call);
  fuzz_call_close(&call);
  return 0;
}
