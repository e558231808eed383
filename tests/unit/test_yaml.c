/* YAML as it is printed: what could be misread is quoted. */
#include "service/openapi.h"

#include <orcania.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void expect(const char *json, const char *yaml)
{
  json_t *value = json_loads(json, 0, NULL);
  char *printed = yaml_print(value);
  assert_string_equal(printed, yaml);
  o_free(printed);
  json_decref(value);
}

static void blocks_and_scalars(void **state)
{
  (void)state;
  expect("{\"a\":1,\"b\":{\"c\":[\"x\",{\"d\":true,\"e\":[]}]}}",
         "a: 1\nb:\n  c:\n    - x\n    - d: true\n      e: []\n");
  expect("{\"a\":\"yes\",\"b\":\"1.0\",\"c\":\"x: y\",\"d\":\"\",\"e\":\"å\"}",
         "a: \"yes\"\nb: \"1.0\"\nc: \"x: y\"\nd: \"\"\ne: \"å\"\n");
  expect("{\"200\":null,\"^a$\":{}}", "\"200\": null\n\"^a$\": {}\n");
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(blocks_and_scalars)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
