"""One random history of casework: what somebody might do next, done in the service and in the models of casework_model.py
and outreach_model.py, and what must be the same afterwards."""
import random
from datetime import date, datetime, timedelta, timezone

import people
import towns
from casework_model import LEADS_TO, MADE, OF_RECIPIENT, OF_STAFF, Caller, Casework, Consent, Notice, Person, Recipient, Referral, Request
from outreach_model import DAY, POLICY, REPLIES, Attempt, Pause, birthday, day_of, moment

STEPS_EACH = 250
STEPS_A_DAY = (3, 8)
SWEEP_EVERY = 50  # the last step too
FIRST_DAY = date(2026, 8, 24)
DISTRICTS = ("farsta", "bromma")
SHARES = ("identity", "contact", "guardians", "registration", "measures", "message")
ANSWERS = tuple(sorted(set().union(*OF_RECIPIENT.values())))
CHANNELS = ("letter", "sms", "phone", "email", "door_card", "home_visit", "meeting", "via_school", "social_media", "own_initiative")
NEXT = {"letter": ("letter",), "further_letter": ("letter",), "phone": ("phone", "phone", "sms"), "door_card": ("door_card",),
        "home_visit": ("home_visit",), "manual_contact": ("phone", "email", "via_school"), "follow_up": ("phone", "meeting"),
        "paused": ("phone", "letter", "own_initiative"), "exhausted": CHANNELS, "address_notification": CHANNELS}
INTERVALS = {"firstContactWithin": ("P1M", "P2W", "P10D"), "phoneAfter": ("P10D", "P5D", "P1W"), "phoneTries": (3, 2, 1),
             "phoneInterval": ("P3D", "P1D", "P5D"), "furtherLetters": (1, 0), "furtherLetterAfter": ("P7D", "P3D"),
             "doorCardAfter": ("P14D", "P4D", "P1M"), "visitNoticeMin": ("P3D", "P1D"), "visitNoticeMax": ("P14D", "P5D", "P1M"),
             "addressNotificationWithin": ("P7D", "P2D"), "massLetterDate": ("09-15", "10-20", "02-20"),
             "restartOn": ("01-15", "11-20", "12-27")}
# Seldom done by many, often by few: how often each.
WEIGHTS = {"seek": 60, "attempt": 8, "outcome": 9, "void": 3, "staff": 2, "consent": 7, "withdraw": 2, "refer": 6, "move": 7,
           "answer": 8, "invite": 4, "ask": 6, "reply": 5, "pause": 8, "resume": 1, "report": 1, "warn": 5, "clear": 1, "notify": 2,
           "policy": 3, "phones": 3, "contact": 1, "import_row": 6, "leave": 3, "return_": 3, "merge": 4, "separate": 1,
           "occupation": 2, "newcomer": 1}
# Those that can meet a refusal: most often those that many rules are about.
CALLS = {name: 1 for name in WEIGHTS if name not in ("policy", "import_row", "newcomer", "seek", "leave", "return_", "separate")}
CALLS |= {"attempt": 5, "outcome": 5, "consent": 2, "pause": 2}
REFUSED = {"unknown-reference", "not-found", "merged", "transition-not-allowed", "not-covered", "no-usable-address",
           "announced-visit-only-on-door-card", "outreach-paused", "safety-notice-not-acknowledged", "repeated-item",
           "two-staff-at-home-visit", "in-the-future", "outcome-before-attempt", "door-card-announces-visit",
           "visit-not-announced", "facts-are-fixed", "pause-ends-before-start", "pause-without-consent", "consent-missing",
           "concern-report-missing", "notified-twice", "notified-before-attempt", "address-not-wrong", "consent-given-by-nobody",
           "recipients-missing", "guardian-of-adult", "consent-ends-before-given", "purpose-does-not-fit",
           "no-addressee-accepted", "duplicate-registered", "both-registered", "pause-in-the-past",
           "pause-outlasts-consent", "notice-in-the-past", "notice-too-long", "merged-into-itself", "survivor-merged",
           "duplicate-survives", "survivor-less-protected", "registered-together"}


def calendar():
    """The days on which they are played, the same for all: by small steps, so that what is due is met on its day."""
    dice, today = random.Random("calendar"), FIRST_DAY
    while True:
        yield today
        today += timedelta(days=dice.choice([1, 1, 2, 3, 4, 6, 8, 11, 16, 25]))


class Differs(AssertionError):
    pass


class NotThis(Exception):
    """Not the call that is looked for."""


def codes(answer):
    """What a refusal says."""
    if answer.is_success:
        return set()
    said = answer.json()
    return {said["code"], *(fault["code"] for fault in said.get("errors", ()))}


def written(time):
    return time.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")


def read(text):
    return text and datetime.fromisoformat(text.replace("Z", "+00:00"))


def made_in(pauses, attempt):
    """Whether one of the pauses held the day on which it was made, and had been entered before (not just then)."""
    at = read(attempt.get("attemptedAt"))
    if not at or attempt["channel"] == "own_initiative" or attempt["status"] == "voided":
        return False
    return any(read(p["createdAt"]) < at - timedelta(minutes=1) and p["from"] <= day_of(at).isoformat() <= p["until"]
               and not ("endedAt" in p and day_of(read(p["endedAt"])) <= day_of(at)) for p in pauses)


class History:
    """One municipality and its random history, in the service and in the model."""

    def __init__(self, seed, clients, now, code):
        self.seed = seed
        self.code = code
        self.dice = random.Random(seed)
        self.recipients = [Recipient(towns.id_of(code, "recipient", name), name, "crm" if system == "vera" else "sharing", consent)
                           for name, (_, system, _, consent, _) in towns.RECIPIENTS.items()]
        self.model = Casework(now, self.recipients)
        self.coordinator = Caller("coordinator", clients["coordinator"], protected=True)
        self.caseworker = Caller("caseworker", clients["caseworker"])
        self.limited = Caller("limited", clients["limited"], district=DISTRICTS[0])
        self.clients = clients
        self.log = []      # (youths or None, line)
        self.met = set()   # steps, reasons and refusals
        self.doors = {}    # of SIP requests: (request, recipient): id as received
        self.steps = 0
        self.moments = 0
        self.touched = set()
        self.wanted = set()  # refusals, one of which the next call is to meet
        self.alone = False   # and it alone

    # Choices

    def some(self, there, otherwise=None):
        return self.dice.choice(there) if there else otherwise

    def chance(self, p):
        return self.dice.random() < p

    def youth(self, wanted=lambda y: y.open, p=0.95):
        """Most often one as wanted."""
        fit = [y for y in self.model.youths if wanted(y)]
        return self.dice.choice(fit) if fit and self.chance(p if not self.wanted else 0.5) else self.dice.choice(self.model.youths)

    def caller(self, youth, everywhere=True):
        """Most often one who sees the youth."""
        there = [self.coordinator, self.coordinator, self.limited] + [self.caseworker] * 2 * everywhere
        seeing = [c for c in there if c.sees(youth)]
        return self.dice.choice(seeing if self.chance(0.93) else there)

    def moment_before(self, p=0.25):
        """Now, or a time on one of the last days."""
        return self.model.now if not self.chance(p) else self.model.now - timedelta(hours=self.dice.choice([1, 24, 48, 72, 120, 200]))

    def alone_at(self, time):
        """A moment later each time: what has the same time would stand in the order of ids, which differ from run to run."""
        self.moments += 1
        return time + timedelta(milliseconds=self.moments)

    # Calls

    def call(self, what, youths, caller, why_not, send, then=None):
        """Asks the service. It must refuse when a rule is against it, by one of these rules, and else not."""
        if self.wanted and (not why_not & self.wanted or self.alone and len(why_not) > 1):
            raise NotThis
        self.wanted = set()
        answer = send(caller.client if isinstance(caller, Caller) else caller)
        said = codes(answer)
        name = getattr(caller, "name", "recipient")
        self.log.append((youths, f"{self.model.today} {name}: {what} {'; '.join(sorted(said)) or 'done'}"))
        self.touched |= set(youths or ())
        if bool(why_not) == answer.is_success or why_not and not said & why_not:
            raise Differs(f"wanted {sorted(why_not) or 'done'}, was {answer.status_code} {answer.text[:600]}")
        self.met |= said & why_not
        if not why_not and then:
            return then(answer.json() if answer.content else {})
        return None

    def event(self, path, type_, **members):
        body = {"type": type_, **{name: value for name, value in members.items() if value is not None}}
        return lambda client: client.post(f"{path}/events", body, None, if_match="*")

    @staticmethod
    def post(path, **members):
        body = {name: value for name, value in members.items() if value is not None}
        return lambda client: client.post(path, body, None)

    @staticmethod
    def patch(path, body):
        return lambda client: client.patch(path, body, None, if_match="*")

    # Attempts

    def seek(self):
        """What the plan says is next."""
        due = [y for y in self.model.youths if y.open and self.model.plan(y).due and self.model.plan(y).due <= self.model.today]
        youth = self.some(due) if due and self.chance(0.8) else self.youth()
        plan = self.model.plan(youth)
        if plan and plan.step == "address_notification" and self.chance(0.7):
            return self.notify(youth)
        if plan and plan.step == "exhausted" and self.chance(0.4):
            return self.policy()
        if plan and plan.step in ("exhausted", "follow_up") and self.chance(0.6):
            return None
        if plan and plan.step == "home_visit" and plan.due > self.model.today and self.chance(0.8):
            return None
        return self.attempt(youth, self.some(NEXT[plan.step]) if plan else None)

    def attempt(self, youth=None, channel=None):
        youth = youth or self.youth()
        caller = self.caller(youth)
        attempt = self.some_attempt(youth, channel or self.some(CHANNELS))
        send = self.post("/outreach-attempts", youthId=youth.id, channel=attempt.channel, purpose=attempt.purpose, staff=attempt.staff,
                         plannedAt=attempt.planned_at and written(attempt.planned_at),
                         announcedVisitAt=attempt.announced and written(attempt.announced),
                         safetyNoticeAcknowledged=attempt.acknowledged or None, unannouncedReason=attempt.unannounced_reason)

        def then(body):
            attempt.id = body["id"]
            youth.attempts.append(attempt)
            if not attempt.planned_at or self.chance(0.3):
                self.outcome(youth, attempt)

        what = (f"plans {attempt.channel} {attempt.purpose} to {youth.name} by {len(attempt.staff)}"
                f" for {attempt.planned_at} visit {attempt.announced} read {attempt.acknowledged} why {attempt.unannounced_reason}")
        return self.call(what, [youth], caller, self.model.why_not_plan(caller, youth, attempt), send, then)

    def some_attempt(self, youth, channel):
        one = Attempt(None, channel, self.some(["outreach"] * 12 + ["follow_up", "turning_20"]))
        one.staff = self.some([["anna", "bo"]] * 8 + [["anna"]] * 2 + [["bo", "bo"]]) if channel == "home_visit" else ["anna"]
        if self.chance(0.12):
            one.planned_at = self.model.now + timedelta(days=self.dice.randint(0, 12))
        if channel == "door_card" and self.chance(0.7) or self.chance(0.01):
            one.announced = moment(self.model.today + timedelta(days=self.some([1, 2, 3, 3, 4, 5, 6, 8, 14, 15, 31])), 17)
        if channel == "home_visit" and self.chance(0.15):
            one.unannounced_reason = "Ungdomen bad om det"
        one.acknowledged = self.chance(0.6 if self.model.warned(youth) else 0.05)
        return one

    def outcome(self, youth=None, attempt=None):
        """Of one that is planned or sent."""
        if not attempt:
            youth = self.youth(lambda y: any(a.status in LEADS_TO for a in y.attempts))
            planned = [a for a in youth.attempts if a.status == "planned"] if self.chance(0.6) or self.wanted else []
            attempt = self.some(planned or [a for a in youth.attempts if a.status in LEADS_TO]) or self.some(youth.attempts)
            if not attempt:
                return None
        event = self.some_outcome(attempt)
        at = self.moment_before(0.2)
        if attempt.channel == "home_visit" and self.chance(0.7):
            days = [moment(a.announced.date(), 8) for a in youth.all("attempts") if a.announced]
            at = max((day for day in days if self.model.now - 20 * DAY < day <= self.model.now), default=at)
        if self.chance(0.02):
            at = self.model.now + timedelta(hours=1)
        return self.happens(youth, attempt, event, self.alone_at(at))

    def some_outcome(self, attempt):
        if self.chance(0.03):
            return self.some(MADE + ("returned", "cancelled"))
        if attempt.status == "sent":
            return self.some(["returned"] * 3 + list(REPLIES))
        usual = {"letter": "sent", "sms": "sent", "email": "sent", "door_card": "sent", "phone": "no_answer", "home_visit": "no_answer"}
        seldom = [*REPLIES, "no_answer", "wrong_contact_details", "not_at_address", "cancelled"]
        seldom += ["not_at_address"] * 8 * (attempt.channel == "home_visit")
        as_usual = self.chance(0.5 if attempt.channel == "home_visit" else 0.88)
        return usual.get(attempt.channel, "no_answer") if as_usual else self.some(seldom)

    def happens(self, youth, attempt, event, at, **members):
        caller = self.caller(youth)
        why_not = self.model.why_not_happen(caller, youth, attempt, event, at)
        self.call(f"tells that {attempt.channel} to {youth.name} of status {attempt.status} was {event} at {at:%m-%d %H:%M}",
                  [youth], caller, why_not, self.event(f"/outreach-attempts/{attempt.id}", event, at=written(at), **members),
                  lambda _: self.model.happens(youth, attempt, event, at))

    def void(self):
        youth = self.youth(lambda y: y.attempts)
        attempt = self.some([a for a in youth.attempts if a.status in REPLIES] if self.chance(0.6) else youth.attempts)
        if attempt:
            self.happens(youth, attempt, "voided", self.model.now, reason="Fel ungdom")

    def staff(self):
        """Changes who makes one."""
        there = [(y, a) for y in self.model.youths for a in y.attempts if not y.merged_into]
        planned = [(y, a) for y, a in there if a.status == "planned"]
        youth, attempt = self.some([(y, a) for y, a in planned if a.channel == "home_visit"] or planned or there, (None, None))
        if not attempt:
            return
        staff = self.some([["anna"], ["bo", "bo"], ["bo", "cia"]])
        caller = self.caller(youth)
        self.call(f"sets the staff of {attempt.channel} to {youth.name} to {staff}", [youth], caller,
                  self.model.why_not_restaff(caller, youth, attempt, staff),
                  self.patch(f"/outreach-attempts/{attempt.id}", {"staff": staff}),
                  lambda _: setattr(attempt, "staff", staff))

    # Consents and what rests on them

    def consent(self):
        youth = self.youth()
        caller = self.caller(youth)
        purpose = self.some(["sharing"] * 2 + ["crm"] * 2 + ["sip"] * 3 + ["outreach_pause"] * 2)
        fit = [r for r in self.recipients if purpose in (r.purpose, "sip")] if self.chance(0.95) else self.recipients
        named = self.dice.sample(fit, self.dice.randint(1, len(fit))) if purpose != "outreach_pause" and self.chance(0.97) else []
        shares = self.dice.sample(SHARES, self.dice.randint(1, 6))
        given = self.moment_before()
        while any(c.given_at == given for c in youth.consents):
            given -= timedelta(minutes=1)
        minor = self.model.today < birthday(youth.birth, 18) or self.chance(0.05)
        usual = [(True, False)] * 5 + [(False, True)] * 4 * minor
        by_youth, guardians = self.some(usual + [(True, True), (False, False)] * self.chance(0.3))
        until = self.some([None, *(given.date() + timedelta(days=n) for n in (0, 2, 5, 10, 20, 40, 60))])
        if self.chance(0.05):
            until = given.date() - DAY
        one = Consent(None, purpose, named, shares, by_youth, given, until)

        def then(body):
            one.id = body["id"]
            youth.consents.append(one)
            if self.chance(0.6):
                {"sip": self.invite, "outreach_pause": self.pause}.get(purpose, self.refer)(youth)

        names = [{"name": "Britaprov Fiktivsson", "givenAt": written(given)}] if guardians else None
        self.call(f"records consent to {purpose} of {youth.name} ({by_youth}, {guardians}) with {[r.name for r in named]} to {shares}"
                  f" until {until}", [youth], caller, self.model.why_not_consent(caller, youth, one, guardians),
                  self.post("/consents", youthId=youth.id, purpose=purpose, recipientIds=[r.id for r in named], shares=shares,
                            givenByYouth=by_youth, guardians=names, medium="oral", givenAt=written(given),
                            validUntil=until and until.isoformat()), then)

    def withdraw(self):
        youth = self.youth(lambda y: any(not c.withdrawn_at for c in y.consents))
        consent = self.some(youth.consents)
        if consent:
            caller = self.caller(youth)
            why_not = set() if consent.holds(youth, self.model.now) else {"transition-not-allowed"}
            self.call(f"withdraws consent to {consent.purpose} of {youth.name}", [youth], caller,
                      why_not if caller.sees(youth) else {"not-found"},
                      self.event(f"/consents/{consent.id}", "withdrawn"), lambda _: self.model.withdraw(youth, consent))

    def refer(self, youth=None):
        youth = youth or self.youth(lambda y: y.consents)
        if youth.merged_into:
            return
        caller = self.caller(youth)
        recipient = self.some(self.recipients)
        fit = [c for c in youth.consents if recipient in c.recipients]
        named = self.some(youth.consents if self.chance(0.2) else fit) if self.chance(0.5) else None

        def then(body):
            self.model.referrals.append(Referral(body["id"], youth, recipient, named))
            if self.chance(0.8):
                self.move(self.model.referrals[-1], "sent")

        self.call(f"drafts a referral of {youth.name} to {recipient.name} {'on a named consent' if named else ''}", [youth], caller,
                  set() if caller.sees(youth) else {"unknown-reference"},
                  self.post("/referrals", youthId=youth.id, recipientId=recipient.id, reason="Vill ha praktik", message="Ring gärna.",
                            consentId=named and named.id), then)

    def move(self, referral=None, event=None):
        referral = referral or self.some([r for r in self.model.referrals if r.status not in ("cancelled", "declined", "completed")])
        if not referral:
            return
        event = event or self.some(OF_STAFF.get(referral.status, ("sent",)))
        caller = self.caller(referral.youth)
        self.call(f"{event} the referral of {referral.youth.name} to {referral.recipient.name} of status {referral.status}",
                  [referral.youth], caller, self.model.why_not_move(caller, referral, event),
                  self.event(f"/referrals/{referral.id}", event, reason=None if event == "sent" else "Har flyttat"),
                  lambda _: self.model.move(referral, event))

    def answer(self):
        """The recipient's side; now and then one to whom it was not sent."""
        sent = [r for r in self.model.referrals if r.sent] if self.chance(0.9) else self.model.referrals
        referral = self.some([r for r in sent if r.status in OF_RECIPIENT] or sent)
        if not referral:
            return
        events = OF_RECIPIENT.get(referral.status)
        event = self.some(events if events and self.chance(0.9) else ANSWERS)
        recipient = referral.recipient if self.chance(0.95) else self.some(self.recipients)
        why_not = self.model.why_not_answer(referral, event) if recipient is referral.recipient else {"not-found"}
        details = {"declined": {"reason": "Fullt"}, "interrupted": {"reason": "Fullt"}, "completed": {"result": "Praktik"}}.get(event, {})
        self.call(f"{recipient.name} answers the referral of {referral.youth.name}, {referral.status}, with {event}", [referral.youth],
                  self.clients[recipient.name], why_not, self.event(f"/received-referrals/{referral.id}", event, **details),
                  lambda _: setattr(referral, "status", event))

    def invite(self, youth=None):
        youth = youth or self.youth(lambda y: any(c.purpose == "sip" for c in y.consents))
        if youth.merged_into:
            return
        caller = self.caller(youth)
        fit = self.some([c for c in youth.consents if c.purpose == "sip" and (c.holds(youth, self.model.now) or self.chance(0.1))])
        asked = fit.recipients if fit and self.chance(0.7) else self.dice.sample(self.recipients, 2)
        named = fit if fit and self.chance(0.5) else None

        def then(body):
            self.model.requests.append(Request(body["id"], youth, {r: "pending" for r in asked}, named))
            if self.chance(0.8):
                self.ask(self.model.requests[-1], "sent")

        self.call(f"drafts a SIP request of {youth.name} to {[r.name for r in asked]} {'on a named consent' if named else ''}",
                  [youth], caller, set() if caller.sees(youth) else {"unknown-reference"},
                  self.post("/sip-requests", youthId=youth.id, addressees=[{"recipientId": r.id} for r in asked],
                            consentId=named and named.id), then)

    def ask(self, request=None, event=None):
        request = request or self.some([r for r in self.model.requests if r.status not in ("cancelled", "closed")])
        if not request:
            return
        usual = {"draft": "sent", "sent": "meeting_planned", "meeting_planned": "meeting_held", "meeting_held": "no_plan",
                 "no_plan": "closed"}
        event = event or (usual[request.status] if self.chance(0.6) else self.some(["sent", *["cancelled"] * 4, *usual.values()]))
        caller = self.caller(request.youth)

        def then(_):
            self.model.ask(request, event)
            if event == "sent":
                rows = {row.get("recipientId"): row["id"] for row in self.clients["recipients"].pages("/received-sip-requests")
                        if row.get("requestId") == request.id}
                self.doors |= {(request, r): rows[r.id] for r in request.answers}

        meeting = written(self.model.now + DAY) if event == "meeting_planned" else None
        self.call(f"{event} the SIP request of {request.youth.name} of status {request.status}", [request.youth], caller,
                  self.model.why_not_ask(caller, request, event), self.event(f"/sip-requests/{request.id}", event, meetingAt=meeting), then)

    def reply(self):
        there = [(request, r) for request, r in self.doors if request.answers[r] == "pending"] if self.chance(0.9) else list(self.doors)
        if self.wanted:
            there = [(request, r) for request, r in there if request.status in ("meeting_held", "no_plan", "closed")] or there
        if there:
            request, recipient = self.some(there)
            event = self.some(["accepted", "declined"])
            self.call(f"{recipient.name} answers the SIP request of {request.youth.name}, {request.status}, with {event}",
                      [request.youth], self.clients[recipient.name], self.model.why_not_reply(request, recipient),
                      self.event(f"/received-sip-requests/{self.doors[request, recipient]}", event),
                      lambda _: self.model.reply(request, recipient, event))

    # Pauses, notices, notifications

    def pause(self, youth=None):
        youth = youth or self.youth()
        caller = self.caller(youth, everywhere=False)
        first = self.model.today + timedelta(days=self.some([0, 0, 0, 1, 3, 8, 15, -1]))
        until = first + timedelta(days=self.some([0, 1, 4, 9, 20, 40, -1]))
        fit = [c for c in youth.consents if c.purpose == "outreach_pause"] if self.chance(0.8) else youth.consents
        consent, evidence = self.some([(self.some(fit), None)] * 3 + [(None, "Dnr 1")] * 2 + [(None, None)])
        if consent and consent.valid_until and self.chance(0.3):
            until = consent.valid_until + self.some([0, 1]) * DAY

        def then(body):
            self.model.pause(youth, Pause(body["id"], first, until, self.model.now, consent))

        self.call(f"pauses {youth.name} {first}..{until} on {consent and consent.purpose} {evidence}", [youth], caller,
                  self.model.why_not_pause(caller, youth, first, until, consent, evidence),
                  self.post("/outreach-pauses", youthId=youth.id, requestedBy="Socialtjänsten", consentId=consent and consent.id,
                            evidenceReference=evidence, **{"from": first.isoformat(), "until": until.isoformat()}), then)

    def resume(self):
        youth = self.youth(lambda y: any(not p.ended_at for p in y.pauses))
        pause = self.some(youth.pauses)
        if pause:
            caller = self.caller(youth, everywhere=False)
            why_not = {"transition-not-allowed"} if pause.ended_at else set()
            self.call(f"ends the pause of {youth.name} from {pause.first}", [youth], caller,
                      why_not if caller.sees(youth) else {"not-found"},
                      self.event(f"/outreach-pauses/{pause.id}", "ended"), lambda _: setattr(pause, "ended_at", self.model.now))

    def report(self, youth=None):
        youth = youth or self.youth()
        caller = self.caller(youth, everywhere=False)
        why_not = {"unknown-reference"} if not caller.sees(youth) else {"merged"} if youth.merged_into else set()
        self.call(f"reports concern for {youth.name}", [youth], caller, why_not,
                  self.post("/concern-reports", youthId=youth.id, madeAt=written(self.model.now)),
                  lambda body: youth.reports.append(body["id"]))

    def warn(self):
        youth = self.youth()
        if not youth.reports and self.chance(0.7):
            self.report(youth)
        caller = self.caller(youth, everywhere=False)
        report = self.some(youth.reports) if self.chance(0.85) else None
        until = self.model.today + timedelta(days=self.some([0, 3, 10, 25, 60, 100, 250, -1]))
        notice = Notice(None, until)

        def then(body):
            notice.id = body["id"]
            youth.notices.append(notice)

        self.call(f"warns of visits to {youth.name} until {until}, {'reported' if report else 'not reported'}", [youth], caller,
                  self.model.why_not_warn(caller, youth, until, report),
                  self.post("/safety-notices", youthId=youth.id, measures="Gå två", validUntil=until.isoformat(),
                            concernReportId=report), then)

    def clear(self):
        youth = self.youth(lambda y: any(not n.ended and n.valid_until >= self.model.today for n in y.notices))
        notice = self.some([n for n in youth.notices if n.valid_until >= self.model.today])
        if notice:
            caller = self.caller(youth, everywhere=False)
            why_not = {"transition-not-allowed"} if notice.ended else set()
            self.call(f"ends the notice of {youth.name}", [youth], caller, why_not if caller.sees(youth) else {"not-found"},
                      self.event(f"/safety-notices/{notice.id}", "ended"), lambda _: setattr(notice, "ended", True))

    def notify(self, youth=None):
        youth = youth or self.youth(lambda y: any(a.status == "not_at_address" for a in y.attempts))
        attempt = self.some([a for a in youth.attempts if a.status == "not_at_address"] if self.chance(0.9) else youth.attempts)
        if attempt and self.chance(0.3):
            attempt = self.some([n.attempt for n in youth.notifications], attempt)
        if attempt:
            caller = self.caller(youth, everywhere=False)
            at = self.some([self.model.now] * 5 + [self.moment_before(1), self.model.now + DAY])
            if attempt.attempted_at and self.chance(0.15):
                at = attempt.attempted_at - timedelta(hours=1)
            at = self.alone_at(at)
            self.call(f"tells the tax agency of {youth.name} at {at:%m-%d %H:%M}, {attempt.status}", [youth], caller,
                      self.model.why_not_notify(caller, youth, attempt, at),
                      self.post("/address-notifications", youthId=youth.id, attemptId=attempt.id, sentAt=written(at)),
                      lambda body: self.model.notify(youth, body["id"], attempt, at))

    # The youths themselves

    def phones(self):
        youth = self.youth()
        if youth.merged_into:
            return
        caller = self.caller(youth)
        phones = [] if youth.phones else [people.PHONES[0]]
        self.call(f"sets the phones of {youth.name} to {len(phones)}", [youth], caller,
                  set() if caller.sees(youth) else {"not-found"}, self.patch(f"/youths/{youth.id}", {"phones": phones}), lambda _: setattr(youth, "phones", phones))

    def contact(self):
        """Where the youth says that post arrives."""
        youth = self.youth(lambda y: y.open and y.protection != "protected_registration", p=1)
        if youth.merged_into or youth.protection == "protected_registration":
            return
        caller = self.caller(youth)
        there = not youth.contact_address

        def then(_):
            youth.contact_address = there
            self.model.addressed(youth)

        address = {"street": "Provvägen 7", "city": "Provköping"} if there else None
        self.call(f"sets the contact address of {youth.name}: {there}", [youth], caller,
                  set() if caller.sees(youth) else {"not-found"},
                  self.patch(f"/youths/{youth.id}", {"contactAddress": address}), then)

    def import_row(self):
        youth = self.youth(lambda y: y.open, p=1)
        if not youth.open:
            return
        protection = self.some(["none"] * 5 + ["confidentiality_marking"] + ["protected_registration"] * 2)
        address = self.chance(0.6)
        district = self.some(DISTRICTS)
        self.commit({**youth.row, "protection": protection, "address": youth.row["address"] if address else None,
                     "residence": {"municipality": self.code, "status": "resident", "district": district}})
        self.log.append(([youth], f"{self.model.today} register: {youth.name} has {protection}, address {address}, {district}"))
        self.touched.add(youth)
        self.model.imported(youth, protection, address, district)

    def commit(self, row):
        client = self.clients["register"]
        path = "/imports/" + client.post("/imports", {"source": "ber", "mode": "delta", "asOf": self.model.today.isoformat()}).json()["id"]
        row = {name: value for name, value in row.items() if value is not None}
        client.request("PUT", f"{path}/parts/1", 200, content=people.ndjson([row]), headers={"Content-Type": "application/x-ndjson"})
        done = client.post(f"{path}/events", {"type": "committed"}, if_match="*").json()
        if done["status"] != "committed" or done["counts"]["rejected"]:
            raise Differs(f"the import was {done}")

    def newcomer(self):
        serial = len(self.model.youths)
        if serial >= 6:
            return
        # Of 16 to 19 years: some turn 18 while they are followed, and some 20.
        birth = FIRST_DAY - timedelta(days=self.some([6300, 6400, 6500, 6550, 6600, 6800, 7000, 7150, 7250]) - self.dice.randint(0, 60))
        if birthday(birth, 20) <= self.model.today:
            return
        one = Person(name=f"y{serial}", birth=birth, district=self.some(DISTRICTS), row=people.row(birth, serial))
        self.commit({**one.row, "residence": {"municipality": self.code, "status": "resident", "district": one.district}})
        found = self.clients["register"].post("/youth-lookups", {"personalNumbers": [one.row["personalNumber"]]}, 200).json()["data"]
        one.id = found[0]["youth"]["id"]
        self.model.youths.append(one)
        self.model.register(one, self.registration_of(one), self.model.today)
        self.model.occupied(one, "unknown", None)
        self.log.append(([one], f"{self.model.today} register: {one.name}, born {birth}, in {one.district}"))
        self.touched.add(one)
        if self.chance(0.7):
            self.coordinator.client.patch(f"/youths/{one.id}", {"phones": [people.PHONES[0]]}, if_match="*")
            one.phones = [people.PHONES[0]]

    def registration_of(self, youth):
        return self.coordinator.client.get(f"/youths/{youth.id}/registrations?sort=startDate").json()["data"][0]["id"]

    def leave(self):
        youth = self.youth(lambda y: y.open, p=1)
        if not youth.open:
            return
        in_error = self.chance(0.7)
        end = youth.open.start if in_error else self.model.today
        self.call(f"ends the registration of {youth.name} on {end}", [youth], self.coordinator, set(),
                  self.event(f"/youths/{youth.id}/registrations/{youth.open.id}", "ended", endDate=end.isoformat(),
                             exitReason="registered_in_error" if in_error else "national_programme"),
                  lambda _: self.model.end_registration(youth, end))

    def return_(self):
        today = self.model.today
        gone = [y for y in self.model.youths if not y.open and not y.merged_into]
        youth = self.some([y for y in gone if birthday(y.birth, 20) > today])
        if not youth:
            return
        ended = max(max(r.start, r.end) for r in youth.all("registrations"))
        start = max(ended, today - timedelta(days=self.some([0, 0, 2, 10])))
        self.call(f"registers {youth.name} again from {start}", [youth], self.coordinator, set(),
                  self.post(f"/youths/{youth.id}/registrations", startDate=start.isoformat(), reason="dropout"),
                  lambda body: self.model.register(youth, body["id"], start))

    def merge(self):
        duplicate = self.youth(lambda y: not y.open and not y.merged_into and not y.duplicates, p=0.8)
        survivor = self.youth(lambda y: y.open and y is not duplicate, p=0.8)

        def then(body):
            self.model.merge(duplicate, survivor)
            duplicate.merge = body["id"]

        self.call(f"merges {duplicate.name} into {survivor.name}", [duplicate, survivor], self.coordinator,
                  self.model.why_not_merge(duplicate, survivor),
                  self.post("/youth-merges", youthId=duplicate.id, mergedInto=survivor.id), then)

    def separate(self):
        duplicate = self.some([y for y in self.model.youths if y.merged_into])
        if duplicate:
            survivor = duplicate.merged_into
            self.call(f"parts {duplicate.name} from {survivor.name}", [duplicate, survivor], self.coordinator, set(),
                      self.event(f"/youth-merges/{duplicate.merge}", "reversed"), lambda _: self.model.separate(duplicate))

    def occupation(self):
        youth = self.youth()
        known_today = any(o.known_at >= self.model.now for y in self.model.youths if y is not youth for o in y.occupations)
        if youth.merged_into or known_today:  # of a person's two that are known as long, either may be the latest
            return
        code = self.some(["work", "none", "komvux"])
        review = self.some([None] + [self.model.today + timedelta(days=n) for n in (0, 5, 20, 90)])
        caller = self.caller(youth)
        self.call(f"knows {code} of {youth.name} until {review}", [youth], caller,
                  set() if caller.sees(youth) else {"not-found", "unknown-reference"},
                  self.post(f"/youths/{youth.id}/occupations", code=code, reviewDate=review and review.isoformat()),
                  lambda _: self.model.occupied(youth, code, review))

    def policy(self):
        name = self.some(list(INTERVALS))
        value = self.some(INTERVALS[name] + (None,))
        if any(y.open and self.model.plan(y).step == "exhausted" for y in self.model.youths) and self.chance(0.7):
            name, value = "restartOn", f"{self.model.today + self.dice.randint(1, 9) * DAY:%m-%d}"
        self.call(f"decides that {name} is {value}", None, self.clients["administrator"], set(),
                  self.patch(f"/municipalities/{self.code}", {"policy": {name: value}}),
                  lambda _: self.model.policy.update({name: POLICY[name] if value is None else value}))
        self.touched |= set(self.model.youths)

    # Compared

    def act(self, weights):
        """Draws until something is there to do."""
        before = len(self.log)
        while len(self.log) == before:
            getattr(self, self.dice.choices(list(weights), list(weights.values()))[0])()

    def meet_a_refusal(self):
        """Draws until a call comes that a rule is against which this history has not met yet."""
        if self.met >= REFUSED:
            return False
        for n in range(150):
            self.wanted, self.alone = REFUSED - self.met, n < 100
            try:
                self.act(CALLS)
            except NotThis:
                continue
            return True
        self.wanted = set()
        return False

    def step(self):
        self.steps += 1
        self.touched = set()
        if not self.chance(0.25) or not self.meet_a_refusal():
            self.act(WEIGHTS)
        self.check_plans(self.touched)
        if any(one.youth in self.touched for one in self.model.referrals + self.model.requests):
            self.check_received()
        if self.steps % SWEEP_EVERY == 0:
            self.sweep()

    def live(self, now, night):
        """One day."""
        if self.model.youths:
            self.dawn(now, night)
        self.model.now = now
        while len(self.model.youths) < 3:
            self.newcomer()
        for _ in range(min(self.dice.randint(*STEPS_A_DAY), STEPS_EACH - self.steps)):
            self.step()

    def dawn(self, now, night):
        """Another day; the night has done its work."""
        self.model.now = night
        self.model.night()
        self.model.now = now
        self.check_plans(self.model.youths)
        self.check_counts()
        self.check_received()

    def same(self, what, wanted, was):
        if isinstance(wanted, dict):
            wanted, was = ({key: value for key, value in one.items() if wanted.get(key) != was.get(key)} for one in (wanted, was))
        if wanted != was:
            raise Differs(f"{what}:\nwanted {wanted}\n   was {was}")

    def check_plans(self, youths):
        if not youths:
            return
        asked = ",".join(y.id for y in youths)
        rows = {row["youthId"]: row for row in self.coordinator.client.get(f"/outreach-plan?limit=100&youthId={asked}").json()["data"]}
        for youth in youths:
            plan, row = self.model.plan(youth), rows.get(youth.id)
            wanted = plan and (plan.step, plan.why, plan.due, plan.overdue_after, plan.overdue, plan.attempts, plan.first_contact)
            was = row and (row["step"], row["why"],
                           *(text and date.fromisoformat(text) for text in (row.get("dueDate"), row.get("overdueAfter"))),
                           row["overdue"], row["attempts"], read(row.get("firstContactAt")))
            self.touched = {youth}
            self.same(f"the plan of {youth.name}", wanted, was)
            self.met |= {plan.step, plan.why} if plan else set()

    def check_counts(self):
        plans = [plan for plan in map(self.model.plan, self.model.youths) if plan]
        wanted = {step: (sum(p.step == step for p in plans),
                         sum(p.step == step and p.overdue for p in plans)) for step in {p.step for p in plans}}
        rows = self.coordinator.client.get("/outreach-plan/counts").json()["data"]
        self.same("the counts", wanted, {row["step"]: (row["count"], row["overdue"]) for row in rows})

    @staticmethod
    def members(row):
        """What a row says of the youth: none has guardians here, and of measures there may be none to tell."""
        return {name for name in ("identity", "contact", "registration") if name in row} | ({"message"} if "reason" in row else set())

    def check_received(self):
        """What all recipients together can read."""
        client = self.clients["recipients"]
        if self.model.referrals:
            seen = {one.id: (one.status, self.model.received(one)) for one in self.model.referrals}
            wanted = {one: (status, set(shares) - {"guardians", "measures"}) for one, (status, shares) in seen.items()
                      if shares is not None}
            self.same("what recipients can read of referrals", wanted,
                      {row["id"]: (row["status"], self.members(row)) for row in client.pages("/received-referrals")})
        if self.model.requests:
            seen = {door: (request.answers[r], self.model.asked(request, r)) for (request, r), door in self.doors.items()}
            wanted = {door: (answer, set(shares) & {"identity", "contact", "registration"}) for door, (answer, shares) in seen.items()
                      if shares is not None}
            self.same("what recipients can read of SIP requests", wanted,
                      {row["id"]: (row["status"], self.members(row)) for row in client.pages("/received-sip-requests")})

    def sweep(self):
        """All that there is."""
        self.check_plans(self.model.youths)
        self.check_counts()
        self.check_received()
        client = self.coordinator.client
        attempts = client.pages("/outreach-attempts")
        self.same("home visits of fewer than two", [],
                  [row for row in attempts if row["channel"] == "home_visit" and len(set(row["staff"])) < 2])
        for youth in self.model.youths:
            self.touched = {youth}
            self.same("the attempts", {a.id: a.status for a in youth.attempts},
                      {row["id"]: row["status"] for row in attempts if row["youthId"] == youth.id})
            mine = lambda there: {one.id: one.status for one in there if one.youth is youth}
            for path, there in (("/referrals", self.model.referrals), ("/sip-requests", self.model.requests)):
                self.same(path, mine(there), {row["id"]: row["status"] for row in client.pages(path, youthId=youth.id)})
            wanted = sorted((one.id, r.id, c.id if c else "", *sorted(shares))
                            for one, r, c, shares in self.model.disclosed if one.youth is youth)
            rows = self.clients["officer"].pages("/disclosures", youthId=youth.id)
            self.same("the disclosures", wanted, sorted(
                (row["resourceId"], row["recipientId"], row.get("consentId", ""), *sorted(row["shares"])) for row in rows))
            pauses = client.pages("/outreach-pauses", youthId=youth.id)
            self.same("the pauses", {p.id: p.status(self.model.today) for p in youth.pauses}, {row["id"]: row["status"] for row in pauses})
            self.same("attempts in a pause", [], [row for row in attempts if row["youthId"] == youth.id and made_in(pauses, row)])

    def said(self, error):
        """What is needed to play it again: all that touched those whom it is about."""
        lines = [line for youths, line in self.log if youths is None or set(youths) & self.touched] if self.touched else [
            line for _, line in self.log]
        known = [f"{name}={value}" for name, value in self.model.policy.items() if value != POLICY[name]]
        return "\n".join([f"KAA_CASEWORK_SEED={self.seed} KAA_CASEWORK_HISTORIES=1, step {self.steps}, {self.model.today}:", *lines,
                          f"policy: {known}", str(error)])
