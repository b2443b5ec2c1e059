"""The forms of a case as they are kept, and a line of the book of cases."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

Outcome = Literal["early", "on_time", "late"]


class Paper(Struct, frozen=True):
    """A form that was made, or is being made while `sha256` is None."""

    id: UUID
    cause: UUID
    """The event that it tells of."""
    cause_sequence: int
    kind: str
    form: str
    agency_code: str
    number: str
    issued_on: date
    sha256: bytes | None
    size: int | None


class Handover(Struct, frozen=True):
    """A case went from one hand to another."""

    source: str
    target: str
    at: datetime
    outcome: Outcome | None
    """How the step that ended stood to its own time; None: it had none."""
    note: str


class BookLine(Struct, frozen=True):
    """One case in the book of the agency that took it in."""

    code: str
    procedure_code: str
    procedure_version: str
    applicant_name: str
    agency_code: str
    """Who has to answer it now."""
    status: int
    delivery: str
    filed_at: datetime
    due_at: datetime | None
    closed_at: datetime | None


class BookAsked(Struct, frozen=True, kw_only=True):
    """Which part of the book: an agency's, of these days, counted; of a procedure, with a state."""

    agency: str
    from_day: date
    to_day: date
    procedure: str = ""
    state: Literal["", "open", "closed", "late"] = ""
