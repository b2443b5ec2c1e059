"""A resident's whole way: from a question in the search box to the certificate in the vault."""

import base64
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

PROCEDURE = "3.000333"
FIRST_LOAD_BYTES_MAX = 100_000
NEXT = "main form .govuk-button-group button.govuk-button:not(.govuk-button--secondary)"
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
Examine = Callable[[Page], None]


def go_on(page: Page) -> None:
    page.locator(NEXT).last.click()
    page.wait_for_load_state()


def sign_in(page: Page, account: str, next: str = "/") -> None:
    page.goto(f"/sign-in?next={next}")
    page.click("main a.govuk-button")
    choose(page, account)


def choose(page: Page, account: str) -> None:
    """On the demonstration's e-ID page."""
    page.click(f'button[value="{account}"]')
    page.wait_for_load_state()


def fill_in(
    page: Page, kind: int = 1, fee_class: str = "ordinary", copies: int = 1, whom: str = "self",
    number: str = "", look: Examine = lambda _: None,
) -> None:  # fmt: skip
    """From the first page to the one that checks the answers."""
    expect(page).to_have_url(re.compile("/apply/for-whom$"))
    page.check(f"input[name=whom][value='{whom}']")
    if number:
        page.fill("[name=number]", number)
    look(page)
    go_on(page)
    page.check(f"input[name=certificate_type][value='{kind}']")
    if kind == 1:
        page.check("input[name=confirm_ban_on_office][value=false]")
    look(page)
    go_on(page)
    look(page)
    go_on(page)
    expect(page).to_have_url(re.compile("/apply/history$"))
    page.fill("[name=residence_history-0-from-month]", "9")
    page.fill("[name=residence_history-0-from-year]", "2016")
    page.fill("[name=residence_history-0-address]", "Số 12 đường Mẫu")
    page.fill("[name=residence_history-0-occupation]", "Kỹ sư")
    look(page)
    go_on(page)
    page.check("input[name=purpose][value=employment]")
    page.fill("[name=copies]", str(copies))
    look(page)
    go_on(page)
    page.check(f"input[name=fee_class][value={fee_class}]")
    look(page)
    go_on(page)


def hand_in(page: Page, requirement: str) -> None:
    expect(page).to_have_url(re.compile("/apply/documents$"))
    picture = {"name": "the.png", "mimeType": "image/png", "buffer": PIXEL}
    page.set_input_files(f"#file-{requirement}", picture)  # type: ignore[arg-type]
    go_on(page)


def deliver_and_send(page: Page, look: Examine = lambda _: None) -> str:
    expect(page).to_have_url(re.compile("/apply/get-result$"))
    look(page)
    go_on(page)
    expect(page).to_have_url(re.compile("/apply/check-answers$"))
    page.check("#declaration")
    look(page)
    go_on(page)
    expect(page).to_have_url(re.compile(r"/cases/H26"))
    return page.url.rpartition("/")[2]


def pay(page: Page) -> None:
    """By the bank's page, and back to the case."""
    page.click('main a.govuk-button[href^="/pay/"], main a.govuk-button[href*="/pay/"]')
    page.wait_for_load_state()
    page.click('a[href$="/bank"]')
    page.click('form[action$="/pay"] button')
    page.wait_for_load_state()


def apply(page: Page) -> None:
    page.goto(f"/procedures/{PROCEDURE}")
    page.click(f'a.govuk-button[href="/procedures/{PROCEDURE}/apply"]')
    page.wait_for_load_state()


def test_from_a_question_to_a_certificate_on_a_phone(
    demo_city: Any, enter: Any, examine: Examine, tmp_path: Path
) -> None:
    page = enter()
    page.goto("/")
    page.fill("#q", "ly lich tu phap")
    page.wait_for_url("**/?q=ly*")
    examine(page)
    page.click("#found a")
    examine(page)
    expect(page.locator("h1")).to_have_text("Phiếu lý lịch tư pháp")
    page.click("main a.govuk-button")
    page.wait_for_load_state()
    examine(page)
    page.click("main a.govuk-button")
    choose(page, "an")
    fill_in(page, copies=3, look=examine)
    code = deliver_and_send(page, look=examine)
    expect(page.locator("#state")).to_contain_text("205.000 đ")
    examine(page)

    pay(page)
    page.goto(f"/cases/{code}")
    expect(page.locator("#state")).to_contain_text("đã trả")
    demo_city.act("reception", code, "accept")
    # Nobody touches the page from here: it changes by itself.
    expect(page.locator("#state")).to_contain_text("Bạn không phải làm gì. Có kết quả")
    demo_city.act("handler", code, "propose", outcome="granted")
    demo_city.act("leader", code, "approve")
    demo_city.act("leader", code, "sign")
    expect(page.locator("#state")).to_contain_text("Bạn đã có kết quả.")
    examine(page)
    lines = page.locator("#state ol li").all_text_contents()
    assert len(lines) == len(set(lines)), "each act is told once"
    with page.expect_download() as download:
        page.click(".result a.govuk-button")
    certificate = tmp_path / "certificate.pdf"
    download.value.save_as(certificate)
    assert certificate.read_bytes().startswith(b"%PDF-")

    for address in ("/me", "/me/looks", "/"):
        page.goto(address)
        examine(page)
    page.goto("/me")
    expect(page.locator("main")).to_contain_text("Phiếu lý lịch tư pháp số 1")


def test_everything_works_without_javascript(demo_city: Any, enter: Any) -> None:
    page = enter(javascript=False)
    page.goto("/")
    page.fill("#q", "ly lich tu phap")
    page.click("form[role=search] button")
    page.click("#found a")
    page.click("main a.govuk-button")
    page.click("main a.govuk-button")
    choose(page, "giang")
    fill_in(page, fee_class="elderly")
    code = deliver_and_send(page)
    expect(page.locator("#state")).to_contain_text("0 đ")
    demo_city.decide(code)
    page.click("text=Xem có gì mới")
    expect(page.locator("#state")).to_contain_text("Bạn đã có kết quả.")


def test_a_student_pays_half_and_hands_in_a_proof(enter: Any, examine: Examine) -> None:
    page = enter()
    sign_in(page, "binh", f"/procedures/{PROCEDURE}/apply")
    fill_in(page, fee_class="student")
    go_on(page)
    examine(page)
    summary = page.locator(".govuk-error-summary a")
    expect(summary).to_have_attribute("href", "#file-fee_class_proof")
    picture = {"name": "the.png", "mimeType": "image/png", "buffer": PIXEL}
    page.set_input_files("#file-fee_class_proof", picture)
    page.click("button[name=upload]")
    expect(page.locator(".files")).to_contain_text("the.png")
    page.click("button[name=drop]")
    expect(page.locator(".files")).to_have_count(0)
    hand_in(page, "fee_class_proof")
    code = deliver_and_send(page)
    expect(page.locator("#state")).to_contain_text("100.000 đ")
    assert code


def test_level_one_is_told_how_to_get_level_two_and_loses_nothing(
    enter: Any, examine: Examine
) -> None:
    page = enter()
    sign_in(page, "cuong", f"/procedures/{PROCEDURE}/apply")
    expect(page.locator("h1")).to_contain_text("mức độ 2")
    examine(page)
    page.click("main .govuk-button-group a.govuk-button")  # beside it: sign in again, at level 2
    fill_in(page, fee_class="elderly")
    go_on(page)
    expect(page).to_have_url(re.compile("/apply/check-answers$"))
    expect(page.locator("main")).to_contain_text("công an xã, phường")
    expect(page.locator('form[action$="check-answers"]')).to_have_count(0)
    examine(page)
    page.goto(f"/procedures/{PROCEDURE}/apply/purpose")
    expect(page.locator("[name=copies]")).to_have_value("1")


def test_a_session_that_ends_keeps_the_draft_and_what_was_typed_last(
    enter: Any, examine: Examine
) -> None:
    page = enter()
    sign_in(page, "binh", f"/procedures/{PROCEDURE}/apply/purpose")
    page.check("input[name=purpose][value=study]")
    page.fill("[name=copies]", "7")
    go_on(page)
    page.context.clear_cookies()
    page.check("input[name=fee_class][value=student]")
    go_on(page)
    expect(page).to_have_url(re.compile("/sign-in"))
    page.click("main a.govuk-button")
    choose(page, "binh")
    expect(page).to_have_url(re.compile("/sign-in/kept"))
    examine(page)
    page.click("main form button")
    page.goto(f"/procedures/{PROCEDURE}/apply/fee")
    expect(page.locator("input[name=fee_class][value=student]")).to_be_checked()
    page.goto(f"/procedures/{PROCEDURE}/apply/purpose")
    expect(page.locator("[name=copies]")).to_have_value("7")


def test_a_mother_asks_for_her_daughter(demo_city: Any, enter: Any) -> None:
    page = enter()
    sign_in(page, "hoa", f"/procedures/{PROCEDURE}/apply")
    number = page.locator("input[name=whom]").nth(1).get_attribute("value")
    fill_in(page, kind=2, fee_class="child", whom=str(number))
    code = deliver_and_send(page)
    expect(page.locator("main")).to_contain_text("Kết quả cấp cho Phạm Thu Dung")
    demo_city.decide(code)
    expect(page.locator("#state")).to_contain_text("Bạn đã có kết quả.")


def test_a_child_is_told_that_a_parent_must_ask(enter: Any, examine: Examine) -> None:
    page = enter()
    sign_in(page, "dung", f"/procedures/{PROCEDURE}/apply")
    page.check("input[name=whom][value=self]")
    go_on(page)
    expect(page.locator(".govuk-error-summary")).to_contain_text("chưa đủ 16 tuổi")
    examine(page)


def test_a_firm_asks_and_the_case_names_both(enter: Any, examine: Examine) -> None:
    page = enter()
    sign_in(page, "an@thu-nghiem", f"/procedures/{PROCEDURE}/apply")
    fill_in(page)
    code = deliver_and_send(page, look=examine)
    expect(page.locator(".title")).to_contain_text("Nguyễn Văn An nộp thay Công ty TNHH Thử Nghiệm")
    assert code


def test_in_english_for_type_two_with_every_error_named(enter: Any, examine: Examine) -> None:
    page = enter(language="en", dark=True, width=320)
    sign_in(page, "hung", f"/procedures/{PROCEDURE}/apply")
    go_on(page)
    go_on(page)
    expect(page.locator(".govuk-error-summary")).to_contain_text("Which certificate do you need?")
    examine(page)
    page.check("input[name=certificate_type][value='2']")
    go_on(page)
    go_on(page)
    expect(page.locator("main")).to_contain_text("Source: National population register.")
    page.fill("[name=residence_history-0-from-month]", "")
    page.fill("[name=residence_history-0-from-year]", "2016")
    go_on(page)
    summary = page.locator(".govuk-error-summary")
    expect(summary).to_contain_text("From (row 1)")
    expect(page.locator("[name=residence_history-0-from-year]")).to_have_value("2016")
    examine(page)
    summary.locator("a").first.click()
    assert page.evaluate("document.activeElement.id") == "residence_history-0-from"


def test_a_form_is_filled_in_by_keyboard_alone(enter: Any) -> None:
    page = enter(width=1280)
    sign_in(page, "lan", f"/procedures/{PROCEDURE}/apply/certificate")
    page.keyboard.press("Tab")
    expect(page.locator(".govuk-skip-link")).to_be_focused()
    page.keyboard.press("Enter")
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "certificate_type":
            break
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "confirm_ban_on_office"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/apply/person")


def test_a_double_click_files_one_case(demo_city: Any, enter: Any) -> None:
    page = enter(javascript=False)
    sign_in(page, "hoa", f"/procedures/{PROCEDURE}/apply")
    fill_in(page)
    go_on(page)
    page.check("#declaration")
    key = page.locator("input[name=key]").get_attribute("value")
    form = {"key": key, "declaration": "true"}
    address = f"/procedures/{PROCEDURE}/apply/check-answers"
    origin = {"origin": demo_city.url}
    first, second = (
        page.request.post(address, form=form, headers=origin, max_redirects=0) for _ in "12"
    )
    assert first.status == second.status == 303
    assert first.headers["location"] == second.headers["location"]


def test_the_population_register_is_down_and_one_can_go_on(demo_city: Any, enter: Any) -> None:
    page = enter()
    sign_in(page, "lan")
    demo_city.fault("population", "down")
    try:
        page.goto(f"/procedures/{PROCEDURE}/apply/for-whom")
        expect(page.locator(".notice")).to_contain_text("Cơ sở dữ liệu dân cư đang không trả lời")
        fill_in(page)
        code = deliver_and_send(page)
        assert code
    finally:
        demo_city.fault("population", "ok")
    page.goto("/me/looks")
    expect(page.locator("main")).to_contain_text("Chính bạn, khi khai hồ sơ")


def test_what_is_missing_is_added_and_the_officer_is_written_to(
    demo_city: Any, enter: Any, examine: Examine
) -> None:
    page = enter()
    sign_in(page, "giang", f"/procedures/{PROCEDURE}/apply")
    fill_in(page, fee_class="elderly")
    code = deliver_and_send(page)
    asked = {"text": "Bạn ghi rõ nơi làm việc.", "fields": ["residence_history"]}
    demo_city.act("reception", code, "request_supplement", **asked)
    expect(page.locator("#state")).to_contain_text("bạn cần bổ sung")
    examine(page)
    page.click("text=Bổ sung hồ sơ")
    examine(page)
    page.fill("[name=residence_history-0-workplace]", "Trường Mẫu")
    go_on(page)
    expect(page).to_have_url(re.compile(rf"/cases/{re.escape(code)}$"))
    expect(page.locator("#state")).to_contain_text("Đã bổ sung")
    page.fill("#text", "Cảm ơn cô.")
    page.click("text=Gửi lời nhắn")
    expect(page.locator("#state")).to_contain_text("Cảm ơn cô.")
    with page.expect_download() as download:
        page.click("text=Giấy tiếp nhận (PDF)")
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")
    page.click("text=Rút hồ sơ")
    examine(page)
    go_on(page)
    expect(page.locator("#state")).to_contain_text("Bạn đã rút hồ sơ này.")


def test_anyone_sees_how_far_a_case_is_and_no_name(
    demo_city: Any, enter: Any, examine: Examine
) -> None:
    page = enter()
    sign_in(page, "giang", f"/procedures/{PROCEDURE}/apply")
    fill_in(page, fee_class="elderly")
    code = deliver_and_send(page)
    stranger = enter()
    stranger.goto("/")
    stranger.fill("#code", code.lower())
    stranger.press("#code", "Enter")
    expect(stranger.locator("h1")).to_have_text("Mới nộp")
    examine(stranger)
    assert "Giang" not in stranger.content()
    stranger.goto("/status?code=H26.11-000101-0001")
    expect(stranger.locator(".govuk-error-message")).to_contain_text("Không có hồ sơ nào")
    examine(stranger)


@pytest.mark.parametrize("address", ["/", f"/procedures/{PROCEDURE}"])
def test_the_first_load_weighs_at_most_100_kilobytes(
    demo_city: Any, enter: Any, address: str
) -> None:
    page = enter()
    sizes: list[int] = []

    def weigh(response: Any) -> None:
        sizes.append(response.request.sizes()["responseBodySize"])

    page.on("requestfinished", lambda request: weigh(request.response()))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    assert len(sizes) >= 4
    assert sum(sizes) <= FIRST_LOAD_BYTES_MAX
