from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from motcua.web import figures

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
NOW = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)  # 01:30 on the 24th in the city


def test_money_and_numbers_are_written_as_the_language_does():
    assert figures.money(205000, "VND", "vi") == "205.000\N{NO-BREAK SPACE}đ"
    assert figures.money(205000, "VND", "en") == "205,000\N{NO-BREAK SPACE}đ"
    # Euros are counted in cents (ISO 4217).
    assert figures.money(123450, "EUR", "vi") == "1.234,50\N{NO-BREAK SPACE}€"
    assert figures.number(52.39, "vi") == "52,39"
    assert figures.number(52.39, "en") == "52.39"


def test_a_day_is_named_by_its_weekday_and_by_its_year_when_that_is_another():
    today = date(2026, 11, 24)
    assert figures.day(date(2026, 12, 3), "vi", ZONE, today) == "thứ Năm 3/12"
    assert figures.day(date(2026, 12, 3), "en", ZONE, today) == "Thursday 3 December"
    assert figures.day(date(2025, 12, 3), "vi", ZONE, today) == "3/12/2025"


def test_a_moment_is_told_in_the_citys_zone():
    at = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    assert figures.moment(at, "vi", ZONE, NOW) == "16:30 hôm nay"
    assert figures.moment(at, "en", ZONE, NOW) == "16:30 today"
    later = datetime(2026, 12, 3, 9, 30, tzinfo=UTC)
    assert figures.moment(later, "vi", ZONE, NOW) == "16:30 thứ Năm 3/12"
    assert figures.moment(later, "en", ZONE, NOW) == "16:30 on Thursday 3 December"


def test_what_is_no_date_stays_as_typed():
    assert figures.written_day("2004-09", "vi") == "09/2004"
    assert figures.written_day("1990-03-27", "en") == "27 March 1990"
    assert figures.written_day("1990-31-27", "vi") == "1990-31-27"
