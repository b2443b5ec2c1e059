"""Acting on a case: one act at a time, under the case's lock, by the rules, into the history."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeVar

from msgspec import structs

from motcua import payments
from motcua.base import clock
from motcua.base.errors import Conflict, Invalid, NotFound, Unavailable
from motcua.cases import queries
from motcua.cases.actions import issuing, reading
from motcua.cases.actions.deeds import DEEDS
from motcua.cases.actions.deeds.deed import Act, hand_on
from motcua.cases.actions.deeds.promising import take_payment
from motcua.cases.actions.findings import ask_registers, unanswered
from motcua.cases.actions.issuing import Made
from motcua.cases.actions.procedures import InForce
from motcua.cases.actions.standing import standing
from motcua.cases.model.case import Case, may_be_code
from motcua.cases.model.view import WaitingView
from motcua.cases.rules import routes
from motcua.cases.rules.routes import CaseState
from motcua.db import City, Write
from motcua.identity import Viewer

T = TypeVar("T")


async def make_before(city: City, viewer: Viewer, code: str, action: str) -> Made | None:
    """The signed paper that signing needs: made before the act's own transaction (docs/notes/0008).

    Does nothing where the act is not allowed anyway; that is told by the act itself.
    """
    if action != "sign":
        return None
    async with city.database.write(viewer.person) as db:
        case, known, state = await _locked(db, viewer, code)
        if routes.why_not(known.procedure, state, "sign"):
            return None
        proposal = await queries.last_proposal(db, case.id)
        if proposal is None or not state.has_paper:
            return None
        drafted = await issuing.draft(db, viewer, case, known, proposal)
    return await issuing.make(city, drafted)


async def with_answers(
    city: City, viewer: Viewer, code: str, action: str, attempt: Callable[[], Awaitable[T]]
) -> T:
    """Act; where only a register's answer is missing, ask for it and act again.

    A register is asked for an act that is due, and for nobody's curiosity. While it is down the
    case waits, and the refusal says for what.
    """
    try:
        return await attempt()
    except Conflict as hindrance:
        if hindrance.reason != "case.finding_missing" or not viewer.is_officer:
            raise
    async with city.database.read(viewer.person) as db:
        case = await reading.open_case(db, code)
    moments = ("filed",) if action == "accept" else ("filed", "accepted")
    with suppress(Unavailable):
        await ask_registers(city, case.id, viewer.person, moments)
    return await attempt()


async def act(
    db: Write,
    viewer: Viewer,
    code: str,
    action: str,
    body: dict[str, Any],
    made: Made | None = None,
) -> Case:
    """Do it, or Conflict with what may be done instead. The second of two sees what happened."""
    case, known, state = await _locked(db, viewer, code)
    if action not in routes.ACTIONS or routes.why_not(known.procedure, state, action):
        raise await _conflict(db, known, state, case, action)
    body = routes.clean_body(body)
    if faults := routes.body_faults(action, {"action": action, **body}):
        raise Invalid("request.faults", faults)
    # The paper was made before this lock: it must still be what was decided, of these answers.
    if action == "sign" and not await _is_due(db, case, state, made):
        raise await _conflict(db, known, state, case, action)
    deed = Act(db, viewer, case, known, state, body, made, clock.now())
    await DEEDS[action](deed)
    return await hand_on(deed)


async def _locked(db: Write, viewer: Viewer, code: str) -> tuple[Case, InForce, CaseState]:
    case = await queries.lock_case(db, code) if may_be_code(code) else None
    if case is None:
        raise NotFound("case.unknown")
    known = await reading.definition(db, case)
    payment = await payments.payment_of(db, case.id)
    if payment.state == "settled":
        case = await take_payment(db, case)
    return case, known, await standing(db, viewer, case, known, payment.state)


async def _conflict(
    db: Write, known: InForce, state: CaseState, case: Case, action: str
) -> Conflict:
    reason = "case.no_such_action"
    if action in routes.ACTIONS:
        reason = routes.why_not(known.procedure, state, action) or "case.not_now"
    facts: dict[str, Any] = {}
    if reason == "case.finding_missing":
        waits = await unanswered(db, case, known)
        facts["waiting_for"] = [WaitingView(f.id, f.register, f.before) for f in waits]
    return Conflict(
        reason,
        actions=list(routes.allowed(known.procedure, state)),
        code=case.code,
        case_status=case.status,
        step=case.step,
        **facts,
    )


async def _is_due(db: Write, case: Case, state: CaseState, made: Made | None) -> bool:
    """What was set in type must still be what was decided; some refusals need no paper."""
    proposal = await queries.last_proposal(db, case.id)
    if proposal is None or made is None:
        return proposal is not None and not state.has_paper
    same = structs.replace(made.draft.case, sync=case.sync, money=case.money)
    return made.draft.kind.outcome == proposal.outcome and same == case
