/* A report's documents in the clothes that were asked for. */
#include "service/answer.h"
#include "service/negotiate.h"
#include "service/report_csv.h"
#include "service/report_html.h"
#include "service/report_private.h"
#include "service/report_xlsx.h"
#include "service/text.h"

#include <stdio.h>
#include <string.h>

static const struct format_row *row_of(enum format format)
{
  const struct format_row *row = negotiate_formats();
  while (row->format != format)
    row++;
  return row;
}

static bool wants_swedish_csv(const struct call *call)
{
  return call->format == CSV && json_object_get(call->query, "locale");
}

static char *dress(const struct call *call, const json_t *answer, const char *words_text, size_t *length)
{
  json_auto_t *words = json_loads(words_text, 0, NULL);
  if (call->format == CSV) return report_csv(answer, words, wants_swedish_csv(call), length);
  if (call->format == XLSX) return report_xlsx(answer, words, call->english, length);
  return report_html(answer, words, call->english, length);
}

/* follow-up-T1-2026.xlsx: what a browser saves it as. */
static void name_file(struct call *call, const json_t *answer, const char *ending)
{
  const json_t *period = json_object_get(answer, "period");
  const char *name = json_string_value(json_object_get(period, "name"));
  const char *from = json_string_value(json_object_get(period, "from")),
             *to = json_string_value(json_object_get(period, "to"));
  char header[160];
  snprintf(header, sizeof header, "%s; filename=\"%s-%s%s%s.%s\"",
           call->format == HTML ? "inline" : "attachment",
           json_string_value(json_object_get(answer, "report")), name ? name : from, name ? "" : "--",
           name ? "" : to, ending);
  http_reply_header(call->req, "Content-Disposition", header);
}

static void set_headers(struct call *call, const json_t *answer, const struct format_row *row)
{
  name_file(call, answer, row->name);
  if (call->format == HTML) http_reply_header(call->req, "Content-Security-Policy", REPORT_HTML_POLICY);
  if (call->format == CSV) return;
  http_vary(call->req, "Accept-Language");
  http_reply_header(call->req, "Content-Language", call->english ? "en" : "sv");
}

/* The tag is of the documents and the clothes, so that an unchanged report is known without being written again. */
int report_reply(struct call *call, const struct report_documents *documents)
{
  if (call->format == JSON) return answer(call, 200, strdup(documents->answer), 0);
  const struct format_row *row = row_of(call->format);
  text_auto_t tagged = {0};
  text_addf(&tagged, "%s %s %s %d\n", KAA_VERSION, row->name, call->english ? "en" : "sv",
            wants_swedish_csv(call));
  text_add(&tagged, documents->answer);
  text_add(&tagged, documents->words);
  char media[100];
  snprintf(media, sizeof media, "%s%s", row->type, call->format == XLSX ? "" : "; charset=utf-8");
  json_auto_t *document = json_loads(documents->answer, 0, NULL);
  set_headers(call, document, row);
  size_t length = 0;
  bool unchanged = answer_unchanged(call, tagged.data);
  char *body = unchanged ? NULL : dress(call, document, documents->words, &length);
  if (!body && !unchanged) return problem(call, 500, "internal-error");
  return answer_as(call, media, tagged.data, body, length);
}
