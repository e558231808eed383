/* Comma-separated values: columns, quotes, and cells that a spreadsheet must not run. */
#include "service/csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct example {
  const char *json, *csv;
};

static void is_csv(const struct example *example)
{
  size_t length = 0;
  char *csv = csv_from_data(example->json, &length);
  assert_non_null(csv);
  assert_string_equal(csv, example->csv);
  assert_int_equal(length, strlen(example->csv));
  free(csv);
}

static void columns_come_in_the_order_of_their_first_row(void **state)
{
  (void)state;
  static const struct example examples[] = {
      {"{\"data\":[{\"b\":1,\"a\":2},{\"a\":3,\"c\":4,\"b\":5}]}", "b,a,c\r\n1,2,\r\n5,3,4\r\n"},
      {"{\"data\":[{\"group\":{\"district\":\"Järva\"},\"attempts\":{\"letter\":7,\"sms\":0}}]}",
       "group.district,attempts.letter,attempts.sms\r\nJärva,7,0\r\n"},
      {"{\"data\":[{\"group\":{},\"covered\":0}]}", "covered\r\n0\r\n"},
      {"{\"data\":[]}", "\r\n"},
  };
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
    is_csv(&examples[i]);
}

static void masked_cells_are_empty(void **state)
{
  (void)state;
  is_csv(&(struct example){"{\"data\":[{\"a\":null,\"m\":{\"x\":null,\"y\":12}}]}", "a,m.x,m.y\r\n,,12\r\n"});
}

static void commas_quotes_and_line_breaks_are_quoted(void **state)
{
  (void)state;
  is_csv(&(struct example){
      "{\"data\":[{\"a\":\"x,y\",\"b\":\"say \\\"hi\\\"\",\"c\":\"one\\ntwo\",\"d\":\"one\\rtwo\"}]}",
      "a,b,c,d\r\n\"x,y\",\"say \"\"hi\"\"\",\"one\ntwo\",\"one\rtwo\"\r\n"});
}

static void formulas_get_an_apostrophe(void **state)
{
  (void)state;
  static const struct example examples[] = {
      {"{\"data\":[{\"a\":\"=1+1\"}]}", "a\r\n'=1+1\r\n"},
      {"{\"data\":[{\"a\":\"+1\"}]}", "a\r\n'+1\r\n"},
      {"{\"data\":[{\"a\":\"-1\"}]}", "a\r\n'-1\r\n"},
      {"{\"data\":[{\"a\":\"@SUM(A1)\"}]}", "a\r\n'@SUM(A1)\r\n"},
      {"{\"data\":[{\"a\":\"\\tx\"}]}", "a\r\n'\tx\r\n"},
      {"{\"data\":[{\"a\":\"\\rx\"}]}", "a\r\n\"'\rx\"\r\n"},
      {"{\"data\":[{\"a\":\"=HYPERLINK(\\\"x\\\",\\\"y\\\")\"}]}",
       "a\r\n\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\"\r\n"},
      {"{\"data\":[{\"=a\":\"b=c\"}]}", "'=a\r\nb=c\r\n"},
  };
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
    is_csv(&examples[i]);
}

static void numbers_and_other_values_stay_as_they_are(void **state)
{
  (void)state;
  is_csv(&(struct example){"{\"data\":[{\"a\":-5,\"b\":true,\"c\":[1,2],\"d\":\"\"}]}",
                           "a,b,c,d\r\n-5,true,\"[1,2]\",\r\n"});
}

static void what_has_no_data_is_refused(void **state)
{
  (void)state;
  size_t length;
  assert_null(csv_from_data("{\"data\":1}", &length));
  assert_null(csv_from_data("{}", &length));
  assert_null(csv_from_data("not json", &length));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(columns_come_in_the_order_of_their_first_row),
      cmocka_unit_test(masked_cells_are_empty),
      cmocka_unit_test(commas_quotes_and_line_breaks_are_quoted),
      cmocka_unit_test(formulas_get_an_apostrophe),
      cmocka_unit_test(numbers_and_other_values_stay_as_they_are),
      cmocka_unit_test(what_has_no_data_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
