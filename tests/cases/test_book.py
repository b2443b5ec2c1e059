"""The book of cases: whose it is, what stands in it in which order, and what leaves the house."""

import csv
from datetime import UTC, date, datetime, timedelta
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZipFile

import pytest

from motcua.base import clock
from motcua.base.errors import Invalid, NotFound
from motcua.base.ids import SYSTEM
from motcua.cases import queries
from motcua.cases.actions import Procedures, book
from motcua.cases.actions.book import Mark
from motcua.cases.model.case import Case
from motcua.cases.model.paper import BookAsked
from motcua.db import City
from motcua.db.query import REGISTRY
from motcua.identity import Viewer
from motcua.web.sheets import Column, Sheet, csv_lines
from tests import cast
from tests.cases import build
from tests.cases.build import AGENCY, OTHER


def asked(city: City, **changed: Any) -> BookAsked:
    today = city[Procedures].local_day()
    told: dict[str, Any] = {"agency": AGENCY, "from_day": today, "to_day": today}
    return BookAsked(**(told | changed))


async def codes(city: City, who: Viewer, wanted: BookAsked) -> list[str]:
    return [
        entry.line.code async for _, batch in book.whole_book(city, who, wanted) for entry in batch
    ]


async def looks(city: City, case: Case) -> int:
    async with city.database.read(SYSTEM) as db:
        row = await db.fetch_row("SELECT count(*) FROM cases.looks WHERE case_id = $1", case.id)
    assert row is not None
    return int(row[0])


async def test_what_came_first_stands_first_and_each_reading_is_told_once(
    city: City, staff: cast.Cast
) -> None:
    cases = [await build.file(city, staff.an) for _ in range(3)]
    found = await codes(city, staff.reception, asked(city))
    assert [code for code in found if code in {c.code for c in cases}] == [c.code for c in cases]
    assert len(set(found)) == len(found)
    await codes(city, staff.reception, asked(city))
    assert [await looks(city, case) for case in cases] == [1, 1, 1]


async def test_pages_follow_each_other_without_gap_or_double(
    city: City, staff: cast.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book, "LINES_PER_PAGE", 2)
    monkeypatch.setattr(book, "LINES_AT_ONCE", 2)
    for _ in range(5):
        await build.file(city, staff.an)
    everything = await codes(city, staff.reception, asked(city))
    found: list[str] = []
    places: list[int] = []
    mark = ""
    while True:
        async with city.database.write(staff.reception.person) as db:
            page = await book.read_book(
                db, staff.reception, asked(city), Mark.read(mark), len(found)
            )
        assert page.total == len(everything)
        places += [page.first_place + n for n in range(len(page.lines))]
        found += [entry.line.code for entry in page.lines]
        if page.next is None:
            break
        mark = page.next
    assert found == everything
    assert places == list(range(places[0], places[0] + len(places)))


async def test_the_book_of_another_agency_is_not_there(city: City, staff: cast.Cast) -> None:
    case = await build.file(city, staff.an)
    with pytest.raises(NotFound):
        await codes(city, staff.reception, asked(city, agency=OTHER))
    with pytest.raises(NotFound):
        await codes(city, staff.an, asked(city))
    assert case.code not in await codes(city, staff.elsewhere, asked(city, agency=OTHER))


async def test_what_is_sent_to_another_door_stands_in_its_book(
    city: City, staff: cast.Cast
) -> None:
    case = await build.file(city, staff.an)
    async with city.database.write(staff.reception.person) as db:
        await queries.hand_over(db, case.id, OTHER, OTHER)
    assert case.code in await codes(city, staff.elsewhere, asked(city, agency=OTHER))
    assert case.code not in await codes(city, staff.reception, asked(city))


async def test_days_and_states_cut_the_book(city: City, staff: cast.Cast) -> None:
    gone, stays = await build.file(city, staff.an), await build.file(city, staff.an)
    await build.act(city, staff.reception, gone, "refuse", reason="No.")
    yesterday = asked(city).from_day - timedelta(days=1)
    for changed, seen in (
        ({"state": "open"}, {stays.code}),
        ({"state": "closed"}, {gone.code}),
        ({"state": "late"}, set()),
        ({"procedure": build.SAMPLE}, {gone.code, stays.code}),
        ({"procedure": "9.999999"}, set()),
        ({"from_day": yesterday, "to_day": yesterday}, set()),
    ):
        found = set(await codes(city, staff.reception, asked(city, **changed)))
        assert found & {gone.code, stays.code} == seen, changed


async def test_a_book_that_is_too_long_is_refused_before_it_is_read(
    city: City, staff: cast.Cast
) -> None:
    case = await build.file(city, staff.an)
    with pytest.raises(Invalid):
        async for _ in book.whole_book(city, staff.reception, asked(city), 0):
            pass
    assert await looks(city, case) == 0


@pytest.mark.parametrize("text", ["x", "1e9", "9" * 40, " "])
def test_a_mark_that_no_page_gave_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        Mark.read(text)


def test_a_mark_is_read_as_it_was_written() -> None:
    mark = Mark(datetime(2026, 11, 24, 3, 4, 5, 678901, UTC), "H1-261124-0001")
    assert Mark.read(str(mark)) == mark


# What leaves the house

HOSTILE = ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", '=HYPERLINK("http://x")']


@pytest.mark.parametrize("text", HOSTILE)
def test_no_line_is_carried_out_by_a_spreadsheet(text: str) -> None:
    [[cell, plain, number]] = csv.reader(
        StringIO(csv_lines([[text, "Nguyễn", -5]]).decode(), newline="")
    )
    assert cell == "'" + text
    assert (plain, number) == ("Nguyễn", "-5")


@pytest.mark.parametrize("text", [*HOSTILE, "https://mau.example", "0123", "Nguyễn <An> & Bình"])
def test_a_workbook_holds_texts_as_texts(text: str) -> None:
    sheet = Sheet("Sổ: [2026]", [Column("Tên"), Column("Ngày", "day"), Column("Số", "number")])
    sheet.add([[text, date(2026, 11, 24), 7]])
    sheet.add([[None, None, None]])
    with ZipFile(BytesIO(sheet.done())) as book:
        page = book.read("xl/worksheets/sheet1.xml").decode()
        names = book.namelist()
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert escaped.strip() in page
    assert "<f>" not in page
    assert "hyperlink" not in page.lower().replace(escaped.lower(), "")
    assert not [name for name in names if "external" in name or "vba" in name.lower()]


async def test_the_desk_gives_the_book_as_page_workbook_lines_and_paper(
    city: City, staff: cast.Cast, api: Any
) -> None:
    case = await build.file(city, staff.an)
    today = asked(city).from_day.isoformat()
    choice = f"agency={AGENCY}&from={today}&to={today}"
    desk = api("reception", "vi")
    page = await desk.get(f"/desk/book?{choice}")
    assert page.status_code == 200
    assert case.code in page.text
    assert "Sổ theo dõi hồ sơ" in page.text
    workbook = await desk.get(f"/desk/book/book.xlsx?{choice}")
    with ZipFile(BytesIO(workbook.content)) as held:
        assert case.code in held.read("xl/worksheets/sheet1.xml").decode()
    lines = await desk.get(f"/desk/book/book.csv?{choice}")
    assert lines.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(StringIO(lines.content.decode("utf-8-sig"))))
    assert case.code in {row[1] for row in rows}
    paper = await desk.get(f"/desk/book/book.pdf?{choice}")
    assert paper.content.startswith(b"%PDF")
    assert (await desk.get("/desk/book?from=2026-13-01")).status_code == 422
    assert (await desk.get("/desk/book?from=2020-01-01&to=2026-01-01")).status_code == 422
    assert (await desk.get("/desk/book/book.doc")).status_code == 404
    assert (await api("an").get("/desk/book")).status_code in (403, 404)


async def test_the_book_is_read_along_the_codes_and_not_through_all_cases(
    city: City, staff: cast.Cast
) -> None:
    wanted = asked(city)
    values = {
        "agency": AGENCY, "procedure": "", "state": "", "now": clock.now(), "at_most": 100,
        "after_at": Mark().at, "after_code": "",
    } | dict(zip(("first", "beyond"), book._codes(wanted), strict=True))  # fmt: skip
    values |= dict(zip(("since", "until"), book._days(city, wanted), strict=True))
    _, statement = REGISTRY["motcua.cases.queries.papers.book_lines"]
    given = [values[name] for name in statement.parameters]
    async with city.database.read(staff.reception.person) as db:
        await db.execute("SET LOCAL enable_seqscan = off")
        plan = "\n".join(row[0] for row in await db.fetch(f"EXPLAIN {statement.sql}", *given))
    assert "cases_code_key" in plan, plan
    assert "cases_sent_here" in plan, plan
