/* Gives each route its SQL: the resource's own section, else the shared one made from its tables. */
#ifndef KAA_STATEMENTS_H
#define KAA_STATEMENTS_H

#include "service/call.h"
#include "service/text.h"

/* The reading part of a call: one row of body, version, subjects, page, or none. For a write: the row
   that was written, as READ gives it. */
void statement_read(const struct call *call, struct text *sql);

/* The writing part; nothing is added for a call that only reads. */
void statement_write(const struct call *call, struct text *sql);

/* statements_list.c: a page of a list, for the filters, sort and fields of the call. */
void statement_list(const struct call *call, struct text *sql);

/* The conditions of the filters that the call uses, each begun with " and ". */
void statement_filters(const struct call *call, struct text *sql);

/* The conditions of the filters whose values stand in `stored`, a jsonb of an outer query: those that it names. The
   filters are those of the resource's member with .filters_of. */
void statement_stored(const struct resource *resource, struct text *sql);

/* statements.c: the section of that name, with the conditions in the place of @filters and @stored. */
void statement_section(const struct call *call, const char *name, struct text *sql);

/* statements_members.c: the pieces that both are made of. */
void statement_members(const struct call *call, bool list, struct text *sql);
void statement_view(const struct resource *resource, struct text *sql); /* api.view */
void statement_conditions(const struct call *call, struct text *sql);   /* path parameters but the key */
void statement_parent_guard(const struct call *call, struct text *sql); /* "true", or the parent is visible */
const char *statement_type(enum type type);                             /* SQL name of one value's type */
void statement_underscored(const char *name, struct text *sql);         /* sip-requests → sip_requests */
void statement_snake(const char *camel, struct text *sql);              /* unitId → unit_id */

#endif
