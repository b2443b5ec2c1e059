"""The one guard: each address says who may come in, and one that does not say it is closed."""

from collections.abc import Awaitable, Callable
from typing import Any, cast
from urllib.parse import urlsplit

from litestar import Litestar, Request
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.handlers import BaseRouteHandler
from msgspec import Struct

from motcua.base.errors import NotAllowed, NotFound, Refusal
from motcua.web.envelope import note_start
from motcua.web.render import SignedIn
from motcua.web.throttle import Throttle

Connection = ASGIConnection[Any, Any, Any, Any]
Who = Callable[[Connection], Awaitable[SignedIn | None]]
"""Tells who is behind a request: the room of identities knows, the kit does not."""


class Kept(Struct, frozen=True):
    """What was sent is kept: the page that gives it back, and the cookie that it asks for."""

    address: str
    cookie: Cookie


Keep = Callable[[Request[Any, Any, Any], bool], Awaitable[Kept | None]]
"""Keeps a form that came from somebody whose session has ended; the second: at the desk."""

ACCESS = frozenset({"public", "person", "officer", "signed"})
DESK = ("/desk", "/dashboard")
PUBLIC_BOARD = "/dashboard/public"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})

# Of everything together: far above what one reads by hand, far below what wears a process out.
PEOPLE = Throttle(6000, 60, "person")
CLIENTS = Throttle(6000, 60, "client")


class SignInNeeded(NotAllowed):
    """Nobody is signed in, or not as an officer where only officers work."""

    door: str | None = None
    """Where to, if not to the usual page of signing in."""

    def __init__(self, is_desk: bool = False, kept: Kept | None = None) -> None:
        super().__init__("web.sign_in_needed")
        self.is_desk = is_desk
        self.kept = kept


class Guard:
    """Asked before every handler, by Litestar."""

    def __init__(
        self, who: Who, origin: str, keep: Keep | None = None, desk_origin: str = ""
    ) -> None:
        self.who = who
        self.origin = origin
        self.keep = keep
        self.desk_origin = desk_origin
        self.desk_host = urlsplit(desk_origin).netloc

    async def __call__(self, connection: Connection, handler: BaseRouteHandler) -> None:
        note_start(connection.scope)
        if "\0" in connection.scope["path"]:
            raise NotFound("web.not_found")  # PostgreSQL has no such character
        access = handler.opt.get("access")
        if access not in ACCESS:
            raise NotAllowed("web.no_access_rule")
        if access == "signed":
            CLIENTS.take_from(connection)
            return
        self._refuse_other_house(connection, access)
        self._refuse_foreign_forms(connection)
        viewer = await self._viewer(connection)
        cast(dict[str, Any], connection.scope)["state"]["viewer"] = viewer
        if access == "person" and viewer is None:
            raise await self._sign_in_needed(connection, is_desk=False)
        if access == "officer" and (viewer is None or not viewer.is_officer):
            if viewer is not None and "authorization" in connection.headers:
                raise NotAllowed("web.officers_only")
            raise await self._sign_in_needed(connection, is_desk=True)

    def _refuse_other_house(self, connection: Connection, access: str) -> None:
        """Where officers work at an address of their own, neither has the pages of the other: what
        goes wrong on one cannot reach into the other."""
        if not self.desk_host:
            return
        path = connection.url.path
        is_there = connection.headers.get("host", "").lower() == self.desk_host
        is_own = access == "person" and "authorization" not in connection.headers
        is_residents = is_own or path.startswith("/sign-in")
        if (is_residents and is_there) or (is_desk_page(path) and not is_there):
            raise NotFound("web.not_found")

    async def _viewer(self, connection: Connection) -> SignedIn | None:
        """Counted for the person; a key that fits nobody for whoever tries it."""
        try:
            viewer = await self.who(connection)
        except Refusal:
            CLIENTS.take_from(connection)
            raise
        if viewer is None:
            CLIENTS.take_from(connection)
        else:
            PEOPLE.take(viewer.person)
        return viewer

    async def _sign_in_needed(self, connection: Connection, is_desk: bool) -> SignInNeeded:
        if self.keep and isinstance(connection, Request) and connection.method == "POST":
            return SignInNeeded(is_desk, await self.keep(connection, is_desk))
        return SignInNeeded(is_desk)

    def _refuse_foreign_forms(self, connection: Connection) -> None:
        """Against forged requests: a change made with cookies must come from our own pages.

        Every browser of today says where a request comes from, and no page can forge it, so no
        token is needed in forms. A bearer token is no cookie: no other site can send it. With any
        other kind of authorization the cookie counts, and so does this rule.
        """
        method = str(connection.scope.get("method", "GET"))
        headers = connection.headers
        scheme = headers.get("authorization", "").partition(" ")[0]
        if method in SAFE_METHODS or scheme.lower() in ("bearer", "dpop"):
            return
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site is not None:
            is_ours = site in ("same-origin", "none")
        elif origin is not None:
            own = f"{connection.url.scheme}://{headers.get('host', '')}"
            told = self.desk_origin if is_desk_page(connection.url.path) else ""
            is_ours = origin in {own, told or self.origin} - {""}
        else:
            is_ours = not connection.cookies
        if not is_ours:
            raise NotAllowed("web.foreign_form")


def is_desk_page(path: str) -> bool:
    """Where officers work: with a cookie, and if the operator wants an origin, of their own."""
    return path.startswith(DESK) and not path.startswith(PUBLIC_BOARD)


def addresses_without_rule(app: Litestar) -> list[str]:
    """For the structure test: every address of the app that names no known rule."""
    return sorted(
        f"{route.path} {handler}"
        for route in app.routes
        for handler in getattr(route, "route_handlers", None) or [route.route_handler]  # type: ignore[union-attr]
        if handler.opt.get("access") not in ACCESS
        and getattr(handler, "http_methods", None) != {"OPTIONS"}
    )
