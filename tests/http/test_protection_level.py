"""A youth becomes protected, or is so no longer: from that moment on, for everyone, and with a row in the log."""
import pytest
import towns

pytestmark = pytest.mark.database

LEVELS = ("confidentiality_marking", "protected_registration")
ADDRESS = {"street": "Provvägen 1", "postalCode": "12345", "city": "Provköping"}


@pytest.fixture(scope="module")
def plain(caller):
    return caller("caseworker", sub="plain")


@pytest.fixture(scope="module")
def plain_officer(caller):
    """Reads the log, but sees no protected persons."""
    return caller(scope="access-log:read youth-lookups:read")


def protect(world, youth, level):
    """The register says so tonight."""
    world.commit([{**youth["row"], "protection": level, "actualMunicipality": "0180"}])


def changes_of(officer, youth):
    return [row for row in officer.pages(f"/youths/{youth['id']}/access-log") if row["action"] == "protection-changed"]


@pytest.mark.parametrize("level", LEVELS)
def test_a_change_is_in_the_log(level, world, officer, plain_officer):
    youth = world.youth()
    assert changes_of(officer, youth) == []
    protect(world, youth, level)
    row, = changes_of(officer, youth)
    assert (row["code"], row["protected"], row["outcome"], row["sub"]) == (f"none {level}", True, "written", "ber")
    assert row["subjects"] == [youth["id"]] and row["resourceId"] == youth["id"]
    protect(world, youth, level)
    assert len(changes_of(officer, youth)) == 1
    protect(world, youth, "none")
    assert {row["code"] for row in changes_of(officer, youth)} == {f"none {level}", f"{level} none"}
    # who may not see protected persons does not learn that somebody was one
    assert plain_officer.get(f"/youths/{youth['id']}/access-log").status_code == 200
    assert changes_of(plain_officer, youth) == []
    assert youth["id"] in str(plain_officer.pages("/access-log"))
    assert "protection-changed" not in str(plain_officer.pages("/access-log"))


def test_who_is_entered_as_protected_is_in_the_log(coordinator, officer, today):
    made = coordinator.post("/youths", {
        "personalNumber": "20090315TF77", "birthDate": "2009-03-15", "givenName": "Annikaprov", "familyName": "Provlund",
        "protection": "confidentiality_marking", "registration": {"startDate": today.isoformat(), "reason": "unknown"}})
    assert [row["code"] for row in changes_of(officer, made.json())] == ["none confidentiality_marking"]


@pytest.mark.parametrize("level", LEVELS)
def test_what_was_seen_is_gone_at_once(level, world, plain, coordinator):
    """Also for one who holds its ETag, its place in a list, or a key of a write that succeeded."""
    youths = world.youths(3)
    youth = youths[0]
    path, attempt = f"/youths/{youth['id']}", world.attempt(youth).json()
    tag = plain.get(path).headers["ETag"]
    plain.get(path, 304, headers={"If-None-Match": tag})
    body = {"youthId": youth["id"], "purpose": "outreach", "channel": "phone", "staff": ["anna@example.com"]}
    plain.post("/outreach-attempts", body, key=f"before-{level}")
    pages = {}
    for order in ("name", "modifiedAt", "birthDate"):
        first = plain.get("/youths", params={"limit": 1, "sort": order}).json()
        while first["data"][0]["id"] != youth["id"] and first.get("pageToken"):
            first = plain.get("/youths", params={"limit": 1, "sort": order, "pageToken": first["pageToken"]}).json()
        pages[order] = first.get("pageToken")

    protect(world, youth, level)
    plain.get(path, 404)
    plain.get(path, 404, headers={"If-None-Match": tag})
    plain.patch(path, {"email": "x@provpost.example"}, 404, if_match=tag)
    plain.get(f"/outreach-attempts/{attempt['id']}", 404)
    plain.event(f"/outreach-attempts/{attempt['id']}", "reached", 404, if_match='"1-0000000000000000"')
    plain.post("/outreach-attempts", body, 404, key=f"before-{level}")  # nothing of hers is rendered anew
    plain.post("/outreach-attempts", body, 422)
    assert world.find([youth["row"]["personalNumber"]]) == [youth["id"]]
    for order, token in pages.items():
        if not token:
            continue
        after = plain.get("/youths", None, params={"limit": 1, "sort": order, "pageToken": token})
        assert after.status_code == 200 or after.json()["code"] == "page-token-expired"
        assert youth["id"] not in after.text
    assert coordinator.get(path).json()["protection"] == level

    protect(world, youth, "none")
    assert plain.get(path).json()["protection"] == "none"
    plain.get(f"/outreach-attempts/{attempt['id']}")
    assert youth["id"] in {row["id"] for row in plain.pages("/youths")}


def test_the_feed_of_those_who_see_again(world, plain):
    youth = world.youth(protection="confidentiality_marking")

    def end():
        after = {}
        while True:
            page = plain.get("/changes", params={"limit": 1000, **after}).json()
            after = {"after": page["cursor"]}
            if not page["hasMore"]:
                return after

    start = end()
    protect(world, youth, "none")
    rows = plain.get("/changes", params=start).json()["data"]
    assert [row["change"] for row in rows if row["id"] == youth["id"]] == ["updated"]


def test_protected_registration_takes_the_places_away(world, coordinator):
    youth = world.youth(enrolments=[{"type": "national_programme", "school": "Provskolan", "from": "2025-08-15",
                                     "cancelled": "2025-11-01"}])
    path = f"/youths/{youth['id']}"
    coordinator.patch(path, {"contactAddress": ADDRESS}, if_match=coordinator.get(path))
    letter = world.attempt(youth, "letter").json()
    phone = world.attempt(youth).json()
    assert "Provskolan" in coordinator.get(path).text
    protect(world, youth, "protected_registration")
    now = coordinator.get(path)
    assert not {"districtId", "address", "contactAddress"} & set(now.json())
    assert "Provskolan" not in now.text + coordinator.get(f"{path}/registrations").text + coordinator.get(f"{path}/timeline").text
    assert coordinator.get(f"/outreach-attempts/{letter['id']}").json()["status"] == "cancelled"
    assert coordinator.get(f"/outreach-attempts/{phone['id']}").json()["status"] == "planned"
    assert now.json()["outreach"]["step"] == "manual_contact"
    coordinator.patch(path, {"contactAddress": ADDRESS}, 422, if_match=now)


def test_what_was_released_stays_with_the_recipient(world, vera, caller):
    youth = world.youth()
    sent = world.sent_referral(youth, "vera", "crm").json()
    before = vera.get(f"/received-referrals/{sent['id']}").json()
    protect(world, youth, "confidentiality_marking")
    after = vera.get(f"/received-referrals/{sent['id']}").json()
    assert {**before, "version": 0} == {**after, "version": 0}
    caller("recipient", recipients=[towns.id_of("0180", "recipient", "region")]).get(f"/received-referrals/{sent['id']}", 404)


def test_register_members_are_not_for_casework(world, coordinator):
    """A PATCH of them is refused as a whole, each member named."""
    path = f"/youths/{world.youth()['id']}"
    now = coordinator.get(path)
    patch = {"givenName": "Annan", "familyName": "Annan", "birthDate": "2009-01-01", "sex": "female", "protection": "none",
             "address": {**ADDRESS, "kind": "registered"}, "districtId": towns.id_of("0180", "district", "jarva"), "unitId": towns.id_of("0180", "unit", "syd")}
    refused = coordinator.patch(path, {**patch, "email": "x@provpost.example"}, 400, if_match=now).json()
    assert {error["pointer"] for error in refused["errors"]} == {f"/{name}" for name in patch}
    assert {error["code"] for error in refused["errors"]} <= {"read-only", "create-only"}
    assert coordinator.get(path).json() == now.json()
