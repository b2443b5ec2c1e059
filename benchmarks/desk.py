"""What a work list costs at 3,500, 100,000 and 1,000,000 cases, under three keys, in the database.

One run, one machine: a fresh data folder, one connection that asks one list after the other as the
application's role, under the policies. `benchmarks/past.py` tells how the cases came to be; here
the copies carry the names of a few thousand people and some forty procedures. The keys are
officers with posts in all communes, in 95 % and in 15 % of them. A list is asked for its page 34 of
100 rows, or its last where it has fewer; `ms` is what it waits for the database: its posts, its
total, its rows. The limit is the same two statements on a bare connection of the administrator,
whom no policy asks. `loss_p50` is of lists that show as many rows of the same page at the first
size and the last.
"""

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import msgspec

from benchmarks import past
from benchmarks.cases import Web, percentile
from benchmarks.past import Past
from benchmarks.sizes import LOSS_MAX, P95_MS_MAX, SIZES, settle, staged, worker
from benchmarks.telling import tell
from motcua import agencies, identity, score
from motcua.agencies import Agencies
from motcua.base import clock
from motcua.base.ids import SYSTEM, PersonId
from motcua.base.text import fold
from motcua.cases import Procedures, queries
from motcua.cases.actions import folding, work
from motcua.cases.actions.work import Wanted
from motcua.db import City, Read
from motcua.db.query import REGISTRY
from motcua.db.server import Server

ROUNDS, WARM_ROUNDS = 60, 10
PAGE, ROWS = 34, 100
KEYS = {"all": 1.0, "most": 0.95, "some": 0.15}
PROCEDURES = 40
BEHIND = 300
"""So many cases moved since the lists were folded: about as many as in a second of a busy day."""
FAMILIES = "Nguyễn Nguyễn Nguyễn Nguyễn Trần Trần Lê Lê Phạm Phạm Hoàng Vũ Đặng Bùi Đỗ Hồ Ngô"
MIDDLES = "Văn Thị Đức Minh Ngọc Thu Quang"
GIVEN = (
    "An Bình Cường Dung Giang Hoa Hùng Khánh Lan Linh Mai Nam Oanh Phúc Quân Sơn Tâm Thảo Trang"
    " Uyên Vân Xuân Yến"
)

Ask = Callable[[Read], Awaitable[Any]]


def _names() -> str:
    """A name for each copy; the parts turn at different speeds."""
    parts = [(FAMILIES.split(), 1), (MIDDLES.split(), 3), (GIVEN.split(), 5)]
    chosen = [f"(ARRAY{some!r})[1 + (p.n / {slow}) % {len(some)}]" for some, slow in parts]
    return f"concat_ws(' ', {', '.join(chosen)})"


def views(city: City, communes: list[str], codes: list[str]) -> dict[str, Wanted]:
    """What is asked, beside the key under which it is."""
    known = [city[Procedures].today[code] for code in codes]
    every = {"state": "all", "rows": ROWS, "page": PAGE}
    cuts: dict[str, dict[str, Any]] = {
        "page": {},
        "open": {"state": "open"},
        "agency": {"agency": communes[0]},
        "procedure": {"procedure": codes[0]},
        "field": {"field": known[0].procedure.field.vi},
        "status": {"status": 3},
        "due": {"state": "open", "due": "week"},
        "mine": {"state": "open", "is_mine": True},
        "assigned": {"state": "open", "assigned": work.ME},
        "nobodys": {"state": "open", "assigned": work.NOBODY},
        "oldest": {"sort": "oldest"},
        "words": {"words": "nguyen van an", "page": 1},
        "open_words": {"state": "open", "words": "trần", "page": 1},
        "procedure_status": {"procedure": codes[1], "status": 10},
    }
    return {name: msgspec.convert(every | cut, Wanted) for name, cut in cuts.items()}


class Desk:
    """One city with its keys, asked and compared with plain SQL."""

    def __init__(self, city: City, connection: asyncpg.Connection, communes: list[str]) -> None:
        self.city, self.connection, self.communes = city, connection, communes
        self.people: dict[str, PersonId] = {}
        self.wrong = 0

    async def appoint(self) -> None:
        async with self.city.database.write(SYSTEM) as db:
            for name in KEYS:
                id = await identity.enrol_officer(db, f"key-{name}", f"Khóa {name}", None)
                self.people[name] = id
                for commune in self.held(name):
                    for role in ("reception", "handler"):
                        await agencies.appoint(db, id, commune, role, clock.now().date())

    def held(self, key: str) -> list[str]:
        return self.communes[: round(len(self.communes) * KEYS[key])]

    async def timed(self, key: str, ask: Ask, rounds: int) -> list[float]:
        found = []
        for turn in range(-WARM_ROUNDS, rounds):
            async with self.city.database.read(self.people[key]) as db:
                begun = time.perf_counter()
                await ask(db)
                if turn >= 0:
                    found.append((time.perf_counter() - begun) * 1000)
        return found

    async def bare(self, key: str, wanted: Wanted, rounds: int) -> list[float]:
        """The same statements as the administrator, one prepared connection, rows as they come."""
        parts = []
        for name in ("list_of", "desk"):
            [stated] = [s for at, (_, s) in REGISTRY.items() if at.endswith(f"listing.{name}")]
            parts.append((stated, await self.connection.prepare(stated.sql)))
        given = await self._given(key, wanted)
        found = []
        for _ in range(rounds):
            async with self.connection.transaction():
                await self.connection.execute(f"SET LOCAL motcua.person = '{self.people[key]}'")
                begun = time.perf_counter()
                (stated, ready), (_, rows) = parts
                listed = await ready.fetchrow(*(given[name] for name in stated.parameters))
                await rows.fetch(listed["ids"])
                found.append((time.perf_counter() - begun) * 1000)
        return found

    async def _given(self, key: str, wanted: Wanted) -> dict[str, Any]:
        """What the platform itself would give to `list_of`."""
        given: dict[str, Any] = {}

        class Heard(Read):
            async def fetch_row(self, sql: str, *values: Any) -> Any:
                [stated] = [s for _, s in REGISTRY.values() if s.sql == sql]
                given.update(zip(stated.parameters, values, strict=True))
                return await super().fetch_row(sql, *values)

        async with self.city.database.read(self.people[key]) as db:
            heard = Heard(db._connection, self.city, db.person, None)
            await shown(heard, wanted)
        return given

    async def check(self, key: str, wanted: Wanted) -> bool:
        """Whether total and page are those of a scan of the whole table."""
        async with self.city.database.read(self.people[key]) as db:
            found, rows = await shown(db, wanted)
        where, given = await self._plain(key, wanted)
        order = (
            "c.lane, coalesce(c.due_at, c.intake_due_at), c.id"
            if wanted.state == "open"
            else f"c.filed_at {(way := '' if wanted.sort == 'oldest' else 'DESC')}, c.id {way}"
        )
        skip = (wanted.page - 1) * wanted.rows
        plain = await self.connection.fetch(
            f"SELECT c.id FROM cases.cases c WHERE {where} ORDER BY {order}"
            f" LIMIT {wanted.rows} OFFSET {skip}", *given,
        )  # fmt: skip
        count = await self.connection.fetchval(
            f"SELECT count(*) FROM cases.cases c WHERE {where}", *given
        )
        same = found.ids == [row[0] for row in plain] == [row.id for row in rows]
        total = min(count, work.FOUND_MAX) if wanted.words else count
        return bool(same and found.total == total and found.is_more == (count > total))

    async def _plain(self, key: str, wanted: Wanted) -> tuple[str, list[Any]]:
        given: list[Any] = [self.held(key)]
        says = ["(c.at_agency = ANY ($1) OR c.agency_code = ANY ($1))"]
        works = "c.closed_at IS NULL AND c.business NOT IN ('incomplete', 'supplement')"
        if wanted.state == "open":
            says = ["c.at_agency = ANY ($1)", "c.closed_at IS NULL"]
        if wanted.is_mine or wanted.due:
            says.append(works)
        if wanted.is_mine:
            says.append("c.step_role IN ('', 'reception', 'handler')")

        def also(condition: str, value: Any) -> None:
            given.append(value)
            says.append(condition % f"${len(given)}")

        if wanted.due:
            _, next_week = work._midnights(self.city, clock.now())
            also("coalesce(c.due_at, c.intake_due_at) < %s", next_week)
        if wanted.agency:
            also("%s IN (c.at_agency, c.agency_code)", wanted.agency)
        if wanted.status:
            also("c.status = %s", wanted.status)
        if (procedures := work._procedures(self.city, wanted)) is not None:
            also("c.procedure_code = ANY (%s)", procedures)
        if wanted.assigned == work.ME:
            also("c.handler_id = %s", self.people[key])
        if wanted.assigned == work.NOBODY:
            says.append("c.handler_id IS NULL")
        if wanted.words:
            also("c.applicant_name = ANY (%s)", await self._called(wanted.words))
        return " AND ".join(says), given

    async def _called(self, words: str) -> list[str]:
        *whole, last = fold(words).split()
        names = await self.connection.fetch("SELECT DISTINCT applicant_name FROM cases.cases")
        return [
            name
            for (name,) in names
            if set(whole) <= (said := set(fold(name).split()))
            and any(word.startswith(last) for word in said)
        ]


async def shown(db: Read, wanted: Wanted) -> tuple[Any, list[Any]]:
    """One list as the desk reads it: posts, total and ids, rows."""
    held = work._held(await agencies.posts_of(db), wanted.agency)
    found = await work._list_of(db, wanted, held, clock.now())
    return found, await queries.desk(db, found.ids) if found.ids else []


def listing(wanted: Wanted) -> Ask:
    return lambda db: shown(db, wanted)


def measure(sizes: tuple[int, ...], rounds: int = ROUNDS) -> dict[str, Any]:
    if sizes[0] < past.FIRST_SIZE_MIN:
        raise SystemExit(f"the first size is {past.FIRST_SIZE_MIN} at least")
    with staged() as (city, server, web):
        return asyncio.run(_measure(city, server, web, sizes, rounds))


async def _measure(
    city: City, server: Server, web: Web, sizes: tuple[int, ...], rounds: int
) -> dict[str, Any]:
    with worker(city.settings):
        await past.live(city.settings, city, web.port)
    communes = [a.code for a in city[Agencies].all if a.kind == "commune"]
    connection = await asyncpg.connect(server.url())
    await city.database.open()
    try:
        owners = await settle(city, web, connection, communes[0])
        await city.database.open()
        desk = Desk(city, connection, communes)
        await desk.appoint()
        codes = sorted(city[Procedures].today)[:PROCEDURES]
        growing = Past(connection, city, owners, _changed(city, codes, desk))
        await growing.begin()
        at: dict[str, Any] = {}
        for size in sizes:
            more = (past.OPEN_AGENCY - len(past.OPEN)) * len(communes) if size == sizes[0] else 0
            loaded = await growing.grow(size, more)
            at[str(size)] = await _at_size(desk, codes, rounds) | {"loading_s": round(loaded, 1)}
    finally:
        await connection.close()
        await city.close()
    return _told(at, sizes, desk.wrong)


def _changed(city: City, codes: list[str], desk: Desk) -> dict[str, str]:
    versions = [city[Procedures].today[code].version for code in codes]
    officers = [str(person) for person in desk.people.values()]
    return {
        "cases.cases.procedure_code": f"(ARRAY{codes!r})[1 + p.n % {len(codes)}]",
        "cases.cases.procedure_version": f"(ARRAY{versions!r})[1 + p.n % {len(codes)}]",
        "cases.cases.applicant_name": _names(),
        "cases.cases.handler_id": f"CASE WHEN t.handler_id IS NOT NULL THEN"
        f" (CAST(ARRAY{officers!r} AS uuid[]))[1 + p.n % {len(officers)}] END",
    }


async def _at_size(desk: Desk, codes: list[str], rounds: int) -> dict[str, Any]:
    begun = time.perf_counter()
    laid = await folding.list_anew(desk.city)
    lists_s = time.perf_counter() - begun
    await desk.connection.execute("VACUUM (ANALYZE) cases.listed, cases.piles")
    begun = time.perf_counter()
    counted = await score.rebuild(desk.city)
    score_s = time.perf_counter() - begun
    found: dict[str, Any] = {}
    pages: dict[str, tuple[int, int]] = {}
    for key in KEYS:
        for name, wanted in views(desk.city, desk.communes, codes).items():
            there, count = await _last_page(desk, key, wanted)
            pages[f"{name}_{key}"] = there.page, count
            desk.wrong += not await desk.check(key, there)
            found[f"{name}_{key}"] = await desk.timed(key, listing(there), rounds)
    found |= await _others(desk, rounds)
    first = Wanted(state="all", rows=ROWS, page=PAGE)
    limit = await desk.bare("all", first, rounds)
    found["behind"] = await _behind(desk, first, rounds)
    begun = time.perf_counter()
    folded = await folding.fold_lists(desk.city)
    return {
        "ms": found, "limit_ms": limit, "pages": pages, "listed": laid,
        "lists_anew_s": round(lists_s, 1), "score_anew_s": round(score_s, 1),
        "score_events": counted.events, "folded": folded,
        "fold_ms": round((time.perf_counter() - begun) * 1000, 1),
    }  # fmt: skip


async def _last_page(desk: Desk, key: str, wanted: Wanted) -> tuple[Wanted, int]:
    """The page that there is, and how many rows stand on it."""
    async with desk.city.database.read(desk.people[key]) as db:
        found, _ = await shown(db, wanted)
    pages = max(1, -(-found.total // wanted.rows))
    page = min(wanted.page, pages)
    count = min(wanted.rows, found.total - (page - 1) * wanted.rows)
    return msgspec.structs.replace(wanted, page=page), count


async def _others(desk: Desk, rounds: int) -> dict[str, list[float]]:
    """What stands beside lists: quick search, counts, choices, and a tile with its cases."""
    code, name = await desk.connection.fetchrow(
        "SELECT code, applicant_name FROM cases.cases WHERE at_agency = $1"
        " ORDER BY random() LIMIT 1", desk.communes[0],
    )  # fmt: skip
    period = score.period(str(clock.now().year))
    asked = score.Asked(period=period, by="agency")
    tomorrow, week = work._midnights(desk.city, clock.now())

    def search(words: str) -> Ask:
        return listing(Wanted(state="all", rows=20, words=words))

    async def counts(db: Read) -> None:
        held = work._held(await agencies.posts_of(db), "")
        await queries.count_desk(db, *held, clock.now(), tomorrow, week)

    async def tile(db: Read) -> None:
        await score.tell(db, asked, is_public=False)

    found: dict[str, list[float]] = {}
    for key in KEYS:
        asks: dict[str, Ask] = {
            "number": search(code),
            "part_of_number": search(code[:-2]),
            "name": search(name),
            "family_name": search("nguyễn"),
            "counts": counts,
            "choices": lambda db: work.choices(db, Wanted(state="all")),
        }
        for kind, ask in asks.items():
            found[f"{kind}_{key}"] = await desk.timed(key, ask, rounds)
    found["tile"] = await desk.timed("all", tile, rounds)
    return found


async def _behind(desk: Desk, wanted: Wanted, rounds: int) -> list[float]:
    """The same page while some hundred cases have moved and nobody has folded them yet."""
    await desk.connection.execute(
        "INSERT INTO db.events (id, at, kind, subject_id, actor_id, facts, salt, digest)"
        " SELECT gen_random_uuid(), now(), 'case.moved_by_hand', c.id, $1, '{}',"
        " substr(sha256(''), 1, 16), sha256('')"
        f" FROM (SELECT id FROM cases.cases ORDER BY filed_at DESC LIMIT {BEHIND}) AS c", SYSTEM,
    )  # fmt: skip
    desk.wrong += not await desk.check("all", wanted)
    return await desk.timed("all", listing(wanted), rounds)


def _told(at: dict[str, Any], sizes: tuple[int, ...], wrong: int) -> dict[str, Any]:
    figures = {
        size: {
            name: {f"p{p}_ms": percentile(ms, p / 100) for p in (50, 95, 99)}
            for name, ms in of["ms"].items()
        }
        for size, of in at.items()
    }
    first, last = figures[str(sizes[0])], figures[str(sizes[-1])]
    loss = {name: round(1 - first[name]["p50_ms"] / last[name]["p50_ms"], 3) for name in first}
    begun, whole = at[str(sizes[0])], at[str(sizes[-1])]
    same = [name for name, page in begun["pages"].items() if whole["pages"][name] == page]
    rate, limit = (
        1000 / percentile(ms, 0.5) for ms in (whole["ms"]["page_all"], whole["limit_ms"])
    )
    return {
        "at_size": figures, "loss": loss,
        "sizes": {size: {k: v for k, v in of.items() if not k.endswith("ms") or k == "fold_ms"}
                  for size, of in at.items()},
        "p95_ms": max(one["p95_ms"] for of in figures.values() for one in of.values()),
        "p95_ms_max": P95_MS_MAX, "loss_p50": max(loss[name] for name in same),
        "loss_max": LOSS_MAX,
        "rate": round(rate, 1), "limit_rate": round(limit, 1), "ratio": round(rate / limit, 3),
        "wrong": wrong, "verified": wrong == 0,
    }  # fmt: skip


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--json", action="store_true")
    wanted.add_argument("--rounds", type=int, default=ROUNDS)
    wanted.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    given = wanted.parse_args()
    tell(measure(tuple(given.sizes), given.rounds), given.json)


if __name__ == "__main__":
    main()
