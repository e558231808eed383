/* What a caller with some districts is told of units. */
#include "service/report_private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

/* Skog serves the first district alone in the period; Äng does since. Twelve youths are of that district; others of
   the second, which is not the caller's. */
#define DOCUMENT                                                                                                      \
  "{\"threshold\": 5, \"lists\": {\"sexes\": [{\"code\": \"female\"}]}, \"published\": [], \"keys\": [[\"covered\", " \
  "\"\"]], \"units\": [{\"id\": \"s\", \"name\": \"Skog\", \"periods\": 1}, {\"id\": \"a\", \"name\": \"Äng\", "     \
  "\"periods\": 1}], \"districts\": [{\"id\": \"d\", \"periods\": 1, \"serving\": [[0, 1]]}, {\"id\": \"e\", "        \
  "\"periods\": 1, \"serving\": [[1, 1]]}], \"items\": [[0, 1, 1, 0, 0, 30, [1]], "

static long told(const char *items, int unit)
{
  char text[800];
  snprintf(text, sizeof text, "%s%s]}", DOCUMENT, items);
  json_auto_t *document = json_loads(text, 0, NULL);
  assert_non_null(document);
  question_auto_t question = {.period_count = 1, .masked = true, .secondary = true};
  question.districts = json_pack("[s]", "d");
  items_auto_t read;
  report_items_read(document, &question, &read);
  struct report_group group = {.unit = unit, .district = EVERY, .sex = EVERY};
  return report_count(&read, &question, &group, "covered", "");
}

static void a_unit_is_told_of_when_it_has_whole_districts(void **state)
{
  (void)state;
  assert_int_equal(told("[0, 0, 0, 0, 0, 12, [1]]", 0), 12);
  assert_int_equal(told("[0, 0, 0, 0, 0, 12, [1]]", 1), 0);
}

/* Who first became known after the unit had changed counts at the new one, also in the time before. */
static void one_who_is_elsewhere_than_the_district_is_not_told_by_subtraction(void **state)
{
  (void)state;
  assert_int_equal(told("[0, 0, 0, 0, 0, 11, [1]], [0, 1, 0, 0, 0, 1, [1]]", 1), -1);
  assert_int_equal(told("[0, 0, 0, 0, 0, 11, [1]], [0, 1, 0, 0, 0, 1, [1]]", 0), -1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_unit_is_told_of_when_it_has_whole_districts),
      cmocka_unit_test(one_who_is_elsewhere_than_the_district_is_not_told_by_subtraction),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
