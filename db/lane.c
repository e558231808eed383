/* The calls that wait for one class of connections, and its workers: one thread for each connection. */
#include "db/private.h"
#include <assert.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
  BACK_OFF_MS = 100,
  BACK_OFF_MOST_MS = 2000,
  PING_EVERY_MS = 3000,
  SETTLED_MS = 1000,
  LOWEST_PRIORITY = 19
};

struct worker {
  struct lane *lane;
  pthread_t thread;
  int bell; /* eventfd: there is work, or the end has come */
  struct worker *next_idle;
  struct connection connection;
};

struct lane {
  struct lane_settings settings;
  pthread_mutex_t mutex;
  pthread_cond_t changed; /* up or closing */
  struct job *first, **last;
  int waiting, up;
  bool closing;
  bool told; /* that the database is away */
  struct worker *idle;
  struct worker *workers; /* owned */
};

static void ring(const struct worker *worker)
{
  uint64_t one = 1;
  ssize_t written = write(worker->bell, &one, sizeof one);
  assert(written == sizeof one);
}

static void hush(const struct worker *worker)
{
  uint64_t count;
  ssize_t got = read(worker->bell, &count, sizeof count);
  (void)got; /* EAGAIN: it had not rung */
}

int lane_submit(struct lane *lane, struct job *job)
{
  pthread_mutex_lock(&lane->mutex);
  if (lane->closing || lane->up == 0 || lane->waiting >= lane->settings.queue) {
    job->fate = lane->up > 0 ? FATE_UNAVAILABLE : FATE_TURNED_AWAY;
    pthread_mutex_unlock(&lane->mutex);
    return -1;
  }
  job->next = NULL;
  *lane->last = job;
  lane->last = &job->next;
  lane->waiting++;
  const struct worker *worker = lane->idle;
  if (worker) lane->idle = worker->next_idle;
  pthread_mutex_unlock(&lane->mutex);
  if (worker) ring(worker);
  return 0;
}

static struct job *pop(struct lane *lane)
{
  struct job *job = lane->first;
  lane->first = job->next;
  if (!lane->first) lane->last = &lane->first;
  lane->waiting--;
  return job;
}

/* Takes one call, or the reads at the front that may share. Marks the worker idle when there is none. */
static int take(struct worker *worker, struct job **jobs)
{
  struct lane *lane = worker->lane;
  int count = 0;
  pthread_mutex_lock(&lane->mutex);
  while (lane->first && count < lane->settings.shared && (count == 0 || job_shares(lane->first))) {
    jobs[count++] = pop(lane);
    if (!job_shares(jobs[count - 1])) break;
  }
  if (count == 0 && !lane->closing) {
    worker->next_idle = lane->idle;
    lane->idle = worker;
  }
  pthread_mutex_unlock(&lane->mutex);
  return count;
}

static void leave_idle(struct worker *worker)
{
  pthread_mutex_lock(&worker->lane->mutex);
  struct worker **at = &worker->lane->idle;
  while (*at && *at != worker)
    at = &(*at)->next_idle;
  if (*at) *at = worker->next_idle;
  pthread_mutex_unlock(&worker->lane->mutex);
}

static bool is_closing(struct lane *lane)
{
  pthread_mutex_lock(&lane->mutex);
  bool closing = lane->closing;
  pthread_mutex_unlock(&lane->mutex);
  return closing;
}

static void come_up(struct lane *lane)
{
  pthread_mutex_lock(&lane->mutex);
  bool back = lane->up++ == 0 && lane->told;
  if (back) lane->told = false;
  pthread_cond_broadcast(&lane->changed);
  pthread_mutex_unlock(&lane->mutex);
  if (back) lane->settings.connection.notice("database-back", lane->settings.name);
}

/* Tells once that no connection is up, until one is again. */
static void tell_away(struct lane *lane, const char *why)
{
  pthread_mutex_lock(&lane->mutex);
  bool tell = lane->up == 0 && !lane->told && !lane->closing;
  lane->told |= tell;
  pthread_mutex_unlock(&lane->mutex);
  if (!tell) return;
  char *detail = text_of("%s: %s", lane->settings.name, why);
  lane->settings.connection.notice("database-lost", detail);
  free(detail);
}

/* The last connection that goes takes the waiting calls with it. */
static void go_down(struct lane *lane, const char *why)
{
  pthread_mutex_lock(&lane->mutex);
  struct job *away = --lane->up == 0 ? lane->first : NULL;
  if (away) {
    lane->first = NULL;
    lane->last = &lane->first;
    lane->waiting = 0;
  }
  pthread_mutex_unlock(&lane->mutex);
  for (struct job *next; away; away = next) {
    next = away->next;
    away->fate = FATE_TURNED_AWAY;
    sem_post(&away->done);
  }
  tell_away(lane, why);
}

/* Until the bell rings, the connection is closed from the other end, or it is time to ask for a sign of life. */
static void rest(struct worker *worker)
{
  struct connection *c = &worker->connection;
  struct pollfd fds[] = {{.fd = worker->bell, .events = POLLIN}, {.fd = PQsocket(c->pg), .events = POLLIN}};
  int ready = poll(fds, 2, PING_EVERY_MS);
  leave_idle(worker);
  hush(worker);
  if (ready == 0) connection_ping(c);
}

static void serve(struct worker *worker)
{
  struct job *jobs[SHARED_MOST];
  struct connection *c = &worker->connection;
  for (;;) {
    connection_look(c);
    if (c->lost) return;
    int count = take(worker, jobs);
    if (count > 0)
      jobs_run(c, jobs, count);
    else if (is_closing(worker->lane))
      return;
    else
      rest(worker);
  }
}

/* Serves for as long as the connection lasts: how many ms that was, or -1 when there was none. */
static long long connect_and_serve(struct worker *worker)
{
  struct connection *c = &worker->connection;
  char *error = NULL;
  if (connection_open(c, &worker->lane->settings.connection, &error)) {
    tell_away(worker->lane, error);
    free(error);
    return -1;
  }
  long long since = now_ms();
  come_up(worker->lane);
  serve(worker);
  go_down(worker->lane, c->why);
  connection_close(c);
  return now_ms() - since;
}

static void back_off(const struct worker *worker, int failures)
{
  int ms = BACK_OFF_MS << (failures < 6 ? failures - 1 : 5);
  if (ms > BACK_OFF_MOST_MS) ms = BACK_OFF_MOST_MS;
  struct pollfd fd = {.fd = worker->bell, .events = POLLIN};
  poll(&fd, 1, ms * 3 / 4 + jitter(ms / 2));
}

static void *work(void *argument)
{
  struct worker *worker = argument;
  int failures = 0;
  if (worker->lane->settings.behind) setpriority(PRIO_PROCESS, (id_t)gettid(), LOWEST_PRIORITY);
  while (!is_closing(worker->lane)) {
    failures = connect_and_serve(worker) >= SETTLED_MS ? 0 : failures + 1;
    if (failures) back_off(worker, failures);
  }
  return NULL;
}

/* Signals are for the main thread. */
static void start_worker(struct lane *lane, struct worker *worker)
{
  sigset_t all, before;
  sigfillset(&all);
  worker->lane = lane;
  worker->bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  assert(worker->bell >= 0);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int failed = pthread_create(&worker->thread, NULL, work, worker);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  assert(!failed);
}

struct lane *lane_open(const struct lane_settings *settings)
{
  struct lane *lane = calloc(1, sizeof *lane);
  assert(lane);
  lane->settings = *settings;
  lane->last = &lane->first;
  pthread_mutex_init(&lane->mutex, NULL);
  pthread_condattr_t monotonic;
  pthread_condattr_init(&monotonic);
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_cond_init(&lane->changed, &monotonic);
  pthread_condattr_destroy(&monotonic);
  lane->workers = calloc((size_t)settings->connections, sizeof *lane->workers);
  assert(lane->workers);
  for (int i = 0; i < settings->connections; i++)
    start_worker(lane, &lane->workers[i]);
  return lane;
}

bool lane_await_up(struct lane *lane, long long deadline)
{
  struct timespec until = {.tv_sec = deadline / 1000, .tv_nsec = deadline % 1000 * 1000000};
  int late = 0;
  pthread_mutex_lock(&lane->mutex);
  while (lane->up == 0 && !lane->closing && !late)
    late = pthread_cond_timedwait(&lane->changed, &lane->mutex, &until);
  bool up = lane->up > 0 && !lane->closing;
  pthread_mutex_unlock(&lane->mutex);
  return up;
}

bool lane_is_up(struct lane *lane)
{
  return lane_await_up(lane, 0);
}

void lane_shut(struct lane *lane)
{
  pthread_mutex_lock(&lane->mutex);
  lane->closing = true;
  pthread_cond_broadcast(&lane->changed);
  pthread_mutex_unlock(&lane->mutex);
  for (int i = 0; i < lane->settings.connections; i++)
    ring(&lane->workers[i]);
  for (int i = 0; i < lane->settings.connections; i++)
    pthread_join(lane->workers[i].thread, NULL);
}

void lane_free(struct lane *lane)
{
  for (int i = 0; i < lane->settings.connections; i++)
    close(lane->workers[i].bell);
  pthread_cond_destroy(&lane->changed);
  pthread_mutex_destroy(&lane->mutex);
  free(lane->workers);
  free(lane);
}
