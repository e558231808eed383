/* The current key set: notices that the file has changed, fetches a URL again, hands out snapshots. */
#include "service/keys.h"
#include "service/log.h"

#include <curl/curl.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <orcania.h>
#include <pthread.h>
#include <rhonabwy.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { DIGEST_BYTES = 32, SETTLED_S = 1 };

/* What tells one state of the file from another. */
struct stamp {
  struct timespec modified;
  off_t size;
  ino_t inode;
};

static char *source; /* owned */
static bool from_url;
static atomic_ulong generation; /* of `current`; 0: none yet */
static atomic_long next_look;   /* when the file is to be looked at again, monotonic seconds */

static pthread_mutex_t current_lock = PTHREAD_MUTEX_INITIALIZER;
static struct key_set *current; /* one use is ours */

/* Held for the time of a load; guards what follows. */
static pthread_mutex_t load_lock = PTHREAD_MUTEX_INITIALIZER;
static struct stamp loaded, failed; /* the file when it was last read, with and without success */
static bool unsettled; /* it was read so soon after a change that the time cannot tell the next */
static unsigned char digest[DIGEST_BYTES];
static long next_fetch;

static long seconds(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return now.tv_sec;
}

static bool same(const struct stamp *a, const struct stamp *b)
{
  return a->modified.tv_sec == b->modified.tv_sec && a->modified.tv_nsec == b->modified.tv_nsec &&
         a->size == b->size && a->inode == b->inode;
}

/* Makes the set current, unless it is the one we have: then tokens already verified stay so. */
static int install(const char *text, size_t length, const char **reason)
{
  unsigned char now[DIGEST_BYTES];
  if (gnutls_hash_fast(GNUTLS_DIG_SHA256, text, length, now) < 0) {
    *reason = "it cannot be hashed";
    return -1;
  }
  if (atomic_load(&generation) && !memcmp(now, digest, sizeof now)) return 0;
  struct key_set *set = keys_parse(text, length, reason);
  if (!set) return -1;
  memcpy(digest, now, sizeof now);
  pthread_mutex_lock(&current_lock);
  struct key_set *old = current;
  current = set;
  atomic_fetch_add(&generation, 1);
  pthread_mutex_unlock(&current_lock);
  keys_release(old);
  log_event("keys-loaded", NULL);
  return 0;
}

static int load(char **error)
{
  size_t length = 0;
  char *text = from_url ? keys_fetch_url(source, &length, error) : keys_read_file(source, &length, error);
  if (!text) return -1;
  const char *reason = NULL;
  int status = install(text, length, &reason);
  o_free(text);
  if (status) *error = msprintf("the key set is refused: %s", reason);
  return status;
}

static bool look(struct stamp *stamp)
{
  struct stat st;
  if (stat(source, &st)) return false;
  *stamp = (struct stamp){st.st_mtim, st.st_size, st.st_ino};
  return true;
}

/* Reads the file if it is not the one read last. A file that is away or wrong leaves the last good set. */
static void reload_file(void)
{
  struct stamp stamp = {0};
  if (!look(&stamp) || (same(&stamp, &loaded) && !unsettled)) return;
  char *error = NULL;
  if (!load(&error)) {
    loaded = stamp;
    unsettled = time(NULL) - stamp.modified.tv_sec <= SETTLED_S;
    return;
  }
  if (!same(&stamp, &failed)) log_problem("keys-not-loaded", error);
  failed = stamp;
  o_free(error);
}

static void refetch_url(void)
{
  if (seconds() < next_fetch) return;
  char *error = NULL;
  if (load(&error)) log_problem("keys-not-loaded", error);
  o_free(error);
  next_fetch = seconds() + KEYS_FETCH_INTERVAL_S;
}

int keys_open(const char *from, char **error)
{
  keys_close();
  if (curl_global_init(CURL_GLOBAL_DEFAULT) || r_global_init() != RHN_OK) {
    *error = msprintf("the key set's libraries do not start");
    return -1;
  }
  source = o_strdup(from);
  from_url = keys_is_url(from);
  pthread_mutex_lock(&load_lock);
  int status = 0;
  if (from_url) {
    next_fetch = 0;
    refetch_url();
  } else {
    unsettled = true; /* the first look reads it again, should it change while we read it now */
    status = load(error);
  }
  pthread_mutex_unlock(&load_lock);
  return status;
}

void keys_close(void)
{
  pthread_mutex_lock(&current_lock);
  keys_release(current);
  current = NULL;
  atomic_store(&generation, 0);
  pthread_mutex_unlock(&current_lock);
  atomic_store(&next_look, 0);
  memset(&loaded, 0, sizeof loaded);
  memset(&failed, 0, sizeof failed);
  o_free(source);
  source = NULL;
}

unsigned long keys_generation(void)
{
  long due = atomic_load_explicit(&next_look, memory_order_relaxed), now = seconds();
  bool ours = !from_url && now >= due && atomic_compare_exchange_strong(&next_look, &due, now + 1);
  if (ours) {
    pthread_mutex_lock(&load_lock);
    reload_file();
    pthread_mutex_unlock(&load_lock);
  }
  return atomic_load_explicit(&generation, memory_order_acquire);
}

void keys_refresh(void)
{
  pthread_mutex_lock(&load_lock);
  if (from_url)
    refetch_url();
  else
    reload_file();
  pthread_mutex_unlock(&load_lock);
}

struct key_set *keys_acquire(unsigned long *of_set)
{
  pthread_mutex_lock(&current_lock);
  struct key_set *set = current;
  if (set) keys_hold(set);
  *of_set = atomic_load(&generation);
  pthread_mutex_unlock(&current_lock);
  return set;
}
