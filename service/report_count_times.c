/* The periods of a question, and in which of them days and times lie. */
#include "service/report_count_private.h"

#include <assert.h>
#include <stdlib.h>

static json_int_t number_at(const json_t *document, const char *member, size_t i)
{
  return json_integer_value(json_array_get(json_object_get(document, member), i));
}

static void read_midnights(struct count_times *times, const json_t *midnights)
{
  times->midnight_count = (int)json_array_size(midnights);
  times->midnights = calloc((size_t)times->midnight_count + 1, sizeof *times->midnights);
  assert(times->midnights);
  for (int i = 0; i < times->midnight_count; i++)
    times->midnights[i] = json_integer_value(json_array_get(midnights, (size_t)i));
}

void times_read(struct count_times *times, const json_t *document)
{
  day_t today = (day_t)json_integer_value(json_object_get(document, "day"));
  *times = (struct count_times){.periods = (int)json_array_size(json_object_get(document, "firsts"))};
  assert(times->periods <= CELLS_PERIODS);
  for (int i = 0; i < times->periods; i++) {
    size_t n = (size_t)i;
    times->firsts[i] = (day_t)number_at(document, "firsts", n);
    times->lasts[i] = (day_t)number_at(document, "lasts", n);
    times->seen[i] = times->lasts[i] < today ? times->lasts[i] : today;
    times->begins[i] = number_at(document, "begins", n);
    times->ends[i] = number_at(document, "ends", n);
    if (json_is_true(json_array_get(json_object_get(document, "districted"), n)))
      times->districted |= 1u << i;
  }
  times->since = (day_t)json_integer_value(json_object_get(document, "since"));
  read_midnights(times, json_object_get(document, "midnights"));
}

unsigned times_with(const struct count_times *times, day_t first, day_t last)
{
  unsigned periods = 0;
  for (int i = 0; i < times->periods; i++)
    if (first <= times->lasts[i] && last >= times->firsts[i]) periods |= 1u << i;
  return periods;
}

unsigned times_at(const struct count_times *times, const day_t *days, const day_t span[2], day_t end)
{
  unsigned periods = 0;
  for (int i = 0; i < times->periods; i++) {
    day_t day = days[i] < end ? days[i] : end;
    if (day >= span[0] && day < span[1]) periods |= 1u << i;
  }
  return periods;
}

unsigned times_of(const struct count_times *times, moment_t at)
{
  unsigned periods = 0;
  for (int i = 0; i < times->periods; i++)
    if (at >= times->begins[i] && at < times->ends[i]) periods |= 1u << i;
  return periods;
}

unsigned times_since(const struct count_times *times, moment_t at)
{
  unsigned periods = 0;
  for (int i = 0; i < times->periods; i++)
    if (at < times->ends[i]) periods |= 1u << i;
  return periods;
}

moment_t times_midnight(const struct count_times *times, day_t day)
{
  int64_t after = (int64_t)day - times->since;
  if (after < 0) return MOMENT_EVER;
  return after < times->midnight_count ? times->midnights[after] : MOMENT_NEVER;
}
