"""Cases that belong together, agencies that had a case in hand, and bills that go with their case.
On a real database, with small procedures."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from asyncpg import InsufficientPrivilegeError

from motcua import payments
from motcua.base.errors import Conflict, NotFound
from motcua.base.ids import SYSTEM
from motcua.cases import actions
from motcua.cases.model.case import Case
from motcua.db import City
from motcua.identity import Viewer
from tests import cast
from tests.cases import build, small
from tests.cases.build import AGENCY, OTHER
from tests.cases.small import ASSESSED, LEAD, NORTH, PART, SEQUEL, UNSTATED

_ROLES = ("reception", "handler", "leader")


@pytest.fixture
async def offered(city: City, staff: cast.Cast) -> AsyncIterator[City]:
    await small.offer(city)
    yield city
    await small.close_all(city, (UNSTATED, ASSESSED, LEAD, PART, SEQUEL))


@pytest.fixture
async def north(city: City) -> Viewer:
    return await cast.officer(city, "family", "Người Phía Bắc", NORTH, *_ROLES)


async def joined(city: City, staff: cast.Cast) -> tuple[Case, dict[str, str]]:
    """A lead of An's, accepted, with its first part open; the codes of both."""
    lead = await build.file(city, staff.an, build.filing(city, LEAD, agency=AGENCY))
    await build.act(city, staff.reception, lead, "accept")
    await actions.open_joined(city, lead.id, "accepted")
    seen = await build.show(city, staff.an, lead.code)
    return lead, {one.procedure: one.code for one in seen.joined}


async def test_a_part_is_in_its_applicants_name_and_knows_its_family(
    offered: City, staff: cast.Cast
) -> None:
    city = offered
    lead, parts = await joined(city, staff)
    # Its second part opens on a yes; here it is opened to have a sibling.
    await actions.open_joined(city, lead.id, "signed")
    parts = {o.procedure: o.code for o in (await build.show(city, staff.an, lead.code)).joined}
    assert set(parts) == {PART, SEQUEL}
    for own, other in ((PART, SEQUEL), (SEQUEL, PART)):
        seen = await build.show(city, staff.an, parts[own])
        assert (seen.acted_by, seen.on_behalf_of) == ("Nguyễn Văn An", None)
        assert seen.subject == "Nguyễn Văn An"
        assert seen.lead
        assert (seen.lead.code, seen.lead.procedure) == (lead.code, LEAD)
        assert [one.code for one in seen.joined] == [parts[other]]
    top = await build.show(city, staff.an, lead.code)
    assert top.lead is None


async def test_officers_of_a_part_know_how_its_family_stands_and_open_none_of_it(
    offered: City, staff: cast.Cast
) -> None:
    lead, parts = await joined(offered, staff)
    seen = await build.show(offered, staff.elsewhere, parts[PART])
    assert seen.lead
    assert (seen.lead.code, seen.lead.agency.code) == (lead.code, AGENCY)
    with pytest.raises(NotFound):
        await build.show(offered, staff.elsewhere, lead.code)


# Who had it in hand


async def test_an_agency_reads_on_what_it_worked_on_and_changes_nothing(
    offered: City, staff: cast.Cast, north: Viewer
) -> None:
    """Another agency examines, decides and signs; then the case goes back to the first."""
    city = offered
    asked = build.filing(city, ASSESSED, agency=AGENCY, delivery="counter")
    case = await build.file(city, staff.an, asked)
    with pytest.raises(NotFound):
        await build.show(city, staff.elsewhere, case.code)
    case = await build.act(city, staff.reception, case, "accept")
    assert case.at_agency == OTHER
    second = await cast.officer(city, "second", "Người Thứ Hai", OTHER, "leader")
    await build.act(city, staff.elsewhere, case, "state_fee", amount=0, text="Không thu")
    [opinion] = (await build.show(city, north, case.code)).opinions
    given = {"opinion": opinion.id, "outcome": "agrees", "text": "Được"}
    await build.act(city, north, case, "give_opinion", **given)
    await build.act(city, staff.elsewhere, case, "propose", outcome="granted")
    await build.act(city, second, case, "approve")
    build.keys(city, OTHER)
    case = await build.act(city, second, case, "sign")
    assert case.at_agency == AGENCY
    seen = await build.show(city, staff.elsewhere, case.code)
    assert seen.status == 9
    assert seen.actions == []
    assert [e.kind for e in await build.history(city, staff.elsewhere, case.code)]
    for action in ("release", "propose", "message"):
        with pytest.raises((NotFound, Conflict)):
            await build.act(city, staff.elsewhere, case, action, text="x")
    before = await build.rows(city, case)
    async with city.database.write(staff.elsewhere.person) as db:
        await db.execute("UPDATE cases.cases SET step = 'intake' WHERE code = $1", case.code)
    assert await build.rows(city, case) == before
    stranger = await cast.officer(city, "third", "Người Thứ Ba", "SM.3", *_ROLES)
    with pytest.raises(NotFound):
        await build.show(city, stranger, case.code)


async def test_whoever_sent_a_case_to_its_right_door_does_not_see_it_any_more(
    offered: City, staff: cast.Cast, north: Viewer
) -> None:
    case = await build.file(offered, staff.an, build.filing(offered, UNSTATED, agency=AGENCY))
    await build.act(offered, staff.reception, case, "transfer", agency=NORTH, text="Nhầm nơi")
    assert (await build.show(offered, north, case.code)).agency.code == NORTH
    with pytest.raises(NotFound):
        await build.show(offered, staff.reception, case.code)


# To whom it is owed


async def owed_to(city: City, case: Case) -> str:
    async with city.database.read(SYSTEM) as db:
        row = await db.fetch_row(
            "SELECT t.credit FROM payments.receipts p JOIN payments.transfers t"
            " ON t.id = p.transfer_id JOIN payments.requests r ON r.id = p.request_id"
            " WHERE r.thing_id = $1", case.id,
        )  # fmt: skip
        assert await payments.ledger_faults(db) == []
    return str(row[0]).split(":")[1]


async def test_an_open_bill_goes_with_the_case_and_a_paid_one_stays(
    offered: City, staff: cast.Cast, north: Viewer
) -> None:
    city = offered
    for is_paid_before, creditor in ((False, NORTH), (True, AGENCY)):
        case = await build.file(city, staff.an, build.filing(city, UNSTATED, agency=AGENCY))
        if is_paid_before:
            await build.pay(city, case)
        await build.act(city, staff.reception, case, "transfer", agency=NORTH, text="Nhầm nơi")
        if not is_paid_before:
            await build.pay(city, case)
        assert await owed_to(city, case) == creditor
        assert (await build.show(city, north, case.code)).payment.state == "settled"


async def test_a_bill_that_went_there_and_back_is_owed_where_it_is(
    offered: City, staff: cast.Cast, north: Viewer
) -> None:
    case = await build.file(offered, staff.an, build.filing(offered, UNSTATED, agency=AGENCY))
    await build.act(offered, staff.reception, case, "transfer", agency=NORTH, text="Sang bên kia")
    await build.act(offered, north, case, "transfer", agency=AGENCY, text="Trả lại")
    await build.pay(offered, case)
    assert await owed_to(offered, case) == AGENCY


async def test_nobody_takes_a_bill_for_their_own_agency(
    offered: City, staff: cast.Cast, north: Viewer
) -> None:
    case = await build.file(offered, staff.an, build.filing(offered, UNSTATED, agency=AGENCY))
    await build.pay(offered, case)
    take: Any = (
        "INSERT INTO payments.creditors (thing_id, agency_code, made_by, at)"
        " VALUES ($1, 'SM.N', $2, now())"
    )
    for officer in (north, staff.reception):  # a stranger to it, and after it was paid
        with pytest.raises(InsufficientPrivilegeError):
            async with offered.database.write(officer.person) as db:
                await db.execute(take, case.id, officer.person)
