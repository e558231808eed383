/* Import rows: where in a delivery something was wrong or must be looked at, and whose registrations it ends. */
#include "service/resource.h"

static const struct field error[] = {
    {"pointer", TEXT, READ_ONLY, 0, 200, .doc = "JSON pointer into the row.", .example = "\"/birthDate\""},
    {"code", TEXT, READ_ONLY, .doc = "What was wrong.", .example = "\"invalid-date\""},
    {0}};

static const struct field fields[] = {
    {"part", INTEGER, READ_ONLY, 1, 100000, .doc = "The part."},
    {"row", INTEGER, READ_ONLY, 1, 10000000, .doc = "Line of the part, from 1."},
    {"result", CODE, READ_ONLY, .codes = "rejected review ended",
     .doc = "rejected: not read; review: a person must look; ended: a registration that the commit ended, or "
            "would end. Without part, row and rule: the person is absent from the file."},
    {"rule", INTEGER, READ_ONLY, 0, 15, .doc = "Review and ended: the rule of the target group that matched.",
     .example = "3"},
    {"youthId", UUID, READ_ONLY, .doc = "Ended: whose."},
    {"exitReason", CODE, READ_ONLY,
     .codes =
         "national_programme introductory_programme adapted_upper_secondary equivalent_started completed "
         "turned_20 moved emigrated deceased registered_in_error left_source",
     .doc = "Ended: why; left_source: absent from the file."},
    {"errors", OBJECTS, READ_ONLY, 0, 200, .members = error, .doc = "Rejected: every fault of the row."},
    {0}};

static const struct filter filters[] = {
    {"result", CODE, 0, .codes = "rejected review ended", .doc = "Only these."}, {0}};

static const struct sort sorts[] = {{"row",
                                     "coalesce(v.part * 10000000::bigint + v.row, 9223372036854775807)",
                                     "bigint", .doc = "As delivered; those absent last."},
                                    {0}};

static const struct route routes[] = {
    {LIST, "/imports/{importId}/rows",
     .doc = "Rejected rows, rows to review, and who is ended: of the last dry run, the stop or the commit."},
    {0}};

RESOURCE(import_rows) = {
    .name = "import-rows",
    .scope = "imports",
    .also = "protected:read",
    .title = "Import rows",
    .doc =
        "Row numbers, codes and rules only: nothing of the persons is kept. Who is ended has a registration "
        "here, and is listed to those who may see the youth.",
    .fields = fields,
    .filters = filters,
    .sorts = sorts,
    .subject = "array_remove(array[v.\"youthId\"], null)",
    .routes = routes,
    .bare = 1,
};
