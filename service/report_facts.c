/* What a report says of itself, for the formats that people read. */
#include "service/report_facts.h"

#include "service/report_phrases.h"

#include <stdio.h>
#include <string.h>

static const char *text_of(const json_t *object, const char *name)
{
  const char *value = json_string_value(json_object_get(object, name));
  return value ? value : "";
}

static void say_period(const struct report_table *table, char *value, size_t size)
{
  const json_t *period = json_object_get(table->answer, "period");
  const char *name = text_of(period, "name");
  snprintf(value, size, "%s%s%s – %s", name, *name ? ": " : "", text_of(period, "from"),
           text_of(period, "to"));
}

size_t report_facts(const struct report_table *table, struct report_fact facts[MAX_FACTS])
{
  static const enum phrase labels[MAX_FACTS] = {SAY_PERIOD,     SAY_STATUS,      SAY_DIVIDED_BY,
                                                SAY_DATA_AS_OF, SAY_COMPUTED_AT, SAY_DEFINITION_VERSION};
  const json_t *period = json_object_get(table->answer, "period");
  bool complete = json_is_true(json_object_get(period, "complete"));
  bool english = table->english;
  enum { SIZE = sizeof facts->value };
  say_period(table, facts[0].value, SIZE);
  snprintf(facts[1].value, SIZE, "%s", report_say(english, complete ? SAY_COMPLETE : SAY_INCOMPLETE));
  snprintf(facts[2].value, SIZE, "%s", report_say_level(english, report_member(table, "groupBy")));
  report_say_time(report_member(table, "dataAsOf"), facts[3].value, SIZE);
  report_say_time(report_member(table, "computedAt"), facts[4].value, SIZE);
  snprintf(facts[5].value, SIZE, "%s", report_member(table, "definitionVersion"));
  for (size_t i = 0; i < MAX_FACTS; i++)
    facts[i].label = report_say(english, labels[i]);
  return MAX_FACTS;
}
