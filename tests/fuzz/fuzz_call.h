/* A call without a server around it, for the harnesses: a route drawn by number, a body or query to be judged. */
#ifndef KAA_TESTS_FUZZ_CALL_H
#define KAA_TESTS_FUZZ_CALL_H

#include "service/call.h"
#include "service/http.h"
#include "service/validate.h"

#include <stdint.h>

/* What a harness was answered last; reset by fuzz_call_open. */
extern int fuzz_status;

/* The number-th route (they go around) that has a body, or takes lines, or any. */
enum fuzz_kind { FUZZ_ANY, FUZZ_BODY, FUZZ_LINES };

/* Opens a call of that route with a request of that body and query; both are borrowed. */
void fuzz_call_open(struct call *call, struct request *req, enum fuzz_kind kind, unsigned number);
void fuzz_call_close(struct call *call);

/* Fails unless every fault has a code with words in both languages, and a place. */
void fuzz_check_faults(const json_t *faults);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
