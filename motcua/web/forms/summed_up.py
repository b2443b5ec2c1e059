"""Answers in words, for the page on which a person checks them."""

from collections.abc import Mapping, Sequence
from typing import Any

from motcua.web import figures
from motcua.web.forms.asked import Answered, Asked, is_asked
from motcua.web.language import Language, words


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
