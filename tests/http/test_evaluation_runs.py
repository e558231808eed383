"""Evaluation runs and the night: counts, who may, and that a municipality's failing night is its own."""
import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta, timezone

import people
import pytest
import towns
from conftest import database_settings
from kaa_service import run

pytestmark = pytest.mark.database

SETTINGS = {"KAA_LOCK_TIMEOUT_MS": 1500}
TODAY = date(2026, 11, 2)


@pytest.fixture(scope="module")
def night(binary, cluster, database):
    """Runs `kaa nightly` on a day: its exit status, report and what it said."""
    def begin(day):
        done = run(binary, "nightly", settings={**database_settings(cluster, database), "KAA_DEVELOPMENT": "true",
                                                "KAA_CLOCK": f"{day.isoformat()}T02:00:00+01:00"})
        return done.returncode, json.loads(done.stdout), done.stderr
    return begin


def test_a_run(world, coordinator, officer):
    youth = world.youth()
    made = coordinator.post("/evaluation-runs", {})
    counts = made.json()["counts"]
    assert made.json()["asOf"] == TODAY.isoformat() and made.json()["dryRun"] is False
    assert counts == {"evaluated": 1, "changed": 0, "ended": 0, "opened": 0, "left": 0}, "an import has evaluated as of today"
    path = f"/evaluation-runs/{made.json()['id']}"
    assert made.headers["Location"].endswith(path)
    assert coordinator.get(path).json() == made.json()
    assert made.json()["id"] in {row["id"] for row in coordinator.pages("/evaluation-runs")}
    assert coordinator.get(f"/youths/{youth['id']}").json()["status"] == "active"


def test_a_day_that_has_passed(world, coordinator):
    """Who was evaluated as of a later day is left alone."""
    counts = coordinator.post("/evaluation-runs", {"asOf": (TODAY - timedelta(days=1)).isoformat()}).json()["counts"]
    assert counts["evaluated"] == counts["changed"] == 0 and counts["left"] >= 1


def test_who_may(caller, coordinator):
    assert coordinator.post("/evaluation-runs", {"asOf": (TODAY + timedelta(days=1)).isoformat()}, 422).json()["code"] == "in-the-future"
    caller(scope="evaluation-runs:read evaluation-runs:write").post("/evaluation-runs", {}, 403)
    caller(scope="evaluation-runs:read evaluation-runs:write").get("/evaluation-runs", 403)
    limited = caller("coordinator", districts=[towns.id_of("0180", "district", "farsta")])
    assert limited.post("/evaluation-runs", {}, 403).json()["code"] == "districts-limited"
    caller("caseworker").post("/evaluation-runs", {}, 403)


def test_a_repeated_request_runs_once(coordinator):
    first = coordinator.post("/evaluation-runs", {"dryRun": True}, key="run-1")
    assert coordinator.post("/evaluation-runs", {"dryRun": True}, key="run-1").json() == first.json()


def test_it_waits_for_what_works_on_the_register(coordinator, register, world, sql, today):
    """A run has the register alone; imports may work side by side."""
    path = world.open_import(people.rows(1, today, first=9000))
    with sql.transaction():
        sql.execute("select base.lock_register('0180', true)")
        busy = coordinator.post("/evaluation-runs", {}, 409)
        assert busy.json()["code"] == "busy" and "Retry-After" in busy.headers
        register.event(path, "validated")
    with sql.transaction():
        sql.execute("select base.lock_register('0180', false)")
        assert register.event(path, "validated", 409).json()["code"] == "busy"
        assert coordinator.get("/youths").status_code == 200
    coordinator.post("/evaluation-runs", {})


def test_nights(world, night, coordinator, register, sql, caller, today):
    """Twenty, drop-out of an unknown person, a review date; the second time nothing; the log says who was touched."""
    birth = people.birthday(today, 20, days=-2)
    old = people.row(birth, 7)
    world.commit([old])
    known, = world.find([old["personalNumber"]])
    told = world.school_event(people.rows(1, today, first=9100)[0]["personalNumber"], "ended")
    code, report, said = night(TODAY + timedelta(days=1))
    assert code == 0 and not said and set(report) == {"0126", "0180"}, said
    assert report["0180"]["take_school_events"] == {"taken": 1, "kept": 1, "failed": 0}
    event = coordinator.get(f"/school-events/{told.json()['id']}").json()
    assert coordinator.get(f"/youths/{event['youthId']}").json()["status"] == "preventive"
    assert coordinator.get(f"/youths/{known}").json()["status"] == "active"
    code, report, _ = night(TODAY + timedelta(days=2))
    assert report["0180"]["reevaluate_register"]["ended"] == 1
    assert coordinator.get(f"/youths/{known}").json()["registration"]["exitReason"] == "turned_20"

    def places():
        return {table: dict(sql.execute(f"select ctid::text, xmin::text from base.{table}").fetchall()) for table in (
            "youths", "registrations", "evaluations", "occupations", "events", "outreach_state", "changes", "access_log")}
    before = places()
    code, report, _ = night(TODAY + timedelta(days=2))
    assert code == 0 and places() == before
    changed = {name: count for done in report["0180"].values() for name, count in done.items() if name != "evaluated" and count}
    assert changed == {}


def test_preventive_persons_are_deleted_in_time(world, night, coordinator):
    youth = world.preventive()
    attempt = world.attempt(youth)
    other = world.preventive()
    registered = coordinator.post(f"/youths/{other['id']}/registrations", {"startDate": TODAY.isoformat(), "reason": "dropout"})
    cursor = coordinator.get("/changes?limit=1000").json()["cursor"]
    night(date(2027, 11, 1))
    coordinator.get(f"/youths/{youth['id']}")
    _, report, _ = night(date(2027, 11, 2))
    assert report["0180"]["forget_preventive"]["deleted"] >= 1
    coordinator.get(f"/youths/{youth['id']}", 404)
    coordinator.get(f"/outreach-attempts/{attempt.json()['id']}", 404)
    assert registered.json()["status"] == "open" and coordinator.get(f"/youths/{other['id']}").json()["id"] == other["id"]
    fed = coordinator.get("/changes", params={"after": cursor, "limit": "1000"}).json()["data"]
    assert {(row["resource"], row["change"]) for row in fed if row["id"] in (youth["id"], attempt.json()["id"])} == {
        ("youths", "removed"), ("outreach-attempts", "removed")}


def test_who_is_registered_meanwhile_stays(world, sql, cluster, database, coordinator):
    """Deletion waits for whoever registers the person just now, and then lets the person be."""
    youth = world.preventive()

    def forget():
        with cluster.connect(database) as other, other.transaction():
            enter(other)
            return other.execute("select base.forget_preventive('0180')").fetchone()[0]["deleted"]

    def enter(connection):
        connection.execute("select base.enter('0180', 'x', 'x', null, '', null, null, null, null, null, '2028-06-01T02:00:00+02:00')")

    with ThreadPoolExecutor(1) as pool:
        with sql.transaction():
            enter(sql)
            sql.execute("insert into base.registrations (youth_id, start_date, reason) values (%s, '2026-11-02', 'dropout')", [youth["id"]])
            deleted = pool.submit(forget)
            until = time.monotonic() + 20
            with cluster.connect(database) as watching:
                while time.monotonic() < until and not watching.execute(
                        "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
                        " and query like '%%forget_preventive%%'").fetchone():
                    time.sleep(0.05)
        deleted.result()
    assert coordinator.get(f"/youths/{youth['id']}").json()["status"] == "active"


def test_a_failing_night_is_one_municipality_s(night, sql, world, coordinator):
    """Its own is undone and named; the other's is done."""
    youth = world.preventive()
    sql.execute("insert into base.nightly_steps values (999, 'fail_for_this_test', 'Fails.')")
    sql.execute("create function base.fail_for_this_test(town text) returns jsonb language plpgsql as $$"
                " begin perform 1 / (town <> '0180')::int; return '{}'; end $$")
    try:
        code, report, said = night(date(2028, 12, 1))
        assert code == 1 and "failed" in said
        assert report["0180"]["failed"].startswith("SQLSTATE 22012") and "failed" not in report["0126"]
        coordinator.get(f"/youths/{youth['id']}")
    finally:
        sql.execute("delete from base.nightly_steps where position = 999")
        sql.execute("drop function base.fail_for_this_test")
    code, report, _ = night(date(2028, 12, 1))
    assert code == 0
    coordinator.get(f"/youths/{youth['id']}", 404)


def test_a_night_does_not_wait_to_make_partitions(night, sql):
    """Who writes the access log, as an import does for minutes, holds up no night, and the night nobody."""
    made = "select to_regclass('base.access_log_2030_06') is not null"
    with sql.transaction():
        sql.execute("lock table base.access_log in row exclusive mode")
        code, _, said = night(date(2029, 12, 1))
        assert code == 0 and not said
    assert sql.execute(made).fetchone() == (False,)
    assert night(date(2029, 12, 1))[0] == 0
    assert sql.execute(made).fetchone() == (True,), "another night makes them"
