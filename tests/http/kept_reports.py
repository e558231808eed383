"""What tests of kept reports do to the data, and see of what is kept."""
from contextlib import contextmanager

import towns


def seek(world, youth, channel="phone"):
    """The youth is sought out once more, without a reply."""
    made = world.attempt(youth, channel)
    world.coordinator.event(f"/outreach-attempts/{made.json()['id']}", "no_answer" if channel == "phone" else "sent", if_match=made)


def kept(sql):
    """Which answers are kept, and by which transaction each was."""
    return dict(sql.execute("select key, xmin::text from base.report_results").fetchall())


@contextmanager
def moving(cluster, database, youth, today):
    """The youth's registration has ended today in a transaction that is committed after the block."""
    with cluster.connect(database, autocommit=False) as slow:
        towns.enter(slow, "0180", f"{today}T12:00:00Z")
        slow.execute("update base.registrations set end_date = %s, exit_reason = 'moved', status = 'ended'"
                     " where youth_id = %s and end_date is null", [today, youth["id"]])
        yield
