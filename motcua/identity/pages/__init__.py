"""What people see at the door: signing in and out, sessions, officers' keys."""

from litestar.handlers import HTTPRouteHandler

from motcua.identity.pages import delegating, officers, passkeys, sessions, signing_in
from motcua.identity.pages.signing_in import keep_form

__all__ = ["keep_form", "routes"]

routes: list[HTTPRouteHandler] = [
    *signing_in.routes,
    *sessions.routes,
    *passkeys.routes,
    *officers.routes,
    *delegating.routes,
]
