/* Declared fields, events and parameters as JSON Schema. */
#include "service/openapi.h"

#include "service/router.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum purpose { ANSWER, NEW_BODY, EDIT_BODY };

static json_t *schema_of(const struct field *field, enum purpose purpose);

json_t *openapi_codes(const char *codes)
{
  json_t *list = json_array();
  while (codes && *codes) {
    size_t length = strcspn(codes, " ");
    json_array_append_new(list, json_stringn(codes, length));
    codes += length + (codes[length] == ' ');
  }
  return list;
}

static json_t *text_schema(long min, long max, enum purpose purpose)
{
  json_t *schema = json_pack("{s:s}", "type", "string");
  if (purpose == ANSWER) return schema;
  json_object_set_new(schema, "minLength", json_integer(max ? min : 1));
  json_object_set_new(schema, "maxLength", json_integer(max ? max : 200));
  return schema;
}

static json_t *formatted(const char *format)
{
  return json_pack("{s:s, s:s}", "type", "string", "format", format);
}

static json_t *integer_schema(long min, long max)
{
  json_t *schema = json_pack("{s:s}", "type", "integer");
  if (min != 0 || max != 0) {
    json_object_set_new(schema, "minimum", json_integer(min));
    json_object_set_new(schema, "maximum", json_integer(max));
  }
  return schema;
}

/* One value; of the plural types, one item. */
static json_t *item_schema(const struct field *field, enum purpose purpose)
{
  switch (field->type) {
  case UUID:
  case UUIDS: return formatted("uuid");
  case DATE:
  case DATES: return formatted("date");
  case TIME: return formatted("date-time");
  case EMAIL: return formatted("email");
  case INTEGER: return integer_schema(field->min, field->max);
  case BOOLEAN: return json_pack("{s:s}", "type", "boolean");
  case CODE:
  case CODES: return json_pack("{s:s, s:o}", "type", "string", "enum", openapi_codes(field->codes));
  case PERSONAL_NUMBER:
  case PERSONAL_NUMBERS:
    return json_pack("{s:s, s:s}", "type", "string", "pattern", "^([0-9]{12}|[0-9]{8}[A-Z]{2}[0-9]{2})$");
  case PHONE:
  case PHONES: return json_pack("{s:s, s:s}", "type", "string", "pattern", "^[+0][0-9 -]{6,24}$");
  case TEXTS: return text_schema(1, 200, purpose);
  default: return text_schema(field->min, field->max, purpose);
  }
}

static json_t *object_schema(const struct field *fields, enum purpose purpose)
{
  json_t *properties = json_object(), *required = json_array();
  for (const struct field *field = fields; field->name; field++) {
    bool shown = purpose == ANSWER ? !(field->marks & WRITE_ONLY) : !(field->marks & READ_ONLY);
    if (purpose == EDIT_BODY && (field->marks & CREATE_ONLY)) shown = false;
    if (!shown) continue;
    json_object_set_new(properties, field->name, schema_of(field, purpose));
    if (purpose == NEW_BODY && (field->marks & REQUIRED))
      json_array_append_new(required, json_string(field->name));
  }
  json_t *schema =
      json_pack("{s:s, s:o, s:b}", "type", "object", "properties", properties, "additionalProperties", 0);
  if (json_array_size(required))
    json_object_set_new(schema, "required", required);
  else
    json_decref(required);
  return schema;
}

static json_t *list_schema(const struct field *field, json_t *items, enum purpose purpose)
{
  json_t *schema = json_pack("{s:s, s:o}", "type", "array", "items", items);
  if (purpose == ANSWER) return schema;
  json_object_set_new(schema, "minItems", json_integer(field->min));
  json_object_set_new(schema, "maxItems", json_integer(field->max ? field->max : 100));
  if (field->type != OBJECTS) json_object_set_new(schema, "uniqueItems", json_true());
  return schema;
}

static json_t *free_names(const char *type, int nullable)
{
  json_t *value = nullable ? json_pack("{s:[s, s]}", "type", type, "null") : json_pack("{s:s}", "type", type);
  return json_pack("{s:s, s:o}", "type", "object", "additionalProperties", value);
}

static json_t *bare_schema(const struct field *field, enum purpose purpose)
{
  enum purpose inner = purpose == EDIT_BODY ? NEW_BODY : purpose;
  struct field made[MEMBERS_MOST];
  switch (field->type) {
  case OBJECT: return object_schema(router_members(field, made), purpose);
  case OBJECTS: return list_schema(field, object_schema(router_members(field, made), inner), purpose);
  case TEXTS:
  case UUIDS:
  case DATES:
  case CODES:
  case PHONES:
  case PERSONAL_NUMBERS: return list_schema(field, item_schema(field, inner), purpose);
  case LABELS: return free_names("string", purpose == EDIT_BODY);
  case FIGURES: return free_names("integer", 1);
  case ANY: return json_object();
  default: return item_schema(field, purpose);
  }
}

/* null clears in a merge patch, and stands for a masked figure in answers that are marked so. */
static void allow_null(json_t *schema)
{
  json_t *type = json_object_get(schema, "type"), *codes = json_object_get(schema, "enum");
  if (!json_is_string(type)) return;
  json_object_set_new(schema, "type", json_pack("[O, s]", type, "null"));
  if (codes) json_array_append_new(codes, json_null());
}

static void describe(const struct field *field, json_t *schema)
{
  char text[1200];
  snprintf(text, sizeof text, "%s%s%s%s", field->doc ? field->doc : "",
           field->scope ? " Needs the scope " : "", field->scope ? field->scope : "",
           field->scope ? "." : "");
  if (text[0]) json_object_set_new(schema, "description", json_string(text));
  json_t *example = field->example ? json_loads(field->example, JSON_DECODE_ANY, NULL) : NULL;
  if (example) json_object_set_new(schema, "examples", json_pack("[o]", example));
}

static json_t *schema_of(const struct field *field, enum purpose purpose)
{
  json_t *schema = bare_schema(field, purpose);
  bool clears = purpose == EDIT_BODY && !(field->marks & REQUIRED);
  if (clears || (purpose == ANSWER && (field->marks & NULLABLE))) allow_null(schema);
  describe(field, schema);
  return schema;
}

json_t *openapi_body_schema(const struct field *fields, int creating)
{
  return object_schema(fields, creating ? NEW_BODY : EDIT_BODY);
}

static const struct field standard[] = {
    {"id", UUID, .doc = "The resource's id."},
    {"version", INTEGER, .doc = "Grows by one with every change; the first part of the ETag."},
    {"createdAt", TIME, .doc = "When it was made, UTC."},
    {"createdBy", TEXT, .doc = "Who made it: the token's subject."},
    {"modifiedAt", TIME, .doc = "When it was changed last, UTC."},
    {"modifiedBy", TEXT, .doc = "Who changed it last: the token's subject."},
    {0}};

json_t *openapi_answer_schema(const struct field *fields, int bare, int is_resource)
{
  json_t *schema = object_schema(fields, ANSWER);
  if (!is_resource) return schema;
  json_t *own = json_object_get(schema, "properties"), *all = json_object();
  for (const struct field *field = standard; field->name; field++)
    if (!bare || field == standard) json_object_set_new(all, field->name, schema_of(field, ANSWER));
  json_object_update(all, own);
  json_object_set_new(all, "_links", json_pack("{s:s}", "$ref", "#/components/schemas/Links"));
  json_object_set_new(schema, "properties", all);
  return schema;
}

/* type first, then at, then the event's own members. */
static json_t *one_event(const struct event *event)
{
  static const struct field none[] = {{0}};
  json_t *schema = object_schema(event->members ? event->members : none, NEW_BODY);
  json_t *properties = json_object();
  json_object_set_new(properties, "type", json_pack("{s:s}", "const", event->name));
  json_object_set_new(properties, "at",
                      json_pack("{s:s, s:s, s:s}", "type", "string", "format", "date-time", "description",
                                "When it happened; not in the future; now when absent."));
  json_object_update(properties, json_object_get(schema, "properties"));
  json_object_set_new(schema, "properties", properties);
  json_t *required = json_object_get(schema, "required");
  if (!required) {
    required = json_array();
    json_object_set_new(schema, "required", required);
  }
  json_array_insert_new(required, 0, json_string("type"));
  json_object_set_new(schema, "title", json_string(event->name));
  if (event->doc) json_object_set_new(schema, "description", json_string(event->doc));
  return schema;
}

json_t *openapi_event_schema(const struct event *events)
{
  json_t *choices = json_array();
  for (; events && events->name; events++)
    json_array_append_new(choices, one_event(events));
  return json_pack("{s:o}", "oneOf", choices);
}

json_t *openapi_parameter_schema(const struct filter *filter)
{
  const struct field field = {filter->name, filter->type, .min = filter->min, .max = filter->max,
                              .codes = filter->codes};
  json_t *schema = item_schema(&field, NEW_BODY);
  if (!(filter->marks & MANY)) return schema;
  return json_pack("{s:s, s:o, s:i}", "type", "array", "items", schema, "maxItems", 100);
}
