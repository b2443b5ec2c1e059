"""SQL keeps the floors: a room's statements name its own schema and those below, and no other."""

import importlib
import inspect
from typing import Any, get_type_hints

import asyncpg
import msgspec
import pytest

from motcua.db.migrate import ROOMS
from motcua.db.query import REGISTRY, row_type

for _room in ROOMS:
    importlib.import_module(f"motcua.{_room}.queries")

# PostgreSQL's names of what a Python type may be.
FITS: dict[str, set[str]] = {
    "str": {"text", "varchar", "name"},
    "int": {"int2", "int4", "int8"},
    "bool": {"bool"},
    "bytes": {"bytea"},
    "datetime": {"timestamptz"},
    "date": {"date"},
    "timedelta": {"interval"},
    "UUID": {"uuid"},
    "dict": {"jsonb"},
    "list": {"jsonb"},
    "Any": {"jsonb"},
    "Text": {"jsonb"},
}


def schemas_below(room: str) -> list[str]:
    return ["jobs", *ROOMS[: ROOMS.index(room) + 1]]


@pytest.mark.parametrize("room", ROOMS)
async def test_every_statement_stays_on_its_floor_and_gives_what_it_declares(
    room: str, database_url: str
) -> None:
    connection = await asyncpg.connect(database_url)
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute("CREATE ROLE room_guest")
        for schema in schemas_below(room):
            await connection.execute(f"GRANT USAGE ON SCHEMA {schema} TO room_guest")
            await connection.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA {schema} TO room_guest")
        await connection.execute("SET LOCAL ROLE room_guest")
        names = [name for name in sorted(REGISTRY) if name.split(".")[1] == room]
        assert names
        for name in names:
            declared, statement = REGISTRY[name]
            try:
                prepared = await connection.prepare(statement.sql)
            except asyncpg.PostgresError as error:
                pytest.fail(f"{name}: {error}")
            _compare(name, declared, prepared)
    finally:
        await transaction.rollback()
        await connection.close()


def _compare(name: str, declared: Any, prepared: Any) -> None:
    count, kind = row_type(get_type_hints(declared)["return"])
    if count == "none":
        return
    columns = [(a.name, a.type.name) for a in prepared.get_attributes()]
    if inspect.isclass(kind) and issubclass(kind, msgspec.Struct):
        hints = get_type_hints(kind)
        expected = list(hints.items())
        assert len(columns) == len(expected), (name, columns, list(hints))
        for (column, found), (field, hint) in zip(columns, expected, strict=True):
            assert _is_called(column, field), (name, column, field)
            assert found in _fitting(hint), (name, field, found, hint)
    else:
        assert columns[0][1] in _fitting(kind), (name, columns[0], kind)


def _is_called(column: str, field: str) -> bool:
    """The same word, give or take what SQL puts around it: `payer_id` is payer."""
    return (
        column == field
        or column in (f"{field}_id", f"{field}_code")
        or column.endswith(f"_{field}")
        or field.endswith(f"_{column}")
    )


def _fitting(hint: Any) -> set[str]:
    _, kind = row_type(hint)
    if isinstance(kind, list) or getattr(hint, "__origin__", None) is list:
        args = getattr(hint, "__args__", ())
        inner = _fitting(args[0]) if args else set()
        return {"jsonb"} | {f"{name}[]" for name in inner} | {f"_{name}" for name in inner}
    while hasattr(kind, "__supertype__"):
        kind = kind.__supertype__
    origin = getattr(kind, "__origin__", kind)
    if getattr(origin, "__name__", "") == "Literal" or str(origin) == "typing.Literal":
        return FITS["str"]
    if hasattr(kind, "__metadata__"):
        return _fitting(origin)
    return FITS.get(getattr(origin, "__name__", str(origin)), {str(origin)})
