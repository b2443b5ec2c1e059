"""Procedures and cases as machines use them."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Annotated, Any, Generic, Literal, TypeVar

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.exceptions import ServiceUnavailableException
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, FromQuery, JSONBody, Parameter, PathParameter
from litestar.response import Stream

from motcua import agencies
from motcua.base.errors import Fault, Invalid, NotFound
from motcua.cases import actions
from motcua.cases.actions import Filing, counter, handing_in, papers, queue, vault
from motcua.cases.actions.queue import KIOSK
from motcua.cases.model.counter import Line, Ticket
from motcua.cases.model.offered import ProcedureView, ProgressView
from motcua.cases.model.view import CaseView, ComponentView, EventView, FormView
from motcua.cases.rules.handing_in import COUNTER_ACTS
from motcua.db import City, Write
from motcua.db.events import STREAM_SECONDS_MAX, Listener
from motcua.identity import Viewer
from motcua.web import Throttle
from motcua.web.language import Language
from motcua.web.once import IdempotencyKey, once, repeated
from motcua.web.render import language_of

LIMIT_MAX = 100
KEEP_ALIVE_SECONDS = 15
NUMBER_MAX = 99_999  # of a queue, in a day
STATUS_TRIES, STATUS_SECONDS = 60, 60  # codes run on: nobody reads a whole day of them
MESSAGES = Throttle(20, 3600, "messages")
Web = Request[Any, Any, Any]


T = TypeVar("T")


class Page(msgspec.Struct, Generic[T], frozen=True):
    items: list[T]
    next: str | None = None


@get("/api/v1/procedures", opt={"access": "public"}, summary="Search the procedures")
async def list_procedures(
    request: Web,
    city: NamedDependency[City],
    q: Annotated[str, Parameter(max_length=200)] = "",
    field: Annotated[str, Parameter(max_length=200)] = "",
    agency: Annotated[str, Parameter(max_length=35)] = "",
    before: FromQuery[str] = "",
    limit: Annotated[int, Parameter(ge=1, le=LIMIT_MAX)] = 20,
) -> Page[ProcedureView]:
    found, more = actions.list_procedures(city, q, field, agency, before, limit)
    language = language_of(request)
    return Page([actions.procedure_view(city, known, language) for known in found], more)


@get("/api/v1/procedures/{code:str}", opt={"access": "public"}, summary="One procedure")
async def show_procedure(
    request: Web, city: NamedDependency[City], code: FromPath[str]
) -> ProcedureView:
    return actions.procedure_view(city, actions.any_procedure(city, code), language_of(request))


class AgencyView(msgspec.Struct, frozen=True):
    code: str
    name: str
    kind: str
    parent: str | None
    former_code: str | None


@get(
    "/api/v1/agencies",
    opt={"access": "public"},
    summary="Who may receive it",
    description="Today's agencies; `procedure`: those that decide it; `commune` (its code or name):"
    " those that work for it.",
)
async def list_agencies(
    request: Web,
    city: NamedDependency[City],
    procedure: Annotated[str, Parameter(max_length=20)] = "",
    commune: Annotated[str, Parameter(max_length=100)] = "",
) -> Page[AgencyView]:
    book, today = city[agencies.Agencies], city[agencies.Agencies].today()
    place = book.commune(commune) if commune else None
    found = [a for a in book.all if a.holds_on(today) and a.covers(place)]
    if procedure:
        try:
            known = city[actions.Procedures].by_code(procedure)
        except NotFound as unknown:
            raise Invalid(
                "request.faults", [Fault("/procedure", unknown.reason, unknown.facts)]
            ) from None
        found = book.competent(actions.matter_of(known.procedure), place)
    language = language_of(request)
    return Page([_agency(book, agency, language) for agency in found])


def _agency(book: agencies.Agencies, agency: agencies.Agency, language: Language) -> AgencyView:
    above = book.parent(agency)
    return AgencyView(
        code=agency.code,
        name=agency.name.within(language),
        kind=agency.kind,
        parent=above.code if above else None,
        former_code=book.former_code(agency),
    )


@post(
    "/api/v1/cases",
    opt={"access": "person"},
    summary="File a case",
    description="`answers` has the shape of the procedure's `form.schema`; `form.example` is one.",
    responses={201: ResponseSpec(CaseView, description="The case.", generate_examples=False)},
)
async def file_case(
    request: Web,
    city: NamedDependency[City],
    viewer: NamedDependency[Viewer],
    data: JSONBody[Filing],
    idempotency_key: IdempotencyKey = None,
) -> Response[bytes]:
    if viewer.is_officer:
        return await _file_at_counter(request, city, viewer, data)
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


async def _file_at_counter(
    request: Web, city: City, viewer: Viewer, data: Filing
) -> Response[bytes]:
    if kept := await repeated(request, viewer.person, viewer.on_behalf_of):
        return kept
    ready, language = await counter.prepare(city, viewer, data), language_of(request)

    async def act(db: Write) -> CaseView:
        filed = await counter.take_in(db, viewer, ready, language)
        return await actions.show_case(db, viewer, filed.case, language)

    return await once(request, viewer.person, None, act)


@get("/api/v1/cases", opt={"access": "person"}, summary="My cases, or my agencies' open ones")
async def list_cases(
    request: Web,
    city: NamedDependency[City],
    viewer: NamedDependency[Viewer],
    before: FromQuery[str] = "",
    limit: Annotated[int, Parameter(ge=1, le=LIMIT_MAX)] = 20,
) -> Page[CaseView]:
    async with city.database.write(viewer.person, viewer.on_behalf_of) as db:
        found, more = await actions.list_cases(db, viewer, before, limit)
        await actions.note_list(db, viewer, [case.code for case in found])
        language = language_of(request)
        return Page(await actions.show_cases(db, viewer, found, language), more)


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
    responses={
        200: ResponseSpec(CaseView, description="The case after it.", generate_examples=False)
    },
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
    if action == "sign" and (kept := await repeated(request, viewer.person, viewer.on_behalf_of)):
        return kept
    if action in COUNTER_ACTS:
        return await _act_at_counter(request, city, viewer, code, action, data)
    if action == "message" and not viewer.is_officer:
        MESSAGES.take(viewer.person)
    made = await actions.make_before(city, viewer, code, action)
    language = language_of(request)

    async def attempt() -> Response[bytes]:
        return await once(
            request,
            viewer.person,
            viewer.on_behalf_of,
            lambda db: actions.act_and_show(db, viewer, code, action, data, language, made),
            status=200,
        )

    return await actions.with_answers(city, viewer, code, action, attempt)


async def _act_at_counter(
    request: Web, city: City, viewer: Viewer, code: str, action: str, body: dict[str, Any]
) -> Response[bytes]:
    taken, language = None, language_of(request)
    if action == "take_fee":
        taken = await handing_in.take_fee(city, viewer, code, body)

    async def act(db: Write) -> CaseView:
        if taken:
            case = await handing_in.write_fee_down(db, code, taken)
        else:
            case = await handing_in.ACTS[action](db, viewer, code, body)
        return await actions.show_case(db, viewer, case, language)

    return await once(request, viewer.person, None, act, status=200)


@get(
    "/api/v1/status/{code:str}",
    opt={"access": "public"},
    guards=[Throttle(STATUS_TRIES, STATUS_SECONDS, "status")],
    summary="Progress by code",
)
async def status(request: Web, city: NamedDependency[City], code: FromPath[str]) -> ProgressView:
    return await actions.progress(city, code, language_of(request))


@get(
    "/api/v1/cases/{code:str}/events",
    opt={"access": "person"},
    summary="History; as text/event-stream it goes on",
    responses={
        200: ResponseSpec(
            Page[EventView], description="What happened, oldest first.", generate_examples=False
        )
    },
)
async def events(
    request: Web, city: NamedDependency[City], viewer: NamedDependency[Viewer], code: FromPath[str]
) -> Response[Any] | Stream:
    language = language_of(request)
    after = _last_event(request)
    async with city.database.write(viewer.person, viewer.on_behalf_of) as db:
        try:
            case = await actions.open_case(db, code)
        except NotFound:
            return Response(Page(await actions.oversee(db, viewer, code, language, after)))
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


class TicketAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    line: Line


class CallAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`place`: the window, as its sign calls it. `line`: only who came for this."""

    place: Annotated[str, msgspec.Meta(min_length=1, max_length=12)]
    line: Line | None = None


class TicketActed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    action: Literal["recall", "done", "absent"]
    case: Annotated[str, msgspec.Meta(max_length=60)] | None = None


@get(
    "/api/v1/agencies/{code:str}/queue",
    opt={"access": "public"},
    summary="The waiting room: who is called, how long a new number waits",
)
async def show_queue(city: NamedDependency[City], code: FromPath[str]) -> queue.Board:
    return await queue.board(city, code)


@post(
    "/api/v1/agencies/{code:str}/queue",
    opt={"access": "public"},
    guards=[KIOSK],
    summary="Draw a number",
    description="`wait_minutes` is null as long as today's times do not tell it.",
)
async def draw_number(
    city: NamedDependency[City], code: FromPath[str], data: JSONBody[TicketAsked]
) -> queue.Drawn:
    return await queue.draw(city, code, data.line)


@post(
    "/api/v1/agencies/{code:str}/queue/calls",
    opt={"access": "officer"},
    summary="Call the next number to a window",
    status_code=200,
)
async def call_number(
    city: NamedDependency[City],
    viewer: NamedDependency[Viewer],
    code: FromPath[str],
    data: JSONBody[CallAsked],
) -> Ticket | None:
    async with city.database.write(viewer.person) as db:
        return await queue.call_next(db, code, data.place, data.line)


@post(
    "/api/v1/agencies/{code:str}/queue/{number:int}",
    opt={"access": "officer"},
    summary="Call a number again, or be done with it",
    status_code=200,
)
async def act_on_number(
    city: NamedDependency[City],
    viewer: NamedDependency[Viewer],
    code: FromPath[str],
    number: Annotated[int, PathParameter(ge=1, le=NUMBER_MAX)],
    data: JSONBody[TicketActed],
) -> Ticket:
    async with city.database.write(viewer.person) as db:
        if data.action == "recall":
            return await queue.recall(db, code, number)
        return await queue.finish(db, code, number, data.action == "absent", data.case)


@get("/api/v1/cases/{code:str}/papers", opt={"access": "person"}, summary="Its forms")
async def list_forms(
    request: Web, city: NamedDependency[City], viewer: NamedDependency[Viewer], code: FromPath[str]
) -> Page[FormView]:
    return Page(await papers.form_views(city, viewer, code, language_of(request)))


@get("/api/v1/vault", opt={"access": "person"}, summary="What I need not hand in again")
async def show_vault(
    request: Web, city: NamedDependency[City], viewer: NamedDependency[Viewer]
) -> Page[ComponentView]:
    async with city.database.read(viewer.person, viewer.on_behalf_of) as db:
        return Page(await vault.component_views(db, language_of(request)))


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
    show_queue,
    draw_number,
    call_number,
    act_on_number,
    list_forms,
    show_vault,
]
