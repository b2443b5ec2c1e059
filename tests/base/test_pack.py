from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta, Struct

from motcua.base.pack import Kind, Pack, PackBroken, PackFault, Where, faults, schema, yaml_file
from motcua.base.text import Text

INFO = """\
code: {code}
name: {{vi: Một, en: One}}
country: {{vi: Nước, en: Land}}
country_code: XX
time_zone: Asia/Tokyo
currency: {{code: XTS, number: "963", decimals: 0, symbol: x, name: {{vi: đồng, en: coin}}}}
languages: [vi, en]
level1: X
address: {{vi: bạn, en: you}}
"""


class Shop(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    name: Text
    opened: date
    kind: Literal["bakery", "butcher"]
    floor: str | None = None
    code: Annotated[str, Meta(pattern=r"^[a-z]+$", description="small letters")] = "a"


class Days(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    GROWS: ClassVar[tuple[str, ...]] = ("off",)
    opens: int
    off: list[str] = []


SHOP = Kind(name="shop", place="shops/", type=Shop)
DAYS = Kind(name="days", place="days.yaml", type=Days)


def write(folder: Path, **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "pack.yaml").write_text(INFO.format(code=folder.name), "utf-8")
    (folder / "shops").mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name.replace('__', '/')}.yaml").write_text(text, "utf-8")
    return folder


def child(folder: Path, **files: str) -> Path:
    write(folder, **files)
    (folder / "pack.yaml").write_text(f"code: {folder.name}\nextends: parent\n", "utf-8")
    return folder


def said(folder: Path) -> list[tuple[str, int, str, str]]:
    return [
        (Path(f.file).relative_to(folder.parent).as_posix(), f.line, f.what, f.mend)
        for f in faults(folder, [SHOP, DAYS], [])
    ]


BREAD = "name: {vi: Bánh, en: Bread}\nopened: 2020-01-02\nkind: bakery\n"


def test_a_pack_is_read_into_structs(tmp_path: Path) -> None:
    pack = Pack.read(write(tmp_path / "one", shops__bread=BREAD))
    assert pack.info.time_zone == "Asia/Tokyo"
    shop = pack.folder("shops", Shop)["bread"]
    assert shop == Shop(name=Text("Bánh", "Bread"), opened=date(2020, 1, 2), kind="bakery")


def test_a_pack_is_read_once(tmp_path: Path) -> None:
    pack = Pack.read(write(tmp_path / "one", shops__bread=BREAD))
    first = pack.folder("shops", Shop)
    (tmp_path / "one/shops/bread.yaml").unlink()
    assert pack.folder("shops", Shop) is first


def test_a_child_overrides_its_parent_file_by_file(tmp_path: Path) -> None:
    write(tmp_path / "parent", shops__bread=BREAD, shops__meat=BREAD.replace("bakery", "butcher"))
    city = child(tmp_path / "city", shops__bread=BREAD.replace("2020", "2021"))
    shops = Pack.read(city).folder("shops", Shop)
    assert shops["bread"].opened.year == 2021
    assert shops["meat"].kind == "butcher"


def test_a_childs_pack_yaml_is_laid_over_its_parents(tmp_path: Path) -> None:
    write(tmp_path / "parent")
    info = Pack.read(child(tmp_path / "city")).info
    assert (info.code, info.level1, info.extends) == ("city", "X", "parent")


def test_lists_that_grow_keep_what_the_parent_says(tmp_path: Path) -> None:
    write(tmp_path / "parent", days="opens: 8\noff: [mon]\n")
    city = child(tmp_path / "city", days="off: [tue]\n")
    assert Pack.read(city).file("days", Days) == Days(opens=8, off=["mon", "tue"])
    assert said(city) == []


def test_other_files_come_from_the_child_else_the_parent(tmp_path: Path) -> None:
    parent, city = write(tmp_path / "parent"), child(tmp_path / "city")
    for folder, name in ((parent, "a.typ"), (parent, "b.typ"), (city, "b.typ")):
        (folder / "results").mkdir(exist_ok=True)
        (folder / "results" / name).write_text(folder.name)
    pack = Pack.read(city)
    assert pack.path("results", "a.typ").read_text() == "parent"
    assert pack.path("results", "b.typ").read_text() == "city"


@pytest.mark.parametrize("name", ["../pack.yaml", "..", "", "a/b", "a\\b", "missing.typ"])
def test_no_path_leads_out_of_the_pack(tmp_path: Path, name: str) -> None:
    write(tmp_path / "one")
    with pytest.raises(PackBroken):
        Pack.read(tmp_path / "one").path("results", name)


def test_a_parent_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(PackBroken, match=r"city/pack\.yaml:2: there is no folder 'parent'"):
        Pack.read(child(tmp_path / "city"))
    assert [line for _, line, _, _ in said(tmp_path / "city")] == [2]


def test_what_the_platform_reads_it_reads_strictly(tmp_path: Path) -> None:
    pack = Pack.read(write(tmp_path / "one", shops__bread=BREAD + "colour: red\n"))
    with pytest.raises(PackBroken, match=r"bread\.yaml:4: unknown key 'colour'"):
        pack.folder("shops", Shop)


def read(tmp_path: Path, text: str) -> yaml_file.YamlFile:
    path = tmp_path / "a.yaml"
    path.write_text(text, "utf-8")
    return yaml_file.read(path)


def test_bare_words_mean_what_yaml_1_2_says(tmp_path: Path) -> None:
    text = "on: yes\noff: no\nday: 2025-01-01\nhour: 12:30\ncode: 00004\nversion: 3.10\nis: true\n"
    assert read(tmp_path, text).value == {
        "on": "yes",
        "off": "no",
        "day": "2025-01-01",
        "hour": "12:30",
        "code": "00004",
        "version": 3.1,
        "is": True,
    }


def test_text_is_read_in_composed_letters(tmp_path: Path) -> None:
    assert read(tmp_path, "a: Ti\u00ea\u0301ng\n").value == {"a": "Tiếng"}


def test_anchors_are_followed(tmp_path: Path) -> None:
    assert read(tmp_path, "a: &x [1]\nb: *x\n").value == {"a": [1], "b": [1]}


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "'a' is written twice"),
        ("a: 1\n b: 2\n", 2, "not YAML"),
        ("a: !!python/name:os.system\n", 1, "the tag 'python/name:os.system' is not used"),
        ("? [a]\n: 1\n", 1, "a key that is not a word"),
        ("a: 1\n---\nb: 2\n", 2, "not YAML"),
        ("[" * 100_000, 1, "nested too deeply"),
        ("a: 12345678901234567890\n", 1, "a number too long to be exact"),
        ("a: &a [*a]\n", 1, "too large once aliases are followed"),
        (
            "a: &a [1,1,1,1,1,1,1,1,1,1]\n"
            + "".join(
                f"{n}: &{n} [{','.join([f'*{m}'] * 10)}]\n"
                for m, n in zip("abcde", "bcdef", strict=True)
            ),
            5,  # a is 11 nodes, b 111, … and e 111,111: more than 100,000
            "too large once aliases are followed",
        ),
        ("a" * 1_000_001, 1, "larger than 1000000 bytes"),
    ],
)
def test_yaml_that_cannot_be_used_is_a_fault_with_its_line(
    tmp_path: Path, text: str, line: int, what: str
) -> None:
    found = read(tmp_path, text).faults
    assert [(f.line, what in f.what) for f in found] == [(line, True)]


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    yaml_file.read(path)


BROKEN = """\
name: {vi: "", en: Bread}
opened: 2020-02-30
kind: bakry
floor: 3
code: 77
colour: red
"""


def test_every_breach_of_a_file_is_told_at_its_line(tmp_path: Path) -> None:
    city = write(tmp_path / "one", shops__bread=BROKEN)
    assert said(city) == [
        ("one/shops/bread.yaml", 1, "text is empty in Vietnamese", "write it"),
        (
            "one/shops/bread.yaml",
            2,
            "'opened' is '2020-02-30'",
            "write a date that exists, such as 2026-07-01 for a date",
        ),
        ("one/shops/bread.yaml", 3, "'kind' cannot be 'bakry'", "did you mean 'bakery'?"),
        (
            "one/shops/bread.yaml",
            4,
            "'floor' is number, not string or null",
            "put it between quotes",
        ),
        (
            "one/shops/bread.yaml",
            5,
            "'code' is number, not string",
            "put it between quotes, like this: small letters",
        ),
        (
            "one/shops/bread.yaml",
            6,
            "unknown key 'colour'",
            "known here: name, opened, kind, floor, code",
        ),
    ]


def test_what_is_missing_is_told_where_it_should_stand(tmp_path: Path) -> None:
    city = write(tmp_path / "one", shops__bread="kind: bakery\nname:\n  vi: Bánh\n")
    assert said(city) == [
        ("one/shops/bread.yaml", 1, "'opened' is missing", "add 'opened: …'"),
        ("one/shops/bread.yaml", 2, "text missing in English", "add 'en: …'"),
    ]


def test_a_file_that_lies_nowhere_is_told(tmp_path: Path) -> None:
    city = write(tmp_path / "one", day="opens: 1\n")
    found = [("one/day.yaml", 1, "no kind of file lies here", "did you mean days.yaml?")]
    assert said(city) == found


def test_faults_of_the_parent_are_told_too(tmp_path: Path) -> None:
    write(tmp_path / "parent", days="opens: soon\n")
    assert [f[:2] for f in said(child(tmp_path / "city"))] == [("parent/days.yaml", 1)]


def test_a_folder_without_a_pack_says_so(tmp_path: Path) -> None:
    assert [f.what for f in faults(tmp_path, [], [])] == ["there is no pack.yaml here"]


def test_a_check_sees_the_faulty_file_too_and_finds_lines_by_place(tmp_path: Path) -> None:
    city = write(tmp_path / "one", shops__bread="name: {vi: x}\nkind: bakery\nextra: 1\n")

    def check(pack: Pack, where: Where) -> Iterator[PackFault]:
        shop = pack.folder("shops", Shop)["bread"]
        yield where.fault("shops/bread.yaml", ("kind",), f"a {shop.kind}", "close it")

    found = [(f.line, f.what) for f in faults(city, [SHOP], [check])]
    assert found == [
        (1, "'opened' is missing"),
        (1, "text missing in English"),
        (2, "a bakery"),
        (3, "unknown key 'extra'"),
    ]


def test_the_schema_of_a_kind_is_json_schema_for_editors() -> None:
    made = schema(SHOP)
    assert made["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    shop = made["$defs"]["Shop"]
    assert shop["additionalProperties"] is False
    assert shop["required"] == ["name", "opened", "kind"]
