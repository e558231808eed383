"""Searches all that the service lets out beside its bodies for what the tests have sent about persons.

Gathered while the tests run: every text in a body that is sent, and every personal number in a URL. Searched at the
end: the logs of all services and of PostgreSQL, what the verbs print, every URL asked or told, every header and
problem, opened page tokens, /metrics, and the texts of the access log and of the idempotency keys.

Not searched for:
- what is sent to the configuration, which is about no person; token subjects of staff, names of registers and districts,
  whom a batch chooses by, references of other systems, periods of reports (NO_PERSONS): the access log and filters in URLs are there to hold them;
- words of the contract (members, codes, examples of codes), ids, dates and times, which outputs hold for good reasons;
- numbers of fewer than 8 digits, such as postal codes: sizes and times in a log are any number;
- texts of fewer than 3 characters.
Texts of fewer than 8 characters count as whole words, longer ones anywhere, and by their first 40 characters.
"""
import base64
import itertools
import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
import uuid
from collections import namedtuple
from pathlib import Path
from urllib.parse import quote, quote_plus, unquote_plus

import people

NO_PERSONS = {"staff", "participants", "responsible", "source", "district", "filter", "externalReference", "period"}
NUMBER = re.compile(r"(?<![0-9A-Za-z-])(?:19|20)\d{6}-?(?:\d{4}|[A-Z]{2}\d{2})(?![0-9A-Za-z])")
UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
TRACE = re.compile(r"\b[0-9a-f]{32}\b")
PLAIN = re.compile(r"true|false|\d{1,7}|[\d:.,TZW+ -]{1,9}|\d{4}-\d\d-\d\d([T ][\d:.,]+([Zz]|[+-]\d\d:?\d\d)?)?|P[\dYMWDTHS]+")
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
HREF = re.compile(r'"(https?://[^"\s]*)"')
PAGE_TOKEN = re.compile(r'(?<=pageToken=)[\w-]+|(?<="pageToken":")[\w-]+')
SHORTEST, ANYWHERE, MOST = 3, 8, 40
SILENT_HEADERS = {"date", "traceparent", "content-length"}
TABLES = {
    "access_log": "select distinct sub, client, act, resource, action, outcome, code, protected from base.access_log",
    "idempotency_keys": "select distinct client, sub, route, key, body_hash from base.idempotency_keys",
}

Found = namedtuple("Found", "word place line")


class Run:
    """What one run of tests has sent and what the service has let out."""

    def __init__(self):
        self.folder = None  # until it begins
        self.words = set(people.TRACES)
        self.told = {kind: set() for kind in (
            "urls", "headers", "problems", "page-tokens", "metrics", "tables", "verbs")}
        self.services, self.databases = [], []
        self._lock = threading.Lock()
        self._contract_words, self._configuration = None, set()

    def begin(self):
        self.folder = Path(tempfile.mkdtemp(prefix="kaa-leaks-"))

    # What was sent --------------------------------------------------------------------------------

    def know(self, contract):
        """Its words are no persons', and it says what is configuration."""
        words = set()

        def walk(node, name=""):
            if isinstance(node, dict):
                words.update(str(one) for one in node.get("enum", [node.get("const", "")]))
                if name == "properties":
                    words.update(node)
                for key, value in node.items():
                    walk(value, key)
            elif isinstance(node, list):
                if name == "x-codes":
                    words.update(map(str, node))
                for value in node:
                    walk(value)
        walk(contract.document)
        self._contract_words = words
        self._configuration = {resource_of(one.template) for one in contract.operations
                               if one.spec.get("x-scope", "").startswith("configuration")}

    def take(self, body):
        """The texts in a body that was sent: JSON, lines of JSON, or broken."""
        text = body.decode("utf-8", "replace")
        self.words.update(NUMBER.findall(text))
        if not self._take_json(text):
            for line in text.splitlines():
                if not self._take_json(line):
                    self.words.update(STRING.findall(line))

    def _take_json(self, text):
        try:
            self.take_value(json.loads(text))
        except (ValueError, RecursionError):
            return False
        return True

    def take_value(self, value):
        if isinstance(value, str):
            self.words.update(part.strip() for part in value.splitlines())
        elif isinstance(value, dict):
            for name, one in value.items():
                if name not in NO_PERSONS:
                    self.take_value(one)
        elif isinstance(value, list):
            for one in value:
                self.take_value(one)

    # What was let out -----------------------------------------------------------------------------

    def saw(self, response, contract):
        """A request and its answer."""
        if self._contract_words is None:
            self.know(contract)
        request = response.request
        resource = resource_of(request.url.path)
        url = unquote_plus(request.url.raw_path.decode("ascii", "replace"))
        self.words.update(NUMBER.findall(url))
        # A URL that is refused was wrong on purpose; one that is answered must hold nothing of a person.
        if response.status_code < 400:
            self.tell("urls", url)
        if resource not in self._configuration:
            try:
                self.take(request.content)
            except Exception as error:  # a body that was sent in pieces is gone
                if type(error).__name__ != "RequestNotRead":
                    raise
        for name, value in response.headers.items():
            if name not in SILENT_HEADERS:
                self.tell("headers", f"{name}: {value}")
                self.open(value)
        if response.status_code >= 400:
            self.tell("problems", TRACE.sub("*", response.text))
        elif "json" in response.headers.get("Content-Type", "") and "openapi" not in resource:
            for href in HREF.findall(response.text):
                self.tell("urls", href)
            self.open(response.text)

    def tell(self, kind, text):
        """Ids are drawn: without them there are few different texts."""
        self.told[kind].add(UUID.sub("*", text))

    def open(self, text):
        """What page tokens hold."""
        for token in PAGE_TOKEN.findall(text):
            try:
                self.tell("page-tokens", base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode("utf-8", "replace"))
            except ValueError:
                pass  # broken on purpose

    def follow_service(self, log):
        """The log of a service, to be searched at the end."""
        self.services.append(Path(log))

    def follow_database(self, cluster):
        """PostgreSQL's log of the cluster from now on. A line of ours shows that it is the one."""
        if self.folder is None:
            return
        mark = f"kaa-leaks {uuid.uuid4().hex}"
        start = cluster.log.stat().st_size if cluster.log.exists() else 0
        with cluster.connect() as connection:
            connection.execute(f"do $$ begin raise log '{mark}'; end $$")
        self.databases.append({"log": cluster.log, "start": start, "mark": mark, "text": None})

    def keep_database(self, log):
        """Reads the log before its cluster is removed."""
        for one in self.databases:
            if one["log"] == log and one["text"] is None:
                with open(log, "rb") as file:
                    file.seek(one["start"])
                    one["text"] = file.read()

    def keep_tables(self, connection):
        """Texts in tables that are no persons' data, before the database is dropped."""
        for name, query in TABLES.items():
            for row in connection.execute(query).fetchall():
                self.tell("tables", f"{name} {row}")

    # The search -----------------------------------------------------------------------------------

    def wanted(self):
        """The texts to search for: (anywhere, as whole words)"""
        known = self._contract_words or set()
        words = {word[:MOST] for word in self.words if len(word) >= SHORTEST and word not in known
                 and not PLAIN.fullmatch(word) and not UUID.fullmatch(word)}
        return ({form for word in words if len(word) >= ANYWHERE for form in forms(word)},
                {form for word in words if len(word) < ANYWHERE for form in forms(word)})

    def files(self):
        """Writes what was gathered beside the logs; the files to search."""
        for number, one in enumerate(self.databases):
            self.keep_database(one["log"])
            (self.folder / f"postgresql-{number}.log").write_bytes(one["text"])
        for kind, texts in self.told.items():
            (self.folder / f"{kind}.txt").write_text("\n".join(sorted(texts)) + "\n", encoding="utf-8", errors="replace")
        for number, log in enumerate(self.services):
            shutil.copyfile(log, self.folder / f"service-{number}.log")
        return sorted(self.folder.glob("*.txt")) + sorted(self.folder.glob("*.log"))

    def search(self):
        """All that was found."""
        files = self.files()
        found = []
        for words, options in zip(self.wanted(), ([], ["-w"])):
            found += grep(words, options, files)
        for file in files:
            for number, line in enumerate(file.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
                found += [Found(match.group(), f"{file.name}:{number}", line) for match in NUMBER.finditer(line)]
        return found

    def missing(self):
        """Kinds of output of which a whole run must have seen some."""
        empty = [kind for kind, texts in self.told.items() if not texts]
        empty += [name for name, there in (("services", self.services), ("databases", self.databases),
                                           ("words", len(self.words) > len(people.TRACES))) if not there]
        return empty + self.silent()

    def silent(self):
        """Logs that are not what they should be."""
        empty = [str(log) for log in self.services if not log.exists() or not log.stat().st_size]
        return empty + [str(one["log"]) for one in self.databases if one["mark"].encode() not in (one["text"] or b"")]

    def end(self, whole):
        """Searches; what is wrong, in lines to be read. Of a whole run, also that there was something to search."""
        found = self.search()
        said = [f"{len(self.words):,} texts of persons were searched for in {len(self.services)} logs of services, "
                f"{len(self.databases)} of PostgreSQL, " + ", ".join(f"{len(texts):,} {kind}" for kind, texts in self.told.items())]
        wrong = [f"nothing to search: {name}" for name in (self.missing() if whole else self.silent())]
        for word, some in itertools.groupby(sorted(found), lambda one: one.word):
            some = list(some)
            wrong.append(f"{word!r}, {len(some)} times, as in {some[0].place}: {some[0].line[:300]}")
        shutil.rmtree(self.folder, ignore_errors=True)
        return said, wrong


def resource_of(path):
    return path.removeprefix("/kaa/v1/").split("/")[0]


def forms(word):
    """As it would stand in a text, in JSON, and in a URL."""
    return {word, json.dumps(word, ensure_ascii=False)[1:-1], json.dumps(word)[1:-1], quote(word), quote_plus(word)}


def grep(words, options, files):
    if not words or not files:
        return []
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", errors="replace") as patterns:
        patterns.write("\n".join(sorted(words)) + "\n")
        patterns.flush()
        done = subprocess.run(["grep", "-a", "-F", "-o", "-n", "-H", *options, "-f", patterns.name, *map(str, files)],
                              env={**os.environ, "LC_ALL": "C"}, capture_output=True, check=False)
    assert done.returncode in (0, 1), done.stderr.decode()
    found, lines = [], {}
    for line in done.stdout.decode("utf-8", "replace").splitlines():
        path, number, word = line.split(":", 2)
        if path not in lines:
            lines[path] = Path(path).read_bytes().split(b"\n")
        found.append(Found(word, f"{Path(path).name}:{number}", lines[path][int(number) - 1].decode("utf-8", "replace")))
    return found


RUN = Run()
