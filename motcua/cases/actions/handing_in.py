"""Beside a case's own way: papers are digitised and handed back, its fee is taken at a counter."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

from msgspec import convert, structs

from motcua import agencies, payments
from motcua.base import clock
from motcua.base.errors import Conflict, Fault, Invalid, NotFound
from motcua.base.ids import SYSTEM, DocumentId
from motcua.cases import queries
from motcua.cases.actions import counter
from motcua.cases.actions.deeds import DEEDS
from motcua.cases.actions.deeds.deed import Act, hand_on
from motcua.cases.actions.deeds.promising import take_payment
from motcua.cases.actions.filing import Attached
from motcua.cases.actions.reading import definition, open_case
from motcua.cases.actions.sealing import opened
from motcua.cases.actions.standing import beside, standing_of
from motcua.cases.model.case import WITHDRAWAL, Case, HandIn, may_be_code
from motcua.cases.model.counter import CounterRow
from motcua.cases.rules import routes
from motcua.cases.rules.handing_in import CounterAct, body_of
from motcua.cases.rules.routes import Action
from motcua.db import City, Read, Write, events
from motcua.identity import Viewer
from motcua.payments import CounterReceipt, Till

ROWS_MAX = 100


async def take_fee(
    city: City, viewer: Viewer, code: str, body: Mapping[str, Any]
) -> CounterReceipt:
    """Book the whole sum as taken by this officer. Before the act itself, `write_fee_down`: the
    books are the platform's, and twice is once."""
    body = _clean("take_fee", body)
    async with city.database.read(viewer.person) as db:
        case = await open_case(db, code)
        counters = await _counters(db, viewer, case)
        payment = await payments.payment_of(db, case.id)
    if not counters:
        raise _conflict("case.not_your_role", case)
    if payment.state not in ("open", "settled"):
        raise _conflict("case.nothing_to_pay", case)
    till = Till(
        counter=counters[0], method=body["method"], officer=viewer.person,
        officer_name=viewer.name, slip=body.get("slip"),
    )  # fmt: skip
    async with city.database.write(SYSTEM) as db:
        return await payments.take(db, case.id, till)


async def write_fee_down(db: Write, code: str, taken: CounterReceipt) -> Case:
    """Who took it and by which receipt, once; and the case goes on."""
    case = await _locked(db, code)
    told = {event.kind for event in await events.history(db, case.id)}
    if "case.fee_taken" not in told:
        await events.record(
            db, "case.fee_taken", case.id, person=case.applicant_id, agency=case.agency_code,
            facts={"amount": taken.amount, "method": taken.method, "receipt": taken.text,
                   "counter": taken.counter},
        )  # fmt: skip
    return await take_payment(db, case)


async def supply(db: Write, viewer: Viewer, code: str, body: Mapping[str, Any]) -> Case:
    """What was asked for, brought by somebody who has perhaps no account. The history says on whose
    behalf, over which counter, and by which papers they were known."""
    deed = await _for_applicant(db, viewer, code, "supply", _clean("supply_at_counter", body))
    case, given = deed.case, convert(deed.body.get("documents", []), list[Attached])
    origins = await counter.origins_of(db, viewer, case.applicant_id, given)
    after = await DEEDS["supply"](deed)
    await counter.hand_over(db, case.taken_in_by, case.applicant_id, origins)
    await counter.take_hand_ins(db, case, deed.known, origins, deed.at)
    return await hand_on(deed, after)


async def withdraw(db: Write, viewer: Viewer, code: str, body: Mapping[str, Any]) -> Case:
    """At the applicant's own signed request, whose scan stays with the case."""
    deed = await _for_applicant(db, viewer, code, "withdraw", _clean("withdraw_at_counter", body))
    request = [Attached(WITHDRAWAL, UUID(deed.body["id"]))]
    origins = await counter.origins_of(db, viewer, deed.case.applicant_id, request)
    await counter.attach_over_counter(db, deed.case, origins)
    return await hand_on(deed, await DEEDS["withdraw"](deed))


async def _for_applicant(
    db: Write, viewer: Viewer, code: str, action: Action, body: dict[str, Any]
) -> Act:
    """The act as the applicant may do it now, by the hand of an officer where it was taken in."""
    case = await _locked(db, code)
    places = [case.counter_code] if case.counter_code else []
    if not places or not await agencies.where_may(db, "take_in", "case", places):
        raise _conflict("case.not_your_role", case)
    known = await definition(db, case)
    found = (await beside(db, viewer, [case]))[case.id]
    if found.payment.state == "settled":
        case = await take_payment(db, case)
    state = standing_of(db.city, viewer, case, known, found.payment.state, found.sides, found.posts)
    theirs = structs.replace(state, is_applicant=True)
    own = "case.own_case" if state.is_applicant else None
    if hindrance := own or routes.why_not(known.procedure, theirs, action):
        raise _conflict(hindrance, case)
    # An organisation's case keeps being one, whoever brings the rest.
    behalf = case.applicant_id if case.asked_by != case.applicant_id else None
    also = {"counter": case.counter_code, "papers": body["papers"]}
    acting = structs.replace(viewer, on_behalf_of=behalf)
    return Act(db, acting, case, known, theirs, body, None, clock.now(), also)


async def digitise(db: Write, viewer: Viewer, code: str, body: Mapping[str, Any]) -> Case:
    """The file of a paper that was taken without one; an original goes back to its owner."""
    body = _clean("digitise", body)
    case = await _locked(db, code)
    if not await _counters(db, viewer, case):
        raise _conflict("case.not_your_role", case)
    if case.closed_at is not None:
        raise _conflict("case.closed", case)
    papers = {paper.requirement: paper for paper in await queries.hand_ins_of_case(db, case.id)}
    paper = papers.get(body["requirement"])
    if paper is None:
        raise Invalid("request.faults", [Fault("/requirement", "case.no_such_hand_in")])
    is_back = bool(body.get("returned"))
    if not is_back and "id" not in body:
        raise Invalid("request.faults", [Fault("/id", "form.required")])
    if "id" in body:
        await _scan(db, viewer, case, paper, UUID(body["id"]))
    if is_back:
        await _give_back(db, case, paper)
    return case


async def _scan(db: Write, viewer: Viewer, case: Case, paper: HandIn, file: UUID) -> None:
    if paper.digitised:
        raise _conflict("case.digitised_already", case)
    given = Attached(paper.requirement, file)
    try:
        [origin] = await counter.origins_of(db, viewer, case.applicant_id, [given])
    except Invalid:
        raise Invalid("request.faults", [Fault("/id", "case.not_their_document")]) from None
    await counter.attach_over_counter(db, case, [origin])
    await queries.digitise_hand_in(
        db, case.id, paper.requirement, origin.digitised, DocumentId(file)
    )
    await _tell(db, case, "case.document_digitised", paper, digitised=origin.digitised)


async def _give_back(db: Write, case: Case, paper: HandIn) -> None:
    """Originals taken to compare are handed back (Decree 61/2018, art. 20(2))."""
    if paper.kind != "original" or paper.returned_at is not None:
        raise _conflict("case.nothing_to_return", case)
    await queries.return_hand_in(db, case.id, paper.requirement, clock.now())
    await _tell(db, case, "case.original_returned", paper)


async def _tell(db: Write, case: Case, kind: str, paper: HandIn, **facts: Any) -> None:
    await events.record(
        db, kind, case.id, person=case.applicant_id, agency=case.agency_code,
        facts={"document": paper.requirement, **facts},
    )  # fmt: skip


async def _counters(db: Read, viewer: Viewer, case: Case) -> list[str]:
    """Where this officer receives, of the places where the case may be handed in; the counter
    that took it in comes first."""
    if not viewer.is_officer:
        return []
    posts = await agencies.where_may(db, "take_in", "case")
    among = dict.fromkeys([case.taken_in_by, case.agency_code])
    return [code for code in among if code in posts]


async def _locked(db: Write, code: str) -> Case:
    case = await queries.lock_case(db, code) if may_be_code(code) else None
    if case is None:
        raise NotFound("case.unknown")
    return opened(db.city, case)


def _clean(act: CounterAct, given: Mapping[str, Any]) -> dict[str, Any]:
    body, faults = body_of(act, given)
    if faults:
        raise Invalid("request.faults", faults)
    return body


ACTS: Mapping[str, Callable[[Write, Viewer, str, Mapping[str, Any]], Awaitable[Case]]] = {
    "digitise": digitise,
    "supply_at_counter": supply,
    "withdraw_at_counter": withdraw,
}
"""What is done in one transaction; `take_fee` needs two."""


def _conflict(reason: str, case: Case) -> Conflict:
    return Conflict(reason, code=case.code, case_status=case.status, step=case.step, actions=[])


async def counters_of_me(db: Read) -> list[str]:
    """The agencies over whose counter the acting officer takes cases in today."""
    return sorted(await agencies.where_may(db, "take_in", "case"))


async def taken_in(db: Read, counters: list[str]) -> list[CounterRow]:
    """Open cases that came over these counters; what can be handed out comes first."""
    return await queries.cases_of_counter(db, counters, ROWS_MAX)
