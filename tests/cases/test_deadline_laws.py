"""What holds for every moment, limit and pause: a second reckoning agrees, and so do the laws."""

import random
from datetime import date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from motcua.base.errors import Invalid
from motcua.base.pack import Pack
from motcua.base.text import Text
from motcua.cases.model.calendar import Day, OfficeHours, PackCalendar, Year
from motcua.cases.rules.deadline import (
    Calendar,
    Pause,
    due_after_supplement,
    elapsed,
    explain,
    moment,
)
from tests.cases.naive_deadline import Naive
from tests.cases.test_deadline import PACKS

VECTORS = 300
YEAR = Text(vi="Nghỉ", en="Day off")

# Two kinds of office hours in one year, a make-up day and a rest day of its own, summer time.
BERLIN = PackCalendar(
    time_zone="Europe/Berlin",
    weekly_rest=("sun", "wed"),
    years=(Year(year=2026), Year(year=2027)),
    hours=(
        OfficeHours(
            valid_from=date(2026, 1, 1),
            office_hours=(("07:30", "11:15"), ("12:00", "14:45"), ("15:00", "18:06")),
            cut_off="14:00",
        ),
        OfficeHours(
            valid_from=date(2026, 6, 1), office_hours=(("00:00", "13:00"),), cut_off="13:00"
        ),
    ),
    days=(
        Day(date=date(2026, 3, 30), working=False, name=YEAR),
        Day(date=date(2026, 4, 1), working=True, name=YEAR),
        Day(date=date(2026, 4, 5), working=True, name=YEAR),
    ),
)
PACK_CALENDARS = {
    "hanoi": Pack.read(PACKS / "hanoi").file("calendar", PackCalendar),
    "sample": Pack.read(PACKS / "sample").file("calendar", PackCalendar),
    "berlin": BERLIN,
}
CALENDARS = {name: Calendar(pack) for name, pack in PACK_CALENDARS.items()}
NAIVE = {name: Naive(pack) for name, pack in PACK_CALENDARS.items()}
TOP = {"wd": 40, "wh": 60, "d": 60, "h": 400, "m": 7}

places = st.sampled_from(sorted(CALENDARS))
minutes = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 31)).map(
    lambda m: m.replace(second=0, microsecond=0)
)
cutoffs = st.booleans()
lengths = st.timedeltas(timedelta(), timedelta(days=20)).map(
    lambda t: timedelta(minutes=t // timedelta(minutes=1))
)
pauses = st.lists(st.tuples(st.timedeltas(timedelta(), timedelta(days=30)), lengths), max_size=4)
quick = settings(max_examples=80, deadline=None)


@st.composite
def limits(draw: st.DrawFn, units: tuple[str, ...] = (*TOP, "sd", "half")) -> str:
    unit = draw(st.sampled_from(units))
    if unit == "sd":
        return "1sd"
    if unit == "half":
        return f"{draw(st.integers(0, 20))}.5wd"
    return f"{draw(st.integers(1, TOP[unit]))}{unit}"


OFFICE, BY_CALENDAR = limits(("wd", "wh", "half")), limits(("d", "h", "m"))


def bare(found: datetime) -> datetime:
    return found.replace(tzinfo=None)


def made(received: datetime, stops: list[tuple[timedelta, timedelta]]) -> list[Pause]:
    starts = [received + timedelta(minutes=gap // timedelta(minutes=1)) for gap, _ in stops]
    return [Pause(s, s + length) for s, (_, length) in zip(starts, stops, strict=True)]


def vector(number: int) -> tuple[str, datetime, str, bool, list[Pause]]:
    chance = random.Random(number)
    start = datetime(2024, 1, 2) if number % 3 == 0 else datetime(2026, 1, 2)
    received = start + timedelta(minutes=chance.randrange(525_000))
    unit = chance.choice([*TOP, "sd", "half"])
    size = chance.randint(1, TOP.get(unit, 20))
    limit = {"sd": "1sd", "half": f"{size - 1}.5wd"}.get(unit, f"{size}{unit}")
    stops = [
        (timedelta(minutes=chance.randrange(9000)), timedelta(minutes=chance.randrange(9000)))
        for _ in range(chance.choice([0, 0, 1, 2, 3]))
    ]
    place = ["hanoi", "sample", "berlin"][number % 3] if start.year == 2026 else "hanoi"
    return place, received, limit, chance.random() < 0.5, made(received, stops)


@pytest.mark.parametrize("number", range(VECTORS))
def test_a_second_reckoning_comes_to_the_same_moment(number: int) -> None:
    place, received, limit, cutoff, stops = vector(number)
    found = moment(received, limit, CALENDARS[place], cutoff, pauses=stops)
    expected = NAIVE[place].due(received, limit, cutoff, [(p.start, p.end) for p in stops])
    assert bare(found) == expected, (place, received, limit, cutoff, stops)


@settings(max_examples=60, deadline=None)
@given(places, minutes, limits(), cutoffs, pauses)
def test_no_moment_is_found_where_the_two_reckonings_differ(
    place: str,
    received: datetime,
    limit: str,
    cutoff: bool,
    stops: list[tuple[timedelta, timedelta]],
) -> None:
    waited = made(received, stops)
    found = moment(received, limit, CALENDARS[place], cutoff, pauses=waited)
    naive = NAIVE[place].due(received, limit, cutoff, [(p.start, p.end) for p in waited])
    assert bare(found) == naive


@settings(max_examples=200, deadline=None)
@given(places, minutes, limits(), cutoffs, pauses)
def test_with_reasons_or_without_the_moment_is_the_same(
    place: str,
    received: datetime,
    limit: str,
    cutoff: bool,
    stops: list[tuple[timedelta, timedelta]],
) -> None:
    waited = made(received, stops)
    explained = explain(received, limit, CALENDARS[place], cutoff, pauses=waited)
    assert explained.due_at == moment(received, limit, CALENDARS[place], cutoff, pauses=waited)
    assert explained.reasons[0].code.startswith("due.received")


@quick
@given(places, minutes, minutes, limits(), cutoffs)
def test_who_comes_later_is_never_promised_an_earlier_day(
    place: str, one: datetime, other: datetime, limit: str, cutoff: bool
) -> None:
    calendar, day = CALENDARS[place], one.date()
    first, second = (moment(m, limit, calendar, cutoff, regime=day) for m in sorted((one, other)))
    if limit.endswith(("d", "h", "m")) and not limit.endswith(("wd", "wh", "sd")):
        # Two Saturdays and a Sunday meet on one Monday and keep their own time of day.
        assert first.date() <= second.date()
    else:
        assert first <= second


@quick
@given(places, minutes, st.sampled_from(sorted(TOP)), st.data(), cutoffs)
def test_a_longer_limit_never_ends_earlier(
    place: str, received: datetime, unit: str, data: st.DataObject, cutoff: bool
) -> None:
    short, long = sorted(data.draw(st.tuples(*[st.integers(1, TOP[unit])] * 2)))
    found = [moment(received, f"{n}{unit}", CALENDARS[place], cutoff) for n in (short, long)]
    # Hours that end on a rest day keep their own time of day on the next working day.
    first, second = [m.date() for m in found] if unit == "h" else found
    assert first <= second


@quick
@given(places, minutes, st.integers(1, 30), cutoffs)
def test_half_a_day_more_lies_between_two_whole_days(
    place: str, received: datetime, days: int, cutoff: bool
) -> None:
    less, half, more = (
        moment(received, limit, CALENDARS[place], cutoff)
        for limit in (f"{days}wd", f"{days}.5wd", f"{days + 1}wd")
    )
    assert less < half < more


@quick
@given(places, minutes, limits(), cutoffs)
def test_a_promise_falls_on_a_working_day_after_receipt(
    place: str, received: datetime, limit: str, cutoff: bool
) -> None:
    found = bare(moment(received, limit, CALENDARS[place], cutoff))
    assert found > received
    assert NAIVE[place].works(found.date())


@quick
@given(places, minutes, OFFICE, st.timedeltas(timedelta(), timedelta(days=9)), lengths)
def test_pausing_so_much_office_time_moves_the_promise_by_as_much(
    place: str, received: datetime, limit: str, gap: timedelta, length: timedelta
) -> None:
    calendar = CALENDARS[place]
    hours = received.date()
    due = moment(received, limit, calendar)
    start = max(received + gap, bare(moment(received, "1wh", calendar)) - timedelta(hours=1))
    assume(start < bare(due))
    moved = moment(received, limit, calendar, pauses=[Pause(start, start + length)])
    waited = elapsed(start, start + length, calendar, regime=hours)
    assert elapsed(due, moved, calendar, regime=hours) == waited


@quick
@given(places, minutes, limits(), lengths, st.lists(st.floats(0, 1), max_size=5))
def test_however_a_pause_is_cut_the_promise_is_the_same(
    place: str, received: datetime, limit: str, length: timedelta, cuts: list[float]
) -> None:
    start = received + timedelta(minutes=7)
    ends = sorted(start + length * share for share in cuts)
    edges = [start, *ends, start + length]
    pieces = [Pause(a, b) for a, b in pairwise(edges)]
    whole = [Pause(start, start + length)]
    calendar = CALENDARS[place]
    assert moment(received, limit, calendar, pauses=pieces) == moment(
        received, limit, calendar, pauses=whole
    )


@quick
@given(places, minutes, minutes, st.lists(minutes, max_size=5))
def test_office_time_is_the_same_however_the_stretch_is_cut(
    place: str, one: datetime, other: datetime, cuts: list[datetime]
) -> None:
    edges = [one, *cuts, other]
    parts = [elapsed(a, b, CALENDARS[place], regime=date(2026, 1, 1)) for a, b in pairwise(edges)]
    whole = elapsed(one, other, CALENDARS[place], regime=date(2026, 1, 1))
    assert sum(parts, timedelta()) == whole


@quick
@given(places, minutes, limits(), cutoffs, st.timedeltas(timedelta(), timedelta(days=9)), lengths)
def test_a_promise_kept_and_moved_is_the_promise_of_the_whole_history(
    place: str, received: datetime, limit: str, cutoff: bool, gap: timedelta, length: timedelta
) -> None:
    calendar = CALENDARS[place]
    asked = bare(moment(received, "1wh", calendar, cutoff)) + gap
    kept = moment(received, limit, calendar, cutoff)
    moved = due_after_supplement(
        "pause", kept, asked, asked + length, limit, calendar, cutoff, received.date()
    )
    history = [Pause(asked, asked + length)]
    assert moved.due_at == moment(received, limit, calendar, cutoff, pauses=history)


def test_a_zone_with_summer_time_keeps_the_time_of_day_but_its_hours_are_real() -> None:
    calendar = CALENDARS["berlin"]
    friday = datetime(2026, 3, 27, 9, tzinfo=ZoneInfo("Europe/Berlin"))
    assert moment(friday, "1wd", calendar).isoformat() == "2026-03-28T09:00:00+01:00"
    assert moment(friday, "4d", calendar).isoformat() == "2026-03-31T09:00:00+02:00"
    assert moment(friday, "96h", calendar).isoformat() == "2026-03-31T10:00:00+02:00"


@pytest.mark.parametrize("received", ["0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00"])
def test_the_ends_of_time_are_only_years_that_nobody_listed(received: str) -> None:
    with pytest.raises(Invalid, match=r"calendar\.unknown_year"):
        moment(datetime.fromisoformat(received), "1wd", CALENDARS["hanoi"])
