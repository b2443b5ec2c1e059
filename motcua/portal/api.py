"""Who used a person's data, as the Estonian data tracker (Andmejälgija, protocol 1.6) asks for it.

`findUsage`, `usagePeriod` and `heartbeat` keep their names, parameters and fields, so that a portal
that speaks to other tracked systems speaks to this one too.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta, Struct

from motcua import agencies, cases, exchange, identity, privacy
from motcua.base import clock
from motcua.base.errors import Fault, Invalid, NotAllowed, NotFound
from motcua.base.text import Text
from motcua.db import City, Read, Write
from motcua.identity import Viewer
from motcua.web.language import Language, words
from motcua.web.once import IdempotencyKey, once
from motcua.web.render import language_of

USAGES, USAGES_MAX = 1000, 10_000
SKIPPED_MAX = 1_000_000
OF_FILES = {
    "document.opened": "To read a file of your request",
    "document.shown": "To see whose paper it is",
}
"""What for, where a file was looked at and not a case."""
FIRST = datetime(1900, 1, 1, tzinfo=UTC)
Web = Request[Any, Any, Any]


class Usage(Struct, frozen=True, rename="camel", omit_defaults=True):
    """One look at the person's data: when, why, for whom. Never the data."""

    logtime: datetime
    action: str
    """Why, in words that a person understands."""
    receiver_code: str
    receiver_system: str
    receiver_name: str | None = None


class Usages(Struct, frozen=True, rename="camel"):
    total_usages: int
    usages: list[Usage]
    """Newest first."""


class Period(Struct, frozen=True, rename="camel"):
    period_start: datetime
    """Nothing is told from before: it was not kept then, or is forgotten. There is no end."""


class Beat(Struct, frozen=True):
    status: Literal["OK", "FAIL"]
    message: str


class OrderAsked(Struct, frozen=True, forbid_unknown_fields=True):
    """`agency`: whose looks at the person with this `number` are told only after `until`."""

    number: Annotated[str, Meta(min_length=1, max_length=40)]
    agency: Annotated[str, Meta(min_length=1, max_length=35)]
    until: datetime
    reason: Annotated[str, Meta(min_length=1, max_length=2000)]
    legal_basis: Annotated[str, Meta(min_length=1, max_length=400)]


class OrderMade(Struct, frozen=True):
    id: UUID


@get(
    "/api/v1/usage/findUsage",
    opt={"access": "person"},
    summary="Who used my data",
    description="Of the person who asks, or of the organisation in whose name they ask; `userCode`"
    " may repeat its number. Looks that the law hides are told when their time is over.",
)
async def find_usage(
    request: Web,
    city: NamedDependency[City],
    viewer: NamedDependency[Viewer],
    user_code: Annotated[str, QueryParameter(name="userCode", max_length=40)] = "",
    since: Annotated[datetime | None, QueryParameter(name="periodStart")] = None,
    until: Annotated[datetime | None, QueryParameter(name="periodEnd")] = None,
    offset: Annotated[int, QueryParameter(ge=0, le=SKIPPED_MAX)] = 0,
    limit: Annotated[int, QueryParameter(ge=1, le=USAGES_MAX)] = USAGES,
) -> Usages:
    language = language_of(request)
    begin = _moment(city, since, "/periodStart") if since else FIRST
    end = _moment(city, until, "/periodEnd") if until else clock.now()
    async with city.database.read(viewer.person, viewer.on_behalf_of) as db:
        if user_code:
            await _must_be_theirs(db, user_code)
        found = await cases.usages_of_me(db, begin, end, offset, limit)
    total = found[0].total if found else 0
    if not found and offset:
        async with city.database.read(viewer.person, viewer.on_behalf_of) as db:
            first = await cases.usages_of_me(db, begin, end, 0, 1)
        total = first[0].total if first else 0
    return Usages(total, [_usage(city, one, language) for one in found])


async def _must_be_theirs(db: Read, number: str) -> None:
    """Another's number, and one that nobody has, are told apart by nothing."""
    whose = await identity.person(db, db.behalf or db.person)
    if whose.number != number:
        raise NotFound("usage.not_theirs")


def _moment(city: City, given: datetime, pointer: str) -> datetime:
    """A moment without a zone is one of the city."""
    zone = city[agencies.Agencies].zone
    try:
        return (given if given.tzinfo else given.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError:
        raise Invalid("request.faults", [Fault(pointer, "form.pattern")]) from None


def _usage(city: City, one: cases.Usage, language: Language) -> Usage:
    info, book = city.pack.info, city[agencies.Agencies]
    platform = info.name.within(language)
    return Usage(
        logtime=one.at,
        action=action_of(one, language),
        receiver_code=one.agency_code or info.level1,
        receiver_system=platform,
        receiver_name=book.name(one.agency_code).within(language) if one.agency_code else platform,
    )


def action_of(one: cases.Usage, language: Language) -> str:
    if one.purpose_vi is not None and one.purpose_en is not None:
        return Text(one.purpose_vi, one.purpose_en).within(language)
    say, act = words(language), str(one.act)
    return say.gettext(OF_FILES[act]) if act in OF_FILES else say.pgettext("event", act)


@get(
    "/api/v1/usage/usagePeriod",
    opt={"access": "public"},
    summary="From when on it is known who used whose data",
)
async def usage_period(city: NamedDependency[City]) -> Period:
    begun, kept = await cases.usages_kept_since(city), privacy.kept_for(city, "looks")
    return Period(max(begun, clock.now() - kept) if kept else begun)


@get("/api/v1/usage/heartbeat", opt={"access": "public"}, summary="Whether this can be answered")
async def heartbeat(city: NamedDependency[City]) -> Beat:
    if await city.database.is_up():
        return Beat("OK", "The record of usage can be read.")
    return Beat("FAIL", "The database does not answer.")


@get(
    "/api/v1/usage/covertOrders",
    opt={"access": "officer"},
    summary="Looks that the law hides for a while, in the agencies that I control",
)
async def list_orders(
    city: NamedDependency[City], viewer: NamedDependency[Viewer]
) -> list[exchange.CovertOrder]:
    async with city.database.read(viewer.person) as db:
        return await exchange.covert_orders(db)


@post(
    "/api/v1/usage/covertOrders",
    opt={"access": "officer"},
    summary="Hide an agency's looks at a person until a day",
    description="For who controls procedures in that agency and works on no case of it.",
    responses={201: ResponseSpec(OrderMade, description="The order.", generate_examples=False)},
)
async def order(
    request: Web,
    city: NamedDependency[City],
    viewer: NamedDependency[Viewer],
    data: JSONBody[OrderAsked],
    idempotency_key: IdempotencyKey = None,
) -> Response[bytes]:
    until = _moment(city, data.until, "/until")

    async def act(db: Write) -> OrderMade:
        await _must_control(db, data.agency)
        return OrderMade(
            await exchange.hide_looks(
                db, data.number, data.agency, until, data.reason, data.legal_basis
            )
        )

    return await once(request, viewer.person, None, act)


async def _must_control(db: Read, agency: str) -> None:
    """The database refuses it too; here it is said in words."""
    posts = await agencies.posts_of(db, [agency])
    works = any(post.role in agencies.WORKING for post in posts)
    if works or agency not in db.city[agencies.Access].places("hide", "look", posts):
        raise NotAllowed("usage.not_control")


@post(
    "/api/v1/usage/covertOrders/{order_id:uuid}/end",
    opt={"access": "officer"},
    summary="What an order hid is told from now on",
    status_code=204,
)
async def end_order(
    city: NamedDependency[City], viewer: NamedDependency[Viewer], order_id: FromPath[UUID]
) -> None:
    async with city.database.write(viewer.person) as db:
        await exchange.lift(db, order_id)


routes: list[Any] = [find_usage, usage_period, heartbeat, list_orders, order, end_order]
