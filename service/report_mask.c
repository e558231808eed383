/* Masks the small cells of a report, and for each the cells that another possible town would change with it. */
#include "service/report_mask_private.h"

#include <assert.h>
#include <orcania.h>
#include <stdlib.h>
#include <string.h>

enum level { WHOLE, UNIT, WHOLE_BY_SEX, DISTRICT, UNIT_BY_SEX, DISTRICT_BY_SEX, LEVELS };

/* What a cell of the level is worth: more readers, and more sums, hang on the coarse ones. */
static const int worth[LEVELS] = {16, 6, 8, 2, 3, 1};

static enum level level_of(const struct mask *mask, int place, int sex)
{
  if (place == cells_total()) return sex == ANY_SEX ? WHOLE : WHOLE_BY_SEX;
  bool unit = place < cells_district(mask->cells, 0);
  if (sex == ANY_SEX) return unit ? UNIT : DISTRICT;
  return unit ? UNIT_BY_SEX : DISTRICT_BY_SEX;
}

/* 16 and about 16 times the binary logarithm of the count; a nought is dearer than what it could be taken for. */
static int dearness(long count)
{
  if (count == 0) return 16 * 14;
  int bits = 63 - __builtin_clzl((unsigned long)count);
  return 16 + 16 * bits + (int)((count - (1L << bits)) * 16 >> bits);
}

static int place_count(const struct mask *mask)
{
  return mask->cells->shape.units + mask->cells->shape.districts + 3;
}

static void weigh(struct mask *mask)
{
  const struct cells *cells = mask->cells;
  mask->weights = o_malloc((cells->size + 1) * sizeof *mask->weights);
  mask->certificates = calloc(cells->size + 1, sizeof *mask->certificates);
  assert(mask->certificates);
  for (int place = 0; place < place_count(mask); place++)
    for (int sex = ANY_SEX; sex < cells->shape.sexes; sex++) {
      size_t first = mask_index(mask, place, sex, 0);
      int level = worth[level_of(mask, place, sex)];
      for (int cell = 0; cell < mask->row; cell++) {
        size_t i = first + (size_t)cell;
        bool past = cell % cells->shape.periods != mask->stage;
        mask->weights[i] = cells->masked[i] ? 0 : past ? FORBIDDEN : level * dearness(cells->counts[i]);
      }
    }
}

/* Masks the cells that the move changes, of which it is the certificate. */
static void apply(struct mask *mask, const struct mask_move *move)
{
  mask->moves = mask_room(mask->moves, mask->move_count, &mask->move_room, sizeof *mask->moves);
  mask->moves[mask->move_count++] = *move;
  int places[4], sexes[2], count = mask_places(mask, move, places);
  mask_sexes(move, sexes);
  for (int at = 0; at < 2 * count; at++)
    for (size_t e = 0; e < move->length; e++) {
      size_t i = mask_index(mask, places[at / 2], sexes[at % 2], mask->entries[move->first + e].cell);
      mask->cells->masked[i] = true;
      mask->weights[i] = 0;
      if (!mask->certificates[i]) mask->certificates[i] = (int32_t)mask->move_count;
    }
}

static void certify_row(struct mask *mask, int place, int sex)
{
  size_t first = mask_index(mask, place, sex, 0);
  for (int cell = 0; cell < mask->row; cell++) {
    size_t i = first + (size_t)cell;
    struct mask_move move;
    if (!mask->cells->masked[i] || mask->certificates[i]) continue;
    if (mask_search(mask, place, sex, cell, &move) || mask_make(mask, place, sex, cell, &move))
      apply(mask, &move);
    else
      mask->cells->masked[i] = false; /* hidden, but nothing has ever counted there */
  }
}

/* The coarse levels first: what is masked there helps the fine ones. */
static void certify(struct mask *mask)
{
  for (int level = WHOLE; level < LEVELS; level++)
    for (int place = 0; place < place_count(mask); place++)
      for (int sex = ANY_SEX; sex < mask->cells->shape.sexes; sex++)
        if ((int)level_of(mask, place, sex) == level) certify_row(mask, place, sex);
}

/* Masks the small cells of a period, and those that are to be hidden. */
static void mask_small(struct cells *cells, int period, int threshold)
{
  for (size_t i = (size_t)period; i < cells->size; i += (size_t)cells->shape.periods)
    cells->masked[i] = cells->hidden[i] || (cells->counts[i] > 0 && cells->counts[i] < threshold);
}

void mask_run(struct mask *mask, int threshold)
{
  mask->row = mask->cells->shape.keys * mask->cells->shape.periods;
  mask->nodes = mask->cells->shape.sexes + 1;
  mask_small(mask->cells, mask->stage, threshold);
  mask_read(mask);
  mask_find_edits(mask);
  mask_list_cells(mask);
  weigh(mask);
  certify(mask);
}

void mask_clear(struct mask *mask)
{
  void *const owned[] = {mask->leaves,      mask->profiles,  mask->stock,        mask->entries,
                         mask->edits,       mask->ways,      mask->slots,        mask->edits_of,
                         mask->profiles_of, mask->edit_list, mask->profile_list, mask->weights,
                         mask->moves};
  for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
    o_free(owned[i]);
  free(mask->everywhere);
  free(mask->certificates);
}

void cells_mask(struct cells *cells, int threshold, bool secondary)
{
  struct mask stages[CELLS_PERIODS];
  for (int stage = 0; stage < cells->shape.periods; stage++) {
    stages[stage] =
        (struct mask){.cells = cells, .stage = stage, .before = stage ? &stages[stage - 1] : NULL};
    if (secondary)
      mask_run(&stages[stage], threshold);
    else
      mask_small(cells, stage, threshold);
    if (stage > 0) mask_clear(&stages[stage - 1]);
  }
  mask_clear(&stages[cells->shape.periods - 1]);
}
