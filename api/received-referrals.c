/* Received referrals, the recipient's side: exactly what was released to the token's recipients. */
#include "service/resource.h"

#define STATUSES "sent received accepted declined started completed interrupted cancelled"

static const struct field address[] = {
    {"kind", CODE, READ_ONLY, .codes = "registered special_postal forwarding", .doc = "Which address it is."},
    {"street", TEXT, READ_ONLY, 1, 100, .doc = "Street and number.", .example = "\"Storgatan 1\""},
    {"careOf", TEXT, READ_ONLY, 1, 100, .doc = "Care of.", .example = "\"c/o Ek\""},
    {"postalCode", TEXT, READ_ONLY, 1, 10, .doc = "Postal code.", .example = "\"11122\""},
    {"city", TEXT, READ_ONLY, 1, 50, .doc = "Town.", .example = "\"Stockholm\""},
    {0}};
static const struct field identity[] = {
    {"personalNumber", PERSONAL_NUMBER, READ_ONLY, .doc = "Identity number.", .example = "\"20080101TF01\""},
    {"givenName", TEXT, READ_ONLY, 1, 100, .doc = "Given name.", .example = "\"Alva\""},
    {"familyName", TEXT, READ_ONLY, 1, 100, .doc = "Family name.", .example = "\"Ek\""},
    {"birthDate", DATE, READ_ONLY, .doc = "Birth date, when known."},
    {0}};
static const struct field contact[] = {
    {"phones", PHONES, READ_ONLY, 0, 5, .doc = "Phone numbers.", .example = "[\"+46701740605\"]"},
    {"email", EMAIL, READ_ONLY, .doc = "E-mail."},
    {"address", OBJECT, READ_ONLY, .members = address, .doc = "Registered or forwarding address."},
    {"contactAddress", OBJECT, READ_ONLY, .members = address + 1 /* no kind */,
     .doc = "Where the youth says post arrives."},
    {0}};
static const struct field guardian[] = {
    {"name", TEXT, READ_ONLY, 1, 100, .doc = "Name.", .example = "\"Kim Ek\""},
    {"phone", PHONE, READ_ONLY, .doc = "Phone.", .example = "\"+46701740606\""},
    {"email", EMAIL, READ_ONLY, .doc = "E-mail."},
    {0}};
static const struct field registration[] = {
    {"startDate", DATE, READ_ONLY, .doc = "First day."},
    {"reason", TEXT, READ_ONLY, .doc = "Code of the list registration-reasons.", .example = "\"dropout\""},
    {"latestSchool", TEXT, READ_ONLY, .doc = "School attended last."},
    {"latestProgramme", TEXT, READ_ONLY, .doc = "Programme attended last."},
    {"endDate", DATE, READ_ONLY, .doc = "Day it ended."},
    {"exitReason", TEXT, READ_ONLY, .doc = "Code of the list exit-reasons.", .example = "\"turned_20\""},
    {0}};
static const struct field measure[] = {
    {"type", TEXT, READ_ONLY, .doc = "Code of the list measure-types.", .example = "\"coaching\""},
    {"status", CODE, READ_ONLY, .codes = "planned started ended", .doc = "Its state."},
    {"provider", TEXT, READ_ONLY, .doc = "Who gives it."},
    {"startDate", DATE, READ_ONLY, .doc = "First day."},
    {"endDate", DATE, READ_ONLY, .doc = "Last day."},
    {"endReason", TEXT, READ_ONLY, .doc = "Code of the list measure-end-reasons.",
     .example = "\"completed_goal_reached\""},
    {0}};

static const struct field fields[] = {
    {"status", CODE, READ_ONLY, .codes = STATUSES, .doc = "Moved by events of both sides."},
    {"recipientId", UUID, READ_ONLY, .doc = "To which of the token's recipients."},
    {"reason", TEXT, READ_ONLY, 1, 200, .doc = "Why, in a few words; shared with the message."},
    {"message", TEXT, READ_ONLY, 1, 1000, .doc = "From the sender, when shared."},
    {"identity", OBJECT, READ_ONLY, .members = identity, .doc = "Who it is, when shared."},
    {"contact", OBJECT, READ_ONLY, .members = contact, .doc = "How to reach the youth, when shared."},
    {"guardians", OBJECTS, READ_ONLY, 0, 4, .members = guardian,
     .doc = "When shared and the youth is under 18."},
    {"registration", OBJECT, READ_ONLY, .members = registration,
     .doc = "The latest registration, when shared."},
    {"measures", OBJECTS, READ_ONLY, 0, 1000, .members = measure, .doc = "Measures, when shared."},
    {"respondBy", DATE, READ_ONLY, .doc = "When an answer is wanted."},
    {"overdue", BOOLEAN, READ_ONLY, .doc = "Not answered, and respondBy has passed."},
    {"externalReference", TEXT, READ_ONLY, 1, 100, .doc = "Your own reference.", .example = "\"VERA-1001\""},
    {"sentAt", TIME, READ_ONLY, .doc = "When it was sent."},
    {"receivedAt", TIME, READ_ONLY, .doc = "When you took it in."},
    {"answeredAt", TIME, READ_ONLY, .doc = "When it was accepted or declined."},
    {"startedAt", TIME, READ_ONLY, .doc = "When you began."},
    {"endedAt", TIME, READ_ONLY, .doc = "When it was completed or interrupted."},
    {"statusReason", TEXT, READ_ONLY, 1, 500, .doc = "Why it was declined or interrupted."},
    {"result", TEXT, READ_ONLY, 1, 500, .doc = "What it led to."},
    {"consentEndedAt", TIME, READ_ONLY,
     .doc =
         "The consent has ended: of one that was accepted before, only id, status and this are shown, and it "
         "can only be completed or interrupted."},
    {0}};

static const struct filter filters[] = {
    {"status", CODE, MANY, .codes = STATUSES, .doc = "In one of these states."},
    {"recipientId", UUID, MANY, .doc = "To one of these of the token's recipients."},
    {"respondBefore", DATE, 0, "v.\"respondBy\" <= @", .doc = "Answer wanted on this day or earlier."},
    {"unanswered", BOOLEAN, 0, "(v.status in ('sent', 'received')) = @", .doc = "Not answered yet, or so."},
    {"overdue", BOOLEAN, 0, "coalesce(v.overdue, false) = @",
     .doc = "Not answered, and respondBy has passed; or not so."},
    {0}};

static const struct sort sorts[] = {{"respondBy", "coalesce(v.\"respondBy\", '9999-12-31')", "date",
                                     .doc = "By respondBy; those without one last."},
                                    {0}};

#define REFERENCE                                                                                            \
  {                                                                                                          \
    "externalReference", TEXT, 0, 1, 100, .doc = "Your own reference, from now on.",                         \
                                          .example = "\"VERA-1001\""                                         \
  }
static const struct field received[] = {REFERENCE, {0}};
static const struct field declined[] = {{"reason", TEXT, REQUIRED, 1, 500,
                                         .doc = "Why; short, nothing sensitive.",
                                         .example = "\"Fullt i höst\""},
                                        REFERENCE,
                                        {0}};
static const struct field completed[] = {{"result", TEXT, REQUIRED, 1, 500,
                                          .doc = "What it led to; short, nothing sensitive.",
                                          .example = "\"Praktik i tre månader\""},
                                         REFERENCE,
                                         {0}};

static const struct event events[] = {
    {"received", received, "It has been taken in. Not required."},
    {"accepted", received, "You take it on."},
    {"declined", declined, "You do not take it on."},
    {"started", received, "The youth has begun. Not when the consent has ended."},
    {"completed", completed, "It has come to its end."},
    {"interrupted", declined, "It ended before that."},
    {0}};

static const struct route routes[] = {
    {LIST, "/received-referrals", .doc = "Referrals released to the token's recipients."},
    {READ, "/received-referrals/{id}"},
    {EVENT, "/received-referrals/{id}/events", .doc = "Answers a referral and reports how it goes."},
    {EVENTS, "/received-referrals/{id}/events",
     .doc =
         "Your own events, with their details as long as the rest is shown, and when the sender sent or cancelled."},
    {EVENTS, "/received-referrals/{id}/events/{eventId}", .doc = "One of them."},
    {0}};

static const struct refusal refusals[] = {
    {"reason-missing", 422, "/reason", "Skälet måste anges.", "The reason must be given."},
    {"result-missing", 422, "/result", "Resultatet måste anges.", "The result must be given."},
    {0}};

RESOURCE(received_referrals) = {
    .name = "received-referrals",
    .title = "Received referrals",
    .doc =
        "What recipients see: referrals that were sent to them, with the members the consent shares, as long as it "
        "holds. The token names its recipients, or the system that acts for them.",
    .fields = fields,
    .filters = filters,
    .sorts = sorts,
    .routes = routes,
    .events = events,
    .refusals = refusals,
    .subject = "array[v.\"youthId\"]",
    .states = "referrals",
    .actor = "recipient",
};
