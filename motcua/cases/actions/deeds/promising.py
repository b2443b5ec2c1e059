"""Money and time after acceptance: a sum that an officer states, a promise that cannot be kept."""

from datetime import datetime
from typing import Any

from msgspec import structs

from motcua import payments
from motcua.base import clock
from motcua.base.ids import SYSTEM, CaseId
from motcua.base.text import Text
from motcua.cases import queries
from motcua.cases.actions.deeds.deed import (
    Act,
    keep,
    law_of,
    machines,
    reasons_of,
    tell,
    write_down,
)
from motcua.cases.actions.procedures import Procedures
from motcua.cases.model.case import Case
from motcua.cases.rules import states
from motcua.cases.rules.deadline import Due, due_after_supplement, due_at, reappointed
from motcua.db import City, Write, events


async def state_fee(deed: Act) -> None:
    """What is owed, by the law that the words name; the clock stands still until it is paid."""
    amount, words = deed.body["amount"], deed.body["text"]
    line = payments.Line("stated", amount, Text(words, words))
    lines = [{"rule": "stated", "amount": amount, "reason": {"vi": words, "en": words}}]
    await queries.state_fee(deed.db, deed.case.id, {"total": amount, "lines": lines}, amount)
    case = deed.case
    await payments.open_request(
        deed.db, case.id, case.code, case.applicant_id, case.at_agency, amount,
        [line] if amount else [],
    )  # fmt: skip
    now = states.move(case.states, money="open" if amount else "none")
    await tell(
        deed, "case.fee_stated", text=words, amount=amount, status=states.status(now),
        **machines(now),
    )  # fmt: skip
    await keep(deed, case.step, now)


async def take_payment(db: Write, case: Case) -> Case:
    """The sum has come: the money machine moves, and a clock that stood still for it runs on."""
    if case.money != "open":
        return case
    now = states.move(case.states, money="settled")
    if case.business == "in_hand":  # else the bank's word, `payment.settled`, says it all
        case, told = await _run_on(db, case)
        facts = {"status": states.status(now), **machines(now), **told}
        await events.record(
            db, "case.resumed", case.id, person=case.applicant_id, agency=case.agency_code,
            facts=facts,
        )  # fmt: skip
    case = structs.replace(case, status=states.status(now), **structs.asdict(now))
    await write_down(db, case)
    return case


async def _run_on(db: Write, case: Case) -> tuple[Case, dict[str, Any]]:
    """The promise and the hours of the step move by the wait."""
    asked_at = await queries.fee_stated_at(db, case.id)
    assert asked_at is not None
    assert case.due_at is not None

    def moved(due_at: datetime, unit: str) -> Due:
        return due_after_supplement(
            "pause", due_at, asked_at, clock.now(), unit, db.city[Procedures].calendar,
            law=law_of(db.city, case), why="payment",
        )  # fmt: skip

    due = moved(case.due_at, "1wd")
    told: dict[str, Any] = {"due_at": due.due_at.isoformat()}
    anew = structs.replace(case, due_at=due.due_at, due_reasons=reasons_of(due))
    if case.step_due_at is not None:
        step = moved(case.step_due_at, "1wh")
        anew = structs.replace(anew, step_due_at=step.due_at)
        told |= {"step_due_at": step.due_at.isoformat(), "step_due_reasons": reasons_of(step)}
    return anew, told


async def apologise(deed: Act) -> None:
    """Before the promise is broken, and with a new one (Decree 61/2018, art. 19(9)); or put off, as
    the law of this procedure allows."""
    case = deed.case
    assert case.due_at is not None
    wanted = due_at(case.due_at, deed.body["limit"], deed.calendar).due_at
    due = reappointed(case.due_at, wanted, deed.calendar, deed.law)
    words = deed.body["text"]
    await queries.apologise(
        deed.db, case.id, deed.at, deed.viewer.person, words, case.due_at, due.due_at
    )
    await queries.promise_anew(deed.db, case.id, due.due_at, reasons_of(due))
    kind = "case.extended" if deed.known.procedure.extension else "case.apologised"
    await tell(
        deed, kind, text=words, promised_at=case.due_at.isoformat(),
        due_at=due.due_at.isoformat(),
    )  # fmt: skip


async def settle(city: City, case_id: CaseId) -> None:
    """What the bank's word does to the case; a case that was locked and looked at knows already."""
    async with city.database.write(SYSTEM) as db:
        if case := await queries.lock_case_by_id(db, case_id):
            await take_payment(db, case)
