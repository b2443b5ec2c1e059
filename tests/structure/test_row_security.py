"""A row of every table, and who finds it: nobody whom it does not concern.

The rows are made from nothing but their columns' types, so that no table is forgotten; all of it
happens in one transaction that is undone.
"""

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import asyncpg
import pytest

from motcua.base.ids import SYSTEM

OPEN = {
    "cases.procedures": "published",
    "cases.catalogue": "published",
    "cases.numbers": "how many cases an agency had on a day: whoever files counts on",
    "identity.kept_forms": "sealed: only the browser that sent it has the key",
    "jobs.pgqueuer": "ids, for whoever queues",
    "jobs.pgqueuer_log": "the queue's own diary",
    "jobs.pgqueuer_schedules": "the queue's own plan",
    "jobs.pgqueuer_statistics": "the queue's own figures",
    "score.editions": "which count of all figures is shown",
}
"""What everybody who acts may read, and why. Nothing in it is about a person."""

TABLES = """
    SELECT n.nspname || '.' || c.relname
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^(pg_|information_schema|migrations)' ORDER BY 1
"""
CHECKS = """
    SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname)
    FROM pg_constraint WHERE contype = 'c' AND conrelid <> 0
      AND connamespace::regnamespace::text !~ '^(pg_|information_schema)'
"""
COLUMNS = """
    SELECT a.attname, t.typname, (SELECT e.enumlabel FROM pg_enum e
        WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder LIMIT 1) AS label
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = $1::text::regclass AND a.attnum > 0 AND NOT a.attisdropped
      AND a.attgenerated = '' AND a.attidentity = ''
    ORDER BY a.attnum
"""
MADE = {
    "uuid": "gen_random_uuid()",
    "text": "gen_random_uuid()::text",
    "bytea": "decode(md5(random()::text), 'hex')",
    "jsonb": "'{}'",
    "bool": "false",
    "timestamptz": "now()",
    "date": "current_date",
    "interval": "'1 hour'",
    "int2": "1",
    "int4": "1",
    "tsvector": "''",
    "int8": "1000000000 + floor(random() * 1000000000)",
    "xid8": "pg_current_xact_id()",
}
"""A value of each type; that of a new type is still to be written down here."""


@pytest.fixture
async def rows(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A database with a row in every table, as the administrator, until the test is over."""
    connection = await asyncpg.connect(database_url)
    transaction = connection.transaction()
    await transaction.start()
    # Rows of nothing fit no other table and no rule of their own.
    await connection.execute("SET LOCAL session_replication_role = replica")
    for (drop,) in await connection.fetch(CHECKS):
        await connection.execute(drop)
    for table in await names(connection):
        await connection.execute(await _row(connection, table))
    yield connection
    await transaction.rollback()
    await connection.close()


async def names(connection: asyncpg.Connection) -> list[str]:
    return [row[0] for row in await connection.fetch(TABLES)]


async def _row(connection: asyncpg.Connection, table: str) -> str:
    columns = await connection.fetch(COLUMNS, table)
    values = []
    for column in columns:
        kind = column["typname"]
        if kind.startswith("_"):
            values.append("'{}'")
        elif column["label"] is not None:
            values.append(f"'{column['label']}'")
        else:
            values.append(MADE[kind])
    listed = ", ".join(f'"{column["attname"]}"' for column in columns)
    return f"INSERT INTO {table} ({listed}) VALUES ({', '.join(values)})"


async def found_by(
    connection: asyncpg.Connection, person: UUID | None, behalf: UUID | None = None
) -> dict[str, int]:
    """How many rows of each table they find, through the application's own role."""
    tables, shown = await names(connection), {}
    await connection.execute(
        f"SET LOCAL motcua.person = '{person or ''}'; SET LOCAL motcua.behalf = '{behalf or ''}';"
        " SET LOCAL ROLE motcua_app"
    )
    for table in tables:
        try:
            async with connection.transaction():
                shown[table] = await connection.fetchval(f"SELECT count(*) FROM {table}")
        except asyncpg.InsufficientPrivilegeError:
            shown[table] = 0  # not even the table may be asked
    await connection.execute("RESET ROLE")
    return {table: count for table, count in shown.items() if count}


async def test_every_table_has_a_row_to_find(rows: asyncpg.Connection) -> None:
    """Else the rest would prove nothing."""
    for table in await names(rows):
        assert await rows.fetchval(f"SELECT count(*) FROM {table}"), table


async def test_without_a_person_there_is_no_row_of_any_table(rows: asyncpg.Connection) -> None:
    assert await found_by(rows, None) == {}


async def test_a_stranger_finds_nothing_but_what_is_published(rows: asyncpg.Connection) -> None:
    await rows.execute("DELETE FROM identity.people WHERE kind IN ('officer', 'system')")
    for behalf in (None, uuid4()):
        assert (await found_by(rows, uuid4(), behalf)).keys() <= OPEN.keys()


@pytest.mark.parametrize("role", ["reception", "handler", "leader", "control", "admin"])
async def test_an_officer_of_another_agency_finds_nothing_either(
    rows: asyncpg.Connection, role: str
) -> None:
    """But for their own post, which is the first row of theirs."""
    officer = uuid4()
    await rows.execute("DELETE FROM identity.people WHERE kind IN ('officer', 'system')")
    await rows.execute(
        "INSERT INTO agencies.posts (person_id, agency_code, role, from_date)"
        " VALUES ($1, 'SM.ELSEWHERE', $2, current_date - 1)", officer, role,
    )  # fmt: skip
    shown = await found_by(rows, officer)
    assert shown.pop("agencies.posts") == 1
    assert shown.keys() <= OPEN.keys()


async def test_the_platform_finds_these_rows(rows: asyncpg.Connection) -> None:
    """So that they are there to be found, and it is the person who makes the difference."""
    shown = await found_by(rows, SYSTEM)
    assert {"cases.cases", "cases.drafts", "identity.people", "documents.files"} <= shown.keys()


async def test_the_gate_opens_single_questions_and_no_table(database_url: str) -> None:
    """Functions that see more belong to a role that nobody can take on, and say what they show."""
    connection = await asyncpg.connect(database_url)
    try:
        roles = await connection.fetch(
            "SELECT rolname, rolcanlogin, rolsuper, rolbypassrls FROM pg_roles"
            " WHERE rolname LIKE 'motcua%' ORDER BY 1"
        )
        assert [tuple(row) for row in roles] == [
            ("motcua_app", True, False, False),
            ("motcua_gate", False, False, False),
            ("motcua_owner", False, False, False),
        ]
        members = await connection.fetchval(
            "SELECT count(*) FROM pg_auth_members WHERE roleid::regrole::text LIKE 'motcua%'"
            " OR member::regrole::text LIKE 'motcua%'"
        )
        assert members == 0
        definers = await connection.fetch(
            "SELECT oid::regprocedure::text AS name, proowner::regrole::text AS owner,"
            " array_to_string(proconfig, ',') AS settings FROM pg_proc WHERE prosecdef"
            " AND pronamespace::regnamespace::text !~ '^(pg_|information_schema)'"
        )
        assert definers
        for one in definers:
            assert one["owner"] == "motcua_gate", one["name"]
            assert "search_path=pg_catalog" in one["settings"], one["name"]
    finally:
        await connection.close()
