"""What an operator watches (Prometheus text): requests, the database, the queue, open streams."""

from functools import cache

from prometheus_client import REGISTRY, Counter, Gauge, Histogram, generate_latest

from motcua.base.ids import SYSTEM
from motcua.db import City, queries
from motcua.db.events import Listener

REQUESTS = Counter("motcua_requests_total", "Requests answered.", ["method", "address", "status"])
SECONDS = Histogram(
    "motcua_request_seconds",
    "Time to the first byte of an answer.",
    buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5),
)
TRANSACTIONS = Gauge("motcua_transactions", "Transactions committed by this process.")
ROUND_TRIPS = Gauge("motcua_round_trips", "Round trips to the database by this process.")
STREAMS = Gauge("motcua_streams", "Open event streams of this process.")
QUEUED = Gauge("motcua_jobs_waiting", "Jobs queued or at work.")
DELETED = Gauge("motcua_deleted", "Rows and files deleted when their time was over.", ["kind"])
HELD = Gauge("motcua_jobs_held", "Jobs that failed for good and wait for a person.")


@cache
def _counter(method: str, address: str, status: int) -> Counter:
    return REQUESTS.labels(method, address, status)


def count(method: str, address: str, status: int, seconds: float) -> None:
    """One answered request; `address` is a pattern, so there are few."""
    _counter(method, address, status).inc()
    SECONDS.observe(seconds)


async def read(city: City) -> bytes:
    TRANSACTIONS.set(city.database.transactions)
    ROUND_TRIPS.set(city.database.round_trips)
    STREAMS.set(city[Listener].streams)
    async with city.database.read(SYSTEM) as db:
        QUEUED.set(await queries.queue_length(db))
        HELD.set(await queries.held_jobs(db))
        for one in await queries.deleted_so_far(db):
            DELETED.labels(one.kind).set(one.count)
    return generate_latest(REGISTRY)
