/* Layouts of the statistics export: which one holds, and the file that one makes. */
#include "service/layouts.h"
#include "service/layouts_private.h"
#include "layout_sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const char answer[] =
    "{\"period\":{\"name\":\"H1-2026\"},\"codes\":[{\"list\":\"exit-reasons\",\"code\":\"moved\",\"value\":\"7\"}],"
    "\"data\":[{\"personalNumber\":\"20080101TF01\",\"exitReason\":\"moved\",\"latestSchool\":\"=Å\\nö;\\\"–\","
    "\"measures\":[{\"type\":\"other\",\"startDate\":\"2026-01-02\"},{\"type\":\"coaching\",\"startDate\":\"2026-02-03\"},"
    "{\"type\":\"internship\",\"startDate\":\"2026-03-04\"}]},{\"personalNumber\":\"20080101TF02\",\"exitReason\":"
    "\"completed\",\"measures\":[]}]}";

static void a_file_is_as_the_layout_says(void **state)
{
  (void)state;
  static const struct {
    const char *member, *value, *file;
  } examples[] = {
      {"version", "\"2\"",
       "Pnr;T;I1T;I1S;I2T;I2S;Orsak;Skola\n"
       "20080101TF01;K;coaching;20260203;internship;20260304;7;\"=Å ö;\"\"–\"\n"
       "20080101TF02;K;;;;;completed;\n"},
      {"header", "false",
       "20080101TF01;K;coaching;20260203;internship;20260304;7;\"=Å ö;\"\"–\"\n20080101TF02;K;;;;;completed;\n"},
      {"encoding", "\"ISO-8859-1\"",
       "Pnr;T;I1T;I1S;I2T;I2S;Orsak;Skola\n"
       "20080101TF01;K;coaching;20260203;internship;20260304;7;\"=\xc5 \xf6;\"\"?\"\n"
       "20080101TF02;K;;;;;completed;\n"},
      {"columns", "[{\"name\":\"S{n}\",\"field\":\"latestSchool\"},{\"name\":\"P\",\"field\":\"period\"}]",
       "S{n};P\n\"=Å ö;\"\"–\";H1-2026\n;H1-2026\n"},
  };
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
    json_auto_t *layout = changed(examples[i].member, examples[i].value);
    size_t length = 0;
    assert_null(layout_fault(layout));
    char *file = layout_write(layout, answer, &length);
    assert_string_equal(file, examples[i].file);
    assert_int_equal(length, strlen(examples[i].file));
    free(file);
  }
}

static void a_value_is_written_in_its_form(void **state)
{
  (void)state;
  static const struct {
    const char *members, *file;
  } examples[] = {
      {"{\"quote\":\"always\"}", "\"=Å ö;\"\"–\";\"\"\n\"\";\"\"\n"},
      {"{\"quote\":\"never\"}", "=Å ö  –;\n;\n"},
      {"{\"separator\":\"\\t\"}", "\"=Å ö;\"\"–\"\t\n\t\n"},
      {"{\"formulaSafe\":true}", "\"'=Å ö;\"\"–\";\n;\n"},
      {"{\"empty\":\"-\"}", "\"=Å ö;\"\"–\";-\n-;-\n"},
      {"{\"lineEnd\":\"CRLF\"}", "\"=Å ö;\"\"–\";\r\n;\r\n"},
      {"{\"byteOrderMark\":true}", "\xef\xbb\xbf\"=Å ö;\"\"–\";\n;\n"},
  };
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
    json_auto_t *layout = changed(
        "columns", "[{\"name\":\"S\",\"field\":\"latestSchool\"},{\"name\":\"D\",\"field\":\"exitDate\"}]");
    json_object_set_new(layout, "header", json_false());
    json_auto_t *members = json_loads(examples[i].members, 0, NULL);
    json_object_update(layout, members);
    size_t length = 0;
    assert_null(layout_fault(layout));
    char *file = layout_write(layout, answer, &length);
    assert_string_equal(file, examples[i].file);
    free(file);
  }
}

/* What the database needs to know before the file is written. */
static void a_layout_tells_of_its_room_and_lists(void **state)
{
  (void)state;
  static const struct {
    const char *columns, *lists;
    int room;
  } examples[] = {
      {NULL, "{\"exit-reasons\": true, \"measure-types\": true}", 2},
      {"[{\"name\":\"D\",\"field\":\"exitDate\"},{\"name\":\"V\",\"value\":\"reason\"}]", "{}", 0},
      {"[{\"repeat\":\"measures\",\"times\":4,\"columns\":[{\"name\":\"A{n}\",\"field\":\"startDate\"}]},"
       "{\"repeat\":\"measures\",\"times\":3,\"columns\":[{\"name\":\"B{n}\",\"field\":\"occupationAfter\"}]}]",
       "{\"occupations\": true}", 3},
  };
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
    json_auto_t *layout =
        examples[i].columns ? changed("columns", examples[i].columns) : json_loads(good, 0, NULL);
    assert_null(layout_fault(layout));
    json_auto_t *room = layout_room(layout), *lists = layout_lists(layout);
    assert_int_equal(json_integer_value(room), examples[i].room);
    assert_int_equal(room == NULL, examples[i].room == 0);
    char *shown = json_dumps(lists, JSON_SORT_KEYS);
    assert_string_equal(shown, examples[i].lists);
    free(shown);
  }
}

static void what_cannot_be_read_is_no_empty_file(void **state)
{
  (void)state;
  static const char *const answers[] = {"", "{\"data\":[", "{}"};
  json_auto_t *layout = json_loads(good, 0, NULL);
  size_t length = 0;
  for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
    assert_null(layout_write(layout, answers[i], &length));
}

static void dates_are_short_or_long(void **state)
{
  (void)state;
  static const char one[] = "{\"data\":[{\"exitDate\":\"2026-03-04\"}]}";
  static const char *const examples[][2] = {
      {"\"YYYY-MM-DD\"", "2026-03-04\n"}, {"\"YYYYMMDD\"", "20260304\n"}, {"\"YYMMDD\"", "260304\n"}};
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
    json_auto_t *layout = changed("dates", examples[i][0]);
    json_object_set_new(layout, "header", json_false());
    json_object_set_new(layout, "columns", json_loads("[{\"name\":\"D\",\"field\":\"exitDate\"}]", 0, NULL));
    size_t length = 0;
    char *file = layout_write(layout, one, &length);
    assert_string_equal(file, examples[i][1]);
    free(file);
  }
}

static void put_file(const char *folder, const char *name, const char *half_year)
{
  char path[200];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  if (half_year) {
    char quoted[20];
    snprintf(quoted, sizeof quoted, "\"%s\"", half_year);
    json_auto_t *layout = changed("halfYear", quoted);
    json_dumpf(layout, file, 0);
  } else {
    fputs("{", file);
  }
  fclose(file);
}

static void forget_file(const char *folder, const char *name)
{
  char path[200];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  unlink(path);
}

static const char *half_year_for(const char *period)
{
  const json_t *layout = layouts_for(period);
  return layout ? json_string_value(json_object_get(layout, "halfYear")) : "none";
}

static void a_half_year_has_the_newest_that_is_not_later(void **state)
{
  (void)state;
  char folder[] = "/tmp/kaa-layouts-XXXXXX", *error = NULL;
  assert_non_null(mkdtemp(folder));
  put_file(folder, "a.json", "H2-2026");
  put_file(folder, "b.json", "H1-2026");
  put_file(folder, ".hidden.json", NULL);
  put_file(folder, "readme.txt", NULL);
  assert_int_equal(layouts_open(folder, &error), 0);
  assert_string_equal(half_year_for("H2-2027"), "H2-2026");
  assert_string_equal(half_year_for("H2-2026"), "H2-2026");
  assert_string_equal(half_year_for("H1-2026"), "H1-2026");
  assert_string_equal(half_year_for("H2-2025"), "H1-2020");
  assert_string_equal(half_year_for("H2-2019"), "none");
  put_file(folder, "c.json", "H1-2020");
  assert_int_equal(layouts_open(folder, &error), 0);
  assert_string_equal(json_string_value(json_object_get(layouts_for("H1-2020"), "name")), "prov");
  put_file(folder, "d.json", "H2-2026");
  assert_int_equal(layouts_open(folder, &error), -1);
  assert_string_equal(error, "d.json: halfYear: another file has H2-2026 too");
  free(error);
  put_file(folder, "a.json", NULL);
  assert_int_equal(layouts_open(folder, &error), -1);
  assert_non_null(strstr(error, "a.json: line 1: "));
  free(error);
  static const char *const names[] = {"a.json", "b.json", "c.json", "d.json", ".hidden.json", "readme.txt"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    forget_file(folder, names[i]);
  rmdir(folder);
  assert_int_equal(layouts_open(folder, &error), -1);
  assert_non_null(strstr(error, folder));
  free(error);
}

static void those_shipped_are_good(void **state)
{
  (void)state;
  char *error = NULL;
  assert_int_equal(layouts_open(NULL, &error), 0);
  assert_false(json_is_true(json_object_get(layouts_for("H1-2026"), "official")));
  assert_string_equal(half_year_for("T1-2026"), "none");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_file_is_as_the_layout_says),
      cmocka_unit_test(a_value_is_written_in_its_form),
      cmocka_unit_test(a_layout_tells_of_its_room_and_lists),
      cmocka_unit_test(what_cannot_be_read_is_no_empty_file),
      cmocka_unit_test(dates_are_short_or_long),
      cmocka_unit_test(a_half_year_has_the_newest_that_is_not_later),
      cmocka_unit_test(those_shipped_are_good),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
