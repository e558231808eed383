/* The words of problems and faults, Swedish and English. */
#ifndef KAA_PROBLEMS_H
#define KAA_PROBLEMS_H

#include "service/resource.h"

#include <stdbool.h>

/* The sentence for a code, found as below or among the engine's own; NULL for an unknown code. */
const char *problems_detail(const struct resource *own, const char *code, bool english);
const char *problems_title(int status, bool english);

/* The refusal with that code: the resource's own (NULL: none), else any other's, else the engine's; or NULL. */
const struct refusal *problems_refusal(const struct resource *own, const char *code);

/* The engine's own codes, for the documentation; ends with a row without code. */
const struct refusal *problems_known(void);

#endif
