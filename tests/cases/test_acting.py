"""The route of a case, step by step: who may do what, one act at a time, and what history keeps."""

import asyncio
from datetime import datetime, timedelta

import asyncpg
import msgspec
import pytest

from motcua.base import clock
from motcua.base.errors import Conflict, Invalid
from motcua.base.ids import SYSTEM, CaseId, PersonId, new_id
from motcua.cases import actions, queries
from motcua.cases.actions import acting, findings
from motcua.cases.model.case import Case
from motcua.db import City, events
from motcua.exchange import Answer
from motcua.identity import Viewer
from tests import cast
from tests.cases import build
from tests.cases.build import AGENCY, POLICE, RECORD, refusal, told

# The route


async def test_each_step_is_open_to_one_role_and_to_nobody_else(
    city: City, staff: cast.Cast
) -> None:
    """The pack's route: intake, examination, decision, signing; a result for the vault needs
    nobody to hand it over."""
    case = await build.to_step(city, staff, staff.an, "an", "paid")
    everyone = (staff.an, staff.reception, staff.handler, staff.leader)

    async def table() -> list[set[str]]:
        return [await build.may(city, one, case.code) - {"message"} for one in everyone]

    assert await table() == [
        {"withdraw"}, {"accept", "refuse", "request_supplement", "transfer"}, set(), set(),
    ]  # fmt: skip
    await build.act(city, staff.reception, case, "accept")
    assert await table() == [
        {"withdraw"}, set(), {"assign", "request_supplement", "ask_opinion", "apologise"},
        {"assign", "apologise", "stop"},
    ]  # fmt: skip
    await build.answer(city, case, staff.handler, "identity", build.particulars(city, "an"))
    assert "propose" in (await table())[2]
    await build.act(city, staff.handler, case, "propose", outcome="granted")
    late = {"apologise"}
    assert await table() == [
        {"withdraw"}, set(), late, late | {"approve", "return_to_handler", "stop"},
    ]  # fmt: skip
    await build.act(city, staff.leader, case, "approve")
    assert await table() == [{"withdraw"}, set(), late, late | {"sign", "stop"}]
    build.keys(city, AGENCY)
    signed = await build.act(city, staff.leader, case, "sign")
    assert (signed.status, signed.step) == (10, "end")
    assert signed.closed_at is not None
    assert await table() == [{"rate"}, set(), set(), set()]


async def test_a_result_for_the_counter_is_released_and_handed_over(
    city: City, staff: cast.Cast
) -> None:
    asked = build.filing(city, delivery="counter")
    case = await build.to_step(city, staff, staff.an, "an", "signed", asked)
    assert (case.status, case.step, case.closed_at) == (9, "release", None)
    assert (await refusal(city, staff.leader, case, "release")).reason == "case.not_your_role"
    case = await build.act(city, staff.reception, case, "release")
    assert (case.status, case.step) == (9, "delivery")
    case = await build.act(city, staff.reception, case, "deliver")
    assert (case.status, case.step) == (10, "end")


async def test_a_case_is_accepted_after_the_fee_and_not_before(
    city: City, staff: cast.Cast
) -> None:
    case = await build.file(city, staff.an)
    assert (await refusal(city, staff.reception, case, "accept")).reason == "case.payment_open"
    await build.pay(city, case)
    assert (await build.act(city, staff.reception, case, "accept")).status == 4


async def test_the_answer_is_promised_on_acceptance(city: City, staff: cast.Cast) -> None:
    """Five working days; after 16:00 they count from the next working day; Friday and Saturday
    are off: Thursday 13 May 2027 at 16:30 counts from Sunday."""
    with clock.at(datetime.fromisoformat("2027-05-10T10:00:00+09:00")):
        case = await build.to_step(city, staff, staff.an, "an", "paid")
    with clock.at(datetime.fromisoformat("2027-05-13T16:30:00+09:00")):
        case = await build.act(city, staff.reception, case, "accept")
    assert case.accepted_at is not None
    assert case.due_at is not None
    assert case.due_at.astimezone(case.accepted_at.tzinfo) > case.accepted_at + timedelta(days=5)
    shown = await build.show(city, staff.an, case.code, "en")
    assert shown.due_at is not None
    assert shown.due_at.isoformat() > "2027-05-20"
    assert shown.due_reasons
    assert all("%(" not in reason and reason for reason in shown.due_reasons)


async def test_nothing_is_proposed_before_the_register_has_answered(
    city: City, staff: cast.Cast
) -> None:
    case = await build.to_step(city, staff, staff.an, "an", "accepted")
    refused = await refusal(city, staff.handler, case, "propose", outcome="granted")
    assert refused.reason == "case.finding_missing"
    refused = await refusal(city, staff.handler, case, "propose", outcome="refused", text="Không")
    assert refused.reason == "case.finding_missing"
    assert [one.finding for one in told(refused, "waiting_for")] == ["identity"]
    shown = await build.show(city, staff.handler, case.code)
    assert [(w.finding, w.register, w.before) for w in shown.waiting_for] == [
        ("identity", "population", "propose")
    ]


async def test_no_register_is_asked_for_an_act_that_is_not_due(
    city: City, staff: cast.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    async def ask(_: City, __: CaseId, asker: PersonId, ___: tuple[str, ...]) -> None:
        asked.append(asker)

    monkeypatch.setattr(acting, "ask_registers", ask)
    case = await build.to_step(city, staff, staff.an, "an", "paid")

    async def tries_to_propose(officer: Viewer) -> None:
        with pytest.raises(Conflict):
            await actions.with_answers(
                city, officer, case.code, "propose",
                lambda: build.act(city, officer, case, "propose", outcome="granted"),
            )  # fmt: skip

    for officer in (staff.reception, staff.handler, staff.leader):
        await tries_to_propose(officer)
    await build.act(city, staff.reception, case, "accept")
    for officer in (staff.reception, staff.leader):
        await tries_to_propose(officer)
    assert asked == []
    await tries_to_propose(staff.handler)
    assert asked == [staff.handler.person]


async def test_the_police_accept_nobody_whom_the_register_does_not_know(
    big: City, police: cast.Cast
) -> None:
    """`must_find`: "nothing" holds the case back like no answer."""
    case = await build.file(big, police.an, build.filing(big, RECORD))
    await build.pay(big, case)
    assert (await refusal(big, police.reception, case, "accept")).reason == "case.finding_missing"
    await build.answer(big, case, police.reception, "identity", None)
    assert (await refusal(big, police.reception, case, "accept")).reason == "case.finding_missing"


async def test_a_refusal_needs_words_and_is_signed_without_a_paper(
    city: City, staff: cast.Cast
) -> None:
    case = await build.to_step(city, staff, staff.an, "an", "answered")
    with pytest.raises(Invalid) as refused:
        await build.act(city, staff.handler, case, "propose", outcome="refused")
    assert [(f.pointer, f.reason) for f in refused.value.faults] == [("/text", "form.required")]
    words = "Bạn không sống ở đây."
    await build.act(city, staff.handler, case, "propose", outcome="refused", text=words)
    await build.act(city, staff.leader, case, "approve")
    case = await build.act(city, staff.leader, case, "sign")
    assert (case.status, case.step) == (8, "end")
    shown = await build.show(city, staff.an, case.code)
    assert shown.result is None
    last = (await build.history(city, staff.an, case.code))[-1]
    assert (last.kind, last.facts["text"]) == ("case.refusal_signed", words)


async def test_returned_to_the_handler_it_is_proposed_again(city: City, staff: cast.Cast) -> None:
    case = await build.to_step(city, staff, staff.an, "an", "proposed")
    case = await build.act(city, staff.leader, case, "return_to_handler", text="Xem lại")
    assert case.step == "examine"
    case = await build.act(city, staff.handler, case, "propose", outcome="granted")
    assert case.step == "decide"


async def test_at_intake_it_is_turned_away_and_nothing_more_is_asked_for(
    city: City, staff: cast.Cast
) -> None:
    case = await build.file(city, staff.an)
    case = await build.act(city, staff.reception, case, "refuse", reason="Sai nơi nhận")
    assert (case.status, case.step) == (3, "end")
    assert (await build.show(city, staff.an, case.code)).payment.state == "cancelled"


async def test_who_withdraws_pays_nothing_any_more(city: City, staff: cast.Cast) -> None:
    case = await build.file(city, staff.an)
    case = await build.act(city, staff.an, case, "withdraw")
    assert (case.status, case.step) == (7, "end")
    shown = await build.show(city, staff.an, case.code)
    assert (shown.payment.state, shown.actions) == ("cancelled", [
        a for a in shown.actions if a.action == "message"
    ])  # fmt: skip
    for who, action in ((staff.reception, "accept"), (staff.an, "pay"), (staff.an, "withdraw")):
        assert (await refusal(city, who, case, action)).reason == "case.closed"


# Four eyes


async def test_nobody_approves_or_signs_their_own_proposal(city: City, staff: cast.Cast) -> None:
    case = await build.to_step(city, staff, staff.an, "an", "answered")
    await build.act(city, staff.both, case, "propose", outcome="granted")
    assert not {"approve", "sign"} & await build.may(city, staff.both, case.code)
    assert (await refusal(city, staff.both, case, "approve")).reason == "case.own_proposal"
    await build.act(city, staff.leader, case, "approve")
    assert (await refusal(city, staff.both, case, "sign")).reason == "case.own_proposal"
    build.keys(city, AGENCY)
    assert (await build.act(city, staff.leader, case, "sign")).status == 10


async def test_the_database_itself_refuses_two_eyes(city: City, staff: cast.Cast) -> None:
    case = await build.to_step(city, staff, staff.an, "an", "proposed")
    handler = staff.handler.person
    async with city.database.read(handler) as db:
        (proposal,) = await db.fetch_row(
            "SELECT id FROM cases.proposals WHERE case_id = $1", case.id
        )
    put = "INSERT INTO cases.approvals VALUES ($1, $2, $3, 'x', now())"
    with pytest.raises(asyncpg.CheckViolationError):
        async with city.database.write(handler) as db:
            await db.execute(put, proposal, handler, handler)
    # Nor by naming another proposer than the real one, nor in another's name.
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        async with city.database.write(handler) as db:
            await db.execute(put, proposal, staff.leader.person, handler)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with city.database.write(handler) as db:
            await db.execute(put, proposal, handler, staff.leader.person)


async def test_the_database_lets_nobody_propose_or_approve_in_a_case_of_others(
    city: City, staff: cast.Cast
) -> None:
    case = await build.to_step(city, staff, staff.an, "an", "proposed")
    async with city.database.read(staff.handler.person) as db:
        proposal, proposer = await db.fetch_row(
            "SELECT id, proposed_by FROM cases.proposals WHERE case_id = $1", case.id
        )
    for who in (staff.an.person, staff.hung.person, staff.elsewhere.person):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with city.database.write(who) as db:
                await db.execute(
                    "INSERT INTO cases.proposals VALUES ($1, $2, $3, 'x', 'granted', '', now())",
                    new_id(), case.id, who,
                )  # fmt: skip
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with city.database.write(who) as db:
                await db.execute(
                    "INSERT INTO cases.approvals VALUES ($1, $2, $3, 'x', now())",
                    proposal, proposer, who,
                )  # fmt: skip


async def test_a_paper_is_not_signed_once_the_decision_has_changed(
    city: City, staff: cast.Cast
) -> None:
    """It is set and signed outside the transaction; meanwhile others act."""
    build.keys(city, AGENCY)
    case = await build.to_step(city, staff, staff.an, "an", "approved")
    made = await actions.make_before(city, staff.leader, case.code, "sign")
    assert made is not None
    proposal, handler = new_id(), staff.handler.person
    async with city.database.write(handler) as db:
        await db.execute(
            "INSERT INTO cases.proposals VALUES ($1, $2, $3, 'x', 'refused', 'Không', $4)",
            proposal, case.id, handler, clock.now(),
        )  # fmt: skip
    async with city.database.write(staff.leader.person) as db:
        await queries.approve(db, proposal, handler, staff.leader.person, "x", clock.now())
    with pytest.raises(Conflict):
        async with city.database.write(staff.leader.person) as db:
            await actions.act(db, staff.leader, case.code, "sign", {}, made)


async def test_an_approval_counts_for_the_proposal_it_was_given_to(
    city: City, staff: cast.Cast
) -> None:
    case = await build.to_step(city, staff, staff.an, "an", "approved")
    async with city.database.write(staff.handler.person) as db:
        await db.execute(
            "INSERT INTO cases.proposals VALUES ($1, $2, $3, 'x', 'granted', '', $4)",
            new_id(), case.id, staff.handler.person, clock.now(),
        )  # fmt: skip
    assert (await refusal(city, staff.leader, case, "sign")).reason == "case.not_approved"


async def test_an_officer_does_not_handle_their_own_request(city: City, staff: cast.Cast) -> None:
    """One person with both accounts would show as applicant and officer at once."""
    case = await build.to_step(city, staff, staff.an, "an", "paid")
    async with city.database.write(SYSTEM) as db:
        await db.execute(
            "INSERT INTO agencies.posts (person_id, agency_code, role, from_date)"
            " VALUES ($1, $2, 'reception', $3)",
            staff.an.person, AGENCY, cast.LONG_AGO,
        )  # fmt: skip
    try:
        an_at_work = msgspec.structs.replace(staff.an, is_officer=True)
        assert (await refusal(city, an_at_work, case, "accept")).reason == "case.own_case"
    finally:
        async with city.database.write(SYSTEM) as db:
            await db.execute(
                "UPDATE agencies.posts SET to_date = from_date + 1 WHERE person_id = $1",
                staff.an.person,
            )


# Two at once


async def test_of_two_officers_at_once_one_acts_and_the_other_sees_what_happened(
    city: City, staff: cast.Cast
) -> None:
    for _ in range(3):
        case = await build.to_step(city, staff, staff.an, "an", "answered")
        ends = await asyncio.gather(
            build.act(city, staff.handler, case, "propose", outcome="granted"),
            build.act(city, staff.both, case, "propose", outcome="refused", text="Không"),
            return_exceptions=True,
        )
        (late,) = [end for end in ends if isinstance(end, Conflict)]
        (done,) = [end for end in ends if isinstance(end, Case)]
        assert late.facts["code"] == case.code
        assert (late.facts["case_status"], late.facts["step"]) == (done.status, done.step) == (
            4, "decide",
        )  # fmt: skip
        assert isinstance(late.facts["actions"], list)
        kinds = [e.kind for e in await build.history(city, staff.leader, case.code)]
        assert kinds.count("case.proposed") == 1


async def test_accepted_and_withdrawn_at_once_is_one_of_both(city: City, staff: cast.Cast) -> None:
    case = await build.to_step(city, staff, staff.an, "an", "proposed")
    ends = await asyncio.gather(
        build.act(city, staff.leader, case, "approve"),
        build.act(city, staff.an, case, "withdraw"),
        return_exceptions=True,
    )
    assert not any(isinstance(end, Exception) and not isinstance(end, Conflict) for end in ends)
    kinds = [e.kind for e in await build.history(city, staff.leader, case.code)]
    assert kinds[-1] == "case.withdrawn"


async def test_two_answers_at_once_stand_in_the_order_in_which_they_are_seen(
    big: City, police: cast.Cast
) -> None:
    """A stream that has shown an event never misses one with a smaller number."""
    case = await build.file(big, police.an, build.filing(big, RECORD))
    known = big[actions.Procedures].by_code(RECORD)
    wanted = {one.id: one for one in known.procedure.findings}
    at = clock.now()
    said = Answer(
        state="nothing", values={}, asked_at=at, fresh_until=at,
        register="population", operation="family", look_id=new_id(),
    )  # fmt: skip
    officer = police.handler.person
    async with big.database.write(officer) as db:
        await queries.keep_finding(
            db, case.id, "identity", "population", new_id(), "nothing", {}, at
        )
        await events.record(
            db, "case.register_answered", case.id, person=case.applicant_id, agency=POLICE
        )
        second = asyncio.create_task(findings.keep(big, case, wanted["family"], said, officer))
        await asyncio.sleep(0.2)
        seen = [e.id for e in await build.history(big, police.an, case.code)]
    await second
    later = [e.id for e in await build.history(big, police.an, case.code)]
    assert len(later) == 3
    assert later[: len(seen)] == seen


async def test_money_that_arrives_during_an_act_is_seen_after_it_or_before_it(
    city: City, staff: cast.Cast
) -> None:
    case = await build.file(city, staff.an)
    async with city.database.write(staff.an.person) as db:
        await actions.act(db, staff.an, case.code, "message", {"text": "Chờ chút"})
        money = asyncio.create_task(build.pay(city, case))
        await asyncio.sleep(0.2)
        seen = [e.id for e in await build.history(city, staff.reception, case.code)]
    await money
    later = [e.id for e in await build.history(city, staff.reception, case.code)]
    assert len(later) == 3
    assert later[: len(seen)] == seen
