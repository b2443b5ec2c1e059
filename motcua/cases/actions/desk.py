"""An officer's desk: the case in hand, and the record that somebody looked."""

from datetime import datetime
from hashlib import sha256
from typing import Any

import msgspec
from msgspec import Struct

from motcua import agencies, documents, identity, payments
from motcua.base.errors import Conflict
from motcua.base.ids import SYSTEM, PersonId
from motcua.base.text import fold
from motcua.cases import queries
from motcua.cases.actions import reading
from motcua.cases.actions.acting import act
from motcua.cases.actions.deeds.deed import law_of
from motcua.cases.actions.filing import receivers_of
from motcua.cases.actions.findings import ask_registers
from motcua.cases.actions.issuing import Made
from motcua.cases.actions.looking import record_look
from motcua.cases.actions.noting import Version, keep_note, notes_of, versions_of
from motcua.cases.actions.procedures import InForce, Procedures
from motcua.cases.actions.sealing import findings_of
from motcua.cases.actions.seeing import seen
from motcua.cases.actions.standing import standing
from motcua.cases.model.case import (
    Case,
    CaseDocument,
    FindingKept,
    JoinedCase,
    Opinion,
    Proposal,
    Supplement,
    may_be_code,
)
from motcua.cases.model.regime import Regime
from motcua.cases.model.working import Note
from motcua.cases.rules.deadline import due_at, reappointed
from motcua.cases.rules.routes import CaseState
from motcua.db import City, Read, Write, answers
from motcua.db import events as happenings
from motcua.db.queries import Event
from motcua.identity import Viewer

COUNTERS: tuple[agencies.AgencyKind, ...] = ("branch", "point")


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
    """Its parts; of a part the other parts."""
    lead: JoinedCase | None
    """The case of which this one is a part."""
    law: Regime
    own: frozenset[str]
    """The agencies in which the officer holds a post."""
    sees: frozenset[str]
    """The parts of the case that are open to this officer; the rest is not for the page."""
    notes: list[Note]
    """Of the officer's own agencies."""
    versions: list[Version]
    """How its form was put right."""

    @property
    def version(self) -> int:
        return self.events[-1].sequence if self.events else 0


async def named(db: Read, words: str) -> Case | None:
    """The case of which these words are the whole code, if this officer may see it."""
    code = words.strip().upper()
    return await queries.case_by_code(db, code) if may_be_code(code) else None


async def take_in_hand(db: Write, viewer: Viewer, code: str) -> CaseAtDesk:
    """Open a case at the desk. The look is written down for the person to read."""
    case = await reading.open_case(db, code)
    return await at_desk(db, viewer, case, is_look=True)


async def at_desk(db: Read, viewer: Viewer, case: Case, is_look: bool = False) -> CaseAtDesk:
    known = await reading.definition(db, case)
    payment = await payments.payment_of(db, case.id)
    attached = await queries.documents_of_case(db, case.id)
    files = {f.id: f for f in await documents.describe(db, [one.file_id for one in attached])}
    happened = await happenings.history(db, case.id)
    proposal = await queries.last_proposal(db, case.id)
    state = await standing(db, viewer, case, known, payment.state)
    has_family = case.lead_id is not None or known.procedure.joined
    family = await queries.family_of(db, case.id) if has_family else []
    if is_look:
        assert isinstance(db, Write)
        await record_look(db, viewer, case, known, state.roles, state.is_asked)
    posts = await agencies.posts_of(db)
    supplements = await queries.supplements_of_case(db, case.id)
    return CaseAtDesk(
        case=case,
        known=known,
        state=state,
        payment=payment,
        files=[(one, files.get(one.file_id)) for one in attached],
        findings=await findings_of(db, case),
        proposal=proposal,
        supplements=supplements,
        issued=await documents.of_case(db, case.id),
        events=happened,
        names=await _names(db, case, happened),
        opinions=await queries.opinions_of_case(db, case.id),
        joined=[one for one in family if one.lead_id is not None],
        lead=next((one for one in family if one.lead_id is None), None),
        law=law_of(db.city, case, known.procedure),
        own=frozenset(post.agency_code for post in posts),
        sees=seen(db.city, viewer, case, posts),
        notes=await notes_of(db, case),
        versions=await versions_of(db, case) if supplements else [],
    )


async def _names(db: Read, case: Case, seen: list[Event]) -> dict[PersonId, str]:
    people = {PersonId(e.actor_id) for e in seen} | {case.handler_id} - {None}
    found = await identity.names(db, [p for p in people if p is not None])
    return found | {case.filed_by: case.filed_by_name, case.applicant_id: case.applicant_name}


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
    word: str = "",
) -> None:
    """Act, unless this very form was sent before: a double click acts once, without conflict.

    `word`: for whom the case is handed to; the people of the case never read it.
    """
    digest = sha256(msgspec.json.encode([action, code, body, word], order="sorted")).digest()
    try:
        # Refuses what was written on an old page, gone back to: it was never sent.
        first = await answers.take_turn(db, f"desk {key}", digest)
    except Conflict:
        return  # the first click is still at work, and what it did is on the page in a moment
    if first is None:
        case = await act(db, viewer, code, action, dict(body), made)
        if word:
            names = await identity.names(db, [case.handler_id] if case.handler_id else [])
            await keep_note(db, viewer, case, word, next(iter(names.values()), None))
        await answers.keep(db, f"desk {key}", digest, 303, b"", "text/html")
