"""Two youths who are one person: what leads to the survivor, what the duplicate takes no more, and the way back."""
import pytest

from kaa_client import at_once

pytestmark = pytest.mark.database


@pytest.fixture
def pair(world):
    """(duplicate, survivor): the first was registered in error."""
    survivor = world.youth()
    return world.duplicate(survivor), survivor


def covered(client):
    return client.get("/reports/follow-up?groupBy=total", params={"period": str(client.year)}).json()["data"][0]["covered"]


@pytest.fixture(scope="module")
def exact(caller, today):
    client = caller(scope="reports:read reports:exact")
    client.year = today.year
    return client


def listed(client, youth):
    """How often the youth is in the list, the count, and the plan."""
    rows = client.pages("/youths", count="true", bornAfter="1990-01-01")
    total = client.get("/youths?count=true&limit=1").json()["_meta"]["totalRecords"]
    assert total == len(rows)
    return [row["id"] for row in rows + client.pages("/outreach-plan")].count(youth["id"])


def test_one_person(pair, world, coordinator, register, exact):
    duplicate, survivor = pair
    before = covered(exact)
    numbers = [one["row"]["personalNumber"] for one in pair]
    made = world.merge(duplicate, survivor, reason="Samma person").json()
    assert (made["status"], made["youthId"], made["mergedInto"]) == ("merged", duplicate["id"], survivor["id"])
    assert made["_links"]["survivor"]["href"].endswith(f"/youths/{survivor['id']}")
    assert world.find(numbers) == [survivor["id"]] * 2
    assert covered(exact) == before - 1
    assert (listed(coordinator, duplicate), listed(coordinator, survivor)) == (0, 2)
    one = coordinator.get(f"/youths/{duplicate['id']}").json()
    assert one["mergedInto"] == survivor["id"] and one["_links"]["survivor"]["href"].endswith(survivor["id"])
    other = coordinator.get(f"/youths/{survivor['id']}").json()
    assert "mergedInto" not in other and "survivor" not in other["_links"]
    for youth in pair:
        assert [row["id"] for row in coordinator.pages("/youth-merges", youthId=youth["id"])] == [made["id"]]
    assert coordinator.pages("/youth-merges", youthId=duplicate["id"], status="reversed") == []
    back = coordinator.event(f"/youth-merges/{made['id']}", "reversed").json()
    assert back["status"] == "reversed" and back["reversedAt"]
    assert world.find(numbers) == [duplicate["id"], survivor["id"]] and covered(exact) == before
    assert (listed(coordinator, duplicate), listed(coordinator, survivor)) == (1, 2)
    history = coordinator.get(f"/youth-merges/{made['id']}/events").json()["data"]
    assert [row["type"] for row in history] == ["reversed"]


def test_the_register_speaks_of_the_survivor(pair, world, coordinator):
    """Its rows by the duplicate's number are the survivor's; both numbers in one file are one person twice."""
    duplicate, survivor = pair
    world.merge(duplicate, survivor)
    done = world.commit([{**duplicate["row"], "givenName": "Kimprov"}])
    assert done["counts"]["updated"] == 1 and done["counts"]["new"] == 0
    assert coordinator.get(f"/youths/{survivor['id']}").json()["givenName"] == "Kimprov"
    assert coordinator.get(f"/youths/{duplicate['id']}").json()["givenName"] == duplicate["givenName"]
    path = world.open_import([duplicate["row"], survivor["row"]])
    assert world.register.event(path, "validated").json()["counts"]["rejected"] == 2


def test_nothing_new_about_a_duplicate(pair, world, coordinator, today):
    duplicate, survivor = pair
    world.merge(duplicate, survivor)
    one = f"/youths/{duplicate['id']}"
    whole = coordinator.get(one)
    registration = {"startDate": today.isoformat(), "reason": "dropout"}
    for answer in (coordinator.post(f"{one}/registrations", registration, 409),
                   coordinator.post(f"{one}/occupations", {"code": "work"}, 409),
                   coordinator.post(f"{one}/identity-numbers", {"personalNumber": "20080101TX77"}, 409),
                   coordinator.post("/outreach-attempts", {"youthId": duplicate["id"], "purpose": "outreach",
                                                           "channel": "phone", "staff": ["anna"]}, 409),
                   coordinator.post("/measures", {"youthId": duplicate["id"], "type": "coaching",
                                                  "offeredAt": "2020-01-01T10:00:00Z"}, 409),
                   coordinator.patch(one, {"phones": ["+46701740605"]}, 409, if_match=whole)):
        assert answer.json()["code"] == "merged" and answer.json()["mergedInto"] == survivor["id"]
    answer = coordinator.post("/youth-merges", {"youthId": survivor["id"], "mergedInto": duplicate["id"]}, 409)
    assert answer.json()["code"] == "survivor-merged" and answer.json()["mergedInto"] == survivor["id"]


def test_refusals_are_said_clearly(world, coordinator):
    first, second = world.youths(2)
    for body, status, code in (({"youthId": first["id"], "mergedInto": first["id"]}, 422, "merged-into-itself"),
                               ({"youthId": first["id"], "mergedInto": second["id"]}, 409, "both-registered"),
                               ({"youthId": world.duplicate(first)["id"], "mergedInto": first["id"], "reason": "x" * 201},
                                400, "invalid-request")):
        answer = coordinator.post("/youth-merges", body, status)
        assert answer.json()["code"] == code and answer.json()["detail"]


def test_only_those_from_whom_nobody_is_hidden(pair, caller, coordinator):
    duplicate, survivor = pair
    body = {"youthId": duplicate["id"], "mergedInto": survivor["id"]}
    answer = caller("caseworker").post("/youth-merges", body, 403)
    assert "protected:read" in answer.json()["scope"]
    caller("caseworker").get("/youth-merges", 403)
    limited = caller("coordinator", districts=[survivor["districtId"]])
    assert limited.post("/youth-merges", body, 403).json()["code"] == "districts-limited"
    assert limited.get("/youth-merges").json()["data"] == []
    made = coordinator.post("/youth-merges", body)
    limited.get(f"/youth-merges/{made.json()['id']}", 404)
    limited.event(f"/youth-merges/{made.json()['id']}", "reversed", 404, if_match=made)


def test_the_feed_removes_the_duplicate(pair, world, coordinator):
    duplicate, survivor = pair
    after = coordinator.get("/changes?limit=1000").json()
    while after["data"]:
        after = coordinator.get("/changes", params={"limit": 1000, "after": after["cursor"]}).json()

    def told():
        rows = coordinator.get("/changes", params={"after": after["cursor"], "resources": "youths"}).json()["data"]
        return {row["id"]: row["change"] for row in rows}

    made = world.merge(duplicate, survivor)
    assert told()[duplicate["id"]] == "removed"
    coordinator.event(f"/youth-merges/{made.json()['id']}", "reversed", if_match=made)
    assert told()[duplicate["id"]] == "updated"


def test_a_key_makes_one_merge(pair, coordinator):
    duplicate, survivor = pair
    body = {"youthId": duplicate["id"], "mergedInto": survivor["id"]}
    first, again = (coordinator.post("/youth-merges", body, key="merge-1") for _ in range(2))
    assert first.json() == again.json()


def test_two_at_a_time_make_no_circle(world, coordinator):
    for _ in range(5):
        world_youth = world.youth()
        one, other = world.duplicate(world_youth), world.duplicate(world_youth)
        answers = at_once(*(lambda a=a, b=b: coordinator.request("POST", "/youth-merges", json={"youthId": a["id"], "mergedInto": b["id"]})
                            for a, b in ((one, other), (other, one))))
        assert sorted(answer.status_code for answer in answers) == [201, 409]


def test_a_duplicate_is_not_registered_meanwhile(world, coordinator, today):
    body = {"startDate": today.isoformat(), "reason": "dropout"}
    for _ in range(5):
        survivor = world.youth()
        duplicate = world.duplicate(survivor)
        merged, registered = at_once(
            lambda: coordinator.request("POST", "/youth-merges", json={"youthId": duplicate["id"], "mergedInto": survivor["id"]}),
            lambda: coordinator.request("POST", f"/youths/{duplicate['id']}/registrations", json=body))
        assert sorted((merged.status_code, registered.status_code)) == [201, 409]


def test_what_a_school_tells_by_its_number(world, coordinator):
    """Goes to the survivor, who is registered again; and nothing that was told before registers the duplicate."""
    duplicate = world.duplicate(world.youth())
    survivor = world.youth()  # whose registration is the later one
    world.school_event(duplicate["row"]["personalNumber"], "ended")
    world.evaluate()
    world.merge(duplicate, survivor)
    one = f"/youths/{survivor['id']}/registrations"
    registration, = coordinator.pages(one)
    coordinator.event(f"{one}/{registration['id']}", "ended", endDate=world.today.isoformat(), exitReason="national_programme")
    world.school_event(duplicate["row"]["personalNumber"], "ended")
    world.evaluate()
    assert len(coordinator.pages("/school-events", youthId=survivor["id"])) == 1
    assert [row["status"] for row in coordinator.pages(one)].count("open") == 1
    assert [row["status"] for row in coordinator.pages(f"/youths/{duplicate['id']}/registrations")] == ["ended"]


def test_one_of_preventive_work(world, coordinator):
    """Turns out to be registered already: the duplicate goes, not the register's."""
    duplicate, survivor = world.preventive(), world.youth()
    answer = coordinator.post("/youth-merges", {"youthId": survivor["id"], "mergedInto": duplicate["id"]}, 422)
    assert answer.json()["code"] == "survivor-preventive"
    world.merge(duplicate, survivor)
    assert coordinator.get(f"/youths/{duplicate['id']}").json()["mergedInto"] == survivor["id"]
    assert duplicate["id"] not in {row["id"] for row in coordinator.pages("/youths")}


def test_what_was_known_of_the_duplicate(pair, world, coordinator):
    """The latest word counts, whichever of the two it was said of; the list says what the youth says."""
    duplicate, survivor = pair
    coordinator.post(f"/youths/{duplicate['id']}/occupations", {"code": "parental_leave"})

    def found():
        rows = coordinator.pages("/youths", occupation="parental_leave")
        return {row["id"]: row["occupation"]["code"] for row in rows if row["id"] in (duplicate["id"], survivor["id"])}

    assert found() == {duplicate["id"]: "parental_leave"}
    made = world.merge(duplicate, survivor)
    assert found() == {survivor["id"]: "parental_leave"}
    coordinator.event(f"/youth-merges/{made.json()['id']}", "reversed", if_match=made)
    assert found() == {duplicate["id"]: "parental_leave"}
