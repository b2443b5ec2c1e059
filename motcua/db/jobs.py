"""What happens later: queued in the caller's own transaction, done by a worker, possibly twice.

Rooms declare handlers in their `jobs.py`; the queue itself is pgqueuer's (docs/notes/0003).
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import asyncpg
import msgspec
from pgqueuer import PgQueuer, Queries
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence import qb
from pgqueuer.domain.settings import DBSettings
from pgqueuer.executors import DatabaseRetryEntrypointExecutor
from pgqueuer.models import Job

from motcua.base.ids import SYSTEM
from motcua.db import queries
from motcua.db.city import City
from motcua.db.database import Write

RETRY_SECONDS_FIRST = 1
RETRY_SECONDS_MAX = 300
JOBS_AT_ONCE_MAX = 16

Handler = Callable[[City, dict[str, Any]], Coroutine[Any, Any, None]]

Chore = Callable[[City], Coroutine[Any, Any, None]]

CHORES: list[tuple[float, Chore]] = []
HANDLERS: dict[str, tuple[Handler, int]] = {}
FOLLOWERS: dict[str, list[str]] = {}

log = logging.getLogger("motcua.jobs")


def handler(name: str, attempts: int = 8) -> Callable[[Handler], Handler]:
    """Declare who does the jobs of this name. After `attempts` failures a job is held, not lost."""

    def declare(function: Handler) -> Handler:
        assert name not in HANDLERS, f"two handlers for {name}"
        HANDLERS[name] = (function, attempts)
        return function

    return declare


def on(*events: str, attempts: int = 8) -> Callable[[Handler], Handler]:
    """Declare a job that follows each of these events; it is queued where the event is recorded."""

    def declare(function: Handler) -> Handler:
        room = function.__module__.split(".")[1]
        name = f"{room}.{function.__name__}"
        for event in events:
            FOLLOWERS.setdefault(event, []).append(name)
        return handler(name, attempts)(function)

    return declare


def every(hours: float) -> Callable[[Chore], Chore]:
    """Declare a chore that each worker does now and then; it must bear being done twice at once."""

    def declare(function: Chore) -> Chore:
        CHORES.append((hours * 3600, function))
        return function

    return declare


def following(event: str) -> list[str]:
    return FOLLOWERS.get(event, [])


async def enqueue(db: Write, name: str, payload: dict[str, Any], delay_seconds: float = 0) -> None:
    """Queue a job: it exists if and only if this transaction commits. Payloads hold ids only."""
    assert name in HANDLERS, f"nobody does {name}"
    delay = timedelta(seconds=delay_seconds)
    await queries.enqueue_job(db, name, msgspec.json.encode(payload), delay)
    db.touched.add(name)


async def work(city: City, stop: asyncio.Event) -> None:
    """Do jobs until told to stop; the job in hand is finished first."""
    settings = DBSettings(db_schema="jobs")
    connection = await asyncpg.connect(
        city.database.url,
        server_settings={"motcua.person": str(SYSTEM), "application_name": "motcua worker"},
    )
    driver = AsyncpgDriver(connection)
    queue = PgQueuer(driver, queries=Queries(
        driver,
        qbe=qb.QueryBuilderEnvironment(settings),
        qbq=qb.QueryQueueBuilder(settings),
        qbs=qb.QuerySchedulerBuilder(settings),
    ))  # fmt: skip
    for name, (function, attempts) in HANDLERS.items():
        _register(queue, city, name, function, attempts)
    running = asyncio.create_task(
        queue.run(dequeue_timeout=timedelta(seconds=5), max_concurrent_tasks=JOBS_AT_ONCE_MAX * 2)
    )
    chores = [asyncio.create_task(_repeat(city, *chore)) for chore in CHORES]
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
    for chore in chores:
        chore.cancel()
    queue.shutdown.set()
    await running
    await connection.close()


async def _repeat(city: City, seconds: float, chore: Chore) -> None:
    while True:
        try:
            await chore(city)
        except Exception as failure:
            told = {"job": chore.__name__, "failure": type(failure).__name__}
            log.warning("chore failed", extra=told)
        await asyncio.sleep(seconds)


def _register(queue: PgQueuer, city: City, name: str, function: Handler, attempts: int) -> None:
    async def run(job: Job) -> None:
        payload = msgspec.json.decode(job.payload or b"{}")
        try:
            await function(city, payload)
        except Exception as failure:
            # The name only: a message may hold what a person wrote.
            log.warning("job failed", extra={"job": name, "failure": type(failure).__name__})
            raise

    queue.entrypoint(
        name,
        concurrency_limit=JOBS_AT_ONCE_MAX,
        on_failure="hold",
        executor_factory=lambda parameters: DatabaseRetryEntrypointExecutor(
            parameters=parameters,
            max_attempts=attempts - 1,  # the library counts the first try apart
            initial_delay=timedelta(seconds=RETRY_SECONDS_FIRST),
            max_delay=timedelta(seconds=RETRY_SECONDS_MAX),
        ),
    )(run)
