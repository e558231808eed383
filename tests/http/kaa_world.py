"""What tests need to be there before they begin: youths by way of an import, and casework about them."""
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import people
import towns

NDJSON = {"Content-Type": "application/x-ndjson"}
SOURCE = "ber"


def since_midnight(day, seconds=0):
    """A moment of the day that has passed when the day has begun, at whatever hour the tests run."""
    return (datetime.combine(day, time(), ZoneInfo("Europe/Stockholm")) + timedelta(seconds=seconds)).isoformat()


class World:
    """Works as the callers that would do it: the register imports, a coordinator does casework."""

    def __init__(self, coordinator, register, vera, administrator, today, town=towns.TOWNS["0180"]):
        self.coordinator = coordinator
        self.register = register
        self.vera = vera
        self.administrator = administrator
        self.today = today
        self.town = town
        self.serial = 0

    # The register ---------------------------------------------------------------------------------

    def open_import(self, rows, mode="delta", as_of=None, part_size=1000, source=SOURCE):
        """The path of an import with its parts sent."""
        made = self.register.post("/imports", {
            "source": source, "mode": mode, "asOf": (as_of or self.today).isoformat()})
        path = f"/imports/{made.json()['id']}"
        for part, first in enumerate(range(0, len(rows), part_size), 1):
            self.send_part(path, part, rows[first:first + part_size])
        return path

    def send_part(self, path, part, rows, expect=200):
        content = rows if isinstance(rows, bytes) else people.ndjson(rows)
        return self.register.request("PUT", f"{path}/parts/{part}", expect, content=content, headers=NDJSON)

    def commit(self, rows, **options):
        """Imports the rows; the import as it stands afterwards."""
        path = self.open_import(rows, **options)
        done = self.register.event(path, "committed").json()
        assert done["status"] == "committed", done
        return done

    def find(self, numbers, caller=None):
        """The ids of the persons with these numbers, None for one that is not found."""
        caller = caller or self.register
        ids = []
        for first in range(0, len(numbers), 100):
            found = caller.post("/youth-lookups", {"personalNumbers": numbers[first:first + 100]}, 200).json()["data"]
            assert [entry["personalNumber"] for entry in found] == numbers[first:first + 100]
            ids += [entry["youth"]["id"] if entry["found"] else None for entry in found]
        return ids

    def youths(self, count=1, district="farsta", **changes):
        """New covered youths, as the coordinator reads them; in the district, where there are any."""
        district = district if self.town.districts else None
        rows = []
        changes.setdefault("residence", self.town.residence())
        for _ in range(count):
            rows += people.rows(1, self.today, [district] if district else [], first=100_000 + self.serial, **changes)
            self.serial += 1
        self.commit(rows)
        ids = self.find([row["personalNumber"] for row in rows])
        return [{**self.coordinator.get(f"/youths/{one}").json(), "row": row} for one, row in zip(ids, rows)]

    def youth(self, **changes):
        return self.youths(1, **changes)[0]

    # Casework -------------------------------------------------------------------------------------

    def recipient(self, name):
        return self.town.id("recipient", name)

    def attempt(self, youth, channel="phone", **members):
        return self.coordinator.post("/outreach-attempts", {
            "youthId": youth["id"], "purpose": "outreach", "channel": channel, "staff": ["anna@example.com"],
            **members})

    def batch(self, youths, planner=None, channel="letter", **members):
        """A batch that chooses these youths alone, by staff whom nobody else has."""
        self.serial += 1
        staff = f"batch-{self.serial}@example.com"
        for youth in youths:
            self.coordinator.post(f"/youths/{youth['id']}/assignments", {"staff": staff})
        return (planner or self.coordinator).post("/outreach-batches", {
            "name": "Höstens utskick", "channel": channel, "staff": ["anna@example.com"],
            **members, "filter": {"assignedTo": staff, **members.get("filter", {})}})

    def planned_batch(self, youths, **members):
        made = self.batch(youths, **members)
        return self.coordinator.event(f"/outreach-batches/{made.json()['id']}", "planned", if_match=made)

    def consent(self, youth, recipients=("social-services",), purpose="sharing", **members):
        return self.coordinator.post("/consents", {
            "youthId": youth["id"], "purpose": purpose, "givenByYouth": True, "medium": "oral",
            "recipientIds": [self.recipient(name) for name in recipients],
            "shares": ["identity", "contact", "message"],
            "givenAt": f"{(self.today - timedelta(days=1)).isoformat()}T10:00:00Z",
            "validUntil": (self.today + timedelta(days=90)).isoformat(),
            **({"guardians": [{"name": "Britaprov Fiktivsson", "givenAt":
               f"{(self.today - timedelta(days=1)).isoformat()}T10:00:00Z"}]}), **members})

    def referral(self, youth, name="social-services", consent=None, **members):
        return self.coordinator.post("/referrals", {
            "youthId": youth["id"], "recipientId": self.recipient(name), "reason": "Vill ha stöd att söka praktik",
            "message": "Ring helst på eftermiddagen.",
            **({"consentId": consent.json()["id"]} if consent else {}), **members})

    def sent_referral(self, youth, name="social-services", purpose="sharing"):
        made = self.referral(youth, name, self.consent(youth, [name], purpose))
        return self.coordinator.event(f"/referrals/{made.json()['id']}", "sent", if_match=made)

    def sip_request(self, youth, names=("social-services", "region"), consent=None, **members):
        consent = consent or self.consent(youth, names, "sip")
        return self.coordinator.post("/sip-requests", {
            "youthId": youth["id"], "initiatedBy": "kaa", "consentId": consent.json()["id"],
            "addressees": [{"recipientId": self.recipient(name)} for name in names], "participants": ["anna@example.com"],
            "responsible": "anna@example.com", **members})

    def measure(self, youth, **members):
        return self.coordinator.post("/measures", {
            "youthId": youth["id"], "type": "coaching", "unitId": self.town.id("unit", self.town.default_unit),
            "planning": "Samtal varannan vecka", "goal": "Söka till gymnasiet",
            "offeredAt": since_midnight(self.today), **members})

    def pause(self, youth, first=0, last=30, consent=None, **members):
        """From and until so many days from today, on a consent or on what social services have."""
        ground = {"consentId": consent.json()["id"]} if consent else {"evidenceReference": "SOC 2026/118"}
        return self.coordinator.post("/outreach-pauses", {
            "youthId": youth["id"], "requestedBy": "Socialtjänsten", "from": (self.today + timedelta(days=first)).isoformat(),
            "until": (self.today + timedelta(days=last)).isoformat(), **ground, **members})

    def notification(self, youth):
        """The tax agency is told that the youth does not live where the register says."""
        attempt = self.attempt(youth)
        gone = self.coordinator.event(f"/outreach-attempts/{attempt.json()['id']}", "not_at_address", if_match=attempt)
        return self.coordinator.post("/address-notifications", {
            "youthId": youth["id"], "attemptId": gone.json()["id"], "sentAt": gone.json()["attemptedAt"], "reference": "2026/4711"})

    def concern_report(self, youth, **members):
        return self.coordinator.post("/concern-reports", {
            "youthId": youth["id"], "madeAt": f"{(self.today - timedelta(days=1)).isoformat()}T09:00:00Z",
            "reference": "Dnr 2026-114", **members})

    def safety_notice(self, youth, report=None, **members):
        report = report or self.concern_report(youth)
        return self.coordinator.post("/safety-notices", {
            "youthId": youth["id"], "measures": "Möt ungdomen i vår lokal", "concernReportId": report.json()["id"],
            "validUntil": (self.today + timedelta(days=60)).isoformat(), **members})

    def duplicate(self, youth):
        """Another youth who is the same person, registered in error."""
        other = self.youth(protection=youth["protection"])
        registration, = self.coordinator.get(f"/youths/{other['id']}/registrations").json()["data"]
        self.coordinator.event(f"/youths/{other['id']}/registrations/{registration['id']}", "ended",
                               endDate=registration["startDate"], exitReason="registered_in_error")
        return other

    def merge(self, duplicate, youth, **members):
        return self.coordinator.post("/youth-merges", {"youthId": duplicate["id"], "mergedInto": youth["id"], **members})

    # Schools ----------------------------------------------------------------------------------------

    def school_event(self, number, type_="absence", teller=None, **members):
        """The answer to an event about the person with the number, told by the given caller or by the register."""
        self.serial += 1
        return (teller or self.register).post("/school-events", {
            "eventId": f"event-{self.serial}", "personalNumber": number, "givenName": "Kimprov",
            "familyName": "Exempelgren", "type": type_, "date": self.today.isoformat(), **members}, 202)

    def evaluate(self, **members):
        """An evaluation run; what schools have told is taken by it."""
        return self.coordinator.post("/evaluation-runs", members).json()

    def preventive(self, type_="absence", **members):
        """Somebody unknown of whom a school reports absence, as a coordinator reads them."""
        self.serial += 1
        row = people.rows(1, self.today, first=150_000 + self.serial)[0]
        told = self.school_event(row["personalNumber"], type_, birthDate=row["birthDate"], **members)
        self.evaluate()
        event = self.coordinator.get(f"/school-events/{told.json()['id']}").json()
        return {**self.coordinator.get(f"/youths/{event['youthId']}").json(), "row": row}

    def incoming_referral(self, number, teller=None, **members):
        """The answer to social services, or another partner, who refer the person with the number."""
        return (teller or self.vera).post("/incoming-referrals", {
            "personalNumber": number, "reason": "Vill ha hjälp att hitta en utbildning", "evidenceReference": "Dnr 2026-S-88",
            **members}, 202)

    def everything_about(self, youth):
        """One of all that there can be about a youth, each with something in its history."""
        self.school_event(youth["row"]["personalNumber"])
        self.evaluate()
        referred = self.incoming_referral(youth["row"]["personalNumber"])
        self.coordinator.event(f"/incoming-referrals/{referred.json()['id']}", "accepted", youthId=youth["id"])
        self.casework_about(youth)
        if youth["protection"] == "none":  # others are in none
            self.planned_batch([youth])
        duplicate = self.duplicate(youth)
        merge = self.merge(duplicate, youth, reason="Samma person")
        self.coordinator.event(f"/youth-merges/{merge.json()['id']}", "reversed", if_match=merge)
        self.merge(duplicate, youth)

    def casework_about(self, youth, crm="vera"):
        """One of all that casework can hold about a youth, but no other person."""
        one = f"/youths/{youth['id']}"
        attempt = self.attempt(youth)
        self.coordinator.event(f"/outreach-attempts/{attempt.json()['id']}", "no_answer", if_match=attempt)
        self.notification(youth)
        pause = self.pause(youth, consent=self.consent(youth, (), "outreach_pause"))
        self.coordinator.event(f"/outreach-pauses/{pause.json()['id']}", "ended", if_match=pause)
        sent = self.sent_referral(youth, crm, "crm")
        self.vera.event(f"/received-referrals/{sent.json()['id']}", "received")
        self.coordinator.event(f"/consents/{self.consent(youth).json()['id']}", "withdrawn")
        sip = self.sip_request(youth, (crm, "region"))
        self.coordinator.event(f"/sip-requests/{sip.json()['id']}", "sent", if_match=sip)
        asked, = [row for row in self.vera.pages("/received-sip-requests") if row["status"] == "pending"]
        self.vera.event(f"/received-sip-requests/{asked['id']}", "accepted")
        measure = self.measure(youth)
        self.coordinator.event(f"/measures/{measure.json()['id']}", "planned", if_match=measure)
        notice = self.safety_notice(youth)
        self.coordinator.event(f"/safety-notices/{notice.json()['id']}", "ended", if_match=notice)
        report = self.coordinator.get(f"/concern-reports/{notice.json()['concernReportId']}")
        self.coordinator.event(f"/concern-reports/{report.json()['id']}", "opened", if_match=report)
        self.coordinator.post(f"{one}/assignments", {"staff": "anna@example.com"})
        self.coordinator.post(f"{one}/occupations", {"code": "work"})
        registration = self.coordinator.get(f"{one}/registrations").json()["data"][0]
        self.coordinator.event(f"{one}/registrations/{registration['id']}", "ended",
                               endDate=self.today.isoformat(), exitReason="national_programme")
        self.coordinator.post(f"{one}/registrations", {"startDate": self.today.isoformat(), "reason": "dropout"})


def recipient(name, town="0180"):
    return towns.id_of(town, "recipient", name)
