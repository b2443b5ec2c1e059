"""What may be asked for: one procedure, as a person reads it before they begin."""

from collections.abc import Sequence
from typing import Any, ClassVar

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Struct

from motcua.agencies import Agencies
from motcua.base.errors import NotFound
from motcua.base.ids import SYSTEM
from motcua.base.text import Source, Text
from motcua.cases import actions
from motcua.cases.actions import catalogue
from motcua.cases.actions.procedures import Procedures
from motcua.cases.model.catalogue import CatalogueWords, Elsewhere, ReadChannel, Reading
from motcua.cases.model.procedure import (
    Condition,
    DocumentNeed,
    Procedure,
    PublishedFee,
    PublishedLimit,
)
from motcua.cases.rules.catalogue.making import bare_number, limit_text
from motcua.cases.rules.deadline import Limit, read_limit
from motcua.db import City
from motcua.web import Page, render

Web = Request[Any, Any, Any]


class Price(Struct, frozen=True):
    """What it costs, for the ways of asking that cost the same."""

    channels: list[str]
    fees: tuple[PublishedFee, ...]


class Wait(Struct, frozen=True):
    """A time as it is published, and as it was read; None: it was not."""

    said: PublishedLimit
    read: Limit | None


class ShowProcedure(Page):
    template: ClassVar[str] = "cases/procedure.html"

    procedure: Procedure
    receivers: list[Text]
    counters: int
    limits: list[Wait]
    intake: Limit
    prices: list[Price]
    always: list[DocumentNeed]
    sometimes: list[DocumentNeed]
    conditions: list[Condition]
    basis: list[Source]


class Line(Struct, frozen=True):
    """A time and a fee that belong together, in one row of the catalogue's table."""

    wait: Wait
    limit_text: str
    """The cell, where it says more than was read."""
    fee: PublishedFee
    remarks: tuple[str, ...]


class Way(Struct, frozen=True):
    channels: list[str]
    lines: list[Line]


class ShowPublished(Page):
    """A procedure as the national catalogue words it; `procedure` where it is filed in the city,
    `elsewhere` where it is not."""

    template: ClassVar[str] = "cases/published.html"

    reading: Reading
    procedure: Procedure | None
    elsewhere: Elsewhere | None
    receivers: list[Text]
    counters: int
    promised: Limit | None
    intake: Limit | None
    ways: list[Way]
    source: str
    address: str | None
    """Where the catalogue itself has it."""


@get("/procedures/{code:str}", opt={"access": "public"}, include_in_schema=False)
async def show(request: Web, city: NamedDependency[City], code: FromPath[str]) -> Response[bytes]:
    shelf = city[Procedures]
    if other := shelf.elsewhere.get(code):
        return render(_published(city, await _reading(city, code), None, other), request)
    procedure = shelf.by_code(code).procedure
    if procedure.origin == "catalogue":
        return render(_published(city, await _reading(city, code), procedure, None), request)
    return render(_page(city, procedure), request)


def _page(city: City, procedure: Procedure) -> ShowProcedure:
    first = procedure.channels[0]
    return ShowProcedure(
        procedure=procedure,
        receivers=[agency.name for agency in actions.receivers_of(city, procedure)],
        counters=_counters(city, procedure),
        limits=[Wait(one, read_limit(one.limit) if one.limit else None) for one in first.limits],
        intake=read_limit(procedure.intake_limit),
        prices=_prices(procedure),
        always=[need for need in procedure.documents if need.required_if == "true"],
        sometimes=[need for need in procedure.documents if need.required_if != "true"],
        conditions=list(procedure.conditions),
        basis=list(procedure.legal_basis),
    )


def _counters(city: City, procedure: Procedure) -> int:
    return len(city[Agencies].counters_for(actions.matter_of(procedure)))


def _prices(procedure: Procedure) -> list[Price]:
    prices: list[Price] = []
    for channel in procedure.channels:
        same = next((price for price in prices if price.fees == channel.fees), None)
        if same:
            same.channels.append(channel.channel)
        else:
            prices.append(Price([channel.channel], channel.fees))
    return prices


# ---- as the national catalogue words it


async def _reading(city: City, code: str) -> Reading:
    async with city.database.read(SYSTEM) as db:
        found = await catalogue.reading_of(db, code)
    if found is None:
        raise NotFound("procedure.unknown", code=code)
    return found


def _published(
    city: City, reading: Reading, procedure: Procedure | None, other: Elsewhere | None
) -> ShowPublished:
    words = city.pack.file("catalogue", CatalogueWords)
    return ShowPublished(
        reading=reading,
        procedure=procedure,
        elsewhere=other,
        receivers=[a.name for a in actions.receivers_of(city, procedure)] if procedure else [],
        counters=_counters(city, procedure) if procedure else 0,
        promised=read_limit(procedure.limit) if procedure and procedure.limit else None,
        intake=read_limit(procedure.intake_limit) if procedure else None,
        ways=_ways(reading.channels, city.pack.info.currency.code, words.nothing),
        source=words.source,
        address=other.url if other and other.url.startswith("https://") else None,
    )


def _ways(rows: Sequence[ReadChannel], currency: str, nothing: Sequence[str]) -> list[Way]:
    """What is the same for several ways of asking is said once."""
    ways: list[Way] = []
    for name in dict.fromkeys(row.channel for row in rows):
        own = (_line(row, currency, nothing) for row in rows if row.channel == name)
        lines = list(dict.fromkeys(own))
        same = next((way for way in ways if way.lines == lines), None)
        if same:
            same.channels.append(name)
        else:
            ways.append(Way([name], lines))
    return ways


def _line(row: ReadChannel, currency: str, nothing: Sequence[str]) -> Line:
    limit, fee = row.limit, row.fee
    text, bare = limit_text(limit), bare_number(limit)
    is_whole = bool(text and limit.least is None) or bare is not None
    is_read = fee.kind in ("free", "amount")
    return Line(
        Wait(
            PublishedLimit(limit=text, value=bare, quote=limit.quote, source=_NOWHERE),
            read_limit(text) if text else None,
        ),
        "" if is_whole or limit.text in nothing else limit.text,
        PublishedFee(
            kind=fee.kind if is_read or fee.kind == "by_law" else "unknown",
            amount=fee.amount if is_read else None,
            currency=fee.currency if is_read and fee.currency != currency else None,
            note=None if is_read or fee.text in nothing else fee.text,
            source=_NOWHERE,
        ),
        tuple(dict.fromkeys(said for said in (limit.case, fee.case) if said)),
    )


_NOWHERE = Source(text="")
"""The page names its one source once."""

routes: list[Any] = [show]
