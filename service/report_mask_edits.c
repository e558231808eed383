/* The table of edits: differences of two profiles, and at which groups a thing of either is at hand. */
#include "service/report_mask_private.h"

#include <orcania.h>
#include <string.h>

enum { LONGEST = 24 }; /* edit, in figure cells; longer ones mask too much to be worth their time */

struct difference {
  struct mask_entry entries[LONGEST];
  size_t length;
};

/* Adds to the sum what the entries begin with, if it is of the sum's cell. */
static void take(const struct mask_entry **next, const struct mask_entry *end, int sign,
                 struct mask_entry *sum)
{
  if (*next < end && (*next)->cell == sum->cell) sum->times += sign * (*next)++->times;
}

/* to - from, without zeros; false when it is too long. */
static bool subtract(const struct mask *mask, const struct mask_profile *from, const struct mask_profile *to,
                     struct difference *difference)
{
  const struct mask_entry *a = mask->entries + from->first, *a_end = a + from->length;
  const struct mask_entry *b = mask->entries + to->first, *b_end = b + to->length;
  difference->length = 0;
  while (a < a_end || b < b_end) {
    struct mask_entry sum = {.cell = b == b_end || (a < a_end && a->cell < b->cell) ? a->cell : b->cell};
    take(&a, a_end, -1, &sum);
    take(&b, b_end, 1, &sum);
    if (sum.times == 0) continue;
    if (difference->length == LONGEST) return false;
    difference->entries[difference->length++] = sum;
  }
  return difference->length > 0;
}

static uint64_t hash_of(const struct difference *difference)
{
  uint64_t hash = difference->length;
  for (size_t i = 0; i < difference->length; i++) {
    hash ^= (uint64_t)difference->entries[i].cell * 31 + (uint64_t)difference->entries[i].times;
    hash *= 0x9E3779B97F4A7C15U;
    hash ^= hash >> 29;
  }
  return hash;
}

static bool is_same(const struct mask *mask, const struct mask_edit *edit,
                    const struct difference *difference)
{
  return edit->length == difference->length && memcmp(mask->entries + edit->first, difference->entries,
                                                      edit->length * sizeof *difference->entries) == 0;
}

/* The slot of the difference, or the free one where it belongs. */
static size_t slot_of(const struct mask *mask, const struct difference *difference)
{
  size_t slot = hash_of(difference) & (mask->slot_count - 1);
  while (mask->slots[slot] && !is_same(mask, &mask->edits[mask->slots[slot] - 1], difference))
    slot = (slot + 1) & (mask->slot_count - 1);
  return slot;
}

static void make_slots(struct mask *mask, size_t count)
{
  o_free(mask->slots);
  mask->slot_count = count;
  mask->slots = o_malloc(count * sizeof *mask->slots);
  memset(mask->slots, 0, count * sizeof *mask->slots);
  for (size_t i = 0; i < mask->edit_count; i++) {
    struct difference difference = {.length = mask->edits[i].length};
    memcpy(difference.entries, mask->entries + mask->edits[i].first,
           difference.length * sizeof *difference.entries);
    mask->slots[slot_of(mask, &difference)] = (uint32_t)i + 1;
  }
}

static void append(struct mask *mask, const struct difference *difference)
{
  size_t words = (size_t)mask->words, room = mask->edit_room;
  mask->edits = mask_room(mask->edits, mask->edit_count, &mask->edit_room, sizeof *mask->edits);
  if (room != mask->edit_room)
    mask->ways = o_realloc(mask->ways, 2 * words * mask->edit_room * sizeof *mask->ways);
  struct mask_edit *edit = &mask->edits[mask->edit_count];
  *edit = (struct mask_edit){mask->entry_count, difference->length, 2 * words * mask->edit_count};
  mask->edit_count++;
  memset(mask->ways + edit->ways, 0, 2 * words * sizeof *mask->ways);
  for (size_t i = 0; i < difference->length; i++)
    mask_add_entry(mask, difference->entries[i].cell, difference->entries[i].times);
}

void mask_add_edit(struct mask *mask, const struct mask_profile *from, const struct mask_profile *to)
{
  struct difference difference;
  if (!subtract(mask, from, to, &difference)) return;
  bool turned = difference.entries[0].times < 0;
  for (size_t i = 0; turned && i < difference.length; i++)
    difference.entries[i].times = -difference.entries[i].times;
  if (2 * mask->edit_count >= mask->slot_count)
    make_slots(mask, mask->slot_count ? 2 * mask->slot_count : 4096);
  size_t slot = slot_of(mask, &difference);
  if (mask->slots[slot] == 0) {
    append(mask, &difference);
    mask->slots[slot] = (uint32_t)mask->edit_count;
  }
  uint64_t *up = mask->ways + mask->edits[mask->slots[slot] - 1].ways, *down = up + mask->words;
  for (int word = 0; word < mask->words; word++) {
    up[word] |= (turned ? to : from)->loose[word];
    down[word] |= (turned ? from : to)->loose[word];
  }
}
