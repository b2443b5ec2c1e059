"""What leaders and those who control see: the same figures, officers of their own agencies, and the
cases behind, as far as they see these anyway."""

from typing import Annotated, Any, ClassVar, get_args
from uuid import UUID

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter

from motcua.base.errors import NotFound
from motcua.base.text import Text
from motcua.db import City
from motcua.identity import Viewer
from motcua.score import actions
from motcua.score.actions import Called
from motcua.score.model import CaseBehind, Counts, List
from motcua.score.pages import files
from motcua.score.pages.board import Board, board
from motcua.web import Page, render

BASE = "/dashboard"
OFFICER: dict[str, Any] = {"opt": {"access": "officer"}, "include_in_schema": False}
Web = Request[Any, Any, Any]


class Dashboard(Page):
    template: ClassVar[str] = "score/dashboard.html"

    board: Board
    officers: list[tuple[str, Counts]]
    reasons: list[Called]


class Behind(Page):
    template: ClassVar[str] = "score/cases.html"

    which: List
    rows: list[tuple[CaseBehind, Text, Text]]
    """With the names of procedure and agency."""
    back: str
    before: str | None
    after: str | None


@get(BASE, **OFFICER)
async def dashboard(
    request: Web, city: NamedDependency[City], viewer: NamedDependency[Viewer]
) -> Response[bytes]:
    asked = actions.asked_of(city, request.query_params)
    async with city.database.read(viewer.person) as db:
        await actions.must_lead(db)
        found = await board(db, asked, BASE, is_public=False)
        officers = await actions.of_officers(db, asked) if asked.agency else []
        reasons = await actions.called(db, asked, "rating_reason", actions.pack_of(city).floor)
    return render(Dashboard(board=found, officers=officers, reasons=reasons), request)


@get(f"{BASE}/cases", **OFFICER)
async def cases_behind(
    request: Web,
    city: NamedDependency[City],
    viewer: NamedDependency[Viewer],
    which: Annotated[str, QueryParameter(name="list", max_length=20)] = "overdue",
    officer: FromQuery[UUID | None] = None,
    page: Annotated[int, QueryParameter(ge=1, le=actions.PAGES_MAX)] = 1,
) -> Response[bytes]:
    if which not in get_args(List):
        raise NotFound("web.not_found")
    asked = actions.asked_of(city, request.query_params)
    chosen: List = next(one for one in get_args(List) if one == which)
    async with city.database.read(viewer.person) as db:
        await actions.must_lead(db)
        rows, has_more = await actions.cases_behind(db, chosen, asked, officer, page)
    here = f"{BASE}/cases?{actions.query_of(asked)}&list={which}" + (
        f"&officer={officer}" if officer else ""
    )
    shown = Behind(
        which=chosen,
        rows=[
            (one, actions.name_of(city, "procedure", one.procedure),
             actions.name_of(city, "agency", one.agency))
            for one in rows
        ],
        back=f"{BASE}?{actions.query_of(asked)}",
        before=f"{here}&page={page - 1}" if page > 1 else None,
        after=f"{here}&page={page + 1}" if has_more and page < actions.PAGES_MAX else None,
    )  # fmt: skip
    return render(shown, request)


@get(f"{BASE}/files/{{name:str}}", **OFFICER)
async def dashboard_file(
    request: Web, city: NamedDependency[City], viewer: NamedDependency[Viewer], name: FromPath[str]
) -> Response[bytes]:
    if name not in files.NAMES:
        raise NotFound("web.not_found")
    asked = actions.asked_of(city, request.query_params)
    async with city.database.read(viewer.person) as db:
        await actions.must_lead(db)
        found = await board(db, asked, BASE, is_public=False)
    return await files.file(city, request, found, name)


routes: list[Any] = [dashboard, cases_behind, dashboard_file]
