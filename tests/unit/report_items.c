/* Prints what a report's figures are made of, for tests of what is counted.

   report-items URL MUNICIPALITY SCOPES CLOCK QUESTION [DISTRICTS]
   URL of the service's role; CLOCK: RFC 3339, or empty; QUESTION: see base.open_report; DISTRICTS:
   {uuid,…}, those that the caller is limited to. Prints the document of
   service/report_count.h; or, when it is refused, the code to stderr and exits 1. */
#include "db/db.h"
#include "service/report_count.h"

#include <stdio.h>
#include <stdlib.h>

static void tell(const char *event, const char *detail)
{
  fprintf(stderr, "%s %s\n", event, detail);
}

static struct db *open_pool(char **arguments)
{
  struct db_settings settings = {.url = arguments[1],
                                 .clock = arguments[4][0] ? arguments[4] : NULL,
                                 .connections = 1,
                                 .shared_reads = 1,
                                 .queue = 1,
                                 .statement_timeout_ms = 60000,
                                 .lock_timeout_ms = 1000,
                                 .notice = tell};
  char *error = NULL;
  struct db *db = db_open(&settings, &error);
  if (!db) fprintf(stderr, "%s\n", error);
  free(error);
  return db;
}

struct made {
  struct report_count *count; /* owned */
  json_t *document;           /* owned */
};

static void make_document(void *into)
{
  struct made *made = into;
  made->document = report_count_items(made->count);
}

int main(int argc, char **argv)
{
  struct db *db = argc == 6 || argc == 7 ? open_pool(argv) : NULL;
  if (!db) return 2;
  struct made made = {.count = report_count_new()};
  struct db_rows rows = report_count_rows(make_document, &made.count);
  struct db_call call = {.caller = {.municipality = argv[2],
                                    .sub = "test",
                                    .client = "test",
                                    .scopes = argv[3],
                                    .districts = argv[6]},
                         .resource = "reports",
                         .action = "report",
                         .report = true,
                         .read = db_section("reports", "items"),
                         .query = argv[5],
                         .rows = &rows};
  struct db_answer answer = {0};
  db_run(db, &call, &answer);
  bool good = answer.outcome == DB_OK;
  if (good)
    json_dumpf(made.document, stdout, JSON_COMPACT);
  else
    fprintf(stderr, "%s\n", answer.code ? answer.code : "failed");
  json_decref(made.document);
  report_count_free(made.count);
  db_answer_clear(&answer);
  db_close(db);
  return good ? 0 : 1;
}
