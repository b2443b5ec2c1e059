"""An officer's desk: a row of the work list, how much there is, and who looked at which case."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from motcua.base.ids import CaseId, PersonId
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
    id: CaseId
    channel: str
    closed_at: datetime | None

    @property
    def promised_at(self) -> datetime:
        """As `Case.promised_at`."""
        return self.due_at or self.intake_due_at


class Listed(Struct, frozen=True):
    """One page of a list: how many fit, and which of them stand on it."""

    total: int
    is_more: bool
    """There are more than were counted."""
    ids: list[CaseId]


class Chosen(Struct, frozen=True):
    """One way to cut a list: by which of its parts (`kind`), and how much is behind it."""

    kind: str
    name: str
    """Of a handler the id; empty: nobody's."""
    count: int


class Newest(Struct, frozen=True):
    """The newest event, and which transactions may still write older ones."""

    sequence: int
    writers: list[str]


class DeskCounts(Struct, frozen=True):
    """How much is open. A case that waits for its applicant is neither late nor anybody's work."""

    everything: int
    mine: int
    late: int
    today: int
    week: int
    mine_late: int
    mine_today: int
    """Mine and promised before midnight, or late."""
    mine_week: int
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


class LookAtCase(Struct, frozen=True):
    """An officer opened a case, or acted on it: as its person reads it."""

    id: UUID
    at: datetime
    officer_name: str
    agency_code: str
    case_code: str
    purpose_vi: str | None
    purpose_en: str | None
    """None of an act: the act says why."""
    role: str | None
    """What the officer was there; None where it was not written down."""
    act: str | None
    """The event by which the history tells it."""

    @property
    def purpose(self) -> Text | None:
        if self.purpose_vi is None or self.purpose_en is None:
            return None
        return Text(self.purpose_vi, self.purpose_en)


class Usage(Struct, frozen=True):
    """One look at somebody's data, from whatever room: when, for which agency, what for."""

    at: datetime
    agency_code: str | None
    """None: for the platform, in a question of one's own."""
    purpose_vi: str | None
    purpose_en: str | None
    act: str | None
    """The event that says what for, where there is no purpose."""
    total: int
    """Of all that fit, whatever page this one stands on."""


class Overseen(Struct, frozen=True):
    """As much of a case as who controls procedures may find."""

    id: CaseId
    agency_code: str
    procedure_code: str


class LookOverseen(Struct, frozen=True):
    """One look at a case, from whatever room, as who controls procedures reads it."""

    id: UUID
    at: datetime
    looker_id: UUID
    is_own: bool
    """By those whose request it is."""
    agency_code: str | None
    role: str | None
    register: str | None
    """Which one was asked; None: the case or a file of it was opened."""
    purpose_vi: str | None
    purpose_en: str | None
    """None of a file that was opened."""
    is_hidden: bool
    """An order keeps it from its people for a while."""


ACTS = (
    "case.filed", "case.accepted", "case.refused", "case.supplement_requested", "case.transferred",
    "case.assigned", "case.fee_stated", "case.fee_taken", "case.opinion_asked",
    "case.opinion_given", "case.proposed", "case.approved", "case.returned_to_handler",
    "case.signed", "case.refusal_signed", "case.released", "case.delivered", "case.apologised",
    "case.extended", "case.stopped", "case.message", "case.document_digitised",
    "case.original_returned",
)  # fmt: skip
"""What officers do to a case: the one event of each act that says so."""
