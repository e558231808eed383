/* Counts persons, by place: each is a thing with all the figures that it counts in. */
#include "service/report_count_private.h"

enum lacking {
  LACKS_REASON = 1,
  LACKS_SCHOOL,
  LACKS_OCCUPATION,
  LACKS_CONTACT_DETAILS,
  LACKS_ADDRESS,
  LACKS_DISTRICT,
  LACKS_FIRST_CONTACT,
  LACKS_EXIT_REASON,
  LACKS_OCCUPATION_AFTER,
  LACKS_END
};

/* The periods in which a person counts, by what. */
struct profile {
  unsigned reached, reached_by[CODES_MOST + 1];
  unsigned active, administrations[CODES_MOST + 1], types[CODES_MOST + 1];
  unsigned lacks[LACKS_END];
};

static void see_work(const struct report_count *count, const struct person *person, struct profile *profile)
{
  for (int i = 0; i < count->times.periods; i++) {
    if (person->reached[i] == MOMENT_NEVER) continue;
    profile->reached |= 1u << i;
    profile->reached_by[person->reached_by[i]] |= 1u << i;
  }
  for (int i = 0; i < person->measures; i++) {
    const struct measure *measure = measure_at(count, person->measure + i);
    profile->active |= measure->active;
    profile->administrations[measure->administration] |= measure->active;
    profile->types[measure->type] |= measure->active;
  }
}

/* The periods on whose last day covered, or today where that is before, the occupation is known. */
static unsigned occupation_known(const struct report_count *count, const struct person *person)
{
  unsigned known = 0;
  for (int i = 0; i < person->occupations; i++) {
    const struct occupation *occupation = occupation_at(count, person->occupation + i);
    const day_t span[2] = {occupation->from, occupation->to};
    for (int k = 0; occupation->known && k < person->registrations; k++) {
      const struct registration *registration = registration_at(count, person->registration + k);
      known |= registration->lasting & times_at(&count->times, count->times.seen, span, registration->end);
    }
  }
  return known;
}

static void see_registration(const struct report_count *count, const struct registration *registration,
                             struct profile *profile)
{
  unsigned lasting = registration->lasting;
  if (registration->reason_unknown) profile->lacks[LACKS_REASON] |= lasting;
  if (registration->school_missing && !registration->newly_registered)
    profile->lacks[LACKS_SCHOOL] |= lasting;
  profile->lacks[LACKS_FIRST_CONTACT] |= lasting & ~times_since(&count->times, registration->first);
  if (registration->left_source)
    profile->lacks[LACKS_EXIT_REASON] |=
        lasting & times_with(&count->times, registration->end, registration->end);
}

/* Contact details and address are those of now. */
static void see_lacks(const struct report_count *count, const struct person *person, struct profile *profile)
{
  for (int i = 0; i < person->registrations; i++)
    see_registration(count, registration_at(count, person->registration + i), profile);
  for (int i = 0; i < person->measures; i++) {
    const struct measure *measure = measure_at(count, person->measure + i);
    if (measure->open_ended) profile->lacks[LACKS_OCCUPATION_AFTER] |= measure->ended;
  }
  profile->lacks[LACKS_OCCUPATION] = person->covered & ~occupation_known(count, person);
  if (person->lacks_contact) profile->lacks[LACKS_CONTACT_DETAILS] = person->covered;
  if (person->lacks_address) profile->lacks[LACKS_ADDRESS] = person->covered;
  if (person->lacks_district) profile->lacks[LACKS_DISTRICT] = person->covered & count->times.districted;
}

static void put_codes(struct thing *thing, enum figure_number figure,
                      const unsigned periods_of[CODES_MOST + 1], unsigned periods)
{
  for (int code = 1; code <= CODES_MOST; code++)
    thing_part(thing, figure, code, periods_of[code] & periods);
}

static void count_at(struct report_count *count, const struct person *person, const struct profile *profile,
                     const struct placing *placing)
{
  unsigned periods = placing->periods;
  struct thing thing = {.family = PERSONS, .cell = placing->cell, .elsewhere = person->covered & ~periods};
  thing_number(&thing, COVERED, person->covered & periods);
  if (count->wanted.work) thing_number(&thing, SOUGHT_OUT, person->sought & periods);
  thing_number(&thing, REACHED, profile->reached & periods);
  thing_number(&thing, PARTICIPANTS, profile->active & periods);
  put_codes(&thing, REACHED_BY, profile->reached_by, periods);
  if (count->wanted.exact) {
    put_codes(&thing, PARTICIPANTS_BY_ADMINISTRATION, profile->administrations, periods);
    put_codes(&thing, PARTICIPANTS_BY_TYPE, profile->types, periods);
  }
  for (int lack = 1; lack < LACKS_END; lack++)
    thing_part(&thing, LACKING, lack, profile->lacks[lack] & periods);
  things_add(count->things, &thing);
}

void count_person(struct report_count *count, const struct person *person, const struct placings *placings)
{
  struct profile profile = {0};
  if (count->wanted.work) see_work(count, person, &profile);
  if (count->wanted.quality) see_lacks(count, person, &profile);
  for (int i = 0; i < placings->count; i++)
    count_at(count, person, &profile, &placings->rows[i]);
}
