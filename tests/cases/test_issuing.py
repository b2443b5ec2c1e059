"""The certificate: what it says, that nothing leads to it without the register's word, that its
bytes prove themselves, and who may read it."""

import asyncio
from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import pytest

from motcua import documents
from motcua.base import clock
from motcua.base.errors import Conflict, NotFound, Refusal
from motcua.base.ids import SYSTEM, new_id
from motcua.cases import actions, queries
from motcua.cases.actions import issuing
from motcua.cases.model.case import Case, Proposal
from motcua.cases.rules.expressions import ExpressionError
from motcua.db import City
from motcua.identity import Viewer
from tests import cast
from tests.cases import build
from tests.cases.build import RECORD

SPENT = {"judgment": "45/2009/HSST", "spent": True, "offence": "Trộm cắp tài sản"}
UNSPENT = {"judgment": "112/2025/HS-ST", "spent": False, "offence": "Vi phạm giao thông"}
BAN = {
    "decision": "03/2025/QĐ", "decided_on": "2025-10-19", "court": "Tòa án Mẫu",
    "position": "Giám đốc", "until": None,
}  # fmt: skip
RECORDED = {"number": "x", "convictions": [UNSPENT, SPENT], "bans_on_office": [BAN]}
NOTHING = None
GRANTED = Proposal(
    id=new_id(), proposed_by=SYSTEM, proposed_by_name="", outcome="granted", words="",
    proposed_at=datetime(2027, 1, 4, tzinfo=UTC), approved_by=None, approved_by_name=None,
    approved_at=None,
)  # fmt: skip


async def accepted(big: City, police: cast.Cast, who: Viewer, id: str, kind: int = 1,
                   ban: bool | None = False) -> Case:  # fmt: skip
    """A request for a certificate, with everything known but the convictions."""
    ban = ban if kind == 1 else None
    asked = build.filing(big, RECORD, certificate_type=kind, confirm_ban_on_office=ban)
    case = await build.file(big, who, asked)
    await build.pay(big, case)
    await build.answer(big, case, police.reception, "identity", build.particulars(big, id))
    await build.answer(big, case, police.reception, "family", {"relations": []})
    return await build.act(big, police.reception, case, "accept")


async def draft(big: City, police: cast.Cast, case: Case) -> dict[str, Any]:
    """What the certificate would say."""
    async with big.database.write(police.leader.person) as db:
        known = await actions.definition(db, case)
        return (await issuing.draft(db, police.leader, case, known, GRANTED)).facts


async def approved(
    big: City, police: cast.Cast, who: Viewer, id: str, found: dict[str, Any] | None, **more: Any
) -> Case:
    case = await accepted(big, police, who, id, **more)
    await build.answer(big, case, police.handler, "convictions", found)
    await build.act(big, police.handler, case, "propose", outcome="granted")
    return await build.act(big, police.leader, case, "approve")


async def papers(city: City, case: Case) -> list[documents.Issued]:
    async with city.database.read(SYSTEM) as db:
        return await documents.of_case(db, case.id)


# No certificate without the register's answer


async def test_no_order_of_acts_leads_to_a_certificate_without_the_registers_answer(
    big: City, police: cast.Cast
) -> None:
    case = await accepted(big, police, police.an, "an")
    acts = ("propose", "approve", "sign", "release")
    for order in permutations(acts):
        for action in order:
            body = {"outcome": "granted"} if action == "propose" else {}
            for officer in (police.reception, police.handler, police.leader, police.both):
                with pytest.raises(Conflict):
                    await build.act(big, officer, case, action, **body)
    assert await papers(big, case) == []
    async with big.database.read(SYSTEM) as db:
        kept = await actions.open_case(db, case.code)
    assert (kept.step, kept.status) == ("examine", 4)


async def test_not_even_rows_put_in_by_hand_make_a_certificate_without_the_answer(
    big: City, police: cast.Cast
) -> None:
    """A proposal, its approval and the step are there; the register's word is not."""
    case = await accepted(big, police, police.hung, "hung")
    proposal = new_id()
    handler, leader, now = police.handler, police.leader, clock.now()
    async with big.database.write(handler.person) as db:
        await queries.propose(
            db, proposal, case.id, handler.person, handler.name, "granted", "", now
        )
        await queries.move_case(
            db, case.id, "signing", "leader", 4, "in_hand", case.money, "nothing", "due", None,
            case.accepted_at, case.due_at, case.due_reasons, None,
        )  # fmt: skip
    async with big.database.write(leader.person) as db:
        await queries.approve(db, proposal, handler.person, leader.person, leader.name, now)
    with pytest.raises(Conflict) as refused:
        await build.act(big, leader, case, "sign")
    assert refused.value.reason == "case.finding_missing"
    async with big.database.write(leader.person) as db:
        with pytest.raises(Conflict):
            await actions.act(db, leader, case.code, "sign", {}, None)
    assert await papers(big, case) == []


async def test_the_paper_of_one_case_is_never_issued_for_another(
    big: City, police: cast.Cast
) -> None:
    clean = await approved(big, police, police.an, "an", NOTHING)
    convicted = await approved(big, police, police.hung, "hung", RECORDED)
    made = await actions.make_before(big, police.leader, clean.code, "sign")
    assert made is not None
    with pytest.raises(Conflict):
        async with big.database.write(police.leader.person) as db:
            await actions.act(db, police.leader, convicted.code, "sign", {}, made)
    assert await papers(big, convicted) == []


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"convictions": None, "bans_on_office": []},
        {"convictions": "none", "bans_on_office": []},
        {"convictions": [{"judgment": "1/2020"}], "bans_on_office": []},
        {"convictions": [{"judgment": "1/2020", "spent": None}], "bans_on_office": []},
    ],
)
async def test_an_answer_that_is_no_answer_is_never_a_clean_record(
    big: City, police: cast.Cast, answer: dict[str, Any]
) -> None:
    case = await approved(big, police, police.an, "an", answer)
    with pytest.raises((ExpressionError, Refusal)):
        await build.act(big, police.leader, case, "sign")
    assert await papers(big, case) == []


# What it says


@pytest.mark.parametrize(
    ("kind", "ban", "found", "judgments", "bans"),
    [
        (1, False, NOTHING, [], None),
        (1, False, RECORDED, [UNSPENT["judgment"]], None),
        (1, True, RECORDED, [UNSPENT["judgment"]], ["03/2025/QĐ"]),
        (1, True, NOTHING, [], []),
        (1, False, {**RECORDED, "convictions": [SPENT]}, [], None),
        (2, None, RECORDED, [UNSPENT["judgment"], SPENT["judgment"]], ["03/2025/QĐ"]),
        (2, None, NOTHING, [], []),
    ],
)
async def test_it_says_what_the_register_says_and_no_more(
    big: City,
    police: cast.Cast,
    kind: int,
    ban: bool | None,
    found: dict[str, Any] | None,
    judgments: list[str],
    bans: list[str] | None,
) -> None:
    """Law on criminal records, article 41: no. 1 shows convictions that are not spent, and a ban
    to those who ask; no. 2 shows all."""
    case = await accepted(big, police, police.hung, "hung", kind, ban)
    await build.answer(big, case, police.handler, "convictions", found)
    said = await draft(big, police, case)
    assert [one["judgment"] for one in said["convictions"]] == judgments
    told = said["ban_on_office"]
    assert (told if told is None else [one["decision"] for one in told]) == bans
    assert said["person"]["name"] == "Vũ Mạnh Hùng"


async def test_it_says_what_was_found_and_not_what_was_typed(big: City, police: cast.Cast) -> None:
    case = await accepted(big, police, police.an, "an")
    await build.answer(big, case, police.handler, "convictions", NOTHING)
    said = await draft(big, police, case)
    assert said["person"]["number"] == cast.number(big, "an")
    assert said["signer"]["name"] == police.leader.name
    assert said["case_code"] == case.code


# The paper


async def test_its_bytes_prove_themselves_and_no_others_do(big: City, police: cast.Cast) -> None:
    case = await approved(big, police, police.an, "an", NOTHING)
    case = await build.act(big, police.leader, case, "sign")
    assert case.status == 10
    shown = await build.show(big, police.an, case.code)
    assert shown.result is not None
    assert shown.result.number.endswith("/LLTP")
    reference = shown.result.verify.rpartition("/verify/")[2]
    paper = await build.bytes_of(big, police.an, shown.result.document)
    trust = documents.trust_anchors(big.settings)

    def judged(content: bytes) -> documents.Verdict:
        return documents.check(content, trust, clock.now())

    good = await asyncio.to_thread(judged, paper)
    assert (good.outcome, good.reference) == ("valid", reference)
    middle = len(paper) // 3
    changed = paper[:middle] + bytes([paper[middle] ^ 1]) + paper[middle + 1 :]
    assert (await asyncio.to_thread(judged, changed)).outcome == "invalid"
    assert (await asyncio.to_thread(judged, paper + b"\n%%EOF\n")).outcome == "invalid"
    record = await documents.record_of(big, reference)
    assert (record.status, record.number) == ("valid", shown.result.number)


async def test_a_second_try_gives_the_same_number_and_one_paper(
    big: City, police: cast.Cast
) -> None:
    case = await approved(big, police, police.an, "an", NOTHING)
    first = await actions.make_before(big, police.leader, case.code, "sign")
    second = await actions.make_before(big, police.leader, case.code, "sign")
    assert first is not None
    assert second is not None
    assert first.draft.reserved == second.draft.reserved

    async def sign(made: issuing.Made) -> Case:
        async with big.database.write(police.leader.person) as db:
            return await actions.act(db, police.leader, case.code, "sign", {}, made)

    ends = await asyncio.gather(sign(first), sign(second), return_exceptions=True)
    assert [type(end) for end in ends if not isinstance(end, Case)] == [Conflict]
    assert [one.number for one in await papers(big, case)] == [first.draft.reserved.number]


async def test_numbers_run_without_a_gap(big: City, police: cast.Cast) -> None:
    numbers = []
    for _ in range(2):
        case = await approved(big, police, police.an, "an", NOTHING)
        await build.act(big, police.leader, case, "sign")
        (paper,) = await papers(big, case)
        numbers.append(int(paper.number.partition("/")[0]))
    assert numbers[1] == numbers[0] + 1


# Who reads it


async def test_the_paper_is_its_owners_and_the_agencys(city: City, staff: cast.Cast) -> None:
    case = await build.to_step(city, staff, staff.an, "an", "signed")
    (paper,) = await papers(city, case)
    for who in (staff.an, staff.handler):
        assert (await build.bytes_of(city, who, str(paper.document))).startswith(b"%PDF")
    for who in (staff.hung, staff.lan, staff.elsewhere):
        with pytest.raises(NotFound):
            await build.bytes_of(city, who, str(paper.document))
    async with city.database.read(staff.an.person) as db:
        assert paper.reference in {one.reference for one in await documents.vault(db)}
    async with city.database.read(staff.hung.person) as db:
        assert paper.reference not in {one.reference for one in await documents.vault(db)}


async def test_a_firms_paper_is_the_firms_and_his_of_whom_it_speaks(
    city: City, staff: cast.Cast
) -> None:
    case = await build.to_step(city, staff, staff.firm, "an", "signed")
    (paper,) = await papers(city, case)
    for who in (staff.firm, staff.an):
        assert await build.bytes_of(city, who, str(paper.document))
    with pytest.raises(NotFound):
        await build.bytes_of(city, staff.lan, str(paper.document))
