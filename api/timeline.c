/* The timeline of a youth: everything that has happened, newest first. */
#include "service/resource.h"

static const struct field summary[] = {
    {"reason", TEXT, READ_ONLY, .doc = "Registration: its reason.", .example = "\"dropout\""},
    {"exitReason", TEXT, READ_ONLY, .doc = "Registration: why it ended.", .example = "\"turned_20\""},
    {"code", TEXT, READ_ONLY, .doc = "Occupation: its code.", .example = "\"work\""},
    {"from", DATE, READ_ONLY, .doc = "Occupation or outreach pause: first day."},
    {"until", DATE, READ_ONLY, .doc = "Outreach pause or safety notice: last day."},
    {"source", TEXT, READ_ONLY, .doc = "Occupation: where it is known from.", .example = "\"contact\""},
    {"staff", TEXT, READ_ONLY, .doc = "Assignment: who.", .example = "\"anna.berg\""},
    {"unitId", UUID, READ_ONLY, .doc = "Assignment: of which unit."},
    {"channel", TEXT, READ_ONLY, .doc = "Outreach attempt: its channel.", .example = "\"letter\""},
    {"purpose", TEXT, READ_ONLY, .doc = "Outreach attempt or consent: its purpose.",
     .example = "\"outreach\""},
    {"plannedAt", TIME, READ_ONLY, .doc = "Outreach attempt: planned for."},
    {"announcedVisitAt", TIME, READ_ONLY, .doc = "Outreach attempt: the visit that a door card announces."},
    {"batchId", UUID, READ_ONLY, .doc = "Outreach attempt: the mailing it belongs to."},
    {"attemptId", UUID, READ_ONLY, .doc = "Address notification: the visit that showed it."},
    {"mandatory", BOOLEAN, READ_ONLY, .doc = "Concern report: the youth was under 18."},
    {"client", TEXT, READ_ONLY, .doc = "Incoming referral: the system that sent it.",
     .example = "\"socialtjansten\""},
    {"recipientId", UUID, READ_ONLY,
     .doc = "Referral, disclosure, or answer to a SIP request: the recipient."},
    {"recipient", TEXT, READ_ONLY, .doc = "Disclosure to an authority that is no recipient here: its name.",
     .example = "\"SCB\""},
    {"initiatedBy", TEXT, READ_ONLY, .doc = "SIP request: who wants the plan.", .example = "\"kaa\""},
    {"meetingAt", TIME, READ_ONLY, .doc = "SIP request: when the meeting is."},
    {"type", TEXT, READ_ONLY, .doc = "Measure: its type.", .example = "\"coaching\""},
    {"endReason", TEXT, READ_ONLY, .doc = "Measure: why it ended.", .example = "\"left_target_group\""},
    {"result", TEXT, READ_ONLY, .doc = "School event: what was completed.", .example = "\"diploma\""},
    {"enrolmentType", TEXT, READ_ONLY, .doc = "School event: what was started or ended.",
     .example = "\"national_programme\""},
    {"programme", TEXT, READ_ONLY, .doc = "School event: its programme.", .example = "\"EE\""},
    {0}};

#define RESOURCES                                                                                            \
  "registrations occupations assignments outreach-attempts outreach-pauses concern-reports safety-notices "  \
  "address-notifications incoming-referrals consents referrals sip-requests disclosures measures "           \
  "school-events"

static const struct field fields[] = {
    {"youthId", UUID, READ_ONLY, .doc = "The youth."},
    {"at", TIME, READ_ONLY, .doc = "When it happened; midnight for what has only a day."},
    {"resource", CODE, READ_ONLY, .codes = RESOURCES, .doc = "What it belongs to."},
    {"resourceId", UUID, READ_ONLY, .doc = "Its id."},
    {"type", TEXT, READ_ONLY, .doc = "What happened: the event's type, or how it began.",
     .example = "\"sent\""},
    {"summary", OBJECT, READ_ONLY, .members = summary, .doc = "The few members that say what it was."},
    {0}};

static const struct filter filters[] = {
    {"resource", CODE, MANY, .codes = RESOURCES, .doc = "Only of these resources."}, {0}};

static const struct sort sorts[] = {{"at", "v.at", "timestamptz", 1, .doc = "Newest first."}, {0}};

static const struct route routes[] = {
    {LIST, "/youths/{youthId}/timeline",
     .doc = "Everything that has happened to the youth, as far as the token's scopes reach, newest first."},
    {0}};

RESOURCE(timeline) = {
    .name = "timeline",
    .scope = "youths",
    .title = "Timeline",
    .doc =
        "All that casework and the register hold of a youth in one list, as it happened. What a token may not read "
        "elsewhere is not here either; what goes to a sensitive recipient is, since the youth is named.",
    .fields = fields,
    .filters = filters,
    .sorts = sorts,
    .routes = routes,
    .subject = "array[v.\"youthId\"]",
    .bare = 1,
};
