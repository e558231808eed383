/* Identity numbers: every number that a youth has had. */
#include "service/resource.h"

static const struct field fields[] = {
    {"youthId", UUID, READ_ONLY, .doc = "The youth."},
    {"personalNumber", PERSONAL_NUMBER, READ_ONLY, .doc = "The number.", .example = "\"20080101TF01\""},
    {"numberType", CODE, READ_ONLY, .codes = "personal coordination temporary", .doc = "Its type."},
    {"current", BOOLEAN, READ_ONLY, .doc = "The one in use; lookups find by any."},
    {"validFrom", DATE, READ_ONLY, .doc = "Since when it is known here."},
    {"validTo", DATE, READ_ONLY, .doc = "When another took its place."},
    {0}};

static const struct route routes[] = {{LIST, "/youths/{youthId}/identity-numbers",
                                       .scope = "personal-numbers:read",
                                       .doc = "The youth's numbers, former ones too."},
                                      {0}};

RESOURCE(identity_numbers) = {
    .name = "identity-numbers",
    .scope = "personal-numbers",
    .title = "Identity numbers",
    .doc = "A person can get a new number: all are kept, one is current.",
    .fields = fields,
    .routes = routes,
    .subject = "array[v.\"youthId\"]",
};
