"""How a case went and who looked at it, for who controls procedures: nothing that anybody said."""

from datetime import datetime
from typing import Any, ClassVar

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromQuery
from msgspec import Struct

from motcua import agencies, exchange
from motcua.base.errors import NotFound
from motcua.base.ids import SYSTEM, PersonId
from motcua.base.text import Text
from motcua.cases.actions import looking
from motcua.cases.actions.looking import LOOKS_OVERSEEN_MAX
from motcua.cases.model.desk import LookOverseen
from motcua.cases.model.view import EventView
from motcua.db import City
from motcua.identity import Viewer
from motcua.web import Page, render
from motcua.web.language import Language, words
from motcua.web.render import language_of

HISTORY = "/desk/history"
CODE_LENGTH_MAX = 60

Web = Request[Any, Any, Any]


class Look(Struct, frozen=True, kw_only=True):
    at: datetime
    who: str
    where: list[Text | str]
    """The agency, what they are there, the register: as far as they were written down."""
    why: str
    is_hidden: bool


class HistoryPage(Page):
    template: ClassVar[str] = "cases/desk_history.html"

    code: str
    is_found: bool
    acts: list[EventView]
    looks: list[Look]
    most: int | None
    """How many looks are shown, where there are more."""


@get(HISTORY, opt={"access": "officer"}, include_in_schema=False)
async def show(
    request: Web,
    city: NamedDependency[City],
    viewer: NamedDependency[Viewer],
    code: FromQuery[str] = "",
) -> Response[Any]:
    """A box for the code of a case, and below it what happened to that case. To whoever does not
    control procedures in its agency the case does not exist."""
    asked, language = code.strip()[:CODE_LENGTH_MAX], language_of(request)
    acts, looks = list[EventView](), list[Look]()
    async with city.database.write(viewer.person) as db:
        await looking.must_control(db)
        try:
            if asked:
                acts = await looking.oversee(db, viewer, asked, language)
                found, names = await looking.looks_overseen(db, asked)
                looks = [_look(city, one, names, language) for one in found]
        except NotFound:
            pass  # said on the page, beside the box
    page = HistoryPage(
        code=asked,
        is_found=bool(acts),
        acts=acts[::-1],
        looks=looks,
        most=LOOKS_OVERSEEN_MAX if len(looks) == LOOKS_OVERSEEN_MAX else None,
    )
    return render(page, request, 404 if asked and not acts else 200)


def _look(city: City, one: LookOverseen, names: dict[PersonId, str], language: Language) -> Look:
    say = words(language).gettext
    roles = city[agencies.Access].file.roles
    register = city[exchange.Registers].registers.get(one.register) if one.register else None
    where: list[Text | str | None] = [
        city[agencies.Agencies].name(one.agency_code) if one.agency_code else None,
        roles[one.role].name if one.role in roles else None,
        register.name if register else one.register,
    ]
    purpose = one.purpose_vi if language == "vi" else one.purpose_en
    return Look(
        at=one.at,
        who=_who(one, names, language),
        where=[place for place in where if place],
        why=purpose or say("To read a file of the request"),
        is_hidden=one.is_hidden,
    )


def _who(one: LookOverseen, names: dict[PersonId, str], language: Language) -> str:
    say = words(language).gettext
    if one.is_own:
        return say("Those whose request it is")
    if one.looker_id == SYSTEM:
        return say("The platform, for the request")
    return names.get(PersonId(one.looker_id)) or say("Somebody else who uses this platform")


routes: list[HTTPRouteHandler] = [show]
