"""Everything that reports:read may fetch, put together: no masked count can be reckoned from it."""
import csv
import io
import random
import uuid
from collections import Counter
from datetime import date, datetime, timedelta
from itertools import product

import kaa_service
import numpy as np
import pytest
import report_history
import towns
from conftest import FULL, database_settings
from kaa_client import Client
from report_attack import PERIODS, SURE, Reader

pytestmark = pytest.mark.database
TODAY = date(2026, 12, 14)
YOUTHS = 3000 if FULL else 350
YEARS = (2025, 2026) if FULL else (2026,)
REPORTS = "follow-up", "outreach-timeliness", "exits", "register-quality"
FINEST = "district,sex", "unit,sex"  # with all others as their totals
GROUPINGS = "total", "district", "sex", "unit", "district,sex", "unit,sex"
LIMIT = "farsta", "jarva"
CHANNELS = "letter", "phone", "sms", "email", "home_visit", "meeting"
EXITS = "national_programme", "introductory_programme", "completed", "moved", "turned_20"
RESULTS = "completed_goal_reached", "interrupted_by_youth"
OCCUPATIONS = "work", "internship", "unknown"


def some(chance, codes):
    """The first likelier than the last."""
    return codes[min(chance.randrange(len(codes)), chance.randrange(len(codes)))]


class Lives:
    """Rows of youths who stay where they are, so that all sums over periods hold in every district."""

    def __init__(self, chance):
        self.chance = chance
        self.rows = {table: [] for table in ("youths", "district_periods", "registrations", "outreach_attempts", "measures")}

    def add(self, table, **row):
        self.rows[table].append({"municipality": "0180", **row})

    def live(self):
        chance, town, youth = self.chance, towns.TOWNS["0180"], str(uuid.UUID(int=self.chance.getrandbits(128)))
        slug = some(chance, [*town.districts, None])
        unit = towns.id_of("0180", "unit", town.districts[slug][1] if slug else town.default_unit)
        district = towns.id_of("0180", "district", slug) if slug else None
        sex = chance.choices(["female", "male", "unknown"], [49, 50, 1])[0]
        self.add("youths", id=youth, birth_date="2008-05-05", sex=sex, given_name="A", family_name="B", status="active",
                 protection="none", district_id=district)
        self.add("district_periods", youth_id=youth, district_id=district, unit_id=unit, from_date="2020-01-01")
        first = date(2024, 9, 1) + timedelta(chance.randrange(820))
        last = first + timedelta(chance.randrange(20, 500)) if chance.random() < 0.5 else None
        ended = last is not None and last <= TODAY
        self.add("registrations", id=self.id(), youth_id=youth, start_date=str(first), end_date=str(last) if ended else None,
                 reason=some(chance, ["dropout", "no_upper_secondary", "unknown"]), status="ended" if ended else "open",
                 exit_reason=some(chance, EXITS) if ended else None)
        self.work(youth, first, last if ended else TODAY, unit)

    def id(self):
        return str(uuid.UUID(int=self.chance.getrandbits(128)))

    def work(self, youth, first, last, unit):
        chance, days = self.chance, (last - first).days + 1
        for _ in range(chance.choice([0, 0, 1, 2, 3])):
            at = datetime.combine(first + timedelta(chance.randrange(days)), datetime.min.time()).isoformat() + "+00:00"
            self.add("outreach_attempts", id=self.id(), youth_id=youth, purpose="outreach", channel=some(chance, CHANNELS),
                     status=chance.choice(["no_answer", "reached"]), attempted_at=at, outcome_at=at, staff=["x", "y"])
        if chance.random() < 0.3:
            begun = first + timedelta(chance.randrange(days))
            ended = begun + timedelta(chance.randrange(200))
            over = ended <= last
            self.add("measures", id=self.id(), youth_id=youth, type="coaching", unit_id=unit, start_date=str(begun),
                     status="ended" if over else "started", end_date=str(ended) if over else None,
                     end_reason=some(chance, RESULTS) if over else None, occupation_after=some(chance, OCCUPATIONS) if over else None)


@pytest.fixture(scope="module")
def town(sql):
    lives = Lives(random.Random(5))
    for _ in range(YOUTHS):
        lives.live()
    report_history.write(sql, lives.rows)
    return towns.TOWNS["0180"]


@pytest.fixture(scope="module")
def leaves(town):
    """Who serves whom is no secret."""
    unit = lambda name: towns.id_of("0180", "unit", name)
    served = [(unit(serving), towns.id_of("0180", "district", slug)) for slug, (_, serving) in town.districts.items()]
    return [*served, (unit(town.default_unit), None), (None, None)]


def named(period, year):
    return str(year) if period == "year" else f"{period}-{year}"


def place_of(group):
    for kind in ("unit", "district"):
        if kind in group:
            return kind, group.get(f"{kind}Id")
    return None


def flat(row):
    """{(figure, key): count} of a row."""
    return {(figure, key): count for figure, held in row.items() if figure != "group"
            for key, count in (held.items() if isinstance(held, dict) else [("", held)])}


def learn(cells, answer, period):
    """Adds what an answer tells; a cell is told alike everywhere."""
    for row in [*answer["data"], *answer.get("totals", [])]:
        group = row["group"]
        for (figure, key), count in flat(row).items():
            cell = place_of(group), group.get("sex"), figure, key, period
            assert cells.setdefault(cell, count) == count, cell


def fetch(client, year, periods=PERIODS, groupings=GROUPINGS):
    cells = {}
    for period, report, by in product(periods, REPORTS, groupings):
        params = {"period": named(period, year), "groupBy": by}
        learn(cells, client.get(f"/reports/{report}", params=params).json(), period)
    return cells


def narrowest(cells, leaves, enough=10_000):
    spans = Reader(leaves, cells).spans(np.random.default_rng(1), enough)
    known = [cell for cell, span in spans.items() if span < SURE]
    print(f"{len(cells)} cells, {len(spans)} masked ones tried, {len(known)} of them known, narrowest {min(spans.values()):.2f};"
          f" by figure {dict(Counter(cell[2] for cell in known))}")
    return len(spans), known


@pytest.fixture(scope="module", params=YEARS)
def told(request, caller, town):
    return request.param, fetch(caller(scope="reports:read"), request.param)


def test_no_masked_count_can_be_reckoned(told, leaves):
    masked, known = narrowest(told[1], leaves)
    assert masked > 1000
    assert not known


def test_most_large_counts_are_shown(told, coordinator):
    """Masks that hid all would hold, too."""
    exact = fetch(coordinator, told[0], ["year"], FINEST)
    for place, least in ((None, 0.5), ("district", 0.3)):
        large = [cell for cell, count in exact.items()
                 if count is not None and count >= 5 and cell[1] is None and (cell[0] or [None])[0] == place and cell in told[1]]
        shown = sum(told[1][cell] is not None for cell in large) / len(large)
        print(f"{place or 'total'}: {shown:.0%} of {len(large)} large counts shown")
        assert shown > least


def test_what_a_token_of_districts_adds_tells_nothing(told, leaves, caller):
    """Its totals, as those of places of their own."""
    year, cells = told
    ids = {towns.id_of("0180", "district", slug) for slug in LIMIT}
    limited = caller(scope="reports:read", districts=sorted(ids))
    for period, report, by in product(PERIODS if FULL else PERIODS[2:4], REPORTS, GROUPINGS):
        answer = limited.get(f"/reports/{report}", params={"period": named(period, year), "groupBy": by}).json()
        for row in [*answer["data"], *answer.get("totals", [])]:
            place, sex = place_of(row["group"]), row["group"].get("sex")
            own = {district for unit, district in leaves if district in ids and (place is None or place in (("unit", unit), ("district", district)))}
            for (figure, key), count in flat(row).items():
                parts = [cells[("district", district), sex, figure, key, period] for district in own]
                assert count is None or count == sum(parts), (place, sex, figure, key, period)


@pytest.mark.parametrize("report", REPORTS)
def test_csv_tells_no_more(told, caller, report):
    client = caller(scope="reports:read")
    for by in GROUPINGS:
        params = {"period": named("year", told[0]), "groupBy": by}
        rows = client.get(f"/reports/{report}", params=params).json()["data"]
        text = client.get(f"/reports/{report}", params={**params, "format": "csv"}).text.lstrip("\ufeff")
        lines = list(csv.reader(io.StringIO(text)))[1:]
        for row in rows:
            counts = ["" if count is None else str(count) for count in flat(row).values()]
            assert any(line[-len(counts):] == counts for line in lines)
        assert len(lines) <= len(rows) + len(GROUPINGS) * len(rows)


def test_without_covering_masks_some_could_be_reckoned(town, leaves, binary, cluster, database, settings, tmp_path_factory,
                                                       contract, tokens):
    """So that the attack is one."""
    own = {**database_settings(cluster, database), **settings, "KAA_SECONDARY_SUPPRESSION": "false"}
    bare = kaa_service.Service(binary, tmp_path_factory.mktemp("service") / "kaa.log", own)
    try:
        client = Client(bare.start().url, contract, tokens.make(scope="reports:read"))
        _, known = narrowest(fetch(client, 2026, groupings=FINEST), leaves, enough=5)
        client.close()
        bare.stop()
    finally:
        bare.kill()
    assert len(known) > 20


def test_publishing_does_not_choose_other_masks(told, caller, sql):
    """Else answers from before and after it, of the same data, would together tell what each masks."""
    year, cells = told
    before = dict(cells)
    publisher = caller(scope="reports:read published-reports:write")
    publisher.post("/published-reports", {"report": "follow-up", "period": str(year), "groupBy": "district"})
    sql.execute("delete from base.report_results")
    for cell, count in fetch(caller(scope="reports:read"), year, ["year"], FINEST).items():
        assert before[cell] == count, cell
