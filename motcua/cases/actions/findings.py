"""What registers say about a case. A register that is down gives no answer, and the case waits."""

from typing import Any

from msgspec import to_builtins

from motcua import exchange, identity
from motcua.base.errors import Unavailable
from motcua.base.ids import CaseId, PersonId
from motcua.cases import queries
from motcua.cases.actions.procedures import InForce, Procedures
from motcua.cases.actions.sealing import opened, sealed_finding
from motcua.cases.model.case import Case, FindingKept
from motcua.cases.model.procedure import Finding
from motcua.cases.rules import expressions
from motcua.cases.rules.expressions import Facts
from motcua.db import City, Read, events


async def ask_registers(
    city: City, case_id: CaseId, asker: PersonId, moments: tuple[str, ...]
) -> None:
    """Ask what the case still needs of the given moments (`filed`, `accepted`).

    Each answer is kept by itself, so one register that is down does not hold back another.
    Raises Unavailable for the first that gave none. Never inside a transaction.
    """
    async with city.database.read(asker) as db:
        case = await queries.case_by_id(db, case_id)
        assert case is not None
        if await identity.is_restricted(db, case.applicant_id):
            return  # at their own request nobody asks about them
        case = opened(city, case)
        wanted = [f for f in await missing(db, case) if f.ask_on in moments]
    failure: Exception | None = None
    for finding in wanted:
        try:
            answer = await _ask(city, case, finding, asker)
        except Unavailable as refusal:
            failure = failure or refusal
            continue
        await keep(city, case, finding, answer, asker)
    if failure:
        raise failure


async def keep(
    city: City, case: Case, finding: Finding, answer: exchange.Answer, asker: PersonId
) -> None:
    """Write an answer down once. Under the case's lock: what happens to one case happens in the
    order of its events, and a stream that has shown one has missed none."""
    async with city.database.write(asker) as db:
        await queries.lock_case(db, case.code)
        is_new = await queries.keep_finding(
            db, case.id, finding.id, finding.register, answer.look_id, answer.state,
            sealed_finding(city, case, finding.id, answer.values), answer.asked_at,
        )  # fmt: skip
        if is_new:
            await events.record(
                db, "case.register_answered", case.id, person=case.applicant_id,
                agency=case.agency_code, facts={"finding": finding.id},
            )  # fmt: skip


async def missing(db: Read, case: Case) -> list[Finding]:
    """The findings a case is still without."""
    known = await db.city[Procedures].at_version(db, case.procedure_code, case.procedure_version)
    kept = {finding.finding for finding in await queries.findings_of_case(db, case.id)}
    return [f for f in wanted_of(known, case) if f.id not in kept]


async def unanswered(db: Read, case: Case, known: InForce) -> list[Finding]:
    """What holds the case back: no answer yet, or `nothing` where the register has to know them."""
    kept = await queries.findings_of_case(db, case.id)
    return holding_back(known, case, {finding.finding: finding.state for finding in kept})


def wanted_of(known: InForce, case: Case) -> list[Finding]:
    """What this case asks of registers: some questions are only for some cases."""
    facts = Facts({"subject": case.subject, "answers": case.answers})
    return [f for f in known.procedure.findings if expressions.read(f.when).holds(facts)]


def holding_back(known: InForce, case: Case, kept: dict[str, str]) -> list[Finding]:
    return [
        finding
        for finding in wanted_of(known, case)
        if finding.id not in kept or (finding.must_find and kept[finding.id] == "nothing")
    ]


def as_facts(kept: list[FindingKept]) -> dict[str, Any]:
    """Findings by name, as a pack's expressions read them; `state` tells nothing from found."""
    return {finding.finding: {"state": finding.state, **finding.answer} for finding in kept}


async def _ask(city: City, case: Case, finding: Finding, asker: PersonId) -> exchange.Answer:
    facts = Facts({"subject": case.subject, "answers": case.answers})
    arguments = {k: expressions.read(v).answer(facts) for k, v in finding.with_.items()}
    is_self = case.subject["relation"] == "self"
    return await exchange.ask(
        city, finding.register, finding.operation, to_builtins(arguments), asker=asker,
        subject=case.asked_by if is_self else None, subject_number=case.subject["number"],
        case_code=case.code, agency=case.at_agency,
    )  # fmt: skip
