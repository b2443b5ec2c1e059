from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motcua.base.identifiers import IdentifierFile, Identifiers, identifier_faults
from motcua.base.pack import Pack, Where
from motcua.base.settings import Settings

PACKS = Path(__file__).parents[2] / "packs"


def of(pack: str, demo: bool = False) -> Identifiers:
    rules = Pack.read(PACKS / pack).file("identifiers", IdentifierFile).identifiers
    return Identifiers(rules, demo=demo)


@pytest.mark.parametrize(
    ("kind", "text", "fault"),
    [
        # Weighted sum of 010010910 is 114; 114 mod 11 is 4; 10 - 4 is 6.
        ("tax_code", "0100109106", None),
        ("tax_code", "0100109107", "identifier.check_digit"),
        ("tax_code", "0100109106-001", None),
        ("tax_code", "0100109107-001", "identifier.check_digit"),
        ("tax_code", "0100109106-000", "identifier.form"),
        ("tax_code", "01001091O6", "identifier.form"),
        # A sum that is a multiple of 11 would need the digit 10: no such number exists.
        ("tax_code", "0000000000", "identifier.check_digit"),
        ("personal_number", "001304000021", None),
        ("personal_number", "00130400002", "identifier.form"),
        ("personal_number", "001604000021", "identifier.form"),
        ("personal_number", "٠٠١٣٠٤٠٠٠٠٢١", "identifier.form"),
        ("personal_number", "0" * 10_000, "identifier.form"),
        ("procedure_code", "3.000333", None),
        ("procedure_code", "3.000333\n", "identifier.form"),
        ("result_code", "KQ.G01.000200", None),
        ("agency_code", "H26.11", None),
        ("agency_code", "H26." + "1" * 40, "identifier.form"),
        ("agency_code_former", "000.00.19.H26", None),
        ("case_code", "H26.11-261123-0042", None),
        ("case_code", "000.00.19.H26-250403-0001", None),
        ("case_code", "H26.11-261123-42", "identifier.form"),
        ("province_code", "01", None),
        ("commune_code", "00166", None),
        ("commune_code", "166", "identifier.form"),
    ],
)
def test_a_number_is_valid_by_the_packs_rule(kind: str, text: str, fault: str | None) -> None:
    assert of("vietnam").fault(kind, text) == fault
    assert of("vietnam").valid(kind, text) == (fault is None)


def test_numbers_of_invented_people_hold_only_in_the_demo() -> None:
    assert of("vietnam").fault("personal_number", "999090000017") == "identifier.demo_only"
    assert of("vietnam", demo=True).valid("personal_number", "999090000017")


WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)


@given(st.from_regex(r"[0-8][0-9]{8}", fullmatch=True))
def test_exactly_one_check_digit_fits_or_none(serial: str) -> None:
    expected = 10 - sum(w * int(d) for w, d in zip(WEIGHTS, serial, strict=True)) % 11
    tax = of_vietnam()
    fitting = [d for d in range(10) if tax.valid("tax_code", f"{serial}{d}")]
    assert fitting == ([expected] if expected < 10 else [])


@given(st.from_regex(r"[0-8][0-9]{8}", fullmatch=True), st.integers(0, 8), st.integers(1, 9))
def test_one_wrong_digit_is_noticed(serial: str, place: int, step: int) -> None:
    # 11 is prime and no weight is a multiple of it, so a change of one digit changes the sum.
    tax = of_vietnam()
    check = next((d for d in range(10) if tax.valid("tax_code", f"{serial}{d}")), None)
    if check is None:
        return
    wrong = serial[:place] + str((int(serial[place]) + step) % 10) + serial[place + 1 :]
    assert not tax.valid("tax_code", f"{wrong}{check}")


@given(st.text(max_size=80))
def test_no_text_breaks_a_rule(text: str) -> None:
    tax = of_vietnam()
    for kind in tax.rules:
        tax.fault(kind, text)


_kept: list[Identifiers] = []


def of_vietnam() -> Identifiers:
    if not _kept:
        _kept.append(of("vietnam"))
    return _kept[0]


def test_another_pack_has_other_rules() -> None:
    sample = of("sample", demo=True)
    assert sample.valid("tax_code", "0100109107")
    assert sample.valid("library_card", "1304")
    assert sample.fault("library_card", "1305") == "identifier.check_digit"
    with pytest.raises(KeyError):
        sample.valid("commune_code", "00166")


def test_the_running_city_decides_whether_it_is_a_demo() -> None:
    class Running:
        pack = Pack.read(PACKS / "sample")
        settings = Settings(pack=PACKS, data=PACKS, demo=True)

    assert Identifiers.of(Running()).valid("personal_number", "999090000017")


BROKEN = """\
identifiers:
  card:
    name: {vi: Thẻ, en: Card}
    pattern: "[0-9"
    source: x
  ticket:
    name: {vi: Vé, en: Ticket}
    pattern: "[0-9]{2}"
    valid:
      - "12"
      - "123"
    invalid:
      - "34"
    source: x
"""


def test_a_rule_that_its_own_vectors_contradict_is_a_fault(tmp_path: Path) -> None:
    folder = tmp_path / "one"
    folder.mkdir()
    (folder / "pack.yaml").write_text((PACKS / "sample/pack.yaml").read_text())
    (folder / "identifiers.yaml").write_text(BROKEN)
    pack = Pack.read(folder)
    found = [(f.line, f.what.split(":")[0]) for f in identifier_faults(pack, Where(pack))]
    assert found == [
        (4, "'pattern' is no regular expression"),
        (11, "'123' is listed as valid, and the rule says otherwise"),
        (13, "'34' is listed as invalid, and the rule says otherwise"),
    ]
