"""Periods, names of files, and what a pack must say."""

import hashlib
import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motcua import doctor
from motcua.base.pack import Pack
from motcua.cases import Procedure
from motcua.privacy import rules
from motcua.privacy.model import PrivacyPack
from tests.cases.build import PACKS


@pytest.mark.parametrize(
    ("written", "long"),
    [("1h", timedelta(hours=1)), ("90d", timedelta(days=90)), ("5y", timedelta(days=5 * 366))],
)
def test_a_period_is_never_shorter_than_it_says(written: str, long: timedelta) -> None:
    assert rules.period(written) == long


@given(st.text(max_size=200), st.integers(0, 5000))
def test_no_name_leads_out_of_an_archive(name: str, number: int) -> None:
    made = rules.file_name("uploads", number, name)
    folder, file = made.split("/")
    assert folder == "uploads"
    assert ".." not in file.split("-", 1)[1][:2]
    assert not set(file) & set('\\\0\n:*?"<>|')
    assert len(file) <= 90


@given(st.lists(st.tuples(st.text(min_size=1, max_size=10), st.binary(max_size=50)), max_size=5))
def test_a_manifest_names_every_part_with_its_digest(parts: list[tuple[str, bytes]]) -> None:
    said = json.loads(rules.manifest("C", "2026-11-23", parts))
    assert [(p["name"], p["size"], p["sha256"]) for p in said["parts"]] == [
        (name, len(content), hashlib.sha256(content).hexdigest()) for name, content in parts
    ]


def test_each_field_of_each_form_has_purpose_law_time_and_delicacy() -> None:
    pack = Pack.read(PACKS / "hanoi")
    said = pack.file("privacy", PrivacyPack)
    procedures = pack.folder("procedures", Procedure)
    assert len(procedures) > 20
    for code, procedure in procedures.items():
        fields = rules.fields_held(procedure, said)
        asked = [f for f in procedure.form.fields.values() if f.kind != "oath"]
        assert len(fields) == len(asked), code
        for field in fields:
            assert field.purpose.vi, code
            assert field.basis, code
            assert all(field.basis), code
            assert field.retention.vi, code
            assert field.sensitivity in ("basic", "sensitive"), code


def test_ethnicity_and_convictions_are_sensitive() -> None:
    pack = Pack.read(PACKS / "hanoi")
    said, procedures = pack.file("privacy", PrivacyPack), pack.folder("procedures", Procedure)
    births = rules.fields_held(procedures["1.001193"], said)
    assert {f.label.en for f in births if f.sensitivity == "sensitive"} == {
        "The child's ethnicity", "Mother's ethnicity", "Father's ethnicity",
    }  # fmt: skip
    assert {f.sensitivity for f in rules.fields_held(procedures["3.000333"], said)} == {"sensitive"}


BROKEN = {
    "  - id: looks\n": ("  - id: account\n", "'looks' is held and not told"),
    "classes:\n  requests:": ("classes:\n  other:", "there is no class 'requests' of keeping"),
    "drafts: 90d": ("drafts: soon", "'drafts' is 'soon'"),
}


@pytest.mark.parametrize("whole", BROKEN)
def test_what_a_pack_forgets_is_told_with_its_place(whole: str, tmp_path: Path) -> None:
    shutil.copytree(PACKS / "sample", tmp_path / "sample")
    file = tmp_path / "sample" / "privacy.yaml"
    changed, fault = BROKEN[whole]
    assert whole in file.read_text()
    file.write_text(file.read_text().replace(whole, changed))
    found = [str(one) for one in doctor.pack_faults(tmp_path / "sample")]
    assert any(fault in one for one in found), found


def test_a_field_that_no_form_has_is_told(tmp_path: Path) -> None:
    shutil.copytree(PACKS / "sample", tmp_path / "sample")
    file = tmp_path / "sample" / "procedures" / "9.000001.yaml"
    use = "personal_data: {fields: {nothing: {sensitivity: sensitive}}}\n"
    file.write_text(use + file.read_text())
    found = [str(one) for one in doctor.pack_faults(tmp_path / "sample")]
    assert any("the form has no field 'nothing'" in one for one in found), found
