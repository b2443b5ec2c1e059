"""Clocks that stand still, start again or are promised anew, and how a promise is spent."""

from datetime import date, datetime, timedelta

import msgspec
import pytest

from motcua.base.errors import Invalid
from motcua.base.pack import Pack
from motcua.cases.model.procedure import Route
from motcua.cases.rules.deadline import (
    Pause,
    due_after_supplement,
    due_at,
    elapsed,
    explain,
    moment,
    reappointed,
    rest_spans,
    share_used,
    step_due,
    transfer_by,
)
from motcua.cases.rules.regimes import regime_of
from tests.cases.test_deadline import CALENDAR, PACKS


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def bare(found: datetime) -> datetime:
    return found.replace(tzinfo=None)


def test_a_supplement_starts_the_limit_again_from_zero() -> None:
    law = regime_of(Pack.read(PACKS / "vietnam"), date(2024, 5, 1))
    old = due_at(datetime(2026, 3, 2, 9), "3wd", CALENDAR).due_at
    new = due_after_supplement(
        "restart", old, datetime(2026, 3, 3, 9), datetime(2026, 3, 10, 9), "3wd", CALENDAR, law=law
    )
    assert bare(new.due_at) == datetime(2026, 3, 13, 9)
    assert new.reasons[0].facts["source"] == "Nghị định 61/2018/NĐ-CP, Điều 19(4)"
    assert [r.code for r in new.reasons] == ["due.restarted", "due.working_days"]


PAUSED = [
    # Due Thursday 09:00; five working days and three and a half hours were waited.
    ("3wd", "2026-03-02T09:00", "2026-03-03T09:00", "2026-03-10T14:00", "2026-03-12T14:00"),
    # Half an hour is left; supplied near closing.
    ("3wd", "2026-03-02T09:00", "2026-03-05T08:30", "2026-03-09T17:15", "2026-03-10T08:15"),
    # Asked when already late: what was late stays late.
    ("3wd", "2026-03-02T09:00", "2026-03-06T09:00", "2026-03-09T10:00", "2026-03-05T09:00"),
    # Due the 12th; ten days were waited, the 22nd is a Sunday.
    ("10d", "2026-03-02T09:00", "2026-03-04T09:00", "2026-03-14T09:00", "2026-03-23T09:00"),
    # Over Tết: an hour on Friday 13, an hour on Monday 23 February.
    ("8wh", "2026-02-13T14:00", "2026-02-13T16:30", "2026-02-23T09:00", "2026-02-23T16:00"),
    # Inside Tết no office time passes; calendar time does, and ends on a Thursday.
    ("8wh", "2026-02-13T14:00", "2026-02-16T08:00", "2026-02-20T17:00", "2026-02-23T14:00"),
    ("10d", "2026-02-13T14:00", "2026-02-16T08:00", "2026-02-19T08:00", "2026-02-26T14:00"),
    # A pause over lunch moves by what was left of the morning.
    ("2wh", "2026-03-10T09:00", "2026-03-10T10:30", "2026-03-10T13:00", "2026-03-10T14:00"),
]


@pytest.mark.parametrize(("limit", "received", "asked", "supplied", "expected"), PAUSED)
def test_a_paused_limit_moves_by_the_time_that_was_waited(
    limit: str, received: str, asked: str, supplied: str, expected: str
) -> None:
    pause = Pause(at(asked), at(supplied))
    assert bare(moment(at(received), limit, CALENDAR, pauses=[pause])) == at(expected)
    old = due_at(at(received), limit, CALENDAR).due_at
    new = due_after_supplement("pause", old, at(asked), at(supplied), limit, CALENDAR)
    assert bare(new.due_at) == at(expected)


def test_several_pauses_add_up_and_each_is_told() -> None:
    pauses = [
        Pause(at("2026-03-05T10:00"), at("2026-03-05T11:00"), "payment"),
        Pause(at("2026-03-03T09:00"), at("2026-03-04T09:00")),
    ]
    law = regime_of(Pack.read(PACKS / "sample"), date(2026, 3, 1))
    found = explain(at("2026-03-02T09:00"), "3wd", CALENDAR, pauses=pauses, law=law)
    assert bare(found.due_at) == datetime(2026, 3, 6, 10)
    assert [(r.code, r.facts.get("source")) for r in found.reasons[2:]] == [
        ("due.resumed", "Second Rules, article 7"),
        ("due.moved_by_pause", None),
        ("due.resumed_after_payment", None),
        ("due.moved_by_pause", None),
    ]
    assert [bare(r.facts["due"]) for r in found.reasons[3::2]] == [
        datetime(2026, 3, 6, 9),
        datetime(2026, 3, 6, 10),
    ]


def test_pauses_that_overlap_are_waited_once() -> None:
    apart = [Pause(at("2026-03-03T09:00"), at("2026-03-03T11:00"))]
    overlapping = [
        Pause(at("2026-03-03T09:00"), at("2026-03-03T10:30")),
        Pause(at("2026-03-03T10:00"), at("2026-03-03T11:00"), "payment"),
    ]
    received = at("2026-03-02T09:00")
    assert moment(received, "3wd", CALENDAR, pauses=overlapping) == moment(
        received, "3wd", CALENDAR, pauses=apart
    )


@pytest.mark.parametrize(
    ("asked", "supplied", "code"),
    [
        ("2026-03-06T09:00", "2026-03-09T10:00", "due.was_late_already"),
        ("2026-03-03T18:00", "2026-03-04T07:00", "due.pause_took_no_time"),
    ],
)
def test_a_pause_that_moves_nothing_says_why(asked: str, supplied: str, code: str) -> None:
    pause = Pause(at(asked), at(supplied))
    found = explain(at("2026-03-02T09:00"), "3wd", CALENDAR, pauses=[pause])
    assert bare(found.due_at) == datetime(2026, 3, 5, 9)
    assert [r.code for r in found.reasons[2:]] == ["due.resumed", code]


def test_what_comes_back_after_the_cut_off_hour_goes_on_the_next_morning() -> None:
    pause = Pause(at("2026-03-03T09:00"), at("2026-03-03T15:30"))
    found = moment(at("2026-03-02T09:00"), "3wd", CALENDAR, cutoff=True, pauses=[pause])
    assert bare(found) == datetime(2026, 3, 5, 17, 30)  # seven hours on Tuesday, none at night


def test_a_promise_given_anew_is_later_and_on_a_working_day() -> None:
    law = regime_of(Pack.read(PACKS / "vietnam"), date(2024, 5, 1))
    due = due_at(at("2026-03-02T09:00"), "3wd", CALENDAR).due_at
    found = reappointed(due, at("2026-03-14T09:00"), CALENDAR, law)
    assert bare(found.due_at) == datetime(2026, 3, 16, 9)
    assert [r.code for r in found.reasons] == ["due.reappointed", "due.moved_off_rest_day"]
    assert found.reasons[0].facts["source"] == "Nghị định 61/2018/NĐ-CP, Điều 19(9)"
    with pytest.raises(Invalid, match=r"due\.not_later"):
        reappointed(due, due, CALENDAR)


def route(**limits: str | None) -> Route:
    names = list(limits)
    acts = ["accept", "propose", "approve", "release"]
    steps = {
        name: {
            "name": {"vi": name, "en": name},
            "role": "handler",
            "status": 4,
            "limit": limit,
            "on": {"refuse": "end", act: (names[i + 1 :] or ["end"])[0]},
        }
        for i, ((name, limit), act) in enumerate(zip(limits.items(), acts, strict=False))
    }
    return msgspec.convert({"start": names[0], "steps": steps}, Route)


def test_each_step_has_its_own_moment_and_the_last_is_the_promise() -> None:
    # 2 h intake, 3 h appraisal, 2 h signing, 1 h issue: one working day.
    way = route(intake="2wh", appraisal="3wh", signing="2wh", issue="1wh")
    planned = step_due(way, at("2026-03-10T09:00"), CALENDAR)
    assert {name: bare(due) for name, due in planned.items()} == {
        "intake": datetime(2026, 3, 10, 11),
        "appraisal": datetime(2026, 3, 10, 15, 30),
        "signing": datetime(2026, 3, 10, 17, 30),
        "issue": datetime(2026, 3, 11, 9),
    }
    assert planned["issue"] == moment(at("2026-03-10T09:00"), "8wh", CALENDAR)


def test_a_step_without_a_limit_has_no_moment_and_a_circle_ends() -> None:
    way = route(intake="6wh", waiting=None, signing="1wd")
    planned = step_due(way, at("2026-03-10T15:30"), CALENDAR, cutoff=True)
    assert {name: bare(due) for name, due in planned.items()} == {
        "intake": datetime(2026, 3, 11, 15, 30),
        "signing": datetime(2026, 3, 12, 15, 30),  # the cut-off hour is for what comes in
    }
    circle = route(one="1wh")
    circle.steps["one"].on["accept"] = "one"
    assert list(step_due(circle, at("2026-03-10T09:00"), CALENDAR)) == ["one"]


@pytest.mark.parametrize(
    ("now", "share"),
    [
        ("2026-03-09T08:00", 0.0),
        ("2026-03-10T09:00", 0.0),
        ("2026-03-10T14:30", 0.25),
        ("2026-03-12T09:00", 1.0),
        ("2026-03-13T09:00", 1.5),
    ],
)
def test_how_much_of_a_promise_is_spent_is_told_in_office_time(now: str, share: float) -> None:
    start, due = at("2026-03-10T09:00"), at("2026-03-12T09:00")
    assert share_used(start, due, at(now), CALENDAR) == pytest.approx(share)


def test_waiting_spends_nothing_of_a_promise() -> None:
    start, pause = at("2026-03-10T09:00"), Pause(at("2026-03-10T11:00"), at("2026-03-11T11:00"))
    due = moment(start, "8wh", CALENDAR, pauses=[pause])
    shares = [
        share_used(start, due, at(now), CALENDAR, [pause])
        for now in ("2026-03-10T11:00", "2026-03-10T16:00", "2026-03-11T11:00", "2026-03-12T09:00")
    ]
    assert shares == pytest.approx([0.25, 0.25, 0.25, 1.0])


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        ("2026-03-10T14:59", "2026-03-10T17:30"),
        ("2026-03-10T15:00", "2026-03-11T08:00"),
        ("2026-02-13T16:00", "2026-02-23T08:00"),
        ("2026-03-14T09:00", "2026-03-16T08:00"),
    ],
)
def test_a_case_leaves_the_counter_the_same_day_or_at_the_next_opening(
    received: str, expected: str
) -> None:
    assert bare(transfer_by(at(received), CALENDAR)) == at(expected)


def test_office_time_between_two_moments_leaves_out_lunch_and_rest_days() -> None:
    friday, monday = datetime(2026, 3, 13, 11, 0), datetime(2026, 3, 16, 14, 0)
    assert elapsed(friday, monday, CALENDAR) == timedelta(hours=1 + 4 + 4.5)
    assert elapsed(monday, friday, CALENDAR) == -timedelta(hours=9.5)


def test_rest_days_are_joined_and_cut_to_the_stretch_that_is_drawn() -> None:
    spans = rest_spans(CALENDAR, datetime(2026, 4, 25, 10), datetime(2026, 5, 2, 12))
    assert [(bare(a), bare(b)) for a, b in spans] == [
        (datetime(2026, 4, 25, 10), datetime(2026, 4, 28)),
        (datetime(2026, 4, 30), datetime(2026, 5, 2, 12)),
    ]
