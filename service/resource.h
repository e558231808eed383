/* What a resource, field, filter, route, event and link are: all that api/ may see. */
#ifndef KAA_RESOURCE_H
#define KAA_RESOURCE_H

#include <stddef.h>

/* The type of a member or query parameter. The plural types are JSON arrays (query: comma lists). */
enum type {
  TEXT = 1, /* UTF-8, min..max characters (0, 0: 1..200); no control characters but \n and \t */
  TEXTS,    /* min..max items of 1..200 characters */
  UUID,     /* RFC 9562 */
  UUIDS,    /* min..max different items */
  DATE,     /* RFC 3339 full-date, 1900-01-01..2200-12-31 */
  DATES,
  TIME,    /* RFC 3339 date-time with offset; answered in UTC with Z */
  INTEGER, /* min..max */
  BOOLEAN,
  CODE, /* one of .codes */
  CODES,
  PERSONAL_NUMBER, /* 12 characters, see domain.md 7; never in a URL */
  PERSONAL_NUMBERS,
  EMAIL,
  PHONE, /* E.164 with +, or a Swedish number beginning with 0 */
  PHONES,
  OBJECT,  /* .members */
  OBJECTS, /* min..max items of .members */
  LABELS,  /* an object with text values under free names, e.g. externalIds */
  FIGURES, /* an object with integer (or masked: null) values under free names; answers only */
  ANY      /* any JSON value; answers only */
};

enum mark {
  REQUIRED = 1,    /* must be in a POST or PUT body; a filter: must be given */
  READ_ONLY = 2,   /* answered, refused in bodies */
  CREATE_ONLY = 4, /* taken by POST, refused by PATCH */
  WRITE_ONLY = 8,  /* taken, never answered */
  DETAIL = 16,     /* answered for a single resource, not in lists */
  MANY = 32,       /* a filter that takes a comma list; @ is then an array */
  NULLABLE = 64,   /* an answer may hold null (elsewhere null members are left out) */
  OWN_SQL = 128    /* a filter or parameter that only an own section reads */
};

/* A member of a body or an answer. Tables of them end with a row without name.
   The name is also the column of the api view (and of the edit view, when it can be written). */
struct field {
  const char *name;
  enum type type;
  unsigned marks;
  long min, max;               /* characters, value or number of items; 0, 0: the type's own bounds */
  const char *codes;           /* CODE(S): the allowed codes, separated by blanks */
  const struct field *members; /* OBJECT(S) */
  const char *filters_of; /* OBJECT: its members are the filters of that resource, those of many as arrays */
  const char *section;    /* answers: an SQL expression over v in db/queries, instead of the view's column */
  const char *scope;      /* without this scope the member is neither shown nor taken */
  const char *doc;        /* what it is, its unit, and the rule or law it comes from */
  const char *example;    /* JSON text for the contract, or NULL: made from the type */
};

/* A query parameter. sql is a condition over the view's row v in which @ stands for the value
   (MANY: for the array); NULL: v."name" = @ or = any(@). */
struct filter {
  const char *name;
  enum type type;
  unsigned marks;
  const char *sql;
  long min, max;
  const char *codes;
  const char *doc;
};

/* A declared order: sort=name. sql is a not-null expression over v of the SQL type sql_type, ties are
   broken by id. A resource without sorts, or a request without sort=, is ordered by modifiedAt. */
struct sort {
  const char *name;
  const char *sql;
  const char *sql_type;
  int descending;
  const char *doc;
  int by_row; /* the key is personal or long and must not stand in a URL: the page token carries the row's id */
};

/* An event of a resource with states, POST {path}/events {"type": name, ...members}.
   Which is allowed when, and for whom, stands in base.transitions. */
struct event {
  const char *name;
  const struct field *members;
  const char *doc;
};

/* A row of _links. href is a path after the base URL, in which {member} stands for v."member".
   It is shown when the caller has the scope and `when`, an SQL condition over v, holds (NULL: always).
   self, edit and the events allowed now are made without a row. */
struct link {
  const char *rel;
  const char *method;
  const char *href;
  const char *scope;
  const char *when;
};

/* What a route does; the shared SQL of LIST..EVENTS is made by statements.c unless the route names
   a section of db/queries/RESOURCE.sql. */
enum action {
  LIST = 1, /* GET a page */
  READ,     /* GET one by {id} */
  CREATE,   /* POST → 201 + Location */
  REPLACE,  /* PUT, If-Match */
  EDIT,     /* PATCH merge-patch, If-Match */
  EVENT,    /* POST {id}/events, If-Match → 201, the resource */
  EVENTS,   /* GET {id}/events, the history, and {id}/events/{eventId}, one of them */
  QUERY,    /* own section that only reads: yields the whole body; @filters in it: what .query was asked */
  UPLOAD,   /* PUT of NDJSON lines of .body to an own section, no If-Match → 200, the resource */
  SUBMIT, /* POST of .body to an own section that writes and yields the answer, as QUERY's does → 200. A repeated
               Idempotency-Key runs it again: what it did before it must answer as before. Rows of the answer's data may
               have a problem with a code; its words are added */
  REPORT /* GET of .report, of a published one from an own section, or without either the list of them; see report.h */
};

enum format { JSON = 0, CSV = 1, XLSX = 2, HTML = 4 }; /* a route's are added up */

/* A key of a figure that no code list has. */
struct figure_key {
  const char *code, *sv, *en;
};

/* What reports count: one number, or one a key. What it means is published with its report's version. */
struct figure {
  const char *name;              /* the member of a row */
  const char *list;              /* its keys: the codes of this list; NULL and no .keys: one number */
  const char *across;            /* keys are list.across, those that occur */
  const struct figure_key *keys; /* keys of its own; end with a row without code */
  const char *scope;             /* in exact answers alone, to who has the scope */
  const char *sv, *en;           /* what it is called */
  const char *means_sv, *means_en;
};

/* A report: figures by place and sex. */
struct report {
  const char *name;
  const char *version;  /* of what the figures mean */
  const char *sv, *en;  /* title */
  const char *group_by; /* how it can be divided; NULL: a file of its own kind, made by its route */
  const struct figure *const *figures; /* ends with NULL */
};

enum by_layout {
  NO_LAYOUT,
  NEEDED_LAYOUT, /* its CSV is a file of persons in that layout */
  KNOWN_LAYOUT   /* the section is told of it when there is one */
};

struct route {
  enum action action;
  const char *path;            /* after /kaa/v1, with {names}; {id} is the resource's own id */
  const char *section;         /* own section; NULL: the shared one */
  const char *receipt;         /* CREATE: own section that yields the body of a 202, which says nothing of the
                                 resource; NULL: 201 and the resource. Its shape is .answer */
  const char *method;          /* QUERY only; NULL: GET */
  const char *scope;           /* NULL: {resource scope}:read or :write; "": only a valid token; a|b: one of
                                 them; a+b: both */
  const struct field *body;    /* NULL: the resource's fields */
  const struct field *answer;  /* NULL: the resource's fields */
  const struct filter *query;  /* NULL and LIST: the resource's filters */
  unsigned formats;            /* enum format: besides JSON */
  const struct report *report; /* REPORT: computed; QUERY: what it is called in the list of reports */
  int publishes; /* CREATE: the report that the body asks for (report, period, groupBy) is computed before,
                                  masked; the section finds it by $3 ->> '@report' */
  enum by_layout by_layout; /* QUERY of a .period: what that half-year's layout is to it, see layouts.h */
  int patient;              /* may take minutes: runs beside the others, under a time limit of its own */
  const char *doc;
};

/* The Swedish and English words of a refusal that the database or validation gives by its code.
   A constraint named two_staff_at_home_visit refuses with the code two-staff-at-home-visit. */
struct refusal {
  const char *code;
  int status;          /* 409 or 422 */
  const char *pointer; /* JSON pointer into the body, or NULL */
  const char *sv, *en;
};

struct resource {
  const char
      *name; /* plural, kebab-case: the path, view api.name_with_underscores, base table, queries file */
  const char *scope; /* NULL: the name */
  const char *also;  /* a scope (a+b: two) that its routes without a .scope of their own need besides */
  /* What a municipality can switch off (policy.functionsOff, base.functions): then its routes answer 404 and nobody
     has its scopes. NULL: it is always there. */
  const char *function;
  const char *title; /* one line for the contract */
  const char *doc;
  const struct field *fields; /* without id, version, createdAt, createdBy, modifiedAt, modifiedBy, _links */
  const struct filter *filters;
  const struct sort *sorts;
  const struct route *routes;
  const struct event *events;
  const struct link *links;
  const struct refusal *refusals;
  /* A view of ids, and of all that filters, sorts and `always` speak of: a list's page is found in it, and then its
     rows are read. NULL: the resource's own view. */
  const char *keys;
  const char *filters_of; /* lists, and queries with filters, take those of that resource too */
  const char *always;     /* an SQL condition over v that every list carries; may read $3; or NULL */
  const char *subject;    /* SQL over v: the uuid[] of the youths whose personal data the row holds;
                          NULL: no personal data, nothing goes to the access log */
  const char *states;     /* the resource whose base.transitions and table the events move; NULL: the name */
  const char *actor; /* whose transitions they are: NULL for staff, or "recipient": then the view has `shown`,
                             false when no more than the state is, and the history is in base.received_events */
  int max_age;       /* seconds that a shared cache may keep its answers; 0: never */
  int bare;          /* rows without version, createdAt … (computed views) */
};

/* Registers a resource: the linker gathers the rows, so that a new file in api/ is all it takes. */
/* NOLINTBEGIN(bugprone-macro-parentheses): a name that is declared cannot stand in parentheses. */
#define RESOURCE(identifier)                                                                                 \
  static const struct resource identifier;                                                                   \
  __attribute__((used, section("kaa_resources"))) static const struct resource *const identifier##_row =     \
      &identifier;                                                                                           \
  static const struct resource identifier
/* NOLINTEND(bugprone-macro-parentheses) */

#endif
