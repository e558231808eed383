/* Moves that are made where none is found among the things that there are. */
#include "service/report_mask_private.h"

#include <stdlib.h>

static bool has_cell(const struct mask *mask, size_t first, size_t length, int cell)
{
  for (size_t i = first; i < first + length; i++)
    if (mask->entries[i].cell == cell) return true;
  return false;
}

enum { H1 = 1, T2, H2 }; /* periods */

static int times_of(const struct mask *mask, const struct mask_move *move, int cell)
{
  for (size_t i = move->first; i < move->first + move->length; i++)
    if (mask->entries[i].cell == cell) return mask->entries[i].times;
  return 0;
}

/* What a key changes by in this period, of which first is the first cell: what was so stays so; what began in T2 is of
   H2; what was in a half-year was in the year. */
static int times_now(const struct mask *mask, const struct mask_move *move, int first)
{
  int one = times_of(mask, move, first + H1), other = times_of(mask, move, first + H2);
  if (mask->stage < H2) return times_of(mask, move, first + mask->stage - 1);
  if (mask->stage == H2) return times_of(mask, move, first + T2) - one;
  return one == other ? one : one + other;
}

/* Adds this period to the keys of the move, which lies at the end of the entries. */
static void add_period(struct mask *mask, struct mask_move *move)
{
  int periods = mask->cells->shape.periods;
  for (size_t i = 0, length = move->length; i < length; i++) {
    int cell = mask->entries[move->first + i].cell, first = cell - cell % periods;
    int times = times_now(mask, move, first);
    if (times == 0 || times_of(mask, move, first + mask->stage) != 0) continue;
    mask_add_entry(mask, first + mask->stage, times);
    move->length++;
  }
}

static int leaf_now(const struct mask *mask, int leaf)
{
  if (leaf < 0) return -1;
  return mask_leaf_of(mask, mask->before->leaves[leaf].unit, mask->before->leaves[leaf].district);
}

/* The move by which the cell was sure in the stage before. Those who made it up may have moved since; they were
   there then. */
static bool extend(struct mask *mask, int place, int sex, int cell, struct mask_move *move)
{
  const struct mask *before = mask->before;
  int32_t certificate = before ? before->certificates[mask_index(mask, place, sex, cell)] : 0;
  if (!certificate) return false;
  *move = before->moves[certificate - 1];
  const struct mask_entry *entries = before->entries + move->first;
  move->first = mask->entry_count;
  for (size_t i = 0; i < move->length; i++)
    mask_add_entry(mask, entries[i].cell, entries[i].times);
  move->leaf = leaf_now(mask, move->leaf);
  move->other_leaf = leaf_now(mask, move->other_leaf);
  add_period(mask, move);
  return true;
}

/* Whether the profile's thing counts under the key before this period. */
static bool is_old(const struct mask *mask, const struct mask_profile *profile, int key)
{
  int first = key * mask->cells->shape.periods;
  for (int cell = first; cell < first + mask->stage; cell++)
    if (has_cell(mask, profile->first, profile->length, cell)) return true;
  return false;
}

/* That another one counts in this period alone, under those of its keys that are new, or all of them. */
static void repeat(struct mask *mask, const struct mask_profile *profile, bool all, struct mask_move *move)
{
  int periods = mask->cells->shape.periods;
  move->first = mask->entry_count;
  move->sign = 1;
  for (size_t i = profile->first; i < profile->first + profile->length; i++) {
    struct mask_entry entry = mask->entries[i];
    if (entry.cell % periods == mask->stage && (all || !is_old(mask, profile, entry.cell / periods)))
      mask_add_entry(mask, entry.cell, entry.times);
  }
  move->length = mask->entry_count - move->first;
}

/* A group of the place and sex that holds the profile; -1 when there is none. */
static int group_with(const struct mask *mask, const struct mask_profile *profile, int place, int sex)
{
  int sexes = mask->nodes - 1;
  for (int group = 0; group < mask->leaf_count * sexes; group++)
    if (mask_has(profile->held, group) && mask_lies_in(mask, group / sexes, place) &&
        (sex == ANY_SEX || sex == group % sexes))
      return group;
  return -1;
}

/* One more of those that count in the cell, of this period. */
static bool come(struct mask *mask, int place, int sex, int cell, struct mask_move *move)
{
  const struct mask_list *list = &mask->profiles_of[cell];
  int sexes = mask->nodes - 1;
  for (size_t i = 0; i < list->length; i++) {
    const struct mask_profile *profile = &mask->profiles[list->first[i]];
    int group = group_with(mask, profile, place, sex);
    if (group < 0) continue;
    *move =
        (struct mask_move){.leaf = group / sexes, .sex = group % sexes, .other_leaf = -1, .other_sex = -1};
    repeat(mask, profile, is_old(mask, profile, cell / mask->cells->shape.periods), move);
    return true;
  }
  return false;
}

bool mask_make(struct mask *mask, int place, int sex, int cell, struct mask_move *move)
{
  int periods = mask->cells->shape.periods;
  if (cell % periods != mask->stage) return extend(mask, place, sex, cell, move);
  for (int earlier = cell - mask->stage; earlier < cell; earlier++)
    if (extend(mask, place, sex, earlier, move) && times_of(mask, move, cell) != 0) return true;
  return come(mask, place, sex, cell, move);
}
