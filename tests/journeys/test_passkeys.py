"""An officer's key in a real browser, whose authenticator is a virtual one (CDP WebAuthn)."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import CDPSession, ConsoleMessage, Page, expect

from tests.journeys.conftest import ROOT, DemoCity, Enter

Examine = Callable[[Page], None]
LEADER = "Ngô Thanh Sơn"
CODE = re.compile(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){5}")
RECORD = "3.000333"


class Authenticator:
    """Held to this browser: it says yes, or without a finger on it, no."""

    def __init__(self, page: Page) -> None:
        self.line: CDPSession = page.context.new_cdp_session(page)
        self.line.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
            "hasUserVerification": True, "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }  # fmt: skip
        made = self.line.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self.id = made["authenticatorId"]

    def credentials(self) -> list[dict[str, Any]]:
        told = self.line.send("WebAuthn.getCredentials", {"authenticatorId": self.id})
        return list(told["credentials"])

    def knows_its_owner(self, is_so: bool) -> None:
        said = {"authenticatorId": self.id, "isUserVerified": is_so}
        self.line.send("WebAuthn.setUserVerified", said)


def staff(page: Page, account: str, address: str) -> None:
    page.goto(f"/desk/sign-in?next={address}")
    page.click("main a.govuk-button")
    page.click(f'button[value="{account}"]')
    page.wait_for_url(f"**{address}")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()


def a_code(enter: Enter, examine: Examine) -> str:
    """The administrator finds the leader by name and gives them a code."""
    page = enter(width=1280)
    staff(page, "admin", "/desk/officers")
    examine(page)
    page.get_by_label("Tên").fill("thanh sơn")
    press(page, "Tìm")
    page.get_by_role("link", name=LEADER).click()
    examine(page)
    press(page, "Cấp mã")
    examine(page)
    said = CODE.search(page.locator(".notice--done").inner_text())
    assert said
    return said[0]


def to_be_signed(city: DemoCity) -> str:
    """A case that waits for the leader's signature."""
    example = city.api.get(f"/api/v1/procedures/{RECORD}").json()["form"]["example"]
    head = city.token("an") | {"Idempotency-Key": str(uuid4())}
    body = {"procedure": RECORD, "answers": example}
    answer = city.api.post("/api/v1/cases", json=body, headers=head)
    assert answer.status_code == 201, answer.text
    code = str(answer.json()["code"])
    run(city, "bank", "pay", code)
    city.act("reception", code, "accept")
    city.act("handler", code, "propose", outcome="granted")
    city.act("leader", code, "approve")
    return code


def run(city: DemoCity, *words: str) -> str:
    """`motcua …`, and what it printed."""
    told = subprocess.run(
        [sys.executable, "-m", "motcua.cli", *words], cwd=ROOT, check=True, timeout=60,
        env=os.environ | city.settings.environment(), capture_output=True, text=True,
    )  # fmt: skip
    return told.stdout


@pytest.mark.parametrize("width", [390, 1280])
def test_an_officer_makes_a_key_signs_in_signs_an_act_and_removes_it(
    demo_city: DemoCity, enter: Enter, examine: Examine, width: int
) -> None:
    code, case = a_code(enter, examine), to_be_signed(demo_city)
    page = enter(width=width)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda said: note(said, faults))
    held = Authenticator(page)

    # A key is made with the code, beside the staff account, and tried at once.
    staff(page, "leader", "/desk/passkeys")
    examine(page)
    page.get_by_role("link", name="Tôi có mã").or_(
        page.get_by_role("button", name="Tôi có mã")
    ).click()
    examine(page)
    page.get_by_label("Mã", exact=True).fill("SAI-MA")
    press(page, "Tạo khóa truy cập")
    expect(page.get_by_role("alert")).to_contain_text("Mã này không dùng được")
    page.get_by_label("Mã", exact=True).fill(code.lower())
    page.get_by_label("Bạn gọi khóa này là gì?").fill("Máy ở cơ quan")
    press(page, "Tạo khóa truy cập")
    page.wait_for_url("**/desk/sign-in?made=1*")
    examine(page)
    assert [one["isResidentCredential"] for one in held.credentials()] == [True]
    press(page, "Đăng nhập bằng khóa truy cập")
    page.wait_for_url("**/desk/passkeys")
    examine(page)
    expect(page.locator("main")).to_contain_text("Máy ở cơ quan")

    # Without the owner's finger the same key opens nothing.
    page.goto("/desk/sessions")
    examine(page)
    expect(page.locator("main")).to_contain_text("bằng khóa truy cập")
    press(page, "Đăng xuất ở đây")
    page.goto("/desk/sign-in")
    examine(page)
    held.knows_its_owner(False)
    press(page, "Đăng nhập bằng khóa truy cập")
    expect(page.get_by_role("alert")).to_contain_text("chưa xác nhận được")
    held.knows_its_owner(True)

    # Signed in by the staff account alone, a signature wants the key first.
    staff(page, "leader", f"/desk/cases/{case}")
    press(page, "Ký số")
    page.wait_for_url("**/desk/sign-in/again?*")
    examine(page)
    press(page, "Dùng khóa truy cập")
    page.wait_for_url(f"**/desk/cases/{case}")
    assert demo_city.case(case)["result"] is None
    press(page, "Ký số")
    expect(page.locator(".notice--done")).to_be_visible()
    assert demo_city.case(case)["result"]["number"]

    # The key is removed, and is worth nothing from then on.
    page.goto("/desk/passkeys")
    page.locator("summary", has_text="Máy ở cơ quan").click()
    press(page, "Gỡ khóa này")
    expect(page.locator("main")).to_contain_text("Bạn chưa có khóa truy cập")
    page.goto("/desk/sign-in")
    press(page, "Đăng nhập bằng khóa truy cập")
    page.wait_for_url("**/desk/sign-in?stopped=passkey_refused*")
    examine(page)
    assert not faults


def note(said: ConsoleMessage, faults: list[str]) -> None:
    """Whatever the page's policy stopped, and any other error but the refusal that we provoke."""
    if said.type == "error" and "403" not in said.text:
        faults.append(said.text)


def test_the_consoles_code_lets_a_citys_first_officer_in(demo_city: DemoCity, enter: Enter) -> None:
    who = [f"first-{uuid4()}", "--name", "Cán bộ Đầu Tiên", "--administrator"]
    code, address = run(demo_city, "officers", "invite", *who).split()
    page = enter(width=1280)
    Authenticator(page)
    page.goto(address)
    page.get_by_label("Mã", exact=True).fill(code)
    page.get_by_label("Bạn gọi khóa này là gì?").fill("Khóa USB")
    press(page, "Tạo khóa truy cập")
    page.wait_for_url("**/desk/sign-in?made=1*")
    press(page, "Đăng nhập bằng khóa truy cập")
    page.wait_for_url("**/desk/passkeys")
    page.goto("/desk/officers")
    expect(page.get_by_role("heading", name="Cán bộ và khóa truy cập")).to_be_visible()


def test_without_javascript_the_staff_account_and_the_list_of_sessions_still_work(
    demo_city: DemoCity, enter: Enter, examine: Examine
) -> None:
    page = enter(javascript=False)
    page.goto("/desk/sign-in")
    expect(page.get_by_role("button", name="Đăng nhập bằng khóa truy cập")).to_be_hidden()
    staff(page, "handler", "/desk/sessions")
    other = enter(javascript=False)
    staff(other, "handler", "/desk/sessions")
    expect(
        other.locator("main .rows > li").nth(1)
    ).to_be_visible()  # others may have signed in, too
    press(other, "Kết thúc tất cả những nơi khác")
    expect(other.locator("main .rows > li")).to_have_count(1)
    page.goto("/desk/sessions")
    expect(page).to_have_url(re.compile("/desk/sign-in"))
    other.goto("/desk/sign-in/code")
    expect(other.locator("main")).to_contain_text("Khóa truy cập cần JavaScript")
    resident = enter()
    resident.goto("/sign-in?next=/me/sessions")
    resident.click("main a.govuk-button")
    resident.click('button[value="lan"]')
    resident.wait_for_url("**/me/sessions")
    examine(resident)
