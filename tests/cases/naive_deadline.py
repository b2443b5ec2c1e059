"""The same promises a second time, written the slow way: minute by minute, day by day.

It shares nothing with the rules but the written calendar, and knows whole minutes only.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from motcua.cases.model.calendar import OfficeHours, PackCalendar

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Stop = tuple[datetime, datetime]


class Naive:
    def __init__(self, pack: PackCalendar) -> None:
        self.zone = ZoneInfo(pack.time_zone)
        self.rest = set(pack.weekly_rest)
        self.listed = {day.date: day.working for day in pack.days}
        self.hours = sorted(pack.hours, key=lambda h: h.valid_from)

    def due(
        self, received: datetime, limit: str, cutoff: bool = False, stops: Iterable[Stop] = ()
    ) -> datetime:
        """Wall-clock time, without a zone."""
        received = self.wall(received)
        hours = [h for h in self.hours if h.valid_from <= received.date()][-1]
        number, unit = limit.rstrip("wdhms"), limit.lstrip("0123456789.")
        if unit in ("wd", "wh", "sd"):
            start = self.start(received, hours, cutoff or unit == "sd")
            due = self.within_office_time(start, float(number), unit, hours)
        else:
            start = self.start(received, hours, True) if cutoff else received
            due = self.to_working_day(self.by_calendar(start, int(number), unit))
        for stop_start, stop_end in self.joined(stops, start):
            if stop_start >= due:
                continue
            runs_on = self.start(stop_end, hours, True) if cutoff else stop_end
            if unit in ("wd", "wh", "sd"):
                due = self.spend(due, self.minutes(stop_start, runs_on, hours), hours)
            else:
                due = self.to_working_day(due + (runs_on - stop_start))
        return due

    def wall(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone).replace(tzinfo=None) if moment.tzinfo else moment

    def works(self, day: date) -> bool:
        return self.listed.get(day, NAMES[day.weekday()] not in self.rest)

    def to_working_day(self, moment: datetime) -> datetime:
        while not self.works(moment.date()):
            moment += DAY
        return moment

    def is_open(self, moment: datetime, hours: OfficeHours) -> bool:
        """The moments of opening and of closing are open too."""
        return self.works(moment.date()) and any(
            clock(a) <= moment.time() <= clock(b) for a, b in hours.office_hours
        )

    def runs(self, minute: datetime, hours: OfficeHours) -> bool:
        """Whether the minute that begins now is one of work."""
        return self.works(minute.date()) and any(
            clock(a) <= minute.time() < clock(b) for a, b in hours.office_hours
        )

    def start(self, moment: datetime, hours: OfficeHours, cutoff: bool) -> datetime:
        if cutoff and self.works(moment.date()) and moment.time() >= clock(hours.cut_off):
            moment = datetime.combine(moment.date() + DAY, time())
        while not self.is_open(moment, hours):
            moment += MINUTE
        return moment

    def within_office_time(
        self, start: datetime, number: float, unit: str, hours: OfficeHours
    ) -> datetime:
        if unit == "sd":
            return datetime.combine(start.date(), clock(hours.office_hours[-1][1]))
        if unit == "wh":
            return self.spend(start, int(number) * 60, hours)
        for _ in range(int(number)):
            start = self.to_working_day(start + DAY)
        if number == int(number):
            return start
        midnight = datetime.combine(start.date(), time())
        return self.spend(start, self.minutes(midnight, midnight + DAY, hours) // 2, hours)

    def by_calendar(self, start: datetime, number: int, unit: str) -> datetime:
        if unit == "h":
            there = start.replace(tzinfo=self.zone).astimezone(UTC) + timedelta(hours=number)
            return self.wall(there)
        if unit == "d":
            return start + number * DAY
        day = start.date().replace(day=1)
        for _ in range(number):
            day = (day + 31 * DAY).replace(day=1)
        for candidate in range(start.day, 27, -1):
            try:
                return datetime.combine(day.replace(day=candidate), start.time())
            except ValueError:
                continue
        return datetime.combine(day.replace(day=start.day), start.time())

    def spend(self, moment: datetime, minutes: int, hours: OfficeHours) -> datetime:
        while minutes:
            minutes -= self.runs(moment, hours)
            moment += MINUTE
        return moment

    def minutes(self, start: datetime, end: datetime, hours: OfficeHours) -> int:
        count = 0
        while start < end:
            count += self.runs(start, hours)
            start += MINUTE
        return count

    def joined(self, stops: Iterable[Stop], start: datetime) -> list[Stop]:
        found: list[Stop] = []
        for a, b in sorted((self.wall(a), self.wall(b)) for a, b in stops):
            a = max(a, start)
            if b <= a:
                continue
            if found and a <= found[-1][1]:
                before = found.pop()
                a, b = before[0], max(b, before[1])
            found.append((a, b))
        return found


def clock(text: str) -> time:
    return time.fromisoformat(text)
