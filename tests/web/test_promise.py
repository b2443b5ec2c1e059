"""The line is drawn to scale, from 1.5 % of the width at filing to 98.5 % at its end."""

import re

from motcua.web.promise import Promise, promise_hair, promise_line, sentence
from tests.web.trial import DAY, FILED, ZONE, promise


def x(kind: str, drawn: str) -> list[tuple[float, float]]:
    pattern = rf'class="promise__{kind}" x1="([\d.]+)%" x2="([\d.]+)%"'
    return [(float(a), float(b)) for a, b in re.findall(pattern, drawn)]


def test_three_of_ten_days_are_three_tenths_of_the_line():
    drawn = promise_line(promise(), "vi", ZONE)
    assert x("way", drawn) == [(1.5, 98.5)]
    assert x("past", drawn) == [(1.5, 30.6)]  # 1.5 + 97 * 0.3
    assert x("mark", drawn) == [(98.5, 98.5)]
    assert '<rect class="promise__rest" x="45.15%" width="19.4%"' in drawn  # 4.5 of 10, 2 wide
    assert not x("over", drawn)


def test_a_late_line_goes_on_past_its_promise():
    drawn = promise_line(promise("late"), "vi", ZONE)
    assert x("mark", drawn) == [(82.33, 82.33)]  # 1.5 + 97 * 10 / 12
    assert x("over", drawn) == [(82.33, 98.5)]
    assert "Đã quá hẹn." in drawn


def test_a_pause_is_dashed_and_told():
    drawn = promise_hair(promise("paused"), "vi", ZONE)
    assert x("pause", drawn) == [(30.6, 59.7)]
    assert "Đồng hồ đang dừng" in drawn


def test_the_sentence_says_when_it_was_filed_promised_and_answered():
    assert sentence(promise("done"), "en", ZONE) == (
        "Filed at 09:12 on Monday 23 November. Answer promised by 09:12 on Thursday 3 December. "
        "Answered at 09:12 on Tuesday 1 December."
    )


def test_the_table_says_the_same_as_the_line():
    table = promise_line(promise("paused"), "en", ZONE).partition("<tbody>")[2]
    assert re.findall(r'scope="row">([^<]+)<', table) == [
        "Filed", "Clock stopped", "Now", "Promised",
    ]  # fmt: skip
    assert 'datetime="2026-12-03T09:12+07:00"' in table


def test_a_hostile_stage_stays_text():
    hostile = Promise(filed=FILED, due=FILED + DAY, now=FILED, stage='"><script>')
    assert "<script>" not in promise_line(hostile, "vi", ZONE)


def test_a_promise_kept_in_its_first_second_is_still_a_line():
    drawn = promise_line(Promise(filed=FILED, due=FILED, now=FILED), "vi", ZONE)
    assert x("way", drawn) == [(1.5, 1.5)]
