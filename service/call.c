/* What all stations of a request share: faults, ids, path parameters. */
#include "service/call.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

static void add_fault(struct call *call, const char *kind, const char *where, const char *code)
{
  enum { MOST = 100 };
  if (!call->faults) call->faults = json_array();
  if (json_array_size(call->faults) >= MOST) return;
  json_t *row = json_pack("{s:s, s:s}", kind, where, "code", code);
  assert(row);
  json_array_append_new(call->faults, row);
}

void call_fault_at(struct call *call, const char *pointer, const char *code)
{
  add_fault(call, "pointer", pointer, code);
}

void call_fault_in(struct call *call, const char *parameter, const char *code)
{
  add_fault(call, "parameter", parameter, code);
}

bool call_has_faults(const struct call *call)
{
  return json_array_size(call->faults) > 0;
}

void call_draw_uuid(char uuid[UUID_LENGTH + 1])
{
  unsigned char b[16];
  ssize_t got = getrandom(b, sizeof b, 0);
  assert(got == sizeof b);
  b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
  b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
  snprintf(uuid, UUID_LENGTH + 1, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
           b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
           b[15]);
}

const struct field *call_body_fields(const struct call *call)
{
  return call->route->body ? call->route->body : call->resource->fields;
}

const char *call_parameter(const struct call *call, const char *name)
{
  for (int i = 0; i < call->parameter_count; i++)
    if (strcmp(call->parameters[i].name, name) == 0) return call->parameters[i].value;
  return NULL;
}

const char *call_scopes(const struct call *call)
{
  return call->caller && call->caller->db.scopes ? call->caller->db.scopes : "";
}
