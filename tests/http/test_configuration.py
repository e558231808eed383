"""Organisation as data: municipality, districts, units, recipients, code lists."""
import re
import uuid
from datetime import timedelta

import people
import pytest
import towns


def test_a_district_is_made_changed_and_retired(administrator):
    made = administrator.post("/districts", {"name": "Vasastan", "slug": "vasastan",
                                             "unitId": towns.id_of("0180", "unit", "nord")})
    path = f"/districts/{made.json()['id']}"
    changed = administrator.patch(path, {"name": "Norra innerstaden"}, if_match=made)
    assert changed.json()["slug"] == "vasastan" and changed.json()["version"] == 2
    retired = administrator.patch(path, {"validTo": "2026-06-30"}, if_match=changed)
    assert retired.json()["validTo"] == "2026-06-30"
    administrator.request("DELETE", path, 405)
    assert made.json()["id"] in [row["id"] for row in administrator.pages("/districts")]


def test_a_slug_is_unique_in_its_municipality(administrator, caller):
    administrator.post("/districts", {"name": "En", "slug": "unik"})
    answer = administrator.post("/districts", {"name": "Två", "slug": "unik"}, 409)
    assert answer.json()["code"] == "district-slug-taken" and answer.json()["errors"][0]["pointer"] == "/slug"
    caller("administrator", municipality="0126").post("/districts", {"name": "En", "slug": "unik"})


@pytest.mark.parametrize("slug", ["Stor", "med blank", "å", "a/b", "a_b"])
def test_slugs_are_for_machines(administrator, slug):
    assert administrator.post("/districts", {"name": "Slug", "slug": slug}, None).status_code in (400, 422)


def test_what_is_referred_to_must_be_there(administrator):
    for unit in (str(uuid.uuid4()), towns.id_of("0126", "unit", "kaa")):
        answer = administrator.post("/districts", {"name": "Utan enhet", "slug": "utan-enhet", "unitId": unit}, 422)
        assert answer.json()["errors"][0]["pointer"] == "/unitId"


def test_youths_follow_their_district_to_its_unit(administrator, world, coordinator):
    youth = world.youth(district="skarpnack")
    path = f"/districts/{towns.id_of('0180', 'district', 'skarpnack')}"
    assert youth["unitId"] == towns.id_of("0180", "unit", "syd")
    changed = administrator.patch(path, {"unitId": towns.id_of("0180", "unit", "nord")},
                                  if_match=administrator.get(path))
    assert coordinator.get(f"/youths/{youth['id']}").json()["unitId"] == towns.id_of("0180", "unit", "nord")
    administrator.patch(path, {"unitId": towns.id_of("0180", "unit", "syd")}, if_match=changed)


def test_a_unit_shows_the_districts_it_serves(administrator):
    unit = administrator.get(f"/units/{towns.id_of('0180', 'unit', 'nord')}").json()
    assert towns.id_of("0180", "district", "jarva") in unit["districtIds"]
    assert unit["administration"] == "labour_market"


def test_one_default_unit(administrator):
    answer = administrator.post("/units", {"name": "Andra", "administration": "education", "default": True}, 409)
    assert answer.json()["code"] == "one-default-unit"


def district(administrator, slug, **members):
    return administrator.post("/districts", {"name": slug.title(), "slug": slug, **members})


def refused(answer, code, pointer):
    """Told by its code, where it is, and in words."""
    problem = answer.json()
    assert problem["code"] == code and problem["errors"][0]["pointer"] == pointer and problem["detail"], problem
    return True


def test_a_district_that_is_replaced(administrator, world, coordinator, caller, today):
    """Its youths move to the one that replaces it; a register that still says the old slug is understood."""
    old, new = district(administrator, "gamla"), district(administrator, "nya")
    path, last = f"/districts/{old.json()['id']}", (today - timedelta(days=1)).isoformat()
    youth = world.youth(district="gamla")
    assert youth["districtId"] == old.json()["id"]
    alone = administrator.patch(path, {"replacedBy": new.json()["id"]}, 422, if_match=old)
    assert refused(alone, "replaced-by-without-valid-to", "/validTo")
    itself = administrator.patch(path, {"validTo": last, "replacedBy": old.json()["id"]}, 422, if_match=old)
    assert refused(itself, "successor-not-in-force", "/replacedBy")
    foreign = administrator.patch(path, {"validTo": last, "replacedBy": str(uuid.uuid4())}, 422, if_match=old)
    assert refused(foreign, "unknown-reference", "/replacedBy")
    merged = administrator.patch(path, {"validTo": last, "replacedBy": new.json()["id"]}, if_match=old)
    assert merged.json()["replacedBy"] == new.json()["id"]
    assert coordinator.get(f"/youths/{youth['id']}").json()["districtId"] == new.json()["id"]
    assert [row["id"] for row in coordinator.pages("/youths", districtId=new.json()["id"])] == [youth["id"]]
    assert world.youth(district="gamla")["districtId"] == new.json()["id"]
    assert refused(administrator.patch(f"/districts/{new.json()['id']}", {"validTo": last}, 422, if_match=new),
                   "successor-not-in-force", "/validTo")


def test_a_district_that_is_retired_without_a_successor(administrator, world, coordinator, today):
    """It takes nobody new; who lives there stays until the register says where."""
    gone = district(administrator, "borta")
    youth = world.youth(district="borta")
    administrator.patch(f"/districts/{gone.json()['id']}", {"validTo": (today - timedelta(days=1)).isoformat()}, if_match=gone)
    assert coordinator.get(f"/youths/{youth['id']}").json()["districtId"] == gone.json()["id"]
    row, = people.rows(1, today, ["borta"], first=90_000)
    path = world.open_import([row])
    assert world.register.event(path, "committed").json()["counts"]["rejected"] == 1
    fault, = coordinator.pages(f"{path}/rows", result="rejected")
    assert fault["errors"] == [{"pointer": "/residence/district", "code": "district-unknown"}]
    by_hand = coordinator.post("/youths", {
        "personalNumber": people.number(people.birthday(today, 17), 950), "givenName": "Annikaprov", "familyName": "Provlund",
        "districtId": gone.json()["id"], "registration": {"startDate": today.isoformat(), "reason": "dropout"}}, 422)
    assert refused(by_hand, "district-not-in-force", "/districtId")
    recipient = administrator.post("/recipients", {"name": "X", "kind": "other", "districtId": gone.json()["id"]}, 422)
    assert refused(recipient, "district-not-in-force", "/districtId")


def test_a_unit_that_is_retired(administrator, world, coordinator, today):
    """Its successor, or else the default unit, serves its districts; nobody is left without a unit."""
    old, new = (administrator.post("/units", {"name": name, "administration": "education"}).json()["id"] for name in ("Äldre", "Yngre"))
    place = district(administrator, "enhetsbyte", unitId=old).json()["id"]
    youth = world.youth(district="enhetsbyte")
    last = {"validTo": (today - timedelta(days=1)).isoformat()}
    handed = administrator.patch(f"/units/{old}", {**last, "replacedBy": new}, if_match=administrator.get(f"/units/{old}"))
    assert handed.json()["replacedBy"] == new
    assert coordinator.get(f"/youths/{youth['id']}").json()["unitId"] == new
    assert refused(district_of_unit(administrator, old), "unit-not-in-force", "/unitId")
    assert refused(coordinator.post(f"/youths/{youth['id']}/assignments", {"staff": "x", "unitId": old}, 422),
                   "unit-not-in-force", "/unitId")
    administrator.patch(f"/units/{new}", {**last, "replacedBy": None}, 422, if_match=administrator.get(f"/units/{new}"))
    today_last = {"validTo": today.isoformat()}
    administrator.patch(f"/units/{new}", today_last, if_match=administrator.get(f"/units/{new}"))
    assert coordinator.get(f"/youths/{youth['id']}").json()["unitId"] == new, "until the night"
    default = towns.id_of("0180", "unit", "syd")
    refusal = administrator.patch(f"/units/{default}", today_last, 422, if_match=administrator.get(f"/units/{default}"))
    assert refused(refusal, "successor-missing", "/replacedBy")
    assert place in administrator.get(f"/units/{old}").json()["districtIds"]


def district_of_unit(administrator, unit):
    return administrator.post("/districts", {"name": "Ny", "slug": "ny-enhet", "unitId": unit}, 422)


def test_assignments_and_my_youths(world, coordinator, caller, today):
    """My youths are those of today; nobody is assigned to the same youth twice at a time."""
    anna = caller("caseworker", sub="anna")
    mine, earlier, later = world.youths(3)
    day = timedelta(days=1)

    def assign(youth, expect=201, **members):
        days = {name: value.isoformat() for name, value in members.items()}
        return coordinator.post(f"/youths/{youth['id']}/assignments", {"staff": "anna", **days}, expect)

    def my_youths():
        return {row["id"] for row in anna.pages("/youths", assignedTo="me")}

    first = assign(mine)
    assign(earlier, **{"from": today - 30 * day, "to": today - day})
    assign(later, **{"from": today + day})
    assert my_youths() == {mine["id"]}
    assert refused(assign(mine, 409, **{"from": today + 9 * day}), "assignments-overlap", "/from")
    assert refused(assign(earlier, 409, **{"from": today - day}), "assignments-overlap", "/from")
    assign(earlier)
    assert my_youths() == {mine["id"], earlier["id"]}
    coordinator.post(f"/youths/{mine['id']}/assignments", {"staff": "bo"})
    path = f"/youths/{mine['id']}/assignments/{first.json()['id']}"
    ended = coordinator.patch(path, {"to": (today - day).isoformat()}, 422, if_match=first)
    assert refused(ended, "assignment-end-before-start", "/to")
    coordinator.patch(path, {"to": today.isoformat()}, if_match=first)
    assert my_youths() == {mine["id"], earlier["id"]}, "the last day, too"
    registration = coordinator.get(f"/youths/{mine['id']}/registrations").json()["data"][0]
    coordinator.event(f"/youths/{mine['id']}/registrations/{registration['id']}", "ended",
                      endDate=today.isoformat(), exitReason="national_programme")
    assert my_youths() == {mine["id"], earlier["id"]}, "an assignment outlasts the registration"


def test_a_recipient(administrator):
    made = administrator.post("/recipients", {
        "name": "Mini Maria", "kind": "addiction_care", "sensitive": True, "respondWithinDays": 14,
        "contact": {"phone": "08-46500401", "email": "mottagningen@example.com"}})
    assert made.json()["requiresConsent"] is True
    path = f"/recipients/{made.json()['id']}"
    changed = administrator.patch(path, {"contact": {"phone": None}}, if_match=made)
    assert changed.json()["contact"] == {"email": "mottagningen@example.com"}


def test_rules_of_recipients(administrator):
    open_one = {"name": "Öppen", "kind": "psychiatry", "sensitive": False}
    assert administrator.post("/recipients", open_one, 422).json()["code"] == "sensitive-kind"
    groundless = {"name": "Utan grund", "kind": "adult_unit", "requiresConsent": False}
    assert administrator.post("/recipients", groundless, 422).json()["code"] == "disclosure-ground-missing"


def test_the_policy(administrator):
    path = "/municipalities/0180"
    before = administrator.get(path)
    assert before.json()["policy"]["smallCellThreshold"] == 5
    changed = administrator.patch(path, {"policy": {"smallCellThreshold": 10}}, if_match=before)
    assert changed.json()["policy"]["smallCellThreshold"] == 10
    assert changed.json()["policy"]["massLetterDate"] == before.json()["policy"]["massLetterDate"]
    default = administrator.patch(path, {"policy": {"smallCellThreshold": None}}, if_match=changed)
    assert default.json()["policy"] == before.json()["policy"]


def test_each_municipality_has_its_own_policy(administrator, caller):
    """What one decides, another does not see; several decisions at once, and the rest as it was."""
    neighbour = caller("administrator", municipality="0126")
    theirs, path = neighbour.get("/municipalities/0126"), "/municipalities/0180"
    first = administrator.patch(path, {"policy": {"phoneTries": 5, "phoneAfter": "P2W"}}, if_match=administrator.get(path))
    second = administrator.patch(path, {"policy": {"phoneTries": None, "visitNoticeMin": "P14D"}}, if_match=first)
    policy = second.json()["policy"]
    assert (policy["phoneTries"], policy["phoneAfter"], policy["visitNoticeMin"]) == (3, "P2W", "P14D")
    assert neighbour.get("/municipalities/0126").json() == theirs.json()
    neighbour.get(path, 404)
    neighbour.patch(path, {"name": "Storstad"}, 404, if_match=second)
    administrator.patch(path, {"policy": {"phoneAfter": None, "visitNoticeMin": None}}, if_match=second)
    assert administrator.get(path).json()["policy"] == neighbour.get("/municipalities/0126").json()["policy"]


@pytest.mark.parametrize("policy, member", [({name: value}, name) for name, value in [
    ("massLetterDate", "13-01"), ("massLetterDate", "02-30"), ("restartOn", "02-29"), ("newCohortFrom", "1 sep"),
    ("phoneAfter", "ten"), ("phoneAfter", "P"), ("phoneAfter", "P3Y"), ("phoneInterval", "P0D"), ("doorCardAfter", "PT5H"),
    ("visitNoticeMax", "P2D"), ("phoneTries", 0), ("phoneTries", 21), ("phoneTries", 2.5), ("furtherLetters", 2),
    ("smallCellThreshold", 2), ("smallCellThreshold", 51), ("guardianConsent", "none"), ("importMaxEndedPercent", 101),
    ("importMaxRejectedPercent", -1), ("importMinRows", 1000001), ("retentionMonths", 0), ("retentionMonths", "24"),
    ("functionsOff", ["youths"]), ("unheardOf", 1),
]] + [({"visitNoticeMin": "P20D"}, "visitNoticeMin"), ({"visitNoticeMin": "P9D", "visitNoticeMax": "P8D"}, "visitNoticeMax")])
def test_a_wrong_policy(administrator, policy, member):
    """Refused with the member that is wrong, and nothing is changed."""
    path = "/municipalities/0180"
    before = administrator.get(path)
    answer = administrator.patch(path, {"policy": {"phoneInterval": "P4D", **policy}}, None, if_match=before)
    assert answer.status_code in (400, 422), answer.text
    pointers = [fault["pointer"].split("/")[1:3] for fault in answer.json()["errors"]]
    assert pointers == [["policy", member]], answer.text
    assert administrator.get(path).json() == before.json()


def test_code_lists(administrator, caller):
    lists = {row["name"]: row["codes"] for row in administrator.pages("/code-lists")}
    for name, code in (("registration-reasons", "dropout"), ("exit-reasons", "turned_20"),
                       ("occupations", "declined_contact"), ("outreach-channels", "door_card")):
        words = next(row for row in lists[name] if row["code"] == code)
        assert words["sv"] and words["en"] and words["sv"] != words["en"]
    one = administrator.get("/code-lists/exit-reasons")
    assert len(one.json()["codes"]) == 11
    assert caller("administrator", municipality="0126").get("/code-lists/exit-reasons").json()["codes"] == one.json()["codes"]
    administrator.get("/code-lists/nothing", 404)


def test_code_lists_may_be_kept_by_caches(administrator):
    assert "max-age" in administrator.get("/code-lists").headers["Cache-Control"]
    assert "max-age" in administrator.get("/code-lists/sexes").headers["Cache-Control"]


def test_every_code_of_the_contract_has_words(administrator, contract):
    """Codes that answers may hold are in a code list, so that a front end can show words for them."""
    known = {row["code"] for entry in administrator.pages("/code-lists") for row in entry["codes"]}
    wanted = {"Youths": ["sex", "status", "protection"], "OutreachAttempts": ["channel", "purpose", "status"],
              "Measures": ["type", "status", "endReason", "occupationAfter"], "Consents": ["purpose", "medium"],
              "Referrals": ["status"], "Recipients": ["kind"], "Registrations": ["reason", "exitReason"],
              "SchoolEvents": ["type", "result", "enrolmentType"], "ConcernReports": ["status"], "SafetyNotices": ["status"],
              "OutreachPauses": ["status"], "IncomingReferrals": ["status"], "OutreachBatches": ["status"]}
    schemas = contract.document["components"]["schemas"]
    for schema, members in wanted.items():
        for member in members:
            codes = schemas[schema]["properties"][member].get("enum", [])
            missing = {code for code in codes if code} - known
            assert not missing, f"{schema}.{member}: {missing}"


def test_the_states_of_a_resource_are_its_list(administrator, contract):
    """Also those that only an answer has, such as expired."""
    lists = {row["name"]: {code["code"] for code in row["codes"]} for row in administrator.pages("/code-lists")}
    schemas, tried = contract.document["components"]["schemas"], 0
    for name, schema in schemas.items():
        words = re.sub(r"(?<!^)([A-Z])", r"-\1", name).lower().removesuffix("s") + "-statuses"
        codes = {one for one in schema.get("properties", {}).get("status", {}).get("enum", []) if one}
        if words in lists:
            tried += 1
            assert codes - {"running"} == lists[words], name  # an import's lock, no state
    assert tried > 8
