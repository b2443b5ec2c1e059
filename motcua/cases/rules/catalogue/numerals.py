"""Numbers spelled out: `mười lăm`, `một trăm linh năm`, `ba triệu năm trăm nghìn`."""

from collections.abc import Mapping
from decimal import Decimal

from motcua.cases.model.catalogue import Numerals

_ABOVE = 1000
"""Above whatever a digit is multiplied with."""


def spelled(words: Numerals, text: str, thousands: Mapping[str, int]) -> Decimal | None:
    """The number that the words say; None where they are no number, as `two three` is none."""
    total, smallest, part = 0, max(thousands.values(), default=1) + 1, list[str]()
    for token in text.lower().split():
        if token not in thousands:
            part.append(token)
            continue
        below = _below_thousand(words, part)
        if below is None or thousands[token] >= smallest:
            return None
        smallest, part = thousands[token], []
        total += below * smallest
    if not part:
        return Decimal(total) if total else None
    below = _below_thousand(words, part)
    return None if below is None else Decimal(total + below)


def _below_thousand(words: Numerals, tokens: list[str]) -> int | None:
    """Hundreds, then tens, then units, none twice."""
    value, scale, is_bridged = 0, _ABOVE, False
    rest = list(tokens)
    while rest:
        token = rest.pop(0)
        if token in words.between and scale == 100 and rest:
            is_bridged = True
            continue
        digit = words.digits.get(token) or (scale == 10 and words.behind_ten.get(token))
        if not digit:
            return None
        times: int = words.times[rest.pop(0)] if rest and rest[0] in words.times else 1
        if digit == 10:
            digit, times = 1, 10 * times
        # `A hundred five` is no number: it may be short for a hundred and fifty.
        if times >= scale or (times == 1 and scale == 100 and not is_bridged):
            return None
        value, scale = value + digit * times, times
    return value or None
