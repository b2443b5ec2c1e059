from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from motcua.agencies import (
    AgencyFile,
    AgencyKind,
    CompetenceFile,
    Matter,
    agency_faults,
    competence_faults,
    known_codes,
)
from motcua.agencies.model import Rule
from motcua.agencies.rules.competence import counters_for, decided_by, parents, receivers
from motcua.base.pack import Check, Pack, Where

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
        ((), "vertical", "N", ["SM.3", "SM.P"]),
        ((), "vertical", "E", ["SM.3"]),
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
    assert len(receivers(file, ("SM.X",), None, None, date(2023, 12, 31))) == 1
    assert receivers(file, ("SM.X",), None, None, date(2024, 1, 1)) == []


def test_codes_and_authorities_are_known_with_their_kind() -> None:
    known = known_codes(Pack.read(SAMPLE))
    assert known is not None
    assert (known["SM.1"], known["SM.N"], known["residents"]) == (
        "department",
        "commune",
        "department",
    )


# Who decides.


@pytest.fixture
def known() -> CompetenceFile:
    return Pack.read(SAMPLE).file("competence", CompetenceFile)


def matter(**said: Any) -> Matter:
    return Matter(**{"procedure": "9.000002", "field": "Dân cư", "level": "commune", **said})


@pytest.mark.parametrize(
    ("said", "commune", "day", "expected"),
    [
        # Commune level: the quarter, and before 2024 the district in which it lies.
        ({}, "E", TODAY, ["SM.E"]),
        ({}, "E", date(2024, 1, 1), ["SM.E"]),
        ({}, "E", date(2023, 12, 31), ["SM.X"]),
        ({}, "W", date(2023, 12, 31), ["SM.Y"]),
        ({}, "E", date(2019, 12, 31), []),
        ({}, None, TODAY, ["SM.N", "SM.E", "SM.S", "SM.W"]),
        # A rule for one field in one place: the treasury's own branch there.
        ({"field": "Ngân khố"}, "N", TODAY, ["SM.P"]),
        ({"field": "Ngân khố"}, "E", TODAY, ["SM.E"]),
        # What the procedure says goes before a rule that only knows its field…
        ({"level": "city", "field": "Xây dựng"}, "E", TODAY, ["SM.2"]),
        ({"level": "city", "field": "Xây dựng", "codes": ("residents",)}, "E", TODAY, ["SM.1"]),
        # … but not before one that names the procedure, from its first day on.
        ({"procedure": "9.000009", "codes": ("SM.1",)}, "E", date(2026, 1, 1), ["SM.2"]),
        ({"procedure": "9.000009", "codes": ("SM.1",)}, "E", date(2025, 12, 31), ["SM.1"]),
        # Where no rule fits: every agency of the kind.
        ({"level": "city", "kind": "department"}, "E", TODAY, ["SM.1", "SM.2"]),
        ({"level": "ministry"}, "E", TODAY, []),
    ],
)
def test_the_pack_says_who_decides(
    file: AgencyFile,
    known: CompetenceFile,
    said: dict[str, Any],
    commune: str | None,
    day: date,
    expected: list[str],
) -> None:
    found = decided_by(file, known, matter(**said), commune, day)
    assert [a.code for a in found if a.covers(commune)] == expected


@pytest.mark.parametrize(
    ("day", "expected"), [(TODAY, ["SM.P"]), (date(2024, 1, 1), ["SM.P"]), (date(2023, 12, 31), [])]
)
def test_those_below_an_agency_decide_while_they_exist(
    file: AgencyFile, day: date, expected: list[str]
) -> None:
    known = CompetenceFile(rules=(Rule(below="SM.3", source="invented"),))
    assert [a.code for a in decided_by(file, known, matter(), "N", day)] == expected


@pytest.mark.parametrize(
    ("said", "day", "expected"),
    [
        ({}, TODAY, ["SM.C", "SM.B"]),
        ({"level": "city", "codes": ("SM.1",)}, TODAY, ["SM.C", "SM.B"]),
        # Where no counter is open to all: whoever decides it.
        ({"level": "ministry", "codes": ("SM.1",)}, TODAY, ["SM.1"]),
        ({}, date(2023, 12, 31), ["SM.X", "SM.Y"]),
    ],
)
def test_any_counter_takes_in_for_whoever_decides(
    file: AgencyFile, known: CompetenceFile, said: dict[str, Any], day: date, expected: list[str]
) -> None:
    assert [a.code for a in counters_for(file, known, matter(**said), day)] == expected


def test_the_parent_is_the_one_named_or_the_nearest_whose_code_goes_on() -> None:
    lines = [("A", None), ("A.1", None), ("A.1.2.3", None), ("B", "A.1"), ("A.12", None)]
    file = "\n".join(
        f"  - {{code: {code}, {f'parent: {up}, ' if up else ''}kind: department,"
        f" name: {{vi: Một, en: One}}, valid_from: 2024-01-01}}"
        for code, up in lines
    )
    read = msgspec.yaml.decode(f"source: invented\nagencies:\n{file}", type=AgencyFile)
    assert parents(read.agencies) == {"A.1": "A", "A.1.2.3": "A.1", "B": "A.1", "A.12": "A"}


# What the lists may not say.

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


def faults(folder: Path, check: Check, **files: str) -> list[tuple[int, str]]:
    """Of a pack with these files and the sample's pack.yaml."""
    folder.mkdir()
    (folder / "pack.yaml").write_text((SAMPLE / "pack.yaml").read_text())
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text)
    pack = Pack.read(folder)
    return sorted((f.line, f.what) for f in check(pack, Where(pack)))


def test_every_contradiction_of_the_list_is_told(tmp_path: Path) -> None:
    assert faults(tmp_path / "one", agency_faults, agencies=BROKEN) == [
        (2, "unknown agency 'A.9'"),
        (4, "'A.1' is of kind commune: 'commune' does not fit"),
        (5, "code 'A.1' is used twice"),
        (6, "'A.3' is of kind vertical: 'commune' does not fit"),
        (11, "'A.4' ends before it begins"),
    ]


TANGLED = """\
source: invented
structures:
  - {kinds: [department], valid_to: 2024-01-01, source: invented, units: [&unit {code: a, name: {vi: A, en: A}, titles: [{code: b, name: {vi: B, en: B}}]}, *unit]}
  - {kinds: [commune, department], valid_from: 2023-12-31, valid_to: 2023-01-01, source: invented, units: [*unit]}
agencies:
  - {code: A, kind: department, parent: C, name: {vi: Một, en: One}, valid_from: 2024-01-01}
  - {code: B, kind: department, parent: A, name: {vi: Một, en: One}, valid_from: 2024-01-01}
  - {code: C, kind: department, parent: B, name: {vi: Một, en: One}, valid_from: 2024-01-01}
  - {code: D, kind: department, parent: X, name: {vi: Một, en: One}, valid_from: 2024-01-01}
  - {code: E, kind: branch, communes: [N, Z], name: {vi: Một, en: One}, valid_from: 2024-01-01}
  - {code: N, kind: commune, commune: N, name: {vi: Một, en: One}, valid_from: 2024-01-02}
  - {code: O, kind: district, communes: [N], name: {vi: Một, en: One}, valid_from: 2020-01-01, valid_to: 2024-01-01}
  - {code: P, kind: district, communes: [N], name: {vi: Một, en: One}, valid_from: 2023-01-01, valid_to: 2023-02-01}
  - {code: Q, kind: commune, commune: Q, name: {vi: Một, en: One}, valid_from: 2024-01-01, valid_to: 2025-01-01}
"""  # noqa: E501


def test_rings_gaps_and_overlaps_are_told(tmp_path: Path) -> None:
    assert faults(tmp_path / "one", agency_faults, agencies=TANGLED) == [
        (3, "unit 'a' is written twice"),
        (4, "agencies of kind department have two structures at a time"),
        (4, "ends before it begins"),
        (6, "is its own parent: A > C > B > A"),
        (7, "is its own parent: B > A > C > B"),
        (8, "is its own parent: C > B > A > C"),
        (9, "unknown parent 'X'"),
        (10, "unknown commune 'Z'"),
        (11, "commune 'N' has no agency from 2024-01-01 to 2024-01-02"),
        (13, "commune 'N' has two agencies from 2023-01-01"),
        (14, "commune 'Q' has no agency from 2025-01-01"),
    ]


CODES = """\
source: invented
agencies:
  - {code: H26.02, former_code: 000.00.02.H26, kind: department, name: {vi: M, en: O}, valid_from: 2024-01-01}
  - {code: H26.03, former_code: 000.00.02.H26, kind: department, name: {vi: M, en: O}, valid_from: 2024-01-01}
  - {code: H26.04, former_code: 00.00.04.H26, kind: department, name: {vi: M, en: O}, valid_from: 2024-01-01}
  - {code: "26.05", kind: department, name: {vi: M, en: O}, valid_from: 2024-01-01}
  - {code: H26.0000000000.0000000000.0000000, kind: department, name: {vi: M, en: O}, valid_from: 2024-01-01}
"""  # noqa: E501


def test_codes_have_the_form_that_the_country_gives_them(tmp_path: Path) -> None:
    rules = (SAMPLE.parent / "vietnam" / "identifiers.yaml").read_text()
    assert faults(tmp_path / "one", agency_faults, agencies=CODES, identifiers=rules) == [
        (4, "former_code '000.00.02.H26' is used twice"),
        (4, "former_code '000.00.02.H26', turned round, is the code of 'H26.02'"),
        (5, "former_code '00.00.04.H26' does not have the form of 'agency_code_former'"),
        (6, "code '26.05' does not have the form of 'agency_code'"),
    ]


def test_broken_rules_for_codes_are_not_held_against_the_agencies(tmp_path: Path) -> None:
    rules = (SAMPLE / "identifiers.yaml").read_text().replace('"SM(', '"SM((')
    agencies = (SAMPLE / "agencies.yaml").read_text()
    assert faults(tmp_path / "one", agency_faults, agencies=agencies, identifiers=rules) == []


RULES = """\
rules:
  - {agencies: [SM.1, SM.9], source: invented}
  - {below: SM.1, source: invented}
  - {kind: point, source: invented}
  - {levels: [city], source: invented}
  - {agencies: [SM.1], kind: commune, source: invented}
  - {communes: [Z], kind: commune, source: invented}
  - {kind: commune, valid_from: 2024-01-01, valid_to: 2024-01-01, source: invented}
counters:
  - {kinds: [centre, point], source: invented}
"""


def test_rules_about_nobody_are_told(tmp_path: Path) -> None:
    agencies = (SAMPLE / "agencies.yaml").read_text()
    assert faults(tmp_path / "one", competence_faults, agencies=agencies, competence=RULES) == [
        (2, "unknown agency 'SM.9'"),
        (3, "no agency stands below 'SM.1'"),
        (4, "no agency is of kind point"),
        (5, "the rule names nobody"),
        (6, "'agencies' stands beside 'kind' or 'below'"),
        (7, "unknown commune 'Z'"),
        (8, "ends before it begins"),
        (10, "no agency is of kind point"),
    ]
