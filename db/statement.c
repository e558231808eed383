/* Statements of one connection: wrapped and prepared at first use, the oldest forgotten. */
#include "db/private.h"
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STATEMENTS_MOST = 512, BUCKETS = 1024 };
enum { UUID_OID = 2950, JSONB_OID = 3802, TEXT_OID = 25 };

struct statement {
  char name[24];
  uint64_t hash;
  struct statement_key key;        /* its texts are owned */
  struct statement *next;          /* in the bucket */
  struct statement *newer, *older; /* by last use */
};

struct statements {
  struct statement *buckets[BUCKETS];
  struct statement *newest, *oldest;
  size_t count;
  unsigned long drawn;
};

static const struct own_statement {
  const char *name, *text;
  int count;
  Oid types[ENTER_VALUES];
} own_statements[OWN_COUNT] = {
    [OWN_BEGIN] = {"begin", "begin", 0, {0}},
    [OWN_COMMIT] = {"commit", "commit", 0, {0}},
    [OWN_ROLLBACK] = {"rollback", "rollback", 0, {0}},
    [OWN_PING] = {"ping", "select 1", 0, {0}},
    [OWN_PLAN_ANEW] = {"anew", "set local plan_cache_mode = force_custom_plan", 0, {0}},
    [OWN_PLAN_AS_EVER] = {"as-ever", "set local plan_cache_mode = auto", 0, {0}},
    [OWN_ENTER] = {"enter",
                   "select base.enter($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
                   ENTER_VALUES,
                   {TEXT_OID, TEXT_OID, TEXT_OID, TEXT_OID, TEXT_OID, TEXT_OID, TEXT_OID, TEXT_OID, TEXT_OID,
                    TEXT_OID, TEXT_OID}},
    [OWN_RESERVE] = {"reserve",
                     "select base.reserve($1, $2, $3, $4, ($5 ->> '@event')::uuid)",
                     RESERVE_VALUES,
                     {TEXT_OID, TEXT_OID, TEXT_OID, UUID_OID, JSONB_OID}},
    [OWN_REFUSED] =
        {"refused",
         "insert into base.access_log (resource, action, resource_id, subjects, outcome, code, protected) "
         "select $1, $2, $3, p.named, 'refused', $4, base.any_protected(p.named) "
         "from base.persons_named($5) p (named)",
         REFUSED_VALUES,
         {TEXT_OID, TEXT_OID, UUID_OID, TEXT_OID, JSONB_OID}},
};

static const Oid call_types[CALL_VALUES] = {UUID_OID, JSONB_OID, JSONB_OID};

struct statements *statements_new(void)
{
  struct statements *statements = calloc(1, sizeof *statements);
  assert(statements);
  return statements;
}

static void statement_free(struct statement *s)
{
  free((char *)s->key.text);
  free((char *)s->key.resource);
  free((char *)s->key.action);
  free(s);
}

void statements_free(struct statements *statements)
{
  if (!statements) return;
  for (struct statement *s = statements->newest, *older; s; s = older) {
    older = s->older;
    statement_free(s);
  }
  free(statements);
}

size_t statements_count(const struct statements *statements)
{
  return statements->count;
}

/* Eight bytes at a step: every call is hashed. */
static uint64_t hash_text(uint64_t hash, const char *text)
{
  size_t left = strlen(text);
  for (; left; text += left < 8 ? left : 8, left -= left < 8 ? left : 8) {
    uint64_t word = 0;
    memcpy(&word, text, left < 8 ? left : 8);
    hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
    hash ^= hash >> 29;
  }
  return (hash ^ 0xffu) * 0x9e3779b97f4a7c15u;
}

static uint64_t hash_key(const struct statement_key *key)
{
  return hash_text(hash_text(hash_text((uint64_t)key->wrap + 1, key->text), key->resource), key->action);
}

static bool same_key(const struct statement_key *a, const struct statement_key *b)
{
  return a->wrap == b->wrap && strcmp(a->text, b->text) == 0 && strcmp(a->resource, b->resource) == 0 &&
         strcmp(a->action, b->action) == 0;
}

static void assert_word(const char *word)
{
  assert(word[0] && word[strspn(word, "abcdefghijklmnopqrstuvwxyz-")] == '\0');
}

char *statement_sql(const struct statement_key *key)
{
  int length = (int)strlen(key->text);
  while (length > 0 && strchr(" \t\r\n;", key->text[length - 1]))
    length--;
  if (key->wrap == WRAP_NOT) return strndup(key->text, (size_t)length);
  /* the line breaks end a comment that the text may end with */
  if (key->wrap == WRAP_ANSWER)
    return text_of("select body, version, page from (%.*s\n) answer", length, key->text);
  assert_word(key->resource);
  assert_word(key->action);
  return text_of(
      "with answer as (%.*s\n), logged as (insert into base.access_log "
      "(resource, action, resource_id, subjects, outcome, protected) "
      "select '%s', '%s', coalesce($1::uuid, ($3 ->> '@asked')::uuid), coalesce(a.subjects, '{}'), %s, "
      "base.any_protected(coalesce(a.subjects, '{}')) "
      "from (values (1)) one left join answer a on true) select body, version, page from answer",
      length, key->text, key->resource, key->action,
      key->wrap == WRAP_WRITTEN ? "case when a.body is null then base.absent() else 'written' end"
                                : "case when a.body is null then 'absent' else 'shown' end");
}

static void detach(struct statements *all, struct statement *s)
{
  *(s->newer ? &s->newer->older : &all->newest) = s->older;
  *(s->older ? &s->older->newer : &all->oldest) = s->newer;
}

static void attach_newest(struct statements *all, struct statement *s)
{
  s->newer = NULL;
  s->older = all->newest;
  *(all->newest ? &all->newest->newer : &all->oldest) = s;
  all->newest = s;
}

static struct statement *find(const struct statements *all, uint64_t hash, const struct statement_key *key)
{
  struct statement *s = all->buckets[hash % BUCKETS];
  while (s && (s->hash != hash || !same_key(&s->key, key)))
    s = s->next;
  return s;
}

static int forget_oldest(struct connection *c, struct trouble *trouble)
{
  struct statements *all = c->statements;
  struct statement *s = all->oldest, **at = &all->buckets[s->hash % BUCKETS];
  char sql[48];
  snprintf(sql, sizeof sql, "deallocate %s", s->name);
  while (*at != s)
    at = &(*at)->next;
  *at = s->next;
  detach(all, s);
  all->count--;
  statement_free(s);
  return connection_end(c, PQsendQueryParams(c->pg, sql, 0, NULL, NULL, NULL, NULL, 0), trouble);
}

static struct statement *add(struct statements *all, uint64_t hash, const struct statement_key *key)
{
  struct statement *s = calloc(1, sizeof *s);
  assert(s);
  snprintf(s->name, sizeof s->name, "s%lu", all->drawn);
  s->hash = hash;
  s->key = (struct statement_key){key->wrap, strdup(key->text), strdup(key->resource), strdup(key->action)};
  s->next = all->buckets[hash % BUCKETS];
  all->buckets[hash % BUCKETS] = s;
  all->count++;
  attach_newest(all, s);
  return s;
}

static int prepare(struct connection *c, const struct statement_key *key, struct trouble *trouble)
{
  if (c->statements->count >= STATEMENTS_MOST && forget_oldest(c, trouble)) return -1;
  char name[24];
  snprintf(name, sizeof name, "s%lu", ++c->statements->drawn);
  char *sql = statement_sql(key);
  int sent = PQsendPrepare(c->pg, name, sql, CALL_VALUES, call_types);
  free(sql);
  return connection_end(c, sent, trouble);
}

int statement_step(struct connection *c, const struct statement_key *key, struct step *step,
                   struct trouble *trouble)
{
  uint64_t hash = hash_key(key);
  struct statement *s = find(c->statements, hash, key);
  if (s) {
    detach(c->statements, s);
    attach_newest(c->statements, s);
  } else {
    trouble->text = key->text;
    if (prepare(c, key, trouble)) return -1;
    s = add(c->statements, hash, key);
  }
  *step = (struct step){.name = s->name, .text = s->key.text, .count = CALL_VALUES};
  return 0;
}

int own_step(struct connection *c, enum own own, const char *const *values, struct step *step,
             struct trouble *trouble)
{
  const struct own_statement *s = &own_statements[own];
  if (!(c->own_prepared & 1u << own)) {
    trouble->text = s->text;
    if (connection_end(c, PQsendPrepare(c->pg, s->name, s->text, s->count, s->types), trouble)) return -1;
    c->own_prepared |= 1u << own;
  }
  *step = (struct step){.name = s->name, .text = s->text, .count = s->count, .values = values};
  return 0;
}

PGresult *statement_try(PGconn *pg, const char *text)
{
  return PQprepare(pg, "", text, CALL_VALUES, call_types);
}
