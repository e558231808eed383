/* The words of problems: whose they are, and that a code means the same wherever it is told. */
#include "service/problems.h"
#include "service/router.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct refusal refusals[] = {
    {"not-covered", 422, "/person", "Med egna ord.", "In words of its own."},
    {"busy", 409, NULL, "Egen är upptagen.", "Its own is busy."},
    {0}};
static const struct resource own = {.name = "own", .refusals = refusals};

static void a_resource_tells_in_its_own_words(void **state)
{
  (void)state;
  assert_string_equal(problems_detail(&own, "not-covered", false), "Med egna ord.");
  assert_string_equal(problems_detail(&own, "not-covered", true), "In words of its own.");
  assert_string_equal(problems_refusal(&own, "not-covered")->pointer, "/person");
  assert_string_equal(problems_detail(&own, "busy", true), "Its own is busy.");
}

/* Every row of every resource is found by its resource, though others have the same code. */
static void each_row_is_found_by_its_resource(void **state)
{
  (void)state;
  for (const struct resource *const *each = router_resources(); *each; each++)
    for (const struct refusal *row = (*each)->refusals; row && row->code; row++)
      if (problems_refusal(*each, row->code) != row)
        fail_msg("%s does not find its own words for %s", (*each)->name, row->code);
}

static void else_in_those_of_another_or_of_the_engine(void **state)
{
  (void)state;
  static const struct resource silent = {.name = "silent"};
  assert_string_equal(problems_refusal(&silent, "not-covered")->pointer, "/youthId");
  assert_string_equal(problems_refusal(NULL, "not-covered")->pointer, "/youthId");
  assert_int_equal(problems_refusal(&own, "unavailable")->status, 503);
  assert_null(problems_refusal(&own, "no-such-code"));
  assert_null(problems_detail(NULL, "no-such-code", true));
}

static void a_code_has_one_status(void **state)
{
  (void)state;
  for (const struct resource *const *each = router_resources(); *each; each++)
    for (const struct refusal *row = (*each)->refusals; row && row->code; row++) {
      const struct refusal *other = problems_refusal(NULL, row->code);
      if (other->status != row->status)
        fail_msg("%s: %d of %s, %d elsewhere", row->code, row->status, (*each)->name, other->status);
      for (const struct refusal *known = problems_known(); known->code; known++)
        if (strcmp(known->code, row->code) == 0) assert_int_equal(known->status, row->status);
    }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_resource_tells_in_its_own_words),
      cmocka_unit_test(each_row_is_found_by_its_resource),
      cmocka_unit_test(else_in_those_of_another_or_of_the_engine),
      cmocka_unit_test(a_code_has_one_status),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
