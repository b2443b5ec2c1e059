"""The route of a case, step by step: who may do what, one act at a time, and what history keeps."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import msgspec
import pytest

from motcua.base import clock
from motcua.base.errors import Conflict, Invalid, NotFound
from motcua.base.ids import SYSTEM, new_id
from motcua.base.pack import Pack
from motcua.cases import actions, keep_procedures
from motcua.cases.actions import findings
from motcua.cases.model.case import Case
from motcua.db import City
from motcua.exchange import Answer
from motcua.identity import Viewer
from tests import cast
from tests.cases import build
from tests.cases.build import AGENCY, OTHER, POLICE, RECORD


@pytest.fixture
async def staff(city: City) -> cast.Cast:
    return await cast.gather(city, AGENCY, OTHER)


@pytest.fixture
async def big(city: City) -> AsyncIterator[City]:
    async with build.big_city(city) as found:
        yield found


@pytest.fixture
async def police(big: City) -> cast.Cast:
    return await cast.gather(big, POLICE, "H26.03")


async def refusal(city: City, who: Viewer, case: Case, action: str, **body: Any) -> Conflict:
    """Why this may not be done now; nothing may have changed."""
    before = await rows(city, case)
    with pytest.raises(Conflict) as refused:
        await build.act(city, who, case, action, **body)
    assert await rows(city, case) == before
    return refused.value


async def rows(city: City, case: Case) -> tuple[Any, ...]:
    async with city.database.read(SYSTEM) as db:
        return tuple(
            await db.fetch_row(
                "SELECT to_jsonb(c)::text, (SELECT count(*) FROM db.events e"
                " WHERE e.subject_id = c.id), (SELECT count(*) FROM cases.proposals p"
                " WHERE p.case_id = c.id) FROM cases.cases c WHERE c.code = $1",
                case.code,
            )
        )


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
        {"withdraw"}, {"accept", "refuse", "request_supplement"}, set(), set(),
    ]  # fmt: skip
    await build.act(city, staff.reception, case, "accept")
    assert await table() == [
        {"withdraw"}, set(), {"assign", "request_supplement"}, {"assign"},
    ]  # fmt: skip
    await build.answer(city, case, staff.handler, "identity", build.particulars(city, "an"))
    assert "propose" in (await table())[2]
    await build.act(city, staff.handler, case, "propose", outcome="granted")
    assert await table() == [{"withdraw"}, set(), set(), {"approve", "return_to_handler"}]
    await build.act(city, staff.leader, case, "approve")
    assert await table() == [{"withdraw"}, set(), set(), {"sign"}]
    build.keys(city, AGENCY)
    signed = await build.act(city, staff.leader, case, "sign")
    assert (signed.status, signed.step) == (10, "end")
    assert signed.closed_at is not None
    assert await table() == [set(), set(), set(), set()]


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
    assert [one.finding for one in refused.facts["waiting_for"]] == ["identity"]
    shown = await build.show(city, staff.handler, case.code)
    assert [(w.finding, w.register, w.before) for w in shown.waiting_for] == [
        ("identity", "population", "propose")
    ]


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


# Supplement


async def test_at_intake_something_missing_is_asked_for_once(city: City, staff: cast.Cast) -> None:
    case = await build.to_step(city, staff, staff.an, "an", "paid")
    said = {"text": "Bạn ghi rõ việc gì.", "fields": ["purpose_other"]}
    case = await build.act(city, staff.reception, case, "request_supplement", **said)
    assert case.status == 5
    reason = (await refusal(city, staff.reception, case, "accept")).reason
    assert reason == "case.waiting_for_supplement"
    given = {"purpose": "other", "purpose_other": "Đi làm"}
    case = await build.act(city, staff.an, case, "supply", answers=given)
    assert (case.status, case.answers["purpose_other"]) == (1, "Đi làm")
    refused = await refusal(city, staff.reception, case, "request_supplement", text="Nữa")
    assert refused.reason == "case.supplement_already_asked"
    happened = (await build.history(city, staff.an, case.code))[-1]
    assert (happened.kind, happened.facts["changed"]) == (
        "case.supplied", ["purpose", "purpose_other"],
    )  # fmt: skip
    assert "Đi làm" not in str(happened.facts)


async def test_the_clock_starts_anew_when_what_was_missing_is_in(
    city: City, staff: cast.Cast
) -> None:
    """Decree 61/2018, article 19(4): the time begins again."""
    with clock.at(datetime.fromisoformat("2027-05-10T09:30:00+09:00")):
        case = await build.to_step(city, staff, staff.an, "an", "accepted")
        first = case.due_at
        await build.act(city, staff.handler, case, "request_supplement", text="Thiếu")
    with clock.at(datetime.fromisoformat("2027-05-18T09:30:00+09:00")):
        mine = await build.upload(city, staff.an)
        paper = {"requirement": "authorisation", "id": str(mine)}
        case = await build.act(city, staff.an, case, "supply", documents=[paper])
    assert first is not None
    assert case.due_at is not None
    assert abs(case.due_at - first - timedelta(days=8)) < timedelta(seconds=10)
    assert case.accepted_at is not None
    assert case.accepted_at.date().isoformat() == "2027-05-10"


async def test_a_supplement_of_nothing_or_of_bad_answers_is_refused(
    city: City, staff: cast.Cast
) -> None:
    case = await build.to_step(city, staff, staff.an, "an", "paid")
    assert (await refusal(city, staff.an, case, "supply")).reason == "case.nothing_asked"
    await build.act(city, staff.reception, case, "request_supplement", text="Thiếu")
    theirs = await build.upload(city, staff.hung)
    for body, where in (
        ({}, ""),
        ({"answers": {"copies": 99}}, "/answers/copies"),
        ({"answers": {"hat": 1}}, "/answers/hat"),
        ({"answers": {"purpose": "other", "purpose_other": "漢"}}, "/answers/purpose_other"),
        ({"documents": [{"requirement": "hat", "id": str(theirs)}]}, "/documents"),
        ({"documents": [{"requirement": "hat", "id": "0" * 34}]}, "/documents/0/id"),
        ({"documents": [{"requirement": "hat", "id": "-" * 32}]}, "/documents/0/id"),
    ):
        with pytest.raises(Invalid) as refused:
            await build.act(city, staff.an, case, "supply", **body)
        assert [fault.pointer for fault in refused.value.faults] == [where]
    paper = {"requirement": "authorisation", "id": str(theirs)}
    with pytest.raises(NotFound):
        await build.act(city, staff.an, case, "supply", documents=[paper])


async def test_a_supplement_opens_no_way_around_the_rules_of_filing(
    big: City, police: cast.Cast
) -> None:
    """Certificate no. 2 cannot be delegated (decree 216/2026, article 22), and an age or a fee is
    no easier to claim afterwards."""
    stranger = actions.Subject("999190000098", "Người Khác", build.born(35), "other")
    paper = await build.upload(big, police.an)
    asked = build.filing(big, RECORD, {"authorisation": paper})
    case = await build.file(big, police.an, asked, stranger)
    await build.act(big, police.reception, case, "request_supplement", text="Thiếu")
    for answers, where in (
        ({"certificate_type": 2, "confirm_ban_on_office": None}, "/on_behalf_of"),
        ({"fee_class": "elderly"}, "/answers/fee_class"),
        ({"fee_class": "poor"}, "/documents"),
    ):
        with pytest.raises(Invalid) as refused:
            await build.act(big, police.an, case, "supply", answers=answers)
        assert where in [fault.pointer for fault in refused.value.faults]


async def test_a_supplement_does_not_change_the_fee(city: City, staff: cast.Cast) -> None:
    """The fee was asked for when the case was filed: three copies more for nothing is no
    supplement."""
    case = await build.to_step(city, staff, staff.an, "an", "paid")
    await build.act(city, staff.reception, case, "request_supplement", text="Thiếu")
    with pytest.raises(Invalid) as refused:
        await build.act(city, staff.an, case, "supply", answers={"copies": 10})
    assert [(f.pointer, f.reason) for f in refused.value.faults] == [
        ("/answers", "case.fee_would_change")
    ]
    case = await build.act(city, staff.an, case, "supply", answers={"copies": 2})
    assert (case.answers["copies"], case.fee_amount) == (2, 500)


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
        assert (late.facts["status"], late.facts["step"]) == (done.status, done.step) == (
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


async def test_the_history_grows_in_the_order_in_which_it_is_seen(
    city: City, staff: cast.Cast
) -> None:
    """A stream that has shown an event never misses one with a smaller number: what happens to
    one case is written one after another."""
    case = await build.to_step(city, staff, staff.an, "an", "accepted")
    async with city.database.write(staff.handler.person) as db:
        await actions.act(db, staff.handler, case.code, "message", {"text": "Chờ chút"})
        answered = asyncio.create_task(keep(city, staff.handler, case))
        await asyncio.sleep(0.2)
        seen = [e.id for e in await build.history(city, staff.reception, case.code)]
    await answered
    later = [e.id for e in await build.history(city, staff.reception, case.code)]
    assert later[: len(seen)] == seen


async def keep(city: City, officer: Viewer, case: Case) -> None:
    """As a register's answer is kept, without the register."""
    known = city[actions.Procedures].by_code(case.procedure_code)
    (finding,) = known.procedure.findings
    at = clock.now()
    said = Answer(
        state="found", values=build.particulars(city, "an"), asked_at=at, fresh_until=at,
        register="population", operation="person", look_id=new_id(),
    )  # fmt: skip
    await findings.keep(city, case, finding, said, officer.person)


# Who sees it


async def test_to_another_agency_the_case_does_not_exist(city: City, staff: cast.Cast) -> None:
    case = await build.to_step(city, staff, staff.an, "an", "accepted")
    with pytest.raises(NotFound):
        await build.show(city, staff.elsewhere, case.code)
    with pytest.raises(NotFound):
        await build.act(city, staff.elsewhere, case, "propose", outcome="granted")
    async with city.database.read(staff.elsewhere.person) as db:
        listed, _ = await actions.list_cases(db, staff.elsewhere, "", 100)
        assert case.code not in {one.code for one in listed}


async def test_another_resident_sees_nothing_of_it(city: City, staff: cast.Cast) -> None:
    mine = await build.upload(city, staff.an)
    asked = build.filing(city, documents={"student_card": mine})
    case = await build.to_step(city, staff, staff.an, "an", "proposed", asked)
    await build.act(city, staff.leader, case, "return_to_handler", text="Xem lại")
    for who in (staff.hung, staff.lan):
        with pytest.raises(NotFound):
            await build.show(city, who, case.code)
        with pytest.raises(NotFound):
            await build.act(city, who, case, "withdraw")
        with pytest.raises(NotFound):
            await build.bytes_of(city, who, str(mine))
        async with city.database.read(who.person) as db:
            for table in ("cases.case_documents", "cases.findings", "cases.proposals"):
                found = await db.fetch_row(
                    f"SELECT count(*) FROM {table} WHERE case_id = $1", case.id
                )
                assert found[0] == 0, table
            found = await db.fetch_row(
                "SELECT count(*) FROM db.events WHERE subject_id = $1", case.id
            )
            assert found[0] == 0


async def test_the_applicant_does_not_see_what_officers_found_or_propose(
    city: City, staff: cast.Cast
) -> None:
    case = await build.to_step(city, staff, staff.an, "an", "proposed")
    async with city.database.read(staff.an.person) as db:
        for table in ("cases.findings", "cases.proposals"):
            found = await db.fetch_row(f"SELECT count(*) FROM {table} WHERE case_id = $1", case.id)
            assert found[0] == 0, table


async def test_the_history_names_who_did_what_for_whom_and_when(
    city: City, staff: cast.Cast
) -> None:
    moment = datetime.fromisoformat("2027-05-10T10:00:00+09:00")
    with clock.at(moment):
        case = await build.to_step(city, staff, staff.firm, "an", "proposed")
    told = [
        (e.kind, e.by, e.on_behalf_of)
        for e in await build.history(city, staff.firm, case.code)
        if e.kind.startswith("case.")
    ]
    assert told == [
        ("case.filed", "Nguyễn Văn An", "Công ty TNHH Thử Nghiệm"),
        ("case.accepted", "Đặng Thu Hà", None),
        ("case.proposed", "Bùi Quang Minh", None),
    ]
    for event in await build.history(city, staff.firm, case.code):
        assert timedelta(0) <= event.at - moment < timedelta(minutes=1)
        assert event.at.utcoffset() == timedelta(hours=9)
        assert event.text
        assert event.text != event.kind


async def test_an_application_may_not_change_what_was_asked_or_said(
    city: City, staff: cast.Cast
) -> None:
    case = await build.to_step(city, staff, staff.an, "an", "proposed")
    for change in (
        "DELETE FROM cases.cases WHERE id = $1",
        "UPDATE cases.cases SET fee_amount = 0 WHERE id = $1",
        "UPDATE cases.cases SET applicant_id = applicant_id WHERE id = $1",
        "DELETE FROM cases.proposals WHERE case_id = $1",
        "UPDATE cases.findings SET answer = '{}' WHERE case_id = $1",
        "DELETE FROM db.events WHERE subject_id = $1",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with city.database.write(staff.handler.person) as db:
                await db.execute(change, case.id)


# Bodies


@pytest.mark.parametrize(
    ("action", "body", "where"),
    [
        ("message", {}, "/text"),
        ("message", {"text": ""}, "/text"),
        ("message", {"text": " \u200b\x00"}, "/text"),
        ("message", {"text": 5}, "/text"),
        ("message", {"text": "x" * 4001}, "/text"),
        ("message", {"text": "ok", "hat": 1}, "/hat"),
        ("refuse", {"reason": ["a"]}, "/reason"),
        ("request_supplement", {"text": "a", "fields": "b"}, "/fields"),
        ("request_supplement", {"text": "a", "fields": ["x" * 61]}, "/fields/0"),
    ],
)
async def test_a_body_is_refused_by_field(
    city: City, staff: cast.Cast, action: str, body: dict[str, Any], where: str
) -> None:
    case = await build.to_step(city, staff, staff.an, "an", "paid")
    with pytest.raises(Invalid) as refused:
        await build.act(city, staff.reception, case, action, **body)
    assert [fault.pointer for fault in refused.value.faults] == [where]


async def test_words_to_a_case_keep_their_lines_and_lose_what_does_not_show(
    city: City, staff: cast.Cast
) -> None:
    case = await build.file(city, staff.an)
    await build.act(
        city, staff.an, case, "message", text="Cho\u0302 na\u0300y\r\nsai\x00\u202e <b>"
    )
    last = (await build.history(city, staff.reception, case.code))[-1]
    assert last.facts["text"] == "Chô này\nsai <b>"


@pytest.mark.parametrize("officer", ["0" * 33, "-" * 32, "ab" * 16])
async def test_a_case_is_handed_to_an_officer_and_to_nobody_else(
    city: City, staff: cast.Cast, officer: str
) -> None:
    case = await build.to_step(city, staff, staff.an, "an", "accepted")
    for who in (officer, str(staff.an.person), str(uuid4()), str(SYSTEM)):
        with pytest.raises(Invalid) as refused:
            await build.act(city, staff.handler, case, "assign", officer=who)
        assert [fault.pointer for fault in refused.value.faults] == ["/officer"]
    case = await build.act(city, staff.leader, case, "assign", officer=str(staff.both.person))
    assert case.handler_id == staff.both.person


async def test_an_unknown_act_is_a_conflict_that_tells_what_may_be_done(
    city: City, staff: cast.Cast
) -> None:
    case = await build.file(city, staff.an)
    for action in ("fly", "", "accept; DROP", "\x00"):
        refused = await refusal(city, staff.an, case, action)
        assert refused.reason == "case.no_such_action"
        assert set(refused.facts["actions"]) == {"pay", "withdraw", "message"}


@pytest.mark.parametrize("code", ["SM.1-1", "", "\x00", "' OR true --", "x" * 10_000])
async def test_an_unknown_code_does_not_exist(city: City, staff: cast.Cast, code: str) -> None:
    with pytest.raises(NotFound):
        await build.show(city, staff.an, code)
    with pytest.raises(NotFound):
        await build.act(city, staff.an, code, "withdraw")
    with pytest.raises(NotFound):
        await actions.progress(city, code, "vi")


# Versions


async def test_a_case_keeps_the_procedure_under_which_it_was_filed(
    city: City, staff: cast.Cast, tmp_path: Path
) -> None:
    case = await build.to_step(city, staff, staff.an, "an", "paid")
    pack = tmp_path / "sample"
    shutil.copytree(city.settings.pack, pack)
    file = pack / "procedures" / "9.000001.yaml"
    edited = file.read_text().replace("Tiếp nhận, en: Intake", "Quầy mới, en: New counter")
    edited = edited.replace("limit: 5wd\ncutoff", "limit: 30wd\ncutoff")
    edited = edited.replace("? 250 : 500", "? 250 : 900")
    assert edited != file.read_text()
    file.write_text(edited)
    later = City(
        msgspec.structs.replace(city.settings, pack=pack), Pack.read(pack), city.database.url
    )
    await later.database.open()
    try:
        await keep_procedures(later)
        old = await build.show(later, staff.an, case.code)
        assert (old.procedure.version, old.step_name) == (case.procedure_version, "Tiếp nhận")
        accepted = await build.act(later, staff.reception, case, "accept")
        new = await build.file(later, staff.an)
        fresh = await build.show(later, staff.an, new.code)
        assert (fresh.step_name, fresh.fee.total) == ("Quầy mới", 900)
        assert fresh.procedure.version != case.procedure_version
        assert accepted.due_at is not None
        assert accepted.due_at - clock.now() < timedelta(days=20)
    finally:
        await later.close()
