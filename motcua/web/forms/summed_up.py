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
        return [" · ".join(_row(field, row, language)) for row in value]
    return _said(field, value, language).split("\n")


def _row(field: Asked, row: Mapping[str, Any], language: Language) -> list[str]:
    """What one row says. Two months in a row are a span; one that may stay open ends now."""
    said: list[str] = []
    before = ""
    for column, part in field.fields.items():
        lines = [] if row.get(column) is None else _lines(part, row[column], language)
        if part.kind == before == "month" and said:
            end = lines[0] if lines else words(language).gettext("now")
            said[-1] = f"{said[-1]} – {end}"
        else:
            said += lines
        before = part.kind
    return said


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
