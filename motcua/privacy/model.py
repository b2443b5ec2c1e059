"""What the city holds about people, as a pack says it; what was taken away; what was exported."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta, Struct

from motcua.base.pack import Kind
from motcua.base.text import Source, Text

Period = Annotated[
    str,
    Meta(pattern=r"^[1-9][0-9]{0,4}(h|d|y)$", description="24h, 90d or 10y."),
]
Category = Literal[
    "account", "contact", "sign_in", "drafts", "requests", "registers", "files", "results",
    "payments", "messages", "looks", "history", "rights",
]  # fmt: skip
"""What kinds of data there are; `rules.COLUMNS` says in which columns each lies."""
Kept = Literal[
    "answers", "challenges", "deliveries", "drafts", "exports", "files", "forms", "looks",
    "messages", "requests", "sessions",
]  # fmt: skip
"""What is kept only for a while."""


class _Strict(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class Holding(_Strict, frozen=True, kw_only=True):
    """One kind of data: which, what for, by what law, how long, how delicate."""

    id: Category
    name: Text
    what: Text
    purpose: Text
    basis: Annotated[tuple[Source, ...], Meta(min_length=1)]
    retention: Text
    sensitivity: Literal["basic", "sensitive"]


class MustKeep(_Strict, frozen=True, kw_only=True):
    """Why the papers of a request stay although their person wants them gone."""

    words: Text
    source: Source


class PrivacyPack(_Strict, frozen=True, kw_only=True):
    """`privacy.yaml`: what is held about people and for how long. A city's own goes before the
    country's, key by key."""

    GROWS = ()

    agency: Annotated[str, Meta(pattern=r"^[A-Z0-9.]{1,35}$")] = ""
    """Who looks after people's rights over their data, and signs what is handed out."""
    purpose: Text
    """Of the fields of a form, where its procedure says nothing else."""
    holdings: Annotated[tuple[Holding, ...], Meta(min_length=1)]
    classes: dict[str, Text]
    """How long what a form asked is kept: the classes that procedures name."""
    retention: dict[Kept, Period]
    must_keep: MustKeep
    exports_max: Annotated[int, Meta(ge=1, le=100)] = 3
    """By one person, within the time for which one is kept."""
    downloads_max: Annotated[int, Meta(ge=1, le=100)] = 5


KIND = Kind(name="privacy", place="privacy.yaml", type=PrivacyPack)


class FieldHeld(Struct, frozen=True):
    """A field of a form as its person reads about it."""

    label: Text
    purpose: Text
    basis: tuple[str, ...]
    retention: Text
    sensitivity: str


class Row(Struct, frozen=True):
    """A row about somebody, wherever it lies."""

    place: str
    data: dict[str, Any]


class StoredFile(Struct, frozen=True):
    id: UUID
    name: str
    media_type: str
    size: int
    sha256: bytes
    kind: str
    """`uploads`, `results`, or `papers` (the forms of cases): the folder it goes to."""


class Export(Struct, frozen=True):
    """Everything about somebody, asked for, being made, or ready to be fetched."""

    id: UUID
    asked_at: datetime
    state: str
    percent: int
    size: int | None
    sha256: bytes | None
    until: datetime
    downloads: int


class Erasure(Struct, frozen=True):
    """What came of a request to be forgotten."""

    is_whole: bool
    kept: int
    """How many requests stay because a law obliges the city to keep them."""


class Owed(Struct, frozen=True):
    """What of somebody the city must keep, as the archive has it."""

    open: int
    kept: int


class Restriction(Struct, frozen=True):
    since: datetime
    agency_code: str


class Told(Struct, frozen=True):
    """A past day, for the retention of looks and requests."""

    before: date
