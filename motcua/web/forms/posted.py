"""What a page posts, back as answers."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from motcua.base.text import nfc
from motcua.web.forms.asked import ROWS_MAX, Asked, Posted, is_asked

VALUE_LENGTH_MAX = 20_000


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
