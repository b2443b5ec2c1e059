"""`motcua due`: options as they are typed, each refused by its own name."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import msgspec

from motcua.base.errors import Fault, Invalid
from motcua.base.pack import Pack
from motcua.cases.model.calendar import PackCalendar
from motcua.cases.model.regime import Regime
from motcua.cases.rules.deadline.calendar import Calendar
from motcua.cases.rules.deadline.limits import read_limit
from motcua.cases.rules.deadline.reckoning import explain
from motcua.cases.rules.regimes import regime_of


def due_command(
    pack: Pack, received: str, limit: str, cutoff: bool = False, regime: str | None = None
) -> dict[str, Any]:
    """What it prints: `{due_at, reasons: [{code, facts}], verified, regime}`, ready for JSON."""
    calendar = Calendar(pack.file("calendar", PackCalendar))
    with _option("--received"):
        at = _time(received)
        calendar.is_working(calendar.local(at).date())
    with _option("--limit"):
        read_limit(limit)
    with _option("--regime" if regime else "--received"):
        day = _day(regime) if regime else calendar.local(at).date()
        calendar.hours(day)
        law: Regime | None = regime_of(pack, day) if pack.has("regimes") else None
    with _option("--limit"):
        due = explain(at, limit, calendar, cutoff, day, law=law)
    printed: dict[str, Any] = msgspec.to_builtins(due)
    return printed | {"regime": law.id if law else None}


@contextmanager
def _option(name: str) -> Iterator[None]:
    try:
        yield
    except Invalid as refused:
        raise Invalid("due.unreadable", [Fault(name, refused.reason, refused.facts)]) from None


def _time(text: str) -> datetime:
    """A day alone is no time: it would stand for midnight."""
    try:
        if len(text) > len("2030-02-10"):
            return datetime.fromisoformat(text)
    except ValueError:
        pass
    raise Invalid("due.unreadable_time")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid("due.unreadable_day") from None
