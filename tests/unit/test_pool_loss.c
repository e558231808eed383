/* The pool when connections end, the database is away, or the server says nothing any more. */
#include "pool_fixture.h"
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#define SLEEP "select pg_sleep(0.4)::text as body, 1 as version, null::uuid[] as subjects, null as page"

/* Ends the pool's backends. */
static void terminate(void)
{
  char *sql = text_of("select count(pg_terminate_backend(pid, 2000)) from pg_stat_activity where datname = '%s' and "
                      "pid <> %d",
                      scratch_name, PQbackendPID(beside));
  scratch_do(scratch_server, sql);
  free(sql);
}

static void allow_connections(bool allow)
{
  char *sql = text_of("alter database %s allow_connections %s", scratch_name, allow ? "true" : "false");
  scratch_do(scratch_server, sql);
  free(sql);
}

static bool becomes(bool ready, int within_ms)
{
  for (long long end = now_ms() + within_ms; db_ready(pool) != ready; pause_ms(5))
    if (now_ms() > end) return false;
  return true;
}

static void an_idle_connection_that_ends_is_replaced(void **state)
{
  (void)state;
  struct db_call read = call_of(NULL, WHO), write = call_of(CREATE, READ);
  write.body = "{\"name\":\"one\"}";
  terminate();
  assert_int_equal(run(&read), DB_OK);
  terminate();
  assert_true(becomes(true, 1000));
  pause_ms(50);
  assert_int_equal(run(&write), DB_OK);
}

static void reads_are_tried_once_more(void **state)
{
  (void)state;
  struct running running[2];
  struct db_call call = call_of(NULL, SLEEP);
  for (int i = 0; i < 2; i++)
    start(&running[i], &call);
  pause_ms(150);
  terminate();
  for (int i = 0; i < 2; i++)
    assert_int_equal(join(&running[i]), DB_OK);
  scratch_expect(beside, "select count(*) from base.access_log", "2");
}

static void writes_never_are(void **state)
{
  (void)state;
  struct running running;
  struct db_call call = call_of("with slow as (select pg_sleep(0.4)) insert into base.things (id, name) "
                                "select $1, 'one' from slow",
                                READ);
  start(&running, &call);
  pause_ms(150);
  terminate();
  assert_int_equal(join(&running), DB_UNAVAILABLE);
  scratch_expect(beside, "select count(*) from base.things", "0");
  scratch_expect(beside, "select count(*) from base.access_log", "0");
  assert_true(becomes(true, 1000));
  assert_int_equal(run(&call), DB_OK);
}

static void a_database_that_is_away_is_told_at_once(void **state)
{
  (void)state;
  struct running under_way, waiting[4];
  struct db_call sleep = call_of(NULL, SLEEP), read = call_of(NULL, WHO);
  reopen_pool(1, 0);
  start(&under_way, &sleep);
  pause_ms(100);
  for (int i = 0; i < 4; i++)
    start(&waiting[i], &read);
  pause_ms(50);
  allow_connections(false);
  long long before = now_ms();
  terminate();
  for (int i = 0; i < 4; i++)
    assert_int_equal(join(&waiting[i]), DB_UNAVAILABLE);
  assert_in_range(now_ms() - before, 0, 500);
  assert_int_equal(join(&under_way), DB_UNAVAILABLE);
  assert_in_range(now_ms() - before, 500, 1800);
  assert_false(db_ready(pool));
  before = now_ms();
  assert_int_equal(run(&read), DB_UNAVAILABLE);
  assert_int_equal(db_log_refusal(pool, &read, "forbidden"), DB_UNAVAILABLE);
  assert_in_range(now_ms() - before, 0, 50);
  assert_true(was_told("database-lost connections: "));
  allow_connections(true);
  assert_true(becomes(true, 3000));
  assert_int_equal(run(&read), DB_OK);
  pause_ms(20);
  assert_true(was_told("database-back connections"));
}

static void reads_under_way_survive_a_short_absence(void **state)
{
  (void)state;
  struct running running[2];
  struct db_call call = call_of(NULL, SLEEP);
  for (int i = 0; i < 2; i++)
    start(&running[i], &call);
  pause_ms(150);
  allow_connections(false);
  terminate();
  pause_ms(200);
  allow_connections(true);
  for (int i = 0; i < 2; i++)
    assert_int_equal(join(&running[i]), DB_OK);
}

static void a_pool_may_be_opened_before_its_database(void **state)
{
  (void)state;
  db_close(pool);
  allow_connections(false);
  struct db_settings settings = settings_of(scratch_url);
  open_pool(&settings);
  assert_false(db_ready(pool));
  assert_int_equal(db_is_current(pool), -1);
  const char *const texts[] = {READ};
  char *error = NULL;
  assert_int_equal(db_check(pool, texts, 1, &error), -1);
  free(error);
  allow_connections(true);
  assert_true(becomes(true, 3000));
}

static void a_full_queue_turns_calls_away(void **state)
{
  (void)state;
  db_close(pool);
  struct db_settings settings = settings_of(scratch_url);
  settings.connections = 1;
  settings.queue = 3;
  open_pool(&settings);
  struct running running[8];
  struct db_call call = call_of(NULL, SLEEP);
  int answered = 0, away = 0;
  start(&running[0], &call);
  pause_ms(100);
  for (int i = 1; i < 8; i++)
    start(&running[i], &call);
  for (int i = 0; i < 8; i++) {
    enum db_outcome outcome = join(&running[i]);
    answered += outcome == DB_OK;
    away += outcome == DB_UNAVAILABLE;
  }
  assert_int_equal(answered, 4);
  assert_int_equal(away, 4);
}

/* Stands between the pool and the server, and can stop carrying. */
static struct forwarder {
  pthread_t thread;
  int listener, stop[2];
  char path[80];
  bool carries; /* atomic */
} forwarder;

enum { PAIRS_MOST = 16 };

static int connect_to_server(void)
{
  struct sockaddr_un local = {.sun_family = AF_UNIX};
  const char *host = PQhost(scratch_server);
  int s;
  if (host[0] == '/') {
    s = socket(AF_UNIX, SOCK_STREAM, 0);
    snprintf(local.sun_path, sizeof local.sun_path, "%s/.s.PGSQL.%s", host, PQport(scratch_server));
    return connect(s, (struct sockaddr *)&local, sizeof local) == 0 ? s : -1;
  }
  struct addrinfo *found = NULL;
  if (getaddrinfo(host, PQport(scratch_server), &(struct addrinfo){.ai_socktype = SOCK_STREAM}, &found)) return -1;
  s = socket(found->ai_family, SOCK_STREAM, 0);
  int failed = connect(s, found->ai_addr, found->ai_addrlen);
  freeaddrinfo(found);
  return failed ? -1 : s;
}

/* Carries what has come on one end to the other; the first close closes both. */
static void carry_bytes(struct pollfd ends[2])
{
  char bytes[8192];
  for (int i = 0; i < 2; i++) {
    if (!ends[i].revents) continue;
    ssize_t n = read(ends[i].fd, bytes, sizeof bytes);
    if (n > 0 && send(ends[!i].fd, bytes, (size_t)n, MSG_NOSIGNAL) == n) continue;
    close(ends[0].fd);
    close(ends[1].fd);
    ends[0].fd = ends[1].fd = -1;
    return;
  }
}

static void *forward(void *unused)
{
  (void)unused;
  struct pollfd fds[2 + 2 * PAIRS_MOST] = {{.fd = forwarder.listener, .events = POLLIN},
                                           {.fd = forwarder.stop[0], .events = POLLIN}};
  int count = 2;
  while (poll(fds, (nfds_t)count, -1) >= 0 && !fds[1].revents) {
    if (!__atomic_load_n(&forwarder.carries, __ATOMIC_SEQ_CST)) {
      poll(&fds[1], 1, 20);
      continue;
    }
    for (int i = 2; i < count; i += 2)
      carry_bytes(&fds[i]);
    if (!fds[0].revents) continue;
    fds[count++] = (struct pollfd){.fd = accept(forwarder.listener, NULL, NULL), .events = POLLIN};
    fds[count++] = (struct pollfd){.fd = connect_to_server(), .events = POLLIN};
    if (count == 2 + 2 * PAIRS_MOST) break;
  }
  for (int i = 2; i < count; i++)
    close(fds[i].fd);
  return NULL;
}

static char *start_forwarder(void)
{
  struct sockaddr_un here = {.sun_family = AF_UNIX};
  snprintf(forwarder.path, sizeof forwarder.path, "/tmp/%s", scratch_name);
  assert_int_equal(mkdir(forwarder.path, 0700), 0);
  snprintf(here.sun_path, sizeof here.sun_path, "%s/.s.PGSQL.1", forwarder.path);
  forwarder.listener = socket(AF_UNIX, SOCK_STREAM, 0);
  assert_int_equal(bind(forwarder.listener, (struct sockaddr *)&here, sizeof here), 0);
  assert_int_equal(listen(forwarder.listener, 16), 0);
  assert_int_equal(pipe(forwarder.stop), 0);
  __atomic_store_n(&forwarder.carries, true, __ATOMIC_SEQ_CST);
  assert_int_equal(pthread_create(&forwarder.thread, NULL, forward, NULL), 0);
  char *words = text_of("dbname=%s host=%s port=1 connect_timeout=2", scratch_name, forwarder.path);
  char *url = scratch_url_with(words);
  free(words);
  return url;
}

static void stop_forwarder(void)
{
  close(forwarder.stop[1]);
  pthread_join(forwarder.thread, NULL);
  close(forwarder.stop[0]);
  close(forwarder.listener);
  char path[96];
  snprintf(path, sizeof path, "%s/.s.PGSQL.1", forwarder.path);
  unlink(path);
  rmdir(forwarder.path);
}

static void let_through(bool carries)
{
  __atomic_store_n(&forwarder.carries, carries, __ATOMIC_SEQ_CST);
}

static void open_through_forwarder(const char *url)
{
  db_close(pool);
  struct db_settings settings = settings_of(url);
  settings.statement_timeout_ms = 300;
  open_pool(&settings);
  assert_true(db_ready(pool));
}

static void a_silent_server_is_given_up(void **state)
{
  (void)state;
  char *url = start_forwarder();
  open_through_forwarder(url);
  let_through(false);
  struct db_call read = call_of(NULL, WHO), write = call_of(CREATE, READ);
  struct running running[2];
  long long before = now_ms();
  start(&running[0], &read);
  start(&running[1], &write);
  assert_int_equal(join(&running[1]), DB_UNAVAILABLE);
  assert_int_equal(join(&running[0]), DB_UNAVAILABLE);
  assert_in_range(now_ms() - before, 2000, 5000);
  assert_false(db_ready(pool));
  let_through(true);
  assert_true(becomes(true, 6000));
  assert_int_equal(run(&read), DB_OK);
  let_through(false);
  assert_true(becomes(false, 7000)); /* noticed without a call */
  let_through(true);
  db_close(pool);
  pool = NULL;
  stop_forwarder();
  free(url);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      with_pool(an_idle_connection_that_ends_is_replaced),
      with_pool(reads_are_tried_once_more),
      with_pool(writes_never_are),
      with_pool(a_database_that_is_away_is_told_at_once),
      with_pool(reads_under_way_survive_a_short_absence),
      with_pool(a_pool_may_be_opened_before_its_database),
      with_pool(a_full_queue_turns_calls_away),
      with_pool(a_silent_server_is_given_up),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
