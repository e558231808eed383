"""Concern reports: that one was made and what came back, for those with the scope alone."""
from datetime import date, timedelta

import pytest
import towns
from kaa_client import Client

pytestmark = pytest.mark.database

TODAY = date(2026, 11, 16)


@pytest.fixture(scope="module")
def caseworker(caller):
    return caller("caseworker")


def at(day, hour=8):
    return f"{day.isoformat()}T{hour:02}:00:00Z"


def test_a_report_and_its_answer(world, coordinator, today):
    youth = world.youth()
    made = world.concern_report(youth)
    report = made.json()
    path = f"/concern-reports/{report['id']}"
    assert report["status"] == "made" and report["mandatory"] is (youth["birthDate"] > f"{today.year - 18}{str(today)[4:]}")
    assert report["reminderAt"][:10] == (today + timedelta(days=13)).isoformat()
    assert report["districtId"] == youth["districtId"]
    for event in ("opened", "not_opened", "already_ongoing", "no_answer"):
        assert f"/kaa/v1{path}/events" in report["_links"][event]["href"]
    early = coordinator.event(path, "opened", 422, if_match=made, at=at(today - timedelta(days=2)))
    assert early.json()["code"] == "concern-outcome-before-report" and early.json()["errors"][0]["pointer"] == "/at"
    done = coordinator.event(path, "already_ongoing", if_match=made, at=at(today)).json()
    assert (done["status"], done["outcomeAt"][:10]) == ("already_ongoing", today.isoformat())
    assert not {"opened", "not_opened", "already_ongoing", "no_answer"} & done["_links"].keys()
    assert coordinator.event(path, "opened", 409).json()["code"] == "transition-not-allowed"
    history = coordinator.get(f"{path}/events").json()["data"]
    assert [row["type"] for row in history] == ["already_ongoing"]
    assert coordinator.get(f"{path}/events/{history[0]['id']}").json() == history[0]


def test_it_is_written_once(world, coordinator):
    made = world.concern_report(world.youth())
    answer = coordinator.patch(f"/concern-reports/{made.json()['id']}", {"reference": "Annan"}, 405, if_match=made)
    assert "PATCH" not in answer.headers["Allow"]
    assert "edit" not in made.json()["_links"]


def test_the_duty_follows_from_the_age(world, coordinator, today):
    """Under 18 when it was made: mandatory, whatever the body says."""
    birthday = date(today.year - 18, 11, 10)
    youth = world.youth(birthDate=birthday.isoformat(), enrolments=[], compulsorySchoolEnded="2024-06-10")
    young = world.concern_report(youth, madeAt=at(date(today.year, 11, 9), 12)).json()
    of_age = world.concern_report(youth, madeAt=at(date(today.year, 11, 10), 12)).json()
    assert (young["mandatory"], of_age["mandatory"]) == (True, False)
    wrong = coordinator.post("/concern-reports", {"youthId": youth["id"], "madeAt": at(today), "mandatory": False,
                                                  "status": "opened"}, 400)
    assert {fault["pointer"] for fault in wrong.json()["errors"]} == {"/mandatory", "/status"}


def test_what_is_refused(world, coordinator, today):
    youth = world.youth()
    whole = {"youthId": youth["id"], "madeAt": at(today)}
    for change, status, pointer in (
            ({"madeAt": at(today + timedelta(days=1))}, 422, "/madeAt"), ({"madeAt": None}, 400, "/madeAt"),
            ({"districtId": towns.id_of("0180", "unit", "nord")}, 422, "/districtId"),
            ({"reference": "x" * 101}, 400, "/reference"), ({"content": "Vad som sades"}, 400, "/content")):
        answer = coordinator.post("/concern-reports", {**whole, **change}, status)
        assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer], change
    assert coordinator.post("/concern-reports", {**whole, "youthId": world.preventive()["id"]}, 422).json()["code"] == "preventive-person"
    all_faults = coordinator.post("/concern-reports", {"youthId": "x", "reference": "", "extra": 1}, 400)
    assert len(all_faults.json()["errors"]) == 4


def test_who_to_ask_again(world, coordinator, today):
    """Those without an answer whose reminder has come, the oldest first."""
    youth = world.youth()
    days = [40, 14, 13, 30]
    made = {days: world.concern_report(youth, madeAt=at(today - timedelta(days=days))).json()["id"] for days in days}
    coordinator.event(f"/concern-reports/{made[30]}", "no_answer")
    due = coordinator.pages("/concern-reports", youthId=youth["id"], reminderBefore=at(today, 12), sort="reminderAt")
    assert [row["id"] for row in due] == [made[40], made[14]]
    assert {row["id"] for row in coordinator.pages("/concern-reports", youthId=youth["id"], unanswered="true")} == {made[40], made[14], made[13]}
    assert [row["id"] for row in coordinator.pages("/concern-reports", youthId=youth["id"], unanswered="false")] == [made[30]]
    assert [row["id"] for row in coordinator.pages("/concern-reports", youthId=youth["id"], status="no_answer")] == [made[30]]
    assert coordinator.get(f"/concern-reports?youthId={youth['id']}&districtId={youth['districtId']}&count=true").json()["_meta"]["totalRecords"] == 4
    assert coordinator.pages("/concern-reports", youthId=youth["id"], districtId=towns.id_of("0180", "district", "jarva")) == []


def test_for_those_with_the_scope_alone(world, caseworker, caller):
    youth = world.youth()
    path = f"/concern-reports/{world.concern_report(youth).json()['id']}"
    for client in (caseworker, caller("data-protection-officer"), caller("recipient"), caller(scope="concern-reports:write youths:read")):
        for method, asked in (("GET", "/concern-reports"), ("GET", path), ("GET", f"{path}/events")):
            client.request(method, asked, 403)
    caller(scope="concern-reports:read").post("/concern-reports", {"youthId": youth["id"], "madeAt": at(TODAY)}, 403)
    listed = caseworker.pages(f"/youths/{youth['id']}/timeline")
    assert "concern-reports" not in {row["resource"] for row in listed}
    fed = caller(scope="changes:read youths:read").get("/changes?limit=1000").json()["data"]
    assert "concern-reports" not in {row["resource"] for row in fed}


def test_no_district_with_protected_registration(world, coordinator):
    youth = world.youth(protection="protected_registration", actualMunicipality="0180")
    made = world.concern_report(youth, districtId=towns.id_of("0180", "district", "farsta")).json()
    assert "districtId" not in made
    became = world.youth()
    made = world.concern_report(became).json()
    assert made["districtId"] == became["districtId"]
    world.commit([{**became["row"], "protection": "protected_registration", "actualMunicipality": "0180",
                   "address": {"kind": "forwarding", "street": "Box 1"}}])
    assert "districtId" not in coordinator.get(f"/concern-reports/{made['id']}").json()


def test_deleted_after_24_months(world, coordinator, serving, tokens, contract):
    youth = world.youth()
    gone, kept = (world.concern_report(youth, madeAt=at(day)).json()["id"] for day in (date(2024, 11, 20), date(2024, 11, 21)))
    coordinator.event(f"/concern-reports/{gone}", "opened")
    with serving(date(2026, 11, 20), after_night=True) as url:
        later = Client(url, contract, tokens.make("coordinator"))
        assert [row["id"] for row in later.pages("/concern-reports", youthId=youth["id"])] == [kept]
        later.get(f"/concern-reports/{gone}", 404)
        assert not [row for row in later.pages(f"/youths/{youth['id']}/timeline") if row["resourceId"] == gone]
        log = Client(url, contract, tokens.make("data-protection-officer"))
        rows = [row for row in log.pages("/access-log", resource="concern-reports") if row["action"] == "delete"]
        assert [(row["sub"], row["outcome"]) for row in rows if youth["id"] in row["subjects"]] == [("nightly", "written")]
        fed = later.get("/changes?resources=concern-reports&limit=1000").json()["data"]
        told = {row["id"]: row["change"] for row in fed if row["id"] in (gone, kept)}  # the last word of each
        assert told == {gone: "removed", kept: "created"}
