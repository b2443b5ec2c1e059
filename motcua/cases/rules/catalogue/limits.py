"""A time limit: a number and a unit. A number alone stays alone unless the row itself says more."""

import re
from collections.abc import Iterator
from decimal import Decimal

from msgspec import structs

from motcua.base.text import fold
from motcua.cases.model.catalogue import ReadLimit, Unit
from motcua.cases.rules.catalogue.grammar import Grammar, squeezed
from motcua.cases.rules.catalogue.numerals import spelled

QUOTE_LENGTH_MAX = 300
ACT_LENGTH_MAX = 220
DIGITS_MAX = 4
STATED_LENGTH_MAX = 2000
"""What is longer says more than times."""

_UNIT = re.compile(r"[^\W\d_]+(?: [^\W\d_]+){0,2}")
_FIGURES = re.compile(r"[0-9]+(?:[.,][0-9])?")
_SENTENCE = re.compile(r"[^.;\n]+(?:\.(?=[0-9])[^.;\n]+)*")


def read_limits(
    grammar: Grammar, cell: str, remark: str, steps: str
) -> tuple[tuple[ReadLimit, ...], str | None]:
    """The limit, or several by case; and why it was not read if it was not. `remark` stands beside
    it in the table."""
    case = squeezed(remark) or None
    unread = ReadLimit(case=case, text=cell)
    if not cell or cell in grammar.words.nothing:
        return _from_remark(grammar, cell, remark, case), None
    if cell.lower() in grammar.words.limits.none:
        return (unread,), None
    found = grammar.time.fullmatch(cell)
    if not cell.isdigit() and not (found and _is_plain(found[2])):
        read = _in_words(grammar, cell, case)
        return (read, None) if read else ((unread,), "no_number")
    digits = found[1] if found else cell
    if not 0 < len(digits.lstrip("0")) <= DIGITS_MAX:
        return (unread,), "unlikely"
    value = int(digits)
    if found:
        unit = grammar.units.get(fold(found[2]))
        limit = ReadLimit(value=value, unit=unit, case=case, text=cell)
        return (limit,), None if unit else "unknown_unit"
    unit, quote = _unit_said(grammar, value, remark, steps) or (None, None)
    limit = ReadLimit(value=value, unit=unit, case=case, quote=quote, text=cell)
    return (limit,), None if unit else "no_unit"


def _is_plain(unit: str) -> bool:
    """Words and nothing else, and no more of them than a unit has."""
    return bool(_UNIT.fullmatch(unit))


def _in_words(grammar: Grammar, cell: str, case: str | None) -> tuple[ReadLimit, ...]:
    # `15 days (working)`: the unit itself may stand in brackets.
    bare = squeezed(cell.replace("(", " ").replace(")", " "))
    found = grammar.time.fullmatch(bare)
    said = bare if found and fold(found[2]) in grammar.units else cell
    if stated := list(_stated(grammar, said)):
        return tuple(
            structs.replace(limit, case=piece if len(stated) > 1 else case, text=cell)
            for limit, piece in stated
        )
    if _is_same_day(grammar, cell):
        return (ReadLimit(unit="sd", case=case, text=cell),)
    return ()


def _is_same_day(grammar: Grammar, text: str) -> bool:
    """No other stretch of time; `after 15 o'clock` is none."""
    return bool(grammar.same_day.search(text)) and not grammar.mention.search(
        grammar.clock.sub("", text)
    )


def _from_remark(
    grammar: Grammar, cell: str, remark: str, case: str | None
) -> tuple[ReadLimit, ...]:
    """Where the cell is empty, a remark may be the limit and nothing else; or say: the same day."""
    if stated := list(_stated(grammar, remark.strip())):
        return tuple(
            structs.replace(
                limit, case=piece if len(stated) > 1 else case, quote=_quoted(piece), text=cell
            )
            for limit, piece in stated
        )
    if (day := grammar.same_day.search(remark)) and _is_same_day(grammar, remark):
        start = remark.rfind("\n", 0, day.start()) + 1
        return (ReadLimit(unit="sd", case=case, quote=_quoted(remark[start:]), text=cell),)
    return (ReadLimit(case=case, text=cell),)


def _stated(grammar: Grammar, text: str) -> Iterator[tuple[ReadLimit, str]]:
    """The times that the text consists of, each with its words; nothing if it says anything else.
    Several must be told apart by case; the first may be the rule, the others its exceptions."""
    found: list[tuple[ReadLimit, str]] = []
    for piece in _pieces(grammar, text) if len(text) <= STATED_LENGTH_MAX else ():
        match = grammar.stated.fullmatch(piece)
        limit = match and _limit(grammar, match)
        if not match or limit is None:
            return
        before, after = match["case"], match["after"]
        is_case = bool(grammar.cases.search(f"{before or ''} {after}"))
        if (before and not grammar.cases.search(before)) or not _is_alone(grammar, after):
            return
        if found and not is_case:
            return
        found.append((limit, piece))
    yield from found


def _pieces(grammar: Grammar, text: str) -> list[str]:
    """Cut where the next case begins; what states no time belongs to the piece before."""
    cuts = [
        cut.span()
        for cut in grammar.next_case.finditer(text)
        if grammar.mention.search(grammar.clock.sub("", text[cut.end() :].split("\n", 1)[0]))
    ]
    starts, ends = [0, *(end for _, end in cuts)], [*(start for start, _ in cuts), len(text)]
    return [text[start:end].strip() for start, end in zip(starts, ends, strict=True)]


def _limit(grammar: Grammar, match: re.Match[str]) -> ReadLimit | None:
    unit = _unit(grammar, match["unit"])
    value = number_of(grammar, match["number"])
    least = number_of(grammar, match["least"]) if match["least"] else None
    other = _unit(grammar, match["least_unit"]) if match["least_unit"] else None
    is_range = least is not None and value is not None and least < value and other in (None, unit)
    if value is None or (match["least"] and not is_range):
        return None
    return ReadLimit(value=value, least=least, unit=unit)


def _unit(grammar: Grammar, text: str) -> Unit:
    return grammar.units[fold(text.replace("(", " ").replace(")", " "))]


def number_of(grammar: Grammar, text: str) -> int | float | None:
    """The number in figures, in words, or in both if both say the same."""
    outside, _, inside = text.strip().partition("(")
    said = [
        value
        for part in (outside, inside.rstrip(") "))
        if (value := _one_number(grammar, part.strip())) is not None
    ]
    if not said or len({*said}) > 1 or not 0 < said[0] < 10**DIGITS_MAX:
        return None
    return int(said[0]) if said[0] == int(said[0]) else float(said[0])


def _one_number(grammar: Grammar, text: str) -> Decimal | None:
    if text.lower() in grammar.words.numerals.halves:
        return Decimal("0.5")
    if _FIGURES.fullmatch(text):
        return Decimal(text.replace(",", "."))
    return spelled(grammar.words.numerals, text, {}) if text else None


def _is_alone(grammar: Grammar, after: str) -> bool:
    """What follows a limit only says from when it counts, what does not count, or in which case."""
    rest = after.strip(" ,.;")
    while rest.startswith("("):
        inside, _, rest = rest[1:].partition(")")
        if grammar.mention.search(grammar.clock.sub("", inside)):
            return False
        rest = rest.strip(" ,.;")
    if not rest:
        return True
    if grammar.mention.search(grammar.clock.sub("", rest)):
        return False
    if grammar.not_counted.match(rest) or grammar.cases.match(rest):
        return True
    if grammar.other_acts.search(rest):
        return False
    is_counted = grammar.counted_from.match(rest) or rest.startswith("/")
    return bool(is_counted and grammar.papers.search(rest))


def _unit_said(grammar: Grammar, value: int, remark: str, steps: str) -> tuple[Unit, str] | None:
    """The unit that the row's own words give this number, with those words.

    All mentions of the number must agree, and one must be the time from the papers to the answer;
    in the steps it must also be the only such time.
    """
    alone = list(_stated(grammar, remark.strip()))
    if len(alone) == 1 and alone[0][0].value == value and (unit := alone[0][0].unit):
        return unit, _quoted(remark)
    for text, is_strict in ((remark, False), (steps, True)):
        units = {
            _unit(grammar, mention["unit"])
            for mention in grammar.mention.finditer(text)
            if number_of(grammar, mention["number"]) == value
        }
        if len(units) != 1:
            continue
        answers = list(_answer_times(grammar, text))
        if is_strict and {number for number, _ in answers} != {value}:
            continue
        quote = next((quote for number, quote in answers if number == value), None)
        if quote:
            return units.pop(), quote
    return None


def _answer_times(grammar: Grammar, text: str) -> Iterator[tuple[int | float | None, str]]:
    """Numbers that count from the applicant's papers, or stand under a heading that says so."""
    for sentence in _SENTENCE.finditer(text):
        said = sentence[0]
        for mention in grammar.mention.finditer(said):
            before, after = said[: mention.start()], said[mention.end() : mention.end() + 80]
            counted = grammar.counted_from.search(after[:25])
            papers = counted and grammar.papers.search(after)
            heading = grammar.limit_heading.search(before[-60:])
            if not (papers or heading):
                continue
            # What the office does in that time stands behind it, and it must be to answer.
            act = said[mention.end() :][:ACT_LENGTH_MAX]
            if grammar.other_acts.search(act) or grammar.other_acts.search(before[-60:]):
                continue
            if heading or grammar.answers.search(act):
                yield number_of(grammar, mention["number"]), _quoted(said)


def _quoted(text: str) -> str:
    """The first words, exactly as they stand, so that a reader finds them again."""
    return text.strip().split("\n", 1)[0][:QUOTE_LENGTH_MAX].strip()
