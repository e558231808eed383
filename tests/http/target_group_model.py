"""A slow, simple model of the register: who is in the target group, and what becomes of registrations.
Written from the rules alone, so that it can disagree with the SQL. Every question is answered by reading all there is."""
import calendar
import copy
from dataclasses import dataclass, field
from datetime import date, timedelta

NATIONAL = ("national_programme", "apprenticeship", "rh_adapted", "fourth_technical_year")
INTRODUCTORY = ("introductory_programme",)
ADAPTED = ("adapted_upper_secondary",)
ABROAD = ("upper_secondary_abroad",)
EQUIVALENT = ("international_baccalaureate",) + ABROAD
ADULT = {"komvux": "komvux", "folk_high_school": "folk_high_school"}
DIPLOMAS = ("upper_secondary_diploma", "adapted_upper_secondary_certificate")
OTHER_DIPLOMAS = ("ib_diploma", "foreign_upper_secondary", "folk_high_school_eligibility")
LONG_AGO, NEVER = date.min, date.max
HEARD = ("started", "ended", "completed")
OF_THE_UNKNOWN = ("absence", "at_risk", "ended", "not_applied")
WENT_TO_SCHOOL = ("national_programme", "introductory_programme", "adapted_upper_secondary", "equivalent_started", "completed")
DAY = timedelta(days=1)


def day(text, missing=None):
    return date.fromisoformat(text) if text else missing


def months_after(one, months):
    year, month = divmod(one.year * 12 + one.month - 1 + months, 12)
    return next(date(year, month + 1, d) for d in range(one.day, 0, -1) if d <= calendar.monthrange(year, month + 1)[1])


def birthday(birth, age):
    """Who is born on 29 February has the birthday on the 28th in other years."""
    try:
        return birth.replace(year=birth.year + age)
    except ValueError:
        return birth.replace(year=birth.year + age, day=28)


# The target group: the first rule that matches ---------------------------------------------------------

@dataclass
class Decision:
    rule: int
    result: str
    exit_reason: str = None
    reason: str = None
    held_back: bool = False
    occupation: str = None


def first_day(enrolment):
    return day(enrolment.get("from"), LONG_AGO)


def last_day(enrolment):
    last = day(enrolment.get("to"), NEVER)
    if enrolment.get("cancelled"):
        last = min(last, day(enrolment["cancelled"]) - DAY)
    return last


def begun(member, today):
    """The enrolments that have counted on some day up to today."""
    return [e for e in member.get("enrolments") or [] if first_day(e) <= today and last_day(e) >= first_day(e)]


def enrolled(member, types, today):
    return any(e["type"] in types and last_day(e) >= today for e in begun(member, today))


def left(member, types, today):
    """The last day of the latest such enrolment that is over; None: there is none."""
    return max((last_day(e) for e in begun(member, today) if e["type"] in types and last_day(e) < today), default=None)


def holds(member, types, today):
    return any(q["type"] in types and day(q.get("date"), LONG_AGO) <= today for q in member.get("qualifications") or [])


def normal_school_end(birth):
    return date(birth.year + 16, 6, 15)


def school_end(member):
    """The day from which compulsory school has ended."""
    birth = day(member["birthDate"])
    return min(day(member.get("compulsorySchoolEnded"), normal_school_end(birth)), birthday(birth, 18))


def arrived_late(member):
    """First registered in Sweden past compulsory school."""
    arrived = day((member.get("residence") or {}).get("firstRegisteredInSweden"), LONG_AGO)
    return arrived > normal_school_end(day(member["birthDate"]))


def reason_of(member, today):
    if holds(member, ("study_certificate",), today):
        return "study_certificate"
    national, introductory = left(member, NATIONAL, today), left(member, INTRODUCTORY, today)
    if national or introductory:
        return "dropout" if (national or LONG_AGO) > (introductory or LONG_AGO) else "dropout_introductory"
    here = [e for e in begun(member, today) if e["type"] not in ABROAD]
    if arrived_late(member) and not here:
        return "newly_registered"
    if left(member, ADAPTED + EQUIVALENT, today):
        return "unknown"
    return "no_upper_secondary" if member.get("compulsorySchoolEnded") or here else "unknown"


def decide(member, town, today, new_cohort_from, registered):
    """member: as in a row of an import. registered: has ever been registered here."""
    if not member.get("birthDate"):
        return Decision(0, "review")
    birth = day(member["birthDate"])
    residence = member.get("residence") or {}
    if residence.get("status") in ("deceased", "emigrated"):
        return Decision(1, "out", residence["status"])
    if today >= birthday(birth, 20):
        return Decision(2, "out", "turned_20")
    home = residence.get("municipality")
    if member.get("protection") == "protected_registration":
        home = member.get("actualMunicipality") or home
    if home and home != town:
        return Decision(3, "out", "moved")
    if residence.get("status") != "resident":
        return Decision(4, "review")
    if today < school_end(member):
        return Decision(5, "out", "registered_in_error")
    if holds(member, DIPLOMAS, today):
        return Decision(6, "out", "completed")
    if holds(member, OTHER_DIPLOMAS, today):
        return Decision(7, "out", "completed")
    for types, rule, exit_reason in ((NATIONAL, 8, "national_programme"), (INTRODUCTORY, 8, "introductory_programme"),
                                     (ADAPTED, 9, "adapted_upper_secondary"), (EQUIVALENT, 10, "equivalent_started")):
        if enrolled(member, types, today):
            return Decision(rule, "out", exit_reason)
    reason = reason_of(member, today)
    if enrolled(member, ADULT, today):
        rule = 11
    elif enrolled(member, ("compulsory_school",), today):
        return Decision(12, "review")
    elif reason in ("study_certificate", "dropout", "dropout_introductory"):
        rule = 13
    else:
        rule = 14 if enrolled(member, ("sfi",), today) else 15
    ended = school_end(member)
    held = (not registered and reason in ("no_upper_secondary", "unknown") and not arrived_late(member)
            and ended.year == today.year and ended.month <= 6 and f"{today:%m-%d}" < new_cohort_from)
    occupation = next((kind for kind in ("folk_high_school", "komvux", "sfi") if enrolled(member, (kind,), today)), None)
    return Decision(rule, "in", reason=reason, held_back=held, occupation=occupation)


# What schools tell -----------------------------------------------------------------------------------------

def schooling(member):
    return member.get("enrolments") or [], member.get("qualifications") or []


def with_events(member, events):
    """The register's word together with what schools told since, in the order of the days."""
    enrolments, qualifications = map(list, schooling(member))
    for event in events:
        if event.type == "started":
            enrolments.append({"type": event.enrolment, "from": event.date.isoformat()})
        else:
            if event.qualification:
                qualifications.append({"type": event.qualification, "date": event.date.isoformat()})
            enrolments = without_enrolment(enrolments, event)
    return {**member, "enrolments": enrolments, "qualifications": qualifications}


def without_enrolment(enrolments, event):
    """That enrolment, else the one begun latest, has the day before as its last."""
    now = [e for e in enrolments if first_day(e) <= event.date <= last_day(e)]
    over = [e for e in now if e["type"] == event.enrolment]
    if not over:
        over = [e for e in now if first_day(e) == max(map(first_day, now))]
    return [{**e, "to": (event.date - DAY).isoformat()} if e in over else e for e in enrolments]


# The register: what files, days and staff make of it ------------------------------------------------------

@dataclass
class Registration:
    start: date
    reason: str
    source: str = None  # None: staff
    end: date = None
    exit_reason: str = None
    ended_by_staff: bool = False

    def shown(self):
        return (self.start.isoformat(), self.reason, self.end and self.end.isoformat(), self.exit_reason)


@dataclass
class SchoolEvent:
    type: str
    date: date
    enrolment: str = "national_programme"
    qualification: str = None
    absorbed: bool = False


@dataclass
class Evaluation:
    as_of: date
    rule: int
    by_import: bool
    occupation: str = None


@dataclass
class Person:
    member: dict         # what the register says, or staff, or the school that told first
    row: dict = None     # as kept last
    source: str = None   # who delivered it
    evaluations: list = field(default_factory=list)
    registrations: list = field(default_factory=list)
    events: list = field(default_factory=list)

    @property
    def open(self):
        return next((r for r in self.registrations if r.end is None), None)

    @property
    def last(self):
        return self.registrations[-1] if self.registrations else None

    def evaluated(self, imports_alone=False):
        """The latest evaluation: of the latest day, and of those the last."""
        return max((e for e in reversed(self.evaluations) if e.by_import or not imports_alone), key=lambda e: e.as_of, default=None)

    def heard(self, today):
        """The school events that count on a day."""
        return sorted((e for e in self.events if not e.absorbed and e.date <= today and e.type in HEARD), key=lambda e: e.date)


@dataclass
class Stopped:
    """A file that a brake stopped, on what day and after how many others were committed."""
    source: str
    mode: str
    as_of: date
    rows: list
    listed: list  # (number, registration) that it would end
    on: date
    turn: int


class Refused(Exception):
    pass


class Register:
    def __init__(self, town="0180", new_cohort_from="09-01"):
        self.town = town
        self.new_cohort_from = new_cohort_from
        self.today = None
        self.people = {}
        self.committed = []  # (source, as of), in the order of the commits
        self.stopped = {}
        self.told = set()
        self.inbox = []

    def decide(self, person, member, today):
        return decide(member, self.town, today, self.new_cohort_from, bool(person and person.registrations))

    # Files

    def file(self, name, source, mode, as_of, rows):
        """Reads a file of (number, row): the brake that stops it, and its counts."""
        if as_of > self.today:
            raise Refused("in-the-future")
        if any(s == source and day > as_of for s, day in self.committed):
            raise Refused("import-outdated")
        absent = [number for number, person in self.people.items() if mode == "full" and person.source == source
                  and person.open and person.open.source and person.open.start <= as_of and number not in [number for number, _ in rows]]
        counts = copy.deepcopy(self).load(source, as_of, rows, absent)
        brake = self.brake(source, mode, absent, rows, counts)
        if brake:
            listed = [(number, self.people[number].open) for number in absent]
            self.stopped[name] = Stopped(source, mode, as_of, rows, listed, self.today, len(self.committed))
        else:
            self.load(source, as_of, rows, absent)
            self.committed.append((source, as_of))
        return brake, counts

    def approve(self, name):
        """Commits a stopped file: of those absent it ends the ones listed whose registration is still open, and whom no
        other source has delivered since."""
        if name not in self.stopped:
            raise Refused("transition-not-allowed")
        file = self.stopped[name]
        if any(source == file.source and (day > file.as_of or day == file.as_of and turn >= file.turn)
               for turn, (source, day) in enumerate(self.committed)):
            raise Refused("import-superseded")
        del self.stopped[name]
        absent = [number for number, registration in file.listed if self.people[number].open is registration
                  and self.people[number].source == file.source]
        counts = copy.deepcopy(self).load(file.source, file.as_of, file.rows, absent)
        brake = self.brake(file.source, file.mode, absent, file.rows, counts)
        self.load(file.source, file.as_of, file.rows, absent)
        self.committed.append((file.source, file.as_of))
        return brake, counts

    def brake(self, source, mode, absent, rows, counts):
        """From two persons on: more than 5 % rejected; more than 10 % absent of those open that the source delivered last."""
        if counts["rejected"] >= 2 and counts["rejected"] > 0.05 * len(rows):
            return "importMaxRejectedPercent"
        if mode == "full" and not rows:
            return "importMinRows"
        delivered = [p for p in self.people.values() if p.source == source and p.open and p.open.source]
        return "importMaxEndedPercent" if len(absent) >= 2 and len(absent) > 0.1 * len(delivered) else None

    def load(self, source, as_of, rows, absent):
        counts = dict.fromkeys(("new", "updated", "unchanged", "ended", "notCovered", "toReview", "rejected"), 0)
        numbers = [number for number, _ in rows]
        for number, row in rows:
            counts[self.read(number, row, source, as_of) if numbers.count(number) == 1 else "rejected"] += 1
        for number in absent:
            self.end(self.people[number], as_of, "left_source")
            counts["ended"] += 1
        return counts

    def read(self, number, row, source, as_of):
        person = self.people.get(number)
        member, new_schooling = row, False
        if person:
            # the register's own word, when it is a new one, counts alone
            new_schooling = person.row is not None and schooling(row) != schooling(person.member)
            member = row if new_schooling else with_events(row, person.heard(as_of))
        found = self.decide(person, member, as_of)
        if person and person.open:
            last = person.evaluated(imports_alone=True)
            news = (row != person.row or not last or source != person.source
                    or (found.rule, found.occupation) != (last.rule, last.occupation))
            if found.exit_reason == "moved":  # the rest is the other municipality's to know
                person.evaluations.append(Evaluation(as_of, found.rule, True, found.occupation))
                person.member = {**person.member, "protection": row["protection"]}
            elif news or found.result == "out":
                self.keep(person, row, source, as_of, found, new_schooling)
            if found.result == "out" and person.open.start <= as_of:
                self.end(person, as_of, found.exit_reason)
                return "ended"
            return "updated" if news else "unchanged"
        if found.result != "in" or found.held_back:
            return self.note(person, row, as_of, found, new_schooling) or (
                "toReview" if found.result == "review" else "notCovered")
        if person and person.last:
            nothing_new = row == person.row and found.rule == person.evaluated(imports_alone=True).rule
            if nothing_new and person.last.ended_by_staff:
                return "unchanged"
            if person.last.end > as_of:  # ended after the day that the file speaks of
                return self.note(person, row, as_of, found, new_schooling) or "notCovered"
        person = self.people.setdefault(number, Person(row))
        self.keep(person, row, source, as_of, found, new_schooling)
        person.registrations.append(Registration(as_of, found.reason, source))
        return "new"

    @staticmethod
    def keep(person, row, source, as_of, found, new_schooling):
        person.member = person.row = row
        person.source = source
        person.evaluations.append(Evaluation(as_of, found.rule, True, found.occupation))
        Register.absorb(person, as_of, new_schooling)

    @staticmethod
    def absorb(person, as_of, new_schooling):
        for event in person.events:
            event.absorbed |= new_schooling and event.date <= as_of

    @staticmethod
    def note(person, row, as_of, found, new_schooling):
        """Of rows about others than the covered nothing is kept, but the protection of who is known, and the schooling
        of who went to school and lives here: a school may tell that they left it."""
        if person is None:
            return None
        kept = {"protection": row["protection"]}
        if new_schooling and person.last and person.last.exit_reason in WENT_TO_SCHOOL and found.rule not in (1, 2, 3):
            kept |= dict(zip(("enrolments", "qualifications"), schooling(row)))
            person.row = {}  # what is kept is no longer one row
            Register.absorb(person, as_of, True)
        if kept == {name: person.member.get(name) for name in kept}:
            return None
        person.member = {**person.member, **kept}
        return "updated" if person.last else None  # counts say nothing of who is in preventive work alone

    def end(self, person, today, reason):
        one = person.open
        if reason == "turned_20":
            today = birthday(day(person.member["birthDate"]), 20)
        one.end, one.exit_reason = max(today, one.start), reason

    # Days

    def night(self):
        self.take_events()
        self.evaluate(self.today)
        self.stopped = {name: file for name, file in self.stopped.items() if self.today - file.on < 7 * DAY}
        for number, person in list(self.people.items()):
            if not person.registrations and self.today >= months_after(max(e.date for e in person.events), 12):
                del self.people[number]

    def evaluate_now(self, as_of):
        if as_of > self.today:
            raise Refused("in-the-future")
        self.take_events()
        return self.evaluate(as_of)

    def evaluate(self, as_of):
        """Everyone who is registered, and who went to school and by a school event is back."""
        counts = dict.fromkeys(("ended", "opened"), 0)
        for person in self.people.values():
            last, before = person.last, person.evaluated()
            if not last or last.start > as_of or before and before.as_of > as_of:
                continue
            events = person.heard(as_of)
            found = self.decide(person, with_events(person.member, events), as_of)
            back = (last.end and last.end <= as_of and last.exit_reason in WENT_TO_SCHOOL and found.result == "in"
                    and not found.held_back and any(e.date >= last.end for e in events))
            if back:
                person.registrations.append(Registration(as_of, found.reason, "night"))
                counts["opened"] += 1
            elif not last.end and found.result == "out":
                self.end(person, as_of, found.exit_reason)
                counts["ended"] += 1
            elif last.end or before and before.rule == found.rule:
                continue
            person.evaluations.append(Evaluation(as_of, found.rule, False))
        return counts

    # Schools

    def tell(self, name, number, member, event):
        if name in self.told:  # the first one holds
            return
        ahead = birthday(self.today, 1) if event.type in ("started", "not_applied") else self.today
        if event.date > ahead:
            raise Refused("in-the-future")
        self.told.add(name)
        self.inbox.append((number, member, event))

    def take_events(self):
        for number, member, event in self.inbox:
            if number not in self.people and event.type in OF_THE_UNKNOWN and not (
                    member.get("birthDate") and self.today >= birthday(day(member["birthDate"]), 20)):
                self.people[number] = Person(member)
            if number in self.people:
                self.people[number].events.append(event)
        self.inbox = []

    # Staff

    def add(self, number, member, start, reason):
        if number in self.people:
            raise Refused("number_taken")
        person = Person(member)
        self.check_start(person, start)
        person.registrations.append(Registration(start, reason))
        self.people[number] = person

    def reopen(self, number, start, reason):
        person = self.person(number)
        self.check_start(person, start)
        person.registrations.append(Registration(start, reason))

    def check_start(self, person, start):
        if person.open or any(r.end > start for r in person.registrations):
            raise Refused("overlap")
        if start > self.today:
            raise Refused("in-the-future")
        if person.member.get("birthDate") and start >= birthday(day(person.member["birthDate"]), 20):
            raise Refused("registered-after-twenty")

    def finish(self, number, end, reason):
        person = self.person(number)
        if not person.last:
            raise Refused("absent")
        if not person.open:
            raise Refused("transition-not-allowed")
        if end > self.today:
            raise Refused("in-the-future")
        if end < person.open.start:
            raise Refused("end_before_start")
        one = person.open
        one.end, one.exit_reason, one.ended_by_staff = end, reason, True

    def person(self, number):
        if number not in self.people:
            raise Refused("absent")
        return self.people[number]

    def shown(self):
        return {number: [r.shown() for r in person.registrations] for number, person in self.people.items() if person.last}
