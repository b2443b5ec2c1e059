"""Money and time after acceptance: a sum that an officer states, a promise that cannot be kept."""

from datetime import datetime

from msgspec import structs

from motcua import payments
from motcua.base import clock
from motcua.base.ids import SYSTEM, CaseId
from motcua.base.text import Text
from motcua.cases import queries
from motcua.cases.actions.deeds.deed import Act, keep, law_of, machines, reasons_of, tell
from motcua.cases.actions.procedures import Procedures
from motcua.cases.model.case import Case
from motcua.cases.rules import states
from motcua.cases.rules.deadline import due_after_supplement, due_at, reappointed
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
        due = await _run_on(db, case)
        facts = {"status": states.status(now), **machines(now), "due_at": due.isoformat()}
        await events.record(
            db, "case.resumed", case.id, person=case.applicant_id, agency=case.agency_code,
            facts=facts,
        )  # fmt: skip
    await queries.move_case(
        db, case.id, case.step, case.step_role, states.status(now), now.business, now.money,
        now.handing, now.sync, case.step_due_at, case.closed_at,
    )  # fmt: skip
    return structs.replace(case, status=states.status(now), **structs.asdict(now))


async def _run_on(db: Write, case: Case) -> datetime:
    asked_at = await queries.fee_stated_at(db, case.id)
    assert asked_at is not None
    assert case.due_at is not None
    due = due_after_supplement(
        "pause", case.due_at, asked_at, clock.now(), "1wd", db.city[Procedures].calendar,
        law=law_of(db.city, case), why="payment",
    )  # fmt: skip
    await queries.promise_anew(db, case.id, due.due_at, reasons_of(due))
    return due.due_at


async def apologise(deed: Act) -> None:
    """Before the promise is broken, and with a new one (Decree 61/2018, art. 19(9))."""
    case = deed.case
    assert case.due_at is not None
    wanted = due_at(case.due_at, deed.body["limit"], deed.calendar).due_at
    due = reappointed(case.due_at, wanted, deed.calendar, deed.law)
    words = deed.body["text"]
    await queries.apologise(
        deed.db, case.id, deed.at, deed.viewer.person, words, case.due_at, due.due_at
    )
    await queries.promise_anew(deed.db, case.id, due.due_at, reasons_of(due))
    await tell(
        deed, "case.apologised", text=words, promised_at=case.due_at.isoformat(),
        due_at=due.due_at.isoformat(),
    )  # fmt: skip


async def settle(city: City, case_id: CaseId) -> None:
    """What the bank's word does to the case; a case that was locked and looked at knows already."""
    async with city.database.write(SYSTEM) as db:
        if case := await queries.lock_case_by_id(db, case_id):
            await take_payment(db, case)
