/* NDJSON: any bytes end in rows, each a value, its faults or both, numbered as the lines are. */
#include "fuzz_call.h"

#include <assert.h>
#include <string.h>

static void check_row(const json_t *row, json_int_t *last)
{
  json_int_t number = json_integer_value(json_object_get(row, "row"));
  assert(number > *last);
  *last = number;
  const json_t *value = json_object_get(row, "value"), *errors = json_object_get(row, "errors");
  assert(value || errors);
  if (errors)
    assert(json_array_size(errors) > 0);
  else
    assert(json_is_object(value));
  fuzz_check_faults(errors);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct request req = {
      .method = "PUT", .path = "/kaa/v1/fuzz", .query = "", .body = (const char *)data, .length = size};
  struct call call;
  fuzz_call_open(&call, &req, FUZZ_LINES, 0);
  int status = validate_lines(&call);
  assert((status == 0) == (call.lines != NULL));
  json_auto_t *body = call.lines ? json_loads(call.lines, JSON_REJECT_DUPLICATES, NULL) : NULL;
  const json_t *rows = json_object_get(body, "rows");
  assert(status || json_array_size(rows) > 0);
  json_int_t last = 0;
  size_t i;
  json_t *row;
  json_array_foreach(rows, i, row) check_row(row, &last);
  fuzz_call_close(&call);
  return 0;
}
