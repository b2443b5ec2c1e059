"""One request to the city, as it stands."""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from motcua.base.ids import CaseId, DocumentId, PersonId

STATUS_NEW = 1
STATUS_RECEIVED = 2
STATUS_REFUSED_AT_INTAKE = 3
STATUS_IN_HAND = 4
STATUS_SUPPLEMENT = 5
STATUS_WITHDRAWN = 7
STATUS_STOPPED = 8
STATUS_DONE = 9
STATUS_RETURNED = 10

DONE = "end"
"""The step after the last."""

CODE_LENGTH_MAX = 60


def may_be_code(text: str) -> bool:
    """Whether the database may be asked about it: it takes no NUL and no half characters."""
    return 0 < len(text) <= CODE_LENGTH_MAX and text.isprintable()


class Case(Struct, frozen=True):
    """A row of `cases.cases`; its fields stand in the order of the columns."""

    id: CaseId
    code: str
    procedure_code: str
    procedure_version: str
    agency_code: str
    step: str
    status: int
    filed_by: PersonId
    filed_by_name: str
    applicant_id: PersonId
    applicant_name: str
    subject: dict[str, Any]
    """Whom the result is about: number, name, birth_date, relation to the applicant."""
    answers: dict[str, Any]
    delivery: str
    fee: dict[str, Any]
    fee_amount: int
    filed_at: datetime
    intake_due_at: datetime
    accepted_at: datetime | None
    due_at: datetime | None
    due_reasons: list[dict[str, Any]]
    handler_id: PersonId | None
    closed_at: datetime | None

    @property
    def promised_at(self) -> datetime:
        """The next moment by which the city owes something: an intake decision, then the answer."""
        return self.due_at or self.intake_due_at


class CaseDocument(Struct, frozen=True):
    requirement: str
    file_id: DocumentId
    added_at: datetime


class FindingKept(Struct, frozen=True):
    """What a register answered about a case."""

    finding: str
    register: str
    state: str
    answer: dict[str, Any]
    answered_at: datetime


class Proposal(Struct, frozen=True):
    """The last proposal of a case, and its approval when there is one."""

    id: UUID
    proposed_by: PersonId
    proposed_by_name: str
    outcome: str
    words: str
    proposed_at: datetime
    approved_by: PersonId | None
    approved_by_name: str | None
    approved_at: datetime | None


class Supplement(Struct, frozen=True):
    asked_at: datetime
    words: str
    step: str


class Draft(Struct, frozen=True):
    procedure_code: str
    behalf_id: PersonId | None
    answers: dict[str, Any]
    documents: list[dict[str, str]]
    subject_number: str | None
    agency_code: str | None
    delivery: str
    kept_at: datetime


class Progress(Struct, frozen=True):
    """What anyone who knows a case's code may see."""

    status: int
    procedure_code: str
    agency_code: str
    filed_at: datetime
    intake_due_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
