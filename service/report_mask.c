/* Masks the small cells of a report. */
#include "service/report_cells_private.h"

void cells_mask(struct cells *cells, int threshold, bool secondary)
{
  (void)secondary;
  for (size_t i = 0; i < cells->size; i++)
    cells->masked[i] = cells->counts[i] > 0 && cells->counts[i] < threshold;
}
