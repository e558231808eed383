/* Reads the environment into struct config by the rows of config_settings.c, and prints them. */
#include "service/config.h"
#include "service/config_settings.h"

#include <assert.h>
#include <orcania.h>
#include <stdlib.h>
#include <string.h>

extern char **environ;

/* The value given in the environment; an empty one counts as not given. */
static const char *given(const struct setting *setting)
{
  const char *value = getenv(setting->name);
  return value && *value ? value : NULL;
}

static char **text_of(struct config *config, const struct setting *setting)
{
  return (char **)((char *)config + setting->offset);
}

static bool is_text(const struct setting *setting)
{
  return setting->kind != CONFIG_NUMBER && setting->kind != CONFIG_BOOLEAN;
}

/* Puts a value that has been found good in its member. */
static void put(struct config *config, const struct setting *setting, const char *value)
{
  char *member = (char *)config + setting->offset;
  if (setting->kind == CONFIG_NUMBER)
    *(long *)member = strtol(value, NULL, 10);
  else if (setting->kind == CONFIG_BOOLEAN)
    *(bool *)member = *value == 't' || *value == '1';
  else
    *text_of(config, setting) = o_strdup(value);
}

static char *faulty(const struct setting *setting, char *why)
{
  char *line = msprintf("%s %s", setting->name, why);
  o_free(why);
  return line;
}

/* The first fault as a line, owned by the caller; NULL when every given value is good. */
static char *read_values(struct config *config)
{
  char *fault = NULL;
  for (const struct setting *setting = config_settings; setting->name; setting++) {
    const char *value = given(setting);
    char *why = value ? config_fault(setting, value) : NULL;
    if (why && !fault)
      fault = faulty(setting, why);
    else
      o_free(why);
    if (why || !value) value = setting->fallback;
    if (value) put(config, setting, value);
  }
  return fault;
}

/* The address as it stands in a URL; one that means any cannot be called, the loopback can. */
static char *default_url(const struct config *config)
{
  assert(config->bind); /* it has a fallback */
  const char *host = config->bind;
  if (!strcmp(host, "0.0.0.0")) host = "127.0.0.1";
  if (!strcmp(host, "::")) host = "::1";
  bool six = strchr(host, ':');
  return msprintf("http://%s%s%s:%ld", six ? "[" : "", host, six ? "]" : "", config->port);
}

/* The defaults that come of other settings. */
static void compute(struct config *config)
{
  if (!config->owner_database_url && config->database_url)
    config->owner_database_url = o_strdup(config->database_url);
  if (!config->public_url) config->public_url = default_url(config);
  if (config->development && !config->issuer) config->issuer = o_strdup("https://kaa.example/dev");
  if (config->development && !config->audience) config->audience = o_strdup("kaa");
}

static char *check_together(struct config *config, enum config_need need)
{
  static const unsigned marks[] = {[CONFIG_SERVE] = CONFIG_FOR_SERVE,
                                   [CONFIG_MIGRATE] = CONFIG_FOR_MIGRATE,
                                   [CONFIG_TOKEN] = CONFIG_FOR_TOKEN,
                                   [CONFIG_NONE] = 0};
  if (need == CONFIG_TOKEN && !config->development)
    return o_strdup("KAA_DEVELOPMENT must be true: tokens are only signed in development");
  for (const struct setting *setting = config_settings; setting->name; setting++) {
    const char *text = is_text(setting) ? *text_of(config, setting) : NULL;
    if ((setting->marks & marks[need]) && !text)
      return msprintf("%s must be set: %s", setting->name, setting->doc);
    if ((setting->marks & CONFIG_DEVELOPMENT) && text && !config->development)
      return msprintf("%s is only allowed when KAA_DEVELOPMENT is true", setting->name);
  }
  if (!config->secondary_suppression && !config->development)
    return o_strdup("KAA_SECONDARY_SUPPRESSION may only be false when KAA_DEVELOPMENT is true");
  return NULL;
}

static bool is_known(const char *variable, size_t length)
{
  static const char *const of_users[] = {"KAA_URL", "KAA_TOKEN"};
  for (size_t i = 0; i < sizeof of_users / sizeof *of_users; i++)
    if (strlen(of_users[i]) == length && !memcmp(of_users[i], variable, length)) return true;
  for (const struct setting *setting = config_settings; setting->name; setting++)
    if (strlen(setting->name) == length && !memcmp(setting->name, variable, length)) return true;
  return false;
}

/* A misspelt setting would otherwise go unnoticed, with its default in force. */
static void warn_of_unknown(void)
{
  for (char **variable = environ; *variable; variable++) {
    int length = (int)strcspn(*variable, "=");
    if (!strncmp(*variable, "KAA_", 4) && !is_known(*variable, (size_t)length))
      fprintf(stderr, "kaa: warning: %.*s is no setting; see kaa config\n", length, *variable);
  }
}

int config_load(struct config *config, enum config_need need)
{
  memset(config, 0, sizeof *config);
  warn_of_unknown();
  char *fault = read_values(config);
  if (!fault) {
    compute(config);
    fault = check_together(config, need);
  }
  if (!fault) return 0;
  fprintf(stderr, "kaa: %s\n", fault);
  o_free(fault);
  config_clear(config);
  return -1;
}

void config_clear(struct config *config)
{
  for (const struct setting *setting = config_settings; setting->name; setting++)
    if (is_text(setting)) o_free(*text_of(config, setting));
  memset(config, 0, sizeof *config);
}

/* The value in force, or the one given although it is wrong. Owned by the caller. */
static char *current(struct config *config, const struct setting *setting)
{
  const char *value = given(setting);
  if (!value && is_text(setting))
    value = *text_of(config, setting);
  else if (!value)
    value = setting->fallback;
  return config_masked(setting, value ? value : "");
}

static const char *default_of(const struct setting *setting)
{
  return setting->shown ? setting->shown : setting->fallback ? setting->fallback : "";
}

void config_print(FILE *out)
{
  struct config config = {0};
  o_free(read_values(&config));
  compute(&config);
  static const char row[] = "%-27s %-10s %-40s %-40s %s\n";
  fprintf(out, row, "NAME", "TYPE", "DEFAULT", "CURRENT", "DESCRIPTION");
  for (const struct setting *setting = config_settings; setting->name; setting++) {
    char *value = current(&config, setting);
    const char *usual = default_of(setting);
    fprintf(out, row, setting->name, config_kind_name(setting->kind), *usual ? usual : "-",
            *value ? value : "-", setting->doc);
    o_free(value);
  }
  config_clear(&config);
}
