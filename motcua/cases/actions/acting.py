"""Acting on a case: one act at a time, under the case's lock, by the rules, into the history."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct, structs, to_builtins

from motcua import agencies, payments
from motcua.base import clock
from motcua.base.errors import Conflict, Fault, Invalid, NotFound
from motcua.base.ids import PersonId, new_id
from motcua.cases import queries
from motcua.cases.actions import issuing, reading
from motcua.cases.actions.filing import (
    Attached,
    Filing,
    Subject,
    attach,
    context,
    faults_of,
)
from motcua.cases.actions.findings import ask_registers, missing, unanswered
from motcua.cases.actions.issuing import Made
from motcua.cases.actions.procedures import InForce, Procedures
from motcua.cases.actions.standing import standing
from motcua.cases.model.case import DONE, STATUS_STOPPED, Case, may_be_code
from motcua.cases.model.view import WaitingView
from motcua.cases.rules import fees, forms, routes
from motcua.cases.rules.deadline import Due, due_after_supplement, due_at
from motcua.cases.rules.routes import Action, CaseState
from motcua.db import City, Write, events
from motcua.identity import Viewer


class Act(Struct, frozen=True):
    """What one act works with; all of it read under the case's lock."""

    db: Write
    viewer: Viewer
    case: Case
    known: InForce
    state: CaseState
    body: dict[str, Any]
    made: Made | None
    at: datetime


_FOUNDED: tuple[Action, ...] = ("accept", "propose")
"""The acts that may need what registers say."""


async def ask_before(city: City, viewer: Viewer, code: str, action: str) -> Made | None:
    """What an act needs from outside before its own transaction: answers, or a signed paper.

    Does nothing where the act is not allowed anyway; that is told by the act itself.
    """
    if action in _FOUNDED and viewer.is_officer:
        async with city.database.read(viewer.person) as db:
            case = await reading.open_case(db, code)
            known = await reading.definition(db, case)
            payment = await payments.payment_of(db, case.id)
            state = await standing(db, viewer, case, known, payment.state)
            waits = any(finding.before == action for finding in await missing(db, case))
            # A register is asked for an act that is due, and for nobody's curiosity.
            hindrance = routes.why_not(known.procedure, state, action)
        if waits and hindrance == "case.finding_missing":
            moments = ("filed",) if action == "accept" else ("filed", "accepted")
            await ask_registers(city, case.id, viewer.person, moments)
    if action != "sign":
        return None
    async with city.database.write(viewer.person) as db:
        case, known, state = await _locked(db, viewer, code)
        if routes.why_not(known.procedure, state, "sign"):
            return None
        proposal = await queries.last_proposal(db, case.id)
        if proposal is None or proposal.outcome != "granted":
            return None
        drafted = await issuing.draft(db, viewer, case, known)
    return await issuing.make(city, drafted)


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
    if action == "sign" and not await _is_due(db, case, made):
        raise await _conflict(db, known, state, case, action)
    deed = Act(db, viewer, case, known, state, body, made, clock.now())
    await _DEEDS[action](deed)
    after = await queries.case_by_id(db, case.id)
    assert after is not None
    return after


async def _locked(db: Write, viewer: Viewer, code: str) -> tuple[Case, InForce, CaseState]:
    case = await queries.lock_case(db, code) if may_be_code(code) else None
    if case is None:
        raise NotFound("case.unknown")
    known = await reading.definition(db, case)
    payment = await payments.payment_of(db, case.id)
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


async def _is_due(db: Write, case: Case, made: Made | None) -> bool:
    """A grant is signed with its paper, a refusal without one."""
    proposal = await queries.last_proposal(db, case.id)
    if proposal is None or made is None:
        return proposal is not None and proposal.outcome == "refused"
    return proposal.outcome == "granted" and made.draft.case == case


async def _move(deed: Act, action: Action, status: int | None = None, **facts: Any) -> None:
    """Take the case to its next step and write down who did it."""
    step, next_status = routes.after(deed.known.procedure, deed.state, action)
    status = status or next_status
    is_closed = step == DONE
    await queries.move_case(
        deed.db, deed.case.id, step, status, deed.at if is_closed else deed.case.closed_at
    )
    await _tell(deed, _EVENTS[action], status=status, step=step, **facts)


async def _tell(deed: Act, kind: str, **facts: Any) -> None:
    case = deed.case
    await events.record(
        deed.db, kind, case.id, person=case.applicant_id, agency=case.agency_code, facts=facts
    )


async def _accept(deed: Act) -> None:
    procedure, calendar = deed.known.procedure, deed.db.city[Procedures].calendar
    due = due_at(deed.at, procedure.limit, calendar, procedure.cutoff)
    reasons = reasons_of(due)
    await queries.promise_case(
        deed.db, deed.case.id, deed.at, due.due_at, reasons, deed.viewer.person
    )
    await _move(deed, "accept", due_at=due.due_at.isoformat())


def reasons_of(due: Due) -> list[dict[str, Any]]:
    """Why that moment, as it is kept; also that it rests on what nobody could check."""
    reasons: list[dict[str, Any]] = to_builtins(due.reasons)
    return reasons if due.verified else [*reasons, {"code": "due.unverified", "facts": {}}]


async def _refuse(deed: Act) -> None:
    await _cancel_payment(deed)
    await _move(deed, "refuse", text=deed.body["reason"])


async def _withdraw(deed: Act) -> None:
    await _cancel_payment(deed)
    await _move(deed, "withdraw", text=deed.body.get("reason", ""))


async def _cancel_payment(deed: Act) -> None:
    if deed.state.has_payment_open:
        await payments.cancel(deed.db, deed.case.id)


async def _request_supplement(deed: Act) -> None:
    body = deed.body
    await queries.ask_supplement(
        deed.db, deed.case.id, deed.at, deed.viewer.person, body["text"], deed.case.step
    )
    asked = {k: body[k] for k in ("fields", "documents") if k in body}
    await _move(deed, "request_supplement", text=body["text"], **asked)


async def _supply(deed: Act) -> None:
    given = deed.body.get("answers") or {}
    attached = msgspec.convert(deed.body.get("documents", []), list[Attached])
    if not given and not attached:
        raise Invalid("request.faults", [Fault("", "case.nothing_supplied")])
    form = deed.known.procedure.form
    merged = forms.normalise(form, {**deed.case.answers, **given})
    answers = forms.without_unasked(form, merged)
    await _refuse_supplement(deed, answers, attached)
    if answers != deed.case.answers:
        await queries.correct_answers(deed.db, deed.case.id, answers)
    await attach(deed.db, deed.case.id, attached, deed.case.agency_code)
    await _promise_again(deed)
    # The history names the fields, not the values.
    changed = sorted(k for k in given if answers.get(k) != deed.case.answers.get(k))
    await _move(deed, "supply", changed=changed)


async def _refuse_supplement(deed: Act, answers: dict[str, Any], attached: list[Attached]) -> None:
    """What could not have been filed cannot be supplied. Ages count as on the day of filing."""
    case, city, procedure = deed.case, deed.db.city, deed.known.procedure
    kept = await queries.documents_of_case(deed.db, case.id)
    papers = [*(Attached(d.requirement, d.file_id) for d in kept), *attached]
    subject = msgspec.convert(case.subject, Subject)
    filed_on = city[Procedures].calendar.local(case.filed_at).date()
    facts = context(city, deed.viewer, subject, answers, filed_on)
    filing = Filing(case.procedure_code, answers, papers)
    faults = faults_of(city, deed.known, filing, answers, subject, facts)
    if not faults and fees.fee(procedure.fee, facts).total != case.fee_amount:
        faults = [Fault("/answers", "case.fee_would_change")]
    if faults:
        raise Invalid("request.faults", faults)


async def _promise_again(deed: Act) -> None:
    """The clock starts from zero when what was missing is in (Decree 61/2018, art. 19(4))."""
    case, procedure = deed.case, deed.known.procedure
    if case.accepted_at is None or case.due_at is None:
        return
    asked = (await queries.supplements_of_case(deed.db, case.id))[-1].asked_at
    due = due_after_supplement(
        "restart", case.due_at, asked, deed.at, procedure.limit,
        deed.db.city[Procedures].calendar, procedure.cutoff,
    )  # fmt: skip
    reasons = reasons_of(due)
    await queries.promise_case(
        deed.db, case.id, case.accepted_at, due.due_at, reasons, case.handler_id
    )


async def _assign(deed: Act) -> None:
    officer = PersonId(UUID(deed.body["officer"]))
    if not await agencies.holds(deed.db, officer, deed.case.agency_code, "handler"):
        raise Invalid("request.faults", [Fault("/officer", "case.no_such_officer")])
    await queries.hand_case_to(deed.db, deed.case.id, officer)
    await _tell(deed, "case.assigned", officer=str(officer))


async def _propose(deed: Act) -> None:
    outcome, words = deed.body["outcome"], deed.body.get("text", "")
    if outcome == "refused" and not words:
        raise Invalid("request.faults", [Fault("/text", "form.required")])
    await queries.propose(
        deed.db,
        new_id(),
        deed.case.id,
        deed.viewer.person,
        deed.viewer.name,
        outcome,
        words,
        deed.at,
    )
    await queries.hand_case_to(deed.db, deed.case.id, deed.viewer.person)
    await _move(deed, "propose")


async def _approve(deed: Act) -> None:
    proposal = await queries.last_proposal(deed.db, deed.case.id)
    assert proposal is not None
    await queries.approve(
        deed.db, proposal.id, proposal.proposed_by, deed.viewer.person, deed.viewer.name, deed.at
    )
    await _move(deed, "approve", text=deed.body.get("text", ""))


async def _return_to_handler(deed: Act) -> None:
    await _move(deed, "return_to_handler", text=deed.body["text"])


async def _sign(deed: Act) -> None:
    if deed.made is None:
        return await _sign_refusal(deed)
    await issuing.issue(deed.db, deed.case, deed.made)
    signed = structs.replace(deed.state, is_signed=True)
    await _move(deed, "sign")
    step, _ = routes.after(deed.known.procedure, deed.state, "sign")
    if step != DONE and deed.case.delivery == "electronic":
        # What lies in the vault needs nobody to hand it over: the platform releases it at once.
        await _move(structs.replace(deed, state=structs.replace(signed, step=step)), "release")


async def _sign_refusal(deed: Act) -> None:
    """The request is answered with no: in writing, with its reason, as a result (art. 19(8))."""
    proposal = await queries.last_proposal(deed.db, deed.case.id)
    assert proposal is not None
    await queries.move_case(deed.db, deed.case.id, DONE, STATUS_STOPPED, deed.at)
    await _tell(deed, "case.refusal_signed", status=STATUS_STOPPED, step=DONE, text=proposal.words)


async def _release(deed: Act) -> None:
    await _move(deed, "release")


async def _deliver(deed: Act) -> None:
    await _move(deed, "deliver")


async def _pay(deed: Act) -> None:
    """Paying happens at the bank; this only answers with where (`payment.url`, `payment.qr`)."""


async def _message(deed: Act) -> None:
    await _tell(deed, "case.message", text=deed.body["text"])


_EVENTS: dict[Action, str] = {
    "accept": "case.accepted",
    "refuse": "case.refused",
    "withdraw": "case.withdrawn",
    "request_supplement": "case.supplement_requested",
    "supply": "case.supplied",
    "propose": "case.proposed",
    "approve": "case.approved",
    "return_to_handler": "case.returned_to_handler",
    "sign": "case.signed",
    "release": "case.released",
    "deliver": "case.delivered",
}

_DEEDS: dict[Action, Callable[[Act], Awaitable[None]]] = {
    "accept": _accept,
    "refuse": _refuse,
    "withdraw": _withdraw,
    "request_supplement": _request_supplement,
    "supply": _supply,
    "assign": _assign,
    "propose": _propose,
    "approve": _approve,
    "return_to_handler": _return_to_handler,
    "sign": _sign,
    "release": _release,
    "deliver": _deliver,
    "pay": _pay,
    "message": _message,
}
