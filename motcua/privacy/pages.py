"""What a person sees of their own data: which, why, how long; consents, rights, copies."""

from typing import Any, ClassVar
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect

from motcua import agencies, identity
from motcua.base.ids import PersonId
from motcua.base.text import Text
from motcua.db import City
from motcua.identity import Consent, ConsentAsked, Viewer
from motcua.privacy import actions
from motcua.privacy.actions import RightOffered
from motcua.privacy.model import Export, FieldHeld, Holding, MustKeep
from motcua.web import Page, language_of, render
from motcua.web.files import safely

PERSON = {"access": "person"}
ADDRESS = "/me/privacy"
Asked = Request[Any, Any, Any]


class Privacy(Page):
    template: ClassVar[str] = "privacy/show.html"

    holdings: tuple[Holding, ...]
    must_keep: MustKeep
    keeper: Text | None
    """Who looks after all this."""
    forms: list[tuple[Text, list[FieldHeld]]]
    consents: list[tuple[ConsentAsked, Consent | None]]
    past: list[Consent]
    rights: list[RightOffered]
    exports: list[Export]
    exports_max: int
    downloads_max: int
    is_restricted: bool
    organisation: str | None
    """Of which the copies are; None: of the person."""


@get(ADDRESS, opt=PERSON)
async def show(
    request: Asked, city: NamedDependency[City], viewer: NamedDependency[Viewer]
) -> Response[bytes]:
    async with city.database.read(viewer.person, _represented(viewer)) as db:
        found = await actions.about_me(db, viewer)
    pack = found.pack
    book = city[agencies.Agencies]
    page = Privacy(
        holdings=pack.holdings,
        must_keep=pack.must_keep,
        keeper=book.name(pack.agency) if pack.agency else None,
        forms=found.forms,
        consents=found.consents,
        past=found.past,
        rights=found.rights,
        exports=found.exports,
        exports_max=pack.exports_max,
        downloads_max=pack.downloads_max,
        is_restricted=bool(found.restrictions),
        organisation=viewer.organisation_name if _represented(viewer) else None,
    )
    return render(page, request)


@post(f"{ADDRESS}/exports", opt=PERSON)
async def ask_export(city: NamedDependency[City], viewer: NamedDependency[Viewer]) -> Response[Any]:
    async with city.database.write(viewer.person, _represented(viewer)) as db:
        await actions.ask_export(db)
    return _back("exports")


@get(f"{ADDRESS}/exports/{{export:uuid}}", opt=PERSON)
async def fetch_export(
    city: NamedDependency[City], viewer: NamedDependency[Viewer], export: FromPath[UUID]
) -> Response[bytes]:
    archive = await actions.fetch(city, viewer.person, export, _represented(viewer))
    return Response(archive, media_type="application/zip", headers=safely("motcua.zip"))


@post("/me/consents/{purpose:str}", opt=PERSON)
async def give_consent(
    request: Asked,
    city: NamedDependency[City],
    viewer: NamedDependency[Viewer],
    purpose: FromPath[str],
) -> Response[Any]:
    async with city.database.write(viewer.person) as db:
        await identity.give_consent(db, purpose, language_of(request))
    return _back("consents")


@post("/me/consents/{purpose:str}/withdrawal", opt=PERSON)
async def withdraw_consent(
    city: NamedDependency[City], viewer: NamedDependency[Viewer], purpose: FromPath[str]
) -> Response[Any]:
    async with city.database.write(viewer.person) as db:
        await identity.withdraw_consent(db, purpose)
    return _back("consents")


def _represented(viewer: Viewer) -> PersonId | None:
    """Whom others let act for it gets no copy of what is an organisation's."""
    return viewer.on_behalf_of if viewer.may("represents") else None


def _back(section: str) -> Response[Any]:
    return Redirect(f"{ADDRESS}#{section}", status_code=303)


routes: list[HTTPRouteHandler] = [
    show, ask_export, fetch_export, give_consent, withdraw_consent,
]  # fmt: skip
