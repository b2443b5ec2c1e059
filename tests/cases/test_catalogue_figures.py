"""The whole sample of the national catalogue: how much is read, and that every procedure works."""

import re
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from motcua.base.settings import Settings
from motcua.cases.actions import receivers_of
from motcua.cases.actions.catalogue import with_receiver
from motcua.cases.model.calendar import PackCalendar
from motcua.cases.model.catalogue import CatalogueWords, Counts, Reading
from motcua.cases.model.procedure import Procedure
from motcua.cases.rules import expressions, fees, forms
from motcua.cases.rules.checking.expressions import written
from motcua.cases.rules.checking.form import example_faults, form_faults
from motcua.cases.rules.checking.rehearsal import rehearsal_faults
from motcua.cases.rules.checking.route import route_faults
from motcua.cases.rules.deadline import Calendar, due_at
from motcua.cases.rules.expressions import Facts
from motcua.db import City
from tests.cases.catalogue import (
    TABLE,
    TODAY,
    filed_here,
    national,
    of_ministries,
    pack,
    procedure,
    total,
)

pytestmark = pytest.mark.shared

HELD_OUT = ("bo-tu-phap", "ngan-hang-nha-nuoc", "toa-an-nhan-dan")
"""Ministries whose rows nobody looked at until the readers were written (docs/notes/0010)."""


def shares(counts: Counts) -> tuple[float, float, float]:
    return (
        counts.time_limits_read / counts.time_limits,
        counts.fees_read / counts.fees,
        counts.results_read / counts.results,
    )


@pytest.mark.parametrize("among", [(), HELD_OUT], ids=["all", "held out"])
def test_the_figures_that_were_promised(among: tuple[str, ...]) -> None:
    readings = of_ministries(*among) if among else (one for _, one in national().values())
    limits, sums, results = shares(total(readings))
    assert limits >= 0.99
    assert sums >= 0.97
    assert results >= 0.98


def test_every_row_is_read() -> None:
    assert len(national()) == 2117
    levels = Counter(one.level for _, one in national().values())
    assert levels["city"] + levels["commune"] == 1352


_LINE = re.compile(
    r"(?:Trực tuyến|Trực tiếp|Dịch vụ bưu chính)([0-9]+) (Ngày làm việc|Ngày|Giờ|Tháng|Năm)"
    r"(?=Miễn phí|Không có|[0-9])"
)
_WORDS = {"Ngày làm việc": "wd", "Ngày": "d", "Giờ": "h", "Tháng": "m", "Năm": "y"}


def test_no_limit_is_lost_and_none_is_made_up() -> None:
    """Counted by a search that knows nothing of lines, notes and remarks."""
    for given, read in national().values():
        stated = Counter(
            (int(number), _WORDS[word])
            for number, word in _LINE.findall(given.row.cach_thuc_thuc_hien.removeprefix(TABLE))
        )
        found = Counter(
            (line.limit.value, line.limit.unit)
            for line in read.channels
            if line.limit.unit and not line.limit.quote
        )
        assert found == stated, read.code


def test_every_quote_stands_in_its_row() -> None:
    quoted = 0
    for given, read in national().values():
        whole = given.row.cach_thuc_thuc_hien + given.row.trinh_tu_thuc_hien
        for line in read.channels:
            if line.limit.quote:
                quoted += 1
                assert line.limit.quote in whole, read.code
                assert line.limit.unit == "sd" or str(line.limit.value) in line.limit.quote
    assert quoted


def test_what_is_free_names_no_law_and_no_sum() -> None:
    suspicious = re.compile(r"Thông tư|Nghị định|Hội đồng nhân dân|[0-9]{3} ?đồng|Luật phí")
    for _, read in national().values():
        for line in read.channels:
            if line.fee.kind == "free":
                assert not suspicious.search(line.fee.case or ""), read.code


def test_a_number_without_a_unit_is_listed() -> None:
    for _, read in national().values():
        bare = any(line.limit.value and not line.limit.unit for line in read.channels)
        assert bare == any(one.why == "limit.no_unit" for one in read.unread), read.code


def test_the_certificate_of_the_first_issue_is_by_law() -> None:
    _, read = national()["3.000333"]
    assert {line.fee.kind for line in read.channels} == {"by_law"}
    assert {(line.limit.value, line.limit.unit) for line in read.channels} == {(10, "d")}
    assert [r.code for r in read.results] == ["KQ.G01.000199", "KQ.G01.000200"]
    assert read.laws[0].number == "28/2009/QH12"
    made = procedure(read)
    assert (made.fee, made.fee_assessed, made.limit) == ((), True, "10d")
    assert made.agencies.codes == ("H26.11",)


def test_all_of_the_city_and_its_communes_work_at_once(tmp_path: Path) -> None:
    """Form, documents, fee, deadline, route, receivers: of each of them, by its own example."""
    calendar = Calendar(pack().file("calendar", PackCalendar))
    received = datetime(2026, 11, 24, 3, tzinfo=UTC)
    city = City(Settings(pack=pack().folders[0], data=tmp_path), pack(), "")
    otherwise = pack().file("catalogue", CatalogueWords).otherwise
    made = [with_receiver(city, procedure(read), otherwise) for read in filed_here()]
    assert len(made) == 1352
    for one in made:
        facts = _facts(one, one.form.example)
        assert forms.Checker(one.form).faults(one.form.example, TODAY) == [], one.code
        demanded = [expressions.read(need.required_if).holds(facts) for need in one.documents]
        assert sum(demanded) <= 50, one.code
        fee = fees.fee(one.fee, facts)
        assert (one.fee_assessed is True) == (not one.fee), one.code
        assert fee.total >= 0
        if one.limit:
            assert due_at(received, one.limit, calendar, one.cutoff).due_at > received
        assert receivers_of(city, one), one.code
        assert list(_faults(one)) == [], one.code


def _faults(made: Procedure) -> Any:
    yield from form_faults(made.form)
    yield from example_faults(made.form)
    yield from route_faults(made.route, made.findings)
    yield from rehearsal_faults(made)
    for each in written(made):
        expressions.read(each.source)


def _facts(made: Procedure, answers: dict[str, Any]) -> Facts:
    return Facts(
        {
            "answers": answers,
            "person": {"level": 2, "is_organisation": False},
            "subject": {
                "number": "1", "name": "A", "birth_date": date(1990, 1, 1), "relation": "self",
            },
            "today": TODAY,
            "channel": "online",
        }
    )  # fmt: skip


def test_what_is_kept_reads_back() -> None:
    for read in filed_here()[::25]:
        made = procedure(read)
        assert msgspec.json.decode(msgspec.json.encode(made), type=Procedure) == made
        assert msgspec.json.decode(msgspec.json.encode(read), type=Reading) == read
