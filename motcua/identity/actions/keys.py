"""Sealing what is a person's own with their key, opening it, and destroying the key for ever."""

import time
from base64 import b64decode, b64encode
from collections import OrderedDict
from collections.abc import Collection
from typing import Any
from uuid import UUID

import msgspec

from motcua.base import keys
from motcua.base.ids import PersonId
from motcua.base.settings import Settings
from motcua.db import City

KEYS_MAX = 10_000
KEY_SECONDS = 60
"""How long a process may go on with a key that another has destroyed."""
SEALED = "~"
"""In a JSON object: where the sealed part lies. No field of a form can be called so."""


class Keys:
    """`city[Keys]`: the keys of people; those used last are remembered for a moment."""

    def __init__(self, settings: Settings) -> None:
        self.folder = keys.people(settings.keys)
        self._index_file = settings.keys / "index.key"
        self._index: bytes | None = None
        self._known: OrderedDict[UUID, tuple[float, bytes]] = OrderedDict()

    @classmethod
    def of(cls, city: City) -> "Keys":
        return cls(city.settings)

    def key(self, person: UUID) -> bytes:
        now = time.monotonic()
        until, found = self._known.get(person, (0.0, b""))
        if until < now:
            found = self.folder.key(str(person))
            self._known[person] = (now + KEY_SECONDS, found)
            self._known.move_to_end(person)
            if len(self._known) > KEYS_MAX:
                self._known.popitem(last=False)
        return found

    def has(self, person: UUID) -> bool:
        """Whether there is one to read, or one is remembered."""
        return person in self._known or self.folder.has(str(person))

    def destroy(self, person: UUID) -> None:
        self.folder.destroy(str(person))
        self._known.pop(person, None)

    def index(self, place: str, value: str) -> bytes:
        if self._index is None:
            self._index = keys.secret(self._index_file)
        return keys.blind_index(self._index, place, value)


def seal(city: City, person: UUID, place: str, row: UUID | str, content: bytes) -> bytes:
    """`place`: table and column. What is sealed opens there, in that row, and nowhere else."""
    return keys.seal(city[Keys].key(person), place, str(row), content)


def unseal(city: City, person: UUID, place: str, row: UUID | str, sealed: bytes) -> bytes:
    """Raises `keys.Erased` when the person's key was destroyed."""
    return keys.unseal(city[Keys].key(person), place, str(row), sealed)


def seal_text(city: City, person: UUID, place: str, row: UUID, text: str | None) -> bytes | None:
    return None if text is None else seal(city, person, place, row, text.encode())


def unseal_text(
    city: City, person: UUID, place: str, row: UUID, sealed: bytes | None
) -> str | None:
    return None if sealed is None else unseal(city, person, place, row, sealed).decode()


def seal_some(
    city: City,
    person: UUID,
    place: str,
    row: UUID | str,
    values: dict[str, Any],
    names: Collection[str] | None = None,
) -> dict[str, Any]:
    """A JSON object of which these names, or all, lie sealed: still one object in one column."""
    hidden = {k: v for k, v in values.items() if names is None or k in names}
    if not hidden:
        return values
    sealed = seal(city, person, place, row, msgspec.json.encode(hidden))
    kept = {k: v for k, v in values.items() if k not in hidden}
    return {**kept, SEALED: b64encode(sealed).decode()}


def unseal_some(
    city: City, person: UUID, place: str, row: UUID | str, values: dict[str, Any]
) -> dict[str, Any]:
    """The whole object again; one of which nothing was sealed comes back as it is."""
    if SEALED not in values:
        return values
    opened = unseal(city, person, place, row, b64decode(values[SEALED]))
    kept = {k: v for k, v in values.items() if k != SEALED}
    return {**kept, **msgspec.json.decode(opened)}


def number_index(city: City, number: str) -> bytes:
    """By what a person is found whose number lies sealed."""
    return city[Keys].index("identity.people.number", number)


def destroy_key(city: City, person: PersonId) -> None:
    """Whatever was sealed with it is gone, from backups too."""
    city[Keys].destroy(person)
