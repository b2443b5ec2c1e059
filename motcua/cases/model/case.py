"""One request to the city, as it stands."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from motcua.base.ids import CaseId, DocumentId, PersonId
from motcua.cases.model.states import Business, Handing, Money, States, Sync
from motcua.web.language import Language

STATUS_NEW = 1
STATUS_REFUSED_AT_INTAKE = 3
STATUS_WITHDRAWN = 7
STATUS_STOPPED = 8
STATUS_DONE = 9
STATUS_RETURNED = 10

DONE = "end"
"""The step after the last."""

WITHDRAWAL = "withdrawal_request"
"""Among a case's documents: the signed request by which a counter withdrew it."""

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
    language: Language
    """In which it was filed; notices about it are written in it."""
    business: Business = "new"
    money: Money = "none"
    handing: Handing = "nothing"
    sync: Sync = "due"
    regime: str = ""
    """The rules of procedure of the day it was filed; empty: filed before any were kept."""
    at_agency: str = ""
    """Who has it in hand."""
    step_due_at: datetime | None = None
    lane: str = "ordinary"
    lead_id: CaseId | None = None
    """The case of which this one is a part."""
    channel: str = "online"
    counter_code: str | None = None
    """The counter that took it in for whoever decides it."""
    representative: dict[str, Any] | None = None
    """Who stood at the counter for the applicant, and by which authorisation."""
    step_role: str = ""
    """Whose work the step is; empty: everybody's."""

    @property
    def states(self) -> States:
        return States(self.business, self.money, self.handing, self.sync)

    @property
    def asked_by(self) -> PersonId:
        """Who asks in person, also in an organisation's name; at a counter the officer only writes
        it down."""
        if self.counter_code is None:
            return self.filed_by
        came = (self.representative or {}).get("person")
        return PersonId(UUID(came)) if came else self.applicant_id

    @property
    def taken_in_by(self) -> str:
        """The agency over whose counter it came."""
        return self.counter_code or self.agency_code

    @property
    def promised_at(self) -> datetime:
        """The next moment by which the city owes something: an intake decision, then the answer."""
        return self.due_at or self.intake_due_at


class CaseDocument(Struct, frozen=True):
    requirement: str
    file_id: DocumentId
    added_at: datetime


class HandIn(Struct, frozen=True):
    """A document as it was taken at a counter. `digitised`: 0 not yet, 1 here, 2 reused from
    another case, 3 reused from a result."""

    requirement: str
    kind: Literal["original", "copy"] | None
    pages: int | None
    digitised: int
    file_id: DocumentId | None
    taken_at: datetime
    returned_at: datetime | None


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


class Sides(Struct, frozen=True):
    """What stands beside a case's row: how its proposal stands, what registers said, its papers."""

    id: CaseId
    proposed_by: PersonId | None = None
    approved_by: PersonId | None = None
    supplements: int = 0
    apologies: int = 0
    opinions: int = 0
    opinions_open: int = 0
    is_asked: bool = False
    joined: dict[str, bool] = {}
    """The joined cases by procedure: whether each is closed."""
    refuses: bool = False
    """The proposal that stands says no."""
    findings: dict[str, str] = {}
    """By name, `found` or `nothing`."""
    documents: list[tuple[str, str]] = []
    """File and requirement."""
    hand_ins: list[dict[str, Any]] = []
    """What was taken at a counter, each as a `HandIn`."""


class Papers(Struct, frozen=True):
    """What of a case's sides its applicant may know."""

    id: CaseId
    documents: list[tuple[str, str]]
    hand_ins: list[dict[str, Any]]


class Opinion(Struct, frozen=True):
    """What another agency was asked, and what it said when it has."""

    id: UUID
    agency_code: str
    question: str
    asked_at: datetime
    due_at: datetime
    given_by_name: str | None
    given_at: datetime | None
    outcome: str | None
    words: str | None


class JoinedCase(Struct, frozen=True):
    """One of the cases that belong together, as the officers of another may know it."""

    lead_id: UUID | None
    """None: it is the lead itself."""
    code: str
    procedure_code: str
    agency_code: str
    status: int
    due_at: datetime | None
    closed_at: datetime | None


class LateStep(Struct, frozen=True):
    id: CaseId
    code: str
    applicant_id: PersonId
    at_agency: str
    step: str
    step_due_at: datetime


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
    authority: dict[str, Any] | None = None
    """By which paper they act for somebody else; it lies sealed with the answers."""


class Used(Struct, frozen=True):
    """A procedure under which somebody has filed, in one of its versions."""

    code: str
    version: str


class OldDraft(Struct, frozen=True):
    """A draft that is older than the key of its person."""

    person_id: PersonId
    procedure_code: str
    answers: dict[str, Any]
    subject_number: str | None


class Progress(Struct, frozen=True):
    """What anyone who knows a case's code may see."""

    status: int
    procedure_code: str
    agency_code: str
    filed_at: datetime
    intake_due_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
