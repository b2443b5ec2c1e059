"""The city's calendar as a pack writes it down: rest days, office hours, cut-off hour."""

import datetime as dt
from typing import Annotated, ClassVar, Literal

from msgspec import Meta, Struct

from motcua.base.text import Text

Clock = Annotated[
    str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", description="Time of day, 08:00.")
]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class _Strict(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    pass


class Year(_Strict, frozen=True, kw_only=True):
    """A year whose days off are all listed. No deadline reaches outside the listed years.

    `verified: false` while the government has not yet published that year's days off.
    """

    year: Annotated[int, Meta(ge=2000, le=2100)]
    verified: bool = True
    source: str | None = None


class OfficeHours(_Strict, frozen=True, kw_only=True):
    """Hours of work from a date on. A case keeps those of the day it was received."""

    valid_from: dt.date
    office_hours: Annotated[tuple[tuple[Clock, Clock], ...], Meta(min_length=1, max_length=4)]
    """Opening and closing, in order: [["08:00", "12:00"], ["13:30", "17:30"]]."""
    cut_off: Clock
    """For procedures that say so, what is received at or after it starts the next working day."""
    verified: bool = True
    source: str | None = None


class Day(_Strict, frozen=True, kw_only=True):
    """A day unlike its weekday: a holiday (`working: false`) or a make-up day (`working: true`)."""

    date: dt.date
    working: bool
    name: Text
    source: str | None = None


class PackCalendar(_Strict, frozen=True, kw_only=True):
    GROWS: ClassVar[tuple[str, ...]] = ("days",)
    """A city adds its own days to the country's."""

    time_zone: str
    """An IANA name."""
    weekly_rest: tuple[Weekday, ...] = ("sat", "sun")
    hours: Annotated[tuple[OfficeHours, ...], Meta(min_length=1)]
    years: Annotated[tuple[Year, ...], Meta(min_length=1)]
    days: tuple[Day, ...] = ()
    verified: bool = True
