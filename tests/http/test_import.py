"""The nightly import: what is new, changed, unchanged, wrong; and that only the target group is kept."""
import random
from datetime import date

import people
import pytest
from conftest import FULL

ROWS = 5000
TABLES = ("youths", "identity_numbers", "registrations", "occupations", "outreach_state", "district_periods")


def places(sql):
    """Where every row of the register's tables lies: xmin changes when a row is written."""
    return {table: dict(sql.execute(f"select ctid::text, xmin::text from base.{table}").fetchall())
            for table in TABLES}


def counts(done):
    return done["counts"]


@pytest.fixture(scope="module")
def big(world, today):
    """5,000 rows imported as full, one in ten of a person who is not covered."""
    rows = people.rows(ROWS, today, ["farsta", "jarva", "bromma", None])
    for number in range(0, ROWS, 10):
        rows[number]["residence"] = {"municipality": "0126", "status": "resident"}
    for row in rows:
        if row["residence"].get("district") is None:
            row["residence"].pop("district", None)
    return rows, world.commit(rows, mode="full")


def test_five_thousand_rows(big, coordinator):
    rows, done = big
    assert counts(done)["new"] == ROWS * 9 // 10 and counts(done)["notCovered"] == ROWS // 10
    assert counts(done)["rejected"] == 0
    total = coordinator.get("/youths?limit=1&count=true").json()["_meta"]["totalRecords"]
    assert total == ROWS * 9 // 10


@pytest.mark.database
def test_the_same_again_with_one_change(big, world, sql):
    """Shuffled over other parts, one person with a new street: one row is written and nothing else."""
    rows, _ = big
    before = places(sql)
    changed = [dict(row) for row in rows]
    changed[1]["address"] = {**changed[1]["address"], "street": "Provvägen 99"}
    random.Random(1).shuffle(changed)
    done = world.commit(changed, mode="full", part_size=713)
    assert counts(done)["updated"] == 1 and counts(done)["new"] == counts(done)["ended"] == 0
    assert counts(done)["unchanged"] + counts(done)["notCovered"] == ROWS - 1
    after = places(sql)
    moved = {table: len(set(after[table].items()) - set(before[table].items())) for table in TABLES}
    assert moved == {table: int(table in ("youths", "outreach_state")) for table in TABLES}
    assert {table: len(rows) for table, rows in after.items()} == {table: len(rows) for table, rows in before.items()}


@pytest.mark.database
def test_validated_says_what_committed_does(big, world, register, sql):
    rows, _ = big
    changed = [dict(row) for row in rows]
    changed[2]["givenName"] = "Dagnyprov"
    changed[3]["residence"] = {"municipality": "0126", "status": "resident"}
    changed += people.rows(3, world.today, ["farsta"], first=ROWS)
    before = places(sql)
    path = world.open_import(changed, mode="full")
    dry = register.event(path, "validated").json()
    assert dry["status"] == "open" and places(sql) == before
    again = register.event(path, "validated").json()
    assert counts(again) == counts(dry)
    done = register.event(path, "committed").json()
    assert counts(done) == counts(dry)
    # The other one updated has the old street back, which the test before had changed.
    assert (counts(done)["new"], counts(done)["updated"], counts(done)["ended"]) == (3, 2, 1)
    register.event(path, "committed", 409)


def test_who_moves_is_ended_and_returns(big, world, coordinator):
    person = people.rows(1, world.today, ["farsta"], first=ROWS + 50)[0]
    world.commit([person])
    one, = world.find([person["personalNumber"]])
    gone = {**person, "residence": {"municipality": "0126", "status": "resident"}}
    assert counts(world.commit([gone]))["ended"] == 1
    youth = coordinator.get(f"/youths/{one}").json()
    assert youth["status"] == "ended" and youth["registration"]["exitReason"] == "moved"
    world.commit([person])
    assert coordinator.get(f"/youths/{one}").json()["status"] == "active"
    periods = coordinator.get(f"/youths/{one}/registrations").json()["data"]
    assert len(periods) == 2


def test_a_full_file_ends_those_it_lacks(big, world, coordinator, register):
    """Only those whom the same source delivered, and not more than the brake lets through."""
    own, others = people.rows(40, world.today, ["farsta"], first=ROWS + 100), people.rows(3, world.today, first=ROWS + 200)
    world.commit(own, mode="full", source="small")
    world.commit(others, mode="delta", source="manual-system")
    done = world.commit(own[:-1], mode="full", source="small")
    assert counts(done)["ended"] == 1
    one, = world.find([own[-1]["personalNumber"]])
    assert coordinator.get(f"/youths/{one}").json()["registration"]["exitReason"] == "left_source"
    assert all(world.find([row["personalNumber"] for row in others]))
    assert coordinator.get(f"/youths/{world.find([others[0]['personalNumber']])[0]}").json()["status"] == "active"


def test_the_brake(big, world, register, coordinator, sql):
    """A truncated file stops; approved by someone, it goes on."""
    own = people.rows(40, world.today, ["farsta"], first=ROWS + 300)
    world.commit(own, mode="full", source="braked")
    path = world.open_import(own[:1], mode="full", source="braked")
    before = places(sql)
    stopped = register.event(path, "committed").json()
    assert stopped["status"] == "stopped" and stopped["brake"]
    assert places(sql) == before
    cancelled = world.open_import(own[:2], mode="full", source="braked")
    register.event(cancelled, "committed")
    assert register.event(cancelled, "cancelled").json()["status"] == "cancelled"
    approved = register.event(path, "approved").json()
    if approved["status"] != "committed":
        approved = register.event(path, "committed").json()
    assert approved["status"] == "committed" and counts(approved)["ended"] == 39


def test_wrong_rows_are_rejected_each_with_its_faults(world, register, today):
    good = people.rows(3, today, ["farsta"], first=ROWS + 400)
    wrong = [
        {**good[0], "personalNumber": "0801011234"},                 # ten digits
        {**people.rows(1, today, first=ROWS + 410)[0], "sex": "x"},
        {**people.rows(1, today, first=ROWS + 411)[0], "unheardOf": 1},
        {key: value for key, value in people.rows(1, today, first=ROWS + 412)[0].items() if key != "familyName"},
    ]
    lines = people.ndjson(good[:2] + wrong) + b'{"broken": \n[]\n"a text alone"\n{"a":1,"a":2}\n' + people.ndjson(good[2:])
    path = world.open_import([])
    world.send_part(path, 1, lines)
    done = register.event(path, "committed").json()
    if done["status"] == "stopped":  # more than the policy's share was rejected
        register.event(path, "approved")
        done = register.get(path).json()
        if done["status"] != "committed":
            done = register.event(path, "committed").json()
    assert counts(done)["rejected"] == 8 and counts(done)["new"] == 3
    rows = register.pages(f"{path}/rows", result="rejected")
    assert sorted(row["row"] for row in rows) == [3, 4, 5, 6, 7, 8, 9, 10]
    faults = {row["row"]: {error.get("pointer"): error["code"] for error in row["errors"]} for row in rows}
    assert "/personalNumber" in faults[3] and "/sex" in faults[4] and "/unheardOf" in faults[5]
    assert faults[6]["/familyName"] == "required"
    assert not people.LETTERS[0] + "0" in str(rows), "a rejected row repeats the number"


def test_a_wrong_check_digit(world, register, official_numbers):
    number = official_numbers[0]
    broken = number[:-1] + str((int(number[-1]) + 1) % 10)
    row = people.row(date.fromisoformat(f"{number[:4]}-{number[4:6]}-{number[6:8]}"), 1,
                     personalNumber=broken, numberType="personal", sex="unknown")
    path = world.open_import([row])
    register.event(path, "validated")
    rows = register.pages(f"{path}/rows", result="rejected")
    assert rows[0]["errors"][0]["pointer"] == "/personalNumber"
    assert broken not in str(rows)
    register.event(path, "cancelled")


def test_the_same_person_twice_rejects_both(world, register, today):
    """Over two parts, since a file may be cut anywhere."""
    twice, once = people.rows(2, today, ["farsta"], first=ROWS + 500)
    path = world.open_import([])
    world.send_part(path, 1, [twice])
    world.send_part(path, 2, [{**twice, "givenName": "Dagnyprov"}, once])
    dry = register.event(path, "validated").json()
    assert counts(dry)["rejected"] == 2 and counts(dry)["new"] == 1
    assert len(register.pages(f"{path}/rows", result="rejected")) == 2
    register.event(path, "cancelled")
    assert world.find([twice["personalNumber"], once["personalNumber"]]) == [None, None]


def test_a_part_may_be_sent_again_and_in_any_order(world, register, today):
    rows = people.rows(6, today, ["farsta"], first=ROWS + 600)
    path = world.open_import([])
    world.send_part(path, 2, rows[:3])
    world.send_part(path, 1, rows[3:])
    world.send_part(path, 2, rows[:2])
    assert counts(register.event(path, "committed").json())["new"] == 5
    world.send_part(path, 3, rows[2:3], 409)


def test_a_part_over_the_limit(world, register):
    path = world.open_import([])
    world.send_part(path, 1, b"{}\n" * 400_000, 413)
    for content, media in ((b"", "application/x-ndjson"), (b"\n\n", "application/x-ndjson")):
        register.request("PUT", f"{path}/parts/1", 400, content=content, headers={"Content-Type": media})
    register.request("PUT", f"{path}/parts/1", 415, content=b"{}", headers={"Content-Type": "text/csv"})


def test_what_casework_owns_is_left_alone(world, coordinator):
    youth = world.youth()
    patched = coordinator.patch(f"/youths/{youth['id']}", {"phones": ["+46701740605"], "email": f"a@{people.MAIL}"},
                                if_match=coordinator.get(f"/youths/{youth['id']}"))
    world.commit([{**youth["row"], "givenName": "Dagnyprov"}])
    now = coordinator.get(f"/youths/{youth['id']}").json()
    assert now["givenName"] == "Dagnyprov"
    assert now["phones"] == patched.json()["phones"] and now["email"] == f"a@{people.MAIL}"


@pytest.mark.database
def test_only_the_target_group_is_kept(world, register, sql, today):
    """Whatever was delivered about others is nowhere in the database once the import has ended."""
    trace = people.OTHER_DISTRICT_FREE_STREET
    birth = people.birthday(today, 17)

    def other(serial, **changes):
        person = people.row(birth, 900 + serial, familyName=f"Utkastström{serial}", **changes)
        person["address"]["street"] = trace
        return person

    others = [
        other(1, residence={"municipality": "0126", "status": "resident"}),
        other(2, residence={"municipality": "0180", "status": "emigrated"}),
        other(3, residence={"municipality": "0180", "status": "not_resident"}),
        other(4, qualifications=[{"type": "upper_secondary_diploma", "date": "2026-06-01"}]),
        other(5, birthDate=None),
    ]
    old = people.row(people.birthday(today, 20), 950, familyName="Utkastström6")
    old["address"]["street"] = trace
    covered = people.row(birth, 960, familyName="Provlund")
    done = world.commit(others + [old, covered], source="others")
    assert counts(done)["notCovered"] + counts(done)["toReview"] == 6 and counts(done)["new"] == 1
    numbers = [person["personalNumber"] for person in others + [old]]
    tables = sql.execute(
        "select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where c.relkind in ('r', 'p') and n.nspname in ('base', 'api', 'edit', 'public')").fetchall()
    for (table,) in tables:
        for word in [trace, "Utkastström1", *numbers]:
            assert not sql.execute(f"select 1 from {table} t where t::text like %s limit 1",
                                   [f"%{word}%"]).fetchone(), (table, word)
    review = register.pages(f"/imports/{done['id']}/rows", result="review")
    assert review and all(set(row) <= {"id", "part", "row", "result", "rule", "errors"} for row in review), review
    assert all(not row.get("errors") for row in review)


def test_a_cancelled_import_leaves_nothing(world, register, sql, today):
    path = world.open_import(people.rows(5, today, first=ROWS + 800, familyName="Exempelgren"))
    register.event(path, "cancelled")
    register.event(path, "committed", 409)
    number = people.rows(1, today, first=ROWS + 800)[0]["personalNumber"]
    for (table,) in sql.execute("select format('base.%I', relname) from pg_class where relkind in ('r', 'p')"
                                " and relnamespace = 'base'::regnamespace").fetchall():
        assert not sql.execute(f"select 1 from {table} t where t::text like %s", [f"%{number}%"]).fetchone(), table


def test_imports_need_the_scope_for_protected_persons(caller, today):
    short = caller(scope="imports:read imports:write")
    short.post("/imports", {"source": "ber", "mode": "delta", "asOf": today.isoformat()}, 403)


@pytest.mark.skipif(not FULL, reason="only at full size")
def test_a_night_of_stockholm(world, today):
    """45,000 aged 16 to 19, one in ten of them covered."""
    rows = people.rows(45_000, today, ["farsta", "jarva"], first=200_000)
    for number, row in enumerate(rows):
        if number % 10:
            row["enrolments"] = [{"type": "national_programme", "school": "Provgymnasiet", "from": "2020-08-20"}]
    done = world.commit(rows, mode="full", source="night", part_size=2000)
    assert counts(done)["new"] == 4_500 and counts(done)["notCovered"] == 40_500
    again = world.commit(rows, mode="full", source="night", part_size=2000)
    assert counts(again)["unchanged"] == 4_500 and counts(again)["updated"] == counts(again)["new"] == 0


def test_a_number_that_postgresql_does_not_hold_is_one_row_s_fault(world, register, today):
    """A row that is rejected anyway does not take its part along."""
    lines = people.ndjson(people.rows(2, today, first=8800))
    path = world.open_import([])
    world.send_part(path, 1, lines[:-1].replace(b"}", b',"height":1e-999999}', 1) + b"\n" + people.ndjson(people.rows(1, today, first=8810)))
    register.event(path, "validated")
    counted = register.get(path).json()["counts"]
    assert (counted["new"], counted["rejected"]) == (2, 1)
