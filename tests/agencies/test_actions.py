from datetime import UTC, date, datetime

import asyncpg
import pytest

from motcua import agencies
from motcua.agencies import Agencies, Post
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
    assert len(known.all) == 7
    with pytest.raises(NotFound):
        known.by_code("SM.9")
