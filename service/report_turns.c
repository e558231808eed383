/* Whose turn it is to compute: one caller of a question, and no more questions at once than there are connections for
   reports. The others wait, but not many and not for ever: each holds a connection of a caller. */
#include "service/report_private.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

enum { WAITING_MOST = 64 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t ended = PTHREAD_COND_INITIALIZER;
static struct report_turn *first; /* of those under way */
static int waiting;

static bool is_free(const char *key, int most)
{
  int count = 0;
  for (const struct report_turn *turn = first; turn; turn = turn->next) {
    if (strcmp(turn->key, key) == 0) return false;
    count++;
  }
  return count < most;
}

static struct timespec after_ms(long ms)
{
  struct timespec at;
  clock_gettime(CLOCK_REALTIME, &at);
  at.tv_sec += ms / 1000;
  at.tv_nsec += ms % 1000 * 1000000;
  at.tv_sec += at.tv_nsec / 1000000000;
  at.tv_nsec %= 1000000000;
  return at;
}

/* Within the lock. */
static bool wait_for(const char *key, const struct config *config)
{
  struct timespec until = after_ms(config->report_timeout_ms);
  bool late = false;
  while (!late && !is_free(key, (int)config->report_connections))
    late = pthread_cond_timedwait(&ended, &lock, &until) != 0;
  return !late;
}

bool report_turn_begin(struct report_turn *turn, const char *key, const struct config *config)
{
  pthread_mutex_lock(&lock);
  bool mine = is_free(key, (int)config->report_connections);
  if (!mine && waiting < WAITING_MOST) {
    waiting++;
    mine = wait_for(key, config);
    waiting--;
  }
  if (mine) {
    *turn = (struct report_turn){key, first};
    first = turn;
  }
  pthread_mutex_unlock(&lock);
  return mine;
}

void report_turn_end(const struct report_turn *turn)
{
  struct report_turn **at = &first;
  pthread_mutex_lock(&lock);
  while (*at != turn)
    at = &(*at)->next;
  *at = turn->next;
  pthread_cond_broadcast(&ended);
  pthread_mutex_unlock(&lock);
}
