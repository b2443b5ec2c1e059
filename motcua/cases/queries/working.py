"""The statements of `working.sql`, declared: what officers keep beside their cases, and what people
say of how they were handled."""

from datetime import datetime
from typing import Any
from uuid import UUID

from motcua.base.ids import CaseId, PersonId
from motcua.cases.model.case import Case
from motcua.cases.model.rating import Complaint, ComplaintWords, Rating
from motcua.cases.model.working import AnswersBefore, Note, Template
from motcua.db import Read, Write, statement

__all__ = [
    "answer_complaint",
    "answers_before",
    "cases_by_codes",
    "complaint_by_id",
    "complaints_of_case",
    "complaints_to_answer",
    "drop_template",
    "keep_note",
    "keep_rating",
    "keep_template",
    "notes_of_case",
    "open_complaint",
    "rating_of_case",
    "say_in_complaint",
    "templates_of",
    "words_of_complaint",
]


@statement
async def cases_by_codes(db: Read, codes: list[str]) -> list[Case]: ...


@statement
async def keep_note(
    db: Write, id: UUID, case_id: CaseId, at: datetime, agency_code: str, officer_id: PersonId,
    officer_name: str, words: str, to_name: str | None,
) -> None: ...  # fmt: skip


@statement
async def notes_of_case(db: Read, case_id: CaseId, at_most: int) -> list[Note]: ...


@statement
async def templates_of(db: Read, agencies: list[str], at_most: int) -> list[Template]: ...


@statement
async def keep_template(
    db: Write, id: UUID, agency_code: str, noun: str, name: str, words: str, made_by: PersonId,
    made_at: datetime,
) -> None: ...  # fmt: skip


@statement
async def drop_template(db: Write, id: UUID, at: datetime) -> bool | None: ...


@statement
async def answers_before(db: Read, case_id: CaseId) -> list[AnswersBefore]: ...


@statement
async def rating_of_case(db: Read, case_id: CaseId) -> Rating | None: ...


@statement
async def keep_rating(
    db: Write, case_id: CaseId, person_id: PersonId, score: int, reasons: list[str], at: datetime
) -> None: ...


@statement
async def open_complaint(
    db: Write, id: UUID, case_id: CaseId, case_code: str, procedure_code: str, agency_code: str,
    person_id: PersonId, person_name: str, complained_at: datetime,
) -> None: ...  # fmt: skip


@statement
async def complaints_of_case(db: Read, case_id: CaseId) -> list[Complaint]: ...


@statement
async def complaint_by_id(db: Read, id: UUID) -> Complaint | None: ...


@statement
async def complaints_to_answer(
    db: Read, person: PersonId, at_most: int, skip: int
) -> list[Complaint]: ...


@statement
async def answer_complaint(db: Write, id: UUID, at: datetime, upheld: bool) -> bool | None: ...


@statement
async def say_in_complaint(
    db: Write, id: UUID, complaint_id: UUID, at: datetime, by_id: PersonId, by_name: str,
    is_control: bool, words: dict[str, Any],
) -> None: ...  # fmt: skip


@statement
async def words_of_complaint(db: Read, complaint_id: UUID) -> list[ComplaintWords]: ...
