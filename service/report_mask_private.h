/* What the report_mask*.c files share: the items as masking sees them, the edits and the moves. Not for anyone
   else.

   A cell may stay masked as it is when there is another possible town, which differs from this one by whole things
   and has the same count in every cell that is shown, but another in this one. Then nothing can be reckoned of it,
   whatever is known of sums and parts. Such a town is made by a move: an edit (a thing of one profile is of another
   that occurs too, or comes, or goes) at one group, and, where places or sexes must keep their sums, the opposite
   at another.

   Masking goes by stages, a period each: a stage knows the things as they were by then, must leave the masks of
   earlier periods as they are, and finds a move for every masked cell so far. */
#ifndef KAA_REPORT_MASK_PRIVATE_H
#define KAA_REPORT_MASK_PRIVATE_H

#include "service/report_cells_private.h"

#include <stdint.h>

/* A figure cell (a key and a period), and how often something counts in it. */
struct mask_entry {
  int cell, times;
};

/* What a thing counts in. Bitsets are of groups; a group is a leaf and a sex. */
struct mask_profile {
  int family;
  size_t first, length; /* of entries */
  uint64_t hash;
  long count;             /* of things that are not fixed */
  uint64_t *loose, *held; /* groups where there is one that is not fixed; where there is one */
};

/* A unit and a district together, and their places. */
struct mask_leaf {
  int unit, district;
};

/* The difference of two profiles; the first entry's times is above zero. */
struct mask_edit {
  size_t first, length; /* of entries */
  size_t ways;          /* two bitsets: where it is possible, where its opposite is */
};

struct mask_list {
  uint32_t *first;
  size_t length;
};

struct mask {
  struct cells *cells;
  int stage;                 /* the period that is being masked */
  const struct mask *before; /* the stage before; NULL in the first */
  int row;                   /* figure cells: keys times periods */
  int nodes;                 /* any sex and the sexes */
  int leaf_count, words;     /* words of a bitset */
  struct mask_leaf *leaves;  /* in order */
  uint64_t *everywhere;      /* bitset: the groups that occur */
  struct mask_profile *profiles;
  size_t profile_count;
  uint64_t *stock; /* the profiles' bitsets */
  struct mask_entry *entries;
  size_t entry_count, entry_room;
  struct mask_edit *edits;
  size_t edit_count, edit_room;
  uint64_t *ways;  /* the edits' bitsets */
  uint32_t *slots; /* hash table of edits: index + 1 */
  size_t slot_count;
  struct mask_list *edits_of,
      *profiles_of; /* by figure cell: the shortest edits, the most frequent profiles first */
  uint32_t *edit_list, *profile_list; /* their members */
  int *weights;          /* by cell; 0 of a masked one, FORBIDDEN of an earlier one that is shown */
  int32_t *certificates; /* by cell: index of a move + 1 */
  struct mask_move *moves;
  size_t move_count, move_room;
};

/* The edit, sign times, at a leaf and a sex; its opposite at the other leaf or the other sex, and itself at both
   others. other_leaf or other_sex is -1 where it does not go by leaf or by sex. */
struct mask_move {
  size_t first, length; /* entries of the edit */
  int sign, leaf, sex, other_leaf, other_sex;
};

enum { FORBIDDEN = 1 << 28 }; /* weight of what must not be masked any more */

static inline bool mask_has(const uint64_t *set, int group)
{
  return set[group / 64] >> (group % 64) & 1;
}

static inline size_t mask_index(const struct mask *mask, int place, int sex, int cell)
{
  return cells_index(mask->cells, place, sex, 0, 0) + (size_t)cell;
}

static inline int mask_group(const struct mask *mask, int leaf, int sex)
{
  return leaf * mask->cells->shape.sexes + sex;
}

/* Makes room for one more in a growing array. */
void *mask_room(void *list, size_t count, size_t *room, size_t size);

/* Masks the small cells of a stage {.cells, .stage, .before}, with a move for each that is masked so far;
   mask_clear releases all but the cells. */
void mask_run(struct mask *mask, int threshold);
void mask_clear(struct mask *mask);

/* Reads the items as leaves and profiles, in an order of their own. */
void mask_read(struct mask *mask);

/* Finds edits between profiles that are alike. */
void mask_find_edits(struct mask *mask);

/* Adds the difference of two profiles of a family to the edits, unless it is long. */
void mask_add_edit(struct mask *mask, const struct mask_profile *from, const struct mask_profile *to);

/* Lists edits and profiles by figure cell. */
void mask_list_cells(struct mask *mask);

/* Finds the cheapest move that changes a cell (of a place and a sex, of figures); false when none is allowed. */
bool mask_search(struct mask *mask, int place, int sex, int cell, struct mask_move *move);

/* Makes a move where none is found: that of the stage before with what its keys may change in this period; else
   that one more of the cell's things counts in this period. False when there is neither. */
bool mask_make(struct mask *mask, int place, int sex, int cell, struct mask_move *move);

/* The index of a unit and a district among the leaves; -1 when they do not occur. */
int mask_leaf_of(const struct mask *mask, int unit, int district);

/* Appends to the entries. */
void mask_add_entry(struct mask *mask, int cell, int times);

/* Orders entries of equal length by their numbers. */
int mask_compare(const struct mask_entry *one, const struct mask_entry *other, size_t length);

/* Whether the leaf lies in the place. */
bool mask_lies_in(const struct mask *mask, int leaf, int place);

/* The places (at most four) and the sexes (two) in which the move changes counts; returns how many places. */
int mask_places(const struct mask *mask, const struct mask_move *move, int *places);
void mask_sexes(const struct mask_move *move, int *sexes);

#endif
