/* Reads a report's items for the masking: leaves, and profiles with where they occur. */
#include "service/report_mask_private.h"

#include <assert.h>
#include <orcania.h>
#include <stdlib.h>
#include <string.h>

/* An item and its entries. */
struct row {
  const struct cells_item *item;
  size_t first, length;
};

void *mask_room(void *list, size_t count, size_t *room, size_t size)
{
  if (count < *room) return list;
  *room = *room ? 2 * *room : 1024;
  return o_realloc(list, *room * size);
}

void mask_add_entry(struct mask *mask, int cell, int times)
{
  mask->entries = mask_room(mask->entries, mask->entry_count, &mask->entry_room, sizeof *mask->entries);
  mask->entries[mask->entry_count++] = (struct mask_entry){cell, times};
}

int mask_compare(const struct mask_entry *one, const struct mask_entry *other, size_t length)
{
  for (size_t i = 0; i < length; i++) {
    if (one[i].cell != other[i].cell) return one[i].cell < other[i].cell ? -1 : 1;
    if (one[i].times != other[i].times) return one[i].times < other[i].times ? -1 : 1;
  }
  return 0;
}

static int by_cell(const void *a, const void *b)
{
  const struct mask_entry *one = a, *other = b;
  return (one->cell > other->cell) - (one->cell < other->cell);
}

/* Appends the figure cells of the parts to the entries, sorted, each once. */
static void expand(struct mask *mask, struct row *row)
{
  int periods = mask->cells->shape.periods;
  row->first = mask->entry_count;
  for (size_t p = 0; p < row->item->part_count; p++)
    for (int period = 0; period <= mask->stage; period++)
      if (row->item->parts[p] >> period & 1U)
        mask_add_entry(mask, (int)(row->item->parts[p] >> PART_BITS) * periods + period, 1);
  struct mask_entry *entries = mask->entries + row->first;
  size_t count = mask->entry_count - row->first;
  if (count == 0) return;
  qsort(entries, count, sizeof *entries, by_cell);
  row->length = 1;
  for (size_t i = 1; i < count; i++) {
    if (entries[i].cell == entries[row->length - 1].cell)
      entries[row->length - 1].times++;
    else
      entries[row->length++] = entries[i];
  }
  mask->entry_count = row->first + row->length;
}

static int by_profile(const void *a, const void *b, void *entries)
{
  const struct row *one = a, *other = b;
  if (one->item->family != other->item->family) return one->item->family < other->item->family ? -1 : 1;
  if (one->length != other->length) return one->length < other->length ? -1 : 1;
  const struct mask_entry *all = entries;
  return mask_compare(all + one->first, all + other->first, one->length);
}

static int by_leaf(const void *a, const void *b)
{
  const struct mask_leaf *one = a, *other = b;
  if (one->unit != other->unit) return one->unit < other->unit ? -1 : 1;
  return (one->district > other->district) - (one->district < other->district);
}

static void read_leaves(struct mask *mask, const struct row *rows, size_t count)
{
  mask->leaves = o_malloc((count + 1) * sizeof *mask->leaves);
  for (size_t i = 0; i < count; i++)
    mask->leaves[i] = (struct mask_leaf){rows[i].item->unit, rows[i].item->district};
  qsort(mask->leaves, count, sizeof *mask->leaves, by_leaf);
  for (size_t i = 0; i < count; i++)
    if (i == 0 || by_leaf(&mask->leaves[i], &mask->leaves[mask->leaf_count - 1]) != 0)
      mask->leaves[mask->leaf_count++] = mask->leaves[i];
}

int mask_leaf_of(const struct mask *mask, int unit, int district)
{
  const struct mask_leaf wanted = {unit, district};
  const struct mask_leaf *found =
      bsearch(&wanted, mask->leaves, (size_t)mask->leaf_count, sizeof wanted, by_leaf);
  return found ? (int)(found - mask->leaves) : -1;
}

/* All leaves, with the sexes that occur. */
static void find_groups(struct mask *mask, const struct row *rows, size_t count)
{
  int sexes = mask->cells->shape.sexes;
  mask->words = (mask->leaf_count * sexes + 63) / 64;
  mask->everywhere = calloc((size_t)mask->words + 1, sizeof *mask->everywhere);
  assert(mask->everywhere);
  for (size_t i = 0; i < count; i++)
    for (int leaf = 0; leaf < mask->leaf_count; leaf++) {
      int group = mask_group(mask, leaf, rows[i].item->sex);
      mask->everywhere[group / 64] |= (uint64_t)1 << (group % 64);
    }
}

static void add_to_profile(struct mask *mask, struct mask_profile *profile, const struct cells_item *item)
{
  int group = mask_group(mask, mask_leaf_of(mask, item->unit, item->district), item->sex);
  uint64_t bit = (uint64_t)1 << (group % 64);
  profile->held[group / 64] |= bit;
  if (item->elsewhere & ((2U << mask->stage) - 1)) return; /* by then it has moved */
  profile->loose[group / 64] |= bit;
  profile->count += item->count;
}

static void read_profiles(struct mask *mask, const struct row *rows, size_t count)
{
  size_t words = (size_t)mask->words;
  mask->profiles = o_malloc((count + 1) * sizeof *mask->profiles);
  mask->stock = o_malloc((2 * count * words + 1) * sizeof *mask->stock);
  memset(mask->stock, 0, 2 * count * words * sizeof *mask->stock);
  for (size_t i = 0; i < count; i++) {
    if (i == 0 || by_profile(&rows[i - 1], &rows[i], mask->entries) != 0) {
      uint64_t *bits = mask->stock + 2 * mask->profile_count * words;
      mask->profiles[mask->profile_count++] = (struct mask_profile){.family = rows[i].item->family,
                                                                    .first = rows[i].first,
                                                                    .length = rows[i].length,
                                                                    .loose = bits,
                                                                    .held = bits + words};
    }
    add_to_profile(mask, &mask->profiles[mask->profile_count - 1], rows[i].item);
  }
}

void mask_read(struct mask *mask)
{
  const struct cells *cells = mask->cells;
  struct row *rows = o_malloc((cells->item_count + 1) * sizeof *rows);
  size_t count = 0;
  for (size_t i = 0; i < cells->item_count; i++) {
    rows[count] = (struct row){.item = &cells->items[i]};
    if (rows[count].item->count > 0) expand(mask, &rows[count]);
    if (rows[count].length > 0) count++;
  }
  if (count > 0) qsort_r(rows, count, sizeof *rows, by_profile, mask->entries);
  read_leaves(mask, rows, count);
  find_groups(mask, rows, count);
  read_profiles(mask, rows, count);
  o_free(rows);
}
