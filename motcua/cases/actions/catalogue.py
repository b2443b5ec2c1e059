"""Importing the national catalogue, and offering what was imported."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct, structs

from motcua.base import clock
from motcua.base.errors import Unavailable
from motcua.base.ids import SYSTEM
from motcua.cases import queries
from motcua.cases.actions.filing import receivers_of
from motcua.cases.actions.procedures import InForce, Procedures, version_of
from motcua.cases.model.catalogue import (
    CatalogueWords,
    Counts,
    Elsewhere,
    General,
    Imported,
    Reading,
    Unread,
)
from motcua.cases.model.procedure import Agencies, Procedure
from motcua.cases.rules import catalogue
from motcua.db import City, Read, events
from motcua.db.events import Listener

CATALOGUE = UUID("0d0e5a3c-5c1f-4e7b-9a55-7c6f0a6e2b11")
"""The subject of the events about the catalogue as a whole."""
ROWS_PER_STATEMENT = 200
RETRY_SECONDS = 5
_LONG_AGO = date(1, 1, 1)


class _Taken(Struct, frozen=True):
    """One row, read, and the procedure that was made of it if people file it here."""

    given: catalogue.Given
    reading: Reading
    procedure: Procedure | None
    digest: str


async def import_catalogue(city: City, lines: Iterable[bytes]) -> Imported:
    """Every sound row in one transaction. The same rows once more change nothing; a row that is
    worded differently, or that the platform now reads differently, becomes a new version of it."""
    unread: list[Unread] = []
    taken = list(_taken(city, lines, unread))
    unread += [one for row in taken for one in row.reading.unread]
    async with city.database.write(SYSTEM) as db:
        await queries.lock_catalogue(db)
        kept = {one.code: one.digest for one in await queries.catalogue_kept(db)}
        news = [row for row in taken if kept.get(row.reading.code) != row.digest]
        for at in range(0, len(news), ROWS_PER_STATEMENT):
            await _keep(db, news[at : at + ROWS_PER_STATEMENT])
        created = sum(row.reading.code not in kept for row in news)
        if news:
            facts = {"created": created, "changed": len(news) - created}
            await events.record(db, "catalogue.imported", CATALOGUE, facts=facts)
    currency = city.pack.info.currency.code
    bad = sum(one.why.startswith("row.") for one in unread)
    return Imported(
        rows=len(taken) + bad,
        imported=len(taken),
        created=created,
        changed=len(news) - created,
        unchanged=len(taken) - len(news),
        read=shares(row.reading.counts for row in taken),
        read_by_ministry={
            name: shares(row.reading.counts for row in taken if row.given.row.bo_nganh == name)
            for name in sorted({row.given.row.bo_nganh for row in taken})
        },
        unread=unread,
        differences=[
            difference
            for row in taken
            if (known := city[Procedures].of_pack.get(row.reading.code))
            for difference in catalogue.differences(known.procedure, row.reading, currency)
        ],
    )


def _taken(city: City, lines: Iterable[bytes], unread: list[Unread]) -> Iterator[_Taken]:
    words = city.pack.file("catalogue", CatalogueWords)
    grammar = catalogue.Grammar(words)
    general = city.pack.file("general", General)
    today, currency = city[Procedures].local_day(), city.pack.info.currency.code
    for given in catalogue.rows_of(lines, unread):
        reading = catalogue.read(grammar, given.row)
        procedure = None
        if reading.level in ("city", "commune"):
            made = catalogue.make(grammar, general, reading, today, currency)
            procedure = with_receiver(city, made, words.otherwise)
        yield _Taken(given, reading, procedure, _digest(given.raw, reading, procedure))


def with_receiver(city: City, procedure: Procedure, otherwise: str | None) -> Procedure:
    """`otherwise` where neither the row nor the city's rules of competence name anybody."""
    if otherwise is None or receivers_of(city, procedure):
        return procedure
    return structs.replace(procedure, agencies=Agencies(codes=(otherwise,)))


def _digest(raw: dict[str, object], reading: Reading, procedure: Procedure | None) -> str:
    """Of what was said and what was understood; the day of the import is no part of it."""
    made = procedure and structs.replace(procedure, valid_from=_LONG_AGO)
    return hashlib.sha256(_encoder.encode([raw, reading, made])).hexdigest()


_encoder = msgspec.json.Encoder(order="sorted")


async def _keep(db: Any, rows: Sequence[_Taken]) -> None:
    now, today = clock.now(), db.city[Procedures].local_day()
    versions = [version_of(row.procedure) if row.procedure else "" for row in rows]
    offered = [(row, v) for row, v in zip(rows, versions, strict=True) if v]
    await queries.keep_definitions(
        db, [row.reading.code for row, _ in offered], [version for _, version in offered],
        [_text(row.procedure) for row, _ in offered], now,
    )  # fmt: skip
    await queries.keep_catalogue(
        db, [row.reading.code for row in rows], [row.digest for row in rows],
        [row.reading.level for row in rows], [_text(row.given.raw) for row in rows],
        [_text(row.reading) for row in rows], versions, today, now,
    )  # fmt: skip


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()


def shares(counts: Iterable[Counts]) -> dict[str, float]:
    """Of what the rows state, how much was read; 1 where they state nothing."""
    sums = [sum(column) for column in zip(*map(structs.astuple, counts), strict=True)] or [0] * 6
    names = ("time_limits", "fees", "results")
    return {
        name: round(sums[2 * n + 1] / sums[2 * n], 4) if sums[2 * n] else 1.0
        for n, name in enumerate(names)
    }


async def load_catalogue(city: City, known: str = "") -> str:
    """Offer what is imported now, unless it is what is `known`; and a mark of what it is."""
    async with city.database.read(SYSTEM) as db:
        mark = await queries.catalogue_mark(db)
        if mark != known:
            offered = [known async for known in _offered(db)]
            city[Procedures].offer(offered, await queries.catalogue_elsewhere(db))
    return mark


async def _offered(db: Read) -> AsyncIterator[InForce]:
    """A few at a time, and each text once: the two languages of a row are one, its ways to file
    repeat their remarks, and all have the same form and route."""
    texts: dict[str, str] = {}
    code, decoder = "", msgspec.json.Decoder(Procedure)
    while page := await queries.catalogue_offered(db, code, ROWS_PER_STATEMENT):
        for one in page:
            yield InForce(_lean(decoder.decode(one.definition), texts), one.version)
        code = page[-1].code


def _lean(value: Any, texts: dict[str, str]) -> Any:
    """The same value, its texts shared with every other that says the same."""
    if isinstance(value, str):
        return texts.setdefault(value, value)
    if isinstance(value, Struct):
        for name in value.__struct_fields__:
            structs.force_setattr(value, name, _lean(getattr(value, name), texts))
    elif isinstance(value, tuple):
        return tuple(_lean(one, texts) for one in value)
    elif isinstance(value, dict):
        return {texts.setdefault(key, key): _lean(one, texts) for key, one in value.items()}
    return value


async def follow_catalogue(city: City, known: str) -> None:
    """For as long as a process runs: offer the catalogue anew when somebody imported it."""
    async with city[Listener].about(SYSTEM, CATALOGUE) as ringing:
        while True:
            await ringing.wait()
            ringing.clear()
            try:
                known = await load_catalogue(city, known)
            except Unavailable:
                await asyncio.sleep(RETRY_SECONDS)
                ringing.set()


async def elsewhere(db: Read) -> list[Elsewhere]:
    """The procedures of the catalogue that are not filed here, and where they are."""
    return await queries.catalogue_elsewhere(db)


async def reading_of(db: Read, code: str) -> Reading | None:
    """What was read from a row, also of one that is filed elsewhere."""
    kept = await queries.catalogue_reading(db, code)
    return msgspec.convert(kept, Reading) if kept else None
