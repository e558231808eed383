/* Measures: what a youth is offered and takes part in, with the documentation the law asks for. */
#include "service/resource.h"

#define TYPES                                                                                                \
  "career_guidance motivational_talks single_talk coaching introductory_programme_studies komvux_studies "   \
  "folk_high_school_course internship job_support health_promoting group_activity school_transfer_support other"
#define STATUSES "offered declined planned started ended cancelled"
#define OCCUPATIONS                                                                                          \
  "unknown none national_programme introductory_programme komvux sfi folk_high_school other_education work " \
  "internship labour_market_programme military_service parental_leave abroad unable declined_contact"
#define END_REASONS                                                                                          \
  "completed_goal_reached completed_goal_not_reached interrupted_by_youth interrupted_by_municipality "      \
  "left_target_group"

static const struct field fields[] = {
    {"youthId", UUID, REQUIRED | CREATE_ONLY, .doc = "The youth."},
    {"status", CODE, READ_ONLY, .codes = STATUSES, .doc = "Begins as offered; moved by events."},
    {"type", CODE, REQUIRED, .codes = TYPES, .doc = "See the code list measure-types."},
    {"unitId", UUID, 0, .doc = "The unit that is responsible; its administration counts in the reports."},
    {"provider", TEXT, 0, 1, 200, .doc = "Who gives it.", .example = "\"Jobbtorg Kista\""},
    {"decisionReference", TEXT, 0, 1, 100, .doc = "Reference of the decision.", .example = "\"2026/4712\""},
    {"planning", TEXT, 0, 1, 1000,
     .doc = "The individual planning. Content and time of the measure only (2006:39)."},
    {"goal", TEXT, 0, 1, 500, .doc = "The goal.", .example = "\"Söka till gymnasiet i februari\""},
    {"youthResponsibility", TEXT, 0, 1, 500, .doc = "What the youth is responsible for."},
    {"municipalityResponsibility", TEXT, 0, 1, 500, .doc = "What the municipality is responsible for."},
    {"othersResponsibility", TEXT, 0, 1, 500, .doc = "What others are responsible for."},
    {"offeredAt", TIME, 0, .doc = "When it was offered; now when not given."},
    {"startDate", DATE, 0, .doc = "First day; planned until it has started."},
    {"endDate", DATE, READ_ONLY, .doc = "Last day."},
    {"endReason", CODE, READ_ONLY, .codes = END_REASONS, .doc = "Why it ended."},
    {"occupationAfter", CODE, 0, .codes = OCCUPATIONS, .doc = "Occupation when it had ended."},
    {"followUpDates", DATES, 0, 0, 20, .doc = "Days of follow-up."},
    {"followedUpOn", DATE, 0, .doc = "Day of the latest follow-up that was held; not in the future."},
    {"nextFollowUp", DATE, READ_ONLY,
     .doc =
         "The first follow-up after followedUpOn, passed or to come; while it is offered, planned or started."},
    {0}};

static const struct filter filters[] = {
    {"youthId", UUID, 0, .doc = "Of this youth."},
    {"status", CODE, MANY, .codes = STATUSES, .doc = "In one of these states."},
    {"type", CODE, MANY, .codes = TYPES, .doc = "Of one of these types."},
    {"unitId", UUID, MANY, .doc = "One of these units is responsible."},
    {"followUpBefore", DATE, 0, "v.\"nextFollowUp\" <= @",
     .doc = "With the next follow-up on this day or earlier; with today's date those that are due."},
    {0}};

static const struct sort sorts[] = {{"followUp", "coalesce(v.\"nextFollowUp\", '9999-12-31')", "date",
                                     .doc = "By nextFollowUp; those without one last."},
                                    {0}};

static const struct field planned[] = {{"startDate", DATE, 0, 0, 0, .doc = "The planned first day."}, {0}};
static const struct field started[] = {
    {"startDate", DATE, 0, 0, 0,
     .doc = "First day; the planned one, or the day of the event, when not given."},
    {0}};
static const struct field ended[] = {
    {"endReason", CODE, REQUIRED, .codes = END_REASONS, .doc = "Why it ended."},
    {"endDate", DATE, 0, 0, 0, .doc = "Last day; the day of the event when not given."},
    {"occupationAfter", CODE, 0, .codes = OCCUPATIONS, .doc = "Occupation afterwards, when known."},
    {0}};

static const struct event events[] = {{"declined", .doc = "The youth does not want it."},
                                      {"planned", planned, "The youth wants it and it will begin."},
                                      {"started", started, "It has begun."},
                                      {"cancelled", .doc = "It will not begin."},
                                      {"ended", ended, "It has ended."},
                                      {0}};

static const struct route routes[] = {
    {LIST, "/measures", .doc = "Measures."},
    {CREATE, "/measures", .doc = "Records an offered measure."},
    {READ, "/measures/{id}"},
    {EDIT, "/measures/{id}", .doc = "Changes the documentation; every revision is kept."},
    {EVENT, "/measures/{id}/events", .doc = "Tells what happened, and when."},
    {EVENTS, "/measures/{id}/events", .doc = "What has happened, oldest first."},
    {EVENTS, "/measures/{id}/events/{eventId}", .doc = "One of them."},
    {0}};

static const struct refusal refusals[] = {
    {"unit-not-in-force", 422, "/unitId", "Enheten gäller inte den dagen.",
     "The unit is not in force on that day."},
    {"start-date-missing", 422, "/startDate", "Startdatum måste anges.", "The start date must be given."},
    {"end-date-with-status", 422, "/endDate", "Slutdatum hör till en avslutad insats.",
     "An end date belongs to a measure that has ended."},
    {"end-reason-missing", 422, "/endReason", "Skälet till avslutet måste anges.",
     "Why it ended must be given."},
    {"measure-ends-before-start", 422, "/endDate", "Insatsen kan inte sluta före sin start.",
     "The measure cannot end before its start."},
    {"occupation-after-without-end", 422, "/occupationAfter",
     "Sysselsättning efter anges när insatsen är avslutad.",
     "The occupation after is given when the measure has ended."},
    {0}};

static const struct link links[] = {{"youth", "GET", "/youths/{youthId}", "youths:read", NULL},
                                    {"history", "GET", "/measures/{id}/events", "measures:read", NULL},
                                    {"revisions", "GET", "/measures/{id}/revisions", "measures:read", NULL},
                                    {0}};

RESOURCE(measures) = {
    .name = "measures",
    .title = "Measures",
    .doc =
        "Suitable individual measures (lämpliga individuella åtgärder), documented by 8 § lag (2006:39): planning "
        "and goal; what the youth, the municipality and others are responsible for; start; end; why it ended; "
        "follow-up. Open measures end with the youth's registration.",
    .fields = fields,
    .filters = filters,
    .sorts = sorts,
    .routes = routes,
    .events = events,
    .links = links,
    .refusals = refusals,
    .subject = "array[v.\"youthId\"]",
};
