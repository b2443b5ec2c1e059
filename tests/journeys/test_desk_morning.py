"""An officer's morning with 400 open cases, by keyboard alone: nothing is clicked."""

import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import DemoCity, Enter

PROCEDURE, AGENCY = "1.001939", "H26.20"
"""Free of charge, decided by one agency, and accepted without any register's answer."""
CASES, WORKERS = 400, 4
PEOPLE = ("an", "binh", "hoa", "giang", "lan", "hung")
RECEPTION = "Đặng Thu Hà"
TABS_MAX = 80
Examine = Callable[[Page], None]


@pytest.fixture(scope="module")
def morning(demo_city: DemoCity) -> list[str]:
    """The codes of what came in since yesterday."""
    asked = demo_city.api.get(f"/api/v1/procedures/{PROCEDURE}").json()
    body = {"procedure": PROCEDURE, "answers": asked["form"]["example"]}
    heads = [demo_city.token(person) for person in PEOPLE]

    def file(number: int) -> str:
        head = heads[number % len(heads)] | {"Idempotency-Key": str(uuid4())}
        answer = demo_city.api.post("/api/v1/cases", json=body, headers=head)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["code"])

    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(file, range(CASES)))


@pytest.fixture
def desk(enter: Enter) -> Page:
    """Signed in: the staff account of the demonstration is pressed by Enter."""
    page = enter(width=1280)
    page.goto("/desk")
    page.locator("main a[role=button]").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name=RECEPTION).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk")
    return page


def keys(page: Page, said: str) -> None:
    for key in said:
        page.keyboard.press(key)


def tab_to(page: Page, what: Callable[[], Any]) -> None:
    for _ in range(TABS_MAX):
        if what():
            return
        page.keyboard.press("Tab")
    raise AssertionError("the keyboard does not get there")


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent.trim()"))


def row_in_hand(page: Page) -> str:
    return str(page.evaluate("document.activeElement.closest('tr')?.dataset.case"))


def marked(page: Page) -> list[str]:
    boxes = "[...document.querySelectorAll('input[name=case]:checked')].map(one => one.value)"
    return list(page.evaluate(boxes))


def narrowed(page: Page) -> None:
    """To the agency and the procedure, by the boxes above the list."""
    keys(page, "/")
    assert page.evaluate("document.activeElement.id") == "q"
    tab_to(page, lambda: focused(page) == "Lọc thêm")
    page.keyboard.press("Enter")
    tab_to(page, lambda: page.evaluate("document.activeElement.id") == "by-procedure")
    for _ in range(TABS_MAX):
        if page.evaluate("document.activeElement.value") == PROCEDURE:
            break
        page.keyboard.press("ArrowDown")
    tab_to(page, lambda: focused(page) == "Lọc")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/desk?*procedure={PROCEDURE}*")


def test_a_morning_of_400_cases_by_keyboard_alone(
    demo_city: DemoCity, morning: list[str], desk: Page, examine: Examine
) -> None:
    began = time.monotonic()
    narrowed(desk)
    total = desk.locator(".marks p")
    expect(total).to_contain_text(re.compile(r"\d{3} hồ sơ"))
    assert int(re.sub(r"\D", "", total.inner_text())) >= CASES
    # The sheet of keys, read and put away.
    keys(desk, "?")
    expect(desk.locator("#keys")).to_be_visible()
    examine(desk)
    desk.keyboard.press("Escape")
    # Down three, up one: the real focus moves, so that a screen reader reads what it lands on.
    keys(desk, "jjjk")
    first = row_in_hand(desk)
    assert first == desk.locator("#list tr[data-case]").nth(1).get_attribute("data-case")
    desk.keyboard.press("Enter")
    desk.wait_for_url(f"**/desk/cases/{first}*")
    expect(desk.locator("#list tr.on")).to_have_attribute("data-case", first)
    keys(desk, "c")
    assert desk.evaluate("document.activeElement.id") == "case"
    desk.keyboard.press("Alt+n")
    expect(desk.locator(".notice--done")).to_contain_text("tiếp nhận")
    # A word for a colleague, without leaving the case.
    keys(desk, "c")
    tab_to(desk, lambda: focused(desk) == "Viết ghi chú")
    desk.keyboard.press("Enter")
    tab_to(desk, lambda: desk.evaluate("document.activeElement.id") == "note")
    desk.keyboard.type("Gọi lại j k x trước 11 giờ")
    desk.keyboard.press("Tab")
    desk.keyboard.press("Enter")
    expect(desk.locator("#notes li").first).to_contain_text("Gọi lại j k x trước 11 giờ")
    # The next page, fifty marked, one of them left out; all accepted at once.
    keys(desk, "n")
    desk.wait_for_url("**page=2*")
    keys(desk, "ajjx")
    chosen = marked(desk)
    assert len(chosen) == 49
    assert row_in_hand(desk) not in chosen
    keys(desk, "b")
    desk.wait_for_url("**/desk/bulk*")
    examine(desk)
    tab_to(desk, lambda: focused(desk) == "Tiếp nhận" and _is(desk, "summary"))
    desk.keyboard.press("Enter")
    tab_to(desk, lambda: focused(desk) == "Tiếp nhận" and _is(desk, "button"))
    desk.keyboard.press("Enter")
    told = desk.locator("#run .notice")
    expect(told).to_contain_text("Đã xong: 49. Chưa làm được: 0.", timeout=30_000)
    assert {demo_city.case(code)["status"] for code in chosen[:3]} <= {2, 4}
    examine(desk)
    # Back to the list as it was cut.
    keys(desk, "u")
    desk.wait_for_url("**procedure=*")
    assert time.monotonic() - began < 60


def _is(page: Page, tag: str) -> bool:
    return bool(page.evaluate("tag => document.activeElement.matches(tag)", tag))


def test_single_keys_can_be_switched_off_and_never_act_while_one_types(
    morning: list[str], desk: Page
) -> None:
    keys(desk, "/")
    desk.keyboard.type("jx?")
    assert desk.locator("#q").input_value() == "jx?"
    assert not marked(desk)
    desk.locator("h1").evaluate("one => { one.tabIndex = -1; one.focus() }")
    keys(desk, "?")
    tab_to(desk, lambda: _is(desk, "[data-keys-on]"))
    desk.keyboard.press("Space")
    desk.keyboard.press("Escape")
    keys(desk, "jx")
    assert not marked(desk)
    desk.reload()
    keys(desk, "jx?")
    assert not marked(desk)
    expect(desk.locator("#keys")).not_to_be_visible()


def test_what_is_new_is_marked_and_what_one_reads_stays_where_it_is(
    demo_city: DemoCity, morning: list[str], desk: Page
) -> None:
    desk.goto(f"/desk?procedure={PROCEDURE}&sort=newest")
    row = desk.locator("#list tr[data-case]").nth(10)
    code = row.get_attribute("data-case")
    keys(desk, "j" * 11)
    assert row_in_hand(desk) == code
    keys(desk, "x")
    before = desk.evaluate("document.activeElement.getBoundingClientRect().top")
    asked = demo_city.api.get(f"/api/v1/procedures/{PROCEDURE}").json()["form"]["example"]
    head = demo_city.token("an") | {"Idempotency-Key": str(uuid4())}
    body = {"procedure": PROCEDURE, "answers": asked}
    new = demo_city.api.post("/api/v1/cases", json=body, headers=head).json()["code"]
    fresh = desk.locator(f'tr[data-case="{new}"]')
    expect(fresh.locator(".desk__mark--fresh")).to_have_text("Mới")
    assert marked(desk) == [code]
    assert row_in_hand(desk) == code
    after = desk.evaluate("document.activeElement.getBoundingClientRect().top")
    assert abs(after - before) <= 1
    demo_city.act("reception", str(code), "accept")
    expect(desk.locator(f'tr[data-case="{code}"] .desk__mark--fresh')).to_have_text("Vừa thay đổi")
