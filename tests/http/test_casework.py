"""Casework as front ends see it: the work list's counts, the timeline, revisions, and sensitive recipients."""
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
