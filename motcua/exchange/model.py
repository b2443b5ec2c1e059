"""A register as a pack writes it down, and what comes of asking it."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta, Struct, field

from motcua.base.ids import PersonId
from motcua.base.text import Source, Text

Name = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
TheirName = Annotated[str, Meta(min_length=1, max_length=100)]
Seconds = Annotated[float, Meta(gt=0, le=60)]


class _Strict(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class Sent(_Strict, frozen=True, kw_only=True):
    """How one argument of ours is written in their request."""

    to: TheirName
    type: Literal["text", "date"] = "text"
    format: str = "%Y-%m-%d"
    """Of a date, as strftime spells it."""
    required: bool = True


class Told(_Strict, frozen=True, kw_only=True):
    """How one value of theirs is read. Dates become ISO text, so that they compare and travel."""

    from_: TheirName = field(name="from")
    type: Literal["text", "date", "month", "integer", "yes_no", "choice", "group", "list"] = "text"
    format: str = "%Y-%m-%d"
    values: dict[str, str | int | bool] = {}
    """Of a choice: their word to ours. A word that is not here is a fault, not a guess."""
    fields: dict[Name, "Told"] = {}
    """Of a group, or of each row of a list."""
    optional: bool = False
    """May be missing or null; then ours is null. A missing list is empty."""


class Envelope(_Strict, frozen=True, kw_only=True):
    """The outer fields of a JSON answer, and the words in which a register says how it went.

    `nothing` is an answer. Whatever stands in none of the lists is a failure.
    """

    request_id: TheirName
    """Sent with the question and expected back, so that a late answer to another is noticed."""
    status: TheirName
    found: Annotated[tuple[str, ...], Meta(min_length=1)]
    nothing: tuple[str, ...] = ()
    not_permitted: tuple[str, ...] = ()
    mismatch: tuple[str, ...] = ()
    """The number is known, but not with this name or date of birth."""
    time: TheirName | None = None
    """When they answered (RFC 3339); a clock far from ours makes the answer unusable."""
    records: TheirName


Part = Literal["person", "family", "representatives"]
"""What the platform itself asks, whatever a country calls its registers."""
PARTS: dict[Part, tuple[tuple[str, str | None], ...]] = {
    "person": (("name", None), ("birth_date", None)),
    "family": (
        ("relations", None), ("relations", "relation"), ("relations", "number"),
        ("relations", "name"), ("relations", "birth_date"),
    ),
    "representatives": (("representatives", None), ("representatives", "number")),
}  # fmt: skip
"""What it reads in each answer: a value, or a value of each row. All are asked by `number`."""


class Operation(_Strict, frozen=True, kw_only=True):
    label: Text
    part: Part | None = None
    """Asked by the platform itself; in each pack one operation plays each part."""
    path: Annotated[str, Meta(pattern=r"^/[A-Za-z0-9/_.-]*$")]
    request: dict[Name, Sent]
    response: dict[Name, Told]
    echo: Annotated[dict[TheirName, Name], Meta(min_length=1)]
    """Their field that must repeat our argument, in the envelope and in every record: an answer
    about another person is a fault."""
    repeatable: bool = True
    """Asking twice does no harm, so a failed try may be tried again."""
    fresh_hours: Annotated[int, Meta(ge=1, le=8760)]
    """How long the answer may be relied upon."""
    purpose: Text
    legal_basis: Source


class Register(_Strict, frozen=True, kw_only=True):
    """`registers/<name>.yaml` of a pack."""

    name: Text
    wire: Literal["json"]
    url: Annotated[str, Meta(pattern=r"^https?://[^?#]+[^/?#]$")] | None = None
    """The environment's MOTCUA_REGISTER_<NAME>_URL goes before it."""
    demo: Name | None = None
    """The part of the demo that answers in its place."""
    credential: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{0,40}$")]
    """The file `<credential>.key` in the folder of keys: the secret shared with the register."""
    try_seconds: Seconds = 1.5
    budget_seconds: Seconds = 4.0
    """All tries and pauses together; a person may be waiting."""
    tries: Annotated[int, Meta(ge=1, le=5)] = 3
    breaker_failures: Annotated[int, Meta(ge=1, le=100)] = 5
    breaker_seconds: Annotated[float, Meta(gt=0, le=3600)] = 5.0
    connections: Annotated[int, Meta(ge=1, le=100)] = 10
    answer_bytes_max: Annotated[int, Meta(ge=1000, le=10_000_000)] = 262_144
    ping: Annotated[str, Meta(pattern=r"^/[A-Za-z0-9/_.-]*$")]
    """A question about nobody, which asks only whether the register is well."""
    envelope: Envelope
    operations: Annotated[dict[Name, Operation], Meta(min_length=1)]


class Answer(Struct, frozen=True, kw_only=True):
    """What a register said. There is no answer for 'could not ask': that is raised."""

    state: Literal["found", "nothing"]
    values: dict[str, Any]
    asked_at: datetime
    fresh_until: datetime
    register: str
    operation: str
    look_id: UUID


class Look(Struct, frozen=True):
    """One look at a person's record, as that person reads it."""

    id: UUID
    at: datetime
    asker_id: PersonId
    register: str
    operation: str
    purpose_vi: str
    purpose_en: str
    legal_basis: str
    case_code: str | None
    agency_code: str | None
    """For which agency it was asked; None: for whoever asked."""
    outcome: str | None
    """`found`, `nothing`, a reason of `REASONS`, or None while it is still being asked."""

    @property
    def purpose(self) -> Text:
        return Text(self.purpose_vi, self.purpose_en)


class CovertOrder(Struct, frozen=True):
    """Looks of one agency at one person, hidden by law until a day. Of whom, it does not say."""

    id: UUID
    agency_code: str
    reason: str
    legal_basis: str
    from_at: datetime
    until: datetime
    ordered_by: PersonId
    lifted_at: datetime | None
    """When it ended sooner."""


class LookPage(Struct, frozen=True):
    items: list[Look]
    next: UUID | None
    """Give it as `before` to read on; None: that was all."""


class RegisterStatus(Struct, frozen=True, kw_only=True):
    name: str
    label: Text
    wire: str
    state: Literal["up", "degraded", "down"]
    reason: str | None
    """Why it is not up."""
    operations: list[str]
    calls: int
    failures: int
    """Of the last minutes (`RECENT_MINUTES`)."""


class Reply(Struct, frozen=True, kw_only=True):
    """What the wire brought home, and after how many tries."""

    state: Literal["found", "nothing"]
    values: dict[str, Any]
    tries: int


class Calls(Struct, frozen=True):
    """A row: how often a register was asked."""

    register: str
    calls: int
    failures: int


FAULTS = (
    "ok", "down", "slow", "limit", "cut", "schema", "certificate", "other-person", "duplicate",
    "skew",
)  # fmt: skip
"""What a simulator can be told to do."""

REASONS = (
    "register.down",
    "register.slow",
    "register.busy",
    "register.cut_off",
    "register.resting",
    "register.credential",
    "register.bad_answer",
    "register.other_person",
    "register.other_request",
    "register.clock",
    "register.not_permitted",
    "register.mismatch",
    "register.failed",
    "register.not_configured",
)
"""Why a register gave no answer that can be used."""
