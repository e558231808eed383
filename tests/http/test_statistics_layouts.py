"""Layouts that an operator adds: the half-year's file is written as they say, and a wrong one stops the start."""
import json
from datetime import date

import people
import pytest

from conftest import database_settings
from kaa_service import free_port, run

TODAY = date(2026, 11, 16)
PATH = "/reports/statistics-export"
LAYOUT = {
    "name": "fast", "version": "3", "halfYear": "H2-2026", "official": True, "recipient": "Skolverket", "ground": "Prov",
    "encoding": "ISO-8859-1", "separator": "|", "quote": "never", "lineEnd": "LF", "header": False, "dates": "YYMMDD",
    "codes": {"registration-reasons": {"no_upper_secondary": "1"}}, "ownCodes": True,
    "columns": [{"name": "Orsak", "field": "reason"}, {"name": "Post", "value": "KAA"}, {"name": "Start", "field": "startDate"},
                {"name": "Sys", "field": "occupation"}, {"name": "Skola", "field": "latestSchool"}, {"name": "Nr", "field": "personalNumber"}],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("layouts")
    (made / "fast.json").write_text(json.dumps(LAYOUT), encoding="utf-8")
    (made / "h1.json").write_text(json.dumps({**LAYOUT, "name": "h1", "halfYear": "H1-2025", "official": False, "ownCodes": False}))
    return made


@pytest.fixture(scope="module")
def settings(keys, folder):
    return {"KAA_JWKS": keys / "jwks.json", "KAA_SIGNING_KEY": keys / "signing.jwk", "KAA_CLOCK": f"{TODAY}T12:00:00+01:00",
            "KAA_STATISTICS_LAYOUTS": folder}


@pytest.fixture(scope="module")
def fetcher(caller):
    return caller(scope="statistics-export:read protected:read personal-numbers:read")


@pytest.fixture(scope="module")
def number(world, coordinator, official_numbers):
    """Of one who is covered, with a school."""
    one = next(one for one in official_numbers if one[:4] == "2009")
    row = people.row(date(int(one[:4]), int(one[4:6]), int(one[6:8])), 1, personalNumber=one, numberType="personal")
    world.commit([row])
    path = f"/youths/{world.find([one])[0]}/registrations"
    path = f"{path}/{coordinator.get(path).json()['data'][0]['id']}"
    coordinator.patch(path, {"latestSchool": "Ö-skolan|Norr – A"}, if_match=coordinator.get(path))
    return one


def test_the_file_is_as_the_layout_says(fetcher, number):
    answer = fetcher.get(PATH, params={"period": "H2-2026", "format": "csv"})
    assert answer.content == f"1|KAA|261116|unknown|Ö-skolan Norr ? A|{number}\n".encode("latin-1")
    assert answer.headers["Content-Type"] == "text/csv; charset=iso-8859-1"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="kaa-0180-H2-2026-fast.csv"'


def test_the_answer_says_which_layout(fetcher, number):
    answer = fetcher.get(PATH, params={"period": "H2-2026"}).json()
    assert answer["layout"] == {"name": "fast", "version": "3", "halfYear": "H2-2026", "official": True}
    assert answer["codes"] == [{"list": "registration-reasons", "code": "no_upper_secondary", "value": "1"}]
    assert answer["data"][0]["reason"] == "no_upper_secondary"


def test_a_half_year_has_the_latest_layout_until_then(fetcher, number):
    assert [fetcher.get(PATH, params={"period": period}).json()["layout"]["name"] for period in ("H1-2026", "H1-2025", "H2-2024")] == [
        "h1", "h1", "example"]


def test_the_disclosure_is_to_whom_the_layout_says(fetcher, number, officer, sql):
    fetcher.get(PATH, params={"period": "H2-2026"})
    rows = officer.pages("/disclosures")
    assert rows and all((row["recipient"], row["ground"]) == ("Skolverket", "Prov") for row in rows)


def test_codes_of_the_official_statistics_of_a_half_year(fetcher, number, sql):
    """The layout's own word goes first; another half-year has other codes."""
    sql.execute("""update base.codes set scb_codes = '{"H2-2026": "09", "H1-2026": "08"}' where list = 'occupations' and code = 'unknown'""")
    sql.execute("""update base.codes set scb_codes = '{"H2-2026": "5"}' where list = 'registration-reasons' and code = 'no_upper_secondary'""")
    line = fetcher.get(PATH, params={"period": "H2-2026", "format": "csv"}).text
    assert line.startswith("1|KAA|261116|09|")
    answer = fetcher.get(PATH, params={"period": "H1-2026"}).json()
    assert {"list": "occupations", "code": "unknown", "value": "08"} in answer["codes"]


def test_a_layout_may_take_no_codes_of_ours(fetcher, number, folder, sql):
    """H1-2026's does not; its youth has an occupation that has no word there."""
    sql.execute("update base.codes set scb_codes = '{}'")
    assert fetcher.get(PATH, params={"period": "H1-2026"}).json()["data"] == []
    sql.execute("""update base.registrations set start_date = '2026-03-01'""")
    answer = fetcher.get(PATH, 422, params={"period": "H1-2026"}).json()
    assert answer["code"] == "statistics-codes-missing" and answer["codes"] == [{"list": "occupations", "code": "unknown"}]


@pytest.mark.parametrize("text, said", [
    ("{", "wrong.json: line 1"), (json.dumps({**LAYOUT, "separator": "::"}), "wrong.json: separator: must be"),
    (json.dumps({**LAYOUT, "columns": [{"name": "A", "field": "familyName"}]}), "wrong.json: columns[0].field: there is no field familyName"),
])
def test_a_wrong_layout_stops_the_start(binary, cluster, database, keys, tmp_path, text, said):
    (tmp_path / "wrong.json").write_text(text)
    done = run(binary, "serve", timeout=20, settings={
        **database_settings(cluster, database), "KAA_PORT": free_port(), "KAA_JWKS": keys / "jwks.json", "KAA_ISSUER": "tests",
        "KAA_AUDIENCE": "kaa", "KAA_STATISTICS_LAYOUTS": tmp_path})
    lines = [line for line in done.stderr.splitlines() if not line.startswith("{")]
    assert done.returncode != 0 and len(lines) == 1 and lines[0].startswith("kaa: KAA_STATISTICS_LAYOUTS: ") and said in lines[0]


def test_a_folder_that_is_not_there_stops_the_start(binary, cluster, database, keys, tmp_path):
    done = run(binary, "serve", timeout=20, settings={
        **database_settings(cluster, database), "KAA_PORT": free_port(), "KAA_JWKS": keys / "jwks.json", "KAA_ISSUER": "tests",
        "KAA_AUDIENCE": "kaa", "KAA_STATISTICS_LAYOUTS": tmp_path / "none"})
    assert done.returncode != 0 and "KAA_STATISTICS_LAYOUTS" in done.stderr
