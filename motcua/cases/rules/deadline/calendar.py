"""The pack's calendar made ready: which days work, how much office time lies before a moment.

Moments are reckoned as ticks: microseconds of wall-clock time in the pack's zone since the first
day of the calendar; days as their number from it. Whatever depends on the day is counted once,
beforehand, so that a look-up costs the same for one day or a thousand.
"""

from bisect import bisect_left, bisect_right
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from motcua.base.errors import Invalid
from motcua.cases.model.calendar import Day, OfficeHours, PackCalendar

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class Hours:
    """Office hours in force from a day on, in ticks since midnight. Opening and closing belong."""

    def __init__(self, written: OfficeHours) -> None:
        self.valid_from = written.valid_from
        self.verified = written.verified
        self.source = written.source
        self.spans = [(_since_midnight(a), _since_midnight(b)) for a, b in written.office_hours]
        flat = [moment for span in self.spans for moment in span]
        if any(a >= b for a, b in pairwise(flat)):
            raise Invalid("calendar.hours_unordered", valid_from=written.valid_from)
        self.opens, self.closes = flat[0], flat[-1]
        self.cut_off_text = written.cut_off
        self.cut_off = _since_midnight(written.cut_off)
        self.total = sum(b - a for a, b in self.spans)

    def before(self, clock: int) -> int:
        """Office time of the day that lies before a moment of it."""
        passed = 0
        for a, b in self.spans:
            if clock <= a:
                break
            passed += (clock if clock < b else b) - a
        return passed

    def at(self, office_time: int) -> int:
        """The first moment of the day at which so much office time has passed."""
        for a, b in self.spans:
            if office_time <= b - a:
                return a + office_time
            office_time -= b - a
        return self.closes


class Calendar:
    """Raises Invalid on a calendar that contradicts itself, so that a pack's check can say so."""

    def __init__(self, pack: PackCalendar) -> None:
        try:
            self.zone = ZoneInfo(pack.time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            raise Invalid("calendar.zone_unknown", zone=pack.time_zone) from None
        years = sorted(y.year for y in pack.years)
        for year, after in pairwise(years):
            if after != year + 1:
                raise Invalid("calendar.years_apart", year=year, next=after)
        self.estimated = {y.year for y in pack.years if not (y.verified and pack.verified)}
        self._regimes = sorted((Hours(r) for r in pack.hours), key=lambda h: h.valid_from)
        self._starts = [h.valid_from for h in self._regimes]
        self._first = date(years[0], 1, 1)
        self._wall_midnight = datetime.combine(self._first, time())
        self._midnight = self._wall_midnight.replace(tzinfo=self.zone)
        self._count = (date(years[-1], 12, 31) - self._first).days + 1
        self._is_simple = len(self._regimes) == 1 and self._starts[0] <= self._first
        self._count_days(pack)

    def _count_days(self, pack: PackCalendar) -> None:
        rest = {_WEEKDAYS.index(name) for name in pack.weekly_rest}
        self._special = sorted(
            (d for d in pack.days if 0 <= (d.date - self._first).days < self._count),
            key=lambda d: d.date,
        )
        self._special_days = [(d.date - self._first).days for d in self._special]
        listed = dict(zip(self._special_days, self._special, strict=True))
        self._works: list[bool] = []
        self._working: list[int] = []
        """The numbers of the working days, in order."""
        self._position: list[int] = []
        """For each day: how many working days came before it."""
        self._weekends = [0]
        """For each day: how many weekly rest days came before it, those with a name not counted."""
        for day in range(self._count):
            special, rests = listed.get(day), self.nth_day(day).weekday() in rest
            works = special.working if special else not rests
            self._position.append(len(self._working))
            self._works.append(works)
            self._weekends.append(self._weekends[-1] + (rests and special is None))
            if works:
                self._working.append(day)

    # Moments and ticks.

    def local(self, moment: datetime) -> datetime:
        """Wall-clock time in the pack's zone."""
        return moment if moment.tzinfo is None else self._placed(moment).replace(tzinfo=None)

    def aware(self, local: datetime) -> datetime:
        return local.replace(tzinfo=self.zone)

    def tick(self, moment: datetime) -> int:
        if moment.tzinfo is None:
            since = moment - self._wall_midnight
        else:
            since = self._placed(moment) - self._midnight
        if 0 <= since.days < self._count:
            return since.days * DAY + since.seconds * SECOND + since.microseconds
        raise Invalid("calendar.unknown_year", year=str(moment.year))

    def _placed(self, moment: datetime) -> datetime:
        if moment.tzinfo is self.zone:
            return moment
        try:
            return moment.astimezone(self.zone)
        except OverflowError:  # the first or the last day that a computer knows
            raise Invalid("calendar.unknown_year", year=str(moment.year)) from None

    def moment(self, tick: int) -> datetime:
        return self._midnight + timedelta(0, 0, tick)

    def hours_later(self, tick: int, count: int) -> int:
        """By the clock of the world, which no change to summer time lengthens."""
        later = self.moment(tick).astimezone(UTC) + timedelta(hours=count)
        return self.tick(later.astimezone(self.zone))

    # Days, by their date and by their number.

    def nth_day(self, day: int) -> date:
        return self._first + timedelta(day)

    def hours(self, day: date) -> Hours:
        """The office hours in force on that day."""
        index = bisect_right(self._starts, day) - 1
        if index < 0:
            raise Invalid("calendar.hours_unknown", day=day)
        return self._regimes[index]

    def hours_at(self, tick: int) -> Hours:
        return self._regimes[0] if self._is_simple else self.hours(self.nth_day(tick // DAY))

    def position(self, day: date) -> int:
        """The number of the first working day on or after `day`."""
        return self._position[self._number(day)]

    def is_working(self, day: date) -> bool:
        return self._works[self._number(day)]

    def works(self, day: int) -> bool:
        if day < self._count:
            return self._works[day]
        raise self._ends()

    def days_later(self, day: int, count: int) -> int:
        """So many working days after a working day; from a rest day the first is the next."""
        return self._nth(self._position[day] + count - (not self._works[day]))

    def unlike(self, first: int, last: int) -> tuple[int, list[Day]]:
        """From one day to another, both counted: how many weekly rest days, and which days have a
        name of their own."""
        low = bisect_left(self._special_days, first)
        high = bisect_right(self._special_days, last)
        return self._weekends[last + 1] - self._weekends[first], self._special[low:high]

    # Office time.

    def start(self, tick: int, hours: Hours, has_cut_off: bool) -> tuple[str | None, int]:
        """The moment of office time at which the clock starts, and why not at once."""
        day, clock = divmod(tick, DAY)
        if not self._works[day]:
            why = "due.received_on_rest_day"
        elif has_cut_off and clock >= hours.cut_off:
            why = "due.received_after_cut_off"
        elif clock > hours.closes:
            why = "due.received_after_closing"
        elif clock < hours.opens:
            return "due.received_before_opening", tick - clock + hours.opens
        else:
            for a, b in hours.spans:
                if clock < a:
                    return "due.received_between_hours", tick - clock + a
                if clock <= b:
                    break
            return None, tick
        return why, self.days_later(day, 1) * DAY + hours.opens

    def clock(self, tick: int, hours: Hours) -> int:
        """All office time from the calendar's first day up to a moment."""
        day, clock = divmod(tick, DAY)
        passed = self._position[day] * hours.total
        return passed + hours.before(clock) if self._works[day] else passed

    def at_clock(self, office_time: int, hours: Hours) -> int:
        """The first moment at which so much has passed: closing, not the next opening."""
        position, today = divmod(office_time, hours.total)
        if not today:
            position, today = position - 1, hours.total
        return self._nth(position) * DAY + hours.at(today)

    def off_rest_day(self, tick: int) -> int:
        """The same time on the next working day, when the moment falls on a rest day."""
        day, clock = divmod(tick, DAY)
        return tick if self.works(day) else self.days_later(day, 1) * DAY + clock

    def _nth(self, position: int) -> int:
        if position < len(self._working):
            return self._working[position]
        raise self._ends()

    def _number(self, day: date) -> int:
        number = (day - self._first).days
        if 0 <= number < self._count:
            return number
        raise Invalid("calendar.unknown_year", year=str(day.year))

    def _ends(self) -> Invalid:
        return Invalid("calendar.unknown_year", year=str(self.nth_day(self._count).year))


def _since_midnight(clock: str) -> int:
    return int(clock[:2]) * HOUR + int(clock[3:]) * MINUTE
