"""Who may act in an organisation's name: its representative says so here, and others see what they
were let, and begin to act."""

from datetime import date
from typing import Any, ClassVar
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery

from motcua.base.errors import Fault, Invalid
from motcua.db import City
from motcua.identity.actions import delegating, sign_out
from motcua.identity.model import GIVEN, Delegation, DelegationGiven, Role, Viewer
from motcua.identity.pages.cookies import away, device_of, session_cookie, session_of
from motcua.web import reasons
from motcua.web.render import Page, language_of, render

PERSON = {"access": "person"}
PLACE = "/me/delegations"
DAY_PARTS = ("until-year", "until-month", "until-day")

Asked = Request[Any, Any, Any]


class Missing(msgspec.Struct, frozen=True):
    """What is wrong, and at which box."""

    anchor: str
    text: str


class DelegationsPage(Page):
    template: ClassVar[str] = "identity/delegations.html"

    is_representative: bool
    organisation: str | None
    delegations: list[Delegation]
    said: dict[str, str]
    chosen: list[str]
    roles: tuple[Role, ...]
    problems: list[Missing]
    is_given: bool


@get(PLACE, opt=PERSON)
async def show(
    request: Asked,
    city: NamedDependency[City],
    viewer: NamedDependency[Viewer],
    given: FromQuery[bool] = False,
) -> Response[bytes]:
    return await _show(request, city, viewer, {}, [], [], given)


@post(PLACE, opt=PERSON)
async def give(
    request: Asked, city: NamedDependency[City], viewer: NamedDependency[Viewer]
) -> Response[Any]:
    sent = await request.form()
    said = {name: str(value)[:300].strip() for name, value in sent.items()}
    chosen = [str(role) for role in sent.getall("roles", [])]
    try:
        wanted = _given(said, chosen)
        delegate = await delegating.delegate_of(city, viewer, wanted)
        async with city.database.write(viewer.person, viewer.on_behalf_of) as db:
            await delegating.give(db, viewer, delegate, wanted)
    except Invalid as refusal:
        return await _show(request, city, viewer, said, chosen, refusal.faults, False)
    return away(f"{PLACE}?{urlencode({'given': 'true'})}", [])


@post(PLACE + "/{delegation:uuid}/end", opt=PERSON)
async def end(
    city: NamedDependency[City], viewer: NamedDependency[Viewer], delegation: FromPath[UUID]
) -> Response[Any]:
    async with city.database.write(viewer.person, viewer.on_behalf_of) as db:
        await delegating.end(db, viewer, delegation)
    return away(PLACE, [])


@post("/me/acting/{organisation:uuid}", opt=PERSON)
async def act_for(
    request: Asked,
    city: NamedDependency[City],
    viewer: NamedDependency[Viewer],
    organisation: FromPath[UUID],
) -> Response[Any]:
    """In the organisation's name from now on; signing out ends it."""
    opened = await delegating.act_for(city, viewer, organisation, device_of(request))
    await sign_out(city, "residents", session_of(request, city.settings, "residents"))
    return away(opened.return_to, [session_cookie(city.settings, "residents", opened)])


routes: list[HTTPRouteHandler] = [show, give, end, act_for]


def _given(said: dict[str, str], chosen: list[str]) -> DelegationGiven:
    number = "".join(letter for letter in said.get("number", "") if letter.isalnum())
    faults = [
        Fault(f"/{name}", "form.required")
        for name, value in (("number", number), ("name", said.get("name")), ("roles", chosen))
        if not value
    ]
    until = None
    try:
        until = date(*(int(said.get(part, "")) for part in DAY_PARTS))
    except ValueError:
        faults.append(Fault("/until", "identity.period_wrong"))
    if faults or until is None:
        raise Invalid("request.faults", faults)
    try:
        told = {"number": number, "name": said["name"], "roles": chosen, "until": until}
        return msgspec.convert(told, DelegationGiven)
    except msgspec.ValidationError:
        raise Invalid("request.faults", [Fault("/roles", "form.required")]) from None


async def _show(
    request: Asked, city: City, viewer: Viewer, said: dict[str, str], chosen: list[str],
    faults: list[Fault], is_given: bool,
) -> Response[bytes]:  # fmt: skip
    language = language_of(request)
    async with city.database.read(viewer.person, viewer.on_behalf_of) as db:
        found = await delegating.delegations_of(db, viewer)
    page = DelegationsPage(
        is_representative=viewer.on_behalf_of is not None and viewer.may("represents"),
        organisation=viewer.organisation_name,
        delegations=found,
        said=said,
        chosen=chosen,
        roles=GIVEN,
        problems=[
            Missing(f.pointer.strip("/"), reasons.sentence(f.reason, f.facts, language))
            for f in faults
        ],
        is_given=is_given,
    )
    return render(page, request, 422 if faults else 200)
