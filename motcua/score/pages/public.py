"""What everybody may see: no person, no officer, and nothing of few cases."""

from typing import Any, ClassVar

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from motcua.base.errors import NotFound
from motcua.db import City
from motcua.score import actions
from motcua.score.pages import files
from motcua.score.pages.board import Board, board
from motcua.web import Page, Throttle, render

BASE = "/dashboard/public"
PUBLIC: dict[str, Any] = {"opt": {"access": "public"}, "include_in_schema": False}
FILES = Throttle(20, 60, "score_files")
Web = Request[Any, Any, Any]


class Scoreboard(Page):
    template: ClassVar[str] = "score/public.html"

    board: Board
    floor: int


@get(BASE, **PUBLIC)
async def scoreboard(request: Web, city: NamedDependency[City]) -> Response[bytes]:
    asked, pack = actions.asked_of(city, request.query_params), actions.pack_of(city)
    async with city.database.nobody() as db:
        found = await board(db, asked, BASE, is_public=True)
    return render(Scoreboard(board=found, floor=pack.floor), request)


@get(f"{BASE}/{{name:str}}", guards=[FILES], **PUBLIC)
async def scoreboard_file(
    request: Web, city: NamedDependency[City], name: FromPath[str]
) -> Response[bytes]:
    """`figures.csv`, `figures.xlsx` or `figures.pdf` of what the page shows."""
    if name not in files.NAMES:
        raise NotFound("web.not_found")
    asked = actions.asked_of(city, request.query_params)
    async with city.database.nobody() as db:
        found = await board(db, asked, BASE, is_public=True)
    return await files.file(city, request, found, name)


routes: list[Any] = [scoreboard, scoreboard_file]
