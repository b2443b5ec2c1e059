"""What may be asked for, under which rules: a procedure as a pack writes it down."""

from datetime import date
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

from motcua.base.text import Source, Text

Cel = Annotated[str, Meta(max_length=1000, description="A CEL expression.")]
LimitText = Annotated[
    str, Meta(pattern=r"^[1-9][0-9]{0,3}(wd|wh|d|m)$", description="3wd, 8wh, 10d or 2m.")
]
Name = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
Role = Literal["reception", "handler", "leader"]


class _Strict(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class Option(_Strict, frozen=True, kw_only=True):
    value: str | int
    label: Text


class KnownRows(_Strict, frozen=True, kw_only=True):
    """Rows that a register knows of the person: filled in beforehand, with their source beside
    them, for the person to complete and correct."""

    register: Name
    operation: Name
    with_: dict[Name, Cel] = field(name="with")
    """As of a finding."""
    rows: Name
    """The list in the register's answer."""
    fields: Annotated[dict[Name, Name], Meta(min_length=1)]
    """Columns here, each with its name in the register's rows."""


class Field(_Strict, frozen=True, kw_only=True):
    """One question. `when` maps other fields to the values under which this one is asked."""

    label: Text
    kind: Literal[
        "choice", "yes_no", "text", "long_text", "number", "date", "month", "list", "oath"
    ]
    hint: Text | None = None
    options: tuple[Option, ...] = ()
    required: bool = True
    nullable: bool = False
    when: dict[str, list[str | int | bool]] = {}
    min: int | None = None
    max: int | None = None
    """Length of a text, value of a number, count of a list's rows."""
    pattern: str | None = None
    fields: dict[Name, "Field"] = {}
    """The columns of a list."""
    known_from: KnownRows | None = None
    """Of a list."""


class Known(_Strict, frozen=True, kw_only=True):
    """A value shown but not asked: the person sees it beside its source."""

    label: Text
    from_: str = field(name="from")


class FormPage(_Strict, frozen=True, kw_only=True):
    id: Name
    title: Text
    hint: Text | None = None
    known: tuple[Known, ...] = ()
    fields: tuple[Name, ...] = ()
    documents: bool = False
    """This page asks for the documents that the answers so far call for."""


class Form(_Strict, frozen=True, kw_only=True):
    fields: dict[Name, Field]
    pages: Annotated[tuple[FormPage, ...], Meta(min_length=1, max_length=20)]
    example: dict[str, Any]
    """Answers that the procedure accepts; published at the API and used by tests."""


class DocumentNeed(_Strict, frozen=True, kw_only=True):
    """A document the applicant hands in. `required_if` sees `answers`, `person`, `subject`."""

    code: Name
    name: Text
    original: int = 0
    copies: int = 1
    required_if: Cel = "false"
    hint: Text | None = None


class Condition(_Strict, frozen=True, kw_only=True):
    """What must hold for a case to be filed; the reader is told `otherwise` and where (`field`)."""

    rule: Cel
    otherwise: Text
    field: Name | None = None
    source: Source


class FeeLine(_Strict, frozen=True, kw_only=True):
    """One line of the sum. `amount` is CEL giving whole units of the pack's currency."""

    rule: Name
    when: Cel = "true"
    amount: Cel
    reason: Text
    source: Source


class PublishedFee(_Strict, frozen=True, kw_only=True):
    """How the fee reads on the procedure's page, before anyone has answered anything."""

    kind: Literal["free", "amount", "by_law", "unknown"]
    amount: int | None = None
    case: Text | None = None
    source: Source


class PublishedLimit(_Strict, frozen=True, kw_only=True):
    limit: LimitText
    case: Text | None = None
    source: Source


class Channel(_Strict, frozen=True, kw_only=True):
    channel: Literal["online", "counter", "post"]
    limits: tuple[PublishedLimit, ...]
    fees: tuple[PublishedFee, ...]


class Finding(_Strict, frozen=True, kw_only=True):
    """A register that must answer before the case can go on.

    `with_` gives the operation its arguments as CEL over `subject`, `answers`. `before` is the
    action that waits for it: there is no path around a missing answer.
    """

    id: Name
    label: Text
    register: Name
    operation: Name
    with_: dict[str, Cel] = field(name="with")
    ask_on: Literal["filed", "accepted"] = "accepted"
    before: Literal["accept", "propose"] = "propose"
    must_find: bool = False
    """The register has to know them: `nothing` holds the case back like no answer."""


class Step(_Strict, frozen=True, kw_only=True):
    """Where a case stands, who has it in hand, and where each act leads.

    `on` maps an action to the next step; `end` is the end. Acts that every case knows
    (supplement, withdraw, message) are the engine's and are not written here.
    """

    name: Text
    role: Role
    status: Annotated[int, Meta(ge=1, le=10)]
    limit: LimitText | None = None
    on: dict[
        Literal[
            "accept",
            "refuse",
            "propose",
            "approve",
            "return_to_handler",
            "sign",
            "release",
            "deliver",
        ],
        str,
    ]


class Route(_Strict, frozen=True, kw_only=True):
    start: Name
    steps: dict[Name, Step]


class ResultKind(_Strict, frozen=True, kw_only=True):
    """What the case ends in. `when` picks one; `data` tells the template, in CEL, name by name."""

    code: Annotated[str, Meta(pattern=r"^KQ\.[A-Z0-9]+\.[0-9]{6}$")]
    name: Text
    when: Cel = "true"
    template: str
    """A file of `results/` in the pack."""
    number: str
    """How the paper is numbered: `{sequence}/LLTP`; {sequence} and {year} are filled in."""
    data: dict[Name, Cel]


class Agencies(_Strict, frozen=True, kw_only=True):
    """Who may receive it: these agencies, or every agency of a kind."""

    codes: tuple[str, ...] = ()
    kind: Literal["department", "commune", "vertical"] | None = None


class Delegation(_Strict, frozen=True, kw_only=True):
    """For whom a person may ask. `family` relations come from the population register."""

    family: tuple[Literal["parent", "child", "spouse", "ward"], ...] = ()
    family_if: Cel = "true"
    others_document: Name | None = None
    """The document (a notarised authorisation) by which anyone else may ask; None: nobody."""
    others_if: Cel = "true"
    refusal: Text
    source: Source


class Sign(_Strict, frozen=True, kw_only=True):
    level: Literal[0, 1, 2] = 2
    """The lowest e-ID level of a person. Organisation accounts have none."""
    organisations: bool = True


class Procedure(_Strict, frozen=True, kw_only=True):
    code: Annotated[str, Meta(pattern=r"^[0-9]\.[0-9]{6}$")]
    valid_from: date
    name: Text
    short_name: Text
    summary: Text
    keywords: tuple[str, ...] = ()
    level: Literal["ministry", "city", "commune"]
    field: Text
    applicants: tuple[Text, ...]
    agencies: Agencies
    channels: tuple[Channel, ...]
    steps: tuple[Text, ...]
    """What the person does, in order, as the page tells it."""
    legal_basis: tuple[Source, ...]
    sign_in: Sign
    delegation: Delegation | None = None
    conditions: tuple[Condition, ...] = ()
    documents: tuple[DocumentNeed, ...] = ()
    form: Form
    fee: tuple[FeeLine, ...]
    fee_source: Source
    intake_limit: LimitText
    limit: LimitText
    cutoff: bool = False
    """The cut-off hour of the calendar: what comes later starts the next working day."""
    findings: tuple[Finding, ...] = ()
    route: Route
    results: tuple[ResultKind, ...]
    verified: bool = True
    """False: parts of this file rest on sources that nobody could check; the page says so."""
