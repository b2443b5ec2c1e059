"""The database itself holds the rules: who sees what, and which shape it has."""

import asyncio
import re
from pathlib import Path

import asyncpg
import pytest

from motcua.base.settings import Settings
from motcua.db.migrate import ROOMS, migrate
from motcua.db.server import Server

TABLES = """
    SELECT n.nspname || '.' || c.relname AS name, c.relrowsecurity, c.relforcerowsecurity,
           pg_get_userbyid(c.relowner) AS owner,
           EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid) AS has_policy
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^(pg_|information_schema)'
    ORDER BY 1
"""


async def rows(url: str, sql: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(url)
    try:
        found: list[asyncpg.Record] = await connection.fetch(sql)
        return found
    finally:
        await connection.close()


async def test_every_table_has_a_policy_and_forces_it(database_url: str) -> None:
    found = await rows(database_url, TABLES)
    assert len(found) > 20
    open_tables = [
        r["name"]
        for r in found
        if not (r["relrowsecurity"] and r["relforcerowsecurity"] and r["has_policy"])
    ]
    assert not open_tables


async def test_the_application_owns_nothing(database_url: str) -> None:
    assert {r["owner"] for r in await rows(database_url, TABLES)} == {"motcua_owner"}
    [role] = await rows(
        database_url,
        "SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = 'motcua_app'",
    )
    assert tuple(role) == (False, False, False)


async def test_with_nobody_set_no_table_shows_a_row(database_url: str) -> None:
    """Rows exist in many tables by now or not: without a person the answer is the same."""
    app = database_url.replace("postgres@", "motcua_app@")
    names = [r["name"] for r in await rows(database_url, TABLES)]
    connection = await asyncpg.connect(app)
    try:
        for name in names:
            if name == "migrations.done":
                continue
            try:
                shown = await connection.fetchval(f"SELECT count(*) FROM {name}")
            except asyncpg.InsufficientPrivilegeError:
                continue  # not even the table may be asked
            assert shown == 0, name
    finally:
        await connection.close()


SHAPE = """
    SELECT 'column', table_schema || '.' || table_name, column_name, data_type, is_nullable,
           coalesce(column_default, ''), ordinal_position::text
    FROM information_schema.columns WHERE table_schema = ANY ($1)
    UNION ALL
    SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid), '', '', ''
    FROM pg_constraint WHERE connamespace::regnamespace::text = ANY ($1)
    UNION ALL
    SELECT 'policy', schemaname || '.' || tablename, policyname, coalesce(qual, ''),
           coalesce(with_check, ''), cmd, roles::text
    FROM pg_policies WHERE schemaname = ANY ($1)
    UNION ALL
    SELECT 'grant', table_schema || '.' || table_name, column_name, privilege_type, grantee, '', ''
    FROM information_schema.column_privileges WHERE table_schema = ANY ($1)
    UNION ALL
    SELECT 'index', schemaname || '.' || tablename, indexname, indexdef, '', '', ''
    FROM pg_indexes WHERE schemaname = ANY ($1)
    UNION ALL
    SELECT 'function', oid::regprocedure::text, pg_get_functiondef(oid), proowner::regrole::text,
           '', '', ''
    FROM pg_proc WHERE pronamespace::regnamespace::text = ANY ($1)
    UNION ALL
    SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid), '', '', ''
    FROM pg_trigger WHERE NOT tgisinternal
"""


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("migrated"))


async def _shape(url: str) -> set[tuple[str, ...]]:
    connection = await asyncpg.connect(url)
    try:
        found = await connection.fetch(SHAPE, [*ROOMS, "jobs"])
    finally:
        await connection.close()
    return {tuple(r) for r in found}


def test_all_migrations_make_what_all_tables_say(database_url: str, migrated: str) -> None:
    folder = Path(migrated)
    settings = Settings(pack=folder, data=folder)
    with Server(folder) as server:
        first = asyncio.run(migrate(settings))
        assert first
        assert asyncio.run(migrate(settings)) == []  # a second start changes nothing
        made = asyncio.run(_shape(server.url()))
    said = asyncio.run(_shape(database_url))
    assert made - said == set()
    assert said - made == set()


async def test_policies_look_into_other_tables_by_index_only(database_url: str) -> None:
    """docs/notes/0013: what could be hashed would be, and reads the whole other table."""
    connection = await asyncpg.connect(database_url)
    try:
        found = await connection.fetch(
            "SELECT schemaname || '.' || tablename || ' ' || policyname AS name,"
            " concat(qual, ' ', with_check) AS rule FROM pg_policies"
        )
    finally:
        await connection.close()
    hashable = re.compile(r"WHERE \(+[a-z_.]+ = [a-z_.]+\)|IN \( SELECT")
    assert [r["name"] for r in found if hashable.search(" ".join(r["rule"].split()))] == []
