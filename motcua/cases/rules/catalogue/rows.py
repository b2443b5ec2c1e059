"""Lines of a file become rows; bad ones are told by their number and stop nobody else."""

import html
import re
from collections.abc import Iterable, Iterator

import msgspec
from msgspec import Struct

from motcua.base.text import nfc
from motcua.cases.model.catalogue import CODE, TEXT_LENGTH_MAX, Row, Unread

LINE_BYTES_MAX = 2 * 2**20
"""Fifteen times the longest row of July 2026."""
ROWS_MAX = 50_000

_BOM = b"\xef\xbb\xbf"
_ALWAYS = ("ma_thu_tuc", "ten_thu_tuc")
_CODE = re.compile(CODE)
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}|#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6});")
_SPACE = re.compile("[\t\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_INVISIBLE = re.compile("[\x00-\x08\xad\u200b-\u200f\u2060\ufeff]")


class Given(Struct, frozen=True):
    """A row and the line that it came in, as it will be kept."""

    row: Row
    raw: dict[str, object]


def rows_of(lines: Iterable[bytes], faults: list[Unread]) -> Iterator[Given]:
    """Every sound row, each code once: the first. What is wrong goes to `faults`."""
    seen: dict[str, int] = {}
    for number, given in enumerate(lines, 1):
        line = given.removeprefix(_BOM) if number == 1 else given
        if not line.strip():
            continue
        where = f"line {number}"
        if len(line) > LINE_BYTES_MAX:
            faults.append(Unread("", where, "", "row.too_long"))
            continue
        if len(seen) >= ROWS_MAX:
            faults.append(Unread("", where, "", "row.too_many"))
            return
        found = _row(line, where, faults)
        if found is None:
            continue
        code = found.row.ma_thu_tuc
        if code in seen:
            faults.append(Unread(code, where, f"line {seen[code]}", "row.twice"))
            continue
        seen[code] = number
        yield found


def _row(line: bytes, where: str, faults: list[Unread]) -> Given | None:
    try:
        raw = _cleaned(msgspec.json.decode(line))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        faults.append(Unread("", where, _start(line), "row.not_json"))
        return None
    if not isinstance(raw, dict):
        faults.append(Unread("", where, _start(line), "row.not_an_object"))
        return None
    code = raw.get("ma_thu_tuc")
    if not isinstance(code, str) or not _CODE.search(code):
        faults.append(Unread("", where, str(code or "")[:60], "row.no_code"))
        return None
    try:
        return Given(msgspec.convert(_cells(raw, code, faults), Row), raw)
    except msgspec.ValidationError as error:
        faults.append(Unread(code, where, str(error)[:200], "row.wrong_form"))
        return None


def _cells(raw: dict[str, object], code: str, faults: list[Unread]) -> dict[str, object]:
    """The row without the cells that are no text, or too much of it: they alone are not read. Those
    that every row has stay, and refuse it."""
    cells: dict[str, object] = {}
    for name in Row.__struct_fields__:
        cell = raw.get(name)
        if name in _ALWAYS or (isinstance(cell, str) and len(cell) <= TEXT_LENGTH_MAX):
            cells[name] = cell
        elif cell is not None:
            why = "cell.too_long" if isinstance(cell, str) else "cell.not_text"
            faults.append(Unread(code, name, str(cell)[:200], why))
    return cells


def _cleaned(value: object) -> object:
    """One spelling for every letter and space; nothing that nobody sees, no half characters."""
    if isinstance(value, str):
        text = _ENTITY.sub(lambda found: html.unescape(found[0]), value) if "&" in value else value
        text = nfc(text).replace("\r\n", "\n")
        if not text.isprintable():
            text = _SPACE.sub(" ", _INVISIBLE.sub("", text))
        return text if text.isascii() else text.encode("utf-8", "ignore").decode()
    if isinstance(value, dict):
        return {str(_cleaned(k)): _cleaned(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_cleaned(one) for one in value]
    return value


def _start(line: bytes) -> str:
    return line[:60].decode("utf-8", "replace").strip()
