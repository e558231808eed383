"""A night's file as a city sends it, one in ten of it covered, and what an import of it may leave behind."""
import re
import subprocess

import people

NDJSON = {"Content-Type": "application/x-ndjson"}
PG_DUMP = "/usr/lib/postgresql/15/bin/pg_dump"
NUMBER = re.compile(r"\b\d{8}[A-Z]{2}\d{2}\b")
NAME = re.compile(r"Utkastström\d+x")
SCHOOL = {"school": "Provgymnasiet", "programme": "EE", "from": "2020-08-20"}
# The register's tables: an import that says nothing new writes none of them. It leaves rows of its own.
TABLES = ("youths", "identity_numbers", "registrations", "occupations", "evaluations", "district_periods", "outreach_state")


def rows(count, today, districts):
    """(rows, those of them that are not covered)"""
    made = people.rows(count, today, districts)
    others = [leave(row, serial) for serial, row in enumerate(made) if serial % 10]
    for row in made[::10]:
        row["enrolments"] = [{"type": "introductory_programme", **SCHOOL, "to": "2021-06-10"}]
    return made, others


def leave(row, serial):
    """Makes the person one who is not covered: at school, with a diploma, elsewhere, or to be looked at."""
    row["familyName"] = f"Utkastström{serial}x"
    kind = serial % 10
    if kind == 1:
        row["residence"] = {"municipality": "0126", "status": "resident"}
    elif kind == 2:
        row["qualifications"] = [{"type": "upper_secondary_diploma", "date": "2020-06-10"}]
    elif kind == 3:
        row["residence"] = {**row["residence"], "status": "not_resident"}
    else:
        row["enrolments"] = [{"type": "compulsory_school", "school": "Provskolan", "from": "2015-08-20", "to": "2019-06-10"},
                             {"type": "national_programme", **SCHOOL}]
    return row


def traces(cluster, database, others):
    """Numbers and names of those not covered that a dump of all tables holds."""
    done = subprocess.run([PG_DUMP, "--data-only", "-h", cluster.socket, "-U", cluster.superuser, database],
                          capture_output=True, text=True, check=True)
    assert len(re.findall(r"^COPY base\.", done.stdout, re.M)) > 30
    found = set(NAME.findall(done.stdout)) | set(NUMBER.findall(done.stdout))
    return found & ({row["personalNumber"] for row in others} | {row["familyName"] for row in others})


def places(connection):
    """Where every row of the register lies (xmin changes when one is written), and how many changes were noted."""
    lie = {table: set(connection.execute(f"select ctid::text, xmin::text from base.{table}").fetchall()) for table in TABLES}
    noted, = connection.execute("select count(*) from base.changes where resource <> 'imports'").fetchone()
    return lie, noted


def memory_mb(process, name="VmHWM"):
    with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
        return int(re.search(rf"{name}:\s+(\d+) kB", status.read())[1]) / 1024
