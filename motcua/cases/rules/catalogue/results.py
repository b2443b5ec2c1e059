"""What a procedure ends in: names, each with the code of the national list of results."""

import re

from motcua.cases.model.catalogue import ReadResult
from motcua.cases.rules.catalogue.grammar import Grammar, squeezed

FIELD = "ket_qua_xu_ly"
RESULTS_MAX = 100
_NAME = re.compile(r"[^\W_]")
NOT_A_CODE = "result.not_a_code"


def read_results(
    grammar: Grammar, cell: str
) -> tuple[tuple[ReadResult, ...], list[tuple[str, str, str]]]:
    """A result is read when it has a name and something that can be a code; older forms of code are
    kept as they are printed. Where `not determined` stands for a code, or letters typed for the
    sake of typing, the row states none: the name is kept and the rest told."""
    body = cell.split(grammar.words.headings.results_end, 1)[0]
    if not grammar.result.search(body):
        return _names(grammar, body)
    results: list[ReadResult] = []
    faults: list[tuple[str, str, str]] = []
    start = 0
    for match in grammar.result.finditer(body):
        name = squeezed(body[start : match.start()]).strip("-+* ")
        code = match["code"] or None
        code = code.upper() if code else None
        start = match.end()
        if code is None:
            start = _after_no_code(grammar, body, start)
            faults.append((FIELD, squeezed(body[match.start() : start]), NOT_A_CODE))
        if not name:
            faults.append((FIELD, squeezed(match[0]), "result.no_name"))
            continue
        is_national = bool(code and grammar.national_code.fullmatch(code))
        results.append(ReadResult(name=name, code=code, is_national=is_national))
    if rest := _name(body[start:]):
        results.append(ReadResult(name=rest, code=None))
        faults.append((FIELD, rest[:200], "result.no_code"))
    return tuple(results[:RESULTS_MAX]), faults


def _names(
    grammar: Grammar, body: str
) -> tuple[tuple[ReadResult, ...], list[tuple[str, str, str]]]:
    """No code stands anywhere: every line is a name, or says that there is none."""
    names = [name for line in body.splitlines() if (name := _name(line))]
    none = (*grammar.words.nothing, *grammar.words.results.none)
    names = [name for name in names if name.lower() not in {one.lower() for one in none}]
    results = tuple(ReadResult(name=name, code=None) for name in names[:RESULTS_MAX])
    return results, [(FIELD, name[:200], "result.no_code") for name in names]


def _name(text: str) -> str:
    """Without a bullet, and without the full stop that may stand behind the code before it."""
    name = squeezed(text).strip("-+* ")
    return name.lstrip(".;, ") if _NAME.search(name) else ""


def _after_no_code(grammar: Grammar, body: str, start: int) -> int:
    """Letters typed for the sake of typing stand where a code should, and the next name behind;
    words there reach to the next code."""
    if typed := grammar.typed.match(body, start):
        return typed.end()
    following = grammar.result.search(body, start)
    return following.start() if following else len(body)


def unread(grammar: Grammar, cell: str, faults: list[tuple[str, str, str]]) -> int:
    """Results that state a code, or should, and were not read. Where no code stands at all, none
    should."""
    if not grammar.result.search(cell):
        return 0
    return sum(why != NOT_A_CODE for _, _, why in faults)
