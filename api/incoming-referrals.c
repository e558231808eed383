/* Incoming referrals: partners ask the municipality to take somebody on, and are told nothing of the person. */
#include "service/resource.h"

#define STATUSES "received accepted declined closed"

static const struct field identity[] = {
    {"givenName", TEXT, 0, 1, 100, .doc = "Given name.", .example = "\"Alva\""},
    {"familyName", TEXT, 0, 1, 100, .doc = "Family name.", .example = "\"Exempel\""},
    {"birthDate", DATE, .doc = "Birth date."},
    {0}};

static const struct field contact[] = {{"phones", PHONES, 0, 0, 5, .doc = "Where the person can be reached."},
                                       {"email", EMAIL, .doc = "Where the person can be reached."},
                                       {0}};

#define REASON                                                                                               \
  "Why the municipality is asked, in a few words; nothing on health, crime or other sensitive matters "      \
  "(2006:39)."
#define EVIDENCE "Where the sender keeps the consent, e.g. a record number."

static const struct field sent[] = {
    {"personalNumber", PERSONAL_NUMBER, REQUIRED, .doc = "Any number of the person.",
     .example = "\"20080101TF01\""},
    {"numberType", CODE, .codes = "personal coordination temporary",
     .doc = "Told by the number when not given."},
    {"identity", OBJECT, .members = identity, .doc = "Who it is."},
    {"contact", OBJECT, .members = contact, .doc = "How to reach the person."},
    {"reason", TEXT, REQUIRED, 1, 500, .doc = REASON, .example = "\"Vill ha hjälp att hitta en utbildning\""},
    {"evidenceReference", TEXT, REQUIRED, 1, 100, .doc = EVIDENCE, .example = "\"2026/4711\""},
    {"externalReference", TEXT, 0, 1, 100, .doc = "The sender's own reference, without personal data."},
    {0}};

static const struct field receipt[] = {{"id", UUID, READ_ONLY, .doc = "The referral's id."}, {0}};

static const struct field fields[] = {
    {"status", CODE, READ_ONLY, .codes = STATUSES, .doc = "Begins as received; moved by events."},
    {"client", TEXT, READ_ONLY, .doc = "The system that sent it.", .example = "\"socialtjansten\""},
    {"personalNumber", PERSONAL_NUMBER, READ_ONLY, .scope = "personal-numbers:read",
     .doc = "As it was sent. This and identity, contact and reason are deleted the policy's preventiveMonths "
            "after the answer.",
     .example = "\"20080101TF01\""},
    {"identity", OBJECT, READ_ONLY, .members = identity, .doc = "As it was sent."},
    {"contact", OBJECT, READ_ONLY, .members = contact, .doc = "As it was sent."},
    {"reason", TEXT, READ_ONLY, 1, 500, .doc = REASON},
    {"evidenceReference", TEXT, READ_ONLY, 1, 100, .doc = EVIDENCE, .example = "\"2026/4711\""},
    {"externalReference", TEXT, READ_ONLY, 1, 100, .doc = "The sender's own reference."},
    {"youthId", UUID, READ_ONLY, .doc = "Who it is, once accepted."},
    {"statusReason", TEXT, READ_ONLY, 1, 500, .doc = "Why it was declined."},
    {"answeredAt", TIME, READ_ONLY, .doc = "When it was accepted or declined."},
    {"closedAt", TIME, READ_ONLY, .doc = "When nothing more was to be done."},
    {0}};

static const struct filter filters[] = {
    {"status", CODE, MANY, .codes = STATUSES, .doc = "In one of these states."},
    {"youthId", UUID, 0, .doc = "Accepted, and about this youth."},
    {0}};

static const struct field accepted[] = {
    {"youthId", UUID, REQUIRED,
     .doc = "Who it is: found by youth-lookups, or entered by POST /youths first. Not changed afterwards."},
    {0}};
static const struct field declined[] = {{"reason", TEXT, REQUIRED, 1, 500,
                                         .doc = "Why; short, nothing sensitive.",
                                         .example = "\"Bor i en annan kommun\""},
                                        {0}};

static const struct event events[] = {{"accepted", accepted, "The municipality takes the person on."},
                                      {"declined", declined, "It does not."},
                                      {"closed", .doc = "Nothing more is to be done about it."},
                                      {0}};

static const struct route routes[] = {
    {LIST, "/incoming-referrals",
     .doc = "Incoming referrals, the oldest first; status=received: to be answered."},
    {CREATE, "/incoming-referrals", "receive", .receipt = "receipt", .scope = "incoming-referrals:write",
     .body = sent, .answer = receipt,
     .doc =
         "Asks the municipality to take somebody on. The answer is always the same and says nothing of the "
         "person; what comes of it the sender is told by people."},
    {READ, "/incoming-referrals/{id}"},
    {EVENT, "/incoming-referrals/{id}/events", .doc = "Accepts, declines or closes."},
    {EVENTS, "/incoming-referrals/{id}/events", .doc = "What has happened, oldest first."},
    {EVENTS, "/incoming-referrals/{id}/events/{eventId}", .doc = "One of them."},
    {0}};

static const struct refusal refusals[] = {
    {"number-wrong", 422, "/personalNumber", "Numret stämmer inte med sin typ eller kontrollsiffra.",
     "The number does not fit its type or check digit."},
    {"closed-before-answer", 422, "/at", "Den kan inte avslutas innan den besvarades.",
     "It cannot be closed before it was answered."},
    {0}};

static const struct link links[] = {
    {"youth", "GET", "/youths/{youthId}", "youths:read", "v.\"youthId\" is not null"},
    {"history", "GET", "/incoming-referrals/{id}/events",
     "incoming-referrals:read+protected:read+preventive:read", NULL},
    {0}};

RESOURCE(incoming_referrals) = {
    .name = "incoming-referrals",
    .also = "protected:read+preventive:read", /* whom a partner names may be anybody */
    .title = "Incoming referrals",
    .doc =
        "What partners, such as social services, refer to the municipality, with the consent that they hold. "
        "Whoever reads and answers them sees everyone: needs protected:read, preventive:read and a token "
        "without districts. What was declined or never answered is deleted the policy's preventiveMonths "
        "afterwards.",
    .fields = fields,
    .filters = filters,
    .routes = routes,
    .events = events,
    .links = links,
    .refusals = refusals,
    .subject = "array_remove(array[v.\"youthId\"], null)",
};
