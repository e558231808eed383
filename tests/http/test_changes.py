"""The change feed: every committed change comes to every reader once, in an order that nothing slips into."""
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import towns
from conftest import FULL

WRITERS = 8
SECONDS = 20 if FULL else 5


class Reader(threading.Thread):
    """Follows the feed from a cursor until it is told to stop and has found the end."""

    def __init__(self, client, limit, after):
        super().__init__()
        self.client, self.limit, self.after = client, limit, after
        self.stopping = threading.Event()
        self.seen = []
        self.fault = None

    def run(self):
        try:
            self.follow()
        except Exception as fault:  # shown by the test that joins the thread
            self.fault = fault

    def follow(self):
        while True:
            last = self.stopping.is_set()
            params = {"limit": self.limit, **({"after": self.after} if self.after else {})}
            feed = self.client.get("/changes", params=params).json()
            self.seen += feed["data"]
            self.after = feed.get("cursor", self.after)
            if not feed["data"]:
                if last:
                    return
                time.sleep(0.02)


def end_of_feed(client):
    reader = Reader(client, 1000, None)
    reader.stopping.set()
    reader.follow()
    return reader.after


def write(client, sql, seconds, number):
    """Creates and changes units and youths' attempts as fast as it goes; (resource, id, version) written."""
    written = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        made = client.post("/units", {"name": f"Skrivare {number}", "administration": "education"})
        written.append(("units", made.json()["id"]))
        client.patch(f"/units/{made.json()['id']}", {"name": f"Skrivare {number} igen"}, if_match=made)
        written.append(("units", made.json()["id"]))
    return written


def slow_writer(cluster, database, seconds):
    """Transactions that stay open for a while before they commit: their rows must not be passed by."""
    written = []
    until = time.monotonic() + seconds
    with cluster.connect(database, "kaa_owner") as connection:
        while time.monotonic() < until:
            with connection.transaction():
                towns.enter(connection, "0180")
                unit = connection.execute(
                    "insert into base.units (name, administration) values ('Långsam', 'education') returning id::text"
                ).fetchone()[0]
                time.sleep(0.3)
            written.append(("units", unit))
    return written


def test_two_readers_eight_writers(administrator, caller, sql, cluster, database):
    feed = "changes:read configuration:read"
    start = end_of_feed(caller(scope=feed, sub="start"))
    readers = [Reader(caller(scope=feed, sub=f"reader-{limit}"), limit, start) for limit in (7, 200)]
    for reader in readers:
        reader.start()
    with ThreadPoolExecutor(WRITERS) as pool:
        writers = [pool.submit(write, caller("administrator", sub=f"writer-{number}"), sql, SECONDS, number)
                   for number in range(WRITERS - 1)]
        writers.append(pool.submit(slow_writer, cluster, database, SECONDS))
        written = [change for writer in writers for change in writer.result()]
    for reader in readers:
        reader.stopping.set()
    for reader in readers:
        reader.join()
        assert reader.fault is None, repr(reader.fault)
    assert len(written) > 100
    for reader in readers:
        cursors = [change["cursor"] for change in reader.seen]
        assert len(cursors) == len(set(cursors)), "a change came twice"
        places = [tuple(map(int, cursor.split("-"))) for cursor in cursors]
        assert places == sorted(places), "out of order"
        seen = sorted((change["resource"], change["id"]) for change in reader.seen)
        assert seen == sorted(written), f"{len(written)} changes were committed, {len(seen)} seen"
    assert readers[0].seen == readers[1].seen


def test_the_feed_says_what_happened(world, coordinator, caller):
    feed = caller("coordinator", sub="follower")
    start = end_of_feed(feed)
    youth = world.youth()
    attempt = world.attempt(youth)
    coordinator.event(f"/outreach-attempts/{attempt.json()['id']}", "no_answer", if_match=attempt)
    reader = Reader(feed, 100, start)
    reader.stopping.set()
    reader.follow()
    seen = {(change["resource"], change["id"], change["change"]) for change in reader.seen}
    assert ("youths", youth["id"], "created") in seen
    assert ("outreach-attempts", attempt.json()["id"], "created") in seen
    assert ("outreach-attempts", attempt.json()["id"], "updated") in seen
    assert all(set(change) == {"cursor", "resource", "id", "change", "at"} for change in reader.seen)


def test_only_what_was_asked_for(world, coordinator):
    youth = world.youth()
    world.attempt(youth)
    rows = coordinator.get("/changes", params={"resources": "youths", "limit": 1000}).json()["data"]
    assert rows and {change["resource"] for change in rows} == {"youths"}


def test_the_scope_of_each_resource_is_asked(world, caller):
    world.attempt(world.youth())
    rows = caller(scope="changes:read outreach-attempts:read").get("/changes?limit=1000").json()["data"]
    assert {change["resource"] for change in rows} <= {"outreach-attempts"}
    assert caller(scope="changes:read").get("/changes?limit=1000").json()["data"] == []


def test_one_who_becomes_protected_is_removed_for_those_who_lose_sight(world, caller):
    youth = world.youth()
    plain, trusted = caller("caseworker", sub="plain"), caller("coordinator", sub="trusted")
    start = {"plain": end_of_feed(plain), "trusted": end_of_feed(trusted)}
    world.commit([{**youth["row"], "protection": "confidentiality_marking"}])

    def changes(client, name):
        reader = Reader(client, 100, start[name])
        reader.stopping.set()
        reader.follow()
        return [change["change"] for change in reader.seen if change["id"] == youth["id"]]

    assert changes(plain, "plain") == ["removed"]
    assert "updated" in changes(trusted, "trusted") and "removed" not in changes(trusted, "trusted")
    later = end_of_feed(plain)
    current = world.coordinator.get(f"/youths/{youth['id']}")
    world.coordinator.patch(f"/youths/{youth['id']}", {"email": "x@provpost.example"}, if_match=current)
    assert plain.get("/changes", params={"after": later}).json()["data"] == []


def test_another_municipality_sees_nothing(world, caller):
    world.youth()
    other = caller("coordinator", municipality="0126")
    assert [change for change in other.get("/changes?limit=1000").json()["data"]
            if change["resource"] not in ("municipalities", "units", "districts", "recipients")] == []


@pytest.mark.parametrize("cursor", ["x", "1", "1-x", "-1--1", "1-1-1", "9" * 30 + "-1", "abc-def"])
def test_wrong_cursors(coordinator, cursor):
    coordinator.get("/changes", 400, params={"after": cursor})


def test_who_moves_is_gone_only_for_those_who_see_one_district(world, caller, coordinator):
    ids = {row["slug"]: row["id"] for row in coordinator.pages("/districts")}
    youth = world.youth(district="farsta")
    world.commit([{**youth["row"], "residence": {**youth["row"]["residence"], "district": "skarpnack"}}])

    def last(client):
        rows, after = [], {}
        while True:
            page = client.get("/changes", params={"resources": "youths", "limit": 1000, **after}).json()
            rows += [row for row in page["data"] if row["id"] == youth["id"]]
            if not page["hasMore"]:
                return rows[-1]["change"] if rows else None
            after = {"after": page["cursor"]}

    assert coordinator.get(f"/youths/{youth['id']}").json()["districtId"] == ids["skarpnack"]
    assert last(coordinator) == "updated"
    assert last(caller("coordinator", districts=[ids["farsta"]])) == "removed"
    assert last(caller("coordinator", districts=[ids["skarpnack"]])) == "updated"
    assert last(caller("register-system")) == "updated"
