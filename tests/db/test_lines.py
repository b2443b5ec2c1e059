"""Connections are lent one at a time; what broke or did not end is not lent again."""

import asyncio

import asyncpg
import pytest

from motcua.base.errors import Unavailable
from motcua.base.ids import PersonId, new_id
from motcua.db import City
from motcua.db.database import POOL_SIZE_MAX
from motcua.db.lines import Lines


async def process_of(city: City) -> int:
    async with city.database.read(PersonId(new_id())) as db:
        return int((await db.fetch_row("SELECT pg_backend_pid()"))[0])


async def test_the_one_given_back_last_is_lent_first(city: City) -> None:
    assert len({await process_of(city) for _ in range(5)}) == 1


async def test_a_line_that_breaks_while_a_transaction_begins_is_told_as_away(city: City) -> None:
    """As when the database is killed; the next one finds another line."""
    before = await process_of(city)
    administrator = await asyncpg.connect(city.database.url.replace("motcua_app@", "postgres@"))
    await administrator.execute("SELECT pg_terminate_backend($1)", before)
    await administrator.close()
    for _ in range(2):  # whether it is noticed as it is lent or as it is used
        told = ""
        try:
            after = await process_of(city)
        except Unavailable as problem:
            after, told = 0, problem.reason
        assert after != before
        assert bool(after) != (told == "database.down")
    assert await process_of(city) != before


async def test_a_transaction_that_was_called_off_leaves_its_line_to_nobody(city: City) -> None:
    before = await process_of(city)

    async def wait() -> None:
        async with city.database.read(PersonId(new_id())) as db:
            await db.fetch("SELECT pg_sleep(30)")

    for seconds in (0.2, 0.0):  # in the middle of a statement, and before anything was said
        task = asyncio.create_task(wait())
        await asyncio.sleep(seconds)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    async with city.database.nobody() as db:
        told = await db.fetch_row("SELECT current_setting('motcua.person', true)")
    assert told[0] in (None, "")
    assert before


async def test_all_lent_means_waiting_and_then_being_told(city: City) -> None:
    lines = Lines(lambda: asyncpg.connect(city.database.url), 2)
    first, second = await lines.borrow(1), await lines.borrow(1)
    with pytest.raises(TimeoutError):
        await lines.borrow(0.05)
    waiting = asyncio.create_task(lines.borrow(5))
    await asyncio.sleep(0.01)
    first.terminate()
    lines.give_back(first)  # broken: its place is free all the same
    third = await waiting
    assert third is not first
    await second.execute("BEGIN")
    lines.give_back(second)  # its transaction did not end
    fourth = await lines.borrow(1)
    assert fourth is not second
    lines.give_back(third)
    lines.give_back(fourth)
    await lines.close()
    assert third.is_closed()
    assert fourth.is_closed()


async def test_a_line_that_cannot_be_opened_takes_no_place() -> None:
    async def fail() -> None:
        raise OSError

    lines = Lines(fail, 1)
    for _ in range(POOL_SIZE_MAX):
        with pytest.raises(OSError):  # noqa: PT011 - whatever the network said
            await lines.borrow(0.1)
