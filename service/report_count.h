/* Counts what a report's figures are made of, from the rows that base.open_report opens (0009_reports.sql): things
   alike in place, sex and what they count in, with how many there are (domain.md 9).

   Covered: a registration overlaps the period, its first and its last day included. Place: the last one held while
   covered; of attempts, the one of that day; what was before the first known place counts to it. With protected
   registration nobody has a place. A merged duplicate's rows are its survivor's, who is counted once, at the
   survivor's place; before the first that is known of it, at the duplicate's. Of two attempts at the same time the one
   whose channel comes first in the list is the first. */
#ifndef KAA_REPORT_COUNT_H
#define KAA_REPORT_COUNT_H

#include "db/db.h"

#include <jansson.h>

struct report_count;

struct report_count *report_count_new(void); /* owned by the caller */
void report_count_free(struct report_count *count);
static inline void report_count_free_at_end(struct report_count **count)
{
  report_count_free(*count);
}
#define report_count_auto_t __attribute__((cleanup(report_count_free_at_end))) struct report_count

/* How a call of the section that opens the cursors takes its rows: into begins with count, which is borrowed. end is the
   caller's. */
struct db_rows report_count_rows(void (*end)(void *into), struct report_count **into);

/* When all rows were taken: what base.open_report told, without its times, with the "units" and "districts" that are
   in force or that something is counted in, and
   "keys"  [[figure, code], …], in order
   "items" [[family, unit, district, sex, elsewhere, number, [part, …]], …]: indexes, -1 for none; elsewhere: bits of the
           periods in which the same things count at another place; a part: key * 32 + the bits of the periods in which
           the things count in it. Families: 0 persons, 1 attempts, 2 exits, 3 ended measures, 4 begun registrations.
   Equal rows, in whatever order, give equal documents. Owned by the caller. */
json_t *report_count_items(struct report_count *count);

#endif
