"""Lines of a file become rows; bad ones are told by their number and stop nobody else."""

import re
from collections.abc import Iterable, Iterator

import msgspec
from msgspec import Struct

from motcua.base.text import nfc
from motcua.cases.model.catalogue import CODE, Row, Unread

LINE_BYTES_MAX = 2 * 2**20
"""Fifteen times the longest row of July 2026."""
ROWS_MAX = 50_000

_CODE = re.compile(CODE)


class Given(Struct, frozen=True):
    """A row and the line that it came in, as it will be kept."""

    row: Row
    raw: dict[str, object]


def rows_of(lines: Iterable[bytes], faults: list[Unread]) -> Iterator[Given]:
    """Every sound row, each code once: the first. What is wrong goes to `faults`."""
    seen: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
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
        return Given(msgspec.convert(raw, Row), raw)
    except msgspec.ValidationError as error:
        faults.append(Unread(code, where, str(error)[:200], "row.wrong_form"))
        return None


def _cleaned(value: object) -> object:
    """One spelling for every letter; no NUL, which the database refuses, and no half characters."""
    if isinstance(value, str):
        text = nfc(value).replace("\x00", "").replace("\r\n", "\n").replace("\xa0", " ")
        return text if text.isascii() else text.encode("utf-8", "ignore").decode()
    if isinstance(value, dict):
        return {str(_cleaned(k)): _cleaned(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_cleaned(one) for one in value]
    return value


def _start(line: bytes) -> str:
    return line[:60].decode("utf-8", "replace").strip()
