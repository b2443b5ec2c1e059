"""Which letters papers can print, so that a name is questioned when typed and not when signed."""

import struct
import unicodedata
from functools import cache
from pathlib import Path

from motcua.documents.model import FONTS

_FAMILIES = ("BeVietnamPro-Regular.ttf", "NotoSans-Regular.ttf")
_SPACES = frozenset("\n\r\t")


def unprintable(text: str) -> set[str]:
    """The characters of `text` for which no paper has a letter; empty for all but exotic input."""
    return set(unicodedata.normalize("NFC", text)) - _printable()


@cache
def _printable() -> frozenset[str]:
    codes = set().union(*(_characters(FONTS / name) for name in _FAMILIES))
    return frozenset(map(chr, codes)) | _SPACES


def _characters(font: Path) -> set[int]:
    """The character table (cmap, format 4) of a TrueType font; both our families have one."""
    data = font.read_bytes()
    count = struct.unpack_from(">H", data, 4)[0]
    tables = {data[at : at + 4]: at for at in range(12, 12 + 16 * count, 16)}
    cmap = struct.unpack_from(">I", data, tables[b"cmap"] + 8)[0]
    for at in range(cmap + 4, cmap + 4 + 8 * struct.unpack_from(">H", data, cmap + 2)[0], 8):
        table = cmap + struct.unpack_from(">I", data, at + 4)[0]
        if struct.unpack_from(">H", data, table)[0] == 4:
            return _segments(data, table)
    raise ValueError(f"{font.name} has no character table of format 4")


def _segments(data: bytes, table: int) -> set[int]:
    count = struct.unpack_from(">H", data, table + 6)[0] // 2
    ends = struct.unpack_from(f">{count}H", data, table + 14)
    starts = struct.unpack_from(f">{count}H", data, table + 16 + 2 * count)
    deltas = struct.unpack_from(f">{count}h", data, table + 16 + 4 * count)
    ranges_at = table + 16 + 6 * count
    found = set()
    for i, (start, end) in enumerate(zip(starts, ends, strict=True)):
        offset = struct.unpack_from(">H", data, ranges_at + 2 * i)[0]
        for code in range(start, min(end, 0xFFFE) + 1):
            glyph = code
            if offset:
                glyph = struct.unpack_from(
                    ">H", data, ranges_at + 2 * i + offset + 2 * (code - start)
                )[0]
                if glyph == 0:
                    continue
            if (glyph + deltas[i]) & 0xFFFF:
                found.add(code)
    return found
