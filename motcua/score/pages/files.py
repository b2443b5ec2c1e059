"""The figures of a page as a file: lines for programs, a workbook, a paper."""

from typing import Any

from litestar import Request, Response

from motcua import documents
from motcua.db import City
from motcua.score.model import Marked
from motcua.score.pages.board import Board, Row
from motcua.web import figures, language_of
from motcua.web.files import safely
from motcua.web.language import Language, Words, words
from motcua.web.sheets import BOM, CSV, XLSX, Cell, Column, Sheet, csv_lines

NAMES = ("figures.csv", "figures.xlsx", "figures.pdf")
PRINTED_MAX = 300
TITLES = (
    "Name", "Received", "On line", "Answered", "Before the day", "On the day", "Late", "In time, %",
    "From, %", "To, %", "Ranks from", "Ranks to", "Had to be added to", "Refused", "Withdrawn",
    "Stopped", "Fees paid", "Overdue now",
)  # fmt: skip


async def file(
    city: City, request: Request[Any, Any, Any], board: Board, name: str
) -> Response[bytes]:
    language = language_of(request)
    say = words(language)
    titles = [say.pgettext("score", title) for title in TITLES]
    rows = [_line(row, language) for row in board.rows]
    called = safely(f"{board.told.asked.period.id}-{name}")
    if name.endswith(".csv"):
        body, kind = BOM + csv_lines([titles, *rows]), CSV
    elif name.endswith(".xlsx"):
        sheet = Sheet(say.gettext("How the city keeps its word"), _columns(titles))
        sheet.add(rows)
        body, kind = sheet.done(), XLSX
    else:
        facts = _facts(city, board, say, titles, rows)
        body, kind = await documents.hand_out(city, "score.typ", facts, None), "application/pdf"
    return Response(body, media_type=kind, headers=called)


def _columns(titles: list[str]) -> list[Column]:
    return [Column(titles[0], "text", 44), *(Column(title, "number", 14) for title in titles[1:])]


def _line(row: Row, language: Language) -> list[Cell]:
    one, rank = row.counts, row.rank
    shares = [rank.value, rank.low, rank.high] if rank else [None] * 3
    return [
        row.name.within(language), one.received, one.received_online, one.granted + one.denied,
        one.early, one.on_time, one.late,
        *(None if share is None else round(share * 100, 1) for share in shares),
        rank.first if rank else None, rank.last if rank else None,
        one.supplemented, one.refused, one.withdrawn, one.stopped, one.paid_amount, row.overdue,
    ]  # fmt: skip


def _facts(
    city: City, board: Board, say: Words, titles: list[str], rows: list[list[Cell]]
) -> dict[str, Any]:
    """As the paper tells them: tiles, the table with the columns that fit, the index."""
    language, told = say.language, board.told
    columns = [0, 1, 3, 7, 8, 9, 6, 17]
    scores = [
        {
            "name": one.framework.name.within(language),
            "points": figures.number(round(one.points, 1), language),
            "reachable": figures.number(round(one.reachable, 1), language),
            "most": figures.number(one.framework.points_max, language),
            "source": one.framework.source,
        }
        for one in told.frameworks
    ]
    return {
        "language": language,
        "title": say.gettext("How the city keeps its word"),
        "city": city.pack.info.name.within(language),
        "period": told.asked.period.id,
        "chosen": [one.name.within(language) for one in board.chosen],
        "at": told.at.isoformat(),
        "tiles": [
            [one.figure.name.within(language), said(one, city, language)] for one in told.tiles
        ],
        "titles": [titles[place] for place in columns],
        "rows": [
            ["" if row[place] is None else _printed(row[place], language) for place in columns]
            for row in rows[:PRINTED_MAX]
        ],
        "scores": scores,
        "reached": say.gettext("of which can be reached by what is counted so far"),
        "unverified": say.gettext("not verified"),
        "verify_url": f"{city.settings.public_url}/dashboard/public?period={told.asked.period.id}",
    }


def _printed(cell: Cell, language: Language) -> str:
    return figures.number(cell, language) if isinstance(cell, int | float) else str(cell)


def said(one: Marked, city: City, language: Language) -> str:
    """The value of a figure with its unit; a dash where there is none."""
    if one.value is None:
        return "–"
    if one.figure.unit == "share":
        return f"{figures.number(round(one.value * 100, 1), language)} %"
    if one.figure.unit == "money":
        return figures.money(round(one.value), city.pack.info.currency.code, language)
    return figures.number(round(one.value, 2 if one.figure.unit == "points" else 1), language)
