"""Reports are bounded in number and time, and casework does not feel them."""
import statistics
import time
from datetime import date, timedelta
from itertools import count
from threading import Thread

import pytest

import slow_reports
from kaa_client import at_once

TODAY = date(2026, 11, 16)
CONNECTIONS, TIMEOUT, WAITING = 2, 3, 64
SETTINGS = {"KAA_REPORT_CONNECTIONS": CONNECTIONS, "KAA_REPORT_TIMEOUT_MS": TIMEOUT * 1000}
numbers = count()


@pytest.fixture(scope="module", autouse=True)
def youth(world, sql):
    slow_reports.make(sql)
    return world.youth()


def another():
    """A question that was never asked."""
    return f"/reports/exits?from={date(2020, 1, 1) + timedelta(days=next(numbers))}&to=2026-06-30"


def asked(client, path):
    """(answer, seconds)"""
    started = time.monotonic()
    answer = client.get(path, None)
    return answer, time.monotonic() - started


def is_busy(answer):
    return answer.status_code == 503 and answer.json()["code"] == "reports-busy" and int(answer.headers["Retry-After"]) > 0


def test_many_at_once_take_turns_and_reads_do_not_wait(coordinator, sql, youth):
    reads, most, answers = [], 0, []
    with slow_reports.slow(sql, 0.25):
        asking = Thread(target=lambda: answers.extend(at_once(*[lambda path=another(): coordinator.get(path) for _ in range(12)])))
        asking.start()
        while asking.is_alive():
            answer, seconds = asked(coordinator, f"/youths/{youth['id']}")
            assert answer.status_code == 200
            reads.append(seconds)
            most = max(most, slow_reports.sleeping(sql))
        asking.join()
    assert len(answers) == 12 and most == CONNECTIONS
    assert len(reads) > 10 and statistics.median(reads) < 0.2


def test_one_that_takes_too_long_is_ended(coordinator, sql):
    path = another()
    with slow_reports.slow(sql, TIMEOUT + 3):
        answer, seconds = asked(coordinator, path)
    assert answer.status_code == 503 and answer.json()["code"] == "timed-out" and int(answer.headers["Retry-After"]) > 0
    assert TIMEOUT <= seconds < TIMEOUT + 2
    coordinator.get(path)


def test_who_waits_too_long_for_a_turn_is_told(coordinator, sql):
    with slow_reports.slow(sql, 0.8 * TIMEOUT):
        answers = at_once(*[lambda path=another(): coordinator.get(path, None) for _ in range(2 * CONNECTIONS + 1)])
    assert [answer.status_code for answer in answers].count(200) == 2 * CONNECTIONS
    assert [is_busy(answer) for answer in answers].count(True) == 1


def test_not_many_wait(coordinator, sql, youth):
    """Whoever is one too many is told at once; and of all who ask the same one computes."""
    more = 10
    with slow_reports.slow(sql, 0.9 * TIMEOUT):
        same = another()
        answers = at_once(*[lambda: asked(coordinator, same) for _ in range(1 + WAITING + more)])
        assert slow_reports.sleeping(sql) == 0
    quick = [answer for answer, seconds in answers if seconds < 0.8 * TIMEOUT]
    assert len(quick) == more and all(is_busy(answer) for answer in quick)
    assert len({answer.content for answer, _ in answers if answer.status_code == 200}) == 1
    assert coordinator.get(f"/youths/{youth['id']}")
