"""What may be asked for, under which rules: a procedure as a pack writes it down."""

from datetime import date
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

from motcua.base.text import Source, Text

Cel = Annotated[str, Meta(max_length=1000, description="A CEL expression.")]
LimitText = Annotated[
    str,
    Meta(
        pattern=r"^([1-9][0-9]{0,3}(wd|wh|d|h|m)|(0|[1-9][0-9]{0,3})\.5wd|1sd)$",
        description="3wd, 0.5wd, 8wh, 1sd (the same working day), 10d, 24h or 2m.",
    ),
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
    """One line of the sum. `amount` is CEL giving whole units of the pack's currency. Both rules
    also see `channel`: how the case comes in (`online`, `counter`, `post`)."""

    rule: Name
    when: Cel = "true"
    amount: Cel
    reason: Text
    source: Source


class PublishedFee(_Strict, frozen=True, kw_only=True):
    """How the fee reads on the procedure's page, before anyone has answered anything."""

    kind: Literal["free", "amount", "by_law", "unknown"]
    amount: int | None = None
    currency: Annotated[str, Meta(pattern=r"^[A-Z]{3}$")] | None = None
    """Of another money than the pack's, and then in whole units of it; None: its own."""
    case: Text | None = None
    note: str | None = None
    """The source's own words, where they say more than could be read."""
    source: Source


class PublishedLimit(_Strict, frozen=True, kw_only=True):
    limit: LimitText | None = None
    """None: the source gives no number, or a number without a unit (`value`)."""
    value: int | None = None
    case: Text | None = None
    quote: str | None = None
    """The words elsewhere in the same source that gave the unit."""
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
    when: Cel = "true"
    """Of which cases it is asked, over `answers`, `subject`; the others do without its answer."""


class Agencies(_Strict, frozen=True, kw_only=True):
    """Who may receive it: these agencies, or every agency of a kind."""

    codes: tuple[str, ...] = ()
    kind: Literal["department", "commune", "vertical"] | None = None


class Step(_Strict, frozen=True, kw_only=True):
    """Where a case stands, who has it in hand, and where each act leads.

    `on` maps an action to the next step; `end` is the end. Acts that every case knows
    (supplement, withdraw, message) are the engine's and are not written here.
    """

    name: Text
    role: Role
    status: Literal[1, 2, 4, 9]
    """The national state that the case shows here: new, received, in hand, decided."""
    limit: LimitText | None = None
    """Office hours that this step may take, of all that were promised."""
    at: Agencies | None = None
    """Another agency has it in hand here (a city's department for a commune's counter); the case
    returns to the one that received it with the first step that says nothing."""
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


class OpinionNeed(_Strict, frozen=True, kw_only=True):
    """Another agency that is asked, side by side with others, when the case is accepted."""

    id: Name
    question: Text
    agencies: Agencies
    limit: LimitText
    when: Cel = "true"


class Joined(_Strict, frozen=True, kw_only=True):
    """Another procedure that this one sets going in the same person's name: one request, several
    agencies, several results. `answers` fills its form in CEL over `answers`, `subject`.

    The lead waits for it: before it is decided when it opens on `accepted`, before its result is
    handed over when it opens on `signed`.
    """

    procedure: Annotated[str, Meta(pattern=r"^[0-9]\.[0-9]{6}$")]
    when: Cel = "true"
    opens_on: Literal["accepted", "signed"] = "accepted"
    answers: dict[Name, Cel]


class Holder(_Strict, frozen=True, kw_only=True):
    """Whom a paper speaks of, in CEL over what its `data` sees."""

    number: Cel
    name: Cel
    birth_date: Cel


class ResultKind(_Strict, frozen=True, kw_only=True):
    """What the case ends in. `when` picks one of its outcome; `data` tells the template, name by
    name, in CEL over `answers`, `subject`, `findings`, `today` and `decision` (its words)."""

    code: Annotated[str, Meta(pattern=r"^KQ\.[A-Z0-9]+\.[0-9]{4,7}$")]
    name: Text
    outcome: Literal["granted", "refused"] = "granted"
    """`refused`: the paper that says no, with its reason."""
    when: Cel = "true"
    template: str
    """A file of `results/` in the pack."""
    holder: Holder | None = None
    """Whose paper it is, where that is not whom the case is about: of a birth certificate the
    child. None: the case's subject."""
    number: str
    """How the paper is numbered: `{sequence}/LLTP`; {sequence} and {year} are filled in."""
    data: dict[Name, Cel]


class Delegation(_Strict, frozen=True, kw_only=True):
    """For whom a person may ask. `family` relations come from the population register."""

    family: tuple[Literal["parent", "child", "spouse", "ward"], ...] = ()
    family_if: Cel = "true"
    others_document: Name | None = None
    """The document (a notarised authorisation) by which anyone else may ask; None: nobody."""
    others_if: Cel = "true"
    others_stated: bool = False
    """Number, notary, day and limits of that document have to be stated, and are held to."""
    guardian_document: Name | None = None
    """The document by which somebody is a guardian whom the register does not know as one; then
    `family` says whether a ward may be asked for."""
    refusal: Text
    source: Source


class Sign(_Strict, frozen=True, kw_only=True):
    level: Literal[0, 1, 2] = 2
    """The lowest e-ID level of a person. Organisation accounts have none."""
    authentication: Literal[0, 1, 2, 3, 4] = 0
    """How they must have signed in: one factor, two, one of them the body, three; 0: any way."""
    organisations: bool = True


class LimitIf(_Strict, frozen=True, kw_only=True):
    """A kind of case that is promised another time. `when` is CEL over `answers`, `subject`."""

    when: Cel
    limit: LimitText


Sensitivity = Literal["none", "basic", "sensitive"]
Right = Literal["know", "view", "copy", "correct", "delete", "restrict", "object", "withdraw"]


class FieldUse(_Strict, frozen=True, kw_only=True):
    """What a field asks of a person. What is not said here is as the whole form says."""

    purpose: Text | None = None
    basis: Source | None = None
    retention: Name | None = None
    sensitivity: Sensitivity | None = None


class PersonalData(_Strict, frozen=True, kw_only=True):
    """What the whole form says of its fields; else: to answer the request, by the procedure's legal
    basis, as long as the papers of a request are kept, basic data."""

    purpose: Text | None = None
    basis: Source | None = None
    retention: Name = "requests"
    """A class of `retention` in privacy.yaml."""
    sensitivity: Sensitivity = "basic"
    fields: dict[Name, FieldUse] = {}


class Reappointment(_Strict, frozen=True, kw_only=True):
    """How often a promise may be given anew, and how many days before it that is told."""

    times: Annotated[int, Meta(ge=0)]
    notice_days: Annotated[int, Meta(ge=0)]
    at_most: LimitText | None = None
    """By how much; None: no source says."""
    source: Source


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
    fee_assessed: bool | Cel = False
    """Nobody knows the sum beforehand: an officer states it, by the law that `fee_source` names. A
    rule says of which cases, over what fee lines see."""
    intake_limit: LimitText
    intake_limit_by: dict[Literal["counter", "post"], LimitText] = {}
    """Where papers are looked at in another time than what comes on line."""
    limit: LimitText | None
    """None: no source states it; the officer who accepts a case does."""
    limit_if: tuple[LimitIf, ...] = ()
    """The first that holds goes before `limit`: `rules.promise.limit_of`."""
    extension: Reappointment | None = None
    """Where a law of its own lets the answer be put off, with a reason: it goes before what the
    regime says of apologies, and nobody apologises."""
    cutoff: bool = False
    """The cut-off hour of the calendar: what comes later starts the next working day."""
    findings: tuple[Finding, ...] = ()
    opinions: tuple[OpinionNeed, ...] = ()
    joined: tuple[Joined, ...] = ()
    green_if: Cel = "false"
    """Whose case goes first: the green lane. Over `answers`, `subject`, `person`, `today`."""
    route: Route
    results: tuple[ResultKind, ...]
    personal_data: PersonalData = PersonalData()
    right: Right | None = None
    """The right over one's own data that a case of it exercises; it is carried out when signed."""
    origin: Literal["pack", "catalogue"] = "pack"
    """Modelled by hand, or read from the national catalogue with a general form and route."""
    verified: bool = True
    """False: parts of this file rest on sources that nobody could check; the page says so."""
