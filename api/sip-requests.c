/* SIP requests, the sender's side: others are asked to a coordinated individual plan. */
#include "service/resource.h"

#define STATUSES "draft sent meeting_planned meeting_held plan_made no_plan closed cancelled"

static const struct field addressee[] = {
    {"recipientId", UUID, REQUIRED, .doc = "Who is asked."},
    {"answer", CODE, READ_ONLY, .codes = "pending accepted declined", .doc = "Its answer."},
    {"answeredAt", TIME, READ_ONLY, .doc = "When it answered."},
    {"reason", TEXT, READ_ONLY, 1, 500, .doc = "Why it declined."},
    {0}};

static const struct field fields[] = {
    {"youthId", UUID, REQUIRED | CREATE_ONLY, .doc = "The youth."},
    {"initiatedBy", CODE, CREATE_ONLY, .codes = "kaa social_services region youth guardian",
     .doc = "Who wants the plan; kaa when not given. One that social_services or region call begins at "
            "meeting_planned and releases nothing."},
    {"status", CODE, READ_ONLY, .codes = STATUSES, .doc = "Moved by events and by the answers."},
    {"addressees", OBJECTS, CREATE_ONLY, 0, 10, .members = addressee, .doc = "Who is asked, each once."},
    {"participants", TEXTS, 0, 0, 20, .doc = "Others who take part; functions rather than names.",
     .example = "[\"Studievägledare\"]"},
    {"consentId", UUID, 0,
     .doc =
         "The consent it rests on, with purpose sip. Not given: one that covers is found when it is sent."},
    {"meetingAt", TIME, 0, .doc = "When the meeting is."},
    {"responsible", TEXT, 0, 1, 100, .doc = "Who calls the meeting.", .example = "\"Enheten KAA Nord\""},
    {"sentAt", TIME, READ_ONLY, .doc = "When it was sent."},
    {"heldAt", TIME, READ_ONLY, .doc = "When the meeting was held."},
    {"closedAt", TIME, READ_ONLY, .doc = "When it was closed or cancelled."},
    {"statusReason", TEXT, READ_ONLY, 1, 500,
     .doc = "Why it was cancelled; consent_withdrawn when the consent ended."},
    {0}};

static const struct filter filters[] = {
    {"youthId", UUID, 0, .doc = "Of this youth."},
    {"recipientId", UUID, MANY, "base.searchable_recipients(@, $3 ? 'youthId') and v.\"recipientIds\" && @",
     .doc = "With one of these asked. A sensitive recipient only together with youthId (else 400)."},
    {"status", CODE, MANY, .codes = STATUSES, .doc = "In one of these states."},
    {"meetingBefore", TIME, 0, "v.\"meetingAt\" <= @", .doc = "With the meeting at this time or earlier."},
    {0}};

static const struct field cancelled[] = {{"reason", TEXT, 0, 1, 500, .doc = "Why; short, nothing sensitive."},
                                         {0}};
static const struct field planned[] = {
    {"meetingAt", TIME, REQUIRED, .doc = "When the meeting is.", .example = "\"2026-12-01T12:00:00Z\""}, {0}};

static const struct event events[] = {
    {"sent",
     .doc = "Releases to every addressee what the consent shares. Refused unless it covers them all now."},
    {"meeting_planned", planned, "At least one has accepted and the meeting has its time."},
    {"meeting_held", .doc = "The meeting was held."},
    {"plan_made", .doc = "A plan was made; it is kept by social services or the region, not here."},
    {"no_plan", .doc = "No plan was made."},
    {"closed", .doc = "The request is done. A request that all decline closes by itself."},
    {"cancelled", cancelled, "The request is taken back."},
    {0}};

static const struct route routes[] = {
    {LIST, "/sip-requests",
     .doc =
         "SIP requests. Those to sensitive recipients are listed only together with youthId (dataskyddslagen 3:3)."},
    {CREATE, "/sip-requests", .doc = "Drafts a request, or records one that others have called."},
    {READ, "/sip-requests/{id}"},
    {EDIT, "/sip-requests/{id}",
     .doc = "Changes meeting, participants and responsible; the consent of a draft."},
    {EVENT, "/sip-requests/{id}/events", "event", .doc = "Sends the request and follows it to its end."},
    {EVENTS, "/sip-requests/{id}/events", .doc = "What has happened, oldest first."},
    {EVENTS, "/sip-requests/{id}/events/{eventId}", .doc = "One of them."},
    {0}};

static const struct refusal refusals[] = {
    {"consent-missing", 422, "/consentId", "Inget gällande samtycke omfattar det som begärs.",
     "No consent in force covers what is asked."},
    {"addressee-missing", 422, "/addressees", "Minst en mottagare måste anges.",
     "At least one addressee is needed."},
    {"addressee-twice", 422, "/addressees", "Samma mottagare står två gånger.",
     "The same addressee is there twice."},
    {"no-addressee-accepted", 409, NULL, "Ingen mottagare har tackat ja än.",
     "No addressee has accepted yet."},
    {"facts-are-fixed", 409, NULL, "Det ändras inte längre.", "That is no longer changed."},
    {0}};

static const struct link links[] = {
    {"youth", "GET", "/youths/{youthId}", "youths:read", NULL},
    {"history", "GET", "/sip-requests/{id}/events", "sip-requests:read", NULL},
    {0}};

RESOURCE(sip_requests) = {
    .name = "sip-requests",
    .function = "sip-requests",
    .title = "SIP requests",
    .doc =
        "Requests for a coordinated individual plan, SoL (2025:400) 10 kap. 8–9 §§ and HSL 16 kap. 4 §. Social "
        "services or the region decide, and the individual must consent. The plan itself is never held here.",
    .fields = fields,
    .filters = filters,
    .routes = routes,
    .events = events,
    .links = links,
    .refusals = refusals,
    .always = "(not v.sensitive or $3 ? 'youthId')",
    .subject = "array[v.\"youthId\"]",
};
