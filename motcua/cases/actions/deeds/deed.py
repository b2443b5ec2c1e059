"""What every deed shares: what it works with, how a case moves, how that is written down."""

from datetime import datetime
from typing import Any

from msgspec import Struct, structs, to_builtins

from motcua import agencies, documents, identity, payments
from motcua.base.ids import DocumentId
from motcua.cases import queries
from motcua.cases.actions.issuing import Made
from motcua.cases.actions.procedures import InForce, Procedures
from motcua.cases.model.case import DONE, Case
from motcua.cases.model.procedure import Step
from motcua.cases.model.regime import Regime
from motcua.cases.model.states import States
from motcua.cases.rules import regimes, routes, states
from motcua.cases.rules.deadline import Due, moment
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

    @property
    def calendar(self) -> Any:
        return self.db.city[Procedures].calendar

    @property
    def law(self) -> Regime:
        return law_of(self.db.city, self.case)


def law_of(city: City, case: Case) -> Regime:
    """The rules of procedure under which it was filed, whatever holds today."""
    filed_on = city[Procedures].calendar.local(case.filed_at).date()
    return regimes.regime_of(city.pack, filed_on)


EVENTS: dict[Action, str] = {
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
    "stop": "case.stopped",
}


async def move(deed: Act, action: Action, kind: str | None = None, **facts: Any) -> Act:
    """Take the case to its next step and write down who did it: one event for each national state
    on the way. The deed as it stands afterwards."""
    step, moves = routes.after(deed.known.procedure, deed.state, action)
    now, kind = deed.case.states, kind or EVENTS[action]
    told = False
    for one in moves or [{}]:
        now = states.move(now, **one)
        is_taking_up = one == routes.TAKEN and action != "supply"
        name = "case.taken_up" if is_taking_up else kind
        more = {} if is_taking_up else facts
        told = told or not is_taking_up
        await tell(deed, name, status=states.status(now), **machines(now), step=step, **more)
    if not told:
        await tell(deed, kind, status=states.status(now), **machines(now), step=step, **facts)
    return await keep(deed, step, now)


async def keep(deed: Act, step: str, now: States) -> Act:
    """Write down where the case stands; events have said why."""
    steps = deed.known.procedure.route.steps
    at_agency = agency_at(deed.db.city, deed.case, steps.get(step))
    is_same = step == deed.case.step
    step_due = deed.case.step_due_at if is_same else step_due_at(deed, steps.get(step))
    closed_at = deed.at if step == DONE else deed.case.closed_at
    role = steps[step].role if step in steps else ""
    await queries.move_case(
        deed.db, deed.case.id, step, role, states.status(now), now.business, now.money,
        now.handing, now.sync, step_due, closed_at,
    )  # fmt: skip
    case = structs.replace(
        deed.case, step=step, step_role=role, status=states.status(now), at_agency=at_agency,
        closed_at=closed_at, step_due_at=step_due, **structs.asdict(now),
    )  # fmt: skip
    return structs.replace(
        deed, case=case, state=structs.replace(deed.state, step=step, states=now)
    )


async def hand_on(deed: Act) -> Case:
    """Last of all, to whoever has it in hand at its step: it may be out of sight from then on."""
    case = await queries.case_by_id(deed.db, deed.case.id)
    if case is None:  # sent to another door by the act itself
        return deed.case
    holder = agency_at(deed.db.city, case, deed.known.procedure.route.steps.get(case.step))
    if holder == case.at_agency:
        return case
    papers = await queries.documents_of_case(deed.db, case.id)
    await documents.share(deed.db, [DocumentId(p.file_id) for p in papers], agency=holder)
    await payments.share(deed.db, case.id, holder)
    await queries.hand_over(deed.db, case.id, case.agency_code, holder)
    deed.db.touched.add(holder)
    return structs.replace(case, at_agency=holder)


def machines(now: States) -> dict[str, str]:
    """As an event tells them, so that the history replays to where the case stands."""
    told: dict[str, str] = structs.asdict(now)
    return told


def step_due_at(deed: Act, step: Step | None) -> datetime | None:
    if step is None or step.limit is None:
        return None
    return moment(deed.at, step.limit, deed.calendar)


def agency_at(city: City, case: Case, step: Step | None) -> str:
    """Who has the case in hand at this step."""
    if step is None or step.at is None:
        return case.agency_code
    book = city[agencies.Agencies]
    commune = book.by_code(case.agency_code).only_commune
    found = book.receivers(step.at.codes, step.at.kind, commune)
    return found[0].code if found else case.agency_code


async def tell(deed: Act, kind: str, **facts: Any) -> None:
    case, absent = deed.case, deed.state.stands_in_for
    if absent is not None:
        facts["standing_in_for"] = (await identity.names(deed.db, [absent])).get(absent, "")
    deed.db.touched.add(case.at_agency)
    await events.record(
        deed.db, kind, case.id, person=case.applicant_id, agency=case.agency_code, facts=facts
    )


def reasons_of(due: Due) -> list[dict[str, Any]]:
    """Why that moment, as it is kept; also that it rests on what nobody could check."""
    reasons: list[dict[str, Any]] = to_builtins(due.reasons)
    return reasons if due.verified else [*reasons, {"code": "due.unverified", "facts": {}}]
