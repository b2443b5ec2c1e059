"""One's own data on a telephone: what is held, consents, a copy of everything, who looked; and
control's page of a case."""

import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from motcua.demo import people
from tests.journeys.test_resident import (
    NEXT,
    PROCEDURE,
    deliver_and_send,
    fill_in,
    go_on,
    sign_in,
)

COPY = "9.910005"
READY_MILLISECONDS_MAX = 60_000
Examine = Callable[[Page], None]


def open_all(page: Page) -> None:
    """What lies behind a summary is part of the page."""
    for one in page.locator("main details").all():
        one.evaluate("one => one.open = true")


@pytest.mark.parametrize(("language", "dark"), [("vi", False), ("en", True)])
def test_a_person_reads_what_is_held_and_takes_back_a_consent(
    enter: Any, examine: Examine, language: str, dark: bool
) -> None:
    page = enter(language=language, dark=dark)
    sign_in(page, "lan", "/me/privacy")
    open_all(page)
    expect(page.locator("#held ~ details")).to_have_count(13)
    examine(page)
    page.click("form[action='/me/consents/email'] button")
    expect(page.locator("form[action='/me/consents/email/withdrawal']")).to_be_visible()
    examine(page)
    page.click("form[action='/me/consents/email/withdrawal'] button")
    open_all(page)
    expect(page.locator("form[action='/me/consents/email']")).to_be_visible()
    examine(page)


def fetched(page: Page) -> zipfile.ZipFile:
    """Ask for a copy, wait until the city has made it, and take it."""
    page.click("form[action='/me/privacy/exports'] button")
    link = page.locator("main a[href^='/me/privacy/exports/']")
    for _ in range(READY_MILLISECONDS_MAX // 500):
        if link.count():
            break
        page.wait_for_timeout(500)
        page.reload()
    with page.expect_download() as coming:
        link.first.click()
    content = coming.value.path().read_bytes()
    return zipfile.ZipFile(io.BytesIO(content))


def test_a_copy_of_everything_is_made_and_taken_on_a_phone(
    demo_city: Any, enter: Any, examine: Examine
) -> None:
    page = enter()
    sign_in(page, "hoa", "/me/privacy")
    archive = fetched(page)
    assert "manifest.sig" in archive.namelist()
    name = people.person(demo_city.settings, "hoa").name
    assert name.encode() in archive.read("data/identity.people.json")
    examine(page)


def test_a_firms_representative_takes_the_firms_copy(enter: Any, examine: Examine) -> None:
    page = enter()
    sign_in(page, "an@thu-nghiem", "/me/privacy")
    expect(page.locator("#exports")).to_contain_text("Công ty TNHH Thử Nghiệm")
    examine(page)
    archive = fetched(page)
    assert "Công ty TNHH Thử Nghiệm".encode() in archive.read("data/identity.people.json")
    page.goto("/me/delegations")
    examine(page)


def test_a_right_is_asked_for_page_by_page(enter: Any, examine: Examine) -> None:
    page = enter()
    sign_in(page, "giang", "/me/privacy")
    page.click(f"main a[href='/procedures/{COPY}']")
    examine(page)
    page.goto(f"/procedures/{COPY}/apply")
    while not page.url.endswith("/check-answers"):
        for name, value in (("whom", "self"), ("held_by", "platform"), ("delivery", "electronic")):
            if page.locator(f"input[name={name}][value='{value}']").count():
                page.check(f"input[name={name}][value='{value}']")
        if page.locator("[name=request]").count():
            page.fill("[name=request]", "Tất cả dữ liệu của tôi")
        examine(page)
        go_on(page)
    page.check("input[name=declaration]")
    examine(page)
    page.locator(NEXT).last.click()
    expect(page).to_have_url(re.compile("/cases/"))
    examine(page)


def test_an_authorisation_says_which_procedures_it_names(enter: Any, examine: Examine) -> None:
    page = enter()
    sign_in(page, "hung", f"/procedures/{PROCEDURE}/apply")
    page.check("input[name=whom][value=other]")
    page.check("input[name=authority_scope][value=named]")
    examine(page)
    go_on(page)
    expect(page.locator(".govuk-error-summary")).to_be_visible()
    examine(page)


def test_who_looked_and_where_one_is_signed_in(enter: Any, examine: Examine) -> None:
    page = enter()
    sign_in(page, "binh", f"/procedures/{PROCEDURE}/apply")
    fill_in(page)
    deliver_and_send(page)
    for place in ("/me", "/me/looks", "/me/sessions", "/me/delegations", "/me/privacy"):
        page.goto(place)
        open_all(page)
        examine(page)


@pytest.mark.parametrize(("width", "dark"), [(390, False), (1280, True)])
def test_control_reads_how_a_case_went_and_who_looked(
    enter: Any, examine: Examine, width: int, dark: bool
) -> None:
    mine = enter()
    sign_in(mine, "binh", f"/procedures/{PROCEDURE}/apply")
    fill_in(mine)
    code = deliver_and_send(mine)
    page = enter(width=width, dark=dark)
    page.goto("/desk")
    page.click("main a[role=button]")
    page.click("button[value=control]")
    page.click("a[href='/desk/history']")
    examine(page)
    page.fill("#code", "H26.1")
    page.click("main form button")
    expect(page.locator("#code-error")).to_be_visible()
    examine(page)
    page.fill("#code", code)
    page.click("main form button")
    expect(page.locator("#looks ~ .rows")).to_contain_text("Tạ Minh Châu")
    examine(page)
    mine.goto("/me/looks")
    expect(mine.locator("main")).to_contain_text("Tạ Minh Châu")
    page.goto("/desk/messages")
    examine(page)
