"""Procedures and cases as machines use them."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Annotated, Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import ServiceUnavailableException
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, FromQuery, JSONBody, Parameter
from litestar.response import Stream

from motcua import agencies
from motcua.base.errors import Invalid, Unavailable
from motcua.cases import actions
from motcua.cases.actions import Filing
from motcua.cases.model.view import CaseView, EventView, Named
from motcua.db import City
from motcua.db.events import STREAM_SECONDS_MAX, Listener
from motcua.identity import Viewer
from motcua.web import Throttle
from motcua.web.language import Language
from motcua.web.once import IdempotencyKey, once, repeated
from motcua.web.refusals import PROBLEMS
from motcua.web.render import language_of

LIMIT_MAX = 100
KEEP_ALIVE_SECONDS = 15
STATUS_TRIES, STATUS_SECONDS = 60, 60  # codes run on: nobody reads a whole day of them
MESSAGES = Throttle(20, 3600)
Web = Request[Any, Any, Any]


class Page(msgspec.Struct, frozen=True):
    items: list[Any]
    next: str | None = None


@get("/api/v1/procedures", opt={"access": "public"}, summary="Search the procedures")
async def list_procedures(
    request: Web,
    city: NamedDependency[City],
    q: Annotated[str, Parameter(max_length=200)] = "",
    field: Annotated[str, Parameter(max_length=200)] = "",
    agency: Annotated[str, Parameter(max_length=35)] = "",
    limit: Annotated[int, Parameter(ge=1, le=LIMIT_MAX)] = 20,
) -> Page:
    found = actions.find_procedures(city, q, field, agency, limit)
    language = language_of(request)
    return Page([actions.procedure_view(city, known, language) for known in found])


@get("/api/v1/procedures/{code:str}", opt={"access": "public"}, summary="One procedure")
async def show_procedure(
    request: Web, city: NamedDependency[City], code: FromPath[str]
) -> dict[str, Any]:
    known = city[actions.Procedures].by_code(code)
    return actions.procedure_view(city, known, language_of(request))


@get("/api/v1/agencies", opt={"access": "public"}, summary="Who may receive it")
async def list_agencies(
    request: Web,
    city: NamedDependency[City],
    procedure: Annotated[str, Parameter(max_length=20)] = "",
    commune: Annotated[str, Parameter(max_length=10)] = "",
) -> Page:
    book = city[agencies.Agencies]
    found = list(book.all)
    if procedure:
        wanted = city[actions.Procedures].by_code(procedure).procedure.agencies
        found = book.receivers(wanted.codes, wanted.kind, commune or None)
    elif commune:
        found = [a for a in found if a.commune in (None, commune)]
    language = language_of(request)
    return Page([Named(a.code, a.name.within(language)) for a in found])


@post(
    "/api/v1/cases",
    opt={"access": "person"},
    summary="File a case",
    description="`answers` has the shape of the procedure's `form.schema`; `form.example` is one.",
    responses={201: ResponseSpec(CaseView, description="The case."), **PROBLEMS},
)
async def file_case(
    request: Web,
    city: NamedDependency[City],
    viewer: NamedDependency[Viewer],
    data: JSONBody[Filing],
    idempotency_key: IdempotencyKey = None,
) -> Response[bytes]:
    other = None
    if data.on_behalf_of is not None:
        if kept := await repeated(request, viewer.person, viewer.on_behalf_of):
            return kept
        actions.LOOKUPS.take(viewer.person)
        other = await actions.other_of(city, viewer, data.on_behalf_of)
    language = language_of(request)
    return await once(
        request,
        viewer.person,
        viewer.on_behalf_of,
        lambda db: actions.file_and_show(db, viewer, data, other, language),
    )


@get("/api/v1/cases", opt={"access": "person"}, summary="My cases, or my agencies' open ones")
async def list_cases(
    request: Web,
    city: NamedDependency[City],
    viewer: NamedDependency[Viewer],
    before: FromQuery[str] = "",
    limit: Annotated[int, Parameter(ge=1, le=LIMIT_MAX)] = 20,
) -> Page:
    async with city.database.read(viewer.person, viewer.on_behalf_of) as db:
        found, more = await actions.list_cases(db, viewer, before, limit)
        language = language_of(request)
        return Page([await actions.show_case(db, viewer, case, language) for case in found], more)


@get("/api/v1/cases/{code:str}", opt={"access": "person"}, summary="One case")
async def show_case(
    request: Web, city: NamedDependency[City], viewer: NamedDependency[Viewer], code: FromPath[str]
) -> CaseView:
    async with city.database.write(viewer.person, viewer.on_behalf_of) as db:
        case = await actions.open_case(db, code)
        await actions.note_look(db, viewer, case)
        return await actions.show_case(db, viewer, case, language_of(request))


@post(
    "/api/v1/cases/{code:str}/actions",
    opt={"access": "person"},
    summary="Act on a case",
    description="`{action, …}`: what a case's `actions` name, each with the schema of its body.",
    status_code=200,
    responses={200: ResponseSpec(CaseView, description="The case after it."), **PROBLEMS},
)
async def act(
    request: Web,
    city: NamedDependency[City],
    viewer: NamedDependency[Viewer],
    code: FromPath[str],
    data: JSONBody[dict[str, Any]],
    idempotency_key: IdempotencyKey = None,
) -> Response[bytes]:
    action = data.pop("action", None)
    if not isinstance(action, str):
        raise Invalid("case.no_action")
    if kept := await repeated(request, viewer.person, viewer.on_behalf_of):
        return kept
    if action == "message" and not viewer.is_officer:
        MESSAGES.take(viewer.person)
    try:
        made = await actions.ask_before(city, viewer, code, action)
    except Unavailable:
        if action not in ("accept", "propose"):
            raise
        made = None  # a register is down: the case waits, and the act itself says for what
    language = language_of(request)
    return await once(
        request,
        viewer.person,
        viewer.on_behalf_of,
        lambda db: actions.act_and_show(db, viewer, code, action, data, language, made),
        status=200,
    )


@get(
    "/api/v1/status/{code:str}",
    opt={"access": "public"},
    guards=[Throttle(STATUS_TRIES, STATUS_SECONDS)],
    summary="Progress by code",
)
async def status(request: Web, city: NamedDependency[City], code: FromPath[str]) -> dict[str, Any]:
    return await actions.progress(city, code, language_of(request))


@get(
    "/api/v1/cases/{code:str}/events",
    opt={"access": "person"},
    summary="History; as text/event-stream it goes on",
)
async def events(
    request: Web, city: NamedDependency[City], viewer: NamedDependency[Viewer], code: FromPath[str]
) -> Response[Any] | Stream:
    language = language_of(request)
    after = _last_event(request)
    async with city.database.write(viewer.person, viewer.on_behalf_of) as db:
        case = await actions.open_case(db, code)
        await actions.note_look(db, viewer, case)
        seen = await actions.history(db, case, language, after)
    if "text/event-stream" not in request.headers.get("accept", ""):
        return Response(Page(seen))
    if city[Listener].is_full(viewer.person):
        raise ServiceUnavailableException(headers={"Retry-After": "10"})
    flow = _flow(city, viewer, code, language, after)
    head = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Stream(flow, media_type="text/event-stream", headers=head)


def _last_event(request: Web) -> int:
    given = request.headers.get("last-event-id") or request.query_params.get("after") or "0"
    return int(given) if given.isdigit() and len(given) < 19 else 0


async def _flow(
    city: City, viewer: Viewer, code: str, language: Language, after: int
) -> AsyncIterator[bytes]:
    """Everything after a sequence, once each, in order; then whatever happens."""
    listener = city[Listener]
    async with city.database.read(viewer.person, viewer.on_behalf_of) as db:
        case = await actions.open_case(db, code)
    ends = time.monotonic() + STREAM_SECONDS_MAX
    async with listener.about(viewer.person, case.id) as bell:
        yield b"retry: 1000\n\n"
        while not listener.stopping.is_set() and time.monotonic() < ends:
            bell.clear()
            async with city.database.read(viewer.person, viewer.on_behalf_of) as db:
                fresh = await actions.history(db, case, language, after)
            for event in fresh:
                after = event.id
                yield _as_message(event)
            if fresh:
                continue
            try:
                await asyncio.wait_for(bell.wait(), KEEP_ALIVE_SECONDS)
            except TimeoutError:
                yield b": still here\n\n"


def _as_message(event: EventView) -> bytes:
    return b"id: %d\nevent: case\ndata: %s\n\n" % (event.id, msgspec.json.encode(event))


routes = [
    list_procedures,
    show_procedure,
    list_agencies,
    file_case,
    list_cases,
    show_case,
    act,
    status,
    events,
]
