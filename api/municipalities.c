/* Municipalities: name and policy, that is all that a municipality decides for itself. */
#include "service/resource.h"

static const struct field policy[] = {
    {"newCohortFrom", TEXT, 0, 5, 5,
     .doc =
         "Day of the year (MM-DD) from which those who ended compulsory school the same spring and were never "
         "registered are taken in; until then they may still begin upper-secondary school. Assumption: 09-01.",
     .example = "\"09-01\""},
    {"massLetterDate", TEXT, 0, 5, 5,
     .doc =
         "Day of the year (MM-DD) of the mass letter. Who is registered at most a month earlier waits for it. "
         "Assumption: 09-15.",
     .example = "\"09-15\""},
    {"restartOn", TEXT, 0, 5, 5,
     .doc = "Day of the year (MM-DD), besides the mass letter's, on which an exhausted outreach begins anew. "
            "Assumption: 01-15.",
     .example = "\"01-15\""},
    {"firstContactWithin", TEXT, 0, 3, 20,
     .doc =
         "ISO 8601 duration: the first attempt is overdue this long after the registration. Assumption: P1M.",
     .example = "\"P1M\""},
    {"phoneAfter", TEXT, 0, 3, 20, .doc = "Phone or sms this long after the letter. Assumption: P10D.",
     .example = "\"P10D\""},
    {"phoneTries", INTEGER, 0, 1, 20, .doc = "Tries by phone or sms before the next step. Assumption: 3.",
     .example = "3"},
    {"phoneInterval", TEXT, 0, 3, 20, .doc = "Least time between two tries. Assumption: P3D.",
     .example = "\"P3D\""},
    {"furtherLetters", INTEGER, 0, 0, 1, .doc = "Further letters, 0 or 1. Assumption: 1.", .example = "1"},
    {"furtherLetterAfter", TEXT, 0, 3, 20,
     .doc = "Further letter this long after the last try. Assumption: P7D.", .example = "\"P7D\""},
    {"doorCardAfter", TEXT, 0, 3, 20,
     .doc = "Door card this long after the further letter. Assumption: P14D.", .example = "\"P14D\""},
    {"visitNoticeMin", TEXT, 0, 3, 20, .doc = "Least time from the door card to the visit. Assumption: P3D.",
     .example = "\"P3D\""},
    {"visitNoticeMax", TEXT, 0, 3, 20,
     .doc = "Most time from the door card to the visit; not less than visitNoticeMin. Assumption: P14D.",
     .example = "\"P14D\""},
    {"addressNotificationWithin", TEXT, 0, 3, 20,
     .doc = "The tax agency is told of a wrong address at most this long after the visit. Assumption: P7D.",
     .example = "\"P7D\""},
    {"importMaxEndedPercent", INTEGER, 0, 0, 100,
     .doc =
         "A full import that lacks more than this share of the open registrations that its source delivered "
         "last stops until it is approved. Assumption: 10.",
     .example = "10"},
    {"importMinRows", INTEGER, 0, 0, 1000000,
     .doc = "A full import with fewer rows stops until it is approved. Assumption: 0.", .example = "0"},
    {"importBrakeFrom", INTEGER, 0, 1, 1000,
     .doc = "From this many persons on the two percentages stop an import: one of a few is an ordinary night "
            "in a small municipality. Assumption: 2.",
     .example = "2"},
    {"importMaxRejectedPercent", INTEGER, 0, 0, 100,
     .doc = "An import with a larger share of rejected rows stops until it is approved. Assumption: 5.",
     .example = "5"},
    {"guardianConsent", CODE, .codes = "one all",
     .doc = "Whether one guardian or all must consent for a youth under 18 who has not. Assumption: one."},
    {"smallCellThreshold", INTEGER, 0, 3, 50,
     .doc = "Counts from 1 up to one less than this are masked in reports. Assumption: 5.", .example = "5"},
    {"retentionMonths", INTEGER, 0, 1, 1200,
     .doc = "Months from the end of a registration until its data is purged. Not confirmed by law: 24 is an "
            "assumption.",
     .example = "24"},
    {"preventiveMonths", INTEGER, 0, 1, 60,
     .doc =
         "Months from the last school event until a preventive person is deleted, unless a registration has "
         "begun. Assumption: 12.",
     .example = "12"},
    {"functionsOff", CODES, 0, 0, 5,
     .codes = "sip-requests concern-reports safety-notices outreach-pauses disclosures",
     .doc =
         "Functions that hold more than lag (2006:39) 4 § names and that the municipality does without: all their "
         "routes answer 404, sip-requests' with received-sip-requests', and nothing of them is in _links, "
         "timelines or the feed; no pause holds and no safety notice is asked for. New consents for sip or "
         "outreach_pause are refused with them. What is held stays, nightly work and the record of disclosures "
         "go on, and all is there again when the function is switched on."},
    {0}};

static const struct field fields[] = {
    {"code", TEXT, READ_ONLY, 4, 4, .doc = "The municipality's official code.", .example = "\"0180\""},
    {"name", TEXT, 0, 1, 100, .doc = "Name.", .example = "\"Stockholm\""},
    {"policy", OBJECT, .members = policy,
     .doc =
         "What the municipality has decided, with the defaults for all else. In a PATCH null means the default."},
    {0}};

static const struct route routes[] = {
    {READ, "/municipalities/{code}", .doc = "The caller's own municipality; any other is absent."},
    {EDIT, "/municipalities/{code}", .patient = 1,
     .doc = "Changes name or policy; members of the policy are merged."},
    {0}};

static const struct refusal refusals[] = {
    {"policy-wrong", 422, "/policy",
     "Policyn innehåller ett värde som inte är en dag (MM-DD), en varaktighet (t.ex. P10D) eller inom gränserna.",
     "The policy holds a value that is not a day (MM-DD), a duration (such as P10D) or within its bounds."},
    {0}};

RESOURCE(municipalities) = {
    .name = "municipalities",
    .scope = "configuration",
    .title = "Municipalities",
    .doc = "The municipality that the token names, and its policy: dates, intervals, thresholds.",
    .fields = fields,
    .routes = routes,
    .refusals = refusals,
};
