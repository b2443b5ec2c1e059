"""Agency codes in both forms: written left to right, and right to left with fixed widths."""

from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motcua.base.identifiers import IdentifierFile, Identifiers, identifier_faults
from motcua.base.pack import Pack, Where
from tests.conftest import ROOT

NEW, FORMER = "agency_code", "agency_code_former"


@cache
def rules() -> Identifiers:
    pack = Pack.read(ROOT / "packs" / "vietnam")
    return Identifiers(pack.file("identifiers", IdentifierFile).identifiers, demo=False)


@pytest.mark.parametrize(
    ("former", "new"),
    [
        ("000.00.19.H26", "H26.19"),
        ("000.00.00.H26", "H26"),
        ("000.01.02.H26", "H26.02.01"),
        ("001.00.40.H26", "H26.40.00.001"),
        ("123.45.67.A01", "A01.67.45.123"),
    ],
)
def test_a_code_is_the_same_groups_the_other_way_round(former: str, new: str) -> None:
    assert rules().other_form(FORMER, former) == new
    assert rules().other_form(NEW, new) == former


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (NEW, "H26.00166"),  # a group wider than the former form holds
        (NEW, "H26.02.00166"),
        (NEW, "H26.1"),  # or narrower
        (NEW, "H26.AB"),  # letters
        (NEW, "H26.01.02.003.04"),  # one level too many
        (NEW, "H26.00"),  # zeros stand for none: it would come back as H26
        (NEW, "H26.19.00"),
        (NEW, "000.00.19.H26"),  # of the other kind
        (FORMER, "H26.19"),
        (FORMER, "00.00.19.H26"),
        (NEW, ""),
    ],
)
def test_what_the_other_form_cannot_hold_has_none(kind: str, text: str) -> None:
    assert rules().other_form(kind, text) is None


def digits(width: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=width, max_size=width)


level1 = st.builds(
    lambda letter, number: letter + number, st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXY"), digits(2)
)


@given(digits(3), digits(2), digits(2), level1)
def test_every_former_code_goes_there_and_back(four: str, three: str, two: str, one: str) -> None:
    former = f"{four}.{three}.{two}.{one}"
    new = rules().other_form(FORMER, former)
    assert new is not None
    assert rules().valid(NEW, new)
    assert rules().other_form(NEW, new) == former


group = st.text("0123456789ABCXYZ", min_size=1, max_size=5)


@given(level1, st.lists(group, max_size=6))
def test_a_new_code_comes_back_or_has_no_former_form(one: str, behind: list[str]) -> None:
    new = ".".join((one, *behind))
    former = rules().other_form(NEW, new)
    if former is not None:
        assert rules().valid(FORMER, former)
        assert rules().other_form(FORMER, former) == new


@pytest.mark.parametrize(("length", "is_valid"), [(3, True), (35, True), (36, False)])
def test_a_code_has_at_most_35_characters(length: int, is_valid: bool) -> None:
    text = ("H26" + ".0123456789" * 4)[:length]
    assert rules().valid(NEW, text) is is_valid


LOST = """\
identifiers:
  old: {name: {vi: Cũ, en: Old}, pattern: "[A-Z]+", source: invented, reverses: {kind: new, widths: [1]}}
  self: {name: {vi: Nó, en: It}, pattern: "[A-Z]+", source: invented, reverses: {kind: self, widths: [1]}}
"""  # noqa: E501


def test_a_kind_reverses_another_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "pack.yaml").write_text((ROOT / "packs/sample/pack.yaml").read_text())
    (tmp_path / "identifiers.yaml").write_text(LOST)
    pack = Pack(tmp_path)
    told = [(f.line, f.what) for f in identifier_faults(pack, Where(pack))]
    assert told == [(2, "reverses an unknown kind 'new'"), (3, "reverses an unknown kind 'self'")]
    lost = Identifiers(pack.file("identifiers", IdentifierFile).identifiers, demo=False)
    assert [lost.other_form(kind, "A") for kind in ("old", "self", "new")] == [None] * 3
