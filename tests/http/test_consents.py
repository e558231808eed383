"""Consents: who must give them, and that one that has run out is over at the moment, before any night's work."""
from datetime import date, timedelta

import people
import pytest
from kaa_client import Client

pytestmark = pytest.mark.database

TODAY = date(2026, 11, 20)
GIVEN = "2026-11-19T10:00:00Z"
KIM, LO = "Kimprov Fiktivsson", "Britaprov Fiktivsson"


@pytest.fixture(scope="module")
def minor(world, coordinator):
    youth = world.youth()
    coordinator.patch(f"/youths/{youth['id']}", {"guardians": [{"name": KIM}, {"name": LO}]}, if_match="*")
    return youth


@pytest.fixture(scope="module")
def adult(world):
    birth = people.birthday(TODAY, 18)
    return world.youth(birthDate=birth.isoformat(), personalNumber=people.number(birth, 7))


@pytest.fixture
def consents(world, coordinator):
    """The code of the refusal of such a consent, or None."""
    def give(youth, by_youth, *guardians):
        body = {"youthId": youth["id"], "purpose": "sharing", "recipientIds": [world.recipient("social-services")],
                "medium": "oral", "givenAt": GIVEN, "givenByYouth": by_youth,
                "guardians": [{"name": name, "givenAt": GIVEN} for name in guardians]}
        answer = coordinator.post("/consents", body, None)
        assert answer.status_code in (201, 422), answer.text
        return answer.json().get("code")
    return give


@pytest.fixture
def policy(administrator):
    def set_(who):
        administrator.patch("/municipalities/0180", {"policy": {"guardianConsent": who}}, if_match="*")
    yield set_
    set_(None)


def test_one_guardian_is_enough(minor, consents, policy):
    policy("one")
    assert consents(minor, False, KIM) is None
    assert consents(minor, False, KIM, LO) is None
    assert consents(minor, False) == "consent-given-by-nobody"
    assert consents(minor, False, KIM, KIM.upper()) == "guardian-twice"


def test_all_guardians_are_needed(minor, consents, policy, world):
    policy("all")
    assert consents(minor, False, KIM) == "guardian-missing"
    assert consents(minor, False, KIM, "Annikaprov Fiktivsson") == "guardian-missing"
    assert consents(minor, False, LO, KIM) is None
    assert consents(minor, True, KIM) is None and consents(minor, True) is None
    assert consents(world.youth(), False, KIM) is None  # no guardian is known


@pytest.mark.parametrize("who", ["one", "all"])
def test_from_18_nobody_but_the_youth(adult, consents, policy, who):
    policy(who)
    assert consents(adult, True) is None
    assert consents(adult, True, KIM) == consents(adult, False, KIM) == "guardian-of-adult"
    assert consents(adult, False) == "consent-given-by-nobody"


@pytest.mark.parametrize("why", ["validUntil", "18th birthday"])
def test_what_has_run_out_is_over_at_the_moment(world, coordinator, vera, serving, contract, tokens, why):
    """Shown so, nothing is released on it or seen by it any more; the night then cancels what waited."""
    birth = TODAY.replace(year=TODAY.year - 18) + timedelta(days=5)
    youth = world.youth(birthDate=birth.isoformat(), personalNumber=people.number(birth, 20 if why == "validUntil" else 21))
    ends = {"validUntil": (TODAY + timedelta(days=4)).isoformat()}
    by_guardian = {"givenByYouth": False, "validUntil": None}
    consent = world.consent(youth, ["vera"], "crm", **(ends if why == "validUntil" else by_guardian))
    one = f"/consents/{consent.json()['id']}"
    sent, received, draft = (world.referral(youth, "vera", consent).json()["id"] for _ in range(3))
    for referral in (sent, received):
        coordinator.event(f"/referrals/{referral}", "sent")
    vera.event(f"/received-referrals/{received}", "received")

    def callers(url):
        return (Client(url, contract, tokens.make("coordinator")),
                Client(url, contract, tokens.make("crm-system", sub="vera", recipientSystem="vera")))

    with serving(TODAY + timedelta(days=4)) as url:
        staff, recipient = callers(url)
        assert staff.get(one).json()["status"] == "active" and "withdrawn" in staff.get(one).json()["_links"]
        recipient.get(f"/received-referrals/{sent}")
    with serving(TODAY + timedelta(days=5)) as url:
        staff, recipient = callers(url)
        seen = staff.get(one)
        assert seen.json()["status"] == "expired" and "withdrawn" not in seen.json()["_links"]
        assert [row["id"] for row in staff.pages("/consents", youthId=youth["id"], status="expired")] == [consent.json()["id"]]
        refused = staff.event(one, "withdrawn", 409, seen).json()
        assert (refused["code"], refused["currentStatus"], refused["allowed"]) == ("transition-not-allowed", "expired", [])
        for referral in (sent, received):
            recipient.get(f"/received-referrals/{referral}", 404)
            recipient.event(f"/received-referrals/{referral}", "accepted", 404, if_match="*")
        refused = staff.event(f"/referrals/{draft}", "sent", 422).json()
        assert refused["code"] == "consent-missing" and "paus" not in refused["detail"]  # a code has the same words everywhere
    with serving(TODAY + timedelta(days=5), after_night=True) as url:
        staff, _ = callers(url)
        for referral in (sent, received, draft):
            told = staff.get(f"/referrals/{referral}").json()
            assert (told["status"], told["statusReason"]) == ("cancelled", "consent_withdrawn")
        assert len(staff.pages(f"/youths/{youth['id']}/timeline", resource="consents")) == 1


def test_one_of_a_hidden_youth_is_hidden(world, caller, coordinator):
    one = world.consent(world.youth(protection="confidentiality_marking")).json()["id"]
    coordinator.get(f"/consents/{one}")
    plain = caller("caseworker")
    plain.get(f"/consents/{one}", 404)
    plain.event(f"/consents/{one}", "withdrawn", 404, if_match="*")
    assert one not in {row["id"] for row in plain.pages("/consents")}
