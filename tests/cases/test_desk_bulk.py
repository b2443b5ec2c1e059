"""Many cases at once: each for itself, each once, and told one by one what came of it."""

import re
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest

from motcua.cases.actions import bulk, noting
from motcua.cases.model.case import Case
from motcua.cases.pages import desk, desk_bulk
from motcua.db import City
from motcua.identity import Viewer
from tests import cast
from tests.cases import build
from tests.cases.build import AGENCY
from tests.cases.visit import Enter, visitors


@pytest.fixture
async def enter(city: City) -> AsyncIterator[Enter]:
    async with visitors(city, [*desk.routes, *desk_bulk.routes]) as found:
        yield found


async def mark(enter: Enter, who: Viewer, *cases: Case) -> str:
    """The page of what may be done with all of these."""
    page = await enter(who).post("/desk/bulk", data={"case": [one.code for one in cases]})
    assert page.status_code == 200
    return page.text


async def run(
    enter: Enter, who: Viewer, noun: str, cases: list[Case], key: str = "", **said: str
) -> str:
    form = {"cases": " ".join(one.code for one in cases), "key": key or uuid4().hex, **said}
    answer = await enter(who).post(f"/desk/bulk/{noun}", data=form)
    assert answer.status_code == 200, answer.text
    return answer.text


def offered(page: str) -> set[str]:
    return set(re.findall(r'action="/desk/bulk/([a-z-]+)"', page))


def outcome(page: str, case: Case) -> tuple[str, str]:
    """How it went with a case, and in which words."""
    row = re.search(rf'<tr data-case="{re.escape(case.code)}">.*?</tr>', page, re.S)
    assert row
    told = re.search(r'<strong class="(\w+)"><span[^>]*></span>(.*?)</strong>', row[0])
    return (told[1], told[2]) if told else ("", "")


async def kinds(city: City, who: Viewer, case: Case) -> list[str]:
    return [event.kind for event in await build.history(city, who, case.code)]


async def test_only_what_every_marked_case_allows_is_offered(
    city: City, staff: cast.Cast, enter: Enter
) -> None:
    paid = [await build.to_step(city, staff, staff.an, "an", "paid") for _ in range(2)]
    taken = await build.to_step(city, staff, staff.an, "an", "accepted")
    assert offered(await mark(enter, staff.reception, *paid)) == {
        "acceptance", "refusal", "supplement-request", "message",
    }  # fmt: skip
    both = await mark(enter, staff.reception, *paid, taken)
    assert offered(both) == {"message"}
    assert "3 cases marked" in both
    elsewhere = await mark(enter, staff.elsewhere, *paid)
    assert offered(elsewhere) == set()
    assert paid[0].code not in elsewhere


async def test_each_case_is_done_for_itself_and_the_page_says_what_happened_to_which(
    city: City, staff: cast.Cast, enter: Enter
) -> None:
    cases = [await build.to_step(city, staff, staff.an, "an", "paid") for _ in range(3)]
    await build.act(city, staff.reception, cases[1], "refuse", reason="Đã xong việc khác.")
    page = await run(enter, staff.reception, "acceptance", cases)
    assert [outcome(page, one)[0] for one in cases] == ["done", "late", "done"]
    assert "closed" in outcome(page, cases[1])[1].lower()
    assert "Done: 2. Not done: 1. Not begun: 0." in page
    assert "case.accepted" in await kinds(city, staff.an, cases[2])
    assert "case.accepted" not in await kinds(city, staff.an, cases[1])


async def test_sent_twice_it_is_done_once_and_told_twice(
    city: City, staff: cast.Cast, enter: Enter
) -> None:
    cases = [await build.to_step(city, staff, staff.an, "an", "accepted") for _ in range(2)]
    key = uuid4().hex
    for _ in range(2):
        page = await run(enter, staff.handler, "message", cases, key, text="Chúng tôi đang xem.")
        assert [outcome(page, one)[0] for one in cases] == ["done", "done"]
    for one in cases:
        assert (await kinds(city, staff.an, one)).count("case.message") == 1
    # One by one, as the page with a script sends it, is the same sending.
    await run(enter, staff.handler, "message", cases[:1], key, text="Chúng tôi đang xem.")
    assert (await kinds(city, staff.an, cases[0])).count("case.message") == 1


async def test_what_is_wrong_with_the_form_is_said_before_anything_is_done(
    city: City, staff: cast.Cast, enter: Enter
) -> None:
    cases = [await build.to_step(city, staff, staff.an, "an", "accepted") for _ in range(2)]
    form = {"cases": " ".join(one.code for one in cases), "key": uuid4().hex, "text": " "}
    answer = await enter(staff.handler).post("/desk/bulk/message", data=form)
    assert answer.status_code == 422
    assert 'href="#message--text"' in answer.text
    for one in cases:
        assert "case.message" not in await kinds(city, staff.an, one)


async def test_without_a_script_the_rest_is_asked_for_page_by_page(
    city: City, staff: cast.Cast, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_bulk, "DONE_AT_ONCE_MAX", 2)
    cases = [await build.to_step(city, staff, staff.an, "an", "paid") for _ in range(3)]
    page = await run(enter, staff.reception, "acceptance", cases)
    assert "Done: 2. Not done: 0. Not begun: 1." in page
    left = re.search(r'name="cases" value="([^"]+)"', page)
    assert left
    assert left[1] == cases[2].code
    assert offered(page) == {"acceptance"}


async def test_what_says_something_of_one_case_alone_is_not_done_to_many(
    city: City, staff: cast.Cast, enter: Enter
) -> None:
    case = await build.to_step(city, staff, staff.an, "an", "accepted")
    for noun in ("fee", "apology", "transfer", "question", "opinion", "nothing"):
        form = {"cases": case.code, "key": "k"}
        assert (await enter(staff.leader).post(f"/desk/bulk/{noun}", data=form)).status_code == 404


async def test_more_than_an_officer_has_in_hand_is_not_marked(
    staff: cast.Cast, enter: Enter, city: City
) -> None:
    codes = [f"X-{number}" for number in range(bulk.MARKED_MAX + 1)]
    answer = await enter(staff.handler).post("/desk/bulk", data={"case": codes})
    assert answer.status_code == 422


async def test_all_that_an_absent_officer_has_is_handed_over_at_once(
    city: City, staff: cast.Cast, enter: Enter
) -> None:
    absent = await cast.officer(city, f"absent-{uuid4()}", "Người Vắng Mặt", AGENCY, "handler")
    cases = [await build.to_step(city, staff, staff.an, "an", "answered") for _ in range(3)]
    for one in cases:
        await build.act(city, staff.leader, one, "assign", officer=str(absent.person))
    await build.act(city, absent, cases[2], "propose", outcome="granted")
    boss = enter(staff.leader)
    listed = (await boss.get("/desk/handover", params={"agency": AGENCY})).text
    assert f"officer={absent.person}" in listed
    whose = {"agency": AGENCY, "officer": str(absent.person)}
    page = (await boss.get("/desk/bulk", params=whose)).text
    assert "2 cases marked" in page
    assert "1 more case is at a step" in page
    done = await run(
        enter, staff.leader, "assignment", cases[:2],
        officer=str(staff.both.person), word="Anh ấy nghỉ ốm.",
    )  # fmt: skip
    assert [outcome(done, one)[0] for one in cases[:2]] == ["done", "done"]
    for one in cases[:2]:
        async with city.database.read(staff.both.person) as db:
            [kept] = await noting.notes_of(db, one)
        assert (kept.words, kept.to_name) == ("Anh ấy nghỉ ốm.", staff.both.name)
    assert "2 cases marked" not in (await boss.get("/desk/bulk", params=whose)).text


@pytest.mark.parametrize(
    "said", [{}, {"officer": "x"}, {"officer": str(uuid4()), "agency": "SM.2"}]
)
async def test_whose_cases_one_may_not_see_are_not_handed_over(
    staff: cast.Cast, enter: Enter, city: City, said: dict[str, Any]
) -> None:
    answer = await enter(staff.leader).get("/desk/bulk", params=said)
    assert answer.status_code == 404 or "No case is marked." in answer.text
