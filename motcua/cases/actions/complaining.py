"""Complaints about how a case is handled: from its person to who controls procedures, and back.

Nobody who had a hand in the case finds one; `tables.sql` holds that (`cases.controls`).
"""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from motcua import identity
from motcua.base import clock
from motcua.base.errors import Conflict, NotFound
from motcua.base.ids import new_id
from motcua.base.keys import Erased
from motcua.cases import queries
from motcua.cases.actions import reading
from motcua.cases.actions.looking import note_oversight
from motcua.cases.actions.sealing import COMPLAINT
from motcua.cases.actions.standing import is_applicant_of
from motcua.cases.model.case import Case
from motcua.cases.model.rating import Complaint
from motcua.db import Read, Write, events
from motcua.identity import Viewer

WORDS_LENGTH_MAX = 4000
COMPLAINTS_PER_PAGE = 50


class Said(Struct, frozen=True):
    at: datetime
    by: str
    is_control: bool
    words: str


class Thread(Struct, frozen=True):
    """A complaint with everything that was said in it, oldest first."""

    complaint: Complaint
    said: list[Said]


async def complain(db: Write, viewer: Viewer, code: str, words: str) -> None:
    """Begin a complaint, or say more in the one that waits. By those whose case it is."""
    case = await reading.open_case(db, code)
    if viewer.is_officer or not is_applicant_of(case, viewer):
        raise Conflict("case.only_the_applicant")
    there = [one for one in await queries.complaints_of_case(db, case.id) if one.upheld is None]
    complaint = there[0] if there else await _open(db, viewer, case)
    await _say(db, viewer, complaint, words, is_control=False)


async def _open(db: Write, viewer: Viewer, case: Case) -> Complaint:
    made = Complaint(
        id=new_id(), case_id=case.id, case_code=case.code, procedure_code=case.procedure_code,
        agency_code=case.agency_code, person_id=case.applicant_id, person_name=viewer.name,
        complained_at=clock.now(), answered_at=None, upheld=None,
    )  # fmt: skip
    await queries.open_complaint(
        db, made.id, made.case_id, made.case_code, made.procedure_code, made.agency_code,
        made.person_id, made.person_name, made.complained_at,
    )  # fmt: skip
    await _record(db, made, "case.complained", {"complaint": str(made.id)})
    return made


async def threads_of(db: Read, case: Case) -> list[Thread]:
    """What its person complained of, and what they were told."""
    return [await _thread(db, one) for one in await queries.complaints_of_case(db, case.id)]


async def complaints_to_answer(db: Read, viewer: Viewer, page: int = 1) -> list[Complaint]:
    """Those that the acting officer may answer, the open ones first; of nobody else's cases."""
    skip = (page - 1) * COMPLAINTS_PER_PAGE
    return await queries.complaints_to_answer(db, viewer.person, COMPLAINTS_PER_PAGE, skip)


async def read_complaint(db: Write, viewer: Viewer, id: UUID) -> Thread:
    """As control reads it; the person is told that they looked."""
    found = await _of_others(db, viewer, id)
    await note_oversight(db, viewer, found.case_id, found.agency_code)
    return await _thread(db, found)


async def answer(db: Write, viewer: Viewer, id: UUID, words: str, upheld: bool | None) -> None:
    """`upheld`: whether it was right, which ends it; None: a question back, and it stays open."""
    found = await _of_others(db, viewer, id)
    if found.upheld is not None:
        raise Conflict("case.complaint_answered")
    await _say(db, viewer, found, words, is_control=True)
    if upheld is None:
        return await _record(db, found, "case.complaint_asked", {"complaint": str(id)})
    if not await queries.answer_complaint(db, id, clock.now(), upheld):
        raise Conflict("case.complaint_answered")
    facts = {"complaint": str(id), "upheld": upheld}
    await _record(db, found, "case.complaint_answered", facts)


async def _of_others(db: Read, viewer: Viewer, id: UUID) -> Complaint:
    found = await queries.complaint_by_id(db, id)
    if found is None or not viewer.is_officer or found.person_id == viewer.person:
        raise NotFound("case.no_such_complaint")
    return found


async def _say(
    db: Write, viewer: Viewer, complaint: Complaint, words: str, *, is_control: bool
) -> None:
    id = new_id()
    sealed = identity.seal_some(db.city, complaint.person_id, COMPLAINT, id, {"text": words})
    await queries.say_in_complaint(
        db, id, complaint.id, clock.now(), viewer.person, viewer.name, is_control, sealed
    )


async def _thread(db: Read, complaint: Complaint) -> Thread:
    said = []
    for one in await queries.words_of_complaint(db, complaint.id):
        try:
            words = identity.unseal_some(
                db.city, complaint.person_id, COMPLAINT, one.id, one.words
            )["text"]
        except Erased:
            continue
        said.append(Said(one.at, one.by_name, one.is_control, words))
    return Thread(complaint, said)


async def _record(db: Write, one: Complaint, kind: str, facts: dict[str, object]) -> None:
    await events.record(
        db, kind, one.case_id, person=one.person_id, agency=one.agency_code, facts=facts
    )
