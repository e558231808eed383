/* Code lists: the codes of the contract with their words in Swedish and English. */
#include "service/resource.h"

static const struct field codes[] = {
    {"code", TEXT, READ_ONLY, 1, 40, .doc = "The code as other resources hold it.", .example = "\"dropout\""},
    {"sv", TEXT, READ_ONLY, 1, 200, .doc = "In Swedish.", .example = "\"Avbrott från nationellt program\""},
    {"en", TEXT, READ_ONLY, 1, 200, .doc = "In English.", .example = "\"Left a national programme\""},
    {"validFrom", DATE, READ_ONLY, .doc = "First day."},
    {"validTo", DATE, READ_ONLY, .doc = "Last day of a retired code; it is kept for old data."},
    {0}};

static const struct field fields[] = {
    {"name", TEXT, READ_ONLY, 1, 40, .doc = "The list's name.", .example = "\"registration-reasons\""},
    {"codes", OBJECTS, READ_ONLY, .members = codes,
     .doc = "The codes in their usual order, retired ones too."},
    {0}};

static const struct sort sorts[] = {{"name", "v.name", "text", .by_row = 1, .doc = "By name."}, {0}};

static const struct route routes[] = {{LIST, "/code-lists", .doc = "All code lists."},
                                      {READ, "/code-lists/{name}", .doc = "One code list."},
                                      {0}};

RESOURCE(code_lists) = {
    .name = "code-lists",
    .scope = "configuration",
    .title = "Code lists",
    .doc = "Codes and their words. The same for all municipalities; codes are retired, never deleted.",
    .fields = fields,
    .sorts = sorts,
    .routes = routes,
    .max_age = 3600,
    .bare = 1,
};
