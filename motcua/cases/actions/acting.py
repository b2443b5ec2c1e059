"""Acting on a case: one act at a time, under the case's lock, by the rules, into the history."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeVar

from msgspec import structs

from motcua import identity
from motcua.base import clock
from motcua.base.errors import Conflict, Invalid, NotFound, Refusal, Unavailable
from motcua.cases import queries
from motcua.cases.actions import issuing, reading
from motcua.cases.actions.deeds import DEEDS
from motcua.cases.actions.deeds.deed import Act, hand_on
from motcua.cases.actions.deeds.promising import take_payment
from motcua.cases.actions.findings import ask_registers, unanswered
from motcua.cases.actions.issuing import Made
from motcua.cases.actions.procedures import InForce
from motcua.cases.actions.sealing import opened
from motcua.cases.actions.standing import Beside, beside, standing_of
from motcua.cases.model.case import Case, may_be_code
from motcua.cases.model.view import CaseView, WaitingView
from motcua.cases.rules import routes
from motcua.cases.rules.routes import CaseState
from motcua.db import City, Write
from motcua.identity import Viewer, must_be_fresh
from motcua.web.language import Language

T = TypeVar("T")


async def make_before(city: City, viewer: Viewer, code: str, action: str) -> Made | None:
    """The signed paper that signing needs: made before the act's own transaction (docs/notes/0008).

    Does nothing where the act is not allowed anyway; that is told by the act itself.
    """
    if action != "sign":
        return None
    async with city.database.write(viewer.person) as db:
        case, known, state, _ = await _locked(db, viewer, code)
        if routes.why_not(known.procedure, state, "sign"):
            return None
        await must_be_fresh(db, viewer, action)
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
    return (await _do(db, viewer, code, action, body, made))[0]


async def act_and_show(
    db: Write,
    viewer: Viewer,
    code: str,
    action: str,
    body: dict[str, Any],
    language: Language,
    made: Made | None = None,
) -> CaseView:
    """The case after the act, as whoever acted sees it."""
    case, known, found = await _do(db, viewer, code, action, body, made)
    if found is None:
        return await reading.show_case(db, viewer, case, language)
    return await reading.show_known(db, viewer, case, known, found, language)


async def _do(
    db: Write,
    viewer: Viewer,
    code: str,
    action: str,
    body: dict[str, Any],
    made: Made | None,
) -> tuple[Case, InForce, Beside | None]:
    """The case after it, and what stands beside it where the act has left that as it was."""
    case, known, state, found = await _locked(db, viewer, code)
    if action not in routes.ACTIONS or routes.why_not(known.procedure, state, action):
        raise await _conflict(db, known, state, case, action)
    await must_be_fresh(db, viewer, action)
    body = routes.clean_body(body)
    if faults := routes.body_faults(action, {"action": action, **body}):
        raise Invalid("request.faults", faults)
    # The paper was made before this lock: it must still be what was decided, of these answers.
    if action == "sign" and not await _is_due(db, case, state, made):
        raise await _conflict(db, known, state, case, action)
    deed = Act(db, viewer, case, known, state, body, made, clock.now())
    after = await hand_on(deed, await DEEDS[action](deed))
    is_as_it_was = action == "accept" and not known.procedure.opinions
    return after, known, found if is_as_it_was and after.at_agency == case.at_agency else None


async def _locked(db: Write, viewer: Viewer, code: str) -> tuple[Case, InForce, CaseState, Beside]:
    case = await queries.lock_case(db, code) if may_be_code(code) else None
    if case is None:
        raise await _out_of_reach(db, code)
    case = opened(db.city, case)
    known = await reading.definition(db, case)
    found = (await beside(db, viewer, [case]))[case.id]
    if found.payment.state == "settled":
        case = await take_payment(db, case)
    state = standing_of(db.city, viewer, case, known, found.payment.state, found.sides, found.posts)
    return case, known, state, found


async def _out_of_reach(db: Write, code: str) -> Refusal:
    """Not there, or there and at its person's request not to be worked on."""
    case = await queries.case_by_code(db, code) if may_be_code(code) else None
    if case and await identity.is_restricted(db, case.applicant_id, case.at_agency):
        return Conflict("case.restricted", code=case.code, case_status=case.status, step=case.step)
    return NotFound("case.unknown")


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
