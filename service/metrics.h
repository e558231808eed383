/* Counts for operators, in Prometheus text format on a port of its own. */
#ifndef KAA_METRICS_H
#define KAA_METRICS_H

#include "service/http.h"

void metrics_count(int status, double ms);

/* The handler of the metrics port: GET /metrics. */
void metrics_request(struct request *req);

#endif
