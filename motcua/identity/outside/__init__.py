"""The providers: their addresses, their keys, the wires they speak, and the city's keys to them."""

from motcua.base.settings import Settings
from motcua.db import City
from motcua.identity.model import IdentityPack, Provider, Realm
from motcua.identity.outside.envelope import Envelope
from motcua.identity.outside.fapi2 import Fapi2
from motcua.identity.outside.keys import client_key, cookie_key
from motcua.identity.outside.oidc import Oidc
from motcua.identity.outside.partner import UNREADABLE, Partner

__all__ = ["UNREADABLE", "Partner", "Providers", "client_key"]

WIRES: dict[str, type[Partner]] = {"oidc": Oidc, "fapi2": Fapi2, "envelope": Envelope}


class Providers:
    """`city[Providers]`: who signs residents in, and who signs officers in."""

    def __init__(self, settings: Settings, described: IdentityPack) -> None:
        self.cookie_key = cookie_key(settings)
        self.residents = _partner(settings, "residents", described.residents)
        self.officers = _partner(settings, "officers", described.officers)

    @classmethod
    def of(cls, city: City) -> "Providers":
        return cls(city.settings, city.pack.file("identity", IdentityPack))

    async def close(self) -> None:
        await self.residents.close()
        await self.officers.close()

    def __getitem__(self, realm: Realm) -> Partner:
        return self.officers if realm == "officers" else self.residents


def _partner(settings: Settings, realm: Realm, described: Provider) -> Partner:
    return WIRES[described.wire](settings, realm, described)
