"""Counting what happened: every event once, soon after its commit and never within its act."""

from datetime import timedelta
from uuid import UUID

from motcua.base import clock
from motcua.base.errors import Conflict
from motcua.base.ids import SYSTEM
from motcua.db import City, Write
from motcua.score import queries
from motcua.score.model import Batch, Rebuilt

EVENTS_PER_BATCH_MAX = 5_000
CASES_PER_SLICE = 20_000
ROWS_DROPPED_AT_ONCE = 20_000
GAP_SECONDS = 60
"""Twice as long as a statement may take; only then is a number that nobody has seen given up."""


async def fold(city: City) -> int:
    """Count what has happened since; how many events that was. Nothing to do while another process
    is at it."""
    total = 0
    while True:
        async with city.database.write(SYSTEM) as db:
            edition = await queries.lock_shown(db)
            if edition is None:
                await queries.begin_first_edition(db, clock.now())
                edition = await queries.lock_shown(db)
            batch = await _fold_batch(db, edition) if edition else None
        if batch is None:
            return total
        total += batch.count + len(batch.filled)
        if batch.count < EVENTS_PER_BATCH_MAX:
            return total


async def _fold_batch(db: Write, edition: int) -> Batch:
    now = clock.now()
    await queries.read_by_index(db)
    batch = await queries.take_batch(db, edition, EVENTS_PER_BATCH_MAX, now)
    if batch.subjects:
        await queries.learn_procedures(db)
        await queries.fold(
            db, edition, batch.after, batch.until, batch.filled, batch.subjects
        )  # fmt: skip
    await queries.close_gaps(db, edition, now - timedelta(seconds=GAP_SECONDS))
    return batch


async def rebuild(city: City) -> Rebuilt:
    """Count everything anew from the events while the city serves, then show it in one moment.

    Conflict when somebody else began to do so meanwhile: theirs goes on. One that was broken off
    leaves nothing that is shown; the next one clears it away.
    """
    begun = clock.now()
    async with city.database.write(SYSTEM) as db:
        await queries.learn_procedures(db)
        made = await queries.begin_edition(db, begun)
        await queries.forget_editions(db, made.edition)
    await _drop_leftovers(city)
    cases, last = 0, UUID(int=0)
    while True:
        async with city.database.write(SYSTEM) as db:
            await _lock(db, made.edition)
            await queries.read_by_index(db)
            slice_ = await queries.cases_after(db, last, CASES_PER_SLICE)
            if slice_:
                await queries.fold(db, made.edition, 0, made.folded_to, [], slice_)
        if not slice_:
            break
        cases, last = cases + len(slice_), slice_[-1]
    events = made.folded_to + await _catch_up_and_show(city, made.edition)
    await _drop_leftovers(city)
    seconds = (clock.now() - begun).total_seconds()
    return Rebuilt(made.edition, cases, events, round(seconds, 1))


async def _catch_up_and_show(city: City, edition: int) -> int:
    total = 0
    while True:
        async with city.database.write(SYSTEM) as db:
            await _lock(db, edition)
            batch = await _fold_batch(db, edition)
            total += batch.count
            if batch.count < EVENTS_PER_BATCH_MAX:
                await queries.hide_shown(db)
                await queries.show_edition(db, edition)
                await queries.forget_editions(db, edition)
                return total


async def _lock(db: Write, edition: int) -> None:
    if await queries.lock_edition(db, edition) is None:
        raise Conflict("score.counted_elsewhere")


async def _drop_leftovers(city: City) -> None:
    while True:
        async with city.database.write(SYSTEM) as db:
            if not await queries.drop_leftovers(db, ROWS_DROPPED_AT_ONCE):
                return
