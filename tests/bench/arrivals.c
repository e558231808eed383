/* Requests that arrive at a fixed rate, whatever has become of those before: how long each took from when it was due.

   arrivals PORT RATE SECONDS CONNECTIONS <requests: lines of headers, an empty one, and paths, a line each>
   prints {"count":…,"failed":…,"p50":…,"p99":…,"most":…}, in milliseconds. */
#include <arpa/inet.h>
#include <assert.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS_MOST = 256, PATHS_MOST = 2000, ANSWER_MOST = 262144, REQUEST_MOST = 4096 };

struct connection {
  long long due; /* of the request under way; 0: none */
  size_t length;
  char answer[ANSWER_MOST];
};

static struct connection connections[CONNECTIONS_MOST];
static struct pollfd sockets[CONNECTIONS_MOST];
static char *paths[PATHS_MOST]; /* owned */
static char headers[REQUEST_MOST / 2];
static int connection_count, path_count;
static unsigned *us; /* owned: how long each took */
static size_t due_count, sent, done, failed;
static long long begun, between;

static long long now_ns(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static char *read_line(void)
{
  char *line = NULL;
  size_t size = 0;
  ssize_t length = getline(&line, &size, stdin);
  if (length <= 0) {
    free(line);
    return NULL;
  }
  line[strcspn(line, "\n")] = '\0';
  return line;
}

static void read_headers(void)
{
  char *line;
  size_t used = 0;
  while ((line = read_line()) && *line) {
    used += (size_t)snprintf(headers + used, sizeof headers - used, "%s\r\n", line);
    assert(used < sizeof headers);
    free(line);
  }
  free(line);
}

static void connect_all(int port)
{
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  for (int i = 0; i < connection_count; i++) {
    int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    int refused = connect(fd, (struct sockaddr *)&to, sizeof to);
    assert(!refused);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    sockets[i] = (struct pollfd){.fd = fd, .events = POLLIN};
  }
}

static struct connection *idle_one(int *which)
{
  for (int i = 0; i < connection_count; i++) {
    *which = i;
    if (!connections[i].due) return &connections[i];
  }
  return NULL;
}

/* Sends what is due, as far as connections are free. */
static void send_due(long long now)
{
  char request[REQUEST_MOST];
  int which;
  while (sent < due_count && begun + (long long)sent * between <= now) {
    struct connection *c = idle_one(&which);
    if (!c) return;
    int length = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n",
                          paths[sent % (size_t)path_count], headers);
    c->due = begun + (long long)sent++ * between;
    c->length = 0;
    ssize_t written = write(sockets[which].fd, request, (size_t)length);
    assert(written == length);
  }
}

/* Whether the answer is there as a whole. */
static bool is_whole(struct connection *c)
{
  c->answer[c->length] = '\0';
  const char *end = strstr(c->answer, "\r\n\r\n"), *length = strcasestr(c->answer, "\ncontent-length:");
  if (!end) return false;
  if (strncmp(c->answer, "HTTP/1.1 304", 12) == 0) return true;
  assert(length && length < end);
  return (size_t)(end + 4 - c->answer) + strtoul(length + 16, NULL, 10) <= c->length;
}

static void receive(int which)
{
  struct connection *c = &connections[which];
  ssize_t got = read(sockets[which].fd, c->answer + c->length, ANSWER_MOST - 1 - c->length);
  assert(got > 0);
  c->length += (size_t)got;
  if (!is_whole(c)) return;
  failed += strncmp(c->answer, "HTTP/1.1 200", 12) != 0 && strncmp(c->answer, "HTTP/1.1 304", 12) != 0;
  us[done++] = (unsigned)((now_ns() - c->due) / 1000);
  c->due = 0;
}

static void run_all(void)
{
  begun = now_ns() + 10000000;
  while (done < due_count) {
    long long now = now_ns(), until = begun + (long long)sent * between - now;
    if (sent == due_count) until = 1000000000;
    if (until < 0) until = sent - done < (size_t)connection_count ? 0 : 1000000000;
    struct timespec left = {.tv_sec = until / 1000000000, .tv_nsec = until % 1000000000};
    int ready = ppoll(sockets, (nfds_t)connection_count, &left, NULL);
    for (int i = 0; ready > 0 && i < connection_count; i++)
      if (sockets[i].revents) receive(i);
    send_due(now_ns());
  }
}

static int by_size(const void *a, const void *b)
{
  unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;
  return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
  assert(argc == 5);
  double rate = strtod(argv[2], NULL);
  due_count = (size_t)(rate * strtod(argv[3], NULL));
  connection_count = (int)strtol(argv[4], NULL, 10);
  between = (long long)(1e9 / rate);
  read_headers();
  while (path_count < PATHS_MOST && (paths[path_count] = read_line()))
    path_count++;
  assert(path_count > 0 && due_count > 0 && connection_count <= CONNECTIONS_MOST);
  us = calloc(due_count, sizeof *us);
  prctl(PR_SET_TIMERSLACK, 1UL);
  connect_all((int)strtol(argv[1], NULL, 10));
  run_all();
  qsort(us, done, sizeof *us, by_size);
  size_t half = done / 2, late = done * 99 / 100;
  printf("{\"count\":%zu,\"failed\":%zu,\"p50\":%.3f,\"p99\":%.3f,\"most\":%.3f}\n", done, failed,
         us[half] / 1e3, us[late] / 1e3, us[done - 1] / 1e3);
  return failed > 0;
}
