/* Log lines as they come out of stderr: JSON, one write each, nothing personal. */
#include "service/http_private.h"
#include "service/log.h"

#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <yder.h>

static int out[2], kept = -1;

static int catch_stderr(void **state)
{
  (void)state;
  kept = dup(STDERR_FILENO);
  return pipe2(out, O_DIRECT | O_NONBLOCK) || dup2(out[1], STDERR_FILENO) < 0;
}

static int release_stderr(void **state)
{
  (void)state;
  log_close();
  dup2(kept, STDERR_FILENO);
  close(kept);
  close(out[0]);
  close(out[1]);
  return 0;
}

/* One read is one write: the pipe keeps them apart. NULL when nothing was written. */
static json_t *next_line(void)
{
  char text[PIPE_BUF + 1];
  ssize_t length = read(out[0], text, PIPE_BUF);
  if (length <= 0) return NULL;
  assert_int_equal(text[length - 1], '\n');
  assert_null(memchr(text, '\n', (size_t)length - 1));
  json_t *line = json_loadb(text, (size_t)length, JSON_REJECT_DUPLICATES, NULL);
  assert_non_null(line);
  return line;
}

static const char *text_of(const json_t *line, const char *name)
{
  return json_string_value(json_object_get(line, name));
}

static void test_events(void **state)
{
  (void)state;
  static const struct {
    const char *detail, *expected;
  } examples[] = {
      {NULL, NULL},
      {"", ""},
      {"plain", "plain"},
      {"\"quoted\" \\ back", "\"quoted\" \\ back"},
      {"two\nlines\tand\r\x01\x7f", "two\nlines\tand\r\x01\x7f"},
      {"åäö € 😀", "åäö € 😀"},
      {"bad \xff\xc3( \xed\xa0\x80 \xc0\xaf", "bad ��( ��� ��"},
      {"cut \xf0\x9f\x98", "cut ���"},
  };
  assert_int_equal(log_open("info"), 0);
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
    log_event("test", examples[i].detail);
    json_auto_t *line = next_line();
    const char *time = text_of(line, "time");
    assert_int_equal(strlen(time), strlen("2026-01-31T12:00:00.000Z"));
    assert_int_equal(time[23], 'Z');
    assert_string_equal(text_of(line, "level"), "info");
    assert_string_equal(text_of(line, "event"), "test");
    if (examples[i].expected)
      assert_string_equal(text_of(line, "detail"), examples[i].expected);
    else
      assert_null(json_object_get(line, "detail"));
  }
}

static void test_levels(void **state)
{
  (void)state;
  static const struct {
    const char *level;
    bool problem, event, library_error, library_debug;
  } examples[] = {{"error", false, false, true, false},
                  {"warning", true, false, true, false},
                  {"info", true, true, true, false},
                  {"debug", true, true, true, true}};
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
    assert_int_equal(log_open(examples[i].level), 0);
    log_problem("p", NULL);
    log_event("e", NULL);
    y_log_message(Y_LOG_LEVEL_ERROR, "from %s", "a library");
    y_log_message(Y_LOG_LEVEL_DEBUG, "detail");
    const bool expected[] = {examples[i].problem, examples[i].event, examples[i].library_error,
                             examples[i].library_debug};
    static const char *const levels[] = {"warning", "info", "error", "debug"};
    for (size_t line = 0; line < 4; line++) {
      json_auto_t *got = expected[line] ? next_line() : NULL;
      if (expected[line]) assert_string_equal(text_of(got, "level"), levels[line]);
      if (line == 2) assert_string_equal(text_of(got, "detail"), "from a library");
    }
    assert_null(next_line());
    log_close();
  }
}

static void test_an_unknown_level(void **state)
{
  (void)state;
  assert_int_equal(log_open("loud"), -1);
  assert_int_equal(log_open(""), -1);
}

static void test_requests(void **state)
{
  (void)state;
  static const struct {
    const char *method, *logged, *code, *level;
    int status;
  } examples[] = {{"GET", "GET", NULL, "info", 200},
                  {"PATCH", "PATCH", "not-found", "info", 404},
                  {"070-1740605", "other", "method-not-allowed", "info", 405},
                  {"POST", "POST", "database-lost", "error", 503}};
  assert_int_equal(log_open("info"), 0);
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
    struct _u_response response = {.binary_body_length = 42};
    struct exchange exchange = {.response = &response, .status = examples[i].status};
    const struct request req = {.method = examples[i].method,
                                .path = "/kaa/v1/youths/secret",
                                .query = "q=secret",
                                .body = "secret",
                                .length = 6,
                                .peer = "192.0.2.1",
                                .trace = "0af7651916cd43dd8448eb211c80319c",
                                .span = "b7ad6b7169203331",
                                .carrier = &exchange};
    log_request(&req, "/kaa/v1/youths/{id}", "client \"a\"", examples[i].code, 1.5);
    json_auto_t *line = next_line();
    json_auto_t *expected =
        json_pack("{s:O, s:s, s:s, s:s, s:s, s:i, s:i, s:f, s:s, s:s, s:s*}", "time",
                  json_object_get(line, "time"), "level", examples[i].level, "event", "request", "method",
                  examples[i].logged, "route", "/kaa/v1/youths/{id}", "status", examples[i].status, "bytes",
                  42, "ms", 1.5, "trace", req.trace, "client", "client \"a\"", "code", examples[i].code);
    assert_non_null(expected);
    assert_true(json_equal(line, expected));
  }
}

static void test_long_values_are_cut(void **state)
{
  (void)state;
  char *huge = malloc(100001);
  memset(huge, '\x01', 100000);
  huge[100000] = 0;
  struct _u_response response = {0};
  struct exchange exchange = {.response = &response};
  const struct request req = {
      .method = "GET", .trace = "0af7651916cd43dd8448eb211c80319c", .carrier = &exchange};
  assert_int_equal(log_open("info"), 0);
  log_event("long", huge);
  log_request(&req, huge, huge, huge, 1);
  free(huge);
  for (int i = 0; i < 2; i++) {
    json_auto_t *line = next_line();
    assert_non_null(line);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_events, catch_stderr, release_stderr),
      cmocka_unit_test_setup_teardown(test_levels, catch_stderr, release_stderr),
      cmocka_unit_test_setup_teardown(test_an_unknown_level, catch_stderr, release_stderr),
      cmocka_unit_test_setup_teardown(test_requests, catch_stderr, release_stderr),
      cmocka_unit_test_setup_teardown(test_long_values_are_cut, catch_stderr, release_stderr),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
