/* Received SIP requests, the recipient's side: what was released to it, and its own answer. */
#include "service/resource.h"

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
    {"status", CODE, READ_ONLY, .codes = "pending accepted declined", .doc = "Your own answer."},
    {"requestId", UUID, READ_ONLY, .doc = "The request, the same for all who are asked."},
    {"requestStatus", CODE, READ_ONLY, .codes = "sent meeting_planned meeting_held plan_made no_plan closed",
     .doc = "How far the request has come."},
    {"recipientId", UUID, READ_ONLY, .doc = "To which of the token's recipients."},
    {"initiatedBy", CODE, READ_ONLY, .codes = "kaa social_services region youth guardian",
     .doc = "Who wants the plan."},
    {"meetingAt", TIME, READ_ONLY, .doc = "When the meeting is."},
    {"responsible", TEXT, READ_ONLY, 1, 100, .doc = "Who calls it."},
    {"participants", TEXTS, READ_ONLY, 0, 20, .doc = "Who takes part."},
    {"identity", OBJECT, READ_ONLY, .members = identity, .doc = "Who it is, when shared."},
    {"contact", OBJECT, READ_ONLY, .members = contact, .doc = "How to reach the youth, when shared."},
    {"guardians", OBJECTS, READ_ONLY, 0, 4, .members = guardian,
     .doc = "When shared and the youth is under 18."},
    {"registration", OBJECT, READ_ONLY, .members = registration,
     .doc = "The latest registration, when shared."},
    {"measures", OBJECTS, READ_ONLY, 0, 1000, .members = measure, .doc = "Measures, when shared."},
    {"sentAt", TIME, READ_ONLY, .doc = "When it was sent."},
    {"answeredAt", TIME, READ_ONLY, .doc = "When you answered."},
    {"statusReason", TEXT, READ_ONLY, 1, 500, .doc = "Why you declined."},
    {"consentEndedAt", TIME, READ_ONLY,
     .doc = "The consent has ended: of one that you accepted before, only id, status and this are shown."},
    {0}};

static const struct filter filters[] = {
    {"status", CODE, MANY, .codes = "pending accepted declined", .doc = "With one of these as your answer."},
    {"recipientId", UUID, MANY, .doc = "To one of these of the token's recipients."},
    {0}};

static const struct field declined[] = {{"reason", TEXT, 0, 1, 500, .doc = "Why; short, nothing sensitive."},
                                        {0}};

static const struct event events[] = {
    {"accepted", .doc = "You take part."},
    {"declined", declined, "You do not take part. The request closes when all have declined."},
    {0}};

static const struct route routes[] = {
    {LIST, "/received-sip-requests", .doc = "SIP requests released to the token's recipients."},
    {READ, "/received-sip-requests/{id}"},
    {EVENT, "/received-sip-requests/{id}/events", .doc = "Answers a request."},
    {EVENTS, "/received-sip-requests/{id}/events",
     .doc =
         "Your own events, with their details as long as the rest is shown, and when the sender sent or cancelled."},
    {EVENTS, "/received-sip-requests/{id}/events/{eventId}", .doc = "One of them."},
    {0}};

static const struct refusal refusals[] = {
    {"request-closed", 409, NULL, "Förfrågan är avslutad.", "The request has been closed."}, {0}};

RESOURCE(received_sip_requests) = {
    .name = "received-sip-requests",
    .function = "sip-requests",
    .title = "Received SIP requests",
    .doc =
        "Requests for a coordinated individual plan (samordnad individuell plan) that were sent to the token's "
        "recipients, one row for each of them that is asked. No plan content is held here.",
    .fields = fields,
    .filters = filters,
    .routes = routes,
    .events = events,
    .refusals = refusals,
    .subject = "array[v.\"youthId\"]",
    .states = "sip-addressees",
    .actor = "recipient",
};
