/* The call's work in the database, and the answer made of what it says. */
#include "service/perform.h"

#include "service/answer.h"
#include "service/csv.h"
#include "service/layouts.h"
#include "service/pages.h"
#include "service/report.h"
#include "service/router.h"
#include "service/statements.h"
#include "service/tags.h"
#include "service/validate.h"

#include <assert.h>
#include <orcania.h>
#include <stdio.h>
#include <string.h>

static const char *action_name(const struct route *route)
{
  static const char *const names[] = {"",      "list",   "read",  "create", "replace", "edit",
                                      "event", "events", "query", "upload", "submit",  "report"};
  return names[route->action];
}

static bool writes(const struct call *call)
{
  enum action action = call->route->action;
  return action == CREATE || action == REPLACE || action == EDIT || action == EVENT || action == UPLOAD ||
         action == SUBMIT;
}

/* What the call is about although the path has no id of its own: the youth of the path, the body or the filter,
   else the parent in the path. */
static const char *asked_for(const struct call *call)
{
  const struct field uuid = {"youthId", UUID};
  const char *id = call_parameter(call, "youthId");
  if (!id) id = json_string_value(json_object_get(call->body, "youthId"));
  if (!id) id = json_string_value(json_object_get(call->query, "youthId"));
  if (!id && call->parameter_count) id = call->parameters[0].value;
  return id && !validate_text(&uuid, id) ? id : NULL;
}

static void describe(const struct call *call, struct db_call *to)
{
  if (call->caller) to->caller = call->caller->db;
  to->caller.trace = call->req->trace;
  to->resource = call->resource->name;
  to->action = action_name(call->route);
  to->personal = call->resource->subject != NULL;
  to->patient = call->route->patient;
  to->varies = call->route->action == LIST && call->resource->keys;
  to->id = call->id[0] ? call->id : NULL;
  const char *asked = asked_for(call);
  if (call->route->action == CREATE || !to->id) to->asked = asked;
}

int perform_log_refusal(struct call *call, const char *code)
{
  struct db_call to = {0};
  describe(call, &to);
  if (!to.personal || db_log_refusal(call->db, &to, code) == DB_OK) return 0;
  return problem(call, 503, "unavailable");
}

static int check_version(struct call *call)
{
  enum action action = call->route->action;
  if (action != EDIT && action != REPLACE && action != EVENT) return 0;
  long long version = 0;
  int status = answer_if_match(call, &version);
  if (status) return status;
  if (version != ANY_VERSION) json_object_set_new(call->query, "@version", json_integer(version));
  return 0;
}

/* $3: the question, the path's parameters and the service's own members. */
static void complete_query(struct call *call)
{
  const char *asked = asked_for(call);
  json_object_set_new(call->query, "@base", json_string(call->base));
  if (asked) json_object_set_new(call->query, "@asked", json_string(asked));
  if (strcmp(call->req->method, "HEAD") == 0) json_object_set_new(call->query, "@head", json_true());
  for (int i = 0; i < call->parameter_count; i++)
    if (strcmp(call->parameters[i].name, "id") != 0)
      json_object_set_new(call->query, call->parameters[i].name, json_string(call->parameters[i].value));
  if (call->route->action == CREATE) call_draw_uuid(call->id);
  if (call->route->action != EVENT) return;
  call_draw_uuid(call->event_id);
  json_object_set_new(call->query, "@event", json_string(call->event_id));
}

struct reserving {
  struct db_reservation reservation;
  char route[200], hash[65];
};

static int check_key(struct call *call, struct reserving *to, struct db_call *run)
{
  const char *key = http_header(call->req, "Idempotency-Key");
  if (!key || strcmp(call->method, "POST") != 0 || !writes(call)) return 0;
  size_t length = strlen(key);
  for (const char *c = key; *c; c++)
    if (*c < 0x21 || *c > 0x7e) length = 0;
  if (length < 1 || length > 100) {
    call_fault_in(call, "Idempotency-Key", "invalid-idempotency-key");
    return problem(call, 400, "invalid-idempotency-key");
  }
  text_hash(call->req->body, call->req->length, to->hash, sizeof to->hash - 1);
  snprintf(to->route, sizeof to->route, "%s %.190s", call->method, call->req->path);
  to->reservation = (struct db_reservation){.route = to->route, .key = key, .body_hash = to->hash};
  run->reservation = &to->reservation;
  return 0;
}

static void set_location(struct call *call)
{
  char location[MAX_BASE + 300];
  const char *path = call->req->path + strlen("/kaa/v1");
  if (call->route->action == EVENT)
    snprintf(location, sizeof location, "%s%.200s/%s", call->base, path, call->event_id);
  else
    snprintf(location, sizeof location, "%s%.200s/%s", call->base, path, call->id);
  http_reply_header(call->req, "Location", location);
}

static int answer_row(struct call *call, struct db_answer *said)
{
  enum action action = call->route->action;
  char *body = said->body;
  said->body = NULL;
  if (call->route->receipt) return answer(call, 202, body, 0);
  if (action == CREATE || action == EVENT) {
    set_location(call);
    return answer(call, 201, body, said->version);
  }
  if (action == LIST) {
    char *wrapped = pages_wrap(call, body, said->page);
    o_free(body);
    return answer(call, 200, wrapped, 0);
  }
  if (call->format == CSV)
    return call->route->by_layout ? layouts_answer(call, body) : answer_csv(call, body);
  if (action == SUBMIT) return answer_items(call, body);
  return answer(call, 200, body, said->version);
}

/* A repeated request is answered with what the first one made, rendered anew. */
static int answer_replayed(struct call *call, struct db_answer *said)
{
  if (said->id[0]) snprintf(call->id, sizeof call->id, "%s", said->id);
  if (said->event_id[0]) snprintf(call->event_id, sizeof call->event_id, "%s", said->event_id);
  if (!said->body) return problem(call, 404, "not-found");
  return answer_row(call, said);
}

static int answer_outcome(struct call *call, struct db_answer *said)
{
  if (said->outcome == DB_OK) return answer_row(call, said);
  if (said->outcome == DB_REPLAYED) return answer_replayed(call, said);
  return answer_trouble(call, said);
}

/* Asked before anything is said of scope or body: what is off is as if it were not there. */
int perform_check_function(struct call *call)
{
  static const char read[] = "select '' as body, 0::bigint as version, '{}'::uuid[] as subjects, "
                             "null::text as page where not base.is_off($3 ->> 'function')";
  if (!call->resource->function) return 0;
  json_auto_t *question = json_pack("{s:s}", "function", call->resource->function);
  chars_auto_t query = json_dumps(question, JSON_COMPACT);
  struct db_call to = {.caller = call->caller->db,
                       .resource = call->resource->name,
                       .action = "function",
                       .read = read,
                       .query = query};
  struct db_answer said = {0};
  db_run(call->db, &to, &said);
  int status = said.outcome == DB_ABSENT ? perform_log_refusal(call, "not-found") : 0;
  if (!status && said.outcome != DB_OK) status = answer_outcome(call, &said);
  db_answer_clear(&said);
  return status;
}

static int run(struct call *call, struct db_call *to)
{
  text_auto_t write = {0}, read = {0};
  statement_write(call, &write);
  statement_read(call, &read);
  chars_auto_t query = json_dumps(call->query, JSON_COMPACT);
  chars_auto_t body = call->body ? json_dumps(call->body, JSON_COMPACT) : NULL;
  to->write = write.length ? write.data : NULL;
  to->read = read.data;
  to->query = query;
  to->body = call->lines ? call->lines : body;
  to->id = call->id[0] ? call->id : NULL;
  struct db_answer said = {0};
  db_run(call->db, to, &said);
  int status = answer_outcome(call, &said);
  db_answer_clear(&said);
  return status;
}

int perform(struct call *call)
{
  struct db_call to = {0};
  struct reserving reserving = {0};
  int status = check_version(call);
  if (status) return status;
  status = check_key(call, &reserving, &to);
  if (status) return status;
  if (call->route->action == LIST) pages_begin(call);
  status = call->route->by_layout ? layouts_choose(call) : 0;
  if (status) return status;
  if (call_has_faults(call)) return problem(call, 400, "invalid-request");
  if (call->route->action == REPORT) return report_answer(call);
  status = call->route->publishes ? report_prepare(call) : 0;
  if (status) return status;
  complete_query(call);
  describe(call, &to);
  return run(call, &to);
}
