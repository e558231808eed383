"""Two municipalities in one service: a youth who moves between them is two youths without a link, and each
municipality is told its own part alone. Then what is particular to one without districts."""
import uuid
from datetime import date, timedelta

import people
import pytest
import towns
from kaa_tokens import EVERY_SCOPE
from kaa_world import World

pytestmark = pytest.mark.database

TODAY = date(2026, 11, 16)
BEFORE, DAY = TODAY - timedelta(days=20), timedelta(days=1)
STOCKHOLM, HUDDINGE = towns.TOWNS["0180"], towns.TOWNS["0126"]
DIRECTIONS = [(STOCKHOLM, HUDDINGE, TODAY - 3 * DAY), (HUDDINGE, STOCKHOLM, TODAY - 9 * DAY)]  # from, to, the night


class Side:
    """A municipality with those who call for it."""

    def __init__(self, town, caller, today):
        def call(role, **claims):
            return caller(role, municipality=town.code, **claims)
        self.town = town
        self.coordinator, self.administrator = call("coordinator", sub="anna"), call("administrator")
        self.officer, self.vera = call("data-protection-officer"), call("crm-system", sub="vera", recipientSystem="vera")
        self.register = call("register-system", sub="ber")
        self.world = World(self.coordinator, self.register, self.vera, self.administrator, today, town)

    def row(self, person, slug=None, **changes):
        return {**person, "residence": self.town.residence(slug if self.town.districts else None), **changes}

    def find(self, person):
        return self.world.find([person["personalNumber"]])[0]

    def casework(self, youth):
        """Reached, agreed to a referral that VERA accepts, and with a measure that goes on; one call is planned."""
        call = self.world.attempt(youth)
        self.coordinator.event(f"/outreach-attempts/{call.json()['id']}", "reached", if_match=call)
        sent = self.world.sent_referral(youth, "vera", "crm")
        self.vera.event(f"/received-referrals/{sent.json()['id']}", "accepted")
        measure = self.world.measure(youth)
        self.coordinator.event(f"/measures/{measure.json()['id']}", "started", if_match=measure, startDate=TODAY.isoformat())
        self.coordinator.post(f"/youths/{youth['id']}/assignments", {"staff": "anna"})
        self.coordinator.post(f"/youths/{youth['id']}/occupations", {"code": "work"})
        self.world.attempt(youth)

    def told(self, youth):
        """All that this municipality is told: of the youth, in lists and figures, and by VERA's door. As text."""
        one = f"/youths/{youth['id']}"
        paths = ("/youths?limit=100&count=true", "/outreach-plan?limit=100&count=true", "/outreach-attempts?limit=100",
                 "/consents?limit=100", "/referrals?limit=100", "/measures?limit=100", "/youths?assignedTo=me&count=true",
                 one, f"{one}/registrations", f"{one}/occupations", f"{one}/assignments", f"{one}/identity-numbers",
                 f"{one}/evaluations", f"{one}/timeline?limit=100",
                 *(f"/reports/follow-up?period=2026&groupBy={by}" for by in ("total", "district", "unit,sex")))
        answers = {path: self.coordinator.get(path) for path in paths}
        answers["vera"] = self.vera.get("/received-referrals?limit=100")
        texts = {path: (answer.headers["ETag"], answer.text) for path, answer in answers.items()}
        return {**texts, "lookup": self.find(youth["row"]), "log": len(self.log(youth)), "feed": feed_of(self.coordinator)}

    def log(self, youth):
        """Who has written about the youth: reading what is told is logged, too, and must not count."""
        return [row for row in self.officer.pages(f"/youths/{youth['id']}/access-log") if row["outcome"] == "written"]


def feed_of(client):
    seen, cursor = [], None
    while True:
        page = client.get("/changes", params={"limit": 1000, **({"after": cursor} if cursor else {})}).json()
        if not page["data"]:
            return seen
        seen += [(row["resource"], row["id"], row["change"]) for row in page["data"]]
        cursor = page["cursor"]


@pytest.fixture(scope="module")
def sides(caller, today):
    return {town.code: Side(town, caller, today) for town in towns.TOWNS.values()}


@pytest.fixture(scope="module", params=DIRECTIONS, ids=lambda way: f"{way[0].name} to {way[1].name}")
def move(request, sides):
    """One who was registered and worked with in the one municipality, and whom both files of a night say to live
    in the other, which works with them then."""
    *way, night = request.param
    old, new = (sides[town.code] for town in way)
    source = f"register-of-{old.town.name.lower()}"  # whose files come in the order of their days
    person, = people.rows(1, TODAY, first=10 + 20 * request.param_index)
    old.world.commit([old.row(person, "farsta")], as_of=BEFORE, source=source)
    youth = {**old.coordinator.get(f"/youths/{old.find(person)}").json(), "row": person}
    old.casework(youth)
    moved = new.row(person, "bromma", address={"kind": "registered", "street": "Provvägen 7", "postalCode": "14100", "city": "Provköping"})
    left = old.world.commit([moved], as_of=night, source=source)
    told = old.told(youth)
    came = new.world.commit([moved], as_of=night, source=source)
    return {"old": old, "new": new, "source": source, "night": night, "youth": youth, "left": left, "came": came, "told": told, "row": moved,
            "again": {**new.coordinator.get(f"/youths/{new.find(person)}").json(), "row": person}}


def test_the_old_one_ends(move):
    """`moved`, on the day; what went on ends with it, what was done stays."""
    old, one = move["old"].coordinator, f"/youths/{move['youth']['id']}"
    assert move["left"]["counts"]["ended"] == 1 and move["left"]["counts"]["new"] == 0
    youth = old.get(one).json()
    assert youth["status"] == "ended" and youth["registration"]["exitReason"] == "moved"
    assert youth["registration"]["endDate"] == move["night"].isoformat() and "outreach" not in youth
    assert youth["address"] == move["youth"]["address"], "the new address is no business of the old municipality"
    measure, = old.pages("/measures", youthId=youth["id"])
    assert (measure["status"], measure["endReason"]) == ("ended", "left_target_group")
    assert {row["status"] for row in old.pages("/outreach-attempts", youthId=youth["id"])} == {"reached", "cancelled"}
    assert len(youth["assignments"]) == 1


def test_the_new_one_begins(move):
    """Another youth, with the register's members and nothing of what was done before."""
    new, youth = move["new"].coordinator, move["again"]
    assert move["came"]["counts"]["new"] == 1 and youth["id"] != move["youth"]["id"]
    assert youth["registration"]["startDate"] == move["night"].isoformat() and youth["registration"]["id"] != move["youth"]["registration"]["id"]
    assert youth["unitId"] == move["new"].town.id("unit", "kaa" if move["new"].town is HUDDINGE else "nord")
    assert youth["occupation"]["code"] == "unknown" and youth["outreach"]["attempts"] == 0 and youth["assignments"] == []
    for path in ("/outreach-attempts", "/consents", "/referrals", "/sip-requests", "/measures"):
        assert new.pages(path, youthId=youth["id"]) == []
    assert len(new.pages(f"/youths/{youth['id']}/registrations")) == 1
    told = {(row["resource"], row["type"]) for row in new.pages(f"/youths/{youth['id']}/timeline")}
    assert told == {("registrations", "started"), ("occupations", "confirmed")}


def test_the_old_one_sees_nothing_later(move):
    """Whatever the new municipality does, not a byte of what the old one is told changes."""
    move["new"].casework(move["again"])
    later = move["new"].row(move["row"], "jarva", givenName="Kimprov")
    night = {"as_of": move["night"] + DAY, "source": move["source"]}
    move["new"].world.commit([later], **night)
    now = move["old"].told(move["youth"])
    assert [part for part in now if now[part] != move["told"][part]] == []
    unchanged = move["old"].world.commit([later], **night)
    assert unchanged["counts"]["notCovered"] == 1, "its register goes on delivering who lives elsewhere"
    now = move["old"].told(move["youth"])
    assert [part for part in now if now[part] != move["told"][part] and part != "feed"] == []
    assert {row[0] for row in now["feed"][len(move["told"]["feed"]):]} <= {"imports"}


def test_neither_finds_the_other(move):
    """An id of the other municipality is absent, whatever scopes one has; nothing is written to it either."""
    for here, there, theirs in ((move["old"], move["new"], move["again"]), (move["new"], move["old"], move["youth"])):
        one = theirs["id"]
        assert here.find(theirs["row"]) not in (None, one)
        for part in ("", "/registrations", "/occupations", "/assignments", "/identity-numbers", "/evaluations", "/timeline"):
            answer = here.coordinator.get(f"/youths/{one}{part}", None)
            assert answer.status_code == 404 or answer.json()["data"] == []
        here.officer.get(f"/youths/{one}/access-log", 404)
        assert here.coordinator.get("/outreach-attempts", params={"youthId": one}).json()["data"] == []
        refused = here.coordinator.post("/outreach-attempts", {
            "youthId": one, "purpose": "outreach", "channel": "phone", "staff": ["anna"]}, 422)
        absent = here.coordinator.post("/outreach-attempts", {
            "youthId": str(uuid.uuid4()), "purpose": "outreach", "channel": "phone", "staff": ["anna"]}, 422)
        assert refused.json()["code"] == absent.json()["code"] == "unknown-reference"
        own = {row["id"] for row in here.vera.pages("/received-referrals")}
        assert own and not own & {row["id"] for row in there.vera.pages("/received-referrals")}
        assert not {row[1] for row in feed_of(here.coordinator)} & {row[1] for row in feed_of(there.coordinator)}


def test_each_reports_its_own_part(move):
    """Covered in both, in each for its time; the attempts are those of whoever made them."""
    def day(side, on):
        report = side.coordinator.get("/reports/follow-up", params={"from": on.isoformat(), "to": on.isoformat()})
        return report.json()["data"][0]["covered"]

    old, new = move["old"], move["new"]
    before = [day(side, move["night"] - DAY) for side in (old, new)]
    after = [day(side, move["night"] + DAY) for side in (old, new)]
    assert (after[0] - before[0], after[1] - before[1]) == (-1, 1)


def test_who_comes_back_is_the_same_youth_again(move):
    """To the first municipality: with its own history, a new registration, and nothing from elsewhere."""
    old, new, person = move["old"], move["new"], move["youth"]["row"]
    back = old.row(person, "farsta")
    night = move["night"] + 2 * DAY
    assert new.world.commit([back], as_of=night, source=move["source"])["counts"]["ended"] == 1
    assert old.world.commit([back], as_of=night, source=move["source"])["counts"]["new"] == 1
    assert old.find(person) == move["youth"]["id"] and new.find(person) == move["again"]["id"]
    registrations = old.coordinator.pages(f"/youths/{move['youth']['id']}/registrations")
    assert sorted((row["startDate"], row.get("endDate"), row.get("exitReason")) for row in registrations) == [
        (BEFORE.isoformat(), move["night"].isoformat(), "moved"), (night.isoformat(), None, None)]
    elsewhere = new.coordinator.get(f"/youths/{move['again']['id']}").json()
    assert elsewhere["status"] == "ended" and elsewhere["registration"]["exitReason"] == "moved"
    assert old.coordinator.get(f"/youths/{move['youth']['id']}").json()["givenName"] == person["givenName"] != elsewhere["givenName"]
    assert len(old.coordinator.pages("/measures", youthId=move["youth"]["id"])) == 1


def test_with_protected_registration_the_actual_municipality_decides(sides):
    """29:6: who is registered in Stockholm and stays in Huddinge is Huddinge's."""
    person, = people.rows(1, TODAY, first=60, protection="protected_registration", actualMunicipality="0126",
                          address={"kind": "forwarding", "street": "Box 1", "postalCode": "10001", "city": "Provköping"})
    counts = {code: side.world.commit([person])["counts"] for code, side in sides.items()}
    assert counts["0180"]["notCovered"] == 1 and counts["0126"]["new"] == 1
    assert sides["0180"].find(person) is None and sides["0126"].find(person)


def test_the_order_of_the_files_does_not_matter(sides):
    """The new municipality's file may come first: until the other's comes, both have the youth."""
    old, new = sides["0180"], sides["0126"]
    person, = people.rows(1, TODAY, first=61)
    old.world.commit([old.row(person, "farsta")])
    moved = new.row(person)
    assert new.world.commit([moved])["counts"]["new"] == 1
    assert old.coordinator.get(f"/youths/{old.find(person)}").json()["status"] == "active"
    assert old.world.commit([moved])["counts"]["ended"] == 1
    assert new.coordinator.get(f"/youths/{new.find(person)}").json()["status"] == "active"


def test_a_school_tells_each_municipality_of_its_own_youth(sides, caller):
    """The same school with the same event id in both: two events; a start in the one ends nothing in the other."""
    old, new = sides["0180"], sides["0126"]
    person, = people.rows(1, TODAY, first=62)
    for side in (old, new):
        side.world.commit([side.row(person, "farsta")])
    told = {}
    for side, type_ in ((old, "absence"), (new, "started")):
        school = caller("school", sub="rektor", schoolUnit="12345678", municipality=side.town.code)
        told[side] = side.world.school_event(person["personalNumber"], type_, school, eventId="the-same").json()["id"]
        side.world.evaluate()
    youths = {side: side.coordinator.get(f"/youths/{side.find(person)}").json() for side in (old, new)}
    assert youths[old]["status"] == "active" and youths[new]["registration"]["exitReason"] == "national_programme"
    for here, there, type_ in ((old, new, "absence"), (new, old, "started")):
        event, = here.coordinator.pages("/school-events", youthId=youths[here]["id"])
        assert (event["id"], event["type"]) == (told[here], type_)
        here.coordinator.get(f"/school-events/{told[there]}", 404)
        timeline = here.coordinator.pages(f"/youths/{youths[here]['id']}/timeline")
        assert [row["resourceId"] for row in timeline if row["resource"] == "school-events"] == [told[here]]


def test_preventive_work_is_each_municipalitys_own(sides):
    """Who is reported to Stockholm is nobody in Huddinge, and the other way round."""
    for here, there in ((sides["0180"], sides["0126"]), (sides["0126"], sides["0180"])):
        youth = here.world.preventive()
        assert youth["status"] == "preventive" and youth["unitId"] == here.town.id("unit", here.town.default_unit)
        there.coordinator.get(f"/youths/{youth['id']}", 404)
        assert there.find(youth["row"]) is None
        here.world.serial += 1000  # another person for the other


# Without districts --------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def huddinge(sides):
    sides["0126"].world.youths(3)
    return sides["0126"]


def test_everyone_is_the_default_units(huddinge):
    youths = huddinge.coordinator.pages("/youths")
    assert len(youths) >= 3 and not any("districtId" in youth for youth in youths)
    unit = towns.id_of("0126", "unit", "kaa")
    assert {youth["unitId"] for youth in youths} == {unit}
    for path in ("/youths", "/outreach-plan"):
        assert len(huddinge.coordinator.pages(path, unitId=unit)) == len(huddinge.coordinator.pages(path))
        for other in (towns.id_of("0180", "unit", "syd"), str(uuid.uuid4())):
            assert huddinge.coordinator.pages(path, unitId=other) == []
        for district in (towns.id_of("0180", "district", "farsta"), str(uuid.uuid4())):
            assert huddinge.coordinator.pages(path, districtId=district) == []
    assert huddinge.administrator.pages("/districts") == []


def test_its_figures_by_district_are_one_row(huddinge):
    """`undisclosed`, as for everyone without a district; by unit they are the team's."""
    total, = report(huddinge, "total")
    district, = report(huddinge, "district")
    assert district.pop("group") == {"district": "undisclosed"}
    rows = report(huddinge, "unit")
    unit = next(row for row in rows if row["group"].get("unit") == "KAA Huddinge")
    assert total["covered"] == district["covered"] >= 3
    hidden = {row["id"] for row in huddinge.coordinator.pages("/youths") if row["protection"] == "protected_registration"}
    assert unit["covered"] == total["covered"] - len(hidden), "protected registration has no place"
    by_sex = report(huddinge, "district,sex")
    assert {row["group"]["district"] for row in by_sex} == {"undisclosed"}
    assert sum(row["covered"] for row in by_sex) == total["covered"]


def report(side, by):
    return side.coordinator.get("/reports/follow-up", params={"period": "2026", "groupBy": by}).json()["data"]


def test_a_row_that_names_a_district_is_rejected(huddinge):
    """Huddinge has none: the register and the organisation disagree, and somebody must look at it."""
    row = huddinge.row(people.rows(1, TODAY, first=80)[0])
    row["residence"] = {**row["residence"], "district": "farsta"}
    path = huddinge.world.open_import([row])
    assert huddinge.register.event(path, "committed").json()["counts"]["rejected"] == 1
    fault, = huddinge.coordinator.pages(f"{path}/rows", result="rejected")
    assert fault["errors"] == [{"pointer": "/residence/district", "code": "district-unknown"}]


def test_a_token_of_some_districts_sees_nobody_there(huddinge, caller):
    """Nobody lives in a district, its own or Stockholm's: such a token is of no use in Huddinge, and harmless."""
    for district in (towns.id_of("0180", "district", "farsta"), str(uuid.uuid4())):
        limited = caller(scope=" ".join(EVERY_SCOPE), municipality="0126", districts=[district])
        for path in ("/youths", "/outreach-plan", "/outreach-attempts", "/referrals", "/measures"):
            assert limited.get(f"{path}?count=true").json()["_meta"]["totalRecords"] == 0
        for by in ("total", "district", "unit"):
            data = limited.get("/reports/follow-up", params={"period": "2026", "groupBy": by}).json()["data"]
            assert sum(row["covered"] for row in data) == 0
        assert not {row[0] for row in feed_of(limited)} & {"youths", "registrations", "occupations", "assignments", "consents",
                                                           "referrals", "measures", "outreach-attempts", "school-events"}
        limited.get(f"/youths/{huddinge.coordinator.pages('/youths')[0]['id']}", 404)


def test_by_hand_without_a_district(huddinge):
    body = {"personalNumber": people.number(people.birthday(TODAY, 17), 977), "givenName": "Robinprov", "familyName": "Provlund",
            "registration": {"startDate": TODAY.isoformat(), "reason": "dropout"}}
    foreign = {**body, "districtId": towns.id_of("0180", "district", "farsta")}
    assert huddinge.coordinator.post("/youths", foreign, 422).json()["errors"][0]["pointer"] == "/districtId"
    assert huddinge.coordinator.post("/youths", body).json()["unitId"] == towns.id_of("0126", "unit", "kaa")
