"""An officer's desk: a row of the work list, how much there is, and who looked at which case."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from motcua.base.ids import PersonId
from motcua.base.text import Text


class DeskRow(Struct, frozen=True):
    code: str
    procedure_code: str
    procedure_version: str
    agency_code: str
    applicant_name: str
    step: str
    status: int
    business: str
    lane: str
    receiver_code: str
    """The agency that received it, where another has it in hand now."""
    escalated_at: datetime | None
    """When somebody above was told that its step ran out."""
    filed_at: datetime
    intake_due_at: datetime
    due_at: datetime | None
    handler_id: PersonId | None
    asked_at: datetime | None
    """When something missing was last asked for."""
    version: int | None
    """The sequence of the last event: another number means that the case has moved."""
    total: int
    """Of the whole list, whatever page this row stands on."""

    @property
    def promised_at(self) -> datetime:
        """As `Case.promised_at`."""
        return self.due_at or self.intake_due_at


class DeskCounts(Struct, frozen=True):
    """How much is open. A case that waits for its applicant is neither late nor anybody's work."""

    everything: int
    mine: int
    late: int
    today: int
    week: int
    mine_today: int
    """Mine and promised before midnight, or late."""
    mine_late: int
    asked: int
    """Opinions that others want from these agencies."""


class OpinionWanted(Struct, frozen=True):
    """What another agency asks about one of its cases, and waits for."""

    code: str
    procedure_code: str
    procedure_version: str
    applicant_name: str
    asking_agency: str
    agency_code: str
    question: str
    due_at: datetime
    total: int


class LookAtCase(Struct, frozen=True):
    """An officer opened a case: as its person reads it."""

    id: UUID
    at: datetime
    officer_name: str
    agency_code: str
    case_code: str
    purpose_vi: str
    purpose_en: str

    @property
    def purpose(self) -> Text:
        return Text(self.purpose_vi, self.purpose_en)
