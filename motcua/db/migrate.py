"""Bring a database to the shape this version needs: roles, then numbered steps, forward only.

A step's file name says when it runs: `0002_pre_identity.sql` before the new code serves,
`…_post_…` after. A step once released is never edited; its digest is kept.
"""

import hashlib
import re
import secrets
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from motcua.base.errors import Unavailable
from motcua.base.settings import Settings
from motcua.db.server import Server

STEPS = Path(__file__).parent / "migrations"
ROOMS = (
    "db", "exchange", "identity", "agencies", "documents", "payments", "notices", "cases",
    "privacy", "score",
)  # fmt: skip
"""Rooms with tables, in the order of the floors."""

_ROLES = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'motcua_owner') THEN
        CREATE ROLE motcua_owner NOLOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'motcua_gate') THEN
        CREATE ROLE motcua_gate NOLOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'motcua_app') THEN
        CREATE ROLE motcua_app LOGIN NOBYPASSRLS;
    END IF;
END $$;
"""

_LEDGER = """
CREATE SCHEMA IF NOT EXISTS migrations;
CREATE TABLE IF NOT EXISTS migrations.done (
    name text PRIMARY KEY,
    digest text NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE migrations.done ENABLE ROW LEVEL SECURITY;
ALTER TABLE migrations.done FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS owner_only ON migrations.done;
CREATE POLICY owner_only ON migrations.done TO motcua_owner USING (true);
"""

# Steps run as the administrator; what they made belongs to a role that cannot sign in.
_HAND_OVER = """
DO $$ DECLARE thing record; BEGIN
    FOR thing IN
        SELECT format('SCHEMA %I', nspname) AS name FROM pg_namespace
        WHERE nspowner = current_user::regrole AND nspname !~ '^(pg_|information_schema|public)'
        UNION ALL
        SELECT format('%s %s', CASE relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'v' THEN 'VIEW'
                               ELSE 'TABLE' END, pg_class.oid::regclass)
        FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE relowner = current_user::regrole AND relkind IN ('r', 'p', 'v', 'S')
          AND nspname !~ '^(pg_|information_schema|public)'
          -- The sequence of an identity column goes with its table.
          AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype IN ('a', 'i')
                          AND classid = 'pg_class'::regclass)
        UNION ALL
        SELECT format('FUNCTION %s', pg_proc.oid::regprocedure)
        FROM pg_proc JOIN pg_namespace ON pg_namespace.oid = pronamespace
        WHERE proowner = current_user::regrole AND nspname !~ '^(pg_|information_schema|public)'
    LOOP
        EXECUTE format('ALTER %s OWNER TO motcua_owner', thing.name);
    END LOOP;
END $$;
"""


async def migrate(settings: Settings) -> list[str]:
    """Run what is missing, each step in a transaction of its own; the names of what ran."""
    url = admin_url(settings)
    await _create_database(url)
    connection = await asyncpg.connect(url)
    try:
        # Two starts at once: one waits.
        await connection.execute("SELECT pg_advisory_lock(7203507)")
        await connection.execute(_ROLES)
        if settings.database_url:
            quoted = await connection.fetchval(
                "SELECT quote_literal($1::text)", _password(settings)
            )
            await connection.execute(f"ALTER ROLE motcua_app PASSWORD {quoted}")
        await connection.execute(_LEDGER)
        done = dict(await connection.fetch("SELECT name, digest FROM migrations.done"))
        ran = []
        for step in sorted(STEPS.glob("*.sql")):
            digest = hashlib.sha256(step.read_bytes()).hexdigest()
            if step.name in done:
                if done[step.name] != digest:
                    raise Unavailable("database.step_was_edited", step=step.name)
                continue
            await run(connection, step.name, step.read_text(), digest)
            ran.append(step.name)
        return ran
    finally:
        await connection.close()


async def run(connection: asyncpg.Connection, name: str, sql: str, digest: str) -> None:
    async with connection.transaction():
        await connection.execute(
            "SET LOCAL lock_timeout = '5s'; SET LOCAL statement_timeout = '1min'"
        )
        await connection.execute(sql)
        await connection.execute(_HAND_OVER)
        await connection.execute("INSERT INTO migrations.done VALUES ($1, $2)", name, digest)


async def _create_database(url: str) -> None:
    parts = urlsplit(url)
    name = parts.path.lstrip("/") or "motcua"
    connection = await asyncpg.connect(urlunsplit(parts._replace(path="/postgres")))
    try:
        if not await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", name):
            assert re.fullmatch(r"[a-z_][a-z0-9_]*", name), name
            await connection.execute(f"CREATE DATABASE {name}")
    finally:
        await connection.close()


def admin_url(settings: Settings) -> str:
    """Who may change the shape of the database: the owner of the server."""
    return settings.database_url or Server(settings.data).url()


def app_url(settings: Settings) -> str:
    """The address by which the application's role signs in; on a foreign server with a password."""
    parts = urlsplit(admin_url(settings))
    if settings.database_url is None:
        return urlunsplit(parts._replace(netloc="motcua_app@"))
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"motcua_app:{quote(_password(settings))}@{host}"))


def _password(settings: Settings) -> str:
    file = settings.keys / "database-password"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(24))
    return file.read_text()
