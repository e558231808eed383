/* Checks of single values, and how a value is shown without the passwords in it. */
#include "service/config_settings.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <orcania.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

/* A word of a text with blanks between. */
enum { MAX_WORD = 255 };

static bool is_number(const char *value, long min, long max)
{
  char *end = NULL;
  errno = 0;
  long number = strtol(value, &end, 10);
  return (isdigit((unsigned char)*value) || *value == '-') && !*end && !errno && number >= min &&
         number <= max;
}

static bool is_one_of(const char *value, const char *const *of)
{
  for (; *of; of++)
    if (!strcmp(value, *of)) return true;
  return false;
}

static bool is_boolean(const char *value)
{
  return is_one_of(value, (const char *const[]){"true", "false", "1", "0", NULL});
}

static bool is_level(const char *value)
{
  return is_one_of(value, (const char *const[]){"error", "warning", "info", "debug", NULL});
}

static bool is_address(const char *value)
{
  unsigned char to[sizeof(struct in6_addr)];
  return inet_pton(AF_INET, value, to) == 1 || inet_pton(AF_INET6, value, to) == 1;
}

static bool is_database(const char *value)
{
  return !strncmp(value, "postgresql://", 13) || !strncmp(value, "postgres://", 11) || strchr(value, '=');
}

/* The rest after http:// or https://, or NULL. */
static const char *after_scheme(const char *value)
{
  if (!strncmp(value, "http://", 7)) return value + 7;
  return strncmp(value, "https://", 8) ? NULL : value + 8;
}

static bool is_base_url(const char *value)
{
  const char *host = after_scheme(value);
  if (!host || !*host || *host == '/' || value[strlen(value) - 1] == '/') return false;
  for (const char *at = host; *at; at++)
    if (!isgraph((unsigned char)*at) || strchr("?#@\"<>\\", *at)) return false;
  return true;
}

static bool is_origin(const char *value)
{
  const char *host = after_scheme(value);
  return is_base_url(value) && !strchr(host, '/');
}

static bool all_words(const char *value, bool (*good)(const char *))
{
  for (const char *at = value + strspn(value, " "); *at; at += strspn(at, " ")) {
    char word[MAX_WORD + 1];
    size_t length = strcspn(at, " ");
    if (length > MAX_WORD) return false;
    memcpy(word, at, length);
    word[length] = '\0';
    if (!good(word)) return false;
    at += length;
  }
  return true;
}

/* True when value has the shape, in which 0 stands for a digit. */
static bool has_shape(const char *value, const char *shape)
{
  for (; *shape; value++, shape++)
    if (*shape == '0' ? !isdigit((unsigned char)*value) : *value != *shape) return false;
  return true;
}

static int two(const char *digits)
{
  return (digits[0] - '0') * 10 + digits[1] - '0';
}

static bool is_offset(const char *value)
{
  if (!strcmp(value, "Z")) return true;
  bool shaped = strlen(value) == 6 && (has_shape(value, "+00:00") || has_shape(value, "-00:00"));
  return shaped && two(value + 1) <= 23 && two(value + 4) <= 59;
}

/* A date and time of RFC 3339 5.6 with offset, on a day that there is. */
static bool is_clock(const char *value)
{
  static const char shape[] = "0000-00-00T00:00:00";
  if (!has_shape(value, shape)) return false;
  struct tm day = {.tm_year = two(value) * 100 + two(value + 2) - 1900,
                   .tm_mon = two(value + 5) - 1,
                   .tm_mday = two(value + 8),
                   .tm_hour = 12};
  int month = day.tm_mon, number = day.tm_mday;
  timegm(&day);
  bool real = month == day.tm_mon && number == day.tm_mday && two(value + 11) <= 23 &&
              two(value + 14) <= 59 && two(value + 17) <= 59;
  const char *rest = value + sizeof shape - 1;
  size_t fraction = *rest == '.' ? strspn(rest + 1, "0123456789") : 0;
  if (*rest == '.' && !fraction) return false;
  return real && is_offset(rest + (fraction ? fraction + 1 : 0));
}

static bool is_plain(const char *value)
{
  for (; *value; value++)
    if ((unsigned char)*value < ' ') return false;
  return true;
}

/* The rows of enum config_kind but CONFIG_NUMBER. */
static const struct rule {
  const char *name;
  const char *must;
  bool (*good)(const char *value);
  bool words; /* good is asked for each word */
} rules[] = {
    [CONFIG_TEXT] = {"text", "must be text without control characters", is_plain, false},
    [CONFIG_NUMBER] = {"number", NULL, NULL, false},
    [CONFIG_BOOLEAN] = {"boolean", "must be true or false", is_boolean, false},
    [CONFIG_DATABASE] = {"database", "must be a postgresql:// URI or a keyword=value text", is_database,
                         false},
    [CONFIG_ADDRESS] = {"address", "must be a numeric address", is_address, false},
    [CONFIG_ADDRESSES] = {"addresses", "must be numeric addresses with blanks between", is_address, true},
    [CONFIG_BASE_URL] = {"url", "must be an absolute http or https URL without / at its end", is_base_url,
                         false},
    [CONFIG_ORIGINS] = {"origins", "must be origins like https://host:port with blanks between", is_origin,
                        true},
    [CONFIG_LEVEL] = {"level", "must be error, warning, info or debug", is_level, false},
    [CONFIG_CLOCK] = {"time", "must be a time like 2026-03-01T08:00:00+01:00", is_clock, false},
};

const char *config_kind_name(enum config_kind kind)
{
  return rules[kind].name;
}

char *config_fault(const struct setting *setting, const char *value)
{
  const struct rule *rule = &rules[setting->kind];
  if (setting->kind == CONFIG_NUMBER)
    return is_number(value, setting->min, setting->max)
               ? NULL
               : msprintf("must be a number from %ld to %ld", setting->min, setting->max);
  bool good = rule->words ? all_words(value, rule->good) : rule->good(value);
  return good ? NULL : o_strdup(rule->must);
}

/* Where the value of a password= ends: at a blank or &, or at the quote that closes it. */
static const char *end_of_value(const char *at)
{
  if (*at != '\'') return at + strcspn(at, " &");
  for (at++; *at && *at != '\''; at++)
    if (*at == '\\' && at[1]) at++;
  return *at ? at + 1 : at;
}

/* Replaces the text from..to in value, which is released. */
static char *blot(char *value, const char *from, const char *to)
{
  char *blotted = msprintf("%.*s***%s", (int)(from - value), value, to);
  o_free(value);
  return blotted;
}

char *config_masked(const struct setting *setting, const char *value)
{
  char *shown = o_strdup(value);
  if (!(setting->marks & CONFIG_SECRET)) return shown;
  const char *user = strstr(shown, "://"), *colon = user ? strchr(user + 3, ':') : NULL;
  const char *host = strrchr(shown, '@');
  if (colon && host && colon < host) shown = blot(shown, colon + 1, host);
  size_t done = 0;
  for (const char *at; (at = strcasestr(shown + done, "password")); done = (size_t)(at - shown) + 3) {
    size_t skip = strlen("password");
    skip += strspn(at + skip, " ");
    size_t start = (size_t)(at - shown) + skip;
    if (shown[start] == '=') {
      start += 1 + strspn(shown + start + 1, " ");
      shown = blot(shown, shown + start, end_of_value(shown + start));
    }
    at = shown + start;
  }
  return shown;
}
