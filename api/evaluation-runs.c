/* Evaluation runs: everyone who is registered, evaluated as of a day. */
#include "service/resource.h"

static const struct field fields[] = {
    {"asOf", DATE, .doc = "The day to evaluate as of: not in the future; today when not given."},
    {"dryRun", BOOLEAN, .doc = "Counts what would be done and changes nothing."},
    {"counts", FIGURES, READ_ONLY,
     .doc =
         "evaluated: persons asked about; changed: whose rule was another than last time, with those ended and "
         "opened; ended: registrations ended, dated asOf (turned_20: the birthday); opened: registrations begun "
         "for who had left for schooling and is back by a school event; left: not asked about, since "
         "evaluated or registered as of a later day."},
    {0}};

static const struct route routes[] = {
    {LIST, "/evaluation-runs", .doc = "The runs, the oldest first."},
    {CREATE, "/evaluation-runs", "run", .patient = 1,
     .doc =
         "Takes what schools have told and evaluates everyone who is registered, as the night does. Needs a "
         "token without districts. Waits for an import that is running. Run again, it changes nothing."},
    {READ, "/evaluation-runs/{id}"},
    {0}};

static const struct refusal refusals[] = {{"districts-limited", 403, NULL,
                                           "Åtkomsttoken gäller bara vissa distrikt.",
                                           "The access token is limited to districts."},
                                          {0}};

RESOURCE(evaluation_runs) = {
    .name = "evaluation-runs",
    .also = "protected:read", /* the counts are of everyone */
    .title = "Evaluation runs",
    .doc =
        "A registration ends when its youth is no longer in the target group as of the day. Evaluations carry "
        "the run's id.",
    .fields = fields,
    .routes = routes,
    .refusals = refusals,
    .subject = "'{}'::uuid[]", /* whose data was written is logged by the run itself */
};
