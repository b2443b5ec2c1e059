"""By when the city must answer: the law's own examples, and what holds for every moment."""

from datetime import date, datetime, timedelta

import pytest

from motcua.base.errors import Invalid
from motcua.base.pack import Pack
from motcua.base.text import Text
from motcua.cases.model.calendar import Day, OfficeHours, PackCalendar, Year
from motcua.cases.rules.deadline import Calendar, due_at, explain
from motcua.cases.rules.regimes import regime_of
from tests.conftest import ROOT

ZONE = "Asia/Ho_Chi_Minh"
PACKS = ROOT / "packs"


def off(first: str, last: str | None = None, name: str = "nghỉ") -> list[Day]:
    start, end = date.fromisoformat(first), date.fromisoformat(last or first)
    return [
        Day(date=start + timedelta(days=i), working=False, name=Text(vi=name, en=name))
        for i in range((end - start).days + 1)
    ]


# Section h.1 of the facts, year 2026, with the two swapped Saturdays.
PACK = PackCalendar(
    time_zone=ZONE,
    hours=(
        OfficeHours(
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
        ("2026-03-10T09:00", "0.5wd", "2026-03-10 14:30"),  # four hours, lunch between
        ("2026-03-10T08:00", "0.5wd", "2026-03-10 12:00"),
        ("2026-03-10T15:30", "1.5wd", "2026-03-12 10:00"),  # Wednesday 15:30, then four hours
        ("2026-03-10T09:00", "1sd", "2026-03-10 17:30"),
        ("2026-03-10T14:59", "1sd", "2026-03-10 17:30"),
        ("2026-03-10T15:00", "1sd", "2026-03-11 17:30"),  # the cut-off hour is part of the limit
        ("2026-03-14T10:00", "1sd", "2026-03-16 17:30"),
        ("2026-02-13T15:00", "1sd", "2026-02-23 17:30"),  # Tết lies between
        ("2026-03-10T22:15", "24h", "2026-03-11 22:15"),
        ("2026-03-13T10:00", "24h", "2026-03-16 10:00"),  # ends on Saturday
        ("2026-03-13T10:00", "72h", "2026-03-16 10:00"),
    ],
)
def test_a_limit_is_reckoned_as_the_law_says(received: str, limit: str, expected: str) -> None:
    assert due(received, limit) == expected


def test_a_month_clips_to_29_february_in_a_leap_year() -> None:
    pack = PackCalendar(time_zone=ZONE, weekly_rest=(), years=(Year(year=2028),), hours=PACK.hours)
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


@pytest.mark.parametrize(
    "limit",
    ["", "3", "0wd", "3 wd", "3xd", "-1d", "10000d", "３wd", "1.5d", "2sd", "0.25wd", ".5wd"],
)
def test_a_limit_without_a_number_and_a_unit_is_refused(limit: str) -> None:
    with pytest.raises(Invalid, match=r"limit\.unreadable"):
        due("2026-03-10T09:00", limit)


def test_the_reasons_tell_the_whole_story() -> None:
    assert codes("2026-02-10T09:00", "3wd") == ["due.received", "due.working_days"]
    assert codes("2026-02-13T16:00", "2wd") == ["due.received", "due.working_days", "due.holiday"]
    assert codes("2026-04-23T15:30", "1wd", cutoff=True) == [
        "due.received_after_cut_off",
        "due.working_days",
        "due.weekend",
        "due.holiday",
    ]
    assert codes("2026-04-20T09:00", "10d") == [
        "due.received",
        "due.calendar_days",
        "due.moved_off_rest_day",
        "due.one_holiday",
        "due.one_holiday",
    ]
    assert codes("2026-01-09T09:00", "1wd") == [
        "due.received",
        "due.working_days",
        "due.make_up_day",
    ]
    assert codes("2026-03-10T12:30", "2wh") == ["due.received_between_hours", "due.office_hours"]
    assert codes("2026-02-17T09:00", "1.5wd") == [
        "due.received_on_rest_day",
        "due.holiday",
        "due.working_days",
        "due.half_working_day",
    ]
    assert codes("2026-03-13T09:00", "4wd") == ["due.received", "due.working_days", "due.weekend"]
    assert codes("2026-03-10T09:00", "1sd") == ["due.received", "due.same_day"]
    # A make-up Saturday: its hours count, but as the day of receipt it is day zero.
    assert codes("2026-01-10T09:00", "1wd") == ["due.received", "due.working_days", "due.weekend"]
    assert codes("2026-01-10T09:00", "2wh")[1:] == ["due.office_hours", "due.make_up_day"]
    assert codes("2026-03-10T09:00", "24h") == ["due.received", "due.calendar_hours"]


def test_weekly_rest_days_are_counted_and_those_with_a_name_are_named() -> None:
    reasons = due_at(datetime(2026, 4, 24, 9, 0), "6wd", CALENDAR).reasons
    assert [(r.code, r.facts.get("count"), r.facts.get("name")) for r in reasons[2:]] == [
        ("due.weekend", 3, None),  # 25 April, 2 and 3 May; Sunday 26 April is a holiday
        ("due.holiday", None, Text(vi="Giỗ Tổ", en="Giỗ Tổ")),
        ("due.one_holiday", None, Text(vi="30/4", en="30/4")),
        ("due.one_holiday", None, Text(vi="1/5", en="1/5")),
    ]


def test_a_holiday_is_told_once_with_its_first_and_last_day() -> None:
    reasons = due_at(datetime(2026, 2, 13, 16, 0), "2wd", CALENDAR).reasons
    assert reasons[2].facts == {
        "name": Text(vi="Tết", en="Tết"),
        "first": date(2026, 2, 14),
        "last": date(2026, 2, 22),
    }


def test_a_reason_names_its_article_where_one_is_known() -> None:
    law = regime_of(Pack.read(PACKS / "vietnam"), date(2024, 5, 1))
    due = explain(
        datetime(2026, 3, 10, 15), "3wd", CALENDAR, cutoff=True, law=law, source="Điều 12"
    )
    assert [(r.code, r.facts.get("source")) for r in due.reasons] == [
        ("due.received_after_cut_off", "Nghị định 61/2018/NĐ-CP, Điều 18(2) và 18(3)"),
        ("due.working_days", "Điều 12"),
        ("due.weekend", None),
    ]


def test_a_promise_on_days_off_that_are_not_official_says_so() -> None:
    assert due_at(datetime(2026, 3, 10, 9), "3wd", CALENDAR).verified
    found = due_at(datetime(2026, 12, 30, 9), "3wd", CALENDAR)
    assert not found.verified
    assert found.reasons[-1].code == "due.year_not_official"
    assert found.reasons[-1].facts == {"year": "2027"}


def test_a_case_keeps_the_office_hours_of_the_day_it_was_received() -> None:
    summer = OfficeHours(
        valid_from=date(2026, 3, 12),
        office_hours=(("07:00", "11:00"), ("13:00", "17:00")),
        cut_off="14:00",
    )
    calendar = Calendar(PackCalendar(time_zone=ZONE, hours=(*PACK.hours, summer), years=PACK.years))
    received = datetime(2026, 3, 11, 16, 30)
    kept = due_at(received, "2wh", calendar).due_at
    assert kept.replace(tzinfo=None) == datetime(2026, 3, 12, 9, 0)
    asked = due_at(received, "2wh", calendar, regime=date(2026, 3, 12)).due_at
    assert asked.replace(tzinfo=None) == datetime(2026, 3, 12, 8, 30)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"years": (Year(year=2026), Year(year=2028))}, "calendar.years_apart"),
        ({"time_zone": "Atlantis/Nowhere"}, "calendar.zone_unknown"),
        (
            {
                "hours": (
                    OfficeHours(
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
    given = {"time_zone": ZONE, "hours": PACK.hours, "years": PACK.years} | change
    with pytest.raises(Invalid, match=reason.replace(".", r"\.")):
        Calendar(PackCalendar(**given))  # type: ignore[arg-type]
