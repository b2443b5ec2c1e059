"""Looking: find a procedure, open a case, read what happened, and put it into words."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from motcua import agencies, documents, identity, payments
from motcua.base import clock
from motcua.base.errors import Fault, Invalid, NotFound
from motcua.base.ids import CaseId, PersonId
from motcua.cases import queries
from motcua.cases.actions.findings import missing
from motcua.cases.actions.procedures import InForce, Procedures
from motcua.cases.actions.standing import actions_open_to, standing
from motcua.cases.model.case import DONE, Case, may_be_code
from motcua.cases.model.procedure import Channel
from motcua.cases.model.view import (
    ActionView,
    CaseView,
    EventView,
    FeeLineView,
    FeeView,
    Named,
    PaymentView,
    ProcedureRef,
    ResultView,
    WaitingView,
)
from motcua.cases.rules import forms, routes
from motcua.cases.rules.deadline import read_limit
from motcua.db import City, Read
from motcua.db import events as happenings
from motcua.identity import Viewer
from motcua.web import figures
from motcua.web.language import Language, words
from motcua.web.reasons import sentence

M = TypeVar("M")

MARK_LENGTH_MAX = 40
ROWS_DIGITS_MAX = 9
_DATE = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}($|T)")


def find_procedures(city: City, words: str, field: str, agency: str, limit: int) -> list[InForce]:
    """What matches the words, best first; without words everything, by name."""
    shelf = city[Procedures]
    found = shelf.search(words, limit * 5) if words.strip() else shelf.all()
    book = city[agencies.Agencies]
    kept = [
        known
        for known in found
        if (not field or field in (known.procedure.field.vi, known.procedure.field.en))
        and (not agency or agency in _receivers(book, known))
    ]
    return kept[:limit]


def _receivers(book: agencies.Agencies, known: InForce) -> set[str]:
    wanted = known.procedure.agencies
    return {a.code for a in book.receivers(wanted.codes, wanted.kind)}


def procedure_view(city: City, known: InForce, language: Language) -> dict[str, Any]:
    """A procedure as the API tells it; `form.example` is accepted by `POST /api/v1/cases`."""
    procedure = known.procedure
    return {
        "code": procedure.code,
        "version": known.version,
        "name": procedure.name.within(language),
        "level": procedure.level,
        "field": procedure.field.within(language),
        "verified": procedure.verified,
        "channels": [_channel(city, channel, language) for channel in procedure.channels],
        "documents": [
            {
                "code": need.code,
                "name": need.name.within(language),
                "original": need.original,
                "copies": need.copies,
                "required_if": need.required_if,
            }
            for need in procedure.documents
        ],
        "results": [{"code": r.code, "name": r.name.within(language)} for r in procedure.results],
        "form": {
            "schema": forms.schema(procedure.form, language),
            "example": procedure.form.example,
        },
    }


def _channel(city: City, channel: Channel, language: Language) -> dict[str, Any]:
    currency = city.pack.info.currency.code
    limits, fees = [], []
    for promised in channel.limits:
        limit = read_limit(promised.limit)
        case = promised.case.within(language) if promised.case else None
        limits.append(
            {"value": limit.value, "unit": limit.unit, "case": case, "source": promised.source.text}
        )
    for fee in channel.fees:
        case = fee.case.within(language) if fee.case else None
        fees.append({"kind": fee.kind, "amount": fee.amount, "currency": currency, "case": case})
    return {"channel": channel.channel, "limits": limits, "fees": fees}


async def open_case(db: Read, code: str) -> Case:
    """The case, if this person may see it. Otherwise it does not exist."""
    case = await queries.case_by_code(db, code) if may_be_code(code) else None
    if case is None:
        raise NotFound("case.unknown")
    return case


async def case_by_id(db: Read, case_id: CaseId) -> Case:
    case = await queries.case_by_id(db, case_id)
    if case is None:
        raise NotFound("case.unknown")
    return case


async def definition(db: Read, case: Case) -> InForce:
    """The procedure as it was when the case was filed."""
    return await db.city[Procedures].at_version(db, case.procedure_code, case.procedure_version)


async def list_cases(
    db: Read, viewer: Viewer, before: str, at_most: int
) -> tuple[list[Case], str | None]:
    """An officer's open work, what is due first; a resident's own cases, newest first. And what
    `before` gives the next page: to its reader a mark without a meaning."""
    if viewer.is_officer:
        skip = _mark(before, _rows) if before else 0
        mine = sorted({post.agency_code for post in await agencies.posts_of(db)})
        found = await queries.open_cases_of_agencies(db, mine, at_most + 1, skip)
        mark = str(skip + at_most)
    else:
        until = _mark(before, _moment) if before else clock.now()
        found = await queries.cases_of_person(
            db, viewer.person, viewer.on_behalf_of, until, at_most + 1
        )
        mark = found[at_most - 1].filed_at.isoformat() if len(found) > at_most else ""
    return found[:at_most], mark if len(found) > at_most else None


def _mark(given: str, read: Callable[[str], M]) -> M:
    try:
        if given.isascii() and len(given) <= MARK_LENGTH_MAX:
            return read(given)
    except (ValueError, OverflowError):
        pass
    raise Invalid("request.faults", [Fault("/before", "form.pattern")])


def _rows(given: str) -> int:
    if not given.isdigit() or len(given) > ROWS_DIGITS_MAX:
        raise ValueError
    return int(given)


def _moment(given: str) -> datetime:
    """An address that was not quoted has a space for its `+`."""
    read = datetime.fromisoformat(given.replace(" ", "+"))
    if read.tzinfo is None:
        raise ValueError
    return read.astimezone(UTC)


async def show_case(db: Read, viewer: Viewer, case: Case, language: Language) -> CaseView:
    known = await definition(db, case)
    payment = await payments.payment_of(db, case.id)
    state = await standing(db, viewer, case, known, payment.state)
    waiting = await missing(db, case) if viewer.is_officer and case.accepted_at else []
    attached = await queries.documents_of_case(db, case.id)
    issued = await documents.of_case(db, case.id)
    names = {need.code: need.name.within(language) for need in known.procedure.documents}
    hides = not viewer.is_officer and case.subject["relation"] == "other" and not issued
    view = case_view(db, case, known, payment, language, actions_open_to(state, known), hides)
    result = None
    if issued:
        last = issued[-1]
        address = f"{db.city.settings.public_url}/verify/{last.reference}"
        result = ResultView(str(last.document), address, last.number, last.issued_on)
    return replace(
        view,
        documents=[
            Named(str(d.file_id), names.get(d.requirement, d.requirement)) for d in attached
        ],
        waiting_for=[WaitingView(f.id, f.register, f.before) for f in waiting],
        result=result,
    )


def case_view(
    db: Read,
    case: Case,
    known: InForce,
    payment: payments.Payment,
    language: Language,
    open_actions: list[routes.Action],
    hides_subject: bool = False,
) -> CaseView:
    """The part of a case's view that needs no further question to the database."""
    step = known.procedure.route.steps.get(case.step)
    zone = db.city[Procedures].calendar.zone
    is_for_other = case.applicant_id != case.filed_by
    return CaseView(
        code=case.code,
        procedure=ProcedureRef(
            case.procedure_code,
            case.procedure_version,
            known.procedure.short_name.within(language),
        ),
        agency=Named(
            case.agency_code, db.city[agencies.Agencies].name(case.agency_code).within(language)
        ),
        status=case.status,
        status_name=status_name(case.status, language),
        step=case.step,
        step_name=step.name.within(language) if step else None,
        acted_by=case.filed_by_name,
        on_behalf_of=case.applicant_name if is_for_other else None,
        # Who asks for a stranger has shown only that they know the number.
        subject=case.subject["number" if hides_subject else "name"],
        delivery=case.delivery,
        filed_at=_local(db, case.filed_at),
        intake_due_at=_local(db, case.intake_due_at),
        accepted_at=_local(db, case.accepted_at),
        due_at=_local(db, case.due_at),
        due_reasons=[due_reason(reason, language, zone) for reason in case.due_reasons],
        closed_at=_local(db, case.closed_at),
        fee=_fee(case, payment.currency, language),
        payment=PaymentView(payment.state, payment.url, payment.qr),
        documents=[],
        waiting_for=[],
        actions=[ActionView(name, routes.body_schema(name)) for name in open_actions],
        result=None,
    )


def _local(db: Read, moment: datetime | None) -> Any:
    return moment and db.city[Procedures].calendar.aware(db.city[Procedures].calendar.local(moment))


def _fee(case: Case, currency: str, language: Language) -> FeeView:
    lines = [
        FeeLineView(line["rule"], line["amount"], line["reason"][language])
        for line in case.fee["lines"]
    ]
    return FeeView(case.fee_amount, currency, lines)


def status_name(status: int, language: Language) -> str:
    return words(language).pgettext("status", STATUS_NAMES[status])


STATUS_NAMES = {
    1: "Newly filed",
    2: "Received",
    3: "Not received",
    4: "In hand",
    5: "Waiting for a supplement",
    6: "Waiting for payment",
    7: "Withdrawn",
    8: "Stopped",
    9: "Decided",
    10: "Result returned",
}


def due_reason(reason: dict[str, Any], language: Language, zone: ZoneInfo) -> str:
    """One step of how the city reckoned its promise, as a sentence."""
    told = reason.get("facts", {})
    facts = {name: _readable(fact, language, zone) for name, fact in told.items()}
    return sentence(reason["code"], facts, language)


def _readable(fact: Any, language: Language, zone: ZoneInfo) -> Any:
    """Reasons are kept as JSON; days, moments and names get back the reader's form."""
    if isinstance(fact, dict) and language in fact:
        return fact[language]
    now = clock.now().astimezone(zone)
    if isinstance(fact, str) and _DATE.match(fact):
        if len(fact) == 10:
            return figures.day(date.fromisoformat(fact), language, zone, now.date())
        return figures.moment(datetime.fromisoformat(fact), language, zone, now)
    return fact


async def progress(city: City, code: str, language: Language) -> dict[str, Any]:
    """Without signing in: the code and how far it is; never a name (TT 01/2018, art. 16)."""
    found = None
    if may_be_code(code):
        async with city.database.nobody() as db:
            found = await queries.progress_by_code(db, code)
    if found is None:
        raise NotFound("case.unknown")
    known = city[Procedures].today.get(found.procedure_code)
    calendar = city[Procedures].calendar
    return {
        "code": code,
        "status": found.status,
        "status_name": status_name(found.status, language),
        "procedure": known.procedure.short_name.within(language) if known else None,
        "agency": city[agencies.Agencies].name(found.agency_code).within(language),
        "filed_at": calendar.aware(calendar.local(found.filed_at)),
        "due_at": calendar.aware(calendar.local(found.due_at)) if found.due_at else None,
        "closed": found.closed_at is not None,
    }


async def history(db: Read, case: Case, language: Language, after: int = 0) -> list[EventView]:
    """Who did what, in whose name, when: everything about a case that this person may see."""
    seen = await happenings.history(db, case.id, after)
    people = {e.actor_id for e in seen} | {e.behalf_id for e in seen if e.behalf_id}
    names = await identity.names(db, [PersonId(p) for p in people])
    names |= {case.filed_by: case.filed_by_name, case.applicant_id: case.applicant_name}
    platform = words(language).gettext("The platform")
    calendar = db.city[Procedures].calendar
    return [
        EventView(
            id=event.sequence,
            at=calendar.aware(calendar.local(event.at)),
            kind=event.kind,
            text=words(language).pgettext("event", event.kind),
            by=names.get(PersonId(event.actor_id), platform),
            on_behalf_of=names.get(PersonId(event.behalf_id)) if event.behalf_id else None,
            facts=event.facts,
        )
        for event in seen
    ]


def is_over(case: Case) -> bool:
    return case.step == DONE
