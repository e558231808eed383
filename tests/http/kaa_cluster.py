"""The PostgreSQL that the tests run on: a cluster, given or our own, and databases in it."""
import os
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg

from kaa_leaks import RUN

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "docker" / "cluster"
ROLES = ROOT / "docker" / "roles.sql"


class Cluster:
    """A running cluster, reached through the folder of its socket; home: its folder, if it is not that one's parent."""

    def __init__(self, socket, superuser="postgres", home=None):
        self.socket = str(socket)
        self.superuser = superuser
        self.home = Path(home or Path(socket).parent)

    @property
    def log(self):
        """Where PostgreSQL writes what it has to say."""
        return self.home / "log" / "postgresql.log"

    def connect(self, database="postgres", user=None, autocommit=True):
        return psycopg.connect(
            host=self.socket, dbname=database, user=user or self.superuser, autocommit=autocommit
        )

    def url(self, database, role):
        return f"postgresql://{role}@/{database}?host={quote(self.socket, safe='/')}"

    def make_roles(self):
        with self.connect() as connection:
            connection.execute(ROLES.read_text(encoding="utf-8"))

    def create(self, name, template=None):
        with self.connect() as connection:
            connection.execute(f'drop database if exists "{name}" with (force)')
            source = f'template "{template}"' if template else ""
            connection.execute(f'create database "{name}" owner kaa_owner {source}')

    def drop(self, name):
        with self.connect() as connection:
            connection.execute(f'drop database if exists "{name}" with (force)')

    @contextmanager
    def database(self, name, template):
        """A copy of the template; before it is dropped, its tables are kept for the search for data of persons."""
        self.create(name, template)
        yield name
        with self.connect(name) as connection:
            RUN.keep_tables(connection)
        self.drop(name)


class OwnCluster(Cluster):
    """A cluster of our own in a new folder, made by docker/cluster, a standby of another if need be; may be stopped and started."""

    def __init__(self, name="kaa-tests-", of=None):
        self.folder = Path(tempfile.mkdtemp(prefix=name))
        self.folder.chmod(0o711)
        self.home = self.folder / "pg"
        if of:
            self._script("standby", self.home, of.home)
        else:
            self.start()
        super().__init__(self._script("socket", self.home).strip(), home=self.home)
        if not of:
            self.make_roles()
        RUN.follow_database(self)

    def start(self):
        self._script("start", self.home)

    def stop(self):
        self._script("stop", self.home)

    def remove(self):
        RUN.keep_database(self.log)
        self._script("remove", self.home)
        self.folder.rmdir()

    @staticmethod
    def _script(*arguments):
        environment = {**os.environ, "KAA_CLUSTER_FSYNC": "off"}
        done = subprocess.run(
            [str(SCRIPT), *map(str, arguments)], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout
