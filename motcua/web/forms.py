"""Forms of a pack as questions on a page, and what is posted back as answers.

Names of inputs: `field`, `field-day`/`-month`/`-year` for dates, `field-0-column` for the rows of
a list; the buttons `add=field` and `remove=field-0` change the rows without any script.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from msgspec import Struct

from motcua.base.errors import Fault
from motcua.base.text import Text, nfc
from motcua.web import figures, reasons
from motcua.web.language import Language, words

ROWS_MAX = 50
VALUE_LENGTH_MAX = 20_000
SHORT_TEXT_MAX = 60  # a text asked for in fewer letters gets a narrower box


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
    width: str = ""
    can_grow: bool = False


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


def questions(
    fields: Mapping[str, Asked],
    names: Sequence[str],
    answers: Mapping[str, Any],
    language: Language,
    faults: Sequence[Fault] = (),
) -> list[Question]:
    """The page's fields in order. One that hangs on a choice of the same page is put under it."""
    maker = _Maker(fields, answers, language, faults)
    hanging = {name: _host(fields, names, name) for name in names}
    return [
        maker.question(name, field, "", answers.get(name), hanging)
        for name in names
        if (field := fields[name]) and hanging[name] is None and is_asked(field, answers, names)
    ]


def is_asked(field: Asked, answers: Mapping[str, Any], beside: Sequence[str] = ()) -> bool:
    """Whether the answers so far call for it; what stands beside it on the page is still open."""
    return all(
        other in beside or any(_same(answers.get(other), value) for value in values)
        for other, values in field.when.items()
    )


def problems(
    faults: Sequence[Fault],
    language: Language,
    fields: Mapping[str, Asked] | None = None,
) -> list[Problem]:
    return [
        Problem(reasons.sentence(f.reason, f.facts, language), _anchor(f.pointer, fields or {}))
        for f in faults
    ]


def read(
    fields: Mapping[str, Asked],
    names: Sequence[str],
    posted: Mapping[str, Any],
    before: Mapping[str, Any] | None = None,
) -> Posted:
    """The answers of one page. What is not asked is left out; what cannot be read stays as typed,
    so that the check of the form can name it. `before` are the answers of other pages."""
    flat = {key: str(value)[:VALUE_LENGTH_MAX] for key, value in posted.items()}
    answers = {
        name: value
        for name in names
        if (value := _value(fields[name], name, flat)) is not None or fields[name].nullable
    }
    known = {**(before or {}), **answers}
    asked = {name: value for name, value in answers.items() if is_asked(fields[name], known)}
    return Posted(asked, "add" in flat or "remove" in flat)


def _value(field: Asked, name: str, posted: Mapping[str, str]) -> Any:
    match field.kind:
        case "date":
            return _date(name, posted, ("year", "month", "day"))
        case "month":
            return _date(name, posted, ("year", "month"))
        case "list":
            return _rows(field, name, posted)
    typed = nfc(posted.get(name, "")).replace("\r\n", "\n").strip()
    if not typed:
        return None
    match field.kind:
        case "choice":
            return next((o.value for o in field.options if str(o.value) == typed), typed)
        case "yes_no" | "oath":
            return {"true": True, "false": False}.get(typed, typed)
        case "number":
            digits = re.sub(r"(?<=\d)[\s.](?=\d{3}\b)", "", typed)
            return int(digits) if re.fullmatch(r"-?[0-9]{1,15}", digits) else typed
    return typed


def _date(name: str, posted: Mapping[str, str], parts: tuple[str, ...]) -> str | None:
    typed = [posted.get(f"{name}-{part}", "").strip() for part in parts]
    if not any(typed):
        return None
    widths = (4, 2, 2)
    return "-".join(
        text.zfill(width) if text.isdigit() else text
        for text, width in zip(typed, widths, strict=False)
    )


def _rows(field: Asked, name: str, posted: Mapping[str, str]) -> list[dict[str, Any]] | None:
    place = re.compile(rf"{re.escape(name)}-([0-9]{{1,3}})-")
    numbers = sorted({int(m[1]) for key in posted if (m := place.match(key))})[:ROWS_MAX]
    rows = []
    is_editing = "add" in posted or "remove" in posted
    for number in numbers:
        if posted.get("remove") == f"{name}-{number}":
            continue
        row = {
            column: value
            for column, part in field.fields.items()
            if (value := _value(part, f"{name}-{number}-{column}", posted)) is not None
            or part.nullable
        }
        if is_editing or any(value is not None for value in row.values()):
            rows.append(row)
    if posted.get("add") == name and len(rows) < min(ROWS_MAX, field.max or ROWS_MAX):
        rows.append({})
    return rows or None


def summary(
    fields: Mapping[str, Asked],
    names: Sequence[str],
    answers: Mapping[str, Any],
    language: Language,
    change: str = "",
) -> list[Answered]:
    """What was answered, in words; a question that was not asked has no line."""
    return [
        Answered(fields[name].label, _lines(fields[name], answers.get(name), language), change)
        for name in names
        if is_asked(fields[name], answers)
    ]


def _lines(field: Asked, value: Any, language: Language) -> list[str]:
    say = words(language).gettext
    if value is None or value == []:
        return [say("Not answered")]
    if field.kind == "list":
        return [
            " · ".join(
                line
                for column, part in field.fields.items()
                if row.get(column) is not None
                for line in _lines(part, row[column], language)
            )
            for row in value
        ]
    return _said(field, value, language).split("\n")


def _said(field: Asked, value: Any, language: Language) -> str:
    say = words(language).gettext
    match field.kind:
        case "choice":
            labels = {o.value: o.label for o in field.options}
            return labels[value].within(language) if value in labels else str(value)
        case "yes_no" | "oath":
            return say("Yes") if value is True else say("No")
        case "number" if isinstance(value, int):
            return figures.number(value, language)
        case "date" | "month":
            return figures.written_day(str(value), language)
    return str(value)


class _Maker:
    """Makes questions for one page: holds what all of them look up."""

    def __init__(
        self,
        fields: Mapping[str, Asked],
        answers: Mapping[str, Any],
        language: Language,
        faults: Sequence[Fault],
    ) -> None:
        self.fields = fields
        self.answers = answers
        self.language = language
        self.errors: dict[str, list[str]] = {}
        for fault in faults:
            said = reasons.sentence(fault.reason, fault.facts, language)
            self.errors.setdefault(_id(fault.pointer), []).append(said)

    def question(
        self,
        name: str,
        field: Asked,
        prefix: str,
        value: Any,
        hanging: Mapping[str, tuple[str, Sequence[Any]] | None],
    ) -> Question:
        id = f"{prefix}{name}"
        return Question(
            name=id,
            id=id,
            kind=field.kind,
            label=field.label,
            hint=field.hint,
            is_required=field.required,
            value=_typed(value),
            errors=self.errors.get(id, []),
            choices=self._choices(name, id, field, value, hanging),
            parts=self._parts(id, field, value),
            rows=self._rows(id, field, value),
            width=_width(field),
            can_grow=field.kind == "list" and len(value or []) < (field.max or ROWS_MAX),
        )

    def _choices(
        self,
        name: str,
        id: str,
        field: Asked,
        value: Any,
        hanging: Mapping[str, tuple[str, Sequence[Any]] | None],
    ) -> list[Choice]:
        say = words(self.language).gettext
        offered: list[tuple[Any, str | Text]] = [(o.value, o.label) for o in field.options]
        if field.kind == "yes_no":
            offered = [(True, say("Yes")), (False, say("No"))]
        return [
            Choice(
                # The first box has the field's own id: that is where the error summary leads.
                id=id if index == 0 else f"{id}-{index}",
                value=_typed(option),
                label=label,
                is_chosen=_same(value, option),
                reveals=[
                    self.question(other, self.fields[other], "", self.answers.get(other), hanging)
                    for other, host in hanging.items()
                    if host and host[0] == name and any(_same(v, option) for v in host[1])
                ],
            )
            for index, (option, label) in enumerate(offered)
        ]

    def _parts(self, id: str, field: Asked, value: Any) -> list[Part]:
        if field.kind not in ("date", "month"):
            return []
        say = words(self.language).gettext
        typed = [*str(value or "").split("-"), "", "", ""]
        shown = [("month", say("Month"), typed[1], 2), ("year", say("Year"), typed[0], 4)]
        if field.kind == "date":
            shown.insert(0, ("day", say("Day"), typed[2], 2))
        return [
            Part(
                id=id if index == 0 else f"{id}-{part}",
                name=f"{id}-{part}",
                label=label,
                value=text.lstrip("0") if text.isdigit() else text,
                width=width,
            )
            for index, (part, label, text, width) in enumerate(shown)
        ]

    def _rows(self, id: str, field: Asked, value: Any) -> list[list[Question]]:
        if field.kind != "list":
            return []
        rows = value if isinstance(value, list) and value else [{}]
        return [
            [
                self.question(column, part, f"{id}-{index}-", row.get(column), {})
                for column, part in field.fields.items()
            ]
            for index, row in enumerate(rows[:ROWS_MAX])
        ]


def _host(
    fields: Mapping[str, Asked], names: Sequence[str], name: str
) -> tuple[str, Sequence[Any]] | None:
    """The choice on this page under which a field is shown, if it hangs on exactly one."""
    beside = [(other, values) for other, values in fields[name].when.items() if other in names]
    is_under_one = len(beside) == 1 and len(beside[0][1]) == 1
    if is_under_one and fields[beside[0][0]].kind in ("choice", "yes_no"):
        return beside[0]
    return None


def _same(one: Any, other: Any) -> bool:
    """Equal and of one kind: true is not 1."""
    return type(one) is type(other) and bool(one == other)


def _typed(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int) else ""


def _width(field: Asked) -> str:
    if field.kind == "number":
        return "govuk-input--width-5"
    if field.kind == "text" and field.max and field.max <= SHORT_TEXT_MAX:
        return "govuk-input--width-20"
    return ""


def _id(pointer: str) -> str:
    """`/answers/residence/0/from` and `/residence/0/from` are the box residence-0-from."""
    parts = pointer.strip("/").split("/")
    return "-".join(parts[1:] if parts[0] == "answers" else parts)


def _anchor(pointer: str, fields: Mapping[str, Asked]) -> str:
    """A fault of a whole list leads to the first box of its first row."""
    id = _id(pointer)
    field = fields.get(id)
    if field is not None and field.kind == "list" and field.fields:
        return f"{id}-0-{next(iter(field.fields))}"
    return id
