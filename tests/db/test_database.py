"""Transactions know who acts; the database forgets it with them."""

import asyncio
from contextlib import AsyncExitStack
from uuid import UUID

import asyncpg
import pytest

from motcua.base import clock
from motcua.base.ids import SYSTEM, PersonId, new_id
from motcua.db import City, events, jobs, queries


def someone() -> PersonId:
    return PersonId(new_id())


async def test_what_one_person_records_another_does_not_see(city: City) -> None:
    an, binh, thing = someone(), someone(), new_id()
    async with city.database.write(an) as db:
        await events.record(db, "lamp.broken", thing, person=an, facts={"where": "68"})
    async with city.database.read(an) as db:
        assert [e.kind for e in await events.history(db, thing)] == ["lamp.broken"]
    async with city.database.read(binh) as db:
        assert await events.history(db, thing) == []


async def test_a_transaction_that_fails_leaves_nothing(city: City) -> None:
    an, thing = someone(), new_id()

    async def fail() -> None:
        async with city.database.write(an) as db:
            await events.record(db, "lamp.broken", thing, person=an)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with city.database.read(an) as db:
        assert await events.history(db, thing) == []


async def test_nobody_sees_nothing_after_somebody_used_the_connection(city: City) -> None:
    an, thing = someone(), new_id()
    async with city.database.write(an) as db:
        await events.record(db, "lamp.broken", thing, person=an)
    for _ in range(20):  # whichever connection of the pool comes, it remembers nobody
        async with city.database.nobody() as db:
            assert await db.fetch("SELECT 1 FROM db.events") == []


async def test_nobody_records_in_the_name_of_another(city: City) -> None:
    an = someone()
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with city.database.write(an) as db:
            await queries.record_events(
                db, new_id(), someone(), None, clock.now(), [new_id()], ["lamp.broken"], [None],
                [None], ["{}"], [bytes(16)], [bytes(32)], [], [],
            )  # fmt: skip


@pytest.mark.parametrize("act", ["UPDATE db.events SET kind = 'a.b'", "DELETE FROM db.events"])
async def test_history_is_only_added_to(city: City, act: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with city.database.write(SYSTEM) as db:
            await db.execute(act)


async def test_a_reader_cannot_write(city: City) -> None:
    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        async with city.database.read(someone()) as db:
            await events.record(db, "lamp.broken", new_id())  # type: ignore[arg-type]


async def test_a_listener_rings_for_its_subject_only(city: City) -> None:
    listener, an, thing, other = events.Listener(city), someone(), new_id(), new_id()
    listener.start()
    await asyncio.sleep(0.2)
    async with listener.about(an, thing) as bell, listener.about(an, other) as other_bell:
        async with city.database.write(an) as db:
            await events.record(db, "lamp.broken", thing, person=an)
        await asyncio.wait_for(bell.wait(), 2)
        assert not other_bell.is_set()
    await listener.stop()
    assert listener.streams == 0


async def test_one_reader_cannot_take_all_streams(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "STREAMS_PER_READER_MAX", 2)
    listener, an, binh = events.Listener(city), someone(), someone()
    async with listener.about(an, new_id()):
        assert not listener.is_full(an)
        async with listener.about(an, new_id()):
            assert listener.is_full(an)
            assert not listener.is_full(binh)
    assert not listener.is_full(an)
    monkeypatch.setattr(events, "STREAMS_MAX", 0)
    assert listener.is_full(binh)


async def test_a_job_follows_its_event_and_one_that_fails_is_tried_again_and_held(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "RETRY_SECONDS_FIRST", 0)
    monkeypatch.setattr(jobs, "HANDLERS", {})
    monkeypatch.setattr(jobs, "FOLLOWERS", {})
    seen: list[str] = []

    @jobs.on("lamp.mended")
    async def tell(city: City, payload: dict[str, str]) -> None:
        seen.append(payload["subject"])

    @jobs.handler("lamp.fail", attempts=3)
    async def fail(city: City, payload: dict[str, str]) -> None:
        seen.append("failed")
        raise ZeroDivisionError

    thing, stop = new_id(), asyncio.Event()
    async with city.database.write(someone()) as db:
        await events.record(db, "lamp.mended", thing)
        await jobs.enqueue(db, "lamp.fail", {})
    worker = asyncio.create_task(jobs.work(city, stop))
    for _ in range(100):
        await asyncio.sleep(0.05)
        async with city.database.read(SYSTEM) as reader:
            if await queries.held_jobs(reader):
                break
    stop.set()
    await worker
    assert seen.count(str(UUID(str(thing)))) == 1
    assert seen.count("failed") == 3


async def test_many_commits_ring_once_and_all_are_heard(city: City) -> None:
    listener, an = events.Listener(city), someone()
    things = [new_id() for _ in range(400)]  # more names than one NOTIFY carries
    listener.start()
    await asyncio.sleep(0.2)
    async with AsyncExitStack() as open_:
        bells = [await open_.enter_async_context(listener.about(someone(), t)) for t in things]
        async with city.database.write(an) as db:
            for thing in things:
                await events.record(db, "lamp.broken", thing, person=an)
        await asyncio.wait_for(asyncio.gather(*(bell.wait() for bell in bells)), 5)
    await listener.stop()


async def test_a_process_that_starts_rings_for_the_one_before(city: City) -> None:
    """Killed between its commit and its bell: the streams of the others wake all the same."""
    listener, an, thing = events.Listener(city), someone(), new_id()
    listener.start()
    await asyncio.sleep(0.2)
    async with listener.about(an, thing) as bell:
        successor = events.Listener(city)
        successor.start()
        await asyncio.wait_for(bell.wait(), 2)
        await successor.stop()
    await listener.stop()


async def test_what_was_rolled_back_wakes_nobody(city: City) -> None:
    listener, an, thing = events.Listener(city), someone(), new_id()
    listener.start()
    await asyncio.sleep(0.2)

    async def fail() -> None:
        async with city.database.write(an) as db:
            await events.record(db, "lamp.broken", thing, person=an)
            raise ZeroDivisionError

    async with listener.about(an, thing) as bell:
        with pytest.raises(ZeroDivisionError):
            await fail()
        await asyncio.sleep(0.2)
        assert not bell.is_set()
    await listener.stop()
