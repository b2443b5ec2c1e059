"""How many cases a city can receive: submissions over HTTP beside pgbench on the same SQL.

One run, one machine: a fresh data folder, one web process, no demo processes and no worker (jobs
are queued, nobody does them meanwhile). The pack is Hanoi's with one change: every commune may
receive the procedure, so that the daily numbers are spread over its 126 agencies.
"""

import argparse
import asyncio
import contextlib
import json
import os
import random
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

from benchmarks.telling import tell
from motcua import serve
from motcua.agencies import Agencies
from motcua.base.pack import Pack
from motcua.base.settings import Settings
from motcua.cases import Procedures
from motcua.cases import queries as _cases  # noqa: F401 - declares its statements
from motcua.cases.model.procedure import Procedure
from motcua.db import City
from motcua.db import queries as _db  # noqa: F401
from motcua.db.migrate import app_url
from motcua.db.query import REGISTRY, Statement
from motcua.db.server import Server, binaries
from motcua.demo import eid, staging
from motcua.payments import queries as _payments  # noqa: F401

ROOT = Path(__file__).parent.parent
PROCEDURE = "3.000333"
CONNECTIONS = 32
PGBENCH_CLIENTS = 8
RATIO_MIN, ROUND_TRIPS_MAX, P99_MS_MAX = 0.3, 8, 60
READ_BACK = 300
# A handful of people send what a city sends: what one of them may is not what is measured.
UNLIMITED = dict.fromkeys(("client", "person", "status"), "1000000 per second")
SENDERS = ("an", "binh", "giang", "hoa", "hung", "lan")


def pack(folder: Path) -> Path:
    """Hanoi's pack, with a procedure that every commune receives."""
    for name in ("vietnam", "hanoi"):
        shutil.copytree(ROOT / "packs" / name, folder / name)
    place = folder / "vietnam" / "procedures" / f"{PROCEDURE}.yaml"
    text = place.read_text().replace(
        "agencies: {codes: [criminal_records]}", "agencies: {kind: commune}"
    )
    place.write_text(text)
    procedure = Pack.read(folder / "vietnam").folder("procedures", Procedure)[PROCEDURE]
    assert procedure.agencies.kind == "commune"
    return folder / "hanoi"


def answers() -> dict[str, Any]:
    shared = ROOT.parent / "shared" / "examples" / "first-case.json"
    if shared.exists():
        given: dict[str, Any] = json.loads(shared.read_text())["answers"]
        return given
    pack_of_land = Pack.read(ROOT / "packs" / "vietnam")
    return pack_of_land.folder("procedures", Procedure)[PROCEDURE].form.example


def transaction(city: City, agencies: list[str], version: str, person: str) -> str:
    """One submission's transaction as a pgbench script: the very statements, with made-up values.

    pgbench fills `:id`, `:amount` …; everything else is a constant of about a real one's size.
    """
    case = "('00000000-0000-7000-8000-' || lpad(to_hex(CAST(:id AS bigint)), 12, '0'))::uuid"
    me, now = f"'{person}'::uuid", "now()"
    key, number = "'bench-' || CAST(:id AS bigint)", "CAST(CAST(:id AS bigint) AS text)"
    told = json.dumps(answers(), ensure_ascii=False)
    lines = [{"rule": "ordinary", "amount": 200000, "reason": {"vi": "Phí", "en": "Fee"}}]
    fee = json.dumps({"total": 200000, "lines": lines}, ensure_ascii=False)
    agency = f"(ARRAY{agencies!r}::text[])[CAST(:agency AS int)]"
    values = {
        "take_turn": {"key": key},
        "file_case": {
            "id": case, "prefix": f"{agency} || '-261123-'", "day": "current_date",
            "procedure_code": f"'{PROCEDURE}'", "procedure_version": f"'{version}'",
            "agency_code": agency, "step": "'intake'", "status": "1::smallint", "filed_by": me,
            "filed_by_name": "'An'", "applicant_id": me, "applicant_name": "'An'",
            "subject": "'{\"number\": \"1\"}'::jsonb", "answers": f"'{told}'::jsonb",
            "delivery": "'electronic'", "fee": f"'{fee}'::jsonb", "fee_amount": "200000",
            "filed_at": now, "intake_due_at": "now() + interval '8 hours'", "language": "'vi'",
            "money": "'open'", "regime": "'bench'", "at_agency": agency,
            "step_due_at": "now() + interval '8 hours'", "lane": "'ordinary'",
            "lead_id": "NULL::uuid", "channel": "'online'", "counter_code": "NULL::text",
            "representative": "NULL::jsonb", "step_role": "'reception'",
        },
        "record_events": happened(
            case, me, me, ["case.filed"], ["cases.ask_when_filed", "cases.tell_received"]
        ),
        "open_request": {
            "id": case, "reference": f"lpad({number}, 20, '0')", "thing_id": case,
            "thing_code": key, "payer": me, "agency": agency, "amount": "200000",
            "currency": "'VND'", "lines": f"'{json.dumps(lines, ensure_ascii=False)}'::jsonb",
            "at": now, "counter": "NULL::text",
        },
        "keep_answer": {
            "person_id": me, "key": key, "request_digest": "sha256('body')",
            "status": "201::smallint", "body": f"decode('{'7b' * 1500}', 'hex')",
            "media_type": "'application/json'", "at": now,
        },
    }  # fmt: skip
    script = [
        "\\set id random(1, 281474976710655)",
        f"\\set agency random(1, {len(agencies)})",
        "BEGIN;",
        f"SET LOCAL motcua.person = '{person}';",
        "SET LOCAL motcua.behalf = '';",
    ]
    for name, given in values.items():
        [statement] = [s for key, (_, s) in REGISTRY.items() if key.endswith(f".{name}")]
        sql = filled(statement, given)
        script.append(re.sub(r"--[^\n]*", "", sql).replace("\n", " ") + ";")
    return "\n".join([*script, "COMMIT;", ""])


def happened(
    case: str, actor: str, person: str, kinds: list[str], jobs: list[str]
) -> dict[str, str]:
    """What `record_events` is given."""
    many = len(kinds)

    def each(one: str, kind: str) -> str:
        return f"ARRAY[{', '.join([one] * many)}]::{kind}[]"

    return {
        "subject_id": case, "at": "now()", "actor_id": actor, "behalf_id": "NULL::uuid",
        "ids": each("gen_random_uuid()", "uuid"), "kinds": f"ARRAY{kinds!r}::text[]",
        "persons": each(person, "uuid"), "agencies": each("'H26'", "text"),
        "facts": each("'{\"status\": 1}'", "text"),
        "salts": each("'0123456789abcdef'", "bytea"), "digests": each("sha256('leaf')", "bytea"),
        "jobs": f"ARRAY{jobs!r}::text[]",
        "payloads": f"ARRAY{['{}'] * len(jobs)!r}::bytea[]",
    }  # fmt: skip


def filled(statement: Statement, given: dict[str, str]) -> str:
    """The statement with its parameters written out."""
    return re.sub(
        r"\$(\d+)",
        lambda match: f"({given[statement.parameters[int(match[1]) - 1]]})",
        statement.sql,
    )


def pgbench(server: Server, script: str, seconds: float) -> float:
    """Transactions a second of the same SQL without us."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql", delete=False) as file:
        file.write(script)
    done = subprocess.run(
        [binaries() / "pgbench", "-n", "-M", "prepared", "-c", str(PGBENCH_CLIENTS), "-j", "2",
         "-T", str(int(seconds)), "-f", file.name, "-h", str(server.socket), "-U", "motcua_app",
         "motcua"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    found = re.search(r"tps = ([0-9.]+) \(without", done.stdout)
    if done.returncode or not found:
        raise SystemExit(done.stdout + done.stderr)
    return float(found[1])


class Web:
    """One web process of the platform on a port of its own."""

    def __init__(self, settings: Settings, port: int | None = None) -> None:
        self.port = port or settings.port
        self.process = subprocess.Popen(
            [sys.executable, "-m", "motcua.app", "--port", str(self.port)],
            env=os.environ | settings.environment() | {"MOTCUA_LIMITS": json.dumps(UNLIMITED)},
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        for _ in range(300):
            with contextlib.suppress(OSError):
                self.get("/health/ready")
                return
            time.sleep(0.1)
        raise SystemExit("the web process did not come up")

    def get(self, path: str, token: str | None = None) -> str:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}")
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        with urllib.request.urlopen(request, timeout=10) as answer:
            return str(answer.read().decode())

    def meter(self, name: str) -> float:
        found = re.search(rf"^{name} ([0-9.e+]+)$", self.get("/metrics"), re.MULTILINE)
        assert found, name
        return float(found[1])

    def megabytes(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        assert found
        return int(found[1]) / 1024

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)


def load(web: Web, tokens: list[str], agencies: list[str], seconds: float, rate: float = 0) -> Any:
    """Submissions from a process of its own."""
    bodies = [
        {"procedure": PROCEDURE, "answers": answers(), "documents": [], "agency": agency,
         "delivery": "electronic"}
        for agency in agencies
    ]  # fmt: skip
    return drive(
        {"ports": [web.port], "connections": CONNECTIONS, "seconds": seconds, "rate": rate,
         "tokens": tokens, "bodies": bodies}
    )  # fmt: skip


def drive(plan: dict[str, Any]) -> Any:
    """What the driver, a process of its own, measured."""
    done = subprocess.run(
        [sys.executable, str(Path(__file__).parent / "driver.py")],
        input=json.dumps(plan), stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return json.loads(done.stdout)


@contextlib.contextmanager
def provider(settings: Settings, *parts: str) -> Iterator[None]:
    """The e-ID (and other `parts` of the demo), idle but for keys that web processes read once."""
    with contextlib.ExitStack() as stack:
        for name, arguments in staging.processes(settings):
            if name not in ("eid", *parts):
                continue
            process = subprocess.Popen(
                [sys.executable, "-m", *arguments], env=os.environ | settings.environment()
            )
            stack.callback(process.wait, 10)
            stack.callback(process.terminate)
            for _ in range(200):
                with contextlib.suppress(OSError):
                    socket.create_connection(("127.0.0.1", settings.demo_port(name)), 1).close()
                    break
                time.sleep(0.05)
        yield


def percentile(values: list[float], share: float) -> float:
    return round(sorted(values)[min(len(values) - 1, int(len(values) * share))], 1)


def verified(web: Web, codes: list[tuple[str, str]]) -> bool:
    """Acknowledged once each, and there when asked for through the public API."""
    if len({code for code, _ in codes}) != len(codes):
        return False
    shown = random.sample(codes, min(READ_BACK, len(codes)))
    return all(
        json.loads(web.get(f"/api/v1/cases/{code}", token))["code"] == code for code, token in shown
    )


def measure(seconds: float) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            pack=pack(Path(folder)), data=Path(folder) / "data", demo=True,
            port=26000 + os.getpid() % 2000,
        )  # fmt: skip
        settings.keys.mkdir(parents=True, mode=0o700)
        with Server(settings.data) as server:
            staging.prepare(settings)
            asyncio.run(serve.prepare(settings))
            with provider(settings):
                return _measure(settings, server, seconds)


def _measure(settings: Settings, server: Server, seconds: float) -> dict[str, Any]:
    city = City(settings, Pack.read(settings.pack), app_url(settings))
    communes = [a.code for a in city[Agencies].all if a.kind == "commune"]
    version = city[Procedures].today[PROCEDURE].version
    tokens = [eid.mint(settings, name) for name in SENDERS]
    web = Web(settings)
    try:
        load(web, tokens, communes, 2)  # warm: statements prepared, forms compiled
        script = transaction(city, communes, version, str(uuid4()))
        limit = [pgbench(server, script, seconds)]
        before = web.meter("motcua_transactions"), web.meter("motcua_round_trips")
        spread = load(web, tokens, communes, seconds)
        after = web.meter("motcua_transactions"), web.meter("motcua_round_trips")
        limit.append(pgbench(server, script, seconds))  # before and after: the machine drifts
        single = load(web, tokens, communes[:1], seconds)
        single_limit = pgbench(
            server, transaction(city, communes[:1], version, str(uuid4())), seconds
        )
        rate, limit_rate = len(spread["codes"]) / spread["seconds"], statistics.mean(limit)
        paced = load(web, tokens, communes, seconds, rate=rate * 0.6)
        trips = (after[1] - before[1]) / max(1, len(spread["codes"]))
        one = len(single["codes"]) / single["seconds"]
        failed = sum(sum(x["failures"].values()) for x in (spread, single, paced))
        return {
            "rate": round(rate, 1),
            "limit_rate": round(limit_rate, 1),
            "ratio": round(rate / limit_rate, 3),
            "ratio_min": RATIO_MIN,
            "round_trips": round(trips, 2),
            "round_trips_max": ROUND_TRIPS_MAX,
            "p50_ms": percentile(paced["milliseconds"], 0.50),
            "p95_ms": percentile(paced["milliseconds"], 0.95),
            "p99_ms": percentile(paced["milliseconds"], 0.99),
            "p99_ms_max": P99_MS_MAX,
            "paced_rate": round(rate * 0.6, 1),
            "full_p50_ms": percentile(spread["milliseconds"], 0.50),
            "full_p99_ms": percentile(spread["milliseconds"], 0.99),
            "one_agency_rate": round(one, 1),
            "one_agency_limit_rate": round(single_limit, 1),
            "one_agency_ratio": round(one / single_limit, 3),
            "agencies": len(communes),
            "connections": CONNECTIONS,
            "megabytes_per_web_process": round(web.megabytes(), 1),
            "submissions": sum(len(x["codes"]) for x in (spread, single, paced)),
            "failures": failed,
            "verified": failed == 0
            and verified(web, spread["codes"] + single["codes"] + paced["codes"]),
        }
    finally:
        web.stop()


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--json", action="store_true")
    asked.add_argument("--seconds", type=float, default=10)
    given = asked.parse_args()
    found = measure(given.seconds)
    tell(found, given.json)


if __name__ == "__main__":
    main()
