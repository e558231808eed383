"""The model of the outreach ladder, held against examples that were worked out by hand: else it would prove nothing."""
from datetime import date

import pytest

from outreach_model import POLICY, Attempt, Notification, Occupation, Pause, Registration, Youth, after, moment, plan

START = date(2026, 9, 15)
PHONE = ["+46701740605"]


def day(text):
    return date.fromisoformat(text) if text else None


def youth(start=START, **members):
    return Youth(**{"registrations": [Registration("r", start)], "phones": PHONE, **members})


def made(channel, on, status="sent", hour=12, **members):
    at = moment(day(on), hour)
    return Attempt(f"{on}-{hour}", channel, status=status, attempted_at=at, **members)


def shown(one, on, **policy):
    found = plan(one, {**POLICY, **policy}, day(on))
    return found and (found.step, found.why, found.due and found.due.isoformat(),
                      found.overdue_after and found.overdue_after.isoformat())


CARD = made("door_card", "2026-10-28", announced=moment(date(2026, 11, 4), 17))
TRIES = [made("phone", on, "no_answer") for on in ("2026-09-25", "2026-09-28", "2026-10-01")]
LADDER = [made("letter", "2026-09-15"), *TRIES, made("letter", "2026-10-08"), CARD,
          made("home_visit", "2026-11-04", "no_answer", staff=["anna", "bo"])]
# Day by day from the mass letter: what is next once so many of the attempts have been made.
PLAYED = [(0, "2026-09-15", "letter", "registered", "2026-09-15", "2026-10-15"),
          (1, "2026-09-15", "phone", "letter_sent", "2026-09-25", "2026-09-25"),
          (1, "2026-10-30", "phone", "letter_sent", "2026-09-25", "2026-09-25"),
          (2, "2026-09-25", "phone", "tried", "2026-09-28", "2026-09-28"),
          (3, "2026-09-28", "phone", "tried", "2026-10-01", "2026-10-01"),
          (4, "2026-10-01", "further_letter", "tries_made", "2026-10-08", "2026-10-08"),
          (5, "2026-10-08", "door_card", "further_letter_sent", "2026-10-22", "2026-10-22"),
          (6, "2026-10-28", "home_visit", "visit_announced", "2026-11-04", "2026-11-04"),
          (7, "2026-11-04", "exhausted", "ladder_done", "2027-01-15", "2027-01-15"),
          (7, "2027-01-14", "exhausted", "ladder_done", "2027-01-15", "2027-01-15"),
          (7, "2027-01-15", "letter", "restarted", "2027-01-15", "2027-01-15")]


@pytest.mark.parametrize(("done", "on", *"swdo"), PLAYED)
def test_the_ladder_day_by_day(done, on, s, w, d, o):
    assert shown(youth(attempts=LADDER[:done]), on) == (s, w, d, o)


@pytest.mark.parametrize(("start", "due", "why"), [
    ("2026-08-14", "2026-08-14", "registered"), ("2026-08-15", "2026-09-15", "mass_letter"),
    ("2026-09-14", "2026-09-15", "mass_letter"), ("2026-09-15", "2026-09-15", "registered"),
    ("2026-09-16", "2026-09-16", "registered")])
def test_who_waits_for_the_mass_letter(start, due, why):
    last = after(day(start), "P1M").isoformat()
    assert shown(youth(day(start)), start) == ("letter", why, due, last)
    assert plan(youth(day(start)), POLICY, day(last)).overdue is False
    assert plan(youth(day(start)), POLICY, after(day(last), "P1D")).overdue is True


def test_durations_are_of_the_calendar():
    assert after(date(2026, 1, 31), "P1M") == date(2026, 2, 28)
    assert after(date(2026, 1, 31), "P1M1D") == date(2026, 3, 1)
    assert after(date(2028, 2, 29), "P1Y2W") == date(2029, 3, 14)


LETTER = made("letter", "2026-09-20")
SMS = made("sms", "2026-09-22")
GONE = made("home_visit", "2026-09-28", "not_at_address")
TOLD = Notification("n", GONE, moment(date(2026, 10, 2)))
WORKS = [Occupation("none", day("2026-10-01"), moment(day("2026-10-02"))),
         Occupation("work", day("2026-10-02"), moment(day("2026-10-02")), day("2026-12-01"))]
EXAMPLES = [
    # without a number: the further letter, or the card where there is none
    ([LETTER], {"phones": []}, {}, "further_letter", "no_phone", "2026-09-27"),
    ([LETTER], {"phones": []}, {"furtherLetters": 0}, "door_card", "no_phone", "2026-10-04"),
    ([LETTER, SMS], {"phones": []}, {}, "further_letter", "no_phone", "2026-09-29"),
    # one before the letter is a try as well; a second on the next day is none
    ([SMS], {}, {}, "phone", "tried", "2026-09-25"),
    ([SMS, made("phone", "2026-09-23", "no_answer")], {}, {"phoneTries": 2}, "phone", "tried", "2026-09-25"),
    ([SMS, made("phone", "2026-09-25", "no_answer")], {}, {"phoneTries": 2}, "further_letter", "tries_made", "2026-10-02"),
    ([SMS], {}, {"phoneTries": 1, "furtherLetters": 0}, "door_card", "tries_made", "2026-10-06"),
    # a second letter is the further one, also before any try; a third changes nothing
    ([LETTER, made("letter", "2026-09-24")], {}, {}, "door_card", "further_letter_sent", "2026-10-08"),
    ([LETTER, made("letter", "2026-09-24"), made("letter", "2026-09-26")], {}, {}, "door_card", "further_letter_sent", "2026-10-08"),
    ([LETTER, made("letter", "2026-09-24"), made("phone", "2026-09-26", "no_answer")], {}, {}, "door_card", "further_letter_sent",
     "2026-10-08"),
    # other channels, planned, cancelled and voided ones, and those of another purpose change nothing
    ([LETTER, made("via_school", "2026-09-24"), made("email", "2026-09-25", "returned")], {}, {}, "phone", "letter_sent", "2026-09-30"),
    ([LETTER, made("phone", "2026-09-24", "voided"), made("phone", "2026-09-24", purpose="turning_20")], {}, {}, "phone", "letter_sent",
     "2026-09-30"),
    # a wrong address goes before all else, until it is told
    ([LETTER, GONE], {}, {}, "address_notification", "not_at_address", "2026-10-05"),
    ([LETTER, GONE, made("phone", "2026-09-29", "no_answer")], {}, {}, "address_notification", "not_at_address", "2026-10-05"),
    ([LETTER, GONE], {"notifications": [TOLD]}, {}, "exhausted", "ladder_done", "2027-01-15"),
    ([LETTER], {"notifications": [TOLD]}, {}, "phone", "letter_sent", "2026-09-30"),
    # a reply ends it
    ([LETTER, made("phone", "2026-10-01", "reached_declined")], {}, {}, "follow_up", "declined", None),
    ([made("phone", "2026-10-01", "reached_declined"), made("sms", "2026-10-02", "reached")], {"occupations": WORKS}, {},
     "follow_up", "reached", "2026-12-01"),
    # without an address it goes another way
    ([], {"address": False}, {}, "manual_contact", "no_address", "2026-09-15"),
    ([LETTER, SMS], {"protection": "protected_registration"}, {}, "manual_contact", "protected_registration", "2026-10-02"),
    # what was done before the registration began is of another one
    ([made("letter", "2026-09-14")], {}, {}, "letter", "registered", "2026-09-15"),
    # a day on which nobody may go is moved to the next one on which one may
    ([LETTER], {"pauses": [Pause("p", day("2026-09-28"), day("2026-10-02"))]}, {}, "phone", "letter_sent", "2026-10-03"),
    ([LETTER], {"pauses": [Pause("p", day("2026-09-28"), day("2026-10-02"), ended_at=moment(day("2026-09-30")))]}, {}, "phone",
     "letter_sent", "2026-09-30"),
    ([LETTER], {"pauses": [Pause("p", day("2026-10-01"), day("2026-10-06")), Pause("q", day("2026-10-07"), day("2026-10-09"))]}, {},
     "paused", "pause", "2026-10-10"),
    ([LETTER], {"pauses": [Pause("p", day("2026-10-01"), day("2026-10-09"), ended_at=moment(day("2026-10-04")))]}, {},
     "phone", "letter_sent", "2026-09-30"),
]


@pytest.mark.parametrize(("attempts", "members", "policy", *"swd"), EXAMPLES)
def test_what_is_next_on_4_october(attempts, members, policy, s, w, d):
    assert shown(youth(attempts=attempts, **members), "2026-10-04", **policy)[:3] == (s, w, d)


def test_a_merged_duplicate_counts_as_the_person():
    one = youth(duplicates=[Youth(attempts=[LETTER]), Youth(pauses=[Pause("p", day("2026-10-03"), day("2026-10-05"))])])
    assert shown(one, "2026-10-02") == ("phone", "letter_sent", "2026-09-30", "2026-09-30")
    assert shown(one, "2026-10-03") == ("paused", "pause", "2026-10-06", "2026-10-06")


def test_an_exhausted_one_who_turns_out_to_have_moved():
    one = youth(attempts=[LETTER, made("home_visit", "2026-09-28", "no_answer"), made("meeting", "2026-10-01", "not_at_address")])
    assert shown(one, "2026-10-04") == ("address_notification", "not_at_address", "2026-10-08", "2026-10-08")


def test_nobody_is_sought_without_a_registration():
    assert plan(Youth(), POLICY, START) is None
