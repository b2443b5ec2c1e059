"""Where a case stands for the person who looks at it: all that the rules must know."""

from datetime import datetime

from msgspec import Struct, structs

from motcua import agencies, documents, payments
from motcua.base import clock
from motcua.base.ids import CaseId
from motcua.cases import queries
from motcua.cases.actions import seeing
from motcua.cases.actions.deeds.deed import law_of
from motcua.cases.actions.filing import receivers_of
from motcua.cases.actions.findings import holding_back
from motcua.cases.actions.procedures import InForce, Procedures
from motcua.cases.actions.ratings import Ratings
from motcua.cases.model.case import Case, Sides
from motcua.cases.model.procedure import Procedure
from motcua.cases.model.regime import Regime
from motcua.cases.model.states import States
from motcua.cases.rules import expressions, routes
from motcua.cases.rules.deadline import moment
from motcua.cases.rules.expressions import Facts
from motcua.cases.rules.regimes import apology_by
from motcua.cases.rules.routes import CaseState
from motcua.db import City, Read
from motcua.identity import Viewer

HAS_REQUEST = ("open", "settled", "cancelled")
"""Where the money machine stands once a sum was asked for."""


class Beside(Struct, frozen=True):
    """What stands beside a case's row: its money, its sides, its papers, and where the person who
    looks works among the agencies that have to do with it."""

    payment: payments.Payment
    sides: Sides
    issued: list[documents.Issued]
    posts: list[agencies.Post]


async def beside(db: Read, viewer: Viewer, cases: list[Case]) -> dict[CaseId, Beside]:
    """The same statements for one case and for a hundred, and none for what no case of them has."""
    money = await payments.payments_of(db, [c.id for c in cases if c.money in HAS_REQUEST])
    issued = await documents.of_cases(db, [c.id for c in cases if c.handing != "nothing"])
    sides = await _sides(db, viewer, cases)
    posts = await _posts(db, viewer, cases)
    nothing = payments.nothing(db.city)
    return {
        c.id: Beside(money.get(c.id, nothing), sides[c.id], issued.get(c.id, []), posts)
        for c in cases
    }


async def _sides(db: Read, viewer: Viewer, cases: list[Case]) -> dict[CaseId, Sides]:
    ids = [case.id for case in cases]
    if viewer.is_officer:
        return {one.id: one for one in await queries.sides_of_cases(db, ids, clock.now())}
    procedures = db.city[Procedures]
    shown = {id: Sides(id) for id in ids}
    with_papers = []
    for case in cases:
        known = await procedures.at_version(db, case.procedure_code, case.procedure_version)
        if known.procedure.documents or case.channel != "online":
            with_papers.append(case.id)
    if with_papers:
        papers = await queries.papers_of_cases(db, with_papers)
        shown |= {p.id: Sides(p.id, documents=p.documents, hand_ins=p.hand_ins) for p in papers}
    return shown


async def _posts(db: Read, viewer: Viewer, cases: list[Case]) -> list[agencies.Post]:
    if not viewer.is_officer:
        return []
    places = {code for c in cases for code in (c.at_agency, c.agency_code, c.counter_code) if code}
    return await agencies.posts_of(db, places)


async def standing(
    db: Read, viewer: Viewer, case: Case, known: InForce, payment_state: str
) -> CaseState:
    """Read within the caller's transaction; under its lock when something is about to change."""
    sides = await _sides(db, viewer, [case])
    posts = await _posts(db, viewer, [case])
    return standing_of(db.city, viewer, case, known, payment_state, sides[case.id], posts)


def standing_of(
    city: City,
    viewer: Viewer,
    case: Case,
    known: InForce,
    payment_state: str,
    sides: Sides,
    posts: list[agencies.Post],
) -> CaseState:
    """The same as `standing`, of what was read before."""
    if not viewer.is_officer:
        return _of_applicant(city, viewer, case, payment_state)
    procedure, law, now = known.procedure, law_of(city, case, known.procedure), clock.now()
    waiting = holding_back(known, case, sides.findings)
    held = agencies.held_in(posts, case.at_agency)
    grants = city[agencies.Access].acts("case", seeing.held(viewer, case, posts))
    step = procedure.route.steps.get(case.step)
    return CaseState(
        step=case.step,
        states=_with_money(case, payment_state),
        viewer=viewer.person,
        roles=frozenset(held),  # type: ignore[arg-type]
        grants=grants,
        stands_in_for=held.get(step.role) if step else None,
        is_applicant=is_applicant_of(case, viewer),
        proposed_by=sides.proposed_by,
        approved_by=sides.approved_by,
        has_payment_open=payment_state == "open",
        is_waiting_for=frozenset(finding.before for finding in waiting),
        delivery=case.delivery,  # type: ignore[arg-type]
        supplements=sides.supplements,
        intake_supplements_max=law.intake_supplement.times if law.intake_supplement else 1,
        may_return=_may_return(city, case, law, now),
        may_apologise=_may_apologise(case, law, sides, now),
        opinions_open=sides.opinions_open,
        is_asked=sides.is_asked,
        waits_for_joined=_waits_for(known, case, sides),
        refuses=sides.refuses,
        has_paper=has_paper(procedure, sides.refuses),
        has_receivers=len(receivers_of(city, procedure)) > 1,
        may_hand_over="hand_over" in grants and case.delivery == "counter",
    )


def _of_applicant(city: City, viewer: Viewer, case: Case, payment_state: str) -> CaseState:
    return CaseState(
        step=case.step,
        states=_with_money(case, payment_state),
        viewer=viewer.person,
        is_applicant=is_applicant_of(case, viewer),
        has_payment_open=payment_state == "open",
        delivery=case.delivery,  # type: ignore[arg-type]
        may_rate=case.closed_at is not None and city[Ratings].may_rate(case),
    )


def _with_money(case: Case, payment_state: str) -> States:
    """The bank's word counts from the moment it is booked; the case's own machine hears it in a job
    or under the next lock."""
    has_come = payment_state == "settled" and case.money == "open"
    return structs.replace(case.states, money="settled") if has_come else case.states


def has_paper(procedure: Procedure, refuses: bool) -> bool:
    """Whether this outcome ends in a paper: a yes always does, a no where the procedure has one."""
    return not refuses or any(kind.outcome == "refused" for kind in procedure.results)


def _may_return(city: City, case: Case, law: Regime, now: datetime) -> bool:
    """Decree 61/2018, art. 19(4): soon after it was received, or not at all."""
    if case.accepted_at is None or law.return_ is None:
        return True
    return now <= moment(case.accepted_at, law.return_.within, city[Procedures].calendar)


def _may_apologise(case: Case, law: Regime, sides: Sides, now: datetime) -> bool:
    if case.due_at is None or law.reappointment is None:
        return False
    latest = apology_by(case.due_at, law)
    return sides.apologies < law.reappointment.times and latest is not None and now <= latest


def _waits_for(known: InForce, case: Case, sides: Sides) -> frozenset[str]:
    """A lead is decided after the cases that opened on its acceptance, and its result handed over
    after all of them. What opens on a yes is not waited for after a no."""
    facts = Facts({"answers": case.answers, "subject": case.subject})
    is_open = {
        joined.opens_on
        for joined in known.procedure.joined
        if not sides.joined.get(joined.procedure, False)
        and not (sides.refuses and joined.opens_on == "signed")
        and expressions.read(joined.when).holds(facts)
    }
    waits = {"release"} if is_open else set()
    return frozenset(waits | ({"propose"} if "accepted" in is_open else set()))


def fresh_standing(case: Case, viewer: Viewer, has_payment_open: bool) -> CaseState:
    """Of a case filed this moment by this viewer: nothing about it needs to be asked."""
    return CaseState(
        step=case.step,
        states=case.states,
        viewer=viewer.person,
        is_applicant=is_applicant_of(case, viewer),
        has_payment_open=has_payment_open,
    )


def is_applicant_of(case: Case, viewer: Viewer) -> bool:
    """Whom it is for; who filed it for an organisation acts only in its name. An officer who filed
    for others at a counter is none of them, and one who filed on line handles no such case."""
    if viewer.is_officer:
        filed = viewer.person == case.filed_by and case.counter_code is None
        return filed or viewer.person == case.applicant_id
    if case.applicant_id == viewer.on_behalf_of:
        return viewer.may("files")
    return case.applicant_id == viewer.person


def actions_open_to(state: CaseState, known: InForce) -> list[routes.Action]:
    return routes.allowed(known.procedure, state)
