"""States: the table of transitions in the database says what is possible; refusals and links say the same."""
import pytest


@pytest.fixture(scope="module")
def table(sql):
    """{(resource, status, actor): allowed events}"""
    rows = sql.execute('select resource, "from", actor, array_agg(event order by event) from base.transitions'
                       " group by 1, 2, 3").fetchall()
    return {(resource, status, actor): events for resource, status, actor, events in rows}


@pytest.fixture(scope="module")
def all_events(contract):
    """{resource: events that the contract knows}"""
    known = {}
    for operation in contract.operations:
        if operation.method == "POST" and operation.path.endswith("/events"):
            schema = contract.follow(operation.spec["requestBody"]["content"]["application/json"]["schema"])
            known[operation.path.split("/")[-3]] = {
                choice["properties"]["type"]["const"]: choice for choice in schema["oneOf"]}
    return known


class Walk:
    """Takes a resource through its states; in each, tries all that is not allowed."""

    def __init__(self, client, table, events, contract, path, resource, actor="staff"):
        self.client, self.events, self.contract = client, events, contract
        self.path, self.resource, self.actor, self.table = path, resource, actor, table

    def check(self):
        now = self.client.get(self.path)
        status = now.json()["status"]
        allowed = self.table.get((self.resource, status, self.actor), [])
        offered = {rel for rel, link in now.json()["_links"].items() if link["href"].endswith("/events")
                   and link["method"] == "POST"}
        assert offered == set(allowed), f"{self.path} in {status}: links {offered}, table {allowed}"
        for event, schema in self.events.items():
            if event not in allowed:
                answer = self.client.event(self.path, event, 409, now, **self.members(schema))
                assert answer.json()["code"] == "transition-not-allowed", answer.text
                assert answer.json()["allowed"] == allowed
        assert self.client.get(self.path).headers["ETag"] == now.headers["ETag"]
        return now

    def members(self, schema):
        from kaa_sample import sample
        body = sample(self.contract, schema)
        return {name: value for name, value in body.items() if name != "type"}

    def go(self, event, **members):
        before = self.check()
        done = self.client.event(self.path, event, 201, before, **{**self.members(self.events[event]), **members})
        history = self.client.get(f"{self.path}/events").json()["data"]
        assert any(done.headers["Location"].endswith(past["id"]) and past["type"] == event for past in history)
        assert self.client.get(done.headers["Location"]).json()["type"] == event
        assert done.json()["version"] > before.json()["version"]
        assert self.client.get(self.path).headers["ETag"] == done.headers["ETag"]
        return done


@pytest.fixture
def walk(table, all_events, contract, coordinator):
    def begin(resource, answer, client=None, actor="staff", states=None):
        path = f"/{resource}/{answer.json()['id']}"
        return Walk(client or coordinator, table, all_events[resource], contract, path, states or resource, actor)
    return begin


@pytest.fixture(scope="module")
def youth(world):
    return world.youth()


@pytest.mark.parametrize("events", [
    ("sent", "returned", "voided"), ("sent", "reached"), ("reached_declined", "voided"), ("no_answer",),
    ("wrong_contact_details",), ("cancelled", "voided"),
], ids="-".join)
def test_attempts(world, youth, walk, events):
    steps = walk("outreach-attempts", world.attempt(youth, "letter"))
    for event in events:
        answer = steps.go(event)
        assert answer.json()["status"] == event
    steps.check()


def test_measures(world, youth, walk, today):
    steps = walk("measures", world.measure(youth))
    steps.go("planned")
    steps.go("started")
    assert steps.go("ended").json()["status"] == "ended"
    steps.check()
    walk("measures", world.measure(youth)).go("declined")


def test_consents(world, youth, walk):
    steps = walk("consents", world.consent(youth))
    assert steps.go("withdrawn").json()["withdrawnAt"]
    steps.check()


def test_referrals(world, youth, walk, vera, coordinator):
    made = world.referral(youth, "vera", world.consent(youth, ["vera"], "crm"))
    sender = walk("referrals", made)
    receiver = walk("received-referrals", made, vera, "recipient", "referrals")
    vera.get(receiver.path, 404)
    sender.go("sent")
    for event in ("received", "accepted", "started", "completed"):
        sender.check()
        assert receiver.go(event).json()["status"] == event
        assert coordinator.get(sender.path).json()["status"] == event
    receiver.check()
    sender.check()


def test_a_declined_and_an_interrupted_referral(world, youth, walk, vera):
    for events, end in ((("declined",), "declined"), (("accepted", "interrupted"), "interrupted")):
        sent = world.sent_referral(youth, "vera", "crm")
        receiver = walk("received-referrals", sent, vera, "recipient", "referrals")
        for event in events:
            answer = receiver.go(event)
        assert answer.json()["status"] == end
        receiver.check()


def allowed_now(answer):
    return {rel for rel, link in answer.json()["_links"].items() if link["method"] == "POST"}


def history(client, path):
    """Its events; each alone is the same."""
    events = client.get(f"{path}/events").json()["data"]
    assert [client.get(f"{path}/events/{event['id']}").json() for event in events] == events
    return events


@pytest.mark.parametrize("protection", ["none", "confidentiality_marking"])
def test_when_a_consent_has_ended_what_was_begun_may_only_end(world, vera, coordinator, protection):
    """And nobody is told any more than that, whoever the youth is."""
    youth = world.youth(protection=protection)
    consent = world.consent(youth, ["vera"], "crm")
    paths = {}
    for status in ("accepted", "started"):
        made = world.referral(youth, "vera", consent)
        coordinator.event(f"/referrals/{made.json()['id']}", "sent", if_match=made)
        paths[status] = f"/received-referrals/{made.json()['id']}"
        vera.event(paths[status], "accepted", externalReference="VERA-7")
    vera.event(paths["started"], "started")
    whole = history(vera, paths["accepted"])
    assert [event["type"] for event in whole] == ["sent", "accepted"]
    assert [set(event) for event in whole] == [{"id", "type", "at"}, {"id", "type", "at", "details", "createdBy"}]
    assert whole[1]["details"] == {"externalReference": "VERA-7"}
    coordinator.event(f"/consents/{consent.json()['id']}", "withdrawn")
    assert history(vera, paths["accepted"]) == [
        {name: event[name] for name in ("id", "type", "at")} for event in whole]
    for status, events in (("accepted", {"interrupted"}), ("started", {"completed", "interrupted"})):
        seen = vera.get(paths[status])
        assert allowed_now(seen) == events
        assert set(seen.json()) == {"id", "version", "modifiedAt", "status", "consentEndedAt", "_links"}
        for event, members in (("received", {}), ("accepted", {}), ("declined", {"reason": "Fullt"}),
                               *((("started", {}), ("completed", {"result": "Praktik"})) if status == "accepted" else (("started", {}),))):
            refused = vera.event(paths[status], event, 409, seen, **members).json()
            assert (refused["code"], set(refused["allowed"])) == ("transition-not-allowed", events), event
    refused = vera.event(paths["accepted"], "started", 409).json()
    assert (refused["currentStatus"], refused["allowed"]) == ("accepted", ["interrupted"])
    assert vera.event(paths["accepted"], "interrupted", reason="Samtycket är slut").json()["status"] == "interrupted"
    assert vera.event(paths["started"], "completed", result="Praktik").json()["status"] == "completed"


def test_the_history_of_a_received_sip_request(world, youth, vera, coordinator):
    """The request's own events are the sender's; that it was sent or taken back is the recipient's to know."""
    made = world.sip_request(youth, ["vera", "region"])
    sent = coordinator.event(f"/sip-requests/{made.json()['id']}", "sent", if_match=made)
    row, = [row for row in vera.pages("/received-sip-requests") if row.get("requestId") == made.json()["id"]]
    path = f"/received-sip-requests/{row['id']}"
    vera.event(path, "declined", reason="Fullt")
    told = history(vera, path)
    assert [event["type"] for event in told] == ["sent", "declined"]
    assert set(told[0]) == {"id", "type", "at"} and told[1]["details"] == {"reason": "Fullt"}
    coordinator.event(f"/sip-requests/{sent.json()['id']}", "cancelled", reason="Ångrat")
    assert history(vera, path) == [{name: event[name] for name in ("id", "type", "at")} for event in told] + \
        history(vera, path)[2:]
    assert [event["type"] for event in history(vera, path)] == ["sent", "declined", "cancelled"]
    assert set(history(vera, path)[2]) == {"id", "type", "at"} and allowed_now(vera.get(path)) == set()


def test_sip_requests(world, youth, walk, caller, table, all_events, contract):
    import towns
    sender = walk("sip-requests", world.sip_request(youth))
    sender.go("sent")
    sender.check()
    social = caller("recipient", recipients=[towns.id_of("0180", "recipient", "social-services")])
    received, = social.pages("/received-sip-requests")
    receiver = Walk(social, table, all_events["received-sip-requests"], contract,
                    f"/received-sip-requests/{received['id']}", "sip-addressees", "recipient")
    receiver.go("accepted")
    receiver.check()
    sender.go("meeting_planned")
    sender.go("meeting_held")
    sender.go("plan_made")
    assert sender.go("closed").json()["status"] == "closed"
    sender.check()


def test_imports(world, walk, register, today):
    import people
    path = world.open_import(people.rows(2, today, ["farsta"], first=5000))
    steps = walk("imports", register.get(path), register)
    steps.go("validated")
    assert steps.go("committed").json()["status"] == "committed"
    steps.check()
    cancelled = walk("imports", register.get(world.open_import([])), register)
    cancelled.go("cancelled")
    cancelled.check()


def test_a_registration_ends(world, walk, coordinator):
    one = world.youth()
    registration = coordinator.get(f"/youths/{one['id']}/registrations").json()["data"][0]
    path = f"/youths/{one['id']}/registrations/{registration['id']}"
    done = coordinator.event(path, "ended", endDate=registration["startDate"], exitReason="moved")
    assert done.json()["status"] == "ended"
    assert coordinator.get(f"/youths/{one['id']}").json()["status"] == "ended"
    answer = coordinator.event(path, "ended", 409, endDate=registration["startDate"], exitReason="moved")
    assert answer.json()["allowed"] == []


def test_an_event_needs_the_version(world, youth, coordinator):
    attempt = world.attempt(youth)
    path = f"/outreach-attempts/{attempt.json()['id']}/events"
    coordinator.post(path, {"type": "no_answer"}, 428)
    coordinator.post(path, {"type": "no_answer"}, 412, if_match='"99-abc"')
    coordinator.post(path, {"type": "unheard_of"}, 400, if_match=attempt)
    coordinator.post(path, {}, 400, if_match=attempt)
    coordinator.post(path, {"type": "no_answer", "unheardOf": 1}, 400, if_match=attempt)
    coordinator.post(path, {"type": "no_answer", "at": "2150-01-01T00:00:00Z"}, 422, if_match=attempt)


def test_facts_are_fixed(world, youth, coordinator):
    attempt = world.attempt(youth)
    path = f"/outreach-attempts/{attempt.json()['id']}"
    done = coordinator.event(path, "no_answer", if_match=attempt)
    coordinator.patch(path, {"staff": ["someone-else"]}, 409, if_match=done)
    coordinator.request("DELETE", path, 405)
