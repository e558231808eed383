/* Finds profiles that are alike, whose differences are the edits: those that differ in one key, and the most
   frequent ones among themselves. */
#include "service/report_mask_private.h"

#include <orcania.h>
#include <stdlib.h>

enum {
  FREQUENT = 120, /* profiles of a family that are compared with each other */
  NO_KEY = -1
};

/* A profile without one of its keys; with NO_KEY the whole of it. */
struct rest {
  uint64_t hash;
  int family, key;
  uint32_t profile;
};

/* Sums of these are equal when the entries are, whatever their order; that others' may be too does no harm. */
static uint64_t hash_of(const struct mask_entry *entry)
{
  uint64_t hash = ((uint64_t)entry->cell << 20 ^ (uint64_t)entry->times) * 0x9E3779B97F4A7C15U;
  hash ^= hash >> 32;
  hash *= 0xD6E8FEB86659FD93U;
  return hash ^ hash >> 32;
}

static int compare(const void *a, const void *b)
{
  const struct rest *one = a, *other = b;
  if (one->hash != other->hash) return one->hash < other->hash ? -1 : 1;
  if (one->family != other->family) return one->family < other->family ? -1 : 1;
  if (one->key != other->key) return one->key < other->key ? -1 : 1;
  return (one->profile > other->profile) - (one->profile < other->profile);
}

/* The profile's rests: its whole, and it without each of its keys in turn. Returns how many. */
static size_t rests_of(const struct mask *mask, uint32_t at, struct rest *rests)
{
  const struct mask_profile *profile = &mask->profiles[at];
  const struct mask_entry *entries = mask->entries + profile->first;
  uint64_t whole = 0;
  for (size_t i = 0; i < profile->length; i++)
    whole += hash_of(&entries[i]);
  size_t count = 0;
  rests[count++] = (struct rest){whole, profile->family, NO_KEY, at};
  int periods = mask->cells->shape.periods;
  for (size_t i = 0; i < profile->length; i++) {
    int key = entries[i].cell / periods;
    if (rests[count - 1].key != key) rests[count++] = (struct rest){whole, profile->family, key, at};
    rests[count - 1].hash -= hash_of(&entries[i]);
  }
  return count;
}

/* Adds the differences of profiles of which the same is left: of each key, and with those who lack it. */
static void pair(struct mask *mask, const struct rest *rests, size_t count)
{
  size_t same = 0; /* the first with this rest */
  for (size_t i = 1; i < count; i++) {
    if (rests[i].hash != rests[same].hash || rests[i].family != rests[same].family) {
      same = i;
      continue;
    }
    if (rests[same].key == NO_KEY)
      mask_add_edit(mask, &mask->profiles[rests[same].profile], &mask->profiles[rests[i].profile]);
    for (size_t j = i; j-- > same && rests[j].key == rests[i].key;)
      mask_add_edit(mask, &mask->profiles[rests[j].profile], &mask->profiles[rests[i].profile]);
  }
}

static void find_differing_in_a_key(struct mask *mask)
{
  size_t room = 0, count = 0;
  for (size_t p = 0; p < mask->profile_count; p++)
    room += mask->profiles[p].length + 1;
  struct rest *rests = o_malloc((room + 1) * sizeof *rests);
  for (size_t p = 0; p < mask->profile_count; p++)
    if (mask->profiles[p].count > 0) count += rests_of(mask, (uint32_t)p, rests + count);
  qsort(rests, count, sizeof *rests, compare);
  pair(mask, rests, count);
  o_free(rests);
}

static int by_frequency(const void *a, const void *b)
{
  const struct mask_profile *one = *(const struct mask_profile *const *)a;
  const struct mask_profile *other = *(const struct mask_profile *const *)b;
  if (one->family != other->family) return one->family < other->family ? -1 : 1;
  if (one->count != other->count) return one->count > other->count ? -1 : 1;
  return (one > other) - (one < other); /* they lie in one array */
}

static void find_frequent(struct mask *mask)
{
  const struct mask_profile **sorted = o_malloc((mask->profile_count + 1) * sizeof *sorted);
  for (size_t p = 0; p < mask->profile_count; p++)
    sorted[p] = &mask->profiles[p];
  qsort(sorted, mask->profile_count, sizeof *sorted, by_frequency);
  for (size_t first = 0, i = 0; i < mask->profile_count; i++) {
    if (sorted[i]->family != sorted[first]->family) first = i;
    if (i - first >= FREQUENT || sorted[i]->count == 0) continue;
    for (size_t j = first; j < i; j++)
      mask_add_edit(mask, sorted[j], sorted[i]);
  }
  o_free(sorted);
}

void mask_find_edits(struct mask *mask)
{
  find_differing_in_a_key(mask);
  find_frequent(mask);
}
