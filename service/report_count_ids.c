/* Numbers for the identifiers and codes that rows are told by. */
#include "service/report_count_private.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static size_t hash_id(const void *id)
{
  uint64_t halves[2];
  memcpy(halves, id, sizeof halves);
  uint64_t hash = (halves[0] ^ (halves[1] * 0x9e3779b97f4a7c15u)) * 0xff51afd7ed558ccdu;
  return (size_t)(hash ^ hash >> 32);
}

/* Where the id stands, or where it would. */
static int *slot_of(const struct ids *ids, const void *id)
{
  size_t mask = (size_t)ids->room * 2 - 1, at = hash_id(id) & mask;
  while (ids->slots[at] && memcmp(ids->rows[ids->slots[at] - 1], id, sizeof *ids->rows) != 0)
    at = (at + 1) & mask;
  return &ids->slots[at];
}

static void grow(struct ids *ids)
{
  ids->room = ids->room ? ids->room * 2 : 1024;
  free(ids->slots);
  ids->rows = realloc(ids->rows, (size_t)ids->room * sizeof *ids->rows);
  ids->slots = calloc((size_t)ids->room * 2, sizeof *ids->slots);
  assert(ids->rows && ids->slots);
  for (int i = 0; i < ids->count; i++)
    *slot_of(ids, ids->rows[i]) = i + 1;
}

int ids_add(struct ids *ids, const void *id)
{
  if (ids->count == ids->room) grow(ids);
  int *slot = slot_of(ids, id);
  if (*slot) return *slot - 1;
  memcpy(ids->rows[ids->count], id, sizeof *ids->rows);
  *slot = ++ids->count;
  return ids->count - 1;
}

int ids_find(const struct ids *ids, const void *id)
{
  return ids->room ? *slot_of(ids, id) - 1 : -1;
}

void ids_clear(struct ids *ids)
{
  free(ids->rows);
  free(ids->slots);
  *ids = (struct ids){0};
}

int codes_number(const struct codes *codes, const char *text, int length)
{
  for (int i = 1; text && i <= codes->count; i++)
    if (codes->lengths[i] == length && memcmp(codes->codes[i], text, (size_t)length) == 0) return i;
  return 0;
}
