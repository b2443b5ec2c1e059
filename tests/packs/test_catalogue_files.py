"""What the check of a pack says of `catalogue.yaml` and `general.yaml`."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from motcua.doctor import pack_faults
from tests.conftest import ROOT

Change = Callable[[str, str, str], list[tuple[str, int, str]]]


@pytest.fixture
def change(tmp_path: Path) -> Change:
    """Faults of the big packs after one word of one file was changed, with the line of the word."""
    for name in ("vietnam", "hanoi"):
        shutil.copytree(ROOT / "packs" / name, tmp_path / name)

    def made(file: str, old: str, new: str) -> list[tuple[str, int, str]]:
        path = tmp_path / file
        text = path.read_text("utf-8")
        assert old in text, old
        path.write_text(text.replace(old, new, 1), "utf-8")
        line = text[: text.index(old)].count("\n") + 1
        return [
            (Path(fault.file).relative_to(tmp_path).as_posix(), fault.line - line, fault.what)
            for fault in pack_faults(tmp_path / "hanoi")
            if fault.file.endswith(("catalogue.yaml", "general.yaml"))
        ]

    return made


FAULTS = [
    ("hanoi/catalogue.yaml", "agency: H26.03", "agency: H26.999", "unknown agency 'H26.999'"),
    ("hanoi/catalogue.yaml", "otherwise: H26.02", "otherwise: X", "unknown agency 'X'"),
    ("hanoi/catalogue.yaml", "says: Sở Nội vụ", "say: Sở Nội vụ", "unknown key 'say'"),
    ("vietnam/catalogue.yaml", "Trực tuyến: online", "Trực tuyến: web", "cannot be 'web'"),
    ("vietnam/general.yaml", "kind: oath", "kind: vow", "'kind' cannot be 'vow'"),
    ("vietnam/general.yaml", "{decision}, thủ tục", "{decisoin}, thủ tục", "between braces"),
    ("vietnam/general.yaml", "propose: decide", "propose: nowhere", "nowhere"),
    ("vietnam/general.yaml", "template: general.typ", "template: none.typ", "results/none.typ"),
    ("vietnam/general.yaml", "{sequence}/KQGQ", "1/KQGQ", "numbers would repeat"),
    ("vietnam/general.yaml", "request: answers.request", "request: answers.x", "answers.x"),
]


@pytest.mark.parametrize(("file", "old", "new", "what"), FAULTS, ids=[f[3] for f in FAULTS])
def test_a_fault_is_told_in_its_file(
    change: Change, file: str, old: str, new: str, what: str
) -> None:
    found = change(file, old, new)
    assert any(where == file and what in said for where, _, said in found), found
    if file.startswith("hanoi"):
        assert (file, 0) in {(where, line) for where, line, _ in found}


def test_the_kinds_have_schemas(change: Change) -> None:
    assert change("vietnam/general.yaml", "", "") == []
