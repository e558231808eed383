/* Reports: computed when asked for, kept while the data stays the same, and answered in the format asked for. */
#ifndef KAA_REPORT_H
#define KAA_REPORT_H

#include "service/call.h"

/* Answers a REPORT route: a report, a published one, or the list of reports. Returns the status. */
int report_answer(struct call *call);

/* Computes the report that the body of a route that publishes asks for, masked, unless it is kept, and sets "@report" of
   the question. 0, or the status answered. */
__attribute__((warn_unused_result)) int report_prepare(struct call *call);

/* The sections of db/queries that a REPORT route runs; ends with NULL. */
const char *const *report_sections(const struct route *route);

/* The report of that name among all routes, or NULL. */
const struct report *report_named(const char *name);

#endif
