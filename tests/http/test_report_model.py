"""A year of random history: every figure of every report, in every group of every grouping and for every period, is what the
model reckons from the rows of the tables. A masked count is null, all others are the same numbers."""
import os
import random
from collections import Counter
from datetime import date, timedelta
from functools import lru_cache

import pytest
import report_history as history
import report_model as model
from conftest import FULL
from report_items import facts, items, question

pytestmark = pytest.mark.database
TODAY = history.TODAY
SEEDS, YOUTHS = ((1, 2, 3), 5000) if FULL else ((4,), 500)
PERIODS = {"T1-2026": (date(2026, 1, 1), date(2026, 4, 30)), "T2-2026": (date(2026, 1, 1), date(2026, 8, 31)),
           "2026": (date(2026, 1, 1), date(2026, 12, 31)), "H1-2026": (date(2026, 1, 1), date(2026, 6, 30)),
           "H2-2026": (date(2026, 7, 1), date(2026, 12, 31)), "H2-2025": (date(2025, 7, 1), date(2025, 12, 31))}
EXACT_ONLY = {"participantsByAdministration", "participantsByMeasureType", "exitsByMeasureType"}
COARSER = {"total": [], "district": ["total"], "sex": ["total"], "unit": ["total"],
           "district,sex": ["total", "sex", "district"], "unit,sex": ["total", "sex", "unit"]}


@pytest.fixture(scope="module", params=SEEDS)
def database(request, cluster, template):
    """A database for each seed."""
    name = f"kaa_t_report_model_{request.param}_{os.getpid()}"
    with cluster.database(name, template):
        yield name


@pytest.fixture(scope="module")
def seed(request, database):
    return int(database.split("_")[-2])


@pytest.fixture(scope="module")
def registers(database, sql, serving, contract, tokens, seed):
    """What both municipalities have in their tables at the end of the year, as the model reads it."""
    history.make(sql, serving, contract, tokens, seed, YOUTHS)
    defaults = {"firstContactWithin": "P1M", "smallCellThreshold": 5}
    read = {}
    for code in ("0180", "0126"):
        rows = history.export(sql, code)
        read[code] = model.Register(rows, {**defaults, **rows["municipalities"][0]["policy"]}, TODAY)
    return read


@pytest.fixture(scope="module", params=["0180", "0126"])
def code(request):
    return request.param


@pytest.fixture(scope="module")
def expected(registers, code):
    """expected(report, first, last, by): the model's rows; what counts is found once a report and period."""
    found = lru_cache(None)(lambda *question: list(model.facts(registers[code], *question)))
    return lambda report, first, last, by: model.answer(registers[code], report, found(report, first, last), first, last, by)


@pytest.fixture(scope="module")
def exact(registers, caller, code):
    return caller("coordinator", municipality=code)


@pytest.fixture(scope="module")
def fetcher(registers, caller, code):
    return caller("report-fetcher", municipality=code)


@pytest.fixture(scope="module")
def spans(seed):
    """Some days from and to, of all lengths and across the years."""
    chance = random.Random(seed)
    made = [(date(2024, 1, 1), date(2027, 12, 31))]
    for _ in range(6):
        first = chance.choice([*history.EDGES, history.SINCE + timedelta(days=chance.randrange(800))])
        made.append((first, first + timedelta(days=chance.choice([0, 1, 27, 90, 400]))))
    return made


def told(rows):
    """{(group, figure, key): count}, a group as the model names it: which members it has, by id, or undisclosed, or the sex."""
    found, groups = {}, set()
    for row in rows:
        names = row.pop("group")
        for part in ("district", "unit"):
            assert (part in names) == (part + "Id" in names or names.get(part) == model.UNDISCLOSED), names
        group = tuple((part, names.get(part + "Id", names[part])) for part in ("district", "unit", "sex") if part in names)
        assert group not in groups, f"twice: {group}"
        groups.add(group)
        found.update(flat(group, row))
    return found


def flat(group, row):
    return {(group, name, key): count for name, value in row.items()
            for key, count in (value.items() if isinstance(value, dict) else [("", value)])}


def reckoned(reckon, levels, leave_out=()):
    found = {}
    for level in levels:
        parts = level.split(",") if level != "total" else []
        for group, row in reckon(level).items():
            found.update(flat(tuple(zip(parts, group)), {name: value for name, value in row.items() if name not in leave_out}))
    return found


def differences(answer, reckon, by, threshold=None):
    """Where an answer's rows and totals are not the model's, in words. threshold: of a masked one, which may tell nothing of a
    count, but else the right one, and none from 1 to below the threshold."""
    wrong = []
    assert answer["masked"] is (threshold is not None) and ("totals" in answer) == (by != "total")
    for rows, levels in ((answer["data"], [by]), (answer.get("totals", []), COARSER[by])):
        said, own = told(rows), reckoned(reckon, levels, EXACT_ONLY if threshold else ())
        wrong += [f"{where}: {'told' if where in said else 'reckoned'} alone" for where in said.keys() ^ own.keys()]
        for where in said.keys() & own.keys():
            if said[where] != own[where] and not (threshold and said[where] is None):
                wrong.append(f"{where}: {said[where]}, reckoned {own[where]}")
            if threshold and said[where] in range(1, threshold):
                wrong.append(f"{where}: {said[where]} is shown")
    return wrong


@pytest.mark.parametrize("by", model.LEVELS)
@pytest.mark.parametrize("report", model.REPORTS)
def test_every_figure(report, by, exact, fetcher, registers, code, expected, spans):
    def ask(client, first, last, threshold=None, **params):
        answer = client.get(f"/reports/{report}", params={**params, "groupBy": by}).json()
        found = differences(answer, lambda level: expected(report, first, last, level), by, threshold)
        return [f"{first} to {last}{', masked' if threshold else ''}: {one}" for one in found]
    chance, wrong = random.Random(report + by), []
    for period in PERIODS if FULL else chance.sample(list(PERIODS), 3):
        first, last = PERIODS[period]
        wrong += ask(exact, first, last, period=period)
        wrong += ask(fetcher, first, last, registers[code].policy["smallCellThreshold"], period=period)
    for first, last in chance.sample(spans, 3 if FULL else 1):
        wrong += ask(exact, first, last, **{"from": str(first), "to": str(last)})
    assert wrong == [], "\n".join(wrong[:40])


@pytest.mark.parametrize("report", model.REPORTS)
def test_what_is_masked_is_right_behind_its_mask(report, registers, code, cluster, database):
    """What the masks are made of: the items of all periods of the year at once."""
    periods = ("T1-2026", "H1-2026", "T2-2026", "2026", "H2-2026")
    document = items(cluster.url(database, "kaa_service"), code, question(report, *periods), clock=str(history.NOON))
    for number, period in enumerate(periods, 1):
        assert facts(document, number) == Counter(model.facts(registers[code], report, *PERIODS[period])), period


@pytest.mark.parametrize("code", ["0180"])
@pytest.mark.parametrize("report", model.REPORTS)
def test_there_is_something_to_compare(report, registers, code):
    """Of everything that the report tells there was something in the larger town's year, or equal figures would prove little."""
    counted = {(fact.figure, fact.key) for fact in model.facts(registers[code], report, *PERIODS["2026"])}
    told = {(name, key) for name, keys in model.REPORTS[report].items() if keys != model.OCCURRING
            for key in ([""] if keys == model.NUMBER else keys)}
    assert told <= counted
