"""Stretches of time that figures are asked for: a year, a quarter, a month, a day."""

import re
from datetime import date, timedelta

from motcua.base.errors import Fault, Invalid
from motcua.score.model import Period

_FORMS = re.compile(r"(\d{4})(?:-Q([1-4])|-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
YEARS = range(2000, 2200)


def period(id: str) -> Period:
    """`2026`, `2026-Q4`, `2026-11` or `2026-11-24`."""
    found = _FORMS.fullmatch(id)
    try:
        if found is None or int(found[1]) not in YEARS:
            raise ValueError
        year, quarter, month, day = (int(part) if part else 0 for part in found.groups())
        first = date(year, month or max(quarter * 3 - 2, 1), day or 1)
    except ValueError:
        raise Invalid("request.faults", [Fault("/period", "score.no_such_period")]) from None
    if day:
        return Period(id, first, first + timedelta(days=1), "day")
    length = 1 if month else 3 if quarter else 12
    return Period(id, first, _months_on(first, length), "month")


def months(period: Period) -> list[date]:
    """The first days of its months."""
    found, at = [], period.since.replace(day=1)
    while at < period.until:
        found.append(at)
        at = _months_on(at, 1)
    return found


def choices(today: date) -> list[str]:
    """What a reader is offered: this year and the last, their quarters so far, the last months."""
    year, quarter = today.year, (today.month + 2) // 3
    years = [str(year), str(year - 1)]
    quarters = [f"{year}-Q{n}" for n in range(quarter, 0, -1)]
    at, found = today.replace(day=1), []
    for _ in range(12):
        found.append(f"{at:%Y-%m}")
        at = (at - timedelta(days=1)).replace(day=1)
    return [*years, *quarters, *found]


def _months_on(first: date, count: int) -> date:
    place = first.month - 1 + count
    return date(first.year + place // 12, place % 12 + 1, 1)
