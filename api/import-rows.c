/* Import rows: where in a delivery something was wrong or must be looked at. */
#include "service/resource.h"

static const struct field error[] = {
    {"pointer", TEXT, READ_ONLY, 0, 200, .doc = "JSON pointer into the row.", .example = "\"/birthDate\""},
    {"code", TEXT, READ_ONLY, .doc = "What was wrong.", .example = "\"invalid-date\""},
    {0}};

static const struct field fields[] = {
    {"part", INTEGER, READ_ONLY, 1, 100000, .doc = "The part."},
    {"row", INTEGER, READ_ONLY, 1, 10000000, .doc = "Line of the part, from 1."},
    {"result", CODE, READ_ONLY, .codes = "rejected review",
     .doc = "rejected: not read; review: a person must look."},
    {"rule", INTEGER, READ_ONLY, 0, 15, .doc = "Review: the rule of the target group that matched."},
    {"errors", OBJECTS, READ_ONLY, 0, 200, .members = error, .doc = "Rejected: every fault of the row."},
    {0}};

static const struct filter filters[] = {{"result", CODE, 0, .codes = "rejected review", .doc = "Only these."},
                                        {0}};

static const struct sort sorts[] = {
    {"row", "v.part * 10000000::bigint + v.row", "bigint", .doc = "As delivered."}, {0}};

static const struct route routes[] = {
    {LIST, "/imports/{importId}/rows",
     .doc = "Rejected rows and rows to review, of the last dry run or the commit."},
    {0}};

RESOURCE(import_rows) = {
    .name = "import-rows",
    .scope = "imports",
    .also = "protected:read",
    .title = "Import rows",
    .doc = "Row numbers, codes and rules only: nothing of the persons is kept.",
    .fields = fields,
    .filters = filters,
    .sorts = sorts,
    .subject =
        "'{}'::uuid[]", /* the rows name persons; whose data was written is logged by the import itself */
    .routes = routes,
    .bare = 1,
};
