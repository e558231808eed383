/* Counts attempts as they come: whom they sought out or reached, and how many there were where. */
#include "service/report_count_private.h"

static int place_then(const struct report_count *count, const struct person *person, moment_t at)
{
  int stay = person->stay, end = stay + person->stays;
  if (!person->moved) return person->place;
  while (stay + 1 < end && stay_at(count, stay + 1)->from_at <= at)
    stay++;
  return stay_at(count, stay)->place;
}

static void count_attempt(struct report_count *count, const struct person *person, moment_t at, int channel)
{
  struct thing thing = {.family = ATTEMPTS_MADE};
  thing.cell = cell_of(place_then(count, person, at), person->sex);
  thing_part(&thing, ATTEMPTS, channel, person->covered & times_of(&count->times, at));
  things_add(count->things, &thing);
}

static bool is_earlier(moment_t at, int channel, moment_t than, int than_channel)
{
  return at < than || (at == than && channel < than_channel);
}

void count_sought(struct report_count *count, struct person *person, moment_t at, int channel)
{
  person->sought |= person->covered & times_of(&count->times, at);
  for (int i = 0; i < person->registrations; i++) {
    struct registration *registration = registration_at(count, person->registration + i);
    if (at < registration->start_at ||
        !is_earlier(at, channel, registration->first, registration->first_channel))
      continue;
    registration->first = at;
    registration->first_channel = channel;
  }
  if (count->wanted.attempts) count_attempt(count, person, at, channel);
}

void count_reached(struct report_count *count, struct person *person, moment_t at, int channel)
{
  unsigned periods = person->covered & times_of(&count->times, at);
  for (int i = 0; i < count->times.periods; i++) {
    if (!(periods >> i & 1) || !is_earlier(at, channel, person->reached[i], person->reached_by[i])) continue;
    person->reached[i] = at;
    person->reached_by[i] = channel;
  }
}
