/* What is masked in small towns: tables of items and of what is to be seen. */
#include "service/report_cells.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { T1 = 1, H1 = 2, T2 = 4, H2 = 8, YEAR = 16, ALL = 31 }; /* periods */

/* One key, one period and one sex; a number for each district. */
static void districts_show(const char *wanted, const long *numbers, const int *units)
{
  static const unsigned part[] = {1};
  int count = 0;
  while (numbers[count] > 0)
    count++;
  cells_auto_t *cells =
      cells_new(&(struct cells_shape){.units = 2, .districts = count, .sexes = 1, .keys = 1, .periods = 1});
  for (int d = 0; d < count; d++)
    cells_add(cells,
              &(struct cells_item){
                  .unit = units[d], .district = d, .count = numbers[d], .parts = part, .part_count = 1});
  cells_mask(cells, 5, true);
  char shown[100] = "";
  for (int d = 0; d < count; d++) {
    int place = cells_district(cells, d);
    size_t length = strlen(shown);
    if (cells_masked(cells, place, ANY_SEX, 0, 0))
      snprintf(shown + length, sizeof shown - length, "%s-", d ? " " : "");
    else
      snprintf(shown + length, sizeof shown - length, "%s%ld", d ? " " : "", numbers[d]);
  }
  assert_string_equal(shown, wanted);
}

static void a_small_district_takes_another_with_it(void **state)
{
  (void)state;
  static const struct {
    long numbers[6];
    int units[5];
    const char *wanted;
  } examples[] = {
      {{10, 20, 30}, {0, 0, 0}, "10 20 30"},
      {{3, 20, 30}, {0, 0, 0}, "- - 30"}, /* the next smallest goes with a single one */
      {{3, 4, 30}, {0, 0, 0}, "- - 30"},  /* two hide each other */
      {{1, 2, 30, 40}, {0, 0, 0, 0}, "- - 30 40"},
      {{3, 20, 9, 30}, {0, 0, 1, 1}, "- - 9 30"},  /* within the unit, whose sum is shown */
      {{3, 9, 30, 40}, {0, 1, 1, 1}, "- - 30 40"}, /* a unit that is small itself needs another */
      {{2, 1}, {0, 0}, "- -"},
      {{3}, {0}, "-"},
  };
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
    districts_show(examples[i].wanted, examples[i].numbers, examples[i].units);
}

/* An item of family 0 in a town with keys 0 to 5. */
struct thing {
  int unit, district, sex;
  unsigned elsewhere;
  long count;
  unsigned periods[6]; /* by key */
};

enum place { WHOLE, A_UNIT, A_DISTRICT };

/* What is shown of a place, sex and key: T1 H1 T2 H2 year. */
struct sight {
  enum place place;
  int which, sex, key;
  const char *wanted;
};

static struct cells *town_of(const struct thing *things, size_t count, int threshold)
{
  struct cells *cells =
      cells_new(&(struct cells_shape){.units = 2, .districts = 3, .sexes = 2, .keys = 6, .periods = 5});
  for (size_t i = 0; i < count; i++) {
    unsigned parts[6];
    size_t part_count = 0;
    for (unsigned key = 0; key < 6; key++)
      if (things[i].periods[key]) parts[part_count++] = key * 32 + things[i].periods[key];
    cells_add(cells, &(struct cells_item){.unit = things[i].unit,
                                          .district = things[i].district,
                                          .sex = things[i].sex,
                                          .elsewhere = things[i].elsewhere,
                                          .count = things[i].count,
                                          .parts = parts,
                                          .part_count = part_count});
  }
  cells_mask(cells, threshold, true);
  return cells;
}

static void sees(const struct cells *cells, const struct sight *sight)
{
  char shown[100] = "";
  int place = sight->place == WHOLE    ? cells_total()
              : sight->place == A_UNIT ? cells_unit(cells, sight->which)
                                       : cells_district(cells, sight->which);
  for (int period = 0; period < 5; period++) {
    size_t length = strlen(shown);
    long count = cells_count(cells, place, sight->sex, sight->key, period);
    if (cells_masked(cells, place, sight->sex, sight->key, period))
      snprintf(shown + length, sizeof shown - length, "%s-", period ? " " : "");
    else
      snprintf(shown + length, sizeof shown - length, "%s%ld", period ? " " : "", count);
  }
  assert_string_equal(shown, sight->wanted);
}

#define SHOWS(things, threshold, ...)                                                                        \
  do {                                                                                                       \
    cells_auto_t *cells = town_of(things, sizeof things / sizeof *things, threshold);                        \
    const struct sight sights[] = {__VA_ARGS__};                                                             \
    for (size_t at = 0; at < sizeof sights / sizeof *sights; at++)                                           \
      sees(cells, &sights[at]);                                                                              \
  } while (0)

static void a_period_is_hidden_in_the_others(void **state)
{
  (void)state;
  /* Three were sought out before May; whether they were so in May instead, no other period tells. */
  static const struct thing sought[] = {{.count = 3, .periods = {T1 | H1 | T2 | YEAR}},
                                        {.count = 17, .periods = {H1 | T2 | YEAR}},
                                        {.count = 10, .periods = {T2 | YEAR | H2}}};
  SHOWS(sought, 5, {WHOLE, 0, ANY_SEX, 0, "- 20 30 10 30"});
  /* The half-years of what happens once add up to the year: one of them needs the other. */
  static const struct thing ended[] = {{.count = 3, .periods = {H1 | T2 | YEAR}},
                                       {.count = 50, .periods = {YEAR | H2}}};
  SHOWS(ended, 5, {WHOLE, 0, ANY_SEX, 0, "0 - - 50 -"});
  /* Nobody before May: to be shown, and of no use to others. */
  static const struct thing late[] = {{.count = 30, .periods = {YEAR | H2}}};
  SHOWS(late, 5, {WHOLE, 0, ANY_SEX, 0, "0 0 0 30 30"});
}

static void a_sex_is_hidden_in_the_other(void **state)
{
  (void)state;
  static const struct thing things[] = {{.district = 0, .sex = 0, .count = 3, .periods = {YEAR}},
                                        {.district = 0, .sex = 1, .count = 20, .periods = {YEAR}},
                                        {.district = 1, .sex = 0, .count = 9, .periods = {YEAR}},
                                        {.district = 1, .sex = 1, .count = 30, .periods = {YEAR}},
                                        {.district = 2, .sex = 0, .count = 40, .periods = {YEAR}},
                                        {.district = 2, .sex = 1, .count = 50, .periods = {YEAR}}};
  /* Three girls in a district: two by two, so that neither the district nor the girls of the town tell them. */
  SHOWS(things, 5, {A_DISTRICT, 0, 0, 0, "0 0 0 0 -"}, {A_DISTRICT, 0, 1, 0, "0 0 0 0 -"},
        {A_DISTRICT, 1, 0, 0, "0 0 0 0 -"}, {A_DISTRICT, 1, 1, 0, "0 0 0 0 -"},
        {A_DISTRICT, 2, 0, 0, "0 0 0 0 40"}, {A_DISTRICT, 0, ANY_SEX, 0, "0 0 0 0 23"},
        {WHOLE, 0, 0, 0, "0 0 0 0 52"}, {A_UNIT, 0, 1, 0, "0 0 0 0 100"});
}

static void keys_that_add_up_hide_each_other(void **state)
{
  (void)state;
  /* covered, reached, reached by letter, phone, e-mail */
  static const struct thing reached[] = {{.count = 40, .periods = {YEAR}},
                                         {.count = 30, .periods = {YEAR, YEAR, YEAR}},
                                         {.count = 20, .periods = {YEAR, YEAR, 0, YEAR}},
                                         {.count = 2, .periods = {YEAR, YEAR, 0, 0, YEAR}}};
  SHOWS(reached, 5, {WHOLE, 0, ANY_SEX, 0, "0 0 0 0 92"}, {WHOLE, 0, ANY_SEX, 1, "0 0 0 0 52"},
        {WHOLE, 0, ANY_SEX, 2, "0 0 0 0 30"}, {WHOLE, 0, ANY_SEX, 3, "0 0 0 0 -"},
        {WHOLE, 0, ANY_SEX, 4, "0 0 0 0 -"});
  /* results (keys 0, 1) and occupations after (keys 2, 3) of the same measures */
  static const struct thing ended[] = {{.count = 20, .periods = {YEAR, 0, YEAR}},
                                       {.count = 15, .periods = {YEAR, 0, 0, YEAR}},
                                       {.count = 3, .periods = {0, YEAR, YEAR}}};
  SHOWS(ended, 5, {WHOLE, 0, ANY_SEX, 0, "0 0 0 0 35"}, {WHOLE, 0, ANY_SEX, 1, "0 0 0 0 -"},
        {WHOLE, 0, ANY_SEX, 2, "0 0 0 0 -"}, {WHOLE, 0, ANY_SEX, 3, "0 0 0 0 15"});
}

static void a_part_that_is_the_whole_does_not_tell_it(void **state)
{
  (void)state;
  /* All the covered were sought out in the second district: shown, it would tell that of the first's four. */
  static const struct thing all[] = {{.district = 0, .count = 4, .periods = {YEAR, YEAR}},
                                     {.district = 1, .count = 20, .periods = {YEAR, YEAR}}};
  SHOWS(all, 5, {WHOLE, 0, ANY_SEX, 0, "0 0 0 0 24"}, {A_DISTRICT, 0, ANY_SEX, 0, "0 0 0 0 -"},
        {A_DISTRICT, 0, ANY_SEX, 1, "0 0 0 0 -"}, {A_DISTRICT, 1, ANY_SEX, 0, "0 0 0 0 -"},
        {A_DISTRICT, 1, ANY_SEX, 1, "0 0 0 0 -"});
}

static void a_youth_alone_is_not_seen(void **state)
{
  (void)state;
  static const struct thing one[] = {
      {.unit = 1, .district = 2, .sex = 1, .count = 1, .periods = {ALL, H1 | T2 | YEAR}}};
  SHOWS(one, 5, {WHOLE, 0, ANY_SEX, 0, "- - - - -"}, {WHOLE, 0, ANY_SEX, 1, "0 - - 0 -"},
        {A_DISTRICT, 2, 1, 0, "- - - - -"}, {A_UNIT, 1, 1, 1, "0 - - 0 -"},
        {A_DISTRICT, 0, ANY_SEX, 0, "0 0 0 0 0"});
}

static void units_that_share_a_district_hide_each_other(void **state)
{
  (void)state;
  static const struct thing things[] = {{.unit = 0, .district = 0, .count = 3, .periods = {YEAR}},
                                        {.unit = 1, .district = 0, .count = 20, .periods = {YEAR}},
                                        {.unit = 1, .district = 1, .count = 30, .periods = {YEAR}},
                                        {.unit = 1, .district = 2, .count = 40, .periods = {YEAR}}};
  /* The district is served by both, so that it need not be hidden with the unit. */
  SHOWS(things, 5, {A_UNIT, 0, ANY_SEX, 0, "0 0 0 0 -"}, {A_UNIT, 1, ANY_SEX, 0, "0 0 0 0 -"},
        {A_DISTRICT, 0, ANY_SEX, 0, "0 0 0 0 23"}, {WHOLE, 0, ANY_SEX, 0, "0 0 0 0 93"});
}

static void those_who_moved_hide_nobody(void **state)
{
  (void)state;
  /* The ten of the second district moved during the year: it takes the third to hide the first. */
  static const struct thing things[] = {{.district = 0, .count = 3, .periods = {YEAR}},
                                        {.district = 1, .count = 10, .elsewhere = T1, .periods = {YEAR}},
                                        {.district = 2, .count = 40, .periods = {YEAR}}};
  SHOWS(things, 5, {A_DISTRICT, 0, ANY_SEX, 0, "0 0 0 0 -"}, {WHOLE, 0, ANY_SEX, 0, "0 0 0 0 53"});
  static const struct thing moved[] = {{.district = 0, .count = 3, .elsewhere = T1, .periods = {YEAR}},
                                       {.district = 1, .count = 30, .elsewhere = T1, .periods = {YEAR}}};
  SHOWS(moved, 5, {A_DISTRICT, 0, ANY_SEX, 0, "0 0 0 0 -"}, {WHOLE, 0, ANY_SEX, 0, "0 0 0 0 -"},
        {A_DISTRICT, 1, ANY_SEX, 0, "0 0 0 0 30"});
}

static void places_that_there_are_not_do_not_matter(void **state)
{
  (void)state;
  static const struct thing nowhere[] = {
      {.unit = UNDISCLOSED, .district = UNDISCLOSED, .count = 30, .periods = {YEAR, YEAR}},
      {.unit = UNDISCLOSED, .district = UNDISCLOSED, .count = 3, .periods = {YEAR}}};
  SHOWS(nowhere, 5, {WHOLE, 0, ANY_SEX, 0, "0 0 0 0 33"}, {WHOLE, 0, ANY_SEX, 1, "0 0 0 0 30"});
  static const struct thing districts_alone[] = {
      {.unit = UNDISCLOSED, .district = 0, .count = 30, .periods = {YEAR}},
      {.unit = UNDISCLOSED, .district = 1, .count = 3, .periods = {YEAR}}};
  SHOWS(districts_alone, 5, {A_DISTRICT, 0, ANY_SEX, 0, "0 0 0 0 -"},
        {A_DISTRICT, 1, ANY_SEX, 0, "0 0 0 0 -"}, {A_UNIT, UNDISCLOSED, ANY_SEX, 0, "0 0 0 0 33"});
  static const struct thing no_district[] = {
      {.unit = 0, .district = UNDISCLOSED, .count = 9, .periods = {YEAR}},
      {.unit = 0, .district = 1, .count = 3, .periods = {YEAR}}};
  SHOWS(no_district, 5, {A_DISTRICT, UNDISCLOSED, ANY_SEX, 0, "0 0 0 0 -"},
        {A_DISTRICT, 1, ANY_SEX, 0, "0 0 0 0 -"}, {A_UNIT, 0, ANY_SEX, 0, "0 0 0 0 12"});
}

static void the_threshold_says_what_is_small(void **state)
{
  (void)state;
  static const struct thing things[] = {{.district = 0, .count = 1, .periods = {YEAR}},
                                        {.district = 1, .count = 2, .periods = {YEAR}},
                                        {.district = 2, .count = 9, .periods = {YEAR}}};
  SHOWS(things, 0, {A_DISTRICT, 0, ANY_SEX, 0, "0 0 0 0 1"}, {A_DISTRICT, 1, ANY_SEX, 0, "0 0 0 0 2"});
  SHOWS(things, 1, {A_DISTRICT, 0, ANY_SEX, 0, "0 0 0 0 1"}, {A_DISTRICT, 1, ANY_SEX, 0, "0 0 0 0 2"});
  SHOWS(things, 2, {A_DISTRICT, 0, ANY_SEX, 0, "0 0 0 0 -"}, {A_DISTRICT, 1, ANY_SEX, 0, "0 0 0 0 -"},
        {A_DISTRICT, 2, ANY_SEX, 0, "0 0 0 0 9"}, {WHOLE, 0, ANY_SEX, 0, "0 0 0 0 12"});
  SHOWS(things, 10, {A_DISTRICT, 2, ANY_SEX, 0, "0 0 0 0 -"}, {WHOLE, 0, ANY_SEX, 0, "0 0 0 0 12"});
}

static void what_is_hidden_stays_hidden_with_its_cover(void **state)
{
  (void)state;
  static const unsigned part[] = {1};
  static const long numbers[] = {10, 20, 30};
  static const struct {
    int hidden;
    bool secondary;
    const char *wanted;
  } examples[] = {{0, true, "--#"}, {2, true, "-#-"}, {2, false, "##-"}, {3, true, "###"}};
  for (size_t e = 0; e < sizeof examples / sizeof *examples; e++) {
    cells_auto_t *cells =
        cells_new(&(struct cells_shape){.units = 1, .districts = 4, .sexes = 1, .keys = 1, .periods = 1});
    for (int d = 0; d < 3; d++)
      cells_add(cells,
                &(struct cells_item){.district = d, .count = numbers[d], .parts = part, .part_count = 1});
    cells_hide(cells, cells_district(cells, examples[e].hidden), ANY_SEX, 0, 0);
    cells_mask(cells, 5, examples[e].secondary);
    for (int d = 0; d < 3; d++)
      assert_int_equal(cells_masked(cells, cells_district(cells, d), ANY_SEX, 0, 0),
                       examples[e].wanted[d] == '-');
    /* Nothing has ever counted in the fourth, so that there is nothing to hide. */
    if (examples[e].secondary) assert_false(cells_masked(cells, cells_district(cells, 3), ANY_SEX, 0, 0));
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_small_district_takes_another_with_it),
      cmocka_unit_test(a_period_is_hidden_in_the_others),
      cmocka_unit_test(a_sex_is_hidden_in_the_other),
      cmocka_unit_test(keys_that_add_up_hide_each_other),
      cmocka_unit_test(a_part_that_is_the_whole_does_not_tell_it),
      cmocka_unit_test(a_youth_alone_is_not_seen),
      cmocka_unit_test(units_that_share_a_district_hide_each_other),
      cmocka_unit_test(those_who_moved_hide_nobody),
      cmocka_unit_test(places_that_there_are_not_do_not_matter),
      cmocka_unit_test(the_threshold_says_what_is_small),
      cmocka_unit_test(what_is_hidden_stays_hidden_with_its_cover),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
