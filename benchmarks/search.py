"""How fast ten thousand procedures are searched, and how often rightly, beside PostgreSQL.

The city offers the pack's procedures, the 2,117 of the national catalogue, and made ones up to
10,000: runs of three words of real names, set together by a fixed seed, as long as real names are.
The questions (`search/questions.jsonl`) are asked in one process, as the pages ask them. The limit
is PostgreSQL on the same machine with the same names: full text, an index, any of the words,
ranked. It knows no slips of the finger and no everyday words.
"""

import argparse
import asyncio
import gzip
import random
import statistics
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
from msgspec import Struct, structs

from benchmarks.telling import tell
from motcua.base.pack import Pack
from motcua.base.settings import Settings
from motcua.base.text import Text, fold
from motcua.cases import Procedures
from motcua.cases.actions.procedures import InForce
from motcua.cases.model.catalogue import CatalogueWords, Elsewhere, General
from motcua.cases.rules import catalogue
from motcua.db import City
from motcua.db.server import Server

ROOT = Path(__file__).parent.parent
QUESTIONS = Path(__file__).parent / "search" / "questions.jsonl"
CATALOGUE = ROOT.parent / "shared" / "data" / "national-catalogue.jsonl.gz"
PROCEDURES = 10_000
SEED, RUN_WORDS, NAME_WORDS_MIN = 7, 3, 4
FIRST, ASKED_FOR = 3, 10
DAY = date(2026, 7, 1)
P95_MS_MAX, FOUND_MIN, BUILD_MS_MAX = 15, 0.9, 1500

Found = InForce | Elsewhere
Ask = Callable[[str], list[str]]


class Question(Struct, frozen=True, forbid_unknown_fields=True):
    q: str
    answers: list[str]
    kind: list[str]
    meant: str = ""
    """What a line with slips of the finger should have said."""
    held: bool = False
    """Never looked at while the ranking and the pack's words were made."""


def questions() -> list[Question]:
    decoder = msgspec.json.Decoder(Question)
    return [decoder.decode(line) for line in QUESTIONS.read_bytes().splitlines()]


def real(city: City) -> list[Found]:
    """Every row of the catalogue that the pack has not modelled, here or filed elsewhere."""
    if not CATALOGUE.exists():
        raise SystemExit(f"the national catalogue is not there: {CATALOGUE}")
    grammar = catalogue.Grammar(city.pack.file("catalogue", CatalogueWords))
    general, currency = city.pack.file("general", General), city.pack.info.currency.code
    made: list[Found] = []
    with gzip.open(CATALOGUE) as lines:
        for given in catalogue.rows_of(lines, []):
            read = catalogue.read(grammar, given.row)
            if read.code in city[Procedures].of_pack:
                continue
            if read.level in ("city", "commune"):
                procedure = catalogue.make(grammar, general, read, DAY, currency)
                made.append(InForce(procedure, "bench"))
            else:
                executing = list(read.executing)
                made.append(
                    Elsewhere(
                        read.code, read.name, read.level, read.field, executing, read.address, ""
                    )
                )
    return made


def named(known: Found) -> tuple[str, str]:
    if isinstance(known, InForce):
        return known.procedure.code, known.procedure.name.vi
    return known.code, known.name


def renamed(known: Found, code: str, name: str) -> Found:
    if isinstance(known, Elsewhere):
        return structs.replace(known, code=code, name=name)
    text = Text(name, name)
    return InForce(structs.replace(known.procedure, code=code, name=text, short_name=text), "bench")


def invented(known: list[Found], count: int) -> Iterator[Found]:
    """Noise that reads like names: the beginning of one, then runs of words of others."""
    chance = random.Random(SEED)
    names = [named(one)[1].split() for one in known]
    for number in range(count):
        at = chance.randrange(len(known))
        size = max(NAME_WORDS_MIN, len(chance.choice(names)))
        words = names[at][: RUN_WORDS - 1]
        while len(words) < size:
            other = chance.choice(names)
            start = chance.randrange(len(other))
            words += other[start : start + RUN_WORDS]
        yield renamed(known[at], f"0.{number:06d}", " ".join(words[:size]))


def offered(city: City) -> dict[str, float]:
    """Ten thousand procedures in the running product, and what their index costs."""
    shelf = city[Procedures]
    catalogued = real(city)
    missing = PROCEDURES - len(shelf.of_pack) - len(catalogued)
    known = [*catalogued, *invented(catalogued, missing)]
    here = [one for one in known if isinstance(one, InForce)]
    elsewhere = [one for one in known if isinstance(one, Elsewhere)]
    begun = time.perf_counter()
    shelf.offer(here, elsewhere)
    took = time.perf_counter() - begun
    tracemalloc.start()
    before = shelf.index
    shelf.offer(here, elsewhere)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert shelf.index is not before
    return {"build_ms": round(took * 1000), "megabytes": round(held / 2**20, 1)}


def found_in_first(ask: Ask, asked: list[Question]) -> float:
    good = sum(any(code in one.answers for code in ask(one.q)[:FIRST]) for one in asked)
    return round(good / len(asked), 4)


def timed(ask: Ask, asked: list[Question], seconds: float) -> list[float]:
    """Milliseconds of each search, the questions in turn, until the time is up."""
    for one in asked[:50]:
        ask(one.q)
    taken = []
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        for one in asked:
            begun = time.perf_counter()
            ask(one.q)
            taken.append((time.perf_counter() - begun) * 1000)
    return taken


async def beside(
    server: Server, known: list[Found], asked: list[Question], seconds: float
) -> tuple[float, float]:
    """Searches a second by PostgreSQL's own full text, and how often it is right."""
    database = await asyncpg.connect(server.url(database="postgres"))
    await database.execute("CREATE TABLE names (code text, words tsvector)")
    rows = [(code, fold(name)) for code, name in map(named, known)]
    await database.executemany("INSERT INTO names VALUES ($1, to_tsvector('simple', $2))", rows)
    await database.execute("CREATE INDEX ON names USING gin (words); ANALYZE names")
    statement = await database.prepare(
        "SELECT n.code FROM names AS n, to_tsquery('simple', $1) AS q WHERE n.words @@ q"
        f" ORDER BY ts_rank(n.words, q, 1) DESC LIMIT {ASKED_FOR}"
    )

    async def ask(question: str) -> list[str]:
        words = "".join(c if c.isalnum() else " " for c in fold(question)).split()
        return [row["code"] for row in await statement.fetch(" | ".join(words))]

    good = 0
    for one in asked:
        good += any(code in one.answers for code in (await ask(one.q))[:FIRST])
    begun, count = time.perf_counter(), 0
    while time.perf_counter() < begun + seconds:
        await ask(asked[count % len(asked)].q)
        count += 1
    rate = count / (time.perf_counter() - begun)
    await database.close()
    return rate, round(good / len(asked), 4)


def verified(city: City, asked: list[Question]) -> bool:
    """Each top answer is there under its code, and that code finds it first; none is made up."""
    shelf = city[Procedures]
    for one in asked:
        for best in shelf.find(one.q, 1):
            code, _ = named(best)
            there = shelf.elsewhere.get(code) or shelf.by_code(code)
            if there is not best or shelf.find(code, 1) != [best]:
                return False
    return not any(code.startswith("0.") for one in asked for code in one.answers)


def measure(seconds: float) -> dict[str, Any]:
    asked = questions()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(pack=ROOT / "packs" / "hanoi", data=Path(folder))
        city = City(settings, Pack.read(settings.pack), "")
        cost = offered(city)
        known = city[Procedures].everything()

        def ask(question: str) -> list[str]:
            return [named(one)[0] for one in city[Procedures].find(question, ASKED_FOR)]

        taken = timed(ask, asked, seconds)
        with Server(settings.data) as server:
            limit_rate, limit_found = asyncio.run(beside(server, known, asked, seconds))
    rate = 1000 / statistics.mean(taken)
    found = found_in_first(ask, asked)
    centiles = statistics.quantiles(taken, n=100)
    p95 = round(centiles[94], 2)
    return {
        "rate": round(rate, 1),
        "limit_rate": round(limit_rate, 1),
        "ratio": round(rate / limit_rate, 3),
        "p50_ms": round(centiles[49], 2),
        "p95_ms": p95,
        "p95_ms_max": P95_MS_MAX,
        "p99_ms": round(centiles[98], 2),
        "found_in_first_3": found,
        "found_in_first_3_min": FOUND_MIN,
        "open_found_in_first_3": found_in_first(ask, [one for one in asked if not one.held]),
        "held_found_in_first_3": found_in_first(ask, [one for one in asked if one.held]),
        "limit_found_in_first_3": limit_found,
        "questions": len(asked),
        "entries": len(known),
        "entries_made": sum(named(one)[0].startswith("0.") for one in known),
        **cost,
        "build_ms_max": BUILD_MS_MAX,
        "searches": len(taken),
        "verified": verified(city, asked),
    }


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--json", action="store_true")
    asked.add_argument("--seconds", type=float, default=10)
    given = asked.parse_args()
    found = measure(given.seconds)
    tell(found, given.json)


if __name__ == "__main__":
    main()
