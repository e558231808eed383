/* The contract: openapi.yaml made of the resource tables. */
#ifndef KAA_OPENAPI_H
#define KAA_OPENAPI_H

#include "service/resource.h"

#include <jansson.h>

/* The OpenAPI 3.1 document, owned by the caller. */
json_t *openapi_document(void);

/* The same as YAML text, owned by the caller. */
char *openapi_yaml(void);

/* openapi_schema.c: what an answer holds; what a POST or PUT (creating) or PATCH body may hold. */
json_t *openapi_answer_schema(const struct field *fields, int bare, int is_resource);
json_t *openapi_body_schema(const struct field *fields, int creating);
json_t *openapi_event_schema(const struct event *events);
json_t *openapi_parameter_schema(const struct filter *filter);

/* A list with blanks between as JSON; of NULL an empty one. Owned by the caller. */
json_t *openapi_codes(const char *codes);

/* openapi_reports.c: the answer of a report that is computed, and the list of them. */
json_t *openapi_report_schema(const struct report *report);
json_t *openapi_report_list_schema(void);

/* openapi_parameters.c: path, query and header parameters of a route. */
json_t *openapi_parameters(const struct resource *resource, const struct route *route);

/* openapi_paths.c: the operations of all resources, and the service's own. */
json_t *openapi_paths(void);
void openapi_component_schemas(json_t *schemas);

/* yaml.c: JSON as block-style YAML. Owned by the caller. */
char *yaml_print(const json_t *value);

#endif
