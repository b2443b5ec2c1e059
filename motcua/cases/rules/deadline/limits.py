"""A time limit as packs write it: a number and a unit."""

import re
from functools import lru_cache
from typing import Literal

import msgspec

from motcua.base.errors import Invalid

_LIMIT = re.compile(
    r"(?P<value>[1-9][0-9]{0,3})(?P<unit>wd|wh|d|h|m)"
    r"|(?P<halves>(?:0|[1-9][0-9]{0,3})\.5)wd"
    r"|1sd",
    re.ASCII,
)

Unit = Literal["wd", "wh", "sd", "d", "h", "m"]
OFFICE_TIME: frozenset[Unit] = frozenset(("wd", "wh", "sd"))
"""Units that run only while offices are open; the others run day and night."""


class Limit(msgspec.Struct, frozen=True):
    """`wd` working days (`1.5`: and half a day), `wh` office hours, `sd` the same working day,
    `d` calendar days, `h` hours of the clock, `m` months."""

    value: int | float
    unit: Unit


@lru_cache(maxsize=1024)
def read_limit(text: str) -> Limit:
    found = _LIMIT.fullmatch(text)
    if not found:
        raise Invalid("limit.unreadable")
    if found["halves"]:
        return Limit(float(found["halves"]), "wd")
    if found["unit"] is None:
        return Limit(1, "sd")
    return msgspec.convert({"value": int(found["value"]), "unit": found["unit"]}, Limit)
