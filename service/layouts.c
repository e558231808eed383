/* Which layouts there are, which one a half-year has, and the answer that is made with it. */
#include "service/layouts.h"

#include "service/answer.h"
#include "service/layouts_private.h"
#include "service/perform.h"
#include "service/text.h"

#include <dirent.h>
#include <errno.h>
#include <orcania.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Owned: the layouts by their half-year. */
static json_t *known;

static const char *half_year_of(const json_t *layout)
{
  return json_string_value(json_object_get(layout, "halfYear"));
}

/* Keeps the layout, which is owned from here on; NULL or what is wrong with it. */
static char *keep(json_t *layout)
{
  char *fault = layout_fault(layout);
  if (!fault && json_object_get(known, half_year_of(layout)))
    fault = msprintf("halfYear: another file has %s too", half_year_of(layout));
  if (!fault) json_object_set(known, half_year_of(layout), layout);
  json_decref(layout);
  return fault;
}

static char *read_file(const char *folder, const char *name)
{
  json_error_t problem;
  chars_auto_t path = msprintf("%s/%s", folder, name);
  json_t *layout = json_load_file(path, JSON_REJECT_DUPLICATES, &problem);
  char *fault = layout ? keep(layout) : msprintf("line %d: %s", problem.line, problem.text);
  char *line = fault ? msprintf("%s: %s", name, fault) : NULL;
  o_free(fault);
  return line;
}

/* The names of hidden files begin with a dot, as those that a mounted configuration leaves beside its own. */
static int is_layout(const struct dirent *entry)
{
  size_t length = strlen(entry->d_name);
  return entry->d_name[0] != '.' && length > 5 && strcmp(entry->d_name + length - 5, ".json") == 0;
}

static char *read_folder(const char *folder)
{
  struct dirent **entries = NULL;
  char *fault = NULL;
  int count = scandir(folder, &entries, is_layout, alphasort);
  if (count < 0) return msprintf("%s: %s", folder, strerror(errno));
  for (int i = 0; i < count; i++) {
    if (!fault) fault = read_file(folder, entries[i]->d_name);
    free(entries[i]);
  }
  free(entries);
  return fault;
}

/* An operator's layout takes the place of a shipped one of its half-year. */
int layouts_open(const char *folder, char **error)
{
  json_decref(known);
  known = json_object();
  *error = folder && *folder ? read_folder(folder) : NULL;
  for (const struct embedded *file = layouts_embedded; file->name && !*error; file++) {
    json_t *layout = json_loads(file->text, JSON_REJECT_DUPLICATES, NULL);
    if (json_object_get(known, half_year_of(layout)))
      json_decref(layout);
    else
      *error = keep(layout);
  }
  return *error ? -1 : 0;
}

const json_t *layouts_for(const char *half_year)
{
  const char *from;
  json_t *layout, *found = NULL;
  int wanted = layout_rank(half_year), best = 0;
  json_object_foreach(known, from, layout)
  {
    int rank = layout_rank(from);
    if (rank > wanted || rank <= best) continue;
    best = rank;
    found = layout;
  }
  return found;
}

static const char *period_of(const struct call *call)
{
  return json_string_value(json_object_get(call->query, "period"));
}

json_t *layout_room(const json_t *layout)
{
  size_t i;
  json_t *column, *room = NULL;
  json_array_foreach(json_object_get(layout, "columns"), i, column)
  {
    json_t *times = json_object_get(column, "times");
    if (times && (!room || json_integer_value(times) < json_integer_value(room))) room = times;
  }
  return json_deep_copy(room);
}

static void add_list(json_t *lists, const json_t *column, bool of_measure)
{
  const char *field = json_string_value(json_object_get(column, "field"));
  const struct source *source = field ? layout_source(field, of_measure) : NULL;
  if (source && source->list) json_object_set_new(lists, source->list, json_true());
}

json_t *layout_lists(const json_t *layout)
{
  size_t i, k;
  json_t *column, *inner, *lists = json_object();
  json_array_foreach(json_object_get(layout, "columns"), i, column)
  {
    add_list(lists, column, false);
    json_array_foreach(json_object_get(column, "columns"), k, inner) add_list(lists, inner, true);
  }
  return lists;
}

/* No layout: the file cannot be made, but its checks can. */
static int answer_missing(struct call *call)
{
  if (call->route->by_layout == KNOWN_LAYOUT) return 0;
  int status = perform_log_refusal(call, "statistics-layout-missing");
  call_fault_in(call, "period", "statistics-layout-missing");
  return status ? status : problem(call, 422, "statistics-layout-missing");
}

int layouts_choose(struct call *call)
{
  static const char *const needed[] = {"name",  "version",  "halfYear",  "official", "note",
                                       "codes", "ownCodes", "recipient", "ground",   NULL};
  if (!layout_rank(period_of(call))) {
    call_fault_in(call, "period", "invalid-half-year");
    return problem(call, 400, "invalid-half-year");
  }
  const json_t *layout = layouts_for(period_of(call));
  if (!layout) return answer_missing(call);
  json_t *question =
      json_object(); /* copies: other calls count the references to the layout's own members too */
  for (const char *const *member = needed; *member; member++)
    if (json_object_get(layout, *member))
      json_object_set_new(question, *member, json_deep_copy(json_object_get(layout, *member)));
  json_object_set_new(question, "lists", layout_lists(layout));
  json_t *room = layout_room(layout);
  if (room) json_object_set_new(question, "room", room);
  json_object_set_new(call->query, "@layout", question);
  return 0;
}

/* The name says no more than whose file it is, of when, and that it is not the official one. */
static void name_file(struct call *call, const json_t *layout)
{
  chars_auto_t value = msprintf("attachment; filename=\"kaa-%s-%s-%s%s.csv\"", call->caller->db.municipality,
                                period_of(call), json_string_value(json_object_get(layout, "name")),
                                json_is_true(json_object_get(layout, "official")) ? "" : "-not-official");
  http_reply_header(call->req, "Content-Disposition", value);
}

int layouts_answer(struct call *call, char *json)
{
  const json_t *layout = layouts_for(period_of(call));
  bool utf8 = strcmp(json_string_value(json_object_get(layout, "encoding")), "UTF-8") == 0;
  size_t length = 0;
  char *file = layout_write(layout, json, &length);
  o_free(json);
  if (!file) return problem(call, 503, "unavailable");
  name_file(call, layout);
  return answer_as(call, utf8 ? "text/csv; charset=utf-8" : "text/csv; charset=iso-8859-1", file, file,
                   length);
}
