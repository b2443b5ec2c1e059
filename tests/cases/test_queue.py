"""The waiting room: numbers without gaps or doubles, called once each, and waits told honestly."""

import asyncio
from datetime import datetime, timedelta

import pytest
from asyncpg import InsufficientPrivilegeError
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from motcua.base import clock
from motcua.base.errors import Conflict, Invalid, NotAllowed, NotFound
from motcua.base.ids import SYSTEM
from motcua.cases.actions import queue
from motcua.cases.actions.queue import KIOSK, WAITING_MAX, Drawn
from motcua.cases.model.counter import Ticket, Waiting
from motcua.cases.rules.queueing import SERVED_MIN, STEP_MINUTES, wait_minutes
from motcua.db import City
from motcua.identity import Viewer
from tests import cast
from tests.cases import build
from tests.cases.build import AGENCY
from tests.cases.machine import Api

BRANCH, CENTRE = "SM.B", "SM.C"
MORNING = datetime.fromisoformat("2027-01-05T09:00:00+09:00")
_days = iter(range(1, 10_000))


class Room(Struct, frozen=True):
    """One agency on a day on which nobody has drawn a number before."""

    city: City
    officer: Viewer
    code: str
    opens: datetime

    async def draw(self, minute: float = 0, line: str = "file") -> Drawn:
        with clock.at(self.opens + timedelta(minutes=minute)):
            return await queue.draw(self.city, self.code, line)

    async def call(
        self, minute: float = 0, place: str = "1", line: str | None = None
    ) -> Ticket | None:
        with clock.at(self.opens + timedelta(minutes=minute)):
            async with self.city.database.write(self.officer.person) as db:
                return await queue.call_next(db, self.code, place, line)

    async def finish(self, number: int, minute: float = 0, is_absent: bool = False) -> Ticket:
        with clock.at(self.opens + timedelta(minutes=minute)):
            async with self.city.database.write(self.officer.person) as db:
                return await queue.finish(db, self.code, number, is_absent)

    async def recall(self, number: int, minute: float = 0) -> Ticket:
        with clock.at(self.opens + timedelta(minutes=minute)):
            async with self.city.database.write(self.officer.person) as db:
                return await queue.recall(db, self.code, number)

    async def board(self, minute: float = 0) -> queue.Board:
        with clock.at(self.opens + timedelta(minutes=minute)):
            return await queue.board(self.city, self.code)


@pytest.fixture
async def room(city: City, staff: cast.Cast) -> Room:
    officer = await cast.officer(city, "caller", "Kim Gọi Số", BRANCH, "reception")
    return Room(city, officer, BRANCH, MORNING + timedelta(days=next(_days)))


async def test_numbers_run_on_from_one_every_day_and_in_every_agency(room: Room) -> None:
    assert [(await room.draw()).number for _ in range(3)] == [1, 2, 3]
    with clock.at(room.opens):
        assert (await queue.draw(room.city, CENTRE, "ask")).number == 1
    tomorrow = Room(room.city, room.officer, room.code, room.opens + timedelta(days=4000))
    assert (await tomorrow.draw()).number == 1


async def test_many_hands_at_the_kiosk_get_one_number_each(room: Room) -> None:
    with clock.at(room.opens):
        drawn = await asyncio.gather(*(queue.draw(room.city, room.code, "file") for _ in range(40)))
    assert sorted(one.number for one in drawn) == list(range(1, 41))


async def test_windows_that_call_at_once_call_different_numbers(room: Room) -> None:
    for _ in range(12):
        await room.draw()
    with clock.at(room.opens):

        async def call(place: int) -> Ticket | None:
            async with room.city.database.write(room.officer.person) as db:
                return await queue.call_next(db, room.code, f"{place}", None)

        called = await asyncio.gather(*(call(place) for place in range(12)))
    assert sorted(one.number for one in called if one) == list(range(1, 13))
    assert await room.call() is None


async def test_a_window_calls_in_order_and_is_done_with_the_one_before(room: Room) -> None:
    for line in ("file", "collect", "file"):
        await room.draw(line=line)
    first = await room.call(1, place=" Quầy  3 ")
    assert first
    assert (first.number, first.line, first.place) == (1, "file", "Quầy 3")
    third = await room.call(5, place="Quầy 3", line="file")
    assert third
    assert third.number == 3
    second = await room.call(6, place="Quầy 4")
    assert second
    assert second.number == 2
    board = await room.board(6)
    assert [(one.number, one.place) for one in board.called] == [(2, "Quầy 4"), (3, "Quầy 3")]
    assert board.waiting == 0
    await room.recall(3, 7)
    assert [one.number for one in (await room.board(7)).called] == [3, 2]
    await room.finish(3, 8)
    await room.finish(2, 9, is_absent=True)
    assert (await room.board(9)).called == []
    for number in (1, 2, 3, 4, 99):
        with pytest.raises(Conflict):
            await room.recall(number, 10)
        with pytest.raises(Conflict):
            await room.finish(number, 10)


async def test_a_wait_is_told_only_from_todays_times(room: Room) -> None:
    told = [(await room.draw()).wait_minutes for _ in range(SERVED_MIN + 4)]
    assert told == [0, *[None] * (SERVED_MIN + 3)]
    for place in range(SERVED_MIN):
        await room.call(place * 6, "1")
    await room.finish(SERVED_MIN, SERVED_MIN * 6)
    now = SERVED_MIN * 6 + 1
    # Four wait before the next; each takes six minutes at the one window that is open.
    assert (await room.draw(now)).wait_minutes == 25
    await room.call(now, "2")
    # Three more and this one; two windows.
    assert (await room.draw(now)).wait_minutes == 15
    # Nobody has been called for a long time: nobody knows.
    assert (await room.draw(now + 60)).wait_minutes is None


async def test_who_never_came_tells_nothing_of_how_long_it_takes(room: Room) -> None:
    for _ in range(6):
        await room.draw()
    for number in range(1, 4):
        await room.call(number, "1")
        await room.finish(number, number + 0.5, is_absent=True)
    assert (await room.draw(5)).wait_minutes is None


@given(
    st.integers(0, 500), st.integers(0, 500),
    st.builds(
        Waiting, st.integers(0, 300), st.integers(SERVED_MIN, 900), st.integers(0, 7200),
        st.integers(1, 30),
    ),
)  # fmt: skip
def test_a_wait_grows_with_those_before_and_is_never_rounded_down(
    few: int, more: int, known: Waiting
) -> None:
    few, many = sorted((few, more))
    short, long = wait_minutes(few, known), wait_minutes(many, known)
    assert short is not None
    assert long is not None
    assert 0 <= short <= long
    assert known.seconds is not None
    true = few * known.seconds / known.places / 60
    assert true <= short < true + STEP_MINUTES or short == 0 == true


async def test_only_who_receives_there_calls(room: Room, staff: cast.Cast) -> None:
    await room.draw()
    for stranger in (staff.reception, staff.an, staff.elsewhere):
        with pytest.raises(NotAllowed):
            async with room.city.database.write(stranger.person) as db:
                await queue.call_next(db, BRANCH, "1", None)
        async with room.city.database.write(stranger.person) as db:
            changed = await db.fetch(
                "UPDATE cases.tickets SET called_at = now(), place = 'x' RETURNING number"
            )
        assert changed == []
    assert (await room.board()).waiting == 1


async def test_nobody_but_the_kiosk_makes_numbers(room: Room) -> None:
    with pytest.raises(InsufficientPrivilegeError):
        async with room.city.database.write(room.officer.person) as db:
            await db.execute(
                "INSERT INTO cases.tickets (agency_code, day, number, line, issued_at)"
                " VALUES ('SM.B', current_date, 7777, 'ask', now())"
            )


async def test_what_is_not_there_has_no_queue(room: Room) -> None:
    for code in ("SM.9", "", "SM.X", "'; --"):
        with pytest.raises(NotFound):
            await queue.draw(room.city, code, "file")
        with pytest.raises(NotFound):
            await queue.board(room.city, code)
    with pytest.raises(Invalid):
        await queue.draw(room.city, BRANCH, "vip")
    for place in ("", "  ", "x" * 13, "a\u202eb"):
        with pytest.raises(Invalid):
            await room.call(0, place)


async def test_a_number_names_a_case_only_if_its_officer_may_see_it(
    room: Room, staff: cast.Cast
) -> None:
    case = await build.file(room.city, staff.an)
    await room.draw()
    await room.call()
    with clock.at(room.opens), pytest.raises(NotFound):
        async with room.city.database.write(room.officer.person) as db:
            await queue.finish(db, BRANCH, 1, False, case.code)


async def test_a_kiosk_that_is_played_with_stops(room: Room) -> None:
    day = (room.opens).date()
    async with room.city.database.write(SYSTEM) as db:
        await db.execute(
            "INSERT INTO cases.tickets (agency_code, day, number, line, issued_at)"
            " SELECT 'SM.B', $1, n, 'file', $2 FROM generate_series(1, $3) n",
            day, room.opens, WAITING_MAX,
        )  # fmt: skip
        await db.execute(
            "INSERT INTO cases.ticket_numbers VALUES ('SM.B', $1, $2)", day, WAITING_MAX
        )
    for _ in range(2):
        with pytest.raises(Conflict) as no:
            await room.draw()
        assert no.value.reason == "queue.full"
    await room.call()
    assert (await room.draw()).number == WAITING_MAX + 1, "what was refused used no number up"


async def test_the_desk_calls_over_http(api: Api, staff: cast.Cast) -> None:
    await api().post(f"/api/v1/agencies/{AGENCY}/queue", json={"line": "file"})
    desk, address = api("reception"), f"/api/v1/agencies/{AGENCY}/queue"
    called = (await desk.post(f"{address}/calls", json={"place": "2"})).json()
    assert (called["number"], called["place"]) == (1, "2")
    for action in ("recall", "done"):
        done = await desk.post(f"{address}/1", json={"action": action})
        assert done.status_code == 200
    assert (await desk.post(f"{address}/1", json={"action": "done"})).status_code == 409
    assert (await desk.post(f"{address}/calls", json={"place": "2"})).json() is None
    assert (await api("an").post(f"{address}/calls", json={"place": "2"})).status_code == 403


async def test_one_address_draws_only_so_many(api: Api) -> None:
    kiosk, address = api(), f"/api/v1/agencies/{CENTRE}/queue"
    tries = KIOSK.limit * 2 + 5  # a new minute may begin on the way, and only one
    drawn = [await kiosk.post(address, json={"line": "ask"}) for _ in range(tries)]
    made = [one.json()["number"] for one in drawn if one.status_code == 201]
    assert 0 < len(made) <= KIOSK.limit * 2
    assert made == list(range(made[0], made[0] + len(made)))
    assert {one.status_code for one in drawn} == {201, 429}
    assert (await kiosk.get(address)).json()["waiting"] == made[-1]
