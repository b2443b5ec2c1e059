"""The legal basis: titles, each with the number of its text."""

import re

from motcua.cases.model.catalogue import ReadLaw
from motcua.cases.rules.catalogue.grammar import LOWER, UPPER, VOWELS, Grammar, squeezed

FIELD = "can_cu_phap_ly"
LAWS_MAX = 200

_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_WORD_BEGINS = re.compile(rf"[{UPPER}][hgr]{{0,2}}[{VOWELS}]")
"""`Th`, `Ng`, `Qu` and a vowel; not `Tq`, which is the end of a number and a small letter."""


def read_laws(
    grammar: Grammar, cell: str
) -> tuple[tuple[ReadLaw, ...], list[tuple[str, str, str]]]:
    """A number ends its line. The same number inside a title, with words behind it, does not."""
    heading = grammar.words.headings.laws
    if heading not in cell:
        text = squeezed(cell)
        is_said = text and text not in grammar.words.nothing
        return (), [(FIELD, text[:500], "no_table")] if is_said else []
    body = cell.split(heading, 1)[1]
    laws: list[ReadLaw] = []
    start = 0
    while match := grammar.law_number.search(body, start):
        at, end = match.start(), _end(body, match)
        while end < len(body) and not _ends_line(body, end):
            match = grammar.law_number.search(body, end)
            if match is None:
                break
            at, end = match.start(), _end(body, match)
        if match is None:
            break
        at = _begin(body, at)
        laws.append(ReadLaw(title=squeezed(body[start:at]) or body[at:end], number=body[at:end]))
        start = end
    faults = []
    if rest := squeezed(body[start:]):
        laws.append(ReadLaw(title=rest, number=None))
        faults.append((FIELD, rest[:500], "law.no_number"))
    return tuple(laws[:LAWS_MAX]), faults


def _ends_line(body: str, end: int) -> bool:
    """The next title begins right behind; inside a title a space, a comma or the number follows."""
    return not (body[end].isspace() or body[end].isdigit() or body[end] in '.,;:)]/-–”"')


def _end(body: str, match: re.Match[str]) -> int:
    """The last capital may begin the next title: `TT-BTC` and `Thông tư` make `TT-BTCThông tư`."""
    end = match.end()
    is_letter = end < len(body) and body[end] in LOWER
    return end - 1 if is_letter and _WORD_BEGINS.match(body, end - 1) else end


def _begin(body: str, at: int) -> int:
    """A year that ends the title runs into the number: `... of 2011` and `02/2011/...`."""
    is_long = body.index("/", at) - at > 4
    return at + 4 if is_long and _YEAR.match(body, at) else at
