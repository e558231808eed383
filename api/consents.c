/* Consents: what may be shared of a youth, with whom, for what, until when. */
#include "service/resource.h"

#define PURPOSES "sharing crm sip outreach_pause"
#define SHARES   "identity contact guardians registration measures message"

static const struct field guardian[] = {
    {"name", TEXT, REQUIRED, 1, 100, .doc = "Name.", .example = "\"Kim Ek\""},
    {"givenAt", TIME, REQUIRED, .doc = "When the guardian gave it.", .example = "\"2026-09-01T08:00:00Z\""},
    {0}};

static const struct field fields[] = {
    {"youthId", UUID, REQUIRED | CREATE_ONLY, .doc = "The youth."},
    {"status", CODE, READ_ONLY, .codes = "active withdrawn expired",
     .doc = "expired: past validUntil, or given by guardians alone for one who has turned 18."},
    {"purpose", CODE, REQUIRED | CREATE_ONLY, .codes = PURPOSES,
     .doc = "crm for recipients with system vera, sip for SIP requests, outreach_pause for holding outreach, "
            "sharing for all other referrals."},
    {"recipientIds", UUIDS, CREATE_ONLY, 0, 20, .doc = "With whom; required except for outreach_pause."},
    {"shares", CODES, CREATE_ONLY, 1, 6, .codes = SHARES,
     .doc = "What may be shared; identity when not given."},
    {"givenByYouth", BOOLEAN, CREATE_ONLY,
     .doc = "The youth gave it, which is enough at any age and all there is from 18; false when not given."},
    {"guardians", OBJECTS, CREATE_ONLY, 0, 4, .members = guardian,
     .doc =
         "The guardians who gave it, each once. Only for those under 18, and shown no longer than that. Without the "
         "youth's own consent one of them is enough or all are needed, by the policy's guardianConsent."},
    {"medium", CODE, REQUIRED | CREATE_ONLY, .codes = "written digital oral", .doc = "How it was given."},
    {"givenAt", TIME, REQUIRED | CREATE_ONLY, .doc = "When it was given.",
     .example = "\"2026-09-01T08:00:00Z\""},
    {"validUntil", DATE, CREATE_ONLY, .doc = "Last day; without one it holds until withdrawn."},
    {"withdrawnAt", TIME, READ_ONLY, .doc = "When it was withdrawn."},
    {"evidenceReference", TEXT, CREATE_ONLY, 1, 100,
     .doc = "Where the evidence is kept, e.g. a record number.", .example = "\"2026/4711\""},
    {0}};

static const struct filter filters[] = {
    {"youthId", UUID, 0, .doc = "Of this youth."},
    {"status", CODE, MANY, .codes = "active withdrawn expired", .doc = "In one of these states."},
    {"purpose", CODE, MANY, .codes = PURPOSES, .doc = "For one of these purposes."},
    {"recipientId", UUID, MANY, "base.searchable_recipients(@, $3 ? 'youthId') and v.\"recipientIds\" && @",
     .doc = "With one of these named. A sensitive recipient only together with youthId (else 400)."},
    {0}};

static const struct event events[] = {
    {"withdrawn",
     .doc =
         "The consent ends now. Referrals and SIP requests on it that have not been answered are cancelled in "
         "the same moment, and its pauses of outreach end; of later referrals and requests the recipient sees no "
         "more than that they are."},
    {0}};

static const struct route routes[] = {
    {LIST, "/consents",
     .doc = "Consents. Those that name a sensitive recipient are listed only together with youthId."},
    {CREATE, "/consents", .doc = "Records a consent that has been given."},
    {READ, "/consents/{id}"},
    {EVENT, "/consents/{id}/events", .doc = "Withdraws a consent."},
    {EVENTS, "/consents/{id}/events", .doc = "What has happened, oldest first."},
    {EVENTS, "/consents/{id}/events/{eventId}", .doc = "One of them."},
    {0}};

static const struct refusal refusals[] = {
    {"consent-given-by-nobody", 422, "/givenByYouth", "Ungdomen eller en vårdnadshavare måste ha samtyckt.",
     "The youth or a guardian must have consented."},
    {"recipients-missing", 422, "/recipientIds", "Minst en mottagare måste anges.",
     "At least one recipient is needed."},
    {"shares-wrong", 422, "/shares", "Ange vad som får delas, var sak en gång.",
     "Name what may be shared, each thing once."},
    {"consent-ends-before-given", 422, "/validUntil", "Samtycket kan inte sluta gälla innan det gavs.",
     "The consent cannot end before it was given."},
    {"withdrawn-before-given", 422, "/at", "Samtycket kan inte återkallas innan det gavs.",
     "The consent cannot be withdrawn before it was given."},
    {"guardian-of-adult", 422, "/guardians", "Ungdomen har fyllt 18; vårdnadshavare samtycker inte längre.",
     "The youth has turned 18; guardians no longer consent."},
    {"guardian-missing", 422, "/guardians",
     "Alla ungdomens vårdnadshavare måste samtycka här, med samma namn som hos ungdomen.",
     "All the youth's guardians must consent here, by the names that the youth's data has."},
    {"guardian-twice", 422, "/guardians", "Samma vårdnadshavare står två gånger.",
     "The same guardian is there twice."},
    {"function-off", 422, "/purpose", "Kommunen har valt bort det som samtycket skulle gälla.",
     "The municipality does without what the consent would be for."},
    {"purpose-does-not-fit", 422, "/purpose", "Ändamålet passar inte mottagaren.",
     "The purpose does not fit the recipient."},
    {0}};

static const struct link links[] = {{"youth", "GET", "/youths/{youthId}", "youths:read", NULL},
                                    {"history", "GET", "/consents/{id}/events", "consents:read", NULL},
                                    {0}};

RESOURCE(consents) = {
    .name = "consents",
    .title = "Consents",
    .doc =
        "Consent governs what leaves the municipality's own care: referrals, the CRM, SIP requests. The register "
        "itself needs none. A consent is never changed: withdraw it and record a new one.",
    .fields = fields,
    .filters = filters,
    .routes = routes,
    .events = events,
    .links = links,
    .refusals = refusals,
    .always = "(not v.sensitive or $3 ? 'youthId')",
    .subject = "array[v.\"youthId\"]",
};
