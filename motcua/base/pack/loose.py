"""A faulty file as structs all the same, so that every fault in it is found in one run.

Unknown keys are left out, missing or mistyped parts get a stand-in. For the checks only: what the
platform works with is decoded strictly.
"""

from datetime import date
from typing import Any, TypeVar

from msgspec import inspect

T = TypeVar("T")


def loosely(value: object, kind: type[T]) -> T:
    made: T = _made(value, inspect.type_info(kind))
    return made


def _made(value: object, kind: inspect.Type) -> Any:
    match kind:
        case inspect.Metadata(type=inner):
            return _made(value, inner)
        case inspect.UnionType(types=types):
            return _made(value, _meant(value, types))
        case inspect.StructType(cls=cls, fields=fields):
            return cls(**_parts(value if isinstance(value, dict) else {}, fields))
        case inspect.DictType(value_type=inner):
            return {k: _made(v, inner) for k, v in value.items()} if isinstance(value, dict) else {}
        case inspect.VarTupleType(item_type=inner):
            return tuple(_made(v, inner) for v in value) if isinstance(value, list) else ()
        case inspect.ListType(item_type=inner):
            return [_made(v, inner) for v in value] if isinstance(value, list) else []
    return _scalar(value, kind)


def _parts(value: dict[str, object], fields: tuple[inspect.Field, ...]) -> dict[str, object]:
    return {
        f.name: _made(value.get(f.encode_name), f.type)
        for f in fields
        if f.required or f.encode_name in value
    }


def _meant(value: object, types: tuple[inspect.Type, ...]) -> inspect.Type:
    if value is None:
        return next((t for t in types if isinstance(t, inspect.NoneType)), types[0])
    return next((t for t in types if _fits(value, t)), types[0])


def _fits(value: object, kind: inspect.Type) -> bool:
    match kind:
        case inspect.Metadata(type=inner):
            return _fits(value, inner)
        case inspect.StructType() | inspect.DictType():
            return isinstance(value, dict)
        case inspect.VarTupleType() | inspect.ListType():
            return isinstance(value, list)
        case inspect.BoolType():
            return isinstance(value, bool)
        case inspect.IntType():
            return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, str)


def _scalar(value: object, kind: inspect.Type) -> object:
    match kind:
        case inspect.BoolType():
            return value is True
        case inspect.IntType() | inspect.FloatType():
            return value if isinstance(value, int | float) else 0
        case inspect.StrType():
            return "" if value is None or isinstance(value, dict | list) else str(value)
        case inspect.DateType():
            return _date(value)
    return value


def _date(value: object) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return date.min
