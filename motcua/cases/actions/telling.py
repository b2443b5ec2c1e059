"""What a person is told of their own cases: where each stands, in one word that pages put into
a sentence."""

from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

from motcua import payments
from motcua.base import clock
from motcua.base.text import Text
from motcua.cases import queries
from motcua.cases.actions.procedures import Procedures
from motcua.cases.actions.reading import find_procedures
from motcua.cases.model.case import (
    STATUS_DONE,
    STATUS_REFUSED_AT_INTAKE,
    STATUS_RETURNED,
    STATUS_STOPPED,
    STATUS_SUPPLEMENT,
    STATUS_WITHDRAWN,
    Case,
)
from motcua.cases.model.procedure import Procedure, PublishedFee
from motcua.cases.rules.deadline import Limit, read_limit, rest_spans
from motcua.db import City, Read
from motcua.identity import Viewer
from motcua.web import Promise

Situation = Literal[
    "pay", "supplement", "intake", "in_hand", "late", "collect", "refused", "withdrawn", "stopped",
    "done",
]  # fmt: skip
"""`pay`, `supplement` and `collect` wait for the person, the next three for the city; the rest
are over."""

CASES_SHOWN_MAX = 50
_ENDS: dict[int, Situation] = {
    STATUS_REFUSED_AT_INTAKE: "refused",
    STATUS_WITHDRAWN: "withdrawn",
    STATUS_STOPPED: "stopped",
    STATUS_RETURNED: "done",
}


class CaseLine(Struct, frozen=True):
    """One case as a row of a list."""

    code: str
    name: Text
    situation: Situation
    promised_at: datetime
    is_over: bool
    on_behalf_of: str | None


class Offer(Struct, frozen=True):
    """A procedure as one row of a search."""

    code: str
    name: Text
    limit: Limit
    fee: PublishedFee
    has_other_fees: bool
    is_online: bool


def offers(city: City, words: str, at_most: int) -> list[Offer]:
    """What matches the words, best first; without words everything, by name."""
    return [_offer(known.procedure) for known in find_procedures(city, words, "", "", at_most)]


def _offer(procedure: Procedure) -> Offer:
    channels = procedure.channels
    first = next((one for one in channels if one.channel == "online"), channels[0])
    return Offer(
        code=procedure.code,
        name=procedure.short_name,
        limit=read_limit(first.limits[0].limit if first.limits else procedure.limit),
        fee=first.fees[0],
        has_other_fees=len(first.fees) > 1,
        is_online=first.channel == "online",
    )


def situation_of(case: Case, payment_state: str) -> Situation:
    if case.status in _ENDS:
        return _ENDS[case.status]
    if payment_state == "open":
        return "pay"
    if case.status == STATUS_SUPPLEMENT:
        return "supplement"
    if case.status == STATUS_DONE:
        return "collect"
    if case.promised_at < clock.now():
        return "late"
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
            on_behalf_of=case.applicant_name if case.applicant_id != case.filed_by else None,
        )
        for case in found
    ]  # fmt: skip


async def payment_of(db: Read, case: Case) -> payments.Payment:
    return await payments.payment_of(db, case.id)


def promise_of(city: City, case: Case, stage: str, stops: list[tuple[str, datetime]]) -> Promise:
    """The line of a case. `stops` are its events: between asking for a supplement and getting it
    the clock stands still."""
    now = clock.now()
    due, calendar = case.promised_at, city[Procedures].calendar
    pauses, asked = [], None
    for kind, at in stops:
        if kind == "case.supplement_requested":
            asked = at
        elif asked is not None and kind == "case.supplied":
            pauses.append((asked, at))
            asked = None
    if asked is not None and case.closed_at is None:
        pauses.append((asked, now))
    return Promise(
        filed=case.filed_at,
        due=due,
        now=now,
        stage=stage,
        finished=case.closed_at,
        rest=rest_spans(calendar, case.filed_at, max(due, case.closed_at or now)),
        pauses=tuple(pauses),
        is_intake=case.due_at is None,
    )


def asked_for(facts: dict[str, Any]) -> tuple[list[str], list[str]]:
    """The fields and documents that an officer named when asking for a supplement."""
    return list(facts.get("fields", [])), list(facts.get("documents", []))
