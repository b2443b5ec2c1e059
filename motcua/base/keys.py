"""Keys that lie outside the database, and what is sealed with them.

Each person has a key of their own; it lies in a file, wrapped by a key of the city. Whoever has the
database alone, or an old copy of it, reads nothing that was sealed; without a person's key nobody
ever does again.
"""

import fcntl
import hmac
import os
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from motcua.base import disk
from motcua.base.errors import NotFound

KEY_BYTES, NONCE_BYTES = 32, 12
VERSION = b"\x01"
"""The first byte of everything sealed; no text begins with it."""
DESTROYED = "destroyed"


class Erased(NotFound):
    """What it was sealed with has been destroyed: the thing exists no more, for anybody."""

    def __init__(self) -> None:
        super().__init__("privacy.erased")


def seal(key: bytes, place: str, row: str, content: bytes) -> bytes:
    """AES-256-GCM, bound to the table, the column and the row: moved elsewhere it does not open."""
    nonce = os.urandom(NONCE_BYTES)
    return VERSION + nonce + AESGCM(key).encrypt(nonce, content, _about(place, row))


def unseal(key: bytes, place: str, row: str, sealed: bytes) -> bytes:
    """Raises ValueError for what was changed, moved or sealed with another key."""
    nonce, content = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    try:
        return AESGCM(key).decrypt(nonce, content, _about(place, row))
    except InvalidTag:
        raise ValueError(f"{place}: sealed with another key, or changed") from None


def is_sealed(content: bytes) -> bool:
    return content[:1] == VERSION


def _about(place: str, row: str) -> bytes:
    return f"{place}\0{row}".encode()


FIRST = "0001"


class FolderWrapping:
    """The city's own key in a folder, a file for each generation; the newest wraps. A hardware
    module takes its place with `wrap` and `unwrap`, and shows its key to nobody."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def wrap(self, key: bytes, name: str) -> str:
        generation = self.generations()[-1]
        sealed = seal(self._read(generation), "key", name, key)
        return f"{generation}.{b64encode(sealed).decode()}"

    def unwrap(self, wrapped: str, name: str) -> bytes:
        generation, _, sealed = wrapped.partition(".")
        return unseal(self._read(generation), "key", name, b64decode(sealed))

    def generations(self) -> list[str]:
        """Oldest first; the first of all is made when it is first asked for."""
        found = sorted(path.stem for path in self.folder.glob("*.key"))
        # By its name: of two processes that find none, the second takes what the first made.
        return found or [self._made(FIRST)]

    def renew(self) -> str:
        """A new generation, by which everything is wrapped from now on."""
        return self._made(f"{int(self.generations()[-1]) + 1:04}")

    def _made(self, name: str) -> str:
        written = secrets.token_bytes(KEY_BYTES)
        _write_once(self.folder / f"{name}.key", b64encode(written).decode())
        return name

    def forget(self, generation: str) -> None:
        (self.folder / f"{generation}.key").unlink()

    def _read(self, generation: str) -> bytes:
        return b64decode((self.folder / f"{generation}.key").read_text())


class KeyFolder:
    """Keys by name, each in a file of its own. A destroyed key leaves its name, so that none is
    made under it again."""

    def __init__(self, folder: Path, wrapping: FolderWrapping) -> None:
        self.folder, self.wrapping = folder, wrapping

    def key(self, name: str) -> bytes:
        """The key of this name, made now if there was none. Raises `Erased`."""
        path = self._path(name)
        try:
            written = path.read_text()
        except FileNotFoundError:
            self._make(path, name)
            written = path.read_text()
        if written == DESTROYED:
            raise Erased
        return self.wrapping.unwrap(written, name)

    def destroy(self, name: str) -> None:
        """For ever: whatever was sealed with it is gone from every copy. Harmless if repeated."""
        with self.locked():
            _replace(self._path(name), DESTROYED)

    def forget(self, name: str) -> None:
        """Destroyed, and another may be made under the same name."""
        with self.locked():
            self._path(name).unlink(missing_ok=True)

    def has(self, name: str) -> bool:
        """Whether a key of this name was ever made."""
        return self._path(name).is_file()

    def is_destroyed(self, name: str) -> bool:
        path = self._path(name)
        return path.is_file() and path.read_text() == DESTROYED

    def rewrap(self) -> int:
        """Wrap every key by the newest key of the city; how many there were."""
        count = 0
        for path in sorted(self.folder.glob("*/*")):
            with self.locked():
                written = path.read_text()
                if written != DESTROYED:
                    key = self.wrapping.unwrap(written, path.name)
                    _replace(path, self.wrapping.wrap(key, path.name))
                    count += 1
        return count

    def _make(self, path: Path, name: str) -> None:
        # Shared: while a rotation begins, nobody wraps by the key that is about to go.
        with self.locked(fcntl.LOCK_SH):
            _write_once(path, self.wrapping.wrap(secrets.token_bytes(KEY_BYTES), name))

    @contextmanager
    def locked(self, how: int = fcntl.LOCK_EX) -> Iterator[None]:
        """Nobody makes, wraps or destroys meanwhile."""
        with disk.locked(self.folder, how):
            yield

    def _path(self, name: str) -> Path:
        # Ids begin with the time, so the last digits spread them.
        return self.folder / name[-3:] / name


def rotate(wrapping: FolderWrapping, folders: list[KeyFolder]) -> int:
    """A new key of the city, everything wrapped anew, and the old one forgotten: copies of these
    folders from before open nothing any more. How many keys there were."""
    old = wrapping.generations()
    with ExitStack() as held:
        for folder in folders:
            held.enter_context(folder.locked())
        wrapping.renew()
    count = sum(folder.rewrap() for folder in folders)
    for generation in old:
        wrapping.forget(generation)
    return count


def people(keys: Path) -> KeyFolder:
    """The keys of people; `keys` is the city's folder of secrets."""
    return KeyFolder(keys / "people", FolderWrapping(keys / "city"))


def files(keys: Path) -> KeyFolder:
    """The keys of stored files, by digest."""
    return KeyFolder(keys / "files", FolderWrapping(keys / "city"))


def secret(path: Path) -> bytes:
    """A secret of the city's own, made when it is first asked for."""
    if not path.exists():
        _write_once(path, b64encode(secrets.token_bytes(KEY_BYTES)).decode())
    return b64decode(path.read_text())


def blind_index(key: bytes, place: str, value: str) -> bytes:
    """Finds a sealed value again without opening any: equal values, equal index."""
    return hmac.digest(key, _about(place, value), "sha256")


def _write_once(path: Path, content: str) -> None:
    disk.write_once(path, content.encode(), path.parent.parent)


def _replace(path: Path, content: str) -> None:
    # Written beside the folder of names, so that nobody takes a part for a key.
    disk.replace(path, content.encode(), path.parent.parent)
