/* Things alike are one item with their number. */
#include "service/report_count_private.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void put(struct thing *thing, int key, unsigned periods)
{
  if (!periods) return;
  assert(thing->count < PARTS_MOST);
  thing->parts[thing->count++] = key << PERIOD_BITS | (int)periods;
}

void thing_number(struct thing *thing, enum figure_number figure, unsigned periods)
{
  put(thing, (int)figure << TWO_CODES_BITS, periods);
}

void thing_part(struct thing *thing, enum figure_number figure, int code, unsigned periods)
{
  if (code) put(thing, (int)figure << TWO_CODES_BITS | code << CODE_BITS, periods);
}

void thing_cross(struct thing *thing, enum figure_number figure, const int codes[2], unsigned periods)
{
  if (codes[0] && codes[1])
    put(thing, (int)figure << TWO_CODES_BITS | codes[0] << CODE_BITS | codes[1], periods);
}

struct things *things_new(void)
{
  struct things *things = calloc(1, sizeof *things);
  assert(things);
  return things;
}

void things_free(struct things *things)
{
  if (!things) return;
  free(things->items);
  free(things->parts);
  free(things->slots);
  free(things);
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
  hash = (hash ^ value) * 0x9e3779b97f4a7c15u;
  return hash ^ hash >> 29;
}

static uint64_t hash_thing(const struct thing *thing)
{
  uint64_t hash = mix(mix(mix(1, (uint64_t)thing->family), (uint64_t)thing->cell), thing->elsewhere);
  for (int i = 0; i < thing->count; i++)
    hash = mix(hash, (uint64_t)thing->parts[i]);
  return hash;
}

static bool is_alike(const struct things *things, const struct item *item, const struct thing *thing,
                     uint64_t hash)
{
  return item->hash == hash && item->family == (int)thing->family && item->cell == thing->cell &&
         item->elsewhere == thing->elsewhere && item->part_count == thing->count &&
         memcmp(things->parts + item->part, thing->parts, (size_t)thing->count * sizeof *thing->parts) == 0;
}

static size_t first_slot(const struct things *things, uint64_t hash)
{
  return hash >> 20 & (things->item_room * 2 - 1);
}

static size_t next_slot(const struct things *things, size_t slot)
{
  return (slot + 1) & (things->item_room * 2 - 1);
}

static void grow(struct things *things)
{
  things->item_room = things->item_room ? things->item_room * 2 : 1024;
  free(things->slots);
  things->items = realloc(things->items, things->item_room * sizeof *things->items);
  things->slots = calloc(things->item_room * 2, sizeof *things->slots);
  assert(things->items && things->slots);
  for (size_t i = 0; i < things->item_count; i++) {
    size_t slot = first_slot(things, things->items[i].hash);
    while (things->slots[slot])
      slot = next_slot(things, slot);
    things->slots[slot] = i + 1;
  }
}

static size_t keep_parts(struct things *things, const struct thing *thing)
{
  size_t at = things->part_count, count = (size_t)thing->count;
  if (at + count > things->part_room) {
    things->part_room = 2 * (at + count);
    things->parts = realloc(things->parts, things->part_room * sizeof *things->parts);
    assert(things->parts);
  }
  memcpy(things->parts + at, thing->parts, count * sizeof *thing->parts);
  things->part_count += count;
  return at;
}

static void sort_parts(struct thing *thing)
{
  for (int i = 1; i < thing->count; i++)
    for (int k = i; k > 0 && thing->parts[k - 1] > thing->parts[k]; k--) {
      int32_t part = thing->parts[k];
      thing->parts[k] = thing->parts[k - 1];
      thing->parts[k - 1] = part;
    }
}

void things_add(struct things *things, struct thing *thing)
{
  if (thing->count == 0) return;
  sort_parts(thing);
  if (things->item_count == things->item_room) grow(things);
  uint64_t hash = hash_thing(thing);
  size_t slot = first_slot(things, hash);
  while (things->slots[slot] && !is_alike(things, &things->items[things->slots[slot] - 1], thing, hash))
    slot = next_slot(things, slot);
  if (!things->slots[slot]) {
    things->slots[slot] = things->item_count + 1;
    things->items[things->item_count++] = (struct item){
        .family = (int)thing->family,
        .cell = thing->cell,
        .part_count = thing->count,
        .elsewhere = thing->elsewhere,
        .part = keep_parts(things, thing),
        .hash = hash,
    };
  }
  things->items[things->slots[slot] - 1].times++;
}
