/* Prints JSON as block-style YAML; texts are plain where that is safe, else in JSON's double quotes. */
#include "service/openapi.h"

#include "service/text.h"

#include <ctype.h>
#include <orcania.h>
#include <string.h>

static void indent(struct text *out, int depth)
{
  for (int i = 0; i < depth; i++)
    text_add(out, "  ");
}

/* Plain scalars: begin with a letter, hold nothing that YAML reads as something else. */
static int is_plain(const char *text)
{
  static const char *const words[] = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"};
  if (!isalpha((unsigned char)text[0])) return 0;
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
    if (strcasecmp(text, words[i]) == 0) return 0;
  size_t length = strlen(text);
  for (const char *c = text; *c; c++)
    if (!isalnum((unsigned char)*c) && !strchr("_-./", *c)) return 0;
  return length < 80;
}

static void print_text(struct text *out, const char *value)
{
  if (is_plain(value)) {
    text_add(out, value);
    return;
  }
  json_auto_t *quoted = json_string(value);
  char *text = json_dumps(quoted, JSON_ENCODE_ANY);
  text_add(out, text);
  o_free(text);
}

static void print_scalar(struct text *out, const json_t *value)
{
  if (json_is_string(value)) {
    print_text(out, json_string_value(value));
    return;
  }
  char *text = json_dumps(value, JSON_ENCODE_ANY);
  text_add(out, text);
  o_free(text);
}

static int is_block(const json_t *value)
{
  return (json_is_object(value) && json_object_size(value)) ||
         (json_is_array(value) && json_array_size(value));
}

static void print_block(struct text *out, const json_t *value, int depth, int first_indented);

static void print_object(struct text *out, const json_t *value, int depth, int first_indented)
{
  const char *name;
  json_t *member;
  json_object_foreach((json_t *)value, name, member)
  {
    if (!first_indented) indent(out, depth);
    first_indented = 0;
    print_text(out, name);
    text_add(out, is_block(member) ? ":\n" : ": ");
    if (is_block(member)) {
      print_block(out, member, depth + 1, 0);
    } else {
      print_scalar(out, member);
      text_add(out, "\n");
    }
  }
}

static void print_array(struct text *out, const json_t *value, int depth)
{
  size_t i;
  json_t *item;
  json_array_foreach(value, i, item)
  {
    indent(out, depth);
    text_add(out, "- ");
    if (json_is_object(item) && json_object_size(item)) {
      print_object(out, item, depth + 1, 1);
    } else {
      print_scalar(out, item);
      text_add(out, "\n");
    }
  }
}

static void print_block(struct text *out, const json_t *value, int depth, int first_indented)
{
  if (json_is_object(value))
    print_object(out, value, depth, first_indented);
  else
    print_array(out, value, depth);
}

char *yaml_print(const json_t *value)
{
  struct text out = {0};
  print_block(&out, value, 0, 0);
  return text_take(&out);
}
