"""Declared queries: `queries.py` says what a statement means in types, `queries.sql` how.

The two carry the same name. The return annotation says how many rows come back: `None` none,
`Row` exactly one, `Row | None` at most one, `list[Row]` any number; a row is a Struct whose fields
stand in the order of the columns, or one plain value. A structure test prepares every statement
and compares names, order and types with PostgreSQL's own answer.
"""

import inspect
import re
import sys
import types
from collections.abc import Callable, Coroutine
from functools import cache
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from motcua.db.database import Read

P = ParamSpec("P")
R = TypeVar("R")

# What is not ours to read comes first, so that a colon inside it names no parameter.
_TOKEN = re.compile(
    r"'(?:[^']|'')*'|\"[^\"]*\"|--[^\n]*|/\*.*?\*/|(\$\w*\$).*?\1|::|:=|:([a-z_]\w*)", re.DOTALL
)
_NAME = re.compile(r"^-- name: (\w+)[ \t]*$", re.MULTILINE)


class Statement(msgspec.Struct, frozen=True):
    """One named statement in PostgreSQL's own spelling, with the order of its parameters."""

    name: str
    sql: str
    parameters: tuple[str, ...]


REGISTRY: dict[str, tuple[Callable[..., Any], Statement]] = {}
"""Every declared query by `module.name`, for the structure tests."""


def statement(declared: Callable[P, Coroutine[Any, Any, R]]) -> Callable[P, Coroutine[Any, Any, R]]:
    """Give an empty declaration its statement from the `queries.sql` beside it."""
    module = sys.modules[declared.__module__]
    assert module.__file__ is not None
    source = Path(module.__file__).with_suffix(".sql")
    found = statements(source).get(declared.__name__)
    if found is None:
        raise LookupError(f"{source.name} has no statement named {declared.__name__}")
    names = tuple(inspect.signature(declared).parameters)[1:]
    if set(names) != set(found.parameters):
        raise LookupError(f"{declared.__name__}: declared {names}, stated {found.parameters}")
    REGISTRY[f"{declared.__module__}.{declared.__name__}"] = (declared, found)
    fetch = _fetcher(get_type_hints(declared)["return"])
    order = [names.index(name) for name in found.parameters]
    sql = found.sql

    async def run(db: Read, *given: Any, **named: Any) -> Any:
        if named:
            given = (*given, *(named[name] for name in names[len(given) :]))
        return await fetch(db, sql, [given[i] for i in order])

    run.__name__, run.__module__ = declared.__name__, declared.__module__
    return run  # type: ignore[return-value]


@cache
def statements(source: Path) -> dict[str, Statement]:
    """The named statements of one file."""
    parts = _NAME.split(source.read_text())
    pairs = zip(parts[1::2], parts[2::2], strict=True)
    return {name: _numbered(name, text.strip().rstrip(";")) for name, text in pairs}


def _numbered(name: str, text: str) -> Statement:
    order: list[str] = []

    def number(match: re.Match[str]) -> str:
        if not (parameter := match.group(2)):
            return match.group(0)
        if parameter not in order:
            order.append(parameter)
        return f"${order.index(parameter) + 1}"

    sql = _TOKEN.sub(number, text)
    return Statement(name, sql, tuple(order))


def row_type(annotation: Any) -> tuple[str, Any]:
    """How many rows (`none`, `one`, `maybe`, `many`) and of what."""
    if annotation in (None, type(None)):
        return "none", None
    if get_origin(annotation) is list:
        return "many", get_args(annotation)[0]
    if get_origin(annotation) in (Union, types.UnionType):
        kinds = [a for a in get_args(annotation) if a is not type(None)]
        assert len(kinds) == 1, annotation
        return "maybe", kinds[0]
    return "one", annotation


def _fetcher(annotation: Any) -> Callable[[Read, str, list[Any]], Coroutine[Any, Any, Any]]:
    count, kind = row_type(annotation)
    struct = kind if inspect.isclass(kind) and issubclass(kind, msgspec.Struct) else None

    async def none(db: Read, sql: str, given: list[Any]) -> None:
        await db.execute(sql, *given)

    async def maybe(db: Read, sql: str, given: list[Any]) -> Any:
        row = await db.fetch_row(sql, *given)
        if row is None:
            return None
        return struct(*row) if struct else row[0]

    async def one(db: Read, sql: str, given: list[Any]) -> Any:
        row = await db.fetch_row(sql, *given)
        assert row is not None, "a statement declared to give one row gave none"
        return struct(*row) if struct else row[0]

    async def many(db: Read, sql: str, given: list[Any]) -> list[Any]:
        rows = await db.fetch(sql, *given)
        return [struct(*row) for row in rows] if struct else [row[0] for row in rows]

    return {"none": none, "maybe": maybe, "one": one, "many": many}[count]
