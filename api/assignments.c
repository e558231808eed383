/* Assignments: which staff works with which youth, and when. */
#include "service/resource.h"

static const struct field fields[] = {
    {"youthId", UUID, READ_ONLY, .doc = "The youth."},
    {"staff", TEXT, REQUIRED | CREATE_ONLY, 1, 200, .doc = "Token subject.", .example = "\"anna.berg\""},
    {"unitId", UUID, .doc = "The unit that the work is done for."},
    {"from", DATE, .doc = "First day; today when not given."},
    {"to", DATE, .doc = "Last day; without one, until further notice."},
    {0}};

static const struct filter filters[] = {{"staff", TEXT, 0,
                                         "v.staff = case @ when 'me' then base.sub() else @ end",
                                         .doc = "Of this token subject; me: the caller's own."},
                                        {0}};

static const struct sort sorts[] = {{"from", "v.\"from\"", "date", 1, .doc = "The latest first."}, {0}};

static const struct route routes[] = {
    {LIST, "/youths/{youthId}/assignments", .doc = "The youth's assignments, ended ones too."},
    {CREATE, "/youths/{youthId}/assignments", .doc = "Assigns staff to the youth."},
    {READ, "/youths/{youthId}/assignments/{id}"},
    {EDIT, "/youths/{youthId}/assignments/{id}", .doc = "Changes it, or ends it by a last day."},
    {0}};

static const struct link links[] = {{"youth", "GET", "/youths/{youthId}", "youths:read", NULL}, {0}};

static const struct refusal refusals[] = {
    {"assignment-end-before-start", 422, "/to", "Sista dagen ligger före den första.",
     "The last day is before the first."},
    {"assignments-overlap", 409, "/from", "Personen är redan tilldelad ungdomen då.",
     "That staff is assigned to the youth then already."},
    {"unit-not-in-force", 422, "/unitId", "Enheten gäller inte den dagen.",
     "The unit is not in force on that day."},
    {0}};

RESOURCE(assignments) = {
    .name = "assignments",
    .scope = "youths",
    .title = "Assignments",
    .doc =
        "Staff assigned to youths, several at a time if need be. The list of one's own youths is "
        "/youths?assignedTo=me: those of today. An assignment outlasts the registration, since what remains to "
        "be done is done by someone; it ends on the day that it is given.",
    .fields = fields,
    .filters = filters,
    .sorts = sorts,
    .routes = routes,
    .links = links,
    .refusals = refusals,
    .subject = "array[v.\"youthId\"]",
};
