"""Calls to the outside by HTTP: every client is made here, and speaks to declared addresses only.

What a stranger writes, or a partner answers, can then not send the city anywhere else.
"""

import ssl
from collections.abc import Iterable

import httpx

Client = httpx.AsyncClient
PORTS = {"https": 443, "http": 80}


class NotDeclared(httpx.UnsupportedProtocol):
    """Somebody tried to send a request where nobody said that the city speaks."""


def client(
    declared: Iterable[str],
    timeout: httpx.Timeout,
    connections: int,
    verify: ssl.SSLContext | bool = True,
) -> Client:
    """`declared`: whole addresses or origins (`https://register.example:8443`). No redirect is
    followed, no proxy of the shell asked: either would carry the letter elsewhere."""
    known = frozenset(origin(httpx.URL(address)) for address in declared)

    async def check(request: httpx.Request) -> None:
        if origin(request.url) not in known:
            raise NotDeclared("not declared", request=request)

    return Client(
        timeout=timeout,
        limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
        verify=verify,
        follow_redirects=False,
        trust_env=False,
        event_hooks={"request": [check]},
    )


def origin(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, url.host, url.port or PORTS.get(url.scheme, 0)
