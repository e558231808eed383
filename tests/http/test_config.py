"""Settings and verbs: what is wrong or missing stops the start with one line that names it."""
import pytest

from conftest import database_settings
from kaa_service import free_port, run


@pytest.fixture(scope="module")
def good(cluster, database, keys):
    return {
        **database_settings(cluster, database), "KAA_PORT": free_port(), "KAA_JWKS": keys / "jwks.json",
        "KAA_SIGNING_KEY": keys / "signing.jwk", "KAA_ISSUER": "tests", "KAA_AUDIENCE": "kaa",
        "KAA_DEVELOPMENT": "true",
    }


def refused(binary, settings, verb="serve"):
    done = run(binary, verb, settings=settings, timeout=20)
    assert done.returncode != 0, done.stdout
    lines = [line for line in done.stderr.strip().splitlines() if not line.startswith("{")]
    assert len(lines) == 1, done.stderr
    return lines[0]


@pytest.mark.parametrize("name, value", [
    ("KAA_DATABASE_URL", "not a database"), ("KAA_BIND", "localhost!"), ("KAA_PORT", "0"), ("KAA_PORT", "65536"),
    ("KAA_PORT", "http"), ("KAA_PORT", "80 80"), ("KAA_PUBLIC_URL", "kaa.example"),
    ("KAA_PUBLIC_URL", "https://kaa.example/"), ("KAA_CONNECTIONS", "0"), ("KAA_CONNECTIONS", "65"),
    ("KAA_CONNECTIONS", "-1"), ("KAA_MAX_BODY", "1MB"), ("KAA_LOG_LEVEL", "loud"), ("KAA_DEVELOPMENT", "maybe"),
    ("KAA_CLOCK", "yesterday"), ("KAA_CLOCK", "2026-01-01T12:00:00"), ("KAA_TRUSTED_PROXIES", "proxy.example"),
    ("KAA_ALLOWED_ORIGINS", "*"), ("KAA_JWKS", "/nowhere/jwks.json"),
])
def test_a_wrong_setting_is_named(binary, good, name, value):
    assert name in refused(binary, {**good, name: value})


@pytest.mark.parametrize("name", ["KAA_DATABASE_URL", "KAA_JWKS"])
def test_a_missing_setting_is_named(binary, good, name):
    assert name in refused(binary, {key: value for key, value in good.items() if key != name})


@pytest.mark.parametrize("name", ["KAA_ISSUER", "KAA_AUDIENCE"])
def test_production_has_no_defaults_for_who_may_sign(binary, good, name):
    settings = {key: value for key, value in good.items() if key not in (name, "KAA_DEVELOPMENT")}
    assert name in refused(binary, settings)


def test_the_clock_is_for_development(binary, good):
    settings = {**good, "KAA_CLOCK": "2026-01-01T12:00:00Z", "KAA_DEVELOPMENT": "false"}
    assert "KAA_CLOCK" in refused(binary, settings)


def test_tokens_are_signed_in_development_only(binary, good):
    assert "KAA_DEVELOPMENT" in refused(binary, {**good, "KAA_DEVELOPMENT": "false"}, "token")


def test_a_key_file_that_is_none(binary, good, tmp_path):
    for text in ("", "{}", "not json", '{"keys": []}', '{"keys": [{"kty": "oct", "kid": "a", "k": "c2VjcmV0"}]}'):
        path = tmp_path / "jwks.json"
        path.write_text(text)
        assert "KAA_JWKS" in refused(binary, {**good, "KAA_JWKS": path}), text


def test_the_port_is_taken(binary, good, service):
    assert str(service.port) in refused(binary, {**good, "KAA_PORT": service.port})


def test_a_database_that_is_not_migrated(binary, good, cluster):
    """Readiness waits for the migrations; a misspelt column must not be found by a caller."""
    cluster.create("kaa_t_bare")
    try:
        line = refused(binary, {**good, **database_settings(cluster, "kaa_t_bare")})
        assert "migrat" in line
    finally:
        cluster.drop("kaa_t_bare")


def test_settings_are_listed_with_secrets_hidden(binary, good):
    settings = {**good, "KAA_DATABASE_URL": "postgresql://kaa_service:hunter2@db.example/kaa?sslpassword=hunter3",
                "KAA_JWKS": "https://user:hunter4@keys.example/jwks.json"}
    done = run(binary, "config", settings=settings)
    assert done.returncode == 0, done.stderr
    for name in ("KAA_DATABASE_URL", "KAA_BIND", "KAA_PORT", "KAA_PUBLIC_URL", "KAA_JWKS", "KAA_ISSUER",
                 "KAA_AUDIENCE", "KAA_CONNECTIONS", "KAA_MAX_BODY", "KAA_LOG_LEVEL", "KAA_CLOCK"):
        line = next(line for line in done.stdout.splitlines() if line.startswith(name + " "))
        assert len(line.split()) >= 4, line
    assert "1048576" in done.stdout and "hunter" not in done.stdout


def test_unknown_verbs(binary):
    for arguments in (["what"], ["serve", "--what"], ["token", "--role"], []):
        done = run(binary, *arguments)
        assert done.returncode != 0 and done.stderr.strip(), arguments


def test_token_options(binary, good):
    unknown = run(binary, "token", "--role", "nobody", "--municipality", "0180", settings=good)
    assert unknown.returncode != 0 and "caseworker" in unknown.stderr
    import jwt
    done = run(binary, "token", "--scope", "youths:read", "--municipality", "0126", "--sub", "me", "--expires", "60",
               "--districts", "7f0e2f4e-6a5e-4d3a-9d0c-0d3c1e1a0001", "--recipient-system", "vera",
               "--school-unit", "12345678", settings=good)
    assert done.returncode == 0, done.stderr
    claims = jwt.decode(done.stdout.strip(), options={"verify_signature": False})
    assert claims["scope"] == "youths:read" and claims["municipality"] == "0126" and claims["sub"] == "me"
    assert claims["recipientSystem"] == "vera" and claims["schoolUnit"] == "12345678"
    assert 50 <= claims["exp"] - claims["iat"] <= 60


def test_the_private_key_is_for_its_owner(keys):
    assert (keys / "signing.jwk").stat().st_mode & 0o077 == 0
    import json
    public = json.loads((keys / "jwks.json").read_text())
    assert "d" not in public["keys"][0]


def test_keys_are_made_once(binary, keys):
    before = (keys / "signing.jwk").read_bytes()
    assert run(binary, "keys", keys).returncode == 0
    assert (keys / "signing.jwk").read_bytes() == before
