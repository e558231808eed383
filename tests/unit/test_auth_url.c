/* Key sets from a URL: fetched seldom, taken only from a plain answer of limited size, kept when it is away. */
#include "service/auth.h"
#include "service/keys.h"
#include "tests/unit/moved_clock.h"
#include "tests/unit/tokens.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { OLD, NEW, MAKERS };

static struct maker makers[MAKERS];

static enum auth_outcome check(const char *token)
{
  struct auth_caller *caller = NULL;
  const char *reason = NULL;
  enum auth_outcome outcome = auth_check(token, &caller, &reason);
  auth_release(caller);
  return outcome;
}

static void open_with(const char *jwks)
{
  const struct auth_settings settings = {
      .jwks = jwks, .issuer = "https://issuer.example", .audience = "kaa", .cache_entries = 64};
  char *error = NULL;
  assert_int_equal(auth_open(&settings, &error), 0);
}

/* A server of one answer, for as many connections as come. */
static struct {
  int listener;
  atomic_int fetches;
  const char *_Atomic head;
  char *_Atomic body;
  pthread_t thread;
} server;

static void *serve(void *unused)
{
  (void)unused;
  for (int fd; (fd = accept(server.listener, NULL, NULL)) >= 0; close(fd)) {
    char request[4096];
    ssize_t got = read(fd, request, sizeof request);
    atomic_fetch_add(&server.fetches, 1);
    const char *body = server.body;
    if (got > 0 &&
        dprintf(fd, "%s\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n", server.head, strlen(body)) > 0)
      dprintf(fd, "%s", body);
  }
  return NULL;
}

/* Returns the URL, valid until the next start. */
static const char *start_server(const char *head, char *body)
{
  static char url[64];
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof at;
  server.head = head;
  server.body = body;
  atomic_store(&server.fetches, 0);
  server.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  must(!bind(server.listener, (struct sockaddr *)&at, size) && !listen(server.listener, 8) &&
       !getsockname(server.listener, (struct sockaddr *)&at, &size));
  must(!pthread_create(&server.thread, NULL, serve, NULL));
  snprintf(url, sizeof url, "http://127.0.0.1:%d/jwks", ntohs(at.sin_port));
  return url;
}

static void stop_server(void)
{
  shutdown(server.listener, SHUT_RDWR);
  pthread_join(server.thread, NULL);
  close(server.listener);
}

static char *set_text(int maker)
{
  json_auto_t *set = json_pack("{s:[o]}", "keys", jwk_of(&makers[maker], 1));
  return json_dumps(set, 0);
}

static void a_url_is_fetched_at_most_once_a_minute(void **state)
{
  (void)state;
  char *first = set_text(OLD), *second = set_text(NEW);
  char *old = good_token(&makers[OLD], "{}", "{}"), *new = good_token(&makers[NEW], "{}", "{}");
  open_with(start_server("HTTP/1.1 200 OK", first));
  assert_int_equal(check(old), AUTH_OK);
  server.body = second;
  for (int i = 0; i < 5; i++)
    assert_int_equal(check(new), AUTH_INVALID);
  assert_int_equal(atomic_load(&server.fetches), 1);
  atomic_fetch_add(&moved_on, KEYS_FETCH_INTERVAL_S + 1);
  assert_int_equal(check(old), AUTH_OK);
  assert_int_equal(check(new), AUTH_OK);
  assert_int_equal(check(old), AUTH_INVALID);
  assert_int_equal(atomic_load(&server.fetches), 2);
  stop_server();
  atomic_fetch_add(&moved_on, KEYS_FETCH_INTERVAL_S + 1);
  assert_int_equal(check(old), AUTH_INVALID);
  assert_int_equal(check(new), AUTH_OK); /* the last good set stays */
  free(first);
  free(second);
  free(old);
  free(new);
}

static void without_a_set_nothing_is_decided(void **state)
{
  (void)state;
  char *huge = malloc(KEYS_MAX_BYTES + 2), *good = set_text(OLD),
       *token = good_token(&makers[OLD], "{}", "{}");
  memset(huge, ' ', KEYS_MAX_BYTES + 1);
  memcpy(huge, good, strlen(good));
  huge[KEYS_MAX_BYTES + 1] = '\0';
  const struct {
    const char *head;
    char *body;
  } answers[] = {{"HTTP/1.1 500 Oops", good},
                 {"HTTP/1.1 302 Found\r\nLocation: /x", good},
                 {"HTTP/1.1 200 OK", huge},
                 {"HTTP/1.1 200 OK", "{}"}};
  for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
    open_with(start_server(answers[i].head, answers[i].body));
    assert_int_equal(check(token), AUTH_UNAVAILABLE);
    server.head = "HTTP/1.1 200 OK";
    server.body = good;
    atomic_fetch_add(&moved_on, KEYS_FETCH_INTERVAL_S + 1);
    assert_int_equal(check(token), AUTH_OK);
    stop_server();
  }
  open_with("http://127.0.0.1:1/jwks");
  assert_int_equal(check(token), AUTH_UNAVAILABLE);
  char *error = NULL;
  const struct auth_settings settings = {.jwks = "/nowhere/jwks.json", .issuer = "i", .audience = "a"};
  assert_int_equal(auth_open(&settings, &error), -1);
  assert_string_equal(error, "cannot read /nowhere/jwks.json: No such file or directory");
  free(error);
  free(huge);
  free(good);
  free(token);
}

static int open_all(void **state)
{
  (void)state;
  static const char *const kids[MAKERS] = {"old", "new"};
  for (int i = 0; i < MAKERS; i++)
    makers[i] = make_key("ES256", kids[i], 0);
  return 0;
}

static int close_all(void **state)
{
  (void)state;
  auth_close();
  for (int i = 0; i < MAKERS; i++)
    drop_maker(&makers[i]);
  return 0;
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_url_is_fetched_at_most_once_a_minute),
      cmocka_unit_test(without_a_set_nothing_is_decided),
  };
  return cmocka_run_group_tests(tests, open_all, close_all);
}
