/* Before the first request: every layout must be good, and every route's SQL must fit the database. */
#ifndef KAA_STARTUP_H
#define KAA_STARTUP_H

struct config;
struct db;

/* Reads the layouts, and prepares the SQL of all routes, each list with each of its filters and sorts, so that a
   misspelt column stops start-up. A database that is away is no fault. 0, or -1 and *error (owned by the caller). */
int startup_check(const struct config *config, struct db *db, char **error);

/* Prints the reading SQL of a route of the resource with that name; action: list or read. The verb `statement`. */
int startup_print_statement(const char *name, const char *action);

#endif
