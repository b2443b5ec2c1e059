"""The store of bytes: a folder, where each file lies under the digest of its content.

A city with an object store writes a second class with `put` and `get`.
"""

import hashlib
import os
import tempfile
from pathlib import Path

from motcua.db import City


class FolderStore:
    """Keeps bytes for good. What is kept is never changed; the same bytes are kept once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def of(cls, city: City) -> "FolderStore":
        return cls(city.settings.data / "files")

    def put(self, content: bytes) -> bytes:
        """The digest under which the content now lies, safe against a power cut. Blocks."""
        digest = hashlib.sha256(content)
        path = self._path(digest.digest())
        if path.exists():
            return digest.digest()
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as part:
            part.write(content)
            part.flush()
            os.fsync(part.fileno())
        os.rename(part.name, path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return digest.digest()

    def get(self, sha256: bytes) -> bytes:
        """The content. A digest that does not match is a broken disk, and a bug to shout about."""
        content = self._path(sha256).read_bytes()
        assert hashlib.sha256(content).digest() == sha256, "a stored file has changed on disk"
        return content

    def _path(self, sha256: bytes) -> Path:
        name = sha256.hex()
        return self.folder / name[:2] / name
