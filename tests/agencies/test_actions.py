from datetime import UTC, date, datetime

import asyncpg
import pytest

from motcua import agencies
from motcua.agencies import Agencies, Matter, Post
from motcua.base import clock
from motcua.base.errors import NotFound
from motcua.base.ids import SYSTEM, PersonId, new_id
from motcua.db import City

SINCE = date(2024, 1, 1)


@pytest.fixture
def officer() -> PersonId:
    return PersonId(new_id())


async def appoint(city: City, person: PersonId, code: str, role: str, since: date = SINCE) -> None:
    async with city.database.write(SYSTEM) as db:
        await agencies.appoint(db, person, code, role, since)


async def test_a_post_is_held_from_its_first_day(city: City, officer: PersonId) -> None:
    await appoint(city, officer, "SM.1", "handler")
    async with city.database.read(officer) as db:
        assert await agencies.posts_of(db) == [Post("SM.1", "handler", SINCE, None)]
        assert await agencies.roles_in(db, "SM.1") == {"handler"}
        assert await agencies.roles_in(db, "SM.2") == set()


async def test_a_post_of_tomorrow_is_not_held_today(city: City, officer: PersonId) -> None:
    await appoint(city, officer, "SM.1", "leader", date(2026, 12, 1))
    # Midnight of 1 December in the city is 15:00 of the day before in UTC.
    for hour, held in ((14, set()), (15, {"leader"})):
        with clock.at(datetime(2026, 11, 30, hour, 30, tzinfo=UTC)):
            async with city.database.read(officer) as db:
                assert await agencies.roles_in(db, "SM.1") == held


async def test_to_appoint_twice_is_to_appoint_once(city: City, officer: PersonId) -> None:
    await appoint(city, officer, "SM.1", "handler")
    await appoint(city, officer, "SM.1", "handler")
    await appoint(city, officer, "SM.1", "handler", date(2025, 1, 1))
    async with city.database.read(officer) as db:
        assert len(await agencies.posts_of(db)) == 1


async def test_one_may_hold_several_posts(city: City, officer: PersonId) -> None:
    for code, role in (("SM.2", "reception"), ("SM.1", "handler"), ("SM.1", "reception")):
        await appoint(city, officer, code, role)
    async with city.database.read(officer) as db:
        held = [(p.agency_code, p.role) for p in await agencies.posts_of(db)]
    assert held == [("SM.1", "handler"), ("SM.1", "reception"), ("SM.2", "reception")]


async def test_nobody_appoints_to_an_agency_that_is_not_there(
    city: City, officer: PersonId
) -> None:
    with pytest.raises(NotFound, match=r"agency\.unknown"):
        await appoint(city, officer, "SM.9", "handler")


async def test_nobody_appoints_themselves(city: City, officer: PersonId) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with city.database.write(officer) as db:
            await agencies.appoint(db, officer, "SM.1", "leader", SINCE)


async def test_the_posts_of_others_are_not_seen(city: City, officer: PersonId) -> None:
    await appoint(city, officer, "SM.1", "handler")
    async with city.database.read(PersonId(new_id())) as db:
        assert await agencies.posts_of(db) == []
        assert await db.fetch("SELECT * FROM agencies.posts") == []


async def test_the_database_knows_my_agencies(city: City, officer: PersonId) -> None:
    await appoint(city, officer, "SM.1", "handler")
    await appoint(city, officer, "SM.2", "leader", date(2999, 1, 1))
    async with city.database.read(officer) as db:
        rows = await db.fetch("SELECT agencies.mine() AS code")
    assert [row["code"] for row in rows] == ["SM.1"]


async def test_agencies_are_known_by_code(city: City) -> None:
    known = city[Agencies]
    assert known.name("SM.N").en == "North Quarter"
    assert [a.code for a in known.receivers(("residents",))] == ["SM.1"]
    assert [a.code for a in known.receivers(kind="commune", commune="W")] == ["SM.W"]
    assert len(known.all) == 12
    with pytest.raises(NotFound):
        known.by_code("SM.9")


async def test_the_day_is_the_city_s_own(city: City) -> None:
    known = city[Agencies]
    # Midnight of 1 January 2024 in the city is 15:00 of the day before in UTC.
    for hour, kind in ((14, "district"), (15, "commune")):
        with clock.at(datetime(2023, 12, 31, hour, 30, tzinfo=UTC)):
            matter = Matter(procedure="9.000002", field="", level="commune")
            assert [a.kind for a in known.competent(matter, "N")] == [kind]
    assert len(known.receivers(kind="district", day=date(2023, 1, 1))) == 2
    assert known.receivers(kind="district") == []


async def test_lists_are_reckoned_once_a_day(city: City) -> None:
    known = city[Agencies]
    matter = Matter(procedure="9.000002", field="", level="commune")
    assert known.counters_for(matter) is known.counters_for(matter)
    assert known.receivers(kind="commune") is known.receivers(kind="commune")
    assert known.competent(matter, "N") != known.competent(matter, "E")


async def test_a_post_has_a_unit_and_a_title(city: City, officer: PersonId) -> None:
    async with city.database.write(SYSTEM) as db:
        await agencies.appoint(db, officer, "SM.1", "handler", SINCE, "work", "specialist")
    async with city.database.read(officer) as db:
        (post,) = await agencies.posts_of(db)
    assert (post.unit, post.title) == ("work", "specialist")


@pytest.mark.parametrize(
    ("code", "role", "unit", "title"),
    [
        ("SM.1", "handler", "attic", "specialist"),
        ("SM.1", "handler", "work", "director"),
        ("SM.1", "handler", "work", None),
        ("SM.1", "handler", None, "specialist"),
        ("SM.1", "leader", "work", "specialist"),  # a title of another role
        ("SM.3", "handler", "work", "specialist"),  # the pack says nothing of this kind
    ],
)
async def test_nobody_sits_where_the_agency_has_no_seat(
    city: City, officer: PersonId, code: str, role: str, unit: str | None, title: str | None
) -> None:
    with pytest.raises(NotFound, match=r"agency\.unknown_title"):
        async with city.database.write(SYSTEM) as db:
            await agencies.appoint(db, officer, code, role, SINCE, unit, title)


async def test_a_clerk_s_title_goes_with_any_role(city: City, officer: PersonId) -> None:
    async with city.database.write(SYSTEM) as db:
        await agencies.appoint(db, officer, "SM.1", "reception", SINCE, "work", "clerk")


async def test_who_moves_to_another_seat_holds_both_one_after_the_other(
    city: City, officer: PersonId
) -> None:
    day = date(2026, 12, 1)
    async with city.database.write(SYSTEM) as db:
        await agencies.appoint(db, officer, "SM.1", "handler", SINCE, "work", "specialist")
        await agencies.dismiss(db, officer, "SM.1", "handler", day)
        await agencies.appoint(db, officer, "SM.1", "handler", day, "work", "clerk")
    for hour, title in ((14, "specialist"), (15, "clerk")):
        with clock.at(datetime(2026, 11, 30, hour, 30, tzinfo=UTC)):
            async with city.database.read(officer) as db:
                assert [p.title for p in await agencies.posts_of(db)] == [title]


async def test_nobody_is_dismissed_from_a_post_they_do_not_hold(
    city: City, officer: PersonId
) -> None:
    await appoint(city, officer, "SM.1", "handler")
    for role, day in (("leader", date(2026, 1, 1)), ("handler", SINCE)):
        with pytest.raises(NotFound, match=r"agency\.no_such_post"):
            async with city.database.write(SYSTEM) as db:
                await agencies.dismiss(db, officer, "SM.1", role, day)


async def test_nobody_dismisses_but_the_platform(city: City, officer: PersonId) -> None:
    await appoint(city, officer, "SM.1", "handler")
    with pytest.raises(NotFound):
        async with city.database.write(officer) as db:
            await agencies.dismiss(db, officer, "SM.1", "handler", date(2026, 1, 1))
