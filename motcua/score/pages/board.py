"""A page of figures put together: rows that lead further down, drawings, what may be chosen."""

from msgspec import Struct

from motcua.base.text import Text
from motcua.db import City, Read
from motcua.score import actions
from motcua.score.actions import Called, Told
from motcua.score.model import Asked, By, Counts, Named, Ranked
from motcua.score.rules import charts
from motcua.score.rules.charts import Bar
from motcua.score.rules.periods import period

FURTHER: dict[By, By] = {
    "agency": "procedure", "commune": "procedure", "field": "agency", "procedure": "agency",
}  # fmt: skip
"""By what the rows are cut next, once one of them is chosen."""


class Row(Struct, frozen=True):
    """One line of the table. `address` leads on into it; `narrowed`: the same as a query."""

    name: Text
    counts: Counts
    rank: Ranked | None
    overdue: int
    address: str
    narrowed: str


class Chosen(Struct, frozen=True):
    """What a reader narrowed the figures to, by name, and where it is taken back."""

    by: str
    name: Text
    without: str


class Board(Struct, frozen=True):
    """All that both pages of figures show."""

    told: Told
    rows: list[Row]
    months: list[Bar]
    chosen: list[Chosen]
    steps: list[Called]
    waiting: list[Named]
    asked_again: list[Called]
    periods: list[str]
    fields: list[Text]
    ways: list[str]
    """By what the rows may be cut."""
    base: str
    query: str
    """What is asked, as an address says it."""


async def board(db: Read, asked: Asked, base: str, is_public: bool) -> Board:
    city, told = db.city, await actions.tell(db, asked, is_public)
    floor = actions.pack_of(city).floor if is_public else 1
    fields = await actions.called(db, asked, "asked_field", floor)
    papers = await actions.called(db, asked, "asked_document", floor)
    return Board(
        told=told,
        rows=[_row(city, told, row, base) for row in told.rows],
        months=charts.bars(await _months(db, asked, is_public)),
        chosen=_chosen(city, asked, base),
        steps=await actions.called(db, asked, "step", floor),
        waiting=[one for one in await actions.named(db, asked, "waiting") if one.count >= floor],
        asked_again=[*fields, *papers],
        periods=actions.choices(city),
        fields=actions.fields(city),
        ways=["agency", "commune", "field", "procedure", "period"],
        base=base,
        query=actions.query_of(asked),
    )  # fmt: skip


def _chosen(city: City, asked: Asked, base: str) -> list[Chosen]:
    found = []
    for name in actions.NARROWED:
        if value := getattr(asked, name):
            without = f"{base}?{actions.query_of(asked, **{name: ''})}"
            found.append(Chosen(name, actions.name_of(city, name, value), without))
    return found


def _row(city: City, told: Told, row: Counts, base: str) -> Row:
    asked = told.asked
    changed: dict[str, str] = {asked.by: row.name}
    if asked.by == "period":
        changed = {"period": row.name if asked.period.grain == "day" else row.name[:7]}
    narrowed = actions.query_of(asked, **changed)
    following: dict[str, str] = {**changed, "by": FURTHER.get(asked.by, "agency")}
    ranks = {one.name: one for one in told.ranks}
    late = told.overdue.get(row.name, 0) if asked.by == "agency" else 0
    return Row(
        actions.name_of(city, asked.by, row.name), row, ranks.get(row.name), late,
        f"{base}?{actions.query_of(asked, **following)}", narrowed,
    )  # fmt: skip


async def _months(db: Read, asked: Asked, is_public: bool) -> list[tuple[str, int, int]]:
    """Of the year of the period: answers, and how many of them were in time."""
    year = Asked(
        period=period(asked.period.id[:4]), by="period", agency=asked.agency,
        commune=asked.commune, field=asked.field, procedure=asked.procedure,
    )  # fmt: skip
    floor = actions.pack_of(db.city).floor if is_public else 0
    rows = {row.name[:7]: row for row in await actions.by(db, year)}
    found = []
    for month in range(1, 13):
        row = rows.get(f"{year.period.id}-{month:02}")
        answers = row.granted + row.denied if row else 0
        in_time = row.early + row.on_time if row else 0
        is_told = answers >= floor
        found.append((str(month), answers if is_told else 0, in_time if is_told else 0))
    return found
