/* What a report says of itself: period, division, times, version. */
#ifndef KAA_REPORT_FACTS_H
#define KAA_REPORT_FACTS_H

#include "service/report_table.h"

enum { MAX_FACTS = 6 };

struct report_fact {
  const char *label; /* borrowed */
  char value[120];
};

/* Fills in the facts; how many. */
size_t report_facts(const struct report_table *table, struct report_fact facts[MAX_FACTS]);

#endif
