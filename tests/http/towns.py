"""Two small municipalities, written as the owner of the database: Stockholm (0180) and Huddinge (0126)."""
import uuid

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


def id_of(town, kind, name=""):
    """The id that a unit, district or recipient has in every test database."""
    return str(uuid.uuid5(SPACE, f"{town}/{kind}/{name}"))


def make(connection):
    """Fills an empty, migrated database."""
    for code, name in (("0180", "Stockholm"), ("0126", "Huddinge")):
        with connection.transaction():
            enter(connection, code)
            connection.execute("insert into base.municipalities (id, name, policy) values (%s, %s, %s)",
                               [id_of(code, "municipality"), name, Jsonb({})])
            (make_stockholm if code == "0180" else make_huddinge)(connection)


def enter(connection, code, clock=None):
    """The owner acts as a caller of that municipality for the rest of the transaction."""
    connection.execute("select base.enter(%s, 'fixture', 'tests', null, '', null, null, null, null, null, %s)",
                       [code, clock])


def make_stockholm(connection):
    for name, (title, administration, default) in UNITS.items():
        make_unit(connection, "0180", name, title, administration, default)
    for slug, (title, unit) in DISTRICTS.items():
        connection.execute("insert into base.districts (id, name, slug, unit_id) values (%s, %s, %s, %s)",
                           [id_of("0180", "district", slug), title, slug, id_of("0180", "unit", unit)])
    for name in RECIPIENTS:
        make_recipient(connection, "0180", name)


def make_huddinge(connection):
    make_unit(connection, "0126", "kaa", "KAA Huddinge", "education", True)
    make_recipient(connection, "0126", "vera")
    make_recipient(connection, "0126", "social-services")


def make_unit(connection, town, name, title, administration, default):
    connection.execute("insert into base.units (id, name, administration, is_default) values (%s, %s, %s, %s)",
                       [id_of(town, "unit", name), title, administration, default])


def make_recipient(connection, town, name):
    kind, system, sensitive, consent, ground = RECIPIENTS[name]
    connection.execute(
        "insert into base.recipients (id, name, kind, system, sensitive, requires_consent, disclosure_ground)"
        " values (%s, %s, %s, %s, %s, %s, %s)",
        [id_of(town, "recipient", name), name.title(), kind, system, sensitive, consent, ground])
