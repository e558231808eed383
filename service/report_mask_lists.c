/* Lists the edits and the profiles by the figure cells that they have. */
#include "service/report_mask_private.h"

#include <orcania.h>
#include <stdlib.h>
#include <string.h>

/* What is listed, in the order of the lists: by rank, then by what they are. */
struct listed {
  size_t first, length;
  long rank;
  uint32_t index;
  const struct mask_entry *entries;
};

static int by_rank(const void *a, const void *b)
{
  const struct listed *one = a, *other = b;
  if (one->rank != other->rank) return one->rank < other->rank ? -1 : 1;
  int order = one->length == other->length ? mask_compare(one->entries, other->entries, one->length) : 0;
  return order ? order : (one->index > other->index) - (one->index < other->index);
}

/* The lists by figure cell; their members lie in what *all points to. */
static struct mask_list *lists_of(const struct mask *mask, struct listed *listed, size_t count,
                                  uint32_t **all)
{
  struct mask_list *lists = o_malloc(((size_t)mask->row + 1) * sizeof *lists);
  memset(lists, 0, ((size_t)mask->row + 1) * sizeof *lists);
  size_t total = 0;
  for (size_t i = 0; i < count; i++)
    for (size_t e = 0; e < listed[i].length; e++, total++)
      lists[mask->entries[listed[i].first + e].cell].length++;
  *all = o_malloc((total + 1) * sizeof **all);
  uint32_t *next = *all;
  for (int cell = 0; cell < mask->row; cell++) {
    lists[cell].first = next;
    next += lists[cell].length;
    lists[cell].length = 0;
  }
  qsort(listed, count, sizeof *listed, by_rank);
  for (size_t i = 0; i < count; i++)
    for (size_t e = 0; e < listed[i].length; e++) {
      struct mask_list *list = &lists[mask->entries[listed[i].first + e].cell];
      list->first[list->length++] = listed[i].index;
    }
  return lists;
}

void mask_list_cells(struct mask *mask)
{
  struct listed *listed = o_malloc((mask->edit_count + mask->profile_count + 1) * sizeof *listed);
  for (size_t i = 0; i < mask->edit_count; i++) {
    const struct mask_edit *edit = &mask->edits[i];
    listed[i] = (struct listed){edit->first, edit->length, (long)edit->length, (uint32_t)i,
                                mask->entries + edit->first};
  }
  mask->edits_of = lists_of(mask, listed, mask->edit_count, &mask->edit_list);
  for (size_t i = 0; i < mask->profile_count; i++) {
    const struct mask_profile *profile = &mask->profiles[i];
    listed[i] = (struct listed){profile->first, profile->length, -profile->count, (uint32_t)i,
                                mask->entries + profile->first};
  }
  mask->profiles_of = lists_of(mask, listed, mask->profile_count, &mask->profile_list);
  o_free(listed);
}
