"""A procedure's form made ready: its JSON Schema, and every fault of the answers at once.

Answers are capped in size and depth before anything looks at them. A fault names the field, the
rule and the rule's own numbers; never what the person wrote.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import jsonschema_rs

from motcua.base.errors import Fault
from motcua.base.text import nfc
from motcua.cases.model.procedure import Field, Form
from motcua.cases.rules.expressions import LIST_MAX

ANSWERS_CHARACTERS_MAX = 256 * 1024
ANSWERS_PARTS_MAX = 20_000
ANSWERS_DEPTH_MAX = 10
FAULTS_MAX = 100
NAME_SHOWN_MAX = 60
TEXT_MAX, LONG_TEXT_MAX, ROWS_MAX = 500, 4000, 50
NUMBER_MAX = 10**12

_YEAR = "(?:18|19|20|21)[0-9]{2}"
_DATE = rf"^{_YEAR}-[0-9]{{2}}-[0-9]{{2}}$"
_MONTH = rf"^{_YEAR}-(?:0[1-9]|1[0-2])$"
_SIMPLE: dict[str, dict[str, Any]] = {
    "yes_no": {"type": "boolean"},
    "oath": {"const": True},
    "date": {"type": "string", "format": "date", "pattern": _DATE},
    "month": {"type": "string", "pattern": _MONTH},
}


def schema(form: Form, language: str | None = None) -> dict[str, Any]:
    """JSON Schema 2020-12 of the answers; with a language also its titles and hints."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **_object(form.fields, language),
    }


def asked(form: Form, answers: Mapping[str, Any], page: str | None = None) -> list[str]:
    """The fields that the answers so far call for, of one page or of all, in the form's order."""
    visible = _asked(form.fields, answers)
    if page is None:
        return visible
    wanted = page_fields(form, page)
    return [name for name in visible if name in wanted]


def page_fields(form: Form, page: str) -> tuple[str, ...]:
    return next((p.fields for p in form.pages if p.id == page), ())


def without_unasked(form: Form, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers less those that a changed condition no longer asks for; unknown names stay."""
    return _pruned(form.fields, answers)


def normalise(form: Form, answers: Any) -> Any:
    """The answers as they are kept: composed letters, no control characters, no empty ends.

    Line ends survive in long texts only. An empty answer is no answer, and 3.0 is 3.
    """
    if not isinstance(answers, dict) or _oversize(answers):
        return answers
    return _normal(form.fields, answers)


class Checker:
    """A form compiled. Checks a valid set of answers in microseconds."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self._validator = jsonschema_rs.Draft202012Validator(
            schema(form),
            validate_formats=True,
            retriever=_refuse_reference,
            pattern_options=jsonschema_rs.RegexOptions(),
        )
        self._order = {pointer: n for n, pointer in enumerate(_pointers(form.fields, ""))}
        self._months = [n for n, f in form.fields.items() if f.kind == "month"]
        self._lists = [(n, f) for n, f in form.fields.items() if f.kind == "list"]

    def faults(self, answers: Any, today: date | None = None) -> list[Fault]:
        """Everything wrong, in the order of the form. With `today`, months to come are faults."""
        if oversize := _oversize(answers):
            return [oversize]
        found = [
            fault
            for error in self._validator.iter_errors(answers)
            for fault in self._read(error, answers)
        ]
        if isinstance(answers, dict):
            broken = {fault.pointer for fault in found}
            found += [f for f in self._beyond_schema(answers, today) if f.pointer not in broken]
        once = {(fault.pointer, fault.reason): fault for fault in found}
        return sorted(once.values(), key=self._place)[:FAULTS_MAX]

    def page_faults(self, answers: Any, page: str, today: date | None = None) -> list[Fault]:
        """The faults of one page; what later pages lack is no fault yet."""
        names = page_fields(self.form, page)
        return [
            f for f in self.faults(answers, today) if f.pointer and _split(f.pointer)[0] in names
        ]

    def _read(self, error: jsonschema_rs.ValidationError, answers: Any) -> Iterator[Fault]:
        path = list(error.instance_path)
        name, value = error.kind.name, error.kind.value
        if name == "required":
            path.append(value)
        elif name == "unevaluatedProperties":
            for unknown in value:
                yield Fault(pointer([*path, str(unknown)[:NAME_SHOWN_MAX]]), "form.unknown_field")
            return
        field = _field_at(self.form.fields, path)
        if field is None:
            yield Fault(pointer(path), "form.wrong_type", {"expected": "object"})
            return
        reason, facts = _reason(name, value, field, _value_at(answers, path))
        yield Fault(pointer(path), reason, {"label": field.label, **facts})

    def _beyond_schema(self, answers: dict[str, Any], today: date | None) -> Iterator[Fault]:
        this_month = today.isoformat()[:7] if today else "9999-99"
        for name in self._months:
            if name in answers:
                yield from _future(answers[name], [name], self.form.fields[name], this_month)
        for name, field in self._lists:
            rows = answers.get(name)
            for number, row in enumerate(rows[:ROWS_MAX] if isinstance(rows, list) else ()):
                if isinstance(row, dict):
                    yield from _row_faults(row, [name, number], field, this_month)

    def _place(self, fault: Fault) -> tuple[list[int], str]:
        """Where a fault stands in the form: field by field, row by row; unknown names come last."""
        place, column = [], ""
        for part in _split(fault.pointer):
            if part.isdecimal() and column:
                place.append(int(part))
            else:
                column += "/" + part
                place.append(self._order.get(column, len(self._order)))
        return place, fault.reason


def pointer(path: Iterable[str | int]) -> str:
    """A JSON pointer (RFC 6901)."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def _split(text: str) -> list[str]:
    return [part.replace("~1", "/").replace("~0", "~") for part in text.split("/")[1:]]


# The schema.


def _object(fields: Mapping[str, Field], language: str | None) -> dict[str, Any]:
    always = [name for name, f in fields.items() if f.required and not f.when]
    made: dict[str, Any] = {
        "type": "object",
        "properties": {name: _value(field, language) for name, field in fields.items()},
        "required": always,
        "unevaluatedProperties": False,
    }
    conditions = [_condition(name, field) for name, field in fields.items() if field.when]
    if conditions:
        made["allOf"] = conditions
    return made


def _condition(name: str, field: Field) -> dict[str, Any]:
    """Asked for when the others say so, and forbidden otherwise."""
    tests = {other: {"enum": list(values)} for other, values in field.when.items()}
    made: dict[str, Any] = {
        "if": {"properties": tests, "required": list(tests)},
        "else": {"properties": {name: False}},
    }
    if field.required:
        made["then"] = {"required": [name]}
    return made


def _value(field: Field, language: str | None) -> dict[str, Any]:
    made = _bare_value(field, language)
    if field.nullable:
        made = _or_null(made)
    if language:
        made["title"] = field.label.within(language)
        if field.hint:
            made["description"] = field.hint.within(language)
    return made


def _bare_value(field: Field, language: str | None) -> dict[str, Any]:
    if field.kind in ("text", "long_text"):
        most = TEXT_MAX if field.kind == "text" else LONG_TEXT_MAX
        made = {"type": "string", "minLength": field.min or 1, "maxLength": field.max or most}
        return made | ({"pattern": f"^(?:{field.pattern})$"} if field.pattern else {})
    if field.kind == "number":
        return {
            "type": "integer",
            "minimum": -NUMBER_MAX if field.min is None else field.min,
            "maximum": NUMBER_MAX if field.max is None else field.max,
        }
    if field.kind == "list":
        return {
            "type": "array",
            "items": _object(field.fields, language),
            "minItems": int(field.required) if field.min is None else field.min,
            "maxItems": min(ROWS_MAX if field.max is None else field.max, LIST_MAX),
        }
    if field.kind == "choice":
        made = {"enum": [option.value for option in field.options]}
        if language:
            made["oneOf"] = [
                {"const": option.value, "title": option.label.within(language)}
                for option in field.options
            ]
        return made
    return dict(_SIMPLE[field.kind])


def _or_null(made: dict[str, Any]) -> dict[str, Any]:
    if "type" in made:
        return made | {"type": [made["type"], "null"]}
    made = made | {"enum": [*made.get("enum", [True]), None]}
    made.pop("const", None)
    if "oneOf" in made:
        made["oneOf"] = [*made["oneOf"], {"type": "null"}]
    return made


def _refuse_reference(uri: str) -> Any:
    raise ValueError("a form refers to nothing outside itself")


# Faults.

_COUNTED = {
    "minLength": ("form.too_short", "min"),
    "maxLength": ("form.too_long", "max"),
    "minimum": ("form.too_small", "min"),
    "maximum": ("form.too_large", "max"),
    "minItems": ("form.too_few", "min"),
    "maxItems": ("form.too_many", "max"),
}


def _reason(name: str, limit: Any, field: Field, value: Any) -> tuple[str, dict[str, object]]:
    if name == "required" or (value in (None, "") and name != "falseSchema"):
        return ("form.oath" if field.kind == "oath" else "form.required"), {}
    if name == "falseSchema":
        return "form.not_asked", {}
    if name == "minItems" and not value:
        return "form.required", {}
    if name in _COUNTED:
        reason, fact = _COUNTED[name]
        return reason, {fact: limit}
    if field.kind == "oath":
        return "form.oath", {}
    if field.kind == "choice":
        return "form.not_an_option", {"options": [option.value for option in field.options]}
    if field.kind in ("date", "month"):
        return f"form.not_a_{field.kind}", {}
    if name == "pattern":
        return "form.pattern", {}
    if field.kind == "number":
        return "form.not_a_number", {}
    return "form.wrong_type", {"expected": field.kind}


def _future(value: Any, path: list[str | int], field: Field, this_month: str) -> Iterator[Fault]:
    if isinstance(value, str) and len(value) == 7 and value > this_month:
        yield Fault(pointer(path), "form.in_the_future", {"label": field.label})


def _row_faults(
    row: dict[str, Any], path: list[str | int], field: Field, this_month: str
) -> Iterator[Fault]:
    for column, inner in field.fields.items():
        if inner.kind == "month" and column in row:
            yield from _future(row[column], [*path, column], inner, this_month)
    start, end = (row.get(c) if c in field.fields else None for c in ("from", "to"))
    if isinstance(start, str) and isinstance(end, str) and start > end:
        yield Fault(
            pointer([*path, "to"]), "form.period_reversed", {"label": field.fields["to"].label}
        )


def _field_at(fields: Mapping[str, Field], path: list[str | int]) -> Field | None:
    found = None
    for part in path:
        if isinstance(part, str):
            found = fields.get(part)
            if found is None:
                return None
            fields = found.fields
    return found if path and isinstance(path[-1], str) else None


def _value_at(answers: Any, path: list[str | int]) -> Any:
    for part in path:
        try:
            answers = answers[part]
        except (KeyError, IndexError, TypeError):
            return None
    return answers


def _pointers(fields: Mapping[str, Field], above: str) -> Iterator[str]:
    for name, field in fields.items():
        yield f"{above}/{name}"
        yield from _pointers(field.fields, f"{above}/{name}")


def _oversize(answers: Any) -> Fault | None:
    characters, parts = 0, 0
    level: list[Any] = [answers]
    for _ in range(ANSWERS_DEPTH_MAX + 1):
        below: list[Any] = []
        for value in level:
            if isinstance(value, str):
                characters += len(value)
            elif isinstance(value, dict):
                characters += sum(map(len, value))
                below.extend(value.values())
            elif isinstance(value, list):
                below.extend(value)
        parts += len(below)
        if characters > ANSWERS_CHARACTERS_MAX or parts > ANSWERS_PARTS_MAX:
            return Fault("", "form.too_big", {"max": ANSWERS_CHARACTERS_MAX})
        if not below:
            return None
        level = below
    return Fault("", "form.too_deep", {"max": ANSWERS_DEPTH_MAX})


# What is asked.


def _asked(fields: Mapping[str, Field], answers: Mapping[str, Any]) -> list[str]:
    visible: dict[str, bool] = {}

    def is_asked(name: str) -> bool:
        if name not in visible:
            visible[name] = False  # a condition that runs in a circle asks nothing
            field = fields.get(name)
            visible[name] = field is not None and all(
                is_asked(other) and _is_among(answers.get(other), values)
                for other, values in field.when.items()
            )
        return visible[name]

    return [name for name in fields if is_asked(name)]


def _is_among(value: Any, values: Iterable[object]) -> bool:
    """As JSON compares: true is not 1."""
    return any(value == one and type(value) is type(one) for one in values)


def _pruned(fields: Mapping[str, Field], answers: Mapping[str, Any]) -> dict[str, Any]:
    visible = set(_asked(fields, answers))
    kept: dict[str, Any] = {}
    for name, value in answers.items():
        field = fields.get(name)
        if field is None or name in visible:
            kept[name] = value
            if field and field.kind == "list" and isinstance(value, list):
                kept[name] = [_pruned(field.fields, r) if isinstance(r, dict) else r for r in value]
    return kept


# What is kept.


def _normal(fields: Mapping[str, Field], answers: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, value in answers.items():
        field = fields.get(name)
        if isinstance(value, str):
            value = clean(value, has_lines=field is not None and field.kind == "long_text")
            if not value:
                continue
        elif isinstance(value, float) and value.is_integer():
            value = int(value)
        elif isinstance(value, list) and field and field.kind == "list":
            value = [_normal(field.fields, r) if isinstance(r, dict) else r for r in value]
        kept[name] = value
    return kept


def clean(text: str, has_lines: bool = False) -> str:
    """One spelling, and nothing that does not show: no control, format or half characters."""
    if not text.isprintable():
        lines = text.replace("\r\n", "\n").replace("\r", "\n")
        text = "".join(_visible(letter, has_lines) for letter in lines)
    return nfc(text).strip()


def _visible(letter: str, has_lines: bool) -> str:
    if letter == "\n" and has_lines:
        return letter
    kind = unicodedata.category(letter)
    if kind in ("Zs", "Zl", "Zp") or letter in "\n\t":
        return " "
    return "" if kind in ("Cc", "Cf", "Cs", "Cn", "Co") else letter
