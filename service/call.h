/* One request on its way through the engine: what was asked, by whom, and what was found wrong with it. */
#ifndef KAA_CALL_H
#define KAA_CALL_H

#include "service/auth.h"
#include "service/config.h"
#include "service/http.h"
#include "service/resource.h"

#include <jansson.h>
#include <stdbool.h>

enum { MAX_PARAMETERS = 3, UUID_LENGTH = 36, MAX_BASE = 300 };

struct parameter {
  char name[24];
  char value[64];
};

struct call {
  struct request *req;
  const struct config *config;
  struct db *db;
  const struct resource *resource;
  const struct route *route;
  const char *method; /* GET for HEAD */
  struct parameter parameters[MAX_PARAMETERS];
  int parameter_count;
  struct auth_caller *caller; /* owned */
  char id[UUID_LENGTH + 1];   /* $1; empty: null */
  char event_id[UUID_LENGTH + 1];
  char base[MAX_BASE]; /* https://host/kaa/v1 */
  json_t *body;        /* owned; $2 */
  char *lines;         /* owned; $2 of an UPLOAD, which is not kept as a tree */
  json_t *query;       /* owned; $3: filters as strings, and the service's own members beginning with @ */
  json_t *faults;      /* owned; errors[] */
  bool english;
  enum format format;
  const char *code; /* of the problem answered, for the log */
};

/* A fault of the request: where (pointer into the body, or the name of a query parameter or header) and what.
   code is one of problems.c. */
void call_fault_at(struct call *call, const char *pointer, const char *code);
void call_fault_in(struct call *call, const char *parameter, const char *code);
bool call_has_faults(const struct call *call);

/* Draws a random UUID (version 4). */
void call_draw_uuid(char uuid[UUID_LENGTH + 1]);

/* The members that the route's body may have: its own, else the resource's. */
const struct field *call_body_fields(const struct call *call);

const char *call_parameter(const struct call *call, const char *name);

/* Blank-separated scopes of the caller, "" without one. */
const char *call_scopes(const struct call *call);

#endif
