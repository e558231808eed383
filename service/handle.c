/* A request's way through the service, station by station; each may answer and end it. */
#include "service/handle.h"

#include "service/about.h"
#include "service/answer.h"
#include "service/log.h"
#include "service/metrics.h"
#include "service/negotiate.h"
#include "service/perform.h"
#include "service/router.h"
#include "service/text.h"
#include "service/validate.h"

#include <orcania.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const struct config *settings;
static struct db *database;

void handle_open(const struct config *config, struct db *db)
{
  settings = config;
  database = db;
  about_open(db);
}

void handle_draining(void)
{
  about_draining();
}

/* Forwarded (RFC 7239) is believed only from a configured proxy, and only in plain form. */
static bool is_trusted(const char *peer)
{
  return settings->trusted_proxies && text_lists(settings->trusted_proxies, " ", peer, strlen(peer));
}

/* A parameter of one Forwarded element, which begins it or follows a semicolon. */
static bool forwarded_part(const char *element, const char *name, char *value, size_t size)
{
  static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.:[]";
  for (const char *at = element; at; at = strchr(at, ';')) {
    at += strspn(at, "; \t");
    if (strncasecmp(at, name, strlen(name)) != 0) continue;
    at += strlen(name) + (at[strlen(name)] == '"');
    size_t length = strspn(at, plain);
    if (length == 0 || length >= size) return false;
    memcpy(value, at, length);
    value[length] = '\0';
    return true;
  }
  return false;
}

/* The last element is the one that our own proxy added; what stands before it is the client's word. */
static void set_base(struct call *call)
{
  char host[200], proto[8];
  const char *header = http_header(call->req, "Forwarded");
  const char *comma = header ? strrchr(header, ',') : NULL;
  const char *element = comma ? comma + 1 : header;
  bool believed = element && is_trusted(call->req->peer) &&
                  forwarded_part(element, "host=", host, sizeof host) &&
                  forwarded_part(element, "proto=", proto, sizeof proto) &&
                  (strcmp(proto, "http") == 0 || strcmp(proto, "https") == 0);
  if (believed)
    snprintf(call->base, sizeof call->base, "%s://%s/kaa/v1", proto, host);
  else
    snprintf(call->base, sizeof call->base, "%.250s/kaa/v1", settings->public_url);
}

static int find_route(struct call *call)
{
  static const char prefix[] = "/kaa/v1/";
  char allow[80] = "";
  bool inside = strncmp(call->req->path, prefix, sizeof prefix - 1) == 0;
  enum routing routing =
      inside ? router_find(call, call->req->path + sizeof prefix - 2, allow, sizeof allow) : NO_PATH;
  if (routing == ROUTED) return 0;
  if (routing == NO_PATH) return problem(call, 404, "not-found");
  http_reply_header(call->req, "Allow", allow);
  if (strcmp(call->method, "OPTIONS") != 0) return problem(call, 405, "method-not-allowed");
  http_reply(call->req, 204, NULL, NULL, 0);
  return 204;
}

static int find_caller(struct call *call)
{
  const char *reason = "";
  switch (auth_check(http_header(call->req, "Authorization"), &call->caller, &reason)) {
  case AUTH_OK: break;
  case AUTH_MISSING: return problem(call, 401, "token-missing");
  case AUTH_EXPIRED: return problem(call, 401, "token-expired");
  case AUTH_UNAVAILABLE: return problem(call, 503, "keys-unavailable");
  case AUTH_MALFORMED:
  case AUTH_INVALID: log_event("token-refused", reason); return problem(call, 401, "token-invalid");
  }
  return 0;
}

/* True when the first `length` characters of wanted, one scope or several with +, are all held. */
static bool holds_all(const char *scopes, const char *wanted, size_t length)
{
  char one[80];
  for (size_t at = 0; at < length;) {
    size_t end = at + strcspn(wanted + at, "+|");
    snprintf(one, sizeof one, "%.*s", (int)(end - at), wanted + at);
    if (!auth_has_scope(scopes, one)) return false;
    at = end + 1;
  }
  return true;
}

/* wanted may hold alternatives: "youths:read|youth-lookups:read". */
static bool holds_any(const char *scopes, const char *wanted)
{
  while (*wanted) {
    size_t length = strcspn(wanted, "|");
    if (holds_all(scopes, wanted, length)) return true;
    wanted += length + (wanted[length] == '|');
  }
  return false;
}

static int check_scope(struct call *call)
{
  char buffer[80];
  const char *wanted = router_scope(call->resource, call->route, buffer, sizeof buffer);
  if (!*wanted || holds_any(call_scopes(call), wanted)) return 0;
  int status = perform_log_refusal(call, "scope-missing");
  if (status) return status;
  char challenge[160]; /* RFC 6750, section 3: scopes with blanks between */
  snprintf(challenge, sizeof challenge, "Bearer realm=\"kaa\", error=\"insufficient_scope\", scope=\"%s\"",
           wanted);
  for (char *c = challenge; *c; c++)
    if (*c == '+') *c = ' ';
  http_reply_header(call->req, "WWW-Authenticate", challenge);
  return problem_with(call, 403, "scope-missing", json_pack("{s:s}", "scope", wanted));
}

static bool has_body(const struct call *call)
{
  enum action action = call->route->action;
  return action == CREATE || action == REPLACE || action == EDIT || action == EVENT || action == UPLOAD ||
         action == SUBMIT || (action == QUERY && strcmp(call->method, "POST") == 0);
}

static bool is_media(const char *header, const char *type)
{
  size_t length = strlen(type);
  return header && strncasecmp(header, type, length) == 0 &&
         (header[length] == '\0' || strchr("; \t", header[length]));
}

/* What the answer will be: format= goes before Accept. 406 when nothing fits. */
static int choose_format(struct call *call)
{
  const char *format = json_string_value(json_object_get(call->query, "format"));
  bool fits = negotiate_format(http_header(call->req, "Accept"), call->route->formats, &call->format);
  if (call->route->formats) http_vary(call->req, "Accept");
  if (!format) return fits ? 0 : problem(call, 406, "not-acceptable");
  call->format = JSON;
  for (const struct format_row *row = negotiate_formats(); row->name; row++)
    if (strcmp(format, row->name) == 0) call->format = row->format;
  return 0;
}

static int check_media(struct call *call)
{
  const char *sent = http_header(call->req, "Content-Type");
  enum action action = call->route->action;
  bool fits = action == UPLOAD ? is_media(sent, "application/x-ndjson")
              : action == EDIT
                  ? is_media(sent, "application/merge-patch+json") || is_media(sent, "application/json")
                  : is_media(sent, "application/json");
  if (has_body(call) && !fits) return problem(call, 415, "media-type-not-supported");
  return choose_format(call);
}

static int read_question(struct call *call)
{
  validate_query(call);
  int status = check_media(call);
  if (status) return status;
  if (has_body(call)) status = call->route->action == UPLOAD ? validate_lines(call) : validate_body(call);
  if (status) return status;
  return call_has_faults(call) ? problem(call, 400, "invalid-request") : 0;
}

static int walk(struct call *call)
{
  if (call->req->headers_too_large) return problem(call, 431, "headers-too-large");
  if (about_answers(call)) return http_status(call->req);
  int status = find_route(call);
  if (status) return status;
  if (call->req->too_large) return problem(call, 413, "body-too-large");
  status = find_caller(call);
  if (status) return status;
  status = perform_check_function(call);
  if (status) return status;
  status = check_scope(call);
  if (status) return status;
  status = read_question(call);
  if (status) return status;
  return perform(call);
}

static double milliseconds_since(const struct timespec *begun)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)(now.tv_sec - begun->tv_sec) * 1e3 + (double)(now.tv_nsec - begun->tv_nsec) / 1e6;
}

void handle_request(struct request *req)
{
  struct timespec begun;
  clock_gettime(CLOCK_MONOTONIC, &begun);
  struct call call = {.req = req, .config = settings, .db = database, .query = json_object()};
  call.method = strcmp(req->method, "HEAD") == 0 ? "GET" : req->method;
  call.english = negotiate_english(http_header(req, "Accept-Language"));
  set_base(&call);
  walk(&call);
  double ms = milliseconds_since(&begun);
  metrics_count(http_status(req), ms);
  log_request(req, call.route ? call.route->path : NULL, call.caller ? call.caller->db.client : NULL,
              call.code, ms);
  json_decref(call.body);
  o_free(call.lines);
  json_decref(call.query);
  json_decref(call.faults);
  auth_release(call.caller);
}
