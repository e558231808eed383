/* Stopping the HTTP server loses no request. */
#include "http_client.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdatomic.h>
#include <stdint.h>
#include <strings.h>
#include <time.h>

#include <cmocka.h>

enum { CLIENTS = 50, LOOPERS = 8, BODY = 200000 };

static int port;
static atomic_bool stuck;
static atomic_int handled, whole, refused, lost;

static void sleep_ms(int milliseconds)
{
  nanosleep(&(struct timespec){milliseconds / 1000, milliseconds % 1000 * 1000000L}, NULL);
}

static void handle(struct request *req)
{
  char *body = malloc(BODY);
  memset(body, 'x', BODY);
  if (strcmp(req->path, "/slow") == 0) sleep_ms(800);
  while (strcmp(req->path, "/stuck") == 0 && stuck)
    sleep_ms(5);
  handled++;
  http_reply(req, 200, "text/plain", body, BODY);
}

static struct http *start(void)
{
  char *error = NULL;
  port = free_port();
  const struct http_settings with = {.bind = "127.0.0.1",
                                     .port = port,
                                     .max_body = 100,
                                     .max_header = 4096,
                                     .max_connections = 200,
                                     .idle_timeout_s = 30,
                                     .drain_timeout_s = 10};
  struct http *server = http_start(&with, handle, &error);
  if (!server) fail_msg("%s", error);
  handled = whole = refused = lost = 0;
  return server;
}

static void count(int fd, const char *target, const char *connection)
{
  char head[128];
  int length = sprintf(head, "GET %s HTTP/1.1\r\nHost: t\r\nConnection: %s\r\n\r\n", target, connection);
  client_send(fd, head, (size_t)length);
  reply_auto reply = client_read(fd);
  close(fd);
  if (reply_status(&reply) == 200 && reply.body_length == BODY)
    whole++;
  else
    lost++;
}

static void *ask_slowly(void *connection)
{
  int fd = client_connect(port);
  if (fd < 0)
    lost++;
  else
    count(fd, "/slow", connection);
  return NULL;
}

static void test_requests_under_way_are_answered(void **state)
{
  (void)state;
  pthread_t clients[CLIENTS];
  struct http *server = start();
  for (int i = 0; i < CLIENTS; i++)
    pthread_create(&clients[i], NULL, ask_slowly, i % 2 ? "close" : "keep-alive");
  sleep_ms(200);
  assert_int_equal(http_drain_and_stop(server), 0);
  for (int i = 0; i < CLIENTS; i++)
    pthread_join(clients[i], NULL);
  assert_int_equal(lost, 0);
  assert_int_equal(whole, CLIENTS);
}

static void *ask_again_and_again(void *none)
{
  (void)none;
  for (;;) {
    int fd = client_connect(port);
    if (fd < 0) {
      refused += errno == ECONNREFUSED;
      lost += errno != ECONNREFUSED;
      return NULL;
    }
    count(fd, "/quick", "close");
  }
}

static void test_new_connections_are_answered_or_refused(void **state)
{
  (void)state;
  for (int round = 0; round < 5; round++) {
    pthread_t loopers[LOOPERS];
    struct http *server = start();
    for (int i = 0; i < LOOPERS; i++)
      pthread_create(&loopers[i], NULL, ask_again_and_again, NULL);
    sleep_ms(100);
    assert_int_equal(http_drain_and_stop(server), 0);
    for (int i = 0; i < LOOPERS; i++)
      pthread_join(loopers[i], NULL);
    assert_int_equal(lost, 0);
    assert_int_equal(refused, LOOPERS);
    assert_int_equal(whole, handled);
    assert_true(whole > 0);
  }
}

static void *drain(void *server)
{
  return (void *)(intptr_t)http_drain_and_stop(server);
}

static void test_replies_close_their_connections(void **state)
{
  (void)state;
  const char request[] = "GET /quick HTTP/1.1\r\nHost: t\r\n\r\n";
  pthread_t draining;
  void *left;
  struct http *server = start();
  int idle = client_connect(port), asking = client_connect(port);
  sleep_ms(50);
  pthread_create(&draining, NULL, drain, server);
  sleep_ms(50);
  client_send(asking, request, sizeof request - 1);
  reply_auto reply = client_read(asking);
  reply_auto nothing = client_read(idle);
  pthread_join(draining, &left);
  close(idle);
  close(asking);
  assert_null(left);
  assert_int_equal(reply.body_length, BODY);
  assert_true(reply_has(&reply, "Connection", "close"));
  assert_int_equal(nothing.length, 0);
}

static void test_an_idle_client_holds_nobody_up(void **state)
{
  (void)state;
  struct timespec before, after;
  struct http *server = start();
  int idle = client_connect(port);
  sleep_ms(50);
  clock_gettime(CLOCK_MONOTONIC, &before);
  assert_int_equal(http_drain_and_stop(server), 0);
  clock_gettime(CLOCK_MONOTONIC, &after);
  close(idle);
  assert_in_range(after.tv_sec - before.tv_sec, 0, 3);
}

static void test_the_deadline_holds(void **state)
{
  (void)state;
  char *error = NULL;
  const char request[] = "GET /stuck HTTP/1.1\r\nHost: t\r\n\r\n";
  static struct http *server;
  port = free_port();
  const struct http_settings with = {
      .bind = "127.0.0.1", .port = port, .max_header = 4096, .max_connections = 5, .drain_timeout_s = 1};
  server = http_start(&with, handle, &error);
  assert_non_null(server);
  stuck = true;
  int fds[] = {client_connect(port), client_connect(port)};
  for (int i = 0; i < 2; i++)
    client_send(fds[i], request, sizeof request - 1);
  sleep_ms(100);
  assert_int_equal(http_drain_and_stop(server), 2);
  stuck = false;
  for (int i = 0; i < 2; i++) {
    reply_auto reply = client_read(fds[i]);
    assert_int_equal(reply.body_length, BODY);
    close(fds[i]);
  }
}

static void test_a_client_that_does_not_read(void **state)
{
  (void)state;
  char *error = NULL;
  const char request[] = "GET /quick HTTP/1.1\r\nHost: t\r\n\r\n";
  port = free_port();
  const struct http_settings with = {
      .bind = "127.0.0.1", .port = port, .max_header = 4096, .max_connections = 5, .drain_timeout_s = 1};
  struct http *server = http_start(&with, handle, &error);
  assert_non_null(server);
  int fd = client_connect(port);
  /* More than the sockets' buffers hold. */
  for (int i = 0; i < 100; i++)
    client_send(fd, request, sizeof request - 1);
  sleep_ms(300);
  assert_int_equal(http_drain_and_stop(server), 1);
  close(fd);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_requests_under_way_are_answered),
      cmocka_unit_test(test_new_connections_are_answered_or_refused),
      cmocka_unit_test(test_replies_close_their_connections),
      cmocka_unit_test(test_an_idle_client_holds_nobody_up),
      cmocka_unit_test(test_a_client_that_does_not_read),
      cmocka_unit_test(test_the_deadline_holds),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
