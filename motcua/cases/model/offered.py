"""A procedure, and how far a case is, as anybody reads them at the API."""

from datetime import datetime
from typing import Any, Literal

from msgspec import Struct


class LimitTold(Struct, frozen=True, kw_only=True):
    value: float | None
    unit: str | None
    """`wd` working days, `wh` office hours, `sd` the same working day, `d` days, `h` hours,
    `m` months; null: the source names none."""
    case: str | None
    """Of which cases; null: of all."""
    source: str
    quote: str | None


class FeeTold(Struct, frozen=True, kw_only=True):
    kind: Literal["free", "amount", "by_law", "unknown"]
    amount: int | None
    """In the smallest unit of `currency`."""
    currency: str
    case: str | None
    note: str | None


class ChannelTold(Struct, frozen=True, kw_only=True):
    channel: Literal["online", "counter", "post"]
    limits: list[LimitTold]
    fees: list[FeeTold]


class NeedTold(Struct, frozen=True, kw_only=True):
    """A paper to be handed in. `required_if`: an expression over the answers (CEL)."""

    code: str
    name: str
    original: int
    copies: int
    required_if: str


class ResultTold(Struct, frozen=True, kw_only=True):
    code: str | None
    """Of the national list; null: it gives none."""
    name: str


class FormTold(Struct, frozen=True, kw_only=True, rename={"rules": "schema"}):
    """`schema`: what the answers must be, as a JSON schema; `example`: such as are accepted."""

    rules: dict[str, Any]
    example: dict[str, Any]


class ElsewhereTold(Struct, frozen=True, kw_only=True):
    """Where it is filed, since it is not here."""

    agencies: list[str]
    address: str | None
    url: str | None


class ProcedureView(Struct, frozen=True, kw_only=True):
    """What is filed elsewhere (`elsewhere`) has neither version nor form here."""

    code: str
    elsewhere: ElsewhereTold | None = None
    version: str | None = None
    name: str
    level: str
    field: str
    verified: bool | None = None
    channels: list[ChannelTold] = []
    documents: list[NeedTold] = []
    results: list[ResultTold] = []
    form: FormTold | None = None


class ProgressView(Struct, frozen=True, kw_only=True):
    """How far a case is: no name, no subject."""

    code: str
    status: int
    status_name: str
    procedure: str | None
    agency: str
    filed_at: datetime
    due_at: datetime | None
    closed: bool
