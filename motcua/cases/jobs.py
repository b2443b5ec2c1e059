"""What follows when a case moves: registers are asked, the person is told."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from motcua import agencies, identity, notices
from motcua.base import clock
from motcua.base.ids import SYSTEM, CaseId
from motcua.cases import actions, queries
from motcua.cases.model.case import Case
from motcua.db import City, Read, jobs
from motcua.db import queries as ground
from motcua.notices import About, Sum

# Some three hours of tries; after that the officer's own asking is what moves the case.
REGISTER_ATTEMPTS = 45
ANSWERS_KEPT = timedelta(days=90)
DRAFTS_KEPT = timedelta(days=90)


@jobs.on("case.filed", attempts=REGISTER_ATTEMPTS)
async def ask_when_filed(city: City, payload: dict[str, Any]) -> None:
    await actions.ask_registers(city, _case_id(payload), SYSTEM, ("filed",))


@jobs.on("case.accepted", attempts=REGISTER_ATTEMPTS)
async def ask_when_accepted(city: City, payload: dict[str, Any]) -> None:
    await actions.ask_registers(city, _case_id(payload), SYSTEM, ("filed", "accepted"))


@jobs.on("case.filed")
async def tell_received(city: City, payload: dict[str, Any]) -> None:
    await _tell(city, payload, "case.received")


@jobs.on("payment.settled")
async def tell_paid(city: City, payload: dict[str, Any]) -> None:
    await _tell(city, payload, "payment.settled", amount=Sum(payload["facts"]["amount"]))


@jobs.on("payment.overpaid")
async def tell_overpaid(city: City, payload: dict[str, Any]) -> None:
    await _tell(city, payload, "payment.refund_due", amount=Sum(payload["facts"]["amount"]))


@jobs.on("payment.mismatched")
async def tell_mismatched(city: City, payload: dict[str, Any]) -> None:
    await _tell(city, payload, "payment.refund_due", amount=Sum(payload["facts"]["amount"]))


@jobs.on("case.accepted")
async def tell_accepted(city: City, payload: dict[str, Any]) -> None:
    await _tell(city, payload, "case.accepted")


@jobs.on("case.refused")
async def tell_refused(city: City, payload: dict[str, Any]) -> None:
    await _tell(city, payload, "case.refused", reason=payload["facts"]["text"])


@jobs.on("case.supplement_requested")
async def tell_supplement(city: City, payload: dict[str, Any]) -> None:
    await _tell(city, payload, "case.supplement_requested", missing=payload["facts"]["text"])


@jobs.on("case.signed")
async def tell_ready(city: City, payload: dict[str, Any]) -> None:
    await _tell(city, payload, "case.result_ready")


def _case_id(payload: dict[str, Any]) -> CaseId:
    return CaseId(UUID(payload["subject"]))


async def _tell(city: City, payload: dict[str, Any], template: str, **more: notices.Fact) -> None:
    async with city.database.write(SYSTEM) as db:
        case = await actions.case_by_id(db, _case_id(payload))
        facts = {**await _facts(db, case), **more}
        about = About("case", case.id)
        # Named by its event: a job that runs twice tells the person once.
        cause = UUID(payload["event"])
        await notices.send(db, case.applicant_id, template, facts, about, cause=cause)


async def _facts(db: Read, case: Case) -> dict[str, notices.Fact]:
    """What the law wants in every notice: the agency, who has it in hand, when."""
    known = await actions.definition(db, case)
    agency = db.city[agencies.Agencies].name(case.agency_code)
    handler: notices.Fact = agency
    if case.handler_id is not None:
        handler = (await identity.names(db, [case.handler_id])).get(case.handler_id, agency)
    return {
        "code": case.code,
        "procedure": known.procedure.short_name,
        "agency": agency,
        "officer": handler,
        "at": clock.now(),
        "address": f"{db.city.settings.public_url}/cases/{case.code}",
        "intake_due_at": case.intake_due_at,
        **({"due_at": case.due_at} if case.due_at else {}),
    }


@jobs.every(hours=1)
async def forget(city: City) -> None:
    """What was kept only for a while: answers to repeated requests, forms never sent."""
    now = clock.now()
    async with city.database.write(SYSTEM) as db:
        await ground.forget_old_answers(db, now - ANSWERS_KEPT)
        await queries.forget_old_drafts(db, now - DRAFTS_KEPT)
