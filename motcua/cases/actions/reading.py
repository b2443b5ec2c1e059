"""Looking: find a procedure, open a case, read what happened, and put it into words."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from msgspec import convert
from msgspec.structs import replace

from motcua import agencies, documents, identity, payments
from motcua.base import clock
from motcua.base.errors import Fault, Invalid, NotFound
from motcua.base.ids import CaseId, PersonId
from motcua.cases import queries
from motcua.cases.actions.filing import matter_of
from motcua.cases.actions.procedures import InForce, Procedures
from motcua.cases.actions.standing import actions_open_to, standing_of
from motcua.cases.model.case import Case, HandIn, JoinedCase, Opinion, Sides, may_be_code
from motcua.cases.model.catalogue import General
from motcua.cases.model.procedure import Channel, Procedure, ResultKind
from motcua.cases.model.view import (
    ActionView,
    CaseView,
    DocumentView,
    EventView,
    FeeLineView,
    FeeView,
    HandInView,
    JoinedView,
    Named,
    OpinionView,
    PaymentView,
    ProcedureRef,
    ResultView,
    StatesView,
    WaitingView,
)
from motcua.cases.rules import forms, handing_in, routes
from motcua.cases.rules.deadline import read_limit
from motcua.db import City, Read
from motcua.db import events as happenings
from motcua.db.queries import Event
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
        and (not agency or agency in {a.code for a in book.competent(matter_of(known.procedure))})
    ]
    return kept[:limit]


def list_procedures(
    city: City, words: str, field: str, agency: str, before: str, at_most: int
) -> tuple[list[InForce], str | None]:
    """One page of them, and what `before` gives the next."""
    skip = _mark(before, _rows) if before else 0
    found = find_procedures(city, words, field, agency, skip + at_most + 1)[skip:]
    return found[:at_most], str(skip + at_most) if len(found) > at_most else None


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
        "results": [
            {"code": _code(city, procedure, result), "name": result.name.within(language)}
            for result in procedure.results
        ],
        "form": {
            "schema": forms.schema(procedure.form, language),
            "example": procedure.form.example,
        },
    }


def _code(city: City, procedure: Procedure, result: ResultKind) -> str | None:
    """None where the catalogue gives the result no code of the national list: ours is nobody's."""
    if procedure.origin == "pack" or not city.pack.has("general"):
        return result.code
    general = city.pack.file("general", General)
    ours = {one.code[:-3] for one in (general.result, general.refusal)}
    return None if result.code[:-3] in ours else result.code


def _channel(city: City, channel: Channel, language: Language) -> dict[str, Any]:
    currency = city.pack.info.currency.code
    limits, fees = [], []
    for promised in channel.limits:
        limit = read_limit(promised.limit) if promised.limit else None
        limits.append(
            {
                "value": limit.value if limit else promised.value,
                "unit": limit.unit if limit else None,
                "case": promised.case.within(language) if promised.case else None,
                "source": promised.source.text,
                "quote": promised.quote,
            }
        )
    for fee in channel.fees:
        case = fee.case.within(language) if fee.case else None
        fees.append(
            {
                "kind": fee.kind,
                "amount": fee.amount,
                "currency": currency,
                "case": case,
                "note": fee.note,
            }
        )
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
    [view] = await show_cases(db, viewer, [case], language)
    known = await definition(db, case)
    opinions = await queries.opinions_of_case(db, case.id) if viewer.is_officer else []
    joined = await queries.joined_of(db, [case.id]) if known.procedure.joined else []
    return replace(
        view,
        actions=[*view.actions, *await _at_counter(db, viewer, case, view)],
        opinions=[_opinion(db, one, language) for one in opinions],
        joined=[_joined(db, one, language) for one in joined],
    )


async def _at_counter(db: Read, viewer: Viewer, case: Case, view: CaseView) -> list[ActionView]:
    """What officers who receive may do beside the case's own way."""
    if not viewer.is_officer:
        return []
    places = {case.taken_in_by, case.agency_code}
    posts = {p.agency_code for p in await agencies.posts_of(db, places) if p.role == "reception"}
    works_here = bool(posts)
    is_paper = works_here and case.channel != "online"
    papers = await queries.hand_ins_of_case(db, case.id) if is_paper else []
    waits = case.closed_at is None and any(not handing_in.is_done(paper) for paper in papers)
    may = handing_in.offered(works_here, waits, view.payment.state == "open")
    return [ActionView(name, handing_in.body_schema(name)) for name in may]


def _opinion(db: Read, one: Opinion, language: Language) -> OpinionView:
    return OpinionView(
        str(one.id), _agency(db, one.agency_code, language), one.question,
        _local(db, one.asked_at), _local(db, one.due_at), _local(db, one.given_at),
        one.given_by_name, one.outcome, one.words,
    )  # fmt: skip


def _joined(db: Read, one: JoinedCase, language: Language) -> JoinedView:
    return JoinedView(
        one.code, one.procedure_code, _agency(db, one.agency_code, language), one.status,
        status_name(one.status, language), _local(db, one.due_at),
    )  # fmt: skip


def _agency(db: Read, code: str, language: Language) -> Named:
    return Named(code, db.city[agencies.Agencies].name(code).within(language))


async def show_cases(
    db: Read, viewer: Viewer, cases: list[Case], language: Language
) -> list[CaseView]:
    """The same statements for one case and for a hundred."""
    ids = [case.id for case in cases]
    money = await payments.payments_of(db, ids)
    sides = {one.id: one for one in await queries.sides_of_cases(db, ids, clock.now())}
    issued = await documents.of_cases(db, ids)
    places = {code for case in cases for code in (case.at_agency, case.counter_code) if code}
    posts = await agencies.posts_of(db, places) if viewer.is_officer else []
    views = []
    for case in cases:
        known = await definition(db, case)
        roles = {post.role for post in posts if post.agency_code == case.at_agency}
        counter = {post.role for post in posts if post.agency_code == case.counter_code}
        payment, beside, papers = money[case.id], sides[case.id], issued[case.id]
        state = standing_of(db.city, viewer, case, known, payment.state, roles, beside, counter)
        hides = not viewer.is_officer and case.subject["relation"] == "other" and not papers
        view = case_view(db, case, known, payment, language, actions_open_to(state, known), hides)
        views.append(_with_sides(db, view, viewer, case, known, beside, papers, language))
    return views


def _with_sides(
    db: Read, view: CaseView, viewer: Viewer, case: Case, known: InForce, sides: Sides,
    issued: list[documents.Issued], language: Language,
) -> CaseView:  # fmt: skip
    is_followed = viewer.is_officer and case.accepted_at is not None
    waiting = [f for f in known.procedure.findings if is_followed and f.id not in sides.findings]
    names = {need.code: need.name.within(language) for need in known.procedure.documents}
    result = None
    if issued:
        last = issued[-1]
        address = f"{db.city.settings.public_url}/verify/{last.reference}"
        result = ResultView(str(last.document), address, last.number, last.issued_on)
    return replace(
        view,
        documents=_documents(db, sides, names),
        waiting_for=[WaitingView(f.id, f.register, f.before) for f in waiting],
        result=result,
    )


def _documents(db: Read, sides: Sides, names: dict[str, str]) -> list[DocumentView]:
    """Every file with the paper that it was made of, then the papers that have no file yet."""
    papers = convert(sides.hand_ins, list[HandIn])
    of_file = {str(paper.file_id): paper for paper in papers if paper.file_id}
    rows: list[tuple[str | None, str, HandIn | None]] = [
        (file, need, of_file.get(file)) for file, need in sides.documents
    ]
    rows += [(None, paper.requirement, paper) for paper in papers if paper.file_id is None]
    return [
        DocumentView(file, names.get(need, need), need, _paper(db, paper) if paper else None)
        for file, need, paper in rows
    ]


def _paper(db: Read, paper: HandIn) -> HandInView:
    return HandInView(paper.kind, paper.pages, paper.digitised, _local(db, paper.returned_at))


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
        states=StatesView(case.business, case.money, case.handing, case.sync),
        at_agency=_agency(db, case.at_agency, language),
        regime=case.regime,
        lane=case.lane,
        channel=case.channel,
        counter=_agency(db, case.counter_code, language) if case.counter_code else None,
        representative=case.representative["name"] if case.representative else None,
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
    return FeeView(case.fee["total"], currency, lines)


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
    """One step of how the city reckoned its promise, as a sentence with its article."""
    told = reason.get("facts", {})
    facts = {name: _readable(fact, language, zone) for name, fact in told.items()}
    said = sentence(reason["code"], facts, language)
    source = facts.get("source")
    return f"{said.removesuffix('.')} ({source})." if source else said


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
            by=_by(names.get(PersonId(event.actor_id), platform), event, language),
            on_behalf_of=_for_whom(case, event, names),
            facts=event.facts,
        )
        for event in seen
    ]


def _by(name: str, event: Event, language: Language) -> str:
    if absent := event.facts.get("standing_in_for"):
        said = words(language).gettext("%(officer)s, standing in for %(absent)s")
        return said % {"officer": name, "absent": absent}
    return name


def _for_whom(case: Case, event: Event, names: dict[PersonId, str]) -> str | None:
    """At a counter an officer files in another's name without acting for them ever after."""
    if event.behalf_id is None:
        return case.applicant_name if case.counter_code and event.kind == "case.filed" else None
    return names.get(PersonId(event.behalf_id))
