"""The book of cases at the desk: by agency and days, on the page, as a workbook, lines or paper."""

from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import urlencode

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, Parameter
from litestar.response import Stream
from msgspec import Struct

from motcua import agencies
from motcua.base.errors import Fault, Invalid, NotFound
from motcua.base.text import Text
from motcua.cases import actions
from motcua.cases.actions import book
from motcua.cases.actions.book import LINES_MAX, PRINTED_MAX, Entry, Mark
from motcua.cases.model.paper import BookAsked, BookLine
from motcua.db import City
from motcua.identity import Viewer
from motcua.web import Page, Throttle, language_of, render
from motcua.web.files import safely
from motcua.web.language import Language, words
from motcua.web.sheets import BOM, CSV, XLSX, Column, Row, Sheet, csv_lines

OFFICER: dict[str, Any] = {"opt": {"access": "officer"}, "include_in_schema": False}
DAYS_MAX = 366
BOOKS = Throttle(60, 3600, "books")  # by one officer; each may be a hundred thousand lines
TITLES: tuple[tuple[str, Literal["text", "number", "day", "moment"], int], ...] = (
    ("No.", "number", 6), ("Case", "text", 26), ("Procedure", "text", 44), ("Sets", "number", 6),
    ("Applicant", "text", 30), ("Decides", "text", 34), ("Received", "moment", 18),
    ("Promised", "moment", 18), ("Closed", "moment", 18), ("Delivery", "text", 22),
    ("Status", "text", 22),
)  # fmt: skip
Web = Request[Any, Any, Any]
State = Literal["", "open", "closed", "late"]


class LineShown(Struct, frozen=True):
    place: int
    line: BookLine
    procedure: Text
    agency: Text
    status: str
    delivery: str


class BookShown(Page):
    template: ClassVar[str] = "cases/desk_book.html"

    asked: BookAsked | None
    """None: this officer works in no agency."""
    agencies: list[agencies.Agency]
    states: list[tuple[str, str]]
    titles: list[str]
    """Of the columns; how many sets there are is for the files."""
    lines: list[LineShown]
    total: int
    next: str | None
    choice: str
    """The choice, as the addresses of its files carry it."""
    lines_max: int
    printed_max: int


class Chosen(Struct, frozen=True):
    """What the address asks for; what it leaves out is this month of one's first agency."""

    agency: str = ""
    from_day: date | None = None
    to_day: date | None = None
    procedure: str = ""
    state: State = ""

    def asked(self, city: City, books: list[agencies.Agency]) -> BookAsked:
        today = city[actions.Procedures].local_day()
        until = self.to_day or today
        since = self.from_day or until.replace(day=1)
        if since > until or (until - since).days >= DAYS_MAX:
            raise Invalid("request.faults", [Fault("/to", "book.days", {"most": DAYS_MAX})])
        return BookAsked(
            agency=self.agency or books[0].code, from_day=since, to_day=until,
            procedure=self.procedure, state=self.state,
        )  # fmt: skip


@get("/desk/book", **OFFICER)
async def show_book(
    request: Web,
    city: NamedDependency[City],
    viewer: NamedDependency[Viewer],
    after: Annotated[str, Parameter(max_length=100)] = "",
    skip: Annotated[int, Parameter(ge=0, le=LINES_MAX * 100)] = 0,
) -> Response[bytes]:
    language = language_of(request)
    async with city.database.write(viewer.person) as db:
        books = await book.books_of(db)
        asked = _chosen(request).asked(city, books) if books else None
        found = await book.read_book(db, viewer, asked, Mark.read(after), skip) if asked else None
    lines = found.lines if found else []
    first = found.first_place if found else 0
    choice = _query(asked) if asked else ""
    more = {"after": found.next, "skip": skip + len(lines)} if found and found.next else None
    page = BookShown(
        asked=asked,
        agencies=books,
        states=[(one, words(language).pgettext("book", one or "all")) for one in _STATES],
        titles=[words(language).pgettext("book", name) for name, *_ in TITLES if name != "Sets"],
        lines=[_shown(city, line, first + n, language) for n, line in enumerate(lines)],
        total=found.total if found else 0,
        next=f"/desk/book?{choice}&{urlencode(more)}" if more else None,
        choice=choice,
        lines_max=LINES_MAX,
        printed_max=PRINTED_MAX,
    )
    return render(page, request)


@get("/desk/book/{name:str}", **OFFICER)
async def give_book(
    request: Web, city: NamedDependency[City], viewer: NamedDependency[Viewer], name: FromPath[str]
) -> Response[bytes] | Stream:
    """`book.xlsx`, `book.csv` or `book.pdf` of the same choice as the page."""
    language = language_of(request)
    async with city.database.read(viewer.person) as db:
        books = await book.books_of(db)
    if not books or name not in ("book.xlsx", "book.csv", "book.pdf"):
        raise NotFound("web.not_found")
    BOOKS.take(viewer.person)
    asked = _chosen(request).asked(city, books)
    file = f"{asked.agency}-{asked.from_day}-{asked.to_day}.{name.rpartition('.')[2]}"
    if name == "book.pdf":
        paper = await book.printed(city, viewer, asked)
        return Response(paper, media_type="application/pdf", headers=safely(file))
    rows = _rows(city, viewer, asked, language)
    first: list[Row] = await anext(rows, [])  # a refusal comes before the first byte
    if name == "book.csv":
        return Stream(_csv(first, rows, language), media_type=CSV, headers=safely(file))
    sheet = Sheet(words(language).gettext("Book of cases"), _columns(language))
    sheet.add(first)
    async for batch in rows:
        sheet.add(batch)
    return Response(sheet.done(), media_type=XLSX, headers=safely(file))


_STATES: tuple[State, ...] = ("", "open", "closed", "late")


def _chosen(request: Web) -> Chosen:
    given = request.query_params
    days: dict[str, date | None] = {}
    for name in ("from", "to"):
        text = str(given.get(name, "")).strip()
        try:
            days[name] = date.fromisoformat(text) if text else None
        except ValueError:
            raise Invalid("request.faults", [Fault(f"/{name}", "form.not_a_date")]) from None
    state = str(given.get("state", ""))
    return Chosen(
        str(given.get("agency", ""))[:35], days["from"], days["to"],
        str(given.get("procedure", "")).strip()[:20],
        state if state in _STATES else "",
    )  # fmt: skip


def _query(asked: BookAsked) -> str:
    told = {
        "agency": asked.agency, "from": asked.from_day.isoformat(),
        "to": asked.to_day.isoformat(), "procedure": asked.procedure, "state": asked.state,
    }  # fmt: skip
    return urlencode({name: value for name, value in told.items() if value})


def _shown(city: City, entry: Entry, place: int, language: Language) -> LineShown:
    line = entry.line
    return LineShown(
        place, line, entry.procedure,
        city[agencies.Agencies].name(line.agency_code),
        actions.status_name(line.status, language),
        words(language).pgettext("delivery", line.delivery),
    )  # fmt: skip


def _columns(language: Language) -> list[Column]:
    say = words(language)
    return [Column(say.pgettext("book", title), kind, width) for title, kind, width in TITLES]


async def _rows(
    city: City, viewer: Viewer, asked: BookAsked, language: Language
) -> AsyncIterator[list[Row]]:
    calendar = city[actions.Procedures].calendar

    def local(moment: datetime | None) -> datetime | None:
        return calendar.local(moment).replace(second=0, microsecond=0) if moment else None

    async for place, lines in book.whole_book(city, viewer, asked):
        batch: list[Row] = []
        for n, entry in enumerate(lines):
            one = _shown(city, entry, place + n, language)
            batch.append((
                one.place, one.line.code, one.procedure.within(language), 1,
                one.line.applicant_name,
                one.agency.within(language), local(one.line.filed_at), local(one.line.due_at),
                local(one.line.closed_at), one.delivery, one.status,
            ))  # fmt: skip
        yield batch


async def _csv(
    first: list[Row], rows: AsyncIterator[list[Row]], language: Language
) -> AsyncIterator[bytes]:
    yield BOM + csv_lines([[column.title for column in _columns(language)]])
    yield csv_lines(first)
    async for batch in rows:
        yield csv_lines(batch)


routes: list[Any] = [show_book, give_book]
