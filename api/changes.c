/* Changes: the feed of what has been written, for systems that follow the register. */
#include "service/resource.h"

#define RESOURCES                                                                                            \
  "municipalities units districts recipients youths registrations occupations assignments identity-numbers " \
  "consents outreach-attempts outreach-batches outreach-pauses safety-notices address-notifications "        \
  "concern-reports incoming-referrals referrals sip-requests measures school-events imports evaluation-runs"

static const struct field change[] = {
    {"cursor", TEXT, READ_ONLY, 3, 40, .doc = "The row's place in the feed; opaque.",
     .example = "\"731-17\""},
    {"resource", TEXT, READ_ONLY, 1, 40, .doc = "The resource's name.", .example = "\"youths\""},
    {"id", UUID, READ_ONLY, .doc = "Its id."},
    {"change", CODE, READ_ONLY, .codes = "created updated removed",
     .doc = "removed: the caller may not see it any longer, or it was deleted."},
    {"at", TIME, READ_ONLY, .doc = "When it was written."},
    {0}};

static const struct field answer[] = {
    {"data", OBJECTS, READ_ONLY, .members = change, .doc = "The changes, oldest first."},
    {"cursor", TEXT, READ_ONLY, 3, 40,
     .doc = "Where to go on: the last row's cursor, or the given one when there is no row.",
     .example = "\"731-17\""},
    {"hasMore", BOOLEAN, READ_ONLY, .doc = "More rows wait behind the last one."},
    {0}};

static const struct filter query[] = {
    {"after", TEXT, OWN_SQL, .min = 3, .max = 40,
     .doc = "The cursor of the answer before; without it the feed begins with its first row."},
    {"resources", CODE, MANY | OWN_SQL, .codes = RESOURCES, .doc = "Of these resources; without it: of all."},
    {"limit", INTEGER, OWN_SQL, .min = 1, .max = 1000, .doc = "Most rows of one answer; 100 when not given."},
    {0}};

static const struct route routes[] = {
    {QUERY, "/changes", "feed", .answer = answer, .query = query,
     .doc =
         "Changes after a cursor. Ids only, within the caller's rights and scopes. Ordered so that no commit can "
         "come in behind a reader: rows of a transaction are held back while an older one still runs. The same row "
         "may come again after its resource changed again; apply a change by reading the resource."},
    {0}};

static const struct refusal refusals[] = {{"invalid-cursor", 400, NULL,
                                           "Markören kommer inte från ett tidigare svar.",
                                           "The cursor is not from an earlier answer."},
                                          {0}};

RESOURCE(changes) = {
    .name = "changes",
    .title = "Change feed",
    .doc = "Every committed change, seen once by a reader that goes on from the last cursor.",
    .fields = change,
    .routes = routes,
    .refusals = refusals,
    .subject = "'{}'::uuid[]",
    .bare = 1,
};
