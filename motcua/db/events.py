"""What happened: written in the transaction of the change, with the jobs that follow from it."""

import asyncio
import hashlib
import os
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from motcua.base import clock
from motcua.base.ids import new_id
from motcua.db import bell, jobs, queries
from motcua.db.city import City
from motcua.db.database import Read, Write
from motcua.db.queries import Event

EVENTS_PER_READ_MAX = 500
STREAMS_MAX = 5000
STREAMS_PER_READER_MAX = 20
STREAM_SECONDS_MAX = 600
"""Then a stream ends and its reader comes again by itself: a session that is over, or a post no
longer held, hears nothing from then on."""
RECONNECT_SECONDS = 0.5

_encoder = msgspec.json.Encoder(order="sorted")


class Happening(msgspec.Struct, frozen=True):
    """What is to be recorded of one thing. `person` and `agency` say who may read it besides the
    actor."""

    kind: str
    person: UUID | None = None
    agency: str | None = None
    facts: dict[str, Any] = {}


async def record(
    db: Write,
    kind: str,
    subject: UUID,
    *,
    person: UUID | None = None,
    agency: str | None = None,
    facts: dict[str, Any] | None = None,
) -> None:
    """Append one event: who (the transaction's person, in whose name), what, when, about what."""
    await record_all(db, subject, [Happening(kind, person, agency, facts or {})])


async def record_all(db: Write, subject: UUID, happenings: list[Happening]) -> None:
    """Several about one thing in their order, and the jobs that follow from each, at once."""
    at, rows, wanted = clock.now(), [], []
    for one in happenings:
        event_id, salt = new_id(), os.urandom(16)
        leaf = _encoder.encode(
            {
                "id": event_id, "at": at, "kind": one.kind, "subject": subject,
                "actor": db.person, "behalf": db.behalf, "person": one.person,
                "agency": one.agency, "facts": one.facts,
            }
        )  # fmt: skip
        facts = _encoder.encode(one.facts).decode()
        digest = hashlib.sha256(salt + leaf).digest()
        rows.append((event_id, one.kind, one.person, one.agency, facts, salt, digest))
        followers = jobs.following(one.kind)
        if followers:
            told = {"event": event_id, "kind": one.kind, "subject": subject, "facts": one.facts}
            payload = _encoder.encode(told)
            wanted += [(job, payload) for job in followers]
        db.touched.update(str(name) for name in (subject, one.agency) if name)
    ids, kinds, persons, agencies, facts_told, salts, digests = map(list, zip(*rows, strict=True))
    await queries.record_events(
        db, subject, db.person, db.behalf, at, ids, kinds, persons, agencies, facts_told, salts,
        digests, [job for job, _ in wanted], [payload for _, payload in wanted],
    )  # fmt: skip


async def history(db: Read, subject: UUID, after: int = 0) -> list[Event]:
    """The events of a subject that this person may see, oldest first, after a sequence."""
    return await queries.events_of(db, subject, after, EVENTS_PER_READ_MAX)


class Listener:
    """One connection per process hears that something happened and wakes the streams about it.

    It carries no content: a woken stream reads the rows as its own person.
    """

    def __init__(self, city: City) -> None:
        self.city = city
        self._waiting: dict[str, set[asyncio.Event]] = defaultdict(set)
        self.streams = 0
        self._of_reader: Counter[UUID] = Counter()
        self._task: asyncio.Task[None] | None = None
        self.stopping = asyncio.Event()

    @classmethod
    def of(cls, city: City) -> "Listener":
        return cls(city)

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())
        # For the process before this one, if it died before it rang.
        self.city.bell.ring([bell.EVERYONE])

    async def stop(self) -> None:
        self.let_go()
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def let_go(self) -> None:
        """Wake every stream so that it ends by itself; readers resume elsewhere."""
        self.stopping.set()
        self._ring_all()

    def is_full(self, reader: UUID) -> bool:
        """Whether this reader must wait: everybody together, or they alone, have too many open."""
        return self.streams >= STREAMS_MAX or self._of_reader[reader] >= STREAMS_PER_READER_MAX

    @asynccontextmanager
    async def about(self, reader: UUID, *subjects: UUID | str) -> AsyncIterator[asyncio.Event]:
        """A bell that rings when something happens to a subject, or in an agency named by its code;
        clear it before you read."""
        ringing, names = asyncio.Event(), {str(subject) for subject in subjects}
        for name in names:
            self._waiting[name].add(ringing)
        self.streams += 1
        self._of_reader[reader] += 1
        try:
            yield ringing
        finally:
            self.streams -= 1
            self._of_reader[reader] -= 1
            if not self._of_reader[reader]:
                del self._of_reader[reader]
            for name in names:
                self._waiting[name].discard(ringing)
                if not self._waiting[name]:
                    del self._waiting[name]

    async def _run(self) -> None:
        while True:
            with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await self._listen()
            await asyncio.sleep(RECONNECT_SECONDS)

    async def _listen(self) -> None:
        connection = await asyncpg.connect(self.city.database.url)
        hung_up = asyncio.Event()
        try:
            connection.add_termination_listener(lambda _: hung_up.set())
            await connection.add_listener(bell.CHANNEL, self._heard)
            self._ring_all()  # what was said while nobody listened
            await hung_up.wait()
        finally:
            await connection.close(timeout=1)

    def _heard(self, _connection: Any, _pid: int, _channel: str, payload: Any) -> None:
        if payload == bell.EVERYONE:
            return self._ring_all()
        for name in str(payload).split(" "):
            for ringing in self._waiting.get(name, ()):
                ringing.set()

    def _ring_all(self) -> None:
        for group in self._waiting.values():
            for ringing in group:
                ringing.set()
