"""Every procedure there is: by words, by what happens in life, cut by field, level and agency."""

from typing import Annotated, Any, ClassVar
from urllib.parse import urlencode

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import Parameter
from msgspec import Struct

from motcua import cases
from motcua.cases import Choices, Listed, Wanted
from motcua.db import City
from motcua.web import Page, render

QUESTION_LENGTH_MAX = 200
FIELD_LENGTH_MAX = 400
NAME_LENGTH_MAX = 41
Web = Request[Any, Any, Any]


class Turn(Struct, frozen=True):
    """Where one stands in a list of several pages, and the addresses to either side."""

    page: int
    pages: int
    before: str | None
    after: str | None


class ShowProcedures(Page):
    template: ClassVar[str] = "portal/procedures.html"

    wanted: Wanted
    listed: Listed
    choices: Choices
    turn: Turn


@get("/procedures", opt={"access": "public"}, include_in_schema=False)
async def show(
    request: Web,
    city: NamedDependency[City],
    q: Annotated[str, Parameter(max_length=QUESTION_LENGTH_MAX)] = "",
    event: Annotated[str, Parameter(max_length=NAME_LENGTH_MAX)] = "",
    field: Annotated[str, Parameter(max_length=FIELD_LENGTH_MAX)] = "",
    level: Annotated[str, Parameter(max_length=NAME_LENGTH_MAX)] = "",
    agency: Annotated[str, Parameter(max_length=NAME_LENGTH_MAX)] = "",
    kind: Annotated[str, Parameter(max_length=NAME_LENGTH_MAX)] = "",
    page: Annotated[int, Parameter(ge=1, le=cases.PAGES_MAX)] = 1,
) -> Response[bytes]:
    wanted = Wanted(
        words=q.strip(), event=event, field=field, level=level, agency=agency, kind=kind, page=page
    )
    listed = cases.browse(city, wanted)
    kept = {"q": q, "event": event, "field": field, "level": level, "agency": agency, "kind": kind}
    shown = ShowProcedures(
        wanted=wanted,
        listed=listed,
        choices=cases.choices(city),
        turn=turn("/procedures", kept, page, listed.pages),
    )
    return render(shown, request)


def turn(path: str, kept: dict[str, str], page: int, pages: int) -> Turn:
    def address(to: int) -> str:
        said = {name: value for name, value in kept.items() if value}
        return f"{path}?{urlencode(said | {'page': str(to)})}"

    return Turn(
        page,
        pages,
        address(min(page, pages + 1) - 1) if page > 1 else None,
        address(page + 1) if page < pages else None,
    )


routes: list[Any] = [show]
