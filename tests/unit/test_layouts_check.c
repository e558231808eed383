/* Layouts of the statistics export: what is wrong with one. */
#include "service/layouts_private.h"
#include "layout_sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static void a_fault_is_named(void **state)
{
  (void)state;
  static const struct {
    const char *member, *value, *fault;
  } examples[] = {
      {"name", NULL, "name: is missing"},
      {"name", "\"Prov 1\"", "name: must be small letters, digits and hyphens: it stands in the file's name"},
      {"name", "1", "name: must be a text"},
      {"version", "\"\"", "version: must be a text of 1 to 20 bytes without control characters"},
      {"halfYear", "\"H3-2026\"", "halfYear: must be like H1-2026"},
      {"official", "\"no\"", "official: must be true or false"},
      {"encoding", "\"UTF-16\"", "encoding: must be UTF-8 or ISO-8859-1"},
      {"separator", "\"x\"", "separator: must be a comma, a semicolon, | or a tab"},
      {"separator", "\";;\"", "separator: must be a comma, a semicolon, | or a tab"},
      {"quote", "\"often\"", "quote: must be needed, always or never"},
      {"lineEnd", "\"\\n\"", "lineEnd: must be CRLF or LF"},
      {"dates", "\"DD/MM\"", "dates: must be YYYY-MM-DD, YYYYMMDD or YYMMDD"},
      {"note", "{\"sv\":1}", "note.sv: must be a text"},
      {"codes", "[]", "codes: must be an object"},
      {"codes", "{\"sexes\":{}}",
       "codes.sexes: must be one of registration-reasons exit-reasons occupations measure-types"},
      {"codes", "{\"occupations\":[]}", "codes.occupations: must be an object of texts"},
      {"codes", "{\"occupations\":{\"work\":1}}", "codes.occupations.work: must be a text"},
      {"codes", "{\"occupations\":{\"work\":\"\"}}", "codes.occupations.work: must be a text"},
      {"width", "1", "width: is no member here"},
      {"columns", "[]", "columns: must hold a column"},
      {"columns", "[1]", "columns[0].name: must be a text of 1 to 100 bytes"},
      {"columns", "[{\"name\":\"A\"}]", "columns[0]: must have either field or value, a text"},
      {"columns", "[{\"name\":\"A\",\"field\":\"startDate\",\"value\":\"x\"}]",
       "columns[0]: must have either field or value, a text"},
      {"columns", "[{\"name\":\"A\",\"field\":1,\"value\":\"x\"}]",
       "columns[0]: must have either field or value, a text"},
      {"columns", "[{\"name\":\"A\",\"value\":\"x\"},{\"name\":\"B\",\"field\":\"givenName\"}]",
       "columns[1].field: there is no field givenName"},
      {"columns", "[{\"name\":\"A\",\"value\":\"x\\n\"}]",
       "columns[0].value: must not hold control characters"},
      {"columns", "[{\"name\":\"A\",\"value\":\"x\",\"width\":3}]", "columns[0].width: is no member here"},
      {"columns", "[{\"repeat\":\"youths\"}]", "columns[0].repeat: must be measures"},
      {"columns", "[{\"repeat\":\"measures\",\"times\":51}]",
       "columns[0].times: must be a number from 1 to 50"},
      {"columns", "[{\"repeat\":\"measures\",\"times\":1,\"columns\":[]}]",
       "columns[0].columns: must be an array of columns"},
      {"columns",
       "[{\"repeat\":\"measures\",\"times\":1,\"columns\":[{\"name\":\"A\",\"field\":\"exitDate\"}]}]",
       "columns[0].columns[0].field: there is no field exitDate"},
      {"columns", "[{\"name\":\"A\",\"value\":\"x\"},{\"name\":\"A\",\"field\":\"period\"}]",
       "columns: two are named A"},
      {"columns",
       "[{\"name\":\"T2\",\"value\":\"x\"},{\"repeat\":\"measures\",\"times\":2,\"columns\":[{\"name\":\"T{n}\","
       "\"field\":\"type\"}]}]",
       "columns: two are named T2"},
      {"columns", "[{\"repeat\":\"measures\",\"times\":2,\"columns\":[{\"name\":\"T\",\"field\":\"type\"}]}]",
       "columns: two are named T"},
  };
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
    json_auto_t *layout = changed(examples[i].member, examples[i].value);
    char *fault = layout_fault(layout);
    assert_non_null(fault);
    assert_string_equal(fault, examples[i].fault);
    free(fault);
  }
  json_auto_t *array = json_array();
  char *fault = layout_fault(array);
  assert_string_equal(fault, "the file must hold a JSON object");
  free(fault);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_fault_is_named)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
