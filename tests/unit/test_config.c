/* Settings: what the environment may say, what stops start-up and with which line, and what is never printed. */
#include "service/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { MOST = 8, LINE_BYTES = 20000 };

extern char **environ;

/* Only the given settings stand in the environment. */
static void set_environment(const char *const *pairs)
{
  char *name;
  while (environ && *environ) {
    name = strndup(*environ, strcspn(*environ, "="));
    unsetenv(name);
    free(name);
  }
  for (; *pairs; pairs++) {
    name = strndup(*pairs, strcspn(*pairs, "="));
    setenv(name, *pairs + strlen(name) + 1, 1);
    free(name);
  }
}

/* config_load with what it wrote on stderr. */
static int load(struct config *config, enum config_need need, char *lines)
{
  FILE *file = tmpfile();
  int kept = dup(STDERR_FILENO);
  dup2(fileno(file), STDERR_FILENO);
  int status = config_load(config, need);
  dup2(kept, STDERR_FILENO);
  close(kept);
  rewind(file);
  lines[fread(lines, 1, LINE_BYTES - 1, file)] = '\0';
  fclose(file);
  return status;
}

#define SERVE "KAA_DATABASE_URL=postgresql:///kaa", "KAA_JWKS=/k", "KAA_ISSUER=i", "KAA_AUDIENCE=a"

static void defaults_are_in_force(void **state)
{
  (void)state;
  char lines[LINE_BYTES];
  struct config config;
  set_environment((const char *const[]){SERVE, "KAA_URL=x", "KAA_TOKEN=x", "KAA_PORT=", "PATH=/bin", NULL});
  assert_int_equal(load(&config, CONFIG_SERVE, lines), 0);
  assert_string_equal(lines, "");
  assert_string_equal(config.owner_database_url, "postgresql:///kaa");
  assert_string_equal(config.reports_database_url, "");
  assert_string_equal(config.bind, "127.0.0.1");
  assert_string_equal(config.public_url, "http://127.0.0.1:8080");
  assert_string_equal(config.log_level, "info");
  assert_string_equal(config.claim_recipient_system, "recipientSystem");
  assert_string_equal(config.trusted_proxies, "");
  assert_null(config.clock);
  assert_null(config.signing_key);
  assert_false(config.development || config.behind_tls);
  const long numbers[][2] = {
      {config.port, 8080},
      {config.metrics_port, 0},
      {config.connections, 2},
      {config.report_connections, 1},
      {config.long_connections, 2},
      {config.long_timeout_ms, 300000},
      {config.report_timeout_ms, 60000},
      {config.shared_reads, 16},
      {config.queue, 1000},
      {config.statement_timeout_ms, 10000},
      {config.lock_timeout_ms, 5000},
      {config.max_body, 1048576},
      {config.max_connections, 4096},
      {config.idle_timeout_s, 60},
      {config.drain_timeout_s, 30},
      {config.token_cache, 4096},
  };
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    assert_int_equal(numbers[i][0], numbers[i][1]);
  config_clear(&config);
  assert_null(config.bind);
}

static void values_are_taken(void **state)
{
  (void)state;
  char lines[LINE_BYTES];
  struct config config;
  set_environment((const char *const[]){
      SERVE, "KAA_OWNER_DATABASE_URL=host=/tmp user=o", "KAA_BIND=::", "KAA_PORT=65535", "KAA_BEHIND_TLS=1",
      "KAA_DEVELOPMENT=true", "KAA_CLOCK=2026-02-28T23:59:59.5-01:30", "KAA_TRUSTED_PROXIES=10.0.0.1 ::1",
      "KAA_ALLOWED_ORIGINS= https://a.example  http://b.example:81 ", NULL});
  assert_int_equal(load(&config, CONFIG_SERVE, lines), 0);
  assert_string_equal(config.owner_database_url, "host=/tmp user=o");
  assert_string_equal(config.public_url, "http://[::1]:65535");
  assert_int_equal(config.port, 65535);
  assert_true(config.behind_tls && config.development);
  assert_string_equal(config.clock, "2026-02-28T23:59:59.5-01:30");
  assert_string_equal(config.trusted_proxies, "10.0.0.1 ::1");
  assert_string_equal(config.issuer, "i");
  config_clear(&config);
}

static void development_has_its_own_defaults(void **state)
{
  (void)state;
  char lines[LINE_BYTES];
  struct config config;
  set_environment((const char *const[]){"KAA_DEVELOPMENT=1", "KAA_SIGNING_KEY=/k/signing.jwk", NULL});
  assert_int_equal(load(&config, CONFIG_TOKEN, lines), 0);
  assert_string_equal(config.issuer, "https://kaa.example/dev");
  assert_string_equal(config.audience, "kaa");
  config_clear(&config);
}

static const struct example {
  enum config_need need;
  const char *pairs[MOST];
  const char *line;
} refused[] = {
    {CONFIG_SERVE,
     {NULL},
     "kaa: KAA_DATABASE_URL must be set: PostgreSQL as the service's role, which owns nothing\n"},
    {CONFIG_SERVE, {"KAA_DATABASE_URL=a=b", "KAA_ISSUER=i", "KAA_AUDIENCE=a"}, "kaa: KAA_JWKS must be set"},
    {CONFIG_SERVE, {"KAA_DATABASE_URL=a=b", "KAA_JWKS=k", "KAA_AUDIENCE=a"}, "kaa: KAA_ISSUER must be set"},
    {CONFIG_SERVE, {"KAA_DATABASE_URL=a=b", "KAA_JWKS=k", "KAA_ISSUER=i"}, "kaa: KAA_AUDIENCE must be set"},
    {CONFIG_SERVE, {SERVE, "KAA_PORT=0"}, "kaa: KAA_PORT must be a number from 1 to 65535\n"},
    {CONFIG_SERVE, {SERVE, "KAA_PORT=65536"}, "kaa: KAA_PORT must be a number from 1 to 65535\n"},
    {CONFIG_SERVE, {SERVE, "KAA_PORT=80x"}, "kaa: KAA_PORT must be a number from 1 to 65535\n"},
    {CONFIG_SERVE, {SERVE, "KAA_PORT= 80"}, "kaa: KAA_PORT must be a number from 1 to 65535\n"},
    {CONFIG_SERVE,
     {SERVE, "KAA_QUEUE=99999999999999999999"},
     "kaa: KAA_QUEUE must be a number from 1 to 1000000\n"},
    {CONFIG_SERVE, {SERVE, "KAA_CONNECTIONS=65"}, "kaa: KAA_CONNECTIONS must be a number from 1 to 64\n"},
    {CONFIG_SERVE,
     {SERVE, "KAA_TOKEN_CACHE=-1"},
     "kaa: KAA_TOKEN_CACHE must be a number from 0 to 1000000\n"},
    {CONFIG_SERVE, {SERVE, "KAA_BEHIND_TLS=yes"}, "kaa: KAA_BEHIND_TLS must be true or false\n"},
    {CONFIG_SERVE, {SERVE, "KAA_BIND=localhost"}, "kaa: KAA_BIND must be a numeric address\n"},
    {CONFIG_SERVE,
     {SERVE, "KAA_TRUSTED_PROXIES=10.0.0.1 proxy"},
     "kaa: KAA_TRUSTED_PROXIES must be numeric addr"},
    {CONFIG_SERVE, {SERVE, "KAA_ALLOWED_ORIGINS=*"}, "kaa: KAA_ALLOWED_ORIGINS must be origins like"},
    {CONFIG_SERVE, {SERVE, "KAA_ALLOWED_ORIGINS=https://a.example/x"}, "kaa: KAA_ALLOWED_ORIGINS must be"},
    {CONFIG_SERVE,
     {SERVE, "KAA_PUBLIC_URL=https://a.example/"},
     "kaa: KAA_PUBLIC_URL must be an absolute http"},
    {CONFIG_SERVE, {SERVE, "KAA_PUBLIC_URL=a.example"}, "kaa: KAA_PUBLIC_URL must be an absolute http"},
    {CONFIG_SERVE,
     {SERVE, "KAA_PUBLIC_URL=https://a.example?b"},
     "kaa: KAA_PUBLIC_URL must be an absolute http"},
    {CONFIG_SERVE,
     {SERVE, "KAA_LOG_LEVEL=INFO"},
     "kaa: KAA_LOG_LEVEL must be error, warning, info or debug\n"},
    {CONFIG_SERVE,
     {SERVE, "KAA_CLOCK=2026-01-01T00:00:00Z"},
     "kaa: KAA_CLOCK is only allowed when KAA_DEVELOPMENT"},
    {CONFIG_SERVE,
     {SERVE, "KAA_DEVELOPMENT=1", "KAA_CLOCK=2026-01-01T00:00:00"},
     "kaa: KAA_CLOCK must be a time like"},
    {CONFIG_SERVE,
     {SERVE, "KAA_DEVELOPMENT=1", "KAA_CLOCK=2026-02-29T00:00:00Z"},
     "kaa: KAA_CLOCK must be a time"},
    {CONFIG_SERVE,
     {SERVE, "KAA_DEVELOPMENT=1", "KAA_CLOCK=2026-01-01T24:00:00Z"},
     "kaa: KAA_CLOCK must be a time"},
    {CONFIG_SERVE,
     {SERVE, "KAA_DEVELOPMENT=1", "KAA_CLOCK=2026-01-01T00:00:00.Z"},
     "kaa: KAA_CLOCK must be a time"},
    {CONFIG_SERVE,
     {SERVE, "KAA_DEVELOPMENT=1", "KAA_CLOCK=2026-01-01T00:00:00+1:00"},
     "kaa: KAA_CLOCK must be a ti"},
    {CONFIG_SERVE,
     {SERVE, "KAA_DEVELOPMENT=1", "KAA_CLOCK=2026-01-01"},
     "kaa: KAA_CLOCK must be a time like"},
    {CONFIG_SERVE,
     {"KAA_DATABASE_URL=secret"},
     "kaa: KAA_DATABASE_URL must be a postgresql:// URI or a keyword=value"},
    {CONFIG_SERVE, {SERVE, "KAA_ISSUER=a\nb"}, "kaa: KAA_ISSUER must be text without control characters\n"},
    {CONFIG_MIGRATE, {NULL}, "kaa: KAA_OWNER_DATABASE_URL must be set"},
    {CONFIG_TOKEN,
     {"KAA_SIGNING_KEY=k", "KAA_ISSUER=i", "KAA_AUDIENCE=a"},
     "kaa: KAA_DEVELOPMENT must be true: "},
    {CONFIG_TOKEN, {"KAA_DEVELOPMENT=1"}, "kaa: KAA_SIGNING_KEY must be set"},
    {CONFIG_NONE, {"KAA_PORT=x"}, "kaa: KAA_PORT must be a number from 1 to 65535\n"},
};

static void a_wrong_value_stops_with_one_line(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
    char lines[LINE_BYTES];
    struct config config;
    set_environment(refused[i].pairs);
    bool stopped = load(&config, refused[i].need, lines) == -1;
    bool same = !strncmp(lines, refused[i].line, strlen(refused[i].line));
    if (!stopped || !same || strchr(lines, '\n') != lines + strlen(lines) - 1) fail_msg("%zu: %s", i, lines);
  }
}

static void a_misspelt_setting_is_named(void **state)
{
  (void)state;
  char lines[LINE_BYTES];
  struct config config;
  set_environment((const char *const[]){"KAA_PROT=secret", "OTHER_PORT=1", NULL});
  assert_int_equal(load(&config, CONFIG_NONE, lines), 0);
  assert_string_equal(lines, "kaa: warning: KAA_PROT is no setting; see kaa config\n");
  config_clear(&config);
}

static void print(char *text)
{
  FILE *file = fmemopen(text, LINE_BYTES, "w");
  config_print(file);
  fclose(file);
}

static void secrets_are_never_printed(void **state)
{
  (void)state;
  static const struct {
    const char *pair, *shown;
  } examples[] = {
      {"KAA_DATABASE_URL=postgresql://u:hush@h:5432/kaa", " postgresql://u:***@h:5432/kaa "},
      {"KAA_DATABASE_URL=postgresql://u:hu@sh@h/kaa", " postgresql://u:***@h/kaa "},
      {"KAA_DATABASE_URL=postgresql://h/kaa?password=hush&sslpassword=hush",
       "?password=***&sslpassword=*** "},
      {"KAA_OWNER_DATABASE_URL=host=h password = 'hu\\'sh hush' user=u", " host=h password = *** user=u "},
      {"KAA_REPORTS_DATABASE_URL=host=h PASSWORD=hush user=u", " host=h PASSWORD=*** user=u "},
      {"KAA_REPORTS_DATABASE_URL=postgresql://h:1,i:2/kaa", " postgresql://h:1,i:2/kaa "},
      {"KAA_JWKS=https://u:hush@h/jwks", " https://u:***@h/jwks "},
  };
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
    char text[LINE_BYTES] = "";
    set_environment((const char *const[]){examples[i].pair, NULL});
    print(text);
    if (!strstr(text, examples[i].shown) || strstr(text, "hush")) fail_msg("%zu: %s", i, text);
  }
}

static void every_setting_is_printed(void **state)
{
  (void)state;
  char text[LINE_BYTES] = "";
  set_environment((const char *const[]){"KAA_PORT=x", "KAA_BIND=0.0.0.0", NULL});
  print(text);
  assert_non_null(strstr(text, "NAME "));
  assert_non_null(strstr(text, "\nKAA_PORT                    number     8080 "));
  assert_non_null(strstr(text, " x "));
  assert_non_null(strstr(text, " http://127.0.0.1:8080 "));
  int lines = 0;
  for (const char *at = text; *at; at++)
    lines += *at == '\n';
  assert_int_equal(lines, 39);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(defaults_are_in_force),
      cmocka_unit_test(values_are_taken),
      cmocka_unit_test(development_has_its_own_defaults),
      cmocka_unit_test(a_wrong_value_stops_with_one_line),
      cmocka_unit_test(a_misspelt_setting_is_named),
      cmocka_unit_test(secrets_are_never_printed),
      cmocka_unit_test(every_setting_is_printed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
