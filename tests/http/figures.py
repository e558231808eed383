"""The follow-up figures, reckoned from what was sent: the second opinion on the service's report.

Written from the definitions alone (domain: covered, soughtOut, reached, reachedBy, attempts, participants, exits,
results, timeliness), over plain Python objects, so that it shares nothing with the service but its words."""
from collections import Counter
from dataclasses import dataclass, field
from datetime import date

MADE = {"sent", "no_answer", "wrong_contact_details", "not_at_address", "returned", "reached", "reached_declined"}
REACHED = {"reached", "reached_declined"}
PERSON_FIGURES = ("covered", "soughtOut", "reached", "participants")
DIVIDED = ("reachedBy", "attempts", "participantsByAdministration", "exits", "exitsOfParticipants",
           "exitsByMeasureType", "results", "occupationAfter", "timeliness")


@dataclass
class Attempt:
    channel: str
    made: date
    status: str
    outcome: date = None
    purpose: str = "outreach"


@dataclass
class Measure:
    type: str
    administration: str
    status: str
    start: date = None
    end: date = None
    reason: str = None
    occupation: str = None


@dataclass
class Person:
    sex: str
    start: date
    end: date = None
    exit: str = None
    places: list = field(default_factory=list)  # (from, district, unit), oldest first; from of the first: date.min
    attempts: list = field(default_factory=list)
    measures: list = field(default_factory=list)

    def place(self, day):
        return [place for place in self.places if place[0] <= day][-1][1:]


def add_month(day):
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month, last)
        except ValueError:
            continue
    raise AssertionError


def group_of(place, sex, by):
    district, unit = place
    parts = {"district": district or "undisclosed", "unit": unit or "undisclosed", "sex": sex}
    return tuple(parts[name] for name in by.split(",")) if by != "total" else ()


def type_of(measure):
    return "other" if measure.type == "health_promoting" else measure.type


def overlaps(measure, first, last):
    return measure.status in ("started", "ended") and measure.start <= last and (
        measure.end is None or measure.end >= first)


def follow_up(people, first, last, by):
    """{group: {figure: number, or Counter by code}} for the days first to last."""
    groups = {}
    for person in people:
        if person.start > last or (person.end and person.end < first):
            continue
        seen = min(person.end or last, last)
        own = groups.setdefault(group_of(person.place(seen), person.sex, by), empty())
        count_person(person, first, last, own)
        for attempt in made_in(person, first, last):
            there = groups.setdefault(group_of(person.place(attempt.made), person.sex, by), empty())
            there["attempts"][attempt.channel] += 1
    return groups


def empty():
    return {**{name: 0 for name in PERSON_FIGURES}, **{name: Counter() for name in DIVIDED}}


def made_in(person, first, last):
    return [one for one in person.attempts
            if one.purpose == "outreach" and one.status in MADE and first <= one.made <= last]


def count_person(person, first, last, own):
    own["covered"] += 1
    own["soughtOut"] += bool(made_in(person, first, last))
    outcomes = sorted((one.outcome, one.made, number) for number, one in enumerate(person.attempts)
                      if one.status in REACHED and first <= one.outcome <= last)
    if outcomes:
        own["reached"] += 1
        own["reachedBy"][person.attempts[outcomes[0][2]].channel] += 1
    count_measures(person, first, last, own)
    count_exit(person, first, last, own)
    count_timeliness(person, first, last, own)


def count_measures(person, first, last, own):
    active = [one for one in person.measures if overlaps(one, first, last)]
    own["participants"] += bool(active)
    own["participantsByAdministration"].update({one.administration for one in active})
    for one in person.measures:
        if one.status == "ended" and first <= one.end <= last:
            own["results"][one.reason] += 1
            own["occupationAfter"][one.occupation or "unknown"] += 1


def count_exit(person, first, last, own):
    if not (person.end and first <= person.end <= last):
        return
    own["exits"][person.exit] += 1
    types = {type_of(one) for one in person.measures if overlaps(one, person.start, person.end)}
    own["exitsOfParticipants"][person.exit] += bool(types)
    own["exitsByMeasureType"].update(f"{kind}.{person.exit}" for kind in types)


def count_timeliness(person, first, last, own):
    if not first <= person.start <= last:
        return
    days = [one.made for one in person.attempts if one.purpose == "outreach" and one.status in MADE
            and person.start <= one.made <= (person.end or date.max)]
    own["timeliness"]["begun"] += 1
    own["timeliness"]["firstContactInTime"] += bool(days) and min(days) <= add_month(person.start)
    own["timeliness"]["firstContactLate"] += bool(days) and min(days) > add_month(person.start)
    own["timeliness"]["noContact"] += not days
