"""A whole night's file: what is counted, kept, forgotten, and left alone when it comes again."""
import os

import night
import people
import pytest
from conftest import FULL

ROWS = 50_000 if FULL else 5_000
DISTRICTS = ("farsta", "jarva", "bromma")


@pytest.fixture(scope="module")
def committed(world, register, service):
    """(rows, those not covered, the dry run, the commit, MiB by which the service's memory grew)"""
    rows, others = night.rows(ROWS, world.today, DISTRICTS)
    register.event(world.open_import(rows[:1000]), "cancelled")
    idle = night.memory_mb(service.process)
    path = world.open_import(rows, mode="full", source="night")
    dry = register.event(path, "validated").json()
    done = register.event(path, "committed").json()
    return rows, others, dry, done, night.memory_mb(service.process) - idle


@pytest.mark.database
def test_validated_and_committed_count_the_same(committed):
    _, _, dry, done, _ = committed
    assert done["status"] == "committed" and done["rowCount"] == ROWS
    assert dry["counts"] == done["counts"] == {
        "new": ROWS // 10, "updated": 0, "unchanged": 0, "ended": 0, "rejected": 0, "toReview": ROWS // 10,
        "notCovered": ROWS - 2 * (ROWS // 10)}


@pytest.mark.database
def test_nothing_of_those_not_covered_is_in_any_table(committed, cluster, database):
    rows, others, *_ = committed
    assert len(others) == ROWS - ROWS // 10
    assert night.traces(cluster, database, rows), "the search finds nobody at all"
    assert night.traces(cluster, database, others) == set()


@pytest.mark.skipif(os.environ.get("KAA_TEST_PRESET", "release") != "release", reason="a sanitizer's memory is its own")
def test_memory_does_not_grow_with_the_file(committed):
    assert committed[-1] < 64


@pytest.mark.database
def test_the_same_file_again_writes_no_row(committed, world, sql):
    rows = committed[0]
    before = night.places(sql)
    again = world.commit(rows, mode="full", source="night", part_size=977)
    assert again["counts"]["unchanged"] == ROWS // 10 and again["counts"]["updated"] == again["counts"]["new"] == 0
    assert night.places(sql) == before


def test_parts_side_by_side(world, caller, register):
    """As a register may send them."""
    from concurrent.futures import ThreadPoolExecutor
    rows = people.rows(400, world.today, DISTRICTS, first=250_000)
    path = world.open_import([])
    senders = [caller("register-system", sub="ber") for _ in range(4)]

    def send(number):
        senders[number % 4].request("PUT", f"{path}/parts/{number + 1}", 200, headers=night.NDJSON,
                                    content=people.ndjson(rows[number * 20:number * 20 + 20]))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(send, range(20)))
    assert register.event(path, "committed").json()["counts"]["new"] == 400
