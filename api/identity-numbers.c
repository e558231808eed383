/* Identity numbers: every number that a youth has had. */
#include "service/resource.h"

static const struct field fields[] = {
    {"youthId", UUID, READ_ONLY, .doc = "The youth."},
    {"personalNumber", PERSONAL_NUMBER, REQUIRED, .doc = "The number.", .example = "\"20080101TF01\""},
    {"numberType", CODE, .codes = "personal coordination temporary",
     .doc = "Its type; told from the number when not given."},
    {"current", BOOLEAN, READ_ONLY, .doc = "The one in use; lookups find by any."},
    {"validFrom", DATE,
     .doc = "Since when it holds, or is known here; today when not given. Not before the former number did."},
    {"validTo", DATE, READ_ONLY, .doc = "The day another took its place."},
    {0}};

static const struct route routes[] = {
    {LIST, "/youths/{youthId}/identity-numbers", .scope = "personal-numbers:read",
     .doc = "The youth's numbers, former ones too; one that came back is there once for each time."},
    {CREATE, "/youths/{youthId}/identity-numbers", "add",
     .scope = "youths:write+personal-numbers:read+protected:read+preventive:read",
     .doc =
         "Gives the youth a new number, or a former one again; the one in use until then ends that day. Not "
         "with a token of some districts: a number that is taken would tell of the others."},
    {READ, "/youths/{youthId}/identity-numbers/{id}", .scope = "personal-numbers:read"},
    {0}};

static const struct link links[] = {{"youth", "GET", "/youths/{youthId}", "youths:read", NULL}, {0}};

static const struct refusal refusals[] = {
    {"number-current", 409, "/personalNumber", "Numret gäller redan för ungdomen.",
     "The number is the youth's current one already."},
    {"number-of-another", 409, "/personalNumber",
     "Numret hör till en annan ungdom. Är det samma person förs de samman med youth-merges.",
     "The number is another youth's. If both are one person, join them by youth-merges."},
    {"number-before-former", 422, "/validFrom", "Det förra numret började gälla senare än så.",
     "The former number has been in use from a later day."},
    {0}};

RESOURCE(identity_numbers) = {
    .name = "identity-numbers",
    .scope = "personal-numbers",
    .title = "Identity numbers",
    .doc = "A person can get a new number: all are kept, one is current.",
    .fields = fields,
    .routes = routes,
    .links = links,
    .refusals = refusals,
    .subject = "array[v.\"youthId\"]",
};
