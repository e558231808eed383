"""What tests start from: a cluster, a migrated template, a database and a service for each file, callers.

KAA_BINARY            the binary, build/release/kaa by default
KAA_CLUSTER_SOCKET    folder of the socket of a running PostgreSQL; without it one is made and removed
KAA_CLUSTER_SUPERUSER its superuser, postgres by default
KAA_CLUSTER           its folder, when that is not the parent of the socket's
KAA_TESTS_FULL        1: the sizes that are promised, not the small ones
KAA_TEST_PRESET       how the binary was built, release by default; else tests marked `database` are left out: they try
                      rules of the database, of which a sanitizer learns nothing; of what is left tsan takes THREADS
KAA_TEST_SHARE        slow or rest: one of the two halves in which a run takes half the time; all by default
KAA_TEST_OUTPUT       where the notes of the run go; a temporary folder by default

A test file may set SETTINGS, the service's environment variables, and TODAY, a date at which its clock stands.
"""
import os
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import kaa_service
import towns
from kaa_client import Client
from kaa_cluster import ROOT, Cluster, OwnCluster
from kaa_contract import Contract
from kaa_leaks import RUN
from kaa_tokens import EVERY_SCOPE, Tokens
from kaa_world import World

SHARE = os.environ.get("KAA_TEST_SHARE")
# The half of the time in a third of the files.
SLOW = {f"test_{name}.py" for name in (
    "casework_histories", "ladder", "lists", "merger", "protection", "register_histories", "report_model",
    "sensitive_recipients", "story", "withdrawals")}
# Where threads meet, and between them a call of every operation.
THREADS = {f"test_{name}.py" for name in (
    "auth", "casework", "changes", "concurrency", "configuration", "database_restart", "events", "functions_off", "http",
    "idempotency", "identity", "import", "import_safety", "isolation", "outreach_batches", "patience", "proxy", "reads", "report",
    "report_bounds", "report_results", "statistics_export", "stop", "story", "youths")}
FULL = os.environ.get("KAA_TESTS_FULL", "0") not in ("", "0")
FEW = {"KAA_CONNECTIONS": 1, "KAA_LONG_CONNECTIONS": 1}  # for a service of a day: each connection plans everything anew
HERE = Path(__file__).parent


def pytest_configure(config):
    RUN.begin()
    config.addinivalue_line("markers", "database: tries a rule of the database, not the binary")


def file_of(item):
    return Path(str(item.fspath)).name


def pytest_collection_modifyitems(items):
    if SHARE:
        items[:] = [item for item in items if (file_of(item) in SLOW) == (SHARE == "slow")]
    preset = os.environ.get("KAA_TEST_PRESET", "release")
    if preset == "release":
        return
    if preset == "tsan" and not FULL:
        items[:] = [item for item in items if file_of(item) in THREADS]
    for item in items:
        if item.get_closest_marker("database"):
            item.add_marker(pytest.mark.skip(reason="the binary has little part in it"))


# Once a run ---------------------------------------------------------------------------------------

@pytest.fixture(scope="session")
def binary():
    path = Path(os.environ.get("KAA_BINARY", ROOT / "build" / "release" / "kaa"))
    assert path.exists(), f"{path} is missing: build it first"
    return path


@pytest.fixture(scope="session")
def cluster():
    socket = os.environ.get("KAA_CLUSTER_SOCKET")
    if socket:
        given = Cluster(socket, os.environ.get("KAA_CLUSTER_SUPERUSER", "postgres"), os.environ.get("KAA_CLUSTER"))
        given.make_roles()
        RUN.follow_database(given)
        yield given
        return
    own = OwnCluster()
    yield own
    own.remove()


@pytest.fixture(scope="session")
def keys(binary, tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    done = kaa_service.run(binary, "keys", folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="session")
def tokens(keys):
    return Tokens(keys)


@pytest.fixture(scope="session")
def contract(binary, pytestconfig):
    done = kaa_service.run(binary, "openapi")
    assert done.returncode == 0, done.stderr
    pytestconfig.kaa_contract = Contract(done.stdout)
    return pytestconfig.kaa_contract


@pytest.fixture(scope="session")
def empty_template(cluster, binary):
    """A migrated database without a municipality."""
    name = f"kaa_template_{os.getpid()}"
    yield migrated(cluster, binary, name)
    cluster.drop(name)


@pytest.fixture(scope="session")
def template(cluster, empty_template):
    """With the two municipalities of towns.py."""
    name = f"kaa_towns_{os.getpid()}"
    cluster.create(name, empty_template)
    yield with_towns(cluster, name)
    cluster.drop(name)


def database_settings(cluster, name):
    return {"KAA_DATABASE_URL": cluster.url(name, "kaa_service"),
            "KAA_OWNER_DATABASE_URL": cluster.url(name, "kaa_owner")}


def migrated(cluster, binary, name):
    """A new database, without a municipality."""
    cluster.create(name)
    done = kaa_service.run(binary, "migrate", settings=database_settings(cluster, name), timeout=300)
    assert done.returncode == 0, done.stderr
    return name


def with_towns(cluster, name):
    """A migrated database, with the two municipalities of towns.py from now on."""
    with cluster.connect(name, "kaa_owner") as connection:
        towns.make(connection)
    return name


@pytest.fixture(scope="session")
def official_numbers():
    """Personal numbers that the tax agency has set aside for tests."""
    return (ROOT / "tests" / "data" / "test_personnummer_2005_2011.txt").read_text().split()


# Once a file --------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def today(request):
    """The day it is for the service."""
    return getattr(request.module, "TODAY", None) or datetime.now(ZoneInfo("Europe/Stockholm")).date()


@pytest.fixture(scope="module")
def settings(request, keys):
    day = getattr(request.module, "TODAY", None)
    clock = {"KAA_CLOCK": f"{day.isoformat()}T12:00:00+01:00"} if day else {}
    return {"KAA_JWKS": keys / "jwks.json", "KAA_SIGNING_KEY": keys / "signing.jwk", **clock,
            **getattr(request.module, "SETTINGS", {})}


@pytest.fixture(scope="module")
def database(request, cluster, template):
    """The name of this file's own database."""
    name = f"{request.module.__name__.replace('test_', 'kaa_t_')}_{os.getpid()}"
    with cluster.database(name, template):
        yield name


@pytest.fixture(scope="module")
def service(binary, cluster, database, settings, contract, tmp_path_factory):
    log = tmp_path_factory.mktemp("service") / "kaa.log"
    one = kaa_service.Service(binary, log, {**database_settings(cluster, database), **settings})
    try:
        one.start()
        yield one
        one.stop()
    finally:
        one.kill()


@pytest.fixture(scope="module")
def serving(binary, cluster, database, settings, tmp_path_factory):
    """with serving(day) as url: the service as of noon of that day; after_night: when its night's work is done."""

    @contextmanager
    def start(day, after_night=False):
        own = {**database_settings(cluster, database), **FEW, **settings, "KAA_CLOCK": f"{day.isoformat()}T12:00:00+01:00"}
        if after_night:
            done = kaa_service.run(binary, "nightly", settings={**own, "KAA_DEVELOPMENT": "true"}, timeout=300)
            assert done.returncode == 0, done.stderr
        one = kaa_service.Service(binary, tmp_path_factory.mktemp("service") / "kaa.log", own)
        try:
            yield one.start().url
            one.stop()
        finally:
            one.kill()

    return start


@pytest.fixture(scope="module")
def sql(cluster, database):
    """A connection of the superuser, whom no policy hides anything from."""
    with cluster.connect(database) as connection:
        yield connection


@pytest.fixture(scope="module")
def caller(service, contract, tokens):
    """caller("coordinator", …) or caller(scope="…", …): a client with such a token."""
    clients = []

    def make(role=None, scope=None, headers=None, **claims):
        clients.append(Client(service.url, contract, tokens.make(role, scope, **claims), headers))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture(scope="module")
def nobody(service, contract):
    """Without a token."""
    client = Client(service.url, contract)
    yield client
    client.close()


@pytest.fixture(scope="module")
def town():
    """Whose register and staff call, unless a test says otherwise."""
    return towns.TOWNS["0180"]


@pytest.fixture(scope="module")
def coordinator(caller, town):
    return caller("coordinator", municipality=town.code)


@pytest.fixture(scope="module")
def register(caller, town):
    return caller("register-system", sub="ber", municipality=town.code)


@pytest.fixture(scope="module")
def administrator(caller, town):
    return caller("administrator", municipality=town.code)


@pytest.fixture(scope="module")
def officer(caller, town):
    return caller("data-protection-officer", municipality=town.code)


@pytest.fixture(scope="module")
def vera(caller, town):
    return caller("crm-system", sub="vera", recipientSystem="vera", municipality=town.code)


@pytest.fixture(scope="module")
def everything(caller):
    """Holds every scope there is, in Stockholm, and speaks for every recipient of it."""
    recipients = [towns.id_of("0180", "recipient", name) for name in towns.RECIPIENTS]
    return caller(scope=" ".join(EVERY_SCOPE), sub="everything", recipients=recipients)


@pytest.fixture(scope="module")
def world(coordinator, register, vera, administrator, today, town):
    """Makes youths and what belongs to them."""
    return World(coordinator, register, vera, administrator, today, town)


# The whole run ------------------------------------------------------------------------------------

def pytest_collection_finish(session):
    """Whether all of the folder is about to run: only then can an operation be missing."""
    collected = {file_of(item) for item in session.items}
    session.config.kaa_all = collected == {path.name for path in HERE.glob("test_*.py")} and not (
        session.config.option.keyword or session.config.option.markexpr)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus):
    whole = exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) and (session.config.kaa_all or SHARE)
    session.config.kaa_leaks = RUN.end(whole)
    if session.config.kaa_leaks[1] and exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    contract = getattr(session.config, "kaa_contract", None)
    if contract is None:
        return
    missing = contract.never_called()
    notes = [f"{name}: {sorted(statuses)}" for name, statuses in sorted(contract.statuses.items())]
    notes += [f"{name}: never answered with success" for name in missing]
    folder = os.environ.get("KAA_TEST_OUTPUT")
    if folder:
        (Path(folder) / "operations.txt").write_text("\n".join(notes) + "\n", encoding="utf-8")
    if missing and session.config.kaa_all and exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter, config):
    said, wrong = config.kaa_leaks
    for line in said:
        terminalreporter.write_line(line)
    for line in wrong:
        terminalreporter.write_line(f"FAILED: data of persons: {line}", red=True)
    contract = getattr(config, "kaa_contract", None)
    if contract is None:
        return
    missing = contract.never_called()
    called = len(contract.operations) - len(missing)
    terminalreporter.write_line(f"{called} of {len(contract.operations)} operations answered as in the contract")
    if missing and config.kaa_all:
        terminalreporter.write_line("FAILED: never answered with success: " + ", ".join(missing), red=True)
