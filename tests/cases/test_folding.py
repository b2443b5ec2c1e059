"""What lists are read from: folded once, in whatever order transactions end, and anew alike."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from motcua.base.ids import SYSTEM
from motcua.cases import queries
from motcua.cases.actions import folding
from motcua.db import City
from tests import cast
from tests.cases import build

LYING = """
    SELECT p.at_agency, p.agency_code, p.procedure_code, p.status, p.channel, p.is_open,
           p.is_waiting, p.step_role, p.lane, p.handler_id,
           l.case_id, l.lane, l.promised_at, l.filed_at, l.words
    FROM cases.listed l JOIN cases.piles p ON p.id = l.pile
"""
BY_HAND = """
    SELECT p.at_agency, p.agency_code, p.procedure_code, p.status, p.channel, p.is_open,
           p.is_waiting, p.step_role, p.lane, p.handler_id,
           p.case_id, p.lane, p.promised_at, p.filed_at, p.words
    FROM cases.placed(ARRAY(SELECT id FROM cases.cases)) p
"""
COUNTED = "SELECT id, count FROM cases.piles"
RECOUNTED = "SELECT pile, count(*) FROM cases.listed GROUP BY pile"
KEPT = "SELECT count, open FROM cases.listed_until"
REKEPT = "SELECT count(*), count(promised_at) FROM cases.listed"


async def rows(city: City, sql: str) -> set[tuple[Any, ...]]:
    async with city.database.read(SYSTEM) as db:
        return {tuple(row) for row in await db.fetch(sql)}


async def assert_folded(city: City) -> None:
    assert await rows(city, LYING) == await rows(city, BY_HAND)
    assert await rows(city, COUNTED) == await rows(city, RECOUNTED)
    assert await rows(city, KEPT) == await rows(city, REKEPT)


@asynccontextmanager
async def late(url: str, city: City) -> AsyncIterator[asyncpg.Connection]:
    """A transaction that has drawn its event's number and takes its time."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("BEGIN")
        await connection.execute(
            "INSERT INTO db.events (id, at, kind, subject_id, actor_id, facts, salt, digest)"
            " VALUES (gen_random_uuid(), now(), 'case.moved_by_hand', gen_random_uuid(), $1, '{}',"
            " substr(sha256(''), 1, 16), sha256(''))",
            SYSTEM,
        )  # fmt: skip
        yield connection
    finally:
        await connection.close()


async def test_cases_lie_where_they_are_however_often_they_are_folded(
    city: City, staff: cast.Cast
) -> None:
    case = await build.to_step(city, staff, staff.an, "an", "accepted")
    assert await folding.fold_lists(city) > 0
    await assert_folded(city)
    await build.act(city, staff.handler, case, "request_supplement", text="Bổ sung.")
    other = await build.file(city, staff.lan)
    await build.act(city, staff.reception, other, "refuse", reason="Không thuộc thẩm quyền.")
    sent = await build.file(city, staff.binh)
    await build.act(city, staff.reception, sent, "transfer", agency="SM.E", text="Nơi khác.")
    assert await folding.fold_lists(city) == 3
    await assert_folded(city)
    assert await folding.fold_lists(city) == 0


async def test_anew_gives_the_same_and_so_does_whoever_was_far_behind(
    city: City, staff: cast.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    await build.to_step(city, staff, staff.binh, "binh", "proposed")
    await folding.fold_lists(city)
    before = [await rows(city, sql) for sql in (LYING, COUNTED, KEPT)]
    monkeypatch.setattr(folding, "CASES_AT_ONCE", 3)
    assert await folding.list_anew(city) == len(before[0])
    assert [await rows(city, sql) for sql in (LYING, COUNTED, KEPT)] == before
    monkeypatch.setattr(folding, "EVENTS_MAX", 2)
    await build.to_step(city, staff, staff.hoa, "hoa", "accepted")
    assert await folding.fold_lists(city) > len(before[0])
    await assert_folded(city)


async def test_what_commits_late_is_not_passed_over(
    city: City, staff: cast.Cast, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await folding.fold_lists(city)
    monkeypatch.setattr(folding, "WAITS_MAX", 3)
    async with late(database_url, city) as slow:
        await build.file(city, staff.an)  # younger, and committed before
        assert await folding.fold_lists(city) == 0
        await slow.execute("COMMIT")
    async with city.database.read(SYSTEM) as db:
        newest = (await queries.newest_event(db)).sequence
    assert await folding.fold_lists(city) == 2
    assert await rows(city, "SELECT sequence FROM cases.listed_until") == {(newest,)}
    await assert_folded(city)


async def test_the_fold_waits_a_moment_for_who_is_about_to_commit(
    city: City, staff: cast.Cast, database_url: str
) -> None:
    await folding.fold_lists(city)
    async with late(database_url, city) as slow:
        await build.file(city, staff.an)
        folded = asyncio.create_task(folding.fold_lists(city))
        await asyncio.sleep(0.05)
        assert not folded.done()
        await slow.execute("COMMIT")
        assert await folded == 2


async def test_two_folds_at_once_fold_once(city: City, staff: cast.Cast) -> None:
    await build.file(city, staff.an)
    done = await asyncio.gather(*(folding.fold_lists(city) for _ in range(3)))
    assert len([count for count in done if count]) == 1
    await assert_folded(city)


async def test_only_the_platform_folds(city: City, staff: cast.Cast) -> None:
    await folding.fold_lists(city)
    async with city.database.write(staff.handler.person) as db:
        await queries.forget_listed(db)
        assert await db.fetch("SELECT FROM cases.listed") == []
    await assert_folded(city)
