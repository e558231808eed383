/* Method and path → route. */
#ifndef KAA_ROUTER_H
#define KAA_ROUTER_H

#include "service/call.h"

/* All resources, in the order of their names; NULL-terminated. */
const struct resource *const *router_resources(void);

/* The resource of that name, or NULL. */
const struct resource *router_resource(const char *name);

/* A route's method: by its action, or its own. */
const char *router_method(const struct route *route);

/* The scope that a route asks for, e.g. referrals:write; "" for any valid token. Written to buffer. */
const char *router_scope(const struct resource *resource, const struct route *route, char *buffer,
                         size_t size);

/* The name of the row's key in a path: id, else the name in braces that ends it; NULL for a list's path.
   Written to buffer. */
const char *router_key(const char *path, char *buffer, size_t size);

/* The tables of filters that a route takes, of FILTER_TABLES: its own or its list's, that of the resource in
   .filters_of, and the format. NULL: no such table. */
enum { FILTER_TABLES = 3 };
const struct filter *router_filters(const struct resource *resource, const struct route *route, int table);

/* The members of an OBJECT or OBJECTS; those that are a resource's filters are put into `made`. */
enum { MEMBERS_MOST = 40 };
const struct field *router_members(const struct field *field, struct field made[MEMBERS_MOST]);

enum routing { ROUTED, NO_PATH, NO_METHOD };

/* Finds the route of a path below /kaa/v1 and fills resource, route, parameters and id.
   NO_METHOD: allow holds the methods of the path. */
enum routing router_find(struct call *call, const char *path, char *allow, size_t size);

#endif
