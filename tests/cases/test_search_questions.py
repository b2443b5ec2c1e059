"""The questions of residents: what they are made of, and that the national pack answers them."""

import gzip
import re
from pathlib import Path
from shutil import copytree

import msgspec
import pytest
from msgspec import Struct

from motcua.base.pack import Pack
from motcua.base.text import fold
from motcua.cases.model.procedure import Procedure
from motcua.cases.model.search import Entry
from motcua.cases.rules.searching import Index, entry, life_events, words_of
from motcua.doctor import pack_faults
from tests.conftest import ROOT, shared

QUESTIONS = ROOT / "benchmarks" / "search" / "questions.jsonl"
SAYS_NOTHING = frozenset(
    fold(
        "của và ở tại để bị do có không được từ đến với về các những là thì mà khi nào gì vào ra"
        " cho thủ tục"
    ).split()
)
"""Left out of account when a question is compared with a title."""


class Question(Struct, frozen=True, forbid_unknown_fields=True):
    q: str
    answers: list[str]
    kind: list[str]
    meant: str = ""
    held: bool = False


class Row(Struct, frozen=True):
    ma_thu_tuc: str
    ten_thu_tuc: str
    linh_vuc: str
    cap_thuc_hien: str


ASKED = [msgspec.json.decode(line, type=Question) for line in QUESTIONS.read_bytes().splitlines()]
PACK = Pack.read(ROOT / "packs" / "vietnam")


@pytest.fixture(scope="module")
def entries() -> dict[str, Entry]:
    """All real procedures: the catalogue's, and the pack's before them."""
    with gzip.open(shared("data/national-catalogue.jsonl.gz")) as lines:
        rows = [msgspec.json.decode(line, type=Row) for line in lines]
    first = msgspec.json.decode(shared("examples/procedures.json").read_bytes())["first"]
    named = {one["code"]: Entry(code=one["code"], names=(one["name"],)) for one in first}
    catalogue = {
        row.ma_thu_tuc: Entry(
            code=row.ma_thu_tuc,
            names=(row.ten_thu_tuc,),
            around=(row.linh_vuc,),
            is_local="Cấp tỉnh" in row.cap_thuc_hien or "Cấp xã" in row.cap_thuc_hien,
        )
        for row in rows
    }
    pack = {one.code: entry(one) for one in PACK.folder("procedures", Procedure).values()}
    return named | catalogue | pack


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", fold(text))) - SAYS_NOTHING


def share(kind: str) -> float:
    return sum(kind in one.kind for one in ASKED) / len(ASKED)


def test_the_questions_are_as_many_and_as_hard_as_was_asked_for() -> None:
    assert len(ASKED) >= 160
    assert len({one.q for one in ASKED}) == len(ASKED)
    assert share("other_words") >= 1 / 2
    slips = [one for one in ASKED if {"typing", "no_marks"} & set(one.kind)]
    assert len(slips) >= len(ASKED) / 3
    assert sum(one.held for one in ASKED) >= len(ASKED) / 3


def test_a_question_is_of_the_kind_that_it_says(entries: dict[str, Entry]) -> None:
    for one in ASKED:
        titles = words(" ".join(entries[code].names[0] for code in one.answers))
        if "code" not in one.kind:
            is_other = not words(one.meant or one.q) & titles
            assert is_other == ("other_words" in one.kind), one.q
        assert bool(one.meant) == ("typing" in one.kind), one.q
        if "no_marks" in one.kind:
            assert one.q == fold(one.q), one.q


def test_every_answer_is_a_real_procedure_and_fields_and_levels_are_many(
    entries: dict[str, Entry],
) -> None:
    answers = {code for one in ASKED for code in one.answers}
    assert answers <= set(entries)
    assert len({entries[code].around[:1] for code in answers}) >= 40
    assert 5 <= sum(not entries[code].is_local for code in answers) < len(answers) / 4


def test_nine_of_ten_questions_are_answered_among_the_first_three(
    entries: dict[str, Entry],
) -> None:
    index = Index(entries.values(), words_of(PACK))
    for asked in (ASKED, [one for one in ASKED if one.held]):
        missed = [one.q for one in asked if not {*index.search(one.q, 3)} & {*one.answers}]
        assert len(missed) <= len(asked) / 10, missed


def test_without_the_words_of_the_pack_everyday_questions_are_not_answered(
    entries: dict[str, Entry],
) -> None:
    """So it is the pack that knows them, and another land's pack can know others."""
    index = Index(entries.values())
    asked = [one for one in ASKED if "other_words" in one.kind]
    found = [one for one in asked if {*index.search(one.q, 3)} & {*one.answers}]
    assert len(found) < len(asked) / 4


def test_the_life_events_that_were_asked_for_lead_somewhere(entries: dict[str, Entry]) -> None:
    known = {event.id for event in life_events(words_of(PACK), entries)}
    assert known >= {
        "birth", "marriage", "death", "home", "building", "shop", "company", "moving",
        "lost_papers", "going_abroad", "job", "retirement",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ("mean: [giấy xác nhận cư trú]", "mean: []", 4, "it is said, but not what is meant"),
        ("nơi ở, proof", '"...", proof', 4, "there is no word in it"),
        ("nơi ở, proof", f"{'a/b ' * 10}, proof", 4, "it stands for 1024 phrases"),
        ("vi: Chuyển nhà, en: Moving house", "vi: Chuyển nhà", 7, "text missing in English"),
        ('procedures: ["9.000001"]', "procedures: []", 9, "breaks its minItems"),
    ],
)
def test_a_fault_of_the_search_words_is_told_at_its_line(
    tmp_path: Path, old: str, new: str, line: int, what: str
) -> None:
    folder = tmp_path / "sample"
    copytree(ROOT / "packs" / "sample", folder)
    file = folder / "search.yaml"
    text = file.read_text("utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), "utf-8")
    told = [(f.line, f.what) for f in pack_faults(folder) if f.file == str(file)]
    assert [said for where, said in told if where == line and what in said], told


def test_an_event_told_twice_is_a_fault_and_an_unknown_procedure_is_none(tmp_path: Path) -> None:
    folder = tmp_path / "sample"
    copytree(ROOT / "packs" / "sample", folder)
    file = folder / "search.yaml"
    text = file.read_text("utf-8")
    event = text[text.index("  - id: moving") :].replace("9.000001", "9.999999")
    file.write_text(text + event, "utf-8")
    told = [f.what for f in pack_faults(folder) if f.file == str(file)]
    assert told == ["'moving' is listed twice"]
