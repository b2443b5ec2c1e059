"""The front door and one's own page, over HTTP, in process, on the sample city."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from msgspec.structs import fields

from motcua import documents
from motcua.base import clock
from motcua.base.ids import PersonId, new_id
from motcua.cases import actions as cases_of
from motcua.db import City
from motcua.exchange import queries
from motcua.identity import Viewer
from motcua.portal import pages
from motcua.portal.pages import front, mine, procedures
from motcua.web.render import Page, fields_used
from tests import cast
from tests.cases import build
from tests.cases.build import AGENCY, OTHER
from tests.cases.visit import Enter, visitors


@pytest.fixture
async def staff(city: City) -> cast.Cast:
    return await cast.gather(city, AGENCY, OTHER)


@pytest.fixture
async def enter(city: City) -> AsyncIterator[Enter]:
    async with visitors(city, pages.routes) as found:
        yield found


@pytest.mark.parametrize(
    "page", [front.Home, front.Status, mine.Me, mine.Looks, procedures.ShowProcedures]
)
def test_a_page_has_exactly_what_its_template_uses(page: type[Page]) -> None:
    assert fields_used(page.template) == {field.name for field in fields(page)}


async def test_a_search_needs_no_accents_and_no_script(enter: Enter) -> None:
    page = (await enter(None).get("/", params={"q": "cu tru"})).text
    assert 'href="/procedures/9.000001"' in page
    assert "5 working days" in page
    nothing = (await enter(None).get("/", params={"q": "zzzz <script>"})).text
    assert "We found nothing for “zzzz &lt;script&gt;”." in nothing


async def test_an_open_case_stands_on_the_front_door_of_its_person_only(
    city: City, staff: cast.Cast, enter: Enter
) -> None:
    case = await build.file(city, staff.lan)
    assert case.code in (await enter(staff.lan).get("/")).text
    assert "Waits for your payment" in (await enter(staff.lan).get("/me")).text
    stranger = Viewer(person=PersonId(uuid4()), name="Ai đó", assurance=cast.LEVEL_2)
    assert case.code not in (await enter(stranger).get("/")).text
    assert case.code not in (await enter(None).get("/")).text


async def test_what_waits_for_the_person_comes_first(
    city: City, staff: cast.Cast, enter: Enter
) -> None:
    older, newer = [await build.file(city, staff.binh) for _ in "12"]
    await build.pay(city, newer)
    page = (await enter(staff.binh).get("/")).text
    assert page.index(older.code) < page.index(newer.code)


async def test_a_code_tells_how_far_a_case_is_and_nobodys_name(
    city: City, staff: cast.Cast, enter: Enter
) -> None:
    case = await build.file(city, staff.hoa)
    page = await enter(None).get("/status", params={"code": f" {case.code.lower()} "})
    assert page.status_code == 200
    assert case.code in page.text
    assert "Newly filed" in page.text
    assert staff.hoa.name not in page.text
    unknown = await enter(None).get("/status", params={"code": "SM.1-000000-0000"})
    assert unknown.status_code == 404
    assert "We know no request with this code." in unknown.text


async def test_ones_own_page_asks_for_a_sign_in(enter: Enter) -> None:
    for address in ("/me", "/me/looks"):
        answer = await enter(None).get(address)
        assert answer.headers["location"].startswith("/sign-in?next=")


async def test_every_look_is_told_page_by_page(city: City, enter: Enter) -> None:
    me = _newcomer(city)
    for number in range(27):
        await _look(city, me, f"To try {number}")
    browser = enter(me)
    first = (await browser.get("/me/looks")).text
    assert first.count("You, while filling in a request") == 25
    assert 'rel="next"' in first
    further = first.split('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
    second = (await browser.get(further)).text
    assert second.count("You, while filling in a request") == 2
    assert 'rel="next"' not in second
    stranger = Viewer(person=PersonId(uuid4()), name="Ai đó", assurance=cast.LEVEL_2)
    assert "Nobody has looked yet." in (await enter(stranger).get("/me/looks")).text


async def test_the_same_look_within_an_hour_is_one_line(
    city: City, staff: cast.Cast, enter: Enter
) -> None:
    for why in ("To try again", "To try other things", "To try again"):
        await _look(city, staff.hoa, why)
    page = (await enter(staff.hoa).get("/me/looks")).text
    assert page.count("To try again") == 1
    [line] = [one for one in page.split("<li") if "To try again" in one]
    assert "2 times within the hour" in line


async def test_an_officer_who_opened_a_case_or_its_file_is_named(
    city: City, staff: cast.Cast, enter: Enter
) -> None:
    me = _newcomer(city)
    card = await build.upload(city, me)
    given = {"student_card": card}
    case = await build.file(city, me, build.filing(city, documents=given))
    async with city.database.write(staff.reception.person) as db:
        await cases_of.note_look(db, staff.reception, case)
        await documents.open_file(db, card)
    page = (await enter(me).get("/me/looks")).text
    assert page.count(f"<strong>{staff.reception.name}</strong>") == 2
    assert "To work on your request: Intake" in page
    assert "Residents&#39; Office" in page
    assert case.code in page
    assert "To read a file of your request" in page
    assert case.code not in (await enter(staff.hoa).get("/me/looks")).text


def _newcomer(city: City) -> Viewer:
    """Nobody's looks but those of one test."""
    one = cast.sample(city, "binh")
    return Viewer(
        person=PersonId(uuid4()), name=one.name, number=one.number, birth_date=one.birth_date,
        assurance=cast.LEVEL_2,
    )  # fmt: skip


async def _look(city: City, who: Viewer, why: str = "To try") -> None:
    """As `exchange.ask` records it, without a register."""
    async with city.database.write(who.person) as db:
        look = new_id()
        await queries.record_look(
            db, look, clock.now(), who.person, b"x" * 32, "population", "person", "Thử",
            why,
            "Luật", None, None,
        )  # fmt: skip
        await queries.record_subject(db, who.person, b"x" * 32, look)
