"""Control's page of a case: what was done to it and who looked, and nothing that was said."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from motcua.base.ids import SYSTEM, new_id
from motcua.cases import actions, pages
from motcua.cases.actions import looking
from motcua.cases.model.case import Case
from motcua.db import City
from motcua.identity import Viewer
from tests import cast
from tests.cases import build
from tests.cases.build import AGENCY, OTHER
from tests.cases.visit import Enter, visitors

PAGE = "/desk/history"
WHY_ASKED = "To fill in your request"


@pytest.fixture
async def control(city: City) -> Viewer:
    return await cast.officer(city, "history-control", "Vũ Kiểm Soát", AGENCY, "control")


@pytest.fixture
async def enter(city: City) -> AsyncIterator[Enter]:
    async with visitors(city, pages.routes) as found:
        yield found


async def seen(city: City, staff: cast.Cast, database_url: str) -> Case:
    """Looked at by an officer, by another agency's, by its person in a register, and unseen."""
    case = await build.to_step(city, staff, staff.binh, "binh", "accepted")
    await build.act(
        city, staff.handler, case, "ask_opinion", agency=OTHER, text="Hỏi riêng", limit="3wd"
    )
    for who in (staff.handler, staff.elsewhere):
        async with city.database.write(who.person) as db:
            await looking.note_look(db, who, await actions.open_case(db, case.code))
    order, admin = new_id(), await asyncpg.connect(database_url)
    try:
        await admin.execute(
            "INSERT INTO exchange.covert_orders (id, subject_hash, agency_code, reason,"
            " legal_basis, from_at, until, ordered_by, ordered_at)"
            " VALUES ($1, $2, $3, 'r', 'l', now(), now() + interval '1 day', $4, now())",
            order, bytes(32), AGENCY, SYSTEM,
        )  # fmt: skip
        for asker, covert in ((staff.binh.person, None), (staff.leader.person, order)):
            await admin.execute(
                "INSERT INTO exchange.looks (id, at, asker_id, subject_hash, register, operation,"
                " purpose_vi, purpose_en, legal_basis, case_code, agency_code, covert_id)"
                " VALUES ($1, now(), $2, $3, 'population', 'o', 'v', $4, 'l', $5, $6, $7)",
                new_id(), asker, bytes(32), WHY_ASKED, case.code, AGENCY, covert,
            )  # fmt: skip
    finally:
        await admin.close()
    return case


async def test_control_reads_who_looked_why_and_what_was_done(
    city: City, staff: cast.Cast, control: Viewer, enter: Enter, database_url: str
) -> None:
    case = await seen(city, staff, database_url)
    answer = await enter(control).get(PAGE, params={"code": f" {case.code} "})
    assert answer.status_code == 200
    looks, acts = answer.text.split('id="looks"')[1].split('id="acts"')
    for told in (
        staff.handler.name, staff.elsewhere.name, staff.leader.name, "Those whose request it is",
        "To work on your request", WHY_ASKED, control.name,
    ):  # fmt: skip
        assert told in looks, told
    assert looks.count("Not yet told to its person") == 1
    assert staff.reception.name in acts
    for private in ("Hỏi riêng", staff.binh.name, cast.number(city, "binh")):
        assert private not in answer.text


async def test_its_person_reads_that_control_looked(
    city: City, staff: cast.Cast, control: Viewer, enter: Enter, database_url: str
) -> None:
    case = await seen(city, staff, database_url)
    await enter(control).get(PAGE, params={"code": case.code})
    async with city.database.read(staff.binh.person) as db:
        looks = await looking.looks_at_my_cases(db)
    mine = [one for one in looks if one.case_code == case.code and one.role == "control"]
    assert [one.officer_name for one in mine] == [control.name]


async def test_to_anybody_but_control_of_its_agency_there_is_nothing(
    city: City, staff: cast.Cast, control: Viewer, enter: Enter, database_url: str
) -> None:
    case = await seen(city, staff, database_url)
    for who in (staff.handler, staff.leader, staff.reception):
        assert (await enter(who).get(PAGE)).status_code == 404
        assert (await enter(who).get(PAGE, params={"code": case.code})).status_code == 404
    other = await cast.officer(city, "history-other", "Kiểm Soát Khác", OTHER, "control")
    answer = await enter(other).get(PAGE, params={"code": case.code})
    assert answer.status_code == 404
    assert "Your agency has no case with this code." in answer.text
    assert staff.handler.name not in answer.text
    for viewer in (other, staff.handler, staff.binh):
        async with city.database.read(viewer.person) as db:
            assert await looking.looks_overseen(db, case.code) == ([], {})


@pytest.mark.parametrize("code", ["x", "\x00", "H" * 900, "'; DROP"])
async def test_no_code_breaks_it(control: Viewer, enter: Enter, code: str) -> None:
    assert (await enter(control).get(PAGE, params={"code": code})).status_code == 404


async def test_without_a_code_it_asks_for_one(control: Viewer, enter: Enter) -> None:
    answer = await enter(control).get(PAGE)
    assert (answer.status_code, 'name="code"' in answer.text) == (200, True)
    assert 'id="looks"' not in answer.text
