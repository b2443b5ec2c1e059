"""Whole lives of cases over HTTP: filed, accepted, read; by 1, 4, 10 and 40 clients.

Then the same pages while a city's past lies in the table: 3,500, 100,000 and 1,000,000 cases.
One run, one machine: a fresh data folder, as many web processes as there are cores, no worker (jobs
are queued, nobody does them meanwhile). Beside it pgbench runs the statements of one life.
"""

import argparse
import asyncio
import contextlib
import os
import random
import tempfile
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg

from benchmarks import cases as filing
from benchmarks.cases import Web, drive, filled, percentile, pgbench, provider, verified
from benchmarks.telling import tell
from motcua import serve
from motcua.agencies import Agencies
from motcua.base.ids import SYSTEM
from motcua.base.pack import Pack
from motcua.base.settings import Settings
from motcua.cases import Procedures
from motcua.db import City
from motcua.db.migrate import app_url
from motcua.db.query import REGISTRY
from motcua.db.server import Server
from motcua.demo import eid, staging

ROOT = Path(__file__).parent.parent
PROCEDURE = "1.004873"
"""Every commune receives it, it costs nothing and needs no paper."""
CLIENTS = (1, 4, 10, 40)
AT = 4
RATE_MIN, P95_MS_MAX, PAGE_P95_MS_MAX, LOSS_MAX = 350, 40, 50, 0.10
SIZES = (3_500, 100_000, 1_000_000)
PAGES = 200


def pack(folder: Path) -> Path:
    """The other benchmark's, whose registers may answer after acceptance: no register runs here."""
    city = filing.pack(folder)
    place = folder / "vietnam" / "procedures" / f"{PROCEDURE}.yaml"
    place.write_text(place.read_text().replace("before: accept", "before: propose"))
    return city


def script(city: City, communes: list[str], version: str, person: str) -> str:
    """The statements of one life for pgbench: filing, then accepting, then reading."""
    filed = filing.transaction(city, communes, version, person)
    case = "('00000000-0000-7000-8000-' || lpad(to_hex(CAST(:id AS bigint)), 12, '0'))::uuid"
    me, now, system = f"'{person}'::uuid", "now()", f"'{SYSTEM}'::uuid"
    event = {
        "id": "gen_random_uuid()", "at": now, "kind": "'case.accepted'", "subject_id": case,
        "actor_id": system, "behalf_id": "NULL::uuid", "person_id": me, "agency_code": "'H26'",
        "facts": "'{\"status\": 2}'::jsonb", "salt": "'0123456789abcdef'::bytea",
        "digest": "sha256('leaf')", "jobs": "ARRAY['cases.tell_accepted']::text[]",
        "payloads": "ARRAY['{\"event\": 1}']::text[]",
    }  # fmt: skip
    key = {"person_id": system, "key": "'accept-' || CAST(:id AS bigint)"}
    accepted: list[tuple[str, dict[str, str]]] = [
        ("turn_of_key", key),
        ("lock_case_by_id", {"id": case}),
        ("sides_of_cases", {"cases": f"ARRAY[{case}]", "now": now}),
        ("promise_case", {"id": case, "accepted_at": now, "due_at": "now() + interval '3 days'",
                          "due_reasons": "'[]'::jsonb", "handler_id": "NULL::uuid"}),
        ("record_event", event),
        ("record_event", event),
        ("move_case", {"id": case, "step": "'examine'",
                       "step_role": "'handler'", "status": "4::smallint",
                       "business": "'in_hand'", "money": "'none'", "handing": "'nothing'",
                       "sync": "'due'", "step_due_at": now,
                       "closed_at": "NULL::timestamptz"}),
        ("keep_answer", {**key, "request_digest": "sha256('body')", "status": "200::smallint",
                         "body": f"decode('{'7b' * 1500}', 'hex')",
                         "media_type": "'application/json'", "at": now}),
    ]  # fmt: skip
    read = [("case_by_id", {"id": case}),
            ("sides_of_cases", {"cases": f"ARRAY[{case}]", "now": now})]  # fmt: skip
    # The fee of the other benchmark's case is open; this one owes nothing.
    return "\n".join(
        [filed.replace("'open'", "'none'"), *_transaction(str(SYSTEM), accepted),
         *_transaction(person, read), ""]
    )  # fmt: skip


def _transaction(person: str, statements: list[tuple[str, dict[str, str]]]) -> list[str]:
    lines = [
        "BEGIN;",
        f"SELECT set_config('motcua.person', '{person}', true),"
        "set_config('motcua.behalf', '', true);",
    ]
    for name, given in statements:
        [statement] = [s for key, (_, s) in REGISTRY.items() if key.endswith(f".{name}")]
        bare = "\n".join(line.partition("--")[0] for line in filled(statement, given).split("\n"))
        lines.append(bare.replace("\n", " ") + ";")
    return [*lines, "COMMIT;"]


def lives(webs: list[Web], city: City, clients: int, seconds: float, tokens: list[str]) -> Any:
    example = city[Procedures].by_code(PROCEDURE).procedure.form.example
    communes = [a.code for a in city[Agencies].all if a.kind == "commune"]
    bodies = [
        {"procedure": PROCEDURE, "answers": example, "documents": [], "agency": code}
        for code in communes
    ]
    return drive(
        {"ports": [web.port for web in webs], "connections": clients, "seconds": seconds,
         "tokens": tokens, "officer": eid.mint(city.settings, "commune"), "bodies": bodies}
    )  # fmt: skip


async def fill(server: Server, size: int) -> None:
    """Copies of the cases that were really filed, spread over years, agencies and people."""
    connection = await asyncpg.connect(server.url())
    try:
        there = await connection.fetchval("SELECT count(*) FROM cases.cases")
        columns = [r[0] for r in await connection.fetch(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_schema = 'cases' AND table_name = 'cases' ORDER BY ordinal_position"
        )]  # fmt: skip
        changed = {
            "id": "gen_random_uuid()", "code": "c.agency_code || '-past-' || n",
            "applicant_id": "gen_random_uuid()", "filed_by": "gen_random_uuid()",
            "filed_at": "c.filed_at - n * interval '40 seconds'",
            "intake_due_at": "c.intake_due_at - n * interval '40 seconds'",
            "closed_at": "CASE WHEN n % 100 = 0 THEN NULL ELSE c.filed_at END",
        }  # fmt: skip
        values = ", ".join(changed.get(name, f"c.{name}") for name in columns)
        await connection.execute(f"""
            INSERT INTO cases.cases ({", ".join(columns)})
            SELECT {values} FROM generate_series({there} + 1, {size}) AS n
            JOIN (SELECT *, row_number() OVER () AS k FROM cases.cases
                  WHERE accepted_at IS NOT NULL LIMIT 1000) AS c ON c.k = n % 1000 + 1
        """)
        await connection.execute("VACUUM ANALYZE cases.cases")
    finally:
        await connection.close()


def pages(web: Web, codes: list[tuple[str, str]]) -> dict[str, float]:
    """p95 of a case page by number, of a status by number, and of the list of one's own cases."""
    found: dict[str, list[float]] = {"case": [], "status": [], "mine": []}
    for code, token in random.sample(codes, min(PAGES, len(codes))):
        for name, path in (
            ("case", f"/api/v1/cases/{code}"),
            ("mine", "/api/v1/cases?limit=20"),
        ):
            begun = time.perf_counter()
            web.get(path, token)
            found[name].append((time.perf_counter() - begun) * 1000)
    for code, _ in codes[:50]:  # more would meet the limit for strangers
        begun = time.perf_counter()
        web.get(f"/api/v1/status/{code}")
        found["status"].append((time.perf_counter() - begun) * 1000)
        if len(found["status"]) >= 15:
            break
    return {name: percentile(values, 0.95) for name, values in found.items()}


def measure(seconds: float, sizes: tuple[int, ...], processes: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            pack=pack(Path(folder)), data=Path(folder) / "data", demo=True,
            port=28000 + os.getpid() % 1000 * 2,
        )  # fmt: skip
        settings.keys.mkdir(parents=True, mode=0o700)
        with Server(settings.data) as server:
            staging.prepare(settings)
            asyncio.run(serve.prepare(settings))
            with provider(settings, "staff"), contextlib.ExitStack() as stack:
                webs = []
                for n in range(processes):
                    web = Web(settings, settings.port + n * 500)
                    stack.callback(web.stop)
                    webs.append(web)
                return _measure(settings, server, webs, seconds, sizes)


def _measure(
    settings: Settings, server: Server, webs: list[Web], seconds: float, sizes: tuple[int, ...]
) -> dict[str, Any]:
    city = City(settings, Pack.read(settings.pack), app_url(settings))
    communes = [a.code for a in city[Agencies].all if a.kind == "commune"]
    version = city[Procedures].today[filing.PROCEDURE].version
    tokens = [eid.mint(settings, name) for name in filing.SENDERS]
    lives(webs, city, 8, 2, tokens)  # warm: statements prepared, forms compiled
    limit = pgbench(server, script(city, communes, version, str(uuid4())), seconds)
    series, codes, failed = {}, [], 0
    for clients in CLIENTS:
        done = lives(webs, city, clients, seconds, tokens)
        codes += done["codes"]
        failed += sum(done["failures"].values())
        times = done["milliseconds"]
        series[clients] = {
            "rate": round(len(done["codes"]) / done["seconds"], 1),
            "p50_ms": percentile(times, 0.50), "p95_ms": percentile(times, 0.95),
            "p99_ms": percentile(times, 0.99),
        }  # fmt: skip
    grown = {}
    for size in sizes:
        asyncio.run(fill(server, size))
        grown[size] = pages(webs[0], codes)
        at_size = lives(webs, city, AT, seconds, tokens)
        grown[size]["rate"] = round(len(at_size["codes"]) / at_size["seconds"], 1)
        failed += sum(at_size["failures"].values())
    here = series[AT]
    return {
        "rate": here["rate"], "rate_min": RATE_MIN, "limit_rate": round(limit, 1),
        "ratio": round(here["rate"] / limit, 3),
        **{name: here[name] for name in ("p50_ms", "p95_ms", "p99_ms")},
        "p95_ms_max": P95_MS_MAX, "clients": series, "web_processes": len(webs),
        "at_size": grown, "page_p95_ms_max": PAGE_P95_MS_MAX, "loss_max": LOSS_MAX,
        "failures": failed, "verified": failed == 0 and verified(webs[0], codes),
    }  # fmt: skip


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--json", action="store_true")
    asked.add_argument("--seconds", type=float, default=8)
    asked.add_argument("--sizes", type=int, nargs="*", default=SIZES)
    asked.add_argument("--processes", type=int, default=os.cpu_count() or 2)
    given = asked.parse_args()
    found = measure(given.seconds, tuple(given.sizes), given.processes)
    tell(found, given.json)


if __name__ == "__main__":
    main()
