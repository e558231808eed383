/* Page tokens and the envelope of lists. A token is the key and id of the last row, and a hash of the
   filters and order that it was made with. */
#include "service/pages.h"

#include "service/text.h"
#include "service/validate.h"

#include <assert.h>
#include <orcania.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HASH_LENGTH = 16, TOKEN_SIZE = 700 };

/* What a token belongs to: the path and everything in the query but the position in the list; and what the
   token says, so that a token that was cut or changed is not taken. */
static void hash_question(const struct call *call, const char *row, char hash[HASH_LENGTH + 1])
{
  static const char *const position[] = {"limit", "pageToken", "page", "count", "fields"};
  json_auto_t *question = json_object();
  const char *name;
  json_t *value;
  json_object_foreach(call->query, name, value) if (name[0] != '@') json_object_set(question, name, value);
  for (size_t i = 0; i < sizeof position / sizeof position[0]; i++)
    json_object_del(question, position[i]);
  for (int i = 0; i < call->parameter_count; i++)
    json_object_del(question, call->parameters[i].name);
  json_object_set_new(question, "@path", json_string(call->req->path));
  json_object_set_new(question, "@municipality", json_string(call->caller->db.municipality));
  json_object_set_new(question, "@row", json_string(row));
  chars_auto_t text = json_dumps(question, JSON_COMPACT | JSON_SORT_KEYS);
  text_hash(text, strlen(text), hash, HASH_LENGTH);
}

/* The token is the hash, the row's id and its key, in base64url. */
static bool read_token(const struct call *call, const char *token, char plain[TOKEN_SIZE])
{
  char hash[HASH_LENGTH + 1];
  size_t length = 0;
  if (strlen(token) >= TOKEN_SIZE) return false;
  if (!o_base64url_decode((const unsigned char *)token, strlen(token), (unsigned char *)plain, &length))
    return false;
  plain[length] = '\0';
  if (length < HASH_LENGTH + UUID_LENGTH || strlen(plain) != length) return false;
  const struct field id = {"id", UUID};
  char row[UUID_LENGTH + 1] = "";
  memcpy(row, plain + HASH_LENGTH, UUID_LENGTH);
  if (validate_text(&id, row)) return false;
  hash_question(call, plain + HASH_LENGTH, hash);
  return memcmp(plain, hash, HASH_LENGTH) == 0;
}

static void take_token(struct call *call, const char *token)
{
  char plain[TOKEN_SIZE];
  if (!read_token(call, token, plain)) {
    call_fault_in(call, "pageToken", "invalid-page-token");
    return;
  }
  const char *id = plain + HASH_LENGTH, *key = id + UUID_LENGTH;
  json_object_set_new(call->query, "@id", json_stringn(id, UUID_LENGTH));
  json_object_set_new(call->query, "@key", json_string(key));
}

static long number(const struct call *call, const char *name, long otherwise)
{
  const char *text = json_string_value(json_object_get(call->query, name));
  return text ? strtol(text, NULL, 10) : otherwise;
}

void pages_begin(struct call *call)
{
  const char *token = json_string_value(json_object_get(call->query, "pageToken"));
  long limit = number(call, "limit", 20), page = number(call, "page", 1);
  if (token) take_token(call, token);
  json_object_set_new(call->query, "@limit", json_integer(limit));
  json_object_set_new(call->query, "@offset", json_integer((page - 1) * limit));
}

/* key and id are PostgreSQL's; the token is not secret, so personal and long keys never come here (by_row). */
static void make_token(const struct call *call, const json_t *page, char token[TOKEN_SIZE])
{
  char row[TOKEN_SIZE / 2], plain[TOKEN_SIZE / 2 + HASH_LENGTH], hash[HASH_LENGTH + 1];
  const char *key = json_string_value(json_object_get(page, "key"));
  size_t length = 0;
  snprintf(row, sizeof row, "%s%s", json_string_value(json_object_get(page, "id")), key ? key : "");
  hash_question(call, row, hash);
  int used = snprintf(plain, sizeof plain, "%s%s", hash, row);
  assert((size_t)used < sizeof plain && strlen(row) < sizeof row - 1);
  o_base64url_encode((const unsigned char *)plain, (size_t)used, (unsigned char *)token, &length);
  token[length] = '\0';
}

static void add_escaped(struct text *url, const char *value)
{
  for (; *value; value++) {
    bool plain =
        strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~,:", *value) != NULL;
    text_addf(url, plain ? "%c" : "%%%02X", (unsigned char)*value);
  }
}

/* The address of a page of this list: all parameters of the question, and the position. */
static char *page_url(const struct call *call, const char *position, const char *value)
{
  struct text url = {0};
  const char *name;
  json_t *each;
  text_addf(&url, "%s%s", call->base, call->req->path + strlen("/kaa/v1"));
  char mark = '?';
  json_object_foreach(call->query, name, each)
  {
    if (name[0] == '@' || strcmp(name, "pageToken") == 0 || strcmp(name, "page") == 0) continue;
    if (call_parameter(call, name)) continue;
    text_addf(&url, "%c%s=", mark, name);
    add_escaped(&url, json_string_value(each));
    mark = '&';
  }
  if (position) text_addf(&url, "%c%s=%s", mark, position, value);
  return text_take(&url);
}

struct linking {
  const struct call *call;
  json_t *links;       /* _links */
  struct text *header; /* Link, RFC 8288 */
};

static void add_link(const struct linking *to, const char *rel, const char *position, const char *value)
{
  chars_auto_t url = page_url(to->call, position, value);
  json_object_set_new(to->links, rel, json_pack("{s:s, s:s, s:s}", "href", url, "rel", rel, "method", "GET"));
  if (strcmp(rel, "self") != 0)
    text_addf(to->header, "%s<%s>; rel=\"%s\"", to->header->length ? ", " : "", url, rel);
}

static void add_numbered(const struct linking *to, const char *rel, long page)
{
  char value[24];
  snprintf(value, sizeof value, "%ld", page);
  add_link(to, rel, "page", value);
}

/* next is the token of the page after this one, or NULL on the last page. */
static json_t *make_links(const struct call *call, const char *next, struct text *header)
{
  const struct linking to = {call, json_object(), header};
  const char *token = json_string_value(json_object_get(call->query, "pageToken"));
  const char *page = json_string_value(json_object_get(call->query, "page"));
  long here = number(call, "page", 1);
  add_link(&to, "self", token ? "pageToken" : page ? "page" : NULL, token ? token : page);
  add_link(&to, "first", NULL, NULL);
  if (next && page)
    add_numbered(&to, "next", here + 1);
  else if (next)
    add_link(&to, "next", "pageToken", next);
  if (here > 1) add_numbered(&to, "prev", here - 1);
  return to.links;
}

static json_t *make_meta(const struct call *call, const json_t *page)
{
  json_t *meta = json_pack("{s:O, s:O}", "limit", json_object_get(call->query, "@limit"), "count",
                           json_object_get(page, "count"));
  json_t *total = json_object_get(page, "total");
  if (total) json_object_set(meta, "totalRecords", total);
  return meta;
}

char *pages_wrap(struct call *call, const char *rows, const char *page_text)
{
  json_auto_t *page = json_loads(page_text, 0, NULL);
  assert(page);
  char token[TOKEN_SIZE] = "";
  if (json_is_true(json_object_get(page, "more"))) make_token(call, page, token);
  text_auto_t header = {0};
  json_auto_t *links = make_links(call, token[0] ? token : NULL, &header), *meta = make_meta(call, page);
  http_reply_header(call->req, "Link", header.data);
  chars_auto_t links_text = json_dumps(links, JSON_COMPACT);
  chars_auto_t meta_text = json_dumps(meta, JSON_COMPACT);
  struct text body = {0};
  text_addf(&body, "{\"data\":%s", rows);
  if (token[0]) text_addf(&body, ",\"pageToken\":\"%s\"", token);
  text_addf(&body, ",\"_meta\":%s,\"_links\":%s}", meta_text, links_text);
  return text_take(&body);
}
