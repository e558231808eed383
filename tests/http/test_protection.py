"""Protected persons: for those who may not see her, all is as if she were not there.

Two databases that differ in one person are asked everything that the contract allows, by each kind of caller; reads,
writes that must fail, writes that succeed, and what is to be seen afterwards. Reports count everyone and are left out.
"""
import json
from datetime import date

import people
import pytest
import towns
from conftest import FULL
from kaa_client import Client
from kaa_questions import Questions, read_pages
from kaa_sample import send
from kaa_tokens import COORDINATOR, EVERY_SCOPE, ROLES
from kaa_twins import FIRST, born, twin_clusters, world_of
from kaa_world import World

LEVELS = ("confidentiality_marking", "protected_registration")
TODAY = date(2026, 11, 16)
pytestmark = pytest.mark.database
KINDS = ("confidentiality_marking", "protected_registration", "became_protected", "preventive")
RECIPIENTS = {name: towns.id_of("0180", "recipient", name) for name in towns.RECIPIENTS}
HER_CRM = "vera-west"  # what was released stays with those it was released to: nobody compared speaks for it
REPORTS = "/kaa/v1/reports/"
WRITES = ("POST", "PUT", "PATCH")


def fill(world):
    """What both databases hold: youths of three districts and without one, casework, referrals, an import gone wrong."""
    near = world.youths(4, "farsta")
    far = world.youths(3, "jarva")
    world.youths(1, None)
    world.youths(1, "skarpnack", protection="confidentiality_marking")
    for youth in (near[0], far[0]):
        world.everything_about(youth)
        world.sent_referral(youth, "social-services")
    for youth in near[1:3]:
        world.attempt(youth)
        world.sip_request(youth)
    broken = world.open_import([])
    world.send_part(broken, 1, b"{}\n")
    world.register.event(broken, "validated")
    return near


@pytest.fixture(scope="module")
def filled(binary, keys, contract, tokens, settings, tmp_path_factory):
    """Two clusters with the same filled database, and the youths of it that casework is about."""
    def both(service, sql):
        with sql.transaction():
            towns.enter(sql, "0180", f"{TODAY}T12:00:00+01:00")
            sql.execute("insert into base.recipients (id, name, kind, system) values (%s, 'Vera', 'job_centre', 'vera')",
                        [towns.id_of("0180", "recipient", HER_CRM)])
        return fill(world_of(service, contract, tokens, ["vera"], TODAY))

    with twin_clusters(binary, settings, tmp_path_factory.mktemp("filling") / "kaa.log", both) as (first, second, near):
        yield first, second, near


@pytest.fixture(scope="module", params=KINDS)
def pair(request, filled, binary, contract, tokens, settings, tmp_path_factory):
    """The twins: B has one person more, with everything that casework can hold about her."""
    first, second, near = filled
    with born((first, second), binary, settings, tmp_path_factory, contract, tokens) as twins:
        yield arrive(twins, request.param, near)


class Pair:
    """The twins, the person, and everything that can be asked."""

    def __init__(self, twins, kind, near, her, number, imports):
        self.twins, self.kind, self.near, self.her, self.number = twins, kind, near, her, number
        self.hers = twins.b.ids(her) - twins.a.known - imports
        twins.known = twins.a.known | self.hers
        self.hidden = "preventive:read" if kind == "preventive" else "protected:read"
        token = twins.tokens.make(scope=" ".join(EVERY_SCOPE), sub="all", recipients=[*RECIPIENTS.values(), towns.id_of("0180", "recipient", HER_CRM)])
        everything = Client(twins.b.service.url, twins.contract, token, kept=1)
        youths = [her, near[0]["id"], near[1]["id"]]
        self.questions = Questions(everything, twins.contract, self.hers, {
            "youthId": youths, "districtId": [towns.id_of("0180", "district", one) for one in ("farsta", "jarva")],
            "unitId": [towns.id_of("0180", "unit", one) for one in ("nord", "syd")],
            "recipientId": [RECIPIENTS["vera"], RECIPIENTS["social-services"]], "assignedTo": ["me", "anna@example.com"],
            "staff": ["anna@example.com"], "sub": ["coordinator@example.com", "caller@example.com"], "source": ["ber"],
            "resource": ["youths", "imports", "youths,consents,referrals"], "slug": ["farsta"], "system": ["vera"],
            "resources": ["youths", "youths,consents,referrals,imports"], "kind": ["job_centre"],
        }, TODAY)
        self.operations = [one for one in twins.contract.operations
                           if one.template.startswith("/kaa/v1/") and not one.template.startswith(REPORTS)
                           and not (kind == "became_protected" and one.path == "/changes")]  # which says: removed
        for operation in self.operations:
            self.questions.paths(operation)
        with twins.b.connect() as sql:
            sql.execute("delete from base.access_log where sub = 'all'")  # B alone was asked for the ids

    def caller(self, scopes, **claims):
        """A caller with these scopes, but not the one that would show her."""
        return self.twins.client(scope=" ".join(one for one in scopes if one != self.hidden), sub="caller@example.com", **claims)


def arrive(twins, kind, near):
    """The night's rows come to both, hers to B alone; and casework about her."""
    twins.align()
    a, b = (world_of(twin.service, twins.contract, twins.tokens, [HER_CRM], TODAY) for twin in (twins.a, twins.b))
    for world in (a, b):
        world.register.moments["all"] = FIRST // 2
    known = near[3]["row"]
    row = people.rows(1, TODAY, ["farsta"], first=100_500, protection=kind if kind in LEVELS else "none")[0]
    a.commit([known])
    imports = {b.commit([known] if kind == "preventive" else [known, row])["id"]}
    a.find([row["personalNumber"]])
    found, = b.find([row["personalNumber"]])
    her = found or add_preventive(twins.b, row)
    youth = b.coordinator.get(f"/youths/{her}").json()
    if kind == "preventive":
        b.attempt(youth)
        b.measure(youth)
    else:
        b.casework_about(youth, HER_CRM)
        read = "/received-sip-requests"  # what B's casework read besides her, at the same moment
        a.vera.moments["next"] = b.vera.moments[read]
        a.vera.pages(read)
    if kind == "became_protected":
        for world in (a, b):
            world.register.moments["all"] = FIRST // 2 + 1000
        a.commit([known])
        imports.add(b.commit([known, {**row, "protection": LEVELS[0]}])["id"])
    made = Pair(twins, kind, near, her, row["personalNumber"], imports)
    twins.align()
    return made


def add_preventive(twin, row):
    with twin.cluster.connect(twin.database, "kaa_owner") as sql, sql.transaction():
        towns.enter(sql, "0180", f"{TODAY}T12:00:00+01:00")
        her, = sql.execute("insert into base.youths (status, birth_date, given_name, family_name, district_id)"
                           " values ('preventive', %s, %s, %s, %s) returning id",
                           [row["birthDate"], row["givenName"], row["familyName"], towns.id_of("0180", "district", "farsta")]).fetchone()
        sql.execute("insert into base.identity_numbers (youth_id, number, type) values (%s, %s, 'temporary')",
                    [her, row["personalNumber"]])
    return str(her)


def check(pair, least=1):
    """No answer differed, and at least so many were asked for since the last time."""
    twins = pair.twins
    asked, differences = twins.asked - twins.checked, twins.differences
    twins.checked, twins.differences = twins.asked, []
    assert not differences, f"{len(differences)} answers differ:\n" + "\n".join(one[:1500] for one in differences[:4])
    assert asked >= least


def read_everything(pair, client, thorough, but=()):
    """Every resource and every list; if thorough, lists in every way that they can be asked."""
    for operation in pair.operations:
        if operation.method != "GET":
            continue
        paths = [path for path in pair.questions.paths(operation) if not path.endswith(but)]
        for path in paths:
            ways = list(pair.questions.lists(operation))
            read_pages(client, path, ways[0], 30 if FULL else 4)
            if thorough and path in (paths[0], paths[-1]):
                for params in ways[1:]:
                    read_pages(client, path, params, 2)


def follow_the_feed(pair, client):
    after = {}
    if pair.kind == "became_protected":
        return
    for _ in range(200):
        feed = client.get("/changes", None, params={"limit": 25, **after})
        if feed.status_code != 200 or not feed.json()["data"]:
            return
        after = {"after": feed.json()["cursor"]}


def all_of_it(pair):
    return FULL or pair.kind == KINDS[0]


def callers(pair):
    """Of each kind of caller one, none of whom may see her."""
    farsta = [towns.id_of("0180", "district", "farsta")]
    every = pair.caller(EVERY_SCOPE, recipients=[RECIPIENTS["social-services"], RECIPIENTS["psychiatry"]])
    return {
        "every": every,
        "coordinator": pair.caller(COORDINATOR),
        "caseworker": pair.caller(ROLES["caseworker"]),
        "of-a-district": pair.caller(EVERY_SCOPE, districts=farsta),
        "recipient": pair.caller(ROLES["recipient"], recipients=[RECIPIENTS["social-services"]]),
        "school": pair.caller(ROLES["school"], schoolUnit="12345678"),
        "officer": pair.caller(ROLES["data-protection-officer"]),
        "register": pair.caller(ROLES["register-system"]),
        "administrator": pair.caller(ROLES["administrator"]),
        "report-fetcher": pair.caller(ROLES["report-fetcher"]),
    }


def test_what_can_be_read(pair):
    most = callers(pair)
    for name in most if all_of_it(pair) else ("every", "of-a-district", "officer"):
        client = most[name]
        read_everything(pair, client, name == "every" and all_of_it(pair))
        follow_the_feed(pair, client)
        client.close()
    check(pair, 200)


def test_what_must_be_refused(pair):
    """Writes of every kind that name her or what is hers: in the path, in the body, with and without a key."""
    if not FULL and pair.kind in ("protected_registration", "became_protected"):
        pytest.skip("for the same reasons as confidentiality_marking")
    kinds = {"every": pair.caller(EVERY_SCOPE, recipients=[RECIPIENTS["social-services"]]),
             "caseworker": pair.caller(ROLES["caseworker"]),
             "recipient": pair.caller(ROLES["recipient"], recipients=[RECIPIENTS["social-services"]])}
    for name, client in kinds.items():
        for operation in pair.operations:
            if operation.method in WRITES and (name == "every" or all_of_it(pair)):
                refuse_everything(pair, client, operation, name == "every")
        client.close()
    check(pair, 50)
    look_again(pair)


def refuse_everything(pair, client, operation, thorough):
    paths = pair.questions.paths(operation)
    hers = [path for path in paths if any(one in path for one in pair.hers)] if operation.path_parameters else []
    for path in hers:
        for n, (media, body) in enumerate(pair.questions.bodies(operation, [])):
            ask(client, operation, path, media, body, {})
            if thorough and n == 0 and all_of_it(pair):
                ask(client, operation, path, media, body, {"Idempotency-Key": f"hers-{operation.name.replace(' ', '')}"})
                ask(client, operation, path, media, body, {"If-Match": "*"})
    others = [path for path in paths if path not in hers][:1]
    for path in others if thorough else []:
        for media, body in pair.questions.bodies(operation, pair.questions.one_of_each()):
            if any(one in json.dumps(body) for one in pair.hers):
                ask(client, operation, path, media, body, {})


def ask(client, operation, path, media, body, headers):
    answer = send(client, operation, path, media, body, **headers)
    assert answer.status_code >= 400 or operation.path.startswith(("/youth-lookups", "/school-events")), \
        f"{operation.name} {path}: {answer.status_code}"


def look_again(pair, unordered=()):
    """What is to be seen after all that: lists, feed, log. Of `unordered` some rows have the same time."""
    client = pair.caller(EVERY_SCOPE, recipients=[RECIPIENTS["social-services"]])
    read_everything(pair, client, False, unordered)
    pair.twins.ordered = False
    for path in unordered:
        client.get(path, params={"limit": 100, "count": "true"})
    pair.twins.ordered = True
    follow_the_feed(pair, client)
    client.close()
    check(pair, 50)


def test_her_number(pair):
    """Looked up, entered again, imported, told of by a school: as a number that nobody has."""
    every = pair.caller(EVERY_SCOPE)
    school = pair.caller(ROLES["school"], schoolUnit="12345678")
    for again in range(2):
        school.post("/school-events", {"eventId": "1", "type": "absence", "date": TODAY.isoformat(), "school": "Provskolan",
                                       "personalNumber": pair.number, "givenName": "Annikaprov", "familyName": "Provlund"},
                    202, key=f"told-{again}")
    every.post("/youth-lookups", {"personalNumbers": [pair.number, pair.near[0]["row"]["personalNumber"]]}, 200)
    youth = {"personalNumber": pair.number, "birthDate": "2009-01-01", "givenName": "Annikaprov", "familyName": "Provlund",
             "registration": {"startDate": TODAY.isoformat(), "reason": "unknown"}}
    every.post("/youths", youth, 403)
    path = f"/youths/{pair.near[0]['id']}"
    every.post(f"{path}/identity-numbers", {"personalNumber": pair.number}, 403, if_match=every.get(path))
    every.post("/youth-merges", {"youthId": pair.near[0]["id"], "mergedInto": pair.her}, None)
    if pair.hidden == "protected:read":
        every.post("/imports", {"source": "ber", "mode": "full", "asOf": TODAY.isoformat()}, 403)
    else:
        import_her(pair)
    check(pair)


def import_her(pair):
    """The register, which may not see preventive persons, delivers her as covered."""
    register = pair.caller(ROLES["register-system"])
    world = World(None, register, None, None, TODAY)
    path = world.open_import([people.rows(1, TODAY, ["farsta"], first=100_500)[0]])
    register.event(path, "validated")
    register.get(path)
    register.get(f"{path}/rows")


class Apart(World):
    """No two consents at the same time: their order would be that of ids drawn at random."""

    def consent(self, *about, **members):
        self.serial += 1
        return super().consent(*about, **{"givenAt": f"{TODAY}T08:00:{self.serial:02d}Z", **members})


def test_what_is_written(pair):
    """Casework of one who may not see her, and all that hangs on it; then everything is looked at again."""
    coordinator = pair.caller(COORDINATOR)
    administrator = pair.caller(ROLES["administrator"])
    other = pair.caller(ROLES["crm-system"], recipients=[RECIPIENTS["vera"]])
    world = Apart(coordinator, None, other, administrator, TODAY)
    world.casework_about(pair.near[3])
    coordinator.post("/consents", {}, 400)
    make_configuration(coordinator, administrator)
    check(pair)
    look_again(pair, (f"/youths/{pair.near[3]['id']}/timeline", "/disclosures"))


def make_configuration(coordinator, administrator):
    """Changes that reach every youth of a district or of the municipality, hers too."""
    unit = administrator.post("/units", {"name": "Skolslussen Väst", "administration": "education"}, key="unit-1")
    administrator.post("/units", {"name": "Skolslussen Väst", "administration": "education"}, key="unit-1")
    district = f"/districts/{towns.id_of('0180', 'district', 'farsta')}"
    administrator.patch(district, {"unitId": unit.json()["id"]}, if_match=administrator.get(district))
    administrator.patch(district, {"name": "Farsta"}, 412, if_match='"1-0"')
    policy = {"policy": {"phoneAfter": "P5D"}}
    administrator.patch("/municipalities/0180", policy, if_match=administrator.get("/municipalities/0180"))
    coordinator.get("/outreach-plan/counts")
