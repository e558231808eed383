/* Paths to routes, and the SQL made of them. */
#include "service/router.h"
#include "service/statements.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static enum routing find(const char *method, const char *path, struct call *call, char allow[80])
{
  *call = (struct call){.method = method};
  return router_find(call, path, allow, 80);
}

static void paths_lead_to_routes(void **state)
{
  (void)state;
  struct call call;
  char allow[80];
  assert_int_equal(find("GET", "/districts", &call, allow), ROUTED);
  assert_int_equal(call.route->action, LIST);
  assert_int_equal(find("GET", "/districts/6ec7239f-a058-47eb-8099-bff6b05aa07b", &call, allow), ROUTED);
  assert_int_equal(call.route->action, READ);
  assert_string_equal(call.id, "6ec7239f-a058-47eb-8099-bff6b05aa07b");
  assert_int_equal(find("GET", "/municipalities/0180", &call, allow), ROUTED);
  assert_string_equal(call_parameter(&call, "code"), "0180");
  assert_string_equal(call.id, "");
}

static void the_key_of_a_path(void **state)
{
  (void)state;
  static const struct {
    const char *path, *key;
  } rows[] = {{"/imports/{id}/parts/{n}", "id"},
              {"/municipalities/{code}", "code"},
              {"/youths/{youthId}/registrations/{id}", "id"},
              {"/referrals/{id}/events", "id"},
              {"/youths/{youthId}/registrations", NULL},
              {"/referrals", NULL}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    char buffer[24];
    const char *key = router_key(rows[i].path, buffer, sizeof buffer);
    if (rows[i].key)
      assert_string_equal(key, rows[i].key);
    else
      assert_null(key);
  }
}

static void what_is_no_path_is_not_found(void **state)
{
  (void)state;
  static const char *const paths[] = {"/",
                                      "/district",
                                      "/districts/",
                                      "/districts/1",
                                      "/districtsx",
                                      "//districts",
                                      "/municipalities/01 80",
                                      "/districts/6EC7239F-a058-47eb-8099-bff6b05aa07b",
                                      "/municipalities/"};
  struct call call;
  char allow[80];
  for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
    if (find("GET", paths[i], &call, allow) != NO_PATH) fail_msg("%s", paths[i]);
}

static void a_wrong_method_names_the_right_ones(void **state)
{
  (void)state;
  struct call call;
  char allow[80];
  assert_int_equal(find("DELETE", "/districts", &call, allow), NO_METHOD);
  assert_string_equal(allow, "GET, POST, HEAD, OPTIONS");
  assert_int_equal(find("BREW", "/districts/6ec7239f-a058-47eb-8099-bff6b05aa07b", &call, allow), NO_METHOD);
  assert_string_equal(allow, "GET, PATCH, HEAD, OPTIONS");
}

/* Only the filters that are used stand in the statement: with all of them optional it would read the table. */
static void a_list_holds_the_filters_that_are_used(void **state)
{
  (void)state;
  struct call call;
  char allow[80];
  assert_int_equal(find("GET", "/districts", &call, allow), ROUTED);
  call.query = json_pack("{s:s}", "sort", "name");
  text_auto_t plain = {0}, filtered = {0};
  statement_list(&call, &plain);
  assert_null(strstr(plain.data, "'unitId')"));
  assert_non_null(strstr(plain.data, "order by v.name, v.id"));
  json_object_set_new(call.query, "unitId", json_string("x"));
  statement_list(&call, &filtered);
  assert_non_null(strstr(filtered.data, "v.\"unitId\" = (($3->>'unitId')::uuid)"));
  json_object_set_new(call.query, "unitId", json_string("x,y"));
  statement_list(&call, &filtered);
  assert_non_null(strstr(filtered.data, "v.\"unitId\" = any (string_to_array($3->>'unitId', ',')::uuid[])"));
  json_decref(call.query);
}

/* A choice of filters that a row keeps: each once, asked for only where it is named, its value reckoned once. */
static void a_kept_filter_is_the_lists_own(void **state)
{
  (void)state;
  struct call call;
  char allow[80];
  assert_int_equal(find("GET", "/outreach-batches/6ec7239f-a058-47eb-8099-bff6b05aa07b", &call, allow),
                   ROUTED);
  text_auto_t sql = {0};
  statement_read(&call, &sql);
  assert_null(strstr(sql.data, "@stored"));
  static const char *const conditions[] = {
      "((select not stored ? 'step') or v.\"step\" = any (array(select "
      "jsonb_array_elements_text(stored->'step'))::text[]))",
      "((select not stored ? 'dueBefore') or (v.\"dueDate\" <= (select (stored->>'dueBefore')::date)))",
      "((select not stored ? 'neverContacted') or v.\"neverContacted\" = ((select "
      "(stored->>'neverContacted')::boolean)))"};
  for (size_t i = 0; i < sizeof conditions / sizeof conditions[0]; i++) {
    const char *at = strstr(sql.data, conditions[i]);
    assert_non_null(at);
    assert_null(strstr(at + 1, conditions[i]));
  }
}

/* Its members in a body are the filters of that resource, those of many as lists. */
static void members_that_are_filters(void **state)
{
  (void)state;
  const struct field field = {"filter", OBJECT, .filters_of = "youths"}, *step, *due;
  struct field made[MEMBERS_MOST];
  for (step = router_members(&field, made); strcmp(step->name, "step") != 0; step++)
    ;
  assert_int_equal(step->type, CODES);
  assert_int_equal(step->min, 1);
  for (due = router_members(&field, made); strcmp(due->name, "dueBefore") != 0; due++)
    ;
  assert_int_equal(due->type, DATE);
}

/* Every resource is complete enough to be served and described. */
static void every_resource_is_whole(void **state)
{
  (void)state;
  const char *before = "";
  for (const struct resource *const *each = router_resources(); *each; each++) {
    const struct resource *resource = *each;
    assert_true(strcmp(before, resource->name) < 0);
    before = resource->name;
    assert_non_null(resource->title);
    assert_non_null(resource->fields);
    assert_non_null(resource->routes);
    for (const struct route *route = resource->routes; route->path; route++) {
      assert_int_equal(route->path[0], '/');
      if (route->action == QUERY || route->action == UPLOAD || route->action == SUBMIT)
        assert_non_null(route->section);
      if (route->action == EVENT) assert_non_null(resource->events);
    }
    for (const struct field *field = resource->fields; field->name; field++)
      if (!field->doc) fail_msg("%s.%s has no description", resource->name, field->name);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(paths_lead_to_routes),
      cmocka_unit_test(the_key_of_a_path),
      cmocka_unit_test(what_is_no_path_is_not_found),
      cmocka_unit_test(a_wrong_method_names_the_right_ones),
      cmocka_unit_test(a_list_holds_the_filters_that_are_used),
      cmocka_unit_test(a_kept_filter_is_the_lists_own),
      cmocka_unit_test(members_that_are_filters),
      cmocka_unit_test(every_resource_is_whole),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
