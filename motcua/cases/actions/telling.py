"""What a person is told of their own cases: where each stands, in one word that pages put into
a sentence."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal, Protocol

from msgspec import Struct

from motcua import payments
from motcua.base import clock
from motcua.base.text import Text
from motcua.cases import queries
from motcua.cases.actions.procedures import Procedures
from motcua.cases.model.case import (
    STATUS_DONE,
    STATUS_REFUSED_AT_INTAKE,
    STATUS_RETURNED,
    STATUS_STOPPED,
    STATUS_WITHDRAWN,
    Case,
)
from motcua.cases.model.procedure import DocumentNeed, Procedure
from motcua.cases.rules.deadline import rest_spans
from motcua.cases.rules.states import WAITING
from motcua.db import City, Read
from motcua.identity import Viewer
from motcua.web import Promise
from motcua.web.forms import is_asked

Situation = Literal[
    "pay", "supplement", "resupplied", "intake", "in_hand", "late", "collect", "refused",
    "withdrawn", "stopped", "denied", "done",
]  # fmt: skip
"""`pay`, `supplement` and `collect` wait for the person, the four between for the city; the rest
are over. `denied`: answered with no, in a paper; `stopped`: ended without one."""

CASES_SHOWN_MAX = 50
_ENDS: dict[int, Situation] = {
    STATUS_REFUSED_AT_INTAKE: "refused",
    STATUS_WITHDRAWN: "withdrawn",
    STATUS_STOPPED: "stopped",
    STATUS_RETURNED: "done",
}


class Happened(Protocol):
    """An event, as it is kept or as it is shown."""

    @property
    def kind(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def facts(self) -> dict[str, Any]: ...


class CaseLine(Struct, frozen=True):
    """One case as a row of a list."""

    code: str
    name: Text
    situation: Situation
    promised_at: datetime
    is_over: bool
    on_behalf_of: str | None


def situation_of(case: Case, payment_state: str) -> Situation:
    if case.business == "stopped" and case.handing != "nothing":
        return "denied"
    if case.status in _ENDS:
        return _ENDS[case.status]
    if payment_state == "open":
        return "pay"
    if case.business in WAITING:
        return "supplement"
    if case.status == STATUS_DONE:
        return "collect"
    if case.promised_at < clock.now():
        return "late"
    if case.business == "resupplied":
        return "resupplied"
    return "in_hand" if case.accepted_at else "intake"


async def lines_of_me(db: Read, viewer: Viewer, before: datetime | None = None) -> list[CaseLine]:
    """The person's own cases and those they filed, newest first."""
    found = await queries.cases_of_person(
        db, viewer.person, viewer.on_behalf_of, before or clock.now(), CASES_SHOWN_MAX
    )
    states = await payments.payments_of(db, [case.id for case in found])
    return [
        CaseLine(
            code=case.code,
            name=(await db.city[Procedures].at_version(
                db, case.procedure_code, case.procedure_version
            )).procedure.short_name,
            situation=situation_of(case, states[case.id].state if case.id in states else "none"),
            promised_at=case.promised_at,
            is_over=case.closed_at is not None,
            on_behalf_of=case.applicant_name if case.applicant_id != case.asked_by else None,
        )
        for case in found
    ]  # fmt: skip


async def payment_of(db: Read, case: Case) -> payments.Payment:
    return await payments.payment_of(db, case.id)


def promise_of(city: City, case: Case, stage: str, events: Iterable[Happened]) -> Promise:
    """The line of a case, with its pauses."""
    now = clock.now()
    due, calendar = case.promised_at, city[Procedures].calendar
    pauses = pauses_of(events, case.closed_at or now)
    return Promise(
        filed=case.filed_at,
        due=due,
        now=now,
        stage=stage,
        finished=case.closed_at,
        rest=rest_spans(calendar, case.filed_at, max(due, case.closed_at or now)),
        pauses=pauses,
        is_intake=case.due_at is None,
    )


def pauses_of(events: Iterable[Happened], until: datetime) -> tuple[tuple[datetime, datetime], ...]:
    """When the clock stood still: from asking for what is missing, or for a fee, until it came."""
    pauses, asked = [], None
    for event in events:
        is_asking = event.kind == "case.supplement_requested" or (
            event.kind == "case.fee_stated" and event.facts.get("amount")
        )
        if is_asking:
            asked = asked or event.at
        elif asked is not None and event.kind in ("case.supplied", "case.resumed"):
            pauses.append((asked, event.at))
            asked = None
    return (*pauses, (asked, until)) if asked is not None else tuple(pauses)


def asked_for(facts: dict[str, Any]) -> tuple[list[str], list[str]]:
    """The fields and documents that an officer named when asking for a supplement."""
    return list(facts.get("fields", [])), list(facts.get("documents", []))


def lacking(
    procedure: Procedure, answers: dict[str, Any], facts: dict[str, Any]
) -> tuple[list[str], list[DocumentNeed]]:
    """The fields and papers that the officer named; where nothing was named, everything may be put
    right. `facts`: of the event that asked."""
    fields, needed = asked_for(facts)
    form = procedure.form.fields
    if fields or needed:
        needs = [need for need in procedure.documents if need.code in needed]
        return [name for name in form if name in fields], needs
    open_ones = [n for n, f in form.items() if f.kind != "oath" and is_asked(f, answers)]
    return open_ones, list(procedure.documents)
