"""The kit in a real browser: accessible, whole at 320 px, light, and usable without script."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parent.parent.parent
AXE = ROOT / "frontend/node_modules/axe-core/axe.min.js"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
FIRST_LOAD_BYTES_MAX = 100_000
FONT_BYTES_MAX = 50_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # A sandbox cannot be made by root; the small /dev/shm of containers is not used.
    flags = ["--disable-dev-shm-usage", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=flags)


COMPLAINTS: list[str] = []
"""What the console of the page opened last has said."""


def opened(browser: Browser, address: str, **how: Any) -> Page:
    page = browser.new_context(**{"locale": "vi-VN", "reduced_motion": "reduce", **how}).new_page()
    COMPLAINTS.clear()
    page.on("console", lambda message: COMPLAINTS.append(message.text))
    page.on("pageerror", lambda error: COMPLAINTS.append(str(error)))
    page.goto(address)
    return page


@pytest.mark.parametrize(
    ("path", "scheme", "width"),
    [
        ("/", "light", 320),
        ("/case?how=late", "dark", 320),
        ("/form", "light", 1280),
        ("/form", "dark", 320),
        ("/check", "light", 320),
        ("/desk", "dark", 1280),
        ("/desk", "light", 320),
        ("/nowhere", "light", 390),
    ],
)
def test_a_page_has_no_fault_that_axe_finds_and_fits_its_width(
    browser, address, path, scheme, width
):
    page = opened(browser, address, viewport={"width": width, "height": 700}, color_scheme=scheme)
    page.context.add_cookies([{"name": "session", "value": "officer", "url": address}])
    page.goto(address + path)
    found = page.evaluate(f"{AXE.read_text()}; axe.run({{runOnly: {RULES}}})")
    assert [(v["id"], v["nodes"][0]["html"]) for v in found["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("document.fonts.check('600 1rem \"Be Vietnam Pro\"', 'Ứng ể đ')")
    assert [text for text in COMPLAINTS if "404" not in text] == []


def test_the_first_load_is_light(browser, address):
    page = opened(browser, f"{address}/case")
    page.wait_for_load_state("networkidle")
    loads = page.evaluate(
        "[...performance.getEntriesByType('resource'),"
        " ...performance.getEntriesByType('navigation')].map(e => [e.name, e.encodedBodySize])"
    )
    fonts = sum(size for name, size in loads if name.endswith(".woff2"))
    assert 0 < fonts <= FONT_BYTES_MAX
    assert sum(size for _, size in loads) <= FIRST_LOAD_BYTES_MAX
    assert len([name for name, _ in loads if name.endswith(".woff2")]) == 2


@pytest.mark.parametrize("has_script", [True, False])
def test_a_hanging_question_opens_with_its_choice(browser, address, has_script):
    page = opened(browser, f"{address}/form", java_script_enabled=has_script)
    assert not page.locator("#why").is_visible()
    page.get_by_label("Phiếu số 2").check()
    assert page.locator("#why").is_visible()


def test_the_error_summary_has_the_focus_and_leads_to_the_box(browser, address):
    page = opened(browser, f"{address}/form")
    page.get_by_role("button", name="Tiếp tục").click()
    summary = page.locator(".govuk-error-summary")
    summary.wait_for()
    assert summary.evaluate("it => it === document.activeElement")
    summary.locator("a").nth(1).click()
    assert page.evaluate("document.activeElement.id") == "born"
    described = page.locator("#residence-0-from").evaluate(
        "it => it.closest('fieldset').getAttribute('aria-describedby')"
    )
    assert page.locator(f"#{described.strip()}").is_visible()


def test_rows_grow_and_shrink_without_a_script(browser, address):
    page = opened(browser, f"{address}/form", java_script_enabled=False)
    page.locator("#residence-0-place").fill("Phường Láng")
    page.get_by_role("button", name="Thêm một dòng").click()
    assert page.locator("#residence-0-place").input_value() == "Phường Láng"
    assert page.locator("#residence-1-place").is_visible()
    page.get_by_role("button", name="Bỏ dòng này").first.click()
    assert page.locator("#residence-0-place").input_value() == ""


def test_enter_goes_on_and_takes_no_row_away(browser, address):
    page = opened(browser, f"{address}/form", java_script_enabled=False)
    page.locator("#residence-0-place").fill("Phường Láng")
    page.get_by_role("button", name="Thêm một dòng").click()
    page.locator("#residence-0-place").press("Enter")
    assert page.locator(".govuk-error-summary").is_visible()
    assert page.locator("#residence-0-place").input_value() == "Phường Láng"


def test_the_first_tab_leads_past_the_head_and_each_stop_is_seen(browser, address):
    page = opened(browser, f"{address}/case")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    at = page.evaluate(
        "(() => { const s = getComputedStyle(document.activeElement);"
        " return [document.activeElement.textContent, s.outlineWidth, s.outlineColor] })()"
    )
    assert at == ["Quay lại", "3px", "rgb(255, 183, 3)"]


def test_the_language_switch_works_from_any_page(browser, address):
    page = opened(browser, f"{address}/case?how=late")
    page.get_by_role("link", name="English").click()
    assert page.url == f"{address}/case?how=late"
    assert page.get_by_role("heading", level=1).inner_text() == "Criminal record certificate"
