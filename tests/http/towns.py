"""Two small municipalities, written as the owner of the database: Stockholm (0180) and Huddinge (0126)."""
import uuid
from dataclasses import dataclass

from psycopg.types.json import Jsonb

SPACE = uuid.UUID("6f1d2b0a-0000-4000-8000-000000000180")
DISTRICTS = {
    "jarva": ("Järva", "nord"), "bromma": ("Bromma", "nord"), "kungsholmen": ("Kungsholmen", "nord"),
    "farsta": ("Farsta", "syd"), "skarpnack": ("Skarpnäck", "syd"), "sodermalm": ("Södermalm", "syd"),
}
UNITS = {
    "nord": ("KAA Nord", "labour_market", False), "syd": ("KAA Syd", "labour_market", True),
    "skolslussen": ("Skolslussen", "education", False), "jobbtorg": ("Jobbtorg", "labour_market", False),
}
# name: kind, system, sensitive, requires consent, ground
RECIPIENTS = {
    "vera": ("job_centre", "vera", False, True, None),
    "social-services": ("social_services", None, False, True, None),
    "psychiatry": ("psychiatry", None, True, True, None),
    "adult-unit": ("adult_unit", None, False, False, "OSL 10:27"),
    "region": ("region_health_care", None, False, True, None),
}


@dataclass(frozen=True)
class Town:
    """One of them, with its organisation: units and districts by the names that tests use, and its recipients."""
    code: str
    name: str
    units: dict
    districts: dict
    recipients: tuple

    @property
    def default_unit(self):
        return next(name for name, (_, _, default) in self.units.items() if default)

    def id(self, kind, name=""):
        return id_of(self.code, kind, name)

    def place(self, slug):
        """(district, unit) as figures name them, for those in the district, or without one."""
        title, unit = self.districts[slug] if slug else (None, self.default_unit)
        return title, self.units[unit][0]

    def residence(self, slug=None):
        return {"municipality": self.code, "status": "resident", **({"district": slug} if slug else {})}


TOWNS = {
    "0180": Town("0180", "Stockholm", UNITS, DISTRICTS, tuple(RECIPIENTS)),
    "0126": Town("0126", "Huddinge", {"kaa": ("KAA Huddinge", "education", True)}, {},
                 ("vera", "social-services", "region")),
}


def id_of(town, kind, name=""):
    """The id that a unit, district or recipient has in every test database."""
    return str(uuid.uuid5(SPACE, f"{town}/{kind}/{name}"))


def make(connection):
    """Fills an empty, migrated database."""
    for town in TOWNS.values():
        with connection.transaction():
            enter(connection, town.code)
            connection.execute("insert into base.municipalities (id, name, policy) values (%s, %s, %s)",
                               [town.id("municipality"), town.name, Jsonb({})])
            for name, unit in town.units.items():
                make_unit(connection, town.code, name, *unit)
            for slug, (title, unit) in town.districts.items():
                connection.execute("insert into base.districts (id, name, slug, unit_id) values (%s, %s, %s, %s)",
                                   [town.id("district", slug), title, slug, town.id("unit", unit)])
            for name in town.recipients:
                make_recipient(connection, town.code, name)


def enter(connection, code, clock=None):
    """The owner acts as a caller of that municipality for the rest of the transaction."""
    connection.execute("select base.enter(%s, 'fixture', 'tests', null, '', null, null, null, null, null, %s)",
                       [code, clock])


def make_unit(connection, town, name, title, administration, default):
    connection.execute("insert into base.units (id, name, administration, is_default) values (%s, %s, %s, %s)",
                       [id_of(town, "unit", name), title, administration, default])


def make_recipient(connection, town, name):
    kind, system, sensitive, consent, ground = RECIPIENTS[name]
    connection.execute(
        "insert into base.recipients (id, name, kind, system, sensitive, requires_consent, disclosure_ground)"
        " values (%s, %s, %s, %s, %s, %s, %s)",
        [id_of(town, "recipient", name), name.title(), kind, system, sensitive, consent, ground])
