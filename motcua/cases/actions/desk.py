"""An officer's desk: the work list, the case in hand, and the record that somebody looked."""

from datetime import datetime, time, timedelta
from hashlib import sha256
from typing import Any, Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from motcua import agencies, documents, identity, payments
from motcua.base import clock
from motcua.base.errors import Conflict
from motcua.base.ids import SYSTEM, PersonId, new_id
from motcua.base.text import Text, fold
from motcua.cases import queries
from motcua.cases.actions import reading
from motcua.cases.actions.acting import act
from motcua.cases.actions.deeds.deed import law_of
from motcua.cases.actions.filing import receivers_of
from motcua.cases.actions.findings import ask_registers
from motcua.cases.actions.issuing import Made
from motcua.cases.actions.procedures import InForce, Procedures
from motcua.cases.actions.standing import standing
from motcua.cases.model.case import (
    Case,
    CaseDocument,
    FindingKept,
    JoinedCase,
    Opinion,
    Proposal,
    Supplement,
)
from motcua.cases.model.desk import DeskCounts, DeskRow, LookAtCase, OpinionWanted
from motcua.cases.model.procedure import Role
from motcua.cases.model.regime import Regime
from motcua.cases.rules.deadline import due_at, reappointed
from motcua.cases.rules.routes import CaseState
from motcua.db import City, Read, Write, answers
from motcua.db import events as happenings
from motcua.db.queries import Event
from motcua.identity import Viewer
from motcua.web.language import LANGUAGES, words

ROWS_PER_PAGE = 50
PAGES_MAX = 200
COUNTERS: tuple[agencies.AgencyKind, ...] = ("branch", "point")
LOOKS_PER_PAGE = 50
SAME_LOOK = timedelta(minutes=10)
"""A case that an officer keeps open is looked at once in so long."""
_NEWEST = UUID(int=2**128 - 1)

DueBy = Literal["", "late", "today", "week"]


class Wanted(Struct, frozen=True, kw_only=True):
    """Which part of the work list: an agency's, my own to act on, due by when, matching words."""

    agency: str = ""
    is_mine: bool = False
    due: DueBy = ""
    words: str = ""
    page: int = 1
    is_asked: bool = False
    """Instead of cases in hand: what others want the officer's agencies to say about theirs."""


class WorkList(Struct, frozen=True):
    rows: list[DeskRow]
    asked: list[OpinionWanted]
    known: dict[tuple[str, str], InForce]
    """The definitions under which the rows' cases were filed."""
    counts: DeskCounts
    """Of the chosen agency, or of all in which the officer holds a post."""
    agencies: list[str]
    total: int
    """How many match, on every page together."""


class CaseAtDesk(Struct, frozen=True, kw_only=True):
    """Everything an officer sees of one case, read at one moment."""

    case: Case
    known: InForce
    state: CaseState
    payment: payments.Payment
    files: list[tuple[CaseDocument, documents.File | None]]
    findings: list[FindingKept]
    proposal: Proposal | None
    supplements: list[Supplement]
    issued: list[documents.Issued]
    events: list[Event]
    names: dict[PersonId, str]
    """Of everybody who acted on it."""
    opinions: list[Opinion]
    joined: list[JoinedCase]
    lead_code: str | None
    """The case of which this one is a part, if this officer may see it."""
    law: Regime
    own: frozenset[str]
    """The agencies in which the officer holds a post."""

    @property
    def version(self) -> int:
        return self.events[-1].sequence if self.events else 0


async def work_list(db: Write, viewer: Viewer, wanted: Wanted) -> WorkList:
    """The open cases of the acting officer's agencies; of none where they hold no post. Each case
    on the page is noted as seen."""
    posts = await agencies.posts_of(db)
    mine = sorted({post.agency_code for post in posts})
    among = [code for code in mine if not wanted.agency or code == wanted.agency]
    held = [post.agency_code for post in posts], [post.role for post in posts]
    now = clock.now()
    tomorrow, next_week = _midnights(db.city, now)
    before = {"": None, "late": now, "today": tomorrow, "week": next_week}[wanted.due]
    counts = await queries.count_desk(db, among, *held, now, tomorrow, next_week)
    skip = (wanted.page - 1) * ROWS_PER_PAGE
    rows, asked = [], []
    if wanted.is_asked:
        asked = await queries.opinions_wanted(db, among, ROWS_PER_PAGE, skip)
    else:
        rows = await queries.desk(
            db, among, *held, wanted.is_mine, before, fold(wanted.words), ROWS_PER_PAGE,
            skip,
        )  # fmt: skip
    shown: list[DeskRow | OpinionWanted] = [*rows, *asked]
    await note_list(db, viewer, [row.code for row in shown])
    versions = {(row.procedure_code, row.procedure_version) for row in shown}
    known = {v: await db.city[Procedures].at_version(db, *v) for v in versions}
    return WorkList(rows, asked, known, counts, mine, shown[0].total if shown else 0)


def _midnights(city: City, now: datetime) -> tuple[datetime, datetime]:
    """The coming midnight, and that of the coming Sunday, in the city's zone."""
    calendar = city[Procedures].calendar
    today = calendar.local(now).date()
    tomorrow, monday = today + timedelta(days=1), today + timedelta(days=7 - today.weekday())
    return (
        calendar.aware(datetime.combine(tomorrow, time())),
        calendar.aware(datetime.combine(monday, time())),
    )


async def take_in_hand(db: Write, viewer: Viewer, code: str) -> CaseAtDesk:
    """Open a case at the desk. The look is written down for the person to read."""
    case = await reading.open_case(db, code)
    return await at_desk(db, viewer, case, is_look=True)


async def at_desk(db: Read, viewer: Viewer, case: Case, is_look: bool = False) -> CaseAtDesk:
    known = await reading.definition(db, case)
    payment = await payments.payment_of(db, case.id)
    attached = await queries.documents_of_case(db, case.id)
    files = {f.id: f for f in await documents.describe(db, [one.file_id for one in attached])}
    seen = await happenings.history(db, case.id)
    proposal = await queries.last_proposal(db, case.id)
    state = await standing(db, viewer, case, known, payment.state)
    lead = await queries.case_by_id(db, case.lead_id) if case.lead_id else None
    if is_look:
        assert isinstance(db, Write)
        await _record_look(db, viewer, case, known, state.roles, state.is_asked)
    return CaseAtDesk(
        case=case,
        known=known,
        state=state,
        payment=payment,
        files=[(one, files.get(one.file_id)) for one in attached],
        findings=await queries.findings_of_case(db, case.id),
        proposal=proposal,
        supplements=await queries.supplements_of_case(db, case.id),
        issued=await documents.of_case(db, case.id),
        events=seen,
        names=await _names(db, case, seen),
        opinions=await queries.opinions_of_case(db, case.id),
        joined=await queries.joined_of(db, [case.id]) if known.procedure.joined else [],
        lead_code=lead.code if lead else None,
        law=law_of(db.city, case),
        own=frozenset(post.agency_code for post in await agencies.posts_of(db)),
    )


async def _names(db: Read, case: Case, seen: list[Event]) -> dict[PersonId, str]:
    people = {PersonId(e.actor_id) for e in seen} | {case.handler_id} - {None}
    found = await identity.names(db, [p for p in people if p is not None])
    return found | {case.filed_by: case.filed_by_name, case.applicant_id: case.applicant_name}


async def note_look(db: Write, viewer: Viewer, case: Case) -> None:
    """For every other door through which an officer opens a case: the look is written down.

    Nothing for the people of the case itself.
    """
    if not viewer.is_officer:
        return
    roles = await agencies.roles_in(db, case.at_agency)
    if roles or viewer.person not in (case.asked_by, case.applicant_id):
        known = await reading.definition(db, case)
        await _record_look(db, viewer, case, known, frozenset(roles))  # type: ignore[arg-type]


async def _record_look(
    db: Write,
    viewer: Viewer,
    case: Case,
    known: InForce,
    roles: frozenset[Role],
    is_asked: bool = False,
) -> None:
    step = known.procedure.route.steps.get(case.step)
    told = []
    for language in LANGUAGES:
        say = words(language).gettext
        if step and step.role in roles:
            why = say("To work on your request: %(step)s") % {"step": step.name.within(language)}
        elif is_asked and not roles:
            why = say("To say what another agency asked about your request")
        else:
            why = say("To follow a request that the agency has in hand")
        told.append(why)
    now, purpose = clock.now(), Text(*told)
    await queries.record_looks(
        db, [new_id()], [case.code], now, viewer.person, viewer.name, purpose.vi, purpose.en,
        now - SAME_LOOK, False,
    )  # fmt: skip


async def note_list(db: Write, viewer: Viewer, codes: list[str]) -> None:
    """A list names applicants: once a day each is told that this officer saw their case in it,
    unless the officer opened it on that day anyway."""
    if not codes or not viewer.is_officer:
        return
    now, calendar = clock.now(), db.city[Procedures].calendar
    midnight = calendar.aware(datetime.combine(calendar.local(now).date(), time()))
    why = "To see what waits in the agency: your request stood in the list"
    purpose = Text(*(words(language).gettext(why) for language in LANGUAGES))
    ids = [new_id() for _ in codes]
    await queries.record_looks(
        db, ids, codes, now, viewer.person, viewer.name, purpose.vi, purpose.en, midnight, True
    )


async def looks_at_my_cases(db: Read, before: UUID | None = None) -> list[LookAtCase]:
    """Which officers opened the acting person's cases, newest first; the last one's id, given as
    `before`, reads on."""
    return await queries.looks_at_cases_of(
        db, db.person, db.behalf, before or _NEWEST, LOOKS_PER_PAGE
    )


async def colleagues(city: City, agency_code: str) -> dict[PersonId, str]:
    """Who handles cases in an agency today, for an officer of it who hands one over.

    Posts are each officer's own to read, so the platform asks.
    """
    today = city[Procedures].local_day()
    async with city.database.read(SYSTEM) as db:
        handlers = await queries.officers_with_role(db, agency_code, "handler", today)
        return await identity.names(db, handlers)


def agencies_for(city: City, case: Case, known: InForce, action: str) -> list[agencies.Agency]:
    """To whom a case may be transferred, or whom one may ask: counters decide nothing."""
    book = city[agencies.Agencies]
    if action == "transfer":
        may = receivers_of(city, known.procedure)
        return [agency for agency in may if agency.code != case.agency_code]
    today = book.today()
    return [
        agency
        for agency in book.all
        if agency.holds_on(today) and agency.kind not in COUNTERS and agency.code != case.at_agency
    ]


def meant(among: list[agencies.Agency], words: str) -> list[agencies.Agency]:
    """By its code, by its whole name, or by any part of it."""
    said = fold(words)
    if exact := [a for a in among if words.strip() == a.code or said in _names_of(a)]:
        return exact
    return [a for a in among if said and any(said in name for name in _names_of(a))]


def _names_of(agency: agencies.Agency) -> tuple[str, str]:
    return fold(agency.name.vi), fold(agency.name.en)


def new_promise(city: City, found: CaseAtDesk, limit: str) -> datetime:
    """What an apology would promise. Invalid: no later than what is promised already."""
    case, calendar = found.case, city[Procedures].calendar
    if case.due_at is None:
        raise Conflict("case.not_now")
    wanted = due_at(case.due_at, limit, calendar).due_at
    return reappointed(case.due_at, wanted, calendar, found.law).due_at


async def ask_again(city: City, viewer: Viewer, code: str) -> None:
    """An officer asks the registers that have not answered yet. Unavailable while one is down."""
    async with city.database.read(viewer.person) as db:
        case = await reading.open_case(db, code)
        roles = await agencies.roles_in(db, case.at_agency)
    if roles and case.closed_at is None:
        moments = ("filed", "accepted") if case.accepted_at else ("filed",)
        await ask_registers(city, case.id, viewer.person, moments)


async def act_once(
    db: Write,
    viewer: Viewer,
    code: str,
    action: str,
    body: dict[str, Any],
    made: Made | None,
    key: str,
) -> None:
    """Act, unless this very form was sent before: a double click acts once, without conflict."""
    digest = sha256(msgspec.json.encode([action, code, body], order="sorted")).digest()
    try:
        # Refuses what was written on an old page, gone back to: it was never sent.
        first = await answers.take_turn(db, f"desk {key}", digest)
    except Conflict:
        return  # the first click is still at work, and what it did is on the page in a moment
    if first is None:
        await act(db, viewer, code, action, dict(body), made)
        await answers.keep(db, f"desk {key}", digest, 303, b"", "text/html")
