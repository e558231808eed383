/* The cells of a report: sums of counted items by place, sex, key and period, and which of them are masked. */
#ifndef KAA_REPORT_CELLS_H
#define KAA_REPORT_CELLS_H

#include <stdbool.h>
#include <stddef.h>

enum {
  ANY_SEX = -1,     /* as a sex: all of them together */
  UNDISCLOSED = -1, /* as a unit or a district: none, or not told */
  CELLS_PERIODS = 5 /* at most */
};

/* Periods: the first of T1, H1, T2, H2 and the year. */
struct cells_shape {
  int units, districts, sexes, keys, periods;
};

/* count equal things at one place. A part is key * 32 + the bits of the periods in which the thing counts under
   that key; a thing may hold a part more than once. elsewhere: bits of the periods in which the same things count
   at another place; the masking never supposes that those were otherwise. */
struct cells_item {
  int family, unit, district, sex;
  unsigned elsewhere;
  long count;
  const unsigned *parts;
  size_t part_count;
};

struct cells;

/* Owned by the caller; cells_free takes NULL too. cells_auto_t *cells is freed at the end of its scope. */
struct cells *cells_new(const struct cells_shape *shape);
void cells_free(struct cells *cells);
void cells_free_at_end(struct cells **cells);
#define cells_auto_t __attribute__((cleanup(cells_free_at_end))) struct cells

/* Counts the item and copies it. All indexes must lie within the shape. */
void cells_add(struct cells *cells, const struct cells_item *item);

/* Places: the whole, a unit, a district; UNDISCLOSED too. */
int cells_total(void);
int cells_unit(const struct cells *cells, int unit);
int cells_district(const struct cells *cells, int district);

long cells_count(const struct cells *cells, int place, int sex, int key, int period);
bool cells_masked(const struct cells *cells, int place, int sex, int key, int period);

/* Has a cell masked whatever it holds (unless it holds nothing and never could); to be called before cells_mask. */
void cells_hide(struct cells *cells, int place, int sex, int key, int period);

/* Masks counts of 1 up to threshold - 1 and, when secondary, what they could be reckoned from. Equal items, in
   whatever order they were added, give equal masks. Those of a period depend on it and the periods before it alone:
   what happens later does not change them. */
void cells_mask(struct cells *cells, int threshold, bool secondary);

#endif
