/* What a handler may say: a problem (RFC 9457), or an answer with its ETag. */
#ifndef KAA_ANSWER_H
#define KAA_ANSWER_H

#include "service/call.h"

/* Answers with a problem of that status and code and returns the status. The faults gathered so far become
   errors[]. A code without words of its own gets those of its status. */
int problem(struct call *call, int status, const char *code);

/* The same with further members (RFC 9457 extension members); extra is owned from here on, may be NULL. */
int problem_with(struct call *call, int status, const char *code, json_t *extra);

/* Answers 200, 201 or 204 with a body made by PostgreSQL: sets ETag, answers 304 where If-None-Match matches.
   body is owned from here on. version: of the row, 0 for lists and reports. */
int answer(struct call *call, int status, char *body, long long version);

/* Answers 200 with a body whose data's rows may have a problem with a code: its words are added. body is owned from here
   on. */
int answer_items(struct call *call, char *body);

/* Answers 200 with the CSV of a report's JSON (owned from here on). */
int answer_csv(struct call *call, char *json);

/* Answers 200 or 304 with a body of that media type, owned from here on. tagged: what the ETag is made of. */
int answer_as(struct call *call, const char *media, const char *tagged, char *body, size_t length);

/* Whether the caller has what the ETag made of `tagged` stands for: then the answer needs no body. */
bool answer_unchanged(const struct call *call, const char *tagged);

/* The problem of an outcome other than DB_OK and DB_REPLAYED. */
int answer_trouble(struct call *call, const struct db_answer *said);

/* The problem of what the database said. */
int answer_refusal(struct call *call, const struct db_answer *said);

/* The version in If-Match: 0 and *version (see tags.h), or 428/400 answered. */
__attribute__((warn_unused_result)) int answer_if_match(struct call *call, long long *version);

#endif
