"""The access log: every read, write and refusal about a person, with who asked and whom it was about."""
import uuid

import pytest


class Trace:
    """Asks under a trace of its own and finds the log's rows of it."""

    def __init__(self, officer):
        self.id = uuid.uuid4().hex
        self.officer = officer
        self.headers = {"traceparent": f"00-{self.id}-{'3' * 16}-01"}

    def rows(self):
        rows = self.officer.pages("/access-log")
        return [row for row in rows if row.get("trace") == self.id]

    def row(self):
        rows = self.rows()
        assert len(rows) == 1, rows
        return rows[0]


@pytest.fixture
def trace(officer):
    return Trace(officer)


@pytest.fixture(scope="module")
def youth(world):
    return world.youth()


def test_a_read_is_logged(trace, youth, coordinator):
    coordinator.get(f"/youths/{youth['id']}", headers=trace.headers)
    row = trace.row()
    assert row["resource"] == "youths" and row["action"] == "read" and row["outcome"] == "shown"
    assert row["subjects"] == [youth["id"]] and row["resourceId"] == youth["id"]
    assert row["sub"] == "coordinator@example.com" and row["client"] == "tests" and row["at"]


def test_a_read_of_a_protected_person_is_marked(trace, youth, coordinator, officer, world):
    hidden = world.youth(protection="confidentiality_marking")
    coordinator.get(f"/youths/{hidden['id']}", headers=trace.headers)
    assert trace.row()["protected"] is True
    other = Trace(officer)
    coordinator.get(f"/youths/{youth['id']}", headers=other.headers)
    assert other.row()["protected"] is False


def test_the_system_that_acts_for_a_user_is_logged(trace, youth, caller):
    caller("coordinator", act={"sub": "frontend"}).get(f"/youths/{youth['id']}", headers=trace.headers)
    assert trace.row()["act"] == "frontend"


def test_an_answer_of_not_modified_is_logged(trace, youth, coordinator):
    tag = coordinator.get(f"/youths/{youth['id']}").headers["ETag"]
    coordinator.get(f"/youths/{youth['id']}", 304, headers={**trace.headers, "If-None-Match": tag})
    assert trace.row()["subjects"] == [youth["id"]]


def test_a_list_is_logged_with_those_it_showed(trace, world, coordinator):
    shown = {one["id"] for one in world.youths(3)}
    page = coordinator.get("/youths?limit=100", headers=trace.headers).json()["data"]
    row = trace.row()
    assert row["action"] == "list" and set(row["subjects"]) == {one["id"] for one in page}
    assert shown <= set(row["subjects"])


def test_a_lookup_is_logged(trace, youth, register):
    register.post("/youth-lookups", {"personalNumbers": [youth["row"]["personalNumber"]]}, 200, headers=trace.headers)
    assert trace.row()["subjects"] == [youth["id"]]


def test_a_write_is_logged(trace, youth, coordinator):
    now = coordinator.get(f"/youths/{youth['id']}")
    coordinator.patch(f"/youths/{youth['id']}", {"phones": ["+46701740610"]}, if_match=now, headers=trace.headers)
    row = trace.row()
    assert row["outcome"] == "written" and row["subjects"] == [youth["id"]]


def test_casework_is_logged_with_its_youth(trace, youth, coordinator):
    made = coordinator.post("/outreach-attempts", {
        "youthId": youth["id"], "purpose": "outreach", "channel": "phone", "staff": ["anna"]}, headers=trace.headers)
    row = trace.row()
    assert row["resource"] == "outreach-attempts" and row["action"] == "create"
    assert row["subjects"] == [youth["id"]] and row["resourceId"] == made.json()["id"]


def test_what_is_not_there_is_logged(trace, coordinator):
    absent = str(uuid.uuid4())
    coordinator.get(f"/youths/{absent}", 404, headers=trace.headers)
    row = trace.row()
    assert row["outcome"] == "absent" and row["resourceId"] == absent and row["subjects"] == []


def test_refusals_are_logged(youth, coordinator, caller, officer):
    now = coordinator.get(f"/youths/{youth['id']}")
    path, patch = f"/youths/{youth['id']}", {"email": "x@provpost.example"}
    refused = {
        403: lambda headers: caller("administrator").get(path, 403, headers=headers),
        412: lambda headers: coordinator.patch(path, patch, 412, if_match='"999-x"', headers=headers),
        409: lambda headers: coordinator.post(
            "/outreach-attempts/" + other["id"] + "/events", {"type": "sent"}, 409, if_match=other["tag"],
            headers=headers),
    }
    made = coordinator.post("/outreach-attempts", {
        "youthId": youth["id"], "purpose": "outreach", "channel": "phone", "staff": ["anna"]})
    done = coordinator.event(f"/outreach-attempts/{made.json()['id']}", "no_answer", if_match=made)
    other = {"id": made.json()["id"], "tag": done.headers["ETag"]}
    assert now.json()["id"] == youth["id"]
    for status, ask in refused.items():
        trace = Trace(officer)
        ask(trace.headers)
        rows = trace.rows()
        assert len(rows) == 1, f"{len(rows)} rows of a {status}"
        row = rows[0]
        assert row["outcome"] == "refused" and row["code"], status
        assert row["resourceId"] in (youth["id"], other["id"]), status


def test_hidden_and_absent_are_logged_alike(world, caller, officer):
    hidden = world.youth(protection="confidentiality_marking")
    rows = []
    for one in (hidden["id"], str(uuid.uuid4())):
        trace = Trace(officer)
        caller("caseworker").get(f"/youths/{one}", 404, headers=trace.headers)
        row = trace.row()
        rows.append({name: value for name, value in row.items()
                     if name not in ("id", "at", "trace", "resourceId", "_links")})
    assert rows[0] == rows[1]


def test_configuration_is_not_logged(trace, administrator):
    administrator.get("/districts", headers=trace.headers)
    assert trace.rows() == []


def test_reading_the_log_is_logged(trace, officer, youth):
    officer.get("/access-log", params={"youthId": youth["id"]}, headers=trace.headers)
    assert trace.row()["resource"] == "access-log"


def test_of_one_youth(youth, officer, coordinator, world):
    world.youth()
    coordinator.get(f"/youths/{youth['id']}")
    rows = officer.pages("/access-log", youthId=youth["id"])
    assert rows and all(youth["id"] in row["subjects"] or row["resourceId"] == youth["id"] for row in rows)
    own = officer.pages(f"/youths/{youth['id']}/access-log")
    assert len(own) >= len(rows)


def test_the_log_has_its_own_scope(coordinator, caller, youth):
    for client in (coordinator, caller("administrator"), caller("caseworker")):
        client.get("/access-log", 403)
        client.get(f"/youths/{youth['id']}/access-log", 403)


def test_the_log_of_another_municipality(caller, youth):
    officer = caller("data-protection-officer", municipality="0126")
    assert officer.get("/access-log", params={"youthId": youth["id"]}).json()["data"] == []
    officer.get(f"/youths/{youth['id']}/access-log", 404)


def test_the_log_holds_no_names_and_no_numbers(sql, youth):
    text = "\n".join(row[0] for row in sql.execute("select to_jsonb(l)::text from base.access_log l").fetchall())
    for word in (youth["givenName"], youth["familyName"], youth["row"]["personalNumber"]):
        assert word not in text


def test_who_asked_for_a_person_that_is_not_theirs_is_found(officer, world, caller):
    """Also where the path or the body names the youth, and nothing was shown."""
    hidden = world.youth(protection="confidentiality_marking")
    for ask in (lambda one, how: one.get(f"/youths/{hidden['id']}/timeline", 404, headers=how),
                lambda one, how: one.post(f"/youths/{hidden['id']}/assignments", {"staff": "a@example.com"}, 404, headers=how),
                lambda one, how: one.post("/consents", {
                    "youthId": hidden["id"], "purpose": "sip", "givenByYouth": True, "medium": "oral",
                    "givenAt": "2026-01-01T00:00:00Z", "recipientIds": [str(uuid.uuid4())], "shares": ["identity"]},
                    422, headers=how)):
        trace = Trace(officer)
        ask(caller("caseworker"), trace.headers)
        rows = officer.pages("/access-log", youthId=hidden["id"])
        assert [row["resourceId"] for row in rows if row.get("trace") == trace.id] == [hidden["id"]]
