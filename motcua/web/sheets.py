"""Tables that leave the house: a workbook for spreadsheets, lines for programs."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from io import BytesIO, StringIO
from typing import Any, Literal

from msgspec import Struct
from xlsxwriter import Workbook

Cell = str | int | float | date | datetime | None
Row = Sequence[Cell]

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
BOM = b"\xef\xbb\xbf"
"""Without it a spreadsheet takes the letters of UTF-8 for those of another alphabet."""

_ACTING = ("=", "+", "-", "@", "\t", "\r")
"""What a cell begins with that a spreadsheet would carry out instead of showing it."""
_FORMATS = {"text": "@", "number": "#,##0.##", "day": "dd/mm/yyyy", "moment": "dd/mm/yyyy hh:mm"}
_TITLE_LENGTH_MAX = 31
_BANNED_IN_TITLE = str.maketrans("[]:*?/\\", "       ")


class Column(Struct, frozen=True):
    title: str
    kind: Literal["text", "number", "day", "moment"] = "text"
    width: int = 18
    """In letters."""


class Sheet:
    """One table as XLSX. Rows may come in any number of batches: what was added is not kept in
    memory. A text stays a text, whatever it begins with."""

    def __init__(self, title: str, columns: Sequence[Column]) -> None:
        self._out = BytesIO()
        # Never a formula, never a link: what people wrote does nothing here.
        self._book = Workbook(self._out, {
            "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
            "strings_to_numbers": False,
        })  # fmt: skip
        name = title.translate(_BANNED_IN_TITLE).strip(" '")[:_TITLE_LENGTH_MAX]
        self._sheet = self._book.add_worksheet(name)
        self._formats = [self._book.add_format({"num_format": _FORMATS[c.kind]}) for c in columns]
        self._next = 1
        head = self._book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        for place, column in enumerate(columns):
            self._sheet.set_column(place, place, column.width)
            self._sheet.write_string(0, place, column.title, head)
        self._sheet.freeze_panes(1, 0)
        self._sheet.repeat_rows(0)
        self._sheet.set_landscape()

    def add(self, rows: Iterable[Row]) -> None:
        for row in rows:
            for place, cell in enumerate(row):
                self._write(place, cell)
            self._next += 1

    def _write(self, place: int, cell: Cell) -> None:
        style = self._formats[place]
        if isinstance(cell, datetime):
            # A workbook knows no zones: the hour stands there as it was given.
            self._sheet.write_datetime(self._next, place, cell.replace(tzinfo=None), style)
        elif isinstance(cell, date):
            self._sheet.write_datetime(self._next, place, cell, style)
        elif isinstance(cell, int | float):
            self._sheet.write_number(self._next, place, cell, style)
        elif cell is not None:
            self._sheet.write_string(self._next, place, cell, style)

    def done(self) -> bytes:
        self._book.close()
        return self._out.getvalue()


def csv_lines(rows: Iterable[Row]) -> bytes:
    """Lines by RFC 4180. `BOM` goes before the first; a text that a spreadsheet would carry out
    has an apostrophe before it."""
    out = StringIO()
    csv.writer(out).writerows([_plain(cell) for cell in row] for row in rows)
    return out.getvalue().encode()


def _plain(cell: Cell) -> Any:
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(_ACTING) else cell
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="minutes")
    return cell
