"""At the counter, and what the applicant does: accept, refuse, ask for what is missing, supply it,
send it to the right door, withdraw."""

from datetime import datetime
from typing import Any

import msgspec
from msgspec import structs

from motcua import documents, payments
from motcua.base.errors import Fault, Invalid
from motcua.base.ids import DocumentId
from motcua.cases import queries
from motcua.cases.actions import filing
from motcua.cases.actions.deeds import deciding
from motcua.cases.actions.deeds.deed import Act, move, reasons_of, tell
from motcua.cases.actions.filing import Attached, Filing, Subject
from motcua.cases.actions.procedures import Procedures
from motcua.cases.actions.sealing import sealed_answers
from motcua.cases.rules import fees, forms
from motcua.cases.rules.deadline import due_after_supplement, due_at
from motcua.cases.rules.expressions import Facts
from motcua.cases.rules.promise import limit_of


async def accept(deed: Act) -> Act:
    limit = _limit(deed)
    procedure = deed.known.procedure
    due = due_at(deed.at, limit, deed.calendar, procedure.cutoff, law=deed.law)
    case = structs.replace(
        deed.case, accepted_at=deed.at, due_at=due.due_at, due_reasons=reasons_of(due)
    )
    after = await move(
        structs.replace(deed, case=case), "accept", due_at=due.due_at.isoformat(), limit=limit
    )
    await deciding.ask_everyone(after)
    return after


def _limit(deed: Act) -> str:
    """The procedure's, or the officer's where no source states one."""
    stated, given = _published_limit(deed), deed.body.get("limit")
    if stated is None and given is None:
        raise Invalid("request.faults", [Fault("/limit", "case.limit_needed")])
    if stated is not None and given is not None:
        raise Invalid("request.faults", [Fault("/limit", "form.not_asked")])
    return str(stated or given)


def _published_limit(deed: Act) -> str | None:
    facts = Facts({"answers": deed.case.answers, "subject": deed.case.subject})
    return limit_of(deed.known.procedure, facts)


async def refuse(deed: Act) -> None:
    await cancel_payment(deed)
    await move(deed, "refuse", text=deed.body["reason"])


async def withdraw(deed: Act) -> None:
    await cancel_payment(deed)
    await move(deed, "withdraw", text=deed.body.get("reason", ""))


async def cancel_payment(deed: Act) -> None:
    if deed.state.has_payment_open:
        await payments.cancel(deed.db, deed.case.id)


async def transfer(deed: Act) -> None:
    """To the agency at whose door it should have been filed. The intake clock runs on."""
    wanted = deed.body["agency"]
    may = {agency.code for agency in filing.receivers_of(deed.db.city, deed.known.procedure)}
    if wanted not in may - {deed.case.agency_code}:
        raise Invalid("request.faults", [Fault("/agency", "case.wrong_agency")])
    papers = await queries.documents_of_case(deed.db, deed.case.id)
    await documents.share(deed.db, [DocumentId(p.file_id) for p in papers], agency=wanted)
    await tell(
        deed, "case.transferred", text=deed.body["text"], agency=wanted,
        from_agency=deed.case.agency_code,
    )  # fmt: skip
    deed.db.touched.add(wanted)
    await payments.share(deed.db, deed.case.id, wanted)
    await payments.pass_on(deed.db, deed.case.id, wanted)
    await queries.hand_over(deed.db, deed.case.id, wanted, wanted)


async def request_supplement(deed: Act) -> None:
    body = deed.body
    await queries.ask_supplement(
        deed.db, deed.case.id, deed.at, deed.viewer.person, body["text"], deed.case.step
    )
    asked = {k: body[k] for k in ("fields", "documents") if k in body}
    await move(deed, "request_supplement", text=body["text"], **asked)


async def supply(deed: Act) -> None:
    given = deed.body.get("answers") or {}
    attached = msgspec.convert(deed.body.get("documents", []), list[Attached])
    if not given and not attached:
        raise Invalid("request.faults", [Fault("", "case.nothing_supplied")])
    form = deed.known.procedure.form
    merged = forms.normalise(form, {**deed.case.answers, **given})
    answers = forms.without_unasked(form, merged)
    await _refuse_supplement(deed, answers, attached)
    if answers != deed.case.answers:
        kept = sealed_answers(deed.db.city, deed.case, answers)
        await queries.correct_answers(deed.db, deed.case.id, kept, deed.at)
    await filing.attach(deed.db, deed.case.id, attached, deed.case.at_agency)
    # The history names the fields, not the values.
    changed = sorted(k for k in given if answers.get(k) != deed.case.answers.get(k))
    asked_at = (await queries.supplements_of_case(deed.db, deed.case.id))[-1].asked_at
    promised = await _promised_again(deed, asked_at)
    on_time, told = _step_again(promised, asked_at)
    due_at = on_time.case.due_at
    if due_at is not None:
        told["due_at"] = due_at.isoformat()
    await move(on_time, "supply", changed=changed, **told)


async def _refuse_supplement(deed: Act, answers: dict[str, Any], attached: list[Attached]) -> None:
    """What could not have been filed cannot be supplied. Ages count as on the day of filing."""
    case, city, procedure = deed.case, deed.db.city, deed.known.procedure
    kept = await queries.documents_of_case(deed.db, case.id)
    papers = [*(Attached(d.requirement, d.file_id) for d in kept), *attached]
    if case.counter_code:  # some were taken on paper, and have no file
        taken = await queries.hand_ins_of_case(deed.db, case.id)
        papers += [Attached(p.requirement, kind=p.kind) for p in taken if p.file_id is None]
    subject = msgspec.convert(case.subject, Subject)
    filed_on = city[Procedures].calendar.local(case.filed_at).date()
    facts = filing.context(city, deed.viewer, subject, answers, filed_on, case.channel)
    # Who decides it is settled, whatever the rules of competence say by now.
    agency = filing.receivers_of(city, procedure)[0].code
    request = Filing(case.procedure_code, answers, papers, agency)
    faults = filing.faults_of(city, deed.known, request, answers, subject, facts)
    is_reckoned = not fees.is_assessed(procedure, facts)
    if not faults and is_reckoned and fees.fee(procedure.fee, facts).total != case.fee["total"]:
        faults = [Fault("/answers", "case.fee_would_change")]
    if faults:
        raise Invalid("request.faults", faults)


def _step_again(deed: Act, asked_at: datetime) -> tuple[Act, dict[str, Any]]:
    """What the wait does to the clock of the step, and how that is told. No article speaks of
    steps: their hours are parts of the whole limit, so they begin anew or go on as it does (Decree
    61/2018, art. 19(4)). At intake the counter looks at everything once more."""
    case, law, procedure = deed.case, deed.law, deed.known.procedure
    step = procedure.route.steps[case.step]
    is_intake = case.accepted_at is None
    limit: str | None = step.limit
    if is_intake:
        limit = procedure.intake_limit_by.get(case.channel, procedure.intake_limit)  # type: ignore[call-overload]
    if limit is None or case.step_due_at is None:
        return deed, {}
    restarts = is_intake or law.supplement is None or law.supplement.clock == "restart"
    due = due_after_supplement(
        "restart" if restarts else "pause", case.step_due_at, asked_at, deed.at, limit,
        deed.calendar, law=None if is_intake else law,
    )  # fmt: skip
    told = {"step_due_at": due.due_at.isoformat(), "step_due_reasons": reasons_of(due)}
    return structs.replace(deed, case=structs.replace(case, step_due_at=due.due_at)), told


async def _promised_again(deed: Act, asked_at: datetime) -> Act:
    """What the wait does to the clock, as the regime says (Decree 61/2018, art. 19(4))."""
    case, law = deed.case, deed.law
    if case.accepted_at is None or case.due_at is None:
        return deed
    due = due_after_supplement(
        law.supplement.clock if law.supplement else "restart", case.due_at, asked_at, deed.at,
        await promised_limit(deed), deed.calendar, deed.known.procedure.cutoff, law=law,
    )  # fmt: skip
    anew = structs.replace(case, due_at=due.due_at, due_reasons=reasons_of(due))
    return structs.replace(deed, case=anew)


async def promised_limit(deed: Act) -> str:
    """The one with which the case was accepted."""
    told = await queries.accepted_limit(deed.db, deed.case.id)
    assert told is not None, "a case was accepted with a limit"
    return told


async def pay(deed: Act) -> None:
    """Paying happens at the bank; this only answers with where (`payment.url`, `payment.qr`)."""


async def message(deed: Act) -> None:
    await tell(deed, "case.message", text=deed.body["text"])
