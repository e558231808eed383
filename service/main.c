/* The program: its verbs, and serving until told to stop. */
#include "service/auth.h"
#include "service/config.h"
#include "service/handle.h"
#include "service/http.h"
#include "service/log.h"
#include "service/metrics.h"
#include "service/openapi.h"
#include "service/router.h"
#include "service/startup.h"

#include "db/db.h"

#include <getopt.h>
#include <jansson.h>
#include <orcania.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *allocate(size_t size)
{
  void *memory = malloc(size ? size : 1);
  if (!memory) abort();
  return memory;
}

static void *reallocate(void *old, size_t size)
{
  void *memory = realloc(old, size ? size : 1);
  if (!memory) abort();
  return memory;
}

static int fail(char *error)
{
  fprintf(stderr, "kaa: %s\n", error ? error : "failed");
  free(error);
  return 1;
}

/* What a setting's value led to: the line names the setting. */
static int fail_setting(const char *name, char *error)
{
  fprintf(stderr, "kaa: %s: %s\n", name, error ? error : "cannot be used");
  free(error);
  return 1;
}

static struct auth_settings auth_settings(const struct config *config)
{
  return (struct auth_settings){.jwks = config->jwks,
                                .issuer = config->issuer,
                                .audience = config->audience,
                                .claim_municipality = config->claim_municipality,
                                .claim_districts = config->claim_districts,
                                .claim_recipients = config->claim_recipients,
                                .claim_recipient_system = config->claim_recipient_system,
                                .claim_school_unit = config->claim_school_unit,
                                .cache_entries = (int)config->token_cache};
}

static struct db_settings db_settings(const struct config *config)
{
  return (struct db_settings){.url = config->database_url,
                              .clock = config->clock,
                              .connections = (int)config->connections,
                              .report_connections = (int)config->report_connections,
                              .long_connections = (int)config->long_connections,
                              .long_timeout_ms = (int)config->long_timeout_ms,
                              .report_timeout_ms = (int)config->report_timeout_ms,
                              .report_url = config->reports_database_url,
                              .shared_reads = (int)config->shared_reads,
                              .queue = (int)config->queue,
                              .statement_timeout_ms = (int)config->statement_timeout_ms,
                              .lock_timeout_ms = (int)config->lock_timeout_ms,
                              .notice = log_problem};
}

static struct http_settings http_settings(const struct config *config)
{
  const char *origins = config->allowed_origins;
  return (struct http_settings){.bind = config->bind,
                                .port = (int)config->port,
                                .max_body = (size_t)config->max_body,
                                .max_header = 16384,
                                .max_connections = (int)config->max_connections,
                                .idle_timeout_s = (int)config->idle_timeout_s,
                                .drain_timeout_s = (int)config->drain_timeout_s,
                                .allowed_origins = origins && *origins ? origins : NULL,
                                .behind_tls = config->behind_tls};
}

/* The signals that end the service are blocked before any thread starts, and waited for here. */
static void block_signals(sigset_t *signals)
{
  sigemptyset(signals);
  sigaddset(signals, SIGTERM);
  sigaddset(signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, signals, NULL);
  signal(SIGPIPE, SIG_IGN);
}

static struct http *start_metrics(const struct config *config)
{
  if (!config->metrics_port) return NULL;
  struct http_settings settings = http_settings(config);
  settings.port = (int)config->metrics_port;
  settings.max_connections = 16;
  settings.quiet = true;
  char *error = NULL;
  struct http *http = http_start(&settings, metrics_request, &error);
  if (!http) log_problem("metrics-not-served", error);
  free(error);
  return http;
}

static int serve_until_signal(const struct config *config, struct db *db)
{
  sigset_t signals;
  int signal_number = 0;
  char *error = NULL;
  block_signals(&signals);
  handle_open(config, db);
  const struct http_settings settings = http_settings(config);
  struct http *http = http_start(&settings, handle_request, &error);
  if (!http) return fail_setting("KAA_BIND, KAA_PORT", error);
  struct http *metrics = start_metrics(config);
  log_event("started", config->public_url);
  sigwait(&signals, &signal_number);
  handle_draining();
  log_event("stopping", NULL);
  int left = http_drain_and_stop(http);
  if (metrics) http_drain_and_stop(metrics);
  log_event("stopped", left ? "requests left unanswered at the deadline" : NULL);
  if (left) _exit(1); /* their threads still use what would be released */
  return 0;
}

static int serve(const struct config *config)
{
  char *error = NULL;
  sigset_t signals;
  block_signals(&signals);
  const struct auth_settings auth = auth_settings(config);
  if (auth_open(&auth, &error)) return fail_setting("KAA_JWKS", error);
  const struct db_settings settings = db_settings(config);
  struct db *db = db_open(&settings, &error);
  if (!db) return fail_setting("KAA_DATABASE_URL", error);
  int status = startup_check(config, db, &error) ? fail(error) : serve_until_signal(config, db);
  db_close(db);
  auth_close();
  return status;
}

static void print_notice(const char *event, const char *detail)
{
  fprintf(stderr, "%s%s%s\n", event, detail ? ": " : "", detail ? detail : "");
}

static int migrate(const struct config *config)
{
  char *error = NULL;
  return db_migrate(config->owner_database_url, print_notice, &error) ? fail(error) : 0;
}

static int nightly(const struct config *config)
{
  char *error = NULL, *report = NULL;
  int status = db_nightly(config->owner_database_url, config->clock, &report, &error);
  if (status < 0) return fail(error);
  puts(report);
  free(report);
  return status ? fail(strdup("the night of a municipality failed; the report says which")) : 0;
}

static int take_token_options(int argc, char **argv, struct auth_token_request *request)
{
  static const struct option options[] = {{"role", required_argument, NULL, 'r'},
                                          {"scope", required_argument, NULL, 's'},
                                          {"municipality", required_argument, NULL, 'm'},
                                          {"districts", required_argument, NULL, 'd'},
                                          {"recipients", required_argument, NULL, 'p'},
                                          {"recipient-system", required_argument, NULL, 'y'},
                                          {"school-unit", required_argument, NULL, 'u'},
                                          {"sub", required_argument, NULL, 'b'},
                                          {"client", required_argument, NULL, 'c'},
                                          {"expires", required_argument, NULL, 'e'},
                                          {"help", no_argument, NULL, 'h'},
                                          {0}};
  for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
    switch (option) {
    case 'r': request->role = optarg; break;
    case 's': request->scope = optarg; break;
    case 'm': request->municipality = optarg; break;
    case 'd': request->districts = optarg; break;
    case 'p': request->recipients = optarg; break;
    case 'y': request->recipient_system = optarg; break;
    case 'u': request->school_unit = optarg; break;
    case 'b': request->sub = optarg; break;
    case 'c': request->client = optarg; break;
    case 'e': request->expires_s = strtol(optarg, NULL, 10); break;
    default: return -1;
    }
  }
  return optind == argc ? 0 : -1;
}

static int token(const struct config *config, int argc, char **argv)
{
  struct auth_token_request request = {0};
  char *error = NULL;
  if (take_token_options(argc, argv, &request)) return 2;
  const struct auth_settings settings = auth_settings(config);
  char *signed_token = auth_sign(config->signing_key, &settings, &request, &error);
  if (!signed_token) return fail(error);
  puts(signed_token);
  free(signed_token);
  return 0;
}

static int print_contract(void)
{
  char *yaml = openapi_yaml();
  fputs(yaml, stdout);
  o_free(yaml);
  return 0;
}

static int usage(int status)
{
  fputs("usage: kaa VERB\n"
        "  serve                 answer requests until SIGTERM\n"
        "  migrate               bring the database up to date\n"
        "  nightly               the work of one night; called by a scheduler\n"
        "  token [--role R] [--scope S] [--municipality NNNN] [--districts A,B] [--recipients A,B]\n"
        "        [--recipient-system S] [--school-unit U] [--sub S] [--client C] [--expires SECONDS]\n"
        "                        a token signed with the development key\n"
        "  keys DIR              make a development key and its key set\n"
        "  openapi               print the contract\n"
        "  statement RESOURCE ACTION   print the SQL of a route, for measuring\n"
        "  config                print every setting with its value\n",
        status ? stderr : stdout);
  fputs("roles:", status ? stderr : stdout);
  for (const char *const *role = auth_roles(); *role; role++)
    fprintf(status ? stderr : stdout, " %s", *role);
  fputs("\n", status ? stderr : stdout);
  return status;
}

static int with_config(enum config_need need, int (*verb)(const struct config *))
{
  struct config config = {0};
  if (config_load(&config, need)) return 1;
  if (log_open(config.log_level)) return 1;
  int status = verb(&config);
  log_close();
  config_clear(&config);
  return status;
}

static int token_with_config(int argc, char **argv)
{
  struct config config = {0};
  if (config_load(&config, CONFIG_TOKEN)) return 1;
  int status = token(&config, argc, argv);
  config_clear(&config);
  return status;
}

static int keys(const char *directory)
{
  char *error = NULL;
  return auth_make_keys(directory, &error) ? fail(error) : 0;
}

int main(int argc, char **argv)
{
  json_set_alloc_funcs(allocate, free);
  o_set_alloc_funcs(allocate, reallocate, free);
  const char *verb = argc > 1 ? argv[1] : "";
  if (strcmp(verb, "serve") == 0) return with_config(CONFIG_SERVE, serve);
  if (strcmp(verb, "migrate") == 0) return with_config(CONFIG_MIGRATE, migrate);
  if (strcmp(verb, "nightly") == 0) return with_config(CONFIG_MIGRATE, nightly);
  if (strcmp(verb, "token") == 0) {
    int status = token_with_config(argc - 1, argv + 1);
    return status == 2 ? usage(2) : status;
  }
  if (strcmp(verb, "keys") == 0 && argc == 3) return keys(argv[2]);
  if (strcmp(verb, "openapi") == 0) return print_contract();
  if (strcmp(verb, "statement") == 0 && argc == 4) return startup_print_statement(argv[2], argv[3]);
  if (strcmp(verb, "config") == 0) {
    config_print(stdout);
    return 0;
  }
  return usage(strcmp(verb, "--help") == 0 || strcmp(verb, "help") == 0 ? 0 : 2);
}
