"""Tokens: whatever is wrong with one is refused with 401, a missing scope with 403 that names it."""
import base64
import json
import time

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from kaa_client import Client
from kaa_sample import fill

PATH = "/districts"


@pytest.fixture(scope="module")
def ask(service, contract):
    """Asks with an Authorization header as given."""
    clients = []

    def with_header(authorization, **headers):
        clients.append(Client(service.url, contract, headers=headers))
        if authorization is not None:
            clients[-1].http.headers["Authorization"] = authorization
        return clients[-1].get(PATH, expect=None)

    yield with_header
    for client in clients:
        client.close()


@pytest.fixture(scope="module")
def good(tokens):
    return lambda **changes: tokens.claims("caseworker", **changes)


def refused(answer):
    assert answer.status_code == 401, answer.text
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    return answer.json()


def segment(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_a_good_token_is_taken(ask, tokens, good):
    assert ask("Bearer " + tokens.sign(good())).status_code == 200


def test_both_types_of_token_are_taken(ask, tokens, good):
    for kind in ("at+jwt", "JWT"):
        assert ask("Bearer " + tokens.sign(good(), {"typ": kind})).status_code == 200, kind


def test_no_token(ask):
    refused(ask(None))


def test_algorithm_confusion_with_the_public_key(ask, tokens, good):
    """HS256 with the public key's PEM as the secret."""
    pem = tokens.key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    header = {"alg": "HS256", "typ": "at+jwt", "kid": tokens.kid}
    signer = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    for secret in (pem, pem.strip()):
        text = f"{segment(header)}.{segment(good())}"
        signature = base64.urlsafe_b64encode(signer.sign(text.encode(), secret)).rstrip(b"=").decode()
        refused(ask(f"Bearer {text}.{signature}"))


def test_no_algorithm(ask, tokens, good):
    for alg in ("none", "None", "NONE", "nOnE"):
        text = f"{segment({'alg': alg, 'typ': 'at+jwt', 'kid': tokens.kid})}.{segment(good())}"
        for signature in ("", "AAAA"):
            refused(ask(f"Bearer {text}.{signature}"))


def test_a_signature_by_another_key(ask, tokens, good):
    other = ec.generate_private_key(ec.SECP256R1())
    refused(ask("Bearer " + tokens.sign(good(), key=other)))


def test_changed_claims(ask, tokens, good):
    header, _, signature = tokens.sign(good()).split(".")
    refused(ask(f"Bearer {header}.{segment(good(municipality='0126'))}.{signature}"))


def test_unknown_key(ask, tokens, good):
    refused(ask("Bearer " + tokens.sign(good(), {"kid": "another"})))
    refused(ask("Bearer " + tokens.sign(good(), {"kid": None})))


NOW = time.time()


@pytest.mark.parametrize("changes", [
    {"exp": int(NOW) - 3600}, {"exp": None}, {"exp": "tomorrow"}, {"nbf": int(NOW) + 3600},
    {"aud": "another"}, {"aud": None}, {"aud": ["another", "kaa2"]}, {"aud": []},
    {"iss": "another"}, {"iss": None},
    {"sub": None}, {"sub": ""}, {"client_id": None}, {"scope": ""},
    {"municipality": None}, {"municipality": ""}, {"municipality": "018"}, {"municipality": 180},
    {"municipality": "0180' or true --"}, {"districts": ["not-a-uuid"]}, {"districts": 7},
], ids=lambda changes: f"{next(iter(changes))}={next(iter(changes.values()))!r}"[:40])
def test_wrong_claims(ask, tokens, good, changes):
    refused(ask("Bearer " + tokens.sign(good(**changes))))


def test_without_scope(ask, tokens, good):
    claims = good()
    del claims["scope"]
    refused(ask("Bearer " + tokens.sign(claims)))


def test_a_little_late_is_in_time(ask, tokens, good):
    """Clocks differ: 30 seconds are allowed for."""
    assert ask("Bearer " + tokens.sign(good(exp=int(time.time()) - 10))).status_code == 200
    assert ask("Bearer " + tokens.sign(good(nbf=int(time.time()) + 10))).status_code == 200


def test_other_types_of_token(ask, tokens, good):
    for kind in ("dpop+jwt", "id_token", "secevent+jwt"):
        refused(ask("Bearer " + tokens.sign(good(), {"typ": kind})))


@pytest.mark.parametrize("authorization", [
    "", "Bearer", "Bearer a", "Bearer a.b", "Bearer a.b.c", "Bearer ..", "Bearer a.b.c.d",
    "Basic dXNlcjpwYXNz", "bearer", "Token x", "Bearer " + "a" * 4000,
], ids=lambda text: text[:12] or "empty")
def test_no_token_at_all(ask, authorization):
    refused(ask(authorization))


def test_the_token_is_taken_from_the_header_alone(nobody, tokens, good):
    answer = nobody.get(PATH, expect=401, params={"access_token": tokens.sign(good())})
    assert "Bearer" in answer.headers["WWW-Authenticate"]


def test_expired_says_so(ask, tokens, good):
    answer = ask("Bearer " + tokens.sign(good(exp=int(time.time()) - 3600)))
    refused(answer)
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_a_token_ends_while_it_is_kept(ask, tokens, good):
    """A verified token that is kept must not outlive its exp (plus the allowed half minute)."""
    token = "Bearer " + tokens.sign(good(exp=int(time.time()) - 28))
    assert ask(token).status_code == 200
    time.sleep(3.1)
    refused(ask(token))


def test_a_missing_scope_is_named(caller):
    answer = caller("administrator").get("/youths", expect=403)
    assert "youths:read" in answer.text
    assert 'error="insufficient_scope"' in answer.headers["WWW-Authenticate"]
    assert 'scope="youths:read"' in answer.headers["WWW-Authenticate"]


def test_two_scopes_are_both_needed_and_named(caller):
    """The counts of two nights would tell of one person: who reads imports sees protected persons too."""
    for scope in ("imports:read", "protected:read", "imports:read protected:readers"):
        answer = caller(scope=scope).get("/imports", expect=403)
        assert 'scope="imports:read protected:read"' in answer.headers["WWW-Authenticate"]
        assert answer.json()["scope"] == "imports:read+protected:read"
    caller(scope="protected:read imports:read").get("/imports")


def test_reading_is_not_writing(caller):
    answer = caller(scope="configuration:read").post(PATH, {"name": "Ny", "slug": "ny"}, expect=403)
    assert "configuration:write" in answer.text


def test_a_part_of_a_scope_is_no_scope(caller):
    for scope in ("configuration", "configuration:rea", "xconfiguration:read", "configuration:read-not", "*"):
        caller(scope=scope).get(PATH, expect=403)


def test_every_operation_needs_a_token(nobody, contract):
    """But for those that the contract declares open."""
    for operation in contract.operations:
        if operation.spec.get("security", contract.document.get("security")):
            nobody.request(operation.method, fill(operation), expect=401)


def test_every_operation_needs_its_scope(caller, contract):
    """A token with a scope that nothing asks for opens nothing that is not open to every token."""
    stranger = caller(scope="nothing:read")
    opened = []
    for operation in contract.operations:
        if operation.spec.get("security", contract.document.get("security")):
            if stranger.request(operation.method, fill(operation)).status_code != 403:
                opened.append(operation.name)
    assert all("code-lists" in name or "api-info" in name for name in opened), opened


def test_roles_of_the_command(service, binary, contract, tokens):
    """`kaa token --role` gives what the interface's description says."""
    from kaa_service import environment, run
    from kaa_tokens import ROLES
    for role, scopes in ROLES.items():
        done = run(binary, "token", "--role", role, "--municipality", "0180", settings=service.settings)
        assert done.returncode == 0, done.stderr
        claims = jwt.decode(done.stdout.strip(), options={"verify_signature": False})
        assert sorted(claims["scope"].split()) == sorted(scopes), role
        assert claims["municipality"] == "0180"
    client = Client(service.url, contract, done.stdout.strip())
    client.get(PATH)
    client.close()
    assert environment(service.settings)["KAA_DEVELOPMENT"] == "true"
