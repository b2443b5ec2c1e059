"""Where a case stands for the person who looks at it: all that the rules must know."""

from motcua import agencies, documents
from motcua.cases import queries
from motcua.cases.actions.findings import unanswered
from motcua.cases.actions.procedures import InForce
from motcua.cases.model.case import Case, Proposal
from motcua.cases.rules import routes
from motcua.cases.rules.routes import CaseState
from motcua.db import Read
from motcua.identity import Viewer


async def standing(
    db: Read, viewer: Viewer, case: Case, known: InForce, payment_state: str
) -> CaseState:
    """Read within the caller's transaction; under its lock when something is about to change."""
    is_applicant = is_applicant_of(case, viewer)
    roles: set[str] = set()
    proposal: Proposal | None = None
    waiting: list[str] = []
    supplements = []
    if viewer.is_officer:
        roles = await agencies.roles_in(db, case.agency_code)
        proposal = await queries.last_proposal(db, case.id)
        waiting = [finding.before for finding in await unanswered(db, case, known)]
        supplements = await queries.supplements_of_case(db, case.id)
    return CaseState(
        step=case.step,
        status=case.status,
        viewer=viewer.person,
        roles=frozenset(roles),  # type: ignore[arg-type]
        is_applicant=is_applicant,
        proposed_by=proposal.proposed_by if proposal else None,
        approved_by=proposal.approved_by if proposal else None,
        is_signed=bool(await documents.of_case(db, case.id)),
        has_payment_open=payment_state == "open",
        is_waiting_for=frozenset(waiting),
        delivery=case.delivery,  # type: ignore[arg-type]
        supplements=len(supplements),
    )


def fresh_standing(case: Case, viewer: Viewer, has_payment_open: bool) -> CaseState:
    """Of a case filed this moment by this viewer: nothing about it needs to be asked."""
    return CaseState(
        step=case.step,
        status=case.status,
        viewer=viewer.person,
        is_applicant=True,
        has_payment_open=has_payment_open,
    )


def is_applicant_of(case: Case, viewer: Viewer) -> bool:
    return viewer.person in (case.filed_by, case.applicant_id) or (
        viewer.on_behalf_of is not None and viewer.on_behalf_of == case.applicant_id
    )


def actions_open_to(state: CaseState, known: InForce) -> list[routes.Action]:
    return routes.allowed(known.procedure, state)
