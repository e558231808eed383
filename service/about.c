/* What the service says of itself, without a token: health, version, contract. */
#include "service/about.h"

#include "db/db.h"
#include "service/answer.h"
#include "service/openapi.h"
#include "service/problems.h"
#include "service/router.h"
#include "service/text.h"

#include <orcania.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

static struct db *db_asked;
static atomic_bool draining;

void about_open(struct db *db)
{
  db_asked = db;
}

void about_draining(void)
{
  atomic_store(&draining, true);
}

static void reply_json(struct call *call, int status, json_t *value)
{
  char *body = json_dumps(value, JSON_COMPACT);
  json_decref(value);
  http_reply(call->req, status, "application/json", body, strlen(body));
}

static void live(struct call *call)
{
  http_reply_header(call->req, "Cache-Control", "no-store");
  reply_json(call, 200, json_pack("{s:s}", "status", "live"));
}

static void ready(struct call *call)
{
  if (atomic_load(&draining) || !db_ready(db_asked) || db_is_current(db_asked) != 1) {
    problem(call, 503, "unavailable");
    return;
  }
  http_reply_header(call->req, "Cache-Control", "no-store");
  reply_json(call, 200, json_pack("{s:s}", "status", "ready"));
}

/* DIGG VER.07. */
static void api_info(struct call *call)
{
  char documentation[MAX_BASE + 10];
  snprintf(documentation, sizeof documentation, "%s/docs", call->base);
  http_reply_header(call->req, "Cache-Control", "public, max-age=3600");
  reply_json(call, 200,
             json_pack("{s:s, s:s, s:s, s:s, s:s}", "apiName", "kaa", "apiVersion", KAA_API_VERSION,
                       "apiReleased", KAA_API_RELEASED, "apiDocumentation", documentation, "apiStatus",
                       "active"));
}

static char *contract_yaml, *contract_json;
static pthread_once_t contract_once = PTHREAD_ONCE_INIT;

static void make_contract(void)
{
  contract_yaml = openapi_yaml();
  json_t *document = openapi_document();
  contract_json = json_dumps(document, JSON_COMPACT);
  json_decref(document);
}

static void reply_contract(struct call *call, const char *media, char *const *text)
{
  pthread_once(&contract_once, make_contract);
  http_reply_header(call->req, "Cache-Control", "public, max-age=3600");
  http_reply(call->req, 200, media, o_strdup(*text), strlen(*text));
}

static void openapi_as_yaml(struct call *call)
{
  reply_contract(call, "application/yaml", &contract_yaml);
}
static void openapi_as_json(struct call *call)
{
  reply_contract(call, "application/json", &contract_json);
}

static void add_problem_rows(struct text *page, const struct refusal *rows)
{
  for (; rows && rows->code; rows++)
    text_addf(
        page,
        "<tr id=\"%s\"><th scope=\"row\"><code>%s</code></th><td>%d</td><td lang=\"sv\">%s</td><td>%s</td></tr>\n",
        rows->code, rows->code, rows->status, rows->sv, rows->en);
}

/* The page that the `type` of every problem leads to. */
static void docs(struct call *call)
{
  struct text page = {0};
  text_add(
      &page,
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>KAA</title>"
      "<style>body{font-family:sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}th{text-align:left}"
      "td,th{padding:.2rem .8rem .2rem 0;vertical-align:top}</style></head><body><h1>KAA</h1>"
      "<p>The contract: <a href=\"openapi.yaml\">openapi.yaml</a>, <a href=\"openapi.json\">openapi.json</a>.</p>"
      "<h2>Problems</h2><p>Every error is a problem document (RFC 9457); its code is one of these.</p>"
      "<table><thead><tr><th>Code</th><th>Status</th><th>Svenska</th><th>English</th></tr></thead><tbody>\n");
  add_problem_rows(&page, problems_known());
  for (const struct resource *const *each = router_resources(); *each; each++)
    add_problem_rows(&page, (*each)->refusals);
  text_add(&page, "</tbody></table></body></html>\n");
  http_reply_header(call->req, "Cache-Control", "public, max-age=3600");
  http_reply_header(call->req, "Content-Security-Policy",
                    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
  size_t length = page.length;
  http_reply(call->req, 200, "text/html; charset=utf-8", text_take(&page), length);
}

const struct about_page *about_pages(void)
{
  static const struct about_page pages[] = {
      {"/health/live", "The process answers", "application/json", live},
      {"/health/ready", "The process and its database are ready for requests", "application/json", ready},
      {"/kaa/v1/api-info", "Name, version and status of the interface", "application/json", api_info},
      {"/kaa/v1/openapi.yaml", "The contract as YAML", "application/yaml", openapi_as_yaml},
      {"/kaa/v1/openapi.json", "The contract as JSON", "application/json", openapi_as_json},
      {"/kaa/v1/docs", "The problems and their codes, for people", "text/html", docs},
      {0}};
  return pages;
}

/* These pages take no parameters. */
static void answer_page(struct call *call, const struct about_page *page)
{
  if (!*call->req->query) {
    page->answer(call);
    return;
  }
  call_fault_in(call, "?", "unknown-parameter");
  problem(call, 400, "invalid-request");
}

bool about_answers(struct call *call)
{
  for (const struct about_page *page = about_pages(); page->path; page++) {
    if (strcmp(page->path, call->req->path) != 0) continue;
    if (strcmp(call->method, "GET") == 0) {
      answer_page(call, page);
      return true;
    }
    http_reply_header(call->req, "Allow", "GET, HEAD, OPTIONS");
    if (strcmp(call->method, "OPTIONS") == 0)
      http_reply(call->req, 204, NULL, NULL, 0);
    else
      problem(call, 405, "method-not-allowed");
    return true;
  }
  return false;
}
