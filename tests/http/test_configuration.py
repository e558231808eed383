"""Organisation as data: municipality, districts, units, recipients, code lists."""
import uuid

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


@pytest.mark.parametrize("policy", [
    {"massLetterDate": "13-01"}, {"massLetterDate": "02-30"}, {"phoneAfter": "ten"}, {"phoneAfter": "P"},
    {"smallCellThreshold": 0}, {"unheardOf": 1}, {"guardianConsent": "none"}, {"importMaxEndedPercent": 101},
    {"functionsOff": ["youths"]},
])
def test_a_wrong_policy(administrator, policy):
    path = "/municipalities/0180"
    before = administrator.get(path)
    answer = administrator.patch(path, {"policy": policy}, None, if_match=before)
    assert answer.status_code in (400, 422), answer.text
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
              "Referrals": ["status"], "Recipients": ["kind"], "Registrations": ["reason", "exitReason"]}
    schemas = contract.document["components"]["schemas"]
    for schema, members in wanted.items():
        for member in members:
            codes = schemas[schema]["properties"][member].get("enum", [])
            missing = {code for code in codes if code} - known
            assert not missing, f"{schema}.{member}: {missing}"
