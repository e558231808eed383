"""A consent is withdrawn at the moment at which something is done on it: one comes first, for all who look later.

Two callers at a time, hundreds of times: a referral or SIP request is sent while its consent is withdrawn, a recipient
takes one on, or outreach is held. What is looked at afterwards is what the database keeps: states, disclosures, and when and in
which order events were recorded.
"""
import random
from time import sleep

import pytest

import towns
from conftest import FULL
from kaa_client import at_once

pytestmark = pytest.mark.database
RACES = 200 if FULL else 100
ANSWERS = 200 if FULL else 30
APART = 0.004  # seconds by which one of the two begins later, at most
FIRST, SECOND = '"1-any"', '"2-any"'  # If-Match compares the row's version
RECIPIENT = towns.id_of("0180", "recipient", "social-services")
PURPOSES = {"referrals": "sharing", "sip-requests": "sip"}
OPEN = {"referrals": "sent", "sip-requests": "pending"}
CONSENT = """insert into base.consents (youth_id, purpose, recipient_ids, given_by_youth, medium, given_at)
  values (%s, %s, array[%s]::uuid[], true, 'oral', base.now() - interval '1 day') returning id"""
DRAFTS = {
    "referrals": "insert into base.referrals (youth_id, recipient_id, reason, consent_id) values (%s, %s, 'Stöd', %s) returning id",
    "sip-requests": "insert into base.sip_requests (youth_id, invited, consent_id)"
                    " values (%s, jsonb_build_array(jsonb_build_object('recipientId', %s::text)), %s) returning id",
}


class Field:
    """Where they meet: one youth, two callers with connections of their own, and the database to look at."""

    def __init__(self, sql, youth, resource, one, other, luck):
        self.sql, self.youth, self.resource, self.one, self.other, self.luck = sql, youth, resource, one, other, luck
        self.won = {"doing": 0, "withdrawing": 0}

    def agree(self):
        """A consent."""
        towns.enter(self.sql, "0180")
        self.consent, = self.sql.execute(CONSENT, [self.youth, PURPOSES.get(self.resource, "outreach_pause"), RECIPIENT]).fetchone()

    def draft(self, named):
        """A consent, and a draft that rests on it; or that will, when it is sent."""
        with self.sql.transaction():
            self.agree()
            self.row, = self.sql.execute(DRAFTS[self.resource], [self.youth, RECIPIENT, self.consent if named else None]).fetchone()

    def race(self, call):
        """The answer, when the consent was withdrawn at the same moment."""
        early, late = 0, self.luck.uniform(0, APART)
        if self.luck.random() < 0.5:
            early, late = late, early

        def do():
            sleep(early)
            return call()

        def withdraw():
            sleep(late)
            return self.other.event(f"/consents/{self.consent}", "withdrawn", 201, FIRST)
        answer, _ = at_once(do, withdraw)
        self.won["doing" if answer.status_code == 201 else "withdrawing"] += 1
        return answer

    def event(self, row, kind):
        """(recorded, happened, by whom, reason) of the row's event of the kind, if there was one."""
        found = self.sql.execute("select created_at, at, actor, details ->> 'reason' from base.events where resource_id = %s and type = %s",
                                 [row, kind]).fetchall()
        assert len(found) <= 1
        return found[0] if found else None

    def state(self):
        table = self.resource.replace("-", "_")
        return self.sql.execute(f"select status, status_reason, sent_at from base.{table} where id = %s", [self.row]).fetchone()

    def disclosed(self):
        return [at for at, in self.sql.execute("select created_at from base.disclosures where resource_id = %s", [self.row])]

    def check(self, races):
        """Each came first now and then, and neither waited for the other while the other waited for it."""
        assert sum(self.won.values()) == races and min(self.won.values()) >= races / 20, f"no race: {self.won}"
        deadlocks, = self.sql.execute("select deadlocks from pg_stat_database where datname = current_database()").fetchone()
        assert deadlocks == 0


@pytest.fixture
def field_of(sql, caller, world):
    def make(resource):
        return Field(sql, world.youth()["id"], resource, caller("coordinator", sub="sends"), caller("coordinator", sub="withdraws"),
                     random.Random(f"withdrawals of {resource}"))
    return make


@pytest.fixture(params=PURPOSES)
def field(request, field_of):
    return field_of(request.param)


def test_sent_and_withdrawn_at_once(field):
    """Never both withdrawn before and sent; what was sent before is cancelled, and its disclosure stays."""
    for turn in range(RACES):
        named = turn % 2 == 1
        field.draft(named)
        answer = field.race(lambda: field.one.event(f"/{field.resource}/{field.row}", "sent", None, FIRST))
        withdrawn = field.event(field.consent, "withdrawn")
        status, reason, sent_at = field.state()
        if answer.status_code == 201:
            sent = field.event(field.row, "sent")
            disclosed, = field.disclosed()
            assert sent_at < withdrawn[1] and sent[0] < withdrawn[0] and disclosed < withdrawn[0], "sent on a consent that was withdrawn before"
            assert (status, reason) == ("cancelled", "consent_withdrawn")
            assert field.event(field.row, "cancelled")[2:] == ("system", "consent_withdrawn")
        else:
            assert answer.json()["code"] in ("consent-missing", "transition-not-allowed", "version-mismatch"), answer.text
            assert not field.disclosed() and sent_at is None and field.event(field.row, "sent") is None
            assert status == ("cancelled" if named else "draft")
    field.check(RACES)


def test_accepted_and_withdrawn_at_once(field, caller):
    """What a recipient has taken on before stays; after the withdrawal there is nothing to take on."""
    recipient = caller("recipient", recipients=[RECIPIENT])
    for _ in range(ANSWERS):
        field.draft(True)
        field.one.event(f"/{field.resource}/{field.row}", "sent", 201, FIRST)
        received, = recipient.get(f"/received-{field.resource}?status={OPEN[field.resource]}").json()["data"]
        path = f"/received-{field.resource}/{received['id']}"
        answer = field.race(lambda: recipient.event(path, "accepted", None, SECOND))
        withdrawn, accepted = field.event(field.consent, "withdrawn"), field.event(received["id"], "accepted")
        if answer.status_code == 201:
            assert accepted[0] < withdrawn[0] and accepted[1] < withdrawn[1], "accepted on a consent that was withdrawn before"
            assert field.state()[0] == ("accepted" if field.resource == "referrals" else "cancelled")
        else:
            assert answer.json()["code"] in ("not-found", "transition-not-allowed", "version-mismatch"), answer.text
            assert accepted is None and field.state()[:2] == ("cancelled", "consent_withdrawn")
    field.check(ANSWERS)


def test_held_and_withdrawn_at_once(field_of, today):
    """Never a pause that was entered on a consent withdrawn before; one that was entered before ends."""
    field = field_of("outreach-pauses")
    for _ in range(ANSWERS):
        with field.sql.transaction():
            field.agree()
        answer = field.race(lambda: field.one.post("/outreach-pauses", {
            "youthId": field.youth, "requestedBy": "Socialtjänsten", "consentId": str(field.consent), "from": today.isoformat(),
            "until": today.isoformat()}, None))
        withdrawn = field.event(field.consent, "withdrawn")
        rows = field.sql.execute("select id, created_at, status, status_reason, ended_at from base.outreach_pauses where consent_id = %s",
                                 [field.consent]).fetchall()
        if answer.status_code == 201:
            (row, entered, *ended), = rows
            assert entered < withdrawn[0] and ended[:2] == ["ended", "consent_withdrawn"], "held on a consent that was withdrawn before"
            assert withdrawn[1] <= ended[2] and field.event(row, "ended")[2:] == ("system", "consent_withdrawn")
        else:
            assert answer.json()["code"] == "consent-missing" and not rows, answer.text
    field.check(ANSWERS)
