"""Casework as front ends see it: the work list's counts, the timeline, revisions, and sensitive recipients."""
from datetime import timedelta

import pytest

import towns


@pytest.fixture(scope="module")
def youth(world):
    return world.youth()


def test_counts_follow_the_list(world, coordinator, youth):
    letter = world.attempt(youth, "letter")
    coordinator.event(f"/outreach-attempts/{letter.json()['id']}", "sent", if_match=letter)
    rows = list(coordinator.pages("/outreach-plan"))
    counts = {row["step"]: row["count"] for row in coordinator.get("/outreach-plan/counts").json()["data"]}
    assert counts["further_letter"] >= 1  # the letter is sent, and no number is known
    assert counts == {step: sum(row["step"] == step for row in rows) for step in {row["step"] for row in rows}}


def test_the_timeline_is_newest_first(coordinator, caller, youth):
    rows = coordinator.get(f"/youths/{youth['id']}/timeline").json()["data"]
    times = [row["at"] for row in rows]
    assert times == sorted(times, reverse=True)
    assert {"registrations", "occupations", "outreach-attempts"} <= {row["resource"] for row in rows}
    bare = caller(scope="youths:read").get(f"/youths/{youth['id']}/timeline").json()["data"]
    assert {row["resource"] for row in bare} <= {"registrations", "occupations", "assignments"}


def test_every_revision_is_kept(world, coordinator, youth):
    made = world.measure(youth, followUpDates=["2026-12-01"])
    path = f"/measures/{made.json()['id']}"
    coordinator.patch(path, {"goal": "Nytt mål", "followUpDates": None}, 200, if_match=made)
    first, second = coordinator.get(f"{path}/revisions").json()["data"]
    assert (first["revision"], first["followUpDates"]) == (1, ["2026-12-01"])
    assert (second["revision"], second["goal"], second["followUpDates"]) == (2, "Nytt mål", [])


@pytest.mark.parametrize("resource", ["referrals", "sip-requests"])
def test_a_sensitive_recipient_selects_nobody(coordinator, youth, resource):
    """dataskyddslagen 3:3: not by filter, count, list; only where the youth is given."""
    psychiatry = towns.id_of("0180", "recipient", "psychiatry")
    search = f"/{resource}?recipientId={psychiatry}"
    assert coordinator.get(search, 400).json()["code"] == "sensitive-search"
    assert coordinator.get(f"{search}&count=true", 400).json()["code"] == "sensitive-search"
    both = f"{search},{towns.id_of('0180', 'recipient', 'vera')}"
    assert coordinator.get(both, 400).json()["code"] == "sensitive-search"
    coordinator.get(f"/{resource}?recipientId={towns.id_of('0180', 'recipient', 'vera')}")
    body = {"youthId": youth["id"]}
    if resource == "referrals":
        body |= {"recipientId": psychiatry, "reason": "Stöd"}
    else:
        body |= {"addressees": [{"recipientId": psychiatry}]}
    before = coordinator.get(f"/{resource}?count=true").json()["_meta"]["totalRecords"]
    made = coordinator.post(f"/{resource}", body, 201).json()["id"]
    assert coordinator.get(f"/{resource}?count=true").json()["_meta"]["totalRecords"] == before
    assert made not in {row["id"] for row in coordinator.pages(f"/{resource}")}
    assert made in {row["id"] for row in coordinator.pages(f"{search}&youthId={youth['id']}")}
    assert made in {row["resourceId"] for row in coordinator.pages(f"/youths/{youth['id']}/timeline")}
    assert made not in {row["id"] for row in coordinator.get("/changes?limit=1000").json()["data"]}


def test_follow_ups_that_are_due(world, coordinator, today):
    """The first day after the last follow-up that was held, in order, while the measure is open."""
    youth = world.youth()
    days = [(today + timedelta(days=n)).isoformat() for n in (-3, 4, 30)]

    def due(before, **more):
        return [row["id"] for row in coordinator.pages("/measures", youthId=youth["id"], sort="followUp", followUpBefore=before, **more)]

    later, over, first = (world.measure(youth, followUpDates=some).json()["id"] for some in (days[1:], days, days[::-1]))
    world.measure(youth)
    assert due(days[0]) == sorted([over, first]) and due(days[1])[-1] == later and len(due(days[2])) == 3
    assert due(days[1], limit=1)[-1] == later
    coordinator.event(f"/measures/{over}", "declined")
    assert due(today.isoformat()) == [first]
    for event in ("planned", "started"):
        coordinator.event(f"/measures/{first}", event)
        assert due(today.isoformat()) == [first]
    held = coordinator.patch(f"/measures/{first}", {"followedUpOn": today.isoformat()}, if_match="*").json()
    assert (held["nextFollowUp"], due(today.isoformat())) == (days[1], [])
    assert due(days[1]) == sorted([first, later])
    coordinator.event(f"/measures/{first}", "ended", endReason="completed_goal_reached")
    assert due(days[2]) == [later] and "nextFollowUp" not in coordinator.get(f"/measures/{first}").json()
    assert len(coordinator.pages("/measures", youthId=youth["id"], sort="followUp")) == 4


def test_a_measure_names_no_unit_that_is_not_in_force(world, administrator, coordinator, today):
    youth = world.youth()
    over = administrator.post("/units", {"name": "Nedlagd", "administration": "education", "validFrom": "2020-01-01",
                                         "validTo": (today - timedelta(days=1)).isoformat()}).json()["id"]
    assert coordinator.post("/measures", {"youthId": youth["id"], "type": "coaching", "unitId": over}, 422).json()["code"] == "unit-not-in-force"
    made = world.measure(youth)
    assert coordinator.patch(f"/measures/{made.json()['id']}", {"unitId": over}, 422, if_match=made).json()["code"] == "unit-not-in-force"
