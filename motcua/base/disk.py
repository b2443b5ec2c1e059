"""Files that are whole or not there, also after a power cut, and one writer at a time."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOCK = ".lock"


def write_once(path: Path, content: bytes, parts: Path) -> None:
    """Never over what another process wrote first. `parts`: where it is written until it is whole,
    on the same disk."""
    part = _part(path, content, parts)
    try:
        os.link(part, path)
    except FileExistsError:
        pass
    finally:
        part.unlink()
    _settle(path.parent)


def replace(path: Path, content: bytes, parts: Path) -> None:
    os.rename(_part(path, content, parts), path)
    _settle(path.parent)


@contextmanager
def locked(folder: Path, how: int = fcntl.LOCK_EX) -> Iterator[None]:
    """Among all processes that ask for this folder's lock; shared or alone."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    held = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(held, how)
        yield
    finally:
        os.close(held)


def _part(path: Path, content: bytes, parts: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.NamedTemporaryFile(dir=parts, delete=False) as part:
        part.write(content)
        part.flush()
        os.fsync(part.fileno())
    return Path(part.name)


def _settle(folder: Path) -> None:
    """The name is on the disk, too."""
    known = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(known)
    finally:
        os.close(known)
