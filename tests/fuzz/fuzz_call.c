/* The call of fuzz_call.h, and what a server would do for it: headers that are absent and replies that are dropped. */
#include "fuzz_call.h"

#include "service/problems.h"
#include "service/router.h"

#include <assert.h>
#include <orcania.h>
#include <string.h>

int fuzz_status;

const char *http_header(const struct request *req, const char *name)
{
  (void)req;
  (void)name;
  return NULL;
}

void http_reply_header(struct request *req, const char *name, const char *value)
{
  (void)req;
  assert(name && value);
}

void http_vary(struct request *req, const char *name)
{
  (void)req;
  assert(*name);
}

void http_reply(struct request *req, int status, const char *media, char *body, size_t length)
{
  (void)req;
  (void)media;
  assert(!body || strlen(body) == length);
  fuzz_status = status;
  o_free(body);
}

int http_status(const struct request *req)
{
  (void)req;
  return fuzz_status;
}

size_t http_reply_length(const struct request *req)
{
  (void)req;
  return 0;
}

static bool fits(const struct route *route, enum fuzz_kind kind)
{
  enum action action = route->action;
  bool takes = action == CREATE || action == REPLACE || action == EDIT || action == EVENT ||
               action == SUBMIT || (action == QUERY && !strcmp(router_method(route), "POST"));
  return kind == FUZZ_ANY || (kind == FUZZ_LINES ? action == UPLOAD : takes);
}

/* Finds the route with that many fitting ones before it; returns how many were passed. */
static unsigned find(struct call *call, enum fuzz_kind kind, unsigned number)
{
  unsigned passed = 0;
  for (const struct resource *const *resource = router_resources(); *resource; resource++)
    for (const struct route *route = (*resource)->routes; route->path; route++) {
      if (!fits(route, kind) || passed++ != number) continue;
      call->resource = *resource;
      call->route = route;
      return passed;
    }
  return passed;
}

void fuzz_call_open(struct call *call, struct request *req, enum fuzz_kind kind, unsigned number)
{
  fuzz_status = 0;
  *call = (struct call){.req = req, .query = json_object(), .base = "http://127.0.0.1/kaa/v1"};
  unsigned count = find(call, kind, number);
  if (!call->route) find(call, kind, number % count);
  assert(call->route);
  call->method = router_method(call->route);
}

void fuzz_call_close(struct call *call)
{
  json_decref(call->body);
  o_free(call->lines);
  json_decref(call->query);
  json_decref(call->faults);
}

void fuzz_check_faults(const json_t *faults)
{
  size_t i;
  json_t *fault;
  json_array_foreach(faults, i, fault)
  {
    const char *code = json_string_value(json_object_get(fault, "code"));
    assert(code && problems_detail(NULL, code, true) && problems_detail(NULL, code, false));
    assert(!json_object_get(fault, "pointer") != !json_object_get(fault, "parameter"));
  }
}
