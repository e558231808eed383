/* Carries a report through: kept, or computed, masked, rendered and kept. */
#include "service/report.h"

#include "service/answer.h"
#include "service/report_count.h"
#include "service/report_private.h"
#include "service/text.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void report_documents_clear(struct report_documents *documents)
{
  free(documents->answer);
  free(documents->words);
  *documents = (struct report_documents){0};
}

struct db_call report_call(const struct call *call, const char *file, const char *section)
{
  struct db_call to = {.caller = call->caller->db, .resource = "reports", .action = "report"};
  to.caller.trace = call->req->trace;
  to.read = db_section(file, section);
  assert(to.read);
  return to;
}

static void take(struct report_documents *documents, struct db_answer *said)
{
  report_documents_clear(documents);
  documents->answer = said->body;
  documents->words = said->page;
  said->body = said->page = NULL;
}

/* Busy is a standby that must replay what the question stood in the way of, or another who keeps the same answer. */
static int trouble(struct call *call, const struct db_answer *said)
{
  return said->outcome == DB_BUSY ? problem(call, 503, "reports-busy") : answer_trouble(call, said);
}

/* Runs the call, which reads what is kept under the question's key: 0 with or without the documents, or the status
   answered. */
static int ask_kept(struct call *call, const struct report_question *question, struct db_call *to,
                    struct report_documents *documents)
{
  json_auto_t *asked = json_pack("{s:s}", "key", question->key);
  chars_auto_t query = json_dumps(asked, JSON_COMPACT);
  struct db_answer said = {0};
  to->query = query;
  db_run(call->db, to, &said);
  int status = said.outcome == DB_OK || said.outcome == DB_ABSENT ? 0 : trouble(call, &said);
  if (said.outcome == DB_OK) take(documents, &said);
  db_answer_clear(&said);
  return status;
}

static int find_kept(struct call *call, const struct report_question *question,
                     struct report_documents *documents)
{
  struct db_call to = report_call(call, "reports", "kept");
  return ask_kept(call, question, &to, documents);
}

/* Kept on the primary; what another process has kept meanwhile is taken instead. When the data has changed already,
   the answer is still that of its snapshot. */
static int keep(struct call *call, const struct report_question *question, const json_t *items,
                struct report_documents *documents)
{
  json_t *today = json_object_get(items, "today");
  bool complete = strcmp(report_asked(question)->to, json_string_value(today)) < 0;
  json_auto_t *result =
      json_pack("{s:s, s:o, s:b, s:O, s:O, s:s, s:s}", "key", question->key, "question",
                report_question_json(question), "complete", complete, "day", today, "seen",
                json_object_get(items, "seen"), "answer", documents->answer, "words", documents->words);
  chars_auto_t body = json_dumps(result, JSON_COMPACT);
  struct db_call to = report_call(call, "reports", "kept");
  to.write = db_section("reports", "keep");
  to.body = body;
  return ask_kept(call, question, &to, documents);
}

/* What is made of the rows, and where they are counted. */
struct computing {
  struct report_count *count; /* owned */
  const struct report_question *question;
  struct report_documents *documents;
  json_t *counted; /* owned */
};

static void render(void *into)
{
  struct computing *computing = into;
  items_auto_t items;
  computing->counted = report_count_items(computing->count);
  report_items_read(computing->counted, computing->question, &items);
  json_auto_t *answer = report_render(&items, computing->question,
                                      json_string_value(json_object_get(computing->counted, "now")));
  json_auto_t *words = report_words(&items, computing->question);
  computing->documents->answer = json_dumps(answer, JSON_COMPACT);
  computing->documents->words = json_dumps(words, JSON_COMPACT);
}

/* Counted and rendered in the thread of the connection, which gives way to those of callers. */
static int run_computing(struct call *call, struct computing *computing)
{
  json_auto_t *asked = report_items_question(computing->question);
  chars_auto_t query = json_dumps(asked, JSON_COMPACT);
  struct db_rows rows = report_count_rows(render, &computing->count);
  struct db_call to = report_call(call, "reports", "items");
  struct db_answer said = {0};
  to.query = query;
  to.report = true;
  to.rows = &rows;
  db_run(call->db, &to, &said);
  int status = said.outcome == DB_OK ? 0 : trouble(call, &said);
  db_answer_clear(&said);
  return status;
}

static int compute(struct call *call, const struct report_question *question,
                   struct report_documents *documents)
{
  struct computing computing = {report_count_new(), question, documents, NULL};
  int status = run_computing(call, &computing);
  if (!status) status = keep(call, question, computing.counted, documents);
  json_decref(computing.counted);
  report_count_free(computing.count);
  return status;
}

int report_fetch(struct call *call, const struct report_question *question,
                 struct report_documents *documents)
{
  int status = find_kept(call, question, documents);
  if (status || documents->answer) return status;
  struct report_turn turn;
  if (!report_turn_begin(&turn, question->key, call->config)) return problem(call, 503, "reports-busy");
  status = find_kept(call, question, documents); /* by another meanwhile */
  if (!status && !documents->answer) status = compute(call, question, documents);
  report_turn_end(&turn);
  return status;
}

int report_prepare(struct call *call)
{
  question_auto_t question = {0};
  documents_auto_t documents = {0};
  if (call->caller->db.districts) return problem(call, 403, "districts-limited");
  int status = report_question_published(call, &question);
  if (!status) status = report_fetch(call, &question, &documents);
  if (!status) json_object_set_new(call->query, "@report", json_string(question.key));
  return status;
}

const char *const *report_sections(const struct route *route)
{
  static const char *const computed[] = {"kept", "items", "keep", NULL},
                           *const published[] = {"report", NULL}, *const list[] = {"periods", NULL};
  return route->report ? computed : strstr(route->path, "{id}") ? published : list;
}

/* A published one: body and page of the section are its two documents. */
static int fetch_published(struct call *call, struct report_documents *documents)
{
  struct db_call to = report_call(call, call->resource->name, report_sections(call->route)[0]);
  struct db_answer said = {0};
  to.id = call->id;
  to.query = "{}";
  db_run(call->db, &to, &said);
  int status = said.outcome == DB_OK ? 0 : answer_trouble(call, &said);
  if (!status) take(documents, &said);
  db_answer_clear(&said);
  return status;
}

int report_answer(struct call *call)
{
  const struct report *report = call->route->report;
  if (!report && !call->id[0]) return report_list(call);
  question_auto_t question = {0};
  documents_auto_t documents = {0};
  int status = report ? report_question_read(call, report, &question) : fetch_published(call, &documents);
  if (!status && report) status = report_fetch(call, &question, &documents);
  return status ? status : report_reply(call, &documents);
}
