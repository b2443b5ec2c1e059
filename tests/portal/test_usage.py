"""The data tracker's API: what it tells, to whom, and what the law hides for a while."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from httpx import AsyncClient, Response

from motcua import exchange
from motcua.base import clock
from motcua.base.ids import SYSTEM, PersonId, new_id
from motcua.cases import actions, keep_procedures
from motcua.cases.actions import looking
from motcua.cases.model.case import Case
from motcua.db import City
from motcua.exchange import Registers, queries
from motcua.identity import Viewer
from motcua.portal import api
from tests import cast
from tests.cases import build
from tests.cases.build import AGENCY, OTHER
from tests.cases.visit import Enter, visitors

LATER = datetime(2099, 1, 1, tzinfo=UTC)
FIELDS = {"logtime", "action", "receiverCode", "receiverSystem", "receiverName"}


@pytest.fixture
async def enter(city: City) -> AsyncIterator[Enter]:
    await keep_procedures(city)
    async with visitors(city, api.routes) as found:
        yield found


@pytest.fixture
async def staff(city: City) -> cast.Cast:
    return await cast.gather(city, AGENCY, OTHER)


async def controller(city: City, agency: str = AGENCY, *more: str) -> Viewer:
    return await cast.officer(city, f"control-{uuid4()}", "Kiểm soát", agency, "control", *more)


class Person:
    """Nobody's looks but those of one test; known to the city by their number."""

    def __init__(self, city: City) -> None:
        self.city, self.number = city, uuid4().hex[:12]
        self.viewer = Viewer(person=PersonId(uuid4()), name="Bưởi", assurance=cast.LEVEL_2)

    async def meet(self) -> None:
        async with self.city.database.write(SYSTEM) as db:
            await exchange.claim_looks(db, self.viewer.person, self.number)

    async def file(self) -> Case:
        subject = actions.Subject(self.number, self.viewer.name, date(1990, 3, 12))
        return await build.file(self.city, self.viewer, build.filing(self.city), subject)

    async def asked_about(self, agency: str | None = AGENCY, why: str = "To try") -> None:
        """As `exchange.ask` writes it down, without a register."""
        whose, look = self.city[Registers].subject_hash(self.number), new_id()
        async with self.city.database.write(SYSTEM) as db:
            await queries.record_look(
                db, look, clock.now(), SYSTEM, whose, "population", "person", "Thử", why, "Luật",
                None, agency,
            )  # fmt: skip
            await queries.record_subject(db, None, whose, look)


@pytest.fixture
async def somebody(city: City) -> Person:
    made = Person(city)
    await made.meet()
    return made


async def usages(client: AsyncClient, **query: str | int) -> dict[str, Any]:
    answer = await client.get("/api/v1/usage/findUsage", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def order(client: AsyncClient, number: str, **changed: str) -> Response:
    body = {
        "number": number, "agency": AGENCY, "reason": "Điều tra", "legal_basis": "Luật mẫu",
        "until": "2099-01-01T00:00:00Z", **changed,
    }  # fmt: skip
    head = {"idempotency-key": uuid4().hex}
    return await client.post("/api/v1/usage/covertOrders", json=body, headers=head)


async def test_a_usage_says_when_why_and_for_whom_and_nothing_of_the_data(
    city: City, enter: Enter, somebody: Person, staff: cast.Cast
) -> None:
    case = await somebody.file()
    await somebody.asked_about(why="To check who you are")
    await somebody.asked_about(agency=None, why="To fill in your form")
    async with city.database.write(staff.handler.person) as db:
        await looking.note_look(db, staff.handler, await actions.open_case(db, case.code))
    told = await usages(enter(somebody.viewer))
    assert told.keys() == {"totalUsages", "usages"}
    assert told["totalUsages"] == 3
    assert all(one.keys() == FIELDS for one in told["usages"])
    by_action = {one["action"]: one for one in told["usages"]}
    platform = city.pack.info.name.en
    assert {one["receiverSystem"] for one in told["usages"]} == {platform}
    office = by_action["To follow a request that the agency has in hand"]
    assert (office["receiverCode"], office["receiverName"]) == (AGENCY, "Residents' Office")
    assert by_action["To check who you are"]["receiverCode"] == AGENCY
    own = by_action["To fill in your form"]
    assert (own["receiverCode"], own["receiverName"]) == (city.pack.info.level1, platform)
    for private in (somebody.number, somebody.viewer.name, case.code):
        assert private not in str(told)


async def test_usages_are_paged_newest_first_and_counted_whole(
    enter: Enter, somebody: Person
) -> None:
    began = clock.now() - timedelta(days=2)
    for number in range(7):
        with clock.at(began + timedelta(hours=number)):
            await somebody.asked_about(why=f"Question {number}")
    client, seen = enter(somebody.viewer), []
    for offset in (0, 3, 6):
        page = await usages(client, limit=3, offset=offset)
        assert page["totalUsages"] == 7
        seen += [one["action"] for one in page["usages"]]
    assert seen == [f"Question {number}" for number in reversed(range(7))]
    assert await usages(client, offset=50) == {"totalUsages": 7, "usages": []}
    for query in ({"limit": 0}, {"limit": 10_001}, {"offset": -1}, {"periodStart": "soon"}):
        answer = await client.get("/api/v1/usage/findUsage", params=query)
        assert answer.status_code == 422, query


async def test_a_period_begins_with_its_first_moment_and_ends_before_its_last(
    city: City, enter: Enter, somebody: Person
) -> None:
    noon = datetime(2026, 5, 4, 3, tzinfo=UTC)  # 12:00 where the sample city lies
    for hour in (-1, 0, 1):
        with clock.at(noon + timedelta(hours=hour)):
            await somebody.asked_about(why=f"At {hour}")
    client = enter(somebody.viewer)
    both = {
        "periodStart": noon.isoformat(),
        "periodEnd": (noon + timedelta(minutes=59)).isoformat(),
    }
    assert [one["action"] for one in (await usages(client, **both))["usages"]] == ["At 0"]
    local = {"periodStart": "2026-05-04T12:00:00", "periodEnd": "2026-05-04T12:59:00"}
    assert await usages(client, **local) == await usages(client, **both)
    for wild in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"):
        answer = await client.get("/api/v1/usage/findUsage", params={"periodStart": wild})
        assert answer.status_code in (200, 422), answer.text


async def test_everybody_is_told_of_themselves_and_a_representative_of_the_firm(
    city: City, enter: Enter, somebody: Person, staff: cast.Cast
) -> None:
    await somebody.asked_about()
    stranger = Viewer(person=PersonId(uuid4()), name="Ai đó", assurance=cast.LEVEL_2)
    assert (await usages(enter(stranger)))["totalUsages"] == 0
    assert staff.firm.on_behalf_of
    number = cast.number(city, cast.FIRM)
    before = (await usages(enter(staff.firm), userCode=number))["totalUsages"]
    whose, look = city[Registers].subject_hash(number), new_id()
    async with city.database.write(SYSTEM) as db:
        await queries.record_look(
            db, look, clock.now(), SYSTEM, whose, "business", "company", "x", "x", "x", None, AGENCY
        )
        await queries.record_subject(db, staff.firm.on_behalf_of, whose, look)
    assert (await usages(enter(staff.firm), userCode=number))["totalUsages"] == before + 1
    refused = [
        await enter(staff.an).get("/api/v1/usage/findUsage", params={"userCode": code})
        for code in (number, "000000000000")
    ]
    assert [one.status_code for one in refused] == [404, 404]
    assert refused[0].json()["detail"] == refused[1].json()["detail"]
    mine = await usages(enter(staff.an), userCode=cast.number(city, "an"))
    assert mine == await usages(enter(staff.an))


async def test_a_look_at_a_number_finds_whoever_has_signed_in_with_it(
    enter: Enter, city: City
) -> None:
    late = Person(city)
    await late.asked_about(why="Before they came")
    assert (await usages(enter(late.viewer)))["totalUsages"] == 0
    await late.meet()
    await late.asked_about(why="After they came")
    told = [one["action"] for one in (await usages(enter(late.viewer)))["usages"]]
    assert told == ["After they came", "Before they came"]


async def test_period_and_heartbeat_are_told_to_everybody(enter: Enter) -> None:
    period = (await enter(None).get("/api/v1/usage/usagePeriod")).json()
    assert period.keys() == {"periodStart"}
    assert datetime.fromisoformat(period["periodStart"]) < clock.now()
    beat = (await enter(None).get("/api/v1/usage/heartbeat")).json()
    assert beat["status"] == "OK"
    assert (await enter(None).get("/api/v1/usage/findUsage")).status_code == 401


# What the law hides


async def test_a_hidden_look_leaves_no_trace_until_it_is_told(
    city: City, enter: Enter, somebody: Person, staff: cast.Cast
) -> None:
    case = await somebody.file()
    control = enter(await controller(city))
    made = await order(control, somebody.number)
    assert made.status_code == 201, made.text
    await somebody.asked_about(why="Hidden")
    await somebody.asked_about(agency=OTHER, why="Open")
    async with city.database.write(staff.handler.person) as db:
        await looking.note_look(db, staff.handler, await actions.open_case(db, case.code))
    client = enter(somebody.viewer)
    told = await usages(client)
    assert [one["action"] for one in told["usages"]] == ["Open"]
    assert told["totalUsages"] == 1
    async with city.database.read(somebody.viewer.person) as db:
        for table in ("exchange.looks", "exchange.look_subjects", "cases.looks"):
            found = await db.fetch(f"SELECT 1 FROM {table}")
            assert len(found) == (table != "cases.looks"), table
        assert await db.fetch("SELECT 1 FROM exchange.covert_orders") == []
    id = made.json()["id"]
    assert (await control.post(f"/api/v1/usage/covertOrders/{id}/end")).status_code == 204
    assert (await usages(client))["totalUsages"] == 3
    assert (await control.post(f"/api/v1/usage/covertOrders/{id}/end")).status_code == 404


async def test_an_order_that_has_ended_hides_nothing_any_more(
    city: City, enter: Enter, somebody: Person
) -> None:
    began = clock.now() - timedelta(days=10)
    with clock.at(began):
        until = (began + timedelta(days=3)).isoformat()
        assert (
            await order(enter(await controller(city)), somebody.number, until=until)
        ).status_code == 201
    for days in (1, 5):
        with clock.at(began + timedelta(days=days)):
            await somebody.asked_about(why=f"Day {days}")
    told = (await usages(enter(somebody.viewer)))["usages"]
    assert [one["action"] for one in told] == ["Day 5", "Day 1"]


async def test_only_who_controls_an_agency_and_works_on_nothing_there_hides_its_looks(
    city: City, enter: Enter, somebody: Person, staff: cast.Cast
) -> None:
    here, there = await controller(city), await controller(city, OTHER)
    both = await controller(city, AGENCY, "handler")
    for viewer in (staff.leader, staff.handler, there, both):
        assert (await order(enter(viewer), somebody.number)).status_code == 403, viewer.name
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with city.database.write(viewer.person) as db:
                await exchange.hide_looks(db, somebody.number, AGENCY, LATER, "x", "x")
    assert (await order(enter(somebody.viewer), somebody.number)).status_code in (303, 401, 403)
    past = await order(enter(here), somebody.number, until="2020-01-01T00:00:00Z")
    assert [one["pointer"] for one in past.json()["errors"]] == ["/until"]
    made = await order(enter(here), somebody.number)
    assert made.status_code == 201
    listed = (await enter(here).get("/api/v1/usage/covertOrders")).json()
    assert made.json()["id"] in [one["id"] for one in listed]
    assert somebody.number not in str(listed)
    assert (await enter(there).get("/api/v1/usage/covertOrders")).json() == []
    other = await enter(there).post(f"/api/v1/usage/covertOrders/{made.json()['id']}/end")
    assert other.status_code == 404


async def test_an_order_is_neither_changed_nor_taken_away(
    city: City, enter: Enter, somebody: Person
) -> None:
    control = await controller(city)
    await order(enter(control), somebody.number)
    for act in (
        "DELETE FROM exchange.covert_orders",
        "UPDATE exchange.covert_orders SET until = until + interval '1 year'",
        "UPDATE exchange.looks SET covert_id = NULL",
    ):
        for person in (control.person, SYSTEM):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with city.database.write(person) as db:
                    await db.execute(act)
