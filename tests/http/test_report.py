"""The follow-up report: who gets which figures, what is masked, and the forms it comes in."""
import csv
import io
from datetime import date
from itertools import product

import people
import pytest
import towns

TODAY = date(2026, 11, 16)
THRESHOLD = 5
PERSON_FIGURES = "covered", "soughtOut", "reached", "participants"


@pytest.fixture(scope="module")
def stock(world, coordinator):
    """Groups of many and of few: Farsta 12, Järva 3, Bromma 1, without a district 6, protected 2."""
    rows = []
    for slug, count in (("farsta", 12), ("jarva", 3), ("bromma", 1), (None, 6)):
        more = people.rows(count, TODAY, first=len(rows))
        for row in more:
            row["residence"] = {"municipality": "0180", "status": "resident", **({"district": slug} if slug else {})}
        rows += more
    for row in people.rows(2, TODAY, first=500, protection="protected_registration"):
        row["address"] = {"kind": "forwarding", "street": "Box 1", "postalCode": "10001", "city": "Provköping"}
        rows.append(row)
    world.commit(rows)
    ids = world.find([row["personalNumber"] for row in rows])
    for one in ids[:7] + ids[12:14]:
        made = coordinator.post("/outreach-attempts", {
            "youthId": one, "purpose": "outreach", "channel": "phone", "staff": ["anna"]})
        coordinator.event(f"/outreach-attempts/{made.json()['id']}", "reached", if_match=made)
    return rows


@pytest.fixture(scope="module")
def fetcher(stock, caller):
    return caller("report-fetcher")


def report(client, by="total", **params):
    return client.get("/reports/follow-up", params={"period": "2026", "groupBy": by, **params}).json()


def by_group(data):
    return {(row["group"].get("district"), row["group"].get("unit"), row["group"].get("sex")): row for row in data["data"]}


def test_the_catalogue(fetcher):
    entry = fetcher.get("/reports").json()["data"][0]
    assert entry["name"] == "follow-up" and entry["definitionVersion"]
    fetcher.get(entry["href"], params={"period": "2026"})


def test_small_counts_are_masked(fetcher, coordinator):
    masked, exact = report(fetcher, "district"), report(coordinator, "district")
    assert masked["masked"] is True and exact["masked"] is False
    hidden, shown = by_group(masked), by_group(exact)
    assert hidden.keys() == shown.keys()
    for group, row in shown.items():
        for name in PERSON_FIGURES:
            if 1 <= row[name] < THRESHOLD:
                assert hidden[group][name] is None, (group, name)
            else:
                assert hidden[group][name] in (row[name], None), (group, name)
    assert by_group(exact)[("Farsta", None, None)]["covered"] == 12
    assert by_group(masked)[("Bromma", None, None)]["covered"] is None


@pytest.mark.parametrize("by", ["district", "unit", "sex", "district,sex", "unit,sex"])
def test_what_is_masked_cannot_be_had_by_subtraction(fetcher, coordinator, by):
    """Where the total is shown, at least two cells are masked, or none; and they hold enough together."""
    total = report(fetcher)["data"][0]
    masked, exact = by_group(report(fetcher, by)), by_group(report(coordinator, by))
    for name in PERSON_FIGURES:
        hidden = [group for group, row in masked.items() if row[name] is None]
        if total[name] is not None and hidden:
            assert len(hidden) >= 2, (by, name)
            assert sum(exact[group][name] for group in hidden) >= THRESHOLD, (by, name)


def test_what_is_masked_cannot_be_had_from_two_reports(fetcher, coordinator):
    """The sexes of a district against the district."""
    whole, parts = by_group(report(fetcher, "district")), by_group(report(fetcher, "district,sex"))
    for district in {group[0] for group in whole}:
        cells = [row for group, row in parts.items() if group[0] == district]
        for name, one in product(PERSON_FIGURES, whole.values()):
            if one["group"].get("district") == district and one[name] is not None:
                assert sum(cell[name] is None for cell in cells) != 1, (district, name)


def test_exact_figures_may_be_masked_on_request(coordinator, fetcher):
    masked = by_group(report(coordinator, "district", masked="true"))
    assert {group: row["covered"] for group, row in masked.items()} == {
        group: row["covered"] for group, row in by_group(report(fetcher, "district")).items()}


def test_the_fetcher_gets_no_exact_figures(fetcher):
    fetcher.get("/reports/follow-up?period=2026&masked=false", 403)
    fetcher.get("/reports/follow-up?from=2026-01-01&to=2026-12-31", 403)
    row = report(fetcher)["data"][0]
    assert "participantsByAdministration" not in row and "exitsByMeasureType" not in row


def test_protected_registration_counts_without_a_place(fetcher, coordinator, caller):
    """Everyone counts, alike for every caller; those protected are undisclosed."""
    undisclosed = by_group(report(coordinator, "district"))[("undisclosed", None, None)]
    assert undisclosed["covered"] == 8
    without = caller(scope="reports:read reports:exact")
    assert report(without, "district") == report(coordinator, "district")


@pytest.mark.parametrize("query", [
    "", "period=2026-H1", "period=T3-2026", "period=T1-26", "period=2026&from=2026-01-01&to=2026-02-01",
    "from=2026-01-01", "to=2026-01-01", "from=2026-02-01&to=2026-01-01", "period=2026&groupBy=name",
    "period=2026&groupBy=sex,district", "period=2026&format=pdf", "period=", "from=2026-02-30&to=2026-03-01",
])
def test_wrong_questions(stock, coordinator, query):
    coordinator.get(f"/reports/follow-up?{query}", 400)


def rows_of(answer):
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert "\r\n" in answer.text
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))


def test_csv_says_the_same(fetcher, coordinator):
    for client in (fetcher, coordinator):
        answer = report(client, "district")
        data = answer["data"] + answer["totals"]
        by_format = rows_of(client.get("/reports/follow-up?period=2026&groupBy=district&format=csv"))
        by_accept = rows_of(client.get("/reports/follow-up?period=2026&groupBy=district", headers={"Accept": "text/csv"}))
        assert by_format == by_accept and len(by_format) == len(data)
        for line, row in zip(by_format, data):
            value = row["covered"]
            assert line["covered"] == ("" if value is None else str(value))
            assert line["district"] == row["group"].get("district", "")


def test_csv_is_safe_in_a_spreadsheet(administrator, coordinator, stock):
    """A name that a spreadsheet would run as a formula comes as text; quotes and commas survive."""
    name = '=HYPERLINK("http://evil.example","x"),1'
    administrator.post("/districts", {"name": name, "slug": "formula"})
    answer = coordinator.get("/reports/follow-up?period=2026&groupBy=district&format=csv")
    line = next(line for line in rows_of(answer) if any("HYPERLINK" in (cell or "") for cell in line.values()))
    cell = next(cell for cell in line.values() if cell and "HYPERLINK" in cell)
    assert cell == "'" + name


def test_the_tag_changes_with_the_data_and_only_then(fetcher, coordinator, world):
    first = fetcher.get("/reports/follow-up?period=2026")
    fetcher.get("/reports/follow-up?period=2026", 304, headers={"If-None-Match": first.headers["ETag"]})
    assert fetcher.get("/reports/follow-up?period=2026").json() == first.json()
    youth = world.youth()
    world.attempt(youth)
    second = fetcher.get("/reports/follow-up?period=2026", 200, headers={"If-None-Match": first.headers["ETag"]})
    assert second.headers["ETag"] != first.headers["ETag"]
    assert second.headers["Cache-Control"]


def test_a_token_of_one_district_gets_its_figures_only(stock, caller):
    limited = caller("coordinator", districts=[towns.id_of("0180", "district", "jarva")])
    data = report(limited, "district")
    assert {row["group"]["district"] for row in data["data"]} == {"Järva"}
    assert report(limited)["data"][0]["covered"] == 3


def test_other_municipalities_have_their_own(caller, stock):
    assert report(caller("coordinator", municipality="0126"))["data"][0]["covered"] == 0


def test_reports_need_their_scope(caller):
    caller("caseworker").get("/reports/follow-up?period=2026", 403)
    caller("administrator").get("/reports", 403)


def test_what_was_masked_when_it_was_published_stays_masked(stock, fetcher, coordinator, world):
    """Else the later answer, beside the published one, would tell the small count: what had to hide it no longer does."""
    published = coordinator.post("/published-reports", {"report": "follow-up", "period": "2026", "groupBy": "district"}).json()
    frozen = by_group(fetcher.get(f"/published-reports/{published['id']}/report").json())
    exact = by_group(report(coordinator, "district"))
    cover = [group for group, row in frozen.items() if row["covered"] is None and exact[group]["covered"] >= THRESHOLD]
    assert cover, "some count that is not small is masked with the small ones"
    for n, (name, _, _) in enumerate(cover):
        slug = {"Farsta": "farsta", "Järva": "jarva", "Bromma": "bromma"}.get(name)
        rows = people.rows(40, TODAY, first=700 + 50 * n)
        for row in rows:
            row["residence"] = {"municipality": "0180", "status": "resident", **({"district": slug} if slug else {})}
        world.commit(rows)
    later = by_group(report(fetcher, "district"))
    for group, row in frozen.items():
        for figure in PERSON_FIGURES:
            assert row[figure] is not None or later[group][figure] in (None, 0), (group, figure)
