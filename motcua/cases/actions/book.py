"""The book of cases: what an agency took in, by days and years, in pages and as a whole."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from msgspec import Struct

from motcua import agencies, documents
from motcua.base import clock
from motcua.base.errors import Fault, Invalid, NotFound
from motcua.base.ids import new_id
from motcua.base.text import Text
from motcua.cases import queries
from motcua.cases.actions.procedures import Procedures
from motcua.cases.model.paper import BookAsked, BookLine
from motcua.cases.rules.papers import form_of
from motcua.cases.rules.regimes import regime_of
from motcua.db import City, Read, Write
from motcua.identity import Viewer
from motcua.web.language import LANGUAGES, words

LINES_PER_PAGE = 100
LINES_AT_ONCE = 1_000
LINES_MAX = 100_000
"""In one file of lines; a year of more is fetched in parts."""
PRINTED_MAX = 2_000
"""On paper: some hundred sheets."""
_BEFORE_ALL = datetime(1900, 1, 1, tzinfo=UTC)


class Entry(Struct, frozen=True):
    line: BookLine
    procedure: Text
    """Its name when the case was filed."""


class BookPage(Struct, frozen=True):
    lines: list[Entry]
    first_place: int
    """The running number of the first line; of a part of the book it counts that part."""
    total: int
    next: str | None


class Mark(Struct, frozen=True):
    """After which line a page begins."""

    at: datetime = _BEFORE_ALL
    code: str = ""

    @classmethod
    def read(cls, text: str) -> "Mark":
        at, _, code = text.partition(" ")
        if not text:
            return cls()
        try:
            return cls(datetime.fromtimestamp(int(at) / 1e6, UTC), code)
        except (ValueError, OverflowError, OSError):
            raise Invalid("request.faults", [Fault("/after", "form.pattern")]) from None

    @classmethod
    def behind(cls, entry: Entry) -> "Mark":
        return cls(entry.line.filed_at, entry.line.code)

    def __str__(self) -> str:
        return f"{round(self.at.timestamp() * 1e6)} {self.code}"


async def books_of(db: Read) -> list[agencies.Agency]:
    """The agencies whose books the acting officer may read: where they work today."""
    book = db.city[agencies.Agencies]
    posts = [post for post in await agencies.posts_of(db) if post.role in agencies.WORKING]
    return [book.by_code(code) for code in sorted({post.agency_code for post in posts})]


async def read_book(
    db: Write, viewer: Viewer, asked: BookAsked, after: Mark, skip: int
) -> BookPage:
    """One page. Who stands on it is told that an officer saw them, once a day."""
    total = await count(db, asked)
    lines = await _lines(db, asked, after, LINES_PER_PAGE + 1)
    shown = lines[:LINES_PER_PAGE]
    await _note(db, viewer, shown)
    more = str(Mark.behind(shown[-1])) if len(lines) > LINES_PER_PAGE else None
    return BookPage(shown, await _places_before(db, asked) + skip + 1, total, more)


async def count(db: Read, asked: BookAsked) -> int:
    await _must_work_in(db, asked.agency)
    return await queries.count_book(
        db, asked.agency, *_codes(asked), *_days(db.city, asked), asked.procedure, asked.state,
        clock.now(),
    )  # fmt: skip


async def whole_book(
    city: City, viewer: Viewer, asked: BookAsked, at_most: int = LINES_MAX
) -> AsyncIterator[tuple[int, list[Entry]]]:
    """All lines in batches, each with the number of its first. Invalid: more than `at_most`; then
    nothing was read."""
    async with city.database.read(viewer.person) as db:
        if await count(db, asked) > at_most:
            raise Invalid("request.faults", [Fault("/to", "book.too_long", {"most": at_most})])
        place = await _places_before(db, asked) + 1
    after = Mark()
    while True:
        async with city.database.write(viewer.person) as db:
            lines = await _lines(db, asked, after, LINES_AT_ONCE)
            await _note(db, viewer, lines)
        if lines:
            yield place, lines
        if len(lines) < LINES_AT_ONCE:
            return
        place, after = place + len(lines), Mark.behind(lines[-1])


async def printed(city: City, viewer: Viewer, asked: BookAsked) -> bytes:
    """The form of the rules in force on the last day. NotFound: they have none."""
    form = form_of(regime_of(city.pack, asked.to_day), "register")
    if form is None or form.template is None:
        raise NotFound("case.no_such_form")
    lines = [
        {"place": place + n, **_said(city, line)}
        async for place, batch in whole_book(city, viewer, asked, PRINTED_MAX)
        for n, line in enumerate(batch)
    ]
    book = city[agencies.Agencies]
    agency, year = book.by_code(asked.agency), asked.from_day.year
    facts: dict[str, Any] = {
        "form": {"number": form.number, "name": form.name.vi},
        "number": f"{agency.code}/{year}",
        "volume": f"{agency.code}/{year}",
        "reference": f"{agency.code} · {year}",
        "issued_on": city[Procedures].local_day().isoformat(),
        "verify_url": city.settings.public_url,
        "issuer": {
            "name": agency.name.vi,
            "parent": book.by_code(agency.parent).name.vi if agency.parent else None,
        },
        "place": city.pack.info.name.vi,
        "signer": {"name": agency.name.vi, "title": ""},
        "from_day": asked.from_day.isoformat(),
        "to_day": asked.to_day.isoformat(),
        "lines": lines,
    }
    return await documents.hand_out(city, form.template, facts, None)


def _said(city: City, entry: Entry) -> dict[str, Any]:
    line, local = entry.line, city[Procedures].calendar.local

    def spoken(moment: datetime | None) -> str | None:
        return local(moment).isoformat(timespec="minutes") if moment else None

    return {
        "code": line.code,
        "procedure": entry.procedure.vi,
        "name": line.applicant_name,
        "agency": city[agencies.Agencies].name(line.agency_code).vi,
        "filed_at": spoken(line.filed_at),
        "due_at": spoken(line.due_at),
        "closed_at": spoken(line.closed_at),
        "delivery": words("vi").pgettext("delivery", line.delivery),
    }


async def _lines(db: Read, asked: BookAsked, after: Mark, at_most: int) -> list[Entry]:
    await _must_work_in(db, asked.agency)
    found = await queries.book_lines(
        db, asked.agency, *_codes(asked), *_days(db.city, asked), asked.procedure, asked.state,
        clock.now(), after.at, after.code, at_most,
    )  # fmt: skip
    versions = {(line.procedure_code, line.procedure_version) for line in found}
    known = {v: await db.city[Procedures].at_version(db, *v) for v in versions}
    return [
        Entry(line, known[line.procedure_code, line.procedure_version].procedure.short_name)
        for line in found
    ]


async def _places_before(db: Read, asked: BookAsked) -> int:
    """The book runs on through the year; a part of it that was picked out counts from one."""
    if asked.procedure or asked.state:
        return 0
    new_year = date(asked.from_day.year, 1, 1)
    if asked.from_day == new_year:
        return 0
    eve = asked.from_day - timedelta(days=1)
    return await count(db, BookAsked(agency=asked.agency, from_day=new_year, to_day=eve))


async def _must_work_in(db: Read, agency: str) -> None:
    if agency not in {one.code for one in await books_of(db)}:
        raise NotFound("book.not_yours")


def _codes(asked: BookAsked) -> tuple[str, str]:
    """Between which codes lie those of the days: they run with them."""
    beyond = asked.to_day + timedelta(days=1)
    return f"{asked.agency}-{asked.from_day:%y%m%d}-", f"{asked.agency}-{beyond:%y%m%d}-"


def _days(city: City, asked: BookAsked) -> tuple[datetime, datetime]:
    aware = city[Procedures].calendar.aware
    beyond = asked.to_day + timedelta(days=1)
    return (
        aware(datetime.combine(asked.from_day, time())),
        aware(datetime.combine(beyond, time())),
    )


async def _note(db: Write, viewer: Viewer, lines: list[Entry]) -> None:
    if not lines:
        return
    now, calendar = clock.now(), db.city[Procedures].calendar
    midnight = calendar.aware(datetime.combine(calendar.local(now).date(), time()))
    why = "To keep the agency's book of cases: your request stands in it"
    purpose = Text(*(words(language).gettext(why) for language in LANGUAGES))
    await queries.record_looks(
        db, [new_id() for _ in lines], [entry.line.code for entry in lines], now, viewer.person,
        viewer.name, purpose.vi, purpose.en, midnight, True,
    )  # fmt: skip
