"""What an import must survive, and what it must not touch: two at a time, brakes, collisions, death in the middle."""
import threading
import time
from contextlib import contextmanager

import kaa_service
import night
import people
import pytest
from conftest import FULL, database_settings
from kaa_client import Client

SETTINGS = {"KAA_LOCK_TIMEOUT_MS": 30000}
PATIENCE_S = 60


class Event:
    """An event that is posted in a thread of its own; `answer` once it has come, None when the service has died."""

    def __init__(self, client, path, kind):
        self.client, self.path, self.kind, self.answer = client, path, kind, None
        self.tag = client.get(path)
        self.thread = threading.Thread(target=self.post)
        self.thread.start()

    def post(self):
        try:
            self.answer = self.client.event(self.path, self.kind, None, self.tag)
        except Exception:  # the service was killed
            self.answer = None

    def done(self):
        self.thread.join(PATIENCE_S)
        assert not self.thread.is_alive()
        return self.answer


def until(happens, what):
    deadline = time.monotonic() + PATIENCE_S
    while not happens():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.02)


@pytest.fixture
def held(cluster, database, sql):
    """held(statement, values): a transaction that has run it and not ended; a commit that needs its rows waits."""
    @contextmanager
    def hold(statement, *values):
        with cluster.connect(database, autocommit=False) as connection:
            connection.execute("select base.enter('0180', 'someone', 'tests', null, 'protected:read', null, null, null, null, null, null)")
            connection.execute(statement, values)
            yield connection
            connection.rollback()
    return hold


@pytest.fixture
def waits(sql):
    """True when an event of an import waits for a lock."""
    return lambda: sql.execute("select count(*) from pg_stat_activity where datname = current_database()"
                               " and wait_event_type = 'Lock' and query like '%import_event%'").fetchone()[0] > 0


@pytest.fixture
def more(world):
    """more(count): rows of persons that no other test has."""
    def make(count, **changes):
        made = people.rows(count, world.today, ["farsta"], first=20_000 + more.next, **changes)
        more.next += count
        return made
    return make


more.next = 0


def changed(rows):
    return [{**row, "address": {**row["address"], "street": "Provvägen 99"}} for row in rows]


# Two at a time ------------------------------------------------------------------------------------------

def test_two_events_at_the_same_time(world, caller, register, held, more):
    rows = more(3)
    world.commit(rows, source="one-by-one")
    one, = world.find([rows[0]["personalNumber"]])
    first, second = (world.open_import(changed(rows), source="one-by-one") for _ in range(2))
    elsewhere = world.open_import(more(1), source="elsewhere")
    with held("select from base.youths where id = %s for update", one):
        running = Event(caller("register-system", sub="ber"), first, "committed")
        until(lambda: register.get(first).json()["status"] == "running", "running")
        assert [row["id"] for row in register.pages("/imports", status="running")] == [first.split("/")[-1]]
        for path, event in ((second, "committed"), (second, "validated"), (first, "committed"), (first, "cancelled")):
            refused = register.event(path, event, 409).json()
            assert (refused["code"], refused["importId"]) == ("import-running", first.split("/")[-1])
        assert register.event(elsewhere, "committed").json()["status"] == "committed"
        register.event(second, "cancelled")
    assert running.done().json()["status"] == "committed"
    assert register.get(first).json()["status"] == "committed"


# Brakes -------------------------------------------------------------------------------------------------

@pytest.fixture
def by_hand(coordinator):
    """by_hand(row): a youth whom staff registered, of a row that the register delivers later."""
    def enter(row):
        return coordinator.post("/youths", {
            **{name: row[name] for name in ("personalNumber", "numberType", "birthDate", "sex", "givenName", "familyName")},
            "registration": {"startDate": "2020-01-15", "reason": "unknown"}}).json()["id"]
    return enter


def listed(register, path):
    return {row["youthId"]: row for row in register.pages(f"{path}/rows", result="ended")}


def open_ones(sql, ids):
    return {str(one) for one, in sql.execute(
        "select youth_id from base.registrations where end_date is null and youth_id = any (%s::uuid[])", [list(ids)]).fetchall()}


@pytest.mark.database
def test_a_truncated_file(world, register, coordinator, officer, by_hand, more, sql):
    """40 % of the rows: nothing changes, the brake and everyone it would end are named; approved, it ends those."""
    rows = more(50)
    manual = by_hand(rows[49])
    foreign = more(5)
    world.commit(rows, mode="full", source="cut")
    world.commit(foreign, mode="full", source="not-cut")
    ids = world.find([row["personalNumber"] for row in rows])
    others = world.find([row["personalNumber"] for row in foreign])
    assert ids[49] == manual and open_ones(sql, ids + others) == set(ids + others)

    path = world.open_import(rows[:20], mode="full", source="cut")
    before = night.places(sql)
    dry = register.event(path, "validated").json()
    assert (dry["status"], dry["brake"], dry["counts"]["ended"]) == ("open", "importMaxEndedPercent", 29)
    stopped = register.event(path, "committed").json()
    assert (stopped["status"], stopped["brake"]) == ("stopped", "importMaxEndedPercent")
    assert stopped["counts"] == dry["counts"] and night.places(sql) == before
    assert [event["type"] for event in register.get(f"{path}/events").json()["data"]] == ["validated", "stopped"]
    absent = listed(register, path)
    assert set(absent) == set(ids[20:49])
    assert all(row["exitReason"] == "left_source" and not {"part", "row", "rule"} & set(row) for row in absent.values())
    read = officer.pages("/access-log", youthId=ids[20])
    assert any(row["resource"] == "import-rows" and row["action"] == "list" for row in read)

    world.commit(foreign, mode="full", source="not-cut")
    assert open_ones(sql, ids + others) == set(ids + others), "another source's full file ends nobody"

    approved = register.event(path, "approved").json()
    assert (approved["status"], approved["counts"]["ended"]) == ("committed", 29)
    assert open_ones(sql, ids + others) == set(ids[:20] + [manual] + others)
    assert set(listed(register, path)) == set(ids[20:49])
    assert coordinator.get(f"/youths/{ids[20]}").json()["registration"]["exitReason"] == "left_source"


@pytest.mark.database
def test_who_is_ended_by_a_row(world, register, more):
    rows = more(2)
    world.commit(rows, source="by-rule")
    one, two = world.find([row["personalNumber"] for row in rows])
    path = world.open_import([rows[0], {**rows[1], "residence": {"municipality": "0126", "status": "resident"}}],
                             mode="full", source="by-rule")
    done = register.event(path, "committed").json()
    assert done["counts"]["ended"] == 1 and one not in listed(register, path)
    row = listed(register, path)[two]
    assert (row["part"], row["row"], row["rule"], row["exitReason"]) == (1, 2, 3, "moved")


@pytest.mark.database
def test_a_stopped_import_that_was_overtaken(world, register, more):
    rows = more(10)
    world.commit(rows, mode="full", source="late")
    path = world.open_import(rows[:4], mode="full", source="late")
    assert register.event(path, "committed").json()["status"] == "stopped"
    world.commit(rows, mode="full", source="late")
    assert register.event(path, "approved", 409).json()["code"] == "import-superseded"
    assert register.event(path, "cancelled").json()["status"] == "cancelled"
    assert listed(register, path) == {}


def test_reading_needs_the_scope_for_protected_persons(caller, world):
    path = world.open_import([])
    plain = caller(scope="imports:read imports:write")
    for one in ("/imports", path, f"{path}/rows", f"{path}/events"):
        assert plain.get(one, 403).json()["scope"] == "imports:read+protected:read"


# Numbers ------------------------------------------------------------------------------------------------

@pytest.mark.database
def test_a_new_number(world, register, coordinator, more):
    """A person known by a former number gets the new one; numbers of two are nobody's."""
    one, two, new = more(3)
    world.commit([one, two])
    known, other = world.find([one["personalNumber"], two["personalNumber"]])
    done = world.commit([{**one, "personalNumber": new["personalNumber"], "formerNumbers": [one["personalNumber"]]}])
    assert done["counts"]["updated"] == 1 and done["counts"]["new"] == 0
    assert world.find([one["personalNumber"], new["personalNumber"]]) == [known, known]
    assert coordinator.get(f"/youths/{known}").json()["personalNumber"] == new["personalNumber"]
    path = world.open_import([
        {**two, "formerNumbers": [new["personalNumber"]]},
        {**more(1)[0], "formerNumbers": [one["personalNumber"], two["personalNumber"]]},
        {**more(1)[0], "formerNumbers": ["0801011234", one["personalNumber"]]}])
    register.event(path, "validated")
    faults = {row["row"]: [(error["pointer"], error["code"]) for error in row["errors"]]
              for row in register.pages(f"{path}/rows", result="rejected")}
    assert faults[1] == faults[2] == [("/personalNumber", "person-twice"), ("/formerNumbers", "person-ambiguous")] \
        or all(("/formerNumbers", "person-ambiguous") in faults[row] for row in (1, 2)), faults
    assert faults[3] == [("/formerNumbers/0", "ten-digit-number")]
    register.event(path, "cancelled")
    assert known != other


# Collisions ---------------------------------------------------------------------------------------------

@pytest.mark.database
def test_somebody_enters_the_same_person(world, caller, register, held, waits, more, sql):
    """Nothing is changed, nothing is lost, and it can be committed again."""
    rows = more(5)
    path = world.open_import(rows, source="collides")
    with held("with y as (insert into base.youths (given_name, family_name, birth_date) values ('Annikaprov', 'Provlund', %s)"
              " returning id) insert into base.identity_numbers (youth_id, number, type) select y.id, %s, 'temporary' from y",
              rows[4]["birthDate"], rows[4]["personalNumber"]) as other:
        running = Event(caller("register-system", sub="ber"), path, "committed")
        until(waits, "the commit waits for the other one")
        other.commit()
        refused = running.done()
    assert (refused.status_code, refused.json()["code"]) == (409, "import-collided")
    assert world.find([row["personalNumber"] for row in rows[:4]]) == [None] * 4
    assert register.get(path).json()["status"] == "open"
    assert register.get(f"{path}/events").json()["data"] == []
    assert register.event(path, "committed").json()["counts"]["new"] == 5


@pytest.mark.database
def test_somebody_registers_the_same_person(world, caller, register, held, waits, more):
    row, = more(1)
    world.commit([row], source="collides")
    one, = world.find([row["personalNumber"]])
    world.commit([{**row, "residence": {"municipality": "0126", "status": "resident"}}], source="collides")
    path = world.open_import([row], source="collides")
    with held("insert into base.registrations (youth_id, start_date, reason) values (%s, base.today(), 'dropout')", one) as other:
        running = Event(caller("register-system", sub="ber"), path, "committed")
        until(waits, "the commit waits for the other one")
        other.commit()
        assert running.done().json()["code"] == "import-collided"
    assert register.event(path, "committed").json()["counts"]["updated"] == 1


# Death in the middle ------------------------------------------------------------------------------------

@pytest.fixture
def another(binary, cluster, database, settings, contract, tokens, tmp_path):
    """A second process of the service, and a client of it."""
    one = kaa_service.Service(binary, tmp_path / "another.log", {**database_settings(cluster, database), **settings})
    try:
        one.start()
        client = Client(one.url, contract, tokens.make("register-system", sub="ber"))
        yield one, client
        client.close()
    finally:
        one.kill()


def all_or_nothing(register, world, path, rows):
    """Waits until nobody works on it; it is done or as it was, and can be committed either way."""
    until(lambda: register.get(path).json()["status"] != "running", "it ends")
    status = register.get(path).json()["status"]
    there = [one for one in world.find([row["personalNumber"] for row in rows]) if one]
    assert (status, len(there)) in (("open", 0), ("committed", len(rows)))
    if status == "open":
        assert register.event(path, "committed").json()["counts"]["new"] == len(rows)
    else:
        assert register.event(path, "committed", 409).json()["code"] == "transition-not-allowed"
    assert all(world.find([row["personalNumber"] for row in rows]))
    return status


@pytest.mark.database
@pytest.mark.parametrize("delay", [0, 0.03, 0.1, 0.2, 0.4] if FULL else [0, 0.1, 0.4])
def test_the_service_is_killed(another, world, register, more, delay):
    service, client = another
    rows = more(300)
    path = world.open_import(rows, source="killed")
    running = Event(client, path, "committed")
    time.sleep(delay)
    service.kill()
    running.done()
    all_or_nothing(register, world, path, rows)


def test_the_service_is_killed_while_it_writes(another, world, register, held, waits, more):
    """The commit is held up at a youth that it is about to change, with the new ones written."""
    service, client = another
    known, rows = more(1), more(50)
    world.commit(known, source="killed")
    one, = world.find([known[0]["personalNumber"]])
    path = world.open_import(rows + changed(known), source="killed")
    with held("select from base.youths where id = %s for update", one):
        running = Event(client, path, "committed")
        until(waits, "the commit is held up")
        service.kill()
        running.done()
        assert register.get(path).json()["status"] == "running"
        assert not any(world.find([row["personalNumber"] for row in rows]))
    all_or_nothing(register, world, path, rows)


def test_the_connection_is_terminated(world, caller, register, held, waits, more, sql):
    known, rows = more(1), more(50)
    world.commit(known, source="terminated")
    one, = world.find([known[0]["personalNumber"]])
    path = world.open_import(rows + changed(known), source="terminated")
    with held("select from base.youths where id = %s for update", one):
        running = Event(caller("register-system", sub="ber"), path, "committed")
        until(waits, "the commit is held up")
        sql.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()"
                    " and wait_event_type = 'Lock' and query like '%import_event%'")
        assert running.done().status_code == 503
    assert all_or_nothing(register, world, path, rows) == "open"


# Whose is what ------------------------------------------------------------------------------------------

@pytest.mark.database
def test_a_night_leaves_alone_what_staff_entered(world, coordinator, more):
    """Everything of the register's is new; phone, email, guardians, contact address and occupation are staff's.
    But with protected registration no address is kept that does not forward (the handbook's rule, not the import's)."""
    row, = more(1)
    world.commit([row])
    path = f"/youths/{world.find([row['personalNumber']])[0]}"
    own = {"phones": [people.PHONES[0]], "email": f"prov@{people.MAIL}",
           "guardians": [{"name": "Britaprov Fiktivsson", "phone": people.PHONES[1]}],
           "contactAddress": {"street": "Exempelstigen 1", "postalCode": "12345", "city": "Provköping"}}
    coordinator.patch(path, own, if_match=coordinator.get(path))
    coordinator.post(f"{path}/occupations", {"code": "work"})

    def now():
        youth = coordinator.get(path).json()
        return {**{name: youth.get(name) for name in own}, "occupation": youth["occupation"]["code"]}

    kept = {**own, "occupation": "work"}
    assert now() == kept
    new = {**row, "givenName": "Robinprov", "familyName": "Testdotter", "sex": "unknown",
           "address": {"kind": "special_postal", "street": "Provvägen 9", "city": "Provköping"},
           "residence": {"municipality": "0180", "status": "resident", "district": "jarva", "firstRegisteredInSweden": "2020-01-01"},
           "enrolments": [{"type": "komvux", "school": "Provkomvux", "from": "2021-01-15", "to": "2021-06-10"}],
           "qualifications": [{"type": "study_certificate", "date": "2021-06-10"}]}
    assert world.commit([new], mode="full", source="staff")["counts"]["updated"] == 1
    assert now() == kept and coordinator.get(path).json()["familyName"] == "Testdotter"
    world.commit([{**new, "protection": "confidentiality_marking"}], source="staff")
    assert now() == kept
    world.commit([{**new, "protection": "protected_registration", "actualMunicipality": "0180"}], source="staff")
    assert now() == {**kept, "contactAddress": None}
