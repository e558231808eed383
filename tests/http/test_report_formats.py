"""Reports as CSV, XLSX and HTML: the same figures as JSON, safe to open, and readable by all."""
import csv
import io
import re
import subprocess
from datetime import date
from html.parser import HTMLParser

import openpyxl
import pytest

import people
from kaa_cluster import ROOT

TODAY = date(2026, 11, 16)
REPORTS = "follow-up", "outreach-timeliness", "exits", "register-quality"
GROUPINGS = "total", "district", "unit,sex"
HOSTILE = '=HYPERLINK("http://evil.example","x")<script>alert(1)</script>&\''
CHARTS = {  # what is drawn: figures by group, or figures by their keys in the total
    "follow-up": [["covered", "soughtOut", "reached"],
                  ["timeliness.begun", "timeliness.firstContactInTime", "timeliness.firstContactLate", "timeliness.noContact"],
                  "attempts", "reachedBy", "participantsByAdministration", "participantsByMeasureType",
                  ("exits", "exitsOfParticipants"), "results", "occupationAfter"],
    "outreach-timeliness": [["timeliness.begun", "timeliness.firstContactInTime", "timeliness.firstContactLate",
                             "timeliness.noContact"], "firstContactBy"],
    "exits": [("exits", "exitsOfParticipants"), "results", "occupationAfter"],
    "register-quality": [["lacking.occupation", "lacking.contactDetails", "lacking.firstContact", "lacking.exitReason"],
                         "lacking"],
}


@pytest.fixture(scope="module")
def stock(world, coordinator, administrator):
    """Enough for figures that are shown, masked and nought; one district is called what a spreadsheet would run."""
    administrator.post("/districts", {"name": HOSTILE, "slug": "hostile"})
    rows = []
    for slug, count in (("farsta", 12), ("jarva", 3), ("bromma", 7), ("hostile", 6), (None, 6)):
        more = people.rows(count, TODAY, first=len(rows))
        for row in more:
            row["residence"] = {"municipality": "0180", "status": "resident", **({"district": slug} if slug else {})}
        rows += more
    world.commit(rows)
    youths = [{"id": one} for one in world.find([row["personalNumber"] for row in rows])]
    for youth in youths[:9] + youths[14:24]:
        made = world.attempt(youth)
        coordinator.event(f"/outreach-attempts/{made.json()['id']}", "reached", if_match=made)
    for youth in youths[:7]:
        path = f"/measures/{world.measure(youth).json()['id']}"
        for event in ("planned", "started"):
            coordinator.event(path, event)
        coordinator.event(path, "ended", endReason="completed_goal_reached")
    for youth in youths[:6]:
        path = f"/youths/{youth['id']}/registrations"
        row, = coordinator.get(path).json()["data"]
        coordinator.event(f"{path}/{row['id']}", "ended", endDate=TODAY.isoformat(), exitReason="introductory_programme")


@pytest.fixture(scope="module", params=["masked", "exact"])
def reader(request, stock, caller):
    return caller("report-fetcher" if request.param == "masked" else "coordinator")


def ask(client, name, by, headers=None, **params):
    return client.get(f"/reports/{name}", params={"period": "2026", "groupBy": by, **params}, headers=headers)


def rows_of(answer):
    return answer["data"] + answer.get("totals", [])


def flat(row):
    """The figures of a row by their names, keys after a dot."""
    found = {}
    for name, value in row.items():
        if isinstance(value, dict) and name != "group":
            found.update({f"{name}.{key}": count for key, count in value.items()})
        elif name != "group":
            found[name] = value
    return found


def level(row):
    return ",".join(name for name in ("district", "unit", "sex") if name in row["group"]) or "total"


def dimensions(answer):
    return [] if answer["groupBy"] == "total" else answer["groupBy"].split(",")


def drawn(answer, name):
    """The counts of each chart, bar by bar: a list for each category."""
    first = answer["groupBy"].split(",")[0]
    whole = next(row for row in rows_of(answer) if level(row) == "total")
    for chart in CHARTS[name]:
        if isinstance(chart, list):
            yield [[flat(row)[figure] for figure in chart] for row in rows_of(answer) if level(row) == first]
            continue
        series = [whole[figure] for figure in ([chart] if isinstance(chart, str) else chart) if figure in whole]
        if series:
            yield [[one[key] for one in series] for key in series[0]]


# CSV ----------------------------------------------------------------------------------------------

def number(cell):
    return int(cell) if re.fullmatch(r"-?\d+", cell) else cell


@pytest.mark.parametrize("name", REPORTS)
def test_csv_has_the_figures_of_json(reader, name):
    for by in GROUPINGS:
        answer = ask(reader, name, by).json()
        lines = list(csv.reader(io.StringIO(ask(reader, name, by, format="csv").text, newline="")))
        head, members = lines[0], [m for part in dimensions(answer) for m in ([part] if part == "sex" else [f"{part}Id", part])]
        assert head == ["level", *members, *flat(answer["data"][0])]
        for line, row in zip(lines[1:], rows_of(answer), strict=True):
            shown = [row["group"].get(member, "") for member in members]
            assert line[:len(members) + 1] == [level(row), *("'" + one if one == HOSTILE else one for one in shown)]
            assert [number(cell) for cell in line[len(members) + 1:]] == ["" if v is None else v for v in flat(row).values()]


@pytest.mark.parametrize("name", REPORTS)
def test_csv_for_a_swedish_spreadsheet_has_the_same(reader, name):
    for by in GROUPINGS:
        answer, sent = ask(reader, name, by).json(), ask(reader, name, by, format="csv", locale="sv")
        assert sent.content.startswith(b"\xef\xbb\xbf") and sent.content.endswith(b"\r\n")
        lines = list(csv.reader(io.StringIO(sent.content.decode("utf-8-sig"), newline=""), delimiter=";"))
        width = len(flat(answer["data"][0]))
        assert lines[0][0] == "Nivå" and len(set(lines[0])) == len(lines[0])
        for line, row in zip(lines[1:], rows_of(answer), strict=True):
            assert [number(cell) for cell in line[-width:]] == [".." if v is None else v for v in flat(row).values()]
            assert not {"female", "male", "unknown", "undisclosed", "district", "unit"} & set(line)


# XLSX ---------------------------------------------------------------------------------------------

def book_of(client, name, by, headers=None):
    sent = ask(client, name, by, headers, format="xlsx")
    assert sent.headers["Content-Type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return openpyxl.load_workbook(io.BytesIO(sent.content))


@pytest.mark.parametrize("name", REPORTS)
def test_the_workbook_has_the_figures_of_json(reader, name):
    for by in GROUPINGS:
        answer, book = ask(reader, name, by).json(), book_of(reader, name, by)
        sheet, labels = book.worksheets[0], max(len(dimensions(answer)), 1)
        names = [row[2].value for row in book.worksheets[2].iter_rows(min_row=2)]
        assert names == list(flat(answer["data"][0]))
        for line, row in enumerate(rows_of(answer), 3):
            cells = [cell.value for cell in sheet[line]]
            assert cells[labels:labels + len(names)] == [".." if v is None else v for v in flat(row).values()]
            assert sheet.cell(line, labels + 1).font.bold == (level(row) != by or by == "total")
            if "district" in row["group"]:
                assert cells[0] == ("Redovisas inte" if "districtId" not in row["group"] else row["group"]["district"])
        notes = [cell.value for row in sheet.iter_rows(min_row=len(rows_of(answer)) + 3) for cell in row if cell.value]
        assert any(answer["period"]["from"] in note and answer["period"]["to"] in note for note in notes)
        hidden = any(v is None for row in rows_of(answer) for v in flat(row).values())
        assert any(note.startswith(".. betyder") for note in notes) == hidden
        assert all(cell.data_type != "f" for each in book for row in each.iter_rows() for cell in row)
        assert all(len(title) <= 31 for title in book.sheetnames)


def values_at(book, reference):
    title, area = reference.rsplit("!", 1)
    cells = book[title.strip("'")][area.replace("$", "")]
    cells = cells if isinstance(cells, tuple) else ((cells,),)
    return [cell.value for line in cells for cell in (line if isinstance(line, tuple) else (line,))]


@pytest.mark.parametrize("name", REPORTS)
def test_the_workbooks_charts_refer_to_the_figures(reader, name):
    for by in GROUPINGS:
        answer, book = ask(reader, name, by).json(), book_of(reader, name, by)
        charts = book.worksheets[1]._charts
        assert len(charts) >= (3 if name in ("follow-up", "exits") else 1)
        for chart, bars in zip(charts, drawn(answer, name), strict=True):
            for series, counts in zip(chart.series, zip(*bars), strict=True):
                assert values_at(book, series.val.numRef.f) == [".." if v is None else v for v in counts]
                names = values_at(book, series.cat.strRef.f)
                assert len(names) == len(counts) and all(names)


def test_equal_questions_give_equal_workbooks(reader):
    one, other = (ask(reader, "follow-up", "district", format="xlsx") for _ in range(2))
    assert one.content == other.content and one.headers["ETag"] == other.headers["ETag"]


def test_the_workbook_comes_in_english_too(reader):
    assert book_of(reader, "exits", "sex", {"Accept-Language": "en"}).sheetnames == ["Figures", "Charts", "Definitions"]


# HTML ---------------------------------------------------------------------------------------------

class Page(HTMLParser):
    """What a page is made of, in order: tags with their attributes, tables as rows of texts, texts of pictures."""
    VOID = {"meta"}

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.ids, self.tables, self.pictures, self.order, self.aloud = [], [], {}, [], [], [], True
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.append((tag, attributes))
        if tag not in self.VOID:
            self.open.append((tag, attributes))
        if tag == "table":
            self.tables.append([])
            self.order.append("table")
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("th", "td"):
            self.tables[-1][-1].append("")
        elif tag == "svg":
            self.pictures.append([])
            self.order.append("picture")

    def handle_endtag(self, tag):
        assert self.open.pop()[0] == tag

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, text):
        tag, attributes = self.open[-1] if self.open else ("", {})
        if "id" in attributes:
            self.ids[attributes["id"]] = text
        if tag == "text" and "class" not in attributes:
            self.pictures[-1].append(text)
        within = [name for name, _ in self.open]
        if ("td" in within or "th" in within) and attributes.get("aria-hidden") != "true":
            self.tables[-1][-1][-1] += text


def count(text):
    """A cell as JSON has it."""
    return None if text == "dold uppgift" else int(text.replace("\u00a0", ""))


def page_of(client, name, by, headers=None):
    sent = ask(client, name, by, {"Accept": "text/html", **(headers or {})})
    assert sent.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in sent.headers["Content-Security-Policy"]
    return sent.text, Page(sent.text)


@pytest.mark.parametrize("name", REPORTS)
def test_the_page_runs_and_loads_nothing(reader, name):
    for by in GROUPINGS:
        text, page = page_of(reader, name, by)
        assert {tag for tag, _ in page.tags} <= set(
            "html head meta title style body header main section div span p h1 h2 dl dt dd figure figcaption table caption "
            "thead tbody tr th td svg desc defs pattern rect path circle text".split())
        for tag, attributes in page.tags:
            assert not [a for a in attributes if a.startswith("on") or a in ("src", "href", "style", "srcset", "action")]
            assert all("//" not in (v or "") or a == "xmlns" for a, v in attributes.items())
        assert "url(" not in text.split("</style>")[0] and "@import" not in text
        assert page.tags[0] == ("html", {"lang": "sv"})


@pytest.mark.parametrize("name", REPORTS)
def test_each_picture_has_words_and_a_table_with_its_numbers(reader, name):
    for by in GROUPINGS:
        answer, (text, page) = ask(reader, name, by).json(), page_of(reader, name, by)
        expected = list(drawn(answer, name))
        assert page.order[:2 * len(expected)] == ["picture", "table"] * len(expected)
        assert page.order.count("picture") == len(expected)
        for tag, attributes in page.tags:
            if tag == "svg":
                assert attributes["role"] == "img"
                assert all(page.ids[one] for one in attributes["aria-labelledby"].split())
        for bars, table, picture in zip(expected, page.tables, page.pictures):
            assert [[count(cell) for cell in row[1:]] for row in table[1:]] == bars
            legend = len(bars[0]) if len(bars[0]) > 1 else 0
            said = [None if one == ".." else count(one) for one in picture[legend:]]
            assert said == [value for row in bars for value in row]
        if by == "district":
            assert HOSTILE in [row[0] for table in page.tables for row in table]


@pytest.mark.parametrize("name", REPORTS)
def test_the_page_has_all_figures_of_json(reader, name):
    for by in GROUPINGS:
        answer, (_, page) = ask(reader, name, by).json(), page_of(reader, name, by)
        labels = max(len(dimensions(answer)), 1)
        rows = [[] for _ in rows_of(answer)]
        for table in page.tables[page.order.count("picture"):]:
            for row, line in zip(rows, table[1:], strict=True):
                row += [count(cell) for cell in line[labels:]]
        for row, line in zip(rows_of(answer), rows):
            plain = [v for v in row.values() if not isinstance(v, dict)]
            keyed = [v for n, each in row.items() if isinstance(each, dict) and n != "group" and (by != "total" or not charted(n, name))
                     for v in each.values()]
            assert line == plain + keyed


def charted(figure, name):
    return any(figure == one.split(".")[0] for chart in CHARTS[name] for one in ([chart] if isinstance(chart, str) else chart))


@pytest.mark.database  # Chromium is as slow under sanitizers as without them
def test_pages_can_be_read_by_everyone(stock, caller, tmp_path):
    """In a browser that runs no script every picture is drawn; axe finds nothing against WCAG 2.1 AA."""
    client, pages, policy = caller("report-fetcher"), [], None
    for name, by, language in zip(REPORTS, ("district", "unit,sex", "total", "district"), ("sv", "en", "sv", "sv")):
        sent = ask(client, name, by, {"Accept": "text/html", "Accept-Language": language})
        policy = sent.headers["Content-Security-Policy"]
        pages.append(tmp_path / f"{name}.html")
        pages[-1].write_bytes(sent.content)
    modules = ROOT / "build" / "node" / "node_modules"
    assert modules.exists(), "tests/run http installs what this needs"
    done = subprocess.run(["node", ROOT / "tests" / "http" / "check-pages.js", modules, policy, *pages],
                          capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
