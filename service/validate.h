/* Body and query against the declared fields: every fault at once, none with the offending value. */
#ifndef KAA_VALIDATE_H
#define KAA_VALIDATE_H

#include "service/call.h"

/* The query string: each parameter known, once, well-formed. Fills call->query with strings; faults in the call. */
void validate_query(struct call *call);

/* The body of a write or a reading POST: JSON object of the declared members. Fills call->body. Returns 0, or
   the status of a problem already answered when the body is no JSON at all. */
__attribute__((warn_unused_result)) int validate_body(struct call *call);

/* NDJSON lines of an UPLOAD: call->lines becomes {"rows":[{"row","value"} | {"row","errors","value"}]}; a faulty
   row keeps what was said, so that the person it names is not taken for absent. */
__attribute__((warn_unused_result)) int validate_lines(struct call *call);

/* validate_types.c: NULL when the value is one of the type and within the bounds, else the fault's code. */
const char *validate_text(const struct field *field, const char *value);
const char *validate_integer(long min, long max, long long value);

/* A name of the caller's own as an answer may show it: itself when it looks like a member's, else "?". */
const char *validate_shown_name(const char *name);

/* What a body is for, and what its writer holds. */
struct body_rules {
  bool creating;      /* required members must be there */
  const char *scopes; /* of the caller */
};

struct place;

/* Checks value against fields, adds faults (pointer, code) below `place` (NULL: the whole document) to `faults`, and
   drops null members of a new resource. */
void validate_object(json_t *value, const struct field *fields, const struct body_rules *rules,
                     const struct place *place, json_t *faults);

/* validate_json.c: the JSON text itself. NULL and the code of the fault when it is not acceptable JSON. */
json_t *validate_parse(const char *text, size_t length, const char **code);

#endif
