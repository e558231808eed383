"""A mailing to many: draft, count, plan, addresses, sent, what came back; and what it tells to whom."""
import csv
import io
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
import towns
from kaa_sample import NOT_THERE
from kaa_tokens import EVERY_SCOPE
from kaa_world import since_midnight

FARSTA, JARVA = (towns.id_of("0180", "district", name) for name in ("farsta", "jarva"))
STREET = {"street": "Exempelstigen 9", "careOf": "Britaprov", "postalCode": "12345", "city": "Provköping"}


@pytest.fixture(scope="module")
def plain(caller):
    """A coordinator who may see neither protected nor preventive persons."""
    return caller(scope=" ".join(scope for scope in EVERY_SCOPE if scope not in ("protected:read", "preventive:read")))


@pytest.fixture(scope="module")
def limited(caller):
    return caller("coordinator", sub="farsta@example.com", districts=[FARSTA])


def path_of(batch):
    return f"/outreach-batches/{batch.json()['id']}"


def attempts(sql, batch):
    """{youth: status} of the batch's attempts."""
    rows = sql.execute("select youth_id::text, status from base.outreach_attempts where batch_id = %s", [batch.json()["id"]])
    return dict(rows.fetchall())


def move(client, batch, type_, expect=201, **members):
    return client.event(path_of(batch), type_, expect, **members)


def addresses(client, batch, **options):
    return client.get(f"{path_of(batch)}/addresses", **options)


def test_from_draft_to_returned_mail(world, coordinator, sql, today):
    youths = world.youths(3)
    coordinator.patch(f"/youths/{youths[0]['id']}", {"contactAddress": STREET}, if_match="*")
    batch = world.batch(youths, purpose="outreach", plannedAt=f"{today}T08:00:00Z")
    assert (batch.json()["status"], batch.json()["count"], batch.json().get("outcomes")) == ("draft", 3, None)
    assert attempts(sql, batch) == {}
    assert addresses(coordinator, batch).json() == {"data": []}

    planned = move(coordinator, batch, "planned", expectedCount=3)
    assert (planned.json()["count"], planned.json()["outcomes"]) == (3, {"planned": 3})
    assert attempts(sql, batch) == {one["id"]: "planned" for one in youths}
    rows = {row["attemptId"]: row for row in addresses(coordinator, batch).json()["data"]}
    assert sorted(row["name"] for row in rows.values()) == sorted(f"{one['givenName']} {one['familyName']}" for one in youths)
    ids = dict(sql.execute("select youth_id::text, id::text from base.outreach_attempts where batch_id = %s",
                           [batch.json()["id"]]).fetchall())
    contact, registered = rows[ids[youths[0]["id"]]], rows[ids[youths[1]["id"]]]
    assert {name: contact[name] for name in STREET} == STREET
    assert (registered["street"], registered["careOf"]) == (youths[1]["address"]["street"], None)

    sent = move(coordinator, batch, "sent", at=since_midnight(today))
    assert sent.json()["outcomes"] == {"sent": 3}
    assert datetime.fromisoformat(sent.json()["sentAt"].replace("Z", "+00:00")) == datetime.fromisoformat(since_midnight(today))
    assert all(coordinator.get(f"/youths/{one['id']}").json()["outreach"]["attempts"] == 1 for one in youths)
    history = coordinator.get(f"/outreach-attempts/{ids[youths[2]['id']]}/events").json()["data"]
    assert [(one["type"], one["at"]) for one in history] == [("sent", sent.json()["sentAt"])]

    told = coordinator.post(f"{path_of(batch)}/results", {"results": [
        {"attemptId": ids[youths[0]["id"]], "type": "returned", "at": since_midnight(today, 1)},
        {"attemptId": ids[youths[1]["id"]], "type": "reached", "at": since_midnight(today, -1)},
        {"attemptId": ids[youths[2]["id"]], "type": "reached"}]}, 200).json()["data"]
    assert [one["attemptId"] for one in told] == [ids[one["id"]] for one in youths]
    assert [one.get("status") for one in told] == ["returned", None, "reached"]
    assert told[1]["problem"] == {"code": "outcome-before-attempt", "detail": "Utfallet kan inte komma före försöket."}
    assert coordinator.get(path_of(batch)).json()["outcomes"] == {"reached": 1, "returned": 1, "sent": 1}
    assert [row["attemptId"] for row in addresses(coordinator, batch).json()["data"]] == [ids[youths[1]["id"]]]


def test_the_list_for_the_print_house(world, coordinator):
    youth = world.youth()
    coordinator.patch(f"/youths/{youth['id']}", {"contactAddress": {"street": "=1+1", "careOf": "A, B", "city": "Provköping"}}, if_match="*")
    batch = world.planned_batch([youth])
    answer = addresses(coordinator, batch, headers={"Accept": "text/csv"})
    assert answer.headers["Content-Type"].startswith("text/csv") and answer.headers["Cache-Control"] == "no-store"
    row, = csv.DictReader(io.StringIO(answer.text))
    assert list(row) == ["attemptId", "name", "careOf", "street", "postalCode", "city"]
    assert (row["street"], row["careOf"], row["postalCode"]) == ("'=1+1", "A, B", "")


@pytest.mark.parametrize("channel", ["sms", "email"])
def test_only_letters_have_addresses(world, coordinator, channel):
    batch = world.batch([], channel=channel)
    assert addresses(coordinator, batch, expect=422).json()["code"] == "batch-not-letters"
    assert "addresses" not in batch.json()["_links"]


def test_filters_are_those_of_the_plan(world, coordinator, today):
    """A batch chooses whom the plan lists under the same filter."""
    for district, sex in (("farsta", "female"), ("jarva", "male"), ("jarva", "female")):
        world.youth(district=district, sex=sex)
    called = world.youth()
    letter = world.attempt(called, "letter")
    coordinator.event(f"/outreach-attempts/{letter.json()['id']}", "sent", if_match=letter)
    world.youth(birthDate=(today - timedelta(days=19 * 365 + 200)).isoformat())
    day, soon, born = today.isoformat(), (today + timedelta(days=300)).isoformat(), (today - timedelta(days=18 * 365)).isoformat()
    tried = [{}, {"districtId": [FARSTA]}, {"districtId": [FARSTA, JARVA]}, {"sex": ["female"]}, {"step": ["phone"]},
             {"step": ["letter", "phone"]}, {"unitId": [towns.id_of("0180", "unit", "nord")]}, {"overdue": True}, {"overdue": False},
             {"dueBefore": day}, {"bornAfter": born}, {"bornBefore": born}, {"registeredAfter": day}, {"registeredBefore": day},
             {"occupation": ["unknown"]}, {"occupation": ["work"]}, {"neverContacted": True}, {"neverContacted": False},
             {"turningTwentyBefore": soon}, {"informedOfTurningTwenty": True}, {"informedOfTurningTwenty": False},
             {"assignedTo": "nobody@example.com"}, {"districtId": [JARVA], "sex": ["male"]}]
    counts = set()
    for chosen in tried:
        asked = {name: ",".join(value) if isinstance(value, list) else str(value).lower() if isinstance(value, bool) else value
                 for name, value in chosen.items()}
        listed = [row["youthId"] for row in coordinator.pages("/outreach-plan", **asked)]
        batch = coordinator.post("/outreach-batches", {"name": "Urval", "channel": "letter", "filter": chosen, "staff": ["anna"]})
        assert batch.json()["count"] == len(listed), chosen
        assert batch.json()["filter"] == chosen
        counts.add(len(listed))
    assert len(counts) > 3


def test_what_is_no_filter_is_refused(coordinator):
    body = {"name": "Urval", "channel": "letter", "staff": ["anna"]}
    for chosen, pointer, code in (({"youthId": [NOT_THERE]}, "/filter/youthId", "unknown-member"),
                                  ({"step": "letter"}, "/filter/step", "not-array"), ({"step": []}, "/filter/step", "too-few-items"),
                                  ({"step": ["fax"]}, "/filter/step/0", "unknown-code"), ({"overdue": "true"}, "/filter/overdue", "not-boolean"),
                                  ({"dueBefore": "soon"}, "/filter/dueBefore", "invalid-date")):
        fault, = coordinator.post("/outreach-batches", {**body, "filter": chosen}, 400).json()["errors"]
        assert (fault["pointer"], fault["code"]) == (pointer, code)
    assert coordinator.post("/outreach-batches", body, 400).json()["errors"][0]["pointer"] == "/filter"


def test_a_draft_changes_and_a_planned_one_does_not(world, coordinator):
    batch = world.batch(world.youths(2))
    path = path_of(batch)
    changed = coordinator.patch(path, {"filter": {"sex": ["unknown"]}, "name": "Vinterns brev"}, if_match=batch)
    assert (changed.json()["count"], changed.json()["filter"].keys()) == (0, {"assignedTo", "sex"})
    assert coordinator.event(path, "planned", 422).json()["code"] == "nobody-chosen"
    changed = coordinator.patch(path, {"filter": {"sex": None}}, if_match=changed)
    assert changed.json()["count"] == 2
    coordinator.event(path, "planned", 412, if_match=batch)
    refused = coordinator.event(path, "planned", 409, expectedCount=3).json()
    assert (refused["code"], refused["count"], refused["errors"][0]["pointer"]) == ("count-changed", 2, "/expectedCount")
    assert coordinator.get(path).json()["status"] == "draft"
    coordinator.event(path, "sent", 409)
    coordinator.event(path, "planned", expectedCount=2)
    assert coordinator.patch(path, {"name": "x"}, 409, if_match="*").json()["code"] == "batch-not-draft"
    assert coordinator.event(path, "planned", 409).json()["allowed"] == ["cancelled", "sent"]
    done = coordinator.event(path, "cancelled").json()
    assert (done["status"], done["outcomes"]) == ("cancelled", {"cancelled": 2})


def test_me_is_who_wrote_it(coordinator, caller):
    batch = coordinator.post("/outreach-batches", {"name": "Mina", "channel": "letter", "filter": {"assignedTo": "me"}, "staff": ["anna"]})
    assert batch.json()["filter"] == {"assignedTo": "coordinator@example.com"}


@pytest.mark.parametrize("channel, members", [("sms", {"phones": ["+46701740605"]}), ("email", {"email": "alva@provpost.example"})])
def test_who_cannot_be_written_to_is_not_chosen(world, coordinator, channel, members):
    youths = world.youths(2)
    coordinator.patch(f"/youths/{youths[0]['id']}", members, if_match="*")
    assert world.batch(youths, channel=channel).json()["count"] == 1


def test_no_address_no_letter(world):
    assert world.batch([world.youth(), world.youth(address=None)]).json()["count"] == 1


def test_the_count_is_the_same_for_all(world, coordinator, plain, sql):
    """Protected and preventive persons are in none, whoever asks."""
    youths = [world.youth(), world.youth(protection="confidentiality_marking"), world.youth(protection="protected_registration")]
    batch = world.batch(youths)
    everyone = coordinator.post("/outreach-batches", {"name": "Brev till samtliga", "channel": "letter", "filter": {}, "staff": ["anna"]})
    world.preventive()
    for one, count in ((batch, 1), (everyone, everyone.json()["count"])):
        assert coordinator.get(path_of(one)).json()["count"] == plain.get(path_of(one)).json()["count"] == count
    move(coordinator, batch, "planned", expectedCount=1)
    assert set(attempts(sql, batch)) == {youths[0]["id"]}


@pytest.mark.parametrize("level", ["confidentiality_marking", "protected_registration"])
def test_who_became_protected_since_gets_nothing(world, coordinator, plain, sql, level):
    youths = world.youths(2)
    early, late = world.planned_batch(youths), world.planned_batch(youths)
    move(coordinator, late, "sent")
    world.commit([{**youths[0]["row"], "protection": level}])
    for batch in (early, late):
        for client in (coordinator, plain):
            row, = addresses(client, batch).json()["data"]
            assert row["name"] == f"{youths[1]['givenName']} {youths[1]['familyName']}"
            assert client.get(path_of(batch)).json()["count"] == (2 if client is coordinator else 1)
    move(plain, early, "sent")
    assert attempts(sql, early) == {youths[0]["id"]: "cancelled", youths[1]["id"]: "sent"}


def test_who_is_paused_since_is_not_written_to(world, coordinator, plain, sql):
    """Whatever day the letter was planned for, and though it was reported as sent."""
    youths = world.youths(2)
    batches = [world.planned_batch(youths), world.planned_batch(youths, plannedAt=f"{world.today + timedelta(days=9)}T08:00:00Z"),
               world.planned_batch(youths)]
    move(coordinator, batches[2], "sent")
    pause = world.pause(youths[0], 0, 3)
    name = f"{youths[1]['givenName']} {youths[1]['familyName']}"
    for batch in batches:
        for client in (coordinator, plain):
            assert [row["name"] for row in addresses(client, batch).json()["data"]] == [name]
    coordinator.event(f"/outreach-pauses/{pause.json()['id']}", "ended", if_match=pause)
    assert [len(addresses(coordinator, batch).json()["data"]) for batch in batches] == [2, 2, 2]


def test_a_merged_duplicate_gets_what_the_survivor_may(world, coordinator, officer):
    """The letter goes to the survivor's address, and nowhere when she is protected."""
    youths = world.youths(2)
    batch = world.planned_batch(youths)
    move(coordinator, batch, "sent")
    hidden, other = world.youth(protection="confidentiality_marking"), world.youth()
    for youth, survivor in zip(youths, (hidden, other)):
        registration, = coordinator.get(f"/youths/{youth['id']}/registrations").json()["data"]
        coordinator.event(f"/youths/{youth['id']}/registrations/{registration['id']}", "ended",
                          endDate=registration["startDate"], exitReason="registered_in_error")
        world.merge(youth, survivor)
    row, = addresses(coordinator, batch).json()["data"]
    assert row["name"] == f"{other['givenName']} {other['familyName']}"
    for shown in (youths[1], other):
        log = [(row["resource"], row["action"]) for row in officer.pages(f"/youths/{shown['id']}/access-log")]
        assert ("outreach-batches", "query") in log, "whose name and address were shown, too"


def test_a_token_of_a_district_reaches_its_district(world, coordinator, limited, sql):
    near, far = world.youth(district="farsta"), world.youth(district="jarva")
    whole = world.batch([near, far])
    own = world.batch([near, far], planner=limited)
    assert (whole.json()["count"], own.json()["count"], own.json()["districtIds"]) == (2, 1, [FARSTA])
    assert coordinator.get(path_of(own)).json()["count"] == 1, "also for who sees all"
    limited.get(path_of(whole), 404)
    move(limited, whole, "planned", 404, if_match='"1-0"')
    assert path_of(whole).split("/")[-1] not in {row["id"] for row in limited.pages("/outreach-batches")}
    move(limited, own, "planned", expectedCount=1)
    assert set(attempts(sql, own)) == {near["id"]}


def test_the_whole_batch_is_sent_as_a_whole(world, limited, sql):
    """Also the letter to one who has moved out of the sender's sight since."""
    stays, moves = world.youths(2, "farsta")
    batch = world.batch([stays, moves], planner=limited)
    move(limited, batch, "planned", expectedCount=2)
    world.commit([{**moves["row"], "residence": {**moves["row"]["residence"], "district": "jarva"}}])
    assert limited.get(path_of(batch)).json()["count"] == 1
    assert len(addresses(limited, batch).json()["data"]) == 1
    move(limited, batch, "sent")
    assert attempts(sql, batch) == {stays["id"]: "sent", moves["id"]: "sent"}


def test_a_result_tells_nothing_of_the_hidden(world, coordinator, plain, limited, sql):
    """An attempt that is not the caller's to see is answered as one that nobody has, and so is another batch's."""
    youths = world.youths(2, "farsta")
    other = world.planned_batch([world.youth()])
    batch = world.batch(youths, planner=limited)
    move(limited, batch, "planned")
    move(limited, batch, "sent")
    world.commit([{**youths[0]["row"], "protection": "confidentiality_marking"}])
    ids = {youth: attempt for youth, attempt in sql.execute(
        "select youth_id::text, id::text from base.outreach_attempts where batch_id = any (%s)",
        [[batch.json()["id"], other.json()["id"]]]).fetchall()}
    asked = [ids.pop(youths[0]["id"]), str(uuid.uuid4()), *(one for youth, one in ids.items() if youth != youths[1]["id"])]
    told = plain.post(f"{path_of(batch)}/results", {"results": [{"attemptId": one, "type": "returned"} for one in asked]}, 200)
    assert [one["problem"]["code"] for one in told.json()["data"]] == ["not-found"] * 3
    for path in (path_of(batch), f"/outreach-batches/{uuid.uuid4()}"):
        coordinator.post(f"{path}/results", {"results": []}, 400)
    coordinator.post(f"/outreach-batches/{uuid.uuid4()}/results", {"results": [{"attemptId": NOT_THERE, "type": "returned"}]}, 404)


def test_a_result_given_again_is_answered_as_before(world, coordinator, sql, today):
    youths = world.youths(2)
    batch = world.planned_batch(youths)
    move(coordinator, batch, "sent")
    first, second = [str(one) for one, in sql.execute(
        "select id from base.outreach_attempts where batch_id = %s order by id", [batch.json()["id"]]).fetchall()]
    body = {"results": [{"attemptId": first, "type": "returned"}, {"attemptId": NOT_THERE, "type": "returned"}]}
    path = f"{path_of(batch)}/results"
    once = coordinator.post(path, body, 200, key="results-1")
    again = coordinator.post(path, body, 200, key="results-1")
    assert once.json() == again.json() == coordinator.post(path, body, 200).json()
    coordinator.post(path, {"results": [{"attemptId": second, "type": "returned"}]}, 422, key="results-1")
    wrong = coordinator.post(path, {"results": [{"attemptId": first, "type": "reached"}]}, 200, headers={"Accept-Language": "en"})
    assert wrong.json()["data"][0]["problem"]["code"] == "transition-not-allowed"
    assert wrong.json()["data"][0]["problem"]["detail"].startswith("The event is not possible")
    assert wrong.json()["data"][0]["problem"]["allowed"] == ["voided"], "as the words say"
    events = coordinator.get(f"/outreach-attempts/{first}/events").json()["data"]
    assert [one["type"] for one in events] == ["sent", "returned"]


def test_a_key_plans_once(world, coordinator, sql):
    batch = world.batch(world.youths(2))
    first = coordinator.event(path_of(batch), "planned", if_match=batch, key="plan-1")
    again = coordinator.event(path_of(batch), "planned", if_match=batch, key="plan-1")
    assert first.json() == again.json() and len(attempts(sql, batch)) == 2


def test_two_who_plan_at_once_plan_once(world, coordinator, sql):
    for _ in range(5):
        batch = world.batch(world.youths(3))
        with ThreadPoolExecutor(4) as pool:
            statuses = list(pool.map(lambda _: coordinator.post(f"{path_of(batch)}/events", {"type": "planned"}, None, if_match="*").status_code,
                                     range(4)))
        assert sorted(statuses) == [201, 409, 409, 409] and len(attempts(sql, batch)) == 3


def test_all_of_them_are_in_the_access_log(world, coordinator, officer, sql):
    youths = world.youths(2)
    batch = world.planned_batch(youths)
    addresses(coordinator, batch)
    move(coordinator, batch, "sent")
    attempt, = sql.execute("select id::text from base.outreach_attempts where youth_id = %s", [youths[0]["id"]]).fetchone()
    coordinator.post(f"{path_of(batch)}/results", {"results": [{"attemptId": attempt, "type": "returned"}]}, 200)
    rows = [row for row in officer.pages(f"/youths/{youths[0]['id']}/access-log") if row["resource"] == "outreach-batches"]
    assert {(row["action"], row["outcome"]) for row in rows} == {
        ("plan", "written"), ("query", "shown"), ("sent", "written"), ("submit", "written")}
    rows = officer.pages(f"/youths/{youths[1]['id']}/access-log")
    assert ("submit", "written") not in {(row["action"], row["outcome"]) for row in rows}


def test_other_municipalities(world, caller):
    batch = world.planned_batch([world.youth()])
    foreign = caller(scope=" ".join(EVERY_SCOPE), municipality="0126")
    assert foreign.pages("/outreach-batches") == []
    for read in (path_of(batch), f"{path_of(batch)}/addresses", f"{path_of(batch)}/events"):
        foreign.get(read, 404)
