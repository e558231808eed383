/* Sums the items of a report into its cells. */
#include "service/report_cells_private.h"

#include <assert.h>
#include <orcania.h>
#include <stdlib.h>
#include <string.h>

struct cells *cells_new(const struct cells_shape *shape)
{
  assert(shape->periods >= 1 && shape->periods <= CELLS_PERIODS);
  struct cells *cells = o_malloc(sizeof *cells);
  *cells = (struct cells){.shape = *shape};
  cells->size = cells_index(cells, shape->units + shape->districts + 3, ANY_SEX, 0, 0);
  cells->counts = calloc(cells->size + 1, sizeof *cells->counts);
  cells->masked = calloc(cells->size + 1, sizeof *cells->masked);
  cells->hidden = calloc(cells->size + 1, sizeof *cells->hidden);
  assert(cells->counts && cells->masked && cells->hidden);
  return cells;
}

void cells_free(struct cells *cells)
{
  if (!cells) return;
  for (size_t i = 0; i < cells->item_count; i++)
    o_free((void *)cells->items[i].parts);
  o_free(cells->items);
  free(cells->counts);
  free(cells->masked);
  free(cells->hidden);
  o_free(cells);
}

void cells_free_at_end(struct cells **cells)
{
  cells_free(*cells);
}

int cells_total(void)
{
  return 0;
}

int cells_unit(const struct cells *cells, int unit)
{
  return 1 + (unit == UNDISCLOSED ? cells->shape.units : unit);
}

int cells_district(const struct cells *cells, int district)
{
  return 2 + cells->shape.units + (district == UNDISCLOSED ? cells->shape.districts : district);
}

static void keep(struct cells *cells, const struct cells_item *item)
{
  if (cells->item_count == cells->item_room) {
    cells->item_room = cells->item_room ? 2 * cells->item_room : 256;
    cells->items = o_realloc(cells->items, cells->item_room * sizeof *cells->items);
  }
  unsigned *parts = o_malloc((item->part_count + 1) * sizeof *parts);
  if (item->part_count > 0) memcpy(parts, item->parts, item->part_count * sizeof *parts);
  cells->items[cells->item_count] = *item;
  cells->items[cells->item_count++].parts = parts;
}

static void count(struct cells *cells, size_t first, unsigned periods, long more)
{
  for (int period = 0; period < cells->shape.periods; period++)
    if (periods >> period & 1U) cells->counts[first + (size_t)period] += more;
}

void cells_add(struct cells *cells, const struct cells_item *item)
{
  const int places[] = {cells_total(), cells_unit(cells, item->unit), cells_district(cells, item->district)};
  const int sexes[] = {ANY_SEX, item->sex};
  for (size_t p = 0; p < item->part_count; p++) {
    int key = (int)(item->parts[p] >> PART_BITS);
    assert(key < cells->shape.keys);
    for (int at = 0; at < 6; at++)
      count(cells, cells_index(cells, places[at / 2], sexes[at % 2], key, 0), item->parts[p], item->count);
  }
  keep(cells, item);
}

long cells_count(const struct cells *cells, int place, int sex, int key, int period)
{
  return cells->counts[cells_index(cells, place, sex, key, period)];
}

bool cells_masked(const struct cells *cells, int place, int sex, int key, int period)
{
  return cells->masked[cells_index(cells, place, sex, key, period)];
}

void cells_hide(struct cells *cells, int place, int sex, int key, int period)
{
  cells->hidden[cells_index(cells, place, sex, key, period)] = true;
}
