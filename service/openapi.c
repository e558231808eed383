/* The contract as a whole: what all operations share, around the paths and schemas of the resources. */
#include "service/openapi.h"

#include "service/http.h"
#include "service/problems.h"
#include "service/router.h"

#include <orcania.h>
#include <stdio.h>

static const char shared[] =
    "{\"parameters\":{"
    "\"limit\":{\"name\":\"limit\",\"in\":\"query\",\"description\":\"Rows on a page.\",\"schema\":{\"type\":\"integer\","
    "\"minimum\":1,\"maximum\":100,\"default\":20}},"
    "\"pageToken\":{\"name\":\"pageToken\",\"in\":\"query\",\"description\":\"From the page before; belongs to the same filters "
    "and order.\",\"schema\":{\"type\":\"string\",\"maxLength\":600}},"
    "\"page\":{\"name\":\"page\",\"in\":\"query\",\"description\":\"Page from 1; pageToken is quicker and skips nothing.\","
    "\"schema\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":10000}},"
    "\"count\":{\"name\":\"count\",\"in\":\"query\",\"description\":\"true: _meta holds totalRecords.\",\"schema\":{\"type\":"
    "\"boolean\"}},"
    "\"fields\":{\"name\":\"fields\",\"in\":\"query\",\"description\":\"Only these members, and id.\",\"explode\":false,"
    "\"schema\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}},"
    "\"modifiedAfter\":{\"name\":\"modifiedAfter\",\"in\":\"query\",\"description\":\"Changed after (exclusive).\",\"schema\":"
    "{\"type\":\"string\",\"format\":\"date-time\"}},"
    "\"modifiedBefore\":{\"name\":\"modifiedBefore\",\"in\":\"query\",\"description\":\"Changed before or at (inclusive).\","
    "\"schema\":{\"type\":\"string\",\"format\":\"date-time\"}},"
    "\"IfMatch\":{\"name\":\"If-Match\",\"in\":\"header\",\"required\":true,\"description\":\"The ETag that was read, or *. "
    "Only its version counts.\",\"schema\":{\"type\":\"string\"}},"
    "\"IfNoneMatch\":{\"name\":\"If-None-Match\",\"in\":\"header\",\"description\":\"An ETag that is already held: 304 when "
    "nothing has changed.\",\"schema\":{\"type\":\"string\"}},"
    "\"IdempotencyKey\":{\"name\":\"Idempotency-Key\",\"in\":\"header\",\"description\":\"Makes a repeated request have one "
    "effect; kept 24 hours.\",\"schema\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":100}},"
    "\"Prefer\":{\"name\":\"Prefer\",\"in\":\"header\",\"description\":\"return=minimal: no body.\",\"schema\":{\"type\":"
    "\"string\"}},"
    "\"AcceptLanguage\":{\"name\":\"Accept-Language\",\"in\":\"header\",\"description\":\"sv (default) or en: the language of "
    "problems.\",\"schema\":{\"type\":\"string\"}},"
    "\"Traceparent\":{\"name\":\"traceparent\",\"in\":\"header\",\"description\":\"W3C Trace Context; returned, logged, and "
    "part of problems.\",\"schema\":{\"type\":\"string\"}}},"
    "\"headers\":{"
    "\"ETag\":{\"description\":\"VERSION-HASH, quoted: the row's version and the representation's hash.\",\"schema\":{\"type\":"
    "\"string\",\"pattern\":\"^\\\"[0-9]+-[0-9a-f]{16}\\\"$\"}},"
    "\"Link\":{\"description\":\"first, next and prev (RFC 8288).\",\"schema\":{\"type\":\"string\"}},"
    "\"Location\":{\"description\":\"Address of what was made.\",\"schema\":{\"type\":\"string\",\"format\":\"uri\"}},"
    "\"RetryAfter\":{\"description\":\"Seconds.\",\"schema\":{\"type\":\"integer\"}},"
    "\"WWWAuthenticate\":{\"description\":\"RFC 6750.\",\"schema\":{\"type\":\"string\"}}},"
    "\"securitySchemes\":{\"token\":{\"type\":\"http\",\"scheme\":\"bearer\",\"bearerFormat\":\"JWT\",\"description\":"
    "\"A JWT (RFC 9068) with iss, aud, exp, sub, client_id, scope and municipality.\"}},"
    "\"schemas\":{"
    "\"Link\":{\"type\":\"object\",\"required\":[\"href\",\"rel\",\"method\"],\"additionalProperties\":false,\"properties\":"
    "{\"href\":{\"type\":\"string\",\"format\":\"uri\"},\"rel\":{\"type\":\"string\"},\"method\":{\"type\":\"string\"}}},"
    "\"Links\":{\"type\":\"object\",\"description\":\"What the caller may do next.\",\"additionalProperties\":{\"$ref\":"
    "\"#/components/schemas/Link\"}},"
    "\"ListMeta\":{\"type\":\"object\",\"required\":[\"limit\",\"count\"],\"additionalProperties\":false,\"properties\":"
    "{\"limit\":{\"type\":\"integer\"},\"count\":{\"type\":\"integer\"},\"totalRecords\":{\"type\":\"integer\"}}},"
    "\"PastEvent\":{\"type\":\"object\",\"required\":[\"id\",\"type\",\"at\"],\"additionalProperties\":false,\"properties\":"
    "{\"id\":{\"type\":\"string\",\"format\":\"uuid\"},\"type\":{\"type\":\"string\"},\"at\":{\"type\":\"string\",\"format\":"
    "\"date-time\"},\"details\":{\"type\":\"object\"},\"createdBy\":{\"type\":\"string\"}}},"
    "\"PastEvents\":{\"type\":\"object\",\"required\":[\"data\"],\"additionalProperties\":false,\"properties\":{\"data\":"
    "{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/PastEvent\"}}}},"
    "\"Fault\":{\"type\":\"object\",\"required\":[\"code\"],\"additionalProperties\":false,\"properties\":{\"pointer\":{\"type\":"
    "\"string\",\"description\":\"JSON Pointer into the body.\"},\"parameter\":{\"type\":\"string\",\"description\":"
    "\"Query parameter or header.\"},\"code\":{\"type\":\"string\"},\"detail\":{\"type\":\"string\"}}},"
    "\"Problem\":{\"type\":\"object\",\"description\":\"RFC 9457.\",\"required\":[\"type\",\"title\",\"status\",\"detail\","
    "\"instance\",\"code\",\"traceId\"],\"properties\":{\"type\":{\"type\":\"string\",\"format\":\"uri\"},\"title\":{\"type\":"
    "\"string\"},\"status\":{\"type\":\"integer\"},\"detail\":{\"type\":\"string\"},\"instance\":{\"type\":\"string\",\"format\":"
    "\"uri\"},\"code\":{\"type\":\"string\"},\"traceId\":{\"type\":\"string\"},\"errors\":{\"type\":\"array\",\"items\":"
    "{\"$ref\":\"#/components/schemas/Fault\"}},\"scope\":{\"type\":\"string\"},\"currentStatus\":{\"type\":\"string\"},"
    "\"allowed\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}}}}}";

static json_t *problem_response(int status)
{
  json_t *response =
      json_pack("{s:s, s:{s:{s:{s:s}}}}", "description", problems_title(status, true), "content",
                "application/problem+json", "schema", "$ref", "#/components/schemas/Problem");
  if (status == 503)
    json_object_set_new(response, "headers",
                        json_pack("{s:{s:s}}", "Retry-After", "$ref", "#/components/headers/RetryAfter"));
  if (status == 401 || status == 403)
    json_object_set_new(
        response, "headers",
        json_pack("{s:{s:s}}", "WWW-Authenticate", "$ref", "#/components/headers/WWWAuthenticate"));
  return response;
}

static json_t *responses(void)
{
  static const int statuses[] = {400, 401, 403, 404, 406, 409, 412, 413, 415, 422, 428, 431, 500, 503};
  json_t *all = json_pack("{s:{s:s}, s:{s:s}}", "Minimal", "description", "Done; no body was wanted.",
                          "NotModified", "description", "What the caller holds is current.");
  for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
    char name[24];
    snprintf(name, sizeof name, "Problem%d", statuses[i]);
    json_object_set_new(all, name, problem_response(statuses[i]));
  }
  return all;
}

static json_t *tags(void)
{
  json_t *list = json_pack("[{s:s, s:s}]", "name", "about", "description",
                           "Health, version and contract; no token needed.");
  for (const struct resource *const *each = router_resources(); *each; each++)
    json_array_append_new(list, json_pack("{s:s, s:s}", "name", (*each)->name, "description",
                                          (*each)->doc ? (*each)->doc : (*each)->title));
  return list;
}

json_t *openapi_document(void)
{
  json_t *components = json_loads(shared, JSON_REJECT_DUPLICATES, NULL);
  openapi_component_schemas(json_object_get(components, "schemas"));
  json_object_set_new(components, "responses", responses());
  return json_pack(
      "{s:s, s:{s:s, s:s, s:s, s:{s:s, s:s}, s:{s:s, s:s}}, s:[{s:s, s:s}], s:[{s:[]}], s:o, s:o, s:o}",
      "openapi", "3.1.0", "info", "title", "KAA", "version", KAA_API_VERSION, "description",
      "Kommunernas aktivitetsansvar (29 kap. 9 § skollagen): register, outreach, referrals, SIP requests, measures, reports.",
      "contact", "name", "The operators of the service", "url", "https://kaa.example/", "license", "name",
      "Apache-2.0", "identifier", "Apache-2.0", "servers", "url", "/", "description", "The service itself",
      "security", "token", "tags", tags(), "paths", openapi_paths(), "components", components);
}

char *openapi_yaml(void)
{
  json_t *document = openapi_document();
  char *text = yaml_print(document);
  json_decref(document);
  return text;
}
