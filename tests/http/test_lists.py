"""Paging by key: whoever follows the pages meets every row once, also while rows are added and changed. And every
filter and sort of youths against what the youths themselves say."""
import subprocess
import threading
import time
from datetime import timedelta

import pytest

import towns
from kaa_cluster import ROOT

ROWS = 130
YOUTHS = 900


@pytest.fixture(scope="module")
def units(administrator):
    return {administrator.post("/units", {"name": f"Enhet {number % 40}", "administration": "education"}).json()["id"]
            for number in range(ROWS)}


ALL = {}
BY_NAME = {"sort": "name"}
FILTERED = {"administration": "education"}
BOTH = {"sort": "name", "administration": "education,labour_market"}


@pytest.mark.parametrize("limit, params", [
    (1, ALL), (7, ALL), (100, ALL), (7, BY_NAME), (100, BY_NAME), (7, FILTERED), (7, BOTH), (100, BOTH)])
def test_each_once(administrator, units, limit, params):
    ids = [row["id"] for row in administrator.pages("/units", limit, **params)]
    assert len(ids) == len(set(ids)) and units <= set(ids)


def test_rows_with_the_same_sort_value(administrator, units):
    rows = administrator.pages("/units", 3, sort="name", administration="education")
    names = [row["name"] for row in rows]
    assert names == sorted(names) and len({row["id"] for row in rows}) == len(rows)


def test_the_last_page_is_the_last(administrator, units):
    total = administrator.get("/units?limit=1&count=true").json()["_meta"]["totalRecords"]
    assert len(administrator.pages("/units", 10)) == total
    exact = administrator.get(f"/units?limit=10&page={total // 10 + 1}").json()
    assert len(exact["data"]) == total % 10
    assert "pageToken" not in exact or exact["pageToken"] is None
    assert "next" not in exact["_links"]
    assert administrator.get("/units?limit=100&page=100").json()["data"] == []


def test_while_others_write(administrator, units, caller):
    """Rows that were there before the first page and were not changed come exactly once."""
    stop = threading.Event()
    made = []

    def write(number):
        client = caller("administrator", sub=f"writer-{number}@example.com")
        while not stop.is_set():
            made.append(client.post("/units", {"name": f"Enhet {len(made) % 40}", "administration": "education"}))
            time.sleep(0.01)

    writers = [threading.Thread(target=write, args=[number]) for number in range(3)]
    for writer in writers:
        writer.start()
    try:
        for params in ({}, {"sort": "name"}) * 2:
            ids = [row["id"] for row in administrator.pages("/units", 30, **params)]
            assert len(ids) == len(set(ids)), params
            assert units <= set(ids), params
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    everything = {row["id"] for row in administrator.pages("/units", 100)}
    assert {answer.json()["id"] for answer in made} <= everything


def test_long_names_are_walked_like_others(administrator):
    """A key of 400 bytes does not fit a page token; the pages are whole all the same."""
    made = {administrator.post("/units", {"name": "😀" * 99 + n, "administration": "education"}).json()["id"]
            for n in "abcd"}
    seen = [row["id"] for row in administrator.pages("/units?sort=name&limit=1")]
    assert made <= set(seen) and len(seen) == len(set(seen))


# Youths -------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def youths(cluster, database, service, coordinator):
    """Made-up ones of eight years, as the list without a filter tells of them, in its order."""
    done = subprocess.run(
        ["/usr/lib/postgresql/15/bin/psql", "-XqAt", "-v", f"youths={YOUTHS}", "--single-transaction", "-f",
         ROOT / "tests" / "bench" / "lists.sql", cluster.url(database, "kaa_owner")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    rows = coordinator.pages("/youths")
    assert len(rows) == YOUTHS
    return rows


def outreach(youth, member):
    return youth.get("outreach", {}).get(member)


def registration(youth, member):
    return youth.get("registration", {}).get(member)


def turning(youth, day, today):
    """Not yet 20, and 20 on that day at the latest."""
    born = youth.get("birthDate")
    if not born:
        return False
    twentieth = f"{int(born[:4]) + 20}{born[4:]}"
    return today.isoformat() < twentieth <= day


# What a youth must be for a filter's value; today comes with it
MEANING = {
    "districtId": lambda y, value, _: y.get("districtId") in value.split(","),
    "unitId": lambda y, value, _: y.get("unitId") in value.split(","),
    "sex": lambda y, value, _: y["sex"] in value.split(","),
    "status": lambda y, value, _: y["status"] in value.split(","),
    "step": lambda y, value, _: outreach(y, "step") in value.split(","),
    "overdue": lambda y, value, _: bool(outreach(y, "overdue")) == (value == "true"),
    "dueBefore": lambda y, value, _: (outreach(y, "dueDate") or "9999") <= value,
    "neverContacted": lambda y, value, _: ("outreach" in y and "firstContactAt" not in y["outreach"]) == (value == "true"),
    "informedOfTurningTwenty": lambda y, value, _: bool(outreach(y, "informedOfTurningTwenty")) == (value == "true"),
    "bornAfter": lambda y, value, _: y.get("birthDate", "") > value,
    "bornBefore": lambda y, value, _: y.get("birthDate", "9999") <= value,
    "turningTwentyBefore": turning,
    "registeredAfter": lambda y, value, _: (registration(y, "startDate") or "") > value,
    "registeredBefore": lambda y, value, _: (registration(y, "startDate") or "9999") <= value,
    "exitReason": lambda y, value, _: registration(y, "exitReason") in value.split(","),
    "occupation": lambda y, value, _: y.get("occupation", {}).get("code") in value.split(","),
    "assignedTo": lambda y, value, _: any(a["staff"] == value.replace("me", "coordinator@example.com") for a in y["assignments"]),
    "modifiedAfter": lambda y, value, _: y["modifiedAt"] > value,
    "modifiedBefore": lambda y, value, _: y["modifiedAt"] <= value,
}
ORDER = {
    None: lambda y: y["modifiedAt"],
    "modifiedAt": lambda y: y["modifiedAt"],
    "name": lambda y: f"{y['familyName']} {y['givenName']}",
    "birthDate": lambda y: y.get("birthDate", "9999"),
    "dueDate": lambda y: (y["outreach"].get("dueDate", "9999-12-31") if "outreach" in y else "infinity"),
}


def middle(youths, key):
    """The value that half of them have passed."""
    found = sorted(value for value in map(key, youths) if value)
    return found[len(found) // 2]


@pytest.fixture(scope="module")
def values(youths, today):
    """Values of each filter: of many, of few, of nobody; limits that somebody's day falls on."""
    district, unit = (lambda name: towns.id_of("0180", "district", name)), (lambda name: towns.id_of("0180", "unit", name))
    born = [middle(youths, lambda y: y.get("birthDate")), max(y.get("birthDate", "") for y in youths)]
    registered = [middle(youths, lambda y: registration(y, "startDate")), max(registration(y, "startDate") or "" for y in youths)]
    changed = [middle(youths, lambda y: y["modifiedAt"]), youths[0]["modifiedAt"], youths[-1]["modifiedAt"]]
    due = middle(youths, lambda y: outreach(y, "dueDate"))
    return {
        "districtId": [district("jarva"), district("skarpnack"), f"{district('bromma')},{district('farsta')}"],
        "unitId": [unit("syd"), unit("jobbtorg"), f"{unit('nord')},{unit('syd')}"],
        "sex": ["male", "unknown", "female,unknown"],
        "status": ["active", "ended", "preventive", "active,preventive"],
        "step": ["letter", "phone", "further_letter", "follow_up", "paused", "exhausted", "letter,phone"],
        "overdue": ["true", "false"], "neverContacted": ["true", "false"],
        "informedOfTurningTwenty": ["true", "false"],
        "dueBefore": [due, "2000-01-01", "2199-12-31"],
        "bornAfter": born, "bornBefore": born,
        "turningTwentyBefore": [(today + timedelta(days=days)).isoformat() for days in (1, 40, 800)],
        "registeredAfter": registered, "registeredBefore": registered,
        "exitReason": ["turned_20", "national_programme", "deceased", "moved,emigrated"],
        "occupation": ["unknown", "work", "military_service", "komvux,none", "unknown,work"],
        "assignedTo": ["anna@example.com", "me", "nobody@example.com"],
        "modifiedAfter": changed, "modifiedBefore": changed,
    }


def wanted(youths, params, today):
    """Ids in the order of the list, as the youths' own members say."""
    params = dict(params)
    key = ORDER[params.pop("sort", None)]
    rows = [y for y in youths if all(MEANING[name](y, value, today) for name, value in params.items())]
    return [y["id"] for y in sorted(rows, key=lambda y: (key(y), y["id"]))]


def figures(rows, today):
    return {"count": len(rows), "due": sum((outreach(y, "dueDate") or "9999") <= today.isoformat() for y in rows),
            "overdue": sum(outreach(y, "overdue") for y in rows)}


def by_step(rows, today):
    return [{"step": step, **figures([y for y in rows if outreach(y, "step") == step], today)}
            for step in sorted({outreach(y, "step") for y in rows})]


def by_place(rows, member, today, names):
    """In the order of their names, those without a place last."""
    for place in sorted({y.get(member) for y in rows}, key=lambda place: (place is None, names.get(place))):
        there = [y for y in rows if y.get(member) == place]
        yield {**({member: place} if place else {}), **figures(there, today), "steps": by_step(there, today)}


@pytest.fixture(scope="module")
def names(caller):
    coordinator = caller("coordinator")
    return {row["id"]: row["name"] for path in ("/units", "/districts") for row in coordinator.pages(path, 100)}


def morning(rows, today, names):
    """What the counts of some youths must be, told by the youths themselves."""
    day = lambda days: (today + timedelta(days=days)).isoformat()  # noqa: E731
    return {
        "data": by_step(rows, today),
        "units": list(by_place(rows, "unitId", today, names)), "districts": list(by_place(rows, "districtId", today, names)),
        "newlyRegistered": sum(registration(y, "startDate") > day(-7) for y in rows),
        "unassigned": sum(not y["assignments"] for y in rows),
        "pausesEnding": sum(outreach(y, "step") == "paused" and outreach(y, "dueDate") <= day(8) for y in rows),
        "turningTwenty": sum(turning(y, day(90), today) and not outreach(y, "informedOfTurningTwenty") for y in rows)}


@pytest.mark.database
@pytest.mark.parametrize("name", MEANING)
def test_a_filter_holds_whom_it_says(coordinator, youths, values, today, name):
    for value in values[name]:
        right = wanted(youths, {name: value}, today)
        assert [y["id"] for y in coordinator.pages("/youths", 100, **{name: value, "fields": "id"})] == right, value
        page = coordinator.get("/youths", params={name: value, "limit": 1, "count": "true"}).json()
        assert page["_meta"]["totalRecords"] == len(right), value


def test_every_filter_is_tried(contract):
    asked = contract.filters(contract.find("GET", "/kaa/v1/youths")[0])
    assert set(asked) - {"limit", "page", "pageToken", "count", "fields", "sort"} == set(MEANING)


@pytest.mark.database
@pytest.mark.parametrize("sort", [sort for sort in ORDER if sort])
def test_each_order_with_filters(coordinator, youths, values, today, sort):
    """Alone and with each filter: page by page, in order, nobody twice and nobody missing."""
    assert [y["id"] for y in coordinator.pages("/youths", 33, sort=sort)] == wanted(youths, {"sort": sort}, today)
    for name, choices in values.items():
        params = {name: choices[0], "sort": sort}
        assert [y["id"] for y in coordinator.pages("/youths", 100, fields="id", **params)] == wanted(youths, params, today), params


@pytest.mark.database
@pytest.mark.parametrize("params", [
    {"status": "active", "sex": "male", "overdue": "true"}, {"step": "phone", "neverContacted": "false", "sort": "dueDate"},
    {"exitReason": "turned_20", "occupation": "unknown", "sort": "name"}, {"assignedTo": "me", "status": "ended", "sort": "birthDate"}])
def test_filters_together(coordinator, youths, today, params):
    assert [y["id"] for y in coordinator.pages("/youths", 7, **params)] == wanted(youths, params, today)


@pytest.mark.database
def test_the_plan_takes_the_same_filters(coordinator, youths, values, today, names):
    covered = [y for y in youths if "outreach" in y]
    for name, choices in values.items():
        if name.startswith("modified"):
            continue
        for value in choices:
            right = wanted(covered, {name: value, "sort": "dueDate"}, today)
            assert [row["id"] for row in coordinator.pages("/outreach-plan", 100, **{name: value})] == right, (name, value)
            counts = coordinator.get("/outreach-plan/counts", params={name: value}).json()
            assert counts == morning([y for y in covered if y["id"] in set(right)], today, names), (name, value)
    everyone = morning(covered, today, names)
    assert coordinator.get("/outreach-plan/counts").json() == everyone
    assert all(everyone.values()) and {None} < {place.get("districtId") for place in everyone["districts"]}
    one, other = covered[0]["id"], covered[1]["id"]
    assert {row["id"] for row in coordinator.pages("/outreach-plan", youthId=f"{one},{other}")} == {one, other}
    coordinator.get("/outreach-plan?modifiedAfter=2020-01-01T00:00:00Z", 400)


@pytest.mark.database
def test_counts_are_of_whom_the_caller_sees(caller, youths, today, names):
    covered = [y for y in youths if "outreach" in y]
    jarva = towns.id_of("0180", "district", "jarva")
    limited = caller("coordinator", districts=[jarva]).get("/outreach-plan/counts").json()
    assert limited == morning([y for y in covered if y.get("districtId") == jarva], today, names)
    caseworker = caller("caseworker").get("/outreach-plan/counts").json()
    assert caseworker == morning([y for y in covered if y["protection"] == "none"], today, names)
    assert any(y["protection"] != "none" for y in covered)


@pytest.mark.database
def test_a_district_s_token_sees_its_own(caller, youths, today):
    jarva = towns.id_of("0180", "district", "jarva")
    limited = caller("coordinator", districts=[jarva])
    for params in ({}, {"sort": "name"}, {"status": "ended"}, {"step": "phone", "sort": "dueDate"}):
        right = wanted(youths, {**params, "districtId": jarva}, today)
        assert [y["id"] for y in limited.pages("/youths", 100, fields="id", **params)] == right, params


@pytest.mark.database
@pytest.mark.parametrize("params", [{}, {"sort": "name"}, {"sort": "dueDate"}, {"status": "active", "sort": "birthDate"}])
def test_youths_walked_while_they_change(coordinator, caller, youths, today, params):
    """Those who stay as they are come exactly once, whatever happens to the others."""
    right = wanted(youths, params, today)
    restless = set(right[::7])
    stop = threading.Event()

    def change():
        client = caller("coordinator", sub="writer@example.com")
        for number, one in enumerate(sorted(restless)):
            if stop.is_set():
                return
            client.patch(f"/youths/{one}", {"email": f"nobody{number}@example.com"}, if_match=client.get(f"/youths/{one}"))

    writer = threading.Thread(target=change)
    writer.start()
    try:
        seen = [y["id"] for y in coordinator.pages("/youths", 25, fields="id", **params)]
    finally:
        stop.set()
        writer.join()
    assert [one for one in seen if one not in restless] == [one for one in right if one not in restless]
    assert set(seen) <= set(right)
