/* Accept and Accept-Language by examples. */
#include "service/negotiate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void media(void **state)
{
  (void)state;
  static const struct {
    const char *header;
    int percent; /* of application/json */
  } rows[] = {{NULL, 100},
              {"*/*", 100},
              {"application/*;q=0.5", 50},
              {"application/json", 100},
              {"APPLICATION/JSON;q=0.3, */*", 30},
              {"application/json;q=0", 0},
              {"application/json;q=0, */*", 0},
              {"*/*, application/json ; q=0.2", 20},
              {"text/html", 0},
              {"text/html;q=0.5,application/json;charset=utf-8;q=0.7", 70},
              {"application/jsonx", 0},
              {"", 0},
              {",,", 0}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    assert_int_equal((int)(negotiate_media(rows[i].header, "application/json") * 100 + 0.5), rows[i].percent);
}

static void languages(void **state)
{
  (void)state;
  static const struct {
    const char *header;
    bool english;
  } rows[] = {{NULL, false},
              {"en", true},
              {"sv", false},
              {"en-GB, sv;q=0.5", true},
              {"sv, en", false},
              {"en, sv", true},
              {"sv;q=0.1, en;q=0.9", true},
              {"en;q=0", false},
              {"de, fr", false},
              {"*", false},
              {"den", false},
              {"de, en;q=0.1", true}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    assert_int_equal(negotiate_english(rows[i].header), rows[i].english);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(media), cmocka_unit_test(languages)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
