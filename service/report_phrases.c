/* The words of a report's formats: one table, Swedish and English beside each other. */
#include "service/report_phrases.h"

#include <stdio.h>
#include <string.h>

static const char *const phrases[PHRASES][2] = {
    [SAY_LEVEL] = {"Nivå", "Level"},
    [SAY_TOTAL] = {"Totalt", "Total"},
    [SAY_ALL] = {"Alla", "All"},
    [SAY_UNDISCLOSED] = {"Redovisas inte", "Not disclosed"},
    [SAY_DISTRICT_ID] = {"Distriktets id", "District id"},
    [SAY_UNIT_ID] = {"Enhetens id", "Unit id"},
    [SAY_GROUP] = {"Grupp", "Group"},
    [SAY_FIGURES] = {"Siffror", "Figures"},
    [SAY_CHARTS] = {"Diagram", "Charts"},
    [SAY_DEFINITIONS] = {"Definitioner", "Definitions"},
    [SAY_FIGURE] = {"Uppgift", "Figure"},
    [SAY_KEY] = {"Fördelning", "Divided into"},
    [SAY_NAME] = {"Namn i gränssnittet", "Name in the interface"},
    [SAY_MEANING] = {"Betydelse", "Meaning"},
    [SAY_PERIOD] = {"Period", "Period"},
    [SAY_COMPLETE] = {"Perioden är slut", "The period is over"},
    [SAY_INCOMPLETE] = {"Perioden pågår: siffrorna är inte slutliga",
                        "The period is still running: the figures are not final"},
    [SAY_DIVIDED_BY] = {"Uppdelning", "Divided by"},
    [SAY_DATA_AS_OF] = {"Senaste ändring i uppgifterna", "Latest change of the data"},
    [SAY_COMPUTED_AT] = {"Beräknad", "Computed"},
    [SAY_DEFINITION_VERSION] = {"Definitionernas version", "Version of the definitions"},
    [SAY_MASKED] = {"dold uppgift", "masked"},
    [SAY_WHY_MASKED] =
        {".. betyder dold uppgift: antalet är litet, eller skulle göra att ett litet antal kunde "
         "räknas fram. Så skyddas enskilda personer.",
         ".. means masked: the count is small, or would let a small one be reckoned. This protects "
         "individuals."},
    [SAY_WHY_UNDISCLOSED] =
        {"Redovisas inte: personer med skyddad folkbokföring, och de som saknar distrikt eller enhet.",
         "Not disclosed: persons with protected registration, and those without a district or unit."},
    [SAY_ALL_FIGURES] = {"Alla siffror", "All figures"},
    [SAY_HIGHEST] = {"högst", "highest"},
    [SAY_LOWEST] = {"lägst", "lowest"},
    [SAY_ALL_ARE] = {"alla", "all"},
    [SAY_IN_ALL] = {"totalt", "in all"},
    [SAY_SUMMARY] = {"Sammanfattning", "Summary"},
    [SAY_STATUS] = {"Status", "Status"},
    [SAY_SHOWN_ARE] = {"alla som visas", "all shown"},
    [SAY_MASKED_COUNT] = {"Dolda uppgifter", "Masked counts"},
};

/* In the words of groupBy. */
static const struct level {
  const char *code, *words[2], *per[2];
} levels[] = {
    {"total", {"Totalt", "Total"}, {"", ""}},
    {"district", {"Distrikt", "District"}, {" per distrikt", " by district"}},
    {"unit", {"Enhet", "Unit"}, {" per enhet", " by unit"}},
    {"sex", {"Kön", "Sex"}, {" efter kön", " by sex"}},
    {"district,sex",
     {"Distrikt och kön", "District and sex"},
     {" per distrikt och kön", " by district and sex"}},
    {"unit,sex", {"Enhet och kön", "Unit and sex"}, {" per enhet och kön", " by unit and sex"}},
};

const char *report_say(bool english, enum phrase phrase)
{
  return phrases[phrase][english];
}

const char *report_say_level(bool english, const char *level)
{
  for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
    if (strcmp(levels[i].code, level) == 0) return levels[i].words[english];
  return level;
}

const char *report_say_per(bool english, const char *level)
{
  for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
    if (strcmp(levels[i].code, level) == 0) return levels[i].per[english];
  return "";
}

void report_say_time(const char *time, char *text, size_t size)
{
  enum { DAY = 10, MINUTE = 16 };
  if (strlen(time) > MINUTE)
    snprintf(text, size, "%.*s %.5s UTC", DAY, time, time + DAY + 1);
  else
    snprintf(text, size, "%s", time);
}

/* Swedish parts thousands with a blank that does not break (U+00A0). */
void report_say_number(bool english, json_int_t number, char *text, size_t size)
{
  char digits[32];
  size_t used = 0, length = (size_t)snprintf(digits, sizeof digits, "%lld", (long long)number);
  const char *mark = english ? "," : "\xc2\xa0";
  text[0] = '\0';
  for (size_t i = 0; i < length && used + 4 < size; i++) {
    bool parts = i > 0 && (length - i) % 3 == 0 && digits[i - 1] != '-';
    used += (size_t)snprintf(text + used, size - used, "%s%c", parts ? mark : "", digits[i]);
  }
}
