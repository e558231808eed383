/* HTTP as the rest of the service sees it: a request comes in, one reply goes out. */
#ifndef KAA_HTTP_H
#define KAA_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#define KAA_API_VERSION  "1.0.0" /* of the interface: header API-Version, api-info and openapi.yaml */
#define KAA_API_RELEASED "2026-11-22"

/* A request and its reply. Lives in http.c's hands for the time of one handler call. */
struct request {
  const char *method; /* as received: GET, HEAD, … */
  const char *path;   /* as received, percent-encoded, without the query */
  const char *query;  /* raw text after ?, "" when there is none */
  const char *body;   /* length bytes, not NUL-terminated as far as callers may rely on */
  size_t length;
  bool too_large;         /* the body was over the limit: answer 413, do not read it */
  bool headers_too_large; /* answer 431 */
  const char *peer;       /* numeric address of the peer */
  char trace[33];         /* trace id: the caller's traceparent, or drawn here */
  char span[17];          /* our span id */
  void *carrier;          /* http.c's own */
};

/* The value of a request header (name in any case), or NULL. Borrowed. */
const char *http_header(const struct request *req, const char *name);

/* Sets a header of the reply; both are copied. */
void http_reply_header(struct request *req, const char *name, const char *value);

/* Adds the name of a request header to the reply's Vary. */
void http_vary(struct request *req, const char *name);

/* Sets status, media type (NULL: none) and body of the reply; body is owned from here on, may be NULL. */
void http_reply(struct request *req, int status, const char *media, char *body, size_t length);

/* What the handler has set so far, for the log line. */
int http_status(const struct request *req);
size_t http_reply_length(const struct request *req);

struct http_settings {
  const char *bind; /* numeric address */
  int port;
  size_t max_body;
  size_t max_header; /* bytes of request line and headers together */
  int max_connections;
  int idle_timeout_s;
  int drain_timeout_s;
  const char *allowed_origins; /* blanks between; NULL: no CORS */
  bool behind_tls;             /* sends HSTS */
  bool quiet;                  /* no security or trace headers: the metrics port */
};

struct http;

/* Listens and calls handler in a thread per connection. Headers that every reply carries (traceparent,
   API-Version, nosniff, CORS …), gzip, HEAD, and 304's missing body are http.c's work. NULL and
   *error (owned by the caller) when the address cannot be had. */
struct http *http_start(const struct http_settings *settings, void (*handler)(struct request *),
                        char **error);

/* Stops accepting, answers what is under way or waits in the backlog (replies then close their
   connections), returns when all are answered or after drain_timeout_s: 0, or the number left. */
int http_drain_and_stop(struct http *http);

#endif
