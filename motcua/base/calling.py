"""Calls to the outside by HTTP: every client is made here, and speaks to declared addresses only.

What a stranger writes, or a partner answers, can then not send the city anywhere else.
"""

import ssl
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import httpx

PORTS = {"https": 443, "http": 80}


class NotDeclared(httpx.UnsupportedProtocol):
    """Somebody tried to send a request where nobody said that the city speaks."""


class Client(httpx.AsyncClient):
    """One message there and one back: no redirect is followed and no cookie kept from one person's
    call to the next. What a client does for the sake of those costs as much as a short call."""

    def __init__(
        self, declared: Iterable[str], timeout: httpx.Timeout, line: httpx.AsyncHTTPTransport
    ) -> None:
        super().__init__(timeout=timeout, transport=line, trust_env=False)
        self.line: httpx.AsyncBaseTransport = line
        self._declared = frozenset(origin(httpx.URL(address)) for address in declared)

    async def send(
        self, request: httpx.Request, *, stream: bool = False, **_: Any
    ) -> httpx.Response:
        if origin(request.url) not in self._declared:
            raise NotDeclared("not declared", request=request)
        response = await self.line.handle_async_request(request)
        response.request = request
        if not stream:
            await response.aread()
        return response


def client(
    declared: Iterable[str],
    timeout: httpx.Timeout,
    connections: int,
    trusted: ssl.SSLContext | None = None,
) -> Client:
    """`declared`: whole addresses or origins (`https://register.example:8443`). No proxy of the
    shell is asked: like a redirect it would carry the letter elsewhere."""
    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
    line = httpx.AsyncHTTPTransport(verify=trusted or trust(), limits=limits, trust_env=False)
    return Client(declared, timeout, line)


def trust(authorities: Path | None = None) -> ssl.SSLContext:
    """The system's authorities, or those of this file alone; TLS 1.2 or newer, also on a machine
    whose own settings would allow less."""
    context = ssl.create_default_context(cafile=authorities)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def origin(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, url.host, url.port or PORTS.get(url.scheme, 0)
