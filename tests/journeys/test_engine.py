"""A request that three agencies answer, and one on which another agency is heard, in a browser."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.cases.build import pdf
from tests.journeys.conftest import DemoCity, Enter

Examine = Callable[[Page], None]
JOINED, PERMIT = "2.000986", "1.013225"
WARD = "H26.00004"


def sign_in(page: Page, account: str, address: str) -> None:
    """A resident, or an officer at the desk."""
    door = "/desk/sign-in" if address.startswith("/desk") else "/sign-in"
    page.goto(f"{door}?next={address}")
    page.click("main a.govuk-button")
    page.click(f'button[value="{account}"]')
    page.wait_for_url(f"**{address}")


def once(city: DemoCity, who: str) -> dict[str, str]:
    return city.token(who) | {"Idempotency-Key": str(uuid4())}


def file(city: DemoCity, who: str, code: str, papers: tuple[str, ...], **changed: Any) -> str:
    """The pack's example, with every paper that it calls for."""
    example = city.api.get(f"/api/v1/procedures/{code}").json()["form"]["example"]
    attached = []
    for requirement in papers:
        content = {"file": ("giay-to.pdf", pdf(), "application/pdf")}
        stored = city.api.post("/api/v1/documents", files=content, headers=once(city, who))
        attached.append({"requirement": requirement, "id": stored.json()["id"]})
    body = {
        "procedure": code, "answers": example | changed, "documents": attached, "agency": WARD,
    }  # fmt: skip
    answer = city.api.post("/api/v1/cases", json=body, headers=once(city, who))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["code"])


@pytest.mark.parametrize(("width", "language", "dark"), [(390, "vi", False), (1280, "en", True)])
def test_a_joined_up_case_shows_its_parts_to_parent_and_officer(
    demo_city: DemoCity, enter: Enter, examine: Examine, width: int, language: str, dark: bool
) -> None:
    code = file(demo_city, "lan", JOINED, ("birth_notice",))
    demo_city.act("commune", code, "accept")
    demo_city.act("commune", code, "propose", outcome="granted")
    demo_city.act("commune-leader", code, "approve")
    demo_city.act("commune-leader", code, "sign")
    page = enter(width=width, language=language, javascript=False, dark=dark)
    sign_in(page, "lan", "/me")
    page.goto(f"/cases/{code}")
    parts = page.locator("section[aria-labelledby=parts] li a")
    for _ in range(40):  # the worker opens them
        if parts.count() == 2:
            break
        page.wait_for_timeout(250)
        page.reload()
    expect(parts).to_have_count(2)
    parts.first.click()
    page.wait_for_url("**/cases/*")
    expect(page.locator(f'a[href="/cases/{code}"]')).to_be_visible()
    desk = enter(width=width, language=language, dark=dark)
    sign_in(desk, "commune", f"/desk/cases/{code}")
    expect(desk.locator("section[aria-labelledby=parts] li")).to_have_count(2)
    for one in (enter(width=width, language=language, dark=dark), desk):
        if one is not desk:
            sign_in(one, "lan", f"/cases/{code}")
        examine(one)


def test_another_agency_is_asked_answers_and_an_apology_shows_its_new_date_first(
    demo_city: DemoCity, enter: Enter, examine: Examine
) -> None:
    papers = ("land_paper", "drawings", "designer_certificate")
    code = file(demo_city, "an", PERMIT, papers, by_road=True)
    demo_city.act("commune", code, "accept")
    officer = enter(width=1280)
    sign_in(officer, "commune", f"/desk/cases/{code}")
    officer.click("text=Hỏi ý kiến cơ quan khác")
    officer.fill("#question-agency", "cong an")
    officer.fill("#question-text", "Nhà này có phải thẩm duyệt không?")
    officer.fill("#question-limit", "2")
    officer.locator('form[action*="/question"] button[type=submit]').click()
    expect(officer.locator("select#question-agency")).to_be_visible()  # many police offices fit
    examine(officer)
    officer.select_option("#question-agency", "H26.11")
    officer.locator('form[action*="/question"] button[type=submit]').click()
    expect(officer.locator("#opinions ~ .finding")).to_have_count(2)
    asked = enter(width=390, javascript=False)
    sign_in(asked, "handler", "/desk")
    asked.goto("/desk?work=asked")
    asked.click("text=Nhà này có phải thẩm duyệt không?")
    # This officer holds posts in both agencies that were asked, so they say which one answers.
    asked.select_option("#opinion-opinion", label="Nhà này có phải thẩm duyệt không?")
    asked.check('input[name=outcome][value="agrees"]')
    asked.fill("#opinion-text", "Nhà ở riêng lẻ không phải thẩm duyệt.")
    asked.locator('form[action*="/opinion"] button[type=submit]').click()
    expect(asked.locator("text=Ý kiến của bạn đã gửi.")).to_be_visible()
    officer.goto(f"/desk/cases/{code}")
    expect(officer.locator("text=Nhà ở riêng lẻ không phải thẩm duyệt.")).to_be_visible()
    officer.click("text=Xin lỗi và hẹn lại")
    officer.fill("#apology-limit", "3")
    officer.fill("#apology-text", "Thửa đất cần đo lại.")
    officer.locator('form[action*="/apology"] button[type=submit]:not([name=fill])').click()
    expect(officer.locator("text=Hẹn mới là")).to_be_visible()
    examine(officer)
    officer.locator('form[action*="/apology"] button[type=submit]:not([name=fill])').click()
    expect(officer.locator("text=Lời xin lỗi và hẹn mới đã gửi.")).to_be_visible()
    resident = enter()
    sign_in(resident, "an", f"/cases/{code}")
    expect(resident.locator("text=Thửa đất cần đo lại.")).to_be_visible()
    assert "không phải thẩm duyệt" not in resident.content()
    examine(resident)
