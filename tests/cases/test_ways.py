"""What a case costs by its way in, which registers it needs, and whose paper it becomes."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from msgspec import structs

from motcua.cases import actions, keep_procedures, queries
from motcua.cases.actions import counter, issuing
from motcua.cases.model.case import Case
from motcua.cases.model.procedure import FeeLine, Holder, Procedure
from motcua.cases.rules.expressions import Facts
from motcua.cases.rules.fees import fee, is_assessed
from motcua.db import City
from tests import cast
from tests.cases import build, small
from tests.cases.build import AGENCY, SAMPLE
from tests.cases.catalogue import TABLE, procedure, reading
from tests.cases.windows import FOREIGNER, Windows, asked, gather

FREE_ONLINE, BY_WAY, SOMETIMES, CHILDS = (f"9.00020{n}" for n in range(1, 5))
"""Free on line; stated by an officer at the counter; a register that is asked of students only; a
paper that speaks of somebody else."""


@pytest.fixture
async def offered(city: City, staff: cast.Cast) -> AsyncIterator[City]:
    shelf = city[actions.Procedures]
    sample = shelf.of_pack[SAMPLE].procedure
    [identity] = sample.findings
    said = {"person": "{'name': 'x'}"}
    plain: dict[str, Any] = {
        "fee": (), "documents": (), "findings": (),
        "results": (structs.replace(sample.results[0], data=said),),
    }  # fmt: skip

    def line(rule: str, when: str, amount: str) -> FeeLine:
        return structs.replace(sample.fee[0], rule=rule, when=when, amount=amount)

    def made(code: str, **given: Any) -> Procedure:
        return structs.replace(sample, code=code, **{**plain, **given})

    free = (line("free", "channel == 'online'", "0"), line("paper", "channel != 'online'", "300"))
    only_students = structs.replace(identity, when="answers.fee_class == 'student'")
    holder = Holder(
        number="'079200000001'", name="'Nguyễn Minh ' + answers.purpose", birth_date="'2026-06-20'"
    )
    offered = [
        made(FREE_ONLINE, fee=free),
        made(BY_WAY, fee=free[:1], fee_assessed="channel == 'counter'"),
        made(SOMETIMES, findings=(only_students,)),
        made(CHILDS, results=(structs.replace(plain["results"][0], holder=holder),)),
    ]
    shelf.of_pack |= {p.code: actions.InForce(p) for p in offered}
    shelf.offer(())
    await keep_procedures(city)
    yield city
    await small.close_all(city, (FREE_ONLINE, BY_WAY, SOMETIMES, CHILDS))


@pytest.fixture
async def windows(city: City, staff: cast.Cast) -> Windows:
    return await gather(city)


async def over_counter(city: City, windows: Windows, code: str, channel: str) -> Case:
    """Of whom no register knows, so that none has to run."""
    filing = asked(city, FOREIGNER, procedure=code, channel=channel)
    ready = await counter.prepare(city, windows.taker, filing)
    async with city.database.write(windows.taker.person) as db:
        return (await counter.take_in(db, windows.taker, ready, "vi")).case


@pytest.fixture
def registers_down(monkeypatch: pytest.MonkeyPatch) -> None:
    async def nobody(*_: Any) -> None:
        return None

    monkeypatch.setattr("motcua.cases.actions.applicants._look", nobody)


@pytest.mark.usefixtures("registers_down")
async def test_the_fee_hangs_on_how_the_case_comes_in(
    offered: City, staff: cast.Cast, windows: Windows
) -> None:
    online = await build.file(offered, staff.an, build.filing(offered, FREE_ONLINE, agency=AGENCY))
    assert (online.fee_amount, online.money) == (0, "none")
    for channel in ("counter", "post"):
        case = await over_counter(offered, windows, FREE_ONLINE, channel)
        assert (case.fee_amount, case.money) == (300, "open")
    online = await build.file(offered, staff.an, build.filing(offered, BY_WAY, agency=AGENCY))
    assert (online.fee["total"], online.money) == (0, "none")
    stated = await over_counter(offered, windows, BY_WAY, "counter")
    assert (stated.fee["total"], stated.money) == (None, "unknown")


def facts(channel: str) -> Facts:
    return Facts({"answers": {}, "channel": channel})


def costs(cells: dict[str, str]) -> dict[str, int | None]:
    """By way; None: an officer states it."""
    lines = "".join(f"{way}5 Ngày làm việc{cell}" for way, cell in cells.items())
    made = procedure(reading(cach_thuc_thuc_hien=f"{TABLE}{lines}"))
    return {
        way: None if is_assessed(made, facts(way)) else fee(made.fee, facts(way)).total
        for way in ("online", "counter", "post")
    }


ONLINE, COUNTER, POST = "Trực tuyến", "Trực tiếp", "Dịch vụ bưu chính"
SUM, OTHER_SUM = "50,000 Việt Nam Đồng", "100,000 Việt Nam Đồng(100.000 đồng/giấy.)"
UNCLEAR = "Miễn phí(Phí thẩm định)"


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({ONLINE: SUM, COUNTER: SUM, POST: SUM}, (50_000, 50_000, 50_000)),
        ({ONLINE: SUM, COUNTER: OTHER_SUM, POST: SUM}, (50_000, 100_000, 50_000)),
        ({ONLINE: "Miễn phí", COUNTER: SUM}, (0, 50_000, 0)),
        ({ONLINE: SUM, COUNTER: UNCLEAR}, (50_000, None, 50_000)),
        ({ONLINE: UNCLEAR, COUNTER: SUM}, (None, None, None)),
        ({COUNTER: SUM}, (50_000, 50_000, 50_000)),
    ],
)
def test_the_catalogue_s_fees_differ_by_the_way_to_file(
    cells: dict[str, str], expected: tuple[int | None, ...]
) -> None:
    assert tuple(costs(cells).values()) == expected


def test_a_sum_in_another_money_keeps_its_currency() -> None:
    cell = "100 USD(100 USD/thẻ.)"
    made = procedure(reading(cach_thuc_thuc_hien=f"{TABLE}Trực tuyến5 Ngày làm việc{cell}"))
    [published] = made.channels[0].fees
    assert (published.kind, published.amount, published.currency) == ("amount", 100, "USD")
    assert made.fee_assessed is True, "it is not reckoned as one of ours"


# Registers


async def test_a_register_is_asked_only_of_the_cases_that_need_it(
    offered: City, staff: cast.Cast
) -> None:
    city = offered
    for fee_class, waits in (("student", ["identity"]), ("ordinary", [])):
        request = build.filing(city, SOMETIMES, agency=AGENCY, fee_class=fee_class)
        case = await build.file(city, staff.an, request)
        await build.act(city, staff.reception, case, "accept")
        seen = await build.show(city, staff.handler, case.code)
        assert [one.finding for one in seen.waiting_for] == waits
        may = await build.may(city, staff.handler, case.code)
        assert ("propose" in may) == (not waits)
    case = await build.act(city, staff.handler, case, "propose", outcome="granted")
    await build.act(city, staff.leader, case, "approve")
    build.keys(city, case.agency_code)
    signed = await build.act(city, staff.leader, case, "sign")
    assert signed.business == "decided"


# Papers


async def test_a_paper_may_speak_of_somebody_else_than_who_asked(
    offered: City, staff: cast.Cast
) -> None:
    """Its owner has it in the vault; the number of whom it speaks of opens it for others."""
    city = offered
    case = await build.file(city, staff.an, build.filing(city, CHILDS, agency=AGENCY))
    await build.act(city, staff.reception, case, "accept")
    await build.act(city, staff.handler, case, "propose", outcome="granted")
    await build.act(city, staff.leader, case, "approve")
    async with city.database.write(staff.leader.person) as db:
        known = await actions.definition(db, case)
        proposal = await queries.last_proposal(db, case.id)
        assert proposal
        drafted = await issuing.draft(
            db, staff.leader, await actions.open_case(db, case.code), known, proposal
        )
    assert drafted.holder == {
        "number": "079200000001", "name": "Nguyễn Minh school", "birth_date": "2026-06-20",
    }  # fmt: skip
    build.keys(city, case.agency_code)
    await build.act(city, staff.leader, case, "sign")
    async with city.database.read(staff.an.person) as db:
        row = await db.fetch_row(
            "SELECT r.holder_id, f.owner_id FROM documents.results r"
            " JOIN documents.files f ON f.id = r.file_id WHERE r.case_id = $1", case.id,
        )  # fmt: skip
    assert tuple(row) == (None, staff.an.person)
