"""Fields, answers and faults as the questions of a page."""

from collections.abc import Mapping, Sequence
from typing import Any

from motcua.base.errors import Fault
from motcua.base.text import Text
from motcua.web import reasons
from motcua.web.forms.asked import (
    RADIOS_MAX,
    ROWS_MAX,
    Asked,
    Choice,
    Part,
    Problem,
    Question,
    is_asked,
    same,
)
from motcua.web.language import Language, words

SHORT_TEXT_MAX = 60  # a text asked for in fewer letters gets a narrower box


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


def problems(
    faults: Sequence[Fault],
    language: Language,
    fields: Mapping[str, Asked] | None = None,
) -> list[Problem]:
    return [
        Problem(reasons.sentence(f.reason, f.facts, language), _anchor(f.pointer, fields or {}))
        for f in faults
    ]


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
            is_long=len(field.options) > RADIOS_MAX and name not in _hosts(hanging),
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
                is_chosen=same(value, option),
                reveals=[
                    self.question(other, self.fields[other], "", self.answers.get(other), hanging)
                    for other, host in hanging.items()
                    if host and host[0] == name and any(same(v, option) for v in host[1])
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


def _hosts(hanging: Mapping[str, tuple[str, Sequence[Any]] | None]) -> set[str]:
    """Choices under which something hangs: only radios can show it."""
    return {host[0] for host in hanging.values() if host}


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
