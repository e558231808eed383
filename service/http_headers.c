/* Headers that every reply carries: trace, version, security and, for allowed origins, CORS. */
#include "service/http_private.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

enum { TRACE = 32, SPAN = 16 }; /* hex digits */

static void draw(char *hex, size_t digits)
{
  unsigned char bytes[TRACE / 2];
  size_t wanted = digits / 2;
  /* Up to 256 bytes come whole once the kernel's generator is ready, which getrandom waits for. */
  while (getrandom(bytes, wanted, 0) != (ssize_t)wanted)
    ;
  for (size_t i = 0; i < digits; i++)
    hex[i] = "0123456789abcdef"[i % 2 ? bytes[i / 2] & 15 : bytes[i / 2] >> 4];
  hex[digits] = 0;
}

static bool is_id(const char *text, size_t digits)
{
  return strspn(text, "0123456789abcdef") >= digits && strspn(text, "0") < digits;
}

/* W3C Trace Context, section 3.2: 00-TRACE-PARENT-FLAGS; later versions may go on after another -. */
static bool is_traceparent(const char *text)
{
  enum { AT_TRACE = 3, AT_SPAN = AT_TRACE + TRACE + 1, AT_FLAGS = AT_SPAN + SPAN + 1, LENGTH = AT_FLAGS + 2 };
  const char hex[] = "0123456789abcdef";
  size_t length = strlen(text);
  if (length < LENGTH || strspn(text, hex) != 2 || strncmp(text, "ff", 2) == 0) return false;
  if (text[2] != '-' || text[AT_SPAN - 1] != '-' || text[AT_FLAGS - 1] != '-') return false;
  if (!is_id(text + AT_TRACE, TRACE) || !is_id(text + AT_SPAN, SPAN)) return false;
  if (strspn(text + AT_FLAGS, hex) < 2) return false;
  return length == LENGTH || (strncmp(text, "00", 2) != 0 && text[LENGTH] == '-');
}

void http_trace(struct request *req)
{
  const char *parent = http_header(req, "traceparent");
  if (parent && is_traceparent(parent))
    memcpy(req->trace, parent + 3, TRACE);
  else
    draw(req->trace, TRACE);
  draw(req->span, SPAN);
}

static const struct exchange *exchange_of(const struct request *req)
{
  return req->carrier;
}

/* True when the comma list holds the whole name. */
static bool names(const char *list, const char *name)
{
  size_t length = strlen(name);
  for (const char *at = list; (at = strcasestr(at, name)); at++)
    if ((at == list || strchr(", ", at[-1])) && (at[length] == '\0' || at[length] == ',')) return true;
  return false;
}

void http_vary(struct request *req, const char *name)
{
  const char *before = u_map_get(exchange_of(req)->response->map_header, "Vary");
  char both[512];
  if (!before) {
    http_reply_header(req, "Vary", name);
  } else if (!names(before, name)) {
    snprintf(both, sizeof both, "%s, %s", before, name);
    http_reply_header(req, "Vary", both);
  }
}

static bool is_allowed(const char *origins, const char *origin)
{
  size_t length = strlen(origin);
  for (const char *at = origins; *at; at += strcspn(at, " ")) {
    at += strspn(at, " ");
    if (length && strcspn(at, " ") == length && strncasecmp(at, origin, length) == 0) return true;
  }
  return false;
}

static void allow_origin(const struct http *http, struct request *req)
{
  const char *origin = http_header(req, "Origin");
  http_vary(req, "Origin");
  if (!origin || !is_allowed(http->settings.allowed_origins, origin)) return;
  http_reply_header(req, "Access-Control-Allow-Origin", origin);
  http_reply_header(
      req, "Access-Control-Expose-Headers",
      "API-Version, ETag, Link, Location, RateLimit, RateLimit-Policy, Retry-After, traceparent");
  if (strcmp(req->method, "OPTIONS") != 0 || !http_header(req, "Access-Control-Request-Method")) return;
  http_reply_header(req, "Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
  http_reply_header(req, "Access-Control-Allow-Headers",
                    "Accept, Accept-Language, Authorization, Content-Type, Idempotency-Key, If-Match, "
                    "If-None-Match, Prefer, traceparent");
  http_reply_header(req, "Access-Control-Max-Age", "600");
}

void http_common_headers(const struct http *http, struct request *req)
{
  char parent[2 + 1 + TRACE + 1 + SPAN + 1 + 2 + 1];
  snprintf(parent, sizeof parent, "00-%s-%s-01", req->trace, req->span);
  http_reply_header(req, "traceparent", parent);
  http_reply_header(req, "API-Version", KAA_API_VERSION);
  http_reply_header(req, "X-Content-Type-Options", "nosniff");
  http_reply_header(req, "Referrer-Policy", "no-referrer");
  if (!u_map_has_key_case(exchange_of(req)->response->map_header, "Content-Security-Policy"))
    http_reply_header(req, "Content-Security-Policy", "frame-ancestors 'none'");
  if (http->settings.behind_tls) http_reply_header(req, "Strict-Transport-Security", "max-age=31536000");
  if (http->settings.allowed_origins) allow_origin(http, req);
}
