"""How ministries put times, fees and results: what a person understands is read, or nothing is.

The tables in `phrasings/` were written by hand before the rules that read them, after the way many
fields of administration write, not after the rows that are imported here. Of their first 513 lines
238 were read right at first sight; of two later sets, of 84 and 56 lines, 74 and 50.
"""

import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from motcua.cases.model.catalogue import ReadFee, Reading, ReadLimit, ReadResult
from motcua.cases.rules.catalogue import read, rows_of
from tests.cases.catalogue import TABLE, grammar, raw

FOLDER = Path(__file__).parent / "phrasings"
MARKS = {r"\n": "\n", r"\t": "\t", r"\xa0": "\xa0", r"\u200b": "\u200b"}
EMPTY = "~"


def table(name: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """The cells of each line and the reading behind its arrow."""
    for line in (FOLDER / f"{name}.txt").read_text("utf-8").splitlines():
        if "=>" not in line or line.startswith("#"):
            continue
        for mark, letter in MARKS.items():
            line = line.replace(mark, letter)
        said, _, reading = line.rpartition("=>")
        cells = [cell.strip(" ") for cell in said.split(" | ")]
        yield tuple("" if cell == EMPTY else cell for cell in cells), reading.strip()


LIMITS, FEES, RESULTS = (list(table(name)) for name in ("limits", "fees", "results"))


def imported(**cells: str) -> Reading:
    """As a line of a file, so that it is cleaned as one."""
    [given] = rows_of([msgspec.json.encode(raw(**cells))], [])
    return read(grammar(), given.row)


def of_limit(time: str, remark: str = "", steps: str = "") -> Reading:
    return imported(
        cach_thuc_thuc_hien=f"{TABLE}Trực tuyến{time}Miễn phí{remark}", trinh_tu_thuc_hien=steps
    )


def of_fee(fee: str, remark: str = "") -> Reading:
    return imported(cach_thuc_thuc_hien=f"{TABLE}Trực tuyến5 Ngày làm việc{fee}{remark}")


def limits_of(found: Reading) -> str:
    return "; ".join(_limit(line.limit) for line in found.channels) + _why(found, "limit.")


def fees_of(found: Reading) -> str:
    return "; ".join(_fee(line.fee) for line in found.channels) + _why(found, "fee.")


def results_of(found: Reading) -> str:
    return ("; ".join(map(_result, found.results)) or "-") + _why(found, "result.")


def _limit(limit: ReadLimit) -> str:
    if limit.unit == "sd":
        return "sd"
    if limit.value is None:
        return "-"
    number = f"{limit.value:g}" if limit.least is None else f"{limit.least:g}..{limit.value:g}"
    return f"{number} {limit.unit}" if limit.unit else number


def _fee(fee: ReadFee) -> str:
    if fee.kind in ("by_law", "unknown"):
        return fee.kind
    said = f"{fee.amount} {fee.currency}" if fee.kind == "amount" else fee.kind
    return said if fee.is_settled else f"{said} ?"


def _result(result: ReadResult) -> str:
    return f"{result.name} [{result.code}]" if result.code else result.name


def _why(found: Reading, kind: str) -> str:
    reasons = sorted({one.why for one in found.unread if one.why.startswith((kind, "no_"))})
    return "".join(f" ! {why}" for why in reasons)


def ids(rows: list[tuple[tuple[str, ...], str]]) -> list[str]:
    return [" | ".join(cells)[:60] for cells, _ in rows]


@pytest.mark.parametrize(("cells", "expected"), LIMITS, ids=ids(LIMITS))
def test_a_time_limit_is_what_a_person_understands(cells: tuple[str, ...], expected: str) -> None:
    assert limits_of(of_limit(*cells)) == expected


@pytest.mark.parametrize(("cells", "expected"), FEES, ids=ids(FEES))
def test_a_fee_is_what_a_person_understands(cells: tuple[str, ...], expected: str) -> None:
    assert fees_of(of_fee(*cells)) == expected


@pytest.mark.parametrize(("cells", "expected"), RESULTS, ids=ids(RESULTS))
def test_a_result_is_what_a_person_understands(cells: tuple[str, ...], expected: str) -> None:
    assert results_of(imported(ket_qua_xu_ly=cells[0])) == expected


def spelled_apart(text: str) -> str:
    """Letters and their marks as signs of their own, as some keyboards write them."""
    return unicodedata.normalize("NFD", text)


def with_hard_spaces(text: str) -> str:
    return text.replace(" ", "\xa0")


def with_entities(text: str) -> str:
    return text.encode("ascii", "xmlcharrefreplace").decode().replace(" ", "&nbsp;")


@pytest.mark.parametrize("written", [spelled_apart, with_hard_spaces, with_entities])
def test_the_same_words_written_otherwise_are_read_the_same(written: Callable[[str], str]) -> None:
    for cells, expected in LIMITS:
        assert limits_of(of_limit(*map(written, cells))) == expected, cells
    for cells, expected in FEES:
        assert fees_of(of_fee(*map(written, cells))) == expected, cells
    for cells, expected in RESULTS:
        assert results_of(imported(ket_qua_xu_ly=written(cells[0]))) == expected, cells
