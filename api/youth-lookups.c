/* Youth lookups: from identity numbers to youths, by POST so that no number stands in a URL. */
#include "service/resource.h"

static const struct field registration[] = {
    {"id", UUID, READ_ONLY, .doc = "The registration."},
    {"startDate", DATE, READ_ONLY, .doc = "First day."},
    {"reason", TEXT, READ_ONLY, .doc = "See the code list registration-reasons.", .example = "\"dropout\""},
    {"latestSchool", TEXT, READ_ONLY, .doc = "Latest school; not shown with protected registration."},
    {"latestProgramme", TEXT, READ_ONLY, .doc = "Latest programme."},
    {"endDate", DATE, READ_ONLY, .doc = "The day it ended."},
    {"exitReason", TEXT, READ_ONLY, .doc = "See the code list exit-reasons.", .example = "\"turned_20\""},
    {0}};

static const struct field youth[] = {
    {"id", UUID, READ_ONLY, .doc = "The youth."},
    {"status", CODE, READ_ONLY, .codes = "active ended preventive", .doc = "As in youths."},
    {"birthDate", DATE, READ_ONLY, .doc = "Birth date."},
    {"givenName", TEXT, READ_ONLY, .doc = "Given name.", .example = "\"Alva\""},
    {"familyName", TEXT, READ_ONLY, .doc = "Family name.", .example = "\"Exempel\""},
    {"protection", CODE, READ_ONLY, .codes = "none confidentiality_marking protected_registration",
     .doc = "Protection."},
    {"registration", OBJECT, READ_ONLY, .members = registration, .doc = "The latest one; with youths:read."},
    {"href", TEXT, READ_ONLY, 1, 400, .doc = "Address of the youth."},
    {0}};

static const struct field found[] = {
    {"personalNumber", PERSONAL_NUMBER, READ_ONLY, .doc = "As it was asked for."},
    {"found", BOOLEAN, READ_ONLY, .doc = "False alike for absent and for hidden persons."},
    {"youth", OBJECT, READ_ONLY, .members = youth,
     .doc = "The youth, found by a present or former number; of a merged duplicate the survivor."},
    {0}};

static const struct field body[] = {{"personalNumbers", PERSONAL_NUMBERS, REQUIRED, 1, 100,
                                     .doc = "The numbers to look for.", .example = "[\"20080101TF01\"]"},
                                    {0}};

static const struct field answer[] = {
    {"data", OBJECTS, READ_ONLY, 0, 100, .members = found, .doc = "One entry a number, in the order asked."},
    {0}};

static const struct route routes[] = {{QUERY, "/youth-lookups", "find", .method = "POST",
                                       .scope = "youth-lookups:read|youths:read", .body = body,
                                       .answer = answer, .doc = "Finds youths by their numbers. Reads only."},
                                      {0}};

RESOURCE(youth_lookups) = {
    .name = "youth-lookups",
    .title = "Youth lookups",
    .doc = "Finds youths by identity number. A POST, because a number in a URL would end in logs (MOG.03).",
    .fields = found,
    .routes = routes,
    .subject = "'{}'::uuid[]",
    .bare = 1,
};
