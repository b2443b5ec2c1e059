"""What lists are read from, folded from the events: no act waits for a list (docs/notes/0028)."""

import asyncio
from uuid import UUID

from motcua.base.ids import SYSTEM
from motcua.cases import queries
from motcua.db import City, Write

CASES_AT_ONCE = 2000
EVENTS_MAX = 200_000
"""Whoever is further behind begins anew, with the cases themselves."""
WAITS_MAX, WAIT_SECONDS = 100, 0.005


async def fold_lists(city: City) -> int:
    """Lay every case that moved where it lies now; how many there were. A second one at the same
    time does nothing."""
    async with city.database.write(SYSTEM) as db:
        until = await _settled(db)
        after = await queries.lock_listed_until(db) if until else None
        if until is None or after is None or after >= until:
            return 0
        if until - after > EVENTS_MAX:
            return await _anew(db, until)
        moved = await queries.moved_between(db, after, until)
        await _lay(db, moved)
        await queries.keep_listed_until(db, until)
        return len(moved)


async def list_anew(city: City) -> int:
    """Forget what was folded and lay every case of the city; how many there are.

    Who reads lists meanwhile reads them as they were and what moved since: nothing is missing.
    """
    async with city.database.write(SYSTEM) as db:
        until = await _settled(db)
        if until is None or await queries.lock_listed_until(db) is None:
            return 0
        return await _anew(db, until)


async def _settled(db: Write) -> int | None:
    """The newest event; when every transaction that may hold an older one is over. None: one of
    them takes its time, or nothing has happened yet.

    Numbers are drawn before the commit, so that an older event may appear after a newer one. Who
    draws one holds a lock on the table until the end.
    """
    found = await queries.newest_event(db)
    writers = set(found.writers)
    for _ in range(WAITS_MAX):
        if not writers:
            return found.sequence
        await asyncio.sleep(WAIT_SECONDS)
        writers &= set((await queries.newest_event(db)).writers)
    return None


async def _anew(db: Write, until: int) -> int:
    """Each pile is counted once: a row that one transaction writes again and again is read through
    all that it was."""
    await queries.forget_listed(db)
    count, last = 0, UUID(int=0)
    while some := await queries.cases_after(db, last, CASES_AT_ONCE):
        await queries.lay_anew(db, some)
        count, last = count + len(some), some[-1]
    await queries.count_anew(db)
    await queries.keep_listed_until(db, until)
    return count


async def _lay(db: Write, moved: list[UUID]) -> None:
    for at in range(0, len(moved), CASES_AT_ONCE):
        await queries.lay_cases(db, moved[at : at + CASES_AT_ONCE])
