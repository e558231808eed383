"""Districts merge and units change: figures of the time before do not move, those after are of the new places.

The tests run in the order in which they stand, each on days of its own. Two districts, Rinken and Spången, become
Nya Järven on 1 July: the one is entered ahead of the day, the other ten days late. Then Skarpnäck changes its unit,
a unit hands over to another, and the default unit is replaced."""
import json
import random
from contextlib import contextmanager
from datetime import date, timedelta

import figures
import people
import pytest
import towns
from figures import Attempt, Person
from kaa_client import Client
from kaa_world import World
from towns import id_of

pytestmark = pytest.mark.database
FIRST = date(2026, 2, 2)
MERGER = date(2026, 7, 1)
LATE = MERGER + timedelta(days=9)
SWAP = date(2026, 8, 10)
HANDOVER = date(2026, 9, 1)
LAST = date(2026, 12, 30)
HOMES = {"rinken": "Rinken", "spangen": "Spången", "farsta": "Farsta", "skarpnack": "Skarpnäck", None: None}
NORD, SYD = towns.UNITS["nord"][0], towns.UNITS["syd"][0]
PERIODS = {"T1-2026": (date(2026, 1, 1), date(2026, 4, 30)), "T2-2026": (date(2026, 1, 1), date(2026, 8, 31)),
           "H1-2026": (date(2026, 1, 1), date(2026, 6, 30)), "H2-2026": (date(2026, 7, 1), date(2026, 12, 31)),
           "2026": (date(2026, 1, 1), date(2026, 12, 31))}
LEVELS = "total", "district", "sex", "unit", "district,sex", "unit,sex"


class Book:
    """Who there is, what was done, which ids things have, and the reports as they once were."""

    def __init__(self):
        self.people, self.ids, self.made, self.reports = {}, {}, {}, {}
        self.chance = random.Random(11)

    def living_in(self, name, day):
        return [number for number, person in self.people.items() if person.place(day)[0] == name]


class Callers:
    def __init__(self, url, contract, tokens, day):
        make = {role: Client(url, contract, tokens.make(role, sub=role)) for role in (
            "coordinator", "register-system", "administrator", "report-fetcher")}
        self.day, self.all = day, make.values()
        self.coordinator, self.administrator, self.fetcher = make["coordinator"], make["administrator"], make["report-fetcher"]
        self.world = World(self.coordinator, make["register-system"], None, self.administrator, day)

    def edit(self, path, expect=200, **members):
        return self.administrator.patch(path, members, expect, if_match=self.administrator.get(path)).json()

    def add(self, path, **members):
        return self.administrator.post(path, members).json()["id"]


@pytest.fixture(scope="module")
def book():
    return Book()


@pytest.fixture(scope="module")
def on(serving, contract, tokens):
    """with on(day) as callers: all who call on that day; when the night's work is done, unless told otherwise."""

    @contextmanager
    def start(day, after_night=True):
        with serving(day, after_night) as url:
            callers = Callers(url, contract, tokens, day)
            yield callers
            for client in callers.all:
                client.close()

    return start


def work(book, callers, numbers, days):
    """An attempt each, on one of the days: a letter, or a call that reaches some."""
    for number in numbers:
        day = book.chance.choice(days)
        channel, event = book.chance.choice([("letter", "sent"), ("phone", "no_answer"), ("phone", "reached")])
        made = callers.coordinator.post("/outreach-attempts", {
            "youthId": book.ids[number], "purpose": "outreach", "channel": channel, "staff": ["anna"]})
        callers.coordinator.event(f"/outreach-attempts/{made.json()['id']}", event, if_match=made, at=f"{day}T10:00:00Z")
        book.people[number].attempts.append(Attempt(channel, day, event, day if event != "sent" else None))


def all_reports(callers, period):
    """Every form of it, masked and not, without the times at which it was made and whether the period was over: bytes to compare."""
    found = {}
    for by in LEVELS:
        for client, masked in ((callers.coordinator, "false"), (callers.fetcher, "true")):
            text = client.get("/reports/follow-up", params={"period": period, "groupBy": by, "masked": masked}).text
            for name in ("computedAt", "dataAsOf"):
                text = text.replace(f'"{name}":"{json.loads(text)[name]}"', f'"{name}":""')
            text = text.replace('"complete":false', '"complete":true')
            found[by, masked] = text
    return found


def keep(book, callers, period):
    book.reports[period] = all_reports(callers, period)


def kept(book, callers):
    """No report that was kept has changed by a byte."""
    for period, before in book.reports.items():
        now = all_reports(callers, period)
        assert [form for form in before if now[form] != before[form]] == [], period


def right(book, callers, period):
    """The exact figures are those of the book, at every level."""
    for by in LEVELS:
        report = callers.coordinator.get("/reports/follow-up", params={"period": period, "groupBy": by}).json()
        expected = figures.follow_up(book.people.values(), *PERIODS[period], by)
        shown = {tuple(row["group"].get(part) for part in by.split(",")) if by != "total" else (): row for row in report["data"]}
        assert set(expected) <= set(shown), (period, by)
        for group, row in shown.items():
            own = expected.get(group, figures.empty())
            assert {name: row[name] for name in figures.PERSON_FIGURES} == {name: own[name] for name in figures.PERSON_FIGURES}, (period, group)
            for name in ("reachedBy", "attempts", "timeliness"):
                assert {code: n for code, n in row[name].items() if n} == {code: n for code, n in own[name].items() if n}, (period, group, name)


def moved(book, callers, name, day, place):
    """In the book, those who lived in that district live there from the day on."""
    for person in book.people.values():
        before = person.places[-1]
        if before[1] == name:
            person.places.append((day, *place))


# February to June ----------------------------------------------------------------------------------

def test_before(book, on):
    with on(FIRST) as callers:
        for slug in ("rinken", "spangen"):
            book.made[slug] = callers.add("/districts", name=HOMES[slug], slug=slug, unitId=id_of("0180", "unit", "nord"))
        book.made["own"] = callers.add("/units", name="Egen", administration="education")
        book.made["empty"] = callers.add("/districts", name="Tomt", slug="tomt", unitId=book.made["own"])  # nobody lives there
        rows = people.rows(60, FIRST)
        for number, row in enumerate(rows):
            slug = list(HOMES)[number % len(HOMES)]
            row["residence"] = {"municipality": "0180", "status": "resident", **({"district": slug} if slug else {})}
            unit = NORD if slug in ("rinken", "spangen") else SYD
            book.people[row["personalNumber"]] = Person(row["sex"], FIRST, places=[(date.min, HOMES[slug], unit)])
        callers.world.commit(rows)
        book.ids = dict(zip(book.people, callers.world.find(list(book.people))))
    with on(date(2026, 6, 20)) as callers:
        for numbers in (list(book.people), list(book.people)[10:40]):  # all, since noContact counts later ones, too
            work(book, callers, numbers, [date(2026, month, 15) for month in (2, 3, 4, 5, 6)])
        right(book, callers, "T1-2026")
        keep(book, callers, "T1-2026")


def test_a_merger_entered_ahead(book, on):
    with on(date(2026, 6, 30)) as callers:
        book.made["nya"] = callers.add("/districts", name="Nya Järven", slug="nya-jarven", validFrom="2026-07-01",
                                       unitId=id_of("0180", "unit", "syd"))
        callers.edit(f"/districts/{book.made['rinken']}", validTo="2026-06-30", replacedBy=book.made["nya"])
        early = callers.coordinator.post("/youths", {
            "personalNumber": people.number(people.birthday(FIRST, 17), 999), "givenName": "Robinprov", "familyName": "Provlund",
            "districtId": book.made["nya"], "registration": {"startDate": "2026-06-30", "reason": "dropout"}}, 422)
        assert early.json()["code"] == "district-not-in-force"
        assert len(callers.coordinator.pages("/youths", districtId=book.made["rinken"])) == 12
        right(book, callers, "H1-2026")
        keep(book, callers, "H1-2026")


# The summer ----------------------------------------------------------------------------------------

def test_the_first_of_july(book, on):
    """The night moves them; the register says Rinken still, and is understood."""
    with on(MERGER) as callers:
        moved(book, callers, "Rinken", MERGER, ("Nya Järven", SYD))
        assert callers.coordinator.pages("/youths", districtId=book.made["rinken"]) == []
        youths = callers.coordinator.pages("/youths", districtId=book.made["nya"])
        assert len(youths) == 12 and {youth["unitId"] for youth in youths} == {id_of("0180", "unit", "syd")}
        new = people.rows(3, MERGER, ["rinken"], first=700)
        assert callers.world.commit(new)["counts"]["new"] == 3
        for row, one in zip(new, callers.world.find([row["personalNumber"] for row in new])):
            book.people[row["personalNumber"]] = Person(row["sex"], MERGER, places=[(date.min, "Nya Järven", SYD)])
            book.ids[row["personalNumber"]] = one
        work(book, callers, book.living_in("Nya Järven", MERGER), [MERGER])
        work(book, callers, book.living_in("Spången", MERGER), [MERGER])


def test_a_merger_entered_late(book, on):
    """Spången's last day was 30 June, too, which is told on 10 July: what was done since is Nya Järven's."""
    with on(LATE) as callers:
        path = f"/districts/{book.made['spangen']}"
        long_ago = callers.edit(path, 422, validTo="2026-06-01", replacedBy=id_of("0180", "district", "farsta"))
        assert long_ago["code"] == "retired-too-long-ago" and long_ago["errors"][0]["pointer"] == "/validTo"
        callers.edit(path, validTo="2026-06-30", replacedBy=book.made["nya"])
        moved(book, callers, "Spången", MERGER, ("Nya Järven", SYD))
        assert len(callers.coordinator.pages("/youths", districtId=book.made["nya"])) == 27
        kept(book, callers)
        right(book, callers, "H2-2026")


# Units ---------------------------------------------------------------------------------------------

def test_a_district_changes_its_unit(book, on):
    with on(SWAP) as callers:
        work(book, callers, book.living_in("Skarpnäck", SWAP), [SWAP - timedelta(days=1)])
        for district in (id_of("0180", "district", "skarpnack"), book.made["empty"]):
            callers.edit(f"/districts/{district}", unitId=id_of("0180", "unit", "nord"))
        moved(book, callers, "Skarpnäck", SWAP, ("Skarpnäck", NORD))
        work(book, callers, book.living_in("Skarpnäck", SWAP), [SWAP])
        right(book, callers, "H2-2026")
    with on(date(2026, 8, 31)) as callers:
        right(book, callers, "T2-2026")
        keep(book, callers, "T2-2026")


def test_units_hand_over(book, on):
    """KAA Nord's last day is 31 August, and so is that of the default unit, which another replaces."""
    with on(HANDOVER) as callers:
        book.made["norr"] = callers.add("/units", name="Norr", administration="education", validFrom="2026-09-01")
        book.made["soder"] = callers.add("/units", name="Söder", administration="education", validFrom="2026-09-01")
        alone = callers.edit(f"/units/{id_of('0180', 'unit', 'syd')}", 422, validTo="2026-08-31")
        assert alone["code"] == "successor-missing"
        for old, new in (("nord", "norr"), ("syd", "soder")):
            callers.edit(f"/units/{id_of('0180', 'unit', old)}", validTo="2026-08-31", replacedBy=book.made[new])
        for person in book.people.values():
            _, district, unit = person.places[-1]
            person.places.append((HANDOVER, district, {NORD: "Norr", SYD: "Söder"}[unit]))
        work(book, callers, list(book.people), [HANDOVER])
        assert {youth["unitId"] for youth in callers.coordinator.pages("/youths")} == {book.made["norr"], book.made["soder"]}
        kept(book, callers)


def test_the_default_unit_is_another(book, on):
    """It takes over those without a district, from the day on which it is told."""
    with on(date(2026, 10, 1)) as callers:
        for path, default in ((f"/units/{id_of('0180', 'unit', 'syd')}", False), (f"/units/{book.made['norr']}", True)):
            callers.edit(path, default=default)
        moved(book, callers, None, date(2026, 10, 1), (None, "Norr"))
        youths = callers.coordinator.pages("/youths", unitId=book.made["norr"])
        assert sum("districtId" not in youth for youth in youths) == 12


def test_the_year(book, on):
    with on(LAST) as callers:
        work(book, callers, list(book.people)[5:30], [date(2026, 11, 11), LAST])
        kept(book, callers)
        for period in PERIODS:
            right(book, callers, period)
