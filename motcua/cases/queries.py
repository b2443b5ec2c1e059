"""The statements of `queries.sql`, declared."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from motcua.base.ids import CaseId, DocumentId, PersonId
from motcua.cases.model.case import (
    Case,
    CaseDocument,
    Draft,
    FindingKept,
    Progress,
    Proposal,
    Supplement,
)
from motcua.cases.model.desk import DeskCounts, DeskRow, LookAtCase
from motcua.db import Read, Write, statement


@statement
async def keep_procedure(
    db: Write, code: str, version: str, definition: dict[str, Any], read_at: datetime
) -> None: ...


@statement
async def procedure_version(db: Read, code: str, version: str) -> dict[str, Any] | None: ...


@statement
async def file_case(
    db: Write,
    id: CaseId,
    prefix: str,
    day: date,
    procedure_code: str,
    procedure_version: str,
    agency_code: str,
    step: str,
    status: int,
    filed_by: PersonId,
    filed_by_name: str,
    applicant_id: PersonId,
    applicant_name: str,
    subject: dict[str, Any],
    answers: dict[str, Any],
    delivery: str,
    fee: dict[str, Any],
    fee_amount: int,
    filed_at: datetime,
    intake_due_at: datetime,
) -> str: ...


@statement
async def attach_documents(
    db: Write, case_id: CaseId, requirements: list[str], files: list[DocumentId], added_at: datetime
) -> None: ...


@statement
async def documents_of_case(db: Read, case_id: CaseId) -> list[CaseDocument]: ...


@statement
async def case_by_code(db: Read, code: str) -> Case | None: ...


@statement
async def lock_case(db: Write, code: str) -> Case | None: ...


@statement
async def case_by_id(db: Read, id: CaseId) -> Case | None: ...


@statement
async def cases_of_person(
    db: Read, person: PersonId, behalf: PersonId | None, before: datetime, at_most: int
) -> list[Case]: ...


@statement
async def open_cases_of_agencies(
    db: Read, agencies: list[str], at_most: int, skip: int
) -> list[Case]: ...


@statement
async def count_open_cases(db: Read, agencies: list[str]) -> int: ...


@statement
async def progress_by_code(db: Read, code: str) -> Progress | None: ...


@statement
async def move_case(
    db: Write, id: CaseId, step: str, status: int, closed_at: datetime | None
) -> None: ...


@statement
async def promise_case(
    db: Write,
    id: CaseId,
    accepted_at: datetime,
    due_at: datetime,
    due_reasons: list[dict[str, Any]],
    handler_id: PersonId | None,
) -> None: ...


@statement
async def hand_case_to(db: Write, id: CaseId, handler_id: PersonId) -> None: ...


@statement
async def correct_answers(db: Write, id: CaseId, answers: dict[str, Any]) -> None: ...


@statement
async def keep_finding(
    db: Write,
    case_id: CaseId,
    finding: str,
    register: str,
    look_id: UUID,
    state: str,
    answer: dict[str, Any],
    answered_at: datetime,
) -> bool | None: ...


@statement
async def findings_of_case(db: Read, case_id: CaseId) -> list[FindingKept]: ...


@statement
async def propose(
    db: Write,
    id: UUID,
    case_id: CaseId,
    proposed_by: PersonId,
    proposed_by_name: str,
    outcome: str,
    words: str,
    proposed_at: datetime,
) -> None: ...


@statement
async def last_proposal(db: Read, case_id: CaseId) -> Proposal | None: ...


@statement
async def approve(
    db: Write,
    proposal_id: UUID,
    proposed_by: PersonId,
    approved_by: PersonId,
    approved_by_name: str,
    approved_at: datetime,
) -> None: ...


@statement
async def ask_supplement(
    db: Write, case_id: CaseId, asked_at: datetime, asked_by: PersonId, words: str, step: str
) -> None: ...


@statement
async def supplements_of_case(db: Read, case_id: CaseId) -> list[Supplement]: ...


@statement
async def keep_draft(
    db: Write,
    person_id: PersonId,
    procedure_code: str,
    behalf_id: PersonId | None,
    answers: dict[str, Any],
    documents: list[dict[str, str]],
    subject_number: str | None,
    agency_code: str | None,
    delivery: str,
    kept_at: datetime,
) -> None: ...


@statement
async def draft(db: Read, person_id: PersonId, procedure_code: str) -> Draft | None: ...


@statement
async def drafts_of_person(db: Read, person_id: PersonId) -> list[Draft]: ...


@statement
async def drop_draft(db: Write, person_id: PersonId, procedure_code: str) -> None: ...


@statement
async def desk(
    db: Read,
    agencies: list[str],
    posts: list[str],
    roles: list[str],
    procedures: list[str],
    steps: list[str],
    step_roles: list[str],
    is_mine: bool,
    before: datetime | None,
    words: str,
    at_most: int,
    skip: int,
) -> list[DeskRow]: ...


@statement
async def count_desk(
    db: Read,
    agencies: list[str],
    posts: list[str],
    roles: list[str],
    procedures: list[str],
    steps: list[str],
    step_roles: list[str],
    now: datetime,
    tomorrow: datetime,
    next_week: datetime,
) -> DeskCounts: ...


@statement
async def officers_with_role(
    db: Read, agency_code: str, role: str, today: date
) -> list[PersonId]: ...


@statement
async def record_look(
    db: Write,
    id: UUID,
    at: datetime,
    case_id: CaseId,
    officer_id: PersonId,
    officer_name: str,
    agency_code: str,
    purpose_vi: str,
    purpose_en: str,
) -> None: ...


@statement
async def looks_at_cases_of(
    db: Read, person: PersonId, behalf: PersonId | None, before: UUID, at_most: int
) -> list[LookAtCase]: ...


@statement
async def forget_old_drafts(db: Write, before: datetime) -> None: ...
