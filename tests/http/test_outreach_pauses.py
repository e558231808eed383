"""Pauses: outreach is held for some days, on a consent, and nobody is sought out on them."""
from datetime import date, timedelta

import pytest
import towns
from kaa_client import Client

pytestmark = pytest.mark.database

TODAY = date(2026, 10, 20)


def day(days):
    return (TODAY + timedelta(days=days)).isoformat()


def at(days, hour=10):
    return f"{day(days)}T{hour:02d}:00:00Z"


def refused(answer, code, pointer):
    assert answer.status_code == 422, answer.text
    assert (answer.json()["code"], answer.json()["errors"][0]["pointer"]) == (code, pointer), answer.text


@pytest.fixture
def youth(world):
    return world.youth()


@pytest.fixture
def asked(coordinator, youth):
    def ask(first=0, last=10, expect=None, **members):
        return coordinator.post("/outreach-pauses", {
            "youthId": youth["id"], "requestedBy": "Socialtjänsten", "from": day(first), "until": day(last), **members}, expect)
    return ask


def test_a_pause_and_its_end(world, coordinator, youth):
    consent = world.consent(youth, (), "outreach_pause")
    made = world.pause(youth, consent=consent)
    path = f"/outreach-pauses/{made.json()['id']}"
    now = made.json()
    assert (now["status"], now["from"], now["until"], now["consentId"]) == ("active", day(0), day(30), consent.json()["id"])
    assert now["_links"]["consent"]["href"].endswith(f"/consents/{now['consentId']}")
    assert coordinator.get(f"/youths/{youth['id']}").json()["_links"]["outreach-pauses"]["href"].endswith(f"youthId={youth['id']}")
    coordinator.patch(path, {"until": day(40)}, 405, if_match=made)
    done = coordinator.event(path, "ended", if_match=made, reason="Kontakt är tagen").json()
    assert (done["status"], done["statusReason"]) == ("ended", "Kontakt är tagen") and done["endedAt"][:10] == TODAY.isoformat()
    assert coordinator.event(path, "ended", 409).json()["code"] == "transition-not-allowed"
    past, = coordinator.get(f"{path}/events").json()["data"]
    assert coordinator.get(f"{path}/events/{past['id']}").json()["details"] == {"reason": "Kontakt är tagen"}


def test_what_may_be_entered(world, coordinator, asked, youth):
    on_paper = {"evidenceReference": "SOC 1"}
    refused(asked(-1, **on_paper), "pause-in-the-past", "/from")
    refused(asked(5, 4, **on_paper), "pause-ends-before-start", "/until")
    refused(asked(), "pause-without-consent", "/consentId")
    assert asked(last=3, expect=400, until=None, **on_paper).json()["errors"][0]["pointer"] == "/until"
    refused(asked(youthId=world.preventive()["id"], **on_paper), "not-covered", "/youthId")
    other = world.youth()
    for wrong in (world.consent(youth), world.consent(other, (), "outreach_pause")):
        refused(asked(consentId=wrong.json()["id"]), "consent-missing", "/consentId")
    consent = world.consent(youth, (), "outreach_pause", validUntil=day(9)).json()["id"]
    refused(asked(consentId=consent), "pause-outlasts-consent", "/until")
    asked(0, 9, 201, consentId=consent)
    asked(0, 0, 201, **on_paper)


def test_what_guardians_allow_ends_with_the_18th_birthday(world, asked, coordinator):
    minor = world.youth(birthDate=f"2008-{day(20)[5:]}", enrolments=[], compulsorySchoolEnded="2024-06-10")
    consent = world.consent(minor, (), "outreach_pause", givenByYouth=False).json()["id"]
    refused(asked(0, 20, youthId=minor["id"], consentId=consent), "pause-outlasts-consent", "/until")
    asked(0, 19, 201, youthId=minor["id"], consentId=consent)


def test_who_is_held_is_not_sought_out(world, coordinator, youth):
    call = world.attempt(youth)
    planned = {days: world.attempt(youth, plannedAt=at(days)) for days in (4, 5, 7, 8)}
    unprompted = world.attempt(youth, "own_initiative", plannedAt=at(6))
    letter = coordinator.event(f"/outreach-attempts/{world.attempt(youth, 'letter').json()['id']}", "sent")
    world.pause(youth, 5, 7)
    now = {row["id"]: row["status"] for row in coordinator.pages("/outreach-attempts", youthId=youth["id"])}
    assert [now[planned[days].json()["id"]] for days in planned] == ["planned", "cancelled", "cancelled", "planned"]
    assert now[unprompted.json()["id"]] == "planned"
    past, = coordinator.get(f"/outreach-attempts/{planned[5].json()['id']}/events").json()["data"]
    assert past["details"] == {"reason": "outreach_paused"}
    body = {"youthId": youth["id"], "channel": "phone", "staff": ["anna"]}
    for days in (5, 7):
        refused(coordinator.post("/outreach-attempts", {**body, "plannedAt": at(days)}, 422), "outreach-paused", "/plannedAt")
    fourth = f"/outreach-attempts/{planned[4].json()['id']}"
    refused(coordinator.patch(fourth, {"plannedAt": at(6)}, 422, if_match=planned[4]), "outreach-paused", "/plannedAt")
    coordinator.patch(fourth, {"plannedAt": at(8)}, if_match=planned[4])
    today = world.pause(youth, 0, 1)
    refused(coordinator.post("/outreach-attempts", body, 422), "outreach-paused", "/youthId")
    path = f"/outreach-attempts/{call.json()['id']}"
    refused(coordinator.event(path, "no_answer", 422), "outreach-paused", "/at")
    coordinator.event(path, "no_answer", at=at(0, 9))  # before it was entered, at noon
    coordinator.post("/outreach-attempts", {**body, "channel": "own_initiative"})
    coordinator.event(f"/outreach-attempts/{letter.json()['id']}", "returned")
    coordinator.event(f"/outreach-pauses/{today.json()['id']}", "ended", if_match=today)
    coordinator.post("/outreach-attempts", body)


def test_withdrawn_consents_and_ended_registrations_end_pauses(world, coordinator, youth):
    consent = world.consent(youth, (), "outreach_pause")
    held, other = world.pause(youth, 0, 20, consent), world.pause(youth, 30, 40)
    coordinator.event(f"/consents/{consent.json()['id']}", "withdrawn", if_match=consent)
    now = coordinator.get(f"/outreach-pauses/{held.json()['id']}").json()
    assert (now["status"], now["statusReason"]) == ("ended", "consent_withdrawn")
    past, = coordinator.get(f"/outreach-pauses/{held.json()['id']}/events").json()["data"]
    assert (past["type"], past["details"]) == ("ended", {"reason": "consent_withdrawn"})
    assert coordinator.get(f"/outreach-pauses/{other.json()['id']}").json()["status"] == "active"
    registration, = coordinator.get(f"/youths/{youth['id']}/registrations").json()["data"]
    coordinator.event(f"/youths/{youth['id']}/registrations/{registration['id']}", "ended", endDate=TODAY.isoformat(), exitReason="moved")
    now = coordinator.get(f"/outreach-pauses/{other.json()['id']}").json()
    assert (now["status"], now["statusReason"]) == ("ended", "left_target_group")


def test_what_a_coordinator_looks_for(world, coordinator, youth):
    ids = {last: world.pause(youth, first, last).json()["id"] for first, last in ((0, 40), (0, 5), (10, 20))}
    coordinator.event(f"/outreach-pauses/{ids[20]}", "ended")

    def found(**query):
        return [row["id"] for row in coordinator.pages("/outreach-pauses", youthId=youth["id"], **query)]
    assert found(sort="until") == [ids[5], ids[20], ids[40]]
    assert set(found(untilBefore=day(20))) == {ids[5], ids[20]} and found(untilBefore=day(19)) == [ids[5]]
    assert set(found(fromBefore=day(9))) == {ids[5], ids[40]} and len(found(fromBefore=day(10))) == 3
    assert found(status="ended") == [ids[20]] and found(status="expired") == []
    rows = coordinator.pages("/outreach-pauses", untilBefore=day(5), status="active")
    assert ids[5] in {row["id"] for row in rows}


def test_only_with_its_scope(caller, world, youth):
    path = f"/outreach-pauses/{world.pause(youth).json()['id']}"
    for client in (caller("caseworker"), caller("recipient"), caller(scope="youths:read outreach-attempts:read")):
        for one in ("/outreach-pauses", path, f"{path}/events"):
            client.get(one, 403)


def test_over_and_past_its_consent(world, coordinator, youth, sql, serving, contract, tokens):
    """A day later it has run out; one whose consent turns out to have ended is ended by night."""
    short = world.pause(youth, 0, 0).json()["id"]
    minor = world.youth(birthDate="2009-12-01", enrolments=[], compulsorySchoolEnded="2025-06-10")
    consent = world.consent(minor, (), "outreach_pause", givenByYouth=False, validUntil=None)
    long = world.pause(minor, 0, 30, consent).json()["id"]
    with sql.transaction():  # the register corrects the birth date
        towns.enter(sql, "0180")
        sql.execute("update base.youths set birth_date = %s where id = %s", [date(2008, 10, 21), minor["id"]])
    with serving(TODAY + timedelta(days=1)) as url:
        later = Client(url, contract, tokens.make("coordinator"))
        told = later.get(f"/outreach-pauses/{short}").json()
        assert told["status"] == "expired" and "ended" not in told["_links"]
        assert short in {row["id"] for row in later.pages("/outreach-pauses", status="expired")}
        assert later.get(f"/outreach-pauses/{long}").json()["status"] == "active"
        later.close()
    with serving(TODAY + timedelta(days=1), after_night=True) as url:
        later = Client(url, contract, tokens.make("coordinator"))
        told = later.get(f"/outreach-pauses/{long}").json()
        assert (told["status"], told["statusReason"]) == ("ended", "consent_withdrawn")
        later.close()
