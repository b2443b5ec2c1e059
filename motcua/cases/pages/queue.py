"""The waiting room: the kiosk, the board on the wall, and the desk that calls."""

from typing import Any, ClassVar
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from motcua import agencies
from motcua.base.errors import Conflict, Invalid, NotFound
from motcua.base.text import Text
from motcua.cases.actions import handing_in, queue
from motcua.cases.actions.queue import KIOSK, Board, Drawn
from motcua.cases.model.counter import LINES, Ticket
from motcua.db import City
from motcua.identity import Viewer
from motcua.web import Page, reasons, render
from motcua.web.language import Language, words
from motcua.web.render import language_of

OFFICER: dict[str, Any] = {"opt": {"access": "officer"}, "include_in_schema": False}
PUBLIC: dict[str, Any] = {"opt": {"access": "public"}, "include_in_schema": False}
RENEW_SECONDS = 5
NUMBER_LENGTH_MAX = 6
Web = Request[Any, Any, Any]


class BoardPage(Page):
    template: ClassVar[str] = "cases/queue_board.html"

    code: str
    name: Text
    called: list[Ticket]
    waiting: int
    wait: str
    is_moving: bool
    """It renews itself; who reads slowly may stop that."""


class KioskPage(Page):
    template: ClassVar[str] = "cases/queue_take.html"

    code: str
    name: Text
    lines: list[tuple[str, str]]
    drawn: Drawn | None
    waiting: int
    wait: str
    trouble: str | None


class RoomPage(Page):
    template: ClassVar[str] = "cases/desk_queue.html"

    rooms: list[tuple[str, Text]]
    code: str
    place: str
    chosen: str
    lines: list[tuple[str, str]]
    called: list[Ticket]
    waiting: int
    wait: str
    told: str | None


@get("/agencies/{code:str}/queue", **PUBLIC)
async def show_board(
    request: Web, city: NamedDependency[City], code: FromPath[str]
) -> Response[Any]:
    board, is_moving = await queue.board(city, code), "still" not in request.query_params
    page = BoardPage(
        code=code,
        name=city[agencies.Agencies].name(code),
        called=board.called,
        waiting=board.waiting,
        wait=_wait(board.wait_minutes, language_of(request)),
        is_moving=is_moving,
    )
    # Screens on walls have no scripts worth the name.
    return render(page, request, headers={"Refresh": f"{RENEW_SECONDS}"} if is_moving else None)


@get("/agencies/{code:str}/queue/take", **PUBLIC)
async def show_kiosk(
    request: Web, city: NamedDependency[City], code: FromPath[str]
) -> Response[Any]:
    return _kiosk(request, city, code, await queue.board(city, code))


@post("/agencies/{code:str}/queue/take", guards=[KIOSK], **PUBLIC)
async def take_number(
    request: Web, city: NamedDependency[City], code: FromPath[str]
) -> Response[Any]:
    line = str((await request.form()).get("line", ""))
    try:
        drawn = await queue.draw(city, code, line)
    except (Conflict, Invalid) as refusal:
        full = refusal.reason == "queue.full"
        reason = "queue.full" if full else "form.not_an_option"
        said = reasons.sentence(reason, {}, language_of(request))
        status = 409 if full else 422
        return _kiosk(request, city, code, await queue.board(city, code), None, said, status)
    return _kiosk(request, city, code, await queue.board(city, code), drawn, None, 201)


def _kiosk(
    request: Web, city: City, code: str, board: Board, drawn: Drawn | None = None,
    trouble: str | None = None, status: int = 200,
) -> Response[Any]:  # fmt: skip
    language = language_of(request)
    page = KioskPage(
        code=code,
        name=city[agencies.Agencies].name(code),
        lines=_lines(language),
        drawn=drawn,
        waiting=board.waiting,
        wait=_wait(drawn.wait_minutes if drawn else board.wait_minutes, language),
        trouble=trouble,
    )
    return render(page, request, status)


@get("/desk/queue", **OFFICER)
async def show_room(
    request: Web, city: NamedDependency[City], viewer: NamedDependency[Viewer]
) -> Response[Any]:
    return await _room(request, city, viewer)


@post("/desk/queue", **OFFICER)
async def call(
    request: Web, city: NamedDependency[City], viewer: NamedDependency[Viewer]
) -> Response[Any]:
    form = await request.form()
    code, place = (request.query_params.get(name, "") for name in ("agency", "place"))
    act, line = str(form.get("act", "")), str(form.get("line", ""))
    told = None
    try:
        async with city.database.write(viewer.person) as db:
            if act == "next":
                if await queue.call_next(db, code, place, line or None) is None:
                    told = "queue.nobody_waits"
            else:
                await _act(db, code, act, str(form.get("number", "")))
    except Conflict as refusal:
        told = refusal.reason
    except Invalid as refusal:
        told = refusal.faults[0].reason if refusal.faults else refusal.reason
    if told:
        return await _room(request, city, viewer, told)
    return Redirect(f"/desk/queue?{urlencode({'agency': code, 'place': place, 'line': line})}",
                    status_code=303)  # fmt: skip


async def _act(db: Any, code: str, act: str, typed: str) -> None:
    if not (typed.isascii() and typed.isdecimal() and len(typed) <= NUMBER_LENGTH_MAX):
        raise NotFound("web.not_found")
    if act == "recall":
        await queue.recall(db, code, int(typed))
    elif act in ("done", "absent"):
        await queue.finish(db, code, int(typed), act == "absent")
    else:
        raise NotFound("web.not_found")


async def _room(request: Web, city: City, viewer: Viewer, told: str | None = None) -> Response[Any]:
    language, book = language_of(request), city[agencies.Agencies]
    async with city.database.read(viewer.person) as db:
        mine = await handing_in.counters_of_me(db)
    asked = request.query_params.get("agency", "")
    code = asked if asked in mine else mine[0] if mine else ""
    board = await queue.board(city, code) if code else Board([], 0, None)
    page = RoomPage(
        rooms=[(one, book.name(one)) for one in mine],
        code=code,
        place=" ".join(request.query_params.get("place", "").split())[: queue.PLACE_LENGTH_MAX],
        chosen=request.query_params.get("line", ""),
        lines=_lines(language),
        called=board.called,
        waiting=board.waiting,
        wait=_wait(board.wait_minutes, language),
        told=reasons.sentence(told, {}, language) if told else None,
    )
    return render(page, request, 409 if told else 200)


def _lines(language: Language) -> list[tuple[str, str]]:
    return [(line, words(language).pgettext("queue", line)) for line in LINES]


def _wait(minutes: int | None, language: Language) -> str:
    """What today's times tell, in a sentence; where they tell nothing it says so."""
    say = words(language).gettext
    if minutes is None:
        return say("How long it takes is not known yet today.")
    if minutes == 0:
        return say("It is the next one's turn at once.")
    return say("About %(minutes)s minutes, by today's times.") % {"minutes": minutes}


routes: list[Any] = [show_board, show_kiosk, take_number, show_room, call]
