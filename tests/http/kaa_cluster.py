"""The PostgreSQL that the tests run on: a cluster, given or our own, and databases in it."""
import os
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import quote

import psycopg

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "docker" / "cluster"
ROLES = ROOT / "docker" / "roles.sql"


class Cluster:
    """A running cluster, reached through the folder of its socket."""

    def __init__(self, socket, superuser="postgres"):
        self.socket = str(socket)
        self.superuser = superuser

    def connect(self, database="postgres", user=None, autocommit=True):
        return psycopg.connect(
            host=self.socket, dbname=database, user=user or self.superuser, autocommit=autocommit
        )

    def url(self, database, role):
        return f"postgresql://{role}@/{database}?host={quote(self.socket, safe='/')}"

    def make_roles(self):
        with self.connect() as connection:
            for role in ("kaa_owner", "kaa_service"):
                if not connection.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone():
                    connection.execute(f"create role {role} login")

    def create(self, name, template=None):
        with self.connect() as connection:
            connection.execute(f'drop database if exists "{name}" with (force)')
            source = f'template "{template}"' if template else ""
            connection.execute(f'create database "{name}" owner kaa_owner {source}')

    def drop(self, name):
        with self.connect() as connection:
            connection.execute(f'drop database if exists "{name}" with (force)')


class OwnCluster(Cluster):
    """A cluster of our own in a new folder, made by docker/cluster; may be stopped and started."""

    def __init__(self, name="kaa-tests-"):
        self.folder = Path(tempfile.mkdtemp(prefix=name))
        self.folder.chmod(0o711)
        self.home = self.folder / "pg"
        self.start()
        super().__init__(self._script("socket", self.home).strip())
        self.make_roles()

    def start(self):
        self._script("start", self.home)

    def stop(self):
        self._script("stop", self.home)

    def remove(self):
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
