/* Where the HTTP server listens, who it hears, and how long it waits. */
#include "http_client.h"

#include <setjmp.h>
#include <stdint.h>
#include <strings.h>
#include <time.h>

#include <cmocka.h>

static int port;

static void handle(struct request *req)
{
  http_reply(req, 200, "text/plain", strdup(req->peer), strlen(req->peer));
}

static struct http *start(const char *address, int timeout, char **error)
{
  const struct http_settings with = {.bind = address,
                                     .port = port,
                                     .max_body = 100,
                                     .max_header = 2048,
                                     .max_connections = 50,
                                     .idle_timeout_s = timeout,
                                     .drain_timeout_s = 5};
  return http_start(&with, handle, error);
}

static void test_an_address_that_cannot_be_had(void **state)
{
  (void)state;
  static const struct {
    const char *address;
    int port;
    const char *expected;
  } examples[] = {{"127.0.0.1", 0, "Address already in use"},
                  {"localhost", 0, "localhost port"},
                  {"192.0.2.1", 0, "Cannot assign requested address"},
                  {"127.0.0.1", 65536, "Invalid argument"},
                  {"127.0.0.1", -1, "Invalid argument"}};
  char *error = NULL;
  int taken = port = free_port();
  struct http *server = start("127.0.0.1", 10, &error);
  assert_non_null(server);
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
    port = examples[i].port ? examples[i].port : taken;
    assert_null(start(examples[i].address, 10, &error));
    assert_non_null(strstr(error, examples[i].expected));
    free(error);
  }
  assert_int_equal(http_drain_and_stop(server), 0);
}

static void test_the_peer_has_a_numeric_address(void **state)
{
  (void)state;
  static const char *const addresses[] = {"127.0.0.1", "::"};
  for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
    char *error = NULL;
    port = free_port();
    struct http *server = start(addresses[i], 10, &error);
    assert_non_null(server);
    reply_auto reply = ask(port, "GET /", "", "", 0);
    assert_string_equal(reply.body, "127.0.0.1");
    assert_int_equal(http_drain_and_stop(server), 0);
  }
}

static void test_an_idle_connection_is_ended(void **state)
{
  (void)state;
  char *error = NULL;
  port = free_port();
  struct http *server = start("127.0.0.1", 1, &error);
  assert_non_null(server);
  time_t before = time(NULL);
  int fds[] = {client_connect(port), client_connect(port)};
  client_send(fds[0], "GET / HT", 8);
  for (int i = 0; i < 2; i++) {
    reply_auto reply = client_read(fds[i]);
    assert_int_equal(reply.length, 0);
    close(fds[i]);
  }
  assert_in_range(time(NULL) - before, 1, 5);
  assert_int_equal(http_drain_and_stop(server), 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_an_address_that_cannot_be_had),
      cmocka_unit_test(test_the_peer_has_a_numeric_address),
      cmocka_unit_test(test_an_idle_connection_is_ended),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
