"""Says to every process, after a commit, that something happened: many commits in one NOTIFY.

Inside the transaction NOTIFY costs every writer dear: PostgreSQL commits such transactions one
behind the other, and each waits for the disk alone (docs/notes/0009).
"""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

import asyncpg

from motcua.base.errors import Unavailable
from motcua.db import queries

if TYPE_CHECKING:
    from motcua.db.city import City

SECONDS_BETWEEN = 0.02
NAMES_PER_CALL = 150
"""A NOTIFY carries less than 8,000 bytes; a name is a uuid or the code of an agency."""
CHANNEL = "motcua_events"
EVERYONE = "*"


class Bell:
    """One per process. It carries no content: whoever hears it reads what they may.

    What a process did not live to ring is rung by the one that takes its place (`Listener.start`),
    and workers look into their queue every few seconds anyway.
    """

    def __init__(self, city: "City") -> None:
        self._city = city
        self._names: set[str] = set()
        self._task: asyncio.Task[None] | None = None

    def ring(self, names: Iterable[str]) -> None:
        """For these subjects and agencies: at once, or soon when it rang a moment ago."""
        self._names.update(names)
        if self._names and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._ring())

    async def _ring(self) -> None:
        while self._names:
            names, self._names = sorted(self._names), set()
            calls = [
                " ".join(names[at : at + NAMES_PER_CALL])
                for at in range(0, len(names), NAMES_PER_CALL)
            ]
            # While there is no line nobody hears; listeners that come back look at everything.
            with suppress(Unavailable, asyncpg.PostgresError):
                async with self._city.database.nobody() as db:
                    await queries.ring(db, CHANNEL, calls)
            await asyncio.sleep(SECONDS_BETWEEN)

    async def close(self) -> None:
        """Ring what is left to ring."""
        if self._task:
            await self._task
