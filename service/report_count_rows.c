/* Takes the rows of the cursors that base.open_report opens: one function for the columns of each. */
#include "service/report_count_private.h"

#include <arpa/inet.h>
#include <assert.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>

enum cursor { YOUTHS, PLACES, REGISTRATIONS, MEASURES, OCCUPATIONS, ATTEMPTS_OF_ALL };
static const char *const cursors[] = {"youths",   "places", "registrations", "measures", "occupations",
                                      "attempts", NULL};

/* A row more, of zeros. */
static void *add(struct rows *rows, size_t size)
{
  if (rows->count == rows->room) {
    rows->room = rows->room ? rows->room * 2 : 1024;
    rows->at = realloc(rows->at, (size_t)rows->room * size);
    assert(rows->at);
  }
  return memset((char *)rows->at + (size_t)rows->count++ * size, 0, size);
}

static bool truth(const struct db_value *value)
{
  return value->at && *value->at;
}

static day_t day_of(const struct db_value *value, day_t none)
{
  uint32_t day;
  if (!value->at) return none;
  assert(value->length == sizeof day);
  memcpy(&day, value->at, sizeof day);
  return (day_t)ntohl(day);
}

static moment_t moment_of(const struct db_value *value)
{
  uint64_t moment;
  if (!value->at) return MOMENT_NEVER;
  assert(value->length == sizeof moment);
  memcpy(&moment, value->at, sizeof moment);
  return (moment_t)be64toh(moment);
}

static bool is(const struct db_value *value, const char *text)
{
  return value->at && (size_t)value->length == strlen(text) && memcmp(value->at, text, strlen(text)) == 0;
}

static int code_of(const struct codes *codes, const struct db_value *value)
{
  return codes_number(codes, value->at, value->length);
}

static int code_named(const struct codes *codes, const char *name)
{
  return codes_number(codes, name, (int)strlen(name));
}

/* The number of the youth, who has come with the first cursor, or of whom it was merged into. */
static int person_of(const struct report_count *count, const struct db_value *value)
{
  int number = ids_find(&count->youths, value->at);
  assert(number >= 0 && number < count->persons.count);
  return person_at(count, number)->into;
}

/* A youth that another was merged into may be told of before it comes. */
static struct person *person_known(struct report_count *count, const struct db_value *value)
{
  int number = ids_add(&count->youths, value->at);
  while (count->persons.count <= number) {
    struct person *person = add(&count->persons, sizeof *person);
    person->into = count->persons.count - 1;
    for (int i = 0; i < CELLS_PERIODS; i++)
      person->reached[i] = MOMENT_NEVER;
  }
  return person_at(count, number);
}

/* id, merged_into, sex, protected, lacks contact details, lacks an address, lacks a district */
static void take_youth(struct report_count *count, const struct db_value *row)
{
  if (row[1].at) person_known(count, &row[1]);
  int into = row[1].at ? ids_find(&count->youths, row[1].at) : -1;
  struct person *person = person_known(count, &row[0]);
  if (into >= 0) person->into = into;
  person->sex = code_of(&count->sexes, &row[2]);
  person->is_protected = truth(&row[3]);
  person->lacks_contact = truth(&row[4]);
  person->lacks_address = truth(&row[5]);
  person->lacks_district = truth(&row[6]) && !person->is_protected;
}

/* youth_id, unit_id, district_id, from_date, to_date; kept with the youth itself: a duplicate's count but before the
   first of whom it was merged into */
static void take_place(struct report_count *count, const struct db_value *row)
{
  int unit = row[1].at ? ids_find(&count->units, row[1].at) + 1 : 0;
  int district = row[2].at ? ids_find(&count->districts, row[2].at) + 1 : 0;
  struct stay *stay = add(&count->stays, sizeof *stay);
  stay->person = ids_find(&count->youths, row[0].at);
  stay->place = place_of(unit, district);
  stay->from = day_of(&row[3], DAY_EVER);
  stay->to = day_of(&row[4], DAY_NEVER);
}

/* youth_id, start_date, end_date, created_at, exit_reason, reason, school missing, the last day in time */
static void take_registration(struct report_count *count, const struct db_value *row)
{
  day_t start = day_of(&row[1], DAY_EVER), end = day_of(&row[2], DAY_NEVER);
  unsigned periods = times_with(&count->times, start, end);
  if (!periods) return;
  struct registration *registration = add(&count->registrations, sizeof *registration);
  *registration = (struct registration){
      .person = person_of(count, &row[0]),
      .start = start,
      .end = end,
      .latest = day_of(&row[7], DAY_NEVER),
      .created = moment_of(&row[3]),
      .start_at = times_midnight(&count->times, start),
      .exit_reason = code_of(&count->exit_reasons, &row[4]),
      .reason_unknown = is(&row[5], "unknown"),
      .left_source = is(&row[4], "left_source"),
      .newly_registered = is(&row[5], "newly_registered"),
      .school_missing = truth(&row[6]),
      .periods = periods,
      .first = MOMENT_NEVER,
  };
}

/* youth_id, unit_id, type, start_date, end_date, end_reason, occupation_after */
static void take_measure(struct report_count *count, const struct db_value *row)
{
  int person = person_of(count, &row[0]), unit = row[1].at ? ids_find(&count->units, row[1].at) : -1;
  if (person_at(count, person)->registrations == 0) return;
  struct measure *measure = add(&count->measures, sizeof *measure);
  *measure = (struct measure){
      .person = person,
      .start = day_of(&row[3], DAY_EVER),
      .end = day_of(&row[4], DAY_NEVER),
      .type = is(&row[2], "health_promoting") ? code_named(&count->types, "other")
                                              : code_of(&count->types, &row[2]),
      .administration = unit >= 0 ? count->unit_administrations[unit] : 0,
      .end_reason = code_of(&count->end_reasons, &row[5]),
      .open_ended = !row[6].at,
      .occupation = row[6].at ? code_of(&count->occupation_codes, &row[6])
                              : code_named(&count->occupation_codes, "unknown"),
  };
}

/* youth_id, code, holds_from, review_date, created_at */
static void take_occupation(struct report_count *count, const struct db_value *row)
{
  int person = person_of(count, &row[0]);
  if (person_at(count, person)->registrations == 0) return;
  day_t review = day_of(&row[3], DAY_NEVER);
  struct occupation *occupation = add(&count->occupations, sizeof *occupation);
  *occupation = (struct occupation){
      .person = person,
      .from = day_of(&row[2], DAY_EVER),
      .to = review == DAY_NEVER ? DAY_NEVER : review + 1,
      .created = moment_of(&row[4]),
      .known = !is(&row[1], "unknown"),
  };
}

/* youth_id, channel, when it sought out, when it reached */
static void take_attempt(struct report_count *count, const struct db_value *row)
{
  struct person *person = person_at(count, person_of(count, &row[0]));
  int channel = code_of(&count->channels, &row[1]);
  if (person->registrations == 0) return;
  if (row[2].at) count_sought(count, person, moment_of(&row[2]), channel);
  if (row[3].at) count_reached(count, person, moment_of(&row[3]), channel);
}

static void take(void *into, int cursor, const struct db_value *row)
{
  static void (*const takers[])(struct report_count *, const struct db_value *) = {
      [YOUTHS] = take_youth,     [PLACES] = take_place,           [REGISTRATIONS] = take_registration,
      [MEASURES] = take_measure, [OCCUPATIONS] = take_occupation, [ATTEMPTS_OF_ALL] = take_attempt,
  };
  struct report_count *count = *(struct report_count **)into;
  if (cursor > REGISTRATIONS) count_arrange(count);
  takers[cursor](count, row);
}

struct db_rows report_count_rows(void (*end)(void *into), struct report_count **into)
{
  return (struct db_rows){cursors, report_count_begin, take, end, into};
}
