"""Reports are computed on a standby, and kept and logged on the primary; what the standby has not replayed is not missed."""
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import count

import httpx
import pytest

import kaa_service
import slow_reports
from conftest import database_settings, migrated, with_towns
from kaa_client import Client
from kaa_cluster import OwnCluster
from kept_reports import kept, moving, seek

TODAY = date(2026, 11, 16)
PATH = "/reports/follow-up?period=2026"
pytestmark = pytest.mark.database
numbers = count()


@pytest.fixture(scope="module")
def cluster():
    own = OwnCluster("kaa-primary-")
    yield own
    own.remove()


@pytest.fixture(scope="module")
def template(cluster, binary):
    return with_towns(cluster, migrated(cluster, binary, "kaa_standby_template"))


@pytest.fixture(scope="module")
def other(cluster, database, sql):
    """The standby's cluster."""
    slow_reports.make(sql)
    sql.execute("create table public.scratch (n int)")
    own = OwnCluster("kaa-standby-", of=cluster)
    yield own
    own.remove()


class Standby:
    """What a test does to the standby, and sees there."""

    def __init__(self, cluster, database, sql):
        self.cluster, self.database, self.sql = cluster, database, sql

    def ask(self, question):
        with self.cluster.connect(self.database) as connection:
            cursor = connection.execute(question)
            return cursor.fetchone()[0] if cursor.description else None

    def catch_up(self):
        """Until it has replayed what the primary has written."""
        written, = self.sql.execute("select pg_current_wal_flush_lsn()::text").fetchone()
        self.until(f"select pg_last_wal_replay_lsn() >= '{written}'")

    def until(self, question):
        deadline = time.monotonic() + 20
        while not self.ask(question):
            assert time.monotonic() < deadline, question
            time.sleep(0.02)

    @contextmanager
    def paused(self):
        self.catch_up()
        self.ask("select pg_wal_replay_pause()")
        self.until("select pg_get_wal_replay_pause_state() = 'paused'")
        try:
            yield
        finally:
            self.ask("select pg_wal_replay_resume()")
            self.catch_up()

    def until_computing(self):
        self.until("select exists (select from pg_stat_activity where wait_event = 'PgSleep')")

    def conflict(self):
        """Rows vanish that a report under way may still see."""
        self.sql.execute("insert into public.scratch values (1)")
        self.sql.execute("delete from public.scratch")
        self.sql.execute("vacuum public.scratch")


@pytest.fixture(scope="module")
def standby(other, database, sql):
    return Standby(other, database, sql)


@pytest.fixture(scope="module")
def settings(settings, other, database):
    return {**settings, "KAA_REPORTS_DATABASE_URL": other.url(database, "kaa_service")}


@pytest.fixture(scope="module")
def stock(world, standby):
    youths = world.youths(6)
    standby.catch_up()
    return youths


def sought(answer):
    return answer.json()["data"][0]["soughtOut"]


def another():
    """A question that was never asked."""
    return f"/reports/exits?from={date(2020, 1, 1) + timedelta(days=next(numbers))}&to=2026-06-30"


def is_told_to_wait(answer):
    return answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0


def test_what_the_standby_has_not_replayed_is_not_missed(coordinator, world, standby, stock, sql):
    before = sought(coordinator.get(PATH))
    with standby.paused():
        seek(world, stock[0])
        stale = coordinator.get(PATH)
        assert sought(stale) == before, "it is computed on the standby"
    after = coordinator.get(PATH, headers={"If-None-Match": stale.headers["ETag"]})
    assert sought(after) == before + 1
    mine = kept(sql)
    assert coordinator.get(PATH).content == after.content and kept(sql) == mine


def test_what_was_under_way_on_the_primary_is_not_missed(coordinator, world, standby, stock, sql, cluster, database):
    before = coordinator.get(PATH).json()["data"][0]
    with moving(cluster, database, stock[5], TODAY):
        seek(world, stock[1])
        standby.catch_up()
        meanwhile = coordinator.get(PATH)
        assert meanwhile.json()["data"][0]["soughtOut"] == before["soughtOut"] + 1
        mine = kept(sql)
        assert coordinator.get(PATH).content == meanwhile.content and kept(sql) == mine, "nothing has changed since"
    standby.catch_up()
    assert coordinator.get(PATH).json()["data"][0]["exits"]["moved"] == before["exits"]["moved"] + 1


def test_answers_are_kept_on_the_primary_where_another_process_finds_them(coordinator, stock, standby, sql, binary, cluster, database, settings,
                                                                           contract, tmp_path):
    path = "/reports/register-quality?period=2026&groupBy=district"
    first, mine = coordinator.get(path), kept(sql)
    own = {**database_settings(cluster, database), **settings, "KAA_REPORTS_DATABASE_URL": ""}
    service = kaa_service.Service(binary, tmp_path / "kaa.log", own)
    try:
        client = Client(service.start().url, contract, coordinator.token)
        assert client.get(path).content == first.content and kept(sql) == mine
        client.close()
        service.stop()
    finally:
        service.kill()


def test_refusals_are_logged_on_the_primary(caller, stock, sql):
    """That of a personal question, which may be refused as any other while reports go elsewhere."""
    trace = uuid.uuid4().hex
    caller("report-fetcher").get(f"/youths/{stock[0]['id']}", 403, headers={"traceparent": f"00-{trace}-{'2' * 16}-01"})
    assert sql.execute("select outcome from base.access_log where trace = %s", [trace]).fetchall() == [("refused",)]


def test_a_report_that_the_standby_ends_is_tried_again(coordinator, stock, standby, sql):
    standby.ask("alter system set max_standby_streaming_delay = 0")
    standby.ask("select pg_reload_conf()")
    with slow_reports.slow(sql, 0.5), ThreadPoolExecutor(1) as pool:
        standby.catch_up()
        answer = pool.submit(coordinator.get, another(), None)
        standby.until_computing()
        standby.conflict()
        assert answer.result().status_code == 200
    standby.until("select confl_snapshot > 0 from pg_stat_database_conflicts where datname = current_database()")


def test_who_asks_for_one_that_is_ended_again_and_again_is_told_to_wait(coordinator, stock, standby, sql):
    path = another()
    with slow_reports.slow(sql, 0.5), ThreadPoolExecutor(1) as pool:
        standby.catch_up()
        answer = pool.submit(coordinator.get, path, None)
        while not answer.done():
            standby.conflict()
            time.sleep(0.05)
        assert is_told_to_wait(answer.result()) and answer.result().json()["code"] == "reports-busy"
    standby.catch_up()
    coordinator.get(path)


def test_without_the_standby_all_else_goes_on(service, coordinator, world, stock, standby, other):
    standby.catch_up()
    first, path = coordinator.get(PATH), another()
    other.stop()
    try:
        assert is_told_to_wait(coordinator.get(path, None))
        assert coordinator.get(PATH).content == first.content
        seek(world, stock[2])
        coordinator.get(f"/youths/{stock[2]['id']}")
        assert is_told_to_wait(coordinator.get(PATH, None)), "what was kept is no longer true"
        assert service.ready() and httpx.get(f"{service.url}/health/live").status_code == 200
    finally:
        other.start()
    standby.catch_up()
    deadline = time.monotonic() + 10
    while coordinator.get(path, None).status_code != 200:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert sought(coordinator.get(PATH)) == sought(first) + 1
