/* Values, bodies and JSON texts by what validation says of them. */
#include "service/validate.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char *fault_of(enum type type, const char *value)
{
  const struct field field = {"x", type, .codes = "one two_three"};
  return validate_text(&field, value);
}

static void values_of_each_type(void **state)
{
  (void)state;
  static const struct {
    enum type type;
    const char *value, *fault;
  } rows[] = {
      {TEXT, "Åsa", NULL},
      {TEXT, "", "too-short"},
      {TEXT, "  \n", "too-short"},
      {TEXT, "a\033b", "control-characters"},
      {DATE, "2026-02-28", NULL},
      {DATE, "2024-02-29", NULL},
      {DATE, "2026-02-29", "invalid-date"},
      {DATE, "2100-02-29", "invalid-date"},
      {DATE, "2026-13-01", "invalid-date"},
      {DATE, "2026-1-1", "invalid-date"},
      {DATE, "2026-01-01T00:00:00Z", "invalid-date"},
      {TIME, "2026-11-22T10:00:00Z", NULL},
      {TIME, "2026-11-22T10:00:00.123456+01:00", NULL},
      {TIME, "2026-11-22T10:00:00", "invalid-time"},
      {TIME, "2026-11-22T24:00:00Z", "invalid-time"},
      {TIME, "2026-11-22T10:00:60Z", "invalid-time"},
      {TIME, "2026-11-22 10:00:00Z", "invalid-time"},
      {TIME, "2026-11-22T10:00:00.Z", "invalid-time"},
      {TIME, "2026-11-22T10:00:00+0100", "invalid-time"},
      {UUID, "6ec7239f-a058-47eb-8099-bff6b05aa07b", NULL},
      {UUID, "6ec7239fa05847eb8099bff6b05aa07b", "invalid-uuid"},
      {UUID, "6ec7239f-a058-47eb-8099-bff6b05aa07g", "invalid-uuid"},
      {CODE, "one", NULL},
      {CODE, "two", "unknown-code"},
      {CODE, "three", "unknown-code"},
      {CODE, "two_three", NULL},
      {CODE, "one two_three", "unknown-code"},
      {CODE, "", "unknown-code"},
      {EMAIL, "a.b@example.se", NULL},
      {EMAIL, "a@b", "invalid-email"},
      {EMAIL, "a b@example.se", "invalid-email"},
      {EMAIL, "a@b@example.se", "invalid-email"},
      {PHONE, "070-174 06 05", NULL},
      {PHONE, "+46701740605", NULL},
      {PHONE, "46701740605", "invalid-phone"},
      {PHONE, "0701", "invalid-phone"},
      {PERSONAL_NUMBER, "200501012397", NULL},
      {PERSONAL_NUMBER, "200501012398", "invalid-check-digit"},
      {PERSONAL_NUMBER, "200500882394", NULL}, /* coordination number without a month */
      {PERSONAL_NUMBER, "20080101TF01", NULL},
      {PERSONAL_NUMBER, "20080101tf01", "invalid-number"},
      {PERSONAL_NUMBER, "200501010007", "invalid-number"}, /* serial 000 */
      {PERSONAL_NUMBER, "0501012397", "ten-digit-number"},
      {PERSONAL_NUMBER, "050101-2397", "ten-digit-number"},
      {PERSONAL_NUMBER, "20050101-2397", "invalid-number"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    const char *fault = fault_of(rows[i].type, rows[i].value);
    if (rows[i].fault && fault) assert_string_equal(fault, rows[i].fault);
    if ((rows[i].fault == NULL) != (fault == NULL))
      fail_msg("%s: %s", rows[i].value, fault ? fault : "accepted");
  }
}

static void length_is_in_characters(void **state)
{
  (void)state;
  const struct field field = {"x", TEXT, .min = 2, .max = 3};
  assert_null(validate_text(&field, "åäö"));
  assert_string_equal(validate_text(&field, "åäöa"), "too-long");
  assert_string_equal(validate_text(&field, "å"), "too-short");
}

static const struct field inner[] = {{"street", TEXT, REQUIRED}, {"city", TEXT}, {0}};
static const struct field members[] = {{"name", TEXT, REQUIRED},
                                       {"age", INTEGER, .min = 1, .max = 20},
                                       {"kind", TEXT, CREATE_ONLY},
                                       {"made", TEXT, READ_ONLY},
                                       {"secret", TEXT, .scope = "secrets:read"},
                                       {"tags", TEXTS, .max = 2},
                                       {"address", OBJECT, .members = inner},
                                       {"people", OBJECTS, .max = 2, .members = inner},
                                       {"labels", LABELS},
                                       {"on", BOOLEAN},
                                       {0}};

/* Faults as "pointer code" in order, one a line. */
static void expect(const char *body, bool creating, const char *expected)
{
  const struct body_rules rules = {.creating = creating, .scopes = "youths:read"};
  json_t *value = json_loads(body, 0, NULL), *faults = json_array(), *fault;
  char said[1000] = "";
  size_t i;
  assert_non_null(value);
  validate_object(value, members, &rules, NULL, faults);
  json_array_foreach(faults, i, fault)
  {
    strncat(said, json_string_value(json_object_get(fault, "pointer")), 100);
    strncat(said, " ", 2);
    strncat(said, json_string_value(json_object_get(fault, "code")), 100);
    strncat(said, "\n", 2);
  }
  assert_string_equal(said, expected);
  json_decref(value);
  json_decref(faults);
}

static void every_fault_of_a_body_at_once(void **state)
{
  (void)state;
  expect("{\"name\":\"A\"}", true, "");
  expect("{}", true, "/name required\n");
  expect("{\"name\":null}", true, "/name required\n");
  expect("{\"name\":null}", false, "/name required\n");
  expect("{\"age\":null}", false, "");
  expect("{\"kind\":\"x\",\"made\":\"x\",\"secret\":\"x\",\"what/is~it\":1}", false,
         "/kind create-only\n/made read-only\n/secret scope-missing\n/? unknown-member\n");
  expect("{\"name\":5,\"age\":21,\"on\":\"true\",\"tags\":[\"a\",\"a\"],\"labels\":{\"a\":1}}", true,
         "/name not-text\n/age out-of-range\n/on not-boolean\n/tags/1 repeated-item\n/labels/a not-text\n");
  expect("{\"name\":\"A\",\"age\":1.0,\"tags\":[\"a\",\"b\",\"c\"],\"address\":[]}", true,
         "/age not-integer\n/tags too-many-items\n/address not-object\n");
  expect(
      "{\"name\":\"A\",\"address\":{\"city\":\"\"},\"people\":[{\"city\":\"B\"},7]}", true,
      "/address/city too-short\n/address/street required\n/people/0/street required\n/people/1 not-object\n");
  /* a name may be data: what does not look like one is not repeated, and its fault does not get lost */
  expect("{\"name\":\"A\",\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaé\":1}", true,
         "/? unknown-member\n");
  expect("{\"name\":\"A\",\"20080101TF01\":{\"x\":1}}", true, "/? unknown-member\n");
  expect("{\"name\":\"A\",\"labels\":{\"20080101TF01\":1,\"ber-2\":1}}", true,
         "/labels/? not-text\n/labels/ber-2 not-text\n");
  expect("{\"name\":\"A\",\"x_Y-1\":1}", true, "/x_Y-1 unknown-member\n");
  expect("{\"address\":{\"city\":\"B\"},\"people\":[{\"city\":\"B\"}]}", false,
         "/people/0/street required\n");
}

static void texts_that_are_no_document(void **state)
{
  (void)state;
  static const struct {
    const char *text;
    size_t length;
    const char *code;
  } rows[] = {
      {"{\"a\":1,\"a\":2}", 13, "duplicate-member"},
      {"{\"a\":\"\xff\"}", 9, "invalid-utf8"},
      {"{\"a\":\"\\u0000\"}", 14, "nul-character"},
      {"{} x", 4, "trailing-text"},
      {"{", 1, "invalid-json"},
      {"", 0, "invalid-json"},
      {"[[[[[[[[[[[[[[]]]]]]]]]]]]]]", 28, "too-deep"},
      {"{\"a\":\"[[[[[[[[[[[[[[[[[\"}", 25, NULL},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    const char *code = NULL;
    json_t *value = validate_parse(rows[i].text, rows[i].length, &code);
    if (rows[i].code) {
      assert_null(value);
      assert_string_equal(code, rows[i].code);
    } else {
      assert_non_null(value);
    }
    json_decref(value);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(values_of_each_type),
      cmocka_unit_test(length_is_in_characters),
      cmocka_unit_test(every_fault_of_a_body_at_once),
      cmocka_unit_test(texts_that_are_no_document),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
