/* Answers and problems: status, headers and body of whatever the service says. */
#include "service/answer.h"

#include "service/csv.h"
#include "service/negotiate.h"
#include "service/problems.h"
#include "service/tags.h"
#include "service/text.h"

#include <assert.h>
#include <ctype.h>
#include <orcania.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static json_t *with_words(const struct call *call, const json_t *fault)
{
  json_t *row = json_copy((json_t *)fault);
  const char *words =
      problems_detail(call->resource, json_string_value(json_object_get(fault, "code")), call->english);
  if (words) json_object_set_new(row, "detail", json_string(words));
  return row;
}

static void add_errors(const struct call *call, json_t *document)
{
  size_t i;
  json_t *fault, *errors = json_array();
  json_array_foreach(call->faults, i, fault) json_array_append_new(errors, with_words(call, fault));
  if (json_array_size(errors) > 0)
    json_object_set_new(document, "errors", errors);
  else
    json_decref(errors);
}

static void add_headers(struct call *call, int status, const char *code)
{
  http_reply_header(call->req, "Content-Language", call->english ? "en" : "sv");
  http_vary(call->req, "Accept-Language");
  http_reply_header(call->req, "Cache-Control", "no-store");
  if (status == 503) http_reply_header(call->req, "Retry-After", "2");
  if (status == 409 && strcmp(code, "busy") == 0) http_reply_header(call->req, "Retry-After", "1");
  if (status != 401) return;
  bool missing = strcmp(code, "token-missing") == 0;
  http_reply_header(call->req, "WWW-Authenticate",
                    missing ? "Bearer realm=\"kaa\"" : "Bearer realm=\"kaa\", error=\"invalid_token\"");
}

/* instance is the trace, not the path: a path may hold what the caller should not have put there. */
int problem_with(struct call *call, int status, const char *code, json_t *extra)
{
  char type[MAX_BASE + 80], instance[64];
  snprintf(type, sizeof type, "%s/docs#%s", call->base, code);
  snprintf(instance, sizeof instance, "urn:trace:%s", call->req->trace);
  json_t *document = json_pack("{s:s, s:s, s:i, s:s, s:s, s:s}", "type", type, "title",
                               problems_title(status, call->english), "status", status, "instance", instance,
                               "code", code, "traceId", call->req->trace);
  const char *detail = problems_detail(call->resource, code, call->english);
  json_object_set_new(document, "detail",
                      json_string(detail ? detail : problems_title(status, call->english)));
  add_errors(call, document);
  if (extra) json_object_update_missing(document, extra);
  json_decref(extra);
  const struct refusal *row = problems_refusal(call->resource, code);
  call->code = row ? row->code : "rule-broken";
  char *body = json_dumps(document, JSON_COMPACT);
  json_decref(document);
  add_headers(call, status, code);
  http_reply(call->req, status, "application/problem+json", body, strlen(body));
  return status;
}

int problem(struct call *call, int status, const char *code)
{
  return problem_with(call, status, code, NULL);
}

static void reply_minimal(struct call *call, int status, char *body)
{
  o_free(body);
  http_reply_header(call->req, "Preference-Applied", "return=minimal");
  http_reply(call->req, status == 200 ? 204 : status, NULL, NULL, 0);
}

/* Sets ETag and Cache-Control. 304 when the caller has this representation, else the status. */
static int status_of(struct call *call, int status, const char *body, long long version)
{
  char tag[TAG_SIZE], caching[40] = "no-store";
  bool reads = strcmp(call->method, "GET") == 0;
  tags_make(body, strlen(body), version, tag);
  http_reply_header(call->req, "ETag", tag);
  if (reads && call->resource->max_age)
    snprintf(caching, sizeof caching, "public, max-age=%d", call->resource->max_age);
  http_reply_header(call->req, "Cache-Control", caching);
  return reads && tags_hold(http_header(call->req, "If-None-Match"), tag) ? 304 : status;
}

bool answer_unchanged(const struct call *call, const char *tagged)
{
  char tag[TAG_SIZE];
  tags_make(tagged, strlen(tagged), 0, tag);
  return tags_hold(http_header(call->req, "If-None-Match"), tag);
}

/* http.c leaves the body of a 304 out, and keeps the headers that it would have had. */
int answer_as(struct call *call, const char *media, const char *tagged, char *body, size_t length)
{
  http_reply(call->req, status_of(call, 200, tagged, 0), media, body, length);
  return http_status(call->req);
}

/* http.c leaves the body of a 304 out, and keeps the headers that it would have had. */
int answer_csv(struct call *call, char *json)
{
  size_t length = 0;
  char *csv = csv_from_data(json, &length);
  o_free(json);
  return answer_as(call, "text/csv; charset=utf-8", csv, csv, length);
}

int answer(struct call *call, int status, char *body, long long version)
{
  bool writes = strcmp(call->method, "GET") != 0 && call->route->action != QUERY;
  status = status_of(call, status, body, version);
  if (writes && negotiate_minimal(http_header(call->req, "Prefer")))
    reply_minimal(call, status, body);
  else
    http_reply(call->req, status, "application/json", body, strlen(body));
  return http_status(call->req);
}

int answer_items(struct call *call, char *body)
{
  json_auto_t *document = json_loads(body, 0, NULL);
  o_free(body);
  size_t i;
  json_t *row;
  json_array_foreach(json_object_get(document, "data"), i, row)
  {
    json_t *fault = json_object_get(row, "problem");
    if (fault) json_object_set_new(row, "problem", with_words(call, fault));
  }
  return answer(call, 200, json_dumps(document, JSON_COMPACT), 0);
}

int answer_if_match(struct call *call, long long *version)
{
  const char *header = http_header(call->req, "If-Match");
  if (!header) return problem(call, 428, "if-match-missing");
  if (tags_version(header, version)) return 0;
  call_fault_in(call, "If-Match", "invalid-if-match");
  return problem(call, 400, "invalid-if-match");
}

/* two_staff_at_home_visit → two-staff-at-home-visit */
static void as_code(const char *constraint, char *code, size_t size)
{
  snprintf(code, size, "%s", constraint);
  for (char *c = code; *c; c++)
    if (*c == '_') *c = '-';
}

static void point_at_column(struct call *call, const char *column, const char *code)
{
  static const char town[] = "municipality_"; /* every key begins with it; it is never the caller's */
  char pointer[64] = "/";
  size_t used = 1;
  if (strncmp(column, town, sizeof town - 1) == 0) column += sizeof town - 1;
  for (const char *c = column; *c && used < sizeof pointer - 1; c++) {
    bool after = *c == '_';
    if (after) c++;
    pointer[used++] = (char)(after ? toupper((unsigned char)*c) : *c);
  }
  pointer[used] = '\0';
  call_fault_at(call, pointer, code);
}

/* A constraint of the database: its name is the code, the resource's table of refusals has the words. */
static int refuse_by_constraint(struct call *call, const struct db_answer *said)
{
  char code[80];
  as_code(said->code ? said->code : "", code, sizeof code);
  const struct refusal *row = problems_refusal(call->resource, code);
  if (row) {
    if (row->pointer) call_fault_at(call, row->pointer, row->code);
    return problem(call, row->status, row->code);
  }
  if (strcmp(said->sqlstate, "23503") == 0 || strcmp(said->sqlstate, "42501") == 0) {
    point_at_column(call, said->column ? said->column : "youth_id", "unknown-reference");
    return problem(call, 422, "unknown-reference");
  }
  if (strcmp(said->sqlstate, "23502") == 0) {
    point_at_column(call, said->column ? said->column : "", "required");
    return problem(call, 422, "invalid-request");
  }
  if (strncmp(said->sqlstate, "22", 2) == 0) return problem(call, 422, "invalid-value");
  bool collides = strcmp(said->sqlstate, "23505") == 0 || strcmp(said->sqlstate, "23P01") == 0;
  return problem(call, collides ? 409 : 422, "rule-broken");
}

int answer_trouble(struct call *call, const struct db_answer *said)
{
  switch (said->outcome) {
  case DB_ABSENT: return problem(call, 404, "not-found");
  case DB_REFUSED: return answer_refusal(call, said);
  case DB_BUSY: return problem(call, 409, "busy");
  case DB_TOO_LONG: return problem(call, 503, "timed-out");
  case DB_UNAVAILABLE: return problem(call, 503, "unavailable");
  default: return problem(call, 500, "internal-error");
  }
}

int answer_refusal(struct call *call, const struct db_answer *said)
{
  if (strncmp(said->sqlstate, "KA", 2) != 0) return refuse_by_constraint(call, said);
  int status = (int)strtol(said->sqlstate + 2, NULL, 10);
  json_t *detail = said->detail ? json_loads(said->detail, 0, NULL) : NULL;
  const struct refusal *row = problems_refusal(call->resource, said->code);
  const char *pointer = json_string_value(json_object_get(detail, "pointer"));
  const char *parameter = json_string_value(json_object_get(detail, "parameter"));
  if (!pointer && row) pointer = row->pointer;
  if (parameter)
    call_fault_in(call, parameter, said->code);
  else if (pointer)
    call_fault_at(call, pointer, said->code);
  json_object_del(detail, "pointer");
  json_object_del(detail, "parameter");
  json_t *state = json_object_get(detail, "status");
  if (state) {
    json_object_set(detail, "currentStatus", state);
    json_object_del(detail, "status");
  }
  return problem_with(call, status, said->code, detail);
}
