"""Money, numbers and time as a reader of this language writes them, in the city's own zone."""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_decimal, get_currency_precision, get_currency_symbol

from motcua.web.language import Language

SPACE = "\N{NO-BREAK SPACE}"


@lru_cache(4096)
def _date(on: date, pattern: str, language: Language) -> str:
    """A city writes the same few days over and over."""
    return format_date(on, pattern, locale=language)


def number(value: int | float | Decimal, language: Language) -> str:
    return format_decimal(value, locale=language)


def money(amount: int, currency: str, language: Language) -> str:
    """`205.000 đ`, `5,50 €` for 550 cents; the sign behind, đ on a screen where the bank says ₫."""
    sign, digits = get_currency_symbol(currency, locale=language), get_currency_precision(currency)
    pattern = "#,##0." + "0" * digits if digits else "#,##0"
    said = format_decimal(Decimal(amount).scaleb(-digits), pattern, locale=language)
    return f"{said}{SPACE}{'đ' if sign == '₫' else sign}"


def day(value: date | datetime, language: Language, zone: ZoneInfo, today: date) -> str:
    """`thứ Năm 3/12`, `Thursday 3 December`; the year is said when it is another one."""
    on = value.astimezone(zone).date() if isinstance(value, datetime) else value
    pattern = "EEEE d/M" if language == "vi" else "EEEE d MMMM"
    if on.year != today.year:
        pattern = "d/M/y" if language == "vi" else "d MMMM y"
    said = _date(on, pattern, language)
    return said[0].lower() + said[1:] if language == "vi" else said


def short_day(value: date | datetime, language: Language, zone: ZoneInfo) -> str:
    """`3/12`, `3 Dec`: for labels where room is short and the year is plain."""
    on = value.astimezone(zone).date() if isinstance(value, datetime) else value
    return _date(on, "d/M" if language == "vi" else "d MMM", language)


def full_day(value: date | datetime, language: Language, zone: ZoneInfo) -> str:
    """`03/12/2026`, `3 December 2026`: as papers write it."""
    on = value.astimezone(zone).date() if isinstance(value, datetime) else value
    return _date(on, "dd/MM/y" if language == "vi" else "d MMMM y", language)


def written_day(iso: str, language: Language) -> str:
    """`2026-12-03` as `03/12/2026`, `2004-09` as `09/2004`; what is no date stays as it is."""
    try:
        if len(iso) == 7:
            month = date.fromisoformat(f"{iso}-01")
            return _date(month, "MM/y" if language == "vi" else "MMMM y", language)
        on = date.fromisoformat(iso)
    except ValueError:
        return iso
    return _date(on, "dd/MM/y" if language == "vi" else "d MMMM y", language)


def clock(value: datetime, zone: ZoneInfo) -> str:
    return value.astimezone(zone).strftime("%H:%M")


def moment(value: datetime, language: Language, zone: ZoneInfo, now: datetime) -> str:
    """`16:30 hôm nay`, `16:30 thứ Năm 3/12`, `16:30 on Thursday 3 December`."""
    today = now.astimezone(zone).date()
    near = {-1: ("hôm qua", "yesterday"), 0: ("hôm nay", "today"), 1: ("ngày mai", "tomorrow")}
    away = (value.astimezone(zone).date() - today).days
    if away in near:
        return f"{clock(value, zone)} {near[away][language == 'en']}"
    on = day(value, language, zone, today)
    return f"{clock(value, zone)} {on}" if language == "vi" else f"{clock(value, zone)} on {on}"
