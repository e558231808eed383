"""School events: a school tells and learns nothing; what it told is the youth's, and preventive work begins."""
from datetime import timedelta

import people
import pytest


@pytest.fixture(scope="module")
def school(caller):
    return caller("school", sub="rektor", schoolUnit="12345678")


@pytest.fixture(scope="module")
def unaware(caller):
    """A coordinator who may not see preventive work."""
    from kaa_tokens import ROLES
    return caller(scope=" ".join(scope for scope in ROLES["coordinator"] if scope != "preventive:read"))


def body(number, today, event="e", **members):
    return {"eventId": event, "personalNumber": number, "givenName": "Kimprov", "familyName": "Exempelgren",
            "type": "absence", "date": today.isoformat(), **members}


def test_the_answer_says_nothing_of_the_person(school, world, today):
    """Known, hidden, unknown and preventive: the same status, headers and shape."""
    known, hidden = world.youth(), world.youth(protection="confidentiality_marking")
    preventive = world.preventive()
    unknown = people.rows(1, today, first=190_001)[0]["personalNumber"]
    told = [school.post("/school-events", body(number, today, f"same-{n}"), 202) for n, number in enumerate(
        [known["personalNumber"], hidden["personalNumber"], preventive["personalNumber"], unknown])]
    shapes = {(answer.status_code, tuple(answer.json()), len(answer.content),
               tuple(sorted(name for name in answer.headers))) for answer in told}
    assert len(shapes) == 1 and told[0].json().keys() == {"id"}
    assert len({answer.json()["id"] for answer in told}) == 4
    assert "Location" not in told[0].headers


def test_the_first_of_an_event_holds(school, caller, coordinator, world, today):
    youth = world.youth()
    first = school.post("/school-events", body(youth["personalNumber"], today, "handelse-4711"), 202)
    again = school.post("/school-events", body(youth["personalNumber"], today, "handelse-4711", type="at_risk"), 202)
    other_person = school.post("/school-events", body("20080101TF01", today, "handelse-4711"), 202)
    assert first.json() == again.json() == other_person.json()
    elsewhere = caller("school", sub="rektor", schoolUnit="87654321")
    assert elsewhere.post("/school-events", body(youth["personalNumber"], today, "handelse-4711"), 202).json() != first.json()
    world.evaluate()
    event = coordinator.get(f"/school-events/{first.json()['id']}").json()
    assert (event["youthId"], event["type"], event["schoolUnit"]) == (youth["id"], "absence", "12345678")
    assert school.post("/school-events", body(youth["personalNumber"], today, "handelse-4711"), 202).json() == first.json()
    keyed = school.post("/school-events", body(youth["personalNumber"], today, "keyed"), 202, key="k1")
    assert school.post("/school-events", body(youth["personalNumber"], today, "keyed"), 202, key="k1").json() == keyed.json()


@pytest.mark.parametrize("wrong, pointer", [
    ({"type": "completed"}, "/result"), ({"result": "diploma"}, "/result"), ({"enrolmentType": "komvux"}, "/enrolmentType"),
    ({"numberType": "personal"}, "/personalNumber"), ({"type": "ended", "date": "2100-01-01"}, "/date"),
    ({"type": "started", "date": "2100-01-01"}, "/date"), ({"birthDate": "2100-01-01"}, "/birthDate"),
])
def test_what_is_wrong_is_refused(school, today, wrong, pointer):
    answer = school.post("/school-events", body("20080101TF01", today, "event-wrong", **wrong), 422)
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert "20080101TF01" not in answer.text


def test_a_school_reads_nothing(school, world):
    told = world.school_event("20080101TF01", teller=school)
    school.get("/school-events", 403)
    school.get(f"/school-events/{told.json()['id']}", 403)
    school.get("/youths", 403)


def test_events_are_read_once_they_are_taken(world, coordinator, register, school, today):
    youth = world.youth()
    told = world.school_event(youth["personalNumber"], "at_risk", school, school="Provskolan", programme="EE")
    path = f"/school-events/{told.json()['id']}"
    coordinator.get(path, 404)
    world.evaluate()
    event = coordinator.get(path).json()
    assert event["school"] == "Provskolan" and event["createdBy"] == "rektor"
    assert not {"personalNumber", "givenName", "familyName", "birthDate", "phones", "email"} & event.keys()
    assert [row["id"] for row in coordinator.pages("/school-events", youthId=youth["id"])] == [event["id"]]
    assert event["id"] in {row["id"] for row in register.pages("/school-events", type="at_risk")}
    assert event["id"] not in {row["id"] for row in register.pages("/school-events", type="absence,ended")}
    assert coordinator.get("/school-events?sort=date&limit=1").json()["data"][0]["date"] == today.isoformat()
    on_timeline = [row for row in coordinator.pages(f"/youths/{youth['id']}/timeline") if row["resource"] == "school-events"]
    assert [(row["resourceId"], row["type"]) for row in on_timeline] == [(event["id"], "at_risk")]
    changes = register.get("/changes?resources=school-events&limit=1000").json()["data"]
    assert event["id"] in {row["id"] for row in changes}


def test_no_school_with_protected_registration(world, coordinator, school, sql):
    youth = world.youth(protection="protected_registration", actualMunicipality="0180")
    told = world.school_event(youth["personalNumber"], "ended", school, school="Hemligstigens skola")
    world.evaluate()
    assert "school" not in coordinator.get(f"/school-events/{told.json()['id']}").json()
    assert not sql.execute("select from base.school_events e where e::text like '%Hemlig%'").fetchone()


def test_of_an_unknown_person_who_started_nothing_is_kept(world, school, sql, today):
    number = people.rows(1, today, first=190_100)[0]["personalNumber"]
    for type_, more in (("started", {}), ("completed", {"result": "diploma"})):
        world.school_event(number, type_, school, familyName="Utkastström", phones=["+46701740699"], **more)
    waiting = sql.execute("select 1 from base.school_event_inbox b where b::text like %s", [f"%{number}%"]).fetchall()
    assert len(waiting) == 2
    world.evaluate()
    for (table,) in sql.execute("select format('base.%I', relname) from pg_class where relkind in ('r', 'p')"
                                " and relnamespace = 'base'::regnamespace").fetchall():
        for word in (number, "Utkastström", "+46701740699"):
            assert not sql.execute(f"select 1 from {table} t where t::text like %s limit 1", [f"%{word}%"]).fetchone(), (table, word)


def test_drop_out_and_return(world, coordinator, school, today):
    """A drop-out ends nothing of who is registered; a start ends the registration, a later drop-out begins a new one."""
    youth = world.youth()
    path = f"/youths/{youth['id']}"
    world.school_event(youth["personalNumber"], "started", school, enrolmentType="introductory_programme")
    assert world.evaluate(dryRun=True)["counts"]["ended"] == 1
    assert coordinator.get(path).json()["status"] == "active"
    counts = world.evaluate()["counts"]
    assert counts["ended"] == 1
    assert coordinator.get(path).json()["registration"]["exitReason"] == "introductory_programme"
    world.school_event(youth["personalNumber"], "ended", school)
    assert world.evaluate()["counts"]["opened"] == 1
    assert coordinator.get(path).json()["status"] == "active"
    assert world.evaluate()["counts"]["opened"] == 0
    evaluations = coordinator.pages(f"{path}/evaluations")
    assert all("runId" in row or "importId" in row for row in evaluations) and len(evaluations) == 3
    # the nightly row, which does not know yet, changes nothing of it
    assert world.commit([youth["row"]])["counts"].get("ended") == 0
    assert coordinator.get(path).json()["status"] == "active"


# Preventive ---------------------------------------------------------------------------------------

def test_preventive_persons_are_for_those_with_the_scope(world, coordinator, unaware, contract):
    """Everywhere: lists, counts, figures, the feed, single reads and what is asked about them are as without them."""
    def everything_told():
        told = {}
        for operation in contract.operations:
            filters = contract.filters(operation)
            if operation.method != "GET" or operation.path_parameters or not operation.template.startswith("/kaa/v1/"):
                continue
            if operation.template.endswith(("/changes", "/access-log", "/evaluation-runs")):
                continue
            params = {"period": "2026"} if "period" in filters else {}
            params |= {"count": "true", "limit": "100"} if "count" in filters else {}
            answer = unaware.request("GET", operation.template, params=params)
            if answer.status_code == 200 and "/reports" not in operation.template:
                told[operation.template] = (answer.headers.get("ETag"), answer.content)
            elif answer.status_code == 200:
                told[operation.template] = answer.json()["data"]
        return told

    world.youth()
    before, cursor = everything_told(), unaware.get("/changes?limit=1000").json()["cursor"]
    youth = world.preventive(phones=["+46701740611"], email=f"kim@{people.MAIL}")
    attempt = world.attempt(youth)
    coordinator.event(f"/outreach-attempts/{attempt.json()['id']}", "reached", if_match=attempt)
    measure = world.measure(youth)
    assert youth["status"] == "preventive" and youth["phones"] == ["+46701740611"]
    assert everything_told() == before and len(before) > 10
    fed = unaware.get("/changes", params={"after": cursor, "limit": "1000"}).json()["data"]
    assert {row["resource"] for row in fed} <= {"evaluation-runs"}, fed
    for path in (f"/youths/{youth['id']}", f"/youths/{youth['id']}/timeline", f"/outreach-attempts/{attempt.json()['id']}",
                 f"/measures/{measure.json()['id']}"):
        coordinator.get(path)
        unaware.get(path, 404)
    unaware.post("/outreach-attempts", {"youthId": youth["id"], "purpose": "outreach", "channel": "phone", "staff": ["a"]}, 422)
    assert world.find([youth["personalNumber"]]) == [None]
    assert youth["id"] in {row["id"] for row in coordinator.pages("/youths", status="preventive")}
    assert youth["id"] not in {row["id"] for row in coordinator.pages("/outreach-plan")}


def test_a_preventive_number_is_not_told(world, caller, coordinator, today):
    """Who may not see preventive persons cannot enter or renumber anyone: a number that is taken would tell."""
    youth, other = world.preventive(), world.youth()
    short = caller(scope="youths:read youths:write protected:read personal-numbers:read")
    numbers = youth["personalNumber"], people.rows(1, today, first=190_200)[0]["personalNumber"]
    for number in numbers:
        entered = {"personalNumber": number, "givenName": "Kimprov", "familyName": "Provlund",
                   "registration": {"startDate": today.isoformat(), "reason": "unknown"}}
        for path, asked in (("/youths", entered), (f"/youths/{other['id']}/identity-numbers", {"personalNumber": number})):
            answer = short.post(path, asked, 403)
            assert answer.json()["code"] == "scope-missing" and "preventive:read" in answer.text
        short.post("/youth-merges", {"youthId": youth["id"], "mergedInto": other["id"]}, 403)


def test_preventive_persons_in_the_log(world, coordinator, officer, caller):
    """Who reads the log without seeing them reads of nobody; with the scope, of who wrote and read them."""
    from kaa_tokens import ROLES
    youth = world.preventive()
    coordinator.get(f"/youths/{youth['id']}")
    assert youth["id"] not in str(officer.pages("/access-log"))
    sighted = caller(scope=" ".join(ROLES["data-protection-officer"] + ["preventive:read"]))
    rows = [row for row in sighted.pages("/access-log") if youth["id"] in row["subjects"]]
    assert {(row["resource"], row["action"]) for row in rows} >= {("school-events", "take"), ("youths", "read")}


def test_a_preventive_person_is_registered_by_hand(world, coordinator, today):
    """Before that, no more than contact, attempts and measures is kept."""
    youth = world.preventive()
    for path, body in ((f"/youths/{youth['id']}/occupations", {"code": "work"}),
                       (f"/youths/{youth['id']}/assignments", {"staff": "anna@example.com"}),
                       ("/sip-requests", {"youthId": youth["id"], "addressees": []})):
        assert coordinator.post(path, body, 422).json()["code"] == "preventive-person"
    coordinator.patch(f"/youths/{youth['id']}", {"phones": ["+46701740613"]}, if_match=coordinator.get(f"/youths/{youth['id']}"))
    coordinator.post(f"/youths/{youth['id']}/registrations", {"startDate": today.isoformat(), "reason": "dropout"})
    assert coordinator.get(f"/youths/{youth['id']}").json()["status"] == "active"


def test_a_preventive_person_is_registered_by_an_import(world, coordinator):
    youth = world.preventive(phones=["+46701740612"])
    counts = world.commit([{**youth["row"], "givenName": "Robinprov"}])["counts"]
    assert counts["new"] == 1
    now = coordinator.get(f"/youths/{youth['id']}").json()
    assert now["status"] == "active" and now["givenName"] == "Robinprov" and now["phones"] == ["+46701740612"]
    assert world.find([youth["personalNumber"]]) == [youth["id"]]


def test_who_wrote_and_read_is_in_the_log(world, school, coordinator, officer):
    youth = world.youth()
    told = world.school_event(youth["personalNumber"], teller=school)
    run = world.evaluate()
    coordinator.get(f"/school-events/{told.json()['id']}")
    rows = [row for row in officer.pages("/access-log", resource="school-events,evaluation-runs") if youth["id"] in row["subjects"]]
    assert {(row["resource"], row["action"], row["outcome"]) for row in rows} >= {
        ("school-events", "take", "written"), ("school-events", "read", "shown")}
    posted, = [row for row in officer.pages("/access-log", resource="school-events") if row.get("resourceId") == told.json()["id"]
               and row["action"] == "create"]
    assert posted["subjects"] == [] and posted["sub"] == "rektor"
    assert run["counts"]["evaluated"] > 0
