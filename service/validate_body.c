/* A JSON body against the declared members, every fault with its pointer. */
#include "service/validate.h"

#include "service/router.h"
#include "service/text.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* Where a value stands: a member of what stands at `in`; NULL is the whole document. Written out only for a fault,
   since most values have none. */
struct place {
  const struct place *in;
  const char *name;
};

static void add_pointer(struct text *to, const struct place *place)
{
  enum { DEEPEST = 16 };
  const char *names[DEEPEST];
  int count = 0;
  for (; place && count < DEEPEST; place = place->in)
    names[count++] = place->name;
  text_add(to, "");
  while (count > 0)
    text_addf(to, "/%s", validate_shown_name(names[--count]));
}

static void add_fault(json_t *faults, const struct place *place, const char *code)
{
  enum { MOST = 100 };
  if (json_array_size(faults) >= MOST) return;
  text_auto_t pointer = {0};
  add_pointer(&pointer, place);
  json_t *row = json_pack("{s:s, s:s}", "pointer", pointer.data, "code", code);
  assert(row); /* a fault that got lost would let the value in */
  json_array_append_new(faults, row);
}

static const struct field *field_named(const struct field *fields, const char *name)
{
  for (; fields->name; fields++)
    if (strcmp(fields->name, name) == 0) return fields;
  return NULL;
}

static bool holds_scope(const struct body_rules *rules, const struct field *field)
{
  return !field->scope || auth_has_scope(rules->scopes, field->scope);
}

static bool is_list_type(enum type type)
{
  return type == TEXTS || type == UUIDS || type == DATES || type == CODES || type == PHONES ||
         type == PERSONAL_NUMBERS;
}

static const char *scalar_fault(const struct field *field, const json_t *value)
{
  if (field->type == BOOLEAN) return json_is_boolean(value) ? NULL : "not-boolean";
  if (field->type == INTEGER) {
    if (!json_is_integer(value)) return "not-integer";
    return validate_integer(field->min, field->max, json_integer_value(value));
  }
  return json_is_string(value) ? validate_text(field, json_string_value(value)) : "not-text";
}

static bool occurs_before(const json_t *array, size_t index)
{
  for (size_t i = 0; i < index; i++)
    if (json_equal(json_array_get(array, i), json_array_get(array, index))) return true;
  return false;
}

static bool count_faults(const struct field *field, size_t count, const struct place *place, json_t *faults)
{
  long max = field->max ? field->max : 100;
  if ((long)count > max) add_fault(faults, place, "too-many-items");
  if ((long)count < field->min) add_fault(faults, place, "too-few-items");
  return (long)count > max;
}

static void check_items(const struct field *field, const json_t *array, const struct place *place,
                        json_t *faults)
{
  if (count_faults(field, json_array_size(array), place, faults)) return;
  size_t i;
  json_t *item;
  json_array_foreach(array, i, item)
  {
    char index[24];
    snprintf(index, sizeof index, "%zu", i);
    const struct place at = {place, index};
    const char *fault = json_is_string(item) ? validate_text(field, json_string_value(item)) : "not-text";
    if (!fault && occurs_before(array, i)) fault = "repeated-item";
    if (fault) add_fault(faults, &at, fault);
  }
}

static void check_objects(const struct field *field, json_t *array, const struct body_rules *rules,
                          const struct place *place, json_t *faults)
{
  if (count_faults(field, json_array_size(array), place, faults)) return;
  const struct body_rules whole = {.creating = true, .scopes = rules->scopes};
  size_t i;
  json_t *item;
  json_array_foreach(array, i, item)
  {
    char index[24];
    snprintf(index, sizeof index, "%zu", i);
    const struct place at = {place, index};
    if (json_is_object(item))
      validate_object(item, field->members, &whole, &at, faults);
    else
      add_fault(faults, &at, "not-object");
  }
}

static void check_labels(const json_t *object, const struct place *place, json_t *faults)
{
  const struct field label = {"", TEXT, .max = 100, .min = 1};
  const char *name;
  json_t *value;
  json_object_foreach((json_t *)object, name, value)
  {
    const struct place at = {place, name};
    const char *fault = json_is_string(value) ? validate_text(&label, json_string_value(value)) : "not-text";
    if (fault && !json_is_null(value)) add_fault(faults, &at, fault);
    if (strlen(name) > 40) add_fault(faults, &at, "too-long");
  }
}

static void check_value(const struct field *field, json_t *value, const struct body_rules *rules,
                        const struct place *place, json_t *faults)
{
  struct field made[MEMBERS_MOST];
  bool wants_object = field->type == OBJECT || field->type == LABELS;
  bool wants_array = field->type == OBJECTS || is_list_type(field->type);
  if (wants_object && !json_is_object(value)) {
    add_fault(faults, place, "not-object");
  } else if (wants_array && !json_is_array(value)) {
    add_fault(faults, place, "not-array");
  } else if (field->type == OBJECT) {
    validate_object(value, router_members(field, made), rules, place, faults);
  } else if (field->type == LABELS) {
    check_labels(value, place, faults);
  } else if (field->type == OBJECTS) {
    check_objects(field, value, rules, place, faults);
  } else if (wants_array) {
    check_items(field, value, place, faults);
  } else {
    const char *fault = scalar_fault(field, value);
    if (fault) add_fault(faults, place, fault);
  }
}

static void check_member(const struct field *field, json_t *value, const struct body_rules *rules,
                         const struct place *place, json_t *faults)
{
  if (!field)
    add_fault(faults, place, "unknown-member");
  else if (field->marks & READ_ONLY)
    add_fault(faults, place, "read-only");
  else if (!rules->creating && (field->marks & CREATE_ONLY))
    add_fault(faults, place, "create-only");
  else if (!holds_scope(rules, field))
    add_fault(faults, place, "scope-missing");
  else if (json_is_null(value) && !rules->creating && (field->marks & REQUIRED))
    add_fault(faults, place, "required");
  else if (!json_is_null(value))
    check_value(field, value, rules, place, faults);
}

/* Absent and null are the same in a new resource. */
static void drop_nulls(json_t *object)
{
  const char *name;
  json_t *value;
  void *next;
  json_object_foreach_safe(object, next, name, value) if (json_is_null(value)) json_object_del(object, name);
}

void validate_object(json_t *value, const struct field *fields, const struct body_rules *rules,
                     const struct place *place, json_t *faults)
{
  const char *name;
  json_t *member;
  json_object_foreach(value, name, member)
  {
    const struct place at = {place, name};
    check_member(field_named(fields, name), member, rules, &at, faults);
  }
  if (!rules->creating) return;
  drop_nulls(value);
  for (const struct field *field = fields; field->name; field++) {
    if (!(field->marks & REQUIRED) || json_object_get(value, field->name)) continue;
    const struct place at = {place, field->name};
    add_fault(faults, &at, "required");
  }
}
