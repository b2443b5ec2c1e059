"""The pool, and the two kinds of transaction: one reads, one also writes.

Each begins by telling PostgreSQL who acts; row-level security does the rest. A connection on which
nobody acts sees no row of any table.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from uuid import UUID

import asyncpg
import msgspec

from motcua.base.errors import Unavailable
from motcua.base.ids import PersonId
from motcua.db.lines import Lines

if TYPE_CHECKING:
    from motcua.db.city import City

POOL_SIZE_MAX = 8
COMMAND_SECONDS_MAX = 30

LOST = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # the answer broke off in the middle
)
"""How a database that went away shows itself; the caller is told to come back."""
ACQUIRE_SECONDS_MAX = 10


class Read:
    """One open transaction in which `person` acts; the edge that opened it commits it."""

    __slots__ = ("_connection", "behalf", "city", "person", "round_trips", "touched")

    def __init__(self, connection: Any, city: "City", person: PersonId, behalf: PersonId | None):
        self._connection = connection
        self.city = city
        self.person = person
        self.behalf = behalf
        """The organisation in whose name the person acts."""
        self.round_trips = 1
        self.touched: set[str] = set()
        """Subjects and agencies of what was recorded, for the bell."""

    async def execute(self, sql: str, *given: Any) -> None:
        self.round_trips += 1
        await self._connection.execute(sql, *given)

    async def fetch(self, sql: str, *given: Any) -> list[Any]:
        self.round_trips += 1
        rows: list[Any] = await self._connection.fetch(sql, *given)
        return rows

    async def fetch_row(self, sql: str, *given: Any) -> Any:
        self.round_trips += 1
        return await self._connection.fetchrow(sql, *given)


class Write(Read):
    """A transaction that may also change things: all of it happens, or none."""

    __slots__ = ("turns",)

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.turns: dict[str, int] = {}
        """What `db.take_turn` said of a key when the transaction began."""


D = TypeVar("D", bound=Read)


class Database:
    """The city's PostgreSQL as the application's role sees it."""

    def __init__(self, city: "City", url: str) -> None:
        self.city = city
        self.url = url
        self._lines: Lines | None = None
        self.round_trips = 0
        self.transactions = 0

    async def open(self) -> None:
        """Asks for a first connection, so that a city whose database is away does not start."""
        self._lines = Lines(self._connect, POOL_SIZE_MAX)
        self.give_back(await self.borrow())

    async def _connect(self) -> Any:
        connection = await asyncpg.connect(
            self.url,
            command_timeout=COMMAND_SECONDS_MAX,
            server_settings={
                "application_name": "motcua",
                "jit": "off",
                # Planning a statement with all its policies costs more than doing it.
                "plan_cache_mode": "force_generic_plan",
                "timezone": self.city.pack.info.time_zone,  # what a day is to the policies
            },
        )
        await speak_json(connection)
        return connection

    async def close(self) -> None:
        if self._lines:
            await self._lines.close()

    def read(self, person: PersonId, behalf: PersonId | None = None) -> "Transaction[Read]":
        return Transaction(self, "BEGIN READ ONLY", Read, person, behalf)

    def write(
        self, person: PersonId, behalf: PersonId | None = None, key: str | None = None
    ) -> "Transaction[Write]":
        """`key`: an idempotency key whose turn is taken in the same round trip (`db.answers`)."""
        return Transaction(self, "BEGIN", Write, person, behalf, key)

    @asynccontextmanager
    async def nobody(self) -> AsyncIterator[Read]:
        """A reader without a person: only the functions of the gate answer it."""
        connection = await self.borrow()
        try:
            async with connection.transaction(readonly=True):
                yield Read(connection, self.city, PersonId(UUID(int=0)), None)
        except LOST:
            raise Unavailable("database.down") from None
        finally:
            self.give_back(connection)

    async def borrow(self) -> Any:
        assert self._lines is not None, "the database is not open"
        try:
            return await self._lines.borrow(ACQUIRE_SECONDS_MAX)
        except LOST:
            raise Unavailable("database.down") from None

    def give_back(self, connection: Any) -> None:
        assert self._lines is not None
        self._lines.give_back(connection)

    async def is_up(self) -> bool:
        try:
            async with self.nobody() as db:
                await db.execute("SELECT 1")
        except Unavailable:
            return False
        return True


class Transaction(Generic[D]):
    """`async with database.write(person) as db:`, and what was done in it stands or falls together.

    A class and not a generator: every request passes here.
    """

    __slots__ = ("_connection", "_database", "_db", "_key", "_kind", "_opening", "_who")

    def __init__(
        self,
        database: Database,
        begin: str,
        kind: type[D],
        person: PersonId,
        behalf: PersonId | None,
        key: str | None = None,
    ) -> None:
        # Both are UUIDs, so they can hold nothing but hexadecimal digits: one round trip, not two.
        assert isinstance(person, UUID)
        assert behalf is None or isinstance(behalf, UUID)
        self._database, self._kind, self._who = database, kind, (person, behalf)
        self._opening = (
            f"{begin}; SET LOCAL motcua.person = '{person}';"
            f" SET LOCAL motcua.behalf = '{behalf or ''}'"
        )
        self._key = key
        if key is not None:
            # Of several statements sent at once asyncpg gives no rows, but how many the last had.
            said = f"convert_from('\\x{key.encode().hex()}', 'UTF8')"
            self._opening += f"; SELECT FROM generate_series(1, db.take_turn({said}))"

    async def __aenter__(self) -> D:
        self._connection = await self._database.borrow()
        try:
            done = await self._connection.execute(self._opening)
        except BaseException as failure:
            self._connection.terminate()  # nobody knows for whom it is open by now
            self._database.give_back(self._connection)
            if isinstance(failure, LOST):
                raise Unavailable("database.down") from None
            raise
        self._db = self._kind(self._connection, self._database.city, *self._who)
        if self._key is not None:
            assert isinstance(self._db, Write)
            self._db.turns[self._key] = int(done.removeprefix("SELECT "))
        return self._db

    async def __aexit__(self, kind: Any, failure: BaseException | None, trace: Any) -> None:
        try:
            if failure is None:
                await self._commit()
            elif not self._connection.is_closed():
                await self._connection.execute("ROLLBACK")
        except LOST:
            raise Unavailable("database.down") from None
        finally:
            self._database.give_back(self._connection)
        if isinstance(failure, LOST):
            raise Unavailable("database.down") from None

    async def _commit(self) -> None:
        try:
            await self._connection.execute("COMMIT")
        finally:  # it may have been done though the answer was lost
            self._database.city.bell.ring(self._db.touched)
        self._database.round_trips += self._db.round_trips + 1
        self._database.transactions += 1


async def speak_json(connection: Any) -> None:
    """Let jsonb come and go as Python values, in binary, by msgspec."""
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        encoder=lambda value: b"\x01" + msgspec.json.encode(value),
        decoder=lambda raw: msgspec.json.decode(raw[1:]),
        format="binary",
    )
