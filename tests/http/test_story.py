"""A quarter at KAA Stockholm, and then at KAA Huddinge, from the night the register comes in to the report that
goes out: the same story in two organisations, one database and one service. Many of Huddinge's people have the
numbers of Stockholm's: two youths without a link.

The tests run in the order in which they stand: each is a chapter and leaves its traces for the next. What is
sent is also kept in `book`, from which the report's figures are reckoned anew at the end (figures.py)."""
import random
from datetime import date, timedelta

import figures
import people
import pytest
import towns
from figures import Attempt, Measure, Person
from kaa_client import Client
from kaa_world import World

FIRST_NIGHT = date(2026, 10, 1)
TODAY = date(2026, 11, 16)
MOVED, ABROAD = 60, 40
STAFF = "anna@example.com", "bo@example.com"


def at(day, hour=10):
    return f"{day.isoformat()}T{hour:02d}:00:00Z"


class Book:
    """What was sent to the service, in our own words."""

    def __init__(self, town):
        self.town = town
        self.elsewhere = next(other for other in towns.TOWNS.values() if other is not town)
        self.size = 2000 if town.districts else 400
        self.rows = []
        self.people = {}   # personal number → figures.Person
        self.ids = {}      # personal number → id
        self.chosen = []   # personal numbers with casework

    def person(self, youth):
        return self.people[next(number for number, one in self.ids.items() if one == youth)]


@pytest.fixture(scope="module", params=[
    pytest.param(town, marks=[pytest.mark.database] if n else []) for n, town in enumerate(towns.TOWNS.values())], ids=lambda town: town.name)
def town(request):
    return request.param


@pytest.fixture(scope="module")
def book(town):
    return Book(town)


# Night --------------------------------------------------------------------------------------------

def test_the_register_comes_in(book, town, serving, contract, tokens):
    """On 1 October the register sends its rows; the service of that day is then stopped."""
    slugs = [*town.districts, None]
    book.rows = people.rows(book.size, TODAY)
    for number, row in enumerate(book.rows):
        row["residence"] = town.residence(slugs[number % len(slugs)])
    for row in book.rows[:MOVED]:
        row["residence"] = book.elsewhere.residence()
    for row in book.rows[MOVED:MOVED + ABROAD]:
        row["residence"] = {**town.residence(), "status": "not_resident"}
    with serving(FIRST_NIGHT) as url:
        ber = Client(url, contract, tokens.make("register-system", sub="ber", municipality=town.code))
        world = World(None, ber, None, None, FIRST_NIGHT, town)
        path = world.open_import(book.rows, mode="full", part_size=450)
        dry = ber.event(path, "validated").json()
        done = ber.event(path, "committed").json()
        assert done["status"] == "committed" and done["counts"] == dry["counts"]
        assert done["counts"] == {"new": book.size - MOVED - ABROAD, "updated": 0, "unchanged": 0, "ended": 0,
                                  "notCovered": MOVED, "toReview": ABROAD, "rejected": 0}
        assert len(ber.pages(f"{path}/rows", result="review")) == ABROAD
        ber.close()
    for row in book.rows[MOVED + ABROAD:]:
        book.people[row["personalNumber"]] = Person(
            row["sex"], FIRST_NIGHT, places=[(date.min, *town.place(row["residence"].get("district")))])


def test_the_register_reads_back(book, world):
    numbers = [row["personalNumber"] for row in book.rows]
    ids = world.find(numbers)
    assert ids[:MOVED + ABROAD] == [None] * (MOVED + ABROAD)
    book.ids = dict(zip(numbers[MOVED + ABROAD:], ids[MOVED + ABROAD:]))
    assert all(book.ids.values()) and len(set(book.ids.values())) == len(book.ids)
    book.chosen = random.Random(7).sample(sorted(book.ids), 30)


# The work list ------------------------------------------------------------------------------------

def test_the_coordinator_sees_who_is_overdue(book, town, coordinator):
    """Six weeks later nobody has been contacted, and the first contact was due within one month."""
    plan = coordinator.get("/outreach-plan?overdue=true&count=true&limit=5").json()
    assert plan["_meta"]["totalRecords"] == len(book.people)
    assert all(row["step"] == "letter" and row["overdue"] for row in plan["data"])
    assert coordinator.get("/youths?overdue=true&limit=1&count=true").json()["_meta"]["totalRecords"] == len(book.people)
    for kind, names, position in (("district", town.districts, 1), ("unit", town.units, 2)):
        for name, (title, *_) in names.items():
            query = f"overdue=true&{kind}Id={town.id(kind, name)}&limit=1&count=true"
            lives = sum(one.places[0][position] == title for one in book.people.values())
            for path in ("/outreach-plan", "/youths"):
                assert coordinator.get(f"{path}?{query}").json()["_meta"]["totalRecords"] == lives


# Outreach -----------------------------------------------------------------------------------------

def attempt(book, coordinator, number, channel, event, day, outcome=None, outcome_day=None, **members):
    """An attempt made on the day, with an outcome then or later; also into the book."""
    youth = book.ids[number]
    made = coordinator.post("/outreach-attempts", {
        "youthId": youth, "purpose": "outreach", "channel": channel, "staff": [STAFF[0]], **members})
    path = f"/outreach-attempts/{made.json()['id']}"
    done = coordinator.event(path, event, if_match=made, at=at(day))
    kept = Attempt(channel, day, event, day if event != "sent" else None)
    if outcome:
        done = coordinator.event(path, outcome, if_match=done, at=at(outcome_day))
        kept.status, kept.outcome = outcome, outcome_day
    book.people[number].attempts.append(kept)
    return done


def test_a_letter_to_thirty(book, coordinator):
    days = random.Random(1)
    for number in book.chosen:
        attempt(book, coordinator, number, "letter", "sent", FIRST_NIGHT + timedelta(days=days.randrange(5, 40)))
    # no phone number is known
    youth = coordinator.get(f"/youths/{book.ids[book.chosen[0]]}").json()
    assert youth["outreach"]["step"] == "further_letter" and youth["outreach"]["attempts"] == 1
    assert coordinator.get("/outreach-plan?step=further_letter&limit=1&count=true").json()["_meta"]["totalRecords"] == 30


def test_some_letters_come_back_and_some_are_answered(book, coordinator):
    for number, (event, channel) in zip(book.chosen, [("returned", "letter"), ("reached", "letter"), ("reached", "letter")]):
        letters = coordinator.get("/outreach-attempts", params={"youthId": book.ids[number]}).json()["data"]
        path = f"/outreach-attempts/{letters[0]['id']}"
        coordinator.event(path, event, at=at(TODAY - timedelta(days=3)))
        kept = book.people[number].attempts[-1]
        kept.status, kept.outcome = event, TODAY - timedelta(days=3)
        assert channel == kept.channel


def test_phone_calls(book, coordinator):
    chance = random.Random(2)
    for number in book.chosen[3:20]:
        for call in range(chance.randrange(1, 4)):
            event = chance.choice(["no_answer", "no_answer", "wrong_contact_details", "reached", "reached_declined"])
            attempt(book, coordinator, number, "phone", event, TODAY - timedelta(days=9 - 3 * call))


def test_an_attempt_that_was_a_mistake(book, coordinator):
    """Voided: it stays, with its reason, and counts nowhere."""
    number = book.chosen[20]
    done = attempt(book, coordinator, number, "sms", "sent", TODAY - timedelta(days=2))
    voided = coordinator.event(f"/outreach-attempts/{done.json()['id']}", "voided", if_match=done, reason="Fel person")
    assert voided.json()["voidReason"] == "Fel person"
    book.people[number].attempts[-1].status = "voided"


def test_a_door_card_announces_a_visit(book, coordinator):
    done = attempt(book, coordinator, book.chosen[21], "door_card", "sent", TODAY - timedelta(days=5),
                   announcedVisitAt=at(TODAY, 9))
    assert done.json()["announcedVisitAt"].startswith(TODAY.isoformat())


def test_nobody_visits_alone(book, coordinator):
    youth = book.ids[book.chosen[21]]
    visit = {"youthId": youth, "purpose": "outreach", "channel": "home_visit"}
    for staff in ([STAFF[0]], [STAFF[0], STAFF[0]], [STAFF[0], f" {STAFF[0]} "]):
        answer = coordinator.post("/outreach-attempts", {**visit, "staff": staff}, None)
        assert answer.status_code in (400, 422), answer.text
        assert answer.status_code == 400 or answer.json()["code"] == "two-staff-at-home-visit" or \
            "staff" in answer.text
    alone = coordinator.post("/outreach-attempts", {**visit, "staff": [STAFF[0]]}, 422)
    assert alone.json()["code"] == "two-staff-at-home-visit"
    for staff in ([], None):
        coordinator.post("/outreach-attempts", {**visit, "staff": staff}, 400)
    assert len(coordinator.pages("/outreach-attempts", youthId=youth, channel="home_visit")) == 0


def test_two_go_and_reach_the_youth(book, coordinator):
    done = attempt(book, coordinator, book.chosen[21], "home_visit", "reached", TODAY, staff=list(STAFF))
    assert done.json()["staff"] == list(STAFF) and done.json()["status"] == "reached"
    youth = coordinator.get(f"/youths/{book.ids[book.chosen[21]]}").json()
    assert youth["outreach"]["step"] == "follow_up"


# Referral -----------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def youth(book, coordinator):
    """The one the rest of the story is about: reached at home."""
    one = book.ids[book.chosen[21]]
    now = coordinator.get(f"/youths/{one}")
    coordinator.patch(f"/youths/{one}", {"phones": ["+46701740605"], "email": f"alva@{people.MAIL}"}, if_match=now)
    return {**coordinator.get(f"/youths/{one}").json(), "number": book.chosen[21]}


def test_no_referral_goes_out_without_consent(youth, world, coordinator, vera):
    draft = world.referral(youth, "vera")
    path = f"/referrals/{draft.json()['id']}"
    refused = coordinator.event(path, "sent", 422, draft)
    assert refused.json()["code"] == "consent-missing"
    for consent in (world.consent(youth, ["social-services"], "sharing"), world.consent(youth, ["vera"], "sip")):
        patched = coordinator.patch(path, {"consentId": consent.json()["id"]}, if_match=coordinator.get(path))
        assert coordinator.event(path, "sent", 422, patched).json()["code"] == "consent-missing"
    assert coordinator.get(path).json()["status"] == "draft"
    assert vera.pages("/received-referrals") == []
    coordinator.event(path, "cancelled", reason="Saknar samtycke")


@pytest.fixture(scope="module")
def referral(youth, world, coordinator):
    consent = world.consent(youth, ["vera"], "crm", shares=["identity", "message"])
    draft = world.referral(youth, "vera", consent)
    return coordinator.event(f"/referrals/{draft.json()['id']}", "sent", if_match=draft).json()


def test_with_consent_it_is_sent(referral):
    assert referral["status"] == "sent" and referral["sentAt"]


def test_vera_fetches_and_accepts_it(youth, referral, vera, coordinator):
    rows = vera.pages("/received-referrals")
    assert [row["id"] for row in rows] == [referral["id"]]
    received = vera.get(f"/received-referrals/{referral['id']}")
    body = received.json()
    assert body["identity"]["personalNumber"] == youth["personalNumber"]
    assert body["identity"]["givenName"] == youth["givenName"]
    assert body["message"] == referral["message"]
    assert not {"contact", "guardians", "registration", "measures"} & set(body), "more than the consent shares"
    assert "+46701740605" not in received.text
    accepted = vera.event(f"/received-referrals/{referral['id']}", "accepted", if_match=received,
                          externalReference="V-1")
    assert accepted.json()["status"] == "accepted"
    now = coordinator.get(f"/referrals/{referral['id']}").json()
    assert now["status"] == "accepted" and now["externalReference"] == "V-1"


def test_when_consent_is_withdrawn_vera_sees_no_more_than_its_end(youth, world, coordinator, vera):
    consent = world.consent(youth, ["vera"], "crm")
    sent, accepted = (coordinator.event(f"/referrals/{draft.json()['id']}", "sent", if_match=draft)
                      for draft in (world.referral(youth, "vera", consent), world.referral(youth, "vera", consent)))
    vera.event(f"/received-referrals/{accepted.json()['id']}", "accepted")
    coordinator.event(f"/consents/{consent.json()['id']}", "withdrawn")
    assert coordinator.get(f"/referrals/{sent.json()['id']}").json()["status"] == "cancelled"
    vera.get(f"/received-referrals/{sent.json()['id']}", 404)
    left = vera.get(f"/received-referrals/{accepted.json()['id']}")
    assert left.json()["status"] == "accepted" and left.json()["consentEndedAt"]
    assert youth["givenName"] not in left.text and youth["personalNumber"] not in left.text
    vera.event(f"/received-referrals/{accepted.json()['id']}", "interrupted", if_match=left, reason="Samtycket är slut")


# SIP ----------------------------------------------------------------------------------------------

def test_a_sip_is_requested(youth, town, world, coordinator, caller):
    draft = world.sip_request(youth, ("social-services", "region"))
    path = f"/sip-requests/{draft.json()['id']}"
    coordinator.event(path, "sent", if_match=draft)
    early = coordinator.event(path, "meeting_planned", 409, meetingAt=at(TODAY + timedelta(days=9)))
    assert early.json()["code"] == "no-addressee-accepted"
    answers = {}
    for name, event, more in (("social-services", "accepted", {}), ("region", "declined", {"reason": "Inte vår patient"})):
        office = caller("recipient", recipients=[world.recipient(name)], municipality=town.code)
        row, = office.pages("/received-sip-requests")
        office.event(f"/received-sip-requests/{row['id']}", event, **more)
        answers[world.recipient(name)] = event
    now = coordinator.get(path).json()
    assert {one["recipientId"]: one["answer"] for one in now["addressees"]} == answers
    planned = coordinator.event(path, "meeting_planned", meetingAt=at(TODAY + timedelta(days=9)))
    assert planned.json()["status"] == "meeting_planned"


# Measures, exits, moves ---------------------------------------------------------------------------

def measure(book, world, coordinator, number, kind, unit, start, end=None, reason=None, occupation=None):
    made = coordinator.post("/measures", {
        "youthId": book.ids[number], "type": kind, "unitId": book.town.id("unit", unit),
        "planning": "Samtal varannan vecka", "goal": "Söka till gymnasiet", "offeredAt": at(start)})
    path = f"/measures/{made.json()['id']}"
    done = coordinator.event(path, "started", if_match=made, startDate=start.isoformat(), at=at(start))
    kept = Measure(kind, book.town.units[unit][1], "started", start)
    if end:
        done = coordinator.event(path, "ended", if_match=done, endDate=end.isoformat(), endReason=reason,
                                 **({"occupationAfter": occupation} if occupation else {}))
        kept.status, kept.end, kept.reason, kept.occupation = "ended", end, reason, occupation
    book.people[number].measures.append(kept)
    return done


def test_measures(book, youth, world, coordinator):
    started = measure(book, world, coordinator, youth["number"], "coaching", book.town.default_unit, TODAY - timedelta(days=4))
    assert started.json()["status"] == "started"
    chance = random.Random(3)
    for count, number in enumerate(book.chosen[5:15]):
        start = FIRST_NIGHT + timedelta(days=chance.randrange(5, 30))
        end = start + timedelta(days=chance.randrange(1, 10)) if count % 3 else None
        measure(book, world, coordinator, number, chance.choice(["coaching", "health_promoting", "internship", "other"]),
                chance.choice(sorted(book.town.units)), start, end,
                chance.choice(["completed_goal_reached", "interrupted_by_youth"]), chance.choice(["work", None]))
    offered = world.measure(youth)
    coordinator.event(f"/measures/{offered.json()['id']}", "declined", if_match=offered)


def test_the_next_night(book, world, coordinator):
    """Ten new, one with a new name, three have moved away, two to another district where there are any."""
    home, *others = [*book.town.districts, None] if book.town.districts else [None]
    new = people.rows(10, TODAY, first=book.size, residence=book.town.residence(home))
    known = {row["personalNumber"]: row for row in book.rows}
    gone = [book.chosen[5], book.chosen[6], book.chosen[22]]
    inside = [book.chosen[7], book.chosen[23]] if others else []
    rows = [*new, {**known[book.chosen[24]], "givenName": "Dagnyprov"}]
    rows += [{**known[number], "residence": book.elsewhere.residence()} for number in gone]
    target = {number: next(slug for slug in others if slug != known[number]["residence"].get("district")) for number in inside}
    rows += [{**known[number], "residence": book.town.residence(target[number])} for number in inside]
    done = world.commit(rows)
    assert {name: count for name, count in done["counts"].items() if count} == {
        "new": 10, "updated": 1 + len(inside), "ended": 3}
    for row in new:
        book.people[row["personalNumber"]] = Person(row["sex"], TODAY, places=[(date.min, *book.town.place(home))])
    for number in gone:
        person = book.people[number]
        person.end, person.exit = TODAY, "moved"
        for one in person.measures:
            if one.status == "started":
                one.status, one.end, one.reason = "ended", TODAY, "left_target_group"
    for number in inside:
        book.people[number].places.append((TODAY, *book.town.place(target[number])))


def test_one_is_ended_by_hand(book, coordinator):
    number = book.chosen[8]
    one = book.ids[number]
    registration = coordinator.get(f"/youths/{one}/registrations").json()["data"][0]
    day = TODAY - timedelta(days=1)
    coordinator.event(f"/youths/{one}/registrations/{registration['id']}", "ended",
                      endDate=day.isoformat(), exitReason="national_programme")
    person = book.people[number]
    person.end, person.exit = day, "national_programme"
    for measure_ in person.measures:
        if measure_.status == "started":
            measure_.status, measure_.end, measure_.reason = "ended", day, "left_target_group"


def test_the_timeline_tells_the_story(youth, coordinator):
    rows = coordinator.pages(f"/youths/{youth['id']}/timeline")
    told = {(row["resource"], row["type"]) for row in rows}
    assert {("registrations", "started"), ("outreach-attempts", "sent"), ("outreach-attempts", "reached"),
            ("consents", "given"), ("consents", "withdrawn"), ("referrals", "sent"), ("referrals", "accepted"),
            ("sip-requests", "sent"), ("measures", "started")} <= told
    times = [row["at"] for row in rows]
    assert times == sorted(times, reverse=True)


# The report ---------------------------------------------------------------------------------------

NAMES = {"female", "male", "unknown"}


def told(row, by):
    group = row["group"]
    return tuple(group.get(part) for part in by.split(",")) if by != "total" else ()


@pytest.mark.parametrize("period, first, last", [
    ("2026", date(2026, 1, 1), date(2026, 12, 31)), ("H2-2026", date(2026, 7, 1), date(2026, 12, 31)),
    ("T2-2026", date(2026, 1, 1), date(2026, 8, 31)),
    (None, date(2026, 10, 10), date(2026, 11, 10)), (None, TODAY, TODAY),
], ids=lambda value: str(value))
@pytest.mark.parametrize("by", ["total", "district", "sex", "unit", "district,sex", "unit,sex"])
def test_the_figures_are_those_of_the_book(book, coordinator, period, first, last, by):
    params = {"period": period} if period else {"from": first.isoformat(), "to": last.isoformat()}
    report = coordinator.get("/reports/follow-up", params={**params, "groupBy": by}).json()
    expected = figures.follow_up(book.people.values(), first, last, by)
    seen = set()
    for row in report["data"]:
        group = told(row, by)
        seen.add(group)
        own = expected.get(group, figures.empty())
        for name in figures.PERSON_FIGURES:
            assert row[name] == own[name], (group, name)
        for name in figures.DIVIDED:
            shown = {code: count for code, count in row.get(name, {}).items() if count}
            assert shown == {code: count for code, count in own[name].items() if count}, (group, name)
    assert set(expected) <= seen and report["masked"] is False
    if by == "total" and period == "2026":
        total = report["data"][0]
        assert total["covered"] == book.size - MOVED - ABROAD + 10 and total["reached"] >= 3 and total["exits"]["moved"] == 3


def test_the_same_again_is_not_sent_again(book, coordinator, caller):
    for client in (coordinator, caller("report-fetcher", municipality=book.town.code)):
        for query in ("period=2026&groupBy=district", "period=2026&groupBy=district&format=csv"):
            first = client.get(f"/reports/follow-up?{query}")
            again = client.get(f"/reports/follow-up?{query}", 304, headers={"If-None-Match": first.headers["ETag"]})
            assert again.content == b""
