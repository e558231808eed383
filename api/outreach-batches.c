/* Outreach batches: a mailing to many, from the filter and the count to what came back. */
#include "service/resource.h"

#define CHANNELS "letter sms email"
#define PURPOSES "outreach follow_up turning_20"
#define STATUSES "draft planned sent cancelled"

static const struct field fields[] = {
    {"name", TEXT, REQUIRED, 1, 100, .doc = "What the mailing is called; no names of persons.",
     .example = "\"Höstens utskick\""},
    {"status", CODE, READ_ONLY, .codes = STATUSES, .doc = "Begins as draft; moved by events."},
    {"channel", CODE, REQUIRED, .codes = CHANNELS, .doc = "How they are written to."},
    {"purpose", CODE, .codes = PURPOSES, .doc = "Of the attempts; outreach when not given."},
    {"filter", OBJECT, REQUIRED, .filters_of = "youths",
     .doc =
         "Whom it chooses among those with an open registration: the filters of the outreach plan. assignedTo "
         "me is written as the caller."},
    {"staff", TEXTS, REQUIRED, 1, 10, .doc = "Token subjects of those who make the attempts, each once.",
     .example = "[\"anna.berg\"]"},
    {"plannedAt", TIME, .doc = "When it is to be sent."},
    {"sentAt", TIME, READ_ONLY, .doc = "When it was sent."},
    {"districtIds", UUIDS, READ_ONLY,
     .doc = "The districts of the token that made it: it reaches nobody outside them. Absent: all."},
    {"count", INTEGER, READ_ONLY | DETAIL, 0, 1000000, .section = "count", .example = "812",
     .doc =
         "Of a draft: whom it would reach now. Nobody twice, and never a protected person, one whom a pause holds "
         "today or when it is to be sent, nor one without address, number or e-mail to send it to. Afterwards: its "
         "attempts."},
    {"outcomes", FIGURES, READ_ONLY | DETAIL, .section = "outcomes",
     .doc = "How many of its attempts have each status."},
    {0}};

static const struct filter filters[] = {
    {"status", CODE, MANY, .codes = STATUSES, .doc = "In one of these states."},
    {"channel", CODE, MANY, .codes = CHANNELS, .doc = "Over one of these channels."},
    {"purpose", CODE, MANY, .codes = PURPOSES, .doc = "With one of these purposes."},
    {0}};

static const struct field planned[] = {
    {"expectedCount", INTEGER, 0, 1, 1000000, .example = "812",
     .doc = "The count that was seen: 409 count-changed, and nothing is planned, when it is another now."},
    {0}};

static const struct event events[] = {
    {"planned", planned, "One planned attempt for each whom it chooses, all or none."},
    {"sent",
     .doc = "All its attempts that are still planned have been sent; of one whom a pause holds on that day "
            "the attempt is cancelled."},
    {"cancelled", .doc = "It will not be sent; its planned attempts are cancelled."},
    {0}};

static const struct field address[] = {
    {"attemptId", UUID, READ_ONLY, .doc = "The reference that what comes back is reported under."},
    {"name", TEXT, READ_ONLY, .doc = "Given and family name.", .example = "\"Alva Exempel\""},
    {"careOf", TEXT, READ_ONLY | NULLABLE, .doc = "Care of."},
    {"street", TEXT, READ_ONLY | NULLABLE, .doc = "Street and number, or box.",
     .example = "\"Exempelgatan 1\""},
    {"postalCode", TEXT, READ_ONLY | NULLABLE, .doc = "Postal code.", .example = "\"11122\""},
    {"city", TEXT, READ_ONLY | NULLABLE, .doc = "City.", .example = "\"Stockholm\""},
    {0}};

static const struct field addresses[] = {
    {"data", OBJECTS, READ_ONLY, .members = address, .doc = "In the order of postal code and street."}, {0}};

static const struct field result[] = {{"attemptId", UUID, REQUIRED, .doc = "One of the batch's attempts."},
                                      {"type", CODE, REQUIRED, .codes = "returned reached reached_declined",
                                       .doc = "What became of it; see the events of outreach-attempts."},
                                      {"at", TIME, .doc = "When; now when not given."},
                                      {0}};

static const struct field results[] = {
    {"results", OBJECTS, REQUIRED, 1, 1000, .members = result, .doc = "Each is taken by itself."}, {0}};

static const struct field trouble[] = {
    {"code", TEXT, READ_ONLY, .doc = "Why it was not taken; not-found also when it is not to be seen.",
     .example = "\"transition-not-allowed\""},
    {"detail", TEXT, READ_ONLY, .doc = "The same in words."},
    {"allowed", TEXTS, READ_ONLY, .doc = "transition-not-allowed: the events that are possible.",
     .example = "[\"voided\"]"},
    {0}};

static const struct field taken[] = {
    {"attemptId", UUID, READ_ONLY, .doc = "The attempt."},
    {"status", CODE, READ_ONLY, .codes = "returned reached reached_declined", .doc = "Its status now."},
    {"problem", OBJECT, READ_ONLY, .members = trouble, .doc = "Instead of a status: it was not taken."},
    {0}};

static const struct field answers[] = {
    {"data", OBJECTS, READ_ONLY, .members = taken, .doc = "One entry a result, in the order given."}, {0}};

static const struct route routes[] = {
    {LIST, "/outreach-batches",
     .doc = "Batches, without their counts. A token of some districts sees those made for "
            "these alone."},
    {CREATE, "/outreach-batches", .doc = "Drafts a batch; count in the answer tells whom it would reach."},
    {READ, "/outreach-batches/{id}"},
    {EDIT, "/outreach-batches/{id}", .doc = "Changes a draft."},
    {EVENT, "/outreach-batches/{id}/events", "event", .patient = 1,
     .doc = "Plans, sends or cancels it as a whole."},
    {EVENTS, "/outreach-batches/{id}/events", .doc = "What has happened, oldest first."},
    {EVENTS, "/outreach-batches/{id}/events/{eventId}", .doc = "One of them."},
    {QUERY, "/outreach-batches/{id}/addresses", "addresses", .answer = addresses, .formats = CSV,
     .patient = 1,
     .doc =
         "For the print house, of letters: where those are to be sent that are planned or sent. The contact "
         "address goes before the registered one. Never a protected person, nor one whom a pause holds today, also "
         "when it came since."},
    {SUBMIT, "/outreach-batches/{id}/results", "results", .body = results, .answer = answers, .patient = 1,
     .doc =
         "What came back, in bulk. Each result follows the rules of an attempt's own events, and one that is "
         "refused does not stop the others. Given again it is answered as the first time."},
    {0}};

static const struct refusal refusals[] = {
    {"batch-not-draft", 409, NULL, "Ett planerat utskick ändras inte.",
     "A batch that is planned is not changed."},
    {"count-changed", 409, "/expectedCount", "Antalet är ett annat nu, se count; inget är planerat.",
     "The count is another now, see count; nothing is planned."},
    {"nobody-chosen", 422, NULL, "Urvalet når ingen.", "The filter reaches nobody."},
    {"batch-not-letters", 422, NULL, "Bara brev har en adresslista.",
     "Only letters have a list of addresses."},
    {0}};

static const struct link links[] = {
    {"attempts", "GET", "/outreach-attempts?batchId={id}", "outreach-attempts:read", "v.status <> 'draft'"},
    {"addresses", "GET", "/outreach-batches/{id}/addresses", "outreach-batches:read",
     "v.channel = 'letter' and v.status in ('planned', 'sent')"},
    {"results", "POST", "/outreach-batches/{id}/results", "outreach-batches:write", "v.status = 'sent'"},
    {"history", "GET", "/outreach-batches/{id}/events", "outreach-batches:read", NULL},
    {0}};

RESOURCE(outreach_batches) = {
    .name = "outreach-batches",
    .title = "Outreach batches",
    .doc =
        "A mailing to many: draft it with a filter, see the count, plan it, fetch the addresses, tell that it was "
        "sent and what came back.",
    .fields = fields,
    .filters = filters,
    .routes = routes,
    .events = events,
    .links = links,
    .refusals = refusals,
    .subject = "'{}'::uuid[]", /* whose data was written is logged by the events themselves */
};
