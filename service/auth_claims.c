/* The claims of a verified token become a caller; whatever is missing or misshapen refuses the token. */
#include "service/auth_token.h"

#include <ctype.h>
#include <orcania.h>
#include <string.h>

enum { UUID_LENGTH = 36, MAX_SECONDS = 1000000000 };

struct auth_settings auth_with_names(const struct auth_settings *settings)
{
  struct auth_settings named = *settings;
  const char **names[] = {&named.claim_municipality, &named.claim_districts, &named.claim_recipients,
                          &named.claim_recipient_system, &named.claim_school_unit};
  static const char *const usual[] = {"municipality", "districts", "recipients", "recipientSystem",
                                      "schoolUnit"};
  for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
    if (!*names[i] || !**names[i]) *names[i] = usual[i];
  return named;
}

/* The caller owns the text from here on. */
static const char *own(struct held_caller *held, char *text)
{
  held->texts[held->count++] = text;
  return text;
}

/* True for 1..max characters, none of them a control character. */
static bool is_name(const char *text, size_t max)
{
  size_t characters = 0;
  for (const char *at = text; at && *at; at++) {
    if ((unsigned char)*at < ' ' || *at == 0x7f) return false;
    characters += ((unsigned char)*at & 0xc0) != 0x80;
  }
  return characters > 0 && characters <= max;
}

/* Takes a text claim. An absent one leaves *to NULL; false when it is there but no name of that length. */
static bool take_text(struct held_caller *held, const json_t *claim, size_t max, const char **to)
{
  if (!claim) return true;
  const char *text = json_string_value(claim);
  if (!is_name(text, max)) return false;
  *to = own(held, o_strdup(text));
  return true;
}

/* Appends the UUID in lower case. */
static bool append_uuid(char *list, const char *text, size_t length)
{
  if (length != UUID_LENGTH) return false;
  size_t end = strlen(list);
  if (end > 1) list[end++] = ',';
  for (size_t i = 0; i < UUID_LENGTH; i++) {
    bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !isxdigit((unsigned char)text[i])) return false;
    list[end++] = (char)tolower((unsigned char)text[i]);
  }
  list[end] = '\0';
  return true;
}

static bool append_texts(char *list, const char *texts)
{
  static const char between[] = ", ";
  for (const char *at = texts + strspn(texts, between); *at; at += strspn(at, between)) {
    size_t length = strcspn(at, between);
    if (!append_uuid(list, at, length)) return false;
    at += length;
  }
  return true;
}

static bool append_array(char *list, const json_t *claim)
{
  for (size_t i = 0; i < json_array_size(claim); i++) {
    const char *text = json_string_value(json_array_get(claim, i));
    if (!text || !append_uuid(list, text, strlen(text))) return false;
  }
  return true;
}

/* Takes a list of UUIDs, an array or a text, as a PostgreSQL array literal. */
static bool take_uuids(struct held_caller *held, const json_t *claim, const char **to)
{
  if (!claim) return true;
  if (!json_is_array(claim) && !json_is_string(claim)) return false;
  size_t room =
      json_is_array(claim) ? json_array_size(claim) * (UUID_LENGTH + 1) : 2 * json_string_length(claim);
  char *list = o_malloc(room + UUID_LENGTH + 3);
  *to = own(held, list);
  memcpy(list, "{", 2);
  bool good = json_is_array(claim) ? append_array(list, claim) : append_texts(list, json_string_value(claim));
  if (good) memcpy(list + strlen(list), "}", 2);
  return good;
}

/* The scope tokens of RFC 6749 3.3 and the blanks between. */
static bool are_scopes(const char *text)
{
  size_t named = 0;
  for (; *text; text++) {
    if (*text < ' ' || *text > '~' || *text == '"' || *text == '\\') return false;
    named += *text != ' ';
  }
  return named > 0;
}

static char *join_scopes(const json_t *list)
{
  char *scopes = o_strdup("");
  for (size_t i = 0; i < json_array_size(list); i++) {
    const char *scope = json_string_value(json_array_get(list, i));
    char *longer = msprintf("%s%s%s", scopes, i ? " " : "", scope ? scope : "\n");
    o_free(scopes);
    scopes = longer;
  }
  return scopes;
}

static bool take_scopes(struct held_caller *held, const json_t *claim)
{
  if (!json_is_string(claim) && !json_is_array(claim)) return false;
  char *scopes = json_is_array(claim) ? join_scopes(claim) : o_strdup(json_string_value(claim));
  held->caller.db.scopes = own(held, scopes);
  return are_scopes(scopes);
}

static bool take_municipality(struct held_caller *held, const json_t *claim)
{
  const char *code = json_string_value(claim);
  if (!code || strlen(code) != 4 || strspn(code, "0123456789") != 4) return false;
  held->caller.db.municipality = own(held, o_strdup(code));
  return true;
}

/* The system that acts for the user (RFC 8693 4.1); only the outermost counts. */
static bool take_actor(struct held_caller *held, const json_t *claim)
{
  const json_t *sub = json_object_get(claim, "sub");
  return !claim || (sub && take_text(held, sub, AUTH_MAX_NAME, &held->caller.db.act));
}

static bool is_for(const json_t *aud, const char *audience)
{
  const char *one = json_string_value(aud);
  if (one) return !strcmp(one, audience);
  for (size_t i = 0; i < json_array_size(aud); i++) {
    one = json_string_value(json_array_get(aud, i));
    if (one && !strcmp(one, audience)) return true;
  }
  return false;
}

/* True when the claim is a NumericDate that a time_t surely holds. */
static bool take_date(const json_t *claim, time_t *to)
{
  double value = json_number_value(claim);
  if (!json_is_number(claim) || !(value >= 0 && value < 1e3 * MAX_SECONDS)) return false;
  *to = (time_t)value;
  return true;
}

static enum auth_outcome check_times(const json_t *claims, struct held_caller *held, const char **reason)
{
  time_t now = time(NULL), from = 0;
  const json_t *nbf = json_object_get(claims, "nbf");
  *reason = "exp";
  if (!take_date(json_object_get(claims, "exp"), &held->expires)) return AUTH_INVALID;
  *reason = "expired";
  if (held->expires + AUTH_SKEW_S <= now) return AUTH_EXPIRED;
  *reason = "nbf";
  if (nbf && (!take_date(nbf, &from) || from - AUTH_SKEW_S > now)) return AUTH_INVALID;
  return AUTH_OK;
}

/* The claim that does not hold for us, or NULL when the caller is complete. */
static const char *wrong_claim(const json_t *claims, const struct auth_settings *settings,
                               struct held_caller *held)
{
  struct db_caller *db = &held->caller.db;
  const json_t *client = json_object_get(claims, "client_id");
  if (!client) client = json_object_get(claims, "azp");
  if (!take_text(held, json_object_get(claims, "sub"), AUTH_MAX_NAME, &db->sub) || !db->sub) return "sub";
  if (!take_text(held, client, AUTH_MAX_NAME, &db->client) || !db->client) return "client_id";
  if (!take_scopes(held, json_object_get(claims, "scope"))) return "scope";
  if (!take_municipality(held, json_object_get(claims, settings->claim_municipality))) return "municipality";
  if (!take_uuids(held, json_object_get(claims, settings->claim_districts), &db->districts))
    return "districts";
  if (!take_uuids(held, json_object_get(claims, settings->claim_recipients), &db->recipients))
    return "recipients";
  if (!take_text(held, json_object_get(claims, settings->claim_recipient_system), AUTH_MAX_CODE,
                 &db->recipient_system))
    return "recipient system";
  if (!take_text(held, json_object_get(claims, settings->claim_school_unit), AUTH_MAX_CODE, &db->school_unit))
    return "school unit";
  return take_actor(held, json_object_get(claims, "act")) ? NULL : "act";
}

static enum auth_outcome check(const json_t *claims, const struct auth_settings *settings,
                               struct held_caller *held, const char **reason)
{
  const char *issuer = json_string_value(json_object_get(claims, "iss"));
  *reason = "iss";
  if (!issuer || strcmp(issuer, settings->issuer) != 0) return AUTH_INVALID;
  *reason = "aud";
  if (!is_for(json_object_get(claims, "aud"), settings->audience)) return AUTH_INVALID;
  enum auth_outcome outcome = check_times(claims, held, reason);
  if (outcome != AUTH_OK) return outcome;
  *reason = wrong_claim(claims, settings, held);
  return *reason ? AUTH_INVALID : AUTH_OK;
}

enum auth_outcome auth_claims(const json_t *claims, const struct auth_settings *settings,
                              struct held_caller **held, const char **reason)
{
  struct held_caller *made = o_malloc(sizeof *made);
  memset(made, 0, sizeof *made);
  atomic_init(&made->uses, 1);
  enum auth_outcome outcome = check(claims, settings, made, reason);
  if (outcome == AUTH_OK)
    *held = made;
  else
    auth_release(&made->caller);
  return outcome;
}
