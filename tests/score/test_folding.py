"""Counts are what a plain walk over every history gives, whatever way the events came in."""

import asyncio
import random
import secrets
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from msgspec.structs import fields

from motcua.base.ids import SYSTEM
from motcua.db import City
from motcua.score import actions
from motcua.score.actions import folding
from motcua.score.model import Counts
from tests.score import histories, naive
from tests.score.histories import AGENCIES, Life, Procedure

NAMES = [field.name for field in fields(Counts)][1:]


@pytest.fixture
async def admin(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


async def stored(admin: asyncpg.Connection, own: list[Procedure]) -> Counter[naive.Key]:
    """What is shown of these procedures: by field and procedure all of it, by agency as far as it
    is theirs alone."""
    rows = await admin.fetch(
        "SELECT c.* FROM score.counts c JOIN score.editions e USING (edition) WHERE e.is_shown"
        " AND (c.field = ANY ($1) OR c.procedure_code = ANY ($2) OR c.agency_code = ANY ($3))",
        [one.field for one in own], [one.code for one in own], list(AGENCIES),
    )  # fmt: skip
    found: Counter[naive.Key] = Counter()
    for row in rows:
        where = (row["agency_code"], row["field"], row["procedure_code"], row["officer_id"])
        for name in NAMES:
            if row[name]:
                found[row["cut"], row["grain"], row["period"], *where, name] += row[name]
    return found


async def tallied(admin: asyncpg.Connection) -> Counter[tuple[str, ...]]:
    rows = await admin.fetch(
        "SELECT t.* FROM score.tallies t JOIN score.editions e USING (edition)"
        " WHERE e.is_shown AND t.cut = 'agency' AND t.agency_code = ANY ($1)", list(AGENCIES),
    )  # fmt: skip
    found: Counter[tuple[str, ...]] = Counter()
    for row in rows:
        key = (str(row["month"]), row["agency_code"], row["kind"], row["name"])
        for what in ("count", "seconds"):
            if row[what]:
                found[*key, what] += row[what]
    return found


async def clear(admin: asyncpg.Connection) -> None:
    """Of the agencies that only these tests know."""
    await admin.execute(
        "DELETE FROM db.events WHERE agency_code = ANY ($1)", list(AGENCIES)
    )  # fmt: skip
    await admin.execute("DELETE FROM cases.cases WHERE agency_code = ANY ($1)", list(AGENCIES))
    for table in ("counts", "tallies", "cases", "due"):
        await admin.execute(
            f"DELETE FROM score.{table} WHERE agency_code = ANY ($1)", list(AGENCIES)
        )


async def begun(
    admin: asyncpg.Connection, seed: int, events_min: int
) -> tuple[list[Procedure], list[Life], list[histories.Told]]:
    await clear(admin)
    chance = random.Random(seed)
    own = histories.procedures(secrets.token_hex(2))
    made = histories.lives(chance, own, events_min)
    await histories.settle(admin, own, made)
    return own, made, histories.shuffled(chance, made)


def differ(one: Counter[Any], other: Counter[Any]) -> list[Any]:
    return [(key, one[key], other[key]) for key in {*one, *other} if one[key] != other[key]][:20]


async def compare(
    city: City, admin: asyncpg.Connection, own: list[Procedure], made: list[Life]
) -> None:
    expected, named = naive.counted(made, ZoneInfo(city.pack.info.time_zone))
    mine = Counter({key: n for key, n in expected.items() if key[0] != "city"})
    assert not differ(await stored(admin, own), mine)
    assert not differ(await tallied(admin), named)


async def test_after_ten_thousand_acts_counts_are_what_a_plain_walk_gives(
    city: City, admin: asyncpg.Connection
) -> None:
    seed = secrets.randbelow(10**6)
    print(f"seed {seed}")
    own, made, told = await begun(admin, seed, 10_000)
    await actions.fold(city)
    for start in range(0, len(told), 2_345):
        await histories.write(admin, told[start : start + 2_345])
        await actions.fold(city)
    await compare(city, admin, own, made)
    assert await actions.fold(city) == 0
    await actions.rebuild(city)
    await compare(city, admin, own, made)
    await _same_cases(admin, made, ZoneInfo(city.pack.info.time_zone))
    await clear(admin)


async def _same_cases(admin: asyncpg.Connection, made: list[Life], zone: ZoneInfo) -> None:
    """What is open and due by day is what the rows of the cases say."""
    rows = await admin.fetch(
        "SELECT c.* FROM score.cases c JOIN score.editions e USING (edition)"
        " WHERE e.is_shown AND c.case_id = ANY ($1)", [one.id for one in made],
    )  # fmt: skip
    assert len(rows) == len(made)
    open_ = Counter(
        (row["agency_code"], row["due_at"].astimezone(zone).date())
        for row in rows
        if row["outcome"] == "open" and not row["is_waiting"]
    )
    due = await admin.fetch(
        "SELECT d.* FROM score.due d JOIN score.editions e USING (edition)"
        " WHERE e.is_shown AND d.count <> 0 AND d.agency_code = ANY ($1)", list(AGENCIES),
    )  # fmt: skip
    assert {(row["agency_code"], row["due_on"]): row["count"] for row in due} == open_


async def test_what_commits_late_is_counted_once_and_nothing_waits_for_it(
    city: City, admin: asyncpg.Connection, database_url: str
) -> None:
    own, made, _ = await begun(admin, 7, 60)
    await actions.fold(city)
    slow = await asyncpg.connect(database_url)
    held = slow.transaction()
    await held.start()
    await histories.write(slow, made[0].events)  # earlier numbers, and nobody sees them yet
    undone = admin.transaction()
    await undone.start()
    await histories.write(admin, made[1].events)
    await undone.rollback()  # numbers that never come
    for one in made[1:]:
        await histories.write(admin, one.events)
    await actions.fold(city)
    await compare(city, admin, own, made[1:])
    await held.commit()
    await slow.close()
    await actions.fold(city)
    await compare(city, admin, own, made)
    await actions.fold(city)
    await compare(city, admin, own, made)
    await clear(admin)


async def test_two_workers_count_nothing_twice(
    city: City, admin: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folding, "EVENTS_PER_BATCH_MAX", 37)
    own, made, told = await begun(admin, 8, 400)
    await histories.write(admin, told)
    await asyncio.gather(*(actions.fold(city) for _ in range(3)))
    await actions.fold(city)
    await compare(city, admin, own, made)
    await clear(admin)


async def test_counting_anew_goes_on_while_the_city_works(
    city: City, admin: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folding, "CASES_PER_SLICE", 20)
    own, made, told = await begun(admin, 9, 600)
    await histories.write(admin, told[:200])

    async def work() -> None:
        for start in range(200, len(told), 50):
            await histories.write(admin, told[start : start + 50])
            await actions.fold(city)

    await asyncio.gather(actions.rebuild(city), work())
    await actions.fold(city)
    await compare(city, admin, own, made)
    await clear(admin)


async def test_a_number_that_never_comes_is_given_up_and_not_before_its_time(
    city: City, admin: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, made, _ = await begun(admin, 10, 30)
    await actions.fold(city)
    async with city.database.read(SYSTEM) as db:
        before = await db.fetch("SELECT sequence FROM score.gaps")
    undone = admin.transaction()
    await undone.start()
    await histories.write(admin, made[0].events[:1])
    await undone.rollback()
    await histories.write(admin, made[0].events)
    await actions.fold(city)
    held = await admin.fetch("SELECT sequence FROM score.gaps")
    assert len(held) > len(before)
    monkeypatch.setattr(folding, "GAP_SECONDS", -1)
    await actions.fold(city)  # from now on no transaction may hold it that begins later
    await actions.fold(city)
    assert not await admin.fetch("SELECT sequence FROM score.gaps")
    await clear(admin)
