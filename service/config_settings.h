/* What the files of config share: the table's rows and the checks of their values. */
#ifndef KAA_CONFIG_SETTINGS_H
#define KAA_CONFIG_SETTINGS_H

#include "service/config.h"

enum config_kind {
  CONFIG_TEXT = 1,
  CONFIG_NUMBER,   /* long, min..max */
  CONFIG_BOOLEAN,  /* bool */
  CONFIG_DATABASE, /* URI or keywords of PostgreSQL */
  CONFIG_ADDRESS,  /* one numeric address */
  CONFIG_ADDRESSES,
  CONFIG_BASE_URL, /* absolute http(s) URL without / at its end, query and fragment */
  CONFIG_ORIGINS,  /* scheme://host[:port] each */
  CONFIG_LEVEL,
  CONFIG_CLOCK /* RFC 3339 date-time with offset */
};

enum config_mark {
  CONFIG_FOR_SERVE = 1, /* the verb cannot do without it */
  CONFIG_FOR_MIGRATE = 2,
  CONFIG_FOR_TOKEN = 4,
  CONFIG_SECRET = 8,      /* may hold a password, which is never printed */
  CONFIG_DEVELOPMENT = 16 /* refused outside development */
};

struct setting {
  const char *name; /* of the environment variable */
  enum config_kind kind;
  unsigned marks;
  size_t offset;        /* of the member in struct config */
  const char *fallback; /* as in the environment; NULL: none */
  const char *shown;    /* a default that is computed, in words; or NULL */
  long min, max;        /* CONFIG_NUMBER */
  const char *doc;
};

/* Ends with a row without name. */
extern const struct setting config_settings[];

const char *config_kind_name(enum config_kind kind);

/* NULL when the value is one of the setting's, else what it must be: "must be …", owned by the caller. */
char *config_fault(const struct setting *setting, const char *value);

/* A copy of the value with passwords replaced by ***; owned by the caller. */
char *config_masked(const struct setting *setting, const char *value);

#endif
