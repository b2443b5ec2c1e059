"""How a case was handled: who may say so, until when, what is counted, and who never finds out."""

from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from msgspec import structs

from motcua.base import clock
from motcua.base.errors import Conflict, Invalid
from motcua.base.ids import SYSTEM
from motcua.cases.actions.ratings import Ratings, rating_of
from motcua.cases.model.case import Case
from motcua.cases.model.rating import RatingsFile
from motcua.cases.rules.rating import rated_until
from motcua.db import City, events
from motcua.identity import Viewer
from tests import cast
from tests.cases import build
from tests.cases.build import AGENCY, act

DAYS = 20
"""As the sample pack says."""


@pytest.fixture
async def ended(city: City, staff: cast.Cast) -> Case:
    return await build.to_step(city, staff, staff.an, "an", "signed")


async def said(city: City, who: Viewer, case: Case) -> tuple[int, list[str]] | None:
    async with city.database.read(who.person, who.on_behalf_of) as db:
        kept = await rating_of(db, case)
    return (kept.score, kept.reasons) if kept else None


async def told(city: City, who: Viewer, case: Case) -> list[dict[str, Any]]:
    """The facts of the ratings in its history, as somebody finds them."""
    async with city.database.read(who.person) as db:
        seen = await events.history(db, case.id)
    return [one.facts for one in seen if one.kind == "case.rated"]


async def test_what_is_over_is_rated_once_and_put_right(
    city: City, staff: cast.Cast, ended: Case
) -> None:
    assert "rate" in await build.may(city, staff.an, ended.code)
    await act(city, staff.an, ended, "rate", score=2, reasons=["slow", "slow"])
    assert await said(city, staff.an, ended) == (2, ["slow"])
    await act(city, staff.an, ended, "rate", score=2, reasons=["slow"])
    await act(city, staff.an, ended, "rate", score=4, reasons=["quick"])
    assert await said(city, staff.an, ended) == (4, ["quick"])
    assert await told(city, staff.an, ended) == [
        {"score": 2, "reasons": ["slow"], "before": None},
        {"score": 4, "reasons": ["quick"], "before": {"score": 2, "reasons": ["slow"]}},
    ]


async def test_who_handled_it_finds_neither_the_rating_nor_that_there_is_one(
    city: City, staff: cast.Cast, ended: Case
) -> None:
    await act(city, staff.an, ended, "rate", score=1)
    control = await cast.officer(city, "rating-control", "Kiểm Soát", AGENCY, "control")
    for officer in (staff.reception, staff.handler, staff.leader, control, staff.elsewhere):
        assert await told(city, officer, ended) == []
        assert await said(city, officer, ended) is None
    # The platform counts it.
    assert len(await told(city, Viewer(person=SYSTEM, name=""), ended)) == 1


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/score"),
        ({"score": 0}, "/score"),
        ({"score": 5}, "/score"),
        ({"score": "4"}, "/score"),
        ({"score": 4, "reasons": ["slow"]}, "/reasons/0"),
        ({"score": 1, "reasons": ["rude", "nothing such"]}, "/reasons/1"),
        ({"score": 1, "words": "x"}, "/words"),
    ],
)
async def test_only_what_the_pack_offers_is_taken(
    city: City, staff: cast.Cast, ended: Case, body: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await act(city, staff.an, ended, "rate", **body)
    assert [fault.pointer for fault in refused.value.faults] == [pointer]
    assert await said(city, staff.an, ended) is None


async def test_nobody_rates_what_is_open_another_persons_or_over_for_long(
    city: City, staff: cast.Cast, ended: Case
) -> None:
    opened = await build.to_step(city, staff, staff.an, "an", "accepted")
    with pytest.raises(Conflict, match=r"case\.nothing_to_rate"):
        await act(city, staff.an, opened, "rate", score=4)
    for officer in (staff.handler, staff.leader):
        with pytest.raises(Conflict, match=r"case\.only_the_applicant"):
            await act(city, officer, ended, "rate", score=4)
    assert ended.closed_at
    last = ended.closed_at + timedelta(days=DAYS)
    with clock.at(last - timedelta(minutes=1)):
        await act(city, staff.an, ended, "rate", score=3)
    with clock.at(last + timedelta(minutes=1)):
        assert "rate" not in await build.may(city, staff.an, ended.code)
        with pytest.raises(Conflict, match=r"case\.nothing_to_rate"):
            await act(city, staff.an, ended, "rate", score=4)


async def test_what_was_taken_back_is_not_rated(city: City, staff: cast.Cast) -> None:
    case = await build.to_step(city, staff, staff.an, "an", "paid")
    await act(city, staff.an, case, "withdraw")
    assert "rate" not in await build.may(city, staff.an, case.code)


async def test_the_database_takes_no_rating_by_anybody_else(
    city: City, staff: cast.Cast, ended: Case
) -> None:
    for who in (staff.handler, staff.binh):
        for person in (who.person, ended.applicant_id):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with city.database.write(who.person) as db:
                    await db.execute(
                        "INSERT INTO cases.ratings (case_id, person_id, score, reasons, rated_at)"
                        " VALUES ($1, $2, 1, '{}', now())",
                        ended.id, person,
                    )  # fmt: skip


async def test_a_part_is_rated_with_its_lead(city: City, ended: Case) -> None:
    file = city[Ratings].file
    assert isinstance(file, RatingsFile)
    assert rated_until(file, ended) is not None
    assert rated_until(file, structs.replace(ended, lead_id=ended.id)) is None
