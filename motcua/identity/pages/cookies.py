"""What a sign-in leaves in the browser, and where it goes next."""

from collections.abc import Sequence
from typing import Any

from litestar import Request, Response
from litestar.datastructures import Cookie
from litestar.response import Redirect

from motcua.base.settings import Settings
from motcua.identity.actions import ATTEMPT_SECONDS, SESSION_LIMITS, Begun, SignedIn
from motcua.identity.model import Realm
from motcua.identity.rules import attempt_name, challenge_name, cookie_name, device

CHALLENGE_COOKIE_SECONDS = 600


def origin(settings: Settings, realm: Realm) -> str:
    """Residents and officers may each have an address of their own."""
    return settings.desk_origin if realm == "officers" else settings.public_url


def session_of(request: Request[Any, Any, Any], settings: Settings, realm: Realm) -> str | None:
    return request.cookies.get(cookie_name(origin(settings, realm), realm))


def challenge_of(request: Request[Any, Any, Any], settings: Settings) -> str | None:
    return request.cookies.get(challenge_name(settings.desk_origin))


def device_of(request: Request[Any, Any, Any]) -> str | None:
    return device(request.headers.get("user-agent", ""))


def away(address: str, cookies: Sequence[Cookie]) -> Response[Any]:
    head = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return Redirect(address, status_code=303, cookies=cookies, headers=head)


def attempt_cookie(settings: Settings, realm: Realm, begun: Begun) -> Cookie:
    # One for each attempt, so that two windows do not spoil each other's.
    name = attempt_name(origin(settings, realm), begun.state)
    return cookie(settings, realm, name, begun.cookie, ATTEMPT_SECONDS)


def session_cookie(settings: Settings, realm: Realm, signed_in: SignedIn) -> Cookie:
    longest, _ = SESSION_LIMITS[realm]
    name = cookie_name(origin(settings, realm), realm)
    return cookie(settings, realm, name, signed_in.cookie, int(longest.total_seconds()))


def challenge_cookie(settings: Settings, secret: str) -> Cookie:
    name = challenge_name(settings.desk_origin)
    return cookie(settings, "officers", name, secret, CHALLENGE_COOKIE_SECONDS)


def gone(settings: Settings, realm: Realm, name: str) -> Cookie:
    return cookie(settings, realm, name, "", 0)


def cookie(settings: Settings, realm: Realm, name: str, value: str, seconds: int) -> Cookie:
    return Cookie(
        key=name,
        value=value,
        max_age=seconds,
        path="/",
        secure=origin(settings, realm).startswith("https://"),
        httponly=True,
        # Lax: the provider's redirect back is a visit from another site.
        samesite="lax",
    )
