"""Regelstad: every rule of what reports count, by one who lives in a district of their own and would be told otherwise without it.

Of each rule: what is counted in its places in tertial 1, the second half-year and the year of 2026, on 16 November."""
from report_town import LETTER, Town

ALWAYS, NEVER = (1, 1, 1), (0, 0, 0)
T1, H2 = (1, 0, 1), (0, 1, 1)  # and the year that it is of
YEAR, AT_FIRST = (0, 0, 1), (1, 0, 0)  # that is no longer so at the end of the year
RULED = Town("0983", {"firstContactWithin": "P14D", "smallCellThreshold": 7})
rule = RULED.rule
UNKNOWN = {"reason": "unknown"}


def phone(at, **more):
    return "phone", at, {"status": "no_answer", **more}


def reached(channel, at, **more):
    return channel, at, {"status": "reached", "outcome_at": at, **more}


def in_time(*numbers, by="phone"):
    """That registrations begun then had their first contact in time."""
    return {"timeliness.begun": numbers, "timeliness.firstContactInTime": numbers, f"firstContactBy.{by}": numbers}


def late(*numbers, by="phone"):
    return {"timeliness.begun": numbers, "timeliness.firstContactLate": numbers, f"firstContactBy.{by}": numbers}


def without(*numbers, overdue=NEVER):
    return {"timeliness.begun": numbers, "timeliness.noContact": numbers, "overdue": overdue}


def sought(*numbers, by="phone", attempts=None):
    return {"soughtOut": numbers, f"attempts.{by}": attempts or numbers}


# Registrations

@rule({"covered": T1, "exits.completed": T1, "exits.moved": T1, **in_time(2, 0, 2), **sought(*T1, attempts=(2, 0, 2))})
def two_registrations_in_one_period_are_one_person(youth):
    youth(registrations=[("2026-01-10", "2026-02-01", {"exit_reason": "completed"}), ("2026-03-01", "2026-04-01", {})],
          attempts=[phone("2026-01-12T10:00Z"), phone("2026-03-02T10:00Z")])


@rule({"lacking.registrationReason": AT_FIRST, "lacking.latestSchool": AT_FIRST, "lacking.exitReason": AT_FIRST, "exits.left_source": T1,
       **in_time(*YEAR), **sought(*YEAR)})
def the_last_registration_of_each_period_says_what_is_lacking(youth):
    youth(registrations=[("2025-06-01", "2026-03-01", {**UNKNOWN, "latest_school": None, "exit_reason": "left_source"}),
                         ("2026-05-01", None, {})],
          attempts=[LETTER, phone("2026-05-02T10:00Z")])


@rule({"lacking.registrationReason": H2, "exits.moved": T1, **in_time(*YEAR), **sought(*YEAR)})
def and_so_does_a_later_one(youth):
    youth(registrations=[("2025-06-01", "2026-03-01", {}), ("2026-05-01", None, UNKNOWN)], attempts=[LETTER, phone("2026-05-02T10:00Z")])


@rule({"exits.registered_in_error": T1, **in_time(2, 0, 2), **sought(*T1)})
def of_two_that_began_on_one_day_the_one_that_ended_later_is_the_last(youth):
    youth(registrations=[("2026-02-01", None, {}), ("2026-02-01", "2026-02-01", {**UNKNOWN, "exit_reason": "registered_in_error"})],
          attempts=[phone("2026-02-01T10:00Z")])


@rule({"covered": T1, "exits.moved": (2, 0, 2), "lacking.registrationReason": T1, **in_time(*T1), **sought(*T1)})
def of_two_that_ended_on_one_day_the_one_that_began_later(youth):
    youth(registrations=[("2026-02-01", "2026-02-01", UNKNOWN), ("2025-06-01", "2026-02-01", {})],
          attempts=[LETTER, phone("2026-02-01T10:00Z")])


@rule({"covered": T1, "exits.moved": (2, 0, 2), **in_time(2, 0, 2), **sought(*T1)})
def and_of_two_of_one_day_the_one_written_later(youth):
    youth(registrations=[("2026-02-01", "2026-02-01", {"created_at": "2026-02-01T10:00Z"}),
                         ("2026-02-01", "2026-02-01", {**UNKNOWN, "created_at": "2026-02-01T09:00Z"})],
          attempts=[phone("2026-02-01T10:00Z")])


@rule({"exits.moved": H2, **in_time(*H2), **sought(*H2, attempts=(0, 1, 2))})
def a_registration_may_begin_on_the_day_that_another_ended(youth):
    """The first contact is that of the same day, not that before midnight."""
    youth(registrations=[("2025-06-01", "2026-07-01", {}), ("2026-07-01", None, {})],
          attempts=[LETTER, phone("2026-06-30T21:59:59Z"), phone("2026-06-30T22:00Z")])


@rule({"covered": T1, "exits.moved": T1})
def one_that_ended_on_the_first_day_is_of_the_period(youth):
    youth(registrations=[("2025-06-01", "2026-01-01", {})])


@rule({"lacking.latestSchool": ALWAYS})
def an_empty_school_is_none(youth):
    youth(registrations=[("2025-06-01", None, {"latest_school": ""})])


@rule({"covered": NEVER})
def without_a_registration_nothing_counts(youth):
    youth(registrations=[], attempts=[reached("phone", "2026-02-01T10:00Z")], measures=[{"start": "2026-02-01", "end": "2026-02-02"}],
          status="preventive")


# Attempts

@rule({**without(*T1, overdue=T1), **sought(*T1), "lacking.firstContact": ALWAYS})
def an_attempt_before_the_registration_is_no_first_contact(youth):
    youth(registrations=[("2026-02-01", None, {})], attempts=[phone("2026-01-31T22:59:59Z")])


@rule({**in_time(*T1), **sought(*T1)})
def one_in_its_first_hour_is(youth):
    youth(registrations=[("2026-02-01", None, {})], attempts=[phone("2026-01-31T23:00Z")])


@rule({"covered": T1, "exits.moved": T1, **late(*T1), **sought(*T1)})
def the_last_day_of_the_registration_may_be_the_first_contacts(youth):
    youth(registrations=[("2026-02-01", "2026-03-01", {})], attempts=[phone("2026-03-01T22:59:59Z")])


@rule({"covered": T1, "exits.moved": T1, **without(*T1, overdue=T1), **sought(*T1)})
def an_attempt_after_it_is_no_first_contact_but_nothing_that_is_lacking(youth):
    youth(registrations=[("2026-02-01", "2026-03-01", {})], attempts=[phone("2026-03-01T23:00Z")])


@rule({**in_time(*T1), **sought(*T1)})
def in_time_until_the_end_of_the_day_that_the_policy_says(youth):
    youth(registrations=[("2026-02-01", None, {})], attempts=[phone("2026-02-15T22:59:59Z")])


@rule({**late(*T1), **sought(*T1)})
def and_late_the_day_after(youth):
    youth(registrations=[("2026-02-01", None, {})], attempts=[phone("2026-02-15T23:00Z")])


@rule({"covered": H2, **without(*H2), "lacking.firstContact": H2})
def what_is_due_today_is_not_overdue(youth):
    youth(registrations=[("2026-11-02", None, {})])


@rule({"covered": H2, **without(*H2, overdue=H2), "lacking.firstContact": H2})
def what_was_due_yesterday_is(youth):
    youth(registrations=[("2026-11-01", None, {})])


@rule({**without(*T1, overdue=YEAR), "lacking.firstContact": ALWAYS})
def nor_is_what_is_due_on_the_last_day_of_the_period(youth):
    youth(registrations=[("2026-04-16", None, {})])


@rule({**in_time(*T1, by="sms"), **sought(*T1), "attempts.letter": T1, "attempts.sms": T1, "attempts.email": T1})
def the_first_contact_is_the_earliest_since_the_registration(youth):
    youth(registrations=[("2026-02-01", None, {})],
          attempts=[("letter", "2026-02-03T10:00Z"), phone("2026-02-02T10:00:00.000001Z"), ("sms", "2026-02-02T10:00Z"),
                    ("email", "2026-01-20T10:00Z")])


@rule({**in_time(*T1), **sought(*T1), "attempts.email": T1})
def of_two_at_a_time_the_one_by_the_channel_that_comes_first_in_the_list(youth):
    youth(registrations=[("2026-02-01", None, {})], attempts=[("email", "2026-02-02T10:00Z"), phone("2026-02-02T10:00Z")])


@rule({**late(*T1, by="own_initiative"), "soughtOut": H2, "attempts.own_initiative": H2, "lacking.firstContact": AT_FIRST})
def a_first_contact_after_the_period_is_late_in_it_and_lacking_on_its_last_day(youth):
    youth(registrations=[("2026-02-01", None, {})], attempts=[("own_initiative", "2026-07-02T10:00Z")])


@rule({**without(*T1, overdue=T1), "reached": T1, "reachedBy.phone": T1, "lacking.firstContact": ALWAYS})
def only_outreach_seeks_out_but_whatever_reaches_has_reached(youth):
    youth(registrations=[("2026-02-01", None, {})],
          attempts=[("letter", "2026-02-02T10:00Z", {"purpose": "follow_up"}),
                    phone("2026-02-03T10:00Z", purpose="turning_20", status="reached_declined")])


@rule({**sought(*T1, attempts=(7, 0, 7)), "reached": T1, "reachedBy.phone": T1})
def which_attempts_are_made(youth):
    made = "sent", "no_answer", "wrong_contact_details", "not_at_address", "returned", "reached", "reached_declined"
    youth(attempts=[LETTER, *(phone("2026-02-01T10:00Z", status=status) for status in ("planned", "cancelled", "voided", *made))])


@rule({"soughtOut": T1, "attempts.letter": T1, "reached": H2, "reachedBy.letter": H2})
def reached_when_it_became_known(youth):
    youth(attempts=[LETTER, reached("letter", "2026-04-30T21:59:59Z", outcome_at="2026-06-30T22:00Z")])


@rule({"soughtOut": YEAR, "attempts.letter": YEAR, "reached": YEAR, "reachedBy.letter": YEAR})
def before_the_day_begins_it_is_the_day_before(youth):
    youth(attempts=[LETTER, reached("letter", "2026-04-30T22:00Z", outcome_at="2026-06-30T21:59:59.999999Z")])


@rule({"soughtOut": ALWAYS, "attempts.phone": T1, "attempts.letter": H2, "attempts.sms": T1, "reached": ALWAYS,
       "reachedBy.phone": T1, "reachedBy.letter": (0, 1, 0)})
def reached_by_the_first_in_each_period(youth):
    youth(attempts=[LETTER, reached("letter", "2026-08-01T10:00Z"), reached("sms", "2026-03-02T10:00Z"),
                    reached("phone", "2026-03-01T10:00Z")])


@rule({"soughtOut": T1, "attempts.phone": (2, 0, 2), "attempts.email": T1, "reached": T1, "reachedBy.phone": T1})
def and_of_two_outcomes_at_a_time(youth):
    youth(attempts=[LETTER, reached("email", "2026-03-01T10:00Z"), reached("phone", "2026-03-01T09:00Z", outcome_at="2026-03-01T10:00Z"),
                    reached("phone", "2026-03-01T10:00Z")])


@rule({})
def what_was_done_before_the_periods_is_not_of_them(youth):
    youth(attempts=[LETTER, reached("phone", "2025-12-31T22:59:59Z")], measures=[{"start": "2025-07-01", "end": "2025-12-31"}])


@rule({"covered": H2, **in_time(*H2), **sought(*H2, attempts=(0, 1, 2)), "reached": YEAR, "reachedBy.letter": YEAR,
       "attempts.letter": YEAR, "participants": YEAR, "participantsByAdministration.education": YEAR,
       "participantsByMeasureType.coaching": YEAR, "results.completed_goal_reached": YEAR, "occupationAfter.work": YEAR})
def what_was_done_in_a_period_counts_in_those_in_which_one_is_covered(youth):
    youth(registrations=[("2026-07-01", None, {})],
          attempts=[phone("2026-02-01T10:00Z"), phone("2026-07-02T10:00Z"), reached("letter", "2026-02-01T10:00Z")],
          measures=[{"start": "2026-02-01", "end": "2026-03-01"}])


# Measures

def takes_part(*numbers, type_="coaching", administration="education"):
    return {"participants": numbers, f"participantsByMeasureType.{type_}": numbers,
            f"participantsByAdministration.{administration}": numbers}


@rule({"participants": ALWAYS, "participantsByMeasureType.coaching": ALWAYS})
def a_measure_without_a_unit_has_no_administration(youth):
    youth(measures=[{"start": "2026-02-01", "unit_id": None}])


@rule({**takes_part(*T1), "results.completed_goal_reached": (2, 0, 2), "occupationAfter.work": T1, "occupationAfter.none": T1})
def two_measures_of_one_type_are_one_participant_and_two_results(youth):
    youth(measures=[{"start": "2026-02-01", "end": "2026-02-10"}, {"start": "2026-03-01", "end": "2026-03-10", "occupation_after": "none"}])


@rule({**takes_part(*ALWAYS, type_="other"), "participantsByAdministration.labour_market": ALWAYS,
       "participantsByMeasureType.internship": ALWAYS})
def what_promotes_health_is_told_as_other(youth):
    work = RULED.unit("Arbete", administration="labour_market")
    youth(measures=[{"start": "2026-02-01", "type": "health_promoting"}, {"start": "2026-02-01", "type": "other", "unit_id": work},
                    {"start": "2026-02-01", "type": "internship", "unit_id": None}])


@rule({})
def a_measure_counts_when_it_has_begun(youth):
    youth(measures=[{"start": "2026-02-01", "status": status} for status in ("offered", "declined", "planned", "cancelled")])


@rule({**takes_part(*ALWAYS), "results.completed_goal_reached": H2, "occupationAfter.work": H2})
def from_its_first_day_to_its_last(youth):
    youth(measures=[{"start": "2026-04-30", "end": "2026-07-01"}])


@rule({**takes_part(*YEAR), "results.completed_goal_reached": YEAR, "occupationAfter.work": YEAR})
def and_on_no_other(youth):
    youth(measures=[{"start": "2026-05-01", "end": "2026-06-30"}])


@rule({**takes_part(*ALWAYS), "results.completed_goal_reached": (1, 1, 2), "occupationAfter.work": T1, "occupationAfter.unknown": H2,
       "lacking.occupationAfter": H2})
def an_occupation_after_that_nobody_told_is_lacking_when_it_ended(youth):
    youth(measures=[{"start": "2026-02-01", "end": "2026-02-10"}, {"start": "2026-03-01", "end": "2026-07-10", "occupation_after": None}])


@rule({**takes_part(*ALWAYS), "results.completed_goal_reached": (1, 1, 2), "occupationAfter.work": (1, 1, 2)})
def a_measure_in_each_half_of_the_year(youth):
    youth(measures=[{"start": "2026-08-01", "end": "2026-09-01"}, {"start": "2026-02-01", "end": "2026-03-01"}])


LEFT = {"covered": T1, "exits.moved": T1, **in_time(*T1), **sought(*T1)}
TOOK_PART = {**LEFT, "exitsOfParticipants.moved": T1}


def leaver(youth, *measures):
    youth(registrations=[("2026-02-01", "2026-03-01", {})], attempts=[phone("2026-02-02T10:00Z")], measures=measures)


@rule({**TOOK_PART, "exitsByMeasureType.coaching.moved": T1, "exitsByMeasureType.internship.moved": T1, "participants": T1,
       "participantsByMeasureType.coaching": T1, "participantsByMeasureType.internship": T1,
       "participantsByAdministration.education": T1, "results.completed_goal_reached": (2, 0, 2), "occupationAfter.work": (2, 0, 2)})
def who_took_part_on_the_first_or_the_last_day_left_as_a_participant(youth):
    leaver(youth, {"start": "2026-01-01", "end": "2026-02-01"}, {"start": "2026-03-01", "end": "2026-03-01", "type": "coaching"},
           {"start": "2026-03-01", "type": "internship"})


@rule({**LEFT, **takes_part(*T1), "results.completed_goal_reached": T1, "occupationAfter.work": T1})
def not_who_did_before_and_after(youth):
    leaver(youth, {"start": "2026-01-01", "end": "2026-01-31"}, {"start": "2026-03-02"})


@rule({"covered": T1, "exits.completed": T1, "exitsOfParticipants.completed": T1, "exitsByMeasureType.coaching.completed": T1})
def a_measure_before_the_period_makes_a_participant_of_who_leaves_in_it(youth):
    youth(registrations=[("2025-06-01", "2026-02-01", {"exit_reason": "completed"})],
          measures=[{"start": "2025-07-01", "end": "2025-08-01"}])


# Occupations

@rule({"lacking.occupation": H2})
def the_latest_occupation_counts(youth):
    youth(occupations=[("unknown", "2026-07-01"), ("work", "2025-06-01")])


@rule({"lacking.occupation": AT_FIRST})
def of_those_before_the_last_day(youth):
    youth(occupations=[("none", "2026-07-01"), ("unknown", "2025-06-01")])


@rule({})
def one_that_was_to_be_reviewed_ends_with_the_next(youth):
    youth(occupations=[("work", "2025-06-01", "2025-09-01"), ("komvux", "2026-01-01")])


@rule({"lacking.occupation": ALWAYS})
def after_its_review_date_the_one_before_does_not_hold_again(youth):
    youth(occupations=[("work", "2025-06-01"), ("komvux", "2026-01-01", "2026-03-01")])


@rule({"lacking.occupation": ALWAYS})
def of_two_on_one_day_the_one_written_last(youth):
    youth(occupations=[("work", "2025-06-01"), ("unknown", "2025-06-01")])


@rule({})
def of_two_on_one_day_that_are_the_other_way_round(youth):
    youth(occupations=[("unknown", "2025-06-01"), ("work", "2025-06-01")])


@rule({"lacking.occupation": AT_FIRST})
def an_occupation_counts_from_the_day_it_holds_from(youth):
    RULED.occupation(youth(occupations=()), "work", "2025-06-01", holds_from="2026-05-01")


@rule({})
def what_is_to_be_reviewed_after_today_is_known_in_a_period_that_lasts_longer(youth):
    youth(occupations=[("work", "2025-06-01", "2026-11-16")])


@rule({"lacking.occupation": H2})
def what_was_to_be_reviewed_yesterday_is_not(youth):
    youth(occupations=[("work", "2025-06-01", "2026-11-15")])


@rule({"covered": T1, "exits.moved": T1})
def what_was_known_on_the_last_day_covered_is_known(youth):
    youth(registrations=[("2025-06-01", "2026-03-01", {})], occupations=[("work", "2025-06-01"), ("unknown", "2026-03-02")])


@rule({"covered": T1, "exits.moved": T1, "lacking.occupation": T1})
def what_became_known_afterwards_is_not(youth):
    youth(registrations=[("2025-06-01", "2026-03-01", {})], occupations=[("work", "2026-03-02")])


@rule({"lacking.occupation": AT_FIRST, "exits.moved": T1, **in_time(*YEAR), **sought(*YEAR)})
def each_period_has_its_last_day_covered(youth):
    youth(registrations=[("2025-06-01", "2026-03-01", {}), ("2026-05-01", None, {})], occupations=[("work", "2026-03-02")],
          attempts=[LETTER, phone("2026-05-02T10:00Z")])


@rule({"lacking.occupation": ALWAYS})
def who_was_never_asked_has_none_that_is_known(youth):
    youth(occupations=())


# What the youth's own row says

@rule({"lacking.address": ALWAYS})
def a_street_that_is_empty_is_no_address(youth):
    youth(address={"kind": "registered", "street": ""}, contact_address={"city": "Provköping"})


@rule({"lacking.contactDetails": ALWAYS, "lacking.registrationReason": ALWAYS})
def without_a_phone_and_an_email(youth):
    youth(phones=[], registrations=[("2025-06-01", None, UNKNOWN)])


# Places

@rule({"covered": AT_FIRST, "there: covered": H2, "attempts.phone": YEAR, "there: attempts.phone": YEAR,
       "there: attempts.sms": H2, "there: soughtOut": H2})
def who_moved_counts_where_they_live_on_the_last_day_and_an_attempt_where_they_did_then(youth):
    youth(homes=[("", "2020-01-01"), ("there", "2026-06-15")],
          attempts=[LETTER, phone("2026-06-14T21:59:59Z"), phone("2026-06-14T22:00Z"), ("sms", "2026-10-01T10:00Z")])


@rule({"covered": AT_FIRST, "there: covered": YEAR, "there: exits.moved": YEAR, "results.completed_goal_reached": AT_FIRST,
       "there: results.completed_goal_reached": YEAR, "occupationAfter.work": AT_FIRST, "there: occupationAfter.work": YEAR,
       "participants": AT_FIRST, "there: participants": YEAR, "participantsByMeasureType.coaching": AT_FIRST,
       "participantsByAdministration.education": AT_FIRST, "there: participantsByMeasureType.coaching": YEAR,
       "there: participantsByAdministration.education": YEAR, "there: exitsOfParticipants.moved": YEAR,
       "there: exitsByMeasureType.coaching.moved": YEAR, "reached": AT_FIRST, "there: reached": YEAR, "reachedBy.phone": AT_FIRST,
       "there: reachedBy.phone": YEAR, "soughtOut": AT_FIRST, "there: soughtOut": YEAR, "attempts.phone": T1,
       **{where + name: (number, 0, 1 - number) for where, number in (("", 1), ("there: ", 0)) for name in in_time(1)}})
def all_that_is_theirs_counts_there_too(youth):
    youth(homes=[("", "2020-01-01"), ("there", "2026-05-15")], registrations=[("2026-02-01", "2026-06-01", {})],
          attempts=[reached("phone", "2026-02-02T10:00Z")], measures=[{"start": "2026-02-01", "end": "2026-03-01"}])


EMPTY = {f"lacking.{key}" for key in ("registrationReason", "latestSchool", "occupation", "contactDetails", "address", "firstContact",
                                      "occupationAfter")}
IDLE = EMPTY | {"covered", "timeliness.begun", "timeliness.noContact", "overdue", "results.completed_goal_reached",
                "occupationAfter.unknown", *takes_part()}


@rule({**{figure: AT_FIRST for figure in IDLE}, **{f"there: {figure}": YEAR for figure in IDLE}, "there: exits.left_source": YEAR,
       "there: lacking.exitReason": YEAR, "there: exitsOfParticipants.left_source": YEAR,
       "there: exitsByMeasureType.coaching.left_source": YEAR})
def and_all_that_is_lacking(youth):
    youth(homes=[("", "2020-01-01"), ("there", "2026-05-15")], attempts=(), occupations=(), phones=[], address=None,
          registrations=[("2026-02-01", "2026-06-01", {**UNKNOWN, "latest_school": None, "exit_reason": "left_source"})],
          measures=[{"start": "2026-02-01", "end": "2026-03-01", "occupation_after": None}])


@rule({"covered": T1, "exits.moved": T1})
def who_moved_after_leaving_counts_where_they_left(youth):
    youth(homes=[("", "2020-01-01"), ("there", "2026-03-02")], registrations=[("2025-06-01", "2026-03-01", {})])


@rule({"covered": NEVER, "there: covered": T1, "there: exits.moved": T1})
def who_moved_on_the_last_day_counts_where_they_went(youth):
    youth(homes=[("", "2020-01-01"), ("there", "2026-03-01")], registrations=[("2025-06-01", "2026-03-01", {})])


@rule({"soughtOut": T1, "attempts.letter": T1})
def what_was_before_the_first_known_place_counts_to_it(youth):
    youth(homes=[("", "2026-09-01")], attempts=[LETTER, ("letter", "2026-02-01T10:00Z")])


@rule({"covered": AT_FIRST, "there: covered": H2, "soughtOut": AT_FIRST, "attempts.letter": T1, "there: soughtOut": H2,
       "there: attempts.phone": H2})
def also_when_they_moved_from_there(youth):
    youth(homes=[("", "2026-09-01"), ("there", "2026-10-01")],
          attempts=[LETTER, ("letter", "2026-02-01T10:00Z"), phone("2026-09-30T22:00Z")])


@rule({"covered": AT_FIRST, "exits.moved": AT_FIRST, "there: covered": H2, "there: exits.moved": YEAR,
       **{f"there: {name}": H2 for name in {**in_time(1), **sought(1)}}})
def of_two_registrations_each_period_has_the_last_days_place(youth):
    youth(homes=[("", "2020-01-01"), ("there", "2026-04-01")], registrations=[("2025-06-01", "2026-02-01", {}), ("2026-07-01", None, {})],
          attempts=[LETTER, phone("2026-07-02T10:00Z")])


@rule({"covered": H2, "there: covered": AT_FIRST, "soughtOut": H2, "there: soughtOut": AT_FIRST, "attempts.phone": (1, 1, 2),
       "there: attempts.phone": T1})
def who_moved_back_counts_at_each_place_in_its_time(youth):
    youth(homes=[("", "2020-01-01"), ("there", "2026-03-01"), ("", "2026-08-01")],
          attempts=[LETTER, phone("2026-02-01T10:00Z"), phone("2026-03-01T10:00Z"), phone("2026-08-01T10:00Z")])


@rule({"covered": AT_FIRST, "attempts.phone": T1, "soughtOut": AT_FIRST, "lacking.district": AT_FIRST})
def who_moved_out_of_all_districts_is_nowhere_since(youth):
    youth(homes=[("", "2020-01-01"), ("none", "2026-05-01")], attempts=[LETTER, phone("2026-02-01T10:00Z"), phone("2026-05-02T10:00Z")])


# Duplicates

@rule({"soughtOut": ALWAYS, "attempts.phone": (2, 1, 3), "exits.completed": T1, "exits.moved": T1, **in_time(1, 1, 2), **takes_part(*T1),
       "exitsOfParticipants.moved": T1, "exitsByMeasureType.coaching.moved": T1, "results.completed_goal_reached": (2, 0, 2),
       "occupationAfter.work": (2, 0, 2), "reached": T1, "reachedBy.phone": T1})
def two_duplicates_and_their_survivor_are_one(youth):
    one = youth(registrations=[("2026-07-01", None, {})], attempts=[phone("2026-07-02T10:00Z")], occupations=())
    youth(merged_into=one, registrations=[("2025-06-01", "2026-01-31", {"exit_reason": "completed"})], homes=[("there", "2019-01-01")],
          attempts=[LETTER, reached("phone", "2026-03-02T10:00Z")], measures=[{"start": "2026-02-01", "end": "2026-02-20"}])
    youth(merged_into=one, registrations=[("2026-03-01", "2026-04-01", {})], homes=[("there", "2019-06-01")], occupations=(),
          attempts=[reached("phone", "2026-03-03T10:00Z")], measures=[{"start": "2026-02-10", "end": "2026-03-01"}])


@rule({"soughtOut": T1, "attempts.phone": (3, 0, 3), "there: attempts.phone": T1, "covered": ALWAYS})
def before_the_survivors_first_known_place_the_duplicates_counts(youth):
    one = youth(homes=[("", "2026-03-15")], attempts=[LETTER, phone("2026-03-14T23:00Z"), phone("2026-04-01T10:00Z")])
    youth(merged_into=one, registrations=[], homes=[("there", "2020-01-01"), ("there", "2026-03-20")],
          attempts=[phone("2026-03-14T22:59:59Z"), phone("2026-03-21T10:00Z")])


@rule({"covered": H2, "there: covered": AT_FIRST, "there: exits.moved": AT_FIRST, "exits.moved": YEAR, **in_time(*H2), **sought(*H2)})
def so_who_was_covered_before_counts_there(youth):
    one = youth(homes=[("", "2026-03-15")], registrations=[("2026-07-01", None, {})], attempts=[phone("2026-07-02T10:00Z")])
    youth(merged_into=one, registrations=[("2025-06-01", "2026-03-01", {})], homes=[("there", "2020-01-01")])


@rule({"soughtOut": T1, "attempts.phone": (2, 0, 2), "there: attempts.phone": (2, 0, 2), "beyond: attempts.phone": (2, 0, 2)})
def of_two_duplicates_the_place_that_was_known_later(youth):
    one = youth(homes=[("", "2026-03-01")], attempts=[LETTER, phone("2026-02-10T11:00Z"), phone("2026-03-10T10:00Z")])
    youth(merged_into=one, registrations=[], homes=[("there", "2020-01-01")],
          attempts=[phone("2019-01-10T10:00Z"), phone("2026-01-10T10:00Z"), phone("2026-02-10T10:00Z")])
    youth(merged_into=one, registrations=[], homes=[("beyond", "2026-02-01"), ("there", "2026-04-01")],
          attempts=[phone("2026-01-10T11:00Z"), phone("2026-04-10T10:00Z")])


@rule({"covered": YEAR, "beyond: covered": AT_FIRST, "beyond: exits.moved": AT_FIRST, "exits.moved": (0, 0, 2), **in_time(*YEAR),
       **sought(*YEAR)})
def where_the_one_known_earlier_is_no_more(youth):
    one = youth(homes=[("", "2026-03-01")], registrations=[("2026-05-01", "2026-06-01", {})], attempts=[phone("2026-05-02T10:00Z")])
    youth(merged_into=one, homes=[("there", "2020-01-01")], registrations=[("2025-06-01", "2026-02-10", {})])
    youth(merged_into=one, homes=[("beyond", "2026-02-01")], registrations=[], attempts=())


@rule({"covered": AT_FIRST, "soughtOut": AT_FIRST, "attempts.phone": T1, "there: covered": H2, "there: soughtOut": YEAR})
def once_the_survivors_place_is_known_a_duplicates_is_not_asked_for(youth):
    one = youth(homes=[("", "2026-03-01"), ("there", "2026-06-01")])
    youth(merged_into=one, homes=[("beyond", "2026-04-01")], registrations=[], attempts=[phone("2026-04-10T10:00Z")])


@rule({})
def what_the_duplicates_row_says_does_not_matter(youth):
    youth(merged_into=youth(), registrations=[], phones=[], address=None, sex="male", district_id=None, attempts=())


@rule({"soughtOut": T1, "attempts.phone": (2, 0, 2)})
def a_survivor_is_covered_by_a_duplicates_registration_alone(youth):
    youth(merged_into=youth(registrations=[], attempts=[phone("2026-02-02T10:00Z")], occupations=()), homes=[("there", "2020-01-01")],
          attempts=[LETTER, phone("2026-02-01T10:00Z")])


@rule({"covered": H2, **in_time(*H2), **sought(*H2)})
def an_attempt_with_the_duplicate_is_a_first_contact_with_the_survivor(youth):
    one = youth(registrations=[("2026-07-01", None, {})], attempts=())
    youth(merged_into=one, registrations=[], attempts=[LETTER, phone("2026-07-02T10:00Z")])


@rule({"lacking.occupation": H2})
def of_the_occupations_of_both_the_latest_counts(youth):
    youth(merged_into=youth(), registrations=[], occupations=[("unknown", "2026-08-01")], attempts=())


@rule({"soughtOut": T1, "attempts.phone": (2, 0, 2), "attempts.letter": T1, "reached": T1, "reachedBy.letter": T1})
def of_the_outcomes_of_both_the_first_reached(youth):
    one = youth(attempts=[LETTER, reached("phone", "2026-02-02T10:00Z")])
    youth(merged_into=one, registrations=[], attempts=[reached("letter", "2026-02-01T10:00Z"), reached("phone", "2026-02-03T10:00Z")])


@rule({"covered": AT_FIRST, "there: covered": H2, "exits.moved": AT_FIRST, "there: exits.moved": YEAR,
       "participants": AT_FIRST, "there: participants": YEAR, "participantsByMeasureType.coaching": AT_FIRST,
       "participantsByAdministration.education": AT_FIRST, "there: participantsByMeasureType.coaching": YEAR,
       "there: participantsByAdministration.education": YEAR, "results.completed_goal_reached": AT_FIRST, "occupationAfter.work": AT_FIRST,
       "there: results.completed_goal_reached": YEAR, "there: occupationAfter.work": YEAR,
       "exitsOfParticipants.moved": AT_FIRST, "there: exitsOfParticipants.moved": YEAR, "exitsByMeasureType.coaching.moved": AT_FIRST,
       "there: exitsByMeasureType.coaching.moved": YEAR, "soughtOut": AT_FIRST, "attempts.phone": T1,
       "there: soughtOut": H2, "there: attempts.phone": H2, **in_time(1, 0, 0),
       **{f"there: {name}": (0, 1, 2) for name in in_time(1)}})
def of_each_thing_it_is_told_in_which_periods_it_counts_elsewhere(youth):
    youth(homes=[("", "2020-01-01"), ("there", "2026-04-01")], registrations=[("2026-01-10", "2026-02-01", {}), ("2026-07-01", None, {})],
          attempts=[phone("2026-01-12T10:00Z"), phone("2026-07-02T10:00Z")], measures=[{"start": "2026-01-11", "end": "2026-01-20"}])
