/* A good layout, for tests of layouts. */
#ifndef KAA_TEST_LAYOUT_SAMPLE_H
#define KAA_TEST_LAYOUT_SAMPLE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

static const char good[] =
    "{\"name\":\"prov\",\"version\":\"2\",\"halfYear\":\"H1-2026\",\"official\":true,\"recipient\":\"SCB\",\"ground\":"
    "\"Prov\",\"encoding\":\"UTF-8\",\"separator\":\";\",\"quote\":\"needed\",\"lineEnd\":\"LF\",\"header\":true,"
    "\"dates\":\"YYYYMMDD\",\"columns\":[{\"name\":\"Pnr\",\"field\":\"personalNumber\"},{\"name\":\"T\",\"value\":\"K\"},"
    "{\"repeat\":\"measures\",\"times\":2,\"columns\":[{\"name\":\"I{n}T\",\"field\":\"type\"},{\"name\":\"I{n}S\","
    "\"field\":\"startDate\"}]},{\"name\":\"Orsak\",\"field\":\"exitReason\"},{\"name\":\"Skola\",\"field\":"
    "\"latestSchool\"}]}";

/* The good layout with one member set to a JSON value, or without it. */
static json_t *changed(const char *member, const char *value)
{
  json_t *layout = json_loads(good, 0, NULL);
  assert_non_null(layout);
  if (value)
    json_object_set_new(layout, member, json_loads(value, JSON_DECODE_ANY, NULL));
  else
    json_object_del(layout, member);
  return layout;
}

#endif
