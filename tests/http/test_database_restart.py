"""PostgreSQL goes away and comes back under load: callers are told to wait, nothing acknowledged is lost,
and every read that was answered is in the access log."""
import threading
import time
import uuid

import httpx
import pytest

from conftest import migrated, with_towns
from kaa_client import Client
from kaa_cluster import OwnCluster
from kaa_world import World

WORKERS = 12


@pytest.fixture(scope="module")
def cluster():
    """One of our own, since it is stopped."""
    own = OwnCluster("kaa-restart-")
    yield own
    own.remove()


@pytest.fixture(scope="module")
def template(cluster, binary):
    return with_towns(cluster, migrated(cluster, binary, "kaa_restart_template"))


@pytest.fixture(scope="module")
def sql():
    """A connection would not outlive the restart: ask through `cluster`."""
    return None


class Load:
    """Workers that read and write until told to stop, and what they were answered."""

    def __init__(self, service, contract, token, youths):
        self.clients = [Client(service.url, contract, token) for _ in range(WORKERS)]
        self.youths = youths
        self.stopping = threading.Event()
        self.lock = threading.Lock()
        self.reads, self.made, self.statuses, self.waits = [], [], [], []
        self.threads = [threading.Thread(target=self.work, args=[number]) for number in range(WORKERS)]

    def work(self, number):
        client = self.clients[number]
        while not self.stopping.is_set():
            trace = uuid.uuid4().hex
            headers = {"traceparent": f"00-{trace}-{'2' * 16}-01"}
            youth = self.youths[number % len(self.youths)]["id"]
            if number % 3:
                answer = client.get(f"/youths/{youth}", None, headers=headers)
            else:
                answer = client.post("/outreach-attempts", {
                    "youthId": youth, "purpose": "outreach", "channel": "phone", "staff": [trace]}, None,
                    headers=headers)
            self.note(answer, trace)

    def note(self, answer, trace):
        with self.lock:
            self.statuses.append((time.monotonic(), answer.status_code))
            if answer.status_code == 200:
                self.reads.append(trace)
            elif answer.status_code == 201:
                self.made.append(trace)
            else:
                self.waits.append(answer.headers.get("Retry-After"))
        if answer.status_code == 503:
            time.sleep(0.05)

    def since(self, moment):
        with self.lock:
            return [status for at, status in self.statuses if at > moment]

    def wait_for(self, status, since, seconds):
        deadline = time.monotonic() + seconds
        while status not in self.since(since):
            assert time.monotonic() < deadline, f"no {status} within {seconds} s: {set(self.since(since))}"
            time.sleep(0.05)


def test_stopped_and_started_under_load(service, contract, tokens, cluster, database, coordinator, register, vera,
                                        administrator, today):
    youths = World(coordinator, register, vera, administrator, today).youths(4)
    load = Load(service, contract, tokens.make("coordinator"), youths)
    process = service.process.pid
    for thread in load.threads:
        thread.start()
    try:
        time.sleep(1)
        for _ in range(2):
            cluster.stop()
            down = time.monotonic()
            load.wait_for(503, down, 10)
            assert not service.ready()
            assert httpx.get(f"{service.url}/health/live").status_code == 200
            time.sleep(0.5)
            cluster.start()
            up = time.monotonic()
            load.wait_for(200, up, 15)
            load.wait_for(201, up, 15)
    finally:
        load.stopping.set()
        for thread in load.threads:
            thread.join()
    assert service.process.pid == process and service.process.poll() is None and service.ready()
    assert {status for _, status in load.statuses} == {200, 201, 503}
    assert load.waits and all(wait and int(wait) >= 1 for wait in load.waits)
    with cluster.connect(database) as connection:
        kept = {row[0] for row in connection.execute("select staff[1] from base.outreach_attempts").fetchall()}
        logged = {row[0] for row in connection.execute(
            "select trace from base.access_log where resource = 'youths' and action = 'read' and outcome = 'shown'"
        ).fetchall()}
    assert not set(load.made) - kept, "writes that were acknowledged are missing"
    assert not set(load.reads) - logged, "reads that were answered are not in the access log"
    assert len(load.reads) > 40 and len(load.made) > 10
