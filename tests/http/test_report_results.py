"""Reports that are kept: the same question on the same data is answered with the same bytes; and nothing stale is."""
from datetime import date

import pytest
import towns

from kaa_client import Client, at_once
from kept_reports import kept, moving, seek

TODAY = date(2026, 11, 16)
REPORTS = "follow-up", "outreach-timeliness", "exits", "register-quality"


@pytest.fixture(scope="module")
def stock(world):
    youths = world.youths(9)
    for youth in youths[:6]:
        seek(world, youth)
    return youths


@pytest.fixture(scope="module")
def fetcher(stock, caller):
    return caller("report-fetcher")


@pytest.mark.parametrize("report", REPORTS)
def test_the_same_data_gives_the_same_bytes(fetcher, sql, report):
    path = f"/reports/{report}?period=2026&groupBy=district,sex"
    first = fetcher.get(path)
    before = kept(sql)
    again = fetcher.get(path)
    assert again.content == first.content and again.headers["ETag"] == first.headers["ETag"]
    assert fetcher.get(path, 304, headers={"If-None-Match": first.headers["ETag"]}).content == b""
    assert kept(sql) == before, "nothing was computed anew"
    body = first.json()
    assert body["computedAt"] and body["dataAsOf"] <= body["computedAt"] and body["definitionVersion"]


def test_who_waits_too_long_to_keep_one_is_told_to_come_again(fetcher, sql, cluster, database):
    path = "/reports/exits?period=T1-2026&groupBy=sex"
    fetcher.get(path)
    key, = sql.execute("delete from base.report_results where question @> '{\"report\": \"exits\", \"period\": \"T1-2026\", \"groupBy\": \"sex\"}'"
                       " returning key").fetchone()
    with cluster.connect(database, autocommit=False) as other:
        other.execute("select pg_advisory_xact_lock(hashtextextended('0180' || %s, 22))", [key])
        assert fetcher.get(path, 503).json()["code"] == "reports-busy"
    fetcher.get(path)


def test_another_process_answers_with_the_same_bytes(fetcher, serving, contract):
    path = "/reports/follow-up?period=2026&groupBy=unit"
    first = fetcher.get(path)
    with serving(TODAY) as url:
        other = Client(url, contract, fetcher.token)
        assert other.get(path).content == first.content
        other.close()


def test_those_who_ask_at_once_get_one_answer(fetcher, stock, world, sql):
    seek(world, stock[0], "sms")
    before = kept(sql)
    answers = at_once(*[lambda: fetcher.get("/reports/exits?period=H2-2026&groupBy=sex") for _ in range(8)])
    assert len({answer.content for answer in answers}) == 1
    assert len(set(kept(sql).values()) - set(before.values())) == 1


def changed(path, fetcher, change):
    before = fetcher.get(path)
    change()
    after = fetcher.get(path, 200, headers={"If-None-Match": before.headers["ETag"]})
    return before.json(), after.json()


def test_a_change_makes_it_anew(coordinator, world, stock):
    before, after = changed("/reports/follow-up?period=2026", coordinator, lambda: seek(world, stock[7]))
    assert after["data"][0]["soughtOut"] == before["data"][0]["soughtOut"] + 1


def test_so_does_a_new_policy(fetcher, administrator, stock):
    path = "/municipalities/0180"
    before, after = changed("/reports/follow-up?period=2026", fetcher, lambda: administrator.patch(
        path, {"policy": {"smallCellThreshold": 20}}, if_match=administrator.get(path)))
    assert before["data"][0]["covered"] == 9 and after["data"][0]["covered"] is None
    administrator.patch(path, {"policy": {"smallCellThreshold": 5}}, if_match=administrator.get(path))


def test_a_change_of_another_municipality_does_not(fetcher, caller, sql):
    path = "/reports/follow-up?period=2026"
    first, before = fetcher.get(path), kept(sql)
    other = caller("administrator", municipality="0126")
    address = "/municipalities/0126"
    other.patch(address, {"policy": {"phoneAfter": "P9D"}}, if_match=other.get(address))
    assert fetcher.get(path).content == first.content and kept(sql) == before


def test_what_was_not_committed_when_it_was_computed_is_not_missed(fetcher, coordinator, stock, cluster, database):
    """A transaction that began before the report and ends after it: its change is outside the snapshot."""
    path = "/reports/follow-up?period=2026"
    exact = coordinator.get(path).json()["data"][0]
    with moving(cluster, database, stock[8], TODAY):
        meanwhile = coordinator.get(path).json()
        assert meanwhile["data"][0] == exact
    after = coordinator.get(path).json()
    assert after["data"][0]["exits"]["moved"] == exact["exits"]["moved"] + 1


def test_what_was_kept_on_a_server_that_was_further_on_does_not_hold(fetcher, stock, sql):
    """A dump brought it here, where transactions have lower numbers: changes would not be seen to be later."""
    path = "/reports/follow-up?period=2026"
    fetcher.get(path)
    sql.execute("update base.report_results set seen_before = '900000000000', answer = '{}'")
    assert fetcher.get(path).json()["data"]
    assert sql.execute("select count(*) from base.report_results where answer = '{}' and seen_before < '900000000000'").fetchone() == (0,)


def test_on_another_day_an_open_period_is_computed_anew_and_one_that_is_over_is_not(fetcher, serving, contract, sql):
    over, running = "/reports/exits?period=T1-2026", "/reports/exits?period=2026"
    first = {path: fetcher.get(path).json() for path in (over, running)}
    assert first[over]["period"]["complete"] is True and first[running]["period"]["complete"] is False
    with serving(date(2026, 11, 17)) as url:
        other = Client(url, contract, fetcher.token)
        assert other.get(over).json() == first[over]
        assert other.get(running).json()["computedAt"] > first[running]["computedAt"]
        other.close()


def test_the_list_says_which_periods_are_over(fetcher):
    listed = fetcher.get("/reports").json()
    periods = {period["name"]: period for period in listed["periods"]}
    assert [name for name, period in periods.items() if not period["complete"]] == ["H2-2026", "2026"]
    assert periods["T2-2026"] == {"name": "T2-2026", "from": "2026-01-01", "to": "2026-08-31", "complete": True}
    assert {"H1-2024", "2025", "T1-2026"} <= periods.keys() and "T1-2027" not in periods
    for entry in listed["data"]:
        assert entry["title"]["sv"] and entry["title"]["en"] and entry["definitionVersion"]
        for words in entry["definitions"]:
            assert words["meansSv"] and words["meansEn"] and words["meansSv"] != words["meansEn"]


@pytest.mark.parametrize("report", REPORTS)
def test_each_answer_has_the_figures_that_the_list_defines(coordinator, stock, report):
    listed = {entry["name"]: entry for entry in coordinator.get("/reports").json()["data"]}
    for masked in ("true", "false"):
        row = coordinator.get(f"/reports/{report}?period=2026&masked={masked}").json()["data"][0]
        defined = [words["figure"] for words in listed[report]["definitions"] if masked == "false" or "scope" not in words]
        assert list(row) == ["group", *defined]


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize("by, levels", [("district", [()]), ("unit", [()]), ("sex", [()]), ("district,sex", [(), ("sex",), ("district",)]),
                                        ("unit,sex", [(), ("sex",), ("unit",)])])
def test_totals_are_those_of_the_coarser_groups(coordinator, stock, report, by, levels):
    answer = coordinator.get(f"/reports/{report}?period=2026&groupBy={by}").json()
    wanted = []
    for level in levels:
        name = ",".join(level) or "total"
        wanted += coordinator.get(f"/reports/{report}?period=2026&groupBy={name}").json()["data"]
    assert answer["totals"] == wanted
    assert "totals" not in coordinator.get(f"/reports/{report}?period=2026").json()


def test_a_period_that_has_not_begun_is_refused(fetcher, coordinator):
    for client in (fetcher, coordinator):
        problem = client.get("/reports/follow-up?period=T1-2027", 422).json()
        assert problem["code"] == "period-not-begun"


def test_days_are_not_masked(coordinator):
    assert coordinator.get("/reports/exits?from=2026-01-01&to=2026-02-01&masked=true", 400).json()["code"] == "masked-needs-period"


# Those of some districts ---------------------------------------------------------------------------

def test_a_token_of_districts_gets_the_masks_of_the_municipality(fetcher, caller):
    """What it is told it could have read in the whole report: nothing to subtract from."""
    whole = {row["group"].get("districtId"): row for row in fetcher.get("/reports/follow-up?period=2026&groupBy=district").json()["data"]}
    ids = [towns.id_of("0180", "district", slug) for slug in ("farsta", "jarva")]
    limited = caller(scope="reports:read", districts=ids).get("/reports/follow-up?period=2026&groupBy=district").json()
    assert {row["group"]["districtId"] for row in limited["data"]} == set(ids)
    for row in limited["data"]:
        assert row == whole[row["group"]["districtId"]]
    total = limited["totals"][0]
    for figure in ("covered", "soughtOut"):
        parts = [row[figure] for row in limited["data"]]
        assert total[figure] == (None if None in parts else sum(parts))


def test_its_answers_are_not_given_to_others(caller, stock):
    farsta, jarva = [[towns.id_of("0180", "district", slug)] for slug in ("farsta", "jarva")]
    path = "/reports/follow-up?period=2026"
    one, other = caller("coordinator", districts=farsta).get(path).json(), caller("coordinator", districts=jarva).get(path).json()
    assert one["data"][0]["covered"] > other["data"][0]["covered"] == 0


def test_the_order_of_a_tokens_districts_does_not_matter(caller, stock, sql):
    ids = sorted(towns.id_of("0180", "district", slug) for slug in ("farsta", "jarva"))
    path = "/reports/follow-up?period=2026&groupBy=unit"
    first = caller("coordinator", districts=ids[::-1]).get(path).content
    before = kept(sql)
    for order in (ids, ids[::-1], ids + ids):
        assert caller("coordinator", districts=order).get(path).content == first
    assert kept(sql) == before, "nothing was computed anew"


# Published -----------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def published(coordinator, stock):
    return coordinator.post("/published-reports", {"report": "follow-up", "period": "T2-2026", "groupBy": "district", "note": "Nämnden i september"})


def test_a_published_report_is_frozen(published, fetcher, coordinator, world):
    meta = published.json()
    assert meta["createdBy"] and meta["createdAt"] and meta["definitionVersion"]
    path = f"/published-reports/{meta['id']}/report"
    first = fetcher.get(path)
    assert first.content == fetcher.get("/reports/follow-up?period=T2-2026&groupBy=district").content
    world.youth()
    assert fetcher.get(path).content == first.content
    fetcher.get(path, 304, headers={"If-None-Match": first.headers["ETag"]})
    assert coordinator.get(path).content == first.content, "masked for everybody"
    assert first.json()["masked"] is True
    assert published.headers["Location"].endswith(meta["id"])


def test_publishing_changes_no_figure(coordinator, fetcher, stock):
    first = fetcher.get("/reports/exits?period=2026")
    coordinator.post("/published-reports", {"report": "exits", "period": "2026"})
    assert fetcher.get("/reports/exits?period=2026").content == first.content


def test_it_is_superseded_and_never_changed(published, coordinator):
    old = published.json()
    question = {name: old[name] for name in ("report", "period", "groupBy")}
    new = coordinator.post("/published-reports", {**question, "supersedes": old["id"]}).json()
    assert coordinator.get(f"/published-reports/{old['id']}").json()["supersededBy"] == new["id"]
    assert [row["id"] for row in coordinator.get("/published-reports?superseded=true").json()["data"]] == [old["id"]]
    again = coordinator.post("/published-reports", {**question, "supersedes": old["id"]}, 409).json()
    assert again["code"] == "already-superseded"
    another = coordinator.post("/published-reports", {**question, "groupBy": "sex", "supersedes": new["id"]}, 422).json()
    assert another["code"] == "supersedes-another"
    coordinator.post("/published-reports", {**question, "supersedes": towns.id_of("0126", "unit", "kaa")}, 422)
    coordinator.patch(f"/published-reports/{old['id']}", {"note": "x"}, 405, if_match="*")


def test_who_may_publish_and_read(published, caller, fetcher):
    body = {"report": "follow-up", "period": "2026"}
    fetcher.post("/published-reports", body, 403)
    caller(scope="published-reports:write").post("/published-reports", body, 403)
    farsta = [towns.id_of("0180", "district", "farsta")]
    limited = caller("coordinator", districts=farsta)
    assert limited.post("/published-reports", body, 403).json()["code"] == "districts-limited"
    limited.get(f"/published-reports/{published.json()['id']}", 404)
    limited.get(f"/published-reports/{published.json()['id']}/report", 404)
    assert limited.get("/published-reports").json()["data"] == []
    caller("coordinator", municipality="0126").get(f"/published-reports/{published.json()['id']}/report", 404)
    caller("caseworker").get("/published-reports", 403)


def test_publishing_again_with_the_same_key_makes_one(coordinator, stock):
    body = {"report": "register-quality", "period": "H1-2026"}
    first, again = [coordinator.post("/published-reports", body, key="kvalitet") for _ in range(2)]
    assert first.json()["id"] == again.json()["id"]


@pytest.mark.parametrize("change", [{"period": "T3-2026"}, {"period": "2027-H1"}, {"report": "absence"}, {"groupBy": "occupation"},
                                    {"period": None}])
def test_what_cannot_be_published(coordinator, stock, change):
    coordinator.post("/published-reports", {"report": "follow-up", "period": "2026", **change}, 400)
