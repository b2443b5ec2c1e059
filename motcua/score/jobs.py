"""What happens later: whatever is recorded is counted, within about a second of its commit."""

import asyncio
from contextlib import suppress
from typing import Any

import asyncpg

from motcua.db import City, bell, jobs
from motcua.score import actions

SECONDS_BETWEEN = 0.5
"""What happens meanwhile is counted together: one pass costs little more than one act."""
SECONDS_WITHOUT_BELL_MAX = 5


@jobs.every(hours=SECONDS_WITHOUT_BELL_MAX / 3600)
async def follow(city: City) -> None:
    """Count when the bell rings, as long as the worker lives; begun again when the line breaks."""
    rung = asyncio.Event()

    def ring(*_: Any) -> None:
        rung.set()

    connection = await asyncpg.connect(city.database.url)
    try:
        connection.add_termination_listener(ring)
        await connection.add_listener(bell.CHANNEL, ring)
        while not connection.is_closed():
            rung.clear()
            await actions.fold(city)
            await asyncio.sleep(SECONDS_BETWEEN)
            with suppress(TimeoutError):
                await asyncio.wait_for(rung.wait(), SECONDS_WITHOUT_BELL_MAX)
    finally:
        await connection.close(timeout=1)
