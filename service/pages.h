/* Pages of a list: page tokens in, envelope out. */
#ifndef KAA_PAGES_H
#define KAA_PAGES_H

#include "service/call.h"

/* Puts @limit, @offset, @key and @id into call->query; a token made with other filters is a fault. */
void pages_begin(struct call *call);

/* The envelope {"data","pageToken","_meta","_links"} around the rows, and the Link header. rows is borrowed;
   page is PostgreSQL's {"count","more","key","id","total"?}. Returns the body, owned by the caller. */
char *pages_wrap(struct call *call, const char *rows, const char *page);

#endif
