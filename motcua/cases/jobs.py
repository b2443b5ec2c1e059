"""What follows when a case moves: registers are asked, the person is told."""

from datetime import datetime
from typing import Any
from uuid import UUID

from motcua import agencies, identity, notices
from motcua.base import clock
from motcua.base.ids import SYSTEM, CaseId
from motcua.cases import actions
from motcua.cases.actions import folding, papers, vault
from motcua.cases.model.case import Case
from motcua.db import City, Read, jobs
from motcua.notices import About, Sum

# Some three hours of tries; after that the officer's own asking is what moves the case.
REGISTER_ATTEMPTS = 45


@jobs.on("case.filed", attempts=REGISTER_ATTEMPTS)
async def ask_when_filed(city: City, payload: dict[str, Any]) -> None:
    # In the same job: each job of its own is one more row in every filing.
    await vault.count_reuses(city, _case_id(payload))
    await actions.ask_registers(city, _case_id(payload), SYSTEM, ("filed",))


@jobs.on("case.accepted", attempts=REGISTER_ATTEMPTS)
async def ask_when_accepted(city: City, payload: dict[str, Any]) -> None:
    await actions.ask_registers(city, _case_id(payload), SYSTEM, ("filed", "accepted"))


@jobs.on("case.accepted")
async def join_when_accepted(city: City, payload: dict[str, Any]) -> None:
    await actions.open_joined(city, _case_id(payload), "accepted")


@jobs.on("case.signed")
async def join_when_signed(city: City, payload: dict[str, Any]) -> None:
    await actions.open_joined(city, _case_id(payload), "signed")


@jobs.on("case.supplied", "case.document_digitised")
async def count_reuses(city: City, payload: dict[str, Any]) -> None:
    """What came later may lie here already as well."""
    await vault.count_reuses(city, _case_id(payload))


@jobs.on("payment.settled")
async def settle(city: City, payload: dict[str, Any]) -> None:
    await actions.settle(city, _case_id(payload))


@jobs.on(
    "case.released", "case.delivered", "case.refused", "case.withdrawn", "case.stopped",
    "case.refusal_signed",
)  # fmt: skip
async def close_lead(city: City, payload: dict[str, Any]) -> None:
    """After what may have been the last act on a part."""
    await actions.close_lead(city, _case_id(payload))


@jobs.every(hours=1 / 3600)
async def fold_lists(city: City) -> None:
    """Work lists read little beside what is folded; how long ago that was they do not show."""
    await folding.fold_lists(city)


@jobs.every(hours=0.25)
async def escalate(city: City) -> None:
    """Steps that took longer than their hours are shown to whoever leads the agency."""
    await actions.escalate(city)


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


@jobs.on("case.fee_stated")
async def tell_fee(city: City, payload: dict[str, Any]) -> None:
    if amount := payload["facts"]["amount"]:
        await _tell(
            city, payload, "case.fee_stated", amount=Sum(amount), reason=payload["facts"]["text"]
        )


@jobs.on("case.apologised")
async def tell_apology(city: City, payload: dict[str, Any]) -> None:
    await _tell_new_promise(city, payload, "case.late")


@jobs.on("case.extended")
async def tell_extension(city: City, payload: dict[str, Any]) -> None:
    await _tell_new_promise(city, payload, "case.extended")


async def _tell_new_promise(city: City, payload: dict[str, Any], kind: str) -> None:
    facts = payload["facts"]
    await _tell(
        city, payload, kind, reason=facts["text"],
        due_at=datetime.fromisoformat(facts["promised_at"]),
        new_due_at=datetime.fromisoformat(facts["due_at"]),
    )  # fmt: skip


@jobs.on("case.stopped")
async def tell_stopped(city: City, payload: dict[str, Any]) -> None:
    await _tell(city, payload, "case.stopped", reason=payload["facts"]["text"])


@jobs.on("case.complaint_asked")
async def tell_complaint_asked(city: City, payload: dict[str, Any]) -> None:
    await _tell(city, payload, "case.complaint_asked")


@jobs.on("case.complaint_answered")
async def tell_complaint_answered(city: City, payload: dict[str, Any]) -> None:
    await _tell(city, payload, "case.complaint_answered")


@jobs.on("case.refusal_signed")
async def tell_answered_no(city: City, payload: dict[str, Any]) -> None:
    await _tell(city, payload, "case.result_refused", reason=payload["facts"]["text"])


@jobs.on("case.transferred")
async def tell_transferred(city: City, payload: dict[str, Any]) -> None:
    await _tell(city, payload, "case.transferred", reason=payload["facts"]["text"])


@jobs.on("case.signed")
async def tell_ready(city: City, payload: dict[str, Any]) -> None:
    await _tell(city, payload, "case.result_ready")


@jobs.on("case.supplement_requested", "case.refused", "case.apologised", "case.stopped")
async def make_form(city: City, payload: dict[str, Any]) -> None:
    """The letter that the rules of the case want after this act."""
    event, kind = UUID(payload["event"]), payload["kind"]
    await papers.after_event(city, _case_id(payload), event, kind)


def _case_id(payload: dict[str, Any]) -> CaseId:
    return CaseId(UUID(payload["subject"]))


async def _tell(city: City, payload: dict[str, Any], template: str, **more: notices.Fact) -> None:
    async with city.database.write(SYSTEM) as db:
        case = await actions.case_by_id(db, _case_id(payload))
        facts = {**await _facts(db, case), **more}
        about = About("case", case.id)
        # Named by its event: a job that runs twice tells the person once.
        cause = UUID(payload["event"])
        await notices.send(
            db, case.applicant_id, template, facts, about, language=case.language, cause=cause
        )


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
