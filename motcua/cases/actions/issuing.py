"""The result: what the case's facts say, set in type, signed, numbered, and kept."""

from datetime import date
from typing import Any

from msgspec import Struct, structs, to_builtins

from motcua import agencies, documents
from motcua.base.errors import Conflict
from motcua.base.ids import PersonId
from motcua.cases import queries
from motcua.cases.actions.findings import as_facts, wanted_of
from motcua.cases.actions.procedures import InForce, Procedures
from motcua.cases.actions.sealing import findings_of
from motcua.cases.model.case import Case, HandIn, Proposal
from motcua.cases.model.procedure import DocumentNeed, ResultKind
from motcua.cases.rules import expressions
from motcua.cases.rules.expressions import Facts
from motcua.db import City, Read, Write
from motcua.identity import Viewer


class Draft(Struct, frozen=True):
    """Everything a paper needs before it is set: what it says and the number it carries."""

    case: Case
    kind: ResultKind
    reserved: documents.Reserved
    facts: dict[str, Any]
    holder: dict[str, Any]
    """Whom it speaks of: number, name, birth date."""


class Made(Struct, frozen=True):
    draft: Draft
    prepared: documents.Prepared


async def draft(db: Write, viewer: Viewer, case: Case, known: InForce, proposal: Proposal) -> Draft:
    """What the result will say, from the kept findings and nothing else. Reserves its number."""
    kept = await findings_of(db, case)
    needed = {finding.id for finding in wanted_of(known, case)}
    if proposal.outcome == "granted" and needed - {finding.finding for finding in kept}:
        raise Conflict("case.finding_missing")  # no path to a certificate without its answer
    facts = Facts(
        {
            "answers": case.answers,
            "subject": case.subject,
            "findings": as_facts(kept),
            "today": db.city[Procedures].local_day(),
            "decision": proposal.words,
        }
    )
    kind = next(
        kind
        for kind in known.procedure.results
        if kind.outcome == proposal.outcome and expressions.read(kind.when).holds(facts)
    )
    reserved = await documents.reserve(db, case.id, case.at_agency, kind.code, kind.number)
    said = {name: expressions.read(rule).answer(facts) for name, rule in kind.data.items()}
    agency = db.city[agencies.Agencies].by_code(case.at_agency)
    pack = db.city.pack.info
    said |= {
        "issuer": {"name": agency.name.vi},
        "place": pack.name.vi,
        "signer": {"name": viewer.name, "title": agency.name.vi},
        "case_code": case.code,
    }
    return Draft(case, kind, reserved, to_builtins(said), _holder(kind, case, facts))


def _holder(kind: ResultKind, case: Case, facts: Facts) -> dict[str, Any]:
    if kind.holder is None:
        return case.subject
    rules = structs.asdict(kind.holder).items()
    return {name: to_builtins(expressions.read(rule).answer(facts)) for name, rule in rules}


async def make(city: City, drafted: Draft) -> Made:
    """Set and sign. Slow: outside of any transaction."""
    prepared = await documents.prepare(
        city, drafted.reserved, drafted.case.at_agency, drafted.kind.template, drafted.facts
    )
    return Made(drafted, prepared)


async def issue(db: Write, case: Case, made: Made) -> documents.Issued:
    """The paper counts from here on: in the owner's vault, at the agency, for whoever verifies."""
    assert made.draft.case.id == case.id, "a paper speaks of its own case"
    subject, kind, whose = case.subject, made.draft.kind, made.draft.holder
    is_self = subject["relation"] == "self" and whose["number"] == subject["number"]
    agency = db.city[agencies.Agencies].by_code(case.at_agency)
    holder = documents.Holder(
        person=PersonId(case.asked_by) if is_self else None,
        number=whose["number"],
        name=whose["name"],
        birth_date=date.fromisoformat(whose["birth_date"]),
    )
    paper = documents.Paper(
        case=case.id,
        kind_code=kind.code,
        kind_name=kind.name,
        agency=case.at_agency,
        issuer_name=agency.name,
        owner=case.applicant_id,
        holder=holder,
        file_name=f"{case.code}.pdf",
    )
    return await documents.record(db, made.draft.reserved, paper, made.prepared)


async def handed_in(db: Read, case: Case, known: InForce) -> list[dict[str, Any]]:
    """What was received with it, by name: originals and copies counted."""
    attached = {d.requirement for d in await queries.documents_of_case(db, case.id)}
    taken = {paper.requirement: paper for paper in await queries.hand_ins_of_case(db, case.id)}
    return [
        {"name": need.name.vi, **_counted(need, taken.get(need.code))}
        for need in known.procedure.documents
        if need.code in attached | set(taken)
    ]


def who_came(case: Case) -> tuple[str, str | None]:
    """Who handed it in, and for whom when that is somebody else."""
    came = case.filed_by_name
    if case.counter_code:
        came = case.representative["name"] if case.representative else case.applicant_name
    is_for_other = case.representative or case.asked_by != case.applicant_id
    return came, case.applicant_name if is_for_other else None


def _counted(need: DocumentNeed, paper: HandIn | None) -> dict[str, int]:
    """What was taken at the counter; else what the procedure asks for."""
    if paper is None or paper.kind is None:
        return {"original": need.original, "copies": need.copies}
    is_original = paper.kind == "original"
    return {"original": int(is_original), "copies": int(not is_original)}
