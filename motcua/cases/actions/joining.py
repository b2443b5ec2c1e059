"""Joined-up cases: one request that several agencies answer, each in a case of its own."""

from collections.abc import Mapping
from typing import Any

from msgspec import convert, structs

from motcua import agencies
from motcua.base import clock
from motcua.base.ids import SYSTEM, CaseId
from motcua.cases import queries
from motcua.cases.actions import reading
from motcua.cases.actions.deeds.deciding import release_at_once
from motcua.cases.actions.deeds.deed import Act
from motcua.cases.actions.filing import Attached, Delivery, Subject, Who, draw, enter, receivers_of
from motcua.cases.actions.procedures import InForce, Procedures
from motcua.cases.actions.sealing import opened
from motcua.cases.actions.standing import standing
from motcua.cases.model.case import Case
from motcua.cases.model.procedure import Joined
from motcua.cases.rules import expressions
from motcua.cases.rules.expressions import Facts
from motcua.db import City, Write
from motcua.identity import Viewer

PLATFORM = Viewer(person=SYSTEM, name="", is_officer=True)


async def open_joined(city: City, lead_id: CaseId, moment: str) -> None:
    """The cases that a lead opens at this moment (`accepted`, `signed`). Twice is once."""
    async with city.database.write(SYSTEM) as db:
        lead = await queries.lock_case_by_id(db, lead_id)
        assert lead is not None, "an event is about a case"
        lead = opened(db.city, lead)
        known = await reading.definition(db, lead)
        there = {one.procedure_code for one in await queries.joined_of(db, [lead.id])}
        facts = Facts({"answers": lead.answers, "subject": lead.subject})
        for joined in known.procedure.joined:
            is_due = joined.opens_on == moment and joined.procedure not in there
            if is_due and expressions.read(joined.when).holds(facts):
                await _open(db, lead, joined, facts)


async def _open(db: Write, lead: Case, joined: Joined, facts: Facts) -> None:
    """In the same person's name. Its own agency takes it in and asks for what it lacks."""
    known = db.city[Procedures].by_code(joined.procedure)
    answers = {name: expressions.read(rule).answer(facts) for name, rule in joined.answers.items()}
    subject = convert(lead.subject, Subject)
    who = Who(
        lead.filed_by, lead.filed_by_name, lead.applicant_id, lead.applicant_name, lead.language
    )
    told = _context(db, answers, lead)
    agency = _agency(db.city, known, lead)
    # Who came to a counter has perhaps no account, and gets all results back where they came.
    delivery: Delivery = lead.delivery if lead.counter_code else "electronic"  # type: ignore[assignment]
    case = draw(db.city, known, who, subject, told, agency, delivery)
    papers = [
        Attached(p.requirement, p.file_id) for p in await queries.documents_of_case(db, lead.id)
    ]
    await enter(db, known, who, papers, structs.replace(
        case, lead_id=lead.id, subject=lead.subject, channel=lead.channel,
        counter_code=lead.counter_code, representative=lead.representative,
    ))  # fmt: skip


def _context(db: Write, answers: Mapping[str, Any], lead: Case) -> Facts:
    person = {"level": 2, "is_organisation": lead.applicant_id != lead.asked_by}
    return Facts(
        {
            "answers": dict(answers),
            "subject": lead.subject,
            "person": person,
            "today": db.city[Procedures].local_day(),
            "channel": lead.channel,
        }
    )


def _agency(city: City, known: InForce, lead: Case) -> str:
    """In the lead's own commune, where the procedure is a commune's."""
    commune = city[agencies.Agencies].by_code(lead.agency_code).commune
    may = receivers_of(city, known.procedure)
    near = [agency for agency in may if agency.area and agency.covers(commune)]
    return (near or may)[0].code


async def close_lead(city: City, case_id: CaseId) -> None:
    """When the last of its parts is closed, a lead's result lies in the vault at once."""
    async with city.database.write(SYSTEM) as db:
        part = await queries.case_by_id(db, case_id)
        if part is None or part.lead_id is None or part.closed_at is None:
            return
        lead = await queries.lock_case_by_id(db, part.lead_id)
        if lead is None or lead.handing != "ready" or lead.delivery != "electronic":
            return
        lead = opened(db.city, lead)
        known = await reading.definition(db, lead)
        state = await standing(db, PLATFORM, lead, known, "none")
        await release_at_once(Act(db, PLATFORM, lead, known, state, {}, None, clock.now()))
