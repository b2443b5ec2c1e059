"""What every deed shares: what it works with, how a case moves, how that is written down."""

from datetime import datetime
from typing import Any

from msgspec import Struct, structs, to_builtins

from motcua import agencies, documents, identity, payments
from motcua.base.ids import DocumentId
from motcua.cases import queries
from motcua.cases.actions.issuing import Made
from motcua.cases.actions.procedures import InForce, Procedures
from motcua.cases.actions.sealing import opened
from motcua.cases.model.case import DONE, Case
from motcua.cases.model.procedure import Procedure, Step
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
    also: dict[str, Any] = {}
    """What every event of it says too."""

    @property
    def calendar(self) -> Any:
        return self.db.city[Procedures].calendar

    @property
    def law(self) -> Regime:
        return law_of(self.db.city, self.case, self.known.procedure)


def law_of(city: City, case: Case, procedure: Procedure | None = None) -> Regime:
    """The rules of procedure under which it was filed, whatever holds today; with what its own
    procedure says before them."""
    filed_on = city[Procedures].calendar.local(case.filed_at).date()
    law = regimes.regime_of(city.pack, filed_on)
    if procedure is None or procedure.extension is None:
        return law
    return structs.replace(law, reappointment=procedure.extension)


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
    told: list[tuple[str, dict[str, Any]]] = []
    for one in moves or [{}]:
        now = states.move(now, **one)
        stands = {"status": states.status(now), **machines(now), "step": step}
        is_taking_up = one == routes.TAKEN and action != "supply"
        told.append(("case.taken_up", stands) if is_taking_up else (kind, stands | facts))
    if all(name != kind for name, _ in told):
        told.append((kind, stands | facts))
    await tell_all(deed, told)
    return await keep(deed, step, now)


async def keep(deed: Act, step: str, now: States) -> Act:
    """Write down where the case stands; events have said why."""
    steps = deed.known.procedure.route.steps
    at_agency = agency_at(deed.db.city, deed.case, steps.get(step))
    is_same = step == deed.case.step
    step_due = deed.case.step_due_at if is_same else step_due_at(deed, steps.get(step))
    closed_at = deed.at if step == DONE else deed.case.closed_at
    role = steps[step].role if step in steps else ""
    case = structs.replace(
        deed.case, step=step, step_role=role, status=states.status(now), at_agency=at_agency,
        closed_at=closed_at, step_due_at=step_due, **structs.asdict(now),
    )  # fmt: skip
    await write_down(deed.db, case)
    return structs.replace(
        deed, case=case, state=structs.replace(deed.state, step=step, states=now)
    )


async def write_down(db: Write, case: Case) -> None:
    """Where it stands, and what is promised."""
    await queries.move_case(
        db, case.id, case.step, case.step_role, case.status, case.business, case.money,
        case.handing, case.sync, case.step_due_at, case.accepted_at, case.due_at,
        case.due_reasons, case.closed_at,
    )  # fmt: skip


async def hand_on(deed: Act, after: Act | None) -> Case:
    """Last of all, to whoever has it in hand at its step: it may be out of sight from then on.
    `after`: the deed as it ended, where it says so itself."""
    case = after.case if after else await _as_it_is(deed)
    if case is None:  # sent to another door by the act itself
        return deed.case
    holder = agency_at(deed.db.city, case, deed.known.procedure.route.steps.get(case.step))
    if holder == (deed.case.at_agency if after else case.at_agency):
        return case
    papers = await queries.documents_of_case(deed.db, case.id)
    await documents.share(deed.db, [DocumentId(p.file_id) for p in papers], agency=holder)
    await payments.share(deed.db, case.id, holder)
    await queries.hand_over(deed.db, case.id, case.agency_code, holder)
    deed.db.touched.add(holder)
    return structs.replace(case, at_agency=holder)


async def _as_it_is(deed: Act) -> Case | None:
    case = await queries.case_by_id(deed.db, deed.case.id)
    return opened(deed.db.city, case) if case else None


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
    await tell_all(deed, [(kind, facts)])


async def tell_all(deed: Act, told: list[tuple[str, dict[str, Any]]]) -> None:
    case, absent, beside = deed.case, deed.state.stands_in_for, dict(deed.also)
    if absent is not None:
        beside["standing_in_for"] = (await identity.names(deed.db, [absent])).get(absent, "")
    deed.db.touched.add(case.at_agency)
    await events.record_all(deed.db, case.id, [
        events.Happening(kind, case.applicant_id, case.agency_code, facts | beside)
        for kind, facts in told
    ])  # fmt: skip


def reasons_of(due: Due) -> list[dict[str, Any]]:
    """Why that moment, as it is kept; also that it rests on what nobody could check."""
    reasons: list[dict[str, Any]] = to_builtins(due.reasons)
    return reasons if due.verified else [*reasons, {"code": "due.unverified", "facts": {}}]
