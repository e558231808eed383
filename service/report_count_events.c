/* Counts what happens at a time: registrations that begin and end, and measures that end. */
#include "service/report_count_private.h"

/* Adds the thing once for each place where the person counts in one of the periods. */
struct event {
  struct report_count *count;
  const struct placings *placings;
  unsigned periods;
};

static struct thing thing_at(const struct event *event, enum family family, const struct placing *placing)
{
  return (struct thing){
      .family = family, .cell = placing->cell, .elsewhere = event->periods & ~placing->periods};
}

/* Bits of the types of the measures that the registration has a day in common with. */
static unsigned types_during(const struct report_count *count, const struct registration *registration)
{
  const struct person *person = person_at(count, registration->person);
  unsigned types = 0;
  for (int i = 0; i < person->measures; i++) {
    const struct measure *measure = measure_at(count, person->measure + i);
    if (measure->start <= registration->end && measure->end >= registration->start)
      types |= 1u << measure->type;
  }
  return types;
}

static void count_exit(const struct event *event, const struct registration *registration)
{
  unsigned types = types_during(event->count, registration);
  for (int i = 0; i < event->placings->count; i++) {
    unsigned periods = event->periods & event->placings->rows[i].periods;
    struct thing thing = thing_at(event, EXITS_MADE, &event->placings->rows[i]);
    thing_part(&thing, EXITS, registration->exit_reason, periods);
    if (types) thing_part(&thing, EXITS_OF_PARTICIPANTS, registration->exit_reason, periods);
    for (int type = 1; event->count->wanted.exact && type <= CODES_MOST; type++)
      if (types >> type & 1)
        thing_cross(&thing, EXITS_BY_TYPE, (const int[]){type, registration->exit_reason}, periods);
    things_add(event->count->things, &thing);
  }
}

static void count_ended_measure(const struct event *event, const struct measure *measure)
{
  for (int i = 0; i < event->placings->count; i++) {
    unsigned periods = event->periods & event->placings->rows[i].periods;
    struct thing thing = thing_at(event, MEASURES_ENDED, &event->placings->rows[i]);
    thing_part(&thing, RESULTS, measure->end_reason, periods);
    thing_part(&thing, OCCUPATION_AFTER, measure->occupation, periods);
    things_add(event->count->things, &thing);
  }
}

/* Of those without a contact: the periods by whose end, or by today, the last day for it had passed. */
static unsigned overdue(const struct count_times *times, const struct registration *registration)
{
  unsigned periods = 0;
  for (int i = 0; i < times->periods; i++)
    if (registration->latest < times->seen[i]) periods |= 1u << i;
  return periods;
}

static void count_beginning(const struct event *event, const struct registration *registration)
{
  const struct count_times *times = &event->count->times;
  bool contacted =
      registration->first < times_midnight(times, registration->end + (registration->end != DAY_NEVER));
  bool in_time = contacted && registration->first < times_midnight(times, registration->latest + 1);
  int key = in_time ? TIMELY : contacted ? TIMELY_LATE : TIMELY_NONE;
  for (int i = 0; i < event->placings->count; i++) {
    unsigned periods = event->periods & event->placings->rows[i].periods;
    struct thing thing = thing_at(event, REGISTRATIONS_BEGUN, &event->placings->rows[i]);
    thing_part(&thing, TIMELINESS, TIMELY_BEGUN, periods);
    thing_part(&thing, TIMELINESS, key, periods);
    if (event->count->wanted.contact && contacted)
      thing_part(&thing, FIRST_CONTACT_BY, registration->first_channel, periods);
    if (event->count->wanted.contact && !contacted)
      thing_number(&thing, OVERDUE, overdue(times, registration) & periods);
    things_add(event->count->things, &thing);
  }
}

static void count_registration(const struct event *event, const struct registration *registration)
{
  const struct count_times *times = &event->count->times;
  struct event begun = *event, ended = *event;
  begun.periods = times_with(times, registration->start, registration->start);
  ended.periods = times_with(times, registration->end, registration->end);
  if (event->count->wanted.begun && begun.periods) count_beginning(&begun, registration);
  if (event->count->wanted.exits && ended.periods) count_exit(&ended, registration);
}

void count_events(struct report_count *count, const struct person *person, const struct placings *placings)
{
  struct event event = {.count = count, .placings = placings};
  for (int i = 0; i < person->registrations; i++)
    count_registration(&event, registration_at(count, person->registration + i));
  for (int i = 0; count->wanted.exits && i < person->measures; i++) {
    const struct measure *measure = measure_at(count, person->measure + i);
    event.periods = measure->ended;
    if (event.periods) count_ended_measure(&event, measure);
  }
}
