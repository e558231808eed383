/* What report_cells.c and report_mask*.c share. Not for anyone else. */
#ifndef KAA_REPORT_CELLS_PRIVATE_H
#define KAA_REPORT_CELLS_PRIVATE_H

#include "service/report_cells.h"

enum { PART_BITS = 5 }; /* of a part, for the periods; the key is above them */

/* A cell's index: places of sexes (any, then each) of keys of periods. Places: the whole, the units and
   undisclosed, the districts and undisclosed. */
struct cells {
  struct cells_shape shape;
  size_t size; /* of counts, masked and hidden */
  long *counts;
  bool *masked, *hidden;
  struct cells_item *items; /* each owns its parts */
  size_t item_count, item_room;
};

static inline size_t cells_index(const struct cells *cells, int place, int sex, int key, int period)
{
  const struct cells_shape *shape = &cells->shape;
  size_t group = (size_t)place * (size_t)(shape->sexes + 1) + (size_t)(sex + 1);
  return (group * (size_t)shape->keys + (size_t)key) * (size_t)shape->periods + (size_t)period;
}

#endif
