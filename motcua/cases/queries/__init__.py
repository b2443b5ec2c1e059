"""The statements of `__init__.sql`, declared, with those of the files beside it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from motcua.base.ids import CaseId, DocumentId, PersonId
from motcua.cases.model.case import (
    Case,
    CaseDocument,
    Draft,
    FindingKept,
    HandIn,
    JoinedCase,
    LateStep,
    OldDraft,
    Opinion,
    Papers,
    Progress,
    Proposal,
    Sides,
    Supplement,
    Used,
)
from motcua.cases.model.catalogue import Elsewhere, Kept, Offered
from motcua.cases.model.counter import CounterKept, CounterRow, Ticket, Waiting, WhereFrom
from motcua.cases.model.desk import (
    LookAtCase,
    LookOverseen,
    OpinionWanted,
    Overseen,
    Usage,
)
from motcua.cases.queries.listing import *  # noqa: F403
from motcua.cases.queries.papers import *  # noqa: F403 - one list of statements in several files
from motcua.cases.queries.vault import *  # noqa: F403
from motcua.cases.queries.working import *  # noqa: F403
from motcua.db import Read, Write, statement
from motcua.web.language import Language


@statement
async def keep_procedure(
    db: Write, code: str, version: str, definition: dict[str, Any], read_at: datetime
) -> None: ...


@statement
async def procedure_version(db: Read, code: str, version: str) -> dict[str, Any] | None: ...


@statement
async def file_case(
    db: Write, id: CaseId, prefix: str, day: date, procedure_code: str, procedure_version: str,
    agency_code: str, step: str, status: int, filed_by: PersonId, filed_by_name: str,
    applicant_id: PersonId, applicant_name: str, subject: dict[str, Any], answers: dict[str, Any],
    delivery: str, fee: dict[str, Any], fee_amount: int, filed_at: datetime,
    intake_due_at: datetime, language: Language, money: str, regime: str, at_agency: str,
    step_due_at: datetime | None, lane: str, lead_id: CaseId | None, channel: str,
    counter_code: str | None, representative: dict[str, Any] | None, step_role: str,
) -> str: ...  # fmt: skip


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
async def lock_case_by_id(db: Write, id: CaseId) -> Case | None: ...


@statement
async def case_by_id(db: Read, id: CaseId) -> Case | None: ...


@statement
async def cases_of_person(
    db: Read, person: PersonId, behalf: PersonId | None, before: datetime, at_most: int
) -> list[Case]: ...


@statement
async def progress_by_code(db: Read, code: str) -> Progress | None: ...


@statement
async def move_case(
    db: Write, id: CaseId, step: str, step_role: str, status: int, business: str, money: str,
    handing: str, sync: str, step_due_at: datetime | None, accepted_at: datetime | None,
    due_at: datetime | None, due_reasons: list[dict[str, Any]], closed_at: datetime | None,
) -> None: ...  # fmt: skip


@statement
async def hand_over(db: Write, id: CaseId, agency_code: str, at_agency: str) -> None: ...


@statement
async def state_fee(db: Write, id: CaseId, fee: dict[str, Any], fee_amount: int) -> None: ...


@statement
async def accepted_limit(db: Read, id: CaseId) -> str | None: ...


@statement
async def fee_stated_at(db: Read, id: CaseId) -> datetime | None: ...


@statement
async def promise_anew(
    db: Write, id: CaseId, due_at: datetime, due_reasons: list[dict[str, Any]]
) -> None: ...


@statement
async def apologise(
    db: Write, case_id: CaseId, at: datetime, given_by: PersonId, words: str,
    promised_at: datetime, due_at: datetime,
) -> None: ...  # fmt: skip


@statement
async def ask_opinion(
    db: Write, id: UUID, case_id: CaseId, asking_agency: str, agency_code: str,
    asked_by: PersonId, question: str, asked_at: datetime, due_at: datetime,
) -> None: ...  # fmt: skip


@statement
async def give_opinion(
    db: Write, id: UUID, given_by: PersonId, given_by_name: str, given_at: datetime,
    outcome: str, words: str,
) -> None: ...  # fmt: skip


@statement
async def opinions_of_case(db: Read, case_id: CaseId) -> list[Opinion]: ...


@statement
async def joined_of(db: Read, leads: list[CaseId]) -> list[JoinedCase]: ...


@statement
async def family_of(db: Read, id: CaseId) -> list[JoinedCase]: ...


@statement
async def steps_that_ran_out(db: Read, now: datetime, at_most: int) -> list[LateStep]: ...


@statement
async def escalate(db: Write, now: datetime, id: CaseId) -> bool | None: ...


@statement
async def hand_case_to(db: Write, id: CaseId, handler_id: PersonId) -> None: ...


@statement
async def correct_answers(db: Write, id: CaseId, answers: dict[str, Any], at: datetime) -> None: ...


@statement
async def keep_finding(
    db: Write, case_id: CaseId, finding: str, register: str, look_id: UUID, state: str,
    answer: dict[str, Any], answered_at: datetime,
) -> bool | None: ...  # fmt: skip


@statement
async def findings_of_case(db: Read, case_id: CaseId) -> list[FindingKept]: ...


@statement
async def propose(
    db: Write, id: UUID, case_id: CaseId, proposed_by: PersonId, proposed_by_name: str,
    outcome: str, words: str, proposed_at: datetime,
) -> None: ...  # fmt: skip


@statement
async def last_proposal(db: Read, case_id: CaseId) -> Proposal | None: ...


@statement
async def approve(
    db: Write, proposal_id: UUID, proposed_by: PersonId, approved_by: PersonId,
    approved_by_name: str, approved_at: datetime,
) -> None: ...  # fmt: skip


@statement
async def papers_of_cases(db: Read, cases: list[CaseId]) -> list[Papers]: ...


@statement
async def sides_of_cases(db: Read, cases: list[CaseId], now: datetime) -> list[Sides]: ...


@statement
async def ask_supplement(
    db: Write, case_id: CaseId, asked_at: datetime, asked_by: PersonId, words: str, step: str
) -> None: ...


@statement
async def supplements_of_case(db: Read, case_id: CaseId) -> list[Supplement]: ...


@statement
async def keep_draft(
    db: Write, person_id: PersonId, procedure_code: str, behalf_id: PersonId | None,
    answers: dict[str, Any], documents: list[dict[str, str]], subject_number: str | None,
    agency_code: str | None, delivery: str, kept_at: datetime,
) -> None: ...  # fmt: skip


@statement
async def draft(db: Read, person_id: PersonId, procedure_code: str) -> Draft | None: ...


@statement
async def drafts_of_person(db: Read, person_id: PersonId) -> list[Draft]: ...


@statement
async def drop_draft(db: Write, person_id: PersonId, procedure_code: str) -> None: ...


@statement
async def opinions_wanted(
    db: Read, agencies: list[str], at_most: int, skip: int
) -> list[OpinionWanted]: ...


@statement
async def officers_with_role(
    db: Read, agency_code: str, role: str, today: date
) -> list[PersonId]: ...


@statement
async def record_looks(
    db: Write, ids: list[UUID], codes: list[str], at: datetime, officer_id: PersonId,
    officer_name: str, purpose_vi: str, purpose_en: str, since: datetime, is_any_purpose: bool,
) -> None: ...  # fmt: skip


@statement
async def record_oversight(
    db: Write, id: UUID, at: datetime, case_id: CaseId, officer_id: PersonId, officer_name: str,
    agency_code: str, purpose_vi: str, purpose_en: str, since: datetime,
) -> None: ...  # fmt: skip


@statement
async def overseen(db: Read, code: str) -> Overseen | None: ...


@statement
async def looks_overseen(db: Read, code: str, at_most: int) -> list[LookOverseen]: ...


@statement
async def looks_at_cases_of(
    db: Read, person: PersonId, behalf: PersonId | None, acts: list[str], before: UUID, at_most: int
) -> list[LookAtCase]: ...


@statement
async def set_up_at(db: Read) -> datetime: ...


@statement
async def usages_of(
    db: Read, person: PersonId, acts: list[str], since: datetime, until: datetime, skip: int,
    at_most: int,
) -> list[Usage]: ...  # fmt: skip


@statement
async def keep_counter_draft(
    db: Write, id: UUID, person_id: PersonId, procedure_code: str, held: dict[str, Any],
    documents: list[dict[str, str]], kept_at: datetime,
) -> None: ...  # fmt: skip


@statement
async def counter_draft(db: Read, id: UUID, person_id: PersonId) -> CounterKept | None: ...


@statement
async def counter_drafts_of(db: Read, person_id: PersonId, at_most: int) -> list[CounterKept]: ...


@statement
async def drop_counter_draft(db: Write, id: UUID, person_id: PersonId) -> None: ...


@statement
async def lock_catalogue(db: Write) -> None: ...


@statement
async def catalogue_kept(db: Read) -> list[Kept]: ...


@statement
async def keep_definitions(
    db: Write, codes: list[str], versions: list[str], definitions: list[str], read_at: datetime
) -> None: ...


@statement
async def keep_catalogue(
    db: Write, codes: list[str], digests: list[str], levels: list[str], published: list[str],
    readings: list[str], procedure_versions: list[str], valid_from: date, imported_at: datetime,
) -> None: ...  # fmt: skip


@statement
async def catalogue_mark(db: Read) -> str: ...


@statement
async def catalogue_offered(db: Read, after: str, at_most: int) -> list[Offered]: ...


@statement
async def catalogue_elsewhere(db: Read) -> list[Elsewhere]: ...


@statement
async def catalogue_reading(db: Read, code: str) -> dict[str, Any] | None: ...


@statement
async def take_hand_ins(
    db: Write, case_id: CaseId, requirements: list[str], kinds: list[str | None],
    pages: list[int | None], digitised: list[int], files: list[DocumentId | None], at: datetime,
) -> None: ...  # fmt: skip


@statement
async def hand_ins_of_case(db: Read, case_id: CaseId) -> list[HandIn]: ...


@statement
async def digitise_hand_in(
    db: Write, case_id: CaseId, requirement: str, digitised: int, file_id: DocumentId
) -> None: ...


@statement
async def return_hand_in(db: Write, case_id: CaseId, requirement: str, at: datetime) -> None: ...


@statement
async def where_from(db: Read, files: list[DocumentId], applicant: PersonId) -> list[WhereFrom]: ...


@statement
async def cases_of_counter(db: Read, counters: list[str], at_most: int) -> list[CounterRow]: ...


@statement
async def count_waiting(db: Read, agency: str, day: date, since: datetime) -> Waiting: ...


@statement
async def called(db: Read, agency: str, day: date, at_most: int) -> list[Ticket]: ...


@statement
async def draw_ticket(db: Write, agency: str, day: date, line: str, at: datetime) -> int: ...


@statement
async def finish_place(db: Write, agency: str, day: date, place: str, at: datetime) -> None: ...


@statement
async def call_next(
    db: Write, agency: str, day: date, place: str, line: str | None, at: datetime
) -> Ticket | None: ...


@statement
async def recall_ticket(
    db: Write, agency: str, day: date, number: int, at: datetime
) -> Ticket | None: ...


@statement
async def finish_ticket(
    db: Write, agency: str, day: date, number: int, outcome: str, case_code: str | None,
    at: datetime,
) -> Ticket | None: ...  # fmt: skip


@statement
async def cases_not_sealed(db: Read, at_most: int) -> list[Case]: ...


@statement
async def seal_case(
    db: Write, id: UUID, subject: dict[str, Any], answers: dict[str, Any],
    representative: dict[str, Any] | None,
) -> None: ...  # fmt: skip


@statement
async def seal_finding(db: Write, case_id: UUID, finding: str, answer: dict[str, Any]) -> None: ...


@statement
async def drafts_not_sealed(db: Read, at_most: int) -> list[OldDraft]: ...


@statement
async def seal_draft(
    db: Write, person_id: UUID, procedure_code: str, answers: dict[str, Any]
) -> None: ...


@statement
async def procedures_of_person(
    db: Read, person: PersonId, behalf: PersonId | None
) -> list[Used]: ...
