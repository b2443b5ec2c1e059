"""The JSON Schema of a kind of file, made from its struct, and every breach of it in one file."""

import difflib
from collections.abc import Iterable, Iterator
from typing import Any, Never

import jsonschema_rs
import msgspec
from jsonschema_rs import ValidationError, ValidationErrorKind

from motcua.base.pack.yaml_file import PackFault, Place, YamlFile

_LANGUAGES = {"vi": "Vietnamese", "en": "English"}
_NAMES_MAX = 12  # how many possible names a mend lists


def schema(kind: type) -> dict[str, Any]:
    """JSON Schema 2020-12 of one kind of file, for editors and for `breaches`."""
    (root,), parts = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    if "Text" in parts:
        for language in parts["Text"]["properties"].values():
            language["pattern"] = r"\S"
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **root, "$defs": parts}


def breaches(file: YamlFile, kind: type, *, partial: bool = False) -> Iterator[PackFault]:
    """Every breach, each at its own line. `partial`: keys may be missing at the top."""
    whole = schema(kind)
    if partial:
        _at(whole, whole["$ref"].split("/")[1:]).pop("required", None)
    validator = jsonschema_rs.Draft202012Validator(whole, validate_formats=True, retriever=_refuse)
    for error in _leaves(validator.iter_errors(file.value)):
        yield from _told(file, whole, error)


def _refuse(address: str) -> Never:
    raise ValueError(address)  # a schema of ours refers to nothing outside itself


def _leaves(errors: Iterable[ValidationError]) -> Iterator[ValidationError]:
    """Looks into `this or that`: the faults of the branch that was meant."""
    for error in errors:
        if not isinstance(error.kind, ValidationErrorKind.AnyOf):
            yield error
            continue
        meant = [branch for branch in error.kind.context if not _is_other_type(branch, error)]
        if len(meant) == 1:
            yield from _leaves(meant[0])
        else:
            yield error


def _is_other_type(branch: list[ValidationError], whole: ValidationError) -> bool:
    return any(
        isinstance(e.kind, ValidationErrorKind.Type) and e.instance_path == whole.instance_path
        for e in branch
    )


def _told(file: YamlFile, whole: dict[str, Any], error: ValidationError) -> Iterator[PackFault]:
    place: Place = tuple(error.instance_path)
    rule = _at(whole, list(error.schema_path)[:-1])
    kind = error.kind
    if isinstance(kind, ValidationErrorKind.AdditionalProperties):
        for key in kind.unexpected:
            mend = _nearest(key, rule.get("properties", ()))
            yield file.fault((*place, key), f"unknown key '{key}'", mend)
    elif isinstance(kind, ValidationErrorKind.Required):
        yield _missing(file, place, str(kind.property), rule)
    elif isinstance(kind, ValidationErrorKind.PropertyNames):
        key = str(kind.error.instance)
        known = kind.error.kind
        mend = _form(kind.error, rule)
        if isinstance(known, ValidationErrorKind.Enum):
            mend = _nearest(key, known.options)
        yield file.fault((*place, key), f"'{key}' cannot be a key here", mend)
    else:
        yield _wrong_value(file, place, error, rule)


def _missing(file: YamlFile, place: Place, key: str, rule: dict[str, Any]) -> PackFault:
    if rule.get("title") == "Text":
        return file.fault(place, f"text missing in {_LANGUAGES[key]}", f"add '{key}: …'")
    about = rule["properties"][key].get("description")
    mend = f"add '{key}: …' ({about})" if about else f"add '{key}: …'"
    return file.fault(place, f"'{key}' is missing", mend)


def _wrong_value(
    file: YamlFile, place: Place, error: ValidationError, rule: dict[str, Any]
) -> PackFault:
    name = f"'{place[-1]}'" if place else "the file"
    value = _short(error.instance)
    match error.kind:
        case ValidationErrorKind.Type() | ValidationErrorKind.AnyOf():
            return _wrong_type(file, place, error, rule)
        case ValidationErrorKind.Enum(options=options):
            return file.fault(place, f"{name} cannot be {value}", _nearest(value, options))
        case ValidationErrorKind.Pattern() if rule.get("pattern") == r"\S":
            language = _LANGUAGES.get(str(place[-1]), "one language")
            return file.fault(place, f"text is empty in {language}", "write it")
        case ValidationErrorKind.Pattern() | ValidationErrorKind.Format():
            return file.fault(place, f"{name} is {value}", _form(error, rule))
    limit = error.kind.as_dict().get("limit")
    return file.fault(place, f"{name} breaks its {error.kind.name}", f"the limit is {limit}")


def _wrong_type(
    file: YamlFile, place: Place, error: ValidationError, rule: dict[str, Any]
) -> PackFault:
    name = f"'{place[-1]}'" if place else "the file"
    value = error.instance
    branches = (
        error.kind.context if isinstance(error.kind, ValidationErrorKind.AnyOf) else [[error]]
    )
    kinds = [e.kind for branch in branches for e in branch]
    types = [t for k in kinds if isinstance(k, ValidationErrorKind.Type) for t in k.types]
    is_number = isinstance(value, int | float) and "string" in types
    mend = "put it between quotes" if is_number else f"write {' or '.join(types)}"
    if about := rule.get("description"):
        mend += f", like this: {about}"
    return file.fault(place, f"{name} is {_type_of(value)}, not {' or '.join(types)}", mend)


def _form(error: ValidationError, rule: dict[str, Any]) -> str:
    if isinstance(error.kind, ValidationErrorKind.Format):
        return f"write a {error.kind.format} that exists, such as 2026-07-01 for a date"
    about = rule.get("description") or f"it has the form {getattr(error.kind, 'pattern', '')}"
    return f"write it like this: {about}"


def _nearest(word: str, names: Iterable[object]) -> str:
    known = [str(n) for n in names]
    near = difflib.get_close_matches(word.strip("'"), known, 1)
    if near:
        return f"did you mean '{near[0]}'?"
    return "known here: " + ", ".join(known[:_NAMES_MAX]) + (" …" * (len(known) > _NAMES_MAX))


def _type_of(value: object) -> str:
    words = {dict: "object", list: "array", str: "string", bool: "boolean", type(None): "null"}
    return words.get(type(value), "number")


def _short(value: object) -> str:
    text = str(value)
    return f"'{text[:60]}…'" if len(text) > 60 else f"'{text}'"


def _at(whole: dict[str, Any], path: list[str | int]) -> dict[str, Any]:
    """The part of the schema that holds the rule which was broken."""
    part: Any = whole
    for step in path:
        part = part[step]
    return part if isinstance(part, dict) else {}
