"""What strangers, residents, officers and leaders see of figures; and what they may take along."""

import csv
import io
import zipfile
from collections.abc import AsyncIterator

import pikepdf
import pytest

from motcua.agencies import Agencies
from motcua.cases import keep_procedures
from motcua.db import City
from motcua.score import actions, pages
from tests import cast
from tests.cases import build
from tests.cases.build import AGENCY
from tests.cases.visit import Enter, visitors

OTHER = "SM.N"
FEW = 5


@pytest.fixture
async def staff(city: City) -> cast.Cast:
    return await cast.gather(city, AGENCY, OTHER)


@pytest.fixture
async def enter(city: City) -> AsyncIterator[Enter]:
    async with visitors(city, pages.routes) as opened:
        yield opened


@pytest.fixture
async def counted(city: City, staff: cast.Cast) -> list[str]:
    """More cases than the floor under which nothing is told, counted."""
    await keep_procedures(city)
    made = [await build.to_step(city, staff, staff.an, "an", "accepted") for _ in range(FEW + 1)]
    await actions.fold(city)
    return [case.code for case in made]


async def test_everybody_sees_the_public_page_and_no_officer_on_it(
    enter: Enter, staff: cast.Cast, counted: list[str]
) -> None:
    for viewer in (None, staff.an, staff.handler):
        page = await enter(viewer).get("/dashboard/public")
        assert page.status_code == 200
        assert not [code for code in counted if code in page.text]
        for officer in (staff.reception, staff.leader):
            assert officer.name not in page.text
    refused = await enter(None).get("/dashboard/public?period=2026-13")
    assert refused.status_code == 422


async def test_only_who_leads_or_controls_opens_the_leaders_page(
    enter: Enter, staff: cast.Cast, counted: list[str]
) -> None:
    for viewer in (staff.an, staff.reception, staff.handler):
        for path in ("/dashboard", "/dashboard/cases?list=open", "/dashboard/files/figures.csv"):
            assert (await enter(viewer).get(path)).status_code in (303, 403, 404), (
                viewer.name,
                path,
            )
    assert (await enter(staff.leader).get("/dashboard")).status_code == 200


async def test_a_number_leads_a_leader_to_cases_of_their_own_agency_alone(
    enter: Enter, staff: cast.Cast, counted: list[str]
) -> None:
    assert counted
    behind = (await enter(staff.leader).get("/dashboard/cases?list=open")).text
    assert _codes(behind)  # the first page; what other tests made may fill it
    assert all(code.startswith(f"{AGENCY}-") for code in _codes(behind))
    assert (await enter(staff.leader).get("/dashboard/cases?list=nothing")).status_code == 404


def _codes(page: str) -> list[str]:
    return [part.split('"')[0].split("<")[0] for part in page.split("/desk/cases/")[1:]]


async def test_what_is_taken_along_opens_and_says_the_same(
    enter: Enter, city: City, staff: cast.Cast, counted: list[str]
) -> None:
    there, name = enter(staff.leader), city[Agencies].by_code(AGENCY).name.en
    listed = await there.get("/dashboard/files/figures.csv")
    rows = list(csv.reader(io.StringIO(listed.content.decode("utf-8-sig"))))
    assert any(row[0] == name and int(row[1]) > FEW for row in rows[1:])
    sheet = await there.get("/dashboard/files/figures.xlsx")
    with zipfile.ZipFile(io.BytesIO(sheet.content)) as book:
        assert name in book.read("xl/worksheets/sheet1.xml").decode()
    paper = await there.get("/dashboard/files/figures.pdf")
    with pikepdf.open(io.BytesIO(paper.content)) as pdf:
        assert len(pdf.pages) >= 1
