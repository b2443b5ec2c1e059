"""A complaint goes from its person to control and back, and past everybody who had a hand in it."""

from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from motcua import agencies
from motcua.base.errors import Conflict, NotFound
from motcua.base.ids import SYSTEM
from motcua.cases.actions import complaining
from motcua.cases.actions.complaining import Thread
from motcua.cases.model.case import Case
from motcua.db import City, events
from motcua.identity import Viewer
from tests import cast
from tests.cases import build
from tests.cases.build import AGENCY, OTHER

SAID, ANSWERED = "Tôi phải đi lại ba lần vì một giấy tờ.", "Chúng tôi xin lỗi và đã nhắc nhở."


@pytest.fixture
async def control(city: City) -> Viewer:
    return await cast.officer(city, "complaint-control", "Vũ Kiểm Soát", AGENCY, "control")


@pytest.fixture
async def case(city: City, staff: cast.Cast) -> Case:
    return await build.to_step(city, staff, staff.an, "an", "proposed")


async def complain(city: City, who: Viewer, case: Case, words: str = SAID) -> None:
    async with city.database.write(who.person, who.on_behalf_of) as db:
        await complaining.complain(db, who, case.code, words)


async def mine(city: City, who: Viewer, case: Case) -> list[Thread]:
    async with city.database.read(who.person, who.on_behalf_of) as db:
        return await complaining.threads_of(db, case)


async def waiting(city: City, officer: Viewer, case: Case) -> list[Any]:
    """The ids of complaints about this case that this officer finds."""
    async with city.database.read(officer.person) as db:
        found = await complaining.complaints_to_answer(db, officer)
    return [one.id for one in found if one.case_id == case.id]


async def test_control_reads_asks_back_and_answers(
    city: City, staff: cast.Cast, control: Viewer, case: Case
) -> None:
    await complain(city, staff.an, case)
    [id] = await waiting(city, control, case)
    async with city.database.write(control.person) as db:
        read = await complaining.read_complaint(db, control, id)
        assert [one.words for one in read.said] == [SAID]
        await complaining.answer(db, control, id, "Giấy tờ nào?", None)
    await complain(city, staff.an, case, "Giấy xác nhận.")
    async with city.database.write(control.person) as db:
        await complaining.answer(db, control, id, ANSWERED, True)
    [thread] = await mine(city, staff.an, case)
    assert thread.complaint.upheld is True
    assert [(one.words, one.is_control) for one in thread.said] == [
        (SAID, False), ("Giấy tờ nào?", True), ("Giấy xác nhận.", False), (ANSWERED, True),
    ]  # fmt: skip
    with pytest.raises(Conflict, match=r"case\.complaint_answered"):
        async with city.database.write(control.person) as db:
            await complaining.answer(db, control, id, "Nữa", False)
    await complain(city, staff.an, case, "Lại bị nữa.")
    assert [one.complaint.upheld for one in await mine(city, staff.an, case)] == [True, None]


async def test_nobody_who_had_a_hand_in_it_finds_it_whatever_posts_they_hold(
    city: City, staff: cast.Cast, control: Viewer, case: Case
) -> None:
    other = await cast.officer(city, "complaint-other", "Kiểm Soát Khác", OTHER, "control")
    meddler = await cast.officer(
        city, f"meddler-{uuid4()}", "Cán Bộ Hai Vai", AGENCY, "control", "handler"
    )
    await build.act(city, meddler, case, "message", text="Tôi đang xem.")
    named = await cast.officer(
        city, f"named-{uuid4()}", "Cán Bộ Được Giao", AGENCY, "control", "handler"
    )
    accepted = await build.to_step(city, staff, staff.an, "an", "accepted")
    await build.act(city, staff.handler, accepted, "assign", officer=str(named.person))
    for one in (case, accepted):
        await complain(city, staff.an, one)
    assert await waiting(city, control, case)
    assert not await waiting(city, meddler, case)
    assert await waiting(city, meddler, accepted)
    assert not await waiting(city, named, accepted)
    for officer in (
        staff.reception,
        staff.handler,
        staff.leader,
        staff.elsewhere,
        other,
        staff.binh,
    ):
        assert not await waiting(city, officer, case)
        async with city.database.read(officer.person) as db:
            assert await db.fetch("SELECT id FROM cases.complaint_words") == []
            told = {one.kind for one in await events.history(db, case.id)}
        assert not any("complain" in kind for kind in told)
    [id] = await waiting(city, control, case)
    for officer in (staff.handler, meddler, other):
        with pytest.raises(NotFound):
            async with city.database.write(officer.person) as db:
                await complaining.answer(db, officer, id, "Không sao.", False)


async def test_who_loses_the_post_loses_the_sight(city: City, staff: cast.Cast, case: Case) -> None:
    for_today = await cast.officer(city, f"gone-{uuid4()}", "Sắp Nghỉ", AGENCY, "control")
    await complain(city, staff.an, case)
    assert await waiting(city, for_today, case)
    async with city.database.write(SYSTEM) as db:
        today = (await db.fetch_row("SELECT current_date"))[0]
        await agencies.dismiss(db, for_today.person, AGENCY, "control", today)
    assert not await waiting(city, for_today, case)


async def test_only_those_whose_case_it_is_complain(
    city: City, staff: cast.Cast, control: Viewer, case: Case
) -> None:
    for who, refusal in (
        (staff.binh, NotFound), (staff.handler, Conflict), (control, NotFound),
    ):  # fmt: skip
        with pytest.raises(refusal):
            await complain(city, who, case)
    assert not await waiting(city, control, case)


async def test_words_lie_sealed_and_its_person_reads_that_control_looked(
    city: City, staff: cast.Cast, control: Viewer, case: Case, database_url: str
) -> None:
    await complain(city, staff.an, case)
    [id] = await waiting(city, control, case)
    async with city.database.write(control.person) as db:
        await complaining.read_complaint(db, control, id)
    connection = await asyncpg.connect(database_url)
    try:
        kept = await connection.fetchval(
            "SELECT string_agg(words::text, '') FROM cases.complaint_words WHERE complaint_id = $1",
            id,
        )
        looks = await connection.fetch(
            "SELECT officer_name FROM cases.looks WHERE case_id = $1 AND role = 'control'", case.id
        )
    finally:
        await connection.close()
    assert "ba lần" not in kept
    assert [one["officer_name"] for one in looks] == [control.name]


async def test_nobody_speaks_as_control_who_is_not(
    city: City, staff: cast.Cast, control: Viewer, case: Case
) -> None:
    await complain(city, staff.an, case)
    [id] = await waiting(city, control, case)
    for who, is_control in ((staff.an, True), (control, False), (staff.handler, True)):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with city.database.write(who.person) as db:
                await db.execute(
                    "INSERT INTO cases.complaint_words (id, complaint_id, at, by_id, by_name,"
                    " is_control, words) VALUES ($1, $2, now(), $3, 'x', $4, '{}')",
                    uuid4(), id, who.person, is_control,
                )  # fmt: skip
