"""Ask once: what an office has accepted is offered the next time, and taken with one tap."""

import re
from typing import Any

from playwright.sync_api import expect

from tests.journeys.test_resident import (
    Examine,
    apply,
    deliver_and_send,
    fill_in,
    go_on,
    hand_in,
    pay,
    sign_in,
)

NEED = "fee_class_proof"


def test_a_paper_is_handed_in_once(demo_city: Any, enter: Any, examine: Examine) -> None:
    page = enter()
    sign_in(page, "binh")
    apply(page)
    begun = page.get_by_role("button", name="Khai lại từ đầu")
    if begun.count():  # what an earlier journey left lies there
        begun.click()
    fill_in(page, fee_class="student")
    hand_in(page, NEED)
    first = deliver_and_send(page)
    pay(page)
    demo_city.act("reception", first, "accept")

    page.goto("/me/vault")
    expect(page.locator("#papers ~ ul li")).to_have_count(1)
    examine(page)

    apply(page)
    fill_in(page, fee_class="student")
    expect(page).to_have_url(re.compile("/apply/documents$"))
    expect(page.locator("main")).to_contain_text("không cần nộp lại")
    examine(page)
    page.click("button[name=take]")
    page.wait_for_load_state()
    expect(page.locator("button[name=take]")).to_have_count(0)
    expect(page.locator("button[name=drop]")).to_have_count(1)
    examine(page)
    go_on(page)
    second = deliver_and_send(page)
    [paper], [again] = (demo_city.case(code, "binh")["documents"] for code in (first, second))
    assert again == paper

    page.goto(f"/cases/{second}")
    expect(page.locator("main")).to_contain_text("Dùng lại giấy tờ đã có trong kho")
    page.goto("/me/vault")
    expect(page.locator("main")).to_contain_text("Đã dùng lại cho 1 hồ sơ sau")
    examine(page)
