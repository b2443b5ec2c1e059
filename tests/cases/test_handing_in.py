"""What a counter does with a case that it took in: papers, fee, result; and nothing else."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from msgspec import structs

from motcua import documents, payments
from motcua.base.errors import Conflict, Invalid, NotFound
from motcua.base.ids import SYSTEM, DocumentId
from motcua.base.settings import Settings
from motcua.cases import actions, queries
from motcua.cases.actions import handing_in
from motcua.cases.model.case import Case
from motcua.cases.model.procedure import Joined
from motcua.cases.model.view import CaseView
from motcua.db import City
from motcua.identity import Viewer
from tests import cast
from tests.cases import build
from tests.cases.build import AGENCY, SAMPLE
from tests.cases.windows import (
    BRANCH,
    STUDENT,
    Windows,
    asked,
    gather,
    refused,
    take_in,
)
from tests.exchange.build import simulator


@pytest.fixture(scope="module")
def population(settings: Settings) -> Iterator[None]:
    with simulator(settings, "population"):
        yield


@pytest.fixture
async def windows(city: City, staff: cast.Cast) -> Windows:
    return await gather(city)


async def show(city: City, officer: Viewer, case: Case) -> CaseView:
    return await build.show(city, officer, case.code)


async def digitise(city: City, officer: Viewer, case: Case, **body: Any) -> None:
    async with city.database.write(officer.person) as db:
        await handing_in.digitise(db, officer, case.code, body)


async def take_fee(city: City, officer: Viewer, case: Case, **body: Any) -> Case:
    taken = await handing_in.take_fee(city, officer, case.code, {"method": "cash", **body})
    async with city.database.write(officer.person) as db:
        return await handing_in.write_fee_down(db, case.code, taken)


# What the counter sees and does


@pytest.mark.usefixtures("population")
async def test_the_counter_sees_its_case_and_only_hands_the_result_over(
    city: City, staff: cast.Cast, windows: Windows
) -> None:
    build.keys(city, AGENCY)
    case = await take_in(city, windows.taker, asked(city, "an"))
    with pytest.raises(NotFound):
        await build.show(city, staff.elsewhere, case.code)
    assert await build.may(city, windows.colleague, case.code) == {
        "take_fee", "withdraw_at_counter",
    }  # fmt: skip
    await take_fee(city, windows.colleague, case)
    assert await build.may(city, windows.taker, case.code) == {"withdraw_at_counter"}
    for action in ("accept", "refuse", "message", "withdraw"):
        found = await build.refusal(city, windows.taker, case, action, text="x")
        assert found.facts["actions"] == []
    case = await build.act(city, staff.reception, case, "accept")
    await build.answer(city, case, staff.handler, "identity", build.particulars(city, "an"))
    await build.act(city, staff.handler, case, "propose", outcome="granted")
    await build.act(city, staff.leader, case, "approve")
    await build.act(city, staff.leader, case, "sign")
    await build.refusal(city, windows.taker, case, "release")
    await build.act(city, staff.reception, case, "release")
    assert await build.may(city, windows.back_office, case.code) == set()
    assert await build.may(city, windows.colleague, case.code) == {"deliver"}
    done = await build.act(city, windows.colleague, case, "deliver")
    assert (done.status, done.step) == (10, "end")
    assert (await build.show(city, staff.an, case.code)).result is not None
    async with city.database.read(staff.an.person) as db:
        [paper, *_] = await documents.vault(db)
        assert paper.document == (await documents.of_case(db, case.id))[0].document


@pytest.mark.usefixtures("population")
async def test_who_leaves_the_counter_sees_its_cases_no_more(
    city: City, staff: cast.Cast, windows: Windows
) -> None:
    leaver = await cast.officer(city, str(uuid4()), "Tạ Sắp Nghỉ", BRANCH, "reception")
    case = await take_in(city, leaver, asked(city, "an"))
    async with city.database.write(SYSTEM) as db:
        await db.execute(
            "UPDATE agencies.posts SET to_date = current_date WHERE person_id = $1", leaver.person
        )
    with pytest.raises(NotFound):
        await build.show(city, leaver, case.code)


@pytest.mark.usefixtures("population")
async def test_a_joined_case_comes_over_the_same_counter(
    city: City, staff: cast.Cast, windows: Windows
) -> None:
    shelf = city[actions.Procedures]
    known = shelf.by_code(SAMPLE)
    answers = {name: f"answers.{name}" for name in build.example(city)}
    joined = Joined(procedure=SAMPLE, answers=answers)
    shelf.today[SAMPLE] = actions.InForce(
        structs.replace(known.procedure, joined=(joined,)), known.version
    )
    lead = await take_in(city, windows.taker, asked(city, "an"))
    await actions.open_joined(city, lead.id, "accepted")
    async with city.database.read(SYSTEM) as db:
        [part] = await queries.joined_of(db, [lead.id])
        case = await queries.case_by_code(db, part.code)
    assert case
    assert (case.counter_code, case.channel, case.delivery) == (BRANCH, "counter", "counter")
    assert case.asked_by == case.applicant_id == staff.an.person


# Papers


@pytest.mark.usefixtures("population")
async def test_a_scan_is_the_applicants_and_the_agency_reads_it(
    city: City, staff: cast.Cast, windows: Windows
) -> None:
    scan = await build.upload(city, windows.taker)
    card = actions.Attached("student_card", scan, "original", 1)
    case = await take_in(city, windows.taker, asked(city, "an", answers=STUDENT, documents=[card]))
    [seen] = (await show(city, windows.colleague, case)).documents
    assert seen.on_paper
    assert (seen.code, seen.on_paper.kind, seen.on_paper.digitised) == (str(scan), "original", 1)
    for reader in (staff.an, staff.handler, windows.colleague):
        assert await build.bytes_of(city, reader, str(scan))
    with pytest.raises(NotFound):
        await build.bytes_of(city, staff.elsewhere, str(scan))
    async with city.database.read(staff.an.person) as db:
        assert [file.owner for file in await documents.describe(db, [scan])] == [staff.an.person]


@pytest.mark.usefixtures("population")
async def test_a_paper_is_digitised_later_and_an_original_goes_back(
    city: City, staff: cast.Cast, windows: Windows
) -> None:
    card = actions.Attached("student_card", kind="original", pages=1)
    case = await take_in(city, windows.taker, asked(city, "an", answers=STUDENT, documents=[card]))
    [seen] = (await show(city, windows.taker, case)).documents
    assert seen.on_paper
    assert (seen.code, seen.on_paper.digitised) == (None, 0)
    assert "digitise" in await build.may(city, windows.taker, case.code)
    assert "digitise" in await build.may(city, staff.reception, case.code)
    scan = await build.upload(city, windows.colleague)
    await digitise(city, windows.colleague, case, requirement="student_card", id=str(scan))
    await digitise(city, windows.taker, case, requirement="student_card", returned=True)
    [seen] = (await build.show(city, staff.an, case.code)).documents
    assert seen.on_paper
    assert (seen.code, seen.on_paper.digitised) == (str(scan), 1)
    assert seen.on_paper.returned_at is not None
    assert "digitise" not in await build.may(city, windows.taker, case.code)
    kinds = [event.kind for event in await build.history(city, staff.an, case.code)]
    assert kinds[-2:] == ["case.document_digitised", "case.original_returned"]
    more = await build.upload(city, windows.taker)
    for body, reason in (
        ({"id": str(more)}, "case.digitised_already"),
        ({"returned": True}, "case.nothing_to_return"),
    ):
        with pytest.raises(Conflict) as no:
            await digitise(city, windows.taker, case, requirement="student_card", **body)
        assert no.value.reason == reason


@pytest.mark.usefixtures("population")
async def test_nobody_elses_file_becomes_a_paper_of_the_case(
    city: City, staff: cast.Cast, windows: Windows
) -> None:
    theirs = await build.upload(city, staff.hung)
    hers = await build.upload(city, windows.colleague)
    before = await build_count(city)
    for id in (theirs, hers, DocumentId(uuid4())):
        filing = asked(
            city, "an", answers=STUDENT, documents=[actions.Attached("student_card", id)]
        )
        found = await refused(city, windows.taker, filing)
        assert found == {"/documents/0": "case.not_their_document"}
    assert await build_count(city) == before
    claimed = actions.Attached("student_card", await build.upload(city, windows.taker), digitised=3)
    filing = asked(city, "an", answers=STUDENT, documents=[claimed])
    assert await refused(city, windows.taker, filing) == {"/documents/0": "case.not_their_document"}


async def build_count(city: City) -> int:
    async with city.database.read(SYSTEM) as db:
        return int((await db.fetch_row("SELECT count(*) FROM cases.cases"))[0])


@pytest.mark.usefixtures("population")
async def test_what_the_city_has_already_is_used_again(
    city: City, staff: cast.Cast, windows: Windows
) -> None:
    scan = await build.upload(city, windows.taker)
    card = actions.Attached("student_card", scan, "copy")
    await take_in(city, windows.taker, asked(city, "an", answers=STUDENT, documents=[card]))
    again = structs.replace(card, kind=None, digitised=2)
    case = await take_in(
        city, windows.colleague, asked(city, "an", answers=STUDENT, documents=[again])
    )
    [seen] = (await show(city, windows.taker, case)).documents
    assert seen.on_paper
    assert (seen.code, seen.on_paper.kind, seen.on_paper.digitised) == (str(scan), None, 2)
    other = asked(
        city, "cuong", answers=STUDENT, documents=[structs.replace(again, digitised=None)]
    )
    assert await refused(city, windows.taker, other) == {"/documents/0": "case.not_their_document"}


# The fee


@pytest.mark.usefixtures("population")
async def test_cash_settles_the_fee_and_the_books_say_who_has_it(
    city: City, staff: cast.Cast, windows: Windows
) -> None:
    case = await take_in(city, windows.taker, asked(city, "an"))
    assert (case.money, case.fee_amount) == ("open", 500)
    held = await _held(city)
    after = await take_fee(city, windows.taker, case, slip="01/BLP AA-26 0000123")
    assert after.money == "settled"
    again = await take_fee(city, windows.taker, case)
    assert again.money == "settled"
    with pytest.raises(Conflict) as no:
        await take_fee(city, windows.colleague, case)
    assert no.value.reason == "payment.already_settled"
    gained = {code: amount - held.get(code, 0) for code, amount in (await _held(city)).items()}
    assert {code: sum for code, sum in gained.items() if sum} == {
        f"cash:{BRANCH}:XTS": 500, f"revenue:{AGENCY}:XTS": -500,
    }  # fmt: skip
    async with city.database.read(SYSTEM) as db:
        assert await payments.ledger_faults(db) == []
    told = [e for e in await build.history(city, staff.an, case.code) if e.kind == "case.fee_taken"]
    assert [(one.by, one.facts["amount"]) for one in told] == [("Đỗ Thị Quầy", 500)]
    async with city.database.read(staff.an.person) as db:
        mine = await payments.taken_for(db, case.id)
    assert mine
    assert mine.slip == "01/BLP AA-26 0000123"


@pytest.mark.usefixtures("population")
async def test_receipts_of_a_counter_have_no_gaps(
    city: City, staff: cast.Cast, windows: Windows
) -> None:
    numbers = []
    for _ in range(3):
        case = await take_in(city, windows.taker, asked(city, "an"))
        taken = await handing_in.take_fee(city, windows.taker, case.code, {"method": "transfer"})
        numbers.append(taken.number)
    assert numbers == list(range(numbers[0], numbers[0] + 3))


@pytest.mark.usefixtures("population")
async def test_only_who_receives_there_takes_money(
    city: City, staff: cast.Cast, windows: Windows
) -> None:
    case = await take_in(city, windows.taker, asked(city, "an"))
    for officer in (windows.back_office, staff.handler):
        with pytest.raises(Conflict) as no:
            await take_fee(city, officer, case)
        assert no.value.reason == "case.not_your_role"
    for stranger in (staff.elsewhere, staff.binh):
        with pytest.raises(NotFound):
            await take_fee(city, stranger, case)
    with pytest.raises(Conflict):
        await take_fee(city, staff.an, case)
    for body in ({"method": "gold"}, {"method": "cash", "amount": 1}, {"slip": "x" * 101}):
        with pytest.raises(Invalid):
            await handing_in.take_fee(city, windows.taker, case.code, body)
    # What was filed from home is paid for at the counter of the agency that decides.
    online = await build.file(city, staff.an)
    paid = await take_fee(city, staff.reception, online)
    assert paid.money == "settled"


async def _held(city: City) -> dict[str, int]:
    async with city.database.read(SYSTEM) as db:
        return {one.account: one.amount for one in await payments.balances(db)}
