"""Where one is signed in, and the end of it: by oneself, or by one's provider."""

from typing import Annotated, Any, ClassVar
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.enums import RequestEncodingType
from litestar.handlers import HTTPRouteHandler
from litestar.params import Body, FromPath

from motcua.base.errors import Invalid
from motcua.db import City
from motcua.identity.actions import confirming, enrolling, leaving, sessions
from motcua.identity.model import OpenSession, Realm, Viewer
from motcua.identity.pages.cookies import away
from motcua.web import Throttle
from motcua.web.render import Page, render

PERSON, OFFICER = {"access": "person"}, {"access": "officer"}
SIGNED = {"access": "signed"}
PLACES: dict[Realm, str] = {"residents": "/me/sessions", "officers": "/desk/sessions"}
_logouts = Throttle(600, 60, "logout")

Asked = Request[Any, Any, Any]


class SessionsPage(Page):
    template: ClassVar[str] = "identity/sessions.html"

    is_desk: bool
    place: str
    sessions: list[OpenSession]
    mine: UUID | None
    may_end: bool
    """Whether this person has just shown who they are."""
    again: str
    has_passkeys: bool
    is_administrator: bool


@get("/me/sessions", opt=PERSON)
async def show(
    request: Asked, city: NamedDependency[City], viewer: NamedDependency[Viewer]
) -> Response[bytes]:
    return await _show(request, city, viewer, "residents")


@post("/me/sessions/others/end", opt=PERSON)
async def end_others(city: NamedDependency[City], viewer: NamedDependency[Viewer]) -> Response[Any]:
    return await _end(city, viewer, "residents", None)


@post("/me/sessions/{session:uuid}/end", opt=PERSON)
async def end(
    city: NamedDependency[City], viewer: NamedDependency[Viewer], session: FromPath[UUID]
) -> Response[Any]:
    return await _end(city, viewer, "residents", session)


@get("/desk/sessions", opt=OFFICER)
async def show_officer(
    request: Asked, city: NamedDependency[City], viewer: NamedDependency[Viewer]
) -> Response[bytes]:
    return await _show(request, city, viewer, "officers")


@post("/desk/sessions/others/end", opt=OFFICER)
async def end_others_officer(
    city: NamedDependency[City], viewer: NamedDependency[Viewer]
) -> Response[Any]:
    return await _end(city, viewer, "officers", None)


@post("/desk/sessions/{session:uuid}/end", opt=OFFICER)
async def end_officer(
    city: NamedDependency[City], viewer: NamedDependency[Viewer], session: FromPath[UUID]
) -> Response[Any]:
    return await _end(city, viewer, "officers", session)


Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


@post("/sign-in/logout", opt=SIGNED, guards=[_logouts])
async def signed_out(city: NamedDependency[City], data: Form) -> Response[Any]:
    return await _signed_out(city, "residents", data)


@post("/desk/sign-in/logout", opt=SIGNED, guards=[_logouts])
async def signed_out_officer(city: NamedDependency[City], data: Form) -> Response[Any]:
    return await _signed_out(city, "officers", data)


routes: list[HTTPRouteHandler] = [
    show, end_others, end, show_officer, end_others_officer, end_officer, signed_out,
    signed_out_officer,
]  # fmt: skip


async def _show(request: Asked, city: City, viewer: Viewer, realm: Realm) -> Response[bytes]:
    is_desk = realm == "officers"
    async with city.database.read(viewer.person) as db:
        found = await sessions.sessions_of_me(db, realm)
        needs_key = await confirming.needs_passkey(db, viewer)
        is_administrator = is_desk and await enrolling.is_administrator(db, viewer)
    place = PLACES[realm]
    start = "/desk/sign-in/start" if is_desk else "/sign-in/start"
    page = SessionsPage(
        is_desk=is_desk,
        place=place,
        sessions=found,
        mine=viewer.session,
        may_end=not needs_key and confirming.is_recent(viewer),
        again=f"{confirming.PasskeyNeeded.door}?next={place}"
        if needs_key
        else f"{start}?again=true&next={place}",
        has_passkeys=is_desk and confirming.described(city).has_passkeys,
        is_administrator=is_administrator,
    )
    return render(page, request)


async def _end(city: City, viewer: Viewer, realm: Realm, session: UUID | None) -> Response[Any]:
    async with city.database.write(viewer.person) as db:
        await confirming.must_be_recent(db, viewer)
        if session is None:
            await sessions.end_my_other_sessions(db, realm, viewer.session)
        else:
            await sessions.end_my_session(db, realm, session)
    return away(PLACES[realm], [])


async def _signed_out(city: City, realm: Realm, data: dict[str, str]) -> Response[Any]:
    """What a provider asks of us, and the two answers it knows (Back-Channel Logout 1.0, 2.8)."""
    head = {"Cache-Control": "no-store"}
    try:
        await leaving.sign_out_by_provider(city, realm, data.get("logout_token", ""))
    except Invalid:
        return Response({"error": "invalid_request"}, status_code=400, headers=head)
    return Response(b"", status_code=200, headers=head)
