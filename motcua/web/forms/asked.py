"""What a form asks, what a page shows of it, and whether a question is asked at all."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from msgspec import Struct

from motcua.base.text import Text

ROWS_MAX = 50
RADIOS_MAX = 12  # a longer choice is one box that opens


class Offered(Protocol):
    @property
    def value(self) -> str | int: ...
    @property
    def label(self) -> Text: ...


class Asked(Protocol):
    """A field of a form, as `motcua.cases.model.procedure.Field` writes it down."""

    @property
    def label(self) -> Text: ...
    @property
    def kind(self) -> str: ...
    @property
    def hint(self) -> Text | None: ...
    @property
    def options(self) -> Sequence[Offered]: ...
    @property
    def required(self) -> bool: ...
    @property
    def nullable(self) -> bool: ...
    @property
    def when(self) -> Mapping[str, Sequence[str | int | bool]]: ...
    @property
    def max(self) -> int | None: ...
    @property
    def fields(self) -> Mapping[str, "Asked"]: ...


class Choice(Struct, frozen=True, kw_only=True):
    id: str
    value: str
    label: str | Text
    is_chosen: bool
    reveals: list["Question"] = []
    """What is asked only with this choice."""


class Part(Struct, frozen=True, kw_only=True):
    """One of the boxes of a date."""

    id: str
    name: str
    label: str
    value: str
    width: int


class Question(Struct, frozen=True, kw_only=True):
    """One field as a page shows it, in one language."""

    name: str
    id: str
    kind: str
    label: Text
    hint: Text | None
    is_required: bool
    value: str = ""
    errors: list[str] = []
    choices: list[Choice] = []
    parts: list[Part] = []
    rows: list[list["Question"]] = []
    row_sources: list[Text | None] = []
    """Of each row that the city filled in: where from."""
    width: str = ""
    can_grow: bool = False
    is_long: bool = False
    """A choice too long for a column of buttons."""


class Known(Struct, frozen=True):
    """A value that the city has already, and where it has it from."""

    label: Text | str
    value: Text | str
    source: Text | str


class Answered(Struct, frozen=True):
    """One line of "check your answers"; `change` is the address of the page that asks it."""

    label: Text | str
    lines: list[str]
    change: str = ""


class Problem(Struct, frozen=True):
    """A line of the error summary: what is wrong, and the box to mend."""

    text: str
    anchor: str


class Posted(Struct, frozen=True):
    answers: dict[str, Any]
    is_editing: bool
    """A row was added or taken away: show the page again, and judge nothing yet."""


def is_asked(field: Asked, answers: Mapping[str, Any], beside: Sequence[str] = ()) -> bool:
    """Whether the answers so far call for it; what stands beside it on the page is still open."""
    return all(
        other in beside or any(same(answers.get(other), value) for value in values)
        for other, values in field.when.items()
    )


def same(one: Any, other: Any) -> bool:
    """Equal and of one kind: true is not 1."""
    return type(one) is type(other) and bool(one == other)
