"""Where administrators let officers in, and shut them out. What is sensitive takes two of them."""

from typing import Any, ClassVar
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery
from msgspec import Struct

from motcua.base.ids import PersonId
from motcua.db import City, Read
from motcua.identity.actions import confirming, enrolling, names, passkeys
from motcua.identity.model import Enrolment, Officer, Passkey, Viewer
from motcua.identity.pages.cookies import away
from motcua.web.render import Page, render

OFFICER = {"access": "officer"}
PLACE = "/desk/officers"
NAME_LENGTH_MAX = 60

Asked = Request[Any, Any, Any]


class Waiting(Struct, frozen=True):
    """Something that an administrator began and an officer has not yet used."""

    enrolment: Enrolment
    officer: str
    asked_by: str
    may_agree: bool


class OfficersPage(Page):
    template: ClassVar[str] = "identity/officers.html"

    searched: str
    officers: list[Officer]
    is_cut: bool
    waiting: list[Waiting]


class OfficerPage(Page):
    template: ClassVar[str] = "identity/officer.html"

    officer: Officer
    passkeys: list[Passkey]
    waiting: list[Waiting]
    is_oneself: bool
    takes_provider: bool
    code: str | None
    """Shown this once; only its digest is kept."""
    is_enough: bool


@get(PLACE, opt=OFFICER)
async def show_all(
    request: Asked,
    city: NamedDependency[City],
    viewer: NamedDependency[Viewer],
    name: FromQuery[str] = "",
) -> Response[bytes]:
    name = name.strip()[:NAME_LENGTH_MAX]
    async with city.database.read(viewer.person) as db:
        await enrolling.must_be_administrator(db, viewer)
        found = await enrolling.officers(db, name)
        page = OfficersPage(
            searched=name,
            officers=found,
            is_cut=len(found) == enrolling.OFFICERS_SHOWN_MAX,
            waiting=await _waiting(db, viewer, None),
        )
    return render(page, request)


@get(f"{PLACE}/{{officer:uuid}}", opt=OFFICER)
async def show_one(
    request: Asked,
    city: NamedDependency[City],
    viewer: NamedDependency[Viewer],
    officer: FromPath[UUID],
) -> Response[bytes]:
    return await _show(request, city, viewer, officer)


@post(f"{PLACE}/{{officer:uuid}}/code", opt=OFFICER)
async def give_code(
    request: Asked,
    city: NamedDependency[City],
    viewer: NamedDependency[Viewer],
    officer: FromPath[UUID],
) -> Response[bytes]:
    async with city.database.write(viewer.person) as db:
        code = await enrolling.give_code(db, viewer, officer)
    return await _show(request, city, viewer, officer, code)


@post(f"{PLACE}/{{officer:uuid}}/entrance", opt=OFFICER)
async def ask_for_entrance(
    city: NamedDependency[City], viewer: NamedDependency[Viewer], officer: FromPath[UUID]
) -> Response[Any]:
    async with city.database.write(viewer.person) as db:
        await enrolling.ask_for_entrance(db, viewer, officer)
    return away(f"{PLACE}/{officer}", [])


@post("/desk/enrolments/{enrolment:uuid}/agreement", opt=OFFICER)
async def agree(
    request: Asked,
    city: NamedDependency[City],
    viewer: NamedDependency[Viewer],
    enrolment: FromPath[UUID],
) -> Response[bytes]:
    async with city.database.write(viewer.person) as db:
        code = await enrolling.agree(db, viewer, enrolment)
        officer = await enrolling.officer_of(db, enrolment)
    return await _show(request, city, viewer, officer, code, is_enough=True)


@post("/desk/enrolments/{enrolment:uuid}/end", opt=OFFICER)
async def take_back(
    city: NamedDependency[City], viewer: NamedDependency[Viewer], enrolment: FromPath[UUID]
) -> Response[Any]:
    async with city.database.write(viewer.person) as db:
        officer = await enrolling.take_back(db, viewer, enrolment)
    return away(f"{PLACE}/{officer}", [])


@post(f"{PLACE}/{{officer:uuid}}/closure", opt=OFFICER)
async def shut_out(
    city: NamedDependency[City], viewer: NamedDependency[Viewer], officer: FromPath[UUID]
) -> Response[Any]:
    async with city.database.write(viewer.person) as db:
        await enrolling.shut_out(db, viewer, officer)
    return away(f"{PLACE}/{officer}", [])


@post(f"{PLACE}/{{officer:uuid}}/sessions/end", opt=OFFICER)
async def end_sessions(
    city: NamedDependency[City], viewer: NamedDependency[Viewer], officer: FromPath[UUID]
) -> Response[Any]:
    async with city.database.write(viewer.person) as db:
        await enrolling.end_sessions_of(db, viewer, officer)
    return away(f"{PLACE}/{officer}", [])


@post(f"{PLACE}/sessions/end", opt=OFFICER)
async def end_all_sessions(
    city: NamedDependency[City], viewer: NamedDependency[Viewer]
) -> Response[Any]:
    async with city.database.write(viewer.person) as db:
        await enrolling.end_sessions_of_all(db, viewer)
    return away(PLACE, [])


routes: list[HTTPRouteHandler] = [
    show_all, show_one, give_code, ask_for_entrance, agree, take_back, shut_out, end_sessions,
    end_all_sessions,
]  # fmt: skip


async def _show(
    request: Asked,
    city: City,
    viewer: Viewer,
    id: UUID,
    code: str | None = None,
    is_enough: bool = False,
) -> Response[bytes]:
    async with city.database.read(viewer.person) as db:
        await enrolling.must_be_administrator(db, viewer)
        page = OfficerPage(
            officer=await enrolling.officer(db, id),
            passkeys=await passkeys.passkeys_of(db, id),
            waiting=await _waiting(db, viewer, id),
            is_oneself=id == viewer.person,
            takes_provider=confirming.described(city).takes_provider("officers"),
            code=code,
            is_enough=is_enough,
        )
    return render(page, request)


async def _waiting(db: Read, viewer: Viewer, officer: UUID | None) -> list[Waiting]:
    found = await enrolling.open_enrolments(db, officer)
    known = await names(db, [PersonId(p) for e in found for p in (e.officer_id, e.asked_by)])
    return [
        Waiting(
            enrolment=one,
            officer=known.get(PersonId(one.officer_id), ""),
            asked_by=known.get(PersonId(one.asked_by), ""),
            may_agree=one.is_enough
            and not one.has_code
            and viewer.person not in (one.asked_by, one.officer_id),
        )
        for one in found
    ]
