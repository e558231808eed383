"""Sensitive recipients (dataskyddslagen 3:3): nobody is selected, listed, counted or ordered by them.

Nothing that can be asked takes such a recipient but together with the youth; and two databases that differ only in
consents, referrals, SIP requests and disclosures to one give the same lists, counts, pages, tokens, feed and reports,
byte by byte.
"""
import re
from datetime import date, timedelta

import pytest

import towns
from conftest import FULL
from kaa_client import Client
from kaa_questions import Questions, read_pages
from kaa_tokens import EVERY_SCOPE
from kaa_twins import FIRST, born, twin_clusters, world_of

TODAY = date(2026, 11, 16)
RECIPIENTS = {name: towns.id_of("0180", "recipient", name) for name in towns.RECIPIENTS}
SENSITIVE, OTHER = RECIPIENTS["psychiatry"], RECIPIENTS["social-services"]
pytestmark = pytest.mark.database
# Of one youth, whom the caller has named: the data of a person is not selected by it.
OF_ONE = re.compile("/timeline$|/access-log|/subject-access")


def parameters(contract, operation):
    return {one["name"]: one["schema"] for one in map(contract.follow, operation.parameters) if one["in"] == "query"}


def readings(contract):
    """Everything that is read without naming one, but what recipients read of their own."""
    return [one for one in contract.operations if one.method == "GET" and one.template.startswith("/kaa/v1/")
            and "{" not in one.path and not one.path.startswith("/kaa/v1/received-")]


# As a filter, order or division -------------------------------------------------------------------

@pytest.fixture(scope="module")
def all_seeing(caller):
    return caller(scope=" ".join(EVERY_SCOPE), sub="everything")


@pytest.fixture(scope="module")
def youth(world):
    """One with casework to both recipients."""
    one = world.youth()
    for name in ("psychiatry", "social-services"):
        world.sent_referral(one, name)
        sip = world.sip_request(one, (name,))
        world.coordinator.event(f"/sip-requests/{sip.json()['id']}", "sent", if_match=sip)
    return one["id"]


def ways(declared):
    """What a filter may stand together with."""
    usual = {"count": "true", "limit": "1", "page": "2", "fields": "id", "modifiedAfter": "2020-01-01T00:00:00Z"}
    yield {}
    yield from ({name: value} for name, value in usual.items() if name in declared)
    yield from ({"sort": order} for order in declared.get("sort", {}).get("enum", []))


def test_no_filter_takes_one(contract, all_seeing, youth):
    """Alone, in a comma list, with whatever else; while the same with another recipient is answered."""
    found = set()
    for operation in readings(contract):
        declared = parameters(contract, operation)
        for name in [one for one in declared if "ecipient" in one]:
            found.add(operation.template)
            for way in ways(declared):
                for value in (SENSITIVE, SENSITIVE.upper(), f"{SENSITIVE},{OTHER}", f"{OTHER},{SENSITIVE}"):
                    answer = all_seeing.get(operation.template, 400, params={**way, name: value})
                    assert answer.json()["code"] == "sensitive-search", f"{operation.name} {way} {value}"
                    answer = all_seeing.get(operation.template, 200, params={**way, name: value, "youthId": youth})
                all_seeing.get(operation.template, 200, params={**way, name: OTHER})
                all_seeing.get(operation.template, 200, params={**way, name: f"{OTHER},{RECIPIENTS['vera']}"})
            hers = all_seeing.get(operation.template, 200, params={name: SENSITIVE, "youthId": youth}).json()["data"]
            assert hers and all(SENSITIVE in str(row) for row in hers)
    assert found >= {f"/kaa/v1/{name}" for name in ("consents", "referrals", "sip-requests", "disclosures")}


def test_no_other_reading_takes_one(contract, all_seeing):
    """Not as a parameter that is not declared, nor as an order or a division, whichever the recipient."""
    for operation in readings(contract):
        if operation.path.endswith(("/openapi.yaml", "/openapi.json", "/docs", "/api-info")):
            continue
        declared = parameters(contract, operation)
        assert not re.search("ecipient", str([declared.get(name) for name in ("sort", "groupBy")]))
        for query in ({"recipientId": SENSITIVE}, {"sort": "recipientId"}, {"groupBy": "recipientId"}, {"groupBy": "recipient"}):
            answer = all_seeing.get(operation.template, 400, params=query)
            assert answer.json()["code"] in ("sensitive-search", "invalid-request"), answer.text


# Two databases ------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def twins(binary, contract, tokens, settings, tmp_path_factory):
    """B has one youth's casework with a sensitive recipient more than A."""
    def both(service, _):
        world = world_of(service, contract, tokens, ["vera"], TODAY)
        youths = world.youths(3, "farsta") + world.youths(1, "jarva")
        for one in youths[1:]:
            world.sent_referral(one)
            world.attempt(one)
        world.casework_about(youths[0])
        return youths

    with twin_clusters(binary, settings, tmp_path_factory.mktemp("filling") / "kaa.log", both) as (first, second, youths):
        with born((first, second), binary, settings, tmp_path_factory, contract, tokens) as pair:
            pair.align()
            pair.her = youths[0]
            casework(world_of(pair.b.service, contract, tokens, ["psychiatry"], TODAY), youths[0])
            pair.known = pair.a.known | pair.b.ids()
            pair.align()
            yield pair


def casework(world, youth):
    """All that can rest on a sensitive recipient: asked alone and beside others, at each stage."""
    world.coordinator.moments["all"] = FIRST // 2
    one = world.coordinator
    world.referral(youth, "psychiatry")
    for event in ("received", "declined", "accepted"):
        sent = world.sent_referral(youth, "psychiatry")
        world.vera.event(f"/received-referrals/{sent.json()['id']}", event, **({"reason": "Fullt"} if event == "declined" else {}))
    referral = world.referral(youth, "psychiatry")
    one.event(f"/referrals/{referral.json()['id']}", "cancelled")
    late = world.referral(youth, "psychiatry", world.consent(youth, ["psychiatry"]), respondBy=(TODAY - timedelta(days=1)).isoformat())
    one.event(f"/referrals/{late.json()['id']}", "sent", if_match=late)
    one.event(f"/consents/{world.consent(youth, ['psychiatry', 'social-services']).json()['id']}", "withdrawn")
    for names in (("psychiatry",), ("region", "psychiatry"), ("psychiatry", "vera")):
        sip = world.sip_request(youth, names)
        one.event(f"/sip-requests/{sip.json()['id']}", "sent", if_match=sip)
    for row in world.vera.pages("/received-sip-requests")[:2]:
        world.vera.event(f"/received-sip-requests/{row['id']}", "accepted")


def callers(twins):
    """Of each kind of caller one; no recipient that was asked together with the sensitive one."""
    every = " ".join(EVERY_SCOPE)
    yield twins.client(scope=every, sub="caller@example.com", recipients=[OTHER])
    yield twins.client(scope=every, sub="caller@example.com", districts=[towns.id_of("0180", "district", "farsta")])
    for role in ("coordinator", "caseworker", "data-protection-officer", "report-fetcher") if FULL else ():
        yield twins.client(role)


def read_all(twins, client, thorough):
    """Every list and everything single that is no part of the difference; if thorough, lists in every way (in small: those
    that know recipients)."""
    questions = twins.questions
    for operation in twins.contract.operations:
        if operation.method != "GET" or not operation.template.startswith("/kaa/v1/") or OF_ONE.search(operation.path):
            continue
        for path in questions.paths(operation):
            every_way = thorough and "{" not in operation.path and (FULL or "recipientId" in parameters(twins.contract, operation))
            for params in list(questions.lists(operation))[:None if every_way else 1]:
                read_pages(client, path, params, 3)


def follow_the_feed(client):
    after = {}
    while True:
        feed = client.get("/changes", None, params={"limit": 25, **after})
        if feed.status_code != 200 or not feed.json()["hasMore"]:
            return
        after = {"after": feed.json()["cursor"]}


def read_reports(contract, client):
    for operation in contract.operations:
        groups = parameters(contract, operation).get("groupBy", {}).get("enum", [])
        for group in groups if operation.method == "GET" else []:
            for period in ("2026", "H2-2026"):
                client.get(operation.template, None, params={"period": period, "groupBy": group})
                client.get(operation.template, None, params={"period": period, "groupBy": group}, headers={"Accept": "text/csv"})


def check(twins, least):
    asked, twins.checked = twins.asked - twins.checked, twins.asked
    differences, twins.differences = twins.differences, []
    assert not differences, f"{len(differences)} answers differ:\n" + "\n".join(one[:1500] for one in differences[:4])
    assert asked >= least


def test_all_is_the_same_without_them(twins, contract):
    token = twins.tokens.make(scope=" ".join(EVERY_SCOPE), sub="all", recipients=[OTHER])
    twins.questions = Questions(Client(twins.b.service.url, contract, token, kept=1), contract, {twins.her["id"]}, {
        "youthId": [], "recipientId": list(RECIPIENTS.values()), "assignedTo": ["me", "anna@example.com"],
        "districtId": [towns.id_of("0180", "district", "farsta")], "unitId": [towns.id_of("0180", "unit", "syd")],
        "resources": ["referrals", "consents,sip-requests,youths"]}, TODAY)
    for operation in contract.operations:
        if operation.template.startswith("/kaa/v1/") and operation.method == "GET":
            twins.questions.paths(operation)
    twins.align()  # B alone was asked for the ids
    for n, client in enumerate(callers(twins)):
        read_all(twins, client, n == 0)
        follow_the_feed(client)
        read_reports(contract, client)
        client.close()
        check(twins, 80)


def test_nor_does_work_after_it_tell(twins, contract):
    """What is done in both afterwards: the plan, the feed and the lists go on alike."""
    client = twins.client(scope=" ".join(EVERY_SCOPE), sub="caller@example.com")
    made = client.post("/outreach-attempts", {"youthId": twins.her["id"], "purpose": "outreach", "channel": "phone", "staff": ["anna"]})
    client.event(f"/outreach-attempts/{made.json()['id']}", "reached", if_match=made)
    client.get("/outreach-plan/counts")
    read_all(twins, client, False)
    follow_the_feed(client)
    read_reports(contract, client)
    client.close()
    check(twins, 40)
