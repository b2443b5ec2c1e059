"""One officer in the place of another: who may say so, from when, until when."""

from datetime import UTC, date, datetime, timedelta

import asyncpg
import pytest

from motcua import agencies
from motcua.base import clock
from motcua.base.errors import Conflict, Invalid, NotAllowed, NotFound
from motcua.base.ids import SYSTEM, PersonId, new_id
from motcua.db import City

SINCE = date(2024, 1, 1)
MONDAY = datetime(2026, 11, 23, 3, tzinfo=UTC)  # noon in the city
FIRST, LAST = date(2026, 11, 24), date(2026, 11, 26)


class Office:
    """An agency with a leader, a handler who goes away, a colleague and somebody from next door."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.leader, self.absent, self.colleague, self.neighbour, self.resident = (
            PersonId(new_id()) for _ in range(5)
        )

    async def open(self) -> None:
        async with self.city.database.write(SYSTEM) as db:
            for person, code, role in (
                (self.leader, "SM.1", "leader"),
                (self.absent, "SM.1", "handler"),
                (self.colleague, "SM.1", "reception"),
                (self.neighbour, "SM.2", "handler"),
            ):
                await agencies.appoint(db, person, code, role, SINCE)

    async def give(
        self,
        by: PersonId,
        to: PersonId,
        role: str = "handler",
        days: tuple[date, date] = (FIRST, LAST),
        absent: PersonId | None = None,
    ) -> None:
        async with self.city.database.write(by) as db:
            await agencies.stand_in(db, to, absent or self.absent, "SM.1", role, *days)

    async def held(self, person: PersonId) -> dict[str, PersonId | None]:
        async with self.city.database.read(person) as db:
            held = agencies.held_in(await agencies.posts_of(db), "SM.1")
            assert await agencies.roles_in(db, "SM.1") == set(held)
            return held


@pytest.fixture
async def office(city: City) -> Office:
    made = Office(city)
    await made.open()
    return made


async def test_who_stands_in_has_the_role_and_it_is_known_for_whom(office: Office) -> None:
    with clock.at(MONDAY):
        await office.give(office.absent, office.neighbour, days=(MONDAY.date(), LAST))
        assert await office.held(office.neighbour) == {"handler": office.absent}
        assert await office.held(office.absent) == {"handler": None}
        assert await office.held(office.colleague) == {"reception": None}
        async with office.city.database.read(office.neighbour) as db:
            posts = {(p.agency_code, p.role, p.absent) for p in await agencies.posts_of(db)}
    assert posts == {("SM.1", "handler", office.absent), ("SM.2", "handler", None)}


async def test_it_lasts_from_midnight_to_midnight_by_the_city_s_clock(office: Office) -> None:
    with clock.at(MONDAY):
        await office.give(office.absent, office.colleague)
    own = {"reception": None}
    # The city is nine hours ahead: its midnight is 15:00 of the day before in UTC.
    for moment, held in (
        (datetime(2026, 11, 23, 14, 59, tzinfo=UTC), own),
        (datetime(2026, 11, 23, 15, 1, tzinfo=UTC), {**own, "handler": office.absent}),
        (datetime(2026, 11, 26, 14, 59, tzinfo=UTC), {**own, "handler": office.absent}),
        (datetime(2026, 11, 26, 15, 1, tzinfo=UTC), own),
    ):
        with clock.at(moment):
            assert await office.held(office.colleague) == held, moment


async def test_one_s_own_role_stays_one_s_own(office: Office) -> None:
    with clock.at(MONDAY):
        today = MONDAY.date()
        async with office.city.database.write(SYSTEM) as db:
            await agencies.appoint(db, office.colleague, "SM.1", "handler", SINCE)
        await office.give(office.leader, office.colleague, days=(today, today))
        assert await office.held(office.colleague) == {"reception": None, "handler": None}


@pytest.mark.parametrize("giver", ["absent", "leader"])
async def test_the_absent_officer_or_a_leader_gives_it(office: Office, giver: str) -> None:
    with clock.at(MONDAY):
        await office.give(getattr(office, giver), office.colleague)
        async with office.city.database.read(office.leader) as db:
            (given,) = [
                one for one in await agencies.stand_ins_of(db, "SM.1")
                if one.absent == office.absent
            ]  # fmt: skip
    assert (given.person, given.role) == (office.colleague, "handler")
    assert (given.from_date, given.to_date) == (FIRST, LAST + timedelta(days=1))
    assert given.given_by == getattr(office, giver)


REFUSED = [
    ("colleague", "colleague", "absent", "handler"),  # to oneself
    ("leader", "leader", "absent", "handler"),  # to oneself, leader or not
    ("absent", "absent", "absent", "handler"),
    ("SYSTEM", "absent", "absent", "handler"),  # in one's own place
    ("colleague", "neighbour", "absent", "handler"),  # neither absent nor a leader
    ("neighbour", "colleague", "absent", "handler"),
    ("resident", "colleague", "absent", "handler"),
    ("absent", "colleague", "absent", "leader"),  # a role that the absent one does not hold
    ("absent", "colleague", "leader", "leader"),
    ("leader", "resident", "absent", "handler"),  # to somebody who is no officer
]


@pytest.mark.parametrize(("by", "to", "absent", "role"), REFUSED)
async def test_nobody_else_gives_it_and_to_nobody_else(
    office: Office, by: str, to: str, absent: str, role: str
) -> None:
    who = {**vars(office), "SYSTEM": SYSTEM}
    with clock.at(MONDAY), pytest.raises(NotAllowed, match=r"agency\.may_not_give"):
        await office.give(who[by], who[to], role, absent=who[absent])


@pytest.mark.parametrize(("by", "to", "absent", "role"), REFUSED)
async def test_the_database_refuses_it_too(
    office: Office, by: str, to: str, absent: str, role: str
) -> None:
    who = {**vars(office), "SYSTEM": SYSTEM}
    # In one's own name, and in a leader's.
    for given_by in (who[by], office.leader):
        with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.CheckViolationError)):
            async with office.city.database.write(who[by]) as db:
                await db.execute(INSERT, who[to], who[absent], role, given_by)


INSERT = """
    INSERT INTO agencies.stand_ins
        (person_id, absent_id, agency_code, role, from_date, to_date, given_by, given_at)
    VALUES ($1, $2, 'SM.1', $3, current_date, current_date + 1, $4, now())
"""


async def test_nobody_gives_in_another_s_name(office: Office) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with office.city.database.write(office.absent) as db:
            await db.execute(INSERT, office.colleague, office.absent, "handler", office.leader)
    async with office.city.database.write(office.absent) as db:
        await db.execute(INSERT, office.colleague, office.absent, "handler", office.absent)


async def test_nobody_stands_in_for_somebody_who_stands_in(office: Office) -> None:
    with clock.at(MONDAY):
        today = MONDAY.date()
        await office.give(office.leader, office.colleague, "leader", (today, LAST), office.leader)
        assert await office.held(office.colleague) == {"reception": None, "leader": office.leader}
        # In the leader's place one handles cases, and gives nothing away.
        for role, absent in (("leader", office.colleague), ("handler", office.absent)):
            with pytest.raises(NotAllowed):
                await office.give(office.colleague, office.neighbour, role, absent=absent)


@pytest.mark.parametrize(
    "days",
    [
        (date(2026, 11, 22), LAST),  # from yesterday
        (LAST, FIRST),
    ],
)
async def test_the_days_are_to_come_and_in_order(office: Office, days: tuple[date, date]) -> None:
    with clock.at(MONDAY), pytest.raises(Invalid):
        await office.give(office.absent, office.colleague, days=days)


async def test_it_is_given_once(office: Office) -> None:
    with clock.at(MONDAY):
        await office.give(office.absent, office.colleague)
        with pytest.raises(Conflict, match=r"agency\.stands_in_already"):
            await office.give(office.leader, office.colleague)


async def test_who_comes_back_sooner_has_their_work_again(office: Office) -> None:
    tuesday = MONDAY + timedelta(days=1)
    with clock.at(MONDAY):
        await office.give(office.absent, office.colleague)
    with clock.at(tuesday):
        assert "handler" in await office.held(office.colleague)
        async with office.city.database.write(office.colleague) as db:
            await agencies.come_back(db, office.absent, "SM.1")
        assert "handler" in await office.held(office.colleague)  # not theirs to say
        for _ in range(2):
            async with office.city.database.write(office.absent) as db:
                await agencies.come_back(db, office.absent, "SM.1")
        assert "handler" not in await office.held(office.colleague)
        async with office.city.database.read(office.colleague) as db:
            assert [post.role for post in await agencies.posts_of(db)] == ["reception"]
        async with office.city.database.read(office.leader) as db:
            given = await agencies.stand_ins_of(db, "SM.1")
        assert office.absent not in {one.absent for one in given}


async def test_what_was_given_is_not_lengthened_nor_signed_by_another(office: Office) -> None:
    with clock.at(MONDAY):
        await office.give(office.absent, office.colleague)
    for change in ("to_date = to_date + 9", "given_by = absent_id", "role = 'leader'"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with office.city.database.write(office.leader) as db:
                await db.execute(f"UPDATE agencies.stand_ins SET {change}")
    with pytest.raises(asyncpg.CheckViolationError):
        async with office.city.database.write(office.absent) as db:
            await db.execute("UPDATE agencies.stand_ins SET ended_on = to_date + 1")


async def test_it_ends_with_the_post_of_the_absent_officer(office: Office) -> None:
    with clock.at(MONDAY):
        today = MONDAY.date()
        await office.give(office.absent, office.colleague, days=(today, LAST))
        async with office.city.database.write(SYSTEM) as db:
            await agencies.dismiss(db, office.absent, "SM.1", "handler", today)
        assert await office.held(office.colleague) == {"reception": None}


async def test_only_those_concerned_see_it(office: Office) -> None:
    with clock.at(MONDAY):
        await office.give(office.absent, office.colleague)
        seen = {}
        for name in ("leader", "absent", "colleague", "neighbour", "resident"):
            async with office.city.database.read(getattr(office, name)) as db:
                found = await agencies.stand_ins_of(db, "SM.1")
                seen[name] = office.absent in {one.absent for one in found}
    assert [name for name, sees in seen.items() if sees] == ["leader", "absent", "colleague"]


# 26 hours apart: their days are never the same.
EARLY, LATE = "Etc/GMT+12", "Pacific/Kiritimati"


async def test_the_database_knows_it_to_midnight_of_its_session(office: Office) -> None:
    async with office.city.database.write(SYSTEM) as db:
        await db.execute(f"SET LOCAL TimeZone = '{LATE}'")
        await db.execute(
            """
            INSERT INTO agencies.stand_ins
                (person_id, absent_id, agency_code, role, from_date, to_date, given_by, given_at)
            VALUES ($1, $2, 'SM.1', 'handler', current_date - 9, current_date, $3, now())
            """,
            office.neighbour,
            office.absent,
            SYSTEM,
        )
    assert await known(office, EARLY) == ({"SM.1", "SM.2"}, True)
    assert await known(office, LATE) == ({"SM.2"}, False)
    async with office.city.database.write(SYSTEM) as db:
        await agencies.dismiss(db, office.absent, "SM.1", "handler", date(2026, 1, 1))
    assert await known(office, EARLY) == ({"SM.2"}, False)


async def known(office: Office, zone: str) -> tuple[set[str], bool]:
    """The neighbour's agencies, and whether they handle cases in the first."""
    async with office.city.database.read(office.neighbour) as db:
        await db.execute(f"SET LOCAL TimeZone = '{zone}'")
        rows = await db.fetch("SELECT agencies.mine() AS code")
        handles = await agencies.holds(db, office.neighbour, "SM.1", "handler")
        assert not await agencies.holds(db, office.neighbour, "SM.1", "leader")
    return {row["code"] for row in rows}, handles


async def test_nobody_stands_in_at_an_agency_that_is_not_there(office: Office) -> None:
    with clock.at(MONDAY), pytest.raises(NotFound, match=r"agency\.unknown"):
        async with office.city.database.write(office.absent) as db:
            await agencies.stand_in(
                db, office.colleague, office.absent, "SM.9", "handler", FIRST, LAST
            )
