/* Reports: the figures that boards and the public are told; never a person. */
#include "service/resource.h"

#define GROUPS "total district sex unit district,sex unit,sex"
#define PERIOD_DOC                                                                                            \
  "T1-2026 (January–April), T2-2026 (January–August, cumulative), 2026, H1-2026 or H2-2026, once it has " \
  "begun. Dates are those of Europe/Stockholm."

static const struct figure covered = {
    "covered", .sv = "Omfattade", .en = "Covered",
    .means_sv = "Ungdomar med en registrering som överlappar perioden, första och sista dagen inräknade.",
    .means_en = "Youths with a registration that overlaps the period, its first and last day included."};

static const struct figure sought_out = {
    "soughtOut", .sv = "Uppsökta", .en = "Sought out",
    .means_sv =
        "Av de omfattade: de som minst ett kontaktförsök gjordes med under perioden (uppsökande, genomfört, "
        "varken avbrutet eller makulerat), efter dagen då det gjordes.",
    .means_en =
        "Of those covered: those with at least one attempt made in the period (purpose outreach, beyond "
        "planned, neither cancelled nor voided), by the day on which it was made."};

static const struct figure reached = {
    "reached", .sv = "Nådda", .en = "Reached",
    .means_sv =
        "Av de omfattade: de som nåddes under perioden, också om de avböjde, vid uppsökande eller uppföljning.",
    .means_en =
        "Of those covered: those with an outcome reached or reached_declined dated in the period, of an "
        "attempt of any purpose."};

static const struct figure reached_by = {
    "reachedBy",
    "outreach-channels",
    .sv = "Nådda genom",
    .en = "Reached by",
    .means_sv = "De nådda, efter kanalen för det första tillfället i perioden.",
    .means_en = "Those reached, by the channel of the first such outcome in the period."};

static const struct figure attempts = {
    "attempts",
    "outreach-channels",
    .sv = "Kontaktförsök",
    .en = "Attempts",
    .means_sv =
        "Gjorda uppsökande kontaktförsök med omfattade under perioden, efter kanal, i dagens distrikt och enhet.",
    .means_en =
        "Outreach attempts made in the period with those covered, by channel, at the district and unit of "
        "that day."};

static const struct figure participants = {
    "participants", .sv = "Deltagare i insats", .en = "Participants",
    .means_sv = "Omfattade med en påbörjad insats som överlappar perioden.",
    .means_en = "Covered youths with a started measure that overlaps the period."};

static const struct figure participants_by_administration = {
    "participantsByAdministration",
    "administrations",
    .scope = "reports:exact",
    .sv = "Deltagare efter förvaltning",
    .en = "Participants by administration",
    .means_sv = "Deltagare efter förvaltningen för insatsens enhet; en ungdom kan räknas i flera.",
    .means_en = "Participants by the administration of the measure's unit; one youth may count in several."};

static const struct figure participants_by_measure_type = {
    "participantsByMeasureType",
    "measure-types",
    .scope = "reports:exact",
    .sv = "Deltagare efter insatstyp",
    .en = "Participants by measure type",
    .means_sv = "Deltagare efter insatsens typ; hälsofrämjande insatser räknas som annan insats.",
    .means_en =
        "Participants by the measure's type; one youth may count in several, health_promoting counts as other."};

static const struct figure exits = {"exits",
                                    "exit-reasons",
                                    .sv = "Avslutade registreringar",
                                    .en = "Exits",
                                    .means_sv =
                                        "Registreringar som avslutades under perioden, efter avslutsorsak.",
                                    .means_en = "Registrations that ended in the period, by exit reason."};

static const struct figure exits_of_participants = {
    "exitsOfParticipants",
    "exit-reasons",
    .sv = "Avslutade registreringar för deltagare",
    .en = "Exits of participants",
    .means_sv = "Av dessa: de där en påbörjad insats överlappar registreringen.",
    .means_en = "Of those, with a started measure that overlaps the registration."};

static const struct figure exits_by_measure_type = {
    "exitsByMeasureType",
    "measure-types",
    .across = "exit-reasons",
    .scope = "reports:exact",
    .sv = "Avslut efter insatstyp",
    .en = "Exits by measure type",
    .means_sv =
        "De samma efter insatstyp och avslutsorsak (typ.orsak), de som förekommer; hälsofrämjande insatser "
        "räknas som annan insats.",
    .means_en =
        "The same by type of measure and exit reason (type.reason), those that occur; health_promoting "
        "counts as other."};

static const struct figure results = {"results",
                                      "measure-end-reasons",
                                      .sv = "Avslutade insatser",
                                      .en = "Measures ended",
                                      .means_sv =
                                          "Insatser som avslutades under perioden, efter avslutsorsak.",
                                      .means_en = "Measures that ended in the period, by end reason."};

static const struct figure occupation_after = {
    "occupationAfter",
    "occupations",
    .sv = "Sysselsättning efter insats",
    .en = "Occupation after a measure",
    .means_sv =
        "Insatser som avslutades under perioden, efter sysselsättning efteråt; okänd där ingen är angiven.",
    .means_en = "Measures that ended in the period, by the occupation after; unknown where none is stated."};

static const struct figure_key timeliness_keys[] = {
    {"begun", "Påbörjade registreringar", "Registrations begun"},
    {"firstContactInTime", "Första försök i tid", "First attempt in time"},
    {"firstContactLate", "Första försök för sent", "First attempt late"},
    {"noContact", "Inget försök", "No attempt"},
    {0}};

static const struct figure timeliness = {
    "timeliness",
    .keys = timeliness_keys,
    .sv = "Första kontakt",
    .en = "First contact",
    .means_sv =
        "Registreringar som började under perioden: hur många som fick ett första uppsökande försök inom "
        "policyns tid (firstContactWithin), hur många senare och hur många inget.",
    .means_en =
        "Of the registrations begun in the period: how many had their first outreach attempt within the "
        "policy's time (firstContactWithin), how many later, and how many have none."};

static const struct figure first_contact_by = {
    "firstContactBy",
    "outreach-channels",
    .sv = "Första försök genom",
    .en = "First attempt by",
    .means_sv = "Registreringar som började under perioden, efter kanalen för det första försöket.",
    .means_en = "Registrations begun in the period, by the channel of their first attempt."};

static const struct figure overdue = {
    "overdue", .sv = "Utan försök efter tidens slut", .en = "Overdue",
    .means_sv =
        "Av dem utan försök: de vars tid hade gått ut periodens sista dag, eller i dag om den är tidigare.",
    .means_en =
        "Of those with no attempt: those whose time had run out by the period's last day, or by today when "
        "that is earlier."};

static const struct figure_key lacking_keys[] = {
    {"registrationReason", "Registreringsorsak", "Registration reason"},
    {"latestSchool", "Senaste skola", "Latest school"},
    {"occupation", "Aktuell sysselsättning", "Current occupation"},
    {"contactDetails", "Telefon och e-post", "Phone and e-mail"},
    {"address", "Användbar adress", "Usable address"},
    {"district", "Distrikt", "District"},
    {"firstContact", "Kontaktförsök", "Attempt"},
    {"exitReason", "Avslutsorsak att komplettera", "Exit reason to be completed"},
    {"occupationAfter", "Sysselsättning efter insats", "Occupation after a measure"},
    {0}};

static const struct figure lacking = {
    "lacking",
    .keys = lacking_keys,
    .sv = "Saknar",
    .en = "Lacking",
    .means_sv =
        "Omfattade för vilka uppgiften saknas, efter den senaste registrering som överlappar perioden: orsaken är "
        "okänd; ingen senaste skola (utom nyligen folkbokförda); sysselsättningen okänd eller inte bekräftad i "
        "tid den sista dagen; varken telefon eller e-post i dag; ingen användbar adress i dag; inget distrikt i "
        "dag; inget uppsökande försök sedan registreringen började; avslutad som saknad i leveransen; en insats "
        "som avslutades i perioden utan sysselsättning efteråt.",
    .means_en =
        "Covered youths of whom it is lacking, by the last registration that overlaps the period: the reason is "
        "unknown; no latest school (but for newly registered ones); the occupation unknown or past its review "
        "date on the last day; neither phone nor e-mail now; no usable address now; no district now; no outreach "
        "attempt since the registration began; ended left_source; a measure that ended in the period without "
        "an occupation after."};

static const struct report follow_up = {
    "follow-up",
    "1",
    "Uppföljning av uppsök, stöd och insatser",
    "Follow-up of outreach, support and measures",
    GROUPS,
    (const struct figure *const[]){&covered, &sought_out, &reached, &reached_by, &attempts, &participants,
                                   &participants_by_administration, &participants_by_measure_type, &exits,
                                   &exits_of_participants, &exits_by_measure_type, &results,
                                   &occupation_after, &timeliness, NULL}};

static const struct report outreach_timeliness = {
    "outreach-timeliness",
    "1",
    "Första kontakt i tid",
    "Timeliness of the first contact",
    GROUPS,
    (const struct figure *const[]){&timeliness, &first_contact_by, &overdue, NULL}};

static const struct report exits_report = {"exits",
                                           "1",
                                           "Avslutade registreringar och insatser",
                                           "Exits and results of measures",
                                           GROUPS,
                                           (const struct figure *const[]){&exits, &exits_of_participants,
                                                                          &exits_by_measure_type, &results,
                                                                          &occupation_after, NULL}};

static const struct report register_quality = {"register-quality",
                                               "1",
                                               "Registrets kvalitet: vad som saknas",
                                               "Quality of the register: what is lacking",
                                               GROUPS,
                                               (const struct figure *const[]){&covered, &lacking, NULL}};

static const struct filter query[] = {
    {"period", TEXT, OWN_SQL, .min = 4, .max = 7, .doc = PERIOD_DOC},
    {"from", DATE, OWN_SQL,
     .doc = "Instead of a period, with `to`: first day. Needs reports:exact; not masked."},
    {"to", DATE, OWN_SQL, .doc = "Last day, which belongs to the period."},
    {"groupBy", CODE, OWN_SQL, .codes = GROUPS, .doc = "How to divide; total when not given."},
    {"masked", BOOLEAN, OWN_SQL,
     .doc = "false: exact figures, which reports:exact gives anyway; true: masked ones."},
    {"locale", CODE, OWN_SQL, .codes = "sv",
     .doc = "CSV for a Swedish spreadsheet: a byte order mark, semicolons, headings in Swedish."},
    {0}};

#define COMMON                                                                                               \
  " Everyone counts, alike for every caller; a token that is limited to districts gets those alone. Counts " \
  "from 1 up to the policy's smallCellThreshold less one are null, and so are others from which one could "  \
  "be reckoned, whatever groups, periods and formats are put together; reports:exact lifts that. Persons "   \
  "count at the last district and unit they had while covered."
#define ANYONE  "reports:read|reports:exact"
#define FORMATS CSV | XLSX | HTML

static const struct route routes[] = {
    {REPORT, "/reports", .scope = ANYONE "|statistics-export:read",
     .doc = "The reports there are, what their figures mean, and which periods are over."},
    {REPORT, "/reports/follow-up", .scope = ANYONE, .query = query, .formats = FORMATS, .report = &follow_up,
     .doc = "Follow-up figures of a period." COMMON},
    {REPORT, "/reports/outreach-timeliness", .scope = ANYONE, .query = query, .formats = FORMATS,
     .report = &outreach_timeliness, .doc = "How soon the first attempt came." COMMON},
    {REPORT, "/reports/exits", .scope = ANYONE, .query = query, .formats = FORMATS, .report = &exits_report,
     .doc = "Registrations and measures that ended in a period." COMMON},
    {REPORT, "/reports/register-quality", .scope = ANYONE, .query = query, .formats = FORMATS,
     .report = &register_quality, .doc = "What the register lacks." COMMON},
    {0}};

static const struct refusal refusals[] = {
    {"invalid-period", 400, NULL,
     "Ange period (T1-2026, T2-2026, 2026, H1-2026 eller H2-2026), eller både from och to i rätt ordning.",
     "Give a period (T1-2026, T2-2026, 2026, H1-2026 or H2-2026), or both from and to in order."},
    {"masked-needs-period", 400, NULL,
     "Med from och to finns bara exakta siffror; maskerade ges för en period.",
     "From and to give exact figures alone; masked ones are given for a period."},
    {"period-not-begun", 422, NULL, "Perioden har inte börjat.", "The period has not begun."},
    {0}};

static const struct field none[] = {{0}};

RESOURCE(reports) = {
    .name = "reports",
    .title = "Reports",
    .doc =
        "Figures of periods as JSON, CSV, XLSX and HTML. An answer stays the same, byte for byte, while the data does.",
    .fields = none,
    .routes = routes,
    .refusals = refusals,
    .bare = 1,
};
