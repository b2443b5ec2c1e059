"""The result: what the case's facts say, set in type, signed, numbered, and kept."""

from datetime import date
from typing import Any

from msgspec import Struct, to_builtins

from motcua import agencies, documents
from motcua.base.errors import Conflict
from motcua.base.ids import PersonId
from motcua.cases import queries
from motcua.cases.actions.findings import as_facts
from motcua.cases.actions.procedures import InForce, Procedures
from motcua.cases.model.case import Case
from motcua.cases.model.procedure import ResultKind
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


class Made(Struct, frozen=True):
    draft: Draft
    prepared: documents.Prepared


async def draft(db: Write, viewer: Viewer, case: Case, known: InForce) -> Draft:
    """What the result will say, from the kept findings and nothing else. Reserves its number."""
    kept = await queries.findings_of_case(db, case.id)
    needed = {finding.id for finding in known.procedure.findings}
    if needed - {finding.finding for finding in kept}:
        raise Conflict("case.finding_missing")  # no path to a certificate without its answer
    facts = Facts(
        {
            "answers": case.answers,
            "subject": case.subject,
            "findings": as_facts(kept),
            "today": db.city[Procedures].local_day(),
        }
    )
    kind = next(
        kind for kind in known.procedure.results if expressions.read(kind.when).holds(facts)
    )
    reserved = await documents.reserve(db, case.id, case.agency_code, kind.code, kind.number)
    said = {name: expressions.read(rule).answer(facts) for name, rule in kind.data.items()}
    agency = db.city[agencies.Agencies].by_code(case.agency_code)
    pack = db.city.pack.info
    said |= {
        "issuer": {"name": agency.name.vi},
        "place": pack.name.vi,
        "signer": {"name": viewer.name, "title": agency.name.vi},
        "case_code": case.code,
    }
    return Draft(case, kind, reserved, to_builtins(said))


async def make(city: City, drafted: Draft) -> Made:
    """Set and sign. Slow: outside of any transaction."""
    prepared = await documents.prepare(
        city, drafted.reserved, drafted.case.agency_code, drafted.kind.template, drafted.facts
    )
    return Made(drafted, prepared)


async def issue(db: Write, case: Case, made: Made) -> documents.Issued:
    """The paper counts from here on: in the owner's vault, at the agency, for whoever verifies."""
    assert made.draft.case.id == case.id, "a paper speaks of its own case"
    subject, kind = case.subject, made.draft.kind
    is_self = subject["relation"] == "self"
    agency = db.city[agencies.Agencies].by_code(case.agency_code)
    holder = documents.Holder(
        person=PersonId(case.filed_by) if is_self else None,
        number=subject["number"],
        name=subject["name"],
        birth_date=date.fromisoformat(subject["birth_date"]),
    )
    paper = documents.Paper(
        case=case.id,
        kind_code=kind.code,
        kind_name=kind.name,
        agency=case.agency_code,
        issuer_name=agency.name,
        owner=case.applicant_id,
        holder=holder,
        file_name=f"{case.code}.pdf",
    )
    return await documents.record(db, made.draft.reserved, paper, made.prepared)


async def receipt(db: Read, case: Case, known: InForce) -> dict[str, Any]:
    """What form 01 says: what was received, from whom, and what the city promised."""
    attached = {d.requirement for d in await queries.documents_of_case(db, case.id)}
    calendar = db.city[Procedures].calendar
    agency = db.city[agencies.Agencies].by_code(case.agency_code)
    received = calendar.local(case.accepted_at or case.filed_at)

    def spoken(moment: Any) -> str | None:
        return calendar.local(moment).isoformat(timespec="minutes") if moment else None

    return {
        "number": case.code,
        "reference": case.code,
        "issued_on": received.date().isoformat(),
        "verify_url": f"{db.city.settings.public_url}/status?code={case.code}",
        "issuer": {"name": agency.name.vi},
        "place": db.city.pack.info.name.vi,
        "procedure": {"code": case.procedure_code, "name": known.procedure.short_name.vi},
        "person": {"name": case.filed_by_name},
        "on_behalf_of": case.applicant_name if case.applicant_id != case.filed_by else None,
        "received_at": spoken(case.accepted_at or case.filed_at),
        "intake_due_at": spoken(case.intake_due_at),
        "due_at": spoken(case.due_at),
        "fee": {"total": case.fee_amount, "currency": db.city.pack.info.currency.symbol},
        "documents": [
            {"name": need.name.vi, "original": need.original, "copies": need.copies}
            for need in known.procedure.documents
            if need.code in attached
        ],
        "signer": {"name": agency.name.vi, "title": ""},
    }
