"""What another room must know of a case by which somebody asks something of their own data."""

from typing import Any

from msgspec import Struct

from motcua.base.ids import CaseId, PersonId
from motcua.cases import queries
from motcua.cases.actions.procedures import Procedures
from motcua.cases.actions.reading import definition
from motcua.cases.actions.sealing import opened
from motcua.cases.model.procedure import Procedure, Right
from motcua.db import Read
from motcua.identity import Viewer


class RightAsked(Struct, frozen=True):
    case: CaseId
    right: Right
    person: PersonId
    agency: str
    answers: dict[str, Any]
    is_closed: bool


async def right_asked(db: Read, case_id: CaseId) -> RightAsked | None:
    """None for every other case, and for one whose answer was no."""
    case = await queries.case_by_id(db, case_id)
    if case is None:
        return None
    right = (await definition(db, case)).procedure.right
    proposal = await queries.last_proposal(db, case_id) if right else None
    if right is None or proposal is None or proposal.outcome != "granted":
        return None
    return RightAsked(
        case.id, right, case.applicant_id, case.agency_code, opened(db.city, case).answers,
        case.closed_at is not None,
    )  # fmt: skip


async def procedures_used(db: Read, viewer: Viewer) -> list[Procedure]:
    """What the person has asked for so far, each procedure once, as it was then."""
    used = await queries.procedures_of_person(db, viewer.person, viewer.on_behalf_of)
    shelf = db.city[Procedures]
    return [(await shelf.at_version(db, one.code, one.version)).procedure for one in used]
