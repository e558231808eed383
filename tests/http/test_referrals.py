"""Referrals: which of them wait for an answer, the recipient's own reference, and the hand-over before and after 20."""
from datetime import date, timedelta

import people
import pytest
import towns
from kaa_client import Client

pytestmark = pytest.mark.database

TODAY = date(2026, 11, 20)


def day(n):
    return (TODAY + timedelta(days=n)).isoformat()


@pytest.fixture(scope="module")
def youth(world):
    return world.youth()


@pytest.fixture
def send(world, youth, coordinator):
    """The path of a referral that was sent, at the sender's side and the recipient's."""
    def one(respond_by=None, name="vera"):
        made = world.referral(youth, name, world.consent(youth, [name], "crm" if name == "vera" else "sharing"),
                              **({"respondBy": respond_by} if respond_by else {})).json()["id"]
        coordinator.event(f"/referrals/{made}", "sent")
        return made
    return one


def test_the_list_of_what_is_unanswered(send, coordinator, vera, serving, contract, tokens):
    """In the order in which answers are due; overdue from the day after, on both sides."""
    late, soon, never, answered = send(day(2)), send(day(1)), send(), send(day(1))
    vera.event(f"/received-referrals/{soon}", "received")
    vera.event(f"/received-referrals/{answered}", "declined", reason="Fullt i höst")
    asked = {"unanswered": "true", "sort": "respondBy"}
    for path, client in (("/referrals", coordinator), ("/received-referrals", vera)):
        assert [row["id"] for row in client.pages(path, **asked)] == [soon, late, never]
        assert [row["id"] for row in client.pages(path, limit=1, **asked)] == [soon, late, never]
        assert [row["id"] for row in client.pages(path, respondBefore=day(1), **asked)] == [soon]
        assert client.pages(path, overdue="true") == []
        assert answered in {row["id"] for row in client.pages(path, unanswered="false")}
    with serving(TODAY + timedelta(days=2)) as url:
        for path, token in (("/referrals", tokens.make("coordinator")),
                            ("/received-referrals", tokens.make("crm-system", sub="vera", recipientSystem="vera"))):
            client = Client(url, contract, token)
            assert [row["id"] for row in client.pages(path, overdue="true")] == [soon]
            rows = {row["id"]: row["overdue"] for row in client.pages(path)}
            assert [rows[one] for one in (late, soon, never, answered)] == [False, True, False, False]


def test_the_recipients_own_reference(send, coordinator, vera):
    """With any event, and amended by any later one."""
    one = send()
    for event, members in (("received", {}), ("accepted", {}), ("started", {}), ("completed", {"result": "Praktik"})):
        reference = f"VERA-{event}"
        vera.event(f"/received-referrals/{one}", event, externalReference=reference, **members)
        assert coordinator.get(f"/referrals/{one}").json()["externalReference"] == reference
        assert vera.get(f"/received-referrals/{one}").json()["externalReference"] == reference
    for events in (("declined",), ("accepted", "interrupted")):
        one = send()
        for event in events:
            members = {} if event == "accepted" else {"reason": "Fullt", "externalReference": "V-2"}
            vera.event(f"/received-referrals/{one}", event, **members)
        told = coordinator.get(f"/referrals/{one}").json()
        assert (told["statusReason"], told["externalReference"]) == ("Fullt", "V-2")


def test_after_sending_only_the_reference_changes(send, coordinator):
    one = f"/referrals/{send()}"
    assert coordinator.patch(one, {"externalReference": "A-1"}, if_match="*").json()["externalReference"] == "A-1"
    for member in ({"message": "Nytt"}, {"reason": "Nytt"}, {"respondBy": day(9)}):
        assert coordinator.patch(one, member, 409, if_match="*").json()["code"] == "facts-are-fixed"


@pytest.mark.parametrize("age", ["about to turn 20", "turned 20"])
def test_hand_over_to_the_adult_unit(world, serving, contract, tokens, age):
    """Without a consent, on the unit's own ground; the unit learns of the registration, also when it has ended."""
    birth = TODAY.replace(year=TODAY.year - 20) + timedelta(days=10)
    number = people.number(birth, 30 + len(age))
    youth = world.youth(birthDate=birth.isoformat(), personalNumber=number)
    before = age == "about to turn 20"
    with serving(TODAY + timedelta(days=9 if before else 10), after_night=not before) as url:
        staff = Client(url, contract, tokens.make("coordinator"))
        unit = Client(url, contract, tokens.make("recipient", recipients=[towns.id_of("0180", "recipient", "adult-unit")]))
        officer = Client(url, contract, tokens.make("data-protection-officer"))
        assert staff.get(f"/youths/{youth['id']}").json()["status"] == ("active" if before else "ended")
        made = staff.post("/referrals", {"youthId": youth["id"], "recipientId": world.recipient("adult-unit"),
                                         "reason": "Vill ha fortsatt stöd", "message": "Ring gärna."})
        sent = staff.event(f"/referrals/{made.json()['id']}", "sent", if_match=made).json()
        assert "consentId" not in sent
        disclosed, = officer.pages("/disclosures", youthId=youth["id"])
        assert (disclosed["ground"], disclosed["resourceId"]) == ("OSL 10:27", sent["id"])
        assert set(disclosed["shares"]) == {"identity", "contact", "registration", "message"}
        seen = unit.get(f"/received-referrals/{sent['id']}").json()
        assert (seen["identity"]["personalNumber"], seen["message"]) == (number, "Ring gärna.")
        assert seen["registration"].get("exitReason") == (None if before else "turned_20")
        for event, members in (("accepted", {}), ("started", {}), ("completed", {"result": "Fortsatt stöd"})):
            assert unit.event(f"/received-referrals/{sent['id']}", event, **members).json()["status"] == event
