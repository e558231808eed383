"""What a report counts: the items that the service makes its sums and masks of, asked of a program of its own parts."""
import json
import os
import subprocess
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from kaa_cluster import ROOT
from report_model import UNDISCLOSED, Fact

DAYS = {"T1": ("01-01", "04-30"), "H1": ("01-01", "06-30"), "T2": ("01-01", "08-31"), "": ("01-01", "12-31"), "H2": ("07-01", "12-31")}


class Refused(Exception):
    """Says the refusal's code."""


class Thing(NamedTuple):
    """Things alike; unit and district as their rows in the document, None where there is none."""
    family: int
    unit: dict
    district: dict
    sex: str
    elsewhere: int  # periods, as bits
    times: int
    parts: tuple    # of (figure, key, periods)


def question(report, *periods, exact=True):
    """Periods by their names, or as FIRST/LAST."""
    return {"report": report, "exact": exact, "periods": [days(one) for one in periods]}


def days(period):
    name, year = ("", "") if "/" in period else (period, period[-4:])
    first, last = (f"{year}-{day}" for day in DAYS[name[:-4].rstrip("-")]) if name else period.split("/")
    return {"name": name, "from": first, "to": last}


def items(url, town, asked, scopes="reports:exact", clock="", districts=None):
    """The items of the question for such a caller, the clock standing there; or Refused."""
    binary = Path(os.environ.get("KAA_BINARY", ROOT / "build" / "release" / "kaa"))
    program = binary.parent / "tests" / "unit" / "report-items"
    done = subprocess.run([program, url, town, scopes, clock, json.dumps(asked), *([districts] if districts else [])],
                          capture_output=True, text=True, timeout=120, check=False)
    if done.returncode == 1:
        raise Refused(done.stderr.strip())
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def things(document):
    units, districts = [*document["units"], None], [*document["districts"], None]  # -1 is the last: none
    sexes = [one["code"] for one in document["lists"]["sexes"]]
    for family, unit, district, sex, elsewhere, times, parts in document["items"]:
        yield Thing(family, units[unit], districts[district], sexes[sex], elsewhere, times,
                    tuple((*document["keys"][part >> 5], part & 31) for part in parts))


def parts(document):
    """(thing, figure, key, period) of all that counts, the first period being 1."""
    for thing in things(document):
        for figure, key, periods in thing.parts:
            yield from ((thing, figure, key, period + 1) for period in range(5) if periods >> period & 1)


def facts(document, period):
    """How often each fact is told of the period, as the model tells them."""
    found = Counter()
    for thing, figure, key, at in parts(document):
        if at == period:
            district, unit = (place["id"] if place else UNDISCLOSED for place in (thing.district, thing.unit))
            found[Fact(district, unit, thing.sex, figure, key)] += thing.times
    return found


def counted(document, by="total"):
    """How often each (group, figure, period) is told, a figure as figure.key, a group by its names."""
    found = Counter()
    for thing, figure, key, period in parts(document):
        group = {"district": named(thing.district), "unit": named(thing.unit), "sex": thing.sex, "total": ""}
        found[" ".join(group[part] for part in by.split(",")), f"{figure}.{key}" if key else figure, period] += thing.times
    return found


def named(place):
    return place["name"] if place else UNDISCLOSED
