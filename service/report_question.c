/* What a report is asked: period, groups, masks, and whose figures the caller may have. */
#include "service/answer.h"
#include "service/auth.h"
#include "service/report.h"
#include "service/report_private.h"
#include "service/router.h"
#include "service/text.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* The periods of a year in the order in which they are offered: by their ends. The year comes last, as its halves
   tell it. */
static const struct {
  const char *prefix, *from, *to;
} offered[] = {{"T1-", "01-01", "04-30"},
               {"H1-", "01-01", "06-30"},
               {"T2-", "01-01", "08-31"},
               {"H2-", "07-01", "12-31"},
               {"", "01-01", "12-31"}};
enum { OFFERED = sizeof offered / sizeof offered[0] };

void report_question_clear(struct report_question *question)
{
  json_decref(question->districts);
  question->districts = NULL;
}

const struct report *report_named(const char *name)
{
  for (const struct resource *const *each = router_resources(); *each; each++)
    for (const struct route *route = (*each)->routes; route->path; route++)
      if (route->report && strcmp(route->report->name, name) == 0) return route->report;
  return NULL;
}

static void add_period(struct report_question *question, int which, const char *year)
{
  struct report_period *period = &question->periods[question->period_count++];
  snprintf(period->name, sizeof period->name, "%s%s", offered[which].prefix, year);
  snprintf(period->from, sizeof period->from, "%s-%s", year, offered[which].from);
  snprintf(period->to, sizeof period->to, "%s-%s", year, offered[which].to);
}

/* True for four digits of a year from 2000 to 2199. */
static bool is_year(const char *text)
{
  return strlen(text) == 4 && text[0] == '2' && strchr("01", text[1]) && isdigit((unsigned char)text[2]) &&
         isdigit((unsigned char)text[3]);
}

/* A masked answer belongs to all that is offered of its year up to then: what one period hides another must not tell. */
static bool set_periods(struct report_question *question, const char *name)
{
  for (int which = 0; which < OFFERED; which++) {
    size_t prefix = strlen(offered[which].prefix);
    if (strncmp(name, offered[which].prefix, prefix) != 0 || !is_year(name + prefix)) continue;
    for (int before = question->masked ? 0 : which; before <= which; before++)
      add_period(question, before, name + prefix);
    return true;
  }
  return false;
}

static bool set_days(struct report_question *question, const char *from, const char *to)
{
  if (!from || !to || strcmp(from, to) > 0) return false;
  struct report_period *period = &question->periods[question->period_count++];
  period->name[0] = '\0';
  snprintf(period->from, sizeof period->from, "%s", from);
  snprintf(period->to, sizeof period->to, "%s", to);
  return true;
}

/* {id,id} of the token as a sorted array; two tokens of the same districts ask the same. */
static json_t *districts_of(const char *literal)
{
  static const char between[] = "{},\" ";
  if (!literal) return NULL;
  json_auto_t *named = json_object();
  for (const char *at = literal + strspn(literal, between); *at; at += strspn(at, between)) {
    size_t length = strcspn(at, between);
    char id[UUID_LENGTH + 1];
    snprintf(id, sizeof id, "%.*s", (int)length, at);
    json_object_set_new(named, id, json_true());
    at += length;
  }
  chars_auto_t text = json_dumps(named, JSON_SORT_KEYS);
  json_auto_t *ordered = json_loads(text, 0, NULL);
  json_t *sorted = json_array(), *value;
  const char *id;
  json_object_foreach(ordered, id, value) json_array_append_new(sorted, json_string(id));
  return sorted;
}

json_t *report_question_json(const struct report_question *question)
{
  const struct report_period *asked = report_asked(question);
  json_t *json =
      json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:b, s:O?}", "report", question->report->name, "version",
                question->report->version, "period", asked->name, "from", asked->from, "to", asked->to,
                "groupBy", question->group_by, "masked", question->masked, "districts", question->districts);
  if (!question->secondary) json_object_set_new(json, "secondary", json_false());
  return json;
}

json_t *report_items_question(const struct report_question *question)
{
  json_t *periods = json_array();
  for (int i = 0; i < question->period_count; i++)
    json_array_append_new(periods, json_pack("{s:s, s:s, s:s}", "name", question->periods[i].name, "from",
                                             question->periods[i].from, "to", question->periods[i].to));
  return json_pack("{s:s, s:o, s:b}", "report", question->report->name, "periods", periods, "exact",
                   !question->masked);
}

/* Another version of the program may count, mask or say otherwise. */
static void seal(struct report_question *question)
{
  json_auto_t *json = report_question_json(question);
  chars_auto_t text = json_dumps(json, JSON_COMPACT);
  text_auto_t sealed = {0};
  text_addf(&sealed, "%s %s", KAA_VERSION, text);
  text_hash(sealed.data, sealed.length, question->key, KEY_LENGTH);
}

static const char *asked(const struct call *call, const char *name)
{
  return json_string_value(json_object_get(call->query, name));
}

static int refuse_exact(struct call *call)
{
  return problem_with(call, 403, "scope-missing", json_pack("{s:s}", "scope", "reports:exact"));
}

static int read_period(struct call *call, struct report_question *question)
{
  const char *period = asked(call, "period"), *from = asked(call, "from"), *to = asked(call, "to");
  bool by_days = from || to;
  if (by_days && question->masked) {
    call_fault_in(call, "masked", "masked-needs-period");
    return problem(call, 400, "masked-needs-period");
  }
  bool good = period ? !by_days && set_periods(question, period) : set_days(question, from, to);
  if (good) return 0;
  call_fault_in(call, "period", "invalid-period");
  return problem(call, 400, "invalid-period");
}

int report_question_read(struct call *call, const struct report *report, struct report_question *question)
{
  bool exact = auth_has_scope(call_scopes(call), "reports:exact");
  const char *masked = asked(call, "masked"), *group_by = asked(call, "groupBy");
  *question = (struct report_question){.report = report, .group_by = group_by ? group_by : "total"};
  question->masked = masked ? strcmp(masked, "true") == 0 : !exact;
  question->secondary = call->config->secondary_suppression;
  if (!exact && (!question->masked || asked(call, "from") || asked(call, "to"))) return refuse_exact(call);
  int status = read_period(call, question);
  if (status) return status;
  question->districts = districts_of(call->caller->db.districts);
  seal(question);
  return 0;
}

int report_question_published(struct call *call, struct report_question *question)
{
  const json_t *body = call->body;
  const char *group_by = json_string_value(json_object_get(body, "groupBy"));
  const struct report *report = report_named(json_string_value(json_object_get(body, "report")));
  assert(report && report->figures);
  *question =
      (struct report_question){.report = report, .group_by = group_by ? group_by : "total", .masked = true};
  question->secondary = call->config->secondary_suppression;
  if (!set_periods(question, json_string_value(json_object_get(body, "period")))) {
    call_fault_at(call, "/period", "invalid-period");
    return problem(call, 400, "invalid-period");
  }
  seal(question);
  return 0;
}
