/* Reads/s of one row by id through the pool, with its access log row: pool_bench [callers [connections [seconds]]]. */
#include "../unit/pool_fixture.h"
#include <stdatomic.h>
#include <time.h>

static atomic_bool stopped;

struct caller {
  pthread_t thread;
  unsigned *us; /* owned: how long each call took */
  size_t count, failed;
};

enum { CALLERS_MOST = 256, CALLS_MOST = 250000 };

static unsigned long long now_us(void)
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (unsigned long long)t.tv_sec * 1000000u + (unsigned long long)t.tv_nsec / 1000u;
}

static void *call_often(void *argument)
{
  struct caller *caller = argument;
  const struct db_call call = call_of(NULL, READ);
  while (!stopped && caller->count < CALLS_MOST) {
    unsigned long long before = now_us();
    caller->failed += run(&call) != DB_OK;
    caller->us[caller->count++] = (unsigned)(now_us() - before);
  }
  return NULL;
}

static int by_size(const void *a, const void *b)
{
  unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;
  return (x > y) - (x < y);
}

static double ms_at(const unsigned *us, size_t place)
{
  return us[place] / 1e3;
}

static void report(struct caller *callers, int count, double seconds)
{
  size_t total = 0, failed = 0;
  for (int i = 0; i < count; i++)
    total += callers[i].count;
  unsigned *all = malloc((total + 1) * sizeof *all);
  size_t n = 0;
  for (int i = 0; i < count; i++) {
    memcpy(all + n, callers[i].us, callers[i].count * sizeof *all);
    n += callers[i].count;
    failed += callers[i].failed;
    free(callers[i].us);
  }
  qsort(all, n, sizeof *all, by_size);
  char *batch =
      scratch_value(beside, "select round(count(*)::numeric / count(distinct xid), 1) from base.access_log");
  printf("%.0f reads/s, p50 %.2f ms, p99 %.2f ms, %zu failed, %s reads a transaction\n",
         (double)total / seconds, ms_at(all, n / 2), ms_at(all, n * 99 / 100), failed, batch);
  free(batch);
  free(all);
}

static int number(int argc, char **argv, int place, int otherwise)
{
  return argc > place ? (int)strtol(argv[place], NULL, 10) : otherwise;
}

int main(int argc, char **argv)
{
  static struct caller callers[CALLERS_MOST];
  int count = number(argc, argv, 1, 32), seconds = number(argc, argv, 3, 5);
  set_up(NULL);
  scratch_do(beside, "insert into base.things (id, name) values ('" ID(1) "', 'one')");
  reopen_pool(number(argc, argv, 2, 2), 0);
  unsigned long long before = now_us();
  for (int i = 0; i < count; i++) {
    callers[i].us = malloc(CALLS_MOST * sizeof *callers[i].us);
    pthread_create(&callers[i].thread, NULL, call_often, &callers[i]);
  }
  sleep((unsigned)seconds);
  stopped = true;
  for (int i = 0; i < count; i++)
    pthread_join(callers[i].thread, NULL);
  report(callers, count, (double)(now_us() - before) / 1e6);
  tear_down(NULL);
  return 0;
}
