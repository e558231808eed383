/* Roles: the bundles of scopes that the interface's description names, and whether scopes hold one. */
#include "service/auth.h"

#include <string.h>

/* clang-format off */
#define READ_WRITE(resource) resource ":read " resource ":write"

#define CASEWORKER                                                                                     \
  READ_WRITE("youths") " " READ_WRITE("outreach-attempts") " " READ_WRITE("consents") " "              \
  READ_WRITE("referrals") " " READ_WRITE("sip-requests") " " READ_WRITE("measures") " "                \
  "outreach-plan:read configuration:read changes:read personal-numbers:read"

#define COORDINATOR                                                                                    \
  CASEWORKER " " READ_WRITE("outreach-batches") " " READ_WRITE("outreach-pauses") " "                  \
  READ_WRITE("safety-notices") " " READ_WRITE("address-notifications") " "                             \
  READ_WRITE("concern-reports") " " READ_WRITE("incoming-referrals") " "                               \
  READ_WRITE("evaluation-runs") " school-events:read "                                                 \
  "imports:read reports:read reports:exact published-reports:write preventive:read protected:read"

#define RECIPIENT                                                                                      \
  READ_WRITE("received-referrals") " " READ_WRITE("received-sip-requests") " incoming-referrals:write"
/* In step with role_scopes. */
static const char *const role_names[] = {
  "caseworker", "coordinator", "register-system", "crm-system", "recipient", "school", "report-fetcher",
  "data-protection-officer", "administrator", NULL,
};

static const char *const role_scopes[] = {
  CASEWORKER,
  COORDINATOR,
  READ_WRITE("imports") " " READ_WRITE("school-events")
    " youth-lookups:read changes:read protected:read personal-numbers:read",
  RECIPIENT,
  RECIPIENT,
  "school-events:write",
  "reports:read",
  "access-log:read subject-access:read disclosures:read youth-lookups:read protected:read",
  READ_WRITE("configuration"),
};

_Static_assert(sizeof role_names / sizeof *role_names == sizeof role_scopes / sizeof *role_scopes + 1,
               "every role has scopes");
/* clang-format on */

bool auth_has_scope(const char *scopes, const char *scope)
{
  size_t length = strlen(scope);
  if (!length) return true;
  for (const char *at = scopes; at && *at; at += strcspn(at, " ")) {
    at += strspn(at, " ");
    if (strcspn(at, " ") == length && !memcmp(at, scope, length)) return true;
  }
  return false;
}

const char *auth_role_scopes(const char *role)
{
  for (size_t i = 0; role_names[i]; i++)
    if (!strcmp(role_names[i], role)) return role_scopes[i];
  return NULL;
}

const char *const *auth_roles(void)
{
  return role_names;
}
