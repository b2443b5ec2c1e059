"""What programs see of delegation: who may act in an organisation's name."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from motcua.db import City, Write
from motcua.identity.actions import delegating
from motcua.identity.model import Delegation, DelegationGiven, Viewer
from motcua.web.once import IdempotencyKey, once, repeated

Asking = Request[Any, Any, Any]


class Delegations(Struct, frozen=True):
    delegations: list[Delegation]


class Ended(Struct, frozen=True):
    id: UUID


@get("/api/v1/delegations", opt={"access": "person"})
async def show(city: NamedDependency[City], viewer: NamedDependency[Viewer]) -> Delegations:
    """Those that the organisation has given, for its representative; else those that one has."""
    async with city.database.read(viewer.person, viewer.on_behalf_of) as db:
        return Delegations(await delegating.delegations_of(db, viewer))


@post(
    "/api/v1/delegations",
    opt={"access": "person"},
    responses={201: ResponseSpec(Delegation, description="What was given.")},
)
async def give(
    request: Asking,
    city: NamedDependency[City],
    viewer: NamedDependency[Viewer],
    data: JSONBody[DelegationGiven],
    idempotency_key: IdempotencyKey = None,
) -> Response[bytes]:
    """Let somebody file, pay or receive in the organisation's name. Only its representative may."""
    if kept := await repeated(request, viewer.person, viewer.on_behalf_of):
        return kept
    delegate = await delegating.delegate_of(city, viewer, data)

    async def act(db: Write) -> Delegation:
        return await delegating.give(db, viewer, delegate, data)

    return await once(request, viewer.person, viewer.on_behalf_of, act)


@post(
    "/api/v1/delegations/{delegation:uuid}/end",
    opt={"access": "person"},
    status_code=200,
    responses={200: ResponseSpec(Ended, description="What has ended.")},
)
async def end(
    request: Asking,
    viewer: NamedDependency[Viewer],
    delegation: FromPath[UUID],
    idempotency_key: IdempotencyKey = None,
) -> Response[bytes]:
    """They act in that name no longer, in sessions that are open too."""

    async def act(db: Write) -> Ended:
        await delegating.end(db, viewer, delegation)
        return Ended(delegation)

    return await once(request, viewer.person, viewer.on_behalf_of, act, status=200)


routes: list[HTTPRouteHandler] = [show, give, end]
