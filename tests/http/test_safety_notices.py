"""Safety notices: what staff must do, for at most six months, and under 18 only after a concern report."""
import uuid
from datetime import date, timedelta

import pytest
from kaa_client import Client

pytestmark = pytest.mark.database

TODAY = date(2026, 8, 31)


@pytest.fixture(scope="module")
def adult(world):
    return world.youth(birthDate="2007-08-01", enrolments=[], compulsorySchoolEnded="2023-06-10")


@pytest.fixture(scope="module")
def minor(world):
    return world.youth(birthDate="2009-08-01", enrolments=[], compulsorySchoolEnded="2025-06-10")


def body(youth, days=30, **members):
    return {"youthId": youth["id"], "measures": "Alltid två", "validUntil": (TODAY + timedelta(days=days)).isoformat(), **members}


def test_a_notice_and_its_end(coordinator, adult):
    made = coordinator.post("/safety-notices", body(adult))
    path = f"/safety-notices/{made.json()['id']}"
    assert made.json()["status"] == "active" and "concern-report" not in made.json()["_links"]
    answer = coordinator.patch(path, {"measures": "Ensam går bra"}, 405, if_match=made)
    assert "PATCH" not in answer.headers["Allow"]
    done = coordinator.event(path, "ended", if_match=made).json()
    assert done["status"] == "ended" and done["endedAt"][:10] == TODAY.isoformat()
    assert coordinator.event(path, "ended", 409).json()["code"] == "transition-not-allowed"
    history = coordinator.get(f"{path}/events").json()["data"]
    assert [row["type"] for row in history] == ["ended"]
    assert coordinator.get(f"{path}/events/{history[0]['id']}").json() == history[0]


@pytest.mark.parametrize("until, code", [
    ("2026-08-30", "notice-in-the-past"), ("2026-08-31", None), ("2027-02-28", None), ("2027-03-01", "notice-too-long")])
def test_from_today_to_six_months_ahead(coordinator, adult, until, code):
    """Calendar months: of 31 August the last of February."""
    answer = coordinator.post("/safety-notices", body(adult, validUntil=until), 422 if code else 201)
    if code:
        assert answer.json()["code"] == code and answer.json()["errors"][0]["pointer"] == "/validUntil"


def test_under_18_only_after_a_concern_report(world, coordinator, adult, minor):
    missing = coordinator.post("/safety-notices", body(minor), 422)
    assert missing.json()["code"] == "concern-report-missing" and missing.json()["errors"][0]["pointer"] == "/concernReportId"
    report, others = (world.concern_report(one).json()["id"] for one in (minor, adult))
    made = coordinator.post("/safety-notices", body(minor, concernReportId=report)).json()
    assert made["concernReportId"] == report and made["_links"]["concern-report"]["href"].endswith(f"/concern-reports/{report}")
    for youth, wrong in ((minor, others), (minor, str(uuid.uuid4())), (adult, report)):
        answer = coordinator.post("/safety-notices", body(youth, concernReportId=wrong), 422)
        assert answer.json()["code"] == "unknown-reference" and answer.json()["errors"][0]["pointer"] == "/concernReportId"


def test_who_may_not_read_reports_neither_names_nor_sees_them(world, coordinator, caller, adult, minor):
    blind = caller(scope="safety-notices:read safety-notices:write youths:read")
    report = world.concern_report(minor).json()["id"]
    made = world.safety_notice(minor).json()["id"]
    answers = [blind.request("POST", "/safety-notices", json=body(minor, concernReportId=one)) for one in (report, str(uuid.uuid4()))]
    assert {answer.status_code for answer in answers} == {400}
    assert {answer.json()["errors"][0]["code"] for answer in answers} == {"scope-missing"}
    told = blind.get(f"/safety-notices/{made}")
    assert "concernReportId" not in told.json() and "concern-report" not in told.json()["_links"]
    blind.post("/safety-notices", body(adult))


def test_lists(coordinator, adult, world):
    youth = world.youth(birthDate="2007-08-02", enrolments=[], compulsorySchoolEnded="2023-06-10")
    ids = {days: coordinator.post("/safety-notices", body(youth, days)).json()["id"] for days in (90, 10, 30)}
    coordinator.event(f"/safety-notices/{ids[30]}", "ended")
    mine = {"youthId": youth["id"]}
    assert [row["id"] for row in coordinator.pages("/safety-notices", **mine, sort="validUntil")] == [ids[10], ids[30], ids[90]]
    assert [row["id"] for row in coordinator.pages("/safety-notices", **mine, status="ended")] == [ids[30]]
    soon = (TODAY + timedelta(days=30)).isoformat()
    assert {row["id"] for row in coordinator.pages("/safety-notices", **mine, validBefore=soon)} == {ids[10], ids[30]}
    assert {row["id"] for row in coordinator.pages("/safety-notices", **mine, validBefore=soon, status="active")} == {ids[10]}
    assert coordinator.post("/safety-notices", body(world.preventive()), 422).json()["code"] == "preventive-person"


def test_for_those_with_the_scope_alone(caller, adult, coordinator):
    path = f"/safety-notices/{coordinator.post('/safety-notices', body(adult)).json()['id']}"
    for client in (caller("caseworker"), caller("recipient"), caller(scope="youths:read concern-reports:read")):
        for asked in ("/safety-notices", path, f"{path}/events"):
            client.get(asked, 403)


def test_expired_and_then_deleted(world, coordinator, adult, minor, serving, tokens, contract):
    report = world.concern_report(minor).json()["id"]
    short = coordinator.post("/safety-notices", body(adult, 1)).json()["id"]
    longer = coordinator.post("/safety-notices", body(adult, 2)).json()["id"]
    ended = coordinator.post("/safety-notices", body(minor, 90, concernReportId=report)).json()["id"]
    coordinator.event(f"/safety-notices/{ended}", "ended")
    day = TODAY + timedelta(days=2)
    with serving(day) as url:
        later = Client(url, contract, tokens.make("coordinator"))
        told = later.get(f"/safety-notices/{short}").json()
        assert told["status"] == "expired" and "ended" not in told["_links"]
        assert short in {row["id"] for row in later.pages("/safety-notices", status="expired")}
        assert short not in {row["id"] for row in later.pages("/safety-notices", status="active")}
    with serving(day, after_night=True) as url:
        later = Client(url, contract, tokens.make("coordinator"))
        assert later.get(f"/safety-notices/{longer}").json()["status"] == "active"
        for one in (short, ended):
            later.get(f"/safety-notices/{one}", 404)
        later.get(f"/concern-reports/{report}")
        log = Client(url, contract, tokens.make("data-protection-officer"))
        told = [row for row in log.pages("/access-log", resource="safety-notices") if row["action"] == "delete"]
        assert {one for row in told for one in row["subjects"]} >= {adult["id"], minor["id"]}
