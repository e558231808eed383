"""Casework about one youth at the same moment: pauses against consents, attempts and registrations, answers against answers.
One comes first, for all who look later, and none waits for the other while the other waits for it."""
import random
from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest
from conftest import FULL
from kaa_client import at_once

pytestmark = pytest.mark.database
RACES = 200 if FULL else 25
APART = 0.004  # seconds by which one of the two begins later, at most
LUCK = random.Random("outreach")


@pytest.fixture(autouse=True)
def never_for_each_other(sql):
    yield
    deadlocks, = sql.execute("select deadlocks from pg_stat_database where datname = current_database()").fetchone()
    assert deadlocks == 0


@pytest.fixture(scope="module")
def one(caller):
    return caller("coordinator", sub="one")


@pytest.fixture(scope="module")
def other(caller):
    return caller("coordinator", sub="other")


def race(do, other):
    def after(call, pause):
        def wait():
            sleep(pause)
            return call()
        return wait
    pauses = [0, LUCK.uniform(0, APART)]
    LUCK.shuffle(pauses)
    return at_once(after(do, pauses[0]), after(other, pauses[1]))


def pausing(client, world, youth, **ground):
    return lambda: client.post("/outreach-pauses", {
        "youthId": youth["id"], "requestedBy": "Socialtjänsten", "from": world.today.isoformat(), "until": world.today.isoformat(),
        **(ground or {"evidenceReference": "S-1"})}, None)


def both(won):
    assert sum(won) and len(won) - sum(won), f"no race: {won}"


def test_paused_and_withdrawn(world, one, other, coordinator):
    """No pause outlives its consent."""
    youth, won = world.youth(), []
    for _ in range(RACES):
        consent = world.consent(youth, (), "outreach_pause")
        paused, _ = race(pausing(one, world, youth, consentId=consent.json()["id"]),
                         lambda: other.event(f"/consents/{consent.json()['id']}", "withdrawn", 201, consent))
        won.append(paused.status_code == 201)
        if won[-1]:
            now = coordinator.get(f"/outreach-pauses/{paused.json()['id']}").json()
            assert (now["status"], now["statusReason"]) == ("ended", "consent_withdrawn")
        else:
            assert (paused.status_code, paused.json()["code"]) == (422, "consent-missing")
    both(won)


def test_paused_and_made(world, one, other, coordinator):
    """An attempt is made before the pause was entered, or not at all."""
    youth, won = world.youth(), []
    for _ in range(RACES):
        attempt = world.attempt(youth)
        paused, made = race(pausing(one, world, youth),
                            lambda: other.event(f"/outreach-attempts/{attempt.json()['id']}", "no_answer", None, attempt))
        assert paused.status_code == 201, paused.text
        won.append(made.status_code == 201)
        if won[-1]:
            assert made.json()["attemptedAt"] < paused.json()["createdAt"]
        else:
            assert (made.status_code, made.json()["code"]) == (422, "outreach-paused")
        coordinator.event(f"/outreach-pauses/{paused.json()['id']}", "ended", if_match=paused)
    both(won)


def test_paused_and_planned(world, one, other, coordinator):
    """What is planned for its days is cancelled, or not planned."""
    youth, won = world.youth(), []
    body = {"youthId": youth["id"], "channel": "phone", "staff": ["anna"], "plannedAt": f"{world.today.isoformat()}T10:00:00Z"}
    for _ in range(RACES):
        paused, planned = race(pausing(one, world, youth), lambda: other.post("/outreach-attempts", body, None))
        assert paused.status_code == 201, paused.text
        won.append(planned.status_code == 201)
        if won[-1]:
            assert coordinator.get(f"/outreach-attempts/{planned.json()['id']}").json()["status"] == "cancelled"
        else:
            assert (planned.status_code, planned.json()["code"]) == (422, "outreach-paused")
        coordinator.event(f"/outreach-pauses/{paused.json()['id']}", "ended", if_match=paused)
    both(won)


def test_paused_and_deregistered(world, one, other, coordinator):
    """No pause is left of who is not covered."""
    youth, won = world.youth(), []
    path = f"/youths/{youth['id']}/registrations"
    registration = coordinator.get(f"{path}/{coordinator.get(path).json()['data'][0]['id']}")
    for _ in range(RACES):
        paused, _ = race(pausing(one, world, youth), lambda: other.event(
            f"{path}/{registration.json()['id']}", "ended", 201, registration, endDate=world.today.isoformat(), exitReason="moved"))
        won.append(paused.status_code == 201)
        if won[-1]:
            now = coordinator.get(f"/outreach-pauses/{paused.json()['id']}").json()
            assert (now["status"], now["statusReason"]) == ("ended", "left_target_group")
        else:
            assert (paused.status_code, paused.json()["code"]) == (422, "not-covered")
        registration = coordinator.post(path, {"startDate": world.today.isoformat(), "reason": "dropout"})
    both(won)


def test_reached_twice_at_once(world, one, other, coordinator):
    """Two answers: the second finds its plan cancelled by the first, or both were out already."""
    youth = world.youth()
    for _ in range(RACES):
        calls = [world.attempt(youth) for _ in range(2)]
        answers = race(*[lambda client=client, call=call: client.event(f"/outreach-attempts/{call.json()['id']}", "reached", None, call)
                         for client, call in zip((one, other), calls)])
        assert sorted(answer.status_code for answer in answers) in ([201, 409], [201, 412]), [answer.text for answer in answers]
        now = [coordinator.get(f"/outreach-attempts/{call.json()['id']}").json()["status"] for call in calls]
        assert sorted(now) == ["cancelled", "reached"]


@pytest.fixture
def under_way(cluster, database, sql):
    """under_way(call, change): what the call answers that begins before the change of a register has been committed."""
    def waits(asked):
        return asked.done() or sql.execute("select count(*) from pg_stat_activity where datname = current_database()"
                                           " and wait_event_type = 'Lock'").fetchone()[0]

    def run(call, change, *values):
        with cluster.connect(database, autocommit=False) as register, ThreadPoolExecutor(1) as pool:
            register.execute("select base.enter('0180', 'ber', 'tests', null, '', null, null, null, null, null, null)")
            register.execute(change, values)
            asked = pool.submit(call)
            while not waits(asked):
                sleep(0.01)
            register.commit()
            return asked.result()
    return run


@pytest.mark.parametrize("change", [
    "update base.youths set protection = 'confidentiality_marking' where id = %s",
    "update base.youths set address = null where id = %s",
    "update base.registrations set status = 'ended', end_date = base.today(), exit_reason = 'moved' where youth_id = %s"])
def test_planned_with_others_and_changed(world, one, coordinator, under_way, sql, change):
    """A batch that is planned meanwhile does not choose who is no more to be written to, and can be sent."""
    youths = world.youths(2)
    batch = world.batch(youths)
    path = f"/outreach-batches/{batch.json()['id']}"
    planned = under_way(lambda: one.event(path, "planned", None, batch), change, youths[0]["id"])
    assert planned.status_code == 201, planned.text
    assert coordinator.event(path, "sent").json()["outcomes"] == {"sent": 1}
    row, = sql.execute("select youth_id::text from base.outreach_attempts where batch_id = %s", [batch.json()["id"]]).fetchall()
    assert row == (youths[1]["id"],)


def test_planned_and_deregistered(world, one, under_way, sql):
    """Nothing stays planned for who is not covered any more."""
    youth = world.youth()
    body = {"youthId": youth["id"], "channel": "phone", "staff": ["anna"]}
    planned = under_way(lambda: one.post("/outreach-attempts", body, None),
                        "update base.registrations set status = 'ended', end_date = base.today(), exit_reason = 'moved' where youth_id = %s",
                        youth["id"])
    assert (planned.status_code, planned.json()["code"]) == (422, "not-covered"), planned.text
    assert sql.execute("select count(*) from base.outreach_attempts where youth_id = %s", [youth["id"]]).fetchone() == (0,)


def test_planned_and_warned(world, under_way, sql):
    """A visit that is planned while a safety notice is written has not been planned by who had read it."""
    youth = world.youth()
    report = world.concern_report(youth)
    under_way(lambda: world.safety_notice(youth, report),
              "insert into base.outreach_attempts (youth_id, channel, staff, safety_notice_acknowledged) values (%s, 'home_visit', '{anna,bo}', true)",
              youth["id"])
    assert sql.execute("select safety_notice_acknowledged from base.outreach_attempts where youth_id = %s", [youth["id"]]).fetchall() == [(None,)]
