"""An officer's desk: the work list, the case in hand, and the record that somebody looked."""

from datetime import datetime, time, timedelta
from hashlib import sha256
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from motcua import agencies, documents, identity, payments
from motcua.base import clock
from motcua.base.errors import Conflict
from motcua.base.ids import SYSTEM, PersonId, new_id
from motcua.base.text import fold
from motcua.cases import queries
from motcua.cases.actions import reading
from motcua.cases.actions.acting import act
from motcua.cases.actions.findings import ask_registers
from motcua.cases.actions.issuing import Made
from motcua.cases.actions.procedures import InForce, Procedures
from motcua.cases.actions.standing import standing
from motcua.cases.model.case import Case, CaseDocument, FindingKept, Proposal, Supplement
from motcua.cases.model.desk import DeskCounts, DeskRow, LookAtCase
from motcua.cases.model.procedure import Role
from motcua.cases.rules.routes import CaseState
from motcua.db import City, Read, Write, answers
from motcua.db import events as happenings
from motcua.db.queries import Event
from motcua.identity import Viewer
from motcua.web.language import words

ROWS_PER_PAGE = 50
PAGES_MAX = 200
LOOKS_PER_PAGE = 50
_NEWEST = UUID(int=2**128 - 1)

DueBy = Literal["", "late", "today", "week"]


class Wanted(Struct, frozen=True, kw_only=True):
    """Which part of the work list: an agency's, my own to act on, due by when, matching words."""

    agency: str = ""
    is_mine: bool = False
    due: DueBy = ""
    words: str = ""
    page: int = 1


class WorkList(Struct, frozen=True):
    rows: list[DeskRow]
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

    @property
    def version(self) -> int:
        return self.events[-1].sequence if self.events else 0


async def work_list(db: Read, wanted: Wanted) -> WorkList:
    """The open cases of the acting officer's agencies; of none where they hold no post."""
    posts = await agencies.posts_of(db)
    mine = sorted({post.agency_code for post in posts})
    among = [code for code in mine if not wanted.agency or code == wanted.agency]
    held = [post.agency_code for post in posts], [post.role for post in posts]
    steps = _steps(db.city)
    now = clock.now()
    tomorrow, next_week = _midnights(db.city, now)
    before = {"": None, "late": now, "today": tomorrow, "week": next_week}[wanted.due]
    counts = await queries.count_desk(db, among, *held, *steps, now, tomorrow, next_week)
    rows = await queries.desk(
        db, among, *held, *steps, wanted.is_mine, before, fold(wanted.words), ROWS_PER_PAGE,
        (wanted.page - 1) * ROWS_PER_PAGE,
    )  # fmt: skip
    versions = {(row.procedure_code, row.procedure_version) for row in rows}
    known = {v: await db.city[Procedures].at_version(db, *v) for v in versions}
    return WorkList(rows, known, counts, mine, rows[0].total if rows else 0)


def _steps(city: City) -> tuple[list[str], list[str], list[str]]:
    """Who acts at which step of which procedure, as three columns."""
    found = [
        (code, name, step.role)
        for code, known in city[Procedures].today.items()
        for name, step in known.procedure.route.steps.items()
    ]
    codes, names, roles = zip(*found, strict=True) if found else ((), (), ())
    return list(codes), list(names), list(roles)


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
    if is_look:
        assert isinstance(db, Write)
        await _record_look(db, viewer, case, known, state.roles)
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
    roles = await agencies.roles_in(db, case.agency_code)
    if roles:
        known = await reading.definition(db, case)
        await _record_look(db, viewer, case, known, frozenset(roles))  # type: ignore[arg-type]


async def _record_look(
    db: Write, viewer: Viewer, case: Case, known: InForce, roles: frozenset[Role]
) -> None:
    step = known.procedure.route.steps.get(case.step)
    told = []
    for language in ("vi", "en"):
        say = words(language).gettext
        if step and step.role in roles:
            why = say("To work on your request: %(step)s") % {"step": step.name.within(language)}
        else:
            why = say("To follow a request that the agency has in hand")
        told.append(why)
    await queries.record_look(
        db, new_id(), clock.now(), case.id, viewer.person, viewer.name, case.agency_code, *told
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


async def ask_again(city: City, viewer: Viewer, code: str) -> None:
    """An officer asks the registers that have not answered yet. Unavailable while one is down."""
    async with city.database.read(viewer.person) as db:
        case = await reading.open_case(db, code)
        roles = await agencies.roles_in(db, case.agency_code)
    if roles and case.closed_at is None:
        moments = ("filed", "accepted") if case.accepted_at else ("filed",)
        await ask_registers(city, case.id, viewer.person, moments)


async def act_once(
    db: Write,
    viewer: Viewer,
    code: str,
    action: str,
    body: dict[str, str],
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
