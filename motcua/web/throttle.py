"""How often one may ask: counted by person, where nobody is known by client, and by its network.

Counted in the memory of each web process (docs/notes/0017): several of them let in as many times
more. What a limit is called and how much it lets in is the operator's (`limits` in motcua.toml).
"""

import time
from collections import OrderedDict
from collections.abc import Mapping
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from limits import RateLimitItem, RateLimitItemPerSecond, parse
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter
from litestar.connection import ASGIConnection
from litestar.exceptions import TooManyRequestsException
from litestar.handlers import BaseRouteHandler

from motcua.base.errors import Invalid

COUNTERS_MAX = 100_000  # the longest unseen are forgotten first
NETWORK_CLIENTS = 20
"""A network may do what twenty of its clients may: many people share the address of a school, an
office or a telephone company, and one attacker may have many addresses side by side."""

_named: dict[str, "Throttle"] = {}


class Throttle:
    """`guards=[Throttle(10, 60, "verify")]`: ten tries a minute for each person or client."""

    def __init__(self, limit: int, seconds: int, name: str = "") -> None:
        self.name = name
        self._said = RateLimitItemPerSecond(limit, seconds)
        self._allow(self._said)
        if name:
            assert name not in _named, f"two limits are called {name}"
            _named[name] = self

    def wait(self, key: str) -> int:
        """Seconds until this one may try again; 0 lets it in and counts the try."""
        return self._wait(self._item, key)

    def take(self, key: object) -> None:
        """One try, or a refusal that says when to come back."""
        _refuse(self.wait(str(key)))

    def take_from(self, connection: ASGIConnection[Any, Any, Any, Any]) -> None:
        """One try of the person who is signed in; else of the client, and of its network."""
        if viewer := connection.scope["state"].get("viewer"):
            return self.take(viewer.person)
        client = client_of(connection)
        _refuse(self._wait(self._item, client) or self._wait(self._network, network_of(client)))

    async def __call__(
        self, connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
    ) -> None:
        self.take_from(connection)

    def forget(self) -> None:
        """Everybody may try anew: for tests."""
        self._counters.reset()

    def _allow(self, item: RateLimitItem) -> None:
        self.limit, self.seconds = item.amount, item.get_expiry()
        self._item = item
        self._network = RateLimitItemPerSecond(item.amount * NETWORK_CLIENTS, self.seconds)
        self._counters = Counters()
        self._limiter = FixedWindowRateLimiter(self._counters)

    def _wait(self, item: RateLimitItem, key: str) -> int:
        if self._limiter.hit(item, key):
            return 0
        return max(1, round(self._limiter.get_window_stats(item, key).reset_time - time.time()))  # noqa: TID251


def set_limits(given: Mapping[str, str]) -> None:
    """What the operator decided, by name: `{"verify": "5 per minute"}`. The rest is as written."""
    if unknown := sorted(given.keys() - _named.keys()):
        raise Invalid("settings.no_such_limit", limit=unknown[0], known=", ".join(sorted(_named)))
    for name, throttle in _named.items():
        try:
            throttle._allow(parse(given[name]) if name in given else throttle._said)
        except ValueError:
            raise Invalid("settings.limit_unreadable", limit=name, said=given[name]) from None


def client_of(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """The address a request came from; of IPv6 its /64, for a household has that many."""
    return _client(connection.client.host) if connection.client else "-"


@lru_cache(4096)
def _client(host: str) -> str:
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host  # a socket of this machine, or whatever a proxy says
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return str(ip_network((address, 64), strict=False))
    return str(getattr(address, "ipv4_mapped", None) or address)


@lru_cache(4096)
def network_of(client: str) -> str:
    """The neighbours of a client: the /24 of an IPv4 address, the /48 of an IPv6 one."""
    if client.endswith("/64"):
        return str(ip_network(client).supernet(new_prefix=48))
    return client.rpartition(".")[0] + ".*"


def _refuse(seconds: int) -> None:
    if seconds:
        raise TooManyRequestsException(headers={"Retry-After": str(seconds)})


class Counters(Storage):
    """Tries by key, each until it expires, and no more keys than the memory is meant for.

    The library's own memory starts a thread every hundredth of a second and walks through all keys
    in it; a flood of addresses would make that the dearest thing we do.
    """

    STORAGE_SCHEME = None

    def __init__(self) -> None:
        super().__init__()
        self._seen: OrderedDict[str, tuple[int, float]] = OrderedDict()

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        now = time.time()  # noqa: TID251 - the clock that the library compares with
        tries, until = self._seen.pop(key, (0, 0.0))
        if until <= now:
            tries, until = 0, now + expiry
        self._seen[key] = (tries + amount, until)
        if len(self._seen) > COUNTERS_MAX:
            self._seen.popitem(last=False)
        return tries + amount

    def get(self, key: str) -> int:
        return self._seen.get(key, (0, 0.0))[0]

    def get_expiry(self, key: str) -> float:
        return self._seen.get(key, (0, time.time()))[1]  # noqa: TID251

    def check(self) -> bool:
        return True

    def reset(self) -> None:
        self._seen.clear()

    def clear(self, key: str) -> None:
        self._seen.pop(key, None)
