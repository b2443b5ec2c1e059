"""What a city's past costs: the same questions at 3,500, 100,000 and 1,000,000 cases.

One run, one machine: a fresh data folder, one web process, one person asking one question after the
other from a process of its own. `benchmarks/past.py` tells how the cases came to be. At every size
the same 2,520 are open, 20 in each commune; at the end 50,000 more, which are work and no past.
"""

import argparse
import asyncio
import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg

from benchmarks import past
from benchmarks.asker import Question, asked
from benchmarks.cases import ROOT, Web, percentile, provider
from benchmarks.past import Past
from benchmarks.telling import tell
from motcua import agencies, identity, serve
from motcua.agencies import Agencies
from motcua.base import clock
from motcua.base.ids import SYSTEM
from motcua.base.pack import Pack
from motcua.base.settings import Settings
from motcua.db import City
from motcua.db.migrate import app_url
from motcua.db.server import Server
from motcua.demo import eid, people, staging

SIZES = (3_500, 100_000, 1_000_000)
ROUNDS = 200
BUSY = 50_000
P95_MS_MAX, LOSS_MAX = 50, 0.10
REQUIRED = ("page", "case", "status", "search", "search_over", "mine", "mine_page", "firm")
"""The page of a case, finding one by its number, the list of one's own; the rest is beside."""
SAMPLE = 1000
REPLAYED = 2000
FIRM = "thu-nghiem"
OFFICER, OFFICER_OF_ONE = "commune", "analyst"
"""Who works in every commune; who is made to work in one."""


def measure(sizes: tuple[int, ...], rounds: int = ROUNDS) -> dict[str, Any]:
    if sizes[0] < past.FIRST_SIZE_MIN:
        raise SystemExit(f"the first size is {past.FIRST_SIZE_MIN} at least")
    with staged() as (city, server, web):
        return asyncio.run(_measure(city, server, web, sizes, rounds))


@contextlib.contextmanager
def staged() -> Iterator[tuple[City, Server, Web]]:
    """A fresh city with one web process, and beside it who signs officers in, and registers."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            pack=ROOT / "packs" / "hanoi", data=Path(folder) / "data", demo=True,
            port=24000 + os.getpid() % 1000,
        )  # fmt: skip
        settings.keys.mkdir(parents=True, mode=0o700)
        with Server(settings.data) as server, contextlib.ExitStack() as stack:
            staging.prepare(settings)
            asyncio.run(serve.prepare(settings))
            stack.enter_context(provider(settings, "staff", *staging.REGISTERS))
            web = Web(settings)
            stack.callback(web.stop)
            yield City(settings, Pack.read(settings.pack), app_url(settings)), server, web


async def _measure(
    city: City, server: Server, web: Web, sizes: tuple[int, ...], rounds: int
) -> dict[str, Any]:
    with worker(city.settings):
        lived = await past.live(city.settings, city, web.port)
    communes = [a.code for a in city[Agencies].all if a.kind == "commune"]
    connection = await asyncpg.connect(server.url())
    try:
        owners = await settle(city, web, connection, communes[0])
        growing = Past(connection, city, owners)
        await growing.begin()
        more = (past.OPEN_AGENCY - len(past.OPEN)) * len(communes)
        found, loaded, is_whole = {}, {}, True
        steps = [(str(n), n, more if n == sizes[0] else 0) for n in sizes]
        for name, size, open_more in [*steps, ("busy", sizes[-1] + BUSY, BUSY)]:
            loaded[name] = round(await growing.grow(size, open_more), 1)
            questions = await _questions(city.settings, connection, communes[0])
            found[name] = asked(web.port, rounds, questions)
            is_whole = is_whole and await _is_whole(connection, size)
    finally:
        await connection.close()
    wrong = sum(one["wrong"] for at in found.values() for one in at.values())
    return {
        **_told(found, sizes), "lived": sum(map(len, lived.values())), "loading_seconds": loaded,
        "rows": "one case of each kind in each commune lived through the API, the rest copied",
        "wrong_answers": wrong, "verified": is_whole and wrong == 0,
    }  # fmt: skip


def _told(found: dict[str, Any], sizes: tuple[int, ...]) -> dict[str, Any]:
    """p50, p95 and p99 of each question at each size, and how much of its speed is lost."""
    at = {
        size: {name: _figures(one["ms"]) for name, one in of.items()} for size, of in found.items()
    }
    first, last = at[str(sizes[0])], at[str(sizes[-1])]
    loss = {
        name: {p: round(1 - first[name][p] / last[name][p], 3) for p in ("p50_ms", "p95_ms")}
        for name in first
    }
    slowest = max(of[name]["p95_ms"] for of in at.values() for name in REQUIRED)
    return {
        "at_size": at, "loss": loss, "p95_ms": slowest, "p95_ms_max": P95_MS_MAX,
        "loss_p50": max(loss[name]["p50_ms"] for name in REQUIRED),
        "loss_p95": max(loss[name]["p95_ms"] for name in REQUIRED), "loss_max": LOSS_MAX,
    }  # fmt: skip


def _figures(milliseconds: list[float]) -> dict[str, float]:
    return {f"p{p}_ms": percentile(milliseconds, p / 100) for p in (50, 95, 99)}


@contextlib.contextmanager
def worker(settings: Settings) -> Iterator[None]:
    """Asks registers and tells people, as long as there are lives to live."""
    process = subprocess.Popen(
        [sys.executable, "-m", "motcua.worker"], env=os.environ | settings.environment()
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


async def settle(
    city: City, web: Web, connection: asyncpg.Connection, commune: str
) -> dict[str, UUID]:
    """Whose cases are listed, met by the platform as ever; and the officer of one commune."""
    settings = city.settings
    for who in (eid.mint(settings, "lan"), _firm(settings)):
        await asyncio.to_thread(web.get, "/api/v1/cases", who)
    officer = people.person(settings, OFFICER_OF_ONE)
    await city.database.open()
    async with city.database.write(SYSTEM) as db:
        id = await identity.enrol_officer(db, officer.subject, officer.name, officer.email)
        for role in ("reception", "handler"):
            await agencies.appoint(db, id, commune, role, clock.now().date())
    await city.close()
    found = {
        name: await connection.fetchval(
            "SELECT id FROM identity.people WHERE kind = 'person' AND subject = $1",
            people.person(settings, name).subject,
        )
        for name in ("lan", "an")
    }
    firm = "SELECT id FROM identity.people WHERE kind = 'organisation'"
    return found | {FIRM: await connection.fetchval(firm)}


def _firm(settings: Settings) -> str:
    return eid.mint(settings, "an", organisation=FIRM)


async def _questions(
    settings: Settings, connection: asyncpg.Connection, commune: str
) -> dict[str, list[Question]]:
    async def codes(which: str, *given: str) -> list[str]:
        rows = await connection.fetch(
            f"SELECT c.code FROM cases.cases c JOIN identity.people p ON p.id = c.applicant_id"
            f" WHERE {which} ORDER BY random() LIMIT {SAMPLE}", *given,
        )  # fmt: skip
        return [row[0] for row in rows]

    lan, firm, all_, one = (
        eid.mint(settings, "lan"), _firm(settings), eid.mint(settings, OFFICER),
        eid.mint(settings, OFFICER_OF_ONE),
    )  # fmt: skip
    own = await codes("p.subject = $1", people.person(settings, "lan").subject)
    firms = await codes("p.kind = 'organisation'")
    over = await codes("c.closed_at IS NOT NULL")
    open_ = await codes("c.closed_at IS NULL AND c.at_agency = $1", commune)
    newest = own[0]
    return {
        "page": [(f"/cases/{code}", firm, 200, code) for code in firms],
        "case": [(f"/api/v1/cases/{code}", firm, 200, code) for code in firms],
        "status": [(f"/api/v1/status/{code}", "", 200, '"status":') for code in over],
        "search": [(f"/desk?q={code}", one, 200, code) for code in open_],
        "search_over": [(f"/desk?q={code}", all_, 303, "") for code in over],
        "mine": [("/api/v1/cases", lan, 200, newest)],
        "mine_page": [("/me", lan, 200, newest)],
        "firm": [("/api/v1/cases", firm, 200, '"next":"2')],
        "firm_page": [("/me", firm, 200, "/cases/")],
        "desk": [("/desk", one, 200, "data-case")],
        "desk_of_all": [("/desk", all_, 200, "data-case")],
        "desk_case": [(f"/desk/cases/{code}", one, 200, code) for code in open_],
        "office_case": [(f"/api/v1/cases/{code}", all_, 200, code) for code in over],
        "list_of_all": [("/api/v1/cases?limit=100", all_, 200, '"next":"100"')],
        "list_page_25": [("/api/v1/cases?limit=100&before=2400", all_, 200, '"items":[{')],
    }


async def _is_whole(connection: asyncpg.Connection, size: int) -> bool:
    """As many cases as were wanted, and of many by lot the history ends where the case stands."""
    count = await connection.fetchval("SELECT count(*) FROM cases.cases")
    share = min(100.0, REPLAYED / size * 100)
    stray = await connection.fetchval(f"""
        SELECT count(*) FROM cases.cases AS c TABLESAMPLE bernoulli ({share})
        WHERE to_jsonb(c.status) IS DISTINCT FROM (
            SELECT e.facts -> 'status' FROM db.events AS e
            WHERE e.subject_id = c.id AND e.facts ? 'status' ORDER BY e.sequence DESC LIMIT 1)
    """)
    return bool(count == size and stray == 0)


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--json", action="store_true")
    wanted.add_argument("--rounds", type=int, default=ROUNDS)
    wanted.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    given = wanted.parse_args()
    tell(measure(tuple(given.sizes), given.rounds), given.json)


if __name__ == "__main__":
    main()
