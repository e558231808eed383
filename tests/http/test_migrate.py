"""Migrations: once each, under a lock, in order; an applied one that was changed is refused."""
from concurrent.futures import ThreadPoolExecutor

import pytest

from conftest import database_settings
from kaa_service import run


@pytest.fixture
def empty(cluster, request):
    name = f"kaa_t_{request.node.name}"[:60]
    cluster.create(name)
    yield name
    cluster.drop(name)


@pytest.fixture
def copy(cluster, empty_template, request):
    name = f"kaa_t_{request.node.name}"[:60]
    cluster.create(name, empty_template)
    yield name
    cluster.drop(name)


def migrate(binary, cluster, name):
    return run(binary, "migrate", settings=database_settings(cluster, name), timeout=300)


def ledger(connection):
    """Schema, name and columns of the table that says which migrations were applied."""
    return connection.execute(
        "select table_schema, table_name, array_agg(column_name::text) from information_schema.columns"
        " where table_name like '%migration%' and table_schema not in ('pg_catalog', 'information_schema')"
        " group by 1, 2").fetchone()


def test_once_more_does_nothing(binary, cluster, copy):
    with cluster.connect(copy) as connection:
        schema, table, _ = ledger(connection)
        before = connection.execute(f"select * from {schema}.{table} order by 1").fetchall()
        done = migrate(binary, cluster, copy)
        assert done.returncode == 0, done.stderr
        assert connection.execute(f"select * from {schema}.{table} order by 1").fetchall() == before
        assert len(before) >= 3


def test_a_changed_migration_is_refused(binary, cluster, copy):
    with cluster.connect(copy) as connection:
        schema, table, columns = ledger(connection)
        mark = next(column for column in columns if "hash" in column or "sum" in column or "sha" in column)
        connection.execute(
            f"update {schema}.{table} set {mark} = overlay({mark} placing '0000' from 1) where ctid ="
            f" (select min(ctid) from {schema}.{table})")
        done = migrate(binary, cluster, copy)
        assert done.returncode != 0 and "0001" in done.stderr
        assert len(done.stderr.strip().splitlines()[-1]) > 20


def test_two_at_once(binary, cluster, empty):
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: migrate(binary, cluster, empty), range(2)))
    assert [done.returncode for done in both] == [0, 0], both[0].stderr + both[1].stderr
    with cluster.connect(empty) as connection:
        schema, table, columns = ledger(connection)
        total, different = connection.execute(
            f"select count(*), count(distinct {columns[0]}) from {schema}.{table}").fetchone()
        assert total == different >= 3


def test_the_service_owns_nothing(binary, cluster, copy):
    with cluster.connect(copy) as connection:
        owned = connection.execute(
            "select relname from pg_class where relowner = 'kaa_service'::regrole"
            " union all select proname from pg_proc where proowner = 'kaa_service'::regrole").fetchall()
        assert owned == []
        open_tables = connection.execute(
            "select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace"
            " where n.nspname = 'base' and c.relkind in ('r', 'p') and not c.relrowsecurity"
            "   and has_table_privilege('kaa_service', c.oid, 'select')"
            "   and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'municipality')"
            "   and not c.relispartition").fetchall()
        assert open_tables == [], "tables with a municipality that the service reads without a policy"


def test_the_service_may_not_reach_partitions(cluster, copy):
    """A policy of the access log does not hold for its partitions when they are named themselves."""
    with cluster.connect(copy) as connection:
        reachable = connection.execute(
            "select c.relname from pg_class c where c.relispartition"
            " and has_table_privilege('kaa_service', c.oid, 'select, insert, update, delete')").fetchall()
        assert reachable == []


def test_nightly(binary, cluster, copy):
    done = run(binary, "nightly", settings=database_settings(cluster, copy))
    assert done.returncode == 0, done.stderr
