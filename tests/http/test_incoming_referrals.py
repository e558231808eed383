"""Incoming referrals: a partner refers somebody and learns nothing; a coordinator finds or enters the person."""
from datetime import date, timedelta

import people
import pytest
from kaa_client import Client
from kaa_tokens import ROLES

pytestmark = pytest.mark.database

TODAY = date(2026, 11, 16)


@pytest.fixture(scope="module")
def partner(caller):
    return caller("recipient", sub="soc", client_id="socialtjansten")


def body(number, **members):
    return {"personalNumber": number, "reason": "Vill ha hjälp att hitta en utbildning", "evidenceReference": "Dnr S-12", **members}


def number(serial):
    return people.rows(1, TODAY, first=180_000 + serial)[0]["personalNumber"]


def test_the_answer_says_nothing_of_the_person(partner, world):
    """Covered, hidden, preventive and unknown: byte by byte the same, but for the id that was drawn."""
    persons = [world.youth(), world.youth(protection="protected_registration", actualMunicipality="0180"), world.preventive()]
    told = [partner.post("/incoming-referrals", body(one), 202) for one in [*(one["personalNumber"] for one in persons), number(1)]]
    drawn = [answer.json()["id"] for answer in told]
    assert len(set(drawn)) == 4
    varying = {"date", "traceparent", "etag"}  # a hash of the body, with its id
    assert len({(answer.status_code, answer.content.replace(id_.encode(), b""), tuple(
        (name, value) for name, value in sorted(answer.headers.items()) if name.lower() not in varying))
        for answer, id_ in zip(told, drawn)}) == 1
    assert "Location" not in told[0].headers


def test_the_work_is_the_same_for_everyone(sql, world, partner):
    """Nobody is looked for: no table of persons is read, whoever is named."""
    tables = "select relname, seq_scan + coalesce(idx_scan, 0) from pg_stat_xact_user_tables where schemaname = 'base'"
    read = []
    for one in (world.youth()["personalNumber"], number(2)):
        with sql.transaction(force_rollback=True):
            sql.execute("select base.enter('0180', 'soc', 'x', null, 'incoming-referrals:write', null, null, null, null, null, null)")
            sql.execute("select base.receive_incoming_referral(gen_random_uuid(), jsonb_build_object('personalNumber', %s::text,"
                        " 'reason', 'x', 'evidenceReference', 'x'))", [one])
            read.append({name for name, scans in sql.execute(tables).fetchall() if scans})
    assert read[0] == read[1] and not read[0] & {"youths", "identity_numbers", "registrations"}


def test_all_faults_at_once(partner):
    wrong = partner.post("/incoming-referrals", {
        "personalNumber": "081231", "numberType": "x", "identity": {"givenName": "", "birthDate": "i går", "age": 17},
        "contact": {"phones": ["x"], "email": "x"}, "reason": "x" * 501, "youthId": number(1)}, 400)
    assert {fault["pointer"] for fault in wrong.json()["errors"]} == {
        "/personalNumber", "/numberType", "/identity/givenName", "/identity/birthDate", "/identity/age", "/contact/phones/0",
        "/contact/email", "/reason", "/evidenceReference", "/youthId"}
    for change, pointer in (({"numberType": "personal"}, "/personalNumber"), ({"identity": {"birthDate": "2026-11-17"}}, "/identity/birthDate")):
        answer = partner.post("/incoming-referrals", body(number(3), **change), 422)
        assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]


def test_partners_neither_read_nor_answer(partner, vera, world, caller, coordinator):
    told = world.incoming_referral(number(4), partner).json()["id"]
    everyone = " ".join(ROLES["coordinator"])
    for client in (partner, vera, caller("caseworker"), caller("data-protection-officer"),
                   *(caller(scope=everyone.replace(one, "")) for one in ("protected:read", "preventive:read", "incoming-referrals:read"))):
        for path in ("/incoming-referrals", f"/incoming-referrals/{told}", f"/incoming-referrals/{told}/events"):
            client.get(path, 403)
    for client in (partner, caller(scope=everyone.replace("preventive:read", "")), caller(scope=everyone.replace("incoming-referrals:write", ""))):
        client.post(f"/incoming-referrals/{told}/events", {"type": "declined", "reason": "x"}, 403, if_match='"1-0"')
    from towns import id_of
    limited = caller("coordinator", districts=[id_of("0180", "district", "farsta")])
    assert limited.pages("/incoming-referrals") == []
    limited.get(f"/incoming-referrals/{told}", 404)
    assert coordinator.get(f"/incoming-referrals/{told}").json()["status"] == "received"
    assert told not in str(caller(scope="changes:read incoming-referrals:read").get("/changes?limit=1000").json())


def test_from_a_partner_to_the_first_attempt(partner, world, coordinator, officer, today):
    """Social services refer somebody who is not in the register; a coordinator enters her, accepts and seeks her out."""
    hers = number(5)
    told = partner.post("/incoming-referrals", body(
        hers, identity={"givenName": "Idaprov", "familyName": "Exempelgren", "birthDate": "2009-02-03"},
        contact={"phones": [people.PHONES[0]], "email": f"ida@{people.MAIL}"}, externalReference="S-77"), 202).json()["id"]
    path = f"/incoming-referrals/{told}"
    waiting = coordinator.pages("/incoming-referrals", status="received")
    assert [row["createdAt"] for row in waiting] == sorted(row["createdAt"] for row in waiting)
    came = next(row for row in waiting if row["id"] == told)
    assert (came["client"], came["createdBy"], came["personalNumber"], came["identity"]["givenName"], came["contact"]["phones"]) \
        == ("socialtjansten", "soc", hers, "Idaprov", [people.PHONES[0]])
    assert world.find([hers], coordinator) == [None]
    entered = coordinator.post("/youths", {
        "personalNumber": hers, **came["identity"], "sex": "female", "phones": came["contact"]["phones"],
        "registration": {"startDate": today.isoformat(), "reason": "unknown"}}).json()
    accepted = coordinator.event(path, "accepted", youthId=entered["id"]).json()
    assert (accepted["status"], accepted["youthId"]) == ("accepted", entered["id"])
    assert accepted["_links"]["youth"]["href"].endswith(f"/youths/{entered['id']}") and {"closed"} <= accepted["_links"].keys()
    assert coordinator.event(path, "accepted", 409, youthId=entered["id"]).json()["code"] == "transition-not-allowed"
    attempt = world.attempt(entered)
    coordinator.event(f"/outreach-attempts/{attempt.json()['id']}", "reached", if_match=attempt)
    closed = coordinator.event(path, "closed").json()
    assert closed["status"] == "closed" and closed["closedAt"]
    history = coordinator.get(f"{path}/events").json()["data"]
    assert {row["type"] for row in history} == {"accepted", "closed"}
    assert coordinator.get(f"{path}/events/{history[0]['id']}").json() == history[0]
    assert [row["id"] for row in coordinator.pages("/incoming-referrals", youthId=entered["id"])] == [told]
    rows = [row for row in officer.pages("/access-log", resource="incoming-referrals") if row.get("resourceId") == told]
    assert {row["action"] for row in rows if entered["id"] in row["subjects"]} >= {"event", "events"}
    posted, = [row for row in rows if row["action"] == "create"]
    assert (posted["sub"], posted["subjects"]) == ("soc", [])


def test_whom_it_is_about(partner, world, coordinator):
    told = world.incoming_referral(number(6), partner).json()["id"]
    path, youth = f"/incoming-referrals/{told}", world.youth()
    for wrong in (told, "00000000-0000-4000-8000-00000000dead"):
        answer = coordinator.event(path, "accepted", 422, youthId=wrong)
        assert answer.json()["code"] == "unknown-reference" and answer.json()["errors"][0]["pointer"] == "/youthId"
    assert coordinator.event(path, "accepted", 400).json()["errors"][0]["pointer"] == "/youthId"
    duplicate = world.duplicate(youth)
    world.merge(duplicate, youth)
    assert coordinator.event(path, "accepted", 409, youthId=duplicate["id"]).json()["mergedInto"] == youth["id"]
    assert coordinator.event(path, "declined", 400).json()["errors"][0]["pointer"] == "/reason"
    declined = coordinator.event(path, "declined", reason="Bor i en annan kommun").json()
    assert (declined["status"], declined["statusReason"]) == ("declined", "Bor i en annan kommun")


def test_idempotency(partner, coordinator):
    first = partner.post("/incoming-referrals", body(number(7)), 202, key="k-1")
    again = partner.post("/incoming-referrals", body(number(7)), 202, key="k-1")
    assert first.json() == again.json()
    assert sum(row["personalNumber"] == number(7) for row in coordinator.pages("/incoming-referrals")) == 1


def test_forgotten_in_time(partner, world, coordinator, serving, tokens, contract):
    youth = world.youth()
    accepted, declined, waiting = (world.incoming_referral(number(8 + n), partner, identity={"givenName": "Idaprov"}).json()["id"] for n in range(3))
    coordinator.event(f"/incoming-referrals/{accepted}", "accepted", youthId=youth["id"])
    coordinator.event(f"/incoming-referrals/{declined}", "declined", reason="Fel kommun")
    with serving(TODAY + timedelta(days=364), after_night=True) as url:
        later = Client(url, contract, tokens.make("coordinator"))
        assert {later.get(f"/incoming-referrals/{one}").json()["identity"]["givenName"] for one in (accepted, declined, waiting)} == {"Idaprov"}
    with serving(date(2027, 11, 16), after_night=True) as url:
        later = Client(url, contract, tokens.make("coordinator"))
        for one in (declined, waiting):
            later.get(f"/incoming-referrals/{one}", 404)
        stays = later.get(f"/incoming-referrals/{accepted}").json()
        assert not {"personalNumber", "identity", "contact", "reason"} & stays.keys()
        assert (stays["youthId"], stays["evidenceReference"]) == (youth["id"], "Dnr 2026-S-88")
