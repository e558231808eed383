"""A function that a municipality does without is not there: neither its routes nor anything that speaks of it.
Driven by the contract: a resource that is added to a function is tried as well."""
import re
import uuid

import pytest
from kaa_sample import Paths, bodies, fill, send
from kaa_tokens import EVERY_SCOPE

FUNCTIONS = ("sip-requests", "concern-reports", "safety-notices", "outreach-pauses", "disclosures")
ONE = "/municipalities/0180"


def resource(operation):
    return operation.spec["tags"][0]


@pytest.fixture(scope="module")
def by_function(contract):
    """{function: its operations}, as the contract marks them."""
    found = {}
    for operation in contract.operations:
        if "x-function" in operation.spec:
            found.setdefault(operation.spec["x-function"], []).append(operation)
    return found


@pytest.fixture(scope="module")
def youth(world):
    youth = world.youth()
    world.everything_about(youth)
    return youth


@pytest.fixture(scope="module")
def switch(administrator):
    def to(*functions):
        administrator.patch(ONE, {"policy": {"functionsOff": list(functions)}}, if_match="*")
    yield to
    to()


@pytest.fixture
def off(switch):
    yield switch
    switch()


def asked(client, operation, path):
    """The answers to all that can be asked of the operation."""
    return [send(client, operation, path, media, body) for media, body in bodies(client.contract, operation)]


def is_absent(answer):
    return answer.status_code == 404 and answer.json()["code"] == "not-found"


def lists(client, operations):
    """{path: the ids} of the lists without a parent."""
    return {one.template: [row["id"] for row in client.pages(one.template)] for one in operations
            if one.method == "GET" and not one.path_parameters}


def test_every_resource_of_a_function_is_marked(by_function, contract):
    assert set(by_function) <= set(FUNCTIONS) and {"sip-requests", "disclosures"} <= set(by_function)
    for operation in contract.operations:
        name = resource(operation)
        if name in FUNCTIONS or name.removeprefix("received-") in FUNCTIONS:
            assert operation.spec.get("x-function") == name.removeprefix("received-"), operation.name
    for operations in by_function.values():  # or base.may would not know whose scope it is
        for operation in operations:
            names = re.split(r"[+|]", operation.spec["x-scope"])
            assert any(name.split(":")[0].removeprefix("received-") == operation.spec["x-function"] for name in names), operation.name


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_that_is_off_is_not_there(function, youth, by_function, everything, caller, contract, off):
    """Whatever the token, the path and the body; all others are, and it comes back as it was."""
    paths = Paths(everything, contract)
    operations = by_function.get(function, [])
    found = {one: paths.of(one) or fill(one) for one in operations}
    others = [one for name in by_function if name != function for one in by_function[name]]
    before, kept = lists(everything, operations), lists(everything, others)
    off(function)
    for operation, path in found.items():
        for client in (everything, caller(scope="youths:read")):
            for answer in asked(client, operation, path):
                assert is_absent(answer), f"{operation.name}: {answer.status_code} {answer.text[:300]}"
        assert is_absent(everything.request(operation.method, path, content=b"no JSON")), operation.name
    assert lists(everything, others) == kept
    off()
    assert lists(everything, operations) == before


def test_other_municipalities_keep_theirs(youth, by_function, caller, off):
    off(*FUNCTIONS)
    neighbour = caller(scope=" ".join(EVERY_SCOPE), municipality="0126")
    for operations in by_function.values():
        assert all(ids == [] for ids in lists(neighbour, operations).values())


def hrefs(value):
    if isinstance(value, dict):
        own = [value["href"]] if isinstance(value.get("href"), str) else []
        return own + [href for member in value.values() for href in hrefs(member)]
    return [href for member in value for href in hrefs(member)] if isinstance(value, list) else []


def test_nothing_links_to_it(youth, by_function, everything, contract, off):
    """Every single resource and list there is, read by somebody with every scope."""
    off(*FUNCTIONS)
    gone = [one.pattern for operations in by_function.values() for one in operations]
    paths = Paths(everything, contract, youth["id"])
    read = 0
    for operation in contract.operations:
        if operation.method != "GET" or "x-function" in operation.spec or "x-scope" not in operation.spec:
            continue
        path = paths.of(operation)
        answer = everything.request("GET", path) if path else None
        if answer is None or answer.status_code != 200 or "json" not in answer.headers["Content-Type"]:
            continue
        read += 1
        for href in hrefs(answer.json()):
            path = "/kaa/v1" + href.split("/kaa/v1", 1)[1].split("?")[0]
            assert not any(pattern.match(path) for pattern in gone), f"{operation.name}: {href}"
    assert read > 20


def test_timeline_and_feed_are_silent_of_it(youth, everything, off):
    def told(**params):
        rows = everything.pages(f"/youths/{youth['id']}/timeline", **params)
        return [(row["id"], row["resource"]) for row in rows]

    def fed():
        return [row["resource"] for row in everything.get("/changes", params={"limit": 1000}).json()["data"]]

    whole, feed = told(), fed()
    assert "sip-requests" in {name for _, name in whole} and "sip-requests" in feed
    off(*FUNCTIONS)
    assert told() == [row for row in whole if row[1] not in FUNCTIONS]
    assert told(resource="sip-requests") == []
    assert [name for name in fed() if name != "municipalities"] == [
        name for name in feed if name not in (*FUNCTIONS, "municipalities")]
    off()
    assert told() == whole


def test_a_key_is_not_used_up(youth, world, coordinator, off):
    consent = world.consent(youth, ["region"], "sip").json()
    body = {"youthId": youth["id"], "consentId": consent["id"], "addressees": [{"recipientId": world.recipient("region")}]}
    off("sip-requests")
    coordinator.post("/sip-requests", body, 404, key="sip-1")
    off()
    made = coordinator.post("/sip-requests", body, key="sip-1")
    off("sip-requests")
    coordinator.post("/sip-requests", body, 404, key="sip-1")
    off()
    assert coordinator.post("/sip-requests", body, key="sip-1").json()["id"] == made.json()["id"]


def test_the_access_log_has_it_as_what_is_absent(officer, caller, off):
    one = str(uuid.uuid4())
    off("sip-requests")
    caller("caseworker", sub="erik").get(f"/sip-requests/{one}", 404)
    caller("recipient", sub="recipient").post(f"/received-sip-requests/{one}/events", {"type": "accepted"}, 404)
    rows = [row for row in officer.pages("/access-log") if row.get("resourceId") == one]
    assert [(row["resource"], row["outcome"], row["code"], row["subjects"]) for row in rows] == [
        ("received-sip-requests", "refused", "not-found", []), ("sip-requests", "refused", "not-found", [])]


def test_no_consent_is_taken_for_it(youth, world, coordinator, off):
    kept = world.consent(youth, ["region"], "sip").json()
    off("sip-requests")
    body = {"youthId": youth["id"], "givenByYouth": True, "medium": "oral", "recipientIds": [world.recipient("region")],
            "givenAt": kept["givenAt"]}
    for purpose, status in (("sip", 422), ("sharing", 201), ("outreach_pause", 201)):
        answer = coordinator.post("/consents", {**body, "purpose": purpose}, status)
        if status == 422:
            assert (answer.json()["code"], answer.json()["errors"][0]["pointer"]) == ("function-off", "/purpose")
    off("outreach-pauses")
    coordinator.post("/consents", {**body, "purpose": "outreach_pause"}, 422)
    coordinator.event(f"/consents/{kept['id']}", "withdrawn")  # a consent is withdrawn whatever is off
