"""One running city: its settings, its pack, its database, and what rooms keep in memory of it."""

from typing import Any, Protocol, TypeVar

from motcua.base.pack import Pack
from motcua.base.settings import Settings
from motcua.db.bell import Bell
from motcua.db.database import Database

T = TypeVar("T", covariant=True)


class Kept(Protocol[T]):
    """A class of which a city has one: `city[Calendar]` asks it once, `Calendar.of(city)`."""

    @classmethod
    def of(cls, city: "City") -> T: ...


class City:
    """Handed from the entrances to every room; holds no state of its own that a restart loses."""

    def __init__(self, settings: Settings, pack: Pack, database_url: str) -> None:
        self.settings = settings
        self.pack = pack
        self.database = Database(self, database_url)
        self.bell = Bell(self)
        self._kept: dict[Any, Any] = {}

    async def close(self) -> None:
        """Hang up: the database, and every line that a room keeps open."""
        for kept in self._kept.values():
            if close := getattr(kept, "close", None):
                await close()
        await self.bell.close()
        await self.database.close()

    def __getitem__(self, kind: type[Kept[T]]) -> T:
        if kind not in self._kept:
            self._kept[kind] = kind.of(self)
        kept: T = self._kept[kind]
        return kept
