"""What the benchmarks share: a cluster, a service with its database, and one way of saying figures."""
import json
import os
import re
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "http"))
import kaa_service  # noqa: E402
import night  # noqa: E402
from kaa_cluster import SCRIPT, Cluster  # noqa: E402
from kaa_tokens import Tokens  # noqa: E402

BINARY = Path(os.environ.get("KAA_BINARY", ROOT / "build" / "release" / "kaa"))
PROGRAMS = Path("/usr/lib/postgresql/15/bin")
CONNECTIONS, THREADS = 32, 2
FULL = os.environ.get("KAA_TESTS_FULL", "0") not in ("", "0")

passed, failed = 0, 0


def check(good, what):
    global passed, failed
    passed, failed = passed + bool(good), failed + (not good)
    print(f"{'ok     ' if good else 'FAILED '} {what}", flush=True)


def say(what, value):
    print(f"        {what:<52} {value}", flush=True)


def run(*command, **options):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, f"{command[0]}: {done.stderr[-2000:]}"
    return done.stdout


def wrk(service, token, path, folder, seconds):
    """(requests/s, p50 ms, p99 ms) of GETs that follow one another on kept connections."""
    script = folder / "header.lua"
    script.write_text(f'wrk.headers["Authorization"] = "Bearer {token}"\n')
    out = run("wrk", f"-t{THREADS}", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", "-s", script,
              f"{service.url}/kaa/v1{path}")
    assert "Non-2xx" not in out and "Socket errors" not in out, out
    latency = {share: in_ms(value) for share, value in re.findall(r"(\d+)%\s+([\d.]+[a-z]+)", out)}
    return float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1]), latency["50"], latency["99"]


def in_ms(text):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(number) * {"us": 0.001, "ms": 1, "s": 1000, "m": 60000}[unit]


def memory_mb(service, name):
    return night.memory_mb(service.process, name)


# Settings with which PostgreSQL writes into its log what each statement, also of a function, has done.
EXPLAIN = {"session_preload_libraries": "auto_explain", "auto_explain.log_min_duration": "0", "auto_explain.log_analyze": "on",
           "auto_explain.log_buffers": "on", "auto_explain.log_timing": "off", "auto_explain.log_nested_statements": "on",
           "auto_explain.log_format": "json"}


class Explained:
    """The plans that PostgreSQL wrote into its log since last asked."""

    def __init__(self, log):
        self.log = log
        self.at = 0

    def take(self):
        with open(self.log, encoding="utf-8", errors="replace") as log:
            log.seek(self.at)
            text = log.read()
            self.at = log.tell()
        found = []
        for duration, lines in re.findall(r"duration: ([\d.]+) ms  plan:\n((?:\t.*\n)*)", text):
            found.append((float(duration), json.loads("\n".join(line[1:] for line in lines.splitlines()), strict=False)))
        return found

    def list(self):
        """(ms, plan) of the list's own statement, and every node that ran, of nested statements too."""
        plans = self.take()
        own, = [(ms, plan) for ms, plan in plans if "'list'" in plan["Query Text"] and "access_log" in plan["Query Text"]]
        return own[0], own[1]["Plan"], [node for _, plan in plans for node in nodes(plan["Plan"])]


def nodes(plan):
    yield plan
    for part in plan.get("Plans", []):
        yield from nodes(part)


def buffers(plan):
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]


class Arrivals:
    """Asks at a fixed rate, whether or not those before have been answered."""

    def __init__(self, folder):
        self.program = folder / "arrivals"
        run("cc", "-std=c11", "-D_GNU_SOURCE", "-O2", "-o", self.program, ROOT / "tests" / "bench" / "arrivals.c")

    def ask(self, service, headers, paths, rate, seconds, connections=64):
        """{"count", "failed", "p50", "p99", "most"}, in ms from when each was due."""
        lines = [*(f"{name}: {value}" for name, value in headers.items()), "", *(f"/kaa/v1{path}" for path in paths)]
        return json.loads(run(self.program, service.port, rate, seconds, connections, input="\n".join(lines) + "\n"))


class DurableCluster(Cluster):
    """A cluster of our own that waits for the disk, as one in use does."""

    def __init__(self, folder):
        self.home = folder / "pg"
        run(SCRIPT, "start", self.home)
        super().__init__(run(SCRIPT, "socket", self.home).strip(), home=self.home)
        self.make_roles()

    def remove(self):
        run(SCRIPT, "remove", self.home)


@contextmanager
def folder_and_cluster():
    """A folder for the run, and the cluster that was given or one of our own."""
    with tempfile.TemporaryDirectory(prefix="kaa-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        given = os.environ.get("KAA_CLUSTER_SOCKET")
        if given:
            cluster = Cluster(given, os.environ.get("KAA_CLUSTER_SUPERUSER", "postgres"))
            cluster.make_roles()
            yield folder, cluster
            return
        cluster = DurableCluster(folder)
        try:
            yield folder, cluster
        finally:
            cluster.remove()


@contextmanager
def service_on(cluster, database, folder, fill):
    """A service on a new, migrated database that fill(its owner's URL) has filled; and tokens for it."""
    settings = {"KAA_DATABASE_URL": cluster.url(database, "kaa_service"),
                "KAA_OWNER_DATABASE_URL": cluster.url(database, "kaa_owner")}
    cluster.create(database)
    try:
        with cluster.connect(database) as connection:
            connection.execute("create extension if not exists btree_gist")
        done = kaa_service.run(BINARY, "migrate", settings=settings, timeout=300)
        assert done.returncode == 0, done.stderr
        fill(settings["KAA_OWNER_DATABASE_URL"])
        with cluster.connect(database) as connection:
            connection.execute("vacuum analyze")
            connection.execute("checkpoint")
        keys = folder / "keys"
        done = kaa_service.run(BINARY, "keys", keys)
        assert done.returncode == 0, done.stderr
        service = kaa_service.Service(BINARY, folder / "kaa.log", {
            **settings, "KAA_JWKS": keys / "jwks.json", "KAA_SIGNING_KEY": keys / "signing.jwk"})
        try:
            service.start()
            yield service, Tokens(keys)
            service.signal()
            check(service.wait() == 0, "the service ends well")
        finally:
            service.kill()
    finally:
        cluster.drop(database)


def end():
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)
