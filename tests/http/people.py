"""Made-up persons: rows of an import with temporary numbers, and the words that must never reach a log."""
import json
from datetime import date, timedelta

FAMILY_NAMES = ("Fiktivsson", "Provlund", "Exempelgren", "Påhittberg", "Testdotter", "Utkastström")
GIVEN_NAMES = {
    "female": ("Annikaprov", "Britaprov", "Ceciliaprov", "Dagnyprov"),
    "male": ("Eskilprov", "Folkeprov", "Gustavprov", "Hjalmarprov"),
    "unknown": ("Robinprov", "Kimprov"),
}
STREETS = ("Fiktivgatan", "Provvägen", "Exempelstigen")
MAIL = "provpost.example"
PHONES = tuple(f"+467017406{last:02d}" for last in range(5, 100))  # PTS: never given to anyone
OTHER_DISTRICT_FREE_STREET = "Hemligstigen"

# What a log line would hold if it held personal data.
TRACES = FAMILY_NAMES + tuple(name for names in GIVEN_NAMES.values() for name in names) + STREETS + (
    MAIL, "+467017406", "07017406", OTHER_DISTRICT_FREE_STREET,
)
LETTERS = "TF", "TX", "UX", "RA", "PB", "KC", "LD", "ME", "NG", "SH"


def birthday(today, age, days=40):
    """The birth date of one who had their birthday of that age `days` ago. Other days, other dates."""
    leap_day = (today.month, today.day) == (2, 29)
    return today.replace(year=today.year - age, day=28 if leap_day else today.day) - timedelta(days=days)


def number(birth, serial):
    """A temporary number: date, two letters, two digits. 1,000 different ones a day."""
    return f"{birth:%Y%m%d}{LETTERS[serial // 100 % len(LETTERS)]}{serial % 100:02d}"


def row(birth, serial, **changes):
    """One row of the register: somebody covered, who ended compulsory school and has not gone on.
    `changes` replaces members; None leaves one out."""
    sex = changes.pop("sex", "female" if serial % 2 else "male")
    names = GIVEN_NAMES[sex]
    person = {
        "personalNumber": number(birth, serial),
        "numberType": "temporary",
        "birthDate": birth.isoformat(),
        "sex": sex,
        "givenName": names[serial % len(names)],
        "familyName": FAMILY_NAMES[serial % len(FAMILY_NAMES)],
        "protection": "none",
        "address": {
            "kind": "registered", "street": f"{STREETS[serial % len(STREETS)]} {serial % 90 + 1}",
            "postalCode": f"1{serial % 10000:04d}", "city": "Provköping",
        },
        "residence": {"municipality": "0180", "status": "resident"},
        "compulsorySchoolEnded": f"{birth.year + 16}-06-10",
        "enrolments": [],
        "qualifications": [],
        **changes,
    }
    return {name: value for name, value in person.items() if value is not None}


def rows(count, today, districts=(), first=0, **changes):
    """That many different covered persons aged 16 to 18, spread over the districts."""
    made = []
    for serial in range(first, first + count):
        birth = birthday(today, 17, days=30 + serial % 300)
        person = row(birth, serial // 300, **dict(changes))
        if districts:
            person["residence"] = {**person["residence"], "district": districts[serial % len(districts)]}
        made.append(person)
    return made


def ndjson(people):
    return "".join(json.dumps(person, ensure_ascii=False) + "\n" for person in people).encode()
