"""The outreach ladder over the API: a youth who never answers, from the registration to a home visit and to exhausted,
with Stockholm's policy (the defaults) and with one of other intervals. The service is that of each day, after its night."""
from datetime import date

import pytest
import towns
from kaa_client import Client

pytestmark = pytest.mark.database

PHONE = "+46701740605"
OTHER_MIND = {
    "massLetterDate": "10-01", "restartOn": "02-01", "firstContactWithin": "P2M", "phoneAfter": "P1M", "phoneTries": 2,
    "phoneInterval": "P7D", "furtherLetters": 0, "doorCardAfter": "P1M", "visitNoticeMin": "P7D", "visitNoticeMax": "P1M"}
# What is done on a day, with its outcome and the day that it announces; and from then on the step, why, due and overdue after.
STORIES = {
    "0180": ({}, [
        ("2026-09-01", "registered", "letter mass_letter 2026-09-15 2026-10-01"),
        ("2026-09-15", "letter sent", "phone letter_sent 2026-09-25 2026-09-25"),
        ("2026-09-25", "phone no_answer", "phone tried 2026-09-28 2026-09-28"),
        ("2026-09-28", "phone wrong_contact_details", "phone tried 2026-10-01 2026-10-01"),
        ("2026-10-01", "sms sent", "further_letter tries_made 2026-10-08 2026-10-08"),
        ("2026-10-09", "letter sent", "door_card further_letter_sent 2026-10-23 2026-10-23"),
        ("2026-10-23", "door_card sent 2026-10-30", "home_visit visit_announced 2026-10-30 2026-10-30"),
        ("2026-10-30", "home_visit no_answer", "exhausted ladder_done 2027-01-15 2027-01-15"),
        ("2027-01-15", "night", "letter restarted 2027-01-15 2027-01-15"),
    ]),
    "0126": (OTHER_MIND, [
        ("2026-08-20", "registered", "letter mass_letter 2026-10-01 2026-10-20"),
        ("2026-10-01", "letter sent", "phone letter_sent 2026-11-01 2026-11-01"),
        ("2026-11-01", "phone no_answer", "phone tried 2026-11-08 2026-11-08"),
        ("2026-11-08", "phone no_answer", "door_card tries_made 2026-12-08 2026-12-08"),
        ("2026-12-09", "door_card sent 2026-12-20", "home_visit visit_announced 2026-12-20 2026-12-20"),
        ("2026-12-20", "home_visit no_answer", "exhausted ladder_done 2027-02-01 2027-02-01"),
        ("2027-02-01", "night", "letter restarted 2027-02-01 2027-02-01"),
    ]),
}


def register(coordinator, administrator, town, day, policy):
    one = administrator.get(f"/municipalities/{town}")
    administrator.patch(f"/municipalities/{town}", {"policy": policy}, if_match=one)
    return coordinator.post("/youths", {
        "personalNumber": "20090505TF01", "birthDate": "2009-05-05", "givenName": "Kimprov", "familyName": "Exempelgren",
        "address": {"kind": "registered", "street": "Exempelgatan 1"}, "phones": [PHONE],
        "registration": {"startDate": day, "reason": "dropout"}}).json()["id"]


def attempt(coordinator, youth, channel, outcome, announced=None):
    made = coordinator.post("/outreach-attempts", {
        "youthId": youth, "channel": channel, "staff": ["anna@example.com", "bo@example.com"],
        **({"announcedVisitAt": f"{announced}T16:00:00+01:00"} if announced else {})})
    coordinator.event(f"/outreach-attempts/{made.json()['id']}", outcome, if_match=made)


def check(coordinator, youth, today, line):
    """The plan, its counts and the youth say what the line says."""
    row, = coordinator.get("/outreach-plan").json()["data"]
    assert row["id"] == youth
    assert f"{row['step']} {row['why']} {row['dueDate']} {row['overdueAfter']}" == line, today
    assert row["overdue"] == (today > row["overdueAfter"])
    shown = coordinator.get(f"/youths/{youth}").json()["outreach"]
    assert shown == {member: row[member] for member in shown} and {"step", "why", "dueDate", "overdue", "overdueAfter"} <= set(shown)
    figures = {"count": 1, "due": int(row["dueDate"] <= today), "overdue": int(row["overdue"])}
    counts = coordinator.get("/outreach-plan/counts").json()
    assert counts["data"] == [{"step": row["step"], **figures}]
    place, = counts["units"]
    assert place == {"unitId": row["unitId"], **figures, "steps": counts["data"]}
    assert len(coordinator.get("/outreach-plan?overdue=true").json()["data"]) == figures["overdue"]
    assert len(coordinator.get(f"/outreach-plan?dueBefore={today}").json()["data"]) == figures["due"]


@pytest.mark.parametrize("town", STORIES, ids=lambda code: towns.TOWNS[code].name)
def test_a_youth_who_never_answers(serving, contract, tokens, town):
    policy, story = STORIES[town]
    youth, before, late = None, None, []
    for day, does, line in story:
        with serving(date.fromisoformat(day), after_night=True) as url:
            coordinator, administrator = (Client(url, contract, tokens.make(role, municipality=town)) for role in ("coordinator", "administrator"))
            what, *more = does.split()
            if what == "registered":
                youth = register(coordinator, administrator, town, day, policy)
            elif what != "night":
                check(coordinator, youth, day, before)
                late += coordinator.get("/outreach-plan?overdue=true").json()["data"]
                attempt(coordinator, youth, what, *more)
            check(coordinator, youth, day, line)
            before = line
            coordinator.close()
            administrator.close()
    assert len(late) == 1  # the one that was not made on its day
