/* Made-up towns for the tests of masking: youths whose year is drawn by lot, as the items of a report. */
#ifndef KAA_TESTS_REPORT_TOWN_H
#define KAA_TESTS_REPORT_TOWN_H

#include "service/report_cells.h"

#include <stdlib.h>
#include <string.h>

/* Keys of divided figures follow their first. */
enum town_key {
  COVERED,
  SOUGHT_OUT,
  REACHED,
  REACHED_BY,
  PARTICIPANTS = REACHED_BY + 6,
  LACKING,
  ATTEMPTS = LACKING + 9,
  EXITS = ATTEMPTS + 6,
  EXITS_OF_PARTICIPANTS = EXITS + 8,
  RESULTS = EXITS_OF_PARTICIPANTS + 8,
  OCCUPATION_AFTER = RESULTS + 6,
  TIMELINESS = OCCUPATION_AFTER + 7,
  FIRST_CONTACT_BY = TIMELINESS + 4,
  TOWN_KEYS = FIRST_CONTACT_BY + 6
};

enum { TOWN_PARTS = 40, TOWN_EVERY_PERIOD = 31 };

struct town_item {
  struct cells_item item;
  unsigned parts[TOWN_PARTS];
};

struct town {
  struct cells_shape shape;
  unsigned long lot;
  struct town_item *items;
  size_t count, room;
};

/* A number from 0 to below - 1. */
static inline int town_draw(struct town *town, int below)
{
  if (below < 1) abort();
  town->lot = town->lot * 6364136223846793005UL + 1442695040888963407UL;
  return (int)((town->lot >> 33) % (unsigned long)below);
}

/* The periods T1, H1, T2, H2 and year that hold one of the months. */
static inline unsigned town_periods(int from, int to)
{
  static const int first[] = {0, 0, 0, 6, 0}, last[] = {3, 5, 7, 11, 11};
  unsigned bits = 0;
  for (int p = 0; p < 5; p++)
    if (from <= last[p] && to >= first[p]) bits |= 1U << p;
  return bits;
}

static inline void town_part(struct town_item *item, int key, unsigned periods)
{
  if (periods) item->parts[item->item.part_count++] = (unsigned)key * 32 + periods;
}

static inline void town_keep(struct town *town, const struct town_item *item)
{
  if (item->item.part_count == 0) return;
  if (town->count == town->room) {
    town->room = town->room ? 2 * town->room : 1024;
    town->items = realloc(town->items, town->room * sizeof *town->items);
    if (!town->items) abort();
  }
  town->items[town->count++] = *item;
}

/* Earlier is likelier: codes are not all as frequent. */
static inline int town_code(struct town *town, int codes)
{
  int one = town_draw(town, codes), other = town_draw(town, codes);
  return one < other ? one : other;
}

static inline void town_attempts(struct town *town, struct town_item *person, int from, int to)
{
  struct town_item attempt = *person;
  attempt.item.family = 1;
  int attempts = town_draw(town, 10) < 7 ? 1 + town_draw(town, 3) : 0, first = 12, reached = 12;
  for (int i = 0; i < attempts; i++) {
    int month = from + town_draw(town, to - from + 1);
    attempt.item.part_count = 0;
    town_part(&attempt, ATTEMPTS + town_code(town, 6), town_periods(month, month));
    town_keep(town, &attempt);
    if (month < first) first = month;
    if (town_draw(town, 10) < 3 && month < reached) reached = month;
  }
  unsigned covered = town_periods(from, to);
  if (first < 12) town_part(person, SOUGHT_OUT, town_periods(first, to) & covered);
  if (reached < 12) {
    town_part(person, REACHED, town_periods(reached, reached));
    town_part(person, REACHED_BY + town_code(town, 6), town_periods(reached, reached));
  }
  for (int lacks = 0; lacks < 9; lacks++)
    if (town_draw(town, 100) < 8) town_part(person, LACKING + lacks, covered);
}

static inline void town_end(struct town *town, struct town_item *event, int month, bool takes_part)
{
  unsigned periods = town_periods(month, month);
  int reason = town_code(town, 8);
  event->item.family = 2;
  event->item.part_count = 0;
  town_part(event, EXITS + reason, periods);
  if (takes_part) town_part(event, EXITS_OF_PARTICIPANTS + reason, periods);
  town_keep(town, event);
}

static inline void town_measure(struct town *town, struct town_item *event, int month)
{
  unsigned periods = town_periods(month, month);
  event->item.family = 3;
  event->item.part_count = 0;
  town_part(event, RESULTS + town_code(town, 6), periods);
  town_part(event, OCCUPATION_AFTER + town_code(town, 7), periods);
  town_keep(town, event);
}

static inline void town_begin(struct town *town, struct town_item *event, int month)
{
  unsigned periods = town_periods(month, month);
  int timely = town_draw(town, 10);
  event->item.family = 4;
  event->item.part_count = 0;
  town_part(event, TIMELINESS, periods);
  town_part(event, TIMELINESS + (timely < 6 ? 1 : timely < 8 ? 2 : 3), periods);
  if (timely < 8) town_part(event, FIRST_CONTACT_BY + town_code(town, 6), periods);
  town_keep(town, event);
}

/* One youth's year, at the place and of the sex. */
static inline void town_youth(struct town *town, const struct cells_item *at)
{
  struct town_item person = {.item = *at}, event = {.item = *at};
  int start = town_draw(town, 30) - 18, end = town_draw(town, 10) < 4 ? start + 1 + town_draw(town, 24) : 99;
  if (end < 0) end = 99;
  int from = start < 0 ? 0 : start, to = end > 11 ? 11 : end;
  town_part(&person, COVERED, town_periods(from, to));
  town_attempts(town, &person, from, to);
  bool takes_part = town_draw(town, 10) < 2;
  if (takes_part) {
    int first = from + town_draw(town, to - from + 1), last = first + town_draw(town, 12);
    town_part(&person, PARTICIPANTS, town_periods(first, last > to ? to : last));
    if (last <= to) town_measure(town, &event, last);
  }
  town_keep(town, &person);
  if (end <= 11) town_end(town, &event, end, takes_part);
  if (start >= 0) town_begin(town, &event, start);
}

static inline int town_compare(const void *a, const void *b)
{
  const struct town_item *one = a, *other = b;
  const int differences[] = {one->item.family - other->item.family,
                             one->item.unit - other->item.unit,
                             one->item.district - other->item.district,
                             one->item.sex - other->item.sex,
                             (int)one->item.elsewhere - (int)other->item.elsewhere,
                             (int)one->item.part_count - (int)other->item.part_count};
  for (size_t i = 0; i < sizeof differences / sizeof *differences; i++)
    if (differences[i] != 0) return differences[i];
  return memcmp(one->parts, other->parts, one->item.part_count * sizeof *one->parts);
}

/* Puts equal items together, as the database does. */
static inline void town_group(struct town *town)
{
  size_t kept = 0;
  if (town->count) qsort(town->items, town->count, sizeof *town->items, town_compare);
  for (size_t i = 0; i < town->count; i++) {
    if (kept > 0 && town_compare(&town->items[kept - 1], &town->items[i]) == 0)
      town->items[kept - 1].item.count += town->items[i].item.count;
    else
      town->items[kept++] = town->items[i];
  }
  town->count = kept;
}

/* A town of that many youths in districts of unlike sizes, each of one unit but the last, which has two; some
   youths have no place, and some moved, so that some periods count them elsewhere. */
static inline void town_make(struct town *town, int youths)
{
  const struct cells_shape *shape = &town->shape;
  for (int i = 0; i < youths; i++) {
    struct cells_item at = {.unit = UNDISCLOSED, .district = UNDISCLOSED, .count = 1};
    int sex = town_draw(town, 1000);
    at.sex = sex < 2 ? 2 % shape->sexes : sex % 2 % shape->sexes;
    at.elsewhere = town_draw(town, 100) == 0 ? 1U << town_draw(town, 5) : 0;
    if (town_draw(town, 100) > 0 && shape->districts > 0 && shape->units > 0) {
      at.district = town_code(town, 2 * shape->districts) / 2;
      at.unit = at.district % shape->units;
      if (at.district == shape->districts - 1 && shape->units > 1 && town_draw(town, 2) == 0)
        at.unit = (at.unit + 1) % shape->units;
    }
    town_youth(town, &at);
  }
  town_group(town);
}

static inline struct cells *town_cells(const struct town *town)
{
  struct cells *cells = cells_new(&town->shape);
  for (size_t i = 0; i < town->count; i++) {
    struct cells_item item = town->items[i].item;
    item.parts = town->items[i].parts;
    cells_add(cells, &item);
  }
  return cells;
}

#endif
