"""The same figures by the plainest way: one case after the other, one event after the other."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from tests.score.histories import Life, Told

NOBODY = UUID(int=0)
Key = tuple[str, str, date, str, str, str, UUID, str]
"""Cut, grain, period, agency, field, procedure, officer, and what is counted."""

SIMPLE = {
    "case.accepted": "accepted", "case.supplement_requested": "supplemented",
    "case.transferred": "transferred_out", "case.refused": "refused",
    "case.withdrawn": "withdrawn", "case.stopped": "stopped", "case.signed": "granted",
    "case.refusal_signed": "denied", "case.apologised": "apologised", "payment.settled": "paid",
    "case.fee_taken": "paid_at_counter", "case.register_answered": "from_registers",
    "case.document_digitised": "digitised", "case.complained": "complained",
}  # fmt: skip
BY_ACTOR = ("case.accepted", "case.refused", "case.supplement_requested", "case.stopped")


class Case:
    def __init__(self, life: Life, zone: ZoneInfo) -> None:
        self.life, self.zone = life, zone
        self.found: Counter[Key] = Counter()
        self.named: Counter[tuple[str, ...]] = Counter()
        self.due: datetime | None = None
        self.accepted: datetime | None = None
        self.handler = NOBODY
        self.supplements = 0
        self.step = "reception"
        self.since: datetime | None = None
        self.waits_for: str | None = None
        self.handing = "nothing"
        self.asked: dict[str, datetime] = {}
        for event in life.events:
            self._take(event)

    def day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def punctual(self, at: datetime, due: datetime) -> str:
        if at > due:
            return "late"
        return "early" if self.day(at) < self.day(due) else "on_time"

    def add(
        self, event: Told, what: str, n: int = 1, officer: UUID = NOBODY, agency: str | None = None
    ) -> None:
        here, of = event.agency if agency is None else agency, self.life.procedure
        day = self.day(event.at)
        month = day.replace(day=1)
        cuts = [
            ("city", "", "", ""), ("agency", here, "", ""), ("field", "", of.field, ""),
            ("procedure", "", "", of.code), ("agency_field", here, of.field, ""),
            ("agency_procedure", here, "", of.code),
        ]  # fmt: skip
        for cut, *where in cuts:
            self.found[cut, "month", month, *where, NOBODY, what] += n  # type: ignore[index]
            if cut in ("city", "agency", "field"):
                self.found[cut, "day", day, *where, NOBODY, what] += n  # type: ignore[index]
        if officer != NOBODY:
            self.found["agency_officer", "month", month, here, "", "", officer, what] += n

    def name(self, event: Told, kind: str, name: str, count: int, seconds: int = 0) -> None:
        month = str(self.day(event.at).replace(day=1))
        self.named[month, event.agency, kind, name, "count"] += count
        self.named[month, event.agency, kind, name, "seconds"] += seconds

    def _take(self, event: Told) -> None:
        kind, facts, at = event.kind, event.facts, event.at
        if "due_at" in facts:
            self.due = datetime.fromisoformat(facts["due_at"])
        if kind == "case.assigned":
            self.handler = UUID(facts["officer"])
        elif kind == "case.proposed":
            self.handler = event.actor
        officer = event.actor if kind in BY_ACTOR else NOBODY
        if kind in ("case.signed", "case.refusal_signed"):
            officer = self.handler
        if kind == "case.accepted":
            self.accepted = at
        if kind == "case.supplement_requested":
            self.supplements += 1
            for one in facts.get("fields", []):
                self.name(event, "asked_field", one, 1)
            for one in facts.get("documents", []):
                self.name(event, "asked_document", one, 1)
        if kind in SIMPLE:
            self.add(event, SIMPLE[kind], 1, officer)
        self._state(event, officer)
        self._rest(event, officer)

    def _state(self, event: Told, officer: UUID) -> None:
        facts, at = event.facts, event.at
        if "business" not in facts:
            return
        if self.since is not None:
            seconds = round((at - self.since).total_seconds())
            if self.waits_for:
                self.name(event, "waiting", self.waits_for, 1, seconds)
                if self.waits_for == "applicant":
                    self.add(event, "waited_seconds", seconds, officer)
            else:
                is_left = facts.get("step") != self.step
                self.name(event, "step", self.step, int(is_left), seconds)
        if facts["handing"] == "handed" != self.handing:
            self.add(event, "returned")
            if self.life.delivery == "electronic":
                self.add(event, "returned_online")
        self.handing, self.since = facts["handing"], at
        self.step = facts.get("step", self.step)
        business = facts["business"]
        self.waits_for = "applicant" if business in ("incomplete", "supplement") else None
        if business == "in_hand" and facts["money"] == "open":
            self.waits_for = "payment"

    def _rest(self, event: Told, officer: UUID) -> None:
        kind, facts, life = event.kind, event.facts, self.life
        if kind == "case.filed":
            self.add(event, "received")
            self.add(event, f"received_{life.channel}")
            self.add(event, "fields_asked", life.procedure.asked)
            self.add(event, "fields_known", life.procedure.known)
        elif kind == "case.transferred":
            self.add(event, "transferred_in", agency=facts["agency"])
        elif kind in ("case.signed", "case.refusal_signed"):
            assert self.due
            assert self.accepted
            self.add(event, self.punctual(event.at, self.due), 1, officer)
            times = ("complete_at_once", "completed_once", "completed_often")
            self.add(event, times[min(self.supplements, 2)], 1, officer)
            seconds = round((event.at - self.accepted).total_seconds())
            self.add(event, "answer_seconds", seconds, officer)
        elif kind == "case.components_reused":
            self.add(event, "reused", facts["results"] + facts["papers"])
        elif kind == "payment.settled":
            self.add(event, "paid_amount", facts["amount"])
        elif kind == "case.opinion_asked":
            self.asked[facts["agency"]] = datetime.fromisoformat(facts["opinion_due_at"])
        elif kind == "case.opinion_given":
            how = self.punctual(event.at, self.asked.pop(facts["agency"]))
            self.add(event, f"opinions_{how}", agency=facts["agency"])
        elif kind == "case.rated":
            for said, n in ((facts, 1), (facts["before"], -1)):
                if said:
                    self.add(event, f"rated_{said['score']}", n)
                    for reason in said["reasons"]:
                        self.name(event, "rating_reason", reason, n)
        elif kind == "case.complaint_answered" and facts["upheld"]:
            self.add(event, "complaints_upheld")


def counted(lives: Iterable[Life], zone: ZoneInfo) -> tuple[Counter[Key], Counter[tuple[str, ...]]]:
    """Every count that is not nought; and by agency what is counted by name."""
    found: Counter[Key] = Counter()
    named: Counter[tuple[str, ...]] = Counter()
    for life in lives:
        one = Case(life, zone)
        found.update(one.found)
        named.update(one.named)
    return (
        Counter({key: n for key, n in found.items() if n}),
        Counter({key: n for key, n in named.items() if n}),
    )
