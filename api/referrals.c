/* Referrals, the sender's side: a youth is referred to a recipient, with what the consent lets out. */
#include "service/resource.h"

#define STATUSES "draft sent received accepted declined started completed interrupted cancelled"

static const struct field fields[] = {
    {"youthId", UUID, REQUIRED | CREATE_ONLY, .doc = "The youth."},
    {"recipientId", UUID, REQUIRED | CREATE_ONLY, .doc = "To whom."},
    {"status", CODE, READ_ONLY, .codes = STATUSES, .doc = "Begins as draft; moved by events of both sides."},
    {"reason", TEXT, REQUIRED, 1, 200,
     .doc = "Why, in a few words; nothing on health or other sensitive matters. Released with the message.",
     .example = "\"Vill ha praktik\""},
    {"message", TEXT, 0, 1, 1000,
     .doc =
         "To the recipient; nothing on health or other sensitive matters. Released when the consent shares it."},
    {"consentId", UUID, 0,
     .doc = "The consent it rests on. Not given: one that covers is found when it is sent."},
    {"respondBy", DATE, 0, .doc = "When an answer is wanted; the recipient's time when not given."},
    {"overdue", BOOLEAN, READ_ONLY, .doc = "Sent, not answered, and respondBy has passed."},
    {"externalReference", TEXT, 0, 1, 100,
     .doc = "The recipient's own reference; the recipient gives it with its events.",
     .example = "\"VERA-1001\""},
    {"sentAt", TIME, READ_ONLY, .doc = "When it was sent."},
    {"receivedAt", TIME, READ_ONLY, .doc = "When the recipient took it in."},
    {"answeredAt", TIME, READ_ONLY, .doc = "When it was accepted or declined."},
    {"startedAt", TIME, READ_ONLY, .doc = "When the recipient began."},
    {"endedAt", TIME, READ_ONLY, .doc = "When it was completed, interrupted or cancelled."},
    {"statusReason", TEXT, READ_ONLY, 1, 500,
     .doc = "Why it was declined, interrupted or cancelled; consent_withdrawn when the consent ended."},
    {"result", TEXT, READ_ONLY, 1, 500, .doc = "What it led to."},
    {0}};

static const struct filter filters[] = {
    {"youthId", UUID, 0, .doc = "Of this youth."},
    {"recipientId", UUID, MANY,
     "base.searchable_recipients(@, $3 ? 'youthId') and v.\"recipientId\" = any (@)",
     .doc = "To one of these recipients. A sensitive recipient only together with youthId (else 400)."},
    {"status", CODE, MANY, .codes = STATUSES, .doc = "In one of these states."},
    {"respondBefore", DATE, 0, "v.\"respondBy\" <= @", .doc = "Answer wanted on this day or earlier."},
    {"unanswered", BOOLEAN, 0, "(v.status in ('sent', 'received')) = @",
     .doc = "Sent and not answered, or not so."},
    {"overdue", BOOLEAN, 0, "(v.overdue) = @",
     .doc = "Sent, not answered, and respondBy has passed; or not so."},
    {0}};

static const struct sort sorts[] = {{"respondBy", "coalesce(v.\"respondBy\", '9999-12-31')", "date",
                                     .doc = "By respondBy; those without one last."},
                                    {0}};

static const struct field cancelled[] = {{"reason", TEXT, 0, 1, 500, .doc = "Why; short, nothing sensitive."},
                                         {0}};
static const struct field interrupted[] = {
    {"reason", TEXT, REQUIRED, 1, 500, .doc = "Why; short, nothing sensitive.", .example = "\"Har flyttat\""},
    {0}};

static const struct event events[] = {
    {"sent",
     .doc = "Releases to the recipient what the consent shares. Refused unless a consent covers purpose and "
            "recipient at that moment, or the recipient has a ground of its own. Writes the disclosure."},
    {"cancelled", cancelled, "Takes it back."},
    {"interrupted", interrupted, "Ends one that has been accepted."},
    {0}};

static const struct route routes[] = {
    {LIST, "/referrals",
     .doc =
         "Referrals. Those to sensitive recipients are listed only together with youthId (dataskyddslagen 3:3)."},
    {CREATE, "/referrals", .doc = "Drafts a referral; nothing is released yet."},
    {READ, "/referrals/{id}"},
    {EDIT, "/referrals/{id}", .doc = "Changes a draft; later only externalReference."},
    {EVENT, "/referrals/{id}/events", "event", .doc = "Sends, cancels or interrupts."},
    {EVENTS, "/referrals/{id}/events", .doc = "What has happened on both sides, oldest first."},
    {EVENTS, "/referrals/{id}/events/{eventId}", .doc = "One of them."},
    {0}};

static const struct refusal refusals[] = {
    {"consent-missing", 422, "/consentId", "Inget gällande samtycke omfattar det som begärs.",
     "No consent in force covers what is asked."},
    {"recipient-retired", 422, "/recipientId", "Mottagaren är inte i bruk i dag.",
     "The recipient is not in use today."},
    {"reason-missing", 422, "/reason", "Skälet måste anges.", "The reason must be given."},
    {"result-missing", 422, "/result", "Resultatet måste anges.", "The result must be given."},
    {"sent-without-release", 422, NULL, "Det som inte har lämnats ut kan inte vara skickat.",
     "What has not been released cannot be sent."},
    {"facts-are-fixed", 409, NULL, "Det ändras inte längre.", "That is no longer changed."},
    {0}};

static const struct link links[] = {
    {"youth", "GET", "/youths/{youthId}", "youths:read", NULL},
    {"recipient", "GET", "/recipients/{recipientId}", "configuration:read", NULL},
    {"history", "GET", "/referrals/{id}/events", "referrals:read", NULL},
    {0}};

RESOURCE(referrals) = {
    .name = "referrals",
    .title = "Referrals",
    .doc = "Referrals to measures, care and support. The recipient's side is received-referrals.",
    .fields = fields,
    .filters = filters,
    .sorts = sorts,
    .routes = routes,
    .events = events,
    .links = links,
    .refusals = refusals,
    .always = "(not v.sensitive or $3 ? 'youthId')",
    .subject = "array[v.\"youthId\"]",
};
