"""The sample people are who the documents say, and stay the age they are meant to be."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from motcua.base import clock
from motcua.base.settings import Settings
from motcua.demo import people


def settings(folder: Path) -> Settings:
    return Settings(pack=folder, data=folder / "city", demo=True)


def ages(folder: Path, on: datetime) -> dict[str, int]:
    with clock.at(on):
        known = people.people(settings(folder))
    return {
        one.id: on.year - born.year - ((on.month, on.day) < (born.month, born.day))
        for one in known
        if (born := one.birth_date)
    }


@pytest.mark.parametrize("start", ["2026-01-01", "2026-11-23", "2028-02-29", "2031-12-31"])
def test_ages_are_right_whenever_the_demo_is_first_started(tmp_path: Path, start: str) -> None:
    found = ages(tmp_path, datetime.fromisoformat(start).replace(tzinfo=UTC))
    assert (found["dung"], found["khoi"]) == (14, 6)
    assert min(found["giang"], found["cuong"]) > 60
    assert min(found[name] for name in ("an", "binh", "hoa", "hung", "lan")) >= 18
    assert 16 < found["hoa"] - found["dung"] < 50


def test_birth_dates_stand_still_after_the_first_start(tmp_path: Path) -> None:
    with clock.at(datetime(2026, 11, 23, tzinfo=UTC)):
        before = people.people(settings(tmp_path))
    with clock.at(datetime(2029, 1, 5, tzinfo=UTC)):
        assert people.people(settings(tmp_path)) == before


def test_numbers_say_sex_and_year_and_belong_to_nobody(tmp_path: Path) -> None:
    known = [one for one in people.people(settings(tmp_path)) if one.kind == "resident"]
    for one in known:
        assert one.number is not None
        assert one.birth_date is not None
        assert len(one.number) == 12
        assert one.number.startswith("999")
        # Century and sex are one digit: men and women of the 1900s, of the 2000s.
        centuries = {("male", 19): "0", ("female", 19): "1", ("male", 20): "2", ("female", 20): "3"}
        assert one.number[3] == centuries[f"{one.sex}", one.birth_date.year // 100]
        assert one.number[4:6] == f"{one.birth_date.year % 100:02}"
    assert len({one.number for one in known}) == len(known)


@pytest.mark.parametrize(
    ("id", "number"),
    [("an", "999090000017"), ("binh", "999304000021"), ("cuong", "999058000033")],
)
def test_the_numbers_of_the_documents(tmp_path: Path, id: str, number: str) -> None:
    assert people.person(settings(tmp_path), id).number == number


def test_a_tax_code_ends_in_its_check_digit(tmp_path: Path) -> None:
    assert people.tax_code("010010910") == "0100109106"  # a real one, as the rule was checked on
    firm = people.person(settings(tmp_path), "thu-nghiem")
    assert firm.number == people.tax_code("999000001")
    assert firm.represented_by == "an"


def test_families_agree_with_each_other(tmp_path: Path) -> None:
    known = {one.id: one for one in people.people(settings(tmp_path))}
    for one in known.values():
        for parent in (one.mother, one.father):
            assert parent is None or one.id in known[parent].children
        for child in one.children:
            assert one.id in (known[child].mother, known[child].father)
        assert one.spouse is None or known[one.spouse].spouse == one.id


def test_every_sample_officer_of_the_design_is_there(tmp_path: Path) -> None:
    lines = people.people_lines(settings(tmp_path))
    named = {line.split()[0] for line in lines}
    assert named >= {
        "an", "binh", "cuong", "giang", "dung", "hoa", "hung", "thu-nghiem",
        "reception", "handler", "leader", "commune", "commune-leader", "coordinator",
        "inspector", "analyst", "council", "control", "admin",
    }  # fmt: skip
