/* Paths and queries: any text finds a route or none, and a query's parameters end as faults or as known strings. */
#include "fuzz_call.h"

#include "service/router.h"

#include <assert.h>
#include <orcania.h>
#include <string.h>

static void try_path(const char *path)
{
  char allow[80] = "";
  struct call call = {.method = "GET", .query = json_object()};
  enum routing routing = router_find(&call, path, allow, sizeof allow);
  assert((routing == ROUTED) == (call.route != NULL));
  assert(routing != NO_METHOD || *allow);
  json_decref(call.query);
}

static void try_query(unsigned number, const char *query)
{
  struct request req = {.method = "GET", .path = "/kaa/v1/fuzz", .query = query, .body = ""};
  struct call call;
  fuzz_call_open(&call, &req, FUZZ_ANY, number);
  validate_query(&call);
  fuzz_check_faults(call.faults);
  const char *name;
  json_t *value;
  json_object_foreach(call.query, name, value)
  {
    /* Members beginning with @ are the service's own: no caller may bring one. */
    assert(name[0] != '@' && json_is_string(value) &&
           strlen(json_string_value(value)) == json_string_length(value));
  }
  fuzz_call_close(&call);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  if (size < 1) return 0;
  char *text = o_malloc(size);
  memcpy(text, data + 1, size - 1);
  text[size - 1] = '\0';
  try_path(text);
  try_query(data[0], text);
  o_free(text);
  return 0;
}
