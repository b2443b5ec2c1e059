"""How many due moments one core reckons a second, without reasons and with, beside two limits.

The limit is what Python itself needs to add a `timedelta` to the same moments, in the same run; the
slow second reckoning of the tests is the other one, and every sample must agree with it.
"""

import argparse
import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.telling import tell
from motcua.base import settings
from motcua.base.pack import Pack
from motcua.cases.model.calendar import PackCalendar
from motcua.cases.rules.deadline import Calendar, explain, moment

ROOT = Path(__file__).parent.parent
RATE_MIN, EXPLAINED_RATE_MIN = 200_000, 20_000
SAMPLES, CHECKED, ROUNDS = 20_000, 400, 5
TOP = {"wd": 40, "wh": 60, "d": 60, "m": 4, "h": 96}

Sample = tuple[datetime, str, bool]


def samples(years: list[int]) -> list[Sample]:
    """Receipts at any minute of the years, in UTC as the database gives them."""
    chance = random.Random(20260101)
    first, last = datetime(years[0], 1, 2, tzinfo=UTC), datetime(years[-1], 12, 30, tzinfo=UTC)
    minutes = (last - first) // timedelta(minutes=1)
    made = []
    for _ in range(SAMPLES):
        unit = chance.choice([*TOP, "wd", "wh", "sd", "half"])
        size = chance.randint(1, TOP.get(unit, 20))
        limit = {"sd": "1sd", "half": f"{size}.5wd"}.get(unit, f"{size}{unit}")
        received = first + timedelta(minutes=chance.randrange(minutes))
        made.append((received, limit, chance.random() < 0.5))
    return made


def rate(reckon: Callable[[datetime, str, bool], object], given: list[Sample]) -> float:
    """The best of some rounds: others on the machine can only slow a round down."""
    best = 0.0
    for _ in range(ROUNDS):
        started = time.perf_counter()
        for received, limit, cutoff in given:
            reckon(received, limit, cutoff)
        best = max(best, len(given) / (time.perf_counter() - started))
    return best


def milliseconds(
    reckon: Callable[[datetime, str, bool], object], given: list[Sample]
) -> list[float]:
    taken = []
    for received, limit, cutoff in given:
        started = time.perf_counter_ns()
        reckon(received, limit, cutoff)
        taken.append((time.perf_counter_ns() - started) / 1e6)
    return sorted(taken)


def naive(pack: PackCalendar) -> Callable[[datetime, str, bool], datetime]:
    """The tests' own reckoning, minute by minute; it lies outside the package."""
    sys.path.append(str(ROOT))
    from tests.cases.naive_deadline import Naive

    return Naive(pack).due


def measure(folder: Path) -> dict[str, Any]:
    pack = Pack.read(folder).file("calendar", PackCalendar)
    calendar = Calendar(pack)
    given = samples([y.year for y in pack.years][:-1])  # into the last one limits reach
    second, step = naive(pack), timedelta(days=3)

    def without(received: datetime, limit: str, cutoff: bool) -> datetime:
        return moment(received, limit, calendar, cutoff)

    def with_reasons(received: datetime, limit: str, cutoff: bool) -> object:
        return explain(received, limit, calendar, cutoff)

    def added(received: datetime, limit: str, cutoff: bool) -> datetime:
        return received + step

    checked = given[:CHECKED]
    limit_rate, found, explained = (rate(one, given) for one in (added, without, with_reasons))
    taken = milliseconds(without, given)
    return {
        "rate": round(found),
        "rate_min": RATE_MIN,
        "limit_rate": round(limit_rate),
        "ratio": round(found / limit_rate, 3),
        "explained_rate": round(explained),
        "explained_rate_min": EXPLAINED_RATE_MIN,
        "naive_rate": round(rate(second, checked)),
        "p50_ms": percentile(taken, 0.50),
        "p95_ms": percentile(taken, 0.95),
        "p99_ms": percentile(taken, 0.99),
        "samples": len(given),
        "checked": len(checked),
        "verified": all(
            moment(*one[:2], calendar, one[2]).replace(tzinfo=None) == second(*one)
            and explain(*one[:2], calendar, one[2]).due_at == moment(*one[:2], calendar, one[2])
            for one in checked
        ),
    }


def percentile(taken: list[float], share: float) -> float:
    return round(taken[min(len(taken) - 1, int(len(taken) * share))], 5)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--json", action="store_true")
    given = asked.parse_args()
    found = measure(settings.read().pack)
    tell(found, given.json)


if __name__ == "__main__":
    main()
