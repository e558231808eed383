/* A request's way through the service: route, caller, scope, question, database, answer. */
#ifndef KAA_HANDLE_H
#define KAA_HANDLE_H

#include "service/config.h"
#include "service/http.h"

struct db;

/* Sets what all requests share; both are borrowed until the last request. */
void handle_open(const struct config *config, struct db *db);

/* The handler for http_start. */
void handle_request(struct request *req);

/* Says 503 in readiness from now on. */
void handle_draining(void);

#endif
