/* What the formats of a report say beside the words of its figures, in Swedish and English. */
#ifndef KAA_REPORT_PHRASES_H
#define KAA_REPORT_PHRASES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum phrase {
  SAY_LEVEL,
  SAY_TOTAL,
  SAY_ALL,
  SAY_UNDISCLOSED,
  SAY_DISTRICT_ID,
  SAY_UNIT_ID,
  SAY_GROUP,
  SAY_FIGURES,
  SAY_CHARTS,
  SAY_DEFINITIONS,
  SAY_FIGURE,
  SAY_KEY,
  SAY_NAME,
  SAY_MEANING,
  SAY_PERIOD,
  SAY_STATUS,
  SAY_COMPLETE,
  SAY_INCOMPLETE,
  SAY_DIVIDED_BY,
  SAY_DATA_AS_OF,
  SAY_COMPUTED_AT,
  SAY_DEFINITION_VERSION,
  SAY_MASKED,
  SAY_WHY_MASKED,
  SAY_WHY_UNDISCLOSED,
  SAY_ALL_FIGURES,
  SAY_HIGHEST,
  SAY_LOWEST,
  SAY_ALL_ARE,
  SAY_SHOWN_ARE,
  SAY_MASKED_COUNT,
  SAY_SUMMARY,
  SAY_IN_ALL,
  PHRASES
};

const char *report_say(bool english, enum phrase phrase);

/* What a level of groupBy is called ("district,sex": Distrikt och kön); the level itself when it is none. */
const char *report_say_level(bool english, const char *level);

/* How a title goes on for it: " per distrikt"; nothing for the total. */
const char *report_say_per(bool english, const char *level);

/* 2026-11-16T12:00:00.000000Z → 2026-11-16 12:00 UTC */
void report_say_time(const char *time, char *text, size_t size);

/* With the language's sign between thousands. */
void report_say_number(bool english, json_int_t number, char *text, size_t size);

#endif
