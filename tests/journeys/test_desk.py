"""The desk in a browser, on a whole city of its own: two officers, a register that is down, and
certificates that say what the conviction register says."""

import asyncio
import os
import random
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from motcua.base.settings import Settings
from motcua.demo.eid import mint

ROOT = Path(__file__).parent.parent.parent
AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or "chromium"
OFFICERS = {"reception": "Đặng Thu Hà", "handler": "Bùi Quang Minh", "leader": "Ngô Thanh Sơn"}
START_SECONDS_MAX = 60
WAIT_SECONDS_MAX = 30
TABS_MAX = 60
SPENT, UNSPENT = "45/2009/HSST", "112/2025/HS-ST"
ANSWERS = {
    "certificate_type": 1,
    "confirm_ban_on_office": False,
    "purpose": "employment",
    "copies": 1,
    "fee_class": "ordinary",
    "residence_history": [
        {
            "from": "2004-09",
            "to": None,
            "address": "Phường Kim Liên, Hà Nội",
            "occupation": "Lái xe",
        }
    ],
    "declaration": True,
}


class RunningCity:
    """A city with its demo, as a stranger starts it; machines file, officers use browsers."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.client = httpx.Client(base_url=settings.public_url, timeout=30)

    def file(self, who: str, **answers: Any) -> str:
        given = {**ANSWERS, **answers}
        if given["certificate_type"] == 2:
            del given["confirm_ban_on_office"]
        body = {"procedure": "3.000333", "answers": given}
        case = self.post("/api/v1/cases", who, body)
        if case["payment"]["state"] == "open":
            self.command("bank", "pay", case["code"])
        return str(case["code"])

    def act(self, who: str, code: str, action: str, **body: Any) -> dict[str, Any]:
        return self.post(f"/api/v1/cases/{code}/actions", who, {"action": action, **body})

    def post(self, path: str, who: str, body: dict[str, Any]) -> dict[str, Any]:
        head = {**self.bearer(who), "Idempotency-Key": str(uuid.uuid4())}
        answer = self.client.post(path, json=body, headers=head)
        assert answer.status_code < 300, answer.text
        said: dict[str, Any] = answer.json()
        return said

    def certificate(self, who: str, code: str) -> str:
        """The text of the case's result, as poppler reads it back."""
        case = self.client.get(f"/api/v1/cases/{code}", headers=self.bearer(who)).json()
        address = f"/api/v1/documents/{case['result']['document']}"
        paper = self.client.get(address, headers=self.bearer(who))
        assert paper.status_code == 200
        read = subprocess.run(
            ["pdftotext", "-layout", "-", "-"], input=paper.content, capture_output=True, check=True
        )
        return read.stdout.decode()

    def bearer(self, who: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {mint(self.settings, who)}"}

    def command(self, *words: str) -> None:
        command = [sys.executable, "-m", "motcua.cli", *words]
        subprocess.run(command, env=environment(self.settings), check=True, capture_output=True)


def environment(settings: Settings) -> dict[str, str]:
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    return {**os.environ, **settings.environment(), "PYTHONPATH": path}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCity]:
    port = random.randrange(30000, 50000, 20)
    settings = Settings(
        pack=ROOT / "packs" / "hanoi",
        data=tmp_path_factory.mktemp("town"),
        demo=True,
        port=port,
        public_url=f"http://localhost:{port}",
    )
    command = [sys.executable, "-m", "motcua.cli", "serve", "--demo"]
    process = subprocess.Popen(
        command, env=environment(settings), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    running = RunningCity(settings)
    try:
        wait_until_ready(running, process)
        yield running
    finally:
        running.client.close()
        process.terminate()
        process.wait(30)


def wait_until_ready(running: RunningCity, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < end:
        assert process.poll() is None, "the city stopped while it started"
        try:
            if running.client.get("/health/ready").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise TimeoutError("the city did not start")


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        await started.close()


async def sit_down(browser: Browser, town: RunningCity, who: str, **how: Any) -> Page:
    """A browser of its own in which this officer has signed in with the staff account."""
    how = {"viewport": {"width": 1280, "height": 900}, "locale": "vi-VN", **how}
    context: BrowserContext = await browser.new_context(base_url=town.settings.public_url, **how)
    page = await context.new_page()
    page.set_default_timeout(15000)
    await page.goto("/desk")
    await page.locator("main a[role=button]").click()
    await page.get_by_role("button", name=OFFICERS[who]).click()
    await page.wait_for_url("**/desk")
    return page


async def press(page: Page, name: str) -> None:
    await page.get_by_role("button", name=name).click()
    await page.wait_for_load_state()


async def violations(page: Page) -> list[str]:
    found = await page.evaluate(
        "async () => { " + AXE.read_text() + "; return (await axe.run()).violations"
        ".map(one => one.id + ': ' + one.nodes[0].html) }"
    )
    return list(found)


async def walk_to_signature(browser: Browser, town: RunningCity, code: str) -> None:
    """Reception accepts, the handler proposes, the leader approves and signs."""
    for who, names in (
        ("reception", ["Tiếp nhận"]), ("handler", ["Đề xuất cấp"]), ("leader", ["Duyệt", "Ký số"]),
    ):  # fmt: skip
        page = await sit_down(browser, town, who)
        for name in names:
            await page.goto(f"/desk/cases/{code}")
            await ready_for(page, name)
            await press(page, name)
            await expect(page.locator(".notice--done")).to_be_visible()
        await page.context.close()


async def ready_for(page: Page, name: str) -> None:
    """The page by itself shows the act as soon as the register has answered."""
    await expect(page.get_by_role("button", name=name, exact=False).first).to_be_visible(
        timeout=WAIT_SECONDS_MAX * 1000
    )


async def test_the_certificate_says_what_the_conviction_register_says(
    browser: Browser, town: RunningCity
) -> None:
    clean, first, second = (
        town.file("an"), town.file("hung"), town.file("hung", certificate_type=2),
    )  # fmt: skip
    for code in (clean, first, second):
        await walk_to_signature(browser, town, code)
    assert "Không có án tích." in town.certificate("an", clean)
    shown = town.certificate("hung", first)
    assert UNSPENT in shown
    assert SPENT not in shown
    shown = town.certificate("hung", second)
    assert UNSPENT in shown
    assert SPENT in shown


async def test_the_handler_reads_the_convictions_as_a_table_and_nothing_as_nothing(
    browser: Browser, town: RunningCity
) -> None:
    for who, said in (("hung", SPENT), ("an", "Không có")):
        code = town.file(who)
        await accepted(town, code)
        page = await sit_down(browser, town, "handler")
        await page.goto(f"/desk/cases/{code}")
        await ready_for(page, "Đề xuất cấp")
        told = page.locator(".finding", has_text="lý lịch tư pháp")
        await expect(told).to_contain_text(said)
        if who == "hung":
            await expect(told.get_by_role("table").first).to_contain_text(UNSPENT)
        await page.context.close()


async def accepted(town: RunningCity, code: str) -> None:
    """By machine; the register that knows people may still be asked at this moment."""
    await asyncio.to_thread(town.act, "reception", code, "accept")


async def test_two_officers_at_once_one_acts_and_the_other_sees_what_happened(
    browser: Browser, town: RunningCity
) -> None:
    code = town.file("binh", fee_class="ordinary")
    one, other = [await sit_down(browser, town, "reception") for _ in range(2)]
    await one.goto(f"/desk/cases/{code}")
    await ready_for(one, "Tiếp nhận")
    # The line of the second is slow: what happens meanwhile does not reach the page.
    await other.route("**/desk/events", lambda route: route.abort())
    await other.goto(f"/desk/cases/{code}")
    await ready_for(other, "Tiếp nhận")
    await press(one, "Tiếp nhận")
    await expect(one.locator(".notice--done")).to_be_visible()
    async with other.expect_response("**/acceptance") as answer:
        await press(other, "Tiếp nhận")
    assert (await answer.value).status == 409
    told = other.locator("#case .notice").filter(has_text="Đã có người làm trước bạn.")
    await expect(told).to_contain_text("Đặng Thu Hà · Tiếp nhận hồ sơ")
    await expect(other.get_by_role("button", name="Tiếp nhận")).to_have_count(0)


async def test_with_the_register_down_the_case_waits_says_so_and_then_goes_on(
    browser: Browser, town: RunningCity
) -> None:
    town.command("registers", "fault", "convictions", "down")
    try:
        code = town.file("hoa")
        town.act("reception", code, "accept")
        page = await sit_down(browser, town, "handler")
        await page.goto(f"/desk/cases/{code}")
        await expect(page.get_by_text("Chưa có trả lời")).to_be_visible()
        await expect(page.get_by_role("button", name="Đề xuất cấp")).to_have_count(0)
        await press(page, "Hỏi lại cơ sở dữ liệu")
        await expect(page.get_by_text("Hồ sơ chờ nguyên như cũ")).to_be_visible()
        assert not await violations(page)
    finally:
        town.command("registers", "fault", "convictions", "ok")
    for _ in range(WAIT_SECONDS_MAX):
        if await page.get_by_role("button", name="Đề xuất cấp").count():
            break
        if await page.get_by_role("button", name="Hỏi lại cơ sở dữ liệu").count():
            await press(page, "Hỏi lại cơ sở dữ liệu")
        await page.wait_for_timeout(1000)
    await press(page, "Đề xuất cấp")
    await expect(page.locator(".notice--done")).to_be_visible()


async def test_the_list_renews_itself_and_leaves_alone_what_is_being_typed(
    browser: Browser, town: RunningCity
) -> None:
    page = await sit_down(browser, town, "reception")
    await page.get_by_label("Mã hồ sơ hoặc tên").fill("lan")
    code = await asyncio.to_thread(town.file, "lan")
    await expect(page.get_by_text(code, exact=True)).to_be_visible(timeout=WAIT_SECONDS_MAX * 1000)
    assert await page.get_by_label("Mã hồ sơ hoặc tên").input_value() == "lan"
    await page.get_by_role("link", name="Hoàng Thị Lan").first.click()
    await page.get_by_text("Nhắn người nộp").first.click()
    await page.get_by_label("Lời nhắn của bạn").fill("Chào bạn")
    await asyncio.to_thread(town.act, "reception", code, "accept")
    await expect(page.get_by_text("Hồ sơ này đã có thay đổi")).to_be_visible()
    assert await page.get_by_label("Lời nhắn của bạn").input_value() == "Chào bạn"


async def reach(page: Page, wanted: str) -> None:
    """By the Tab key; where it already is counts."""
    for _ in range(TABS_MAX):
        if await page.evaluate(wanted):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(wanted)


async def test_the_desk_works_by_keyboard_alone(browser: Browser, town: RunningCity) -> None:
    code = town.file("giang", fee_class="elderly")
    page = await sit_down(browser, town, "reception")
    await page.goto(f"/desk/cases/{code}")
    await ready_for(page, "Tiếp nhận")
    key = page.locator("button[accesskey]")
    assert await key.get_attribute("accesskey") == "n"
    await expect(key.locator("kbd")).to_have_text("N")
    await page.keyboard.press("Alt+n")
    await expect(page.locator(".notice--done")).to_be_visible()
    await reach(page, "document.activeElement.textContent == 'Nhắn người nộp'")
    await page.keyboard.press("Enter")
    await reach(page, "document.activeElement.matches('textarea')")
    await page.keyboard.type("Hồ sơ đã được nhận")
    await reach(page, "document.activeElement.matches('button[type=submit]:not([name=fill])')")
    await page.keyboard.press("Enter")
    await expect(page.locator(".notice--done")).to_contain_text("Lời nhắn đã gửi.")


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_the_desk_has_no_barrier_that_axe_can_see(
    browser: Browser, town: RunningCity, width: int, theme: str
) -> None:
    code = town.file("hung")
    page = await sit_down(
        browser, town, "reception", viewport={"width": width, "height": 844}, color_scheme=theme,
        bypass_csp=True,
    )  # fmt: skip
    for address in ("/desk", "/desk?q=zzzz", f"/desk/cases/{code}"):
        await page.goto(address)
        assert await violations(page) == []
        across = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert across <= 0


async def test_a_residents_session_opens_no_desk(browser: Browser, town: RunningCity) -> None:
    context = await browser.new_context(base_url=town.settings.public_url, locale="vi-VN")
    page = await context.new_page()
    await page.goto("/sign-in")
    await page.locator("main a[role=button]").click()
    await page.get_by_role("button", name="Trần Thị Bình").click()
    await page.wait_for_load_state()
    await page.goto("/desk")
    assert "/desk/sign-in" in page.url
    officer = await sit_down(browser, town, "leader")
    await officer.get_by_role("button", name="Đăng xuất").click()
    await officer.goto("/desk")
    assert "/desk/sign-in" in officer.url
