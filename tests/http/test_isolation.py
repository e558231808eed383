"""What a caller may not see is not there: other municipalities', protected persons', other districts'.
Driven by the contract: an operation that is added is tried as well."""
import re
import uuid

import pytest
import towns
from kaa_sample import Paths, bodies, fill, send
from kaa_tokens import EVERY_SCOPE

# The same for all, or the caller's own by its nature.
OPEN = re.compile(r"/code-lists(/\{name\})?$|/municipalities/\{code\}$")
PRESENT = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
RECIPIENTS = [towns.id_of("0180", "recipient", name) for name in towns.RECIPIENTS]


@pytest.fixture(scope="module")
def stock(world, administrator):
    """One of everything in Stockholm, about a protected youth and about another."""
    made = {}
    for name, protection in (("open", "none"), ("hidden", "confidentiality_marking")):
        youth = world.youth(protection=protection)
        world.everything_about(youth)
        made[name] = youth["id"]
    world.coordinator.post("/published-reports", {"report": "follow-up", "period": str(world.today.year), "groupBy": "total"})
    broken = world.open_import([])
    world.send_part(broken, 1, b"{}\n")
    world.register.event(broken, "validated")
    return made


@pytest.fixture(scope="module")
def operations(contract):
    return [one for one in contract.operations
            if one.spec.get("security", contract.document.get("security")) and not OPEN.search(one.path)]


@pytest.fixture(scope="module")
def foreign(caller):
    """Every scope and the same recipients, in the other municipality."""
    return caller(scope=" ".join(EVERY_SCOPE), municipality="0126", recipients=RECIPIENTS, recipientSystem="vera")


@pytest.fixture(scope="module")
def plain(caller):
    """Everything but the right to see protected persons."""
    scopes = " ".join(scope for scope in EVERY_SCOPE if scope != "protected:read")
    return caller(scope=scopes, recipients=RECIPIENTS)


def told(answer):
    """What an answer tells, without what differs between any two."""
    headers = {name.lower(): value for name, value in answer.headers.items()
               if name.lower() not in ("date", "traceparent", "location", "link", "etag")}
    body = answer.json() if answer.content else None
    if isinstance(body, dict):
        body = {name: value for name, value in body.items() if name not in ("instance", "traceId", "_links")}
    return answer.status_code, headers, body


def test_every_path_has_something_behind_it(stock, everything, contract, operations):
    """Else the tests below would try nothing."""
    paths = Paths(everything, contract)
    missing = [one.name for one in operations if one.path_parameters and paths.of(one) is None]
    assert missing == []


def test_another_municipality_gets_404_for_every_id(stock, everything, foreign, contract, operations):
    paths = Paths(everything, contract)
    wrong = []
    for operation in operations:
        if not operation.path_parameters:
            continue
        path = paths.of(operation)
        for media, body in bodies(contract, operation):
            answer = send(foreign, operation, path, media, body)
            if answer.status_code != 404:
                wrong.append(f"{operation.name} {body}: {answer.status_code} {answer.text[:200]}")
    assert not wrong, "\n".join(wrong)


def test_another_municipality_gets_empty_lists(stock, everything, foreign, contract, operations):
    ids = set()
    lists = [one for one in operations if one.method == "GET" and not one.path_parameters]
    for operation in lists:
        ids |= set(PRESENT.findall(everything.request("GET", operation.template).text))
    assert stock["open"] in ids and stock["hidden"] in ids
    own = {towns.id_of("0126", "municipality"), towns.id_of("0126", "unit", "kaa"),
           *(towns.id_of("0126", "recipient", name) for name in towns.TOWNS["0126"].recipients)}
    for operation in lists:
        answer = foreign.request("GET", operation.template)
        if operation.path.endswith("/access-log"):  # its own requests, for whatever ids it asked
            assert all(row["subjects"] == [] for row in answer.json()["data"])
            continue
        shared = set(PRESENT.findall(answer.text)) & ids
        assert not shared, f"{operation.name}: {shared}"
        if isinstance(answer.json().get("data"), list) and operation.path.endswith(
                ("youths", "attempts", "batches", "plan", "consents", "referrals", "requests", "measures", "imports")):
            assert answer.json()["data"] == [], operation.name
        assert {one for one in PRESENT.findall(answer.text) if one in own} <= own


def test_the_other_municipality_itself(everything, foreign, administrator):
    foreign.get("/municipalities/0180", 404)
    foreign.patch("/municipalities/0180", {"name": "Tagen"}, 404, if_match='"1-0"')
    assert foreign.get("/municipalities/0126").json()["code"] == "0126"
    assert administrator.get("/municipalities/0180").json()["name"] == "Stockholm"


def test_a_hidden_youth_is_an_absent_one(stock, everything, plain, contract, operations):
    """Every operation, with every id that belongs to the hidden youth, against the same with an id of nothing.
    Not what recipients have received: that was released to them, whatever they may see otherwise."""
    paths = Paths(everything, contract, stock["hidden"])
    wrong, tried = [], 0
    for operation in operations:
        path = paths.of(operation) if operation.path_parameters else None
        if path is None or "/imports" in path or operation.template.startswith(
                ("/kaa/v1/units", "/kaa/v1/districts", "/kaa/v1/recipients", "/kaa/v1/outreach-batches", "/kaa/v1/received-", "/kaa/v1/published-reports")):
            continue
        tried += 1
        absent = fill(operation, str(uuid.uuid4()))
        for media, body in bodies(contract, operation):
            hidden, nothing = (told(send(plain, operation, one, media, body)) for one in (path, absent))
            barred = hidden[0] == 403 and "protected:read" in hidden[2].get("scope", "")
            if hidden != nothing or (hidden[0] != 404 and not barred):
                wrong.append(f"{operation.name} {body}:\n  hidden {hidden}\n  absent {nothing}")
    assert not wrong, "\n".join(wrong)
    assert tried > 20


def test_a_hidden_youth_in_a_body(stock, plain, contract, operations):
    wrong, tried = [], 0
    for operation in operations:
        for media, body in bodies(contract, operation):
            schema = operation.spec.get("requestBody", {}).get("content", {}).get(media, {}).get("schema", {})
            if "youthId" not in contract.follow(schema).get("properties", {}):
                continue
            tried += 1
            both = [told(send(plain, operation, fill(operation), media, {**body, "youthId": one}))
                    for one in (stock["hidden"], str(uuid.uuid4()))]
            if both[0] != both[1] or both[0][0] < 400:
                wrong.append(f"{operation.name}:\n  hidden {both[0]}\n  absent {both[1]}")
    assert not wrong, "\n".join(wrong)
    assert tried >= 4


def test_a_hidden_youth_in_filters_and_counts(stock, plain, everything, contract, operations):
    for operation in operations:
        filters = contract.filters(operation)
        if operation.method != "GET" or operation.path_parameters or "youthId" not in filters:
            continue
        counted = {"count": "true"} if "count" in filters else {}
        barred = 403 if "protected:read" in operation.spec["x-scope"] else 200
        both = [told(plain.get(operation.template, barred, params={"youthId": one, **counted}))
                for one in (stock["hidden"], str(uuid.uuid4()))]
        assert both[0] == both[1], operation.name
    for path in ("/youths", "/outreach-plan"):
        count = plain.get(f"{path}?limit=100&count=true")
        assert stock["hidden"] not in count.text and stock["open"] in count.text
        assert count.json()["_meta"]["totalRecords"] == len(count.json()["data"])
        assert everything.get(f"{path}?limit=1&count=true").json()["_meta"]["totalRecords"] \
            == count.json()["_meta"]["totalRecords"] + 1


def test_a_hidden_youth_in_no_list(stock, plain, contract, operations):
    for operation in operations:
        if operation.method == "GET" and not operation.path_parameters and operation.template != "/kaa/v1/access-log":
            assert stock["hidden"] not in plain.request("GET", operation.template).text, operation.name


def test_a_hidden_youth_in_the_log_is_an_id_that_somebody_asked_for(stock, plain):
    """Rows of asking in vain stay, as they do for an id that nobody has: that they were missing would tell."""
    nobody = str(uuid.uuid4())
    for one in (nobody, stock["hidden"]):
        plain.get(f"/youths/{one}", 404)
        plain.post("/outreach-attempts", {"youthId": one, "purpose": "outreach", "channel": "phone", "staff": ["a"]}, 422)
    rows = plain.pages("/access-log")

    def told(one):
        assert not any(one in row["subjects"] for row in rows)
        return {(row["resource"], row["action"], row["outcome"], row.get("code")) for row in rows if row.get("resourceId") == one}

    assert told(nobody) == {("youths", "read", "absent", None), ("outreach-attempts", "create", "refused", "unknown-reference")}
    assert all(outcome == "absent" or outcome == "shown" and action in ("list", "query") or code in ("not-found", "scope-missing", "unknown-reference")
               for _, action, outcome, code in told(stock["hidden"]))
    assert told(nobody) <= told(stock["hidden"])


def test_a_hidden_number_is_not_found(stock, plain, everything, world):
    number = everything.get(f"/youths/{stock['hidden']}").json()["personalNumber"]
    hidden = plain.post("/youth-lookups", {"personalNumbers": [number]}, 200)
    nothing = plain.post("/youth-lookups", {"personalNumbers": ["20080101ZZ99"]}, 200)
    assert hidden.text.replace(number, "") == nothing.text.replace("20080101ZZ99", "")
    assert world.find([number], everything) == [stock["hidden"]]


def test_a_token_of_one_district(world, caller):
    """Sees its district and nothing of the others; what has no district is not its."""
    near, far, nowhere = world.youth(district="farsta"), world.youth(district="jarva"), world.youth(district=None)
    limited = caller("coordinator", districts=[towns.id_of("0180", "district", "farsta")])
    ids = {row["id"] for row in limited.pages("/youths")}
    assert near["id"] in ids and not {far["id"], nowhere["id"]} & ids
    assert all(row["districtId"] == towns.id_of("0180", "district", "farsta") for row in limited.pages("/youths"))
    for one in (far, nowhere):
        limited.get(f"/youths/{one['id']}", 404)
        limited.post("/outreach-attempts", {"youthId": one["id"], "purpose": "outreach", "channel": "phone",
                                            "staff": ["anna"]}, 422)
    limited.get(f"/youths/{near['id']}")


def test_a_recipient_sees_only_what_was_released_to_it(stock, caller, world):
    youth = world.youth()
    sent = world.sent_referral(youth, "social-services")
    draft = world.referral(youth, "social-services", world.consent(youth, ["social-services"]))
    other = caller("recipient", recipients=[towns.id_of("0180", "recipient", "region")])
    own = caller("recipient", recipients=[towns.id_of("0180", "recipient", "social-services")])
    ids = {row["id"] for row in own.pages("/received-referrals")}
    assert sent.json()["id"] in ids and draft.json()["id"] not in ids
    own.get(f"/received-referrals/{sent.json()['id']}")
    own.get(f"/received-referrals/{draft.json()['id']}", 404)
    other.get(f"/received-referrals/{sent.json()['id']}", 404)
    other.event(f"/received-referrals/{sent.json()['id']}", "accepted", 404, if_match='"1-0"')
    own.get(f"/referrals/{sent.json()['id']}", 403)
    own.get(f"/youths/{youth['id']}", 403)


def test_a_token_without_recipients_receives_nothing(caller, stock):
    assert caller("recipient").pages("/received-referrals") == []
