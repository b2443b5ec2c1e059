from datetime import date
from pathlib import Path

import pytest

from motcua.agencies import AgencyFile, AgencyKind, agency_faults, known_codes
from motcua.agencies.rules import receivers
from motcua.base.pack import Pack, Where

SAMPLE = Path(__file__).parents[2] / "packs" / "sample"
TODAY = date(2026, 11, 23)


@pytest.fixture
def file() -> AgencyFile:
    return Pack.read(SAMPLE).file("agencies", AgencyFile)


@pytest.mark.parametrize(
    ("codes", "kind", "commune", "expected"),
    [
        (("SM.2",), None, None, ["SM.2"]),
        (("residents",), None, None, ["SM.1"]),
        (("residents", "SM.3"), None, None, ["SM.1", "SM.3"]),
        ((), "department", None, ["SM.1", "SM.2"]),
        ((), "commune", None, ["SM.N", "SM.E", "SM.S", "SM.W"]),
        ((), "commune", "E", ["SM.E"]),
        (("residents",), None, "E", ["SM.1"]),
        ((), "commune", "X", []),
        (("SM.9",), None, None, []),
        ((), None, None, []),
    ],
)
def test_receivers_are_those_named_or_of_the_kind(
    file: AgencyFile,
    codes: tuple[str, ...],
    kind: AgencyKind | None,
    commune: str | None,
    expected: list[str],
) -> None:
    assert [a.code for a in receivers(file, codes, kind, commune, TODAY)] == expected


def test_an_agency_receives_only_while_it_exists(file: AgencyFile) -> None:
    assert receivers(file, ("SM.1",), None, None, date(2023, 12, 31)) == []
    assert len(receivers(file, ("SM.1",), None, None, date(2024, 1, 1))) == 1


def test_codes_and_authorities_are_known_with_their_kind() -> None:
    known = known_codes(Pack.read(SAMPLE))
    assert known is not None
    assert (known["SM.1"], known["SM.N"], known["residents"]) == (
        "department",
        "commune",
        "department",
    )


BROKEN = """\
source: invented
authorities: {records: A.9}
agencies:
  - {code: A.1, kind: commune, name: {vi: Một, en: One}, valid_from: 2024-01-01}
  - {code: A.1, kind: department, name: {vi: Hai, en: Two}, valid_from: 2024-01-01}
  - {code: A.3, kind: vertical, commune: N, name: {vi: Ba, en: Three}, valid_from: 2024-01-01}
  - code: A.4
    kind: department
    name: {vi: Bốn, en: Four}
    valid_from: 2024-01-01
    valid_to: 2023-01-01
"""


def test_every_contradiction_of_the_list_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "one"
    folder.mkdir()
    (folder / "pack.yaml").write_text((SAMPLE / "pack.yaml").read_text())
    (folder / "agencies.yaml").write_text(BROKEN)
    pack = Pack.read(folder)
    found = sorted((f.line, f.what) for f in agency_faults(pack, Where(pack)))
    assert found == [
        (2, "unknown agency 'A.9'"),
        (4, "'A.1' is of kind commune: 'commune' does not fit"),
        (5, "code 'A.1' is used twice"),
        (6, "'A.3' is of kind vertical: 'commune' does not fit"),
        (11, "'A.4' ends before it begins"),
    ]
