"""Tokens: signed here, not by the service, so that tests can forge any."""
import json
import time
import uuid

import jwt
from jwt.algorithms import ECAlgorithm

from kaa_service import AUDIENCE, ISSUER


def read_write(*resources):
    return [f"{resource}:{right}" for resource in resources for right in ("read", "write")]


CASEWORKER = read_write("youths", "outreach-attempts", "consents", "referrals", "sip-requests", "measures") + [
    "outreach-plan:read", "configuration:read", "changes:read", "personal-numbers:read",
]
COORDINATOR = CASEWORKER + read_write(
    "outreach-batches", "outreach-pauses", "safety-notices", "address-notifications", "concern-reports",
    "incoming-referrals", "evaluation-runs",
) + ["school-events:read", "imports:read", "reports:read", "reports:exact", "published-reports:write",
     "preventive:read", "protected:read"]
RECIPIENT = read_write("received-referrals", "received-sip-requests") + ["incoming-referrals:write"]

# The table of roles in the interface's description.
ROLES = {
    "caseworker": CASEWORKER,
    "coordinator": COORDINATOR,
    "register-system": read_write("imports", "school-events")
    + ["youth-lookups:read", "changes:read", "protected:read", "personal-numbers:read"],
    "crm-system": RECIPIENT,
    "recipient": RECIPIENT,
    "school": ["school-events:write"],
    "report-fetcher": ["reports:read"],
    "data-protection-officer": ["access-log:read", "subject-access:read", "disclosures:read",
                                "youth-lookups:read", "protected:read"],
    "administrator": read_write("configuration"),
}
EVERY_SCOPE = sorted({scope for scopes in ROLES.values() for scope in scopes} | {"statistics-export:read"})


class Tokens:
    """The development key of `kaa keys` and what it signs."""

    def __init__(self, folder):
        self.jwk = json.loads((folder / "signing.jwk").read_text())
        self.kid = self.jwk["kid"]
        self.key = ECAlgorithm.from_jwk(json.dumps(self.jwk))

    def claims(self, role=None, scope=None, municipality="0180", **more):
        """Claims of a caller. Further ones by name; None leaves a claim out."""
        now = int(time.time())
        if scope is None:
            scope = " ".join(ROLES[role])
        claims = {
            "iss": ISSUER, "aud": AUDIENCE, "exp": now + 3600, "iat": now, "nbf": now - 1,
            "sub": f"{role or 'someone'}@example.com", "client_id": "tests", "scope": scope,
            "municipality": municipality, "jti": str(uuid.uuid4()), **more,
        }
        return {name: value for name, value in claims.items() if value is not None}

    def sign(self, claims, headers=None, key=None, algorithm="ES256"):
        header = {"kid": self.kid, "typ": "at+jwt", **(headers or {})}
        header = {name: value for name, value in header.items() if value is not None}
        return jwt.encode(claims, key or self.key, algorithm=algorithm, headers=header)

    def make(self, role=None, scope=None, **claims):
        return self.sign(self.claims(role, scope, **claims))
