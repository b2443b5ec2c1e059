"""At a counter in a browser: a request page by page, the waiting room, and no barrier."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.cases.build import pdf
from tests.journeys.conftest import DemoCity, Enter
from tests.journeys.test_engine import sign_in

Examine = Callable[[Page], None]
BRANCH, COPY = "H26.02.01", "2.000635"
AN = "999090000017"


def go_on(page: Page) -> None:
    page.locator("main button.govuk-button", has_text="Tiếp tục").click()


@pytest.mark.parametrize(("width", "dark"), [(390, False), (1280, True)])
def test_a_stranger_is_taken_in_at_a_branch_page_by_page(
    demo_city: DemoCity, enter: Enter, examine: Examine, width: int, dark: bool
) -> None:
    page = enter(width=width, dark=dark)
    sign_in(page, "reception", "/desk")
    page.goto("/desk/counter?q=trich+luc+ho+tich")
    examine(page)
    page.click(f'a[href="/desk/counter/new/{COPY}"]')
    page.wait_for_url("**/who-asks")
    examine(page)
    page.fill("#number", "999000000000")
    go_on(page)
    expect(page.locator("#number-error")).to_be_visible()
    examine(page)
    page.fill("#number", AN)
    go_on(page)
    page.wait_for_url("**/who-came")
    expect(page.locator("main small", has_text="Nguyễn Văn An")).to_be_visible()
    examine(page)
    go_on(page)
    page.wait_for_url("**/how-it-comes")
    examine(page)
    page.select_option("#counter", BRANCH)
    go_on(page)
    for _ in range(12):  # the procedure's own pages, answered as its example is
        if page.url.endswith("get-result"):
            break
        examine(page)
        fill(page, demo_city)
        go_on(page)
        page.wait_for_load_state()
        assert not page.locator(".govuk-error-summary").count(), page.inner_text("main")
    page.check('input[name=delivery][value="counter"]')
    examine(page)
    go_on(page)
    page.wait_for_url("**/check-answers")
    examine(page)
    for oath in page.locator("main input[type=checkbox]").all():
        oath.check()
    page.locator("main button.govuk-button", has_text="Tiếp nhận").click()
    page.wait_for_url("**/desk/counter/cases/*")
    expect(page.locator("h1", has_text="Nguyễn Văn An")).to_be_visible()
    examine(page)
    page.click("text=Người nộp rút hồ sơ")
    page.wait_for_url("**/withdrawal")
    examine(page)
    page.fill("#shown", "Thẻ căn cước 999090000017")
    page.set_input_files(
        "#file-request", {"name": "don.pdf", "mimeType": "application/pdf", "buffer": pdf()}
    )
    page.locator("main button.govuk-button", has_text="Rút hồ sơ").click()
    page.wait_for_url("**/desk/counter/cases/*")
    expect(page.locator("main", has_text="Đã rút").first).to_be_visible()


def fill(page: Page, city: DemoCity) -> None:
    """Whatever this page asks, from the pack's example."""
    form = city.api.get(f"/api/v1/procedures/{COPY}").json()["form"]
    for name, value in form["example"].items():
        radio = page.locator(f'input[type=radio][name="{name}"]')
        if radio.count():
            said = str(value).lower() if isinstance(value, bool) else str(value)
            page.check(f'input[name="{name}"][value="{said}"]')
        elif page.locator(f'[name="{name}-day"]').count():
            year, month, day = str(value).split("-")
            for part, typed in (("day", day), ("month", month), ("year", year)):
                page.fill(f'[name="{name}-{part}"]', typed)
        elif page.locator(f'select[name="{name}"]').count():
            page.select_option(f'select[name="{name}"]', str(value))
        elif page.locator(f'[name="{name}"]').count():
            page.fill(f'[name="{name}"]', str(value))


@pytest.mark.parametrize(("width", "dark"), [(390, False), (390, True), (1280, False)])
def test_the_waiting_room_has_no_barrier_that_axe_can_see(
    demo_city: DemoCity, enter: Enter, examine: Examine, width: int, dark: bool
) -> None:
    kiosk = enter(width=width, dark=dark)
    kiosk.goto(f"/agencies/{BRANCH}/queue/take")
    examine(kiosk)
    kiosk.locator('button[value="file"]').click()
    number = kiosk.locator(".board__mine").inner_text()
    examine(kiosk)
    desk = enter(width=width, dark=dark)
    sign_in(desk, "reception", "/desk")
    desk.goto(f"/desk/queue?agency={BRANCH}&place=Quầy+1")
    examine(desk)
    desk.locator("main button[accesskey]").click()
    expect(desk.locator("#called ~ ul")).to_contain_text(number)
    board = enter(width=width, dark=dark)
    board.goto(f"/agencies/{BRANCH}/queue?still")
    expect(board.locator("table.board")).to_contain_text("Quầy 1")
    examine(board)
    desk.goto("/desk/counter")
    examine(desk)
