"""What reports count: the follow-up figures of a handful of youths, reckoned by hand; and each rule of counting, by one who would
be told otherwise without it. Who may have what is the database's to say (tests/db/reports.sql)."""
import uuid
from collections import Counter, defaultdict
from datetime import date
from functools import lru_cache, partial
from pathlib import Path

import pytest
import report_history as history
import report_items
import report_model as model
from report_items import Refused, counted, named, question, things
from report_rules import ALWAYS, RULED, phone, reached
from report_town import LETTER, Town

CLOCK, EARLIER, LATER = "2026-11-16T12:00:00Z", "2026-09-20T10:00:00Z", "2026-11-16T12:30:00Z"
ROWS = Path(__file__).with_name("report_rows.sql")
MERGED = uuid.UUID(int=703)
PROVSTAD, GRANNSTAD, KANTSTAD, DUBBELSTAD = "0980", "0981", "0982", "9980"
REGELSTAD, SKYDDSTAD, DELSTAD = RULED.code, "0984", "0985"
EXACT, MASKED = "reports:exact", "reports:read"
PERIODS = ("T1-2026", "H2-2026", "2026")


def ident(number):
    return uuid.UUID(f"00000000-0000-4000-8000-{number:012}")


@pytest.fixture(scope="module")
def template(empty_template):
    """Without the municipalities that others begin from."""
    return empty_template


@pytest.fixture(scope="module")
def rows(sql):
    with sql.transaction():
        sql.execute(ROWS.read_text(encoding="utf-8"))
    RULED.write(sql)
    SHELTERED.write(sql)
    DIVIDED.write(sql)
    write_others(sql)


def write_others(sql):
    """Other municipalities, where the same ids say something else: nothing of it counts."""
    at = "2026-01-02T10:00Z"
    RULED.write(sql, "0986", occupations={"code": "unknown", "holds_from": "2026-01-02"}, registrations={"reason": "unknown"},
                outreach_attempts={"status": "reached", "attempted_at": at, "outcome_at": at, "void_reason": None},
                youths={"phones": []}, measures={"type": "other"}, units={"administration": "district"})
    sql.execute("update base.district_periods set from_date = from_date - 45 where municipality = '0986'")
    DIVIDED.write(sql, "0987", serving_periods={"to_date": None}, units={"valid_from": "2000-01-01", "valid_to": None},
                  districts={"valid_from": "2000-01-01", "valid_to": None})


def enter(sql, town, clock=CLOCK):
    sql.execute("select base.enter(%s, 'someone', 'test', null, 'protected:read preventive:read', null, null, null, null, null, %s)",
                [town, clock])


@pytest.fixture(scope="module")
def ask(rows, cluster, database):
    """ask(town, report, periods…): the items. What was asked once is not asked again."""
    @lru_cache(None)
    def items(town, report, *periods, exact=True, scopes=EXACT, districts=None):
        asked = question(report, *periods, exact=exact)
        return report_items.items(cluster.url(database, "kaa_service"), town, asked, scopes, CLOCK, districts)
    return items


def told(counts, *figures, period=1):
    """{(group, figure): number}, of these figures alone if any are named."""
    return {(group, figure): number for (group, figure, at), number in counts.items()
            if at == period and (figure in figures or not figures)}


def whole(counts, *figures, period=1):
    """{figure: number} of a question that is not grouped."""
    return {figure: number for (_, figure), number in told(counts, *figures, period=period).items()}


def by_group(counts, figure, period=1):
    return {group: number for (group, _), number in told(counts, figure, period=period).items()}


# Provstad -------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def figures(ask):
    """figures(period, by): the follow-up report of one period, exact."""
    return lambda period, by="total": counted(ask(PROVSTAD, "follow-up", period), by)


def test_tertial_1_in_all(figures):
    assert whole(figures("T1-2026")) == {
        "covered": 6, "soughtOut": 4, "reached": 2, "reachedBy.phone": 1, "reachedBy.letter": 1, "attempts.letter": 4, "attempts.phone": 2,
        "attempts.email": 1,
        "participants": 2, "participantsByAdministration.labour_market": 1, "participantsByAdministration.education": 1,
        "participantsByMeasureType.other": 1, "participantsByMeasureType.coaching": 1,
        "exits.national_programme": 1, "exits.moved": 1, "exitsOfParticipants.national_programme": 1, "exitsOfParticipants.moved": 1,
        "exitsByMeasureType.coaching.national_programme": 1, "exitsByMeasureType.internship.moved": 1, "results.completed_goal_reached": 1,
        "occupationAfter.work": 1, "timeliness.begun": 4, "timeliness.firstContactInTime": 2, "timeliness.firstContactLate": 1,
        "timeliness.noContact": 1}


def test_persons_count_at_their_last_place_attempts_at_that_days_the_protected_nowhere(figures):
    figures_of = "covered", "soughtOut", "attempts.letter", "attempts.email", "timeliness.begun", "exits.moved"
    assert told(figures("T1-2026", "district"), *figures_of) == {
        ("Ekbacken", "covered"): 2, ("Björkhagen", "covered"): 2, ("Alviken", "covered"): 1, ("undisclosed", "covered"): 1,
        ("Ekbacken", "soughtOut"): 2, ("Björkhagen", "soughtOut"): 1, ("Alviken", "soughtOut"): 1,
        ("Ekbacken", "attempts.letter"): 2, ("Björkhagen", "attempts.letter"): 1, ("Alviken", "attempts.letter"): 1,
        ("Björkhagen", "attempts.email"): 1, ("Ekbacken", "timeliness.begun"): 1, ("Björkhagen", "timeliness.begun"): 1,
        ("Alviken", "timeliness.begun"): 1, ("undisclosed", "timeliness.begun"): 1, ("Björkhagen", "exits.moved"): 1}


@pytest.mark.parametrize("by, figure, groups", [
    ("unit", "covered", {"Norr": 2, "Söder": 3, "undisclosed": 1}),
    ("sex", "covered", {"female": 3, "male": 2, "unknown": 1}),
    ("district,sex", "covered", {"Ekbacken female": 1, "Ekbacken male": 1, "Björkhagen unknown": 1, "Björkhagen female": 1,
                                 "Alviken female": 1, "undisclosed male": 1}),
    ("unit,sex", "soughtOut", {"Norr female": 1, "Norr male": 1, "Söder female": 2}),
])
def test_groups(figures, by, figure, groups):
    assert by_group(figures("T1-2026", by), figure) == groups


@pytest.mark.parametrize("period, numbers", [
    ("T2-2026", {"covered": 7, "attempts.sms": 1, "timeliness.begun": 5, "reached": 2, "reachedBy.phone": 1}),  # which begins in January
    ("H1-2026", {"covered": 7, "reached": 2, "reachedBy.phone": 1}),
    # a follow-up reaches but does not seek out
    ("2026-06-01/2026-06-30", {"covered": 5, "soughtOut": 0, "reached": 1, "participants": 1}),
])
def test_periods(figures, period, numbers):
    assert whole(figures(period), *numbers) == {name: number for name, number in numbers.items() if number}


def test_the_first_and_the_last_day_belong_to_a_registration_and_to_the_period(figures):
    assert whole(figures("2025-12-31/2025-12-31")) == {
        "covered": 3, "participants": 1, "exits.completed": 1, "results.interrupted_by_youth": 1, "participantsByMeasureType.internship": 1,
        "occupationAfter.unknown": 1}


def test_a_first_contact_has_the_same_channel_in_however_long_a_period(ask):
    long, longer = (whole(counted(ask(PROVSTAD, "outreach-timeliness", f"{first}/2026-04-30"))) for first in ("2024-05-01", "2010-01-01"))
    channels = {name: number for name, number in long.items() if name.startswith("firstContact")}
    assert channels and channels == {name: number for name, number in longer.items() if name.startswith("firstContact")}


def test_another_municipality_has_its_own_figures(ask):
    document = ask(GRANNSTAD, "follow-up", "2026")
    assert not document["items"] and not document["keys"] and not document["districts"] and not document["units"]


def test_which_units_and_districts_there_are(ask):
    """By name; of those that are no more such as are counted still."""
    document = ask(PROVSTAD, "follow-up", "T1-2026", "2026")
    assert [(one["name"], one["periods"]) for one in document["districts"]] == [("Alviken", 3), ("Björkhagen", 3), ("Ekbacken", 3)]
    assert [(one["name"], one["periods"], one["id"]) for one in document["units"]] == [
        ("Norr", 3, str(ident(1))), ("Söder", 3, str(ident(2)))]
    closed = ask(PROVSTAD, "follow-up", "2020", "2026")
    assert [one["periods"] for one in closed["districts"] if one["name"] == "Nedlagda"] == [1]


# What is masked: whole things, alike wherever they are told --------------------------------------------

def masked(ask, report, *periods, districts=None):
    return ask(PROVSTAD, report, *periods, exact=False, scopes=MASKED, districts=districts)


def test_to_be_masked_things_are_counted_with_all_that_other_reports_tell_of_them(ask):
    found = {figure.split(".")[0] for _, figure, _ in counted(masked(ask, "follow-up", "T1-2026"))}
    assert found >= {"covered", "attempts", "exits", "results", "timeliness", "firstContactBy", "lacking"}
    assert not [figure for figure in found if figure.startswith(("participantsBy", "exitsBy"))], "but without what only exact ones have"


@pytest.mark.parametrize("report", ["exits", "outreach-timeliness", "register-quality"])
def test_the_same_as_in_the_follow_up(ask, report):
    """Alike wherever a figure occurs: else two reports would be masked differently."""
    one, other = (counted(masked(ask, name, "T1-2026", "2026"), "district,sex") for name in (report, "follow-up"))
    assert one and one.items() <= other.items()


def of_families(document, families):
    """How often each kind of thing is there, by the names of all that it is."""
    found = Counter()
    for one in things(document):
        if one.family in families:
            assert one.parts, "what counts nowhere is no thing"
            found[one.family, one.unit and one.unit["name"], one.district and one.district["name"], one.sex, one.elsewhere,
                  frozenset(one.parts)] += one.times
    return found


@pytest.mark.parametrize("report, families", [("exits", {2, 3}), ("outreach-timeliness", {4}), ("register-quality", {0})])
def test_the_same_things(ask, report, families):
    mine = of_families(masked(ask, report, "T1-2026", "2026"), range(5))
    assert mine and mine == of_families(masked(ask, "follow-up", "T1-2026", "2026"), families)


def test_the_whole_is_counted_for_a_token_of_one_district_too(ask):
    """Whose masks are those of the whole."""
    limited = masked(ask, "follow-up", "T1-2026", districts="{%s}" % ident(11))
    assert whole(counted(limited), "covered") == {"covered": 6}


@pytest.mark.parametrize("town", [PROVSTAD, KANTSTAD, REGELSTAD])
def test_what_is_masked_is_counted_as_what_is_exact(ask, town):
    """All that is not told of exact ones alone."""
    exact = {}
    for report in model.REPORTS:
        counts = counted(ask(town, report, *PERIODS), "district,sex")
        assert {figure.split(".")[0] for _, figure, _ in counts} <= model.REPORTS[report].keys()
        for where, number in counts.items():
            assert exact.setdefault(where, number) == number, where
    said = counted(ask(town, "follow-up", *PERIODS, exact=False), "district,sex")
    assert said == {where: number for where, number in exact.items() if not where[1].startswith(("participantsBy", "exitsBy"))}


@pytest.mark.parametrize("periods", [
    ("T1-2026", "H1-2026", "T2-2026", "2026", "H2-2026"),
    ("2025-06-01/2025-06-30", "2026-01-01/2026-01-31", "2026-02-10/2026-02-15", "2026-03-15/2026-04-30", "2026-07-01/2026-11-15")])
@pytest.mark.parametrize("exact", [True, False])
def test_each_of_five_periods_is_told_as_if_it_were_asked_for_alone(ask, exact, periods):
    together = counted(ask(REGELSTAD, "follow-up", *periods, exact=exact), "unit,sex")
    for number, period in enumerate(periods, 1):
        alone = told(counted(ask(REGELSTAD, "follow-up", period, exact=exact), "unit,sex"))
        assert alone and alone == told(together, period=number), period


# Kantstad: what is lacking, late and overdue, each by one who is and one at the edge who is not ------------

def numbered(counts):
    return {(figure, period): number for (_, figure, period), number in counts.items()}


def test_who_lacks_what_on_the_last_day_of_each_period(ask):
    assert numbered(counted(ask(KANTSTAD, "register-quality", "T1-2026", "2026"))) == {
        ("covered", 1): 22, ("lacking.registrationReason", 1): 1, ("lacking.latestSchool", 1): 1, ("lacking.occupation", 1): 2,
        ("lacking.contactDetails", 1): 1, ("lacking.address", 1): 2, ("lacking.district", 1): 1, ("lacking.firstContact", 1): 3,
        ("lacking.exitReason", 1): 1, ("lacking.occupationAfter", 1): 1,
        ("covered", 2): 22, ("lacking.registrationReason", 2): 1, ("lacking.latestSchool", 2): 1, ("lacking.occupation", 2): 3,
        ("lacking.contactDetails", 2): 1, ("lacking.address", 2): 2, ("lacking.district", 2): 1, ("lacking.firstContact", 2): 2,
        ("lacking.exitReason", 2): 2, ("lacking.occupationAfter", 2): 1}


def test_the_first_contact(ask):
    """Of two at a time the one by the channel that comes first in the list; and what is due on the last day is not overdue."""
    assert numbered(counted(ask(KANTSTAD, "outreach-timeliness", "T1-2026", "2026"))) == {
        ("timeliness.begun", 1): 22, ("timeliness.firstContactInTime", 1): 18, ("timeliness.firstContactLate", 1): 2,
        ("timeliness.noContact", 1): 2, ("firstContactBy.letter", 1): 2, ("firstContactBy.phone", 1): 18, ("overdue", 1): 1,
        ("timeliness.begun", 2): 22, ("timeliness.firstContactInTime", 2): 18, ("timeliness.firstContactLate", 2): 2,
        ("timeliness.noContact", 2): 2, ("firstContactBy.letter", 2): 2, ("firstContactBy.phone", 2): 18, ("overdue", 2): 2}


def test_who_moved_counts_in_each_period_at_the_last_place(ask):
    counts = counted(ask(KANTSTAD, "register-quality", "T1-2026", "2026"), "district")
    assert by_group(counts, "covered", 1) == {"Alby": 20, "undisclosed": 2}
    assert by_group(counts, "covered", 2) == {"Alby": 19, "Berga": 1, "undisclosed": 2}


@pytest.fixture(scope="module")
def document(ask):
    return ask(KANTSTAD, "follow-up", "T1-2026", "2026", exact=False)


def test_of_who_moved_it_is_told_in_which_periods_they_count_elsewhere(document):
    assert {(row[2], row[4]) for row in document["items"] if row[0] == 0 and row[4]} == {(0, 2), (1, 1)}


def test_which_unit_serves_a_district_in_which_periods_and_when_it_is_in_force(document):
    assert document["districts"][0]["serving"] == [[0, 3]] and document["units"][0]["periods"] == 3


def test_the_keys_are_the_figures_of_all_reports_whichever_is_asked_for(document):
    keys = [tuple(key) for key in document["keys"]]
    assert {("lacking", "address"), ("overdue", ""), ("attempts", "phone")} <= set(keys)
    crosses = {"participantsByAdministration", "participantsByMeasureType", "exitsByMeasureType"}
    assert not {name for name, _ in keys} & crosses
    assert len(keys) == len(set(keys))
    assert {(name, key) for one in things(document) for name, key, _ in one.parts} == set(keys), "and those alone of which there are some"


def test_what_else_the_document_says(ask, document):
    assert document["today"] == "2026-11-16" and document["threshold"] == 5 and document["published"] == []
    assert ask(REGELSTAD, "follow-up", "2026")["threshold"] == 7
    lists = document["lists"]
    assert lists.keys() == {"outreach-channels", "administrations", "measure-types", "exit-reasons", "measure-end-reasons", "occupations",
                            "sexes"}
    assert tuple(one["code"] for one in lists["measure-types"]) == model.TYPES, "health_promoting is told as other"
    assert tuple(one["code"] for one in lists["outreach-channels"]) == model.CHANNELS
    assert lists["sexes"][0] == {"code": "female", "sv": "Kvinna", "en": "Female"}


def test_it_says_which_changes_it_is_made_of(ask, cluster, database, sql):
    """Of all older than the oldest transaction that runs, and of those of the others that it names."""
    def change(connection):
        enter(connection, GRANNSTAD, LATER)
        connection.execute("update base.municipalities set name = name || '.' where municipality = %s", [GRANNSTAD])
        return int(connection.execute("select pg_current_xact_id()::text").fetchone()[0])
    with cluster.connect(database, autocommit=False) as slow:
        running = int(slow.execute("select pg_current_xact_id()::text").fetchone()[0])
        with sql.transaction():
            over = change(sql)
        before = ask(GRANNSTAD, "exits", "2026-01-01/2026-01-02")
        seen = before["seen"]
        assert before["asOf"] == "2026-11-16T12:30:00.000000Z", "the latest"
        assert int(seen["xmin"]) <= running and str(over) in seen["xids"] and str(running) not in seen["xids"]
    after = ask(GRANNSTAD, "exits", "2026-01-01/2026-01-03")["seen"]
    assert int(after["xmin"]) > over or str(over) in after["xids"]


def test_it_tells_what_was_published_of_the_periods_and_is_no_longer_so(ask, sql):
    """What was masked then stays masked. Not to those to whom nothing is."""
    before = ask(SKYDDSTAD, "exits", *PERIODS, exact=False)
    assert before["published"] == []

    def publish(period, answer, complete):
        sql.execute("insert into base.published_reports (municipality, report, period, group_by, definition_version, complete, day,"
                    " seen_before, seen, answer, words) values (%s, 'exits', %s, 'total', '1', %s, '2026-09-01',"
                    " pg_snapshot_xmax(pg_current_snapshot()), '{}', %s, '{}')", [SKYDDSTAD, period, complete, answer])
    with sql.transaction():
        enter(sql, SKYDDSTAD)
        publish("T1-2026", '{"n": 1}', True)    # as it would be computed now
        publish("2026", '{"n": 2}', False)      # on a day that is over
        publish("H2-2025", '{"n": 3}', False)   # not asked for
    after = ask(SKYDDSTAD, "follow-up", *PERIODS, exact=False)
    assert after["published"] == [{"period": 2, "answer": {"n": 2}}] and after["asOf"] == before["asOf"], "the data is as before"
    assert ask(SKYDDSTAD, "follow-up", *PERIODS)["published"] == []


# Refused ---------------------------------------------------------------------------------------------

@pytest.mark.parametrize("scopes, exact, periods, code", [
    (MASKED, True, ["T1-2026"], "scope-missing"), ("youths:read reports:write", True, ["T1-2026"], "scope-missing"),
    ("youths:read reports:write", False, ["T1-2026"], "scope-missing"), (EXACT, False, ["T1-2026", "T1-2027"], "period-not-begun"),
])
def test_refusals(ask, scopes, exact, periods, code):
    with pytest.raises(Refused, match=f"^{code}$"):
        ask(PROVSTAD, "exits", *periods, exact=exact, scopes=scopes)


# Dubbelstad: one person is counted once, with what was done for both ------------------------------------

# besides 14 and 15: 03, and 12 into whom 07 and 11 are merged
TWO = {"covered": 4, "soughtOut": 2, "reached": 2, "attempts.phone": 2, "reachedBy.phone": 2, "participants": 2, "exits.completed": 5,
       "timeliness.begun": 5, "timeliness.firstContactInTime": 2}


@pytest.fixture(scope="module")
def merging(rows, sql, cluster, database):
    """The figures before 14 is 15, while it is, and when that is reversed."""
    def figures():
        asked = question("follow-up", "2026-01-01/2026-07-01")
        return whole(counted(report_items.items(cluster.url(database, "kaa_service"), DUBBELSTAD, asked, EXACT, EARLIER)), *TWO)

    def act(statement, *values):
        with sql.transaction():
            enter(sql, DUBBELSTAD)
            sql.execute("set local role kaa_service")
            sql.execute(statement, values)
    found = [figures()]
    act('insert into edit.youth_merges (id, "youthId", "mergedInto") values (%s, %s, %s)', MERGED, ident(14), ident(15))
    found.append(figures())
    act("select base.transit('youth-merges', 'staff', %s, '{\"type\": \"reversed\"}', '{\"@version\": 1}')", MERGED)
    return [*found, figures()]


def test_two_persons(merging):
    assert merging[0] == TWO


def test_one_person_two_registrations(merging):
    assert merging[1] == {**TWO, "covered": 3, "soughtOut": 1, "reached": 1, "reachedBy.phone": 1, "participants": 1}


def test_two_persons_again(merging):
    assert merging[2] == TWO


# Regelstad: every rule by one who lives in a district of their own ---------------------------------------

@pytest.fixture(scope="module")
def ruled(ask):
    """{place: {figure: numbers}} of Regelstad, of all four reports."""
    found = defaultdict(lambda: defaultdict(lambda: [0] * len(PERIODS)))
    for report in model.REPORTS:
        for (place, figure, period), number in counted(ask(REGELSTAD, report, *PERIODS), "district").items():
            found[place][figure][period - 1] = number
    return found


@pytest.mark.parametrize("name", RULED.rules)
def test_rule(name, ruled):
    found = {}
    for place in ("", "there", "beyond"):
        district = name.replace("_", " ") + (f", {place}" if place else "")
        found |= {f"{place}: {figure}" if place else figure: tuple(numbers) for figure, numbers in ruled.get(district, {}).items()}
    expected = {"covered": ALWAYS, **RULED.rules[name]}
    assert found == {figure: numbers for figure, numbers in expected.items() if any(numbers)}


@pytest.mark.parametrize("report", model.REPORTS)
def test_the_model_of_the_histories_knows_the_rules(ask, sql, report):
    """By which random histories are judged (test_report_model.py)."""
    register = model.Register(history.export(sql, REGELSTAD), {"firstContactWithin": "P14D"}, date(2026, 11, 16))
    document = ask(REGELSTAD, report, *PERIODS)
    for number, period in enumerate(PERIODS, 1):
        first, last = (date.fromisoformat(report_items.days(period)[end]) for end in ("from", "to"))
        assert report_items.facts(document, number) == Counter(model.facts(register, report, first, last)), period


def test_elsewhere(ask):
    """Of each thing, in which periods it counts elsewhere; as bits: 1 is T1, 2 the half-year, 4 the year."""
    name = "of each thing it is told in which periods it counts elsewhere"
    found = {(one.family, one.district["name"][len(name):], max(periods for *_, periods in one.parts), one.elsewhere)
             for one in things(ask(REGELSTAD, "follow-up", *PERIODS, exact=False)) if named(one.district).startswith(name)}
    assert found == {
        (0, "", 1, 6), (0, ", there", 6, 1),    # the person
        (1, "", 5, 0), (1, ", there", 6, 0),    # the attempts, each of which has one place
        (2, "", 1, 4), (2, ", there", 4, 1),    # the exit, and the measure's end
        (3, "", 1, 4), (3, ", there", 4, 1),
        (4, "", 1, 4), (4, ", there", 4, 1), (4, ", there", 6, 0)}  # the registrations that began


@pytest.mark.parametrize("town, exact", [(REGELSTAD, True), (REGELSTAD, False), (KANTSTAD, False)])
@pytest.mark.parametrize("report", model.REPORTS)
def test_things_alike_are_one_row(ask, report, town, exact):
    found = list(things(ask(town, report, *PERIODS, exact=exact)))
    alike = Counter((one.family, str(one.unit), str(one.district), one.sex, one.elsewhere, frozenset(one.parts)) for one in found)
    assert alike and set(alike.values()) == {1}
    for one in found:
        assert one.times > 0 and len({part[:2] for part in one.parts}) == len(one.parts), "of each key once"
        assert all(periods and not periods & one.elsewhere for *_, periods in one.parts)


# Skyddstad: those who are nowhere ------------------------------------------------------------------------

SHELTERED = Town(SKYDDSTAD)


def shelter(youth):
    hidden = partial(youth, protection="protected_registration")
    hidden(homes=[("", "2020-01-01")], registrations=[("2025-06-01", None, {})], address={"kind": "forwarding", "street": "Box 1"})
    hidden(homes=[("", "2020-01-01"), ("there", "2026-02-01")], registrations=[("2026-01-10", "2026-06-01", {})],
           attempts=[reached("phone", "2026-01-12T10:00Z"), phone("2026-03-01T10:00Z")],
           measures=[{"start": "2026-02-01", "end": "2026-02-10"}])
    one = hidden(homes=[("none", "2026-01-15")], registrations=[("2026-07-01", None, {})], attempts=())
    hidden(merged_into=one, registrations=[("2025-06-01", "2026-02-01", {})], attempts=[LETTER, phone("2026-01-10T10:00Z")])
    youth(protection="confidentiality_marking", attempts=[LETTER, phone("2026-01-10T10:00Z")])
    youth(homes=[("none", "2020-01-01")], attempts=[LETTER, phone("2026-01-10T10:00Z")])


shelter(partial(SHELTERED.youth, "Gömman"))


@pytest.mark.parametrize("by, covered, attempts", [
    ("district", {"undisclosed": 4, "Gömman": 1}, {"undisclosed": 4, "Gömman": 1}),
    ("unit", {"undisclosed": 3, "Norr": 2}, {"undisclosed": 3, "Norr": 2})])
def test_the_protected_are_nowhere(ask, by, covered, attempts):
    """With a marking one is somewhere; and without a district one may have a unit."""
    counts = counted(ask(SKYDDSTAD, "follow-up", "2026"), by)
    assert by_group(counts, "covered") == covered and by_group(counts, "attempts.phone") == attempts
    for figure in "reached", "exits.moved", "participants", "results.completed_goal_reached", "timeliness.begun":
        assert by_group(counts, figure).keys() == {"undisclosed"}, figure


def test_what_the_protected_lack(ask):
    counts = counted(ask(SKYDDSTAD, "register-quality", "2026"), "unit")
    assert by_group(counts, "lacking.address") == {"undisclosed": 3}, "none that may be used"
    assert by_group(counts, "lacking.district") == {"Norr": 1}, "a district is lacking to others alone"


# Delstad: where an organisation changes ------------------------------------------------------------------

DIVIDED = Town(DELSTAD)


def divide(town):
    """Åsen is a district until June, and Ängen from June to October, served by a unit that ended in June, and another since September."""
    old, new, next_ = town.unit("Gamla", last="2026-06-30"), town.unit("Nya", "2026-06-01"), town.unit("Nästa")
    idle = town.unit("Utan uppdrag")
    meadow, ridge = town.district("Ängen", old, "2026-06-01", "2026-10-31"), town.district("Åsen", new, "2026-02-01", "2026-06-30")
    lake = town.district("Sjön", next_, "2026-02-01", "2026-10-31")
    town.district("Ödet", None, last="2025-12-31")
    town.serve(meadow, old, until="2026-09-01")
    town.serve(meadow, new, "2026-09-01")
    town.serve(ridge, new)
    town.serve(lake, next_, until="2026-05-01")
    town.serve(lake, new, "2026-05-01", "2026-07-01")
    town.serve(lake, next_, "2026-07-01")
    town.serve(None, town.unit("De andras", last="2026-04-30"))
    town.places.update({("", "first"): (ridge, old), ("", "second"): (ridge, next_), ("", "idle"): (ridge, idle)})
    town.youth("", homes=[("first", "2020-01-01"), ("second", "2026-06-01")],
               attempts=[LETTER, phone("2026-05-31T10:00Z"), phone("2026-06-01T10:00Z")])
    town.youth("", homes=[("idle", "2020-01-01")])
    town.youth("", homes=[("none", "2020-01-01")])


divide(DIVIDED)


def test_of_one_district_each_counts_to_the_unit_that_served_it_then(ask):
    counts = counted(ask(DELSTAD, "follow-up", *PERIODS), "district,unit")
    assert {(place, period): number for (place, figure, period), number in counts.items() if figure == "covered"} == {
        ("Åsen Gamla", 1): 1, ("Åsen Nästa", 2): 1, ("Åsen Nästa", 3): 1,
        **{(place, period): 1 for place in ("Åsen Utan uppdrag", "undisclosed Norr") for period in (1, 2, 3)}}
    assert by_group(counts, "attempts.phone", 3) == {"Åsen Gamla": 1, "Åsen Nästa": 1}


def serving(document):
    return [(one["name"], one["periods"], {document["units"][unit]["name"]: periods for unit, periods in one["serving"]})
            for one in document["districts"]]


def test_units_and_districts_are_told_where_they_were_in_force_and_serving(ask):
    """And those in which something counts, although they were not. As bits: 1 is T1, 2 the half-year, 4 the year."""
    document = ask(DELSTAD, "follow-up", *PERIODS)
    units = [(one["name"], one["periods"]) for one in document["units"]]
    assert units == [("De andras", 5), ("Gamla", 4), ("Norr", 0), ("Nya", 6), ("Nästa", 7), ("Utan uppdrag", 0)]
    assert serving(document) == [
        ("Sjön", 7, {"Nya": 4, "Nästa": 7}), ("Ängen", 6, {"Gamla": 4, "Nya": 6}), ("Åsen", 5, {"Nya": 4})]
    assert serving(ask(DELSTAD, "follow-up", "H2-2026")) == [("Sjön", 1, {"Nästa": 1}), ("Ängen", 1, {"Nya": 1}), ("Åsen", 0, {})]
    before = ask(DELSTAD, "exits", "2025")
    assert serving(before) == [("Ödet", 1, {})]
    assert [one["name"] for one in before["units"]] == ["De andras"], "serving a district in force, or those without one"


def test_a_district_is_lacking_where_there_are_districts_on_the_last_day(ask):
    """Of a period that is not over, today."""
    counts = counted(ask(DELSTAD, "register-quality", "2026-01-01/2026-01-31", "T1-2026", "2026-05-01/2026-10-31", "H2-2026", "2026"))
    assert [counts["", "lacking.district", period] for period in range(1, 6)] == [0, 1, 1, 0, 0]
