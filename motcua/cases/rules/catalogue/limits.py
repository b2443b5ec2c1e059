"""A time limit: a number and a unit. A number alone stays alone unless the row itself says more."""

import re
from collections.abc import Iterator

from motcua.cases.model.catalogue import ReadLimit, Unit
from motcua.cases.rules.catalogue.grammar import Grammar, squeezed

QUOTE_LENGTH_MAX = 300
ACT_LENGTH_MAX = 220
DIGITS_MAX = 4

_NUMBER = re.compile("[0-9]+")
_SENTENCE = re.compile(r"[^.;\n]+(?:\.(?=[0-9])[^.;\n]+)*")


def read_limit(
    grammar: Grammar, cell: str, remark: str, steps: str
) -> tuple[ReadLimit, str | None]:
    """The limit, and why it was not read if it was not. `remark` stands beside it in the table."""
    case = squeezed(remark) or None
    if not cell or cell in grammar.words.nothing:
        return _from_remark(grammar, cell, remark, case), None
    number = _NUMBER.match(cell)
    if number and not 0 < len(number[0].lstrip("0")) <= DIGITS_MAX:
        return ReadLimit(case=case, text=cell), "unlikely"
    if cell.isdigit():
        value = int(cell)
        if said := _unit_said(grammar, value, remark, steps):
            return ReadLimit(value=value, unit=said[0], case=case, quote=said[1], text=cell), None
        return ReadLimit(value=value, case=case, text=cell), "no_unit"
    if (found_time := grammar.time.fullmatch(cell)) is None:
        return ReadLimit(case=case, text=cell), "no_number"
    unit = grammar.words.limits.units.get(squeezed(found_time[2]).lower())
    if unit is None:
        return ReadLimit(value=int(found_time[1]), case=case, text=cell), "unknown_unit"
    return ReadLimit(value=int(found_time[1]), unit=unit, case=case, text=cell), None


def _from_remark(grammar: Grammar, cell: str, remark: str, case: str | None) -> ReadLimit:
    """Where the cell is empty, a remark may be the limit and nothing else; or say: the same day."""
    said = grammar.whole_limit.match(remark)
    lines = [line for line in remark.splitlines() if line.strip()]
    if said and len(lines) == 1 and _is_alone(grammar, said["after"]):
        unit = grammar.words.limits.units[squeezed(said[2]).lower()]
        return ReadLimit(value=int(said[1]), unit=unit, case=case, quote=_quoted(remark), text=cell)
    if (day := grammar.same_day.search(remark)) and not grammar.mention.search(remark):
        start = remark.rfind("\n", 0, day.start()) + 1
        return ReadLimit(unit="sd", case=case, quote=_quoted(remark[start:]), text=cell)
    return ReadLimit(case=case, text=cell)


def _is_alone(grammar: Grammar, after: str) -> bool:
    """What follows a limit only says from when it counts."""
    rest = after.strip(" ,.;")
    counted = grammar.counted_from.match(rest)
    return (
        (not rest or bool(counted))
        and not grammar.mention.search(rest)
        and not grammar.other_acts.search(rest)
    )


def _unit_said(grammar: Grammar, value: int, remark: str, steps: str) -> tuple[Unit, str] | None:
    """The unit that the row's own words give this number, with those words.

    All mentions of the number must agree, and one must be the time from the papers to the answer;
    in the steps it must also be the only such time.
    """
    for text, is_strict in ((remark, False), (steps, True)):
        mentions = [m for m in grammar.mention.finditer(text) if int(m[1]) == value]
        units = {grammar.words.limits.units[squeezed(m[2]).lower()] for m in mentions}
        if len(units) != 1:
            continue
        answers = list(_answer_times(grammar, text))
        if is_strict and {number for number, _ in answers} != {value}:
            continue
        quote = next((quote for number, quote in answers if number == value), None)
        if quote:
            return units.pop(), quote
    return None


def _answer_times(grammar: Grammar, text: str) -> Iterator[tuple[int, str]]:
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
                yield int(mention[1]), _quoted(said)


def _quoted(text: str) -> str:
    """The first words, exactly as they stand, so that a reader finds them again."""
    return text.strip().split("\n", 1)[0][:QUOTE_LENGTH_MAX].strip()
