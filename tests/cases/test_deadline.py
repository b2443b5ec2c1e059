"""By when the city must answer: the law's own examples, and what holds for every moment."""

import datetime as dt
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motcua.base.errors import Invalid
from motcua.base.text import Text
from motcua.cases.model.calendar import Day, PackCalendar, Regime, Year
from motcua.cases.rules.deadline import (
    Calendar,
    due_after_supplement,
    due_at,
    due_command,
    elapsed,
    rest_spans,
)

ZONE = "Asia/Ho_Chi_Minh"


def off(first: str, last: str | None = None, name: str = "nghỉ") -> list[Day]:
    start, end = date.fromisoformat(first), date.fromisoformat(last or first)
    return [
        Day(date=start + timedelta(days=i), working=False, name=Text(vi=name, en=name))
        for i in range((end - start).days + 1)
    ]


# Section h.1 of the facts, year 2026, with the two swapped Saturdays.
PACK = PackCalendar(
    time_zone=ZONE,
    regimes=(
        Regime(
            valid_from=date(2026, 1, 1),
            office_hours=(("08:00", "12:00"), ("13:30", "17:30")),
            cut_off="15:00",
        ),
    ),
    years=(Year(year=2026), Year(year=2027, verified=False)),
    days=(
        *off("2026-01-01", "2026-01-02", "Tết Dương lịch"),
        *off("2026-02-14", "2026-02-22", "Tết"),
        *off("2026-04-26", "2026-04-27", "Giỗ Tổ"),
        *off("2026-04-30", name="30/4"),
        *off("2026-05-01", name="1/5"),
        *off("2026-08-31", "2026-09-02", "Quốc khánh"),
        *off("2027-01-01"),
        Day(date=date(2026, 1, 10), working=True, name=Text(vi="Ngày làm bù", en="Make-up day")),
        Day(date=date(2026, 8, 22), working=True, name=Text(vi="Ngày làm bù", en="Make-up day")),
    ),
)
CALENDAR = Calendar(PACK)


def due(received: str, limit: str, cutoff: bool = False) -> str:
    found = due_at(datetime.fromisoformat(received), limit, CALENDAR, cutoff).due_at
    return found.replace(tzinfo=None).isoformat(" ", "minutes")


def codes(received: str, limit: str, cutoff: bool = False) -> list[str]:
    return [
        r.code for r in due_at(datetime.fromisoformat(received), limit, CALENDAR, cutoff).reasons
    ]


@pytest.mark.parametrize(
    ("received", "limit", "cutoff", "expected"),
    [
        # Vectors 1-5 of section a.5.
        ("2026-02-10T09:00", "3wd", False, "2026-02-13 09:00"),
        ("2026-02-13T16:00", "2wd", False, "2026-02-24 16:00"),
        ("2026-04-23T15:30", "1wd", True, "2026-04-28 08:00"),
        ("2026-04-23T15:30", "8wh", True, "2026-04-24 17:30"),
        ("2026-04-29T10:00", "8wh", False, "2026-05-04 10:00"),
        ("2026-04-20T09:00", "10d", False, "2026-05-04 09:00"),
    ],
)
def test_the_examples_of_the_facts_come_out_exactly(
    received: str, limit: str, cutoff: bool, expected: str
) -> None:
    assert due(received, limit, cutoff) == expected


@pytest.mark.parametrize(
    ("received", "limit", "expected"),
    [
        ("2026-03-10T18:00", "1wd", "2026-03-12 08:00"),  # after closing: Wednesday 08:00 is zero
        ("2026-03-10T06:30", "1wd", "2026-03-11 08:00"),  # before opening
        ("2026-03-10T12:30", "1wd", "2026-03-11 13:30"),  # lunch
        (
            "2026-03-10T17:30",
            "1wd",
            "2026-03-11 17:30",
        ),  # the moment of closing is still office time
        ("2026-03-14T10:00", "1wd", "2026-03-17 08:00"),  # Saturday: Monday 08:00 is zero
        ("2026-03-10T11:00", "2wh", "2026-03-10 14:30"),  # pushed by the length of lunch
        ("2026-03-10T16:30", "2wh", "2026-03-11 09:00"),  # the rest goes to the next morning
        ("2026-03-10T08:00", "4wh", "2026-03-10 12:00"),  # the end of the morning, not 13:30
        ("2026-03-10T13:30", "8wh", "2026-03-11 12:00"),
        ("2026-01-09T09:00", "1wd", "2026-01-10 09:00"),  # a make-up Saturday works
        ("2026-08-21T15:00", "4wh", "2026-08-22 09:30"),
        ("2026-03-10T23:15", "3d", "2026-03-13 23:15"),  # calendar days keep the time of day
        ("2026-03-10T10:00", "4d", "2026-03-16 10:00"),  # Saturday 14th moves to Monday
        ("2026-01-31T10:00", "1m", "2026-03-02 10:00"),  # 28 February is a Saturday
        ("2026-03-31T10:00", "1m", "2026-05-04 10:00"),  # 30 April, holidays, weekend
        ("2026-05-31T10:00", "1m", "2026-06-30 10:00"),  # June has 30 days
        ("2026-11-15T10:00", "2m", "2027-01-15 10:00"),
    ],
)
def test_a_limit_is_reckoned_as_the_law_says(received: str, limit: str, expected: str) -> None:
    assert due(received, limit) == expected


def test_a_month_clips_to_29_february_in_a_leap_year() -> None:
    pack = PackCalendar(
        time_zone=ZONE, weekly_rest=(), years=(Year(year=2028),), regimes=PACK.regimes
    )
    found = due_at(datetime(2028, 1, 31, 9, 0), "1m", Calendar(pack))
    assert found.due_at.date() == date(2028, 2, 29)
    assert "due.month_is_shorter" in [r.code for r in found.reasons]


@pytest.mark.parametrize(
    ("received", "limit", "expected"),
    [
        ("2026-03-10T15:00", "1wd", "2026-03-12 08:00"),  # at 15:00 counts as late
        ("2026-03-10T14:59", "1wd", "2026-03-11 14:59"),
        ("2026-03-10T15:00", "1d", "2026-03-12 08:00"),
        ("2026-03-10T15:00", "1m", "2026-04-13 08:00"),  # 11 April is a Saturday
        ("2026-03-13T15:30", "1wh", "2026-03-16 09:00"),  # Friday to Monday
    ],
)
def test_after_the_cut_off_hour_every_limit_starts_the_next_working_day(
    received: str, limit: str, expected: str
) -> None:
    assert due(received, limit, cutoff=True) == expected


def test_a_time_with_offset_is_read_in_the_zone_of_the_pack() -> None:
    assert due("2026-02-10T02:00+00:00", "3wd") == "2026-02-13 09:00"
    found = due_at(datetime(2026, 2, 10, 9, 0), "3wd", CALENDAR).due_at
    assert found.isoformat() == "2026-02-13T09:00:00+07:00"


@pytest.mark.parametrize("limit", ["600wd", "9999wh", "700d", "22m"])
def test_nobody_guesses_the_days_off_of_a_year_that_is_not_listed(limit: str) -> None:
    with pytest.raises(Invalid) as refused:
        due("2026-03-10T09:00", limit)
    assert refused.value.reason == "calendar.unknown_year"
    assert int(str(refused.value.facts["year"])) in range(2028, 2100)


@pytest.mark.parametrize("received", ["2025-12-31T09:00", "2028-01-01T09:00"])
def test_a_case_received_outside_the_calendar_is_refused(received: str) -> None:
    for limit in ("1wd", "1wh", "1d", "1m"):
        with pytest.raises(Invalid, match=r"calendar\.unknown_year"):
            due(received, limit)


@pytest.mark.parametrize("limit", ["", "3", "0wd", "3 wd", "3xd", "-1d", "10000d", "３wd"])
def test_a_limit_without_a_number_and_a_unit_is_refused(limit: str) -> None:
    with pytest.raises(Invalid, match=r"limit\.unreadable"):
        due("2026-03-10T09:00", limit)


def test_the_reasons_tell_the_whole_story() -> None:
    assert codes("2026-02-10T09:00", "3wd") == ["due.working_days"]
    assert codes("2026-02-13T16:00", "2wd") == ["due.working_days", "due.holiday"]
    assert codes("2026-04-23T15:30", "1wd", cutoff=True) == [
        "due.received_after_cut_off",
        "due.working_days",
        "due.holiday",
    ]
    assert codes("2026-04-20T09:00", "10d") == [
        "due.calendar_days",
        "due.moved_off_rest_day",
        "due.holiday",
        "due.holiday",
    ]
    assert codes("2026-01-09T09:00", "1wd") == ["due.working_days", "due.make_up_day"]
    assert codes("2026-03-10T12:30", "2wh") == ["due.received_between_hours", "due.office_hours"]


def test_a_holiday_is_told_once_with_its_first_and_last_day() -> None:
    reasons = due_at(datetime(2026, 2, 13, 16, 0), "2wd", CALENDAR).reasons
    assert reasons[1].facts == {
        "name": Text(vi="Tết", en="Tết"),
        "first": date(2026, 2, 14),
        "last": date(2026, 2, 22),
    }


def test_a_promise_on_days_off_that_are_not_official_says_so() -> None:
    assert due_at(datetime(2026, 3, 10, 9), "3wd", CALENDAR).verified
    found = due_at(datetime(2026, 12, 30, 9), "3wd", CALENDAR)
    assert not found.verified
    assert found.reasons[-1].code == "due.year_not_official"
    assert found.reasons[-1].facts == {"year": 2027}


def test_a_case_keeps_the_office_hours_of_the_day_it_was_received() -> None:
    summer = Regime(
        valid_from=date(2026, 3, 12),
        office_hours=(("07:00", "11:00"), ("13:00", "17:00")),
        cut_off="14:00",
    )
    calendar = Calendar(
        PackCalendar(time_zone=ZONE, regimes=(*PACK.regimes, summer), years=PACK.years)
    )
    received = datetime(2026, 3, 11, 16, 30)
    kept = due_at(received, "2wh", calendar).due_at
    assert kept.replace(tzinfo=None) == datetime(2026, 3, 12, 9, 0)
    asked = due_at(received, "2wh", calendar, regime=date(2026, 3, 12)).due_at
    assert asked.replace(tzinfo=None) == datetime(2026, 3, 12, 8, 30)


def test_a_supplement_starts_the_limit_again_from_zero() -> None:
    old = due_at(datetime(2026, 3, 2, 9), "3wd", CALENDAR).due_at
    new = due_after_supplement(
        "restart", old, datetime(2026, 3, 3, 9), datetime(2026, 3, 10, 9), "3wd", CALENDAR
    )
    assert new.due_at.replace(tzinfo=None) == datetime(2026, 3, 13, 9)


@pytest.mark.parametrize(
    ("limit", "received", "asked", "supplied", "expected"),
    [
        # Due Thursday 09:00; asked Tuesday 09:00, so two working days are left.
        ("3wd", "2026-03-02T09:00", "2026-03-03T09:00", "2026-03-10T14:00", "2026-03-12T14:00"),
        # Half an hour is left; supplied near closing.
        ("3wd", "2026-03-02T09:00", "2026-03-05T08:30", "2026-03-09T17:15", "2026-03-10T08:15"),
        # Asked when already late: nothing is left, and the supply itself is not yet late.
        ("3wd", "2026-03-02T09:00", "2026-03-06T09:00", "2026-03-09T10:00", "2026-03-09T10:00"),
        # Due the 12th, asked on the 4th: eight calendar days from Saturday 14th end on Sunday 22nd.
        ("10d", "2026-03-02T09:00", "2026-03-04T09:00", "2026-03-14T09:00", "2026-03-23T09:00"),
    ],
)
def test_a_paused_limit_runs_on_with_what_was_left(
    limit: str, received: str, asked: str, supplied: str, expected: str
) -> None:
    old = due_at(datetime.fromisoformat(received), limit, CALENDAR).due_at
    new = due_after_supplement(
        "pause",
        old,
        datetime.fromisoformat(asked),
        datetime.fromisoformat(supplied),
        limit,
        CALENDAR,
    )
    assert new.due_at.replace(tzinfo=None) == datetime.fromisoformat(expected)


def test_office_time_between_two_moments_leaves_out_lunch_and_rest_days() -> None:
    friday, monday = datetime(2026, 3, 13, 11, 0), datetime(2026, 3, 16, 14, 0)
    assert elapsed(friday, monday, CALENDAR) == timedelta(hours=1 + 4 + 4.5)
    assert elapsed(monday, friday, CALENDAR) == -timedelta(hours=9.5)


def test_rest_days_are_joined_and_cut_to_the_stretch_that_is_drawn() -> None:
    spans = rest_spans(CALENDAR, datetime(2026, 4, 25, 10), datetime(2026, 5, 2, 12))
    assert [(a.replace(tzinfo=None), b.replace(tzinfo=None)) for a, b in spans] == [
        (datetime(2026, 4, 25, 10), datetime(2026, 4, 28)),
        (datetime(2026, 4, 30), datetime(2026, 5, 2, 12)),
    ]


def test_the_command_prints_what_json_can_hold() -> None:
    printed = due_command(PACK, "2026-04-23T15:30", "1wd", cutoff=True)
    assert printed["due_at"] == "2026-04-28T08:00:00+07:00"
    assert printed["reasons"][0] == {
        "code": "due.received_after_cut_off",
        "facts": {"start": "2026-04-24T08:00:00+07:00", "cut_off": "15:00:00"},
    }
    with pytest.raises(Invalid, match=r"due\.unreadable_time"):
        due_command(PACK, "yesterday", "1wd")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"years": (Year(year=2026), Year(year=2028))}, "calendar.years_apart"),
        ({"time_zone": "Atlantis/Nowhere"}, "calendar.zone_unknown"),
        (
            {
                "regimes": (
                    Regime(
                        valid_from=date(2026, 1, 1),
                        office_hours=(("13:00", "12:00"),),
                        cut_off="15:00",
                    ),
                )
            },
            "calendar.hours_unordered",
        ),
    ],
)
def test_a_calendar_that_contradicts_itself_is_refused(
    change: dict[str, object], reason: str
) -> None:
    given = {"time_zone": ZONE, "regimes": PACK.regimes, "years": PACK.years} | change
    with pytest.raises(Invalid, match=reason.replace(".", r"\.")):
        Calendar(PackCalendar(**given))  # type: ignore[arg-type]


moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31, 23, 59, 59))
units = st.sampled_from(["wd", "wh", "d", "m"])
quick = settings(max_examples=80, deadline=None)


def top(unit: str) -> int:
    return {"wd": 60, "wh": 300, "d": 90, "m": 6}[unit]


@quick
@given(moments, moments, units, st.data(), st.booleans())
def test_who_comes_later_is_never_promised_an_earlier_day(
    one: datetime, other: datetime, unit: str, data: st.DataObject, cutoff: bool
) -> None:
    limit = f"{data.draw(st.integers(1, top(unit)))}{unit}"
    first, second = (due_at(m, limit, CALENDAR, cutoff).due_at for m in sorted((one, other)))
    if unit in ("wd", "wh"):
        assert first <= second
    else:  # two Saturdays and a Sunday meet on one Monday and keep their own time of day
        assert first.date() <= second.date()


@quick
@given(moments, units, st.data(), st.booleans())
def test_a_longer_limit_never_ends_earlier(
    received: datetime, unit: str, data: st.DataObject, cutoff: bool
) -> None:
    short, long = sorted(data.draw(st.tuples(*[st.integers(1, top(unit))] * 2)))
    assert (
        due_at(received, f"{short}{unit}", CALENDAR, cutoff).due_at
        <= due_at(received, f"{long}{unit}", CALENDAR, cutoff).due_at
    )


@quick
@given(moments, units, st.data(), st.booleans())
def test_a_promise_falls_on_a_working_day_after_receipt(
    received: datetime, unit: str, data: st.DataObject, cutoff: bool
) -> None:
    limit = f"{data.draw(st.integers(1, top(unit)))}{unit}"
    found = due_at(received, limit, CALENDAR, cutoff).due_at.replace(tzinfo=None)
    assert found > received
    listed = {d.date: d.working for d in PACK.days}
    assert listed.get(found.date(), found.weekday() < 5)


@settings(max_examples=25, deadline=None)
@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1)).map(
        lambda m: m.replace(second=0, microsecond=0)
    ),
    st.integers(1, 40),
    st.booleans(),
)
def test_hours_fill_exactly_so_many_office_hours(
    received: datetime, count: int, cutoff: bool
) -> None:
    found = due_at(received, f"{count}wh", CALENDAR, cutoff).due_at.replace(tzinfo=None)
    minute, counted, late = received, 0, False
    listed = {d.date: d.working for d in PACK.days}
    while counted < count * 60:
        works = listed.get(minute.date(), minute.weekday() < 5)
        clock = minute.time()
        if minute.date() == received.date() and works and received.time() >= dt.time(15):
            late = cutoff
        today_is_lost = late and minute.date() == received.date()
        in_hours = dt.time(8) <= clock < dt.time(12) or dt.time(13, 30) <= clock < dt.time(17, 30)
        counted += works and in_hours and not today_is_lost
        minute += timedelta(minutes=1)
    assert found == minute


def test_a_zone_with_summer_time_keeps_the_time_of_day() -> None:
    pack = PackCalendar(time_zone="Europe/Berlin", years=(Year(year=2026),), regimes=PACK.regimes)
    found = due_at(
        datetime(2026, 3, 27, 9, tzinfo=ZoneInfo("Europe/Berlin")), "1wd", Calendar(pack)
    )
    assert found.due_at.isoformat() == "2026-03-30T09:00:00+02:00"
