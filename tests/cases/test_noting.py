"""Beside a case: notes that its people never find, words that are ready, and earlier answers."""

import re
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from motcua.base.errors import Conflict, Invalid, NotFound
from motcua.base.ids import new_id
from motcua.cases.actions import noting, reading, templates
from motcua.cases.model.case import Case
from motcua.cases.pages import desk, desk_templates
from motcua.cases.rules.templates import PLACEHOLDERS, filled, unknown_in
from motcua.db import City
from motcua.identity import Viewer
from tests import cast
from tests.cases import build
from tests.cases.build import AGENCY, OTHER
from tests.cases.visit import Enter, visitors


@pytest.fixture
async def enter(city: City) -> AsyncIterator[Enter]:
    async with visitors(city, [*desk.routes, *desk_templates.routes]) as found:
        yield found


@pytest.fixture
async def case(city: City, staff: cast.Cast) -> Case:
    return await build.to_step(city, staff, staff.an, "an", "accepted")


async def notes(city: City, who: Viewer, case: Case) -> list[str]:
    async with city.database.read(who.person, who.on_behalf_of) as db:
        return [one.words for one in await noting.notes_of(db, case)]


async def note(city: City, who: Viewer, case: Case, words: str) -> None:
    async with city.database.write(who.person) as db:
        await noting.note(db, who, case.code, words)


async def test_colleagues_of_the_agency_read_a_note_and_nobody_else(
    city: City, staff: cast.Cast, case: Case
) -> None:
    await note(city, staff.handler, case, "Đã gọi điện hỏi thêm.")
    for officer in (staff.reception, staff.handler, staff.leader, staff.both):
        assert await notes(city, officer, case) == ["Đã gọi điện hỏi thêm."]
    control = await cast.officer(city, "note-control", "Kiểm Soát", AGENCY, "control")
    for other in (staff.an, staff.binh, staff.elsewhere, control):
        assert await notes(city, other, case) == []
    for event in await build.history(city, staff.an, case.code):
        assert "gọi điện" not in str(event.facts)


async def test_another_agency_that_was_asked_reads_none_of_ours_and_writes_its_own(
    city: City, staff: cast.Cast, case: Case
) -> None:
    await build.act(
        city, staff.handler, case, "ask_opinion", agency=OTHER, text="Ý kiến?", limit="3wd"
    )
    await note(city, staff.handler, case, "của mình")
    assert await notes(city, staff.elsewhere, case) == []
    await note(city, staff.elsewhere, case, "của họ")
    assert await notes(city, staff.elsewhere, case) == ["của họ"]
    assert await notes(city, staff.leader, case) == ["của mình"]


async def test_who_is_applicant_and_officer_at_once_finds_no_note_about_themselves(
    city: City, staff: cast.Cast, database_url: str
) -> None:
    """The posts alone would let them: the database looks at whose case it is."""
    case = await build.to_step(city, staff, staff.lan, "lan", "accepted")
    await note(city, staff.handler, case, "về chị Lan")
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(
            "INSERT INTO agencies.posts (person_id, agency_code, role, from_date)"
            " VALUES ($1, $2, 'handler', '2024-01-01')",
            staff.lan.person, AGENCY,
        )  # fmt: skip
        assert await notes(city, staff.lan, case) == []
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with city.database.write(staff.lan.person) as db:
                await db.execute(
                    "INSERT INTO cases.notes (id, case_id, at, agency_code, officer_id,"
                    " officer_name, words) VALUES ($1, $2, now(), $3, $4, 'x', 'x')",
                    new_id(), case.id, AGENCY, staff.lan.person,
                )  # fmt: skip
    finally:
        await connection.execute(
            "DELETE FROM agencies.posts WHERE person_id = $1 AND agency_code = $2",
            staff.lan.person, AGENCY,
        )  # fmt: skip
        await connection.close()


async def test_the_applicant_writes_no_note(city: City, staff: cast.Cast, case: Case) -> None:
    with pytest.raises(Conflict):
        await note(city, staff.an, case, "Cho tôi xem")
    with pytest.raises(NotFound):
        await note(city, staff.binh, case, "Cho tôi xem")


async def test_a_note_is_kept_once_and_shown_on_the_page(
    city: City, staff: cast.Cast, case: Case, enter: Enter
) -> None:
    browser = enter(staff.handler)
    for _ in range(2):
        answer = await browser.post(
            f"/desk/cases/{case.code}/notes?due=today", data={"note": "Hẹn thứ Hai", "key": "k1"}
        )
        assert answer.headers["location"].endswith("?due=today&done=note#notes")
    page = (await browser.get(f"/desk/cases/{case.code}?done=note")).text
    assert page.count("Hẹn thứ Hai") == 1
    empty = await browser.post(f"/desk/cases/{case.code}/notes", data={"note": " ", "key": "k2"})
    assert empty.status_code == 422
    assert 'href="#note"' in empty.text


async def test_a_word_at_a_hand_over_is_a_note_and_never_in_the_history(
    city: City, staff: cast.Cast, case: Case, enter: Enter
) -> None:
    form = {"officer": str(staff.both.person), "word": "Tôi nghỉ ốm", "key": uuid4().hex}
    for _ in range(2):
        answer = await enter(staff.handler).post(f"/desk/cases/{case.code}/assignment", data=form)
        assert answer.status_code == 303
    async with city.database.read(staff.both.person) as db:
        kept = await noting.notes_of(db, case)
        assert (await reading.open_case(db, case.code)).handler_id == staff.both.person
    assert [(one.words, one.to_name) for one in kept] == [("Tôi nghỉ ốm", staff.both.name)]
    for event in await build.history(city, staff.an, case.code):
        assert "nghỉ ốm" not in str(event.facts)


async def test_what_the_person_put_right_stands_beside_what_it_was(
    city: City, staff: cast.Cast, enter: Enter, database_url: str
) -> None:
    case = await build.to_step(city, staff, staff.an, "an", "paid")
    for purpose in ("Đi làm", "Đi học"):
        await build.act(city, staff.reception, case, "request_supplement", text="Ghi rõ.")
        given = {"purpose": "other", "purpose_other": purpose}
        await build.act(city, staff.an, case, "supply", answers=given)
    async with city.database.read(staff.reception.person) as db:
        now = await reading.open_case(db, case.code)
        first, second = await noting.versions_of(db, now)
    assert first.before == case.answers
    assert first.after["purpose_other"] == second.before["purpose_other"] == "Đi làm"
    assert second.after == now.answers
    page = (await enter(staff.reception).get(f"/desk/cases/{case.code}")).text
    assert "<del>Đi làm</del>" in page
    assert "<ins>Đi học</ins>" in page
    assert "<del>Not asked</del>" in page
    connection = await asyncpg.connect(database_url)
    try:
        kept = await connection.fetchval(
            "SELECT string_agg(answers::text, '') FROM cases.answer_versions WHERE case_id = $1",
            case.id,
        )
    finally:
        await connection.close()
    assert "Đi làm" not in kept


async def test_ready_words_stand_in_the_form_to_be_read_before_they_are_sent(
    city: City, staff: cast.Cast, enter: Enter
) -> None:
    case = await build.to_step(city, staff, staff.an, "an", "paid")
    browser = enter(staff.reception)
    page = (await browser.get(f"/desk/cases/{case.code}")).text
    assert '<option value="missing">Thiếu giấy tờ</option>' in page
    shown = await browser.post(
        f"/desk/cases/{case.code}/supplement-request",
        data={"text": "Chào chị,", "template": "missing", "fill": "1", "key": uuid4().hex},
    )
    assert shown.status_code == 200
    box = re.search(r'id="supplement-request-text"[^>]*>([^<]*)<', shown.text)
    assert box
    assert box[1] == f"Chào chị,\n\nKính gửi {staff.an.name}, hồ sơ {case.code} còn thiếu giấy tờ."
    assert "supply" not in await build.may(city, staff.an, case.code)


async def test_an_agency_keeps_words_of_its_own_and_drops_them(
    city: City, staff: cast.Cast, enter: Enter
) -> None:
    name = f"Hẹn lại {uuid4().hex[:6]}"
    words = "Mời {applicant} đến ngày {today}."
    form = {"agency": AGENCY, "noun": "message", "name": name, "text": words}
    browser = enter(staff.handler)
    assert (await browser.post("/desk/templates", data=form)).status_code == 303
    page = (await browser.get("/desk/templates")).text
    assert name in page
    assert name not in (await enter(staff.elsewhere).get("/desk/templates")).text
    case = await build.to_step(city, staff, staff.an, "an", "accepted")
    assert name in (await browser.get(f"/desk/cases/{case.code}")).text
    end = re.search(name + r'.*?action="(/desk/templates/[^"]+/end)"', page, re.S)
    assert end
    assert (await enter(staff.elsewhere).post(end[1])).status_code == 404
    assert (await browser.post(end[1])).status_code == 303
    assert name not in (await browser.get("/desk/templates")).text


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"agency": OTHER}, "/agency"),
        ({"name": ""}, "/name"),
        ({"name": "x" * 101}, "/name"),
        ({"words": ""}, "/text"),
        ({"words": "x" * 4001}, "/text"),
        ({"words": "Gửi {tên}"}, "/text"),
    ],
)
async def test_words_that_say_nothing_or_name_nothing_are_refused(
    city: City, staff: cast.Cast, changed: dict[str, Any], pointer: str
) -> None:
    given: dict[str, Any] = {"agency": AGENCY, "name": "Tên", "words": "Chào {applicant}"} | changed
    with pytest.raises(Invalid) as refused:
        async with city.database.write(staff.handler.person) as db:
            await templates.make_template(
                db, staff.handler, given["agency"], "message", given["name"], given["words"]
            )
    assert [fault.pointer for fault in refused.value.faults] == [pointer]


@given(st.text(), st.dictionaries(st.sampled_from(PLACEHOLDERS), st.text()))
def test_nothing_is_filled_in_but_what_stands_for_a_fact(words: str, facts: dict[str, str]) -> None:
    if "{" not in words:
        assert filled(words, facts) == words
    for name in PLACEHOLDERS:
        said = f"{words.replace('{', '').replace('}', '')}{{{name}}}"
        assert unknown_in(said) == []
        assert filled(said, facts).endswith(facts.get(name, f"{{{name}}}"))
    assert unknown_in(f"{{{'x'}}}") == ["x"]
