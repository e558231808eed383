/* Settings: one row per environment variable KAA_…; config.c is the only user of getenv. */
#ifndef KAA_CONFIG_H
#define KAA_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct config {
  char *database_url;         /* KAA_DATABASE_URL: the service's role (kaa_service) */
  char *owner_database_url;   /* KAA_OWNER_DATABASE_URL: for migrate and nightly; default: database_url */
  char *reports_database_url; /* KAA_REPORTS_DATABASE_URL: unused when empty */
  char *bind;                 /* 127.0.0.1 */
  long port;                  /* 8080 */
  long metrics_port;          /* 0: none */
  char *public_url;           /* base of all hrefs, without /kaa/v1; default http://BIND:PORT */
  char *trusted_proxies;      /* addresses whose Forwarded header is believed, blanks between */
  char *allowed_origins;
  bool behind_tls;
  char *jwks, *issuer, *audience, *signing_key;
  char *claim_municipality, *claim_districts, *claim_recipients, *claim_recipient_system, *claim_school_unit;
  long connections;        /* 2 */
  long report_connections; /* 1 */
  long long_connections;   /* 2 */
  long shared_reads;       /* 16 */
  long queue;              /* 1000 */
  long statement_timeout_ms, long_timeout_ms, report_timeout_ms, lock_timeout_ms;
  long max_body; /* 1048576 */
  long max_connections;
  long idle_timeout_s, drain_timeout_s;
  long token_cache;
  char *log_level;            /* error, warning, info, debug */
  bool development;           /* KAA_DEVELOPMENT: allows KAA_CLOCK and kaa token */
  char *clock;                /* KAA_CLOCK, development only */
  bool secondary_suppression; /* KAA_SECONDARY_SUPPRESSION, development only */
  char *statistics_layouts;   /* folder of layouts of the statistics export; "": none but those shipped */
};

/* Which settings a verb cannot do without. */
enum config_need { CONFIG_SERVE, CONFIG_MIGRATE, CONFIG_TOKEN, CONFIG_NONE };

/* Reads the environment. 0, or -1 after one line on stderr that names the setting and why. */
int config_load(struct config *config, enum config_need need);
void config_clear(struct config *config);

/* Every setting: name, type, default, description, current value with secrets hidden. */
void config_print(FILE *out);

#endif
