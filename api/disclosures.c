/* Disclosures: what was released to whom, on which ground. */
#include "service/resource.h"

static const struct field fields[] = {
    {"youthId", UUID, READ_ONLY, .doc = "The youth."},
    {"recipientId", UUID, READ_ONLY, .doc = "To whom."},
    {"recipient", TEXT, READ_ONLY, 1, 100,
     .doc = "To whom, when it is none of the recipients: the authority that a statistics export is for.",
     .example = "\"SCB\""},
    {"resource", CODE, READ_ONLY, .codes = "referrals sip-requests statistics-export",
     .doc = "What released it."},
    {"resourceId", UUID, READ_ONLY,
     .doc =
         "The referral or SIP request; of a statistics export the trace of the request, as in the access log."},
    {"consentId", UUID, READ_ONLY, .doc = "The consent it rests on."},
    {"ground", TEXT, READ_ONLY, 1, 200,
     .doc = "Without consent: the recipient's ground, or that of the export's layout.",
     .example = "\"Samma nämnd\""},
    {"shares", CODES, READ_ONLY, 1, 8,
     .codes = "identity contact guardians registration measures message occupation outreach",
     .doc = "What was released."},
    {0}};

static const struct filter filters[] = {
    {"youthId", UUID, 0, .doc = "Of this youth."},
    {"recipientId", UUID, MANY,
     "base.searchable_recipients(@, $3 ? 'youthId') and v.\"recipientId\" = any (@)",
     .doc = "To one of these recipients. A sensitive recipient only together with youthId."},
    {0}};

static const struct route routes[] = {
    {LIST, "/disclosures",
     .doc = "Releases. Those to sensitive recipients are listed only together with youthId."},
    {READ, "/disclosures/{id}"},
    {0}};

RESOURCE(disclosures) = {
    .name = "disclosures",
    .function = "disclosures",
    .title = "Disclosures",
    .doc =
        "Written when a referral or SIP request is sent, or a statistics export given out, in the same statement; "
        "never changed.",
    .fields = fields,
    .filters = filters,
    .routes = routes,
    .always = "(not v.sensitive or $3 ? 'youthId')",
    .subject = "array[v.\"youthId\"]",
};
