/* Access log: who has read and written which person's data. */
#include "service/resource.h"

static const struct field fields[] = {
    {"at", TIME, READ_ONLY, .doc = "When."},
    {"sub", TEXT, READ_ONLY, 1, 200, .doc = "Whose token it was.", .example = "\"coach@example.com\""},
    {"client", TEXT, READ_ONLY, 1, 200, .doc = "The client of the token."},
    {"act", TEXT, READ_ONLY, 1, 200, .doc = "The system that acted for them, if any."},
    {"trace", TEXT, READ_ONLY, 1, 32, .doc = "Trace id of the request."},
    {"resource", TEXT, READ_ONLY, 1, 60, .doc = "Resource.", .example = "\"youths\""},
    {"action", TEXT, READ_ONLY, 1, 40, .doc = "What was done: list, read, create, protection-changed …",
     .example = "\"read\""},
    {"resourceId", UUID, READ_ONLY, .doc = "The id that was asked for or written."},
    {"subjects", UUIDS, READ_ONLY,
     .doc = "The youths whose data was shown or written, as far as the reader may see them; in a youth's log "
            "that youth alone."},
    {"protected", BOOLEAN, READ_ONLY,
     .doc = "One of the persons was protected then; true only for readers with protected:read."},
    {"outcome", CODE, READ_ONLY, .codes = "shown written absent refused",
     .doc = "absent: nothing was there for the caller."},
    {"code", TEXT, READ_ONLY, 1, 80,
     .doc = "The problem's code of a refusal; of protection-changed the level before and the one after.",
     .example = "\"scope-missing\""},
    {0}};

enum { BESIDES_YOUTH = 1 };

static const struct filter filters[] = {
    {"youthId", UUID, 0,
     "exists (select from base.youths y where y.id = @)"
     " and (v.at, v.seq) in (select l.at, l.seq from base.accesses_of(@) l)",
     .doc = "About this youth: among the subjects, or asked for by its id."},
    {"sub", TEXT, 0, .doc = "By this token subject."},
    {"resource", TEXT, MANY, .doc = "Of these resources."},
    {"outcome", CODE, MANY, .codes = "shown written absent refused", .doc = "With one of these outcomes."},
    {"after", TIME, 0, "v.at > @", .doc = "After this time."},
    {"before", TIME, 0, "v.at <= @", .doc = "At this time or before."},
    {0}};

static const struct sort sorts[] = {
    {"at", "v.at", "timestamptz", 1, .doc = "Newest first."},
    {0},
};

static const struct route routes[] = {
    {LIST, "/access-log", .doc = "The log, newest first. Reading it is logged with the persons it showed."},
    {0},
};

static const struct route youth_routes[] = {
    {LIST, "/youths/{youthId}/access-log", .query = filters + BESIDES_YOUTH,
     .doc = "Who has read and written this youth's data, newest first."},
    {0},
};

/* A row about a reading of the log is no subject's: each page would carry the persons of all before it. */
RESOURCE(access_log) = {
    .name = "access-log",
    .title = "Access log",
    .doc =
        "Every read and write of a person's data, refused ones too; written in the transaction that answered.",
    .fields = fields,
    .filters = filters,
    .sorts = sorts,
    .routes = routes,
    .subject = "case when v.resource = 'access-log' then '{}' else v.subjects end",
    .bare = 1,
};

RESOURCE(youth_access_log) = {
    .name = "youth-access-log",
    .scope = "access-log",
    .title = "Access log of a youth",
    .doc = "The access log's rows about one youth.",
    .fields = fields,
    .filters = filters + BESIDES_YOUTH,
    .sorts = sorts,
    .routes = youth_routes,
    .subject = "array[v.\"youthId\"]",
    .bare = 1,
};
