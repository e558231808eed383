"""Reports that take as long as a test wants."""
from contextlib import contextmanager

import psycopg


def make(sql):
    """In the database of this connection of the superuser."""
    sql.execute("create table public.slowness (seconds float)")
    sql.execute("insert into public.slowness values (0)")
    sql.execute("alter function base.open_report rename to open_report_at_once")
    sql.execute("""create function base.open_report(question jsonb) returns text language plpgsql stable security definer as $$
        begin perform pg_sleep((select seconds from public.slowness)); return base.open_report_at_once(question); end $$""")


@contextmanager
def slow(sql: psycopg.Connection, seconds):
    sql.execute("update public.slowness set seconds = %s", [seconds])
    try:
        yield
    finally:
        sql.execute("update public.slowness set seconds = 0")


def sleeping(sql):
    """How many reports are at it in this database."""
    return sql.execute("select count(*) from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'").fetchone()[0]
