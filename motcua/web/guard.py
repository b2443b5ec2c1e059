"""The one guard: each address says who may come in, and one that does not say it is closed."""

from collections.abc import Awaitable, Callable
from typing import Any, cast

from litestar import Litestar
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from motcua.base.errors import NotAllowed, NotFound
from motcua.web.envelope import note_start
from motcua.web.render import SignedIn

Connection = ASGIConnection[Any, Any, Any, Any]
Who = Callable[[Connection], Awaitable[SignedIn | None]]
"""Tells who is behind a request: the room of identities knows, the kit does not."""

ACCESS = frozenset({"public", "person", "officer", "signed"})
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class SignInNeeded(NotAllowed):
    """Nobody is signed in, or not as an officer where only officers work."""

    def __init__(self, is_desk: bool = False) -> None:
        super().__init__("web.sign_in_needed")
        self.is_desk = is_desk


class Guard:
    """Asked before every handler, by Litestar."""

    def __init__(self, who: Who, origin: str) -> None:
        self.who = who
        self.origin = origin

    async def __call__(self, connection: Connection, handler: BaseRouteHandler) -> None:
        note_start(connection.scope)
        if "\0" in connection.scope["path"]:
            raise NotFound("web.not_found")  # PostgreSQL has no such character
        access = handler.opt.get("access")
        if access not in ACCESS:
            raise NotAllowed("web.no_access_rule")
        if access == "signed":
            return
        self._refuse_foreign_forms(connection)
        viewer = await self.who(connection)
        cast(dict[str, Any], connection.scope)["state"]["viewer"] = viewer
        if access == "person" and viewer is None:
            raise SignInNeeded
        if access == "officer" and (viewer is None or not viewer.is_officer):
            if viewer is not None and "authorization" in connection.headers:
                raise NotAllowed("web.officers_only")
            raise SignInNeeded(is_desk=True)

    def _refuse_foreign_forms(self, connection: Connection) -> None:
        """Against forged requests: a change made with cookies must come from our own pages.

        Every browser of today says where a request comes from, and no page can forge it, so no
        token is needed in forms. A bearer token is no cookie: no other site can send it. With any
        other kind of authorization the cookie counts, and so does this rule.
        """
        method = str(connection.scope.get("method", "GET"))
        headers = connection.headers
        scheme = headers.get("authorization", "").partition(" ")[0]
        if method in SAFE_METHODS or scheme.lower() == "bearer":
            return
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site is not None:
            is_ours = site in ("same-origin", "none")
        elif origin is not None:
            own = f"{connection.url.scheme}://{headers.get('host', '')}"
            is_ours = origin in {own, self.origin} - {""}
        else:
            is_ours = not connection.cookies
        if not is_ours:
            raise NotAllowed("web.foreign_form")


def addresses_without_rule(app: Litestar) -> list[str]:
    """For the structure test: every address of the app that names no known rule."""
    return sorted(
        f"{route.path} {handler}"
        for route in app.routes
        for handler in getattr(route, "route_handlers", None) or [route.route_handler]  # type: ignore[union-attr]
        if handler.opt.get("access") not in ACCESS
        and getattr(handler, "http_methods", None) != {"OPTIONS"}
    )
