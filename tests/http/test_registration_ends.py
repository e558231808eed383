"""Whatever ends a registration ends what hangs on it the same day; and how an end is corrected."""
from datetime import datetime, timedelta, timezone

import people
import pytest
from conftest import database_settings
from kaa_service import run

pytestmark = pytest.mark.database


@pytest.fixture
def busy(world, coordinator, today):
    """busy(**changes): a youth with an attempt and measures in every open state, of a source of its own."""
    def make(source="ber", **changes):
        row = people.rows(1, today, ["farsta"], first=200_000 + len(made), **changes)[0]
        made.append(row)
        world.commit([row], source=source)
        youth = {"id": world.find([row["personalNumber"]])[0], "row": row, "source": source}
        youth["attempt"] = world.attempt(youth).json()["id"]
        youth["measures"] = {}
        for state, events in (("offered", ()), ("planned", ("planned",)), ("started", ("planned", "started"))):
            one = f"/measures/{world.measure(youth).json()['id']}"
            for event in events:
                coordinator.event(one, event)
            youth["measures"][state] = one
        return youth
    return make


made = []


def manually(youth, world, **_):
    one = registration_of(world.coordinator, youth)
    world.coordinator.event(one["path"], "ended", endDate=world.today.isoformat(), exitReason="national_programme")
    return "national_programme"


def by_an_import(youth, world, **_):
    world.commit([{**youth["row"], "enrolments": [
        {"type": "introductory_programme", "school": "Provskolan", "from": world.today.isoformat()}]}], source=youth["source"])
    return "introductory_programme"


def by_absence(youth, world, **_):
    other = people.row(people.birthday(world.today, 17, 12), 990)
    world.commit([other], source=youth["source"], mode="full")
    return "left_source"


def by_a_night(youth, world, sql, night):
    go_to_school(youth, sql)
    night()
    return "national_programme"


def by_a_run(youth, world, sql, **_):
    go_to_school(youth, sql)
    world.coordinator.post("/evaluation-runs")
    return "national_programme"


def go_to_school(youth, sql):
    """As if the register had said so of a day that comes now."""
    sql.execute("update base.youths set enrolments = %s where id = %s",
                ['[{"type": "national_programme", "from": "2020-08-20"}]', youth["id"]])


@pytest.fixture
def night(binary, cluster, database):
    def work():
        done = run(binary, "nightly", settings=database_settings(cluster, database))
        assert done.returncode == 0, done.stderr
    return work


def registration_of(client, youth):
    """The latest registration, with its path."""
    rows = client.get(f"/youths/{youth['id']}/registrations?sort=startDate").json()["data"]
    return {**rows[0], "path": f"/youths/{youth['id']}/registrations/{rows[0]['id']}"}


@pytest.mark.parametrize("way", [manually, by_an_import, by_absence, by_a_night, by_a_run])
def test_what_ends_with_it(way, busy, world, coordinator, sql, night):
    youth = busy(source=way.__name__.replace("_", "-"))
    reason = way(youth, world, sql=sql, night=night)
    ended = registration_of(coordinator, youth)
    assert (ended["status"], ended["exitReason"]) == ("ended", reason)
    assert coordinator.get(f"/youths/{youth['id']}").json()["status"] == "ended"
    assert [row["type"] for row in coordinator.get(f"{ended['path']}/events").json()["data"]] == ["ended"]
    assert coordinator.get(f"/outreach-attempts/{youth['attempt']}").json()["status"] == "cancelled"
    measures = {state: coordinator.get(path).json() for state, path in youth["measures"].items()}
    assert measures["offered"]["status"] == measures["planned"]["status"] == "cancelled"
    started = measures["started"]
    assert (started["status"], started["endReason"], started["endDate"]) == ("ended", "left_target_group", ended["endDate"])
    assert youth["id"] not in {row["id"] for row in coordinator.pages("/outreach-plan")}


def test_an_error_ends_the_day_it_began(busy, world, coordinator):
    youth = busy()
    one = registration_of(coordinator, youth)
    before = (world.today - timedelta(days=1)).isoformat()
    for body, code in (({"endDate": before}, "end-before-start"), ({"endDate": "2199-01-01"}, "in-the-future"),
                       ({"endDate": one["startDate"], "exitReason": "turned_20"}, "turned-20-on-birthday")):
        answer = coordinator.event(one["path"], "ended", 422, **{"exitReason": "registered_in_error", **body})
        assert answer.json()["code"] == code and answer.json()["errors"][0]["pointer"] == "/endDate"
    coordinator.event(one["path"], "ended", 400, endDate=one["startDate"], exitReason="left_source")
    coordinator.event(one["path"], "ended", endDate=one["startDate"], exitReason="registered_in_error")
    answer = coordinator.event(one["path"], "ended", 409, endDate=one["startDate"], exitReason="moved")
    assert answer.json()["code"] == "transition-not-allowed"


def test_left_source_is_completed(busy, world, coordinator):
    youth = busy(source="completed")
    by_absence(youth, world)
    path = registration_of(coordinator, youth)["path"]

    def correct(members, expect=200):
        return coordinator.patch(path, members, expect, if_match=coordinator.get(path)).json()

    assert correct({"exitReason": "turned_20"}, 422)["code"] == "turned-20-on-birthday"
    assert correct({"exitReason": None}, 422)["code"] == "exit-reason-with-end"
    assert correct({"exitReason": "moved"})["exitReason"] == "moved"
    assert correct({"exitReason": "left_source"}, 422)["code"] == "left-source-by-hand"
    correct({"exitReason": "emigrated", "latestSchool": "Provskolan", "reason": "unknown"})
    correct({"exitReason": "emigrated"})  # nothing new: no event
    events = coordinator.get(f"{path}/events").json()["data"]
    assert [row["type"] for row in events] == ["ended", "corrected", "corrected"]
    assert events[1]["details"] == {"corrected": ["exitReason"], "before": {"exitReason": "left_source"}}
    assert events[2]["details"]["before"] == {"exitReason": "moved", "reason": "no_upper_secondary"}
    assert events[2]["createdBy"] == "coordinator@example.com"


def test_an_end_is_not_moved_otherwise(world, coordinator):
    before, after = ((world.today + timedelta(days=n)).isoformat() for n in (-1, 1))
    path = registration_of(coordinator, world.youth())["path"]
    coordinator.event(path, "ended", endDate=world.today.isoformat(), exitReason="moved")

    def correct(members, expect=200):
        return coordinator.patch(path, members, expect, if_match=coordinator.get(path)).json()

    for day, code in ((after, "end-moved-forward"), (before, "end-before-start"), (None, "exit-reason-with-end")):
        assert correct({"endDate": day}, 422)["code"] == code
    assert correct({"endDate": world.today.isoformat()})["endDate"] == world.today.isoformat()  # nothing new: no event
    assert [row["type"] for row in coordinator.get(f"{path}/events").json()["data"]] == ["ended"]


def test_an_end_is_moved_back(world, coordinator, sql):
    """To the day that was learnt of afterwards; a measure that it ended goes with it."""
    youth = world.youth()
    path = registration_of(coordinator, youth)["path"]
    days = [(world.today - timedelta(days=n)).isoformat() for n in (40, 20, 10, 5)]
    sql.execute("update base.registrations set start_date = %s where youth_id = %s", [days[0], youth["id"]])
    measures = []
    for start in (days[1], days[3]):
        made = world.measure(youth)
        measures.append(f"/measures/{made.json()['id']}")
        coordinator.event(measures[-1], "started", if_match=made, startDate=start)
    coordinator.event(path, "ended", endDate=world.today.isoformat(), exitReason="moved")
    moved = coordinator.patch(path, {"endDate": days[2], "exitReason": "emigrated"}, if_match=coordinator.get(path)).json()
    assert (moved["endDate"], moved["exitReason"]) == (days[2], "emigrated")
    event = coordinator.get(f"{path}/events").json()["data"][-1]
    assert event["details"] == {"corrected": ["endDate", "exitReason"], "before": {"endDate": world.today.isoformat(), "exitReason": "moved"}}
    assert [coordinator.get(one).json()["endDate"] for one in measures] == [days[2], days[3]]  # not before it began


def test_an_end_is_no_part_of_the_beginning(world, coordinator):
    youth = world.youth()
    day = world.today.isoformat()
    path = registration_of(coordinator, youth)["path"]
    assert coordinator.patch(path, {"endDate": day, "exitReason": "moved"}, 422, if_match=coordinator.get(path)).json()["code"] == "status-with-end"
    coordinator.event(path, "ended", endDate=day, exitReason="moved")
    body = {"startDate": day, "reason": "dropout", "endDate": day, "exitReason": "moved"}
    assert coordinator.post(f"/youths/{youth['id']}/registrations", body, 422).json()["code"] == "status-with-end"


def test_an_open_one_is_corrected(busy, coordinator):
    path = registration_of(coordinator, busy())["path"]
    answer = coordinator.patch(path, {"exitReason": "moved"}, 422, if_match=coordinator.get(path))
    assert answer.json()["code"] == "exit-reason-with-end"
    coordinator.patch(path, {"reason": "dropout"}, if_match=coordinator.get(path))
    event, = coordinator.get(f"{path}/events").json()["data"]
    assert (event["type"], event["details"]["before"]) == ("corrected", {"reason": "no_upper_secondary"})


def test_a_corrected_school_is_hidden_with_its_youth(busy, world, coordinator):
    youth = busy()
    path = registration_of(coordinator, youth)["path"]
    for school in ("Provskolan", "Exempelskolan"):
        coordinator.patch(path, {"latestSchool": school}, if_match=coordinator.get(path))
    assert "Provskolan" in coordinator.get(f"{path}/events").text
    world.commit([{**youth["row"], "protection": "protected_registration", "actualMunicipality": "0180",
                   "address": {"kind": "forwarding", "street": "Box 1"}}])
    assert "Provskolan" not in coordinator.get(f"{path}/events").text
    coordinator.patch(path, {"latestSchool": "Provskolan"}, if_match=coordinator.get(path))
    assert "skolan" not in coordinator.get(f"{path}/events").text


# Occupations ----------------------------------------------------------------------------------------

def test_an_occupation_is_confirmed(world, coordinator, today):
    path = f"/youths/{world.youth()['id']}"
    day = today.isoformat()
    asked = (datetime.now(timezone.utc) - timedelta(hours=1)).isoformat()
    work = coordinator.post(f"{path}/occupations", {"code": "work", "reviewDate": day, "confirmedAt": asked}).json()
    assert (work["from"], work["source"], work["confirmedAt"][:19]) == (day, "contact", asked[:19])
    again = coordinator.post(f"{path}/occupations", {"code": "work", "reviewDate": (today + timedelta(days=30)).isoformat()}).json()
    assert again["from"] == day and again["confirmedAt"] > work["confirmedAt"]
    assert coordinator.get(path).json()["occupation"]["reviewDate"] == again["reviewDate"]
    assert len(coordinator.pages(f"{path}/occupations")) == 3  # with the one that the register began with
    for body, code in (({"code": "work", "from": "2199-01-01"}, "in-the-future"),
                       ({"code": "work", "confirmedAt": "2199-01-01T10:00:00Z"}, "in-the-future"),
                       ({"code": "work", "reviewDate": "2020-01-01"}, "review-before-start")):
        assert coordinator.post(f"{path}/occupations", body, 422).json()["code"] == code
    coordinator.post(f"{path}/occupations", {"code": "work", "source": "register"}, 400)
