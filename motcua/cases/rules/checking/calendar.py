"""The calendar of a pack: years, office hours and days that do not contradict one another."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from motcua.base.pack import Pack, PackFault, Place, Where
from motcua.cases.model.calendar import OfficeHours, PackCalendar

_FILE = "calendar.yaml"


def calendar_faults(pack: Pack, where: Where) -> Iterator[PackFault]:
    if not pack.has("calendar"):
        return
    calendar = pack.file("calendar", PackCalendar)
    try:
        ZoneInfo(calendar.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        what = f"unknown time zone '{calendar.time_zone}'"
        yield where.fault(_FILE, ("time_zone",), what, "write an IANA name, such as Asia/Tokyo")
    for place, what, mend in (*_hours(calendar), *_years(calendar), *_days(calendar)):
        yield where.fault(_FILE, place, what, mend)


def _hours(calendar: PackCalendar) -> Iterator[tuple[Place, str, str]]:
    begins = [h.valid_from for h in calendar.hours]
    if begins != sorted(set(begins)):
        yield (
            ("hours",),
            "office hours are not in the order of 'valid_from'",
            "sort them, one a day",
        )
    for i, hours in enumerate(calendar.hours):
        if not _is_ordered(hours):
            place: Place = ("hours", i, "office_hours")
            yield place, "office hours overlap or run backwards", "sort them"
        elif not hours.office_hours[0][0] <= hours.cut_off <= hours.office_hours[-1][1]:
            yield ("hours", i, "cut_off"), "the cut-off hour is outside office hours", "mend it"


def _is_ordered(hours: OfficeHours) -> bool:
    times = [t for span in hours.office_hours for t in span]
    return bool(times) and times == sorted(set(times))


def _years(calendar: PackCalendar) -> Iterator[tuple[Place, str, str]]:
    years = [y.year for y in calendar.years]
    if years != list(range(years[0], years[0] + len(years))) if years else False:
        yield ("years",), "years are missing, doubled or out of order", "list them one by one"


def _days(calendar: PackCalendar) -> Iterator[tuple[Place, str, str]]:
    years = {y.year for y in calendar.years}
    seen = set()
    for i, day in enumerate(calendar.days):
        if day.date in seen:
            yield ("days", i), f"{day.date} is listed twice", "keep one"
        seen.add(day.date)
        if day.date.year not in years:
            yield ("days", i), f"{day.date} is in no listed year", "list the year"
