/* Outreach attempts: what is planned and done to reach a youth, and how it went. */
#include "service/resource.h"

#define PURPOSES "outreach follow_up turning_20"
#define CHANNELS                                                                                             \
  "letter sms phone email door_card home_visit meeting via_school via_partner social_media own_initiative"
#define STATUSES                                                                                             \
  "planned sent no_answer wrong_contact_details not_at_address returned reached reached_declined "           \
  "cancelled voided"

static const struct field fields[] = {
    {"youthId", UUID, REQUIRED | CREATE_ONLY, .doc = "The youth."},
    {"purpose", CODE, CREATE_ONLY, .codes = PURPOSES,
     .doc =
         "outreach when not given; follow_up after the first time the youth was reached; turning_20 for the "
         "information before the 20th birthday, which is no step of the outreach plan."},
    {"channel", CODE, REQUIRED | CREATE_ONLY, .codes = CHANNELS,
     .doc = "See the code list outreach-channels."},
    {"status", CODE, READ_ONLY, .codes = STATUSES, .doc = "Begins as planned; moved by events."},
    {"plannedAt", TIME, .doc = "When it is to be made."},
    {"attemptedAt", TIME, READ_ONLY, .doc = "When it was made: the time of its first event. Never changes."},
    {"outcomeAt", TIME, READ_ONLY, .doc = "When it was known how it went."},
    {"staff", TEXTS, REQUIRED, 1, 10,
     .doc = "Token subjects of those who make it, each once; at least two for a home visit.",
     .example = "[\"anna.berg\"]"},
    {"via", TEXT, 0, 1, 100, .doc = "Through whom, e.g. which school; a function, not a person.",
     .example = "\"Skolans studievägledare\""},
    {"announcedVisitAt", TIME,
     .doc = "Door card: the visit that it announces. Required before the card can be told as left."},
    {"note", TEXT, 0, 1, 500,
     .doc =
         "What the next one needs to know of the attempt. Nothing on health, faith, origin, crime or other "
         "sensitive matters: the law allows only what is needed to reach the youth (2006:39).",
     .example = "\"Ring efter klockan 15\""},
    {"unannouncedReason", TEXT, 0, 1, 200,
     .doc =
         "Home visit: why it is made though no door card announced it, on its day and as long before as the "
         "policy's visitNoticeMin and visitNoticeMax say. Short, nothing sensitive.",
     .example = "\"Ungdomen bad om besöket\""},
    {"safetyNoticeAcknowledged", BOOLEAN,
     .doc = "Staff have read the safety notice that is in force. Must be true for a door card, home visit or "
            "meeting with a youth who has one, when it is planned and when it is made. Taken away when a new "
            "notice is written."},
    {"batchId", UUID, READ_ONLY, .doc = "The outreach batch that it was made by."},
    {"voidReason", TEXT, READ_ONLY, .doc = "Why it was voided."},
    {0}};

static const struct filter filters[] = {
    {"youthId", UUID, 0, .doc = "Of this youth."},
    {"status", CODE, MANY, .codes = STATUSES, .doc = "In one of these states."},
    {"channel", CODE, MANY, .codes = CHANNELS, .doc = "Over one of these channels."},
    {"purpose", CODE, 0, .codes = PURPOSES, .doc = "With this purpose."},
    {"batchId", UUID, 0, .doc = "Made by this outreach batch."},
    {"staff", TEXT, 0, "case @ when 'me' then base.sub() else @ end = any (v.staff)",
     .doc = "Made by this token subject; me: by the caller."},
    {"plannedBefore", TIME, 0, "v.status = 'planned' and v.\"plannedAt\" <= @",
     .doc = "Planned for this time at the latest, and not made yet."},
    {0}};

static const struct field voided[] = {
    {"reason", TEXT, REQUIRED, 1, 200, .doc = "Why; short, nothing sensitive.", .example = "\"Fel ungdom\""},
    {0}};
static const struct field cancelled[] = {{"reason", TEXT, 0, 1, 200, .doc = "Why; short, nothing sensitive."},
                                         {0}};

static const struct event events[] = {
    {"sent", .doc = "A letter, sms, e-mail or card has been sent or left."},
    {"no_answer", .doc = "Nobody answered or was at home."},
    {"wrong_contact_details", .doc = "Number or address does not lead to the youth."},
    {"not_at_address", .doc = "The youth does not live at the address."},
    {"returned", .doc = "What was sent came back."},
    {"reached",
     .doc =
         "The youth was reached, or answered what was sent. Other attempts with the purpose outreach that are "
         "still planned are cancelled."},
    {"reached_declined", .doc = "The youth was reached and declines contact. Cancels like reached."},
    {"cancelled", cancelled, "It will not be made."},
    {"voided", voided, "It was written in error. The row stays, and counts nowhere."},
    {0}};

static const struct route routes[] = {
    {LIST, "/outreach-attempts", .doc = "Attempts, planned and made."},
    {CREATE, "/outreach-attempts",
     .doc =
         "Plans an attempt, for a youth with an open registration or in preventive work; none while a pause "
         "holds outreach or for a day that one holds, unless the youth came by themself (own_initiative). What "
         "has been done already is planned as well and gets its event at once, with the time it happened."},
    {READ, "/outreach-attempts/{id}"},
    {EDIT, "/outreach-attempts/{id}", .doc = "Changes an attempt that is still planned."},
    {EVENT, "/outreach-attempts/{id}/events", "event",
     .doc =
         "Tells what happened, and when. What makes the attempt is refused on a day that a pause holds which "
         "had been entered by then; what becomes known later of an attempt that was made is not."},
    {EVENTS, "/outreach-attempts/{id}/events", .doc = "What has happened, oldest first."},
    {EVENTS, "/outreach-attempts/{id}/events/{eventId}", .doc = "One of them."},
    {0}};

static const struct refusal refusals[] = {
    {"two-staff-at-home-visit", 422, "/staff", "Ett hembesök görs alltid av minst två.",
     "A home visit is always made by at least two."},
    {"staff-not-distinct", 422, "/staff", "Samma person står två gånger.", "The same person is there twice."},
    {"staff-missing", 422, "/staff",
     "Minst en person krävs, namngiven med synliga tecken utan blanka runt om.",
     "At least one person is needed, named in visible characters without blanks around."},
    {"announced-visit-only-on-door-card", 422, "/announcedVisitAt",
     "Bara ett knackakort annonserar ett besök.", "Only a door card announces a visit."},
    {"door-card-announces-visit", 422, "/announcedVisitAt",
     "Ett knackakort annonserar ett besök; ange när det är.",
     "A door card announces a visit; say when it will be."},
    {"unannounced-reason-only-at-home-visit", 422, "/unannouncedReason",
     "Bara ett hembesök kan göras oannonserat.", "Only a home visit can be made unannounced."},
    {"visit-not-announced", 422, "/unannouncedReason",
     "Inget knackakort har annonserat besöket till den dagen i tid; ange skälet.",
     "No door card announced the visit for that day in time; give the reason."},
    {"outreach-paused", 422, NULL, "Uppsökandet är pausat den dagen.", "Outreach is paused on that day."},
    {"safety-notice-not-acknowledged", 422, "/safetyNoticeAcknowledged",
     "Det finns en aktuell hotbildsbedömning; läs den och kvittera.",
     "A safety notice is in force; read and acknowledge it."},
    {"attempted-at-with-status", 422, "/at", "Tidpunkten för försöket saknas.",
     "The time of the attempt is missing."},
    {"outcome-before-attempt", 422, "/at", "Utfallet kan inte komma före försöket.",
     "The outcome cannot come before the attempt."},
    {"void-reason-missing", 422, "/reason", "Skälet måste anges.", "The reason must be given."},
    {"not-covered", 422, "/youthId", "Ungdomen har ingen öppen registrering.",
     "The youth has no open registration."},
    {"no-usable-address", 422, "/channel",
     "Det finns ingen adress som får användas; kontakten tas på annat sätt.",
     "There is no address that may be used; contact goes another way."},
    {"facts-are-fixed", 409, NULL, "Det ändras inte längre.", "That is no longer changed."},
    {0}};

static const struct link links[] = {
    {"youth", "GET", "/youths/{youthId}", "youths:read", NULL},
    {"history", "GET", "/outreach-attempts/{id}/events", "outreach-attempts:read", NULL},
    {"address-notifications", "GET", "/address-notifications?attemptId={id}", "address-notifications:read",
     "v.status = 'not_at_address'"},
    {0}};

RESOURCE(outreach_attempts) = {
    .name = "outreach-attempts",
    .title = "Outreach attempts",
    .doc = "Attempts to reach a youth. Facts once written never change and nothing is deleted.",
    .fields = fields,
    .filters = filters,
    .routes = routes,
    .events = events,
    .links = links,
    .refusals = refusals,
    .subject = "array[v.\"youthId\"]",
};
