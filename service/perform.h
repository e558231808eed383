/* The call's work in the database, and the answer made of what it says. */
#ifndef KAA_PERFORM_H
#define KAA_PERFORM_H

#include "service/call.h"

/* Runs the call and answers; returns the status. */
int perform(struct call *call);

/* 0 when the resource belongs to no function or to one that is on; else answered: 404 (logged) when the caller's
   municipality has switched it off. */
__attribute__((warn_unused_result)) int perform_check_function(struct call *call);

/* Logs that a call was refused before it reached the database. 0, or 503 answered. */
__attribute__((warn_unused_result)) int perform_log_refusal(struct call *call, const char *code);

#endif
