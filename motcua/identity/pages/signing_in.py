"""The pages of signing in and out: one set for residents, one for officers, and nothing shared."""

from typing import Annotated, Any, ClassVar
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery, QueryParameter

from motcua.base.errors import Invalid, NotAllowed, NotFound, Refusal, Unavailable
from motcua.base.text import Text
from motcua.db import City
from motcua.identity import actions
from motcua.identity.actions import FORM_KEPT, HOMES
from motcua.identity.actions.confirming import described
from motcua.identity.model import ORDINARY, Assurance, KeptForm, Realm, Viewer
from motcua.identity.pages.cookies import (
    attempt_cookie,
    away,
    cookie,
    device_of,
    gone,
    origin,
    session_cookie,
    session_of,
)
from motcua.identity.rules import attempt_name, cookie_name, form_name, local_path
from motcua.web import Throttle, reasons
from motcua.web.guard import Kept
from motcua.web.render import Page, language_of, render

DOORS: dict[Realm, str] = {"residents": "/sign-in", "officers": "/desk/sign-in"}
PUBLIC = {"access": "public"}
FORM_BYTES_MAX = 65_536
SIZE_DIGITS_MAX = 10
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")

_forms_by_client = Throttle(30, 600, "kept_forms")

Asked = Request[Any, Any, Any]


STOPPED = {
    "cancelled": 200,
    "wrong_state": 400,
    "wrong_issuer": 400,
    "provider_refused": 400,
    "code_refused": 400,
    "token_refused": 403,
    "level_not_shown": 403,
    "not_representative": 403,
    "provider_down": 503,
    "challenge_over": 400,
    "passkey_refused": 403,
    "no_provider": 503,
    "register_down": 503,
}
"""Why a sign-in ended without one, and the status of the page that says so."""


class SignInPage(Page):
    template: ClassVar[str] = "identity/sign_in.html"

    is_desk: bool
    provider: Text
    takes_provider: bool
    takes_passkeys: bool
    is_made: bool
    """A key was just made, and is tried here for the first time."""
    start: str
    next: str
    stopped: str | None
    """What happened, where a sign-in ended without one."""


class KeptPage(Page):
    template: ClassVar[str] = "identity/kept.html"

    is_desk: bool
    action: str
    fields: list[tuple[str, str]]
    has_files: bool
    back: str


@get("/sign-in", opt=PUBLIC)
async def ask(
    request: Asked,
    city: NamedDependency[City],
    next: FromQuery[str | None] = None,
    stopped: FromQuery[str | None] = None,
) -> Response[bytes]:
    return _ask(request, city, "residents", next, stopped)


@get("/sign-in/start", opt=PUBLIC)
async def start(
    request: Asked,
    city: NamedDependency[City],
    next: FromQuery[str | None] = None,
    level: Annotated[int, QueryParameter(name="level", ge=0, le=2)] = 0,
    authentication: Annotated[int, QueryParameter(name="authentication", ge=0, le=4)] = 0,
    again: FromQuery[bool] = False,
) -> Response[Any]:
    """`level` and `authentication`: what the page asks for to which the person comes back."""
    needed = Assurance(proofing=level, authentication=authentication)
    return await _start(request, city, "residents", next, needed, again)


@get("/sign-in/callback", opt=PUBLIC)
async def callback(request: Asked, city: NamedDependency[City]) -> Response[Any]:
    return await _callback(request, city, "residents")


@post("/sign-out", opt=PUBLIC)
async def sign_out(request: Asked, city: NamedDependency[City]) -> Response[Any]:
    return await _sign_out(request, city, "residents")


@get("/desk/sign-in", opt=PUBLIC)
async def ask_officer(
    request: Asked,
    city: NamedDependency[City],
    next: FromQuery[str | None] = None,
    stopped: FromQuery[str | None] = None,
    made: FromQuery[bool] = False,
) -> Response[bytes]:
    return _ask(request, city, "officers", next, stopped, made)


@get("/desk/sign-in/start", opt=PUBLIC)
async def start_officer(
    request: Asked,
    city: NamedDependency[City],
    next: FromQuery[str | None] = None,
    again: FromQuery[bool] = False,
) -> Response[Any]:
    return await _start(request, city, "officers", next, is_again=again)


@get("/desk/sign-in/callback", opt=PUBLIC)
async def callback_officer(request: Asked, city: NamedDependency[City]) -> Response[Any]:
    return await _callback(request, city, "officers")


@post("/desk/sign-out", opt=PUBLIC)
async def sign_out_officer(request: Asked, city: NamedDependency[City]) -> Response[Any]:
    return await _sign_out(request, city, "officers")


@get("/sign-in/kept", opt={"access": "person"})
async def kept(
    request: Asked,
    city: NamedDependency[City],
    viewer: NamedDependency[Viewer],
    next: FromQuery[str | None] = None,
) -> Response[Any]:
    return await _kept(request, city, viewer, "residents", next)


@get("/desk/sign-in/kept", opt={"access": "officer"})
async def kept_officer(
    request: Asked,
    city: NamedDependency[City],
    viewer: NamedDependency[Viewer],
    next: FromQuery[str | None] = None,
) -> Response[Any]:
    return await _kept(request, city, viewer, "officers", next)


routes: list[HTTPRouteHandler] = [
    ask, start, callback, sign_out, ask_officer, start_officer, callback_officer, sign_out_officer,
    kept, kept_officer,
]  # fmt: skip


async def keep_form(city: City, request: Asked, is_desk: bool) -> Kept | None:
    """What a person sent after their session had ended, kept until they have signed in again."""
    size = request.headers.get("content-length", "")
    if not (size.isascii() and size.isdecimal() and len(size) < SIZE_DIGITS_MAX):
        return None
    if int(size) > FORM_BYTES_MAX or request.content_type[0] not in FORM_TYPES:
        return None
    if _forms_by_client.wait(request.client.host if request.client else "-"):
        return None
    posted = await request.form()
    sent = list(posted.multi_items())
    await posted.close()
    fields = [(name, value) for name, value in sent if isinstance(value, str)]
    address = f"{request.url.path}?{request.url.query}".rstrip("?")
    form = KeptForm(address, fields, len(fields) < len(sent))
    realm: Realm = "officers" if is_desk else "residents"
    session = session_of(request, city.settings, realm)
    secret = await actions.keep_form(city, realm, session, form)
    if secret is None:
        return None
    name = form_name(origin(city.settings, realm), realm)
    seconds = int(FORM_KEPT.total_seconds())
    return Kept(f"{DOORS[realm]}/kept", cookie(city.settings, realm, name, secret, seconds))


async def _kept(
    request: Asked, city: City, viewer: Viewer, realm: Realm, next: str | None
) -> Response[Any]:
    """Nothing is sent by itself: the person does it, and sees for which page."""
    secret = request.cookies.get(form_name(origin(city.settings, realm), realm))
    async with city.database.read(viewer.person, viewer.on_behalf_of) as db:
        form = await actions.kept_form(db, realm, secret)
    back = local_path(next, HOMES[realm])
    if form is None:
        return away(back, [])
    page = KeptPage(
        is_desk=realm == "officers",
        action=form.address,
        fields=form.fields,
        has_files=form.has_files,
        back=back,
    )
    return render(page, request)


def _ask(
    request: Asked,
    city: City,
    realm: Realm,
    next: str | None,
    stopped: str | None,
    is_made: bool = False,
) -> Response[bytes]:
    is_stopped = stopped in STOPPED
    language = language_of(request)
    pack = described(city)
    page = SignInPage(
        is_desk=realm == "officers",
        takes_provider=pack.takes_provider(realm),
        takes_passkeys=realm == "officers" and pack.has_passkeys,
        is_made=is_made,
        next=local_path(next, HOMES[realm]),
        provider=actions.provider(city, realm).name,
        start=f"{DOORS[realm]}/start?{_onward(realm, next)}",
        stopped=reasons.sentence(f"identity.{stopped}", {}, language) if is_stopped else None,
    )
    return render(page, request, STOPPED.get(stopped or "", 200))


async def _start(
    request: Asked,
    city: City,
    realm: Realm,
    next: str | None,
    needed: Assurance = ORDINARY,
    is_again: bool = False,
) -> Response[Any]:
    _must_take_provider(city, realm)
    session = session_of(request, city.settings, realm)
    is_raised = needed != ORDINARY
    usual = await actions.usual_assurance(city, realm, session) if is_raised else None
    try:
        begun = await actions.begin(city, realm, next, needed, usual, is_again)
    except (Invalid, NotAllowed, Unavailable) as refusal:
        return _stopped(realm, refusal, next, [])
    return away(begun.address, [attempt_cookie(city.settings, realm, begun)])


async def _callback(request: Asked, city: City, realm: Realm) -> Response[Any]:
    _must_take_provider(city, realm)
    answer = dict(request.query_params)
    name = attempt_name(origin(city.settings, realm), answer.get("state", ""))
    sealed, return_to = request.cookies.get(name), None
    try:
        attempt = actions.read_attempt(city, realm, sealed, answer.get("state"))
        return_to = attempt.return_to
        signed_in = await actions.finish(city, attempt, answer, device_of(request))
    except (Invalid, NotAllowed, Unavailable) as refusal:
        return _stopped(realm, refusal, return_to, [gone(city.settings, realm, name)])
    await actions.sign_out(city, realm, session_of(request, city.settings, realm))
    cookies = [session_cookie(city.settings, realm, signed_in), gone(city.settings, realm, name)]
    return away(signed_in.return_to, cookies)


def _must_take_provider(city: City, realm: Realm) -> None:
    if not described(city).takes_provider(realm):
        raise NotFound("web.not_found")


async def _sign_out(request: Asked, city: City, realm: Realm) -> Response[Any]:
    name = cookie_name(origin(city.settings, realm), realm)
    await actions.sign_out(city, realm, request.cookies.get(name))
    home = "/" if realm == "residents" else DOORS[realm]
    left = away(home, [gone(city.settings, realm, name)])
    left.headers["Clear-Site-Data"] = '"cache", "storage"'  # who comes next to this machine
    return left


def _stopped(
    realm: Realm, refusal: Refusal, next: str | None, cookies: list[Cookie]
) -> Response[Any]:
    """To a page of its own: the address of a call-back holds a code, and links would repeat it."""
    room, _, why = refusal.reason.partition(".")
    if room == "register":
        why = "register_down"
    elif room != "identity" or why not in STOPPED:
        raise refusal
    address = f"{DOORS[realm]}?{urlencode({'stopped': why})}&{_onward(realm, next)}"
    return away(address, cookies)


def _onward(realm: Realm, next: str | None) -> str:
    return urlencode({"next": local_path(next, HOMES[realm])})
