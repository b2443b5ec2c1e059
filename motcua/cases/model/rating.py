"""How people found it that their case was handled, and complaints about it."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from msgspec import Meta, Struct

from motcua.base.ids import CaseId, PersonId
from motcua.base.text import Source, Text

Id = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
Score = Annotated[int, Meta(ge=1, le=10)]


class _Strict(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class Level(_Strict, frozen=True, kw_only=True):
    """One of the answers offered; a higher score is a better one."""

    score: Score
    name: Text


class Why(_Strict, frozen=True, kw_only=True):
    """A reason offered with some of the levels."""

    id: Id
    name: Text
    scores: Annotated[tuple[Score, ...], Meta(min_length=1)]


class RatingsFile(_Strict, frozen=True, kw_only=True):
    """`ratings.yaml` of a pack. Without it nobody is asked."""

    days: Annotated[int, Meta(ge=1, le=366)]
    """How long after its case has ended a rating may be given, and put right."""
    levels: Annotated[tuple[Level, ...], Meta(min_length=2, max_length=10)]
    reasons: Annotated[tuple[Why, ...], Meta(max_length=40)] = ()
    source: Source
    verified: bool = True


class Rating(Struct, frozen=True):
    score: int
    reasons: list[str]
    rated_at: datetime
    corrected_at: datetime | None


class Complaint(Struct, frozen=True):
    """A row of `cases.complaints`. It holds what control needs to know of the case, which it
    cannot find."""

    id: UUID
    case_id: CaseId
    case_code: str
    procedure_code: str
    agency_code: str
    person_id: PersonId
    person_name: str
    complained_at: datetime
    answered_at: datetime | None
    upheld: bool | None
    """None: not answered yet."""


class ComplaintWords(Struct, frozen=True):
    id: UUID
    at: datetime
    by_name: str
    is_control: bool
    words: dict[str, Any]
    """Sealed, until the action opens it."""
