"""The demonstration's officers: whoever tries the counters and the waiting rooms finds somebody."""

from collections.abc import AsyncIterator

import pytest

from motcua import agencies
from motcua.agencies import Agencies
from motcua.base.ids import SYSTEM
from motcua.cases.actions import queue
from motcua.db import City
from motcua.demo import people, staging
from motcua.identity import enrol_officer
from tests.cases import build

BRANCHES, POINTS = 30, 126


@pytest.fixture
async def hanoi(city: City) -> AsyncIterator[City]:
    async with build.big_city(city) as found:
        await staging.settle(found)
        await staging.settle(found)  # twice is once
        yield found


async def posts(city: City, id: str) -> dict[str, set[str]]:
    one = people.person(city.settings, id)
    async with city.database.write(SYSTEM) as db:
        officer = await enrol_officer(db, one.subject, one.name, one.email)
    async with city.database.read(officer) as db:
        held = await agencies.posts_of(db)
    return {code: {p.role for p in held if p.agency_code == code} for code in {
        p.agency_code for p in held}}  # fmt: skip


async def test_every_counter_of_the_centre_has_somebody_who_receives(hanoi: City) -> None:
    book = hanoi[Agencies]
    kinds = {a.code: a.kind for a in book.all}
    at_branches = {
        c: r for c, r in (await posts(hanoi, "reception")).items() if kinds[c] == "branch"
    }
    at_points = {c: r for c, r in (await posts(hanoi, "commune")).items() if kinds[c] == "point"}
    assert (len(at_branches), len(at_points)) == (BRANCHES, POINTS)
    assert {role for held in (at_branches | at_points).values() for role in held} == {"reception"}
    for id in ("handler", "leader", "commune-leader"):
        held = await posts(hanoi, id)
        assert held
        assert not {c for c in held if kinds[c] in staging.COUNTERS}, "a counter decides nothing"


async def test_reception_calls_the_next_number_at_a_branch(hanoi: City) -> None:
    one = people.person(hanoi.settings, "reception")
    async with hanoi.database.write(SYSTEM) as db:
        officer = await enrol_officer(db, one.subject, one.name, one.email)
    drawn = await queue.draw(hanoi, "H26.02.01", "file")
    async with hanoi.database.write(officer) as db:
        called = await queue.call_next(db, "H26.02.01", "Quầy 1", None)
    assert called
    assert called.number == drawn.number
