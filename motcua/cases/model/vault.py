"""What people have here already: kinds of components, and what lies in somebody's vault."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct, field

from motcua.base.ids import DocumentId
from motcua.base.text import Source, Text
from motcua.cases.model.procedure import Cel, Name

Reused = Literal[2, 3]
"""As `HandIn.digitised` tells it: from a paper of another case, or from a result."""


class _Strict(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class AskedBy(_Strict, frozen=True, kw_only=True):
    """A document that a procedure asks for."""

    procedure: Annotated[str, Meta(pattern=r"^[0-9]\.[0-9]{6}$")]
    document: Name
    even_expired: bool = False
    """It serves there also when its time is over: the earlier certificate that is given back."""


class AnsweredBy(_Strict, frozen=True, kw_only=True):
    """A register that answers in the place of a paper, about whoever asks for themselves."""

    register: Name
    operation: Name
    with_: dict[Name, Cel] = field(name="with")
    """Its arguments, over `subject`."""
    rows: Name | None = None
    """A list of its answer; None: the answer itself."""
    columns: Annotated[dict[Name, Text], Meta(min_length=1)]
    """What of it goes into the extract, by name."""


class Component(_Strict, frozen=True, kw_only=True):
    """A kind of paper that serves again: the results that are it, and where it is asked for."""

    code: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{0,40}$")]
    name: Text
    results: tuple[str, ...] = ()
    """Codes of results of the national list."""
    documents: tuple[AskedBy, ...] = ()
    """What was handed in for one of these serves for the others, once an office has accepted it."""
    register: AnsweredBy | None = None
    """Then it is no file: an extract is made when somebody takes it."""
    valid_for: Annotated[str, Meta(pattern=r"^[1-9][0-9]{0,2}(d|m|y)$")] | None = None
    """From the day of issue; None: no rule known ends it. A paper's own word goes first."""
    source: Source


class ComponentFile(_Strict, frozen=True, kw_only=True):
    """`components.yaml` of a pack."""

    components: Annotated[tuple[Component, ...], Meta(max_length=500)]


class Held(Struct, frozen=True):
    """A file in somebody's vault: a result (`reference`), or a paper of an accepted case."""

    file: DocumentId
    file_name: str
    media_type: str
    size: int
    reference: str | None
    result_code: str | None
    procedure_code: str | None
    requirement: str | None
    name_vi: str | None
    name_en: str | None
    number: str | None
    issuer_vi: str | None
    issuer_en: str | None
    signer: str | None
    holder: str | None
    summary: str | None
    issued_on: date | None
    stated_until: date | None
    digitised_by: str | None
    status: str
    """valid, replaced, revoked; of a paper also withdrawn."""
    because: str | None
    kept_at: datetime
    uses: int
    """How many later requests it has served."""


class Digitised(Struct, frozen=True):
    """What an officer has written down of a paper's file."""

    number: str
    issuer: str
    signer: str
    holder: str
    summary: str
    issued_on: date | None
    valid_until: date | None
    digitised_by_name: str
    digitised_at: datetime
    withdrawn_at: datetime | None
    withdrawn_because: str | None


class Reuse(Struct, frozen=True):
    """A document of a case that its person had here before."""

    file_id: UUID
    requirement: str
    is_result: bool
    result_code: str | None
    procedure_code: str | None
    earlier_requirement: str | None
