/* Address notifications: the tax agency has been told that a youth does not live at the registered address. */
#include "service/resource.h"

static const struct field fields[] = {
    {"youthId", UUID, REQUIRED, .doc = "The youth."},
    {"attemptId", UUID, REQUIRED,
     .doc =
         "The outreach attempt that showed it: one of the same youth with the status not_at_address, and each "
         "once."},
    {"sentAt", TIME, REQUIRED, .doc = "When the tax agency was told; not before the attempt.",
     .example = "\"2026-10-05T08:00:00Z\""},
    {"reference", TEXT, 0, 1, 100, .doc = "Record number of what was sent.", .example = "\"2026/4711\""},
    {0}};

static const struct filter filters[] = {
    {"youthId", UUID, 0, .doc = "Of this youth."},
    {"attemptId", UUID, 0, .doc = "Shown by this attempt."},
    {"sentAfter", TIME, 0, "v.\"sentAt\" > @", .doc = "Sent after this time."},
    {"sentBefore", TIME, 0, "v.\"sentAt\" <= @", .doc = "Sent at this time or earlier."},
    {0}};

static const struct sort sorts[] = {{"sentAt", "v.\"sentAt\"", "timestamptz", .doc = "What was sent first."},
                                    {0}};

static const struct route routes[] = {
    {LIST, "/address-notifications", .doc = "Address notifications."},
    {CREATE, "/address-notifications",
     .doc = "Records that the tax agency has been told. Nothing is sent from here. It ends the round of the "
            "outreach plan, which begins again with the next mass letter or restart."},
    {READ, "/address-notifications/{id}"},
    {0}};

static const struct refusal refusals[] = {
    {"address-not-wrong", 422, "/attemptId", "Försöket visade inte att adressen är fel.",
     "The attempt did not show that the address is wrong."},
    {"notified-before-attempt", 422, "/sentAt", "Anmälan kan inte ha gjorts före försöket.",
     "The notification cannot have been sent before the attempt."},
    {"notified-twice", 409, "/attemptId", "Anmälan är redan gjord för det försöket.",
     "That attempt has been notified already."},
    {0}};

static const struct link links[] = {
    {"youth", "GET", "/youths/{youthId}", "youths:read", NULL},
    {"attempt", "GET", "/outreach-attempts/{attemptId}", "outreach-attempts:read", NULL},
    {0}};

RESOURCE(address_notifications) = {
    .name = "address-notifications",
    .title = "Address notifications",
    .doc = "When a visit shows that a youth does not live at the registered address, the tax agency is told "
           "(FOL 32 c §). Never changed.",
    .fields = fields,
    .filters = filters,
    .sorts = sorts,
    .routes = routes,
    .links = links,
    .refusals = refusals,
    .subject = "array[v.\"youthId\"]",
};
