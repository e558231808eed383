"""Address notifications: what was told the tax agency, of a visit that showed a wrong address."""
import uuid
from datetime import date, timedelta

import pytest

pytestmark = pytest.mark.database

TODAY = date(2026, 10, 20)


def at(days=0, hour=9):
    return f"{(TODAY + timedelta(days=days)).isoformat()}T{hour:02d}:00:00Z"


@pytest.fixture
def youth(world):
    return world.youth()


@pytest.fixture
def gone(world, coordinator):
    """gone(youth, days): a visit so many days ago that showed a wrong address."""
    def visit(youth, days=2, event="not_at_address"):
        planned = world.attempt(youth, "home_visit", staff=["anna", "bo"], unannouncedReason="Grannen bad om det")
        return coordinator.event(f"/outreach-attempts/{planned.json()['id']}", event, if_match=planned, at=at(-days)).json()
    return visit


def body(youth, attempt, sent=None, **members):
    return {"youthId": youth["id"], "attemptId": attempt["id"], "sentAt": sent or at(), **members}


def refused(answer, code, pointer):
    assert (answer.json()["code"], answer.json()["errors"][0]["pointer"]) == (code, pointer), answer.text


def test_told_once_and_never_changed(coordinator, youth, gone):
    visit = gone(youth)
    made = coordinator.post("/address-notifications", body(youth, visit, reference="2026/4711"))
    path = f"/address-notifications/{made.json()['id']}"
    assert coordinator.get(path).json() == made.json() and made.json()["reference"] == "2026/4711"
    assert made.json()["_links"]["attempt"]["href"].endswith(f"/outreach-attempts/{visit['id']}")
    refused(coordinator.post("/address-notifications", body(youth, visit), 409), "notified-twice", "/attemptId")
    coordinator.patch(path, {"reference": "2"}, 405, if_match=made)
    from_visit = coordinator.get(f"/outreach-attempts/{visit['id']}").json()["_links"]["address-notifications"]["href"]
    assert [row["id"] for row in coordinator.get(from_visit).json()["data"]] == [made.json()["id"]]


def test_what_it_rests_on(world, coordinator, youth, gone):
    visit, nobody, other = gone(youth), gone(youth, event="no_answer"), world.youth()
    refused(coordinator.post("/address-notifications", body(youth, visit, at(-2, 8)), 422), "notified-before-attempt", "/sentAt")
    refused(coordinator.post("/address-notifications", body(youth, visit, at(1)), 422), "in-the-future", "/sentAt")
    refused(coordinator.post("/address-notifications", body(youth, nobody), 422), "address-not-wrong", "/attemptId")
    for wrong in (gone(other), {"id": str(uuid.uuid4())}):
        refused(coordinator.post("/address-notifications", body(youth, wrong), 422), "unknown-reference", "/attemptId")
    coordinator.event(f"/outreach-attempts/{visit['id']}", "voided", reason="Fel port")
    refused(coordinator.post("/address-notifications", body(youth, visit), 422), "address-not-wrong", "/attemptId")
    assert "address-notifications" not in coordinator.get(f"/outreach-attempts/{nobody['id']}").json()["_links"]
    assert coordinator.pages("/address-notifications", youthId=youth["id"]) == []


def test_what_was_sent_when(coordinator, youth, gone):
    ids = [coordinator.post("/address-notifications", body(youth, gone(youth, 5), at(-days))).json()["id"] for days in (1, 3, 2)]

    def found(**query):
        return [row["id"] for row in coordinator.pages("/address-notifications", youthId=youth["id"], sort="sentAt", **query)]
    assert found() == [ids[1], ids[2], ids[0]]
    assert found(sentAfter=at(-2)) == [ids[0]] and found(sentBefore=at(-2)) == [ids[1], ids[2]]


def test_only_with_its_scope(caller, world, youth):
    path = f"/address-notifications/{world.notification(youth).json()['id']}"
    for client in (caller("caseworker"), caller(scope="youths:read outreach-attempts:read")):
        for one in ("/address-notifications", path):
            client.get(one, 403)
