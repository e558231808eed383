/* The words of problems and faults, Swedish and English. */
#ifndef KAA_PROBLEMS_H
#define KAA_PROBLEMS_H

#include "service/resource.h"

#include <stdbool.h>

/* The sentence for a code: a resource's refusal, else one of the engine's; NULL for an unknown code. */
const char *problems_detail(const char *code, bool english);
const char *problems_title(int status, bool english);

/* The resource's refusal with that code, or NULL. */
const struct refusal *problems_refusal(const char *code);

/* The engine's own codes, for the documentation; ends with a row without code. */
const struct refusal *problems_known(void);

#endif
