"""The rules of procedure by date, the calendar of the facts, and `motcua due`."""

import json
import shutil
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from motcua.base.errors import Invalid
from motcua.base.pack import Pack
from motcua.cases.model.calendar import PackCalendar
from motcua.cases.model.regime import PackRegimes, Regime
from motcua.cases.rules.deadline import Calendar, due_command
from motcua.cases.rules.regimes import apology_by, regime_of
from motcua.cli import main
from motcua.doctor import pack_faults
from tests.cases.test_deadline import PACKS

HANOI, SAMPLE = Pack.read(PACKS / "hanoi"), Pack.read(PACKS / "sample")


# Regimes: sections a.1, a.4, a.5 and a.8 of the facts.


@pytest.mark.parametrize(
    ("day", "regime"),
    [
        ("2018-06-21", "nd-61-2018"),
        ("2025-06-30", "nd-61-2018"),
        ("2025-07-01", "nd-118-2025"),
        ("2026-06-30", "nd-118-2025"),
        ("2026-07-01", "nd-224-2026"),
        ("2040-01-01", "nd-224-2026"),
    ],
)
def test_a_case_keeps_the_regime_of_its_day_of_filing(day: str, regime: str) -> None:
    assert regime_of(HANOI, date.fromisoformat(day)).id == regime


def test_before_the_first_regime_nothing_is_guessed() -> None:
    with pytest.raises(Invalid, match=r"regime\.unknown"):
        regime_of(HANOI, date(2018, 6, 20))


def forms(regime: Regime) -> list[str]:
    assert regime.forms
    return [f"{form.number} {form.kind}" for form in regime.forms.list]


def test_the_forms_are_those_of_their_circular() -> None:
    old, new, newest = HANOI.file("regimes", PackRegimes).regimes
    assert forms(old) == [
        "01 receipt", "02 supplement", "03 refusal", "04 apology", "05 control", "06 register",
    ]  # fmt: skip
    assert forms(new) == forms(newest) == [
        "01 receipt", "02 supplement", "03 refusal", "04 apology", "05 stop", "06 control",
        "07 register",
    ]  # fmt: skip


def rules(regime: Regime) -> dict[str, Any]:
    assert regime.return_
    assert regime.supplement
    assert regime.cut_off
    assert regime.reappointment
    assert regime.intake_supplement
    return {
        "return": (regime.return_.within, regime.return_.source.verified),
        "supplement": (regime.supplement.clock, regime.supplement.source.verified),
        "cut_off": (regime.cut_off.at, regime.cut_off.source.verified),
        "times": (regime.reappointment.times, regime.reappointment.source.verified),
        "notice": regime.reappointment.notice_days,
        "intake": (regime.intake_supplement.times, regime.intake_supplement.source.verified),
    }


def test_what_is_taken_over_without_a_text_is_not_verified() -> None:
    for regime in HANOI.file("regimes", PackRegimes).regimes:
        is_read = regime.id == "nd-61-2018"
        assert rules(regime) == {
            "return": ("3wd", is_read),
            "supplement": ("restart", is_read),
            "cut_off": ("15:00", is_read),
            "times": (1, is_read),
            "notice": 1,
            "intake": (1, is_read),
        }


def test_the_apology_comes_so_many_days_before_the_promise() -> None:
    due = datetime(2026, 3, 12, 9)
    assert apology_by(due, regime_of(HANOI, due.date())) == datetime(2026, 3, 11, 9)
    assert apology_by(due, regime_of(SAMPLE, due.date())) == datetime(2026, 3, 10, 9)
    assert apology_by(due, regime_of(SAMPLE, date(2024, 1, 1))) is None


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ("valid_to: 2024-12-31", "valid_to: 2024-12-30", 5, "no regime holds after 2024-12-30"),
        ("valid_to: 2024-12-31", "valid_to: 2025-01-01", 5, "'first' and 'second' overlap"),
        ("valid_to: 2024-12-31", "", 3, "'first' has no end and overlaps the next"),
        ("valid_to: 2024-12-31", "valid_to: 2019-12-31", 5, "it ends before it begins"),
        ("2025-01-01\n", "2025-01-01\n    valid_to: 2030-01-01\n", 16,
         "no regime holds after 2030-01-01"),
        ("id: second", "id: first", 14, "duplicate id 'first'"),
        ("number: B2", "number: B1", 21, "duplicate form number 'B1'"),
        ("case.stopped", "case.refused", 24, "'case.refused' makes two forms"),
        ("template: control.typ", "template: none.typ", 25, "there is no papers/none.typ"),
        ("en: Letter that asks for more}, template: letter.typ, made_on:"
         " case.supplement_requested, numbered: \"L{sequence}-{year}\"",
         "en: Letter}, template: letter.typ, numbered: L", 22,
         "numbers would repeat: '{sequence}' is missing"),
        ("en: Second Rules}", 'en: " "}', 16, "no words in 'en'"),
        ("en: Second Rules}", "vn: x}", 16, "text missing in English"),
        ("pause,", "freeze,", 30, "'clock' cannot be 'freeze'"),
        ("within: 5wd", 'within: "5"', 29, "'within' is '5'"),
        ('"16:00", source: {text: "Second', '"15:00", source: {text: "Second', 31,
         "the calendar's cut-off hour is 16:00 from 2024-01-01"),
    ],
)  # fmt: skip
def test_regimes_leave_no_day_without_one_and_no_day_with_two(
    tmp_path: Path, old: str, new: str, line: int, what: str
) -> None:
    folder = tmp_path / "sample"
    shutil.copytree(PACKS / "sample", folder)
    path = folder / "regimes.yaml"
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")
    found = [(Path(f.file).name, f.line, f.what) for f in pack_faults(folder)]
    assert ("regimes.yaml", line, what) in found, found


# The calendar: section h.1 of the facts.

DAYS_OFF = {
    2024: "01-01 02-08:02-14 04-18 04-29:05-01 09-02:09-03",
    2025: "01-01 01-27:02-01 04-07 04-30:05-02 09-01:09-02",
    2026: "01-01:01-02 02-14:02-22 04-26:04-27 04-30:05-01 08-31:09-02",
    2027: "01-01 02-04:02-10 04-16 04-30:05-01 05-03 09-02:09-03",
    2028: "01-01 01-03 01-24:01-29 04-04 04-30:05-02 09-01:09-02 09-04",
    2029: "01-01 02-12:02-16 04-23 04-30:05-01 09-02:09-04",
}
MADE_UP = {"2024-05-04", "2025-04-26", "2026-01-10", "2026-08-22"}


@pytest.mark.parametrize("year", sorted(DAYS_OFF))
def test_the_days_off_are_those_of_the_facts(year: int) -> None:
    off = set()
    for stretch in DAYS_OFF[year].split():
        first, _, last = stretch.partition(":")
        day, end = (date.fromisoformat(f"{year}-{text}") for text in (first, last or first))
        while day <= end:
            off.add(day)
            day += timedelta(days=1)
    calendar = Calendar(HANOI.file("calendar", PackCalendar))
    day = date(year, 1, 1)
    while day.year == year:
        works = day.weekday() < 5 and day not in off
        assert calendar.is_working(day) == (works or day.isoformat() in MADE_UP), day
        day += timedelta(days=1)


# The command.


def test_the_command_prints_what_json_can_hold() -> None:
    printed = due_command(HANOI, "2026-04-23T15:30", "1wd", cutoff=True)
    assert printed["due_at"] == "2026-04-28T08:00:00+07:00"
    assert printed["regime"] == "nd-118-2025"
    assert printed["reasons"][0] == {
        "code": "due.received_after_cut_off",
        "facts": {
            "received": "2026-04-23T15:30:00+07:00",
            "start": "2026-04-24T08:00:00+07:00",
            "cut_off": "15:00",
            "source": "Theo Nghị định 61/2018/NĐ-CP, Điều 18; "
            "chưa đối chiếu với Nghị định 118/2025/NĐ-CP",
        },
    }
    assert json.dumps(printed)


def test_the_command_can_ask_for_the_rules_of_another_day() -> None:
    printed = due_command(HANOI, "2026-04-23T15:30", "1wd", cutoff=True, regime="2020-01-01")
    assert printed["due_at"] == "2026-04-28T08:00:00+07:00"
    assert printed["regime"] == "nd-61-2018"
    source = "Nghị định 61/2018/NĐ-CP, Điều 18(2) và 18(3)"
    assert printed["reasons"][0]["facts"]["source"] == source


def typed(*words: str) -> str | int | None:
    """How the command leaves: 0, or what it says on stderr with status 1."""
    with pytest.raises(SystemExit) as left:
        main(["--pack", str(PACKS / "hanoi"), "due", *words], standalone_mode=False)
    return left.value.code


@pytest.mark.parametrize(
    ("limit", "received", "options", "expected"),
    [
        # The worked examples of section a.5, as they are typed.
        ("3wd", "2026-02-10T09:00", [], "2026-02-13T09:00:00+07:00"),
        ("2wd", "2026-02-13T16:00", [], "2026-02-24T16:00:00+07:00"),
        ("1wd", "2026-04-23T15:30", ["--cutoff"], "2026-04-28T08:00:00+07:00"),
        ("8wh", "2026-04-23T15:30", ["--cutoff"], "2026-04-24T17:30:00+07:00"),
        ("8wh", "2026-04-29T10:00", [], "2026-05-04T10:00:00+07:00"),
        ("10d", "2026-04-20T09:00", [], "2026-05-04T09:00:00+07:00"),
    ],
)
def test_the_examples_of_the_facts_can_be_typed(
    capsys: pytest.CaptureFixture[str],
    limit: str,
    received: str,
    options: list[str],
    expected: str,
) -> None:
    words = ("--received", received, "--limit", limit, *options)
    assert typed(*words) == 0
    assert capsys.readouterr().out.splitlines()[0] == expected
    assert typed(*words, "--json") == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["due_at"] == expected


@pytest.mark.parametrize(
    ("received", "limit", "regime", "option", "mend"),
    [
        ("yesterday", "1wd", None, "--received", "2030-02-10T09:00"),
        ("2026-04-23", "1wd", None, "--received", "2030-02-10T09:00"),
        ("2035-04-23T09:00", "1wd", None, "--received", "2035"),
        ("0001-01-01T00:00+14:00", "1wd", None, "--received", "days off"),
        ("2026-04-23T09:00", "3", None, "--limit", "3wd"),
        ("2026-04-23T09:00", "9000wd", None, "--limit", "2030"),
        ("2026-04-23T09:00", "3wd", "July", "--regime", "2030-02-10"),
        ("2026-04-23T09:00", "3wd", "2010-01-01", "--regime", "2010-01-01"),
    ],
)
def test_what_cannot_be_reckoned_names_the_option_and_the_mend(
    received: str, limit: str, regime: str | None, option: str, mend: str
) -> None:
    words = ["--received", received, "--limit", limit, *(["--regime", regime] if regime else [])]
    complained = str(typed(*words))
    assert f"{option}: " in complained
    assert mend in complained
