"""Which parts of a case each role sees, by where it is held: at the desk, on pages, by the API."""

from collections.abc import AsyncIterator

import pytest
from msgspec.structs import fields

from motcua import agencies
from motcua.base import clock
from motcua.base.errors import NotFound
from motcua.base.ids import new_id
from motcua.cases import actions, pages, queries
from motcua.cases.actions import desk, looking
from motcua.cases.model.case import Case
from motcua.cases.model.counter import CounterRow
from motcua.cases.model.desk import DeskRow, OpinionWanted
from motcua.cases.pages import desk_words
from motcua.cases.pages.desk_words import Sheet
from motcua.db import City
from motcua.identity import Viewer
from tests import cast
from tests.cases import build
from tests.cases.build import AGENCY, OTHER
from tests.cases.visit import Enter, visitors

EVERYBODY = {"summary", "people", "history", "words", "payment", "result"}
REQUEST = {"subject", "answers", "documents"}
WORK = {"findings", "proposal", "opinions"}
NUMBER, PURPOSE = "999304000021", "school"


@pytest.fixture
async def staff(city: City) -> cast.Cast:
    return await cast.gather(city, AGENCY, OTHER)


@pytest.fixture
async def enter(city: City) -> AsyncIterator[Enter]:
    async with visitors(city, pages.routes) as found:
        yield found


async def at_step(city: City, staff: cast.Cast, step: str) -> Case:
    paper = await build.upload(city, staff.binh)
    asked = build.filing(city, documents={"student_card": paper})
    if step not in ("answered", "proposed"):
        return await build.to_step(city, staff, staff.binh, "binh", step, asked)
    case = await build.to_step(city, staff, staff.binh, "binh", "accepted", asked)
    said = build.particulars(city, "binh")
    async with city.database.write(staff.handler.person) as db:
        assert await queries.keep_finding(
            db, case.id, "identity", "population", new_id(), "found", said, clock.now()
        )
    if step == "proposed":
        case = await build.act(city, staff.handler, case, "propose", outcome="granted")
    return case


async def taken(city: City, viewer: Viewer, case: Case) -> desk.CaseAtDesk:
    async with city.database.write(viewer.person) as db:
        return await desk.take_in_hand(db, viewer, case.code)


@pytest.mark.parametrize(
    ("step", "role", "sees"),
    [
        ("filed", "reception", EVERYBODY | REQUEST | {"findings"}),
        ("filed", "handler", EVERYBODY | REQUEST | WORK),
        ("accepted", "reception", EVERYBODY),
        ("proposed", "reception", EVERYBODY),
        ("proposed", "handler", EVERYBODY | REQUEST | WORK),
        ("proposed", "leader", EVERYBODY | REQUEST | WORK),
    ],
)
async def test_reception_sees_what_waits_for_it_and_who_decides_sees_all(
    city: City, staff: cast.Cast, step: str, role: str, sees: set[str]
) -> None:
    case = await at_step(city, staff, step)
    assert (await taken(city, getattr(staff, role), case)).sees == sees


async def test_what_is_closed_stands_on_no_page_and_in_no_answer(
    city: City, staff: cast.Cast, enter: Enter
) -> None:
    case = await at_step(city, staff, "proposed")
    for viewer, is_open in ((staff.handler, True), (staff.reception, False)):
        found = await taken(city, viewer, case)
        sheet: Sheet = desk_words.sheet(city, found, case.filed_at, "en")
        assert (bool(sheet.answers), sheet.is_closed) == (is_open, not is_open)
        for part in (sheet.papers, sheet.findings, sheet.proposal):
            assert bool(part) is is_open
        assert any(NUMBER in line.value for line in sheet.subject) is is_open
        assert sheet.subject, "whom it is about is named to everybody who works there"
        page = (await enter(viewer).get(f"/desk/cases/{case.code}")).text
        assert (NUMBER in page) is is_open
        assert ("What was answered is open to those who decide" in page) is not is_open
        seen = await build.show(city, viewer, case.code)
        assert bool(seen.documents) is is_open
        shown = (await enter(viewer).get(f"/cases/{case.code}")).text
        label = "What do you need it for" if "What do you need it for" in shown else PURPOSE
        assert is_open or label not in shown


async def test_who_was_asked_sees_the_request_and_not_what_registers_said(
    city: City, staff: cast.Cast
) -> None:
    case = await at_step(city, staff, "answered")
    await build.act(
        city, staff.handler, case, "ask_opinion", agency=OTHER, text="Ý kiến?", limit="3wd"
    )
    found = await taken(city, staff.elsewhere, case)
    assert found.sees == (EVERYBODY | REQUEST | {"opinions"}) - {"payment", "result"}


async def test_ones_own_case_is_open_but_for_the_work_of_the_officers(
    city: City, staff: cast.Cast
) -> None:
    case = await at_step(city, staff, "proposed")
    async with city.database.read(staff.binh.person) as db:
        sees = await actions.seen_by(db, staff.binh, await actions.open_case(db, case.code))
    assert sees == EVERYBODY | REQUEST


async def test_control_reads_how_a_case_went_and_nothing_that_was_said(
    city: City, staff: cast.Cast
) -> None:
    control = await cast.officer(city, "fields-control", "Kiểm soát", AGENCY, "control")
    other = await cast.officer(city, "fields-other", "Kiểm soát", OTHER, "control")
    case = await at_step(city, staff, "proposed")
    await build.act(city, staff.binh, case, "message", text="Xin nói riêng")
    async with city.database.write(control.person) as db:
        with pytest.raises(NotFound):
            await actions.open_case(db, case.code)
        seen = await looking.oversee(db, control, case.code, "en")
        facts = await db.fetch("SELECT count(*) FROM cases.cases WHERE code = $1", case.code)
        assert facts[0][0] == 0
    kinds = [event.kind for event in seen]
    history = await build.history(city, staff.handler, case.code)
    assert kinds == [event.kind for event in history if event.kind.startswith("case.")]
    assert {"case.filed", "case.accepted", "case.proposed", "case.message"} <= set(kinds)
    told = str(seen)
    assert staff.handler.name in told
    for private in ("Xin nói riêng", staff.binh.name, NUMBER, PURPOSE):
        assert private not in told
    for viewer in (other, staff.elsewhere, staff.hung):
        with pytest.raises(NotFound):
            async with city.database.write(viewer.person) as db:
                await looking.oversee(db, viewer, case.code, "en")
    async with city.database.read(staff.binh.person) as db:
        looks = await looking.looks_at_my_cases(db)
    mine = [look for look in looks if look.role == "control" and look.case_code == case.code]
    assert [look.purpose_en for look in mine] == ["To control how the agency keeps to procedure"]


async def test_an_act_is_told_to_the_person_as_what_it_was(city: City, staff: cast.Cast) -> None:
    case = await at_step(city, staff, "proposed")
    async with city.database.read(staff.binh.person) as db:
        looks = await looking.looks_at_my_cases(db)
    acts = [(look.act, look.officer_name) for look in looks if look.case_code == case.code]
    assert acts == [
        ("case.proposed", staff.handler.name), ("case.accepted", staff.reception.name),
    ]  # fmt: skip


def test_lists_tell_nothing_of_a_case_but_its_summary_and_names(city: City) -> None:
    """`list` in the pack's rights: no field of a row is one of the closed parts."""
    sensitive = {"answers", "subject", "documents", "findings", "proposal", "representative"}
    for row in (DeskRow, CounterRow, OpinionWanted):
        assert not sensitive & {field.name for field in fields(row)}, row
    rules = city[agencies.Access]
    for role in agencies.WORKING:
        listed = rules.fields("list", "case", frozenset({("hand", role)}))
        assert listed == {"summary", "people"}
