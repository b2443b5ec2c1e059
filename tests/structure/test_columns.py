"""Every column that may speak of a person is declared as one kind of data, or as nobody's."""

import asyncpg
import pytest

from motcua.base.pack import Pack
from motcua.privacy.model import PrivacyPack
from motcua.privacy.rules import COLUMNS, NOBODYS
from tests.cases.build import PACKS

SPEAKING = "('text', 'jsonb', 'bytea', 'date', 'character varying', 'inet', 'ARRAY', 'tsvector')"


async def columns(url: str) -> dict[str, set[str]]:
    connection = await asyncpg.connect(url)
    try:
        found = await connection.fetch(
            "SELECT table_schema || '.' || table_name, column_name FROM information_schema.columns"
            " WHERE table_schema !~ '^(pg_|information_schema|public)'"
            f" AND data_type IN {SPEAKING}"
        )
    finally:
        await connection.close()
    tables: dict[str, set[str]] = {}
    for table, column in found:
        tables.setdefault(table, set()).add(column)
    return tables


async def test_every_column_is_declared_once(database_url: str) -> None:
    there = await columns(database_url)
    said = {
        table: [column for names in parts.values() for column in names.split()]
        for table, parts in COLUMNS.items()
    }
    undeclared = {
        table: sorted(names - set(said.get(table, [])))
        for table, names in there.items()
        if table not in NOBODYS and table.split(".")[0] not in NOBODYS
    }
    assert [(table, names) for table, names in undeclared.items() if names] == []
    for table, names in said.items():
        assert len(names) == len(set(names)), table
        assert set(names) <= there[table], table


async def test_what_is_nobodys_is_there_and_names_no_person(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        found = await connection.fetch(
            "SELECT table_schema, table_schema || '.' || table_name, column_name"
            " FROM information_schema.columns WHERE table_schema !~ '^(pg_|information_schema)'"
        )
    finally:
        await connection.close()
    names = {name for row in found for name in row[:2]} | {"migrations"}
    assert names >= NOBODYS
    people = {"person_id", "owner_id", "applicant_id", "payer_id", "holder_id", "filed_by"}
    assert not [r[1] for r in found if {r[0], r[1]} & NOBODYS and r[2] in people]


@pytest.mark.parametrize("pack", ["sample", "vietnam"])
def test_a_pack_tells_why_and_how_long_of_every_kind(pack: str) -> None:
    said = Pack.read(PACKS / pack).file("privacy", PrivacyPack)
    told = {one.id for one in said.holdings}
    assert {category for parts in COLUMNS.values() for category in parts} == told
