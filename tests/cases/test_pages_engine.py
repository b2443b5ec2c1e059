"""The person's page of a case: what other agencies, fees, new promises and parts mean to them."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from motcua.base import clock
from motcua.base.ids import new_id
from motcua.cases import actions, queries
from motcua.cases.actions import telling
from motcua.cases.model.case import Case
from motcua.cases.pages import mine
from motcua.db import City
from motcua.identity import Viewer
from tests import cast
from tests.cases import build
from tests.cases.build import AGENCY, OTHER
from tests.cases.visit import Enter, visitors

WARD, ROADS = "H26.00004", "H26.08"


@pytest.fixture
async def staff(city: City) -> cast.Cast:
    return await cast.gather(city, AGENCY, OTHER)


@pytest.fixture
async def ward(big: City) -> cast.Cast:
    return await cast.gather(big, WARD, ROADS)


@pytest.fixture
async def enter(city: City) -> AsyncIterator[Enter]:
    async with visitors(city, mine.routes) as found:
        yield found


@pytest.fixture
async def enter_big(big: City) -> AsyncIterator[Enter]:
    async with visitors(big, mine.routes) as found:
        yield found


async def read(enter: Enter, who: Viewer, code: str) -> str:
    page = await enter(who).get(f"/cases/{code}")
    assert page.status_code == 200, page.text
    return page.text


async def situation(city: City, who: Viewer, code: str) -> str:
    async with city.database.read(who.person) as db:
        lines = await telling.lines_of_me(db, who)
    return next(line.situation for line in lines if line.code == code)


async def permit(big: City, ward: cast.Cast) -> Case:
    papers = ("land_paper", "drawings", "designer_certificate")
    files = {one: await build.upload(big, ward.binh) for one in papers}
    asked = build.filing(big, "1.013225", files, agency=WARD, by_road=True)
    case = await build.file(big, ward.binh, asked)
    async with big.database.write(ward.reception.person) as db:
        told = build.particulars(big, "binh")
        await queries.keep_finding(
            db, case.id, "identity", "population", new_id(), "found", told, clock.now()
        )
    return await build.act(big, ward.reception, case, "accept")


async def test_a_case_sent_to_the_right_agency_says_where_it_is_and_why(
    city: City, staff: cast.Cast, enter: Enter
) -> None:
    case = await build.to_step(city, staff, staff.an, "an", "paid")
    await build.act(city, staff.reception, case, "transfer", agency="SM.N", text="You live there")
    page = await read(enter, staff.an, case.code)
    assert "You live there" in page
    assert "It is now with: North Quarter" in page
    assert "North Quarter is checking whether everything is there." in page


async def test_what_was_sent_again_is_there_and_looked_at(
    city: City, staff: cast.Cast, enter: Enter
) -> None:
    case = await build.to_step(city, staff, staff.binh, "binh", "paid")
    await build.act(city, staff.reception, case, "request_supplement", text="The purpose, please")
    await build.act(city, staff.binh, case, "supply", answers={"copies": 2})
    page = await read(enter, staff.binh, case.code)
    assert "We have what you sent; an officer looks at it." in page
    assert "Waiting for a supplement" not in page
    assert await situation(city, staff.binh, case.code) == "resupplied"


async def test_an_apology_names_the_old_and_the_new_date(
    city: City, staff: cast.Cast, enter: Enter
) -> None:
    case = await build.to_step(city, staff, staff.lan, "lan", "accepted")
    after = await build.act(city, staff.handler, case, "apologise", limit="2wd", text="Sorry")
    assert case.due_at
    page = await read(enter, staff.lan, case.code)
    assert "Sorry" in page
    assert "Promised before:" in page
    assert "Second Rules, article 9" in page, "why this date, with its article"
    shown = await build.show(city, staff.lan, case.code)
    assert shown.due_at == after.due_at or after.due_at is None
    assert shown.due_at is not None
    assert shown.due_at > case.due_at


async def test_a_stopped_case_says_why_and_is_no_refusal(
    city: City, staff: cast.Cast, enter: Enter
) -> None:
    case = await build.to_step(city, staff, staff.hung, "hung", "accepted")
    await build.act(city, staff.leader, case, "stop", text="The house is gone")
    page = await read(enter, staff.hung, case.code)
    assert "Work on this request has stopped." in page
    assert "The house is gone" in page
    assert "The answer is no." not in page
    assert await situation(city, staff.hung, case.code) == "stopped"


async def test_a_fee_stated_later_asks_to_pay_and_stops_the_line(
    big: City, ward: cast.Cast, enter_big: Enter
) -> None:
    case = await permit(big, ward)
    page = await read(enter_big, ward.binh, case.code)
    assert "An officer states it; there is nothing to pay yet." in page
    assert await situation(big, ward.binh, case.code) == "in_hand"
    stated_at = clock.now()
    await build.act(big, ward.handler, case, "state_fee", amount=75_000, text="Nghị quyết mẫu")
    page = await read(enter_big, ward.binh, case.code)
    assert "The fee has been stated: 75,000" in page
    assert "Nghị quyết mẫu" in page
    assert page.count('class="govuk-button"') == 1
    async with big.database.read(ward.binh.person) as db:
        events = await actions.history(db, case, "en")
    [(start, end)] = telling.pauses_of(events, stated_at + timedelta(days=1))
    assert abs(start - stated_at) < timedelta(minutes=1)
    assert end == stated_at + timedelta(days=1)


async def test_what_agencies_ask_one_another_is_no_more_than_that_they_ask(
    big: City, ward: cast.Cast, enter_big: Enter
) -> None:
    case = await permit(big, ward)
    await build.act(big, ward.elsewhere, case, "give_opinion", outcome="objects", text="Too near")
    page = await read(enter_big, ward.binh, case.code)
    assert "Another agency was asked" in page
    assert "Too near" not in page
    assert "hành lang an toàn" not in page


async def test_an_answer_of_no_ends_in_its_paper(
    big: City, ward: cast.Cast, enter_big: Enter
) -> None:
    case = await permit(big, ward)
    await build.act(big, ward.handler, case, "state_fee", amount=0, text="Miễn")
    await build.act(big, ward.elsewhere, case, "give_opinion", outcome="objects", text="Too near")
    await build.act(big, ward.handler, case, "propose", outcome="refused", text="Sai quy hoạch")
    await build.act(big, ward.leader, case, "approve")
    build.keys(big, WARD)
    await build.act(big, ward.leader, case, "sign")
    page = await read(enter_big, ward.binh, case.code)
    assert "The answer is no." in page
    assert "The signed paper below says why" in page
    assert "Sai quy hoạch" in page
    assert "/api/v1/documents/" in page
    assert await situation(big, ward.binh, case.code) == "denied"


async def test_the_parts_of_a_request_are_links_with_their_own_state(
    big: City, ward: cast.Cast, enter_big: Enter
) -> None:
    files = {"birth_notice": await build.upload(big, ward.lan)}
    lead = await build.file(big, ward.lan, build.filing(big, "2.000986", files, agency=WARD))
    await actions.open_joined(big, lead.id, "signed")
    page = await read(enter_big, ward.lan, lead.code)
    assert "The parts of your request" in page
    parts = (await build.show(big, ward.lan, lead.code)).joined
    assert len(parts) == 2
    for part in parts:
        assert f'href="/cases/{part.code}"' in page
        own = await read(enter_big, ward.lan, part.code)
        assert f'href="/cases/{lead.code}"' in own
