/* The sums of a report's items, by place, sex, key and period. */
#include "service/report_cells.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Two units, three districts, two sexes; keys: 0 covered, 1 sought out; periods: 0 T1, 1 H1, 2 year. */
static const struct cells_shape shape = {.units = 2, .districts = 3, .sexes = 2, .keys = 2, .periods = 3};

static void add(struct cells *cells, struct cells_item item, unsigned covered, unsigned sought)
{
  const unsigned parts[] = {covered, 32 + sought};
  item.parts = parts;
  item.part_count = 2;
  cells_add(cells, &item);
}

static struct cells *example(void)
{
  struct cells *cells = cells_new(&shape);
  add(cells, (struct cells_item){.unit = 0, .district = 0, .sex = 0, .count = 7}, 7, 4);
  add(cells, (struct cells_item){.unit = 1, .district = 1, .sex = 1, .count = 2}, 6, 0);
  add(cells, (struct cells_item){.unit = 1, .district = UNDISCLOSED, .sex = 1, .count = 3, .elsewhere = 1}, 7,
      7);
  add(cells, (struct cells_item){.unit = UNDISCLOSED, .district = UNDISCLOSED, .sex = 0, .count = 1}, 4, 0);
  return cells;
}

static void items_count_in_their_places_sexes_and_periods(void **state)
{
  (void)state;
  cells_auto_t *cells = example();
  const int total = cells_total(), first = cells_unit(cells, 0), second = cells_unit(cells, 1);
  const int nowhere = cells_unit(cells, UNDISCLOSED), undisclosed = cells_district(cells, UNDISCLOSED);
  const struct {
    int place, sex, key, period;
    long count;
  } examples[] = {
      {total, ANY_SEX, 0, 0, 10},
      {total, ANY_SEX, 0, 1, 12},
      {total, ANY_SEX, 0, 2, 13},
      {total, ANY_SEX, 1, 0, 3},
      {total, ANY_SEX, 1, 2, 10},
      {total, 0, 0, 2, 8},
      {total, 1, 0, 0, 3},
      {first, 0, 1, 2, 7},
      {first, 1, 0, 2, 0},
      {second, 1, 0, 0, 3},
      {second, ANY_SEX, 0, 1, 5},
      {nowhere, ANY_SEX, 0, 2, 1},
      {nowhere, 1, 0, 2, 0},
      {undisclosed, 1, 1, 0, 3},
      {undisclosed, ANY_SEX, 0, 2, 4},
      {undisclosed, 0, 0, 1, 0},
      {undisclosed, 0, 0, 2, 1},
      {cells_district(cells, 0), ANY_SEX, 0, 0, 7},
      {cells_district(cells, 1), 1, 0, 0, 0},
      {cells_district(cells, 1), 1, 0, 1, 2},
      {cells_district(cells, 2), ANY_SEX, 0, 2, 0},
  };
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
    assert_int_equal(
        cells_count(cells, examples[i].place, examples[i].sex, examples[i].key, examples[i].period),
        examples[i].count);
}

static void a_thing_may_count_twice_under_a_key(void **state)
{
  (void)state;
  cells_auto_t *cells = cells_new(&shape);
  const unsigned twice[] = {4, 6};
  cells_add(cells, &(struct cells_item){.sex = 1, .count = 2, .parts = twice, .part_count = 2});
  assert_int_equal(cells_count(cells, cells_total(), ANY_SEX, 0, 0), 0);
  assert_int_equal(cells_count(cells, cells_total(), ANY_SEX, 0, 1), 2);
  assert_int_equal(cells_count(cells, cells_total(), ANY_SEX, 0, 2), 4);
}

static void a_town_without_keys_has_no_cells(void **state)
{
  (void)state;
  cells_auto_t *cells = cells_new(&(struct cells_shape){.periods = 1});
  cells_add(cells, &(struct cells_item){.unit = UNDISCLOSED, .district = UNDISCLOSED, .sex = 0, .count = 1});
  cells_mask(cells, 5, true);
  cells_free(NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(items_count_in_their_places_sexes_and_periods),
      cmocka_unit_test(a_thing_may_count_twice_under_a_key),
      cmocka_unit_test(a_town_without_keys_has_no_cells),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
