"""What was missing is asked for, comes in, and opens no way around the rules; and the words that go
with every act."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from msgspec import structs

from motcua.base import clock
from motcua.base.errors import Invalid, NotFound
from motcua.base.ids import SYSTEM
from motcua.cases import actions
from motcua.db import City
from tests import cast
from tests.cases import build
from tests.cases.build import RECORD, refusal, told

# Supplement


async def test_at_intake_something_missing_is_asked_for_as_often_as_the_rules_say(
    city: City, staff: cast.Cast
) -> None:
    """Second Rules of the sample city, article 5: twice."""
    case = await build.to_step(city, staff, staff.an, "an", "paid")
    said = {"text": "Bạn ghi rõ việc gì.", "fields": ["purpose_other"]}
    case = await build.act(city, staff.reception, case, "request_supplement", **said)
    assert case.status == 5
    reason = (await refusal(city, staff.reception, case, "accept")).reason
    assert reason == "case.waiting_for_supplement"
    given = {"purpose": "other", "purpose_other": "Đi làm"}
    case = await build.act(city, staff.an, case, "supply", answers=given)
    assert (case.status, case.answers["purpose_other"]) == (5, "Đi làm")
    case = await build.act(city, staff.reception, case, "request_supplement", text="Nữa")
    assert (case.status, case.business) == (5, "incomplete")
    given["purpose_other"] = "Đi học"
    case = await build.act(city, staff.an, case, "supply", answers=given)
    refused = await refusal(city, staff.reception, case, "request_supplement", text="Nữa")
    assert refused.reason == "case.supplement_already_asked"
    happened = (await build.history(city, staff.an, case.code))[-1]
    assert (happened.kind, happened.facts["changed"]) == (
        "case.supplied", ["purpose_other"],
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
    stated = structs.replace(asked, authority=build.PAPER)
    case = await build.file(big, police.an, stated, stranger)
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
        assert set(told(refused, "actions")) == {"pay", "withdraw", "message"}


@pytest.mark.parametrize("code", ["SM.1-1", "", "\x00", "' OR true --", "x" * 10_000])
async def test_an_unknown_code_does_not_exist(city: City, staff: cast.Cast, code: str) -> None:
    with pytest.raises(NotFound):
        await build.show(city, staff.an, code)
    with pytest.raises(NotFound):
        await build.act(city, staff.an, code, "withdraw")
    with pytest.raises(NotFound):
        await actions.progress(city, code, "vi")
