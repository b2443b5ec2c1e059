"""The build of the front end asks for Node only where it must, and builds only what has changed."""

import importlib.util
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def front_end(tmp_path, monkeypatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("front_end", ROOT / "build_backend/front_end.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sources = tmp_path / "frontend"
    sources.mkdir()
    for name in ("package-lock.json", "main.scss"):
        shutil.copy(ROOT / "frontend" / name, sources)
    target = tmp_path / "static"
    target.mkdir()
    monkeypatch.setattr(module, "SOURCES", sources)
    monkeypatch.setattr(module, "TARGET", target)
    monkeypatch.setattr(module, "STAMP", target / "sources.sha256")
    return module


def fake_node(folder: Path, version: str) -> None:
    (folder / "bin").mkdir(parents=True)
    (folder / "lib/node_modules/npm/bin").mkdir(parents=True)
    (folder / "lib/node_modules/npm/bin/npm-cli.js").write_text("")
    node = folder / "bin" / "node"
    node.write_text(f"#!/bin/sh\necho {version}\n")
    node.chmod(0o755)


def test_what_has_not_changed_is_not_built_again(front_end):
    assert not front_end.is_current()
    front_end.STAMP.write_text(front_end._hash_of_sources())
    assert front_end.is_current()
    (front_end.SOURCES / "main.scss").write_text("a{}")
    assert not front_end.is_current()


def test_line_ends_do_not_change_the_hash(front_end):
    before = front_end._hash_of_sources()
    style = front_end.SOURCES / "main.scss"
    style.write_bytes(style.read_bytes().replace(b"\n", b"\r\n"))
    assert front_end._hash_of_sources() == before


@pytest.mark.parametrize(
    ("version", "asks"), [("v24.1.0", False), ("v20.0.0", False), ("v18.19.0", True)]
)
@pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands in for Node")
def test_node_is_asked_for_where_there_is_none_new_enough(
    front_end, tmp_path, monkeypatch, version, asks
):
    fake_node(tmp_path / "node", version)
    monkeypatch.setenv("PATH", f"{tmp_path / 'node' / 'bin'}:/bin")
    assert front_end.needs() == ([front_end.NODE_WHEEL] if asks else [])


def test_node_is_not_asked_for_when_nothing_is_to_be_built(front_end, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert front_end.needs() == [front_end.NODE_WHEEL]
    front_end.STAMP.write_text(front_end._hash_of_sources())
    assert front_end.needs() == []


@pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands in for Node")
def test_an_npm_that_cannot_fetch_ends_in_one_sentence_with_the_ways_out(
    front_end, tmp_path, monkeypatch
):
    fake_node(tmp_path / "node", "v24.1.0")
    (tmp_path / "node/bin/node").write_text(
        '#!/bin/sh\n[ "$1" = --version ] && echo v24.1.0 && exit 0\nexit 1\n'
    )
    monkeypatch.setenv("PATH", f"{tmp_path / 'node' / 'bin'}:/bin")
    with pytest.raises(SystemExit, match=r"registry.*wheel or sdist.*motcua/web/static"):
        front_end.build()
    assert not front_end.is_current()


def test_the_fonts_that_are_shipped_are_small_and_speak_vietnamese():
    fonttools = pytest.importorskip("fontTools.ttLib")
    web = sorted((ROOT / "motcua/web/fonts").glob("*.woff2"))
    assert sum(path.stat().st_size for path in web) <= 50_000
    for path in [*web, *(ROOT / "motcua/documents/fonts").glob("BeVietnamPro*.ttf")]:
        with fonttools.TTFont(path) as font:
            letters = font.getBestCmap()
            wanted = [*range(0x1EA0, 0x1EFA), *map(ord, "ĂăĐđĨĩŨũƠơƯư₫0123456789")]
            assert [chr(code) for code in wanted if code not in letters] == [], path
            tags = {record.FeatureTag for record in font["GSUB"].table.FeatureList.FeatureRecord}
            assert "tnum" in tags
