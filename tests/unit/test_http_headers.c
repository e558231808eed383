/* Headers that the HTTP server adds to replies, and gzip. */
#include "http_client.h"

#include <setjmp.h>
#include <stdint.h>
#include <strings.h>

#include <cmocka.h>
#include <zlib.h>

enum { BIG = 5000 };

static int port;

static char *letters(size_t length)
{
  char *text = malloc(length);
  for (size_t i = 0; i < length; i++)
    text[i] = "abcdefg "[i % 8];
  return text;
}

static void handle(struct request *req)
{
  if (strcmp(req->path, "/own") == 0) {
    http_reply_header(req, "Content-Encoding", "br");
    http_reply_header(req, "content-security-policy", "default-src 'self'");
    http_reply_header(req, "Vary", "Accept");
  }
  if (strcmp(req->path, "/trace") == 0) {
    http_reply(req, 200, "text/plain", strdup(req->trace), 32);
    return;
  }
  if (strcmp(req->path, "/noise") == 0) {
    char *noise = malloc(BIG);
    unsigned state = 1;
    for (size_t i = 0; i < BIG; i++)
      noise[i] = (char)((state = state * 1103515245U + 12345U) >> 16);
    http_reply(req, 200, "application/octet-stream", noise, BIG);
    return;
  }
  size_t length = strcmp(req->path, "/1023") == 0 ? 1023 : strcmp(req->path, "/1024") == 0 ? 1024 : BIG;
  http_reply_header(req, "ETag", "\"1-x\"");
  http_reply(req, 200, "text/plain", letters(length), length);
}

static struct http *start(struct http_settings with)
{
  char *error = NULL;
  with.bind = "127.0.0.1";
  with.port = port = free_port();
  with.max_body = 100;
  with.max_header = 4096;
  with.max_connections = 20;
  with.drain_timeout_s = 5;
  struct http *server = http_start(&with, handle, &error);
  if (!server) fail_msg("%s", error);
  return server;
}

struct expectation {
  const char *name, *value; /* NULL: absent */
};

static void check(const struct reply *reply, const struct expectation *expected, size_t count)
{
  for (size_t i = 0; i < count; i++)
    if (!reply_has(reply, expected[i].name, expected[i].value))
      fail_msg("%s is not %s in\n%s", expected[i].name, expected[i].value ? expected[i].value : "absent",
               reply->text);
}

static void test_every_reply(void **state)
{
  (void)state;
  static const struct expectation expected[] = {{"API-Version", KAA_API_VERSION},
                                                {"X-Content-Type-Options", "nosniff"},
                                                {"Referrer-Policy", "no-referrer"},
                                                {"Content-Security-Policy", "frame-ancestors 'none'"},
                                                {"Content-Type", "text/plain"},
                                                {"ETag", "\"1-x\""},
                                                {"Vary", "Accept-Encoding"},
                                                {"Strict-Transport-Security", NULL},
                                                {"Access-Control-Allow-Origin", NULL},
                                                {"Connection", "close"},
                                                {"Server", NULL}};
  struct http *server = start((struct http_settings){0});
  reply_auto reply = ask(port, "GET /", "Origin: https://a.example\r\n", "", 0);
  check(&reply, expected, sizeof expected / sizeof *expected);
  assert_non_null(reply_header(&reply, "Date"));
  assert_int_equal(http_drain_and_stop(server), 0);
}

static void test_what_the_handler_has_set_stays(void **state)
{
  (void)state;
  static const struct expectation expected[] = {{"Content-Security-Policy", "default-src 'self'"},
                                                {"Content-Encoding", "br"},
                                                {"Vary", "Accept, Origin"},
                                                {"Strict-Transport-Security", "max-age=31536000"},
                                                {"Content-Length", "5000"}};
  struct http *server =
      start((struct http_settings){.allowed_origins = "https://a.example", .behind_tls = true});
  reply_auto reply = ask(port, "GET /own", "Accept-Encoding: gzip\r\n", "", 0);
  check(&reply, expected, sizeof expected / sizeof *expected);
  assert_int_equal(http_drain_and_stop(server), 0);
}

static void test_a_quiet_port(void **state)
{
  (void)state;
  static const struct expectation expected[] = {
      {"API-Version", NULL}, {"X-Content-Type-Options", NULL},      {"Content-Security-Policy", NULL},
      {"traceparent", NULL}, {"Access-Control-Allow-Origin", NULL}, {"Content-Type", "text/plain"}};
  struct http *server = start(
      (struct http_settings){.quiet = true, .behind_tls = true, .allowed_origins = "https://a.example"});
  reply_auto reply = ask(port, "GET /", "Origin: https://a.example\r\n", "", 0);
  check(&reply, expected, sizeof expected / sizeof *expected);
  assert_int_equal(http_drain_and_stop(server), 0);
}

static void test_cors(void **state)
{
  (void)state;
  static const struct {
    const char *line, *headers, *allowed;
    bool preflight;
  } examples[] = {
      {"GET /1023", "Origin: https://a.example\r\n", "https://a.example", false},
      {"GET /1023", "Origin: https://b.example:8443\r\n", "https://b.example:8443", false},
      {"GET /1023", "Origin: https://b.example\r\n", NULL, false},
      {"GET /1023", "Origin: https://a.example.evil\r\n", NULL, false},
      {"GET /1023", "Origin: https://a.exampl\r\n", NULL, false},
      {"GET /1023", "Origin: null\r\n", NULL, false},
      {"GET /1023", "Origin: \r\n", NULL, false},
      {"GET /1023", "", NULL, false},
      {"OPTIONS /1023", "Origin: https://a.example\r\n", "https://a.example", false},
      {"OPTIONS /1023", "Origin: https://a.example\r\nAccess-Control-Request-Method: PUT\r\n",
       "https://a.example", true},
      {"GET /1023", "Origin: https://a.example\r\nAccess-Control-Request-Method: PUT\r\n",
       "https://a.example", false},
      {"OPTIONS /1023", "Origin: https://c.example\r\nAccess-Control-Request-Method: PUT\r\n", NULL, false},
  };
  struct http *server =
      start((struct http_settings){.allowed_origins = " https://a.example  https://b.example:8443"});
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
    reply_auto reply = ask(port, examples[i].line, examples[i].headers, "", 0);
    const struct expectation expected[] = {{"Access-Control-Allow-Origin", examples[i].allowed},
                                           {"Vary", "Origin"},
                                           {"Access-Control-Allow-Credentials", NULL}};
    check(&reply, expected, sizeof expected / sizeof *expected);
    const char *exposed = reply_header(&reply, "Access-Control-Expose-Headers");
    assert_int_equal(exposed != NULL, examples[i].allowed != NULL);
    assert_true(!exposed || strstr(exposed, "ETag, Link, Location"));
    assert_int_equal(reply_header(&reply, "Access-Control-Allow-Methods") != NULL, examples[i].preflight);
    assert_int_equal(reply_header(&reply, "Access-Control-Allow-Headers") != NULL, examples[i].preflight);
  }
  assert_int_equal(http_drain_and_stop(server), 0);
}

static void assert_unpacks(const struct reply *reply)
{
  char out[BIG + 1];
  char *expected = letters(BIG);
  z_stream stream = {.next_in = (Bytef *)reply->body, .avail_in = (uInt)reply->body_length};
  stream.next_out = (Bytef *)out;
  stream.avail_out = sizeof out;
  assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
  assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
  assert_int_equal(stream.total_out, BIG);
  assert_memory_equal(out, expected, BIG);
  inflateEnd(&stream);
  free(expected);
}

static void test_who_gets_gzip(void **state)
{
  (void)state;
  static const struct {
    const char *accepted;
    bool packed;
  } examples[] = {{"gzip", true},           {"GZIP", true},
                  {"x-gzip", true},         {"*", true},
                  {"br, gzip;q=0.5", true}, {"deflate,gzip", true},
                  {"gzip;q=1.0", true},     {"gzip ; q=0.001", true},
                  {"gzip;q=0", false},      {"gzip;Q=0.000", false},
                  {"*;q=0", false},         {"gzip;q=0, *", false},
                  {"*, gzip;q=0", false},   {"br", false},
                  {"gzipped", false},       {"gz", false},
                  {"identity", false},      {"", false},
                  {"br;q=0, gzip", true},   {",,gzip", true}};
  struct http *server = start((struct http_settings){0});
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
    char header[64];
    sprintf(header, "Accept-Encoding: %s\r\n", examples[i].accepted);
    reply_auto reply = ask(port, "GET /", header, "", 0);
    assert_true(reply_has(&reply, "Vary", "Accept-Encoding"));
    if (!reply_has(&reply, "Content-Encoding", examples[i].packed ? "gzip" : NULL))
      fail_msg("Accept-Encoding: %s", examples[i].accepted);
    assert_int_equal(reply.body_length == BIG, !examples[i].packed);
    assert_int_equal(atoi(reply_header(&reply, "Content-Length")), reply.body_length);
    if (examples[i].packed) assert_unpacks(&reply);
  }
  assert_int_equal(http_drain_and_stop(server), 0);
}

static void test_what_is_packed(void **state)
{
  (void)state;
  static const struct {
    const char *line;
    bool varies, packed;
  } examples[] = {{"GET /1023", false, false},
                  {"GET /1024", true, true},
                  {"GET /noise", true, false},
                  {"HEAD /1024", true, true}};
  struct http *server = start((struct http_settings){0});
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
    reply_auto reply = ask(port, examples[i].line, "Accept-Encoding: gzip\r\n", "", 0);
    assert_true(reply_has(&reply, "Vary", examples[i].varies ? "Accept-Encoding" : NULL));
    assert_true(reply_has(&reply, "Content-Encoding", examples[i].packed ? "gzip" : NULL));
  }
  assert_int_equal(http_drain_and_stop(server), 0);
}

static void test_trace(void **state)
{
  (void)state;
  struct http *server = start((struct http_settings){0});
#define TRACE "0af7651916cd43dd8448eb211c80319c"
#define SPAN  "b7ad6b7169203331"
  static const struct {
    const char *header;
    bool kept;
  } examples[] = {
      {"00-" TRACE "-" SPAN "-01", true},
      {"00-" TRACE "-" SPAN "-00", true},
      {"cc-" TRACE "-" SPAN "-01-later", true},
      {"cc-" TRACE "-" SPAN "-01", true},
      {"00-" TRACE "-" SPAN "-01-later", false},
      {"cc-" TRACE "-" SPAN "-01.later", false},
      {"ff-" TRACE "-" SPAN "-01", false},
      {"00-" TRACE "-" SPAN "-1", false},
      {"00-" TRACE "-" SPAN "-0g", false},
      {"00-00000000000000000000000000000000-" SPAN "-01", false},
      {"00-" TRACE "-0000000000000000-01", false},
      {"00-0AF7651916CD43DD8448EB211C80319C-" SPAN "-01", false},
      {"00." TRACE "." SPAN ".01", false},
      {"nonsense", false},
      {"", false},
  };
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
    char header[128], expected[64];
    sprintf(header, "traceparent: %s\r\n", examples[i].header);
    reply_auto reply = ask(port, "GET /trace", header, "", 0);
    assert_int_equal(strspn(reply.body, "0123456789abcdef"), 32);
    assert_int_equal(strcmp(reply.body, TRACE) == 0, examples[i].kept);
    sprintf(expected, "00-%s-", reply.body);
    const char *parent = reply_header(&reply, "traceparent");
    assert_non_null(parent);
    assert_int_equal(strncmp(parent, expected, 36), 0);
    assert_int_not_equal(strncmp(parent + 36, SPAN, 16), 0);
    assert_int_equal(strspn(parent + 36, "0123456789abcdef"), 16);
    assert_int_equal(strncmp(parent + 52, "-01\r", 4), 0);
  }
  assert_int_equal(http_drain_and_stop(server), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_every_reply),   cmocka_unit_test(test_what_the_handler_has_set_stays),
      cmocka_unit_test(test_a_quiet_port),  cmocka_unit_test(test_cors),
      cmocka_unit_test(test_who_gets_gzip), cmocka_unit_test(test_what_is_packed),
      cmocka_unit_test(test_trace),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
