"""Open connections, lent to one transaction at a time (docs/notes/0021)."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

CLOSE_SECONDS_MAX = 5


class Lines:
    """At most `most` connections; the one given back last is lent first, so few stay warm.

    Nothing is reset between borrowers: all our settings end with their transaction.
    """

    def __init__(self, connect: Callable[[], Awaitable[Any]], most: int) -> None:
        self._connect, self._most = connect, most
        self._idle: list[Any] = []
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._lent: set[Any] = set()
        self._opening = 0
        self._is_closed = False

    async def borrow(self, seconds: float) -> Any:
        """TimeoutError when none came free in time."""
        while len(self._lent) + self._opening >= self._most:
            await self._turn(seconds)
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed():
                self._lent.add(connection)
                return connection
        return await self._open()

    async def _open(self) -> Any:
        self._opening += 1
        try:
            connection = await self._connect()
        except BaseException:
            self._wake()
            raise
        finally:
            self._opening -= 1
        self._lent.add(connection)
        return connection

    def give_back(self, connection: Any) -> None:
        """A connection whose transaction did not end is not lent again, nor one that broke."""
        self._lent.discard(connection)
        if not connection.is_closed():  # a broken one can be asked nothing else
            if self._is_closed or connection.is_in_transaction():
                connection.terminate()
            else:
                self._idle.append(connection)
        self._wake()

    async def close(self) -> None:
        self._is_closed = True
        for connection in self._lent:
            connection.terminate()
        while self._idle:
            await self._idle.pop().close(timeout=CLOSE_SECONDS_MAX)

    async def _turn(self, seconds: float) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await asyncio.wait_for(turn, seconds)
        except BaseException:
            if turn in self._waiting:
                self._waiting.remove(turn)
            elif turn.done() and not turn.cancelled():
                self._wake()
            raise

    def _wake(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
