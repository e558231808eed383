/* The list of reports: what each counts, in words, and which periods there are. */
#include "service/answer.h"
#include "service/negotiate.h"
#include "service/openapi.h"
#include "service/report.h"
#include "service/report_private.h"
#include "service/router.h"
#include "service/text.h"

static json_t *words_of(const struct figure *figure)
{
  json_t *words = report_figure_words(figure, "figure");
  if (figure->list) json_object_set_new(words, "codeList", json_string(figure->list));
  if (figure->keys) json_object_set_new(words, "keys", report_own_keys(figure->keys));
  if (figure->scope) json_object_set_new(words, "scope", json_string(figure->scope));
  return words;
}

static json_t *entry_of(const struct call *call, const struct route *route)
{
  const struct report *report = route->report;
  json_t *definitions = json_array(), *formats = json_array();
  for (const struct figure *const *figure = report->figures; figure && *figure; figure++)
    json_array_append_new(definitions, words_of(*figure));
  json_array_append_new(formats, json_string("json"));
  for (const struct format_row *row = negotiate_formats(); row->name; row++)
    if (route->formats & row->format) json_array_append_new(formats, json_string(row->name));
  text_auto_t href = {0};
  text_addf(&href, "%s%s", call->base, route->path);
  return json_pack("{s:s, s:{s:s, s:s}, s:s, s:s, s:o, s:o, s:o}", "name", report->name, "title", "sv",
                   report->sv, "en", report->en, "href", href.data, "definitionVersion", report->version,
                   "groupBy", openapi_codes(report->group_by), "formats", formats, "definitions",
                   definitions);
}

static json_t *all_reports(const struct call *call)
{
  json_t *rows = json_array();
  for (const struct resource *const *each = router_resources(); *each; each++)
    for (const struct route *route = (*each)->routes; route->path; route++)
      if (route->report) json_array_append_new(rows, entry_of(call, route));
  return rows;
}

int report_list(struct call *call)
{
  struct db_call to = report_call(call, "reports", report_sections(call->route)[0]);
  struct db_answer said = {0};
  to.action = "list";
  to.query = "{}";
  db_run(call->db, &to, &said);
  int status = said.outcome == DB_OK ? 0 : answer_trouble(call, &said);
  json_t *periods = status ? NULL : json_loads(said.body, 0, NULL);
  db_answer_clear(&said);
  if (status) return status;
  json_auto_t *list = json_pack("{s:o, s:o}", "data", all_reports(call), "periods", periods);
  return answer(call, 200, json_dumps(list, JSON_COMPACT), 0);
}
