"""The rules of procedure in force from a day on: forms, supplement, cut-off, re-appointment."""

import datetime as dt
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from motcua.base.text import Source, Text
from motcua.cases.model.calendar import Clock
from motcua.cases.model.procedure import LimitText, Reappointment

SupplementPolicy = Literal["restart", "pause"]


class _Strict(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


FormKind = Literal["receipt", "supplement", "refusal", "apology", "stop", "control", "register"]
FormEvent = Literal[
    "case.supplement_requested", "case.refused", "case.apologised", "case.stopped"
]  # fmt: skip


class Form(_Strict, frozen=True, kw_only=True):
    """A paper that every procedure shares. Without a template it is only named."""

    number: Annotated[str, Meta(pattern=r"^[0-9A-Z]{1,6}$")]
    kind: FormKind
    name: Text
    template: str | None = None
    """A file of `papers/` in the pack."""
    size: Literal["a4", "a5"] = "a5"
    made_on: FormEvent | None = None
    """The event after which it is made; None: when somebody asks for it."""
    signed: bool = True
    """With the key of the agency that issues it."""
    numbered: str = "{sequence}"
    """How its number reads; {sequence} runs without gaps in each agency and year."""
    source: Source | None = None
    """Where its lines are from, if not from the text that `Forms` names."""


class Forms(_Strict, frozen=True, kw_only=True):
    list: Annotated[tuple[Form, ...], Meta(min_length=1, max_length=40)]
    source: Source


class IntakeSupplement(_Strict, frozen=True, kw_only=True):
    """How often the counter may ask for what is missing before it accepts."""

    times: Annotated[int, Meta(ge=0)]
    source: Source


class Return(_Strict, frozen=True, kw_only=True):
    """How long after acceptance a case that proves incomplete may still be sent back."""

    within: LimitText
    source: Source


class Supplement(_Strict, frozen=True, kw_only=True):
    """What the clock does once everything is there: from zero again, or on from where it stood."""

    clock: SupplementPolicy
    source: Source


class CutOff(_Strict, frozen=True, kw_only=True):
    """What the counter receives at or after this hour goes to who decides at the next opening;
    what came before goes the same working day."""

    at: Clock
    source: Source


class Counting(_Strict, frozen=True, kw_only=True):
    """How days and hours are counted, as people read it."""

    text: Text
    source: Source


class Regime(_Strict, frozen=True, kw_only=True):
    """A case keeps the regime of the day it was filed. What the sources do not say is left out."""

    id: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,40}$")]
    valid_from: dt.date
    valid_to: dt.date | None = None
    """The last day, counted; None: still in force."""
    name: Text
    source: Source
    forms: Forms | None = None
    intake_supplement: IntakeSupplement | None = None
    return_: Return | None = field(default=None, name="return")
    supplement: Supplement | None = None
    cut_off: CutOff | None = None
    reappointment: Reappointment | None = None
    counting: Counting | None = None


class PackRegimes(_Strict, frozen=True, kw_only=True):
    regimes: Annotated[tuple[Regime, ...], Meta(min_length=1)]
