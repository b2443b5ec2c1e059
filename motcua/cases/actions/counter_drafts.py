"""What an officer is writing down at a counter, kept page by page until it is filed."""

from typing import Any
from uuid import UUID

import msgspec
from msgspec import structs

from motcua import identity
from motcua.base import clock
from motcua.base.errors import Fault
from motcua.cases import queries
from motcua.cases.actions import applicants, counter
from motcua.cases.actions.applicants import Met, Seen
from motcua.cases.actions.drafting import Ready, fee_of, needed
from motcua.cases.actions.filing import Attached, Filing
from motcua.cases.actions.procedures import Procedures
from motcua.cases.model.case import Draft
from motcua.cases.model.counter import ApplicantGiven, CounterKept, RepresentativeGiven
from motcua.cases.model.procedure import Procedure
from motcua.cases.rules.expressions import Facts
from motcua.db import City, Read, Write
from motcua.identity import Viewer
from motcua.web.language import Language

HELD = "cases.counter_drafts.held"
OPEN_MAX = 20
"""So many of an officer's are shown; who has more left is served better by asking anew."""
PERSON, TYPED, ORGANISATION = "person", "typed", "organisation"
"""Who asks: by their number, by the papers they show, or a firm by its tax code."""
SELF, HELPER, OTHER = "self", "representative", "behalf"
"""Who came: the applicant, somebody for them, or the applicant for somebody else."""


class CounterDraft(Draft, frozen=True, kw_only=True):
    """As a person's own, and what only a counter asks."""

    id: UUID
    said: dict[str, Any]
    """Who asks (`kind`, `number`, …), who came (`came`, `helper_…`), and how it comes in."""
    papers: dict[str, dict[str, Any]]
    """By requirement what was taken on paper: `kind`, `pages`."""
    met: Met | None = None
    """The applicant, as far as they were looked up."""
    seen: Seen | None = None
    """Everybody concerned; None: who came has not been said yet."""


class Part(msgspec.Struct, frozen=True):
    """What is sealed of a draft: everything but its files."""

    answers: dict[str, Any]
    said: dict[str, Any]
    papers: dict[str, dict[str, Any]]
    subject_number: str | None
    agency_code: str | None
    delivery: str
    met: Met | None = None
    seen: Seen | None = None


def new_draft(code: str, id: UUID) -> CounterDraft:
    return CounterDraft(
        code, None, {}, [], None, None, "counter", clock.now(), id=id, said={}, papers={}
    )


async def draft_of(db: Read, code: str, id: UUID) -> CounterDraft:
    """The acting officer's; one that was never kept, or is filed, is empty."""
    kept = await queries.counter_draft(db, id, db.person)
    if kept is None or kept.procedure_code != code:
        return new_draft(code, id)
    return _opened(db, kept)


def _opened(db: Read, kept: CounterKept) -> CounterDraft:
    held = identity.unseal_some(db.city, db.person, HELD, kept.id, kept.held)
    part = msgspec.convert(held, Part)
    return CounterDraft(
        kept.procedure_code, None, part.answers, kept.documents, part.subject_number,
        part.agency_code, part.delivery, kept.kept_at, id=kept.id, said=part.said,
        papers=part.papers, met=part.met, seen=part.seen,
    )  # fmt: skip


async def keep(db: Write, draft: CounterDraft) -> CounterDraft:
    """Right or wrong, as it was typed. It is the officer's alone until it is filed."""
    kept = structs.replace(draft, kept_at=clock.now())
    part = msgspec.to_builtins(
        Part(kept.answers, kept.said, kept.papers, kept.subject_number, kept.agency_code,
             kept.delivery, kept.met, kept.seen)
    )  # fmt: skip
    held = identity.seal_some(db.city, db.person, HELD, kept.id, part)
    await queries.keep_counter_draft(
        db, kept.id, db.person, kept.procedure_code, held, kept.documents, kept.kept_at
    )
    return kept


async def drop(db: Write, id: UUID) -> None:
    await queries.drop_counter_draft(db, id, db.person)


async def drafts_of_me(db: Read) -> list[tuple[CounterDraft, Procedure]]:
    """What this officer began and has not filed, newest first, of what is still offered."""
    shelf = db.city[Procedures]
    kept = await queries.counter_drafts_of(db, db.person, OPEN_MAX)
    return [
        (_opened(db, one), shelf.today[one.procedure_code].procedure)
        for one in kept
        if one.procedure_code in shelf.today
    ]


def applicant_of(draft: CounterDraft) -> ApplicantGiven | None:
    said = draft.said
    if not said.get("number"):
        return None
    typed = ("name", "birth_date", "papers") if said.get("kind") == TYPED else ()
    given = {name: said[name] for name in typed if said.get(name)}
    kind = ORGANISATION if said.get("kind") == ORGANISATION else PERSON
    return msgspec.convert({"number": said["number"], "kind": kind, **given}, ApplicantGiven)


def filing_of(draft: CounterDraft, known: Procedure) -> Filing:
    return Filing(
        draft.procedure_code, draft.answers, _attached(draft, known), draft.agency_code,
        draft.subject_number if draft.said.get("came") == OTHER else None, draft.delivery,  # type: ignore[arg-type]
        applicant_of(draft), draft.said.get("channel", "counter"), draft.said.get("counter"),
        _helper(draft, known),
    )  # fmt: skip


def _attached(draft: CounterDraft, known: Procedure) -> list[Attached]:
    """Every scan, and every paper that was taken without one."""
    scans: dict[str, list[UUID | None]] = {}
    for one in draft.documents:
        scans.setdefault(one["requirement"], []).append(UUID(one["id"]))
    return [
        Attached(need.code, file, paper.get("kind"), paper.get("pages"))
        for need in known.documents
        for paper in [draft.papers.get(need.code, {})]
        for file in scans.get(need.code, [None] if paper.get("kind") else [])
    ]


def _helper(draft: CounterDraft, known: Procedure) -> RepresentativeGiven | None:
    said = draft.said
    is_firm = said.get("kind") == ORGANISATION
    if said.get("came") != HELPER and not is_firm:
        return None
    rule = known.delegation
    paper = rule.others_document if rule else None
    is_there = any(one.requirement == paper for one in _attached(draft, known))
    return RepresentativeGiven(
        said.get("helper_number"), said.get("helper_name"), paper if is_there else None,
        said.get("helper_papers"),
    )  # fmt: skip


async def meet(city: City, viewer: Viewer, draft: CounterDraft, at: str) -> CounterDraft:
    """Look the applicant up, when they say who they are."""
    given = applicant_of(draft)
    met = await applicants.meet(city, viewer, given, at) if given else None
    return structs.replace(draft, met=met, seen=None)


async def see(city: City, viewer: Viewer, draft: CounterDraft, at: str) -> CounterDraft:
    """Everybody concerned, now that it is known who came."""
    known = city[Procedures].by_code(draft.procedure_code).procedure
    asked = filing_of(draft, known)
    seen = await applicants.see(city, viewer, known, asked, at, draft.met)
    return structs.replace(draft, seen=seen)


async def ready(city: City, viewer: Viewer, draft: CounterDraft, at: str) -> Ready:
    """A draft with everything that follows from it; asks no register."""
    known = city[Procedures].by_code(draft.procedure_code)
    procedure, seen = known.procedure, draft.seen
    if seen is None:
        fault = Fault("/came" if draft.met else "/number", "form.required")
        return Ready(draft, known, None, Facts({}), list(procedure.documents), None, [fault])
    judged = counter.judge(city, viewer, known, filing_of(draft, procedure), seen, at)
    needs = needed(procedure, seen.whom, judged.facts)
    fee = fee_of(procedure, judged.facts)
    return Ready(draft, known, seen.subject, judged.facts, needs, fee, judged.faults)


def decider(city: City, draft: CounterDraft, at: str) -> str | None:
    """Who will decide it, as far as it is known."""
    known = city[Procedures].by_code(draft.procedure_code).procedure
    commune = draft.seen.met.commune if draft.seen else None
    return counter.agency_for(city, known, at, commune, draft.agency_code)


async def sent_before(db: Read, id: UUID) -> str | None:
    """The case that this draft has become."""
    return await counter.taken_in_before(db, id.hex)


async def send(city: City, viewer: Viewer, draft: CounterDraft, language: Language) -> str:
    """File it and forget it; the case's code. The same draft twice is one case."""
    known = city[Procedures].by_code(draft.procedure_code).procedure
    prepared = await counter.prepare(city, viewer, filing_of(draft, known))
    async with city.database.write(viewer.person) as db:
        code = await counter.take_in_once(db, viewer, prepared, draft.id.hex, language)
        await drop(db, draft.id)
    return code
