"""What an HTML form posts, turned into the answers that the API takes, and back.

`copies`, `residence_history.0.address`; a date is three inputs (`.day .month .year`), a month two.
What cannot be read stays as it was typed, so that the page can show it again beside its fault.
"""

import re
from collections.abc import Mapping
from typing import Any

from motcua.cases.model.procedure import Field, Form
from motcua.cases.rules.forms import ROWS_MAX, page_fields, without_unasked

_GROUPED = re.compile(r"-?[0-9]{1,3}(?:[.,\u00a0\u202f ][0-9]{3})+", re.ASCII)
_WHOLE = re.compile(r"-?[0-9]{1,15}", re.ASCII)
_PARTS = {"date": ("year", "month", "day"), "month": ("year", "month")}
_SAID = {"yes": True, "no": False}


def from_fields(
    form: Form, page: str, posted: Mapping[str, str], before: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The answers after one page was sent: those before, that page's anew, nothing unasked."""
    names = page_fields(form, page)
    answers = {name: value for name, value in (before or {}).items() if name not in names}
    for name in names:
        _put(answers, name, form.fields[name], posted, name)
    return without_unasked(form, {n: answers[n] for n in [*form.fields, *answers] if n in answers})


def to_fields(form: Form, page: str, answers: Mapping[str, Any]) -> dict[str, str]:
    """What the inputs of a page show for these answers."""
    shown: dict[str, str] = {}
    for name in page_fields(form, page):
        if name in answers:
            _show(shown, form.fields[name], answers[name], name)
    return shown


def _put(
    answers: dict[str, Any], name: str, field: Field, posted: Mapping[str, str], at: str
) -> None:
    """Nothing typed is no answer; where null is an answer, it is null."""
    if field.kind == "list":
        rows = _rows(field, posted, at)
        if rows or not field.required:
            answers[name] = rows
        return
    typed = _typed(field, posted, at)
    if typed:
        answers[name] = _read(field, typed)
    elif field.nullable:
        answers[name] = None


def _rows(field: Field, posted: Mapping[str, str], at: str) -> list[dict[str, Any]]:
    start = at + "."
    numbers = set()
    for key, value in posted.items():
        digits = key[len(start) :].split(".", 1)[0] if key.startswith(start) else ""
        if digits.isascii() and digits.isdecimal() and len(digits) <= 4 and value.strip():
            numbers.add(int(digits))
    rows = []
    for number in sorted(numbers)[: (field.max or ROWS_MAX) + 1]:  # one too many is a fault to show
        row: dict[str, Any] = {}
        for column, inner in field.fields.items():
            _put(row, column, inner, posted, f"{start}{number}.{column}")
        rows.append(row)
    return rows


def _typed(field: Field, posted: Mapping[str, str], at: str) -> str:
    if field.kind not in _PARTS:
        return posted.get(at, "").strip()
    names = _PARTS[field.kind]
    parts = [posted.get(f"{at}.{name}", "").strip().replace("-", "") for name in names]
    if not any(parts):
        return ""
    return "-".join(p.zfill(2) if p.isascii() and p.isdecimal() else p for p in parts)


def _read(field: Field, typed: str) -> Any:
    if field.kind == "number":
        digits = re.sub(r"[^0-9-]", "", typed) if _GROUPED.fullmatch(typed) else typed
        return int(digits) if _WHOLE.fullmatch(digits) else typed
    if field.kind == "yes_no":
        return _SAID.get(typed, typed)
    if field.kind == "oath":
        return True if typed in ("yes", "on", "true") else typed
    if field.kind == "choice":
        return next((o.value for o in field.options if str(o.value) == typed), typed)
    return typed


def _show(shown: dict[str, str], field: Field, value: Any, at: str) -> None:
    if field.kind == "list" and isinstance(value, list):
        for number, row in enumerate(value):
            for column, inner in field.fields.items():
                if isinstance(row, dict) and column in row:
                    _show(shown, inner, row[column], f"{at}.{number}.{column}")
    elif value is None or isinstance(value, list | dict):
        return
    elif field.kind in _PARTS:
        parts = str(value).split("-", len(_PARTS[field.kind]) - 1)
        for part, piece in zip(_PARTS[field.kind], parts, strict=False):
            if piece:
                shown[f"{at}.{part}"] = piece
    elif isinstance(value, bool):
        shown[at] = "yes" if value else "no"
    else:
        shown[at] = str(value)
