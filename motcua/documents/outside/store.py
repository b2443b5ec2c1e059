"""The store of bytes: a folder, where each file lies under the digest of its content, sealed with a
key of its own that lies elsewhere. A file whose key is gone is gone from every copy of the folder.

A city with an object store writes a second class with `put`, `get` and `sweep`.
"""

import fcntl
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from motcua.base import clock, disk, keys
from motcua.base.keys import KeyFolder
from motcua.db import City

PLACE = "file"


class FolderStore:
    """Keeps bytes until nobody names them. They are never changed; the same bytes are kept once."""

    def __init__(self, folder: Path, own: KeyFolder) -> None:
        self.folder, self._keys = folder, own

    @classmethod
    def of(cls, city: City) -> "FolderStore":
        return cls(city.settings.data / "files", keys.files(city.settings.keys))

    def put(self, content: bytes) -> bytes:
        """The digest under which the content now lies, safe against a power cut. Blocks."""
        digest = hashlib.sha256(content)
        path = self._path(digest.digest())
        with disk.locked(self.folder, fcntl.LOCK_SH):
            if path.exists():
                os.utime(path)  # somebody is about to name it again
                return digest.digest()
            self._write(path, content)
        return digest.digest()

    def get(self, sha256: bytes) -> bytes:
        """The content. A digest that does not match is a broken disk, and a bug to shout about."""
        path = self._path(sha256)
        content = path.read_bytes()
        if keys.is_sealed(content):
            content = keys.unseal(self._keys.key(path.name), PLACE, path.name, content)
        assert hashlib.sha256(content).digest() == sha256, "a stored file has changed on disk"
        return content

    def sweep(self, seconds: float, named: Callable[[list[bytes]], set[bytes]]) -> int:
        """Take away what lay untouched so long and nobody names; how many files went. Blocks.

        What is older than the keys of files is sealed on the way.
        """
        count = 0
        for folder in sorted(path for path in self.folder.glob("[0-9a-f][0-9a-f]")):
            there = {bytes.fromhex(p.name): p for p in folder.iterdir() if len(p.name) == 64}
            for digest in there.keys() - named(list(there)):
                count += self._forget(there.pop(digest), seconds)
            for digest, path in there.items():
                self._seal_old(digest, path)
        return count

    def _forget(self, path: Path, seconds: float) -> bool:
        with disk.locked(self.folder, fcntl.LOCK_EX):
            if clock.now().timestamp() - path.stat().st_mtime < seconds:
                return False
            path.unlink()
            self._keys.forget(path.name)
            return True

    def _seal_old(self, digest: bytes, path: Path) -> None:
        with path.open("rb") as file:
            if keys.is_sealed(file.read(1)):
                return
        with disk.locked(self.folder, fcntl.LOCK_EX):
            self._write(path, self.get(digest))

    def _write(self, path: Path, content: bytes) -> None:
        sealed = keys.seal(self._keys.key(path.name), PLACE, path.name, content)
        disk.replace(path, sealed, path.parent)

    def _path(self, sha256: bytes) -> Path:
        name = sha256.hex()
        return self.folder / name[:2] / name
