"""How counts become figures: every value here was worked out by hand."""

import re
import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from motcua.base.errors import Invalid
from motcua.base.pack import Pack, Where
from motcua.score.model import Counts, Figure, Framework
from motcua.score.rules import charts, marking, periods, ranking

SAMPLE = Path(__file__).parents[2] / "packs" / "sample"


def counts(name: Any = "", **given: int) -> Counts:
    return Counts(name=name, **(dict.fromkeys(marking.COUNTED, 0) | given))


def figure(**given: Any) -> Figure:
    return msgspec.convert({"id": "one", "name": {"vi": "Một", "en": "One"}} | given, Figure)


# Intervals and ranks


@pytest.mark.parametrize(
    ("hits", "among", "low", "high"),
    [
        (0, 0, 0.0, 1.0), (0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (6, 8, 0.4093, 0.9285),
        (8, 10, 0.4902, 0.9433), (10, 10, 0.7225, 1.0), (50, 100, 0.4038, 0.5962),
    ],
)  # fmt: skip
def test_wilson(hits: int, among: int, low: float, high: float) -> None:
    assert ranking.wilson(hits, among) == pytest.approx((low, high), abs=5e-5)


def test_whose_intervals_touch_share_their_ranks_and_of_nothing_nobody_is_ranked() -> None:
    rows = ranking.ranked(
        [("bad", 5, 100), ("few", 1, 1), ("good", 99, 100), ("fair", 50, 100), ("none", 0, 0)]
    )
    assert [(row.name, row.first, row.last) for row in rows] == [
        ("few", 1, 3), ("good", 1, 2), ("fair", 2, 3), ("bad", 4, 4),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("sizes", "hidden"),
    [
        ({"a": 5, "b": 9}, ""), ({"a": 4}, "a"), ({"a": 4, "b": 9, "c": 7}, "ac"),
        ({"a": 4, "b": 1, "c": 7}, "ab"), ({"a": 1, "b": 1, "c": 7, "d": 6}, "abd"),
        ({"a": 1, "b": 5}, "ab"), ({}, ""),
    ],
)  # fmt: skip
def test_what_the_public_is_not_told(sizes: Mapping[str, int], hidden: str) -> None:
    rows = [counts(name, received=count) for name, count in sizes.items()]
    assert ranking.withheld(rows, 5) == set(hidden)


@pytest.mark.parametrize(
    ("given", "size"),
    [
        ({}, 0), ({"received": 7}, 7), ({"granted": 2, "denied": 1}, 3),
        ({"received": 9, "granted": 1, "refused": 1, "withdrawn": 1, "stopped": 1}, 4),
        ({"received": 2, "granted": 8}, 2),
    ],
)  # fmt: skip
def test_of_how_many_a_row_speaks(given: dict[str, int], size: int) -> None:
    assert ranking.size(counts(**given)) == size


# Time


@pytest.mark.parametrize(
    ("id", "since", "until", "grain", "months"),
    [
        ("2026", date(2026, 1, 1), date(2027, 1, 1), "month", 12),
        ("2026-Q1", date(2026, 1, 1), date(2026, 4, 1), "month", 3),
        ("2026-Q4", date(2026, 10, 1), date(2027, 1, 1), "month", 3),
        ("2026-12", date(2026, 12, 1), date(2027, 1, 1), "month", 1),
        ("2024-02-29", date(2024, 2, 29), date(2024, 3, 1), "day", 1),
    ],
)
def test_periods(id: str, since: date, until: date, grain: str, months: int) -> None:
    found = periods.period(id)
    assert (found.id, found.since, found.until, found.grain) == (id, since, until, grain)
    assert len(periods.months(found)) == months


@pytest.mark.parametrize(
    "id", ["", "26", "2026-Q5", "2026-13", "2026-02-29", "1999", "2200", "2026-1", "２０２６"]
)
def test_what_is_no_period(id: str) -> None:
    with pytest.raises(Invalid):
        periods.period(id)


def test_what_a_reader_is_offered_begins_with_this_year_and_ends_a_year_ago() -> None:
    assert periods.choices(date(2026, 2, 10)) == [
        "2026", "2025", "2026-Q1", "2026-02", "2026-01", "2025-12", "2025-11", "2025-10", "2025-09",
        "2025-08", "2025-07", "2025-06", "2025-05", "2025-04", "2025-03",
    ]  # fmt: skip


# Figures and points

SHARE = {"of": ["early", "on_time"], "among": ["answered"]}
IN_TIME = {"early": 3, "on_time": 3, "late": 2, "granted": 7, "denied": 1}
RATED = {"of": ["rated_3", "rated_4"], "among": ["rated"]}


@pytest.mark.parametrize(
    ("given", "said", "value", "points"),
    [
        ({"share": SHARE}, IN_TIME, 0.75, None),
        ({"share": SHARE, "points_max": 20}, IN_TIME, 0.75, 15.0),
        ({"share": SHARE}, {}, None, None),
        ({"mean": {"weights": {"early": 2, "on_time": 1}, "among": ["answered"]}, "unit": "points",
          "points_max": 2}, IN_TIME, 1.125, 1.125),
        ({"mean": {"weights": {"answer_seconds": 1}, "among": ["answered"], "per": 3600}},
         {**IN_TIME, "answer_seconds": 57_600}, 2.0, None),
        ({"mean": {"weights": {"paid": 1, "paid_at_counter": -1}, "among": ["paid"]}},
         {"paid": 10, "paid_at_counter": 4}, 0.6, None),
        ({"share": {"of": ["agencies_live"], "among": ["agencies_in_force"]}}, IN_TIME, None, None),
        ({}, IN_TIME, None, None),
    ],
)  # fmt: skip
def test_a_figure(
    given: dict[str, Any], said: dict[str, int], value: float | None, points: float | None
) -> None:
    found = marking.mark(figure(**given), marking.values(counts(**said)), 5)
    assert found.value == pytest.approx(value)
    assert found.points == pytest.approx(points)


@pytest.mark.parametrize(
    ("share", "said", "is_public", "is_told"),
    [
        (SHARE, {"early": 4, "granted": 4}, True, False),
        (SHARE, {"early": 5, "granted": 5}, True, True),
        (SHARE, {"early": 4, "granted": 4}, False, True),
        (RATED, {"rated_4": 4}, False, False),
        (RATED, {"rated_4": 5}, False, True),
    ],
)
def test_of_few_cases_nothing_is_told_and_of_few_voices_not_even_to_leaders(
    share: dict[str, Any], said: dict[str, int], is_public: bool, is_told: bool
) -> None:
    found = marking.mark(figure(share=share), marking.values(counts(**said)), 5, is_public)
    assert (found.value is not None) == is_told


BANDS = [
    {"points": 2, "all": [
        {"share": {"of": ["received_online"], "among": ["received"]}, "at_least": 0.3},
        {"share": {"of": ["late"], "among": ["answered"]}, "at_most": 0},
    ]},
    {"points": 1, "all": [
        {"share": {"of": ["received_online"], "among": ["received"]}, "at_least": 0.15}]},
]  # fmt: skip


@pytest.mark.parametrize(
    ("online", "late", "answered", "points"),
    [(30, 0, 9, 2.0), (30, 1, 9, 1.0), (15, 0, 9, 1.0), (14, 0, 9, 0.0), (30, 0, 0, None)],
)
def test_bands(online: int, late: int, answered: int, points: float | None) -> None:
    said = counts(received=100, received_online=online, late=late, granted=answered)
    found = marking.mark(figure(bands=BANDS, points_max=2), marking.values(said))
    assert (found.value, found.points) == (points, points)


def test_an_index_counts_what_is_known_and_is_named_only_when_all_of_it_is() -> None:
    text = {"vi": "Tên", "en": "Name"}
    known = {"id": "in_time", "name": text, "share": SHARE, "points_max": 10}
    unknown = {"id": "publicity", "name": text, "points_max": 2}
    told = {
        "id": "index", "name": text, "source": "invented",
        "grades": [{"at_least": 7, "name": text}],
        "groups": [{"id": "all", "name": text, "points_max": 12, "figures": [known, unknown]}],
    }  # fmt: skip
    values = marking.values(counts(**IN_TIME))
    found = marking.score(msgspec.convert(told, Framework), values, 5)
    assert (found.points, found.reachable, found.grade) == (7.5, 10.0, None)
    told["groups"] = [{"id": "all", "name": text, "points_max": 10, "figures": [known]}]
    found = marking.score(msgspec.convert(told, Framework), values, 5)
    assert (found.points, found.reachable, found.grade is None) == (7.5, 10.0, False)


def test_columns_stand_to_one_scale() -> None:
    one, two = charts.bars([("1", 100, 50), ("2", 25, 0)])
    assert (one.y, one.height, one.part_y, one.part_height) == (0.0, 156.0, 78.0, 78.0)
    assert (two.y, two.height, two.part_height) == (117.0, 39.0, 0.0)
    assert (one.x, two.x, one.width) == (48.0, 368.0, 224.0)
    assert charts.bars([]) == []


# What a pack may not say


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("ranked: on_time", "ranked: nobody", "no share 'nobody'"),
        ("ranked: on_time", "ranked: cost", "no share 'cost'"),
        ("{of: [early, on_time], among: [answered]}\n    cases", "{of: [luck], among: [answered]}\n"
         "    cases", "nothing counts 'luck'"),
        ("  - id: cost", "  - id: answer_hours", "'answer_hours' twice"),
        ("points_max: 10\n        figures", "points_max: 9\n        figures",
         "its figures give more points than it has"),
        ("    unit: hours", "    share: {of: [late], among: [answered]}\n    unit: hours",
         "more than one way to count it"),
    ],
)  # fmt: skip
def test_a_fault_of_the_pack_is_told(tmp_path: Path, old: str, new: str, said: str) -> None:
    folder = tmp_path / "sample"
    shutil.copytree(SAMPLE, folder)
    file = folder / "score.yaml"
    text = file.read_text("utf-8")
    assert len(re.findall(re.escape(old), text)) == 1
    file.write_text(text.replace(old, new), "utf-8")
    pack = Pack.read(folder)
    assert [fault.what for fault in marking.score_faults(pack, Where(pack))] == [said]


@pytest.mark.parametrize("name", ["sample", "vietnam", "hanoi"])
def test_the_packs_have_none(name: str) -> None:
    pack = Pack.read(SAMPLE.parent / name)
    assert not list(marking.score_faults(pack, Where(pack)))
