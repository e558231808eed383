"""A slow, simple model of the outreach ladder: whom to seek out next, how, why, and by when.
Written from the rules alone, so that it can disagree with the SQL. It walks from the first day of the registration to
today, day by day, and takes what happened in the order in which it did."""
import calendar
import re
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
STOCKHOLM = ZoneInfo("Europe/Stockholm")
REPLIES = ("reached", "reached_declined")
NOT_MADE = ("planned", "cancelled", "voided")
AT_ADDRESS = ("letter", "door_card", "home_visit")
POLICY = {
    "massLetterDate": "09-15", "restartOn": "01-15", "firstContactWithin": "P1M", "phoneAfter": "P10D", "phoneTries": 3,
    "phoneInterval": "P3D", "furtherLetters": 1, "furtherLetterAfter": "P7D", "doorCardAfter": "P14D",
    "visitNoticeMin": "P3D", "visitNoticeMax": "P14D", "addressNotificationWithin": "P7D"}
STEPS = {"letter", "phone", "further_letter", "door_card", "home_visit", "address_notification", "manual_contact", "paused",
         "follow_up", "exhausted"}
REASONS = {"registered", "mass_letter", "restarted", "letter_sent", "no_phone", "tried", "tries_made", "further_letter_sent",
           "visit_announced", "not_at_address", "ladder_done", "reached", "declined", "protected_registration", "no_address", "pause"}


# Days -------------------------------------------------------------------------------------------------------

def day_of(time):
    """The day in Sweden."""
    return time.astimezone(STOCKHOLM).date()


def moment(day, hour=12, minute=0):
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=STOCKHOLM)


def after(day, duration):
    """An ISO 8601 duration later: first the months, which end with their last day, then the days."""
    years, months, weeks, days = (int(n or 0) for n in re.fullmatch(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?", duration).groups())
    month = day.month - 1 + months + 12 * years
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1])) + timedelta(days=days + 7 * weeks)


def falls_on(day, text):
    """Whether it is that day of the year (MM-DD)."""
    return f"{day:%m-%d}" == text


def every_day(first, last):
    return (first + n * DAY for n in range((last - first).days + 1))


def birthday(birth, age):
    """Who is born on 29 February has the birthday on the 28th in other years."""
    try:
        return birth.replace(year=birth.year + age)
    except ValueError:
        return birth.replace(year=birth.year + age, day=28)


# What is known ----------------------------------------------------------------------------------------------

@dataclass(eq=False)
class Attempt:
    id: str
    channel: str
    purpose: str = "outreach"
    status: str = "planned"
    planned_at: datetime = None
    attempted_at: datetime = None
    outcome_at: datetime = None
    staff: list = field(default_factory=lambda: ["anna"])
    announced: datetime = None
    acknowledged: bool = False
    unannounced_reason: str = None


@dataclass(eq=False)
class Notification:
    id: str
    attempt: Attempt
    sent_at: datetime


@dataclass(eq=False)
class Pause:
    id: str
    first: date
    until: date
    created_at: datetime = None
    consent: object = None
    ended_at: datetime = None

    def holds(self, day):
        return self.first <= day <= self.until and not (self.ended_at and day >= day_of(self.ended_at))

    def status(self, today):
        return "ended" if self.ended_at else "expired" if self.until < today else "active"

    def end(self, now):
        """Unless it is over."""
        if self.status(day_of(now)) == "active":
            self.ended_at = now


@dataclass(eq=False)
class Occupation:
    code: str
    start: date
    known_at: datetime
    review_date: date = None


@dataclass(eq=False)
class Registration:
    id: str
    start: date
    end: date = None


@dataclass(eq=False)
class Youth:
    registrations: list = field(default_factory=list)
    attempts: list = field(default_factory=list)
    notifications: list = field(default_factory=list)
    pauses: list = field(default_factory=list)
    phones: list = field(default_factory=list)
    protection: str = "none"
    address: bool = True
    occupations: list = field(default_factory=list)
    duplicates: list = field(default_factory=list)  # merged into this one
    merged_into: object = None

    @property
    def open(self):
        return next((r for r in self.registrations if r.end is None), None)

    @property
    def usable_address(self):
        return self.address and self.protection != "protected_registration"

    def all(self, name):
        """Of the person: also what was written of merged duplicates."""
        return [one for youth in (self, *self.duplicates) for one in getattr(youth, name)]

    @property
    def occupation(self):
        """The latest one that is known of the person."""
        return max(self.all("occupations"), key=lambda o: (o.start, o.known_at), default=None)

    def made(self):
        """The attempts of the person that were made since the registration began."""
        return sorted((a for a in self.all("attempts") if a.status not in NOT_MADE and day_of(a.attempted_at) >= self.open.start),
                      key=lambda a: (a.attempted_at, a.id))

    def sought(self):
        return [a for a in self.made() if a.purpose == "outreach"]

    def is_held(self, day):
        return any(pause.holds(day) for pause in self.all("pauses"))


@dataclass
class Plan:
    step: str
    why: str
    due: date = None
    overdue_after: date = None
    overdue: bool = False
    attempts: int = 0
    first_contact: datetime = None


# The ladder -------------------------------------------------------------------------------------------------

class Ladder:
    """Where the ladder has come to. rung: what was done last, or nothing, wrong_address, exhausted."""

    def __init__(self, policy, start):
        self.policy = policy
        self.start = start
        self.later_round = False
        self.begin(start)

    def begin(self, day):
        self.round, self.rung, self.since, self.tries, self.visit = day, "nothing", None, 0, None

    def dawn(self, day):
        """Who is exhausted begins again on the next day that the policy names."""
        named = falls_on(day, self.policy["restartOn"]) or falls_on(day, self.policy["massLetterDate"])
        if self.rung == "exhausted" and day > self.since and named:
            self.later_round = True
            self.begin(day)

    def restart(self):
        return next(day for day in every_day(self.since + DAY, self.since + 400 * DAY)
                    if falls_on(day, self.policy["restartOn"]) or falls_on(day, self.policy["massLetterDate"]))

    def climb(self, rung, day):
        self.rung, self.since = rung, day

    def take(self, item, day):
        if isinstance(item, Notification):
            if self.rung == "wrong_address":
                self.climb("exhausted", day)
        elif item.status == "not_at_address":
            if self.rung != "wrong_address":
                self.climb("wrong_address", day)
        elif self.rung not in ("wrong_address", "exhausted"):
            self.attempted(item, day)

    def attempted(self, attempt, day):
        if attempt.channel == "letter" and self.rung in ("nothing", "letter", "phone"):
            self.climb("letter" if self.rung == "nothing" else "further_letter", day)
        elif attempt.channel in ("phone", "sms") and self.rung in ("nothing", "letter", "phone"):
            if self.rung != "phone" or day >= after(self.since, self.policy["phoneInterval"]):
                self.climb("phone", day)
                self.tries += 1
        elif attempt.channel == "door_card":
            self.climb("door_card", day)
            self.visit = day_of(attempt.announced)
        elif attempt.channel == "home_visit":
            self.climb("exhausted", day)

    def without_phone(self, why):
        """On to the further letter, where the policy has one."""
        if self.policy["furtherLetters"]:
            return "further_letter", why, after(self.since, self.policy["furtherLetterAfter"])
        return "door_card", why, after(self.since, self.policy["doorCardAfter"])

    def next(self, has_phone):
        """(step, why, due day)"""
        policy = self.policy
        if self.rung == "nothing":
            return self.first_letter()
        if self.rung == "letter":
            return ("phone", "letter_sent", after(self.since, policy["phoneAfter"])) if has_phone else self.without_phone("no_phone")
        if self.rung == "phone":
            if self.tries >= policy["phoneTries"]:
                return self.without_phone("tries_made")
            return ("phone", "tried", after(self.since, policy["phoneInterval"])) if has_phone else self.without_phone("no_phone")
        if self.rung == "further_letter":
            return "door_card", "further_letter_sent", after(self.since, policy["doorCardAfter"])
        if self.rung == "door_card":
            return "home_visit", "visit_announced", self.visit
        if self.rung == "wrong_address":
            return "address_notification", "not_at_address", after(self.since, policy["addressNotificationWithin"])
        return "exhausted", "ladder_done", self.restart()

    def first_letter(self):
        if self.later_round:
            return "letter", "restarted", self.round
        last = after(self.start, self.policy["firstContactWithin"])
        mass = next((day for day in every_day(self.start, last) if falls_on(day, self.policy["massLetterDate"])), self.start)
        return "letter", "mass_letter" if mass > self.start else "registered", mass


def climbed(youth, policy, today):
    """The ladder as it stands today."""
    start = youth.open.start
    ladder = Ladder(policy, start)
    items = [(a.attempted_at, 0, a.id, a) for a in youth.sought()]
    items += [(n.sent_at, 1, n.id, n) for n in youth.all("notifications") if day_of(n.sent_at) >= start]
    items.sort(key=lambda item: item[:3])
    for day in every_day(start, today):
        ladder.dawn(day)
        for time, _, _, item in items:
            if day_of(time) == day:
                ladder.take(item, day)
    return ladder


def first_free(youth, day):
    while youth.is_held(day):
        day += DAY
    return day


def without_pauses(youth, policy, today):
    """(step, why, due day, last day in time)"""
    made, start = youth.made(), youth.open.start
    in_time = after(start, policy["firstContactWithin"])
    if any(a.status in REPLIES for a in made):
        why = "reached" if any(a.status == "reached" for a in made) else "declined"
        review = youth.occupation and youth.occupation.review_date
        return "follow_up", why, review, review
    if not youth.usable_address:
        why = "protected_registration" if youth.protection == "protected_registration" else "no_address"
        sought = youth.sought()
        if not sought:
            return "manual_contact", why, start, in_time
        due = after(day_of(sought[-1].attempted_at), policy["phoneAfter"])
        return "manual_contact", why, due, due
    ladder = climbed(youth, policy, today)
    step, why, due = ladder.next(bool(youth.phones))
    return step, why, due, in_time if step == "letter" and not ladder.later_round else due


def plan(youth, policy, today):
    """The youth's row of the work list; None without an open registration."""
    if not youth.open or youth.merged_into:
        return None
    step, why, due, last = without_pauses(youth, policy, today)
    if youth.is_held(today):
        step, why, due = "paused", "pause", first_free(youth, today)
        last = due
    due, last = (day and first_free(youth, day) for day in (due, last))
    sought = youth.sought()
    return Plan(step, why, due, last, bool(last and last < today), len(sought), sought[0].attempted_at if sought else None)
