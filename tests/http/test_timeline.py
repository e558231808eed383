"""The timeline: one request for all that there is of a youth, and nothing that the caller may not read elsewhere.
Driven by the contract: a resource with a youth that is added must be there, or here with the reason why not."""
import re

import pytest
from kaa_tokens import EVERY_SCOPE

pytestmark = pytest.mark.database

ELSEWHERE = {
    "timeline": "itself", "youths": "the youth", "outreach-plan": "what comes next", "access-log": "who has read", "youth-access-log": "who has read",
    "evaluations": "how it was reckoned", "identity-numbers": "whose history the youth has", "measure-revisions": "of a measure",
    "youth-merges": "of two youths", "received-referrals": "the recipient's side", "received-sip-requests": "the recipient's side",
}


@pytest.fixture(scope="module")
def resources(contract):
    """{resource: the scope that shows it} of all lists of things that belong to a youth."""
    found = {}
    for operation in contract.operations:
        of_youth = "youthId" in contract.filters(operation) or re.search(r"/youths/\{youthId\}/[a-z-]+$", operation.template)
        if operation.method == "GET" and of_youth and operation.spec["tags"][0] not in ELSEWHERE:
            found[operation.spec["tags"][0]] = re.split(r"[+|]", operation.spec["x-scope"])[0]
    return found


@pytest.fixture(scope="module")
def youth(world):
    youth = world.youth()
    world.everything_about(youth)
    return youth


def told(client, youth, **params):
    answer = client.get(f"/youths/{youth['id']}/timeline", params={"limit": 100, **params}).json()
    assert "pageToken" not in answer
    return answer["data"]


def test_everything_is_there_in_order(youth, everything, resources, contract):
    rows = told(everything, youth)
    assert {row["resource"] for row in rows} == set(resources) and len(resources) > 10
    operation, _ = contract.find("GET", f"/kaa/v1/youths/{youth['id']}/timeline")
    named = next(one for one in map(contract.follow, operation.parameters) if one["name"] == "resource")["schema"]
    assert set(named["items"]["enum"]) >= set(resources)
    times = [row["at"] for row in rows]
    assert times == sorted(times, reverse=True) and len({row["id"] for row in rows}) == len(rows)
    for name in resources:
        assert told(everything, youth, resource=name) == [row for row in rows if row["resource"] == name]


def test_every_event_of_every_resource_is_there(youth, everything, resources):
    """As the histories of the resources tell them; a registration's end is told by its last day."""
    rows = {(row["resource"], row["resourceId"], row["type"]) for row in told(everything, youth)}
    wanted = set()
    for name in resources:
        for one in everything.pages(f"/{name}", youthId=youth["id"]) if name not in ("registrations", "occupations", "assignments") else []:
            history = everything.get(f"/{name}/{one['id']}/events", None)
            if history.status_code == 200:
                wanted |= {(name, one["id"], event["type"]) for event in history.json()["data"]}
    assert wanted <= rows and len(wanted) > 10


def test_each_with_its_scope_alone(youth, caller, resources):
    """Without the scope it is not there, whatever else the caller may read; with it, it is."""
    for name, scope in resources.items():
        others = [one for one in EVERY_SCOPE if one != scope]
        if scope != "youths:read":  # the timeline's own
            assert {row["resource"] for row in told(caller(scope=" ".join(others)), youth)} == set(resources) - {name}, name
        wide = ["protected:read", "preventive:read"] if name == "incoming-referrals" else []
        shown = {row["resource"] for row in told(caller(scope=" ".join(["youths:read", scope, *wide])), youth)}
        assert shown == {one for one, needed in resources.items() if needed in ("youths:read", scope)}, name


def test_incoming_referrals_only_for_who_sees_everyone(youth, caller):
    for missing in ("protected:read", "preventive:read"):
        shown = told(caller(scope=" ".join(one for one in EVERY_SCOPE if one != missing)), youth)
        assert "incoming-referrals" not in {row["resource"] for row in shown}
    limited = caller(scope=" ".join(EVERY_SCOPE), districts=[youth["districtId"]])
    assert "incoming-referrals" not in {row["resource"] for row in told(limited, youth)}


def test_a_sensitive_recipient_is_named_to_who_may_read_it(world, coordinator, caller):
    """domain.md 6: in that youth's timeline, and for nobody without the scope."""
    youth = world.youth()
    made = world.sent_referral(youth, "psychiatry").json()
    rows = [row for row in told(coordinator, youth) if row["resource"] == "referrals"]
    assert {row["summary"]["recipientId"] for row in rows} == {made["recipientId"]}
    plain = caller(scope=" ".join(one for one in EVERY_SCOPE if one not in ("referrals:read", "disclosures:read")))
    assert made["recipientId"] not in str(told(plain, youth))
