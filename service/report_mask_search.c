/* Searches the move that changes a cell of a report and masks the least besides. */
#include "service/report_mask_private.h"

#include <assert.h>
#include <orcania.h>
#include <stdlib.h>
#include <string.h>

enum {
  EDITS = 40, /* are tried for a cell, the shortest first */
  PROFILES =
      8 /* and things as a whole, of the most frequent profiles, besides those that count in the cell */
};

struct candidate {
  size_t first, length;
  const uint64_t *up, *down;
};

/* A search for one cell; sums of the candidate's weights at a place and a sex are reckoned when first asked for. */
struct search {
  const struct mask *mask;
  int place, sex, cell;
  uint64_t *where; /* bitset: the groups that count in the cell */
  long *sums;      /* by place and sex; -1: not reckoned yet */
  size_t sum_count;
  long best; /* twice the cost, and one when the move goes in one direction alone */
  struct mask_move move;
};

int mask_places(const struct mask *mask, const struct mask_move *move, int *places)
{
  const struct mask_leaf *leaf = &mask->leaves[move->leaf];
  int unit = cells_unit(mask->cells, leaf->unit), district = cells_district(mask->cells, leaf->district),
      count = 0;
  if (move->other_leaf < 0) {
    places[count++] = cells_total();
    places[count++] = unit;
    places[count++] = district;
    return count;
  }
  leaf = &mask->leaves[move->other_leaf];
  int other_unit = cells_unit(mask->cells, leaf->unit);
  int other_district = cells_district(mask->cells, leaf->district);
  if (unit != other_unit) {
    places[count++] = unit;
    places[count++] = other_unit;
  }
  if (district != other_district) {
    places[count++] = district;
    places[count++] = other_district;
  }
  return count;
}

void mask_sexes(const struct mask_move *move, int *sexes)
{
  sexes[0] = move->sex;
  sexes[1] = move->other_sex < 0 ? ANY_SEX : move->other_sex;
}

static long sum_of(struct search *search, const struct candidate *candidate, int place, int sex)
{
  const struct mask *mask = search->mask;
  long *sum = &search->sums[place * mask->nodes + sex + 1];
  if (*sum >= 0) return *sum;
  *sum = 0;
  const int *weights = mask->weights + mask_index(mask, place, sex, 0);
  for (size_t i = 0; i < candidate->length; i++)
    *sum += weights[mask->entries[candidate->first + i].cell];
  return *sum;
}

/* Whether there is a thing for the edit, sign times, at every corner of the move. */
static bool is_possible(const struct mask *mask, const struct candidate *candidate,
                        const struct mask_move *move, int sign)
{
  const uint64_t *same = sign > 0 ? candidate->up : candidate->down;
  const uint64_t *opposite = sign > 0 ? candidate->down : candidate->up;
  if (!mask_has(same, mask_group(mask, move->leaf, move->sex))) return false;
  if (move->other_leaf >= 0 && !mask_has(opposite, mask_group(mask, move->other_leaf, move->sex)))
    return false;
  if (move->other_sex < 0) return true;
  if (!mask_has(opposite, mask_group(mask, move->leaf, move->other_sex))) return false;
  return move->other_leaf < 0 || mask_has(same, mask_group(mask, move->other_leaf, move->other_sex));
}

/* Keeps the move when it is possible and cheaper than the best one. */
static void try_move(struct search *search, const struct candidate *candidate, const struct mask_move *move)
{
  bool forth = is_possible(search->mask, candidate, move, 1),
       back = is_possible(search->mask, candidate, move, -1);
  if (!forth && !back) return;
  int places[4], sexes[2], count = mask_places(search->mask, move, places);
  mask_sexes(move, sexes);
  long cost = 0;
  for (int p = 0; p < count; p++)
    cost += sum_of(search, candidate, places[p], sexes[0]) + sum_of(search, candidate, places[p], sexes[1]);
  cost = 2 * cost + !(forth && back);
  if (cost >= search->best) return;
  search->best = cost;
  search->move = *move;
  search->move.first = candidate->first;
  search->move.length = candidate->length;
  search->move.sign = forth ? 1 : -1;
}

bool mask_lies_in(const struct mask *mask, int leaf, int place)
{
  const struct mask_leaf *at = &mask->leaves[leaf];
  return place == cells_total() || place == cells_unit(mask->cells, at->unit) ||
         place == cells_district(mask->cells, at->district);
}

/* The moves from a group of the cell, by none, either and both of leaf and sex: those that the cell is not a sum
   over. */
static void try_group(struct search *search, const struct candidate *candidate, int leaf, int sex)
{
  const struct mask *mask = search->mask;
  for (int other_leaf = -1; other_leaf < mask->leaf_count; other_leaf++) {
    if (other_leaf >= 0 && mask_lies_in(mask, other_leaf, search->place)) continue;
    struct mask_move move = {.leaf = leaf, .sex = sex, .other_leaf = other_leaf, .other_sex = -1};
    try_move(search, candidate, &move);
    for (move.other_sex = 0; search->sex != ANY_SEX && move.other_sex < mask->nodes - 1; move.other_sex++)
      if (move.other_sex != sex) try_move(search, candidate, &move);
  }
}

/* Tries the candidate at each group of the cell; false when it is possible at none, or too dear at all. */
static bool try_candidate(struct search *search, const struct candidate *candidate)
{
  const struct mask *mask = search->mask;
  uint64_t some = 0;
  for (int word = 0; word < mask->words; word++)
    some |= (candidate->up[word] | candidate->down[word]) & search->where[word];
  if (!some) return false;
  memset(search->sums, -1, search->sum_count * sizeof *search->sums);
  if (2 * sum_of(search, candidate, search->place, search->sex) >= search->best) return false;
  int sexes = mask->nodes - 1;
  for (int group = 0; group < mask->leaf_count * sexes; group++)
    if (mask_has(search->where, group) &&
        (mask_has(candidate->up, group) || mask_has(candidate->down, group)))
      try_group(search, candidate, group / sexes, group % sexes);
  return true;
}

static void try_edits(struct search *search)
{
  const struct mask *mask = search->mask;
  const struct mask_list *list = &mask->edits_of[search->cell];
  int tried = 0;
  for (size_t i = 0; i < list->length && tried < EDITS && search->best > 1; i++) {
    const struct mask_edit *edit = &mask->edits[list->first[i]];
    const uint64_t *up = mask->ways + edit->ways;
    tried += try_candidate(search, &(struct candidate){edit->first, edit->length, up, up + mask->words});
  }
}

/* Things that come, go, or are elsewhere. */
static void try_profiles(struct search *search)
{
  const struct mask *mask = search->mask;
  const struct mask_list *list = &mask->profiles_of[search->cell];
  for (size_t i = 0; i < list->length && search->best > 1; i++) {
    const struct mask_profile *profile = &mask->profiles[list->first[i]];
    uint64_t here = 0;
    for (int word = 0; word < mask->words; word++)
      here |= profile->held[word] & search->where[word];
    if (!here && (i >= PROFILES || profile->count == 0)) continue;
    try_candidate(search,
                  &(struct candidate){profile->first, profile->length, mask->everywhere, profile->loose});
  }
}

bool mask_search(struct mask *mask, int place, int sex, int cell, struct mask_move *move)
{
  struct search search = {.mask = mask, .place = place, .sex = sex, .cell = cell, .best = FORBIDDEN};
  int sexes = mask->nodes - 1;
  search.sum_count =
      (size_t)(mask->cells->shape.units + mask->cells->shape.districts + 3) * (size_t)mask->nodes;
  search.sums = o_malloc(search.sum_count * sizeof *search.sums);
  search.where = calloc((size_t)mask->words + 1, sizeof *search.where);
  assert(search.where);
  for (int leaf = 0; leaf < mask->leaf_count; leaf++)
    for (int at = 0; at < sexes; at++) {
      int group = mask_group(mask, leaf, at);
      if ((sex == ANY_SEX || sex == at) && mask_lies_in(mask, leaf, place) &&
          mask_has(mask->everywhere, group))
        search.where[group / 64] |= (uint64_t)1 << (group % 64);
    }
  try_edits(&search);
  try_profiles(&search);
  o_free(search.sums);
  free(search.where);
  *move = search.move;
  return search.best < FORBIDDEN;
}
