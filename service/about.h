/* What the service says of itself, without a token: health, version, contract. */
#ifndef KAA_ABOUT_H
#define KAA_ABOUT_H

#include "service/call.h"

struct about_page {
  const char *path;
  const char *summary;
  const char *media;
  void (*answer)(struct call *call);
};

/* All such pages; ends with a row without path. */
const struct about_page *about_pages(void);

/* db is borrowed until the last request. */
void about_open(struct db *db);
void about_draining(void);

/* True when the path is one of them and was answered (405 for other methods than GET, HEAD, OPTIONS). */
bool about_answers(struct call *call);

#endif
