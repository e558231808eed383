/* Log lines: one JSON object a line on stderr, never with personal data. The only user of yder is log.c. */
#ifndef KAA_LOG_H
#define KAA_LOG_H

#include "service/http.h"

/* level: error, warning, info, debug. 0, or -1 when there is no such level. */
int log_open(const char *level);
void log_close(void);

/* An event of the process: started, database-lost … detail may be NULL. */
void log_event(const char *event, const char *detail);
void log_problem(const char *event, const char *detail); /* the same, as a warning */

/* One line for a request: time, method, route template (never the path), status, bytes, ms, trace, sub's
   client, problem code. */
void log_request(const struct request *req, const char *route, const char *client, const char *code,
                 double ms);

#endif
