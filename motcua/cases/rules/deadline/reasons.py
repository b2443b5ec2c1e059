"""Why a moment is what it is: the reckoning told step by step, each with its facts and source."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from motcua.cases.model.calendar import Day
from motcua.cases.rules.deadline.calendar import DAY, HOUR, Calendar, Hours
from motcua.cases.rules.deadline.limits import Limit


class Reason(msgspec.Struct, frozen=True):
    """One step of the reckoning. Facts are numbers, dates, times and texts; words are elsewhere.

    `source`, where there is one, is the article or decision behind the step.
    """

    code: str
    facts: dict[str, Any] = {}


class Due(msgspec.Struct, frozen=True):
    """`verified` is false when it rests on hours or days off that are not yet official."""

    due_at: datetime
    reasons: tuple[Reason, ...]
    verified: bool = True


def told(code: str, source: str | None = None, **facts: Any) -> Reason:
    return Reason(code, facts | {"source": source} if source else facts)


def why_start(
    why: str | None, received: int, start: int, calendar: Calendar, hours: Hours, source: str | None
) -> Iterator[Reason]:
    at = calendar.moment(received)
    if why is None:
        yield told("due.received", received=at)
        return
    facts: dict[str, Any] = {"received": at, "start": calendar.moment(start)}
    if why == "due.received_after_cut_off":
        yield told(why, source, **facts, cut_off=hours.cut_off_text)
    else:
        yield told(why, **facts)
    yield from _why_skipped(received // DAY, start // DAY - 1, calendar)


def why_limit(
    limit: Limit, start: int, end: int, calendar: Calendar, hours: Hours, source: str | None
) -> Iterator[Reason]:
    """The limit itself, and what of the days it ran over did not count."""
    day, count = calendar.nth_day(start // DAY), int(limit.value)
    match limit.unit:
        case "wd":
            if count:
                yield told("due.working_days", source, count=count, **{"from": day})
            if limit.value != count:
                half = hours.total / 2 / HOUR
                yield told("due.half_working_day", source, hours=f"{half:g}")
        case "wh":
            yield told("due.office_hours", source, count=count, start=calendar.moment(start))
        case "sd":
            yield told("due.same_day", source, closing=calendar.moment(end))
        case "d":
            yield told("due.calendar_days", source, count=count, **{"from": day})
            return
        case "h":
            yield told("due.calendar_hours", source, count=count, start=calendar.moment(start))
            return
        case "m":
            yield told("due.months", source, count=count, **{"from": day})
            last = calendar.nth_day(end // DAY)
            if last.day < day.day:
                yield told("due.month_is_shorter", last_day=last)
            return
    # Of the day of receipt hours count; as a day it is day zero.
    is_day_zero = limit.unit == "wd" and count > 0
    yield from _why_skipped(start // DAY + is_day_zero, end // DAY, calendar)


def why_moved(end: int, due: int, calendar: Calendar) -> Iterator[Reason]:
    """A calendar limit that ended on a rest day."""
    if end == due:
        return
    day, to = calendar.nth_day(end // DAY), calendar.nth_day(due // DAY)
    yield told("due.moved_off_rest_day", day=day, to=to)
    yield from _named(calendar.unlike(end // DAY, due // DAY)[1])


def why_unsure(received: int, due: int, calendar: Calendar) -> list[Reason]:
    if not calendar.estimated:
        return []
    years = range(calendar.nth_day(received // DAY).year, calendar.nth_day(due // DAY).year + 1)
    return [told("due.year_not_official", year=str(y)) for y in years if y in calendar.estimated]


def _why_skipped(first: int, last: int, calendar: Calendar) -> Iterator[Reason]:
    if first > last:
        return
    weekends, named = calendar.unlike(first, last)
    if weekends:
        yield told("due.weekend", count=weekends)
    yield from _named(named)


def _named(days: list[Day]) -> Iterator[Reason]:
    """The holidays that did not count and the make-up days that did, one reason for each run."""
    run: list[Day] = []
    for day in days:
        if run and not _continues(run[-1], day):
            yield _why_run(run)
            run = []
        run.append(day)
    if run:
        yield _why_run(run)


def _continues(one: Day, other: Day) -> bool:
    return (one.name, one.working, one.source) == (other.name, other.working, other.source) and (
        other.date - one.date
    ).days == 1


def _why_run(run: list[Day]) -> Reason:
    off = "due.holiday" if len(run) > 1 else "due.one_holiday"
    code = "due.make_up_day" if run[0].working else off
    return told(code, run[0].source, name=run[0].name, first=run[0].date, last=run[-1].date)
