"""Youths by hand: entering one, what casework may change, their parts, and finding them."""
from datetime import timedelta
from itertools import count

import people
import pytest
import towns


serials = count()


@pytest.fixture
def entered(coordinator, today):
    """One entered by staff."""
    birth = people.birthday(today, 17, days=350)
    number = people.number(birth, next(serials))
    return coordinator.post("/youths", {
        "personalNumber": number, "givenName": "Robinprov", "familyName": "Provlund", "birthDate": birth.isoformat(),
        "sex": "female", "districtId": towns.id_of("0180", "district", "farsta"), "phones": ["+46701740606"],
        "guardians": [{"name": "Kimprov Provlund", "phone": "070-1740607"}],
        "registration": {"startDate": today.isoformat(), "reason": "unknown"}})


def test_entering_a_youth(entered, coordinator):
    youth = entered.json()
    assert youth["status"] == "active" and youth["numberType"] == "temporary"
    assert youth["registration"]["reason"] == "unknown" and youth["occupation"]["code"] == "unknown"
    assert youth["unitId"] == towns.id_of("0180", "unit", "syd") and youth["outreach"]["step"]
    assert coordinator.get(f"/youths/{youth['id']}").json() == youth


def test_a_number_is_taken_once(entered, coordinator, today):
    number = entered.json()["personalNumber"]
    again = {"personalNumber": number, "givenName": "Kimprov", "familyName": "Provlund",
             "registration": {"startDate": today.isoformat(), "reason": "unknown"}}
    answer = coordinator.post("/youths", again, 409)
    assert answer.json()["code"] == "number-taken" and number not in answer.text


def test_official_and_wrong_numbers(coordinator, official_numbers, today):
    number = next(one for one in official_numbers if one.startswith("2008"))
    body = {"givenName": "Kimprov", "familyName": "Provlund",
            "registration": {"startDate": today.isoformat(), "reason": "unknown"}}
    made = coordinator.post("/youths", {**body, "personalNumber": number}).json()
    assert made["numberType"] == "personal"
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    for one, code in ((wrong, "invalid-check-digit"), (number[2:], "ten-digit-number"),
                      (number[2:8] + "-" + number[8:], "ten-digit-number"), ("20080101tf01", "invalid-number"),
                      (number[:8] + "0005", "invalid-number"), ("", "invalid-number")):
        answer = coordinator.post("/youths", {**body, "personalNumber": one}, 400)
        found = {error["pointer"]: error["code"] for error in answer.json()["errors"]}
        assert found["/personalNumber"] == code or not one, one


def test_the_register_s_members_are_not_casework_s(entered, coordinator):
    path = f"/youths/{entered.json()['id']}"
    for member, value in (("givenName", "Kimprov"), ("birthDate", "2008-01-01"), ("personalNumber", "20080101TF99"),
                          ("protection", "none"), ("districtId", None), ("address", {"kind": "registered"}),
                          ("status", "ended"), ("unitId", None), ("outreach", None)):
        answer = coordinator.patch(path, {member: value}, 400, if_match=entered)
        assert answer.json()["errors"][0]["pointer"] == f"/{member}", member


def test_casework_s_members(entered, coordinator):
    path = f"/youths/{entered.json()['id']}"
    now = coordinator.patch(path, {
        "phones": ["+46701740608", "070-1740609"], "email": f"a@{people.MAIL}", "externalIds": {"vera": "1", "x": "2"},
        "contactAddress": {"street": "Provvägen 2", "city": "Provköping"}}, if_match=entered)
    assert now.json()["phones"] == ["+46701740608", "070-1740609"]
    now = coordinator.patch(path, {"email": None, "externalIds": {"x": None}, "contactAddress": {"careOf": "Kimprov"},
                                   "guardians": []}, if_match=now)
    body = now.json()
    assert "email" not in body and body["externalIds"] == {"vera": "1"} and body["guardians"] == []
    assert body["contactAddress"] == {"street": "Provvägen 2", "city": "Provköping", "careOf": "Kimprov"}


def test_numbers_need_their_scope(entered, caller):
    plain = caller(scope="youths:read")
    one = plain.get(f"/youths/{entered.json()['id']}").json()
    assert "personalNumber" not in one and one["givenName"] == "Robinprov"
    plain.get(f"/youths/{entered.json()['id']}/identity-numbers", 403)
    assert all("personalNumber" not in row for row in plain.pages("/youths"))


def test_entering_needs_the_sight_of_protected_persons(caller, today):
    body = {"personalNumber": people.number(people.birthday(today, 17, 349), 1), "givenName": "Kimprov",
            "familyName": "Provlund", "registration": {"startDate": today.isoformat(), "reason": "unknown"}}
    answer = caller("caseworker").post("/youths", body, 403)
    assert "protected:read" in answer.text


def test_finding_in_the_order_asked(world, register):
    numbers = [youth["row"]["personalNumber"] for youth in world.youths(3)]
    asked = [numbers[2], "20080101ZZ98", numbers[0]]
    found = register.post("/youth-lookups", {"personalNumbers": asked}, 200).json()["data"]
    assert [(entry["personalNumber"], entry["found"]) for entry in found] == [
        (asked[0], True), (asked[1], False), (asked[2], True)]
    assert found[0]["youth"]["href"].endswith(found[0]["youth"]["id"])
    for wrong in ({}, {"personalNumbers": []}, {"personalNumbers": ["1"]}, {"personalNumbers": [numbers[0]] * 2},
                  {"personalNumbers": [people.number(people.birthday(world.today, 17), one) for one in range(101)]}):
        register.post("/youth-lookups", wrong, 400)


def test_parts_of_a_youth(entered, coordinator, today):
    path = f"/youths/{entered.json()['id']}"
    made = coordinator.post(f"{path}/assignments", {"staff": "anna@example.com"})
    one = f"{path}/assignments/{made.json()['id']}"
    assert coordinator.get(path).json()["assignments"][0]["staff"] == "anna@example.com"
    coordinator.patch(one, {"to": (today - timedelta(days=1)).isoformat()}, 422, if_match=made)
    coordinator.patch(one, {"to": today.isoformat()}, if_match=made)
    work = coordinator.post(f"{path}/occupations", {"code": "work", "reviewDate": (today + timedelta(days=9)).isoformat()})
    assert coordinator.get(f"{path}/occupations/{work.json()['id']}").json()["code"] == "work"
    assert coordinator.get(path).json()["occupation"]["code"] == "work"
    registration = coordinator.get(f"{path}/registrations").json()["data"][0]
    whole = coordinator.get(f"{path}/registrations/{registration['id']}")
    patched = coordinator.patch(f"{path}/registrations/{registration['id']}", {"reason": "dropout"}, if_match=whole)
    assert patched.json()["reason"] == "dropout"
    overlapping = {"startDate": today.isoformat(), "reason": "unknown"}
    answer = coordinator.post(f"{path}/registrations", overlapping, 409)
    assert answer.json()["code"] in ("registrations-overlap", "one-open-registration")
    assert coordinator.get(f"{path}/identity-numbers").json()["data"][0]["current"] is True
    assert coordinator.get(f"{path}/evaluations").json()["data"] == []


def test_registrations_follow_each_other(entered, coordinator, today):
    path = f"/youths/{entered.json()['id']}"
    registration = coordinator.get(f"{path}/registrations").json()["data"][0]
    attempt = coordinator.post("/outreach-attempts", {
        "youthId": entered.json()["id"], "purpose": "outreach", "channel": "phone", "staff": ["anna"]}).json()
    coordinator.event(f"{path}/registrations/{registration['id']}", "ended", endDate=today.isoformat(),
                      exitReason="national_programme")
    assert coordinator.get(path).json()["status"] == "ended"
    assert coordinator.get(f"/outreach-attempts/{attempt['id']}").json()["status"] == "cancelled"
    coordinator.post("/outreach-attempts", {"youthId": entered.json()["id"], "purpose": "outreach",
                                            "channel": "phone", "staff": ["anna"]}, 422)
    made = coordinator.post(f"{path}/registrations", {"startDate": today.isoformat(), "reason": "dropout"})
    assert made.json()["status"] == "open" and coordinator.get(path).json()["status"] == "active"


def test_my_youths(entered, coordinator, caller):
    me = caller("caseworker", sub="me@example.com")
    coordinator.post(f"/youths/{entered.json()['id']}/assignments", {"staff": "me@example.com"})
    assert [row["id"] for row in me.pages("/youths", assignedTo="me")] == [entered.json()["id"]]


def test_plans_that_change(world, coordinator, today):
    """What is still planned may be changed, each by its own PATCH."""
    youth = world.youth()
    attempt = world.attempt(youth)
    changed = coordinator.patch(f"/outreach-attempts/{attempt.json()['id']}", {"note": "Ring efter tre"}, if_match=attempt)
    assert changed.json()["note"] == "Ring efter tre"
    measure = world.measure(youth)
    days = [(today + timedelta(days=9)).isoformat()]
    changed = coordinator.patch(f"/measures/{measure.json()['id']}", {"followUpDates": days}, if_match=measure)
    assert changed.json()["followUpDates"] == days
    revisions = coordinator.get(f"/measures/{measure.json()['id']}/revisions").json()["data"]
    assert len(revisions) == 2
    sip = world.sip_request(youth)
    changed = coordinator.patch(f"/sip-requests/{sip.json()['id']}", {"responsible": "bo@example.com"}, if_match=sip)
    assert changed.json()["responsible"] == "bo@example.com"
    referral = world.referral(youth)
    changed = coordinator.patch(f"/referrals/{referral.json()['id']}", {"message": "Nytt"}, if_match=referral)
    assert changed.json()["message"] == "Nytt"
