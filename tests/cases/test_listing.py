"""Lists: page after page, and as many statements for twenty rows as for one."""

from uuid import uuid4

import pytest
from msgspec.structs import replace

from motcua.base.errors import Invalid
from motcua.base.ids import PersonId
from motcua.cases import actions
from motcua.cases.actions import InForce, Procedures
from motcua.db import City
from motcua.identity import Viewer
from tests import cast
from tests.cases import build
from tests.cases.build import SAMPLE
from tests.cases.machine import Api

STATEMENTS_MAX = 7


@pytest.fixture
def shelf(city: City, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Seven procedures on the shelf; their codes."""
    one = city[Procedures].by_code(SAMPLE).procedure
    codes = [f"9.{number:06}" for number in range(1, 8)]
    today = {code: InForce(replace(one, code=code)) for code in codes}
    monkeypatch.setattr(city[Procedures], "today", today)
    return codes


def test_procedures_are_listed_page_by_page(city: City, shelf: list[str]) -> None:
    seen: list[str] = []
    before = ""
    for _ in shelf:
        found, more = actions.list_procedures(city, "", "", "", before, 3)
        assert len(found) <= 3
        seen += [known.procedure.code for known in found if isinstance(known, InForce)]
        if more is None:
            break
        before = more
    assert sorted(seen) == shelf


def test_a_last_page_that_is_full_leads_nowhere(city: City, shelf: list[str]) -> None:
    _, more = actions.list_procedures(city, "", "", "", "", len(shelf))
    assert more is None


@pytest.mark.parametrize("before", ["x", "-1", "٣", "9" * 30])
def test_a_mark_of_procedures_that_is_none_is_refused(city: City, before: str) -> None:
    with pytest.raises(Invalid):
        actions.list_procedures(city, "", "", "", before, 3)


async def test_the_api_reads_the_mark(api: Api) -> None:
    answer = await api().get("/api/v1/procedures", params={"before": "0"})
    assert answer.status_code == 200, answer.text
    listed = answer.json()
    # Other tests share the database, and import.
    assert SAMPLE in [one["code"] for one in listed["items"]]
    beyond = (await api().get("/api/v1/procedures", params={"before": "1000"})).json()
    assert beyond == {"items": [], "next": None}
    assert (await api().get("/api/v1/procedures", params={"before": "x"})).status_code == 422


async def trips(city: City, viewer: Viewer, at_most: int) -> tuple[int, int]:
    """Rows listed and what the database was asked for them."""
    async with city.database.read(viewer.person, viewer.on_behalf_of) as db:
        before = db.round_trips
        found, _ = await actions.list_cases(db, viewer, "", at_most)
        views = await actions.show_cases(db, viewer, found, "vi")
        return len(views), db.round_trips - before


async def test_twenty_cases_cost_as_many_statements_as_one(city: City, staff: cast.Cast) -> None:
    lan = cast.sample(city, "lan")
    me = Viewer(
        person=PersonId(uuid4()), name=lan.name, number=lan.number, birth_date=lan.birth_date,
        assurance=cast.LEVEL_2,
    )  # fmt: skip
    card = await build.upload(city, me)
    given = build.filing(city, documents={"student_card": card})
    cases = [await build.file(city, me, given if n == 1 else None) for n in range(20)]
    # Cases in all kinds of places, so that every read has something to find.
    await build.pay(city, cases[0])
    await build.act(city, staff.reception, cases[0], "accept")
    await build.answer(city, cases[0], staff.handler, "identity", build.particulars(city, "lan"))
    await build.act(city, staff.handler, cases[0], "propose", outcome="granted")
    for viewer in (me, staff.handler):
        rows, few = await trips(city, viewer, 1)
        assert rows == 1
        rows, many = await trips(city, viewer, 20)
        assert rows == 20
        assert few == many <= STATEMENTS_MAX


async def test_a_case_reads_the_same_in_a_list_and_alone(city: City, staff: cast.Cast) -> None:
    await build.to_step(city, staff, staff.hoa, "hoa", "signed")
    await build.file(city, staff.hoa)
    for viewer in (staff.hoa, staff.leader):
        async with city.database.read(viewer.person) as db:
            found, _ = await actions.list_cases(db, viewer, "", 20)
            listed = await actions.show_cases(db, viewer, found, "en")
            alone = [await actions.show_case(db, viewer, case, "en") for case in found]
        assert listed == alone
