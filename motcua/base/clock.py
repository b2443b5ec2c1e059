"""The one clock. Rules take time as an argument; everyone else asks here, and tests set it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

_shift = timedelta()


def now() -> datetime:
    """The present moment in UTC, as shifted by `at`."""
    return datetime.now(UTC) + _shift  # noqa: TID251 - the one place that may


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """For tests: the clock reads `moment` now and runs on from there."""
    global _shift
    before = _shift
    _shift = moment - datetime.now(UTC)  # noqa: TID251
    try:
        yield
    finally:
        _shift = before
