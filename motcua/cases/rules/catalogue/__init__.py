"""Reading the national catalogue: free text with its tables run together becomes structure.

Nothing is guessed. What cannot be read keeps its text and is told, with the reason.
"""

import re
from itertools import pairwise

from motcua.cases.model.catalogue import Counts, Level, Reading, Row, Unread
from motcua.cases.rules.catalogue import channels, laws, papers, results
from motcua.cases.rules.catalogue.comparing import differences
from motcua.cases.rules.catalogue.grammar import UPPER, Grammar, squeezed
from motcua.cases.rules.catalogue.making import make
from motcua.cases.rules.catalogue.rows import Given, rows_of

__all__ = ["Given", "Grammar", "differences", "make", "read", "rows_of"]

STEPS_MAX = 60
_SPLIT = re.compile(rf"[,;]\s*(?=[{UPPER}])")


def read(grammar: Grammar, row: Row) -> Reading:
    """Everything that a row says, as structure. Never raises for what is written in it."""
    table = channels.read_channels(grammar, row.cach_thuc_thuc_hien, row.trinh_tu_thuc_hien)
    groups, paper_faults = papers.read_papers(grammar, row.thanh_phan_ho_so)
    outcomes, result_faults = results.read_results(grammar, row.ket_qua_xu_ly)
    basis, law_faults = laws.read_laws(grammar, row.can_cu_phap_ly)
    levels, level_faults = _levels(grammar, row.cap_thuc_hien)
    applicants, applicant_faults = _applicants(grammar, row.doi_tuong_thuc_hien)
    coded = sum(one.code is not None for one in outcomes)
    faults = [
        *table.faults, *paper_faults, *result_faults, *law_faults, *level_faults, *applicant_faults,
    ]  # fmt: skip
    return Reading(
        code=row.ma_thu_tuc,
        name=squeezed(row.ten_thu_tuc),
        decision=squeezed(row.so_quyet_dinh),
        levels=levels,
        field=squeezed(row.linh_vuc),
        applicants=applicants,
        executing=_executing(grammar, row),
        address=squeezed(row.dia_chi_tiep_nhan),
        channels=table.channels,
        groups=groups,
        results=outcomes,
        laws=basis,
        steps=_steps(grammar, row.trinh_tu_thuc_hien),
        conditions=_said(grammar, row.yeu_cau_dieu_kien),
        counts=Counts(
            table.limits,
            table.limits_read,
            table.fees,
            table.fees_read,
            coded + results.unread(grammar, row.ket_qua_xu_ly, result_faults),
            coded,
        ),
        unread=tuple(Unread(row.ma_thu_tuc, field, text, why) for field, text, why in faults),
    )


def _levels(grammar: Grammar, cell: str) -> tuple[tuple[Level, ...], list[tuple[str, str, str]]]:
    known = grammar.words.levels
    found = tuple(dict.fromkeys(known[word] for word in grammar.levels.findall(cell)))
    rest = grammar.levels.sub("", cell).strip(" ,;\n")
    faults = [("cap_thuc_hien", squeezed(cell), "unknown_word")] if rest or not found else []
    return found, faults


def _applicants(grammar: Grammar, cell: str) -> tuple[tuple[str, ...], list[tuple[str, str, str]]]:
    """The classes of the catalogue; a class that nobody listed is kept and told."""
    found = tuple(dict.fromkeys(grammar.applicants.findall(cell)))
    rest = [part.strip() for part in grammar.applicants.sub("", cell).split(",") if part.strip()]
    rest = [part for part in rest if part not in grammar.words.nothing]
    faults = [("doi_tuong_thuc_hien", part, "unknown_word") for part in rest]
    return (*found, *rest), faults


def _executing(grammar: Grammar, row: Row) -> tuple[str, ...]:
    for cell in (row.co_quan_thuc_hien, row.co_quan_co_tham_quyen):
        if said := _said(grammar, cell):
            return tuple(dict.fromkeys(part.strip(" .") for part in _SPLIT.split(said)))
    return ()


def _steps(grammar: Grammar, cell: str) -> tuple[str, ...]:
    """One text for each numbered step; what stands before the first is a step of its own. Without
    numbers the whole is one."""
    text = _said(grammar, cell, is_long=True)
    starts = [match.start() for match in grammar.step.finditer(text)][: STEPS_MAX - 1]
    cuts = [0, *(at for at in starts if at > 0), len(text)]
    parts = [text[a:b].strip().lstrip("-+*• ") for a, b in pairwise(cuts)]
    return tuple(part for part in parts if part)


def _said(grammar: Grammar, cell: str, is_long: bool = False) -> str:
    text = cell.strip() if is_long else squeezed(cell)
    return "" if text in grammar.words.nothing else text
