"""What may be asked for: one procedure, as a person reads it before they begin."""

from typing import Any, ClassVar

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Struct

from motcua import agencies
from motcua.base.text import Source, Text
from motcua.cases import actions
from motcua.cases.model.procedure import Condition, DocumentNeed, Procedure, PublishedFee
from motcua.cases.rules.deadline import Limit, read_limit
from motcua.db import City
from motcua.web import Page, render

Web = Request[Any, Any, Any]


class Price(Struct, frozen=True):
    """What it costs, for the ways of asking that cost the same."""

    channels: list[str]
    fees: tuple[PublishedFee, ...]


class ShowProcedure(Page):
    template: ClassVar[str] = "cases/procedure.html"

    procedure: Procedure
    receivers: list[Text]
    limits: list[tuple[Limit, Text | None]]
    intake: Limit
    prices: list[Price]
    always: list[DocumentNeed]
    sometimes: list[DocumentNeed]
    conditions: list[Condition]
    basis: list[Source]


@get("/procedures/{code:str}", opt={"access": "public"}, include_in_schema=False)
async def show(request: Web, city: NamedDependency[City], code: FromPath[str]) -> Response[bytes]:
    procedure = city[actions.Procedures].by_code(code).procedure
    return render(_page(city, procedure), request)


def _page(city: City, procedure: Procedure) -> ShowProcedure:
    may = procedure.agencies
    first = procedure.channels[0]
    return ShowProcedure(
        procedure=procedure,
        receivers=[a.name for a in city[agencies.Agencies].receivers(may.codes, may.kind)],
        limits=[(read_limit(one.limit), one.case) for one in first.limits],
        intake=read_limit(procedure.intake_limit),
        prices=_prices(procedure),
        always=[need for need in procedure.documents if need.required_if == "true"],
        sometimes=[need for need in procedure.documents if need.required_if != "true"],
        conditions=list(procedure.conditions),
        basis=list(procedure.legal_basis),
    )


def _prices(procedure: Procedure) -> list[Price]:
    prices: list[Price] = []
    for channel in procedure.channels:
        same = next((price for price in prices if price.fees == channel.fees), None)
        if same:
            same.channels.append(channel.channel)
        else:
            prices.append(Price([channel.channel], channel.fees))
    return prices


routes: list[Any] = [show]
