"""Whole lives of cases over HTTP: filed, accepted, read; by 1, 4, 10 and 40 clients.

Then the pages of cases while a city's past lies in the tables (`benchmarks/sizes.py`).
One run, one machine: a fresh data folder, as many web processes as there are cores, no worker (jobs
are queued, nobody does them meanwhile). Beside it pgbench runs the statements of one life.
"""

import argparse
import asyncio
import contextlib
import os
import tempfile
from pathlib import Path
from typing import Any
from uuid import uuid4

from benchmarks import cases as filing
from benchmarks import sizes
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
RATE_MIN, P95_MS_MAX = 350, 40


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
    kinds = ["case.accepted", "case.taken_up"]
    happened = filing.happened(case, system, me, kinds, ["cases.tell_accepted"])
    key = {"person_id": system, "key": "'accept-' || CAST(:id AS bigint)"}
    accepted: list[tuple[str, dict[str, str]]] = [
        ("take_turn", {"key": key["key"]}),
        ("lock_case_by_id", {"id": case}),
        ("sides_of_cases", {"cases": f"ARRAY[{case}]", "now": now}),
        ("posts_of_person", {"person_id": system, "today": "current_date",
                             "among": "ARRAY['H26']::text[]"}),
        ("record_events", happened),
        ("move_case", {"id": case, "step": "'examine'",
                       "step_role": "'handler'", "status": "4::smallint",
                       "business": "'in_hand'", "money": "'none'", "handing": "'nothing'",
                       "sync": "'due'", "step_due_at": now, "accepted_at": now,
                       "due_at": "now() + interval '3 days'", "due_reasons": "'[]'::jsonb",
                       "closed_at": "NULL::timestamptz"}),
        ("keep_answer", {**key, "request_digest": "sha256('body')", "status": "200::smallint",
                         "body": f"decode('{'7b' * 1500}', 'hex')",
                         "media_type": "'application/json'", "at": now}),
    ]  # fmt: skip
    read = [("case_by_id", {"id": case})]
    # The fee of the other benchmark's case is open; this one owes nothing, and nobody asks for it.
    free = [line for line in filed.split("\n") if "payments.requests" not in line]
    free = [line.replace("'open'", "'none'") for line in free]
    return "\n".join([*free, *_transaction(str(SYSTEM), accepted), *_transaction(person, read), ""])


def _transaction(person: str, statements: list[tuple[str, dict[str, str]]]) -> list[str]:
    lines = [
        "BEGIN;",
        f"SET LOCAL motcua.person = '{person}';",
        "SET LOCAL motcua.behalf = '';",
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


def measure(seconds: float, processes: int) -> dict[str, Any]:
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
                return _measure(settings, server, webs, seconds)


def _measure(settings: Settings, server: Server, webs: list[Web], seconds: float) -> dict[str, Any]:
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
    here = series[AT]
    return {
        "rate": here["rate"], "rate_min": RATE_MIN, "limit_rate": round(limit, 1),
        "ratio": round(here["rate"] / limit, 3),
        **{name: here[name] for name in ("p50_ms", "p95_ms", "p99_ms")},
        "p95_ms_max": P95_MS_MAX, "clients": series, "web_processes": len(webs),
        "failures": failed, "verified": failed == 0 and verified(webs[0], codes),
    }  # fmt: skip


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--json", action="store_true")
    asked.add_argument("--seconds", type=float, default=8)
    asked.add_argument("--sizes", type=int, nargs="*", default=sizes.SIZES)
    asked.add_argument("--processes", type=int, default=os.cpu_count() or 2)
    given = asked.parse_args()
    found = measure(given.seconds, given.processes)
    if given.sizes:
        found["sizes"] = sizes.measure(tuple(given.sizes))
        found["verified"] &= found["sizes"]["verified"]
    tell(found, given.json)


if __name__ == "__main__":
    main()
