/* Entity tags and lists in headers by examples. */
#include "service/negotiate.h"
#include "service/tags.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void tags_that_hold(void **state)
{
  (void)state;
  static const struct {
    const char *header;
    bool holds;
  } rows[] = {{NULL, false},
              {"\"3-ab\"", true},
              {"W/\"3-ab\"", true},
              {"*", true},
              {"\"1-cd\", \"3-ab\"", true},
              {"\"x\"3-ab\"\"", false},
              {"\"3-abc\"", false},
              {"3-ab", false},
              {"\"a, \"3-ab\"", false},
              {"", false}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    if (tags_hold(rows[i].header, "\"3-ab\"") != rows[i].holds) fail_msg("%s", rows[i].header);
}

static void versions_that_are_wanted(void **state)
{
  (void)state;
  static const struct {
    const char *header;
    bool legal;
    long long version;
  } rows[] = {{"\"3-ab\"", true, 3},
              {"\"3\"", true, 3},
              {"*", true, ANY_VERSION},
              {"\"3-ab\", \"7-cd\"", true, 7},
              {"W/\"3-ab\"", true, NO_VERSION},
              {"\"abc\"", true, NO_VERSION},
              {"3-ab", false, 0},
              {"\"3-ab", false, 0},
              {"\"3-ab\" x", false, 0},
              {"", false, 0}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    long long version = 0;
    bool legal = tags_version(rows[i].header, &version);
    if (legal != rows[i].legal || (legal && version != rows[i].version)) fail_msg("%s", rows[i].header);
  }
}

static void preferences(void **state)
{
  (void)state;
  static const struct {
    const char *header;
    bool minimal;
  } rows[] = {{NULL, false},
              {"return=minimal", true},
              {"RETURN = \"minimal\"", true},
              {"respond-async, return=minimal; x=1", true},
              {"return=minimally", false},
              {"foo=\"return=minimal\"", false},
              {"return=representation", false}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    if (negotiate_minimal(rows[i].header) != rows[i].minimal) fail_msg("%s", rows[i].header);
}

static void a_tag_has_version_and_hash(void **state)
{
  (void)state;
  char tag[TAG_SIZE];
  tags_make("{}", 2, 12, tag);
  assert_string_equal(tag, "\"12-44136fa355b3678a\"");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(tags_that_hold),
      cmocka_unit_test(versions_that_are_wanted),
      cmocka_unit_test(preferences),
      cmocka_unit_test(a_tag_has_version_and_hash),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
