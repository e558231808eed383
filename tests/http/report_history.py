"""A year of random history in two municipalities, for reports of it: Stockholm with districts that change, Huddinge without.

Some of it goes through the service, day by day: the organisation, and youths who are imported, move, become protected and
leave. The rest, of many more youths, is written into the tables at the end, rich in what lies at edges: first and last
days of periods, midnights, the nights when summer time begins and ends, what came to nothing, and who must not count."""
import random
import uuid
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import people
import report_model as model
import towns
from kaa_client import Client
from kaa_world import World
from psycopg.types.json import Jsonb

ZONE = ZoneInfo("Europe/Stockholm")
TODAY = date(2026, 12, 10)
NOON = datetime.combine(TODAY, time(12), ZONE)  # where the clock stands in the end
BEGUN = date(2026, 1, 7)
SINCE = date(2024, 9, 2)     # the oldest that is told
MERGER = date(2026, 7, 1)    # Rinken becomes a part of Nya Järven, which is entered ahead; Spången, too, entered late
HANDOVER = date(2026, 9, 1)  # the unit KAA Syd hands over to another
CLOSED = date(2026, 10, 5)   # Kungsholmen is a district no more, and nothing takes its place
SWAP = date(2026, 3, 16)     # Skarpnäck changes its unit
EDGES = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 4, 30), date(2026, 5, 1), date(2026, 6, 30), MERGER, date(2026, 8, 31),
         HANDOVER, date(2026, 12, 1), TODAY - timedelta(days=1), TODAY, SWAP - timedelta(days=1), SWAP, CLOSED,
         CLOSED - timedelta(days=1), date(2026, 3, 29), date(2026, 10, 25),  # summer time begins, ends
         # a month or three weeks before an edge, and where a month has fewer days
         date(2026, 1, 31), date(2026, 3, 31), date(2026, 5, 31), date(2026, 7, 31), date(2026, 11, 10), date(2026, 11, 19)]
MORE_DISTRICTS = {"hasselby": ("Hässelby-Vällingby", "nord"), "norra": ("Norra innerstaden", "nord"), "rinken": ("Rinken", "nord"),
                  "spangen": ("Spången", "nord"), "enskede": ("Enskede-Årsta-Vantör", "syd"),
                  "hagersten": ("Hägersten-Älvsjö", "syd"), "skarholmen": ("Skärholmen", "syd")}
REASONS = "no_upper_secondary", "dropout", "dropout_introductory", "study_certificate", "newly_registered", "unknown"
OUTCOMES = {"sent": 6, "no_answer": 5, "wrong_contact_details": 1, "not_at_address": 1, "returned": 1, "reached": 3,
            "reached_declined": 1, "planned": 2, "cancelled": 1, "voided": 1}
MEASURE_STATES = {"offered": 2, "declined": 1, "planned": 2, "started": 4, "ended": 6, "cancelled": 1}
PURPOSES = {"outreach": 16, "follow_up": 3, "turning_20": 1}
TYPES = (*model.TYPES, "health_promoting", "health_promoting")
LEVELS = "none", "confidentiality_marking", "protected_registration"


# What the service writes itself -------------------------------------------------------------------

class Callers:
    """All who call on a day, for one of the municipalities."""

    def __init__(self, url, contract, tokens, town, day):
        self.clients = [Client(url, contract, tokens.make(role, sub=role, municipality=town.code))
                        for role in ("coordinator", "register-system", "administrator")]
        coordinator, register, self.administrator = self.clients
        self.world = World(coordinator, register, None, self.administrator, day, town)

    def edit(self, path, **members):
        return self.administrator.patch(path, members, if_match="*").json()

    def add(self, path, **members):
        return self.administrator.post(path, members).json()["id"]


class Lived:
    """The part of the history that the service wrote, as it was called on its days."""

    def __init__(self, serving, contract, tokens, chance, count):
        self.serving, self.contract, self.tokens, self.chance = serving, contract, tokens, chance
        self.rows = {"0180": people.rows(count, BEGUN, [*towns.DISTRICTS, *MORE_DISTRICTS, None]),
                     "0126": people.rows(count // 4, BEGUN, first=50_000)}
        for code, rows in self.rows.items():
            for row in rows:
                row["sex"] = chance.choice(model.SEXES)
                self.settle(row, code, row["residence"].get("district"))

    @staticmethod
    def settle(row, code, slug):
        row["residence"] = towns.TOWNS[code].residence(slug)

    def play(self):
        for day, change in ((BEGUN, self.begin), (SWAP, self.swap), (MERGER - timedelta(days=1), self.announce),
                            (MERGER + timedelta(days=9), self.tell_late), (HANDOVER, self.hand_over), (CLOSED, self.close)):
            with self.serving(day, after_night=change == self.tell_late) as url:
                callers = {code: Callers(url, self.contract, self.tokens, towns.TOWNS[code], day) for code in self.rows}
                change(callers["0180"], callers["0126"])
                for code, rows in self.rows.items():
                    self.live(code, rows, day)
                    callers[code].world.commit(rows)
                    for client in callers[code].clients:
                        client.close()

    def live(self, code, rows, day):
        """Until the day some have moved, some have become protected or are so no longer, a few have gone to school."""
        if day == BEGUN:
            return
        homes = [*sorted({*towns.DISTRICTS} - {"kungsholmen"}), *MORE_DISTRICTS, None] if code == "0180" else [None]
        for row in rows:
            fate = self.chance.random()
            if fate < 0.1 and row["protection"] != "protected_registration":
                self.settle(row, code, self.chance.choice(homes))
            elif fate < 0.16:
                self.protect(row, code, self.chance.choice(LEVELS))
            elif fate < 0.2 and not row["enrolments"]:
                row["enrolments"] = [{"type": "national_programme", "school": "Provgymnasiet", "from": day.isoformat()}]
            elif fate < 0.24:
                row["enrolments"] = []

    def protect(self, row, code, level):
        row["protection"] = level
        if level == "protected_registration":
            self.settle(row, code, None)
            row["address"] = {"kind": "forwarding", "street": "Box 1", "postalCode": "10001", "city": "Provköping"}

    # The organisation's days

    def begin(self, stockholm, huddinge):
        for slug, (name, unit) in MORE_DISTRICTS.items():
            stockholm.add("/districts", name=name, slug=slug, unitId=towns.id_of("0180", "unit", unit))
        stockholm.add("/units", name="Farsta fritid", administration="district")
        stockholm.add("/units", name="Ungdomsmottagningen", administration="social_services")
        huddinge.edit("/municipalities/0126", policy={"firstContactWithin": "P3W", "smallCellThreshold": 3})
        huddinge.add("/units", name="Huddinge ungdomscentrum", administration="social_services")

    def swap(self, stockholm, _):
        stockholm.edit(f"/districts/{towns.id_of('0180', 'district', 'skarpnack')}", unitId=towns.id_of("0180", "unit", "nord"))

    def announce(self, stockholm, _):
        self.new = stockholm.add("/districts", name="Nya Järven", slug="nya-jarven", validFrom=MERGER.isoformat(),
                                 unitId=towns.id_of("0180", "unit", "syd"))
        self.retire(stockholm, "rinken", MERGER, self.new)

    def tell_late(self, stockholm, _):
        self.retire(stockholm, "spangen", MERGER, self.new)

    def hand_over(self, stockholm, _):
        unit = stockholm.add("/units", name="KAA Söder", administration="education", validFrom=HANDOVER.isoformat())
        stockholm.edit(f"/units/{towns.id_of('0180', 'unit', 'syd')}", validTo="2026-08-31", replacedBy=unit)

    def close(self, stockholm, _):
        self.retire(stockholm, "kungsholmen", CLOSED, None)

    def retire(self, stockholm, slug, day, successor):
        district = next(row for row in stockholm.administrator.pages("/districts") if row["slug"] == slug)
        stockholm.edit(f"/districts/{district['id']}", validTo=(day - timedelta(days=1)).isoformat(),
                       **({"replacedBy": successor} if successor else {}))


# What is written into the tables ------------------------------------------------------------------

class Told:
    """Random rows of a municipality, and what they hang on: its organisation as the service has kept it."""

    def __init__(self, rows, code, chance):
        self.code, self.chance, self.rows = code, chance, {name: [] for name in (
            "youths", "identity_numbers", "registrations", "district_periods", "outreach_attempts", "measures", "occupations")}
        self.units = sorted(rows["units"], key=lambda row: row["name"])  # ids are drawn anew in each run
        self.districts = {row["id"]: row for row in rows["districts"]}
        self.serving = sorted(rows["serving_periods"], key=lambda row: row["from_date"])
        self.known = rows
        self.serial = 0

    def add(self, table, **members):
        row = {"municipality": self.code, "id": str(uuid.UUID(int=self.chance.getrandbits(128), version=4)), **members}
        self.rows[table].append(row)
        return row

    # Choices

    def likely(self, share):
        return self.chance.random() < share

    def one_of(self, weights):
        return self.chance.choices(list(weights), weights.values())[0]

    def day(self, first=SINCE, last=TODAY):
        """A day of those; often one at an edge."""
        edges = [edge for edge in EDGES if first <= edge <= last]
        if edges and self.likely(0.35):
            return self.chance.choice(edges)
        return first + timedelta(days=self.chance.randrange((last - first).days + 1))

    def moment(self, day):
        """Some time of that day in Sweden, often beside a midnight; until now. No two are alike."""
        clock = self.chance.choice([time(0), time(0, 30), time(1), time(2, 30), time(3), time(23), time(23, 30)]) if self.likely(
            0.4) else time(self.chance.randrange(24), self.chance.randrange(60), self.chance.randrange(60))
        at = datetime.combine(day, clock, ZONE).replace(fold=self.chance.randrange(2)).astimezone(timezone.utc)
        if self.likely(0.1):
            at = datetime.combine(day + timedelta(days=1), time(), ZONE).astimezone(timezone.utc) - timedelta(milliseconds=600)
        at += timedelta(microseconds=self.chance.randrange(500_000))
        return min(at, NOON - timedelta(microseconds=self.chance.randrange(500_000)))

    # Places

    def place(self, district, day):
        """(district, unit): what has become of the district by the day, and who serves it."""
        while district and (row := self.districts[district])["replaced_by"] and row["valid_to"] < day.isoformat():
            district = row["replaced_by"]
        serving = [row["unit_id"] for row in self.serving
                   if row["district_id"] == district and (row["from_date"] == "-infinity" or row["from_date"] <= day.isoformat())]
        return district, serving[-1]

    def live(self, youth, first):
        """Where the youth has lived since then, and lives now; (protection then changed on a day, maybe)."""
        days = sorted([first, *(self.day(first) for _ in range(self.chance.choice([0, 0, 0, 1, 1, 2])))])
        homes = [(day, self.home(day)) for day in days]
        if youth["protection"] == "protected_registration" or self.likely(0.02):  # hidden for a time, which leaves no place
            homes.append((self.day(homes[-1][0]), None))
            if youth["protection"] != "protected_registration":
                back = self.day(homes[-1][0])
                homes.append((back, self.home(back)))
        known = {}
        for n, (since, home) in enumerate(homes):
            until = homes[n + 1][0] if n + 1 < len(homes) else date.max
            for day in {since, SWAP, MERGER, HANDOVER, CLOSED}:
                if since <= day < until:
                    known[day] = self.place(home, day)
        days = sorted(known)
        days = [day for n, day in enumerate(days) if n == 0 or known[day] != known[days[n - 1]]]
        for day, end in zip(days, [*days[1:], None]):
            self.rows["district_periods"].append({
                "municipality": self.code, "youth_id": youth["id"], "district_id": known[day][0], "unit_id": known[day][1],
                "from_date": str(day), "to_date": end and str(end)})
        youth["district_id"], youth["unit_id"] = known[days[-1]]

    def home(self, day):
        """A district of that day, some more often than others, or none."""
        homes = sorted((id_ for id_, row in self.districts.items()
                        if row["valid_from"] <= str(day) and (row["valid_to"] is None or row["valid_to"] >= str(day))),
                       key=lambda id_: self.districts[id_]["slug"])
        return None if not homes or self.likely(0.05) else homes[int(len(homes) * self.chance.random() ** 1.7)]

    # Persons

    def youth(self, status, protection=None):
        protection = protection or self.one_of({"none": 30, "confidentiality_marking": 1, "protected_registration": 2})
        hidden = protection == "protected_registration"
        kind = "forwarding" if hidden else "registered"
        address = self.chance.choice([{"kind": kind, "street": "Provvägen 7", "postalCode": "11122", "city": "Provköping"},
                                      {"kind": kind, "street": "Provvägen 7"}, {"kind": kind, "street": "", "city": "Provköping"},
                                      {"kind": kind, "city": "Provköping"}, None])
        contact = None if hidden else self.chance.choice([None, None, {"street": "Exempelstigen 1"}, {"street": ""}])
        self.serial += 1
        born = people.birthday(TODAY, 17, self.serial % 300)
        youth = self.add("youths", status=status, birth_date=str(born), sex=self.one_of({"female": 12, "male": 12, "unknown": 1}),
                         given_name="Kimprov", family_name="Fiktivsson", protection=protection, address=address, contact_address=contact,
                         phones=[people.PHONES[0]] * self.chance.randrange(2), source="ber", enrolments=[], qualifications=[],
                         email=self.chance.choice([None, f"kim@{people.MAIL}"]), guardians=[], external_ids={})
        self.add("identity_numbers", youth_id=youth["id"], number=people.number(born, 500 + self.serial // 300),  # after the imports'
                 type="temporary", current=True, again=False, valid_from=str(BEGUN))
        return youth

    def registrations(self, youth):
        """Periods that do not overlap, the oldest first; the last one may be open. Their days."""
        count = self.one_of({1: 6, 2: 3, 3: 1})
        days = sorted(self.day() for _ in range(2 * count))
        if self.likely(0.3) and count > 1:
            days[2] = days[1]  # the next begins on the day when the one before ended
        periods = list(zip(days[::2], days[1::2]))
        if any(a[0] == a[1] == b[0] for a, b in zip(periods, periods[1:])):  # nobody is registered twice on one day alone
            return self.registrations(youth)
        if self.likely(0.7):
            periods[-1] = periods[-1][0], None
        for start, end in periods:
            self.registration(youth, start, end)
        return periods

    def registration(self, youth, start, end):
        self.add("registrations", youth_id=youth["id"], start_date=str(start), end_date=end and str(end), source="ber",
                 reason=self.chance.choice(REASONS), exit_reason=end and self.chance.choice(model.EXITS),
                 latest_school=self.chance.choice([None, "Provgymnasiet"]), status="ended" if end else "open", created_at=str(NOON))

    def casework(self, youth, periods):
        """Of any day, but most of it while the youth was registered."""
        for _ in range(self.chance.choice([0, 0, 1, 1, 2, 3, 5, 9])):
            self.attempt(youth, self.during(periods))
        for _ in range(self.chance.choice([0, 0, 0, 1, 1, 2, 4])):
            self.measure(youth, self.during(periods), self.chance.choice(periods)[1] or TODAY)
        for _ in range(self.chance.choice([0, 1, 1, 2, 3])):
            start, self.serial = self.during(periods), self.serial + 1
            self.add("occupations", youth_id=youth["id"], code=self.chance.choice([*model.OCCUPATIONS, "unknown", "none"]),
                     from_date=str(start), holds_from=str(self.chance.choice([start, self.day(start)])), source="contact",
                     review_date=self.chance.choice([None, str(self.day(start, date(2027, 3, 1)))]),
                     confirmed_at=str(NOON), created_at=str(NOON + timedelta(microseconds=self.serial)))

    def during(self, periods):
        if self.likely(0.1):
            return self.day()
        start, end = self.chance.choice(periods)
        if self.likely(0.3):  # soon after the start, where it is in time or late
            end = min(end or TODAY, start + timedelta(days=self.chance.choice([0, 1, 20, 21, 22, 30, 31, 32])))
            return self.chance.choice([start, end])
        return self.day(start, end or TODAY)

    def attempt(self, youth, day):
        status, channel = self.one_of(OUTCOMES), self.chance.choice(model.CHANNELS)
        made = status not in ("planned", "cancelled") and (status != "voided" or self.likely(0.7))
        at = self.moment(day)
        outcome = at if made and status != "sent" else None
        if status in ("returned", "reached", "reached_declined", "voided") and outcome and self.likely(0.4):
            outcome = max(at, self.moment(self.day(model.local_day(at))))
        self.add("outreach_attempts", youth_id=youth["id"], purpose=self.one_of(PURPOSES), channel=channel, status=status,
                 planned_at=str(at), attempted_at=str(at) if made else None, outcome_at=outcome and str(outcome), staff=["anna", "bo"],
                 announced_visit_at=str(at + timedelta(days=7)) if channel == "door_card" else None,
                 void_reason="fel person" if status == "voided" else None)

    def measure(self, youth, start, left):
        """left: a day on which it may have ended because its youth was registered no more."""
        status = self.one_of(MEASURE_STATES)
        end = self.day(start) if status == "ended" else None
        reason = end and self.chance.choice(model.RESULTS)
        if reason == "left_target_group":
            end = max(start, left)
        if status == "planned" and self.likely(0.5):
            start = TODAY + timedelta(days=10)
        self.add("measures", youth_id=youth["id"], status=status, type=self.chance.choice(TYPES), offered_at=str(NOON),
                 unit_id=self.chance.choice([None, *(unit["id"] for unit in self.units)]), end_reason=reason, end_date=end and str(end),
                 start_date=str(start) if status in ("planned", "started", "ended", "cancelled") else None,
                 occupation_after=self.chance.choice([None, *model.OCCUPATIONS]) if status == "ended" else None, follow_up_dates=[])

    def tell(self, count):
        """So many youths with a registration, and beside them those in preventive work."""
        for n in range(count):
            youth = self.youth("active")
            periods = self.registrations(youth)
            youth["status"] = "ended" if periods[-1][1] else "active"
            # the register may have delivered them before their registration or long after
            self.live(youth, self.chance.choice([periods[0][0], BEGUN, SINCE, self.day()]))
            self.casework(youth, periods)
            if n % 25 == 0:
                self.duplicate(youth, periods)
            if n % 15 == 0:
                preventive = self.youth("preventive")
                self.live(preventive, self.day())
                self.casework(preventive, [(self.day(), None)])
        for youth, periods in self.imported():
            self.casework(youth, periods)

    def duplicate(self, survivor, periods):
        """The same person's other youth, which was registered before."""
        start, end = periods[0]
        youth = self.youth("ended", survivor["protection"])
        youth["merged_into"] = survivor["id"]
        first = start - timedelta(days=self.chance.randrange(5, 400))
        last = self.chance.choice([start, self.chance.choice([start - timedelta(days=2), first])])
        self.registration(youth, first, last)
        self.live(youth, self.chance.choice([first, BEGUN]))
        self.casework(youth, [(first, last)])

    def imported(self):
        """Those whom the service has written, and when they were registered."""
        numbers = {row["youth_id"]: row["number"] for row in self.known["identity_numbers"]}
        registrations = sorted(self.known["registrations"], key=lambda row: (row["start_date"], row["end_date"] or "later"))
        for youth in sorted(self.known["youths"], key=lambda row: numbers[row["id"]]):
            periods = [(date.fromisoformat(row["start_date"]), row["end_date"] and date.fromisoformat(row["end_date"]))
                       for row in registrations if row["youth_id"] == youth["id"]]
            if periods:
                yield youth, periods


def export(sql, code):
    """The rows of the municipality, {table: them}."""
    return {table: [row for row, in sql.execute(f"select to_jsonb(t) from base.{table} t where municipality = %s", [code])]
            for table in (*model.TABLES, "identity_numbers")}


def write(sql, rows):
    """As they are: no trigger, and no key to other tables, has a say."""
    with sql.transaction():
        sql.execute("set local session_replication_role = replica")
        for table, of in rows.items():
            if of:
                columns = ", ".join(sorted(set().union(*of)))
                sql.execute(f"insert into base.{table} ({columns}) select {columns} from jsonb_populate_recordset(null::base.{table}, %s)",
                            [Jsonb(of)])
    sql.execute("analyze")


def make(sql, serving, contract, tokens, seed, count):
    """A year with about so many covered youths in Stockholm, and a quarter of them in Huddinge."""
    chance = random.Random(seed)
    Lived(serving, contract, tokens, chance, min(count // 4, 240)).play()
    for code, share in (("0180", 1), ("0126", 4)):
        told = Told(export(sql, code), code, chance)
        told.tell(count // share)
        write(sql, told.rows)
