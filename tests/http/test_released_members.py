"""What a recipient sees is what the consent released, and nothing else: for every set of `shares` that there is.

A member of received-referrals or received-sip-requests that is not named here fails the test: of each somebody must
have said whether it is the recipient's to see at all times, or with which share.
"""
import json
from itertools import combinations

import pytest

import people
import towns

pytestmark = pytest.mark.database
RECIPIENT = towns.id_of("0180", "recipient", "social-services")
SHARES = ("identity", "contact", "guardians", "registration", "measures", "message")
SUBSETS = [frozenset(some) for size in range(1, 7) for some in combinations(SHARES, size)]
STREET = {"kind": "registered", "street": "Provvägen 7", "careOf": "c/o Provlund", "postalCode": "12345", "city": "Provköping"}
POST = {"street": "Exempelstigen 9", "careOf": "c/o Testdotter", "postalCode": "12346", "city": "Påhittstad"}
GUARDIANS = [{"name": "Gustavprov Fiktivsson", "phone": people.PHONES[8], "email": "gustavprov@provpost.example"}]
PHONES = list(people.PHONES[6:8])
PLAIN = {"registered", "ended"}  # words that stand elsewhere, too
SENT = [({"id", "type", "at"}, "sent")]
PURPOSES = {"referrals": "sharing", "sip-requests": "sip"}
# What is not of the youth: the referral or request itself, seen at all times, and what comes of it later.
ROW = {"id", "version", "createdAt", "createdBy", "modifiedAt", "modifiedBy", "_links", "status", "recipientId", "sentAt"}
OWN = {
    "referrals": ROW | {"respondBy", "overdue"},
    "sip-requests": ROW | {"requestId", "requestStatus", "initiatedBy", "meetingAt", "responsible", "participants"},
}
LATER = {
    "referrals": {"receivedAt", "answeredAt", "startedAt", "endedAt", "statusReason", "result", "externalReference", "consentEndedAt"},
    "sip-requests": {"answeredAt", "statusReason", "consentEndedAt"},
}
CONSENTS = """insert into base.consents (youth_id, purpose, recipient_ids, shares, given_by_youth, medium, given_at)
  select %s, %s, array[%s]::uuid[], string_to_array(s, ' '), true, 'oral', base.now() - interval '1 day' from unnest(%s::text[]) s
  returning id, shares"""
DRAFTS = {
    "referrals": "insert into base.referrals (youth_id, recipient_id, reason, message, respond_by, consent_id)"
                 " values (%s, %s, 'Vill ha stöd', 'Ring helst sent', base.today(), %s) returning id",
    "sip-requests": "insert into base.sip_requests (youth_id, invited, consent_id, participants, responsible, meeting_at)"
                    " values (%s, jsonb_build_array(jsonb_build_object('recipientId', %s::text)), %s, '{Studievägledare}', 'KAA Syd', base.now())"
                    " returning id",
}




@pytest.fixture(scope="module")
def youth(world, coordinator, today):
    """One of whom all is known that can be released, each word of it standing for one share alone."""
    day = today.isoformat()
    number = people.number(people.birthday(today, 17), 77)
    registration = {"startDate": day, "reason": "dropout", "latestSchool": "Provgymnasiet", "latestProgramme": "Byggprov"}
    made = coordinator.post("/youths", {
        "personalNumber": number, "numberType": "temporary", "birthDate": people.birthday(today, 17).isoformat(), "registration": registration,
        "givenName": "Dagnyprov", "familyName": "Exempelgren", "address": STREET, "contactAddress": POST, "guardians": GUARDIANS,
        "phones": PHONES, "email": "dagnyprov@provpost.example"})
    one = made.json()
    measure = world.measure(one, provider="Provverkstaden")
    path = f"/measures/{measure.json()['id']}"
    coordinator.event(path, "started", startDate=day)
    coordinator.event(path, "ended", endDate=day, endReason="completed_goal_reached")
    path = f"/youths/{one['id']}/registrations"
    coordinator.event(f"{path}/{coordinator.get(path).json()['data'][0]['id']}", "ended", endDate=day, exitReason="registered_in_error")
    return one["id"], {
        "identity": {"identity": {"personalNumber": number, "givenName": "Dagnyprov", "familyName": "Exempelgren",
                                  "birthDate": people.birthday(today, 17).isoformat()}},
        "contact": {"contact": {"phones": PHONES, "email": "dagnyprov@provpost.example", "address": STREET, "contactAddress": POST}},
        "guardians": {"guardians": GUARDIANS},
        "registration": {"registration": {**registration, "endDate": day, "exitReason": "registered_in_error"}},
        "measures": {"measures": [{"type": "coaching", "status": "ended", "provider": "Provverkstaden", "startDate": day, "endDate": day,
                                   "endReason": "completed_goal_reached"}]},
        "message": {"message": "Ring helst sent", "reason": "Vill ha stöd"}}


def told(share):
    """Every word and number that a share releases."""
    if isinstance(share, dict):
        return {word for member in share.values() for word in told(member)}
    return {word for member in share for word in told(member)} if isinstance(share, list) else {share}


@pytest.fixture(params=OWN)
def resource(request):
    return request.param


def members(contract, schema):
    """The members that the contract declares, and of each that has some its own."""
    declared = contract.follow(schema)
    declared = contract.follow(declared.get("items", declared))
    return {name: members(contract, one) for name, one in declared.get("properties", {}).items()}


def shape(value):
    """The same of a value."""
    if isinstance(value, list):
        value = value[0]
    return {name: shape(one) for name, one in value.items()} if isinstance(value, dict) else {}


def test_every_member_is_placed(contract, youth, resource):
    """Of each member that the contract declares it stands here when it is seen; of those released, also the inner ones."""
    operation, _ = contract.find("GET", f"/kaa/v1/received-{resource}/{youth[0]}")
    declared = members(contract, operation.spec["responses"]["200"]["content"]["application/json"]["schema"])
    shares = {name: shape(value) for name, share in youth[1].items() if (name, resource) != ("message", "sip-requests")
              for name, value in share.items()}
    assert set(declared) == OWN[resource] | LATER[resource] | set(shares)
    assert {name: declared[name] for name in shares} == shares


def send_all(sql, coordinator, youth, resource):
    """{id of what was sent: shares}, for each set of shares one."""
    with sql.transaction():
        towns.enter(sql, "0180")
        consents = sql.execute(CONSENTS, [youth, PURPOSES[resource], RECIPIENT, [" ".join(some) for some in SUBSETS]]).fetchall()
        drafts = {str(sql.execute(DRAFTS[resource], [youth, RECIPIENT, consent]).fetchone()[0]): frozenset(shares)
                  for consent, shares in consents}
    for one in drafts:
        coordinator.event(f"/{resource}/{one}", "sent", if_match='"1-any"')
    assert set(drafts.values()) == set(SUBSETS) and len(drafts) == 63
    return drafts


def test_each_set_of_shares(sql, coordinator, caller, youth, resource):
    """The list, the single one and its events hold what the set releases, and no word of the rest."""
    her, known = youth
    drafts = send_all(sql, coordinator, her, resource)
    recipient = caller("recipient", recipients=[RECIPIENT])
    rows = recipient.pages(f"/received-{resource}")
    assert len(rows) == 63
    for row in rows:
        shares = drafts[row["requestId"] if resource == "sip-requests" else row["id"]]
        path = f"/received-{resource}/{row['id']}"
        released = {name: value for share in shares for name, value in known[share].items() if resource == "referrals" or share != "message"}
        single, events = recipient.get(path), recipient.get(f"{path}/events")
        for seen in (row, single.json()):
            assert set(seen) == OWN[resource] | set(released), sorted(shares)
            assert {name: seen[name] for name in released} == released, sorted(shares)
        assert [(set(event), event["type"]) for event in events.json()["data"]] == SENT
        kept = set().union(*(told(known[share]) for share in SHARES if share not in shares)) - told(released) - PLAIN - {row["sentAt"][:10], row.get("respondBy")}
        text = json.dumps([row, single.json(), events.json()], ensure_ascii=False)
        found = [word for word in {*kept, her} if json.dumps(word, ensure_ascii=False)[1:-1] in text]
        assert not found, f"{sorted(shares)}: {found}"


def test_what_stays_when_it_is_over(world, caller, coordinator, youth):
    """Taken back by the sender, or without its consent: that it was, and one's own answers; not why the sender did it."""
    recipient = caller("recipient", recipients=[RECIPIENT])
    left = ROW - {"createdAt", "createdBy", "modifiedBy", "recipientId", "sentAt"}
    for end in ("cancelled", "withdrawn"):
        consent = world.consent({"id": youth[0]}, shares=list(SHARES), guardians=[])
        made = world.referral({"id": youth[0]}, consent=consent)
        coordinator.event(f"/referrals/{made.json()['id']}", "sent", if_match=made)
        path = f"/received-referrals/{made.json()['id']}"
        recipient.event(path, "accepted", externalReference="V-1")
        if end == "cancelled":
            coordinator.event(f"/referrals/{made.json()['id']}", "cancelled", reason="Hemligprov")
        else:
            coordinator.event(f"/consents/{consent.json()['id']}", "withdrawn")
        seen, events = recipient.get(path), recipient.get(f"{path}/events")
        assert set(seen.json()) == left | ({"consentEndedAt"} if end == "withdrawn" else set())
        assert seen.json() in recipient.pages("/received-referrals")
        assert "Hemligprov" not in seen.text + events.text
        assert [event["type"] for event in events.json()["data"]][:2] == ["sent", "accepted"]
