"""The habits of the house that a machine can hold."""

import re
from pathlib import Path

import pytest

from motcua.base.pack import Pack

ROOT = Path(__file__).parents[2]
HOUSE = ROOT / "motcua"
LINES_MAX = 500
BANNED_FILES = {"utils", "helpers", "services", "common", "misc"}


def sources() -> list[Path]:
    return [p for p in HOUSE.rglob("*.py") if "demo" not in p.relative_to(HOUSE).parts]


def city_names() -> set[str]:
    """What the packs call their cities and countries, as names in the code would be spelt."""
    names = {"hanoi", "ha noi", "hà nội", "vietnam", "viet nam", "việt nam", "vneid"}
    for folder in (ROOT / "packs").iterdir():
        info = Pack.read(folder).info
        names |= {info.name.vi.lower(), info.name.en.lower(), info.country.vi.lower()}
    return names - {""}


def test_no_code_knows_a_city_or_a_country() -> None:
    wanted = "|".join(re.escape(name) for name in sorted(city_names()))
    names = re.compile(rf"\b({wanted})\b")
    suffixes = {".py", ".sql", ".html", ".js"}
    found = [
        f"{path.relative_to(ROOT)}: {hit.group()}"
        for path in HOUSE.rglob("*")
        if path.suffix in suffixes
        and "demo" not in path.relative_to(HOUSE).parts
        and "static" not in path.parts
        and (
            hit := names.search(
                path.read_text().lower().replace("be vietnam pro", "").replace("be-vietnam-pro", "")
            )
        )
    ]
    assert not found


def test_no_file_outgrows_its_room() -> None:
    long = [
        f"{path.relative_to(ROOT)}: {count}"
        for path in [*HOUSE.rglob("*.py"), *(ROOT / "tests").rglob("*.py")]
        if (count := len(path.read_text().splitlines())) > LINES_MAX
    ]
    assert not long


def test_no_file_is_a_drawer_for_everything() -> None:
    assert not [p for p in HOUSE.rglob("*") if p.stem in BANNED_FILES]


def test_every_module_begins_with_what_it_holds() -> None:
    silent = [
        str(p.relative_to(ROOT))
        for p in HOUSE.rglob("*.py")
        if p.stat().st_size and not p.read_text().lstrip().startswith('"""')
    ]
    assert not silent


@pytest.mark.parametrize("path", sorted((ROOT / "changes").glob("[0-9]*")), ids=lambda p: p.name)
def test_a_fragment_of_the_changelog_says_what_kind_it_is(path: Path) -> None:
    assert re.fullmatch(r"[0-9]+\.(added|changed|fixed)\.md", path.name)
    assert path.read_text().strip()
