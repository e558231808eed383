/* Sections of .sql files, and how a section is wrapped before it is prepared. */
#include "db/private.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct embedded files[] = {
    {"plans",
     "-- what this is\nselect 0;\n-- section: list\nselect 1;\n-- a remark\nselect ';' -- section: no\n\n"
     "-- section:  read \r\n  select 2\n"},
    {"empty", ""},
    {"last", "-- section: only\nselect 'åäö'"},
    {"bare", "-- section: nothing"},
    {NULL, NULL},
};

static const struct {
  const char *file, *name, *text;
} examples[] = {
    {"plans", "list", "select 1;\n-- a remark\nselect ';' -- section: no"},
    {"plans", "read", "select 2"},
    {"plans", "no", NULL},
    {"plans", "only", NULL},
    {"empty", "list", NULL},
    {"last", "only", "select 'åäö'"},
    {"bare", "nothing", ""},
    {"absent", "list", NULL},
};

static void sections_are_cut_at_their_markers(void **state)
{
  (void)state;
  struct sections sections;
  sections_read(&sections, files);
  assert_int_equal(sections.count, 4);
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
    const char *found = sections_find(&sections, examples[i].file, examples[i].name);
    if (examples[i].text)
      assert_string_equal(found, examples[i].text);
    else
      assert_null(found);
  }
  sections_clear(&sections);
}

static void embedded_files_can_be_read(void **state)
{
  (void)state;
  for (const struct embedded *file = db_embedded_queries; file->name; file++) {
    const char *marker = strstr(file->text, "-- section: ");
    assert_non_null(marker);
    char *name = strndup(marker + 12, strcspn(marker + 12, " \r\n"));
    assert_non_null(db_section(file->name, name));
    free(name);
  }
  assert_null(db_section("no such file", "list"));
}

static const struct {
  struct statement_key key;
  const char *sql;
} wraps[] = {
    {{WRAP_NOT, "delete from x; \n", "", ""}, "delete from x"},
    {{WRAP_ANSWER, "select 1 -- one\n;\n", "", ""},
     "select body, version, page from (select 1 -- one\n) answer"},
    {{WRAP_SHOWN, "select 1", "sip-requests", "read"},
     "with answer as (select 1\n), logged as (insert into base.access_log (resource, action, resource_id, subjects, "
     "outcome, protected) select 'sip-requests', 'read', coalesce($1::uuid, ($3 ->> '@asked')::uuid), coalesce(a.subjects, '{}'), case when a.body is "
     "null then 'absent' else 'shown' end, base.any_protected(coalesce(a.subjects, '{}')) from (values (1)) one left join answer a on true) select body, version, page from "
     "answer"},
    {{WRAP_WRITTEN, "select 1", "youths", "create"},
     "with answer as (select 1\n), logged as (insert into base.access_log (resource, action, resource_id, subjects, "
     "outcome, protected) select 'youths', 'create', coalesce($1::uuid, ($3 ->> '@asked')::uuid), coalesce(a.subjects, '{}'), case when a.body is null "
     "then base.absent() else 'written' end, base.any_protected(coalesce(a.subjects, '{}')) from (values (1)) one left "
     "join answer a on true) select body, version, page from answer"},
};

static void statements_are_wrapped(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof wraps / sizeof *wraps; i++) {
    char *sql = statement_sql(&wraps[i].key);
    assert_string_equal(sql, wraps[i].sql);
    free(sql);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sections_are_cut_at_their_markers),
      cmocka_unit_test(embedded_files_can_be_read),
      cmocka_unit_test(statements_are_wrapped),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
