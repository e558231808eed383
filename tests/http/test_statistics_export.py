"""The statistics export: the half-year's file of persons, its checks, who may have it, and what is kept of it."""
import csv
import io
from datetime import date, timedelta

import people
import pytest
import towns

TODAY = date(2026, 11, 16)
SCOPES = "statistics-export:read", "protected:read", "personal-numbers:read"
PATH = "/reports/statistics-export"
PERIOD = {"period": "H2-2026"}


@pytest.fixture(scope="module")
def numbers(official_numbers):
    """Personal numbers of those who are covered today."""
    usable = (one for one in official_numbers if "2008" <= one[:4] <= "2010" and "01" <= one[4:6] <= "12")
    return iter([one for one in usable if int(one[6:8]) <= 28])


@pytest.fixture(scope="module")
def born(world, numbers, coordinator):
    """born(**changes): a covered youth with a personal number, from the register."""
    def make(source="ber", **changes):
        number = next(numbers)
        birth = date(int(number[:4]), int(number[4:6]), int(number[6:8]))
        row = people.row(birth, 1, **{"personalNumber": number, "numberType": "personal", "residence": world.town.residence(), **changes})
        world.commit([row], source=source)
        return {"id": world.find([number])[0], "number": number, "row": row}
    return make


@pytest.fixture(scope="module")
def stock(world, coordinator, born):
    """Persons without faults: one with casework, a protected one, one who is two, and one in preventive work alone."""
    plain, protected = born(), born(protection="protected_registration", address={"kind": "forwarding", "street": "Box 1"})
    path = registration_of(coordinator, plain)
    coordinator.patch(path, {"latestSchool": 'Prov;"skolan" på ön – Ö', "latestProgramme": "EE"}, if_match=coordinator.get(path))
    attempt = world.attempt(plain)
    coordinator.event(f"/outreach-attempts/{attempt.json()['id']}", "reached", if_match=attempt)
    measure = world.measure(plain, type="health_promoting")
    coordinator.event(f"/measures/{measure.json()['id']}", "started", if_match=measure)
    coordinator.post(f"/youths/{plain['id']}/occupations", {"code": "work"})
    return {"plain": plain, "protected": protected}


@pytest.fixture(scope="module")
def fetcher(caller, stock):
    return caller(scope=" ".join(SCOPES), sub="statistik")


def registration_of(client, youth):
    path = f"/youths/{youth['id']}/registrations"
    return f"{path}/{client.get(path).json()['data'][0]['id']}"


def kept(sql, youth):
    return sql.execute("select count(*) from base.disclosures where resource = 'statistics-export' and youth_id = %s", [youth["id"]]).fetchone()[0]


def log(officer, **params):
    return officer.get("/access-log", params={"resource": "statistics-export", "limit": "100", **params}).json()["data"]


# The file -------------------------------------------------------------------------------------------

def test_the_rows(fetcher, stock):
    answer = fetcher.get(PATH, params=PERIOD).json()
    assert answer["period"] == {"name": "H2-2026", "from": "2026-07-01", "to": "2026-12-31", "complete": False}
    assert answer["layout"]["official"] is False and "inte SCB" in answer["layout"]["note"]["sv"]
    assert answer["acceptedErrors"] == 0 and answer["registrations"] == len(answer["data"]) == 2
    rows = {row["youthId"]: row for row in answer["data"]}
    plain, today = rows[stock["plain"]["id"]], TODAY.isoformat()
    measure, = plain["measures"]
    assert (measure["type"], measure["startDate"], "endDate" in measure) == ("other", today, False)
    assert plain == {
        "municipality": "0180", "youthId": stock["plain"]["id"], "registrationId": plain["registrationId"],
        "personalNumber": stock["plain"]["number"], "numberType": "personal", "startDate": today,
        "reason": "no_upper_secondary", "latestSchool": 'Prov;"skolan" på ön – Ö', "latestProgramme": "EE",
        "firstAttemptOn": today, "firstReachedOn": today, "occupation": "work", "measures": [measure]}
    assert rows[stock["protected"]["id"]]["personalNumber"] == stock["protected"]["number"]


@pytest.mark.parametrize("asked", [{"params": {**PERIOD, "format": "csv"}}, {"params": PERIOD, "headers": {"Accept": "text/csv"}}])
def test_the_file_in_the_shipped_layout(fetcher, stock, asked):
    answer = fetcher.get(PATH, **asked)
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="kaa-0180-H2-2026-example-not-official.csv"'
    assert answer.content.count(b"\r\n") == answer.content.count(b"\n") == 3
    lines = list(csv.DictReader(io.StringIO(answer.text, newline=""), delimiter=";"))
    assert [*lines[0]][:4] == ["Kommunkod", "Period", "Personnummer", "Registreringsdatum"]
    assert [*lines[0]][10:16] == ["Insats1", "Insats1Start", "Insats1Slut", "Insats2", "Insats2Start", "Insats2Slut"]
    line, = [line for line in lines if line["Personnummer"] == stock["plain"]["number"]]
    assert (line["Kommunkod"], line["Period"], line["SenasteSkola"]) == ("0180", "H2-2026", 'Prov;"skolan" på ön – Ö')
    assert (line["Insats1"], line["Insats1Start"], line["Insats2"], line["Avslutsdatum"]) == ("other", TODAY.isoformat(), "", "")


def test_what_is_kept_of_it(fetcher, stock, officer, caller, sql):
    """Everyone in it is in the log, and has a disclosure that the log's trace leads to."""
    answer = fetcher.get(PATH, params={**PERIOD, "format": "csv"})
    trace = answer.headers["traceparent"].split("-")[1]
    row, = [row for row in log(caller("data-protection-officer")) if row["trace"] == trace]
    assert (row["action"], row["outcome"], row["protected"], row["sub"]) == ("query", "shown", True, "statistik")
    assert set(row["subjects"]) == {youth["id"] for youth in stock.values()}
    for youth in stock.values():
        made = [one for one in officer.pages("/disclosures", youthId=youth["id"]) if one["resourceId"].replace("-", "") == trace]
        assert [(one["recipient"], one["resource"], one["createdBy"], "recipientId" in one) for one in made] == [
            ("SCB", "statistics-export", "statistik", False)]
        assert set(made[0]["shares"]) == {"identity", "registration", "occupation", "outreach", "measures"}
        assert made[0]["ground"] and "consentId" not in made[0]


def test_a_disclosure_is_in_the_timeline(fetcher, stock, caller):
    fetcher.get(PATH, params=PERIOD)
    reader = caller(scope="youths:read disclosures:read")
    rows = reader.pages(f"/youths/{stock['plain']['id']}/timeline", resource="disclosures")
    assert rows and rows[0]["summary"] == {"recipient": "SCB"}


def test_a_head_gives_nothing_out(fetcher, stock, sql):
    before = kept(sql, stock["plain"])
    answer = fetcher.request("HEAD", PATH, 200, params=PERIOD)
    assert answer.headers["ETag"] and kept(sql, stock["plain"]) == before


def test_an_unchanged_one_is_kept_like_the_file(fetcher, stock, sql):
    tag = fetcher.get(PATH, params=PERIOD).headers["ETag"]
    before = kept(sql, stock["plain"])
    fetcher.get(PATH, 304, params=PERIOD, headers={"If-None-Match": tag})
    assert kept(sql, stock["plain"]) == before + 1


def test_the_half_year_before_is_complete_and_without_them(fetcher):
    answer = fetcher.get(PATH, params={"period": "H1-2026"}).json()
    assert answer["period"]["complete"] is True and answer["data"] == []
    text = fetcher.get(PATH, params={"period": "H1-2026", "format": "csv"}).text
    assert text.startswith("Kommunkod;") and text.count("\n") == 1


# Who may --------------------------------------------------------------------------------------------

@pytest.mark.parametrize("path", [PATH, f"{PATH}/checks"])
@pytest.mark.parametrize("missing", SCOPES)
def test_all_three_scopes_are_needed(caller, stock, path, missing):
    answer = caller(scope=" ".join(one for one in SCOPES if one != missing)).get(path, 403, params=PERIOD)
    assert answer.json()["code"] == "scope-missing" and missing in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize("path", [PATH, f"{PATH}/checks"])
def test_a_token_of_some_districts_is_refused(caller, stock, path, sql):
    before = kept(sql, stock["plain"])
    limited = caller(scope=" ".join(SCOPES), districts=[towns.id_of("0180", "district", "farsta")])
    assert limited.get(path, 403, params=PERIOD).json()["code"] == "districts-limited"
    assert kept(sql, stock["plain"]) == before


def test_no_role_has_it(caller, stock):
    for role in ("coordinator", "report-fetcher", "data-protection-officer", "administrator"):
        caller(role).get(PATH, 403, params=PERIOD)


def test_other_municipalities_have_their_own(caller, stock):
    assert caller(scope=" ".join(SCOPES), municipality="0126").get(PATH, params=PERIOD).json()["data"] == []


@pytest.mark.parametrize("query, status, code", [
    ("", 400, "invalid-request"), ("period=2026-H1", 400, "invalid-half-year"), ("period=T1-2026", 400, "invalid-half-year"),
    ("period=H3-2026", 400, "invalid-half-year"), ("period=H1-20x6", 400, "invalid-half-year"), ("period=2026", 400, "invalid-request"),
    ("period=H1-2027", 422, "half-year-not-begun"), ("period=H2-2019", 422, "statistics-layout-missing"),
    ("period=H2-2026&format=xlsx", 400, "invalid-request"), ("period=H2-2026&acceptErrors=yes", 400, "invalid-request"),
    ("period=H2-2026&groupBy=sex", 400, "invalid-request"),
])
def test_wrong_questions(fetcher, query, status, code):
    answer = fetcher.get(f"{PATH}?{query}", status).json()
    assert answer["code"] == code
    if code != "invalid-request":
        assert answer["errors"][0]["parameter"] == "period"


@pytest.mark.parametrize("query, status", [("period=H2-2019", 200), ("period=H1-2027", 422), ("period=2026", 400), ("", 400),
                                           ("period=H2-2026&page=0", 400), ("period=H2-2026&rule=x", 400)])
def test_wrong_questions_of_the_checks(fetcher, query, status):
    fetcher.get(f"{PATH}/checks?{query}", status)


# While records break rules ---------------------------------------------------------------------------

@pytest.fixture(scope="module")
def faulty(world, stock):
    """One whom the register knows by a temporary number."""
    return world.youth()


def test_the_checks_are_clean(fetcher, stock):
    answer = fetcher.get(f"{PATH}/checks", params=PERIOD).json()
    assert [rule["rule"] for rule in answer["rules"]] == list(range(1, 12))
    assert all(rule["count"] == 0 for rule in answer["rules"]) and answer["data"] == [] and answer["registrations"] == 2
    assert [rule["rule"] for rule in answer["rules"] if not rule["acceptable"]] == [10]


def test_it_is_refused_and_says_which(fetcher, faulty, stock, caller, sql):
    before = kept(sql, stock["plain"])
    for english in (False, True):
        answer = fetcher.get(PATH, 409, params={**PERIOD, "format": "csv"}, headers={"Accept-Language": "en"} if english else {})
        problem = answer.json()
        assert problem["code"] == "statistics-export-errors" and ("Records" in problem["detail"]) is english
        rule, = problem["rules"]
        assert (rule["rule"], rule["count"], rule["acceptable"]) == (9, 1, True) and "valid" in rule["en"] and "giltigt" in rule["sv"]
        record, = problem["records"]
        assert (record["rule"], record["youthId"]) == (9, faulty["id"]) and record["registrationId"]
        trace = answer.headers["traceparent"].split("-")[1]
        row, = [row for row in log(caller("data-protection-officer")) if row["trace"] == trace]
        assert (row["outcome"], row["code"], row["subjects"]) == ("refused", "statistics-export-errors", [faulty["id"]])
    assert kept(sql, stock["plain"]) == before


def test_the_checks_without_the_file(fetcher, faulty, stock, caller, sql):
    before = kept(sql, faulty)
    answer = fetcher.get(f"{PATH}/checks", params=PERIOD)
    assert {rule["rule"]: rule["count"] for rule in answer.json()["rules"] if rule["count"]} == {9: 1}
    assert [(row["rule"], row["youthId"]) for row in answer.json()["data"]] == [(9, faulty["id"])]
    trace = answer.headers["traceparent"].split("-")[1]
    row, = [row for row in log(caller("data-protection-officer"), resource="statistics-export-checks") if row["trace"] == trace]
    assert (row["outcome"], row["subjects"]) == ("shown", [faulty["id"]])
    assert fetcher.get(f"{PATH}/checks", params={**PERIOD, "rule": "3"}).json()["data"] == []
    assert fetcher.get(f"{PATH}/checks", params={**PERIOD, "page": "2"}).json()["data"] == []
    assert kept(sql, faulty) == before


def test_errors_are_accepted_by_name(fetcher, faulty, stock, caller, sql):
    fetcher.get(PATH, 409, params={**PERIOD, "acceptErrors": "false"})
    answer = fetcher.get(PATH, params={**PERIOD, "acceptErrors": "true"})
    assert answer.json()["acceptedErrors"] == 1 and faulty["id"] in {row["youthId"] for row in answer.json()["data"]}
    assert kept(sql, faulty) == 1
    trace = answer.headers["traceparent"].split("-")[1]
    rows = {row["action"]: row for row in log(caller("data-protection-officer")) if row["trace"] == trace}
    assert (rows["accept-errors"]["code"], rows["accept-errors"]["subjects"]) == ("rules 9", [faulty["id"]])
    assert set(rows["query"]["subjects"]) == {faulty["id"], *(youth["id"] for youth in stock.values())}


def test_left_source_is_completed_first(fetcher, born, world, coordinator, faulty):
    gone, stays = born(source="skola"), born(source="skola")
    world.commit([stays["row"]], source="skola", mode="full")
    problem = fetcher.get(PATH, 409, params={**PERIOD, "acceptErrors": "true"}).json()
    assert {rule["rule"]: rule["acceptable"] for rule in problem["rules"]} == {9: True, 10: False}
    record, = [record for record in problem["records"] if record["rule"] == 10]
    assert record["youthId"] == gone["id"]
    path = f"/youths/{gone['id']}/registrations/{record['registrationId']}"
    coordinator.patch(path, {"exitReason": "moved"}, if_match=coordinator.get(path))
    row, = [row for row in fetcher.get(PATH, params={**PERIOD, "acceptErrors": "true"}).json()["data"] if row["youthId"] == gone["id"]]
    assert (row["exitReason"], row["exitDate"]) == ("moved", TODAY.isoformat())


# Who is in it ---------------------------------------------------------------------------------------

def test_those_in_preventive_work_never_are(fetcher, caller, coordinator, numbers, faulty):
    number = next(numbers)
    caller("school", schoolUnit="12345678").post("/school-events", {
        "eventId": "h-1", "personalNumber": number, "type": "absence", "date": TODAY.isoformat(), "school": "Provskolan",
        "givenName": "Annikaprov", "familyName": "Provlund"}, 202)
    coordinator.post("/evaluation-runs")
    row, = coordinator.pages("/youths", status="preventive")
    answer = fetcher.get(PATH, params={**PERIOD, "acceptErrors": "true"})
    assert row["personalNumber"] == number and number not in answer.text and row["id"] not in answer.text


def test_a_duplicate_is_its_survivor(fetcher, born, world, coordinator, caller, faulty):
    first, second = born(), born()
    coordinator.event(registration_of(coordinator, first), "ended", endDate=TODAY.isoformat(), exitReason="registered_in_error")
    caller("coordinator").post("/youth-merges", {"youthId": first["id"], "mergedInto": second["id"]})
    rows = [row for row in fetcher.get(PATH, params={**PERIOD, "acceptErrors": "true"}).json()["data"]
            if row["youthId"] in (first["id"], second["id"])]
    assert [(row["youthId"], row["personalNumber"]) for row in rows] == [(second["id"], second["number"])] * 2


def test_no_measure_is_left_out_unsaid(fetcher, born, world, coordinator, faulty):
    """The shipped layout has room for five: six are an error, which can be accepted."""
    youth = born()
    for _ in range(6):
        measure = world.measure(youth)
        coordinator.event(f"/measures/{measure.json()['id']}", "started", if_match=measure)
    found, = fetcher.get(f"{PATH}/checks", params={**PERIOD, "rule": "11"}).json()["data"]
    assert (found["rule"], found["youthId"]) == (11, youth["id"])
    assert {"rule": 11, "youthId": youth["id"], "registrationId": found["registrationId"]} in fetcher.get(PATH, 409, params=PERIOD).json()["records"]
    accepted = {**PERIOD, "acceptErrors": "true"}
    row, = [row for row in fetcher.get(PATH, params=accepted).json()["data"] if row["youthId"] == youth["id"]]
    assert len(row["measures"]) == 6
    text = fetcher.get(PATH, params={**accepted, "format": "csv"}).text
    line, = [line for line in csv.DictReader(io.StringIO(text, newline=""), delimiter=";") if line["Personnummer"] == youth["number"]]
    assert line["Insats5"] == "coaching" and "Insats6" not in line


def test_it_is_in_the_list_of_reports(fetcher):
    entry, = [row for row in fetcher.get("/reports").json()["data"] if row["name"] == "statistics-export"]
    assert entry["formats"] == ["json", "csv"] and entry["groupBy"] == []
    fetcher.get(entry["href"], params={"period": "H1-2026"})
