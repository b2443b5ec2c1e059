"""The papers to hand in: groups by case, each paper with its form's file and how many."""

import re

from motcua.cases.model.catalogue import ReadGroup, ReadPaper
from motcua.cases.rules.catalogue.grammar import LOWER, UPPER, Grammar, squeezed

FIELD = "thanh_phan_ho_so"
PAPERS_MAX = 300
COUNT_MAX = 20
"""More copies of one paper than this are two numbers run together."""

_SEAM = re.compile(
    rf"(?<=[{LOWER}0-9;.)\]”\"])(?=[{UPPER}])|(?<=[{UPPER}])(?=[{UPPER}][{LOWER}])"
    rf"|(?<=[{LOWER};)\]”\"])(?=[0-9])"
)
"""Where one cell ends and the next begins: a capital or a digit right behind a letter."""
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")


def read_papers(
    grammar: Grammar, cell: str
) -> tuple[tuple[ReadGroup, ...], list[tuple[str, str, str]]]:
    """Groups, and what was not read. Behind the last paper of a group stands the next's case."""
    heading = grammar.words.headings.documents
    if heading not in cell:
        text = squeezed(cell)
        is_said = text and text not in (*grammar.words.nothing, grammar.words.documents.no_group)
        return (), [(FIELD, text[:500], "no_table")] if is_said else []
    first, *bodies = cell.split(heading)
    faults: list[tuple[str, str, str]] = []
    groups, case = [], first
    for body in bodies:
        papers, rest = _papers(grammar, body, faults)
        title = squeezed(case)
        groups.append(
            ReadGroup(
                case=None if title in ("", grammar.words.documents.no_group) else title,
                papers=papers,
            )
        )
        case = rest
    left = squeezed(case)
    if left and not grammar.count.fullmatch(left):
        faults.append((FIELD, left[:500], "paper_without_count"))
    return tuple(groups), faults


def _papers(
    grammar: Grammar, body: str, faults: list[tuple[str, str, str]]
) -> tuple[tuple[ReadPaper, ...], str]:
    papers: list[ReadPaper] = []
    start = 0
    for match in grammar.count.finditer(body):
        before = body[start : match.start()]
        count, kept = _count(before, match["run"])
        name, form = _name_and_form(grammar, before + kept)
        if not name:
            continue  # the name itself ends with `1 original`; the count comes right behind it
        if count is None:
            faults.append((FIELD, squeezed(before + match[0])[-200:], "count_run_into_name"))
        copies = int(match["copies"] or 0) if count is not None else None
        if len(papers) < PAPERS_MAX:
            papers.append(ReadPaper(name=name, form=form, original=count, copies=copies))
        start = match.end()
    return tuple(papers), body[start:]


def _count(before: str, run: str) -> tuple[int | None, str]:
    """The count, and the digits in front of it that belong to the name: `form 12` and `1 original`
    make `121 original`. Counts have no leading zero and are small; where two ways to part the
    digits are left, nobody knows."""
    if not before or not (before[-1].isspace() or before[-1] in "/.,-(:"):
        return (int(run), "") if len(run) <= 2 else (None, run)
    if len(run) == 1:
        return int(run), ""
    year = _YEAR.match(run)
    if year and len(run) in (5, 6) and before[-1] in "/-":
        return int(run[4:]), run[:4]
    ways = [at for at in (len(run) - 2, len(run) - 1) if at >= 0 and _is_count(run[at:])]
    return (int(run[ways[0] :]), run[: ways[0]]) if len(ways) == 1 else (None, run)


def _is_count(digits: str) -> bool:
    return str(int(digits)) == digits and int(digits) <= COUNT_MAX


def _name_and_form(grammar: Grammar, text: str) -> tuple[str, str | None]:
    """A paper's name runs into that of its form's file; the seam is a capital behind a letter."""
    files = list(grammar.form_file.finditer(text))
    if not files or text[files[-1].end() :].strip():
        return squeezed(text).strip("-+* "), None
    head = text[: files[0].start()]
    seams = [match.start() for match in _SEAM.finditer(head)]
    if not seams:
        return squeezed(text).strip("-+* "), None
    return squeezed(text[: seams[0]]).strip("-+* "), squeezed(text[seams[0] :])
