/* The CSV of a report: for machines as the interface names things, for a Swedish spreadsheet in words. */
#include "service/report_csv.h"

#include "report_sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void is_csv_of(const char *answer, bool swedish, const char *expected)
{
  size_t length = 0;
  json_auto_t *document = json_loads(answer, 0, NULL), *words = json_loads(sample_words, 0, NULL);
  assert_non_null(document);
  assert_non_null(words);
  char *csv = report_csv(document, words, swedish, &length);
  assert_string_equal(csv, expected);
  assert_int_equal(length, strlen(expected));
  free(csv);
}

static void for_machines_it_has_member_names_and_empty_masked_counts(void **state)
{
  (void)state;
  is_csv_of(
      sample_answer, false,
      "level,districtId,district,covered,soughtOut,reached,attempts.letter,attempts.phone,exits.moved,results.done\r\n"
      "district,0b0f7d4e-0000-4000-8000-000000000001,\"'=1+1 <script>alert('x')</script> "
      "\"\"&\"\"\",12345,,0,40,,7,\r\n"
      "district,,undisclosed,8,,0,0,9,0,6\r\n"
      "total,,,12353,20,0,40,11,7,\r\n");
}

static void for_a_swedish_spreadsheet_it_has_words_and_two_dots(void **state)
{
  (void)state;
  is_csv_of(
      sample_answer, true,
      "\xef\xbb\xbfNivå;Distriktets id;Distrikt;Omfattade;Uppsökta;Nådda;Försök: Brev;Försök: Telefon;Avslut: "
      "Flyttade;Resultat: Genomförd\r\n"
      "Distrikt;0b0f7d4e-0000-4000-8000-000000000001;\"'=1+1 <script>alert('x')</script> "
      "\"\"&\"\"\";12345;..;0;40;..;7;..\r\n"
      "Distrikt;;Redovisas inte;8;..;0;0;9;0;6\r\n"
      "Totalt;;;12353;20;0;40;11;7;..\r\n");
}

/* Every row has every column, those that another level lacks too; sexes come in words. */
static void rows_of_all_levels_have_the_same_columns(void **state)
{
  (void)state;
  static const char answer[] =
      "{\"groupBy\":\"unit,sex\",\"data\":[{\"group\":{\"unitId\":\"u\",\"unit\":\"A;B\",\"sex\":\"female\"},\"covered\":1,"
      "\"crosses\":{\"a.b\":2}}],\"totals\":[{\"group\":{},\"covered\":3},{\"group\":{\"sex\":\"female\"},\"covered\":4},"
      "{\"group\":{\"unitId\":\"u\",\"unit\":\"A;B\"},\"covered\":5}]}";
  is_csv_of(
      answer, false,
      "level,unitId,unit,sex,covered,soughtOut,reached,attempts.letter,attempts.phone,exits.moved,results.done,"
      "crosses.a.b\r\n"
      "\"unit,sex\",u,\"A;B\",female,1,,,,,,,2\r\ntotal,,,,3,,,,,,,\r\nsex,,,female,4,,,,,,,\r\n"
      "unit,u,\"A;B\",,5,,,,,,,\r\n");
  is_csv_of(
      answer, true,
      "\xef\xbb\xbfNivå;Enhetens id;Enhet;Kön;Omfattade;Uppsökta;Nådda;Försök: Brev;Försök: Telefon;Avslut: "
      "Flyttade;Resultat: Genomförd;crosses: a.b\r\n"
      "Enhet och kön;u;\"A;B\";Kvinna;1;;;;;;;2\r\nTotalt;;;;3;;;;;;;\r\nKön;;;Kvinna;4;;;;;;;\r\n"
      "Enhet;u;\"A;B\";;5;;;;;;;\r\n");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(for_machines_it_has_member_names_and_empty_masked_counts),
      cmocka_unit_test(for_a_swedish_spreadsheet_it_has_words_and_two_dots),
      cmocka_unit_test(rows_of_all_levels_have_the_same_columns),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
