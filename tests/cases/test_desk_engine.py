"""The desk's forms for what every case knows: transfer, fee, opinions, apology, stop, parts."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from httpx import AsyncClient

from motcua import cases
from motcua.base import clock
from motcua.base.ids import new_id
from motcua.cases import actions, queries
from motcua.cases.actions.catalogue import load_catalogue
from motcua.cases.model.case import Case
from motcua.cases.pages.desk import routes
from motcua.db import City
from motcua.identity import Viewer
from tests import cast
from tests.cases import build, shelf
from tests.cases.build import AGENCY, OTHER
from tests.cases.catalogue import TABLE, encoded, raw
from tests.cases.visit import Enter, visitors

WARD, ROADS = "H26.00004", "H26.08"
BUILDING = "1.013225"
PAPERS = ("land_paper", "drawings", "designer_certificate")


@pytest.fixture
async def staff(city: City) -> cast.Cast:
    return await cast.gather(city, AGENCY, OTHER)


@pytest.fixture
async def ward(big: City) -> cast.Cast:
    return await cast.gather(big, WARD, ROADS)


@pytest.fixture
async def emptied(database_url: str) -> AsyncIterator[None]:
    yield
    await shelf.empty(database_url)


@pytest.fixture
async def enter(city: City) -> AsyncIterator[Enter]:
    async with visitors(city, routes) as found:
        yield found


@pytest.fixture
async def enter_big(big: City) -> AsyncIterator[Enter]:
    async with visitors(big, routes) as found:
        yield found


async def accepted(city: City, staff: cast.Cast, who: Viewer) -> Case:
    return await build.to_step(city, staff, who, "an", "accepted")


async def permit(big: City, ward: cast.Cast) -> Case:
    """Accepted, with the road authority asked; its fee is for an officer to state."""
    files = {one: await build.upload(big, ward.an) for one in PAPERS}
    asked = build.filing(big, BUILDING, files, agency=WARD, by_road=True)
    case = await build.file(big, ward.an, asked)
    async with big.database.write(ward.reception.person) as db:
        told = build.particulars(big, "an")
        assert await queries.keep_finding(
            db, case.id, "identity", "population", new_id(), "found", told, clock.now()
        )
    return await build.act(big, ward.reception, case, "accept")


async def show(browser: AsyncClient, code: str, query: str = "") -> str:
    page = await browser.get(f"/desk/cases/{code}{query}")
    assert page.status_code == 200, page.text
    return page.text


async def do(browser: AsyncClient, code: str, noun: str, **said: str) -> Any:
    return await browser.post(f"/desk/cases/{code}/{noun}", data={"key": uuid4().hex, **said})


def offered(page: str) -> set[str]:
    """The acts; a note among colleagues may be written of every case."""
    return set(re.findall(r'action="/desk/cases/[^/]+/([a-z-]+)"', page)) - {"notes"}


def form(page: str, noun: str) -> str:
    found = re.search(rf'action="/desk/cases/[^/]+/{noun}".*?</form>', page, re.DOTALL)
    assert found, noun
    return found[0]


async def test_a_case_at_the_wrong_door_is_sent_on_by_a_part_of_the_name(
    city: City, staff: cast.Cast, enter: Enter
) -> None:
    case = await build.file(city, staff.an)
    browser = enter(staff.reception)
    many = await do(browser, case.code, "transfer", agency="quarter", text="You live there")
    assert many.status_code == 422
    assert "Several agencies fit this name." in many.text
    choices = re.findall(r'<option value="([^"]+)"', form(many.text, "transfer"))
    assert sorted(choices) == ["SM.E", "SM.N", "SM.S", "SM.W"]
    assert "You live there" in form(many.text, "transfer"), "what was typed stays"
    unknown = await do(browser, case.code, "transfer", agency="moon", text="x")
    assert 'href="#transfer-agency"' in unknown.text
    # Without marks, as one types in a hurry. Afterwards the case is no longer this agency's.
    sent = await do(browser, case.code, "transfer", agency="khu dong", text="Bạn ở đó")
    assert sent.status_code == 303
    assert (await build.show(city, staff.an, case.code)).agency.code == "SM.E"


async def test_a_new_promise_is_shown_before_the_apology_is_sent(
    city: City, staff: cast.Cast, enter: Enter
) -> None:
    case = await accepted(city, staff, staff.an)
    browser = enter(staff.handler)
    said = {"limit": "2", "limit_unit": "wd", "text": "We are sorry"}
    lacking = await do(browser, case.code, "apology", limit="2", limit_unit="wd")
    assert lacking.status_code == 422
    before = await build.show(city, staff.an, case.code)
    seen = await do(browser, case.code, "apology", **said)
    assert seen.status_code == 200
    assert "The new promise is" in seen.text
    assert "The applicant has not been told yet." in seen.text
    assert (await build.show(city, staff.an, case.code)).due_at == before.due_at
    sure = re.search(r'name="sure" value="([^"]+)"', form(seen.text, "apology"))
    assert sure
    # Another time than the one that was shown is shown first, too.
    other = await do(browser, case.code, "apology", **{**said, "limit": "3"}, sure=sure[1])
    assert other.status_code == 200
    assert (await do(browser, case.code, "apology", **said, sure=sure[1])).status_code == 303
    after = await build.show(city, staff.an, case.code)
    assert before.due_at is not None
    assert after.due_at is not None
    assert after.due_at > before.due_at


async def test_no_apology_is_offered_when_it_would_come_too_late(
    city: City, staff: cast.Cast, enter: Enter
) -> None:
    case = await accepted(city, staff, staff.binh)
    assert "apology" in offered(await show(enter(staff.handler), case.code))
    assert case.due_at
    with clock.at(case.due_at - timedelta(hours=3)):
        assert "apology" not in offered(await show(enter(staff.handler), case.code))


async def test_a_leader_stops_a_case_and_says_why(
    city: City, staff: cast.Cast, enter: Enter
) -> None:
    case = await accepted(city, staff, staff.hoa)
    assert "stop" not in offered(await show(enter(staff.handler), case.code))
    stopped = await do(enter(staff.leader), case.code, "stop", text="The house is gone")
    assert stopped.status_code == 303
    assert (await build.show(city, staff.hoa, case.code)).states.business == "stopped"


async def test_the_fee_that_an_officer_states_is_read_as_a_sum(
    big: City, ward: cast.Cast, enter_big: Enter
) -> None:
    case = await permit(big, ward)
    browser = enter_big(ward.handler)
    page = await show(browser, case.code)
    assert "Not stated yet" in page
    assert "proposal" not in offered(page), "no proposal before the fee is known"
    wrong = await do(browser, case.code, "fee", amount="a lot", text="By law")
    assert wrong.status_code == 422
    assert 'href="#fee-amount"' in wrong.text
    assert (await do(browser, case.code, "fee", amount="75.000", text="Nghị quyết")).is_redirect
    assert (await build.show(big, ward.an, case.code)).fee.total == 75_000


async def test_what_is_asked_of_us_is_listed_and_answered_by_who_was_asked(
    big: City, ward: cast.Cast, enter_big: Enter
) -> None:
    case = await permit(big, ward)
    asked = enter_big(ward.elsewhere)
    listed = (await asked.get("/desk", params={"work": "asked"})).text
    assert case.code in listed
    assert "Công trình có phạm hành lang an toàn đường bộ" in listed
    page = await show(asked, case.code)
    assert offered(page) == {"opinion"}
    assert "This step belongs to" not in page
    given = await do(asked, case.code, "opinion", outcome="objects", text="Too near the road")
    assert given.status_code == 303
    assert case.code not in (await asked.get("/desk", params={"work": "asked"})).text
    page = await show(enter_big(ward.handler), case.code)
    assert "Objects" in page
    assert "Too near the road" in page


async def test_another_agency_is_asked_with_a_limit_of_number_and_unit(
    big: City, ward: cast.Cast, enter_big: Enter
) -> None:
    case = await permit(big, ward)
    browser = enter_big(ward.handler)
    said = {"agency": "Công an thành phố Hà Nội", "text": "Có cần thẩm duyệt?"}
    assert (await do(browser, case.code, "question", **said)).status_code == 422
    with_limit = await do(browser, case.code, "question", **said, limit="2", limit_unit="wd")
    assert with_limit.status_code == 303
    view = await build.show(big, ward.handler, case.code)
    assert {one.agency.code for one in view.opinions} == {ROADS, "H26.11"}


async def test_the_page_names_the_four_machines_the_rules_and_the_steps_own_clock(
    big: City, ward: cast.Cast, enter_big: Enter
) -> None:
    case = await permit(big, ward)
    page = await show(enter_big(ward.handler), case.code)
    assert "In hand · fee not stated · no result yet" in page
    assert "Decree" in page
    assert "This step: by" in page
    with clock.at(clock.now() + timedelta(days=40)):
        await actions.escalate(big)
        late = await show(enter_big(ward.handler), case.code)
        listed = (await enter_big(ward.handler).get("/desk")).text
    assert "This step took longer than planned" in late
    assert "Step took longer than planned" in listed


async def test_a_green_case_stands_first_and_says_so(
    big: City, ward: cast.Cast, enter_big: Enter
) -> None:
    plan = {"plan": await build.upload(big, ward.lan)}
    usual = await build.file(
        big, ward.lan, build.filing(big, "1.013274", plan, agency=WARD, purpose="wedding")
    )
    plan = {"plan": await build.upload(big, ward.lan)}
    with clock.at(clock.now() + timedelta(days=2)):
        funeral = await build.file(
            big, ward.lan,
            build.filing(
                big, "1.013274", plan, agency=WARD, purpose="funeral", people=None,
                deceased="Nguyễn Văn Mẫu",
            ),
        )  # fmt: skip
    page = (await enter_big(ward.reception).get("/desk")).text
    assert page.index(funeral.code) < page.index(usual.code)
    assert "Goes first" in page


async def test_the_parts_of_a_joined_case_are_shown_to_the_lead_and_linked_where_one_may_go(
    big: City, ward: cast.Cast, enter_big: Enter
) -> None:
    files = {"birth_notice": await build.upload(big, ward.hung)}
    filing = build.filing(big, "2.000986", files, agency=WARD)
    lead = await build.file(big, ward.hung, filing)
    await actions.open_joined(big, lead.id, "signed")
    parts = (await build.show(big, ward.handler, lead.code)).joined
    assert {one.procedure for one in parts} == {"1.004222", "1.001939"}
    page = await show(enter_big(ward.reception), lead.code)
    for part in parts:
        assert part.code in page
        assert f'href="/desk/cases/{part.code}"' not in page
    police = await cast.officer(big, "part", "Công an Mẫu", "H26.11.00004", "reception")
    page = await show(enter_big(police), next(p.code for p in parts if p.procedure == "1.004222"))
    assert "A part of a joined-up request" in page
    assert lead.code in page, "how it stands, and that of its other part"
    assert next(p.code for p in parts if p.procedure == "1.001939") in page
    assert f'href="/desk/cases/{lead.code}"' not in page, "the lead is another agency's"


async def test_where_no_time_is_published_the_officer_who_accepts_says_one(
    big: City, enter_big: Enter, emptied: None
) -> None:
    table = f"{TABLE}Trực tuyến1Miễn phí"
    row = raw("9.920001", cach_thuc_thuc_hien=table)
    await cases.import_catalogue(big, encoded(row))
    await load_catalogue(big)
    team = await cast.gather(big, "H26.05", "H26.03")
    case = await build.file(big, team.an, build.filing(big, "9.920001"))
    browser = enter_big(team.reception)
    assert "No time is published for it." in await show(browser, case.code)
    assert (await do(browser, case.code, "acceptance")).status_code == 422
    done = await do(browser, case.code, "acceptance", limit="3", limit_unit="wd")
    assert done.status_code == 303
    assert (await build.show(big, team.an, case.code)).due_at is not None
