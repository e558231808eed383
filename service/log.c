/* Log lines: each one JSON object, put together without allocation and given to stderr in one write. */
#include "service/log.h"

#include <errno.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <yder.h>

/* In order of gravity. */
enum level { LEVEL_ERROR, LEVEL_WARNING, LEVEL_INFO, LEVEL_DEBUG, LEVELS };

static const struct {
  const char *name;
  unsigned long yder;
} levels[LEVELS] = {
    [LEVEL_ERROR] = {"error", Y_LOG_LEVEL_ERROR},
    [LEVEL_WARNING] = {"warning", Y_LOG_LEVEL_WARNING},
    [LEVEL_INFO] = {"info", Y_LOG_LEVEL_INFO},
    [LEVEL_DEBUG] = {"debug", Y_LOG_LEVEL_DEBUG},
};

static atomic_int chosen = LEVEL_INFO;

/* No longer than a pipe takes whole, or two threads' lines would mix: four values of TEXT_MAX and their names
   fit, and LINE_END. */
enum { LINE_END = 2, TEXT_MAX = 900 };

struct line {
  size_t used;
  char text[PIPE_BUF];
};

static void put(struct line *line, const char *text, size_t length)
{
  size_t room = sizeof line->text - LINE_END - line->used;
  if (length > room) length = room;
  memcpy(line->text + line->used, text, length);
  line->used += length;
}

/* How many bytes the UTF-8 character at text has, 0 when it is none. RFC 3629, section 4. */
static size_t character(const unsigned char *text)
{
  static const struct {
    unsigned char from, to, second_from, second_to;
    size_t length;
  } forms[] = {
      {0x20, 0x7e, 0x00, 0xff, 1}, {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
      {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
      {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
  };
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
    if (text[0] < forms[i].from || text[0] > forms[i].to) continue;
    if (forms[i].length > 1 && (text[1] < forms[i].second_from || text[1] > forms[i].second_to)) return 0;
    for (size_t more = 2; more < forms[i].length; more++)
      if ((text[more] & 0xc0) != 0x80) return 0;
    return forms[i].length;
  }
  return 0;
}

static void put_escaped(struct line *line, const char *text)
{
  const unsigned char *at = (const unsigned char *)text;
  size_t limit = line->used + TEXT_MAX;
  char escape[8];
  while (*at && line->used < limit) {
    size_t length = character(at);
    if (length && *at != '"' && *at != '\\') {
      put(line, (const char *)at, length);
      at += length;
      continue;
    }
    int written = *at == '"' || *at == '\\'
                      ? snprintf(escape, sizeof escape, "\\%c", *at)
                      : snprintf(escape, sizeof escape, "\\u%04x", *at < 0x80 ? *at : 0xfffd);
    put(line, escape, (size_t)written);
    at++;
  }
}

static void put_text(struct line *line, const char *text)
{
  put(line, text, strlen(text));
}

/* Name is a literal of ours. */
static void put_member(struct line *line, const char *name, const char *value)
{
  if (!value) return;
  put_text(line, ",\"");
  put_text(line, name);
  put_text(line, "\":\"");
  put_escaped(line, value);
  put_text(line, "\"");
}

static void begin(struct line *line, enum level level, const char *event)
{
  struct timespec now;
  struct tm utc;
  char date[32], time[64];
  clock_gettime(CLOCK_REALTIME, &now);
  gmtime_r(&now.tv_sec, &utc);
  strftime(date, sizeof date, "%FT%T", &utc);
  line->used = 0;
  snprintf(time, sizeof time, "{\"time\":\"%s.%03ldZ\"", date, now.tv_nsec / 1000000);
  put_text(line, time);
  put_member(line, "level", levels[level].name);
  put_member(line, "event", event);
}

static void finish(struct line *line)
{
  memcpy(line->text + line->used, "}\n", LINE_END);
  line->used += LINE_END;
  /* A log that cannot be written cannot be complained about either. */
  while (write(STDERR_FILENO, line->text, line->used) < 0 && errno == EINTR)
    ;
}

static bool is_wanted(enum level level)
{
  return (int)level <= chosen;
}

static void write_event(enum level level, const char *event, const char *detail)
{
  struct line line;
  if (!is_wanted(level)) return;
  begin(&line, level, event);
  put_member(&line, "detail", detail);
  finish(&line);
}

/* What ulfius and its relatives have to say. */
static void on_library_message(void *none, const char *program, time_t date, unsigned long level,
                               const char *message)
{
  (void)none;
  (void)program;
  (void)date;
  enum level own = LEVEL_ERROR;
  for (int i = 0; i < LEVELS; i++)
    if (levels[i].yder == level) own = (enum level)i;
  write_event(own, "library", message);
}

int log_open(const char *level)
{
  for (int i = 0; i < LEVELS; i++) {
    if (strcmp(levels[i].name, level) != 0) continue;
    chosen = i;
    if (!y_init_logs("kaa", Y_LOG_MODE_CALLBACK, levels[i].yder, NULL, NULL)) return -1;
    return y_set_logs_callback(on_library_message, NULL, NULL) ? 0 : -1;
  }
  return -1;
}

void log_close(void)
{
  y_close_logs();
}

void log_event(const char *event, const char *detail)
{
  write_event(LEVEL_INFO, event, detail);
}

void log_problem(const char *event, const char *detail)
{
  write_event(LEVEL_WARNING, event, detail);
}

/* A method may be any word the client likes: only known ones are logged. */
static const char *known_method(const char *method)
{
  static const char *const known[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (strcmp(known[i], method) == 0) return known[i];
  return "other";
}

void log_request(const struct request *req, const char *route, const char *client, const char *code,
                 double ms)
{
  struct line line;
  char numbers[128];
  int status = http_status(req);
  enum level level = status >= 500 ? LEVEL_ERROR : LEVEL_INFO;
  if (!is_wanted(level)) return;
  begin(&line, level, "request");
  put_member(&line, "method", known_method(req->method));
  put_member(&line, "route", route);
  snprintf(numbers, sizeof numbers, ",\"status\":%d,\"bytes\":%zu,\"ms\":%.3f", status,
           http_reply_length(req), ms);
  put_text(&line, numbers);
  put_member(&line, "trace", req->trace);
  put_member(&line, "client", client);
  put_member(&line, "code", code);
  finish(&line);
}
