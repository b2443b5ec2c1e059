"""A city's past: every end of a case reached through the API in every commune, then copied.

Lived: one case of each kind in each commune, by residents and officers over HTTP, while registers
answer and the worker works. Copied: the same rows again under other ids, codes and moments, for
other people, each case with everything that belongs to it. With the original stay the digests of
its events, its notices and the looks into registers; the copies lie open, as all cases did before
people had keys.
"""

import asyncio
import json
import time
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from benchmarks.driver import Line
from motcua import cases
from motcua.agencies import Agencies
from motcua.base.settings import Settings
from motcua.cases import Procedures
from motcua.db import City
from motcua.demo import eid

PROCEDURE = "1.004873"
"""Every commune receives it, and it needs no paper."""
SENDERS = ("binh", "giang", "hoa", "hung")
LINES = 8
ANSWER_SECONDS_MAX = 300
PEOPLE = 250_000
DAYS = 460
"""So far back reach the copies of what is over; what is open was filed within OPEN_DAYS."""
OPEN_DAYS = 6
OPEN_AGENCY = 20
"""Open cases of each commune at every size: a city's work does not grow with its past."""
ENDED_EACH = 10
"""Of so many that are over one was refused or withdrawn; the others were granted."""
OWN, FIRMS = 5, 2000
"""Cases of one resident, and of one firm, at every size: open ones and such as are over."""
FIRST_SIZE_MIN = 3_500

KINDS: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "new": [],
    "taken": [("officer", {"action": "accept"})],
    "waiting": [("officer", {"action": "accept"}),
                ("officer", {"action": "request_supplement", "text": "Bổ sung.", "fields": []})],
    "asked": [("officer", {"action": "accept"}),
              ("officer", {"action": "ask_opinion", "text": "Ý kiến?", "limit": "3wd"})],
    "refused": [("officer", {"action": "refuse", "reason": "Không thuộc thẩm quyền."})],
    "withdrawn": [("resident", {"action": "withdraw"})],
    "done": [("officer", {"action": "accept"}),
             ("officer", {"action": "state_fee", "amount": 0, "text": "Theo nghị quyết."}),
             ("officer", {"action": "propose", "outcome": "granted"}),
             ("leader", {"action": "approve"}), ("leader", {"action": "sign"})],
}  # fmt: skip
OPEN = ("new", "taken", "waiting", "asked")
"""Kinds that are not over yet."""


class Speaker:
    """One kept connection on which anybody may speak."""

    def __init__(self, port: int, tokens: dict[str, str]) -> None:
        self.line, self.tokens = Line("127.0.0.1", port), tokens

    async def say(self, who: str, path: str, body: dict[str, Any] | None = None) -> Any:
        method = "GET" if body is None else "POST"
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {self.tokens[who]}\r\nIdempotency-Key: {uuid4()}\r\n"
        )
        status, said = await self.line.ask(
            head.encode(), json.dumps(body).encode() if body else b""
        )
        if status >= 300:
            raise SystemExit(f"{method} {path} {body}: {status} {said.decode()[:500]}")
        return json.loads(said)


async def live(settings: Settings, city: City, port: int) -> dict[str, list[str]]:
    """One case of each kind in each commune, lived as far as its kind says; their codes."""
    communes = [a.code for a in city[Agencies].all if a.kind == "commune"]
    example = city[Procedures].by_code(PROCEDURE).procedure.form.example
    names = {"officer": "commune", "leader": "commune-leader"}
    tokens = {n: eid.mint(settings, n) for n in SENDERS} | {
        role: eid.mint(settings, name) for role, name in names.items()
    }
    todo = [(kind, commune) for kind in KINDS for commune in communes]
    lived: dict[str, list[str]] = {kind: [] for kind in KINDS}

    async def work(speaker: Speaker) -> None:
        await speaker.line.open()
        while todo:
            kind, commune = todo.pop(0)
            sender = SENDERS[len(todo) % len(SENDERS)]
            filed = await speaker.say(sender, "/api/v1/cases", {
                "procedure": PROCEDURE, "answers": example, "documents": [], "agency": commune,
            })  # fmt: skip
            lived[kind].append(filed["code"])
            for who, act in KINDS[kind]:
                person = sender if who == "resident" else who
                await _offered(speaker, person, filed["code"], act["action"])
                if act["action"] == "ask_opinion":
                    act = {**act, "agency": communes[communes.index(commune) - 1]}
                await speaker.say(person, f"/api/v1/cases/{filed['code']}/actions", act)

    await asyncio.gather(*(work(Speaker(port, tokens)) for _ in range(LINES)))
    return lived


async def _offered(speaker: Speaker, who: str, code: str, action: str) -> None:
    """Most acts can be done at once; some wait for registers that the worker asks."""
    until = time.monotonic() + ANSWER_SECONDS_MAX
    while time.monotonic() < until:
        case = await speaker.say(who, f"/api/v1/cases/{code}")
        if any(one["action"] == action for one in case["actions"]):
            return
        await asyncio.sleep(0.2)
    raise SystemExit(f"{code} never came to {action}: {case}")


TABLES = {
    "cases.cases": "t.id",
    "db.events": "t.subject_id",
    "cases.findings": "t.case_id",
    "cases.proposals": "t.case_id",
    "cases.approvals": "(SELECT p.case_id FROM cases.proposals p WHERE p.id = t.proposal_id)",
    "cases.supplements": "t.case_id",
    "cases.opinions": "t.case_id",
    "cases.looks": "t.case_id",
    "documents.numbers": "t.case_id",
    "documents.results": "t.case_id",
    "documents.files": "(SELECT r.case_id FROM documents.results r WHERE r.file_id = t.id)",
    "documents.shares": "(SELECT r.case_id FROM documents.results r WHERE r.file_id = t.file_id)",
    "documents.result_statuses":
        "(SELECT r.case_id FROM documents.results r WHERE r.reference = t.reference)",
}  # fmt: skip
"""Everything that belongs to a case, and to which one each row does."""
PEOPLE_COLUMNS = {
    "applicant_id", "filed_by", "handler_id", "actor_id", "behalf_id", "person_id", "proposed_by",
    "approved_by", "asked_by", "given_by", "officer_id", "owner_id", "made_by", "holder_id",
}  # fmt: skip
CHANGED = {
    "cases.cases.code":
        "t.agency_code || '-' || to_char(t.filed_at - p.age, 'YYMMDD') || '-' || (1000000 + p.n)",
    "documents.numbers.sequence": "1000000 + p.n",
    "db.events.facts": """CASE WHEN t.facts ? 'due_at' THEN jsonb_set(t.facts, '{due_at}',
        to_jsonb(CAST(t.facts ->> 'due_at' AS timestamptz) - p.age)) ELSE t.facts END""",
    "reference": "upper(left(md5(t.reference || p.n), 20))",
}  # fmt: skip
COPIED = """
    CREATE FUNCTION pg_temp.copied(id uuid, n bigint, age interval) RETURNS uuid LANGUAGE sql
    RETURN CAST(overlay(overlay(md5(id::text || n) PLACING '8' FROM 17) PLACING lpad(to_hex(CAST(
        extract(epoch FROM uuid_extract_timestamp(id) - age) * 1000 AS bigint)), 12, '0') || '7'
        FROM 1) AS uuid)
"""
"""An id in time order, as the platform makes them: its moment moved, the rest drawn by lot."""


class Past:
    """The rows of one city, grown from size to size on one connection of the administrator."""

    def __init__(
        self,
        connection: asyncpg.Connection,
        city: City,
        owners: dict[str, UUID],
        changed: dict[str, str] | None = None,
    ) -> None:
        """`changed`: further columns of copies, each with its SQL."""
        self.connection, self.city, self.owners = connection, city, owners
        self.changed = CHANGED | (changed or {})
        self.lived = 0

    async def begin(self) -> None:
        """Sets the originals aside: what is copied are lives, never copies."""
        run = self.connection.execute
        await run("SET session_replication_role = replica; SET synchronous_commit = off")
        # Of this city's own server, and of no importance to who reads.
        await run("ALTER SYSTEM SET max_wal_size = '16GB'")
        await run("ALTER SYSTEM SET autovacuum = off")
        await run("SELECT pg_reload_conf()")
        await run(COPIED)
        self.lived = await self.connection.fetchval("SELECT count(*) FROM cases.cases")
        for table, case in TABLES.items():
            # What happened is copied in its order: where a row lies in its table says nothing.
            order = "ORDER BY t.sequence" if table == "db.events" else ""
            await run(f"""
                CREATE TEMP TABLE {_lived(table)} AS
                SELECT t.*, {case} AS of_case FROM {table} t {order}
            """)
            await run(f"CREATE INDEX ON {_lived(table)} (of_case)")
            await run(f"ANALYZE {_lived(table)}")
        await self._open("cases.cases", ("subject", "answers"))
        await self._open("cases.findings", ("answer",))
        await run(f"""
            INSERT INTO identity.people (id, kind, issuer, subject, name, first_seen_at, seen_at)
            SELECT md5('past ' || n)::uuid, 'person', 'past', n, 'Người dân ' || n, now(), now()
            FROM generate_series(0, {PEOPLE - 1}) AS n
        """)

    async def _open(self, table: str, columns: tuple[str, ...]) -> None:
        """What lies sealed for one person and row can be opened for no other."""
        rows = await self.connection.fetch(f"""
            SELECT t.ctid::text, to_jsonb(t) || jsonb_build_object('applicant_id', c.applicant_id)
            FROM {_lived(table)} t JOIN cases.cases c ON c.id = t.of_case
        """)
        places = ", ".join(f"{column} = ${n}" for n, column in enumerate(columns, 2))
        for ctid, row in rows:
            opened = cases.opened_row(self.city, table, json.loads(row))
            await self.connection.execute(
                f"UPDATE {_lived(table)} SET {places} WHERE ctid = CAST(CAST($1 AS text) AS tid)",
                ctid, *(json.dumps(opened[column]) for column in columns),
            )  # fmt: skip

    async def grow(self, size: int, open_more: int = 0) -> float:
        """Copies until there are so many cases, the first of them open; how long it took."""
        begun = time.monotonic()
        await self._choose(size, open_more)
        for table in TABLES:
            await self.connection.execute(await self._copying(table))
        await self.connection.execute("DROP TABLE copies")
        await self.connection.execute("VACUUM (ANALYZE) " + ", ".join([*TABLES, "identity.people"]))
        return time.monotonic() - begun

    async def _choose(self, size: int, open_more: int) -> None:
        """Which life each copy repeats, how long ago, and whose it is."""
        there = await self.connection.fetchval("SELECT count(*) FROM cases.cases")
        lan, an, firm = (self.owners[name] for name in ("lan", "an", "thu-nghiem"))
        last = FIRST_SIZE_MIN - self.lived
        firms = f"rank BETWEEN {last - OWN - FIRMS + 1} AND {last - OWN}"
        own = f"rank BETWEEN {last - OWN + 1} AND {last}"
        await self.connection.execute(f"""
            CREATE TEMP TABLE copies AS
            WITH lives AS (
                SELECT id, filed_by, kind,
                       row_number() OVER (PARTITION BY kind ORDER BY code) - 1 AS place
                FROM (SELECT *, CASE WHEN closed_at IS NULL THEN 'open'
                      WHEN business = 'decided' THEN 'decided' ELSE 'ended' END AS kind
                      FROM {_lived("cases.cases")}) AS c
            ), many AS (
                SELECT kind, count(*) FROM lives GROUP BY kind
            ), numbered AS (
                SELECT n, n - {self.lived} AS rank, md5('past ' || n % {PEOPLE})::uuid AS person,
                       CASE WHEN n <= {there + open_more} THEN 'open'
                            WHEN n % {ENDED_EACH} = 0 THEN 'ended' ELSE 'decided' END AS kind
                FROM generate_series({there + 1}, {size}) AS n
            )
            SELECT n, l.id AS original, l.filed_by AS sender,
                   CASE WHEN {own} THEN '{lan}'::uuid WHEN {firms} THEN '{firm}'::uuid
                        ELSE person END AS person,
                   CASE WHEN {own} THEN '{lan}'::uuid WHEN {firms} THEN '{an}'::uuid
                        ELSE person END AS filer,
                   ({size + 1} - n) / CAST({size - there} AS double precision) * interval '1 day'
                       * CASE kind WHEN 'open' THEN {OPEN_DAYS} ELSE {DAYS} END AS age
            FROM numbered JOIN many USING (kind)
            JOIN lives AS l USING (kind)
            WHERE l.place = n % many.count
            ORDER BY n
        """)

    async def _copying(self, table: str) -> str:
        columns = await self.connection.fetch(
            "SELECT column_name, data_type FROM information_schema.columns"
            " WHERE table_schema || '.' || table_name = $1 AND is_identity = 'NO'"
            " AND is_generated = 'NEVER' ORDER BY ordinal_position", table,
        )  # fmt: skip
        values = [self._copy_of(table, name, kind) for name, kind in columns]
        return f"""
            INSERT INTO {table} ({", ".join(name for name, _ in columns)})
            SELECT {", ".join(values)}
            FROM (SELECT * FROM copies ORDER BY n) AS p
            CROSS JOIN LATERAL (
                SELECT * FROM {_lived(table)} o WHERE o.of_case = p.original ORDER BY o.ctid
            ) AS t
        """

    def _copy_of(self, table: str, name: str, kind: str) -> str:
        if changed := self.changed.get(f"{table}.{name}") or self.changed.get(name):
            return changed
        if name in PEOPLE_COLUMNS:
            whose = "filer" if name in ("filed_by", "actor_id") else "person"
            return f"CASE t.{name} WHEN p.sender THEN p.{whose} ELSE t.{name} END"
        if kind == "uuid":
            return f"pg_temp.copied(t.{name}, p.n, p.age)"
        if kind == "timestamp with time zone":
            return f"t.{name} - p.age"
        return f"CAST(t.{name} - p.age AS date)" if kind == "date" else f"t.{name}"


def _lived(table: str) -> str:
    return "lived_" + table.replace(".", "_")
