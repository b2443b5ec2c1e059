"""How often one client may try: a guard for addresses that invite guessing."""

from collections import OrderedDict
from typing import Any

from litestar.connection import ASGIConnection
from litestar.exceptions import TooManyRequestsException
from litestar.handlers import BaseRouteHandler

from motcua.base import clock

CLIENTS_MAX = 10_000  # the longest unseen are forgotten first


class Throttle:
    """`guards=[Throttle(10, 60)]`: ten tries a minute from one network address, in this process."""

    def __init__(self, limit: int, seconds: int) -> None:
        self.limit = limit
        self.seconds = seconds
        self._seen: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def wait(self, client: str) -> int:
        """Seconds until this client may try again; 0 lets it in and counts the try."""
        now = int(clock.now().timestamp())
        window = now // self.seconds
        before, tries = self._seen.pop(client, (window, 0))
        tries = tries + 1 if before == window else 1
        self._seen[client] = (window, min(tries, self.limit + 1))
        if len(self._seen) > CLIENTS_MAX:
            self._seen.popitem(last=False)
        return 0 if tries <= self.limit else (window + 1) * self.seconds - now

    def take(self, client: object) -> None:
        """One try of this client, or a refusal that says when to come back."""
        if seconds := self.wait(str(client)):
            raise TooManyRequestsException(headers={"Retry-After": str(seconds)})

    async def __call__(
        self, connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler
    ) -> None:
        self.take(connection.client.host if connection.client else "-")
