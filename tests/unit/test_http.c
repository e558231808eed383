/* What a client sees of the HTTP server, asked over sockets. */
#include "http_client.h"

#include <setjmp.h>
#include <stdint.h>
#include <strings.h>

#include <cmocka.h>

enum { MAX_BODY = 1000, MAX_HEADER = 2048, BIG = 5000 };

static int port;
static struct http *server;

static void reply_text(struct request *req, int status, const char *text)
{
  http_reply(req, status, "text/plain", strdup(text), strlen(text));
}

static void echo(struct request *req)
{
  char *text;
  const char *extra = http_header(req, "x-EXTRA");
  int length = asprintf(&text, "%s|%s|%s|%zu|%.*s|%s|%s%s", req->method, req->path, req->query, req->length,
                        req->too_large ? 0 : (int)req->length, req->body, extra ? extra : "-",
                        req->too_large ? "too large" : "", req->headers_too_large ? "headers too large" : "");
  http_reply(req,
             req->too_large           ? 413
             : req->headers_too_large ? 431
                                      : 200,
             "text/plain", text, (size_t)length);
}

static void big(struct request *req)
{
  char *text = malloc(BIG);
  for (size_t i = 0; i < BIG; i++)
    text[i] = "abcdefg "[i % 8];
  http_reply(req, 200, "text/plain", text, BIG);
}

static void handle(struct request *req)
{
  if (strcmp(req->path, "/big") == 0)
    big(req);
  else if (strcmp(req->path, "/nothing") == 0)
    reply_text(req, 204, "left out");
  else if (strcmp(req->path, "/same") == 0)
    reply_text(req, 304, "left out");
  else if (strcmp(req->path, "/twice") == 0) {
    reply_text(req, 500, "first");
    reply_text(req, 200, "second");
  } else if (strcmp(req->path, "/silent") != 0)
    echo(req);
}

static int start(void **state)
{
  (void)state;
  char *error = NULL;
  port = free_port();
  const struct http_settings with = {.bind = "127.0.0.1",
                                     .port = port,
                                     .max_body = MAX_BODY,
                                     .max_header = MAX_HEADER,
                                     .max_connections = 50,
                                     .idle_timeout_s = 30,
                                     .drain_timeout_s = 5};
  server = http_start(&with, handle, &error);
  return server ? 0 : -1;
}

static int stop(void **state)
{
  (void)state;
  assert_int_equal(http_drain_and_stop(server), 0);
  return 0;
}

static void test_requests_arrive_as_sent(void **state)
{
  (void)state;
  static const struct {
    const char *line, *headers, *body, *expected;
  } examples[] = {
      {"GET /", "", "", "GET|/||0||-|"},
      {"GET /a%2Fb/%C3%A5?x=%20y&z", "", "", "GET|/a%2Fb/%C3%A5|x=%20y&z|0||-|"},
      {"GET http://other/a?b=c", "", "", "GET|/a|b=c|0||-|"},
      {"GET http://other", "", "", "GET|/||0||-|"},
      {"BREW /pot", "X-Extra: 1\r\n", "", "BREW|/pot||0||1|"},
      {"OPTIONS *", "", "", "OPTIONS|*||0||-|"},
      {"TRACE /", "X-Extra: 1\r\nX-Extra: 2\r\n", "", "TRACE|/||0||1,2|"},
      {"DELETE /d", "Content-Length: 2\r\n", "{}", "DELETE|/d||2|{}|-|"},
      {"POST /", "Content-Length: 3\r\n", "abc", "POST|/||3|abc|-|"},
      {"POST /", "Transfer-Encoding: chunked\r\n", "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n", "POST|/||3|abc|-|"},
      {"POST /", "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 7\r\n", "a=b&c=d",
       "POST|/||7|a=b&c=d|-|"},
      {"POST /", "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 5\r\n", "--x--",
       "POST|/||5|--x--|-|"},
      {"POST /", "Content-Type: multipart/form-data\r\nContent-Length: 5\r\n", "--x--", "POST|/||5|--x--|-|"},
  };
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
    reply_auto reply =
        ask(port, examples[i].line, examples[i].headers, examples[i].body, strlen(examples[i].body));
    assert_int_equal(reply_status(&reply), 200);
    assert_string_equal(reply.body, examples[i].expected);
  }
}

static void test_a_body_over_the_limit_is_not_kept(void **state)
{
  (void)state;
  static const struct {
    size_t size;
    bool chunked;
    int status;
    const char *kept;
  } examples[] = {{MAX_BODY, false, 200, "|1000|"},     {MAX_BODY + 1, false, 413, "|1001||"},
                  {100000, false, 413, "|1001||"},      {MAX_BODY, true, 200, "|1000|"},
                  {MAX_BODY + 1, true, 413, "|1001||"}, {100000, true, 413, "|1001||"}};
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
    char headers[64], *body = malloc(examples[i].size + 100);
    size_t at = examples[i].chunked ? (size_t)sprintf(body, "%zx\r\n", examples[i].size) : 0;
    memset(body + at, 'b', examples[i].size);
    at += examples[i].size;
    if (examples[i].chunked) at += (size_t)sprintf(body + at, "\r\n0\r\n\r\n");
    sprintf(headers, examples[i].chunked ? "Transfer-Encoding: chunked\r\n" : "Content-Length: %zu\r\n", at);
    reply_auto reply = ask(port, "POST /", headers, body, at);
    free(body);
    assert_int_equal(reply_status(&reply), examples[i].status);
    assert_non_null(strstr(reply.body, examples[i].kept));
  }
}

static void test_headers_over_the_limit_reach_the_handler(void **state)
{
  (void)state;
  static const struct {
    size_t size;
    int status;
    bool ours;
  } examples[] = {{1000, 200, true}, {MAX_HEADER, 431, true}, {4096, 431, true}, {200000, 431, false}};
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
    char *headers = malloc(examples[i].size + 100);
    size_t at = (size_t)sprintf(headers, "X-Long: ");
    memset(headers + at, 'h', examples[i].size);
    memcpy(headers + at + examples[i].size, "\r\n", 3);
    reply_auto reply = ask(port, "GET /", headers, "", 0);
    free(headers);
    assert_int_equal(reply_status(&reply), examples[i].status);
    assert_int_equal(strncmp(reply.body, "GET|/|", 6) == 0, examples[i].ours);
  }
}

static void test_expect_continue(void **state)
{
  (void)state;
  const char head[] = "POST /e HTTP/1.1\r\nHost: t\r\nConnection: close\r\nContent-Length: 2\r\n"
                      "Expect: 100-continue\r\n\r\n";
  char go_on[26] = "";
  int fd = client_connect(port);
  client_send(fd, head, sizeof head - 1);
  assert_int_equal(recv(fd, go_on, 25, MSG_WAITALL), 25);
  assert_string_equal(go_on, "HTTP/1.1 100 Continue\r\n\r\n");
  client_send(fd, "{}", 2);
  reply_auto reply = client_read(fd);
  close(fd);
  assert_string_equal(reply.body, "POST|/e||2|{}|-|");
}

static void test_replies_without_body(void **state)
{
  (void)state;
  static const struct {
    const char *line, *length;
    int status;
  } examples[] = {{"HEAD /big", "5000", 200},
                  {"GET /nothing", NULL, 204},
                  {"GET /same", "8", 304},
                  {"HEAD /nothing", NULL, 204},
                  {"HEAD /silent", "0", 500}};
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
    reply_auto reply = ask(port, examples[i].line, "", "", 0);
    assert_int_equal(reply_status(&reply), examples[i].status);
    assert_int_equal(reply.body_length, 0);
    assert_true(reply_has(&reply, "Content-Length", examples[i].length));
  }
}

static void test_the_last_reply_counts(void **state)
{
  (void)state;
  reply_auto reply = ask(port, "GET /twice", "", "", 0);
  assert_int_equal(reply_status(&reply), 200);
  assert_string_equal(reply.body, "second");
}

static void test_two_requests_on_one_connection(void **state)
{
  (void)state;
  const char both[] =
      "GET /1 HTTP/1.1\r\nHost: t\r\n\r\nGET /2 HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n";
  int fd = client_connect(port);
  client_send(fd, both, sizeof both - 1);
  reply_auto reply = client_read(fd);
  close(fd);
  assert_non_null(strstr(reply.text, "GET|/1|"));
  assert_non_null(strstr(reply.text, "GET|/2|"));
}

static void test_no_request_hides_in_a_body(void **state)
{
  (void)state;
  static const char *const examples[] = {
      "POST /1 HTTP/1.1\r\nHost: t\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "POST /1 HTTP/1.1\r\nHost: t\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nabcde",
      "GET /1 HTTP/1.1\r\n\r\n"};
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
    const char hidden[] = "GET /hidden HTTP/1.1\r\nHost: t\r\n\r\n";
    int fd = client_connect(port);
    client_send(fd, examples[i], strlen(examples[i]));
    client_send(fd, hidden, sizeof hidden - 1);
    reply_auto reply = client_read(fd);
    close(fd);
    assert_null(strstr(reply.text, "hidden"));
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_requests_arrive_as_sent),
      cmocka_unit_test(test_a_body_over_the_limit_is_not_kept),
      cmocka_unit_test(test_headers_over_the_limit_reach_the_handler),
      cmocka_unit_test(test_expect_continue),
      cmocka_unit_test(test_replies_without_body),
      cmocka_unit_test(test_the_last_reply_counts),
      cmocka_unit_test(test_two_requests_on_one_connection),
      cmocka_unit_test(test_no_request_hides_in_a_body),
  };
  return cmocka_run_group_tests(tests, start, stop);
}
