"""A slow, simple model of casework: what is refused, by which rule, and what becomes of all that hangs together.
Each call has two methods: `why_not_…` answers the codes of all rules against it, and one that does it. Written from
the rules alone; the plan that follows is outreach_model's."""
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from outreach_model import (AT_ADDRESS, DAY, NOT_MADE, POLICY, REPLIES, Attempt, Notification, Occupation, Registration, Youth, after,
                            birthday, day_of, moment, plan)

MADE = ("sent", "no_answer", "wrong_contact_details", "not_at_address", *REPLIES)
LEADS_TO = {"planned": (*MADE, "cancelled", "voided"), "sent": ("returned", *REPLIES, "voided")}
FACE_TO_FACE = ("door_card", "home_visit", "meeting")
PROTECTION = ("none", "confidentiality_marking", "protected_registration")
NOTICE_MONTHS = "P6M"
# A referral, by who moves it.
OF_STAFF = {"draft": ("sent", "cancelled"), "sent": ("cancelled",), "received": ("cancelled",),
            "accepted": ("interrupted", "cancelled"), "started": ("interrupted",)}
OF_RECIPIENT = {"sent": ("received", "accepted", "declined"), "received": ("accepted", "declined"),
                "accepted": ("started", "interrupted"), "started": ("completed", "interrupted")}
TAKEN_ON = ("accepted", "started", "completed", "interrupted")
WITHOUT_CONSENT = ("identity", "contact", "registration", "message")


@dataclass(eq=False)
class Recipient:
    id: str
    name: str
    purpose: str
    needs_consent: bool


@dataclass(eq=False)
class Consent:
    id: str
    purpose: str
    recipients: list
    shares: list
    by_youth: bool
    given_at: datetime
    valid_until: date = None
    withdrawn_at: datetime = None

    def covers(self, youth, purpose, recipient, now):
        return (self.holds(youth, now) and self.purpose == purpose and (recipient is None or recipient in self.recipients))

    def holds(self, youth, now):
        """Until withdrawn, through its last day; a guardian's until the 18th birthday."""
        return (self.withdrawn_at is None and self.given_at <= now and (not self.valid_until or day_of(now) <= self.valid_until)
                and (self.by_youth or day_of(now) < birthday(youth.birth, 18)))


@dataclass(eq=False)
class Referral:
    id: str
    youth: object
    recipient: Recipient
    consent: Consent = None
    status: str = "draft"
    shares: tuple = ()
    consent_purpose = None
    sent: bool = False


@dataclass(eq=False)
class Request:
    """To a coordinated individual plan: with the answer of each who is asked."""
    id: str
    youth: object
    answers: dict
    consent: Consent = None
    status: str = "draft"
    sent: bool = False


@dataclass(eq=False)
class Notice:
    id: str
    valid_until: date
    ended: bool = False


@dataclass(eq=False)
class Person(Youth):
    id: str = None
    name: str = None
    birth: date = None
    district: str = None
    registered_address: bool = True
    contact_address: bool = False
    consents: list = field(default_factory=list)
    notices: list = field(default_factory=list)
    reports: list = field(default_factory=list)
    row: dict = None

    def settle(self):
        """With protected registration neither district nor address is kept."""
        if self.protection == "protected_registration":
            self.registered_address = self.contact_address = False
            self.district = None
        self.address = self.registered_address or self.contact_address


@dataclass(eq=False)
class Caller:
    name: str
    client: object
    protected: bool = False
    district: str = None  # sees no other

    def sees(self, youth):
        return (self.protected or youth.protection == "none") and self.district in (None, youth.district)


def of_codes(**rules):
    """The codes of those that are broken."""
    return {code.replace("_", "-") for code, broken in rules.items() if broken}


class Casework:
    """One municipality: its policy, its youths and what is written of them."""

    def __init__(self, now, recipients):
        self.now = now
        self.policy = dict(POLICY)
        self.youths = []
        self.recipients = recipients
        self.referrals = []
        self.requests = []
        self.disclosed = []  # (what released it, recipient, consent or None, shares)

    @property
    def today(self):
        return day_of(self.now)

    def plan(self, youth):
        return plan(youth, self.policy, self.today)

    # Attempts

    def warned(self, youth):
        return any(not n.ended and n.valid_until >= self.today for n in youth.all("notices"))

    def why_not_plan(self, caller, youth, attempt):
        if self.is_repeated(attempt.staff):
            return {"repeated-item"}
        if not caller.sees(youth):
            return {"unknown-reference"}
        if youth.merged_into:
            return {"merged"}
        paused = youth.is_held(self.today) or attempt.planned_at and youth.is_held(day_of(attempt.planned_at))
        return of_codes(
            two_staff_at_home_visit=self.too_few(attempt), not_covered=not youth.open,
            no_usable_address=attempt.channel in AT_ADDRESS and not youth.usable_address,
            announced_visit_only_on_door_card=attempt.announced and attempt.channel != "door_card",
            outreach_paused=paused and attempt.channel != "own_initiative",
            safety_notice_not_acknowledged=self.not_acknowledged(youth, attempt))

    @staticmethod
    def is_repeated(staff):
        return len(set(staff)) < len(staff)

    @staticmethod
    def too_few(attempt):
        return attempt.channel == "home_visit" and len(set(attempt.staff)) < 2

    def why_not_restaff(self, caller, youth, attempt, staff):
        if self.is_repeated(staff):
            return {"repeated-item"}
        if not caller.sees(youth):
            return {"not-found"}
        return of_codes(facts_are_fixed=attempt.status != "planned" and staff != attempt.staff,
                        two_staff_at_home_visit=self.too_few(Attempt(None, attempt.channel, staff=staff)))

    def not_acknowledged(self, youth, attempt):
        return attempt.channel in FACE_TO_FACE and self.warned(youth) and not attempt.acknowledged

    def why_not_happen(self, caller, youth, attempt, event, at):
        if not caller.sees(youth):
            return {"not-found"}
        if event not in LEADS_TO.get(attempt.status, () if attempt.status == "voided" else ("voided",)):
            return {"transition-not-allowed"}
        broken = of_codes(in_the_future=at > self.now + timedelta(minutes=1),
                          outcome_before_attempt=attempt.attempted_at and event != "voided" and at < attempt.attempted_at)
        if attempt.status == "planned" and event in MADE:
            broken |= of_codes(
                no_usable_address=attempt.channel in AT_ADDRESS and not youth.usable_address,
                outreach_paused=attempt.channel != "own_initiative" and self.paused_at(youth, at),
                safety_notice_not_acknowledged=self.not_acknowledged(youth, attempt),
                door_card_announces_visit=attempt.channel == "door_card" and not attempt.announced,
                visit_not_announced=attempt.channel == "home_visit" and not attempt.unannounced_reason
                and not self.announced(youth, day_of(at)))
        return broken

    @staticmethod
    def paused_at(youth, at):
        """By a pause that holds the day and was known of at the time."""
        return any(p.holds(day_of(at)) and at >= p.created_at for p in youth.all("pauses"))

    def announced(self, youth, visit):
        cards = [a for a in youth.all("attempts") if a.channel == "door_card" and a.status not in NOT_MADE and a.announced]
        return any(day_of(c.announced) == visit and after(day_of(c.attempted_at), self.policy["visitNoticeMin"]) <= visit
                   <= after(day_of(c.attempted_at), self.policy["visitNoticeMax"]) for c in cards)

    def happens(self, youth, attempt, event, at):
        if attempt.status == "planned" and event in MADE:
            attempt.attempted_at = at
        if event not in ("sent", "cancelled", "voided"):
            attempt.outcome_at = at
        attempt.status = event
        if event in REPLIES:
            self.cancel(youth.merged_into or youth, lambda a: a.purpose == "outreach")

    @staticmethod
    def cancel(youth, which):
        for attempt in youth.all("attempts"):
            if attempt.status == "planned" and which(attempt):
                attempt.status = "cancelled"

    # Pauses, notices, notifications

    def why_not_pause(self, caller, youth, first, until, consent, evidence):
        if not caller.sees(youth):
            return {"unknown-reference"}
        if youth.merged_into:
            return {"merged"}
        covers = consent and consent.covers(youth, "outreach_pause", None, self.now)
        return of_codes(
            not_covered=not youth.open, pause_in_the_past=first < self.today, pause_ends_before_start=until < first,
            pause_without_consent=not consent and not evidence,
            consent_missing=consent and not covers,
            pause_outlasts_consent=covers and not consent.holds(youth, max(moment(until), self.now)))

    def pause(self, youth, pause):
        youth.pauses.append(pause)
        self.cancel(youth, lambda a: a.planned_at and pause.holds(day_of(a.planned_at)) and a.channel != "own_initiative")

    def why_not_warn(self, caller, youth, valid_until, report):
        if not caller.sees(youth):
            return {"unknown-reference"}
        if youth.merged_into:
            return {"merged"}
        return of_codes(
            notice_in_the_past=valid_until < self.today, notice_too_long=valid_until > after(self.today, NOTICE_MONTHS),
            concern_report_missing=not report and self.today < birthday(youth.birth, 18))

    def why_not_notify(self, caller, youth, attempt, sent_at):
        if not caller.sees(youth):
            return {"unknown-reference"}
        if youth.merged_into:
            return {"merged"}
        return of_codes(
            address_not_wrong=attempt.status != "not_at_address", in_the_future=sent_at > self.now + timedelta(minutes=1),
            notified_before_attempt=attempt.attempted_at and sent_at < attempt.attempted_at,
            notified_twice=any(n.attempt is attempt for n in youth.all("notifications")))

    def notify(self, youth, one, attempt, sent_at):
        youth.notifications.append(Notification(one, attempt, sent_at))

    # Consents

    def why_not_consent(self, caller, youth, consent, guardians):
        if not caller.sees(youth):
            return {"unknown-reference"}
        if youth.merged_into:
            return {"merged"}
        return of_codes(
            consent_given_by_nobody=not consent.by_youth and not guardians,
            recipients_missing=consent.purpose != "outreach_pause" and not consent.recipients,
            guardian_of_adult=guardians and self.today >= birthday(youth.birth, 18),
            consent_ends_before_given=consent.valid_until and consent.valid_until < day_of(consent.given_at),
            purpose_does_not_fit=consent.purpose in ("sharing", "crm") and any(r.purpose != consent.purpose for r in consent.recipients))

    def withdraw(self, youth, consent):
        consent.withdrawn_at = self.now
        self.consent_ended(consent)

    def consent_ended(self, consent):
        """What rests on it and has not been answered is cancelled; a pause ends."""
        for one in self.referrals + self.requests:
            if one.consent is consent and one.status in (("draft", "sent", "received") if isinstance(one, Referral) else ("draft", "sent")):
                one.status = "cancelled"
        for youth in self.youths:
            for pause in youth.pauses:
                if pause.consent is consent:
                    pause.end(self.now)

    # Referrals

    def ground(self, youth, consent, purpose, recipients):
        """The consent that lets what is known of the youth go to all of them: the named one, else the widest."""
        there = [consent] if consent else youth.consents
        there = sorted((c for c in there if all(c.covers(youth, purpose, r, self.now) for r in recipients)), key=lambda c: c.id)
        return max(there, key=lambda c: (len(c.shares), c.given_at), default=None)

    def why_not_move(self, caller, referral, event):
        if not caller.sees(referral.youth):
            return {"not-found"}
        if event not in OF_STAFF.get(referral.status, ()):
            return {"transition-not-allowed"}
        return of_codes(merged=event == "sent" and referral.youth.merged_into,
                        consent_missing=event == "sent" and not self.may_send(referral))

    def may_send(self, referral):
        found = self.ground(referral.youth, referral.consent, referral.recipient.purpose, [referral.recipient])
        return found or not referral.recipient.needs_consent and not referral.consent

    def move(self, referral, event):
        if event == "sent":
            referral.consent = self.ground(referral.youth, referral.consent, referral.recipient.purpose, [referral.recipient])
            referral.shares = tuple(referral.consent.shares if referral.consent else WITHOUT_CONSENT)
            referral.sent = True
            self.disclosed.append((referral, referral.recipient, referral.consent, referral.shares))
        referral.status = event

    def still_holds(self, one, purpose, recipient):
        return one.consent is None or one.consent.covers(one.youth, purpose, recipient, self.now)

    def received(self, referral):
        """What the recipient sees of it: None nothing, () that it is, else the members."""
        if not referral.sent:
            return None
        if self.still_holds(referral, referral.recipient.purpose, referral.recipient):
            return () if referral.status == "cancelled" else referral.shares
        return () if referral.status in TAKEN_ON else None

    def why_not_answer(self, referral, event):
        """By the recipient."""
        seen = self.received(referral)
        if seen is None:
            return {"not-found"}
        holds = self.still_holds(referral, referral.recipient.purpose, referral.recipient)
        allowed = OF_RECIPIENT.get(referral.status, ())
        return of_codes(transition_not_allowed=event not in allowed or not holds and event not in ("completed", "interrupted"))

    # SIP requests

    def why_not_ask(self, caller, request, event):
        if not caller.sees(request.youth):
            return {"not-found"}
        allowed = {"draft": ("sent", "cancelled"), "sent": ("meeting_planned", "cancelled"), "meeting_planned": ("meeting_held",),
                   "meeting_held": ("plan_made", "no_plan"), "plan_made": ("closed",), "no_plan": ("closed",)}
        if event not in allowed.get(request.status, ()):
            return {"transition-not-allowed"}
        return of_codes(
            merged=event == "sent" and request.youth.merged_into,
            consent_missing=event == "sent" and not self.ground(request.youth, request.consent, "sip", list(request.answers)),
            no_addressee_accepted=event == "meeting_planned" and "accepted" not in request.answers.values())

    def ask(self, request, event):
        if event == "sent":
            request.consent = self.ground(request.youth, request.consent, "sip", list(request.answers))
            request.sent = True
            self.disclosed += [(request, recipient, request.consent, tuple(request.consent.shares)) for recipient in request.answers]
        request.status = event

    def asked(self, request, recipient):
        """As received."""
        if not request.sent:
            return None
        if self.still_holds(request, "sip", recipient):
            return () if request.status == "cancelled" else tuple(request.consent.shares)
        return () if request.answers[recipient] == "accepted" else None

    def why_not_reply(self, request, recipient):
        seen = self.asked(request, recipient)
        if seen is None:
            return {"not-found"}
        if not seen or request.answers[recipient] != "pending":
            return {"transition-not-allowed"}
        return of_codes(request_closed=request.status not in ("sent", "meeting_planned"))

    def reply(self, request, recipient, answer):
        request.answers[recipient] = answer
        if request.status == "sent" and set(request.answers.values()) == {"declined"}:
            request.status = "closed"

    # Registrations, occupations, protection, merges

    def occupied(self, youth, code, review_date):
        """The same again confirms the one that was known."""
        known = max(youth.occupations, key=lambda o: (o.start, o.known_at), default=None)
        start = known.start if known and known.code == code else self.today
        at = max(self.now, known.known_at + timedelta(microseconds=1)) if known else self.now
        youth.occupations.append(Occupation(code, start, at, review_date))

    def end_registration(self, youth, end):
        youth.open.end = end
        self.cancel(youth, lambda a: True)
        for pause in youth.pauses:
            pause.end(self.now)

    def register(self, youth, one, start):
        youth.registrations.append(Registration(one, start))

    def imported(self, youth, protection, address, district):
        youth.protection, youth.registered_address, youth.district = protection, address, district
        self.addressed(youth)
        for one in youth.duplicates:
            if PROTECTION.index(one.protection) < PROTECTION.index(protection):
                one.protection = protection
                self.addressed(one)

    def addressed(self, youth):
        """What was planned for an address is cancelled when there is none any more."""
        youth.settle()
        if not youth.usable_address:
            self.cancel(youth, lambda a: a.channel in AT_ADDRESS)

    def why_not_merge(self, duplicate, survivor):
        together = any(overlap(a, b) for a in duplicate.registrations for b in survivor.all("registrations"))
        return of_codes(
            merged=duplicate.merged_into, merged_into_itself=duplicate is survivor,
            survivor_merged=survivor.merged_into, duplicate_survives=duplicate.duplicates,
            survivor_less_protected=PROTECTION.index(survivor.protection) < PROTECTION.index(duplicate.protection),
            both_registered=duplicate.open and survivor.open, duplicate_registered=duplicate.open and not survivor.open,
            registered_together=together)

    def merge(self, duplicate, survivor):
        duplicate.merged_into = survivor
        survivor.duplicates.append(duplicate)
        if PROTECTION.index(duplicate.protection) < PROTECTION.index(survivor.protection):
            duplicate.protection = survivor.protection
            duplicate.settle()

    @staticmethod
    def separate(duplicate):
        duplicate.merged_into.duplicates.remove(duplicate)
        duplicate.merged_into = None

    # Days

    def night(self):
        """Who turns 20 is covered no more; what rested on a consent that has run out ends; old notices are forgotten."""
        for youth in self.youths:
            youth.notices = [n for n in youth.notices if not n.ended and n.valid_until >= self.today]
            if youth.open and self.today >= birthday(youth.birth, 20):
                self.end_registration(youth, birthday(youth.birth, 20))
            for consent in youth.consents:
                if not consent.withdrawn_at and not consent.holds(youth, self.now):
                    self.consent_ended(consent)


def overlap(one, other):
    """Whether both held some day; the day of an end is the next one's."""
    last = date.max
    days = [(r.start, (r.end or last) - DAY) for r in (one, other)]
    return all(first <= end for first, end in days) and max(days[0][0], days[1][0]) <= min(days[0][1], days[1][1])
