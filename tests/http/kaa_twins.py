"""Two services whose databases differ in one person, asked the same: what one of them answers, the other must.

Each has a cluster of its own, for transaction ids are a cluster's and stand in the feed's cursors; both begin as
copies of one data folder. Everything is compared byte by byte but the header Date, the service's own part of
`traceparent`, and what is drawn at random for a request: the ids of what it makes, and the hashes over a body that
holds one. Those ids are named by order of appearance; ids that were there before, and all of the one person's, never.
"""
import base64
import json
import re
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

import kaa_service
import towns
from conftest import database_settings, migrated
from kaa_client import Client
from kaa_cluster import OwnCluster
from kaa_leaks import RUN
from kaa_world import World

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
PAGE_TOKEN = re.compile(r'(?<=pageToken=)[\w-]+|(?<="pageToken":")[\w-]+')
TAG_HASH = re.compile(r"-[A-Za-z0-9_-]+\"$")
TOKEN_HASH = 16
MARK = "c0ffee"  # what the traces of compared requests begin with
FIRST = 100_000  # the number of the first of them
URL = "http://kaa.example"

# A moment of its own for each compared request, the same in both: else equal times would be told apart by random ids.
CLOCK = f"""
create or replace function base.now() returns timestamptz language sql stable parallel safe
return nullif(current_setting('kaa.clock', true), '')::timestamptz
  + case when current_setting('kaa.trace', true) like '{MARK}%'
         then interval '1 second' + ('x' || right(current_setting('kaa.trace', true), 6))::bit(24)::int * interval '1 ms'
         else interval '0' end
"""


class CopiedCluster(OwnCluster):
    """A cluster that begins as a copy of another, which must be stopped."""

    def __init__(self, other):
        self.folder = Path(tempfile.mkdtemp(prefix="kaa-twin-"))
        self.folder.chmod(0o711)
        self.home = self.folder / "pg"
        self.home.mkdir()
        stat = other.home.stat()
        self.home.chmod(stat.st_mode & 0o777)
        shutil.copytree(other.home / "data", self.home / "data")
        self._give(other.home / "data", self.home / "data")
        (self.home / "log").mkdir()
        self._give(other.home / "log", self.home / "log")
        self.start()
        self.socket = self._script("socket", self.home).strip()
        self.superuser = other.superuser
        RUN.follow_database(self)

    @staticmethod
    def _give(source, copy):
        """The copy to the source's owner, all of it."""
        owner = source.stat()
        for one in (copy, *copy.rglob("*")):
            shutil.chown(one, owner.st_uid, owner.st_gid)


@contextmanager
def twin_clusters(binary, settings, log, fill):
    """Two clusters with the same database `world`, nobody's but as a template, and what `fill(service, sql)` answered,
    which has filled it."""
    first = OwnCluster("kaa-twin-")
    second = None
    try:
        with first.connect() as sql:
            sql.execute("alter system set autovacuum = off")  # it takes transaction ids
            sql.execute("select pg_reload_conf()")
        migrated(first, binary, "world")
        service = kaa_service.Service(binary, log, {**database_settings(first, "world"), **settings})
        with first.connect("world", "kaa_owner") as sql:
            towns.make(sql)
            sql.execute(CLOCK)
            service.start()
            made = fill(service, sql)
            service.stop()
        first.stop()
        second = CopiedCluster(first)
        first.start()
        yield first, second, made
    finally:
        for cluster in filter(None, (first, second)):
            cluster.remove()


@contextmanager
def born(clusters, binary, settings, folders, contract, tokens):
    """Twins on the two clusters, each with a copy of `world` and its service."""
    twins = Twins(*(Twin(cluster, "twin") for cluster in clusters), contract, tokens)
    for twin in (twins.a, twins.b):
        twin.cluster.create("twin", "world")
        twin.known = twin.ids()
        twin.start(binary, folders.mktemp("twin") / "kaa.log", settings)
    try:
        yield twins
        for twin in (twins.a, twins.b):
            twin.service.stop()
    finally:
        for twin in (twins.a, twins.b):
            twin.service.kill()
            twin.cluster.drop("twin")


def world_of(service, contract, tokens, crm, today):
    """A world whose callers may see everyone, each of their requests at a moment of its own."""
    moments = {}

    def client(role, **claims):
        return Counted(service.url, contract, tokens.make(role, **claims), moments)
    recipients = [towns.id_of("0180", "recipient", one) for one in crm]
    return World(client("coordinator"), client("register-system", sub="ber"), client("crm-system", sub="crm", recipients=recipients),
                 client("administrator"), today)


class Unchecked(Client):
    """Its answers are compared with those of a twin; whether they are as in the contract, other tests say."""

    def _check(self, response):
        response.read()
        RUN.saw(response, self.contract)


def trace(number):
    return f"00-{MARK}{number:026x}-{'5' * 16}-01"


class Counted(Client):
    """A caller of one of the two before they are compared; `moments` is shared by those of one twin."""

    def __init__(self, url, contract, token, moments):
        super().__init__(url, contract, token, kept=1)
        self.moments = moments  # path: the number of the last request to it

    def request(self, method, path, expect=None, headers=None, **rest):
        self.moments["all"] = self.moments.get("all", 0) + 1
        number = self.moments[path] = self.moments.pop("next", self.moments["all"])
        return super().request(method, path, expect, headers={**(headers or {}), "traceparent": trace(number)}, **rest)


class Twin:
    """One of the two: a cluster, a database in it, a service, and the names of what was drawn."""

    def __init__(self, cluster, database):
        self.cluster = cluster
        self.database = database
        self.service = None
        self.names = {}
        self.drawn = 0

    def start(self, binary, log, settings):
        self.service = kaa_service.Service(binary, log, {
            **database_settings(self.cluster, self.database), **settings, "KAA_PUBLIC_URL": URL})
        self.service.start()

    def connect(self):
        return self.cluster.connect(self.database)

    def ids(self, word=""):
        """All UUIDs in the rows that hold the word; in all tables but the access log."""
        with self.connect() as sql:
            tables = [name for name, in sql.execute(
                "select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace"
                " where n.nspname = 'base' and c.relkind = 'r' and c.relname not like 'access_log%'")]
            found = set()
            for table in tables:
                for text, in sql.execute(f"select t::text from {table} t where strpos(t::text, %s) > 0 or %s = ''", [word, word]):
                    found |= set(UUID.findall(text))
        return found

    def next_transaction(self):
        with self.connect() as sql:
            return int(sql.execute("select pg_snapshot_xmax(pg_current_snapshot())::text").fetchone()[0])

    def use_transactions(self, count):
        with self.connect() as sql:
            sql.execute(f"do $$ begin for i in 1..{count} loop perform pg_current_xact_id(); commit; end loop; end $$")


class Twins:
    """The pair, what was asked of it, and where the answers differed."""

    def __init__(self, a, b, contract, tokens):
        self.a, self.b = a, b
        self.contract, self.tokens = contract, tokens
        self.known = set()
        self.pages = {}  # A's page tokens and B's of the same page
        self.asked = self.checked = FIRST
        self.ordered = True
        self.differences = []

    def align(self):
        """Transaction ids tell how much was written by anyone; from here on by the same requests."""
        behind = self.b.next_transaction() - self.a.next_transaction()
        (self.a if behind > 0 else self.b).use_transactions(abs(behind))
        assert self.a.next_transaction() == self.b.next_transaction()

    def client(self, role=None, scope=None, **claims):
        return TwinClient(self, self.tokens.make(role, scope, **claims))

    # Comparing ----------------------------------------------------------------------------------

    def plain(self, text, twin):
        """The text with names for what was drawn, and whether there were any."""
        drawn = False

        def name(match):
            nonlocal drawn
            if match.group() in self.known:
                return match.group()
            drawn = True
            if match.group() not in twin.names:
                twin.drawn += 1
                twin.names[match.group()] = f"drawn-{twin.drawn}"
            return twin.names[match.group()]

        def open_token(match):
            packed = match.group()
            opened = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)).decode()
            named = UUID.sub(name, opened[TOKEN_HASH:])
            return named if named != opened[TOKEN_HASH:] else opened
        text = PAGE_TOKEN.sub(open_token, text)
        return UUID.sub(name, text), drawn

    def told(self, response, twin):
        body, drawn = self.plain(response.text, twin)
        headers = {}
        for header, value in response.headers.items():
            if header == "date":
                continue
            if header == "traceparent":
                value = value[:35]
            elif header == "etag" and drawn:
                value = TAG_HASH.sub("", value)
            headers[header] = self.plain(value, twin)[0]
        if not self.ordered:
            body = sorted(json.dumps(row) for row in json.loads(re.sub(r"drawn-\d+", "drawn", body))["data"])
        return {"status": response.status_code, **headers, "body": body}

    def compare(self, what, first, second):
        a, b = self.told(first, self.a), self.told(second, self.b)
        if a != b:
            parts = [f"  {name}:\n    A {a.get(name)}\n    B {b.get(name)}" for name in sorted({*a, *b})
                     if a.get(name) != b.get(name)]
            self.differences.append(f"{what}\n" + "\n".join(parts))
        self.a.drawn = self.b.drawn = max(self.a.drawn, self.b.drawn)  # one difference is not to make all others

    def to_b(self, value):
        """What A drew, as B drew it."""
        drawn = {name: one for one, name in self.b.names.items()}

        def other(match):
            return drawn.get(self.a.names.get(match.group()), match.group())
        if isinstance(value, str):
            return self.pages.get(value) or UUID.sub(other, value)
        if isinstance(value, bytes):
            return UUID.sub(other, value.decode()).encode()
        if isinstance(value, dict):
            return {name: self.to_b(one) for name, one in value.items()}
        return [self.to_b(one) for one in value] if isinstance(value, list) else value


class TwinClient(Unchecked):
    """A caller of both; its answers are A's."""

    def __init__(self, twins, token):
        super().__init__(twins.a.service.url, twins.contract, token, {"Accept-Encoding": "identity"}, kept=1)
        self.twins = twins
        self.other = Unchecked(twins.b.service.url, twins.contract, token, {"Accept-Encoding": "identity"}, kept=1)

    def request(self, method, path, expect=None, headers=None, **rest):
        twins = self.twins
        twins.asked += 1
        headers = {**(headers or {}), "traceparent": trace(twins.asked)}
        first = super().request(method, path, None, headers=headers, **rest)
        if not isinstance(rest.get("if_match", ""), str):
            rest["if_match"] = rest["if_match"].headers["ETag"]
        second = self.other.request(method, twins.to_b(path), None, headers=headers,
                                    **{name: twins.to_b(value) for name, value in rest.items()})
        if first.status_code == second.status_code == 200 and '"pageToken":"' in first.text:
            twins.pages[first.json()["pageToken"]] = second.json().get("pageToken")
        body = rest.get("json") or rest.get("content") or rest.get("params") or ""
        twins.compare(f"{method} {path} {body} {rest.get('key') or ''}", first, second)
        assert expect is None or first.status_code == expect, f"{method} {path}: {first.status_code} {first.text[:1000]}"
        return first

    def close(self):
        super().close()
        self.other.close()
