"""By when the city must answer, and why: day-adding, hour-filling and the days that do not count.

All arithmetic is in the wall-clock time of the pack's zone. A case keeps the office hours and the
cut-off hour of the day on which it was received, even when they change before it is due.
"""

import re
from bisect import bisect_right
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from motcua.base.errors import Invalid
from motcua.cases.model.calendar import PackCalendar, Regime

_LIMIT = re.compile(r"([1-9][0-9]{0,3})(wd|wh|d|m)", re.ASCII)
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = timedelta(days=1)

Unit = Literal["wd", "wh", "d", "m"]
Span = tuple[datetime, datetime]
SupplementPolicy = Literal["restart", "pause"]


class Limit(msgspec.Struct, frozen=True):
    """`wd` working days, `wh` office hours, `d` calendar days, `m` months."""

    value: int
    unit: Unit


class Reason(msgspec.Struct, frozen=True):
    """One step of the reckoning. Facts are numbers, dates, times and texts; words are elsewhere."""

    code: str
    facts: dict[str, Any] = {}


class Due(msgspec.Struct, frozen=True):
    """`verified` is false when it rests on hours or days off that are not yet official."""

    due_at: datetime
    reasons: tuple[Reason, ...]
    verified: bool = True


@lru_cache(maxsize=1024)
def read_limit(text: str) -> Limit:
    found = _LIMIT.fullmatch(text)
    if not found:
        raise Invalid("limit.unreadable")
    return msgspec.convert({"value": int(found[1]), "unit": found[2]}, Limit)


def due_at(
    received_at: datetime,
    limit: str,
    calendar: "Calendar",
    cutoff: bool = False,
    regime: date | None = None,
) -> Due:
    """The moment by which the city must answer. The day of receipt is day zero.

    With `cutoff` the clock starts in office time whatever the unit. `regime` asks for the hours
    in force on another day than that of receipt. A naive time is the pack's.
    """
    received = calendar.local(received_at)
    hours = calendar.hours(regime or received.date())
    read = read_limit(limit)
    reasons: list[Reason] = []
    start = received
    if cutoff or read.unit in ("wd", "wh"):
        start = _start(received, calendar, hours, cutoff, reasons)
    else:
        calendar.is_working(received.date())  # refuses a year nobody has listed
    due = _ADD[read.unit](start, read.value, calendar, hours, reasons)
    return _finish(calendar, hours, received, due, reasons)


def due_after_supplement(
    policy: SupplementPolicy,
    due: datetime,
    asked_at: datetime,
    supplied_at: datetime,
    limit: str,
    calendar: "Calendar",
    cutoff: bool = False,
    regime: date | None = None,
) -> Due:
    """The new promise once what was missing has come.

    `restart`: the whole limit again from the supply. `pause`: what was left when the city asked
    runs on from the supply, in office time for `wd` and `wh`, in calendar time for `d` and `m`.
    """
    if policy == "restart":
        return due_at(supplied_at, limit, calendar, cutoff, regime)
    supplied = calendar.local(supplied_at)
    hours = calendar.hours(regime or supplied.date())
    old, asked = calendar.local(due), calendar.local(asked_at)
    reasons = [Reason("due.resumed", {"asked_at": asked_at, "supplied_at": supplied_at})]
    if read_limit(limit).unit in ("d", "m"):
        moved = _off_rest_day(supplied + max(old - asked, timedelta()), calendar, reasons)
        return _finish(calendar, hours, supplied, moved, reasons)
    start = _start(supplied, calendar, hours, cutoff, reasons)
    left = _clock(old, calendar, hours) - _clock(asked, calendar, hours)
    new = (
        _at_clock(_clock(start, calendar, hours) + left, calendar, hours) if left > _ZERO else start
    )
    return _finish(calendar, hours, supplied, new, reasons)


def elapsed(
    start: datetime, end: datetime, calendar: "Calendar", regime: date | None = None
) -> timedelta:
    """Office time between two moments; negative when `end` comes first."""
    hours = calendar.hours(regime or calendar.local(start).date())
    one, other = calendar.local(start), calendar.local(end)
    return _clock(other, calendar, hours) - _clock(one, calendar, hours)


def rest_spans(calendar: "Calendar", start: datetime, end: datetime) -> tuple[Span, ...]:
    """The rest days that touch the stretch, joined where they meet and cut to it."""
    first, last = calendar.local(start), calendar.local(end)
    spans: list[Span] = []
    day = first.date()
    while datetime.combine(day, time()) < last:
        if not calendar.is_working(day):
            midnight = datetime.combine(day, time())
            one = (max(midnight, first), min(midnight + _DAY, last))
            if spans and spans[-1][1] == one[0]:
                one = (spans.pop()[0], one[1])
            spans.append(one)
        day += _DAY
    return tuple((calendar.aware(a), calendar.aware(b)) for a, b in spans)


def due_command(
    pack_calendar: PackCalendar,
    received: str,
    limit: str,
    cutoff: bool = False,
    regime: str | None = None,
) -> dict[str, Any]:
    """What `motcua due` prints: `{due_at, reasons: [{code, facts}], verified}`, ready for JSON."""
    try:
        moment = datetime.fromisoformat(received)
        day = date.fromisoformat(regime) if regime else None
    except ValueError:
        raise Invalid("due.unreadable_time") from None
    due = due_at(moment, limit, Calendar(pack_calendar), cutoff, day)
    printed: dict[str, Any] = msgspec.to_builtins(due)
    return printed


class Calendar:
    """The pack's calendar made ready for look-ups. Each costs the same for one day or a thousand.

    Raises Invalid on a calendar that contradicts itself, so that a pack's check can say so.
    """

    def __init__(self, pack: PackCalendar) -> None:
        try:
            self.zone = ZoneInfo(pack.time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            raise Invalid("calendar.zone_unknown", zone=pack.time_zone) from None
        years = sorted(y.year for y in pack.years)
        for year, after in pairwise(years):
            if after != year + 1:
                raise Invalid("calendar.years_apart", year=year, next=after)
        self.special = {d.date: d for d in pack.days}
        self.estimated = {y.year for y in pack.years if not (y.verified and pack.verified)}
        self._regimes = sorted((Hours(r) for r in pack.regimes), key=lambda h: h.valid_from)
        self._starts = [h.valid_from for h in self._regimes]
        self._first = date(years[0], 1, 1).toordinal()
        self._last = date(years[-1], 12, 31).toordinal()
        rest = {_WEEKDAYS.index(name) for name in pack.weekly_rest}
        self._working: list[int] = []
        """Ordinals of the working days, in order."""
        self._position: list[int] = []
        """For each day from the first: how many working days came before it."""
        for ordinal in range(self._first, self._last + 1):
            self._position.append(len(self._working))
            day = date.fromordinal(ordinal)
            special = self.special.get(day)
            if special.working if special else day.weekday() not in rest:
                self._working.append(ordinal)

    def local(self, moment: datetime) -> datetime:
        """Wall-clock time in the pack's zone."""
        return (
            moment if moment.tzinfo is None else moment.astimezone(self.zone).replace(tzinfo=None)
        )

    def aware(self, local: datetime) -> datetime:
        return local.replace(tzinfo=self.zone)

    def hours(self, day: date) -> "Hours":
        """The office hours in force on that day."""
        index = bisect_right(self._starts, day) - 1
        if index < 0:
            raise Invalid("calendar.unknown_year", year=str(day.year))
        return self._regimes[index]

    def position(self, day: date) -> int:
        """The number of the first working day on or after `day`."""
        ordinal = day.toordinal()
        if not self._first <= ordinal <= self._last:
            raise Invalid("calendar.unknown_year", year=str(day.year))
        return self._position[ordinal - self._first]

    def working_day(self, position: int) -> date:
        assert position >= 0
        if position >= len(self._working):
            raise Invalid("calendar.unknown_year", year=str(date.fromordinal(self._last).year + 1))
        return date.fromordinal(self._working[position])

    def is_working(self, day: date) -> bool:
        position = self.position(day)
        return position < len(self._working) and self._working[position] == day.toordinal()

    def next_working(self, day: date) -> date:
        """The first working day after `day`."""
        return self.working_day(self.position(day) + self.is_working(day))


class Hours:
    """Office hours of one regime, as time since midnight. Opening and closing belong to them."""

    def __init__(self, regime: Regime) -> None:
        self.valid_from = regime.valid_from
        self.verified = regime.verified
        self.spans = [(_since_midnight(a), _since_midnight(b)) for a, b in regime.office_hours]
        flat = [moment for span in self.spans for moment in span]
        if any(a >= b for a, b in pairwise(flat)):
            raise Invalid("calendar.hours_unordered", valid_from=regime.valid_from)
        self.opens, self.closes = flat[0], flat[-1]
        self.cut_off = _since_midnight(regime.cut_off)
        self.total = sum((b - a for a, b in self.spans), _ZERO)

    def before(self, since_midnight: timedelta) -> timedelta:
        """Office time of the day that lies before a moment of it."""
        return sum((max(_ZERO, min(since_midnight, b) - a) for a, b in self.spans), _ZERO)

    def at(self, office_time: timedelta) -> timedelta:
        """The first moment of the day at which so much office time has passed."""
        for a, b in self.spans:
            if office_time <= b - a:
                return a + office_time
            office_time -= b - a
        return self.closes


_ZERO = timedelta()


def _since_midnight(clock: str) -> timedelta:
    return timedelta(hours=int(clock[:2]), minutes=int(clock[3:]))


def _split(moment: datetime) -> tuple[datetime, timedelta]:
    midnight = datetime.combine(moment.date(), time())
    return midnight, moment - midnight


def _on(day: date, since_midnight: timedelta) -> datetime:
    return datetime.combine(day, time()) + since_midnight


def _start(
    received: datetime, calendar: Calendar, hours: Hours, cutoff: bool, reasons: list[Reason]
) -> datetime:
    """The moment of office time at which the clock starts."""
    day, (midnight, clock) = received.date(), _split(received)
    if not calendar.is_working(day):
        why, start = "due.received_on_rest_day", _on(calendar.next_working(day), hours.opens)
    elif cutoff and clock >= hours.cut_off:
        why, start = "due.received_after_cut_off", _on(calendar.next_working(day), hours.opens)
    elif clock > hours.closes:
        why, start = "due.received_after_closing", _on(calendar.next_working(day), hours.opens)
    elif clock < hours.opens:
        why, start = "due.received_before_opening", midnight + hours.opens
    else:
        open_at = next(max(a, clock) for a, b in hours.spans if clock <= b)
        if open_at == clock:
            return received
        why, start = "due.received_between_hours", midnight + open_at
    facts: dict[str, Any] = {"start": calendar.aware(start)}
    if why == "due.received_after_cut_off":
        facts["cut_off"] = (midnight + hours.cut_off).time()
    reasons.append(Reason(why, facts))
    return start


def _add_working_days(
    start: datetime, count: int, calendar: Calendar, hours: Hours, reasons: list[Reason]
) -> datetime:
    day = start.date()
    due = calendar.working_day(calendar.position(day) + count)
    reasons.append(Reason("due.working_days", {"count": count, "from": day}))
    reasons.extend(_special_days(day, due, calendar))
    return start + (due - day)


def _add_hours(
    start: datetime, count: int, calendar: Calendar, hours: Hours, reasons: list[Reason]
) -> datetime:
    due = _at_clock(_clock(start, calendar, hours) + timedelta(hours=count), calendar, hours)
    reasons.append(Reason("due.office_hours", {"count": count, "start": calendar.aware(start)}))
    reasons.extend(_special_days(start.date(), due.date(), calendar))
    return due


def _add_days(
    start: datetime, count: int, calendar: Calendar, hours: Hours, reasons: list[Reason]
) -> datetime:
    reasons.append(Reason("due.calendar_days", {"count": count, "from": start.date()}))
    return _off_rest_day(start + timedelta(days=count), calendar, reasons)


def _add_months(
    start: datetime, count: int, calendar: Calendar, hours: Hours, reasons: list[Reason]
) -> datetime:
    reasons.append(Reason("due.months", {"count": count, "from": start.date()}))
    year, month = divmod(start.year * 12 + start.month - 1 + count, 12)
    after = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    last = (after - _DAY).day
    if start.day > last:
        reasons.append(Reason("due.month_is_shorter", {"last_day": after - _DAY}))
    due = start.replace(year=year, month=month + 1, day=min(start.day, last))
    return _off_rest_day(due, calendar, reasons)


_ADD = {"wd": _add_working_days, "wh": _add_hours, "d": _add_days, "m": _add_months}


def _off_rest_day(moment: datetime, calendar: Calendar, reasons: list[Reason]) -> datetime:
    """The same time on the next working day, when the moment falls on a rest day."""
    day = moment.date()
    if calendar.is_working(day):
        return moment
    to = calendar.next_working(day)
    reasons.append(Reason("due.moved_off_rest_day", {"day": day, "to": to}))
    reasons.extend(_special_days(day - _DAY, to, calendar))
    return moment + (to - day)


def _special_days(after: date, until: date, calendar: Calendar) -> list[Reason]:
    """The holidays that did not count and the make-up days that did, one reason for each run."""
    found: list[Reason] = []
    for offset in range(1, (until - after).days + 1):
        day = after + timedelta(days=offset)
        special = calendar.special.get(day)
        if special is None:
            continue
        code = "due.make_up_day" if special.working else "due.holiday"
        last = found[-1] if found else None
        if last and last.code == code and last.facts["name"] == special.name:
            found[-1] = Reason(code, {**last.facts, "last": day})
        else:
            found.append(Reason(code, {"name": special.name, "first": day, "last": day}))
    return found


def _clock(moment: datetime, calendar: Calendar, hours: Hours) -> timedelta:
    """All office time from the calendar's first day up to a moment."""
    day = moment.date()
    today = hours.before(_split(moment)[1]) if calendar.is_working(day) else _ZERO
    return calendar.position(day) * hours.total + today


def _at_clock(office_time: timedelta, calendar: Calendar, hours: Hours) -> datetime:
    """The first moment at which so much office time has passed: closing, not the next opening."""
    position, today = divmod(office_time, hours.total)
    if not today:
        position, today = position - 1, hours.total
    return _on(calendar.working_day(position), hours.at(today))


def _finish(
    calendar: Calendar, hours: Hours, received: datetime, due: datetime, reasons: list[Reason]
) -> Due:
    estimated = sorted(calendar.estimated.intersection(range(received.year, due.year + 1)))
    reasons.extend(Reason("due.year_not_official", {"year": year}) for year in estimated)
    return Due(calendar.aware(due), tuple(reasons), hours.verified and not estimated)
