"""What machines see of figures: what the public page shows, and nothing more."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from msgspec import Struct

from motcua.db import City
from motcua.score import actions
from motcua.score.actions import Told
from motcua.score.model import By, Counts, Marked, Ranked, Scored
from motcua.web import language_of
from motcua.web.language import Language

Named = Annotated[str, QueryParameter(max_length=200)]


class FigureView(Struct, frozen=True):
    """`value` is null where there are too few cases, or nothing that counts it yet. A share is
    0–1, money in the smallest unit, time in hours. `points` of `points_max`, where known."""

    id: str
    name: str
    unit: Literal["share", "money", "hours", "points", "number"]
    value: float | None
    among: int
    points: float | None
    points_max: float | None
    verified: bool


class FrameworkView(Struct, frozen=True):
    """`reachable`: how many of its points could be had by what is counted so far."""

    id: str
    name: str
    source: str
    verified: bool
    points: float
    reachable: float
    points_max: float
    figures: list[FigureView]


class RowView(Struct, frozen=True):
    """`in_time` lies between `low` and `high`, nineteen times in twenty; ranks `first` to `last`
    cannot be told apart. Null where nothing was answered."""

    code: str
    name: str
    received: int
    answered: int
    early: int
    on_time: int
    late: int
    in_time: float | None
    low: float | None
    high: float | None
    first: int | None
    last: int | None


class Score(Struct, frozen=True):
    period: str
    since: date
    until: date
    """The first day after it."""
    at: datetime
    by: By
    received: int | None
    answered: int | None
    open: int | None
    """Null where they are too few."""
    figures: list[FigureView]
    frameworks: list[FrameworkView]
    items: list[RowView]
    withheld: int
    """Rows that are not told: of too few cases, or to be worked out from the others."""
    next: None = None


@get("/api/v1/score", opt={"access": "public"})
async def score(
    request: Request[Any, Any, Any],
    city: NamedDependency[City],
    period: Named = "",
    by: Named = "",
    agency: Named = "",
    commune: Named = "",
    field: Named = "",
    procedure: Named = "",
) -> Score:
    """How well the city keeps its word in a year (`2026`), quarter (`2026-Q4`), month (`2026-11`)
    or day, row by row: by `agency`, `commune`, `field`, `procedure` or `period`."""
    given = {
        "period": period, "by": by, "agency": agency, "commune": commune, "field": field,
        "procedure": procedure,
    }  # fmt: skip
    asked = actions.asked_of(city, given)
    async with city.database.nobody() as db:
        told = await actions.tell(db, asked)
    return _score(city, told, language_of(request))


def _score(city: City, told: Told, language: Language) -> Score:
    asked, ranks = told.asked, {one.name: one for one in told.ranks}
    return Score(
        period=asked.period.id, since=asked.period.since, until=asked.period.until, at=told.at,
        by=asked.by, received=_told(told, told.whole.received),
        answered=_told(told, _answered(told.whole)), open=_told(told, told.open),
        figures=[_figure(one, language) for one in told.tiles],
        frameworks=[_framework(one, language) for one in told.frameworks],
        items=[_row(city, asked.by, one, ranks.get(one.name), language) for one in told.rows],
        withheld=told.withheld,
    )  # fmt: skip


def _row(city: City, by: By, one: Counts, rank: Ranked | None, language: Language) -> RowView:
    return RowView(
        code=one.name, name=actions.name_of(city, by, one.name).within(language),
        received=one.received, answered=_answered(one), early=one.early, on_time=one.on_time,
        late=one.late, in_time=rank.value if rank else None, low=rank.low if rank else None,
        high=rank.high if rank else None, first=rank.first if rank else None,
        last=rank.last if rank else None,
    )  # fmt: skip


def _told(told: Told, count: int) -> int | None:
    return None if told.few(count) else count


def _answered(one: Counts) -> int:
    return one.granted + one.denied


def _framework(one: Scored, language: Language) -> FrameworkView:
    known = one.framework
    return FrameworkView(
        id=known.id, name=known.name.within(language), source=known.source,
        verified=known.verified, points=one.points, reachable=one.reachable,
        points_max=known.points_max,
        figures=[_figure(marked, language) for group in one.groups for marked in group.marked],
    )  # fmt: skip


def _figure(one: Marked, language: Language) -> FigureView:
    figure = one.figure
    return FigureView(
        id=figure.id, name=figure.name.within(language), unit=figure.unit, value=one.value,
        among=one.among, points=one.points, points_max=figure.points_max,
        verified=figure.verified,
    )  # fmt: skip


routes: list[Any] = [score]
