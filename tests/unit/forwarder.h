/* A socket between the pool and the server that can stop carrying, as a server that hangs does. */
#ifndef KAA_TESTS_FORWARDER_H
#define KAA_TESTS_FORWARDER_H

#include "scratch_database.h"
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

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
  if (getaddrinfo(host, PQport(scratch_server), &(struct addrinfo){.ai_socktype = SOCK_STREAM}, &found))
    return -1;
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

#endif
