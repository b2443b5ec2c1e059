"""The front door: what do you need, what often happens, and how far a request is."""

from typing import Annotated, Any, ClassVar

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import Parameter

from motcua import cases, score
from motcua.base.errors import NotFound
from motcua.cases import CaseLine, Draft, LifeEvent, Offer, Procedure
from motcua.db import City
from motcua.identity import Viewer
from motcua.portal.pages.procedures import QUESTION_LENGTH_MAX, Turn, turn
from motcua.web import Page, Throttle, language_of, render

CODE_LENGTH_MAX = 60
EVENTS_SHOWN = 10
TRIES, TRY_SECONDS = 30, 60
WAITING_FOR_PERSON = ("pay", "supplement", "collect")
Web = Request[Any, Any, Any]


class Home(Page):
    template: ClassVar[str] = "portal/home.html"

    asked: str
    found: list[Offer]
    total: int
    turn: Turn
    count: int
    """Of all procedures."""
    events: list[LifeEvent]
    lines: list[CaseLine]
    drafts: list[tuple[Draft, Procedure]]
    shows_figures: bool


class Status(Page):
    template: ClassVar[str] = "portal/status.html"

    code: str
    is_unknown: bool
    progress: cases.ProgressView | None


@get("/", opt={"access": "public"}, include_in_schema=False)
async def home(
    request: Web,
    city: NamedDependency[City],
    viewer: NamedDependency[Viewer | None],
    q: Annotated[str, Parameter(max_length=QUESTION_LENGTH_MAX)] = "",
    page: Annotated[int, Parameter(ge=1, le=cases.PAGES_MAX)] = 1,
) -> Response[bytes]:
    shelf, asked = city[cases.Procedures], q.strip()
    events = [] if asked else shelf.life_events()[:EVENTS_SHOWN]
    found = cases.browse(city, cases.Wanted(words=q, page=page))
    lines: list[CaseLine] = []
    drafts: list[tuple[Draft, Procedure]] = []
    if viewer and not viewer.is_officer:
        async with city.database.read(viewer.person, viewer.on_behalf_of) as db:
            lines = _waiting_first(await cases.lines_of_me(db, viewer))
            drafts = await cases.drafts_of_me(db)
    shown = Home(
        asked=asked,
        found=found.rows if asked or not events else [],
        total=found.total,
        turn=turn("/", {"q": asked}, page, found.pages if asked else 1),
        count=len(shelf.everything()),
        events=events,
        lines=lines,
        drafts=drafts,
        shows_figures=city.pack.has(score.KIND.name),
    )
    return render(shown, request)


def _waiting_first(lines: list[CaseLine]) -> list[CaseLine]:
    """What is open; what waits for the person comes before what waits for the city."""
    open_ones = [line for line in lines if not line.is_over]
    return sorted(open_ones, key=lambda line: line.situation not in WAITING_FOR_PERSON)


@get(
    "/status",
    opt={"access": "public"},
    include_in_schema=False,
    guards=[Throttle(TRIES, TRY_SECONDS, "status_page")],
)
async def status(
    request: Web,
    city: NamedDependency[City],
    code: Annotated[str, Parameter(max_length=CODE_LENGTH_MAX)] = "",
) -> Response[bytes]:
    """By the code on the receipt: how far it is, and nothing about anybody."""
    typed = code.strip().upper()
    if not typed:
        return render(Status(code="", is_unknown=False, progress=None), request)
    try:
        found = await cases.progress(city, typed, language_of(request))
    except NotFound:
        return render(Status(code=typed, is_unknown=True, progress=None), request, 404)
    return render(Status(code=typed, is_unknown=False, progress=found), request)


routes: list[Any] = [home, status]
