"""The search for data of persons finds what it is for, and PostgreSQL's log holds none."""
import base64
import json
import re

import httpx
import psycopg
import pytest

import people
from kaa_leaks import RUN, TABLES, Run

NUMBER, NAME, SHORT, NOTE = "20080101TF01", "Kajsaprov", "Bo Å", 'Sa "nej" till praktik hos Provbolaget i Provköping i våras'
URL = "http://kaa.example/kaa/v1"


@pytest.fixture
def run(contract, tmp_path):
    """A run that has sent a person and searches."""
    one = Run()
    one.begin()
    log = tmp_path / "kaa.log"
    log.write_text('{"event":"started"}\n', encoding="utf-8")
    one.follow_service(log)
    one.saw(answer(201, body={"personalNumber": NUMBER, "givenName": NAME, "familyName": SHORT, "note": NOTE, "staff": ["anna"],
                              "birthDate": "2008-01-01", "channel": "phone"}), contract)
    yield one
    one.end(False)


def answer(status, path="/youths", body=None, told="", headers=None):
    request = httpx.Request("POST", URL + path, content=json.dumps(body or {}).encode())
    return httpx.Response(status, request=request, content=told.encode(),
                          headers={"Content-Type": "application/json", **(headers or {})})


def words(run):
    return {found.word for found in run.search()}


def test_nothing_is_found_where_nothing_is(run, contract):
    run.services[0].write_text('{"route":"/youths/{id}","at":"2008-01-01","channel":"phone","client":"anna"}\nNotera: Bosse\n', encoding="utf-8")
    run.saw(answer(422, told='{"detail":"Fel","instance":"urn:trace:x"}'), contract)
    assert run.search() == []


@pytest.mark.parametrize("word", [NUMBER, NAME, SHORT, NOTE[:40]])
@pytest.mark.parametrize("form", [str, lambda text: json.dumps({"a": text}), lambda text: str(httpx.QueryParams({"q": text}))])
def test_a_log_line_is_searched(run, word, form):
    run.services[0].write_text(f"x {form(word)} y\n", encoding="utf-8")
    assert words(run)


def test_numbers_that_were_never_sent_are_found_too(run):
    run.services[0].write_text("route /youths/200501012397\n", encoding="utf-8")
    assert words(run) == {"200501012397"}


@pytest.mark.parametrize("leak", [
    {"status": 422, "told": f'{{"detail":"Får inte vara {NAME}"}}'},
    {"status": 200, "told": "{}", "headers": {"ETag": f'"1-{NUMBER}"'}},
    {"status": 201, "told": "{}", "headers": {"Location": f"{URL}/youths/{NUMBER}"}},
    {"status": 200, "told": f'{{"_links":{{"self":{{"href":"{URL}/youths?name={NAME}"}}}}}}'},
    {"status": 200, "told": '{"pageToken":"' + base64.urlsafe_b64encode(f"0123456789abcdef{NAME}".encode()).decode().rstrip("=") + '"}'},
    {"status": 200, "told": "{}", "path": f"/youths?name={NAME}"},
], ids=["problem", "ETag", "Location", "link", "page token", "URL that was answered"])
def test_an_answer_is_searched(run, contract, leak):
    run.saw(answer(**leak), contract)
    assert words(run)


def test_a_refused_url_is_no_leak_but_what_it_holds_must_not_come_back(run, contract):
    run.saw(answer(404, f"/youths/{NUMBER[:8]}TF77", told='{"detail":"Finns inte"}'), contract)
    assert run.search() == []
    run.saw(answer(404, "/x", told=f'{{"detail":"{NUMBER[:8]}TF77"}}'), contract)
    assert words(run) == {f"{NUMBER[:8]}TF77"}


def test_broken_bodies_are_read_too(run):
    run.take(b'{"note": "Avbruten mitt i", "x": "\n')
    run.services[0].write_text("Avbruten mitt i\n", encoding="utf-8")
    assert words(run)


def test_metrics_verbs_and_tables_are_searched(run):
    for kind in ("metrics", "verbs", "tables"):
        run.tell(kind, f"{kind} {NAME}")
    assert {found.place.split(".")[0] for found in run.search()} == {"metrics", "verbs", "tables"}


def test_nothing_to_search_is_said(run):
    assert set(run.missing()) >= {"problems", "databases", "metrics", "tables"}
    run.services[0].write_text("", encoding="utf-8")
    assert str(run.services[0]) in run.silent()


def test_the_tables_hold_such_texts(sql, youth_seen):
    """Else they would be searched in vain."""
    assert youth_seen and sql.execute(TABLES["access_log"]).fetchall()


@pytest.fixture
def youth_seen(world, coordinator):
    return coordinator.get(f"/youths/{world.youth()['id']}")


# What is sent where it does not belong ------------------------------------------------------------

# A name of a parameter or member that looks like one is told: words with other signs tell more.
@pytest.mark.parametrize("word", [NUMBER, "200501012397", "Kajsa Provsson", "kajsa@provpost.example"])
def test_what_does_not_belong_in_a_request_is_not_told_again(coordinator, service, word):
    token = base64.urlsafe_b64encode(f"0123456789abcdef{word}".encode()).decode().rstrip("=")
    for path, how in (
            (f"/youths/{word}", {}), (f"/{word}", {}), (f"/youths/{word}/timeline", {}), (f"/youths?personalNumber={word}", {}),
            (f"/youths?{word}=1", {}), (f"/youths?sort={word}", {}), (f"/youths?fields={word}", {}), (f"/youths?limit={word}", {}),
            (f"/youths?districtId={word}", {}), (f"/youths?pageToken={token}", {}), (f"/youths?step={word}", {}),
            ("/youths", {"Accept": word}), ("/youths", {"Authorization": f"Bearer {word}"}), ("/x", {"Forwarded": f"for={word}"}),
            ("/x", {"traceparent": word}), ("/x", {"Origin": f"https://{word}"}), ("/x", {"Accept-Language": word})):
        told_to(word, coordinator.get(path, None, headers=how))
    for body in ({word: 1}, {"externalIds": {word: 1}}, {"youthId": word}, {"channel": word}, {"staff": word},
                 {"note": 1, "plannedAt": word}, word, [word]):
        told_to(word, coordinator.post("/outreach-attempts", body, 400))
    told_to(word, coordinator.post("/outreach-attempts", {}, None, headers={"Content-Type": word}))
    told_to(word, coordinator.request(re.split("[ @]", word)[0], "/youths"))
    assert word not in service.log.read_text(encoding="utf-8")


def told_to(word, answer):
    assert answer.status_code >= 400 and word not in answer.text and word not in str(answer.headers), answer.text


# PostgreSQL's log ---------------------------------------------------------------------------------

WRONG = {
    "the value in the message": ("select %s::text::uuid", [NUMBER]),
    "the row in the detail": ("insert into pg_temp.persons values (%s), (%s)", [NUMBER, NUMBER]),
    "what a function raises": ("select pg_temp.fail(%s)", [NUMBER]),
}


@pytest.fixture(scope="module")
def told(cluster, database):
    """told(role, statement): what the log then holds, where the operator has set it to hold all there is."""
    with cluster.connect() as superuser:
        for name, value in {"log_error_verbosity": "verbose", "log_min_messages": "notice", "log_min_error_statement": "info",
                            "log_parameter_max_length_on_error": -1, "log_min_duration_statement": 0}.items():
            superuser.execute(f"alter database {database} set {name} = {value}")

    def ask(role, *statement):
        with open(cluster.log, "rb") as log, cluster.connect(database, user=role) as connection:
            connection.execute("create temp table persons (number text unique)")
            connection.execute("create function pg_temp.fail(number text) returns text language plpgsql as"
                               " $$ begin raise warning '%', number; raise exception '%', number; end $$")
            log.seek(0, 2)
            try:
                connection.execute(*statement)
            except psycopg.Error as error:
                assert NUMBER in str(error)
            connection.execute("select 'the end'")
            return log.read().decode()
    return ask


@pytest.mark.database
@pytest.mark.parametrize("role", ["kaa_service", "kaa_owner"])
@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_an_error_leaves_no_value_in_the_log_of_the_database(told, role, wrong):
    text = told(role, *wrong)
    assert "select 'the end'" in text and NUMBER not in text, text


@pytest.mark.database
@pytest.mark.parametrize("role", ["kaa_service", "kaa_owner"])
def test_a_slow_statement_is_logged_without_its_parameters(told, role):
    text = told(role, "select %s::text as slow", [NUMBER])
    assert "as slow" in text and NUMBER not in text, text


def test_this_run_is_searched(cluster, service):
    assert service.log in RUN.services and cluster.log in [one["log"] for one in RUN.databases]
    assert {"Fiktivsson", "Provvägen"} <= RUN.words and people.MAIL in RUN.words
