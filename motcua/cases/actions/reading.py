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
from motcua.cases.actions.findings import wanted_of
from motcua.cases.actions.procedures import InForce, Procedures
from motcua.cases.actions.sealing import opened, opened_all
from motcua.cases.actions.seeing import seen
from motcua.cases.actions.standing import Beside, actions_open_to, beside, standing_of
from motcua.cases.model.case import (
    WITHDRAWAL,
    Case,
    HandIn,
    JoinedCase,
    Opinion,
    Sides,
    may_be_code,
)
from motcua.cases.model.offered import ProgressView
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
from motcua.cases.rules import handing_in, routes
from motcua.cases.rules.states import OVER, WAITING
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


async def open_case(db: Read, code: str) -> Case:
    """The case, if this person may see it. Otherwise it does not exist."""
    case = await queries.case_by_code(db, code) if may_be_code(code) else None
    if case is None:
        raise NotFound("case.unknown")
    return opened(db.city, case)


async def case_by_id(db: Read, case_id: CaseId) -> Case:
    case = await queries.case_by_id(db, case_id)
    if case is None:
        raise NotFound("case.unknown")
    return opened(db.city, case)


async def definition(db: Read, case: Case) -> InForce:
    """The procedure as it was when the case was filed."""
    return await db.city[Procedures].at_version(db, case.procedure_code, case.procedure_version)


async def list_cases(
    db: Read, viewer: Viewer, before: str, at_most: int
) -> tuple[list[Case], str | None]:
    """An officer's open work, what is due first; a resident's own cases, newest first. And what
    `before` gives the next page: to its reader a mark without a meaning."""
    if viewer.is_officer:
        skip = mark_of(before, rows_of) if before else 0
        posts = await agencies.posts_of(db)
        held = [post.agency_code for post in posts], [post.role for post in posts]
        found = await queries.open_cases_of_agencies(db, *held, at_most + 1, skip)
        mark = str(skip + at_most)
    else:
        until = mark_of(before, _moment) if before else clock.now()
        found = await queries.cases_of_person(
            db, viewer.person, viewer.on_behalf_of, until, at_most + 1
        )
        mark = found[at_most - 1].filed_at.isoformat() if len(found) > at_most else ""
    return found[:at_most], mark if len(found) > at_most else None


def mark_of(given: str, read: Callable[[str], M]) -> M:
    """What a page of a list gave as the place of the next one."""
    try:
        if given.isascii() and len(given) <= MARK_LENGTH_MAX:
            return read(given)
    except (ValueError, OverflowError):
        pass
    raise Invalid("request.faults", [Fault("/before", "form.pattern")])


def rows_of(given: str) -> int:
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
    found = await beside(db, viewer, [case])
    return await show_known(db, viewer, case, await definition(db, case), found[case.id], language)


async def show_known(
    db: Read, viewer: Viewer, case: Case, known: InForce, found: Beside, language: Language
) -> CaseView:
    """Of what was read already; asks only for opinions and joined cases, where there are any."""
    view = _view(db, viewer, case, known, found, language)
    is_open = "opinions" in seen(db.city, viewer, case, found.posts) and found.sides.opinions
    opinions = await queries.opinions_of_case(db, case.id) if is_open else []
    has_family = case.lead_id is not None or known.procedure.joined
    family = await queries.family_of(db, case.id) if has_family else []
    lead = next((one for one in family if one.lead_id is None), None)
    return replace(
        view,
        actions=[*view.actions, *_at_counter(db.city, viewer, case, found)],
        opinions=[_opinion(db, one, language) for one in opinions],
        lead=_joined(db, lead, language) if lead else None,
        joined=[_joined(db, one, language) for one in family if one.lead_id is not None],
    )


def _at_counter(city: City, viewer: Viewer, case: Case, found: Beside) -> list[ActionView]:
    """What officers who receive may do beside the case's own way."""
    if not viewer.is_officer:
        return []
    places = {case.taken_in_by, case.agency_code}
    receives = city[agencies.Access].places("take_in", "case", found.posts)
    works_here = bool(receives & places)
    is_paper = works_here and case.channel != "online"
    papers = convert(found.sides.hand_ins, list[HandIn]) if is_paper else []
    waits = case.closed_at is None and any(not handing_in.is_done(paper) for paper in papers)
    here = handing_in.AtCounter(
        works_here=works_here,
        took_it_in=case.counter_code in receives and case.applicant_id != viewer.person,
        paper_waits=waits,
        owes=found.payment.state == "open",
        lacks=case.business in WAITING,
        is_open=case.closed_at is None and case.business not in OVER,
    )
    return [ActionView(name, handing_in.body_schema(name)) for name in handing_in.offered(here)]


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
    found = await beside(db, viewer, cases)
    return [
        _view(db, viewer, case, await definition(db, case), found[case.id], language)
        for case in opened_all(db.city, cases)
    ]


def _view(
    db: Read, viewer: Viewer, case: Case, known: InForce, found: Beside, language: Language
) -> CaseView:
    payment, sides, papers = found.payment, found.sides, found.issued
    state = standing_of(db.city, viewer, case, known, payment.state, sides, found.posts)
    hides = not viewer.is_officer and case.subject["relation"] == "other" and not papers
    view = case_view(db, case, known, payment, language, actions_open_to(state, known), hides)
    sees = seen(db.city, viewer, case, found.posts)
    return _with_sides(db, view, sees, case, known, sides, papers, language)


def _with_sides(
    db: Read, view: CaseView, sees: frozenset[str], case: Case, known: InForce, sides: Sides,
    issued: list[documents.Issued], language: Language,
) -> CaseView:  # fmt: skip
    is_followed = "findings" in sees and case.accepted_at is not None
    wanted = wanted_of(known, case) if is_followed else []
    waiting = [f for f in wanted if f.id not in sides.findings]
    names = {need.code: need.name.within(language) for need in known.procedure.documents}
    names[WITHDRAWAL] = words(language).gettext("Signed request to withdraw")
    result = None
    if issued and "result" in sees:
        last = issued[-1]
        address = f"{db.city.settings.public_url}/verify/{last.reference}"
        result = ResultView(str(last.document), address, last.number, last.issued_on)
    return replace(
        view,
        documents=_documents(db, sides, names) if "documents" in sees else [],
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


async def progress(city: City, code: str, language: Language) -> ProgressView:
    """Without signing in: the code and how far it is; never a name (TT 01/2018, art. 16)."""
    found = None
    if may_be_code(code):
        async with city.database.nobody() as db:
            found = await queries.progress_by_code(db, code)
    if found is None:
        raise NotFound("case.unknown")
    known = city[Procedures].today.get(found.procedure_code)
    calendar = city[Procedures].calendar
    return ProgressView(
        code=code,
        status=found.status,
        status_name=status_name(found.status, language),
        procedure=known.procedure.short_name.within(language) if known else None,
        agency=city[agencies.Agencies].name(found.agency_code).within(language),
        filed_at=calendar.aware(calendar.local(found.filed_at)),
        due_at=calendar.aware(calendar.local(found.due_at)) if found.due_at else None,
        closed=found.closed_at is not None,
    )


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


_FOR_APPLICANT = ("case.filed", "case.supplied", "case.withdrawn")


def _by(name: str, event: Event, language: Language) -> str:
    if absent := event.facts.get("standing_in_for"):
        said = words(language).gettext("%(officer)s, standing in for %(absent)s")
        return said % {"officer": name, "absent": absent}
    return name


def _for_whom(case: Case, event: Event, names: dict[PersonId, str]) -> str | None:
    """At a counter an officer files in another's name, and does what they came for, without acting
    for them ever after."""
    if event.behalf_id is None:
        is_for_them = event.kind in _FOR_APPLICANT and "counter" in event.facts
        return case.applicant_name if is_for_them else None
    return names.get(PersonId(event.behalf_id))
