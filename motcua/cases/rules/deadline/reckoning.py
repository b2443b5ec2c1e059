"""By when: from receipt and limit to the promised moment, over pauses, without reasons or with.

`moment` and `explain` walk the same way; `explain` also tells each step.
"""

from calendar import monthrange
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import Literal

import msgspec

from motcua.base.errors import Invalid
from motcua.cases.model.regime import Regime, SupplementPolicy
from motcua.cases.rules.deadline.calendar import DAY, HOUR, Calendar, Hours
from motcua.cases.rules.deadline.limits import OFFICE_TIME, Limit, Unit, read_limit
from motcua.cases.rules.deadline.reasons import (
    Due,
    Reason,
    told,
    why_limit,
    why_moved,
    why_start,
    why_unsure,
)


class Pause(msgspec.Struct, frozen=True):
    """The clock stood still between the two moments. `why` names the event that stopped it."""

    start: datetime
    end: datetime
    why: Literal["supplement", "payment", "stop"] = "supplement"


def moment(
    received_at: datetime,
    limit: str,
    calendar: Calendar,
    cutoff: bool = False,
    regime: date | None = None,
    pauses: Sequence[Pause] = (),
) -> datetime:
    """The moment by which the city must answer. The day of receipt is day zero.

    With `cutoff` the clock starts in office time whatever the unit. `regime` asks for the hours
    in force on another day than that of receipt. A naive time is the pack's.
    """
    read, received = read_limit(limit), calendar.tick(received_at)
    hours = calendar.hours(regime) if regime else calendar.hours_at(received)
    _, start, _, due = _course(read, received, calendar, hours, cutoff)
    if pauses:
        for standstill in standstills(pauses, start, calendar):
            _, due = _resumed(read.unit, due, standstill, calendar, hours, cutoff)
    return calendar.moment(due)


def explain(
    received_at: datetime,
    limit: str,
    calendar: Calendar,
    cutoff: bool = False,
    regime: date | None = None,
    pauses: Sequence[Pause] = (),
    law: Regime | None = None,
    source: str | None = None,
) -> Due:
    """The same moment, and why: receipt, limit, days that did not count, pauses, in that order.

    `law` and `source` only give the reasons their articles: `source` is the limit's own.
    """
    read, received = read_limit(limit), calendar.tick(received_at)
    hours = calendar.hours(regime) if regime else calendar.hours_at(received)
    why, start, end, due = _course(read, received, calendar, hours, cutoff)
    cut_off_source = law.cut_off.source.text if law and law.cut_off else None
    reasons = [
        *why_start(why, received, start, calendar, hours, cut_off_source),
        *why_limit(read, start, end, calendar, hours, source),
        *why_moved(end, due, calendar),
    ]
    for standstill in standstills(pauses, start, calendar):
        old = due
        end, due = _resumed(read.unit, old, standstill, calendar, hours, cutoff)
        reasons += _why_resumed(standstill, old, end, due, calendar, law)
    return _finished(received, due, reasons, calendar, hours)


def due_after_supplement(
    policy: SupplementPolicy,
    due: datetime,
    asked_at: datetime,
    supplied_at: datetime,
    limit: str,
    calendar: Calendar,
    cutoff: bool = False,
    regime: date | None = None,
    law: Regime | None = None,
    why: Literal["supplement", "payment", "stop"] = "supplement",
) -> Due:
    """The new promise once what the city waited for (`why`) has come.

    `restart`: the whole limit again from the supply. `pause`: the promise moves by the time that
    the city waited, office time or calendar time as the limit counts.
    """
    source = law.supplement.source.text if law and law.supplement else None
    old, supplied = calendar.tick(due), calendar.tick(supplied_at)
    if policy == "restart":
        again = explain(supplied_at, limit, calendar, cutoff, regime, law=law)
        first = told("due.restarted", source, supplied_at=calendar.moment(supplied))
        # When the clock starts at once, the supply has already been told.
        rest = [r for r in again.reasons if r.code != "due.received"]
        return msgspec.structs.replace(again, reasons=(first, *rest))
    hours = calendar.hours(regime) if regime else calendar.hours_at(supplied)
    new, reasons, unit = old, list[Reason](), read_limit(limit).unit
    for waited in standstills(
        [Pause(asked_at, supplied_at, why)], calendar.tick(asked_at), calendar
    ):
        end, new = _resumed(unit, old, waited, calendar, hours, cutoff)
        reasons += _why_resumed(waited, old, end, new, calendar, law)
    return _finished(supplied, new, reasons, calendar, hours)


def reappointed(due: datetime, new: datetime, calendar: Calendar, law: Regime | None = None) -> Due:
    """The promise that an apology gives instead of the one the city cannot keep."""
    old, wanted = calendar.tick(due), calendar.tick(new)
    if wanted <= old:
        raise Invalid("due.not_later", due=calendar.moment(old))
    moved = calendar.off_rest_day(wanted)
    rule = law.reappointment if law else None
    if rule and rule.at_most:
        latest = moment(due, rule.at_most, calendar)
        if moved > calendar.tick(latest):
            raise Invalid("due.too_far", due=latest)
    code = "due.extended" if rule and rule.at_most else "due.reappointed"
    reasons = [
        told(
            code,
            rule.source.text if rule else None,
            old=calendar.moment(old),
            new=calendar.moment(wanted),
        ),
        *why_moved(wanted, moved, calendar),
    ]
    return _finished(old, moved, reasons, calendar, calendar.hours_at(old))


def _course(
    limit: Limit, received: int, calendar: Calendar, hours: Hours, cutoff: bool
) -> tuple[str | None, int, int, int]:
    """Why it did not start at once, where it starts, where it ends, and where that is moved to."""
    unit = limit.unit
    if unit in OFFICE_TIME:
        why, start = calendar.start(received, hours, cutoff or unit == "sd")
        end = _END[unit](start, limit.value, calendar, hours)
        return why, start, end, end
    why, start = None, received
    if cutoff:
        why, start = calendar.start(received, hours, True)
    end = _END[unit](start, limit.value, calendar, hours)
    return why, start, end, calendar.off_rest_day(end)


def _working_days(start: int, count: float, calendar: Calendar, hours: Hours) -> int:
    whole = int(count)
    day = start // DAY
    end = start + (calendar.days_later(day, whole) - day) * DAY
    if count == whole:
        return end
    return calendar.at_clock(calendar.clock(end, hours) + hours.total // 2, hours)


def _office_hours(start: int, count: float, calendar: Calendar, hours: Hours) -> int:
    return calendar.at_clock(calendar.clock(start, hours) + int(count) * HOUR, hours)


def _same_day(start: int, count: float, calendar: Calendar, hours: Hours) -> int:
    return start // DAY * DAY + hours.closes


def _days(start: int, count: float, calendar: Calendar, hours: Hours) -> int:
    return start + int(count) * DAY


def _hours(start: int, count: float, calendar: Calendar, hours: Hours) -> int:
    return calendar.hours_later(start, int(count))


def _months(start: int, count: float, calendar: Calendar, hours: Hours) -> int:
    first = calendar.nth_day(start // DAY)
    year, month = divmod(first.year * 12 + first.month - 1 + int(count), 12)
    last = monthrange(year, month + 1)[1]
    return start + (date(year, month + 1, min(first.day, last)) - first).days * DAY


_END: dict[Unit, Callable[[int, float, Calendar, Hours], int]] = {
    "wd": _working_days,
    "wh": _office_hours,
    "sd": _same_day,
    "d": _days,
    "h": _hours,
    "m": _months,
}


class Standstill(msgspec.Struct, frozen=True):
    """Pauses that meet or overlap, as one: however a stretch is cut, the promise is the same."""

    start: int
    end: int
    pauses: list[Pause]


def standstills(
    pauses: Sequence[Pause], clock_start: int, calendar: Calendar
) -> Iterator[Standstill]:
    """In order. The clock cannot stand still before it has started."""
    now: Standstill | None = None
    for pause in sorted(pauses, key=lambda p: (calendar.tick(p.start), calendar.tick(p.end))):
        start, end = max(clock_start, calendar.tick(pause.start)), calendar.tick(pause.end)
        if end <= start:
            continue
        if now and start <= now.end:
            now = Standstill(now.start, max(now.end, end), [*now.pauses, pause])
            continue
        if now:
            yield now
        now = Standstill(start, end, [pause])
    if now:
        yield now


def _resumed(
    unit: Unit, due: int, standstill: Standstill, calendar: Calendar, hours: Hours, cutoff: bool
) -> tuple[int, int]:
    """Where the promise ends now, and where that is moved to. What was late already stays late."""
    if standstill.start >= due:
        return due, due
    resumes = calendar.start(standstill.end, hours, True)[1] if cutoff else standstill.end
    if unit not in OFFICE_TIME:
        end = due + resumes - standstill.start
        return end, calendar.off_rest_day(end)
    lost = calendar.clock(resumes, hours) - calendar.clock(standstill.start, hours)
    if lost == 0:
        return due, due
    end = calendar.at_clock(calendar.clock(due, hours) + lost, hours)
    return end, end


def _why_resumed(
    standstill: Standstill, old: int, end: int, due: int, calendar: Calendar, law: Regime | None
) -> Iterator[Reason]:
    source = law.supplement.source.text if law and law.supplement else None
    for pause in standstill.pauses:
        stretch = {"asked_at": pause.start, "supplied_at": pause.end}
        yield told(
            _PAUSED[pause.why],
            source if pause.why == "supplement" else None,
            **{name: calendar.moment(calendar.tick(at)) for name, at in stretch.items()},
        )
    if standstill.start >= old:
        yield told("due.was_late_already", due=calendar.moment(old))
    elif end == old:
        yield told("due.pause_took_no_time")
    else:
        yield told("due.moved_by_pause", due=calendar.moment(end))
        yield from why_moved(end, due, calendar)


_PAUSED = {
    "supplement": "due.resumed",
    "payment": "due.resumed_after_payment",
    "stop": "due.resumed_after_stop",
}


def _finished(
    received: int, due: int, reasons: list[Reason], calendar: Calendar, hours: Hours
) -> Due:
    unsure = why_unsure(received, due, calendar)
    return Due(calendar.moment(due), (*reasons, *unsure), hours.verified and not unsure)
