"""Random histories of the register, played in the database and in the model of target_group_model.py: the same
registrations, the same counts, after every step. A failure shows the seed and the shortest history that still fails."""
import contextlib
import copy
import itertools
import os
import random
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import psycopg
import pytest
import towns
from psycopg.types.json import Jsonb

import people
import target_group_model
from conftest import FULL
from target_group_model import DAY, Refused, Register, SchoolEvent, birthday, day, decide, left, INTRODUCTORY, NATIONAL, WENT_TO_SCHOOL

TOWN, NEIGHBOUR = "0180", "0126"
WORKERS = 2
USUAL_SEED, HISTORIES = (1, 200) if FULL else (162, 50)  # of as many that meet everything
SEED = int(os.environ.get("KAA_HISTORIES_SEED", USUAL_SEED))
SCOPES = "imports:read imports:write evaluation-runs:write school-events:write youths:read youths:write protected:read preventive:read"
SOURCES = ("ber", "school-register")
ENROLMENTS = ("national_programme", "national_programme", "national_programme", "introductory_programme",
              "introductory_programme", "apprenticeship", "rh_adapted", "fourth_technical_year", "adapted_upper_secondary",
              "international_baccalaureate", "upper_secondary_abroad", "komvux", "folk_high_school", "sfi",
              "compulsory_school")
QUALIFICATIONS = ("study_certificate", "study_certificate", "upper_secondary_diploma", "adapted_upper_secondary_certificate",
                  "ib_diploma", "foreign_upper_secondary", "folk_high_school_eligibility")
REASONS = ("no_upper_secondary", "dropout", "dropout_introductory", "study_certificate", "newly_registered", "unknown")
EXIT_REASONS = ("national_programme", "completed", "moved", "emigrated", "registered_in_error")


# Made-up lives ----------------------------------------------------------------------------------------

def some_enrolment(dice, today):
    begin = today + timedelta(days=dice.randint(-500, 60))
    made = {"type": dice.choice(ENROLMENTS), "school": "Provskolan"}
    if dice.random() < 0.9:
        made["from"] = begin.isoformat()
    if dice.random() < 0.6:
        made["to"] = (begin + timedelta(days=dice.randint(0, 500))).isoformat()
    if dice.random() < 0.15:
        made["cancelled"] = (begin + timedelta(days=dice.randint(-5, 300))).isoformat()
    return made


def some_residence(dice, today):
    made = {"municipality": NEIGHBOUR if dice.random() < 0.12 else TOWN,
            "status": dice.choice(["resident"] * 12 + ["not_resident", "emigrated", "deceased"])}
    if dice.random() < 0.25:
        made["firstRegisteredInSweden"] = (today - timedelta(days=dice.randint(0, 1500))).isoformat()
    return made


def some_protection(dice):
    protection = dice.choice(["none"] * 8 + ["confidentiality_marking"] + ["protected_registration"] * 3)
    return {"protection": protection, "actualMunicipality": dice.choice([None, TOWN, NEIGHBOUR])}


def some_end_of_school(dice, birth):
    if birth is None or dice.random() < 0.3:
        return None
    return date(birth.year + dice.choice([16, 16, 16, 17, 18]), 6, dice.randint(5, 20)).isoformat()


def some_birth(dice, today):
    if dice.random() < 0.15:
        return date(2008, 2, 29)
    age = dice.choice([16, 16, 17, 17, 18, 18, 19, 19, 20])
    return date(today.year - age, 1, 1) + timedelta(days=dice.randint(0, 364))


def redraw(dice, row, today):
    """The same person with one thing changed."""
    birth = day(row.get("birthDate"))
    what = dice.choice(["enrolments", "enrolments", "enrolments", "ends", "qualifications", "residence", "residence",
                        "protection", "school", "name"])
    if what == "enrolments":
        row = {**row, "enrolments": [some_enrolment(dice, today) for _ in range(dice.choice([0, 1, 1, 1, 2, 3]))]}
    elif what == "ends":
        row = {**row, "enrolments": [{**e, "to": (today - timedelta(days=dice.randint(0, 30))).isoformat()}
                                     for e in row["enrolments"]]}
    elif what == "qualifications":
        row = {**row, "qualifications": [
            {"type": dice.choice(QUALIFICATIONS), "date": (today + timedelta(days=dice.randint(-300, 60))).isoformat()}
            for _ in range(dice.choice([0, 1]))]}
    elif what == "residence":
        row = {**row, "residence": some_residence(dice, today)}
    elif what == "protection":
        row = {**row, **some_protection(dice)}
    elif what == "school":
        row = {**row, "compulsorySchoolEnded": some_end_of_school(dice, birth)}
    else:
        row = {**row, "givenName": row["givenName"] + "x"}
    # Of two left on the same day neither is the later one.
    if left(row, NATIONAL, day("2100-01-01")) == left(row, INTRODUCTORY, day("2100-01-01")) is not None:
        row = {**row, "enrolments": row["enrolments"][:1]}
    return {name: value for name, value in row.items() if value is not None}


def some_person(dice, serial, today):
    birth = some_birth(dice, today)
    row = people.row(birth, serial, compulsorySchoolEnded=some_end_of_school(dice, birth))
    for _ in range(dice.choice([0, 0, 1, 2])):
        row = redraw(dice, row, today)
    if dice.random() < 0.06:
        row.pop("birthDate")
    return row


# Made-up histories: steps that name persons by their place, so that any of them can be left out ------------

def some_history(dice):
    today = date(2026, 1, 1) + timedelta(days=dice.randint(0, 700))
    truth = [some_person(dice, serial, today) for serial in range(dice.randint(3, 5))]
    steps, played = [], Played()

    def add(step):
        steps.append(step)
        outcome(played, step)  # where it has come to, so that the next one has somebody to be about

    add(("day", today, False))
    for _ in range(dice.randint(8, 13)):
        for who in range(len(truth)):
            if dice.random() < 0.25:
                truth[who] = redraw(dice, truth[who], today)
        at_school = any(left_for_school(person) for person in played.register.people.values())
        what = dice.choices(["day", "file", "entry", "event", "evaluate"], [6, 6, 3, 10 if at_school else 2, 1])[0]
        if len(steps) == 1 or what == "file":
            add(some_file(dice, len(steps), truth, played.register))
        elif what == "day":
            today = some_day(dice, truth, today)
            add(("day", today, dice.random() < 0.75))
        elif what == "entry":
            add(some_entry(dice, truth, played.register))
        elif what == "event":
            add(some_event(dice, len(steps), truth, played.register))
        else:
            add(("evaluate", today - timedelta(days=dice.choice([-1, 0, 0, 0, 0, 0, 1, 5]))))
        if played.register.stopped and dice.random() < 0.5:
            add(("approve", dice.choice(list(played.register.stopped))))
        elif dice.random() < 0.02:
            add(("approve", dice.randrange(len(steps))))
    add(("day", today + DAY, True))
    return steps


def left_for_school(person):
    return person.last and person.last.exit_reason in WENT_TO_SCHOOL


def somebody(dice, truth, register, wanted):
    """Most often one of those who are known and as wanted."""
    there = [who for who, person in register.people.items() if wanted(person)]
    return dice.choice(there) if there and dice.random() < 0.9 else dice.randrange(len(truth))


def some_day(dice, truth, today):
    """Often a day on which something may be decided, or one beside it."""
    deciding = {date(today.year, 6, 15), date(today.year, 9, 1)}
    for row in truth:
        if "birthDate" in row:
            deciding |= {birthday(day(row["birthDate"]), 20), birthday(day(row["birthDate"]), 18)}
        deciding |= {day(row.get("compulsorySchoolEnded"), today)}
        deciding |= {day(e.get(name), today) for e in row["enrolments"] for name in ("from", "to", "cancelled")}
        deciding |= {day(q["date"]) for q in row["qualifications"]}
    soon = sorted(one for one in deciding if today < one < today + timedelta(days=250))
    if soon and dice.random() < 0.7:
        return max(today + DAY, soon[dice.randrange(len(soon[:4]))] + dice.choice([-1, 0, 0, 1]) * DAY)
    return today + timedelta(days=dice.randint(1, 40))


def some_file(dice, name, truth, register):
    today = register.today
    source = dice.choice(SOURCES[:1] * 3 + SOURCES[1:])
    last = max((as_of for one, as_of in register.committed if one == source), default=date.min)
    as_of = max(last, today - timedelta(days=dice.choice([0, 0, 0, 1, 2, 9])))
    if dice.random() < 0.03:
        as_of = dice.choice([last - DAY if last > date.min else today, today + DAY])
    there = [who for who in range(len(truth)) if dice.random() < 0.75] or [0]
    if dice.random() < 0.05:
        there.append(dice.choice(there))
    dice.shuffle(there)
    return "file", name, source, dice.choice(["full", "full", "delta"]), as_of, dice.random() < 0.25, [
        (who, truth[who]) for who in there]


def some_entry(dice, truth, register):
    start = register.today - timedelta(days=dice.choice([-1, 0, 0, 0, 0, 3, 40]))
    what = dice.random()
    if what < 0.25 or not register.people:
        who = dice.randrange(len(truth))
        return "add", who, truth[who], start, dice.choice(REASONS)
    if what < 0.55 or not any(person.open for person in register.people.values()):
        return "reopen", somebody(dice, truth, register, lambda p: not p.open), start, dice.choice(REASONS)
    return "finish", somebody(dice, truth, register, lambda p: p.open), start, dice.choice(EXIT_REASONS)


def some_event(dice, name, truth, register):
    wanted, kinds = dice.choice([(left_for_school, ("ended", "ended", "ended", "ended", "started", "completed")),
                                 (left_for_school, ("ended", "ended", "ended", "ended", "started", "completed")),
                                 (lambda p: p.open, ("started", "started", "ended", "completed")),
                                 (lambda p: True, ("absence", "not_applied", "ended"))])
    who = somebody(dice, truth, register, wanted)
    kind = dice.choice(kinds)
    event = SchoolEvent(kind, register.today - timedelta(days=dice.choice([-1, 0, 0, 0, 0, 0, 1, 10, 100])))
    if kind in ("started", "not_applied") and dice.random() < 0.2:
        event.date += timedelta(days=dice.choice([20, 364, 366]))
    if kind in ("started", "ended") and dice.random() < 0.5:
        event.enrolment = dice.choice(ENROLMENTS)
    if kind == "completed":
        event.qualification = dice.choice(["upper_secondary_diploma", "study_certificate"])
    return "tell", name if dice.random() < 0.97 else "again", who, truth[who], event


# Played in the model and in the database -------------------------------------------------------------------

class Played:
    """One history in the model. Each step gives what it says."""

    def __init__(self):
        self.register = Register(TOWN)

    def step(self, what, *how):
        return getattr(self, what)(*how)

    def day(self, today, night):
        self.register.today = today
        if night:
            self.register.night()

    def file(self, name, source, mode, as_of, _dry, rows):
        brake, counts = self.register.file(name, source, mode, as_of, rows)
        return "stopped" if brake else "committed", brake, counts

    def approve(self, name):
        return "committed", *self.register.approve(name)

    def tell(self, name, who, row, event):
        self.register.tell(name, who, {"birthDate": row.get("birthDate"), "protection": "none"}, copy.copy(event))

    def evaluate(self, as_of):
        return self.register.evaluate_now(as_of)

    def add(self, who, row, start, reason):
        self.register.add(who, {"birthDate": row.get("birthDate"), "protection": row["protection"]}, start, reason)

    def reopen(self, who, start, reason):
        self.register.reopen(who, start, reason)

    def finish(self, who, end, reason):
        self.register.finish(who, end, reason)

    def shown(self):
        return self.register.shown()


def number_of(who):
    return f"20080229TF{who:02d}"


class Database:
    """One history in the database, in a municipality of its own: each step is a transaction, as the service makes it."""

    def __init__(self, service, owner, serial):
        self.service = service
        self.owner = owner
        self.town = str(1000 + serial)
        self.today = None
        self.calls = 0
        self.files = {}
        with owner.transaction():
            towns.enter(owner, self.town)
            owner.execute("insert into base.municipalities (name, policy) values ('Provstad', '{}')")

    def clock(self):
        """A moment after the last call."""
        self.calls += 1
        return f"{self.today}T12:{self.calls // 60:02d}:{self.calls % 60:02d}Z"

    def step(self, what, *how):
        return getattr(self, what)(*how)

    def run(self, *statements):
        """Several statements as one call of the service; the rows of the last."""
        with self.service.transaction():
            rows = [["select base.enter(%s, 'anna', 'ber', null, %s, null, null, null, null, null, %s)",
                     [self.town, SCOPES, self.clock()]], *statements]
            for statement in rows:
                done = self.service.execute(*statement)
            return done.fetchall() if done.description else None

    def day(self, today, night):
        self.today = today
        if night:
            with self.owner.transaction():
                self.owner.execute("select base.nightly(%s, %s)", [self.town, self.clock()])

    def file(self, name, source, mode, as_of, dry, rows):
        lines = [{"row": n, "value": {**self.here(row), "personalNumber": number_of(who)}} for n, (who, row) in enumerate(rows, 1)]
        cut = len(lines) // 2
        parts = [part for part in (lines[:cut], lines[cut:]) if part]
        (one,), = self.run(["insert into edit.imports (id, source, mode, \"asOf\") values (gen_random_uuid(), %s, %s, %s)"
                            " returning id", [source, mode, as_of]])
        puts = [["select base.put_import_part(%s, %s, %s)", [one, n, Jsonb(part)]] for n, part in enumerate(parts, 1)]
        self.files[name] = one
        tried = self.happens(one, "validated", puts)[2] if dry else None
        status, brake, counts, failure = self.happens(one, "committed", [] if dry else puts)
        if failure or dry and tried != counts:
            return status, brake, counts, failure, f"validated gave {tried}"
        return status, brake, counts

    def approve(self, name):
        if name not in self.files:
            raise Refused("transition-not-allowed")
        return self.happens(self.files[name], "approved")[:3]

    def happens(self, one, event, before=()):
        """Applies an event to an import: status, brake, counts, failure."""
        done, = self.run(*before, ["select base.import_event(%s, %s, jsonb_build_object('@version', version))"
                                   " from base.imports where id = %s", [one, Jsonb({"type": event}), one]],
                         ["select status, brake, counts, failure from api.imports where id = %s", [one]])
        return done

    def tell(self, name, who, row, event):
        body = {name: row[name] for name in ("birthDate", "sex", "givenName", "familyName") if name in row}
        body |= {"personalNumber": number_of(who), "eventId": str(name), "type": event.type,
                 "date": event.date.isoformat()}
        if event.type in ("started", "ended") and event.enrolment != "national_programme":
            body["enrolmentType"] = event.enrolment
        if event.qualification:
            body["result"] = event.qualification.removeprefix("upper_secondary_")
        self.run(["select base.receive_school_event(gen_random_uuid(), %s)", [Jsonb(body)]])

    def evaluate(self, as_of):
        one = uuid.uuid4()
        (counts,), = self.run(["select base.run_evaluation(%s, %s)", [one, Jsonb({"asOf": as_of.isoformat()})]],
                              ["select counts from api.evaluation_runs where id = %s", [one]])
        return {name: counts[name] for name in ("ended", "opened")}

    def add(self, who, row, start, reason):
        body = {name: row.get(name) for name in ("birthDate", "sex", "givenName", "familyName", "protection")}
        body |= {"personalNumber": number_of(who), "registration": {"startDate": start.isoformat(), "reason": reason}}
        self.run(["select base.add_youth(gen_random_uuid(), %s)", [Jsonb(body)]])

    def reopen(self, who, start, reason):
        self.run(["insert into edit.registrations (\"youthId\", \"startDate\", reason) values (%s, %s, %s)",
                  [self.youth(who), start, reason]])

    def finish(self, who, end, reason):
        latest = self.run(["select id, version from base.registrations where youth_id = %s"
                           " order by end_date is null desc, start_date desc, created_at desc limit 1", [self.youth(who)]])
        if not latest:
            raise Refused("absent")
        self.run(["select base.transit('registrations', 'staff', %s, %s, %s)",
                  [latest[0][0], Jsonb({"type": "ended", "endDate": end.isoformat(), "exitReason": reason}),
                   Jsonb({"@version": latest[0][1]})]])

    def here(self, row):
        """The row for the municipality that the history is played in."""
        move = lambda one: {name: self.town if value == TOWN else value for name, value in one.items()}
        return {**move(row), "residence": move(row["residence"])}

    def youth(self, who):
        found = self.run(["select youth_id from base.identity_numbers where number = %s", [number_of(who)]])
        if not found:
            raise Refused("absent")
        return found[0][0]

    def shown(self):
        rows = self.run(["select right(n.number, 2)::int, r.start_date::text, r.reason, r.end_date::text, r.exit_reason"
                         " from base.identity_numbers n join base.registrations r using (municipality, youth_id)"
                         " where n.municipality = %s order by r.start_date, r.created_at, r.end_date", [self.town]])
        shown = {}
        for who, *registration in rows:
            shown.setdefault(who, []).append(tuple(registration))
        return shown


# Compared ----------------------------------------------------------------------------------------------------

def outcome(side, step):
    """What a step answers: counts, nothing, or the refusal."""
    try:
        return side.step(*step)
    except Refused as refused:
        return str(refused)
    except psycopg.Error as error:
        rule = error.diag.constraint_name or error.diag.message_primary
        return "overlap" if rule in ("registrations_overlap", "registrations-overlap", "one_open_registration") else rule


def difference(make, steps):
    """Where the two part: the number of steps played and what each says. None: nowhere."""
    model, database = Played(), make()
    for n, step in enumerate(steps, 1):
        wanted, was = outcome(model, step), outcome(database, step)
        if wanted != was:
            return n, f"wanted {wanted}\n     was {was}"
        wanted, was = model.shown(), database.shown()
        if wanted != was:
            who = sorted(one for one in {*wanted, *was} if wanted.get(one) != was.get(one))
            return n, "\n".join(f"{one}: wanted {wanted.get(one)}\n     was {was.get(one)}" for one in who)
    return None


def without(steps, n, row=None):
    """The history without its step n, or without that row of its file."""
    if row is None:
        return steps[:n] + steps[n + 1:]
    rows = steps[n][-1][:row] + steps[n][-1][row + 1:]
    return steps[:n] + [(*steps[n][:-1], rows)] + steps[n + 1:]


def shortest(make, steps, found):
    """Leaves out whatever can be left out while the two still part."""
    steps, smaller = steps[:found[0]], True
    while smaller:
        smaller = False
        for n in reversed(range(1, len(steps))):
            rows = range(len(steps[n][-1]) - 1, -1, -1) if steps[n][0] == "file" and len(steps[n][-1]) > 1 else ()
            for less in [without(steps, n), *(without(steps, n, row) for row in rows)]:
                if again := difference(make, less):
                    steps, found, smaller = less[:again[0]], again, True
                    break
            if smaller:
                break
    return steps, found


def written(step):
    if step[0] != "file":
        return " ".join(map(str, step))
    shown = ("givenName", "birthDate", "protection", "actualMunicipality", "residence", "compulsorySchoolEnded", "enrolments",
             "qualifications")
    return "\n      ".join([" ".join(map(str, step[:-1])), *(
        f"{who}: " + " ".join(f"{name}={row[name]}" for name in shown if row.get(name)) for who, row in step[-1])])


@pytest.fixture(scope="module")
def registers(cluster, empty_template):
    """For each worker a way to make an empty register."""
    name, serials = f"kaa_histories_{os.getpid()}", itertools.count()
    cluster.create(name, empty_template)
    with contextlib.ExitStack() as stack:
        stack.callback(cluster.drop, name)
        pairs = [[stack.enter_context(cluster.connect(name, role)) for role in ("kaa_service", "kaa_owner")]
                 for _ in range(WORKERS)]
        yield [lambda pair=pair: Database(*pair, next(serials)) for pair in pairs]


def first_difference(make, seeds):
    """What to say of the first of these histories in which the two part."""
    for seed in seeds:
        steps = some_history(random.Random(seed))
        if found := difference(make, steps):
            steps, (_, said) = shortest(make, steps, found)
            return "\n".join([f"KAA_HISTORIES_SEED={seed}:", *(f"{n:4}  {written(one)}" for n, one in enumerate(steps, 1)), said])
    return None


def test_what_the_histories_meet(monkeypatch):
    """Every rule, every reason, and openings and ends of every kind: else they would prove little."""
    rules, registrations, brakes = set(), [], set()
    monkeypatch.setattr(target_group_model, "decide", lambda *asked: (found := decide(*asked), rules.add(found.rule))[0])
    for seed in range(USUAL_SEED, USUAL_SEED + HISTORIES):
        played = Played()
        for step in some_history(random.Random(seed)):
            said = outcome(played, step)
            brakes |= {said[1]} if step[0] == "approve" and isinstance(said, tuple) else set()
        registrations += [r for person in played.register.people.values() for r in person.registrations]
    assert rules == set(range(16))
    assert {r.reason for r in registrations} == set(REASONS)
    assert {r.exit_reason for r in registrations if not r.ended_by_staff} == {None, *WENT_TO_SCHOOL, "turned_20", "moved", "emigrated",
                                                                             "deceased", "registered_in_error", "left_source"}
    assert {r.source for r in registrations} == {None, "night", *SOURCES} and any(r.ended_by_staff for r in registrations)
    assert {"importMaxEndedPercent", "importMaxRejectedPercent"} <= brakes


@pytest.mark.database
def test_histories(registers):
    with ThreadPoolExecutor(WORKERS) as pool:
        said = pool.map(lambda n: first_difference(registers[n], range(SEED + n, SEED + HISTORIES, WORKERS)), range(WORKERS))
    assert not any(said := list(said)), "\n".join(filter(None, said))
