"""Rules of attempts as a front end meets them: cards that announce, visits that were announced, who answers is sought no more."""
from datetime import date, timedelta

import pytest

pytestmark = pytest.mark.database

TODAY = date(2026, 10, 20)


def at(day, hour=9):
    return f"{day.isoformat()}T{hour:02d}:00:00Z"


@pytest.fixture
def youth(world):
    return world.youth()


@pytest.fixture
def made(world, coordinator):
    """made(youth, channel, event, day, …): the answer to the event of an attempt that was planned with the members."""
    def make(youth, channel, event, day, expect=201, **members):
        planned = world.attempt(youth, channel, **members)
        return coordinator.event(f"/outreach-attempts/{planned.json()['id']}", event, expect, if_match=planned, at=at(day))
    return make


def refused(answer, pointer, code):
    error, = answer.json()["errors"]
    assert (answer.json()["code"], error["pointer"]) == (code, pointer), answer.text


def test_a_door_card_announces_a_visit(made, coordinator, youth):
    refused(made(youth, "door_card", "sent", TODAY, 422), "/announcedVisitAt", "door-card-announces-visit")
    card, = coordinator.pages("/outreach-attempts", youthId=youth["id"])
    path = f"/outreach-attempts/{card['id']}"
    now = coordinator.patch(path, {"announcedVisitAt": at(TODAY + timedelta(days=5))}, if_match=coordinator.get(path))
    assert coordinator.event(path, "sent", if_match=now).json()["status"] == "sent"


@pytest.mark.parametrize("before, expect", [(2, 422), (3, 201), (14, 201), (15, 422)])
def test_a_visit_is_announced_in_time(made, youth, before, expect):
    made(youth, "door_card", "sent", TODAY - timedelta(days=before), announcedVisitAt=at(TODAY, 15))
    answer = made(youth, "home_visit", "no_answer", TODAY, expect, staff=["anna", "bo"])
    if expect == 422:
        refused(answer, "/unannouncedReason", "visit-not-announced")


def test_a_visit_on_another_day(made, coordinator, youth):
    made(youth, "door_card", "sent", TODAY - timedelta(days=7), announcedVisitAt=at(TODAY - timedelta(days=1)))
    refused(made(youth, "home_visit", "no_answer", TODAY, 422, staff=["anna", "bo"]), "/unannouncedReason", "visit-not-announced")
    visit, = coordinator.pages("/outreach-attempts", youthId=youth["id"], channel="home_visit")
    path = f"/outreach-attempts/{visit['id']}"
    now = coordinator.patch(path, {"unannouncedReason": "Ungdomen bad om det"}, if_match=coordinator.get(path))
    done = coordinator.event(path, "no_answer", if_match=now)
    assert done.json()["unannouncedReason"] == "Ungdomen bad om det"
    refused(coordinator.post("/outreach-attempts", {
        "youthId": youth["id"], "channel": "phone", "staff": ["anna"], "unannouncedReason": "x"}, 422),
        "/unannouncedReason", "unannounced-reason-only-at-home-visit")


def test_the_municipality_decides_what_is_in_time(made, administrator, youth):
    policy = administrator.get("/municipalities/0180")
    administrator.patch("/municipalities/0180", {"policy": {"visitNoticeMin": "P1D"}}, if_match=policy)
    made(youth, "door_card", "sent", TODAY - timedelta(days=1), announcedVisitAt=at(TODAY))
    made(youth, "home_visit", "no_answer", TODAY, staff=["anna", "bo"])
    administrator.patch("/municipalities/0180", {"policy": {"visitNoticeMin": None}}, if_match=administrator.get("/municipalities/0180"))


@pytest.mark.parametrize("outcome", ["reached", "reached_declined"])
def test_who_answers_is_sought_no_more(world, made, coordinator, youth, outcome):
    letter = made(youth, "letter", "sent", TODAY - timedelta(days=3))
    call, talk = world.attempt(youth), world.attempt(youth, purpose="follow_up")
    information = world.attempt(youth, "letter", purpose="turning_20")
    coordinator.event(f"/outreach-attempts/{letter.json()['id']}", outcome, if_match=letter)
    now = {row["id"]: row["status"] for row in coordinator.pages("/outreach-attempts", youthId=youth["id"])}
    assert [now[one.json()["id"]] for one in (letter, call, talk, information)] == [outcome, "cancelled", "planned", "planned"]
    past, = coordinator.get(f"/outreach-attempts/{call.json()['id']}/events").json()["data"]
    assert (past["type"], past["details"]) == ("cancelled", {"reason": "reached"})
    assert [row["id"] for row in coordinator.pages("/outreach-attempts", youthId=youth["id"], purpose="turning_20")] == [
        information.json()["id"]]


def test_a_safety_notice_is_read_first(world, coordinator, caller, youth):
    """By staff who cannot read safety notices themselves, too: it is their safety."""
    world.safety_notice(youth)
    caseworker = caller("caseworker")
    body = {"youthId": youth["id"], "channel": "home_visit", "staff": ["anna", "bo"], "unannouncedReason": "Bad om det"}
    for channel in ("door_card", "home_visit", "meeting"):
        refused(caseworker.post("/outreach-attempts", {**body, "channel": channel, "unannouncedReason": None}, 422),
                "/safetyNoticeAcknowledged", "safety-notice-not-acknowledged")
    caseworker.post("/outreach-attempts", {**body, "channel": "phone", "unannouncedReason": None})
    visit = caseworker.post("/outreach-attempts", {**body, "safetyNoticeAcknowledged": True})
    path = f"/outreach-attempts/{visit.json()['id']}"
    world.safety_notice(youth, measures="Aldrig efter mörkrets inbrott")
    caseworker.event(path, "reached", 412, visit)
    refused(caseworker.event(path, "reached", 422), "/safetyNoticeAcknowledged", "safety-notice-not-acknowledged")
    now = caseworker.patch(path, {"safetyNoticeAcknowledged": True}, if_match=caseworker.get(path))
    assert caseworker.event(path, "no_answer", if_match=now).json()["safetyNoticeAcknowledged"] is True
    for one in coordinator.pages("/safety-notices", youthId=youth["id"]):
        coordinator.event(f"/safety-notices/{one['id']}", "ended")
    caseworker.post("/outreach-attempts", body)


def test_a_batch_is_named_by_the_service_alone(coordinator, youth):
    body = {"youthId": youth["id"], "channel": "phone", "staff": ["anna"], "batchId": youth["id"]}
    assert coordinator.post("/outreach-attempts", body, 400).json()["errors"][0]["pointer"] == "/batchId"
    assert coordinator.pages("/outreach-attempts", batchId=youth["id"]) == []
