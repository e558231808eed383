"""A municipality written row by row, as no caller could: each rule of the reports by youths in a district of its own.

Who is said nothing of lacks nothing and has been in the district since long before: registered and contacted in 2025, registered
still. Places are "", the rule's own, or another of its own, named after that one: `there` is "some rule, there"."""
import uuid
from functools import partial

import report_history as history
import towns
from psycopg.types.json import Jsonb

UNITS = {"": "Norr", "there": "Söder", "beyond": "Öster"}
LETTER = ("letter", "2025-06-02T10:00Z")
NOT_MADE = "planned", "cancelled"


class Town:
    def __init__(self, code, policy=None):
        self.code, self.policy = code, policy or {}
        self.rules = {}  # name: what is expected
        self.rows = {name: [] for name in ("units", "districts", "serving_periods", "youths", "registrations", "district_periods",
                                           "outreach_attempts", "measures", "occupations")}
        self.places, self.serial = {}, 0
        self.units = {place: self.unit(name) for place, name in UNITS.items()}

    def rule(self, expected):
        """Of one function, named as the rule is: what is counted in its places, {"figure" or "there: figure": (number, …)}."""
        def take(function):
            assert function.__name__ not in self.rules
            self.rules[function.__name__] = expected
            function(partial(self.youth, function.__name__.replace("_", " ")))
            return function
        return take

    def add(self, table, **members):
        row = {"municipality": self.code, **members}
        if table not in ("serving_periods", "district_periods"):
            self.serial += 1
            row["id"] = str(uuid.UUID(f"{self.code}0000-0000-4000-8000-{self.serial:012}"))
        self.rows[table].append(row)
        return row.get("id")

    # Organisation

    def unit(self, name, first="2000-01-01", last=None, administration="education"):
        return self.add("units", name=name, administration=administration, is_default=False, valid_from=first, valid_to=last)

    def district(self, name, unit, first="2000-01-01", last=None):
        self.serial += 1
        return self.add("districts", name=name, slug=f"d{self.serial}", unit_id=unit, valid_from=first, valid_to=last)

    def serve(self, district, unit, first="-infinity", until=None):
        self.add("serving_periods", district_id=district, unit_id=unit, from_date=first, to_date=until)

    def place(self, rule, name):
        """(district, unit) of a place; "none" is no district, with the first unit."""
        if name == "none":
            return None, self.units[""]
        if (rule, name) not in self.places:
            district = self.district(f"{rule}, {name}" if name else rule, self.units[name])
            self.serve(district, self.units[name])
            self.places[rule, name] = district, self.units[name]
        return self.places[rule, name]

    # Youths

    def youth(self, rule, homes=(("", "2020-01-01"),), registrations=(("2025-06-01", None, {}),), attempts=(LETTER,), measures=(),
              occupations=(("work", "2025-06-01"),), **members):
        """The id. homes: (place, from); registrations: (first, last, members); attempts: (channel, at, members); measures: members;
        occupations: (code, from, review date)."""
        places = [(*self.place(rule, name), first) for name, first in homes]
        hidden = members.get("protection") == "protected_registration"
        youth = self.add("youths", **{
            "status": "active", "birth_date": "2009-05-05", "sex": "female", "given_name": "Kimprov", "family_name": "Fiktivsson",
            "protection": "none", "phones": ["+46701740605"], "email": None, "enrolments": [], "qualifications": [], "guardians": [],
            "address": None if hidden else {"kind": "registered", "street": "Provvägen 1"}, "contact_address": None, "merged_into": None,
            "external_ids": {}, "district_id": None if hidden else places[-1][0], "unit_id": places[-1][1], **members})
        for (district, unit, first), until in zip(places, [*(one[2] for one in places[1:]), None]):
            self.add("district_periods", youth_id=youth, district_id=district, unit_id=unit, from_date=first, to_date=until)
        for first, last, more in registrations:
            self.registration(youth, first, last, **more)
        for channel, at, *more in attempts:
            self.attempt(youth, channel, at, **(more[0] if more else {}))
        for one in measures:
            self.measure(youth, **one)
        for one in occupations:
            self.occupation(youth, *one)
        return youth

    def registration(self, youth, first, last, **more):
        self.add("registrations", **{
            "youth_id": youth, "start_date": first, "end_date": last, "status": "ended" if last else "open", "reason": "dropout",
            "exit_reason": "moved" if last else None, "latest_school": "Provskolan", "created_at": self.moment(), **more})

    def attempt(self, youth, channel, at, **more):
        status = more.get("status", "sent")
        self.add("outreach_attempts", **{
            "youth_id": youth, "purpose": "outreach", "channel": channel, "status": status, "staff": ["anna"],
            "attempted_at": None if status in NOT_MADE else at, "outcome_at": None if status in (*NOT_MADE, "sent") else at,
            "void_reason": "fel" if status == "voided" else None, **more})

    def measure(self, youth, start, end=None, **more):
        self.add("measures", **{
            "youth_id": youth, "type": "coaching", "unit_id": self.units[""], "status": "ended" if end else "started", "start_date": start,
            "end_date": end, "end_reason": "completed_goal_reached" if end else None, "occupation_after": "work" if end else None,
            "offered_at": "2025-01-01T10:00Z", "follow_up_dates": [], **more})

    def occupation(self, youth, code, first, review=None, **more):
        self.add("occupations", **{"youth_id": youth, "code": code, "from_date": first, "holds_from": first, "review_date": review,
                                   "source": "contact", "created_at": self.moment(), **more})

    def moment(self):
        """One after another, in the order in which they are written here."""
        self.serial += 1
        return f"2025-01-01T00:00:00.{self.serial:06}Z"

    def write(self, sql, code=None, **changes):
        """As the municipality of that code, or its own; there, members of a table's rows may be others."""
        code = code or self.code
        with sql.transaction():
            towns.enter(sql, code)
            sql.execute("insert into base.municipalities (name, policy) values ('Regelstad', %s)", [Jsonb(self.policy)])
        history.write(sql, {table: [{**row, **changes.get(table, {}), "municipality": code} for row in rows]
                            for table, rows in self.rows.items()})
