"""The counter: what an officer sends in for somebody else, and the numbers of the waiting room."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta, Struct

Line = Literal["file", "collect", "ask"]
LINES: tuple[Line, ...] = ("file", "collect", "ask")
"""What people come for: to hand something in, to fetch a result, to ask."""

NUMBER_LENGTH_MAX, SAID_LENGTH_MAX = 50, 300
Said = Annotated[str, Meta(min_length=1, max_length=SAID_LENGTH_MAX)]


class ApplicantGiven(Struct, frozen=True, forbid_unknown_fields=True):
    """Who asks, as the officer sends it. The register goes before what was typed; name, birth date
    and papers count only where it knows nobody, or does not answer."""

    number: Annotated[str, Meta(min_length=1, max_length=NUMBER_LENGTH_MAX)]
    """The personal number, or that of the papers shown; of an organisation its tax code."""
    kind: Literal["person", "organisation"] = "person"
    name: Said | None = None
    birth_date: date | None = None
    papers: Said | None = None
    """What the officer was shown: a passport, and whose."""


class RepresentativeGiven(Struct, frozen=True, forbid_unknown_fields=True):
    """Who stands at the counter for the applicant. For an organisation somebody always does: whom
    the business register names, or who shows an authorisation."""

    number: Annotated[str, Meta(min_length=1, max_length=NUMBER_LENGTH_MAX)] | None = None
    name: Said | None = None
    document: Annotated[str, Meta(max_length=60)] | None = None
    """The requirement under which their authorisation is handed in."""
    papers: Said | None = None
    """The authorisation that was shown: which, of whom, of what day."""


class WhereFrom(Struct, frozen=True):
    """A file that the city has already, from another case of the same person."""

    file: UUID
    is_result: bool


class CounterKept(Struct, frozen=True):
    """A request that is being written down at a counter, as it is kept."""

    id: UUID
    procedure_code: str
    held: dict[str, Any]
    documents: list[dict[str, str]]
    kept_at: datetime


class CounterRow(Struct, frozen=True):
    """An open case that came over the counter, as its list shows it."""

    code: str
    procedure_code: str
    procedure_version: str
    agency_code: str
    applicant_name: str
    status: int
    handing: str
    delivery: str
    filed_at: datetime
    due_at: datetime | None


class Ticket(Struct, frozen=True):
    """A number that was called."""

    number: int
    line: Line
    place: str
    called_at: datetime


class Waiting(Struct, frozen=True):
    """How it stands in a waiting room today. `seconds`: half of the people took no longer; None
    while nobody has been served. `places`: windows that called somebody lately."""

    waiting: int
    served: int
    seconds: int | None
    places: int
