/* Puts in order what a person's rows tell of it: its registrations, and where it belonged when. */
#include "service/report_count_private.h"

#include <assert.h>
#include <stdlib.h>

static int three_way(int64_t a, int64_t b)
{
  return (a > b) - (a < b);
}

static void sort(struct rows *rows, size_t size, int (*compare)(const void *, const void *))
{
  if (rows->count) qsort(rows->at, (size_t)rows->count, size, compare);
}

/* By person, the latest first. */
static int by_person_and_lateness(const void *one, const void *other)
{
  const struct registration *a = one, *b = other;
  int order = three_way(a->person, b->person);
  if (!order) order = three_way(b->start, a->start);
  if (!order) order = three_way(b->end, a->end);
  return order ? order : three_way(b->created, a->created);
}

static void arrange_registrations(struct report_count *count)
{
  sort(&count->registrations, sizeof(struct registration), by_person_and_lateness);
  for (int i = 0; i < count->registrations.count; i++) {
    struct registration *registration = registration_at(count, i);
    struct person *person = person_at(count, registration->person);
    if (person->registrations++ == 0) person->registration = i;
    registration->lasting = registration->periods & ~person->covered;
    person->covered |= registration->periods;
  }
}

/* By person: what it has of duplicates, then its own; each by its first day. */
static int by_person_and_day(const void *one, const void *other)
{
  const struct stay *a = one, *b = other;
  int order = three_way(a->person, b->person);
  if (!order) order = three_way(b->inherited, a->inherited);
  if (!order) order = three_way(a->from, b->from);
  return order ? order : three_way(a->place, b->place);
}

/* How many of the stays from here on are of the same person. */
static int same_person(const struct report_count *count, int first)
{
  int end = first + 1;
  while (end < count->stays.count && stay_at(count, end)->person == stay_at(count, first)->person)
    end++;
  return end - first;
}

/* A duplicate's stays end where the next or the person's own begin; how many of them are before its own. */
static int arrange_inherited(struct stay *stays, int count)
{
  int own = 0, before = 0;
  while (own < count && stays[own].inherited)
    own++;
  while (own < count && before < own && stays[before].from < stays[own].from)
    before++;
  for (int i = 0; i < before; i++)
    stays[i].to = i + 1 < before ? stays[i + 1].from : stays[own].from;
  return before;
}

/* Those of one person, moved together to where its stays are kept. */
static int keep_stays(struct report_count *count, int first, int all, int kept)
{
  struct stay *stays = stay_at(count, first);
  int before = arrange_inherited(stays, all), to = kept;
  for (int i = 0; i < all; i++) {
    if (stays[i].inherited && i >= before) continue;
    struct stay *stay = stay_at(count, to++);
    *stay = stays[i];
    stay->from_at = times_midnight(&count->times, stay->from);
  }
  return to - kept;
}

static void settle(const struct report_count *count, struct person *person)
{
  const struct stay *first = stay_at(count, person->stay);
  if (person->is_protected || !person->stays) return;
  person->moved = person->stays > 1 || first->to != DAY_NEVER;
  if (!person->moved) person->place = first->place;
}

static void arrange_stays(struct report_count *count)
{
  int kept = 0;
  for (int i = 0; i < count->stays.count; i++) {
    struct stay *stay = stay_at(count, i);
    int into = person_at(count, stay->person)->into;
    stay->inherited = into != stay->person;
    stay->person = into;
  }
  sort(&count->stays, sizeof(struct stay), by_person_and_day);
  for (int i = 0, all; i < count->stays.count; i += all) {
    struct person *person = person_at(count, stay_at(count, i)->person);
    all = same_person(count, i);
    person->stay = kept;
    person->stays = keep_stays(count, i, all, kept);
    kept += person->stays;
    settle(count, person);
  }
  count->stays.count = kept;
}

void count_arrange(struct report_count *count)
{
  if (count->arranged) return;
  count->arranged = true;
  arrange_registrations(count);
  arrange_stays(count);
}

static int by_person(const void *one, const void *other)
{
  const struct measure *a = one, *b = other;
  return three_way(a->person, b->person);
}

static void arrange_measures(struct report_count *count)
{
  sort(&count->measures, sizeof(struct measure), by_person);
  for (int i = 0; i < count->measures.count; i++) {
    struct measure *measure = measure_at(count, i);
    struct person *person = person_at(count, measure->person);
    if (person->measures++ == 0) person->measure = i;
    measure->active = person->covered & times_with(&count->times, measure->start, measure->end);
    measure->ended = person->covered & times_with(&count->times, measure->end, measure->end);
  }
}

static int by_person_and_time(const void *one, const void *other)
{
  const struct occupation *a = one, *b = other;
  int order = three_way(a->person, b->person);
  if (!order) order = three_way(a->from, b->from);
  return order ? order : three_way(a->created, b->created);
}

/* Each until the next. */
static void arrange_occupations(struct report_count *count)
{
  sort(&count->occupations, sizeof(struct occupation), by_person_and_time);
  for (int i = 0; i < count->occupations.count; i++) {
    const struct occupation *occupation = occupation_at(count, i);
    struct person *person = person_at(count, occupation->person);
    if (person->occupations++ == 0)
      person->occupation = i;
    else if (occupation[-1].to > occupation->from)
      occupation_at(count, i - 1)->to = occupation->from;
  }
}

void count_arrange_rest(struct report_count *count)
{
  arrange_measures(count);
  arrange_occupations(count);
}

static void place_in(struct placings *placings, int cell, unsigned periods)
{
  int at = 0;
  while (at < placings->count && placings->rows[at].cell != cell)
    at++;
  if (at == placings->room) {
    placings->room = placings->room ? placings->room * 2 : 8;
    placings->rows = realloc(placings->rows, (size_t)placings->room * sizeof *placings->rows);
    assert(placings->rows);
  }
  if (at == placings->count) placings->rows[placings->count++] = (struct placing){cell, 0};
  placings->rows[at].periods |= periods;
}

/* At the last place held while covered; before the first known place, there. */
void placings_of(struct placings *placings, const struct report_count *count, const struct person *person)
{
  placings->count = 0;
  if (!person->moved) place_in(placings, cell_of(person->place, person->sex), person->covered);
  for (int i = 0; person->moved && i < person->registrations; i++) {
    const struct registration *registration = registration_at(count, person->registration + i);
    for (int k = 0; k < person->stays; k++) {
      const struct stay *stay = stay_at(count, person->stay + k);
      const day_t span[2] = {k ? stay->from : DAY_EVER, stay->to};
      unsigned periods =
          registration->lasting & times_at(&count->times, count->times.lasts, span, registration->end);
      if (periods) place_in(placings, cell_of(stay->place, person->sex), periods);
    }
  }
}
