"""What looks leave behind for the person, whose hands a case is in, how an officer's day begins."""

from datetime import datetime, time, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import asyncpg
import pytest

from motcua import agencies, identity
from motcua.base import clock
from motcua.base.ids import SYSTEM, new_id
from motcua.cases import actions, queries
from motcua.cases.actions import looking
from motcua.cases.model.desk import LookAtCase
from motcua.db import City
from motcua.identity import Viewer
from tests.cases.test_desk import (
    LONG_AGO,
    Enter,
    Staff,
    do,
    enter,
    filed,
    resident,
    staff,
)

__all__ = ["enter", "staff"]


async def test_every_open_by_an_officer_is_written_down_for_the_person(
    city: City, staff: Staff, enter: Enter
) -> None:
    who = resident()
    case = await filed(city, who)
    await enter(staff.reception).get(f"/desk/cases/{case.code}")
    await enter(staff.handler).get(f"/desk/cases/{case.code}")
    looks = await looks_of(city, who)
    assert [(look.officer_name, look.case_code) for look in looks] == [
        ("Officer handler", case.code), ("Officer reception", case.code),
    ]  # fmt: skip
    assert looks[0].purpose_en == "To follow a request that the agency has in hand"
    assert [look.role for look in looks] == ["handler", "reception"]
    assert {look.agency_code for look in looks} == {case.agency_code}
    assert looks[1].purpose_vi == "Xử lý hồ sơ của bạn: Tiếp nhận"
    assert await looks_of(city, resident()) == []
    await enter(staff.handler).get("/desk")
    assert len(await looks_of(city, who)) == 2  # who opened a case today has seen what a list shows


async def test_a_page_that_renews_itself_is_one_look(
    city: City, staff: Staff, enter: Enter
) -> None:
    who = resident()
    case = await filed(city, who)
    browser = enter(staff.reception)
    began = clock.now()
    for minutes in (0, 1, 5, 9):
        with clock.at(began + timedelta(minutes=minutes)):
            await browser.get(f"/desk/cases/{case.code}")
    assert len(await looks_of(city, who)) == 1
    with clock.at(began + timedelta(minutes=11)):
        await browser.get(f"/desk/cases/{case.code}")
    assert len(await looks_of(city, who)) == 2
    # Another purpose is another look: the case is no longer at the step of this officer.
    await do(browser, case, "acceptance")
    with clock.at(began + timedelta(minutes=12)):
        await browser.get(f"/desk/cases/{case.code}")
    assert [look.purpose_en for look in await looks_of(city, who)][:2] == [
        "To follow a request that the agency has in hand", "To work on your request: Intake",
    ]  # fmt: skip


async def test_who_stands_in_a_list_learns_it_once_a_day_from_each_officer(
    city: City, staff: Staff, enter: Enter
) -> None:
    who = resident()
    case = await filed(city, who)
    zone = ZoneInfo(city.pack.info.time_zone)
    noon = datetime.combine(clock.now().astimezone(zone).date(), time(12), zone)
    with clock.at(noon + timedelta(days=1)):
        for viewer in (staff.reception, staff.reception, staff.handler, staff.elsewhere):
            await enter(viewer).get("/desk", params={"q": case.code})
    seen = await looks_of(city, who)
    assert sorted(look.officer_name for look in seen) == ["Officer handler", "Officer reception"]
    assert {(look.case_code, look.purpose_en) for look in seen} == {
        (case.code, "To see what waits in the agency: your request stood in the list")
    }
    with clock.at(noon + timedelta(days=2)):
        await enter(staff.reception).get("/desk", params={"q": case.code})
    assert len(await looks_of(city, who)) == 3


async def test_a_look_by_another_door_is_noted_for_officers_only(city: City, staff: Staff) -> None:
    who = resident()
    case = await filed(city, who)
    for viewer in (staff.reception, who):
        async with city.database.write(viewer.person) as db:
            await looking.note_look(db, viewer, await actions.open_case(db, case.code))
    assert [look.officer_name for look in await looks_of(city, who)] == ["Officer reception"]


async def test_looks_are_only_added_to_and_only_in_ones_own_name(city: City, staff: Staff) -> None:
    who = resident()
    case = await filed(city, who)
    async with city.database.write(staff.handler.person) as db:
        await looking.note_look(db, staff.handler, await actions.open_case(db, case.code))
    for person in (staff.handler.person, who.person):
        async with city.database.write(person) as db:
            await db.execute("DELETE FROM cases.looks")
    assert len(await looks_of(city, who)) == 1
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with city.database.write(SYSTEM) as db:
            await db.execute("UPDATE cases.looks SET officer_name = 'x'")
    now, other = clock.now(), staff.leader
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with city.database.write(staff.handler.person) as db:
            await queries.record_looks(
                db, [new_id()], [case.code], now, other.person, "x", "x", "x", now, False
            )


async def test_a_case_is_in_nobodys_hands_until_somebody_handles_it(
    city: City, staff: Staff, enter: Enter
) -> None:
    case = await filed(city)
    await do(enter(staff.reception), case, "acceptance")
    page = (await enter(staff.leader).get(f"/desk/cases/{case.code}")).text
    assert '<dd><span class="soft">Nobody handles it yet</span></dd>' in page
    await do(enter(staff.leader), case, "assignment", officer=str(staff.handler.person))
    page = (await enter(staff.leader).get(f"/desk/cases/{case.code}")).text
    assert "<dt>In whose hands</dt><dd>Officer handler</dd>" in page


async def test_the_desk_begins_with_what_the_officer_must_do_today(
    city: City, staff: Staff, enter: Enter
) -> None:
    """In an agency of their own, so that nothing else is counted."""
    async with city.database.write(SYSTEM) as db:
        person = await identity.enrol_officer(db, str(uuid4()), "Officer Alone")
        await agencies.appoint(db, person, "SM.W", "reception", LONG_AGO)
    browser = enter(Viewer(person=person, name="Officer Alone", is_officer=True))
    assert "Nothing needs you before tonight." in (await browser.get("/desk")).text
    case = await filed(city, agency="SM.W")
    zone = ZoneInfo(city.pack.info.time_zone)
    due = case.intake_due_at.astimezone(zone)
    await filed(city, agency="SM.W")
    for moment, day in (
        (due - timedelta(days=3), ["Nothing needs you before tonight.", "2 more wait"]),
        (due.replace(hour=0, minute=1), ["2 cases need you before tonight."]),
        (due + timedelta(days=2), ["2 cases need you before", "2 of them are late already."]),
    ):
        with clock.at(moment):
            page = (await browser.get("/desk")).text
        begin, _, _ = page.partition('class="cuts"')
        assert "Your day" in begin
        for sentence in day:
            assert sentence in begin, (moment, sentence)
    assert 'href="/desk?work=mine&amp;due=late"' in begin
    # Beside a case in hand there is the list alone.
    assert "Your day" not in (await browser.get(f"/desk/cases/{case.code}")).text
    assert "Your day" not in (await browser.get(f"/desk?hand={case.code}")).text


async def looks_of(city: City, who: Viewer) -> list[LookAtCase]:
    async with city.database.read(who.person) as db:
        return [one for one in await looking.looks_at_my_cases(db) if one.act is None]
