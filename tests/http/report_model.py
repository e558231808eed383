"""The reports' figures, reckoned from the rows of the tables alone: the second opinion on what the service answers.

Written from the definitions of the figures, in plain Python over rows as `select to_jsonb(t) from base.t` gives them, so
that it shares nothing with the service but the tables. Everything that counts is a Fact; a figure of a group is how many
facts of it lie there."""
import re
from calendar import monthrange
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Stockholm")
TABLES = ("municipalities", "units", "districts", "youths", "registrations", "district_periods", "outreach_attempts",
          "measures", "occupations", "serving_periods")
LEVELS = "total", "district", "sex", "unit", "district,sex", "unit,sex"
SEXES = "female", "male", "unknown"
UNDISCLOSED = "undisclosed"

CHANNELS = ("letter", "sms", "phone", "email", "door_card", "home_visit", "meeting", "via_school", "via_partner", "social_media",
            "own_initiative")
EXITS = ("national_programme", "introductory_programme", "adapted_upper_secondary", "equivalent_started", "completed",
         "turned_20", "moved", "emigrated", "deceased", "registered_in_error", "left_source")
OCCUPATIONS = ("unknown", "none", "national_programme", "introductory_programme", "komvux", "sfi", "folk_high_school",
               "other_education", "work", "internship", "labour_market_programme", "military_service", "parental_leave", "abroad",
               "unable", "declined_contact")
TYPES = ("career_guidance", "motivational_talks", "single_talk", "coaching", "introductory_programme_studies", "komvux_studies",
         "folk_high_school_course", "internship", "job_support", "group_activity", "school_transfer_support", "other")
RESULTS = ("completed_goal_reached", "completed_goal_not_reached", "interrupted_by_youth", "interrupted_by_municipality",
           "left_target_group")
ADMINISTRATIONS = "labour_market", "education", "social_services", "district"
TIMELINESS = "begun", "firstContactInTime", "firstContactLate", "noContact"
LACKING = ("registrationReason", "latestSchool", "occupation", "contactDetails", "address", "district", "firstContact",
           "exitReason", "occupationAfter")

NUMBER = "number"     # a figure that is not divided
OCCURRING = "those that occur"
EXIT_FIGURES = {"exits": EXITS, "exitsOfParticipants": EXITS, "exitsByMeasureType": OCCURRING, "results": RESULTS,
                "occupationAfter": OCCUPATIONS}
REPORTS = {
    "follow-up": {
        "covered": NUMBER, "soughtOut": NUMBER, "reached": NUMBER, "reachedBy": CHANNELS, "attempts": CHANNELS,
        "participants": NUMBER, "participantsByAdministration": ADMINISTRATIONS, "participantsByMeasureType": TYPES,
        **EXIT_FIGURES, "timeliness": TIMELINESS},
    "outreach-timeliness": {"timeliness": TIMELINESS, "firstContactBy": CHANNELS, "overdue": NUMBER},
    "exits": EXIT_FIGURES,
    "register-quality": {"covered": NUMBER, "lacking": LACKING},
}
MADE = {"sent", "no_answer", "wrong_contact_details", "not_at_address", "returned", "reached", "reached_declined"}
REACHED = {"reached", "reached_declined"}


class Fact(NamedTuple):
    district: str
    unit: str
    sex: str
    figure: str
    key: str = ""


# Reading the rows ---------------------------------------------------------------------------------

def day(text):
    return date.fromisoformat(text) if text else None


def moment(text):
    return datetime.fromisoformat(text) if text else None


def local_day(time):
    """The day it is in Sweden at that time."""
    return time.astimezone(ZONE).date()


@dataclass
class Registration:
    start: date
    end: date
    reason: str
    school: str
    exit: str

    def overlaps(self, first, last):
        return self.start <= last and (self.end is None or self.end >= first)


@dataclass
class Attempt:
    purpose: str
    channel: str
    at: datetime
    outcome: datetime
    reached: bool

    @property
    def rank(self):
        """Of two at the same time the channel that comes first in the list is the first."""
        return CHANNELS.index(self.channel)

    @cached_property
    def on(self):
        return local_day(self.at)


@dataclass
class Measure:
    type: str
    administration: str
    start: date
    end: date
    reason: str
    after: str

    def overlaps(self, first, last):
        return self.start <= last and (self.end is None or self.end >= first)

    def ended_in(self, first, last):
        return self.end is not None and first <= self.end <= last


@dataclass
class Person:
    """A youth, with what is held of the duplicates merged into it."""
    row: dict
    registrations: list = field(default_factory=list)  # written last, first
    attempts: list = field(default_factory=list)      # made, oldest first
    measures: list = field(default_factory=list)      # started, perhaps ended
    occupations: list = field(default_factory=list)   # the one that holds last, last
    places: list = field(default_factory=list)        # (from, district, unit), oldest first

    @property
    def hidden(self):
        return self.row["protection"] == "protected_registration"

    def outreach(self, first, last):
        return [one for one in self.attempts if one.purpose == "outreach" and first <= one.on <= last]

    def first_attempt(self, registration):
        return next(iter(self.outreach(registration.start, registration.end or date.max)), None)


class Register:
    """What a municipality has in its tables. rows: {table: its rows}."""

    def __init__(self, rows, policy, today):
        self.policy, self.today = policy, today
        self.units = {row["id"]: row for row in rows["units"]}
        self.districts = {row["id"]: row for row in rows["districts"]}
        self.serving = rows["serving_periods"]
        self.survivor = {row["id"]: row["merged_into"] or row["id"] for row in rows["youths"]}
        self.people = {row["id"]: Person(row) for row in rows["youths"] if not row["merged_into"]}
        self._read(rows)

    def _read(self, rows):
        for row in sorted(rows["registrations"], key=lambda row: moment(row["created_at"]), reverse=True):
            self._person(row).registrations.append(Registration(
                day(row["start_date"]), day(row["end_date"]), row["reason"], row["latest_school"], row["exit_reason"]))
        for row in rows["outreach_attempts"]:
            if row["status"] in MADE:
                self._person(row).attempts.append(Attempt(
                    row["purpose"], row["channel"], moment(row["attempted_at"]), moment(row["outcome_at"]),
                    row["status"] in REACHED))
        for row in rows["measures"]:
            if row["status"] in ("started", "ended"):
                unit = self.units.get(row["unit_id"])
                self._person(row).measures.append(Measure(
                    "other" if row["type"] == "health_promoting" else row["type"], unit and unit["administration"],
                    day(row["start_date"]), day(row["end_date"]), row["end_reason"], row["occupation_after"]))
        for row in sorted(rows["occupations"], key=lambda row: (row["holds_from"], moment(row["created_at"]))):
            self._person(row).occupations.append(row)
        for person in self.people.values():
            person.attempts.sort(key=lambda one: (one.at, one.rank))
        self._read_places(rows["district_periods"])

    def _read_places(self, rows):
        """A duplicate's place is the person's while nothing is known of the survivor's own."""
        rows = sorted(rows, key=lambda row: row["from_date"])
        own = {}
        for row in rows:
            own.setdefault(row["youth_id"], row["from_date"])
        for row in rows:
            person = self._person(row)
            if row["youth_id"] == person.row["id"] or row["from_date"] < own[person.row["id"]]:
                person.places.append((day(row["from_date"]), row["district_id"], row["unit_id"]))

    def _person(self, row):
        return self.people[self.survivor[row["youth_id"]]]

    @staticmethod
    def place(person, on):
        """District and unit that the person belonged to on the day; before the first that is known, to that one."""
        if person.hidden:
            return UNDISCLOSED, UNDISCLOSED
        _, district, unit = next((one for one in reversed(person.places) if one[0] <= on), person.places[0])
        return district or UNDISCLOSED, unit or UNDISCLOSED

    def in_force(self, first, last):
        """The districts that were so on some day of the period."""
        return {id_ for id_, row in self.districts.items()
                if row["valid_from"] <= str(last) and (row["valid_to"] is None or row["valid_to"] >= str(first))}

    def served(self, first, last):
        """The units that served a district, or those without one, on some day of the period."""
        return {row["unit_id"] for row in self.serving if row["unit_id"] and (row["to_date"] is None or row["to_date"] > str(first))
                and (row["from_date"] == "-infinity" or row["from_date"] <= str(last))}


def after(start, duration):
    """The day so long after: calendar months, at the latest the month's last day, and then the days."""
    years, months, weeks, days = (int(part[:-1]) if part else 0 for part in re.fullmatch(
        r"P(\d+Y)?(\d+M)?(\d+W)?(\d+D)?", duration).groups())
    year, month = divmod(start.year * 12 + start.month - 1 + years * 12 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1])) + timedelta(days=weeks * 7 + days)


# What counts --------------------------------------------------------------------------------------

def facts(register, report, first, last):
    """All that counts in the report's figures for the days first to last."""
    counting = {"follow-up": follow_up, "outreach-timeliness": outreach_timeliness, "exits": exits, "register-quality": quality}
    for person in register.people.values():
        covering = [one for one in person.registrations if one.overlaps(first, last)]
        if not covering:
            continue
        latest = max(covering, key=lambda one: (one.start, one.end or date.max))
        covered_last = min(latest.end or last, last)
        place = register.place(person, covered_last)
        for figure, key in counting[report](register, person, covering, first, last):
            yield Fact(*place, person.row["sex"], figure, key)
        if report == "follow-up":
            for one in person.outreach(first, last):
                yield Fact(*register.place(person, one.on), person.row["sex"], "attempts", one.channel)


def follow_up(register, person, covering, first, last):
    yield "covered", ""
    if person.outreach(first, last):
        yield "soughtOut", ""
    outcomes = [one for one in person.attempts if one.reached and first <= local_day(one.outcome) <= last]
    if outcomes:
        yield "reached", ""
        yield "reachedBy", min(outcomes, key=lambda one: (one.outcome, one.rank)).channel
    active = [one for one in person.measures if one.overlaps(first, last)]
    if active:
        yield "participants", ""
    for administration in {one.administration for one in active if one.administration}:
        yield "participantsByAdministration", administration
    for type_ in {one.type for one in active}:
        yield "participantsByMeasureType", type_
    yield from exits(register, person, covering, first, last)
    for figure, key in outreach_timeliness(register, person, covering, first, last):
        if figure == "timeliness":
            yield figure, key


def exits(_, person, covering, first, last):
    for one in covering:
        if one.end is None or one.end > last:
            continue
        yield "exits", one.exit
        types = {measure.type for measure in person.measures if measure.overlaps(one.start, one.end)}
        if types:
            yield "exitsOfParticipants", one.exit
        for type_ in types:
            yield "exitsByMeasureType", f"{type_}.{one.exit}"
    for measure in person.measures:
        if measure.ended_in(first, last):
            yield "results", measure.reason
            yield "occupationAfter", measure.after or "unknown"


def outreach_timeliness(register, person, covering, first, last):
    for one in covering:
        if one.start < first:
            continue
        yield "timeliness", "begun"
        in_time_until = after(one.start, register.policy["firstContactWithin"])
        attempt = person.first_attempt(one)
        if attempt is None:
            yield "timeliness", "noContact"
            if in_time_until < min(last, register.today):
                yield "overdue", ""
        else:
            yield "timeliness", "firstContactInTime" if attempt.on <= in_time_until else "firstContactLate"
            yield "firstContactBy", attempt.channel


def quality(register, person, covering, first, last):
    yield "covered", ""
    latest = max(covering, key=lambda one: (one.start, one.end or date.max))
    youth = person.row
    if latest.reason == "unknown":
        yield "lacking", "registrationReason"
    if not latest.school and latest.reason != "newly_registered":
        yield "lacking", "latestSchool"
    if occupation(person, min(latest.end or last, last, register.today)) == "unknown":
        yield "lacking", "occupation"
    if not youth["phones"] and not youth["email"]:
        yield "lacking", "contactDetails"
    if person.hidden or not any((youth[name] or {}).get("street") for name in ("address", "contact_address")):
        yield "lacking", "address"
    if youth["district_id"] is None and not person.hidden and register.in_force(register.today, register.today):
        yield "lacking", "district"
    if not person.outreach(latest.start, last):
        yield "lacking", "firstContact"
    if latest.exit == "left_source" and latest.end <= last:
        yield "lacking", "exitReason"
    if any(one.ended_in(first, last) and one.after is None for one in person.measures):
        yield "lacking", "occupationAfter"


def occupation(person, on):
    """The latest that holds on the day; past its review date nothing is known."""
    held = [row for row in person.occupations if day(row["holds_from"]) <= on]
    if not held or (held[-1]["review_date"] and day(held[-1]["review_date"]) < on):
        return "unknown"
    return held[-1]["code"]


# What is answered ---------------------------------------------------------------------------------

def answer(register, report, found, first, last, by):
    """{group: {figure: count, or counts by key}} of the facts found, a group being the members of `by` in their order."""
    parts = by.split(",") if by != "total" else []
    counts = {group: Counter() for group in groups(register, found, first, last, parts)}
    for fact in found:
        counts[tuple(getattr(fact, part) for part in parts)][fact.figure, fact.key] += 1
    occurring = {figure: sorted({fact.key for fact in found if fact.figure == figure})
                 for figure, keys in REPORTS[report].items() if keys is OCCURRING}
    return {group: row({**REPORTS[report], **occurring}, of) for group, of in counts.items()}


def groups(register, found, first, last, parts):
    """A district has a row where it was in force in the period, a unit where it served, both where something counts there, and
    those undisclosed always; each with every sex."""
    members = {"district": register.in_force(first, last) | {fact.district for fact in found} | {UNDISCLOSED},
               "unit": register.served(first, last) | {fact.unit for fact in found} | {UNDISCLOSED}, "sex": SEXES}
    return list(product(*(members[part] for part in parts)))


def row(figures, counts):
    """The figures of a group as the service writes them."""
    return {name: counts[name, ""] if keys == NUMBER else {key: counts[name, key] for key in keys}
            for name, keys in figures.items()}
