/* Listens, carries each request to the handler and its reply back, and stops without losing one. */
#include "service/http_private.h"
#include "service/log.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
  THREAD_STACK = 512 * 1024,
  SPARE_FILES = 128,      /* descriptors for other things than connections */
  REPLY_ROOM = 32 * 1024, /* of a connection's memory, for the reply's headers and parsed ones */
  BACKLOG_QUIET_MS = 200, /* longer than a handshake under way may take */
  TICK_MS = 5
};

static struct exchange *exchange_of(const struct request *req)
{
  return req->carrier;
}

const char *http_header(const struct request *req, const char *name)
{
  return u_map_get_case(exchange_of(req)->ulfius.map_header, name);
}

void http_reply_header(struct request *req, const char *name, const char *value)
{
  u_map_put(exchange_of(req)->response->map_header, name, value);
}

void http_reply(struct request *req, int status, const char *media, char *body, size_t length)
{
  struct _u_response *response = exchange_of(req)->response;
  exchange_of(req)->status = status;
  response->status = status;
  if (media) http_reply_header(req, "Content-Type", media);
  if (response->binary_body != body) o_free(response->binary_body);
  response->binary_body = body;
  response->binary_body_length = body ? length : 0;
}

int http_status(const struct request *req)
{
  return exchange_of(req)->status;
}

size_t http_reply_length(const struct request *req)
{
  return exchange_of(req)->response->binary_body_length;
}

/* Proxies may send the whole URL; only its path concerns us. */
static const char *without_authority(const char *url)
{
  if (strncasecmp(url, "http://", 7) != 0 && strncasecmp(url, "https://", 8) != 0) return url;
  const char *path = strchr(strchr(url, ':') + 3, '/');
  return path ? path : "/";
}

static struct request open_request(const struct http *http, struct exchange *exchange)
{
  const struct _u_request *from = &exchange->ulfius;
  const char *query = strchr(from->http_url, '?');
  size_t header =
      MHD_get_connection_info(exchange->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE)->header_size;
  struct request req = {
      .method = from->http_verb,
      .path = without_authority(from->url_path),
      .query = query ? query + 1 : "",
      .body = from->binary_body ? from->binary_body : "",
      .length = from->binary_body_length,
      .too_large = from->binary_body_length > http->settings.max_body,
      .headers_too_large = header > http->settings.max_header,
      .peer = exchange->connection->peer,
      .carrier = exchange,
  };
  http_trace(&req);
  return req;
}

/* A proxy may see another end of the body than we do: what follows it must not be taken for a request.
   RFC 9112, 6.3 and 11.2. */
static bool is_ambiguous(const struct request *req)
{
  const char *length = http_header(req, "Content-Length");
  return length && (strchr(length, ',') || http_header(req, "Transfer-Encoding"));
}

static bool may_have_body(int status)
{
  return status >= 200 && status != 204;
}

static void finish_reply(const struct http *http, struct request *req)
{
  if (!http_status(req)) {
    log_problem("no-reply", "the handler answered nothing");
    http_reply(req, 500, NULL, NULL, 0);
  }
  if (!may_have_body(http_status(req))) http_reply(req, http_status(req), NULL, NULL, 0);
  http_compress(req);
  if (!http->settings.quiet) http_common_headers(http, req);
  if (http->draining || is_ambiguous(req)) http_reply_header(req, "Connection", "close");
}

static int on_request(const struct _u_request *request, struct _u_response *response, void *server)
{
  const struct http *http = server;
  struct exchange *exchange = (struct exchange *)request; /* http_request_begins made it one */
  exchange->response = response;
  exchange->connection->activity = HANDLING;
  struct request req = open_request(http, exchange);
  http->handler(&req);
  finish_reply(http, &req);
  exchange->connection->activity = UNDER_WAY;
  return U_CALLBACK_COMPLETE;
}

/* Only the format: what would be filled in can be the path a client asked for. */
__attribute__((format(printf, 2, 0))) static void on_message(void *none, const char *format, va_list values)
{
  (void)none;
  (void)values;
  char message[256] = "";
  memccpy(message, format, '\n', sizeof message - 1);
  message[strcspn(message, "\n")] = 0;
  log_problem("http", message);
}

static struct MHD_OptionItem call(enum MHD_OPTION option, intptr_t function, void *with)
{
  return (struct MHD_OptionItem){option, function, with};
}

static struct MHD_OptionItem number(enum MHD_OPTION option, size_t value)
{
  return (struct MHD_OptionItem){option, (intptr_t)value, NULL};
}

static int start_ulfius(struct http *http)
{
  const struct http_settings *settings = &http->settings;
  unsigned flags = MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL |
                   MHD_USE_ITC | MHD_USE_ERROR_LOG;
  struct MHD_OptionItem options[] = {
      call(MHD_OPTION_EXTERNAL_LOGGER, (intptr_t)on_message, NULL),
      call(MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)http_connection_changed, http),
      call(MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)http_request_begins, http),
      call(MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)http_request_ends, http),
      number(MHD_OPTION_LISTEN_SOCKET, (size_t)http->listening),
      number(MHD_OPTION_CONNECTION_LIMIT, (size_t)settings->max_connections),
      number(MHD_OPTION_PER_IP_CONNECTION_LIMIT, 0),
      number(MHD_OPTION_CONNECTION_TIMEOUT, (size_t)settings->idle_timeout_s),
      number(MHD_OPTION_CONNECTION_MEMORY_LIMIT, 2 * settings->max_header + REPLY_ROOM),
      number(MHD_OPTION_THREAD_STACK_SIZE, THREAD_STACK),
      number(MHD_OPTION_STRICT_FOR_CLIENT, 1),
      number(MHD_OPTION_END, 0),
  };
  if (ulfius_init_instance(&http->ulfius, (unsigned)settings->port, NULL, NULL) != U_OK) return -1;
  http->ulfius.max_post_body_size = settings->max_body + 1;
  http->ulfius.allowed_post_processor = U_POST_PROCESS_NONE;
  /* The default endpoint alone: ulfius then has no list to match the path with, and any method will do. */
  if (ulfius_set_default_endpoint(&http->ulfius, on_request, http) != U_OK) return -1;
  return ulfius_start_framework_with_mhd_options(&http->ulfius, flags, options) == U_OK ? 0 : -1;
}

static void allow_files(int connections)
{
  struct rlimit limit;
  rlim_t wanted = (rlim_t)connections + SPARE_FILES;
  if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= wanted) return;
  limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur < wanted)
    log_problem("few-files", "the limit of open files is lower than the number of connections allowed");
}

static void release(struct http *http)
{
  pthread_mutex_destroy(&http->lock);
  ulfius_clean_instance(&http->ulfius);
  if (http->listening >= 0) close(http->listening);
  o_free(http);
}

struct http *http_start(const struct http_settings *settings, void (*handler)(struct request *), char **error)
{
  int listening = http_listen(settings->bind, settings->port, error);
  if (listening < 0) return NULL;
  allow_files(settings->max_connections);
  struct http *http = o_malloc(sizeof *http);
  memset(http, 0, sizeof *http);
  http->settings = *settings;
  http->handler = handler;
  http->listening = listening;
  pthread_mutex_init(&http->lock, NULL);
  if (start_ulfius(http)) {
    *error = o_strdup("the HTTP server did not start");
    release(http);
    return NULL;
  }
  return http;
}

static void pause_for(int milliseconds)
{
  const struct timespec length = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
  nanosleep(&length, NULL);
}

static long long now_ms(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static void stop_listening(struct http *http)
{
  int quiet = 0;
  http_refuse_new(http->listening);
  for (int spent = 0; quiet < BACKLOG_QUIET_MS && spent < 10 * BACKLOG_QUIET_MS; spent += TICK_MS) {
    quiet = http_backlog(http->listening) ? 0 : quiet + TICK_MS;
    pause_for(TICK_MS);
  }
  MHD_quiesce_daemon(http->ulfius.mhd_daemon);
  /* The accepting thread may be in accept() with it: closed once that thread has woken and gone on. */
  pause_for(TICK_MS);
  close(http->listening);
  http->listening = -1;
}

int http_drain_and_stop(struct http *http)
{
  long long deadline = now_ms() + http->settings.drain_timeout_s * 1000LL;
  http->draining = true;
  stop_listening(http);
  int left = 0;
  /* Twice nothing: microhttpd may have just read what it has not told us of yet. */
  for (int quiet = 0; quiet < 2; quiet = left ? 0 : quiet + 1) {
    left = http_under_way(http);
    if (now_ms() >= deadline) break;
    pause_for(TICK_MS);
  }
  /* Its thread cannot be ended: the process has to, so what that thread uses must stay. */
  if (left && http_handling(http)) return left;
  ulfius_stop_framework(&http->ulfius);
  release(http);
  return left;
}
