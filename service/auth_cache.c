/* Verified tokens, so that a token is verified once: a bounded, set-associative table of callers. */
#include "service/auth_token.h"

#include <orcania.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>

enum { WAYS = 8, LOCKS = 64 };

struct entry {
  struct held_caller *held; /* one use is ours; NULL: free */
  unsigned long generation;
  unsigned long used; /* the row's clock at the last use */
  unsigned char digest[AUTH_DIGEST];
};

/* A token can lie in one row only; a full row gives up its entry that is void or longest unused. */
struct row {
  unsigned long clock;
  struct entry entries[WAYS];
};

static struct row *rows; /* owned */
static size_t row_count;
static pthread_mutex_t locks[LOCKS] = {[0 ... LOCKS - 1] = PTHREAD_MUTEX_INITIALIZER};

void auth_cache_open(int entries)
{
  auth_cache_close();
  if (entries <= 0) return;
  row_count = ((size_t)entries + WAYS - 1) / WAYS;
  rows = o_malloc(row_count * sizeof *rows);
  memset(rows, 0, row_count * sizeof *rows);
}

void auth_cache_close(void)
{
  for (size_t i = 0; i < row_count * WAYS; i++) {
    struct held_caller *held = rows[i / WAYS].entries[i % WAYS].held;
    if (held) auth_release(&held->caller);
  }
  o_free(rows);
  rows = NULL;
  row_count = 0;
}

/* The row of the digest, locked; NULL when nothing is kept. */
static struct row *lock_row(const unsigned char *digest, pthread_mutex_t **lock)
{
  if (!rows) return NULL;
  uint64_t number;
  memcpy(&number, digest, sizeof number);
  size_t index = number % row_count;
  *lock = &locks[index % LOCKS];
  pthread_mutex_lock(*lock);
  return &rows[index];
}

static struct entry *find(struct row *row, const unsigned char *digest)
{
  for (int i = 0; i < WAYS; i++)
    if (row->entries[i].held && !memcmp(row->entries[i].digest, digest, AUTH_DIGEST)) return &row->entries[i];
  return NULL;
}

struct held_caller *auth_cache_find(const unsigned char *digest, unsigned long generation, time_t now)
{
  pthread_mutex_t *lock = NULL;
  struct row *row = lock_row(digest, &lock);
  if (!row) return NULL;
  struct held_caller *held = NULL;
  struct entry *entry = find(row, digest);
  if (entry && entry->generation == generation && now < entry->held->expires) {
    held = entry->held;
    atomic_fetch_add_explicit(&held->uses, 1, memory_order_relaxed);
    entry->used = ++row->clock;
  }
  pthread_mutex_unlock(lock);
  return held;
}

/* The entry that goes: the token's own, a free one, one of an older key set, else the longest unused. */
static struct entry *victim(struct row *row, const unsigned char *digest, unsigned long generation)
{
  struct entry *worst = find(row, digest);
  for (int i = 0; i < WAYS && !worst; i++)
    if (!row->entries[i].held || row->entries[i].generation != generation) worst = &row->entries[i];
  if (worst) return worst;
  worst = row->entries;
  for (int i = 1; i < WAYS; i++)
    if (row->entries[i].used < worst->used) worst = &row->entries[i];
  return worst;
}

void auth_cache_keep(const unsigned char *digest, unsigned long generation, struct held_caller *held)
{
  pthread_mutex_t *lock = NULL;
  struct row *row = lock_row(digest, &lock);
  if (!row) return;
  struct entry *entry = victim(row, digest, generation);
  struct held_caller *old = entry->held;
  atomic_fetch_add_explicit(&held->uses, 1, memory_order_relaxed);
  entry->held = held;
  entry->generation = generation;
  entry->used = ++row->clock;
  memcpy(entry->digest, digest, AUTH_DIGEST);
  pthread_mutex_unlock(lock);
  if (old) auth_release(&old->caller);
}
