"""Before the 20th birthday: who it is, an information letter to them all, and a hand-over for those who want to go on."""
from datetime import date, timedelta

import pytest
import towns
from kaa_client import Client

pytestmark = pytest.mark.database

TODAY = date(2026, 11, 16)
SOON = TODAY + timedelta(days=60)
CHOICE = {"turningTwentyBefore": SOON.isoformat(), "informedOfTurningTwenty": False}


def twenty_in(world, days, **changes):
    day = TODAY + timedelta(days=days)
    return world.youth(birthDate=day.replace(year=day.year - 20).isoformat(), **changes)


@pytest.fixture(scope="module")
def turning(world):
    """Two who turn 20 soon; and others who do not get the letter."""
    twenty_in(world, 61)
    twenty_in(world, 30, protection="confidentiality_marking")
    twenty_in(world, 30, address=None)
    return [twenty_in(world, 60), twenty_in(world, 10)]


def plan(coordinator, **filters):
    return {row["youthId"]: row for row in coordinator.pages("/outreach-plan", **filters)}


def batch(coordinator):
    return coordinator.post("/outreach-batches", {"name": "Information inför 20 år", "channel": "letter", "purpose": "turning_20",
                                                  "filter": CHOICE, "staff": ["anna@example.com"]})


def test_from_the_letter_to_the_hand_over(turning, world, coordinator, caller, serving, contract, tokens):
    late, early = (one["id"] for one in turning)
    before = plan(coordinator)
    made = batch(coordinator)
    assert made.json()["count"] == 2
    path = f"/outreach-batches/{made.json()['id']}"
    coordinator.event(path, "planned", if_match=made, expectedCount=2)
    assert plan(coordinator, informedOfTurningTwenty="true") == {}, "a plan informs nobody"
    letters = {row["attemptId"]: row["name"] for row in coordinator.get(f"{path}/addresses").json()["data"]}
    assert len(letters) == 2
    coordinator.event(path, "sent", at=f"{TODAY}T08:00:00Z")

    after = plan(coordinator)
    assert set(plan(coordinator, informedOfTurningTwenty="true")) == {late, early}
    for one in (late, early):  # the outreach goes on as it was
        assert (after[one]["step"], after[one]["dueDate"], after[one]["attempts"]) == (before[one]["step"], before[one]["dueDate"], 0)
    assert batch(coordinator).json()["count"] == 0, "each is informed once"

    attempt, = coordinator.pages("/outreach-attempts", youthId=early, purpose="turning_20")
    assert attempt["id"] in letters and attempt["status"] == "sent"
    told = coordinator.post(f"{path}/results", {"results": [{"attemptId": attempt["id"], "type": "reached"}]}, 200)
    assert told.json()["data"] == [{"attemptId": attempt["id"], "status": "reached"}]
    assert (plan(coordinator)[early]["step"], plan(coordinator)[late]["step"]) == ("follow_up", before[late]["step"])

    referral = world.referral(turning[1], "adult-unit", message="Vill fortsätta söka praktik.")
    sent = coordinator.event(f"/referrals/{referral.json()['id']}", "sent", if_match=referral)
    unit = caller("recipient", recipients=[towns.id_of("0180", "recipient", "adult-unit")])
    assert unit.get(f"/received-referrals/{sent.json()['id']}").json()["message"] == "Vill fortsätta söka praktik."

    birthday = TODAY + timedelta(days=10)
    with serving(birthday, after_night=True) as url:
        then = Client(url, contract, tokens.make("coordinator"))
        youth = then.get(f"/youths/{early}").json()
        assert (youth["status"], youth["registration"]["exitReason"], youth["registration"]["endDate"]) == (
            "ended", "turned_20", birthday.isoformat())
        timeline = then.get(f"/youths/{early}/timeline").json()["data"]
        shown = {(row["resource"], row["type"]) for row in timeline if row["resource"] in ("outreach-attempts", "referrals")}
        assert shown == {("outreach-attempts", "planned"), ("outreach-attempts", "sent"), ("outreach-attempts", "reached"),
                         ("referrals", "draft"), ("referrals", "sent")}
        Client(url, contract, tokens.make("recipient", recipients=[towns.id_of("0180", "recipient", "adult-unit")])).event(
            f"/received-referrals/{sent.json()['id']}", "accepted")
        assert early not in plan(then) and late in plan(then)
        then.close()
