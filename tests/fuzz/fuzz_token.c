/* Token parsing: no Authorization header without our signature is taken, and claims of any shape are judged. */
#include "fuzz_call.h"

#include "service/auth.h"
#include "service/auth_token.h"

#include <assert.h>
#include <orcania.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct auth_settings settings;
static char folder[] = "/tmp/kaa-fuzz-XXXXXX";

static void remove_keys(void)
{
  static const char *const names[] = {"signing.jwk", "jwks.json"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    char path[64];
    snprintf(path, sizeof path, "%s/%s", folder, names[i]);
    unlink(path);
  }
  rmdir(folder);
}

static void open_once(void)
{
  static char jwks[64];
  char *error = NULL;
  if (settings.jwks) return;
  if (!mkdtemp(folder) || auth_make_keys(folder, &error)) abort();
  atexit(remove_keys);
  snprintf(jwks, sizeof jwks, "%s/jwks.json", folder);
  settings = (struct auth_settings){.jwks = jwks, .issuer = "fuzz", .audience = "kaa", .cache_entries = 16};
  settings = auth_with_names(&settings);
  if (auth_open(&settings, &error)) abort();
}

/* The whole header, as it comes. Nobody here can sign, so nothing may be let in. */
static void try_header(const char *text)
{
  struct auth_caller *caller = NULL;
  const char *reason = NULL;
  enum auth_outcome outcome = auth_check(text, &caller, &reason);
  assert(outcome != AUTH_OK && outcome != AUTH_UNAVAILABLE && !caller);
  assert(outcome == AUTH_MISSING || reason);
}

/* Claims whose signature would be good. Who is let in has a municipality, a subject, a client and scopes. */
static void try_claims(const char *text, size_t length)
{
  struct held_caller *held = NULL;
  const char *reason = NULL;
  json_auto_t *claims = json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL);
  if (!json_is_object(claims)) return;
  if (auth_claims(claims, &settings, &held, &reason) != AUTH_OK) {
    assert(reason && !held);
    return;
  }
  const struct db_caller *db = &held->caller.db;
  assert(db->municipality && strlen(db->municipality) == 4);
  assert(db->sub && *db->sub && db->client && *db->client && db->scopes && *db->scopes);
  assert(!db->districts || db->districts[0] == '{');
  auth_release(&held->caller);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  open_once();
  char *text = o_malloc(size + 1);
  memcpy(text, data, size);
  text[size] = '\0';
  try_header(text);
  try_claims((const char *)data, size);
  o_free(text);
  return 0;
}
