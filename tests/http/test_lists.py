"""Paging by key: whoever follows the pages meets every row once, also while rows are added and changed."""
import threading
import time

import pytest

ROWS = 130


@pytest.fixture(scope="module")
def units(administrator):
    return {administrator.post("/units", {"name": f"Enhet {number % 40}", "administration": "education"}).json()["id"]
            for number in range(ROWS)}


ALL = {}
BY_NAME = {"sort": "name"}
FILTERED = {"administration": "education"}
BOTH = {"sort": "name", "administration": "education,labour_market"}


@pytest.mark.parametrize("limit, params", [
    (1, ALL), (7, ALL), (100, ALL), (7, BY_NAME), (100, BY_NAME), (7, FILTERED), (7, BOTH), (100, BOTH)])
def test_each_once(administrator, units, limit, params):
    ids = [row["id"] for row in administrator.pages("/units", limit, **params)]
    assert len(ids) == len(set(ids)) and units <= set(ids)


def test_rows_with_the_same_sort_value(administrator, units):
    rows = administrator.pages("/units", 3, sort="name", administration="education")
    names = [row["name"] for row in rows]
    assert names == sorted(names) and len({row["id"] for row in rows}) == len(rows)


def test_the_last_page_is_the_last(administrator, units):
    total = administrator.get("/units?limit=1&count=true").json()["_meta"]["totalRecords"]
    assert len(administrator.pages("/units", 10)) == total
    exact = administrator.get(f"/units?limit=10&page={total // 10 + 1}").json()
    assert len(exact["data"]) == total % 10
    assert "pageToken" not in exact or exact["pageToken"] is None
    assert "next" not in exact["_links"]
    assert administrator.get("/units?limit=100&page=100").json()["data"] == []


def test_while_others_write(administrator, units, caller):
    """Rows that were there before the first page and were not changed come exactly once."""
    stop = threading.Event()
    made = []

    def write(number):
        client = caller("administrator", sub=f"writer-{number}@example.com")
        while not stop.is_set():
            made.append(client.post("/units", {"name": f"Enhet {len(made) % 40}", "administration": "education"}))
            time.sleep(0.01)

    writers = [threading.Thread(target=write, args=[number]) for number in range(3)]
    for writer in writers:
        writer.start()
    try:
        for params in ({}, {"sort": "name"}) * 2:
            ids = [row["id"] for row in administrator.pages("/units", 30, **params)]
            assert len(ids) == len(set(ids)), params
            assert units <= set(ids), params
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    everything = {row["id"] for row in administrator.pages("/units", 100)}
    assert {answer.json()["id"] for answer in made} <= everything


def test_long_names_are_walked_like_others(administrator):
    """A key of 400 bytes does not fit a page token; the pages are whole all the same."""
    made = {administrator.post("/units", {"name": "😀" * 99 + n, "administration": "education"}).json()["id"]
            for n in "abcd"}
    seen = [row["id"] for row in administrator.pages("/units?sort=name&limit=1")]
    assert made <= set(seen) and len(seen) == len(set(seen))
