"""The agencies of the running city, and who holds a post in them."""

from collections.abc import Collection
from datetime import date
from zoneinfo import ZoneInfo

from motcua.agencies import queries, rules
from motcua.agencies.model import Agency, AgencyFile, AgencyKind, Post
from motcua.base import clock
from motcua.base.errors import NotFound
from motcua.base.ids import PersonId
from motcua.base.text import Text
from motcua.db import City, Read, Write

RECEIVERS_KEPT_MAX = 1000


class Agencies:
    def __init__(self, file: AgencyFile, zone: ZoneInfo) -> None:
        self.file = file
        self.zone = zone
        self._by_code = {agency.code: agency for agency in file.agencies}
        self._receivers: dict[tuple[object, ...], list[Agency]] = {}

    @classmethod
    def of(cls, city: City) -> "Agencies":
        zone = ZoneInfo(city.pack.info.time_zone)
        return cls(city.pack.file("agencies", AgencyFile), zone)

    @property
    def all(self) -> tuple[Agency, ...]:
        return self.file.agencies

    def by_code(self, code: str) -> Agency:
        if code not in self._by_code:
            raise NotFound("agency.unknown", agency=code)
        return self._by_code[code]

    def name(self, code: str) -> Text:
        """An agency that the pack no longer lists is called by its code: old cases name it."""
        known = self._by_code.get(code)
        return known.name if known else Text(code, code)

    def receivers(
        self,
        codes: Collection[str] = (),
        kind: AgencyKind | None = None,
        commune: str | None = None,
    ) -> list[Agency]:
        """Who may receive it today: these codes (or authorities), or every agency of the kind."""
        today = clock.now().astimezone(self.zone).date()
        wanted = (today, tuple(codes), kind, commune)
        if wanted not in self._receivers:
            if len(self._receivers) >= RECEIVERS_KEPT_MAX:
                self._receivers.clear()
            self._receivers[wanted] = rules.receivers(self.file, codes, kind, commune, today)
        return self._receivers[wanted]


async def posts_of(db: Read) -> list[Post]:
    """The posts that the acting person holds today."""
    return await queries.posts_of_person(db, db.person, _today(db))


async def roles_in(db: Read, agency_code: str) -> set[str]:
    """What the acting person is in that agency today; empty: nothing."""
    return set(await queries.roles_of_person(db, db.person, agency_code, _today(db)))


async def holds(db: Read, person: PersonId, agency_code: str, role: str) -> bool:
    """Whether somebody else holds that post today; the acting person's own are `roles_in`."""
    return await queries.holds(db, person, agency_code, role)


async def appoint(db: Write, person: PersonId, agency_code: str, role: str, since: date) -> None:
    """Twice is once. The platform's own act: row-level security refuses it to anyone else."""
    db.city[Agencies].by_code(agency_code)
    await queries.add_post(db, person, agency_code, role, since)


def _today(db: Read) -> date:
    return clock.now().astimezone(db.city[Agencies].zone).date()
