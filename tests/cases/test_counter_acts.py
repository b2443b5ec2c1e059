"""Who has no account comes back to the counter: to bring what was asked for, or to withdraw. And
organisations ask there by their tax code, through whoever came. On a real database."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from msgspec import structs

from motcua.base import clock
from motcua.base.errors import Conflict, Invalid, NotFound
from motcua.base.ids import DocumentId
from motcua.base.settings import Settings
from motcua.cases import queries
from motcua.cases.actions import applicants, handing_in
from motcua.cases.actions.filing import Attached
from motcua.cases.model.case import Case, HandIn
from motcua.cases.model.counter import ApplicantGiven, RepresentativeGiven
from motcua.db import City
from motcua.demo.registers.business import ANOTHER
from motcua.identity import Viewer
from tests import cast
from tests.cases import build, machine
from tests.cases.build import SAMPLE
from tests.cases.machine import Api
from tests.cases.windows import FOREIGNER, STUDENT, Windows, asked, gather, refused, take_in
from tests.exchange.build import simulator

CARD = "Thẻ căn cước"


@pytest.fixture(scope="module", autouse=True)
def registers(settings: Settings) -> Iterator[None]:
    with simulator(settings, "population"), simulator(settings, "business"):
        yield


@pytest.fixture
async def windows(city: City, staff: cast.Cast) -> Windows:
    return await gather(city)


async def supply(city: City, officer: Viewer, case: Case, **body: Any) -> Case:
    async with city.database.write(officer.person) as db:
        return await handing_in.supply(db, officer, case.code, {"papers": CARD, **body})


async def withdraw(city: City, officer: Viewer, case: Case, **body: Any) -> Case:
    async with city.database.write(officer.person) as db:
        return await handing_in.withdraw(db, officer, case.code, {"papers": CARD, **body})


async def hand_ins(city: City, officer: Viewer, case: Case) -> dict[str, HandIn]:
    async with city.database.read(officer.person) as db:
        return {one.requirement: one for one in await queries.hand_ins_of_case(db, case.id)}


async def lacking(city: City, staff: cast.Cast, windows: Windows, **given: Any) -> Case:
    """A foreigner's case that waits for the purpose to be said in full."""
    case = await take_in(city, windows.taker, asked(city, FOREIGNER, **given))
    return await build.act(
        city, staff.reception, case, "request_supplement", text="Ghi rõ việc gì",
        fields=["purpose", "purpose_other"], documents=["student_card"],
    )  # fmt: skip


SAID = {"purpose": "other", "purpose_other": "Vay vốn"}


async def test_an_officer_takes_in_what_was_asked_for_and_the_history_says_for_whom(
    city: City, staff: cast.Cast, windows: Windows
) -> None:
    case = await lacking(city, staff, windows)
    assert "supply_at_counter" in await build.may(city, windows.colleague, case.code)
    assert "supply_at_counter" not in await build.may(city, staff.reception, case.code)
    paper = {"requirement": "student_card", "kind": "copy", "pages": 2}
    await supply(city, windows.colleague, case, answers=SAID, documents=[paper])
    after = await build.show(city, windows.taker, case.code)
    assert after.states.business == "resupplied"
    taken = (await hand_ins(city, windows.taker, case))["student_card"]
    assert (taken.kind, taken.pages, taken.digitised) == ("copy", 2, 0)
    [said] = [e for e in await build.history(city, windows.taker, case.code)
              if e.kind == "case.supplied"]  # fmt: skip
    assert (said.by, said.on_behalf_of) == (windows.colleague.name, "Jane Doe")
    assert (said.facts["papers"], said.facts["counter"]) == (CARD, "SM.B")
    assert "supply_at_counter" not in await build.may(city, windows.taker, case.code)


async def test_a_paper_without_a_file_counts_when_more_is_supplied(
    city: City, staff: cast.Cast, windows: Windows
) -> None:
    """What was handed in on paper at the beginning is there; the same again comes as a file."""
    card = Attached("student_card", kind="original")
    case = await lacking(city, staff, windows, answers=STUDENT, documents=[card])
    again = {"requirement": "student_card", "kind": "copy"}
    with pytest.raises(Invalid) as no:
        await supply(city, windows.taker, case, answers=SAID, documents=[again])
    assert [(f.pointer, f.reason) for f in no.value.faults] == [
        ("/documents/0", "documents.no_file")
    ]
    await supply(city, windows.taker, case, answers=SAID)
    assert list(await hand_ins(city, windows.taker, case)) == ["student_card"]


async def test_only_the_counter_that_took_it_in_acts_for_its_people(
    city: City, staff: cast.Cast, windows: Windows
) -> None:
    case = await lacking(city, staff, windows)
    scan = str(await build.upload(city, windows.taker))
    for officer in (staff.reception, staff.handler, windows.back_office):
        with pytest.raises(Conflict) as no:
            await supply(city, officer, case, answers=SAID)
        assert no.value.reason == "case.not_your_role"
        with pytest.raises(Conflict):
            await withdraw(city, officer, case, id=scan)
    with pytest.raises(NotFound):
        await supply(city, staff.elsewhere, case, answers=SAID)
    online = await build.file(city, staff.an)
    assert "withdraw_at_counter" not in await build.may(city, staff.reception, online.code)
    with pytest.raises(Conflict) as no:
        await withdraw(city, staff.reception, online, id=scan)
    assert no.value.reason == "case.not_your_role"


async def test_nothing_is_supplied_that_nobody_asked_for(
    city: City, staff: cast.Cast, windows: Windows
) -> None:
    case = await take_in(city, windows.taker, asked(city, FOREIGNER))
    with pytest.raises(Conflict) as no:
        await supply(city, windows.taker, case, answers=SAID)
    assert no.value.reason == "case.nothing_asked"
    waiting = await lacking(city, staff, windows)
    for body, at in (({}, ""), ({"papers": ""}, "/papers"), ({"documents": [{}]}, "/documents/0")):
        with pytest.raises(Invalid) as wrong:
            await supply(city, windows.taker, waiting, **body)
        assert wrong.value.faults[0].pointer.startswith(at)


async def test_a_counter_withdraws_at_a_signed_request_that_stays_with_the_case(
    city: City, staff: cast.Cast, windows: Windows
) -> None:
    case = await take_in(city, windows.taker, asked(city, "cuong"))
    with pytest.raises(Invalid) as no:
        await withdraw(city, windows.taker, case)
    assert [f.pointer for f in no.value.faults] == ["/id"]
    theirs = await build.upload(city, windows.colleague)
    with pytest.raises(Invalid):
        await withdraw(city, windows.taker, case, id=str(theirs))
    scan = await build.upload(city, windows.taker, "đơn.pdf")
    gone = await withdraw(city, windows.taker, case, id=str(scan), reason="Không cần nữa")
    assert (gone.business, gone.closed_at is not None) == ("withdrawn", True)
    cuong = staff.cuong
    seen = await build.show(city, cuong, case.code)
    assert [(d.requirement, d.code) for d in seen.documents] == [("withdrawal_request", str(scan))]
    assert seen.documents[0].name == "Đơn rút hồ sơ có chữ ký"
    assert await build.bytes_of(city, cuong, str(scan))
    said = (await build.history(city, cuong, case.code))[-1]
    assert (said.kind, said.on_behalf_of) == ("case.withdrawn", cuong.name)
    assert (await build.show(city, cuong, case.code)).payment.state == "cancelled"
    assert "withdraw_at_counter" not in await build.may(city, windows.taker, case.code)


async def test_a_signed_case_is_not_withdrawn(
    city: City, staff: cast.Cast, windows: Windows
) -> None:
    case = await take_in(city, windows.taker, asked(city, "an"))
    scan = str(await build.upload(city, windows.taker))
    await build.pay(city, case)
    await build.act(city, staff.reception, case, "accept")
    await build.answer(city, case, staff.handler, "identity", build.particulars(city, "an"))
    await build.act(city, staff.handler, case, "propose", outcome="granted")
    await build.act(city, staff.leader, case, "approve")
    build.keys(city, case.agency_code)
    await build.act(city, staff.leader, case, "sign")
    with pytest.raises(Conflict) as no:
        await withdraw(city, windows.taker, case, id=scan)
    assert no.value.reason == "case.already_signed"


async def test_the_hours_of_the_step_begin_again_when_everything_is_there(
    city: City, staff: cast.Cast, windows: Windows
) -> None:
    case = await lacking(city, staff, windows)
    assert case.step_due_at
    later = clock.now() + timedelta(days=30)
    with clock.at(later):
        after = await supply(city, windows.taker, case, answers=SAID)
        [said] = [e for e in await build.history(city, windows.taker, case.code)
                  if e.kind == "case.supplied"]  # fmt: skip
    assert after.step_due_at
    assert case.step_due_at < later < after.step_due_at
    assert datetime.fromisoformat(said.facts["step_due_at"]) == after.step_due_at
    assert said.facts["step_due_reasons"][0]["code"] == "due.restarted"


# Organisations


def of_firm(city: City, came: str | None, **given: Any) -> Any:
    firm = ApplicantGiven(cast.number(city, cast.FIRM), kind="organisation")
    helper = RepresentativeGiven(came and cast.number(city, came), papers=given.pop("papers", None))
    return asked(city, firm, representative=helper, **given)


async def test_an_organisation_asks_through_whom_the_register_names(
    city: City, staff: cast.Cast, windows: Windows
) -> None:
    case = await take_in(city, windows.taker, of_firm(city, "an"))
    assert case.applicant_id == staff.firm.on_behalf_of
    assert (case.applicant_name, case.subject["number"]) == (
        cast.sample(city, cast.FIRM).name, cast.number(city, "an"),
    )  # fmt: skip
    assert case.asked_by == staff.an.person
    assert case.representative
    assert case.representative["relation"] == "head"
    seen = await build.show(city, staff.firm, case.code)
    assert (seen.on_behalf_of, seen.representative) == (case.applicant_name, "Nguyễn Văn An")
    with pytest.raises(NotFound):  # who came acted for the firm, not for themself
        await build.show(city, staff.binh, case.code)


async def test_whom_the_register_does_not_name_shows_an_authorisation(
    city: City, staff: cast.Cast, windows: Windows
) -> None:
    bare = of_firm(city, "binh")
    assert await refused(city, windows.taker, bare) == {
        "/representative/papers": "case.may_not_represent"
    }
    shown = of_firm(city, "binh", papers="Giấy giới thiệu 12/2026 của Công ty")
    case = await take_in(city, windows.taker, shown)
    assert case.representative
    assert case.representative["relation"] == "authorised"
    assert case.representative["papers"] == "Giấy giới thiệu 12/2026 của Công ty"
    claimed = structs.replace(
        bare, representative=structs.replace(bare.representative, document="authorisation")
    )
    assert await refused(city, windows.taker, claimed) == {
        "/representative": "case.may_not_represent"
    }


async def test_nobody_asks_for_an_organisation_that_is_not_there(
    city: City, staff: cast.Cast, windows: Windows, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = of_firm(city, "an")
    unknown = structs.replace(
        good, applicant=ApplicantGiven(f"{uuid4().int % 10**10:010d}", kind="organisation")
    )
    assert await refused(city, windows.taker, unknown) == {
        "/applicant/number": "case.no_such_organisation"
    }
    alone = structs.replace(good, representative=None)
    assert await refused(city, windows.taker, alone) == {"/representative/number": "form.required"}
    stranger = structs.replace(good, applicant=ApplicantGiven(ANOTHER, kind="organisation"))
    assert await refused(city, windows.taker, stranger) == {
        "/representative/papers": "case.may_not_represent"
    }

    async def dissolved(*_: Any) -> dict[str, Any]:
        return {"name": "Công ty đã giải thể", "state": "dissolved", "representatives": []}

    monkeypatch.setattr(applicants, "_look", dissolved)
    assert await refused(city, windows.taker, good) == {
        "/applicant/number": "case.dissolved_organisation"
    }


async def test_a_machine_does_it_with_one_request_each(
    api: Api, city: City, staff: cast.Cast
) -> None:
    """At the agency's own counter, over HTTP."""
    body = {
        **machine.request_of(city), "procedure": SAMPLE, "channel": "counter",
        "applicant": {"number": cast.number(city, "cuong")}, "delivery": "counter",
    }  # fmt: skip
    made = await api("reception").post("/api/v1/cases", json=body, headers=machine.keyed())
    assert made.status_code == 201, made.text
    code = made.json()["code"]
    asks = await machine.post_act(
        api("reception"), code, "request_supplement", text="Ghi rõ", fields=["purpose"]
    )
    assert asks.status_code == 200
    acts = {one["action"]: one["schema"] for one in asks.json()["actions"]}
    assert acts["supply_at_counter"]["required"] == ["action", "papers"]
    brought = await machine.post_act(
        api("reception"), code, "supply_at_counter", papers=CARD, answers=SAID
    )
    assert brought.status_code == 200, brought.text
    machine.problem(await machine.post_act(api("reception"), code, "withdraw_at_counter"), 422)
    machine.problem(
        await machine.post_act(
            api("cuong"), code, "withdraw_at_counter", papers=CARD, id=str(DocumentId(uuid4()))
        ), 409,
    )  # fmt: skip
